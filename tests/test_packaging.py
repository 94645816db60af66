"""What others read of the package says the same everywhere."""

import ast
import re
import tomllib
from pathlib import Path

import sklearn_vartl

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(lines):
    """Name -> lower bound, as conda-forge spells names."""
    found = dict(re.match(r"([\w-]+) ?>=([\d.]+)$", line).groups() for line in lines)
    return {{"torch": "pytorch"}.get(name, name): bound for name, bound in found.items()}


def recipe(section):
    text = (ROOT / "packaging" / "recipe.yaml").read_text(encoding="utf-8")
    block = text.partition(f"\n  {section}:\n")[2]
    lines = re.match(r"(?:    - .*\n)+", block).group().splitlines()
    return requirements(line.strip("- ") for line in lines if line.strip() != "- pip")


def test_the_recipe_requires_what_the_project_requires():
    python = {"python": PROJECT["project"]["requires-python"].removeprefix(">=")}
    assert recipe("run") == requirements(PROJECT["project"]["dependencies"]) | python
    # hatchling, and what the backend adds for a wheel.
    backend = ast.parse((ROOT / "hatch_build.py").read_text(encoding="utf-8"))
    (compiler,) = (
        ast.literal_eval(node.value)
        for node in backend.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "COMPILER"
    )
    assert recipe("host") == requirements(PROJECT["build-system"]["requires"] + compiler) | python


def test_one_version_everywhere():
    for name in ("CITATION.cff", "packaging/recipe.yaml"):
        (version,) = re.findall(r"^ *version: (\d.*)$", (ROOT / name).read_text(), re.M)
        assert version == sklearn_vartl.__version__, name


def test_versions_are_shown(capsys):
    sklearn_vartl.show_versions()
    said = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert said["sklearn_vartl"] == sklearn_vartl.__version__
    assert re.match(r"\d+\.\d+", said["numpy"])
    assert said["kernels"]
