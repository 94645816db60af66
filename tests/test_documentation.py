"""The documentation builds without a warning."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("sphinx", "myst_parser", "numpydoc", "pydata_sphinx_theme", "sphinx_gallery")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The pages, built from a copy: results kept beside the documentation stay as they are."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (pip install sklearn_vartl[docs])")
    folder = tmp_path_factory.mktemp("documentation")
    made = shutil.ignore_patterns("_build", "gallery", "generated", "sg_execution_times.rst")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=made)
    shutil.copytree(ROOT / "examples", folder / "examples")
    # The test of the examples runs them.
    options = ["-q", "-W", "--keep-going", "-b", "html", "-t", "quick"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "docs", "html"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.mark.slow
def test_every_page_and_every_example_is_there(built):
    for page in (ROOT / "docs").glob("*.md"):
        assert (built / f"{page.stem}.html").exists(), page.name
    for example in (ROOT / "examples").glob("plot_*.py"):
        assert (built / "gallery" / f"{example.stem}.html").exists(), example.name


@pytest.mark.slow
def test_every_public_name_of_the_reference_has_its_page(built):
    reference = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    pages = {path.stem for path in (built / "generated").glob("*.html")}
    for section in reference.split(".. currentmodule:: ")[1:]:
        module, *lines = section.splitlines()
        names = re.findall(r"^   (\w+)$", "\n".join(lines), re.M)
        assert names
        assert not {f"{module}.{name}" for name in names} - pages


def test_the_reference_lists_every_public_name():
    import importlib
    import pkgutil

    import sklearn_vartl

    reference = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    listed = set(re.findall(r"^   (\w+)$", reference, re.M))
    public = set(sklearn_vartl.__all__)
    for found in pkgutil.iter_modules(sklearn_vartl.__path__):
        if not found.name.startswith("_") and found.name not in ("network", "cli"):
            public |= set(importlib.import_module(f"sklearn_vartl.{found.name}").__all__)
    assert not {name for name in public if not name.startswith("__")} - listed
