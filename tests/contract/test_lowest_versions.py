"""The lower bounds of the dependencies are those that `make test-lowest` installs."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
# Tools and themes whose version nothing depends on; and nested-pandas, whose bound wants pandas 3, where the lowest
# versions keep pandas 2.
NOT_TESTED = {"ruff", "mypy", "torchvision", "nested-pandas"}


def pinned(path):
    """Name -> version of a file of constraints."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text(encoding="utf-8"), re.M))


def bounds():
    """Name -> lower bounds of the dependencies of the package and of its tested extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    tested = (texts for name, texts in extras.items() if name != "docs")
    found = {}
    for text in [*project["dependencies"], *(text for texts in tested for text in texts)]:
        requirement = Requirement(text)
        (bound,) = requirement.specifier
        assert bound.operator == ">="
        found.setdefault(requirement.name, set()).add(Version(bound.version))
    return found


def test_lower_bounds_are_the_versions_tested():
    lowest = {
        name: {Version(v)} for name, v in pinned(ROOT / "tests/lowest_constraints.txt").items()
    }
    expected = {name: found for name, found in bounds().items() if name not in NOT_TESTED}
    assert {name: lowest.get(name) for name in expected} == expected
