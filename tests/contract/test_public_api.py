"""The public names, their signatures and defaults are those of public_api.txt.

After a change that is meant: ``python tests/contract/test_public_api.py --write``, then say in
CHANGELOG.md what changed.
"""

import doctest
import hashlib
import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import sklearn_vartl

HERE = Path(__file__).resolve().parent
FROZEN = HERE / "public_api.txt"
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"
# Private members, and scikit-learn's set_fit_request and the like.
_GENERATED = re.compile(r"_|set_\w+_request$")
DIGEST = re.compile(r"^Interface: `([0-9a-f]{12})`", re.M)


def packages():
    """The package and its public subpackages, by name."""
    public = [
        f"sklearn_vartl.{found.name}"
        for found in pkgutil.iter_modules(sklearn_vartl.__path__)
        if not found.name.startswith("_")
    ]
    return [importlib.import_module(name) for name in ["sklearn_vartl", *public]]


def names():
    """Every public name -> its object."""
    return {f"{p.__name__}.{name}": getattr(p, name) for p in packages() for name in p.__all__}


def _is_ours(value):
    return getattr(value, "__module__", "").partition(".")[0] == "sklearn_vartl"


def _text(default):
    if inspect.isclass(default) or inspect.isroutine(default):
        return default.__qualname__
    return re.sub(r" at 0x[0-9a-f]+", "", repr(default))


def _signature(function):
    signature = inspect.signature(function)
    parts, kind_before = [], None
    for p in signature.parameters.values():
        if kind_before is p.POSITIONAL_ONLY and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and kind_before not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            parts.append("*")
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        default = "" if p.default is p.empty else f"={_text(p.default)}"
        parts.append(f"{star}{p.name}{default}")
        kind_before = p.kind
    return f"({', '.join(parts)})"


def _members(cls):
    """Public methods and properties that the package itself defines."""
    found = {}
    for base in reversed(cls.__mro__):
        if _is_ours(base):
            found |= {k: v for k, v in vars(base).items() if not _GENERATED.match(k)}
    for name, value in sorted(found.items()):
        if isinstance(value, property):
            yield f".{name} (property)"
        elif inspect.isroutine(getattr(cls, name, None)):
            yield f".{name}{_signature(getattr(cls, name))}"


def lines():
    """One line for each public name and each public member of a class."""
    result, every = [], names()
    homes = {id(value): name for name, value in every.items() if name.count(".") == 2}
    for name, value in sorted(every.items()):
        home = homes.get(id(value), name)
        if home != name:
            result.append(f"{name} is {home}")
        elif inspect.isclass(value) and issubclass(value, Exception):
            result.append(f"{name}: exception, a {value.__mro__[1].__name__}")
        elif inspect.isclass(value):
            result.append(f"{name}{_signature(value)}")
            result += [f"{name}{member}" for member in _members(value)]
        elif callable(value):
            result.append(f"{name}{_signature(value)}")
        else:
            result.append(f"{name}: {type(value).__name__}")
    return result


def digest(found):
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:12]


def test_the_interface_is_the_frozen_one():
    frozen, found = FROZEN.read_text(encoding="utf-8").splitlines(), lines()
    gone, new = sorted(set(frozen) - set(found)), sorted(set(found) - set(frozen))
    assert found == frozen, (
        f"The public interface changed. Gone: {gone}. New: {new}. If that is meant, run "
        "python tests/contract/test_public_api.py --write"
    )


def test_the_changelog_tells_of_the_interface():
    written = DIGEST.search(CHANGELOG.read_text(encoding="utf-8"))
    expected = digest(FROZEN.read_text(encoding="utf-8").splitlines())
    assert written is not None and written[1] == expected, (
        "public_api.txt changed: say in CHANGELOG.md what is new, changed or gone, and then set "
        f"its line to Interface: `{expected}`"
    )


def test_every_public_name_has_a_docstring():
    without = [n for n, v in names().items() if callable(v) and not inspect.getdoc(v)]
    assert not without


def _running_examples(docstring):
    """Examples of a docstring that its doctest executes."""
    found = doctest.DocTestParser().get_examples(docstring or "")
    return [example for example in found if not example.options.get(doctest.SKIP)]


def test_every_public_name_has_a_running_example():
    described = {name: value for name, value in names().items() if callable(value)}
    without = [
        name
        for name, value in described.items()
        if "Examples\n" not in (value.__doc__ or "") or not _running_examples(value.__doc__)
    ]
    assert len(described) >= 100, "names are missing, not examples"
    assert not without, f"{len(without)} of {len(described)} public names have no running example"


def test_no_name_is_listed_twice():
    for package in packages():
        assert len(package.__all__) == len(set(package.__all__)), package.__name__


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    FROZEN.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    print(
        f"Wrote {FROZEN.name}: say in CHANGELOG.md what changed, and Interface: `{digest(lines())}`"
    )
