"""The types of the public interface are those of the docstrings, and type checkers agree."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "docs" / "make_stubs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stubs_are_those_of_the_docstrings(maker):
    stale = [str(p) for p, text in maker.stubs().items() if not p.exists() or p.read_text() != text]
    assert not stale, "run python docs/make_stubs.py"
    assert (maker.ROOT / "py.typed").exists()


def test_most_arguments_have_a_type(maker):
    """The rest is described in words only."""
    text = "\n".join(maker.stubs().values())
    arguments = re.findall(r"(?<=[(,] )\w+: (\w+)|(?<=self, )\w+: (\w+)", text)
    known = [a or b for a, b in arguments]
    assert len(known) > 300
    assert known.count("Any") < 0.35 * len(known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int, RandomState instance or None, default=None", "int | RandomState | None"),
        ('{"full", "head"} or None', 'Literal["full", "head"] | None'),
        ("array-like of shape (n_stars, n_features)", "ArrayLike"),
        ("array-like of shape (n_stars,) or str", "ArrayLike | str"),
        ("str or path-like", "str | PathLike[str]"),
        ("list of str", "Sequence[str]"),
        ('{"auto", "torch:<device>"}', "str"),
        ("fitted estimator, str or path-like", "Any"),
        ("dict of str -> ndarray", "Mapping[Any, Any]"),
        ("LightCurves or array-like", "LightCurves | ArrayLike"),
        ("", "Any"),
    ],
)
def test_annotations(maker, text, expected):
    assert maker.annotation(text) == expected


@pytest.mark.slow
def test_mypy_agrees(tmp_path):
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
