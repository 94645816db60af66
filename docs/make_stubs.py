"""Write the types of the public interface from its docstrings: python docs/make_stubs.py.

The code has no annotations, as scikit-learn's has none: what an argument is stands in the
docstring once. Each public package gets an ``__init__.pyi`` that says the same to type checkers.
"""

import importlib
import importlib.util
import inspect
import itertools
import re
from pathlib import Path

import sklearn_vartl

ROOT = Path(sklearn_vartl.__file__).parent
_SPEC = importlib.util.spec_from_file_location(
    "public_api", ROOT.parent / "tests" / "contract" / "test_public_api.py"
)
api = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(api)

HEAD = "# Made by docs/make_stubs.py from the docstrings.\n"
IMPORTS = {
    "Any": "from typing import Any",
    "ArrayLike": "from numpy.typing import ArrayLike",
    "Callable": "from collections.abc import Callable",
    "DataFrame": "from pandas import DataFrame",
    "Literal": "from typing import Literal",
    "Mapping": "from collections.abc import Mapping",
    "NDArray": "from numpy.typing import NDArray",
    "Path": "from pathlib import Path",
    "PathLike": "from os import PathLike",
    "RandomState": "from numpy.random import RandomState",
    "Self": "from typing import Self",
    "Sequence": "from collections.abc import Sequence",
}
# How a type begins in a docstring -> in a parameter, in a result. The first that fits counts.
WORDS = [
    ("array-like", "ArrayLike", "NDArray[Any]"),
    ("ndarray", "NDArray[Any]", "NDArray[Any]"),
    ("path-like", "PathLike[str]", "PathLike[str]"),
    ("path", "PathLike[str]", "PathLike[str]"),
    ("str", "str", "str"),
    ("int", "int", "int"),
    ("float", "float", "float"),
    ("bool", "bool", "bool"),
    ("None", "None", "None"),
    ("list of str", "Sequence[str]", "list[str]"),
    ("list", "Sequence[Any]", "list[Any]"),
    ("sequence of str", "Sequence[str]", "Sequence[str]"),
    ("sequence of int", "Sequence[int]", "Sequence[int]"),
    ("sequence", "Sequence[Any]", "Sequence[Any]"),
    ("tuple", "tuple[Any, ...]", "tuple[Any, ...]"),
    ("dict", "Mapping[Any, Any]", "dict[Any, Any]"),
    ("mapping", "Mapping[Any, Any]", "Mapping[Any, Any]"),
    ("callable", "Callable[..., Any]", "Callable[..., Any]"),
    ("RandomState", "RandomState", "RandomState"),
    ("DataFrame", "DataFrame", "DataFrame"),
    ("Path", "Path", "Path"),
]


def sections(docstring):
    """Title of each numpydoc section -> {name: type text}."""
    found, fields = {}, None
    lines = [*inspect.cleandoc(docstring or "").splitlines(), ""]
    for line, below in itertools.pairwise(lines):
        if below and set(below) == {"-"}:
            fields = found.setdefault(line.strip(), {})
        elif line and not line[0].isspace() and set(line) != {"-"} and fields is not None:
            names, _, text = line.partition(" : ")
            for name in names.split(", "):
                fields[name.lstrip("*")] = text
    return found


def annotation(text, *, result=False):
    """The type that a docstring names; Any where it names none that checkers know."""
    text = re.sub(r",? default[= ].*$|, optional$", "", text or "")
    text = re.sub(r" of shape \(.*?\)(?=,| or |$)", "", text)
    parts = []
    for part in re.findall(r"\{[^}]*\}|[^{},]+", text):
        parts += [part] if part.startswith("{") else re.split(r"\bor\b", part)
    types = [_one(part.strip(), result) for part in parts if part.strip()]
    if not types or "Any" in types:
        return "Any"
    return " | ".join(dict.fromkeys(types))


def _one(part, result):
    if part.startswith("{"):
        return "str" if "<" in part else f"Literal[{part[1:-1]}]"
    name = re.match(r"\w+", part)
    if name and name[0] in CLASSES:
        return name[0]
    for word, parameter, returned in WORDS:
        if re.match(rf"{re.escape(word)}\b", part):
            return returned if result else parameter
    return "Any"


def signature(function, fields, returned):
    """``(self, X: ArrayLike, y: ... = ...) -> ...`` of a function or method."""
    parts, before = [], None
    parameters = list(inspect.signature(function).parameters.values())
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and before not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            parts.append("*")
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        if p is parameters[0] and p.name in ("self", "cls"):
            parts.append(p.name)
            continue
        kind = "Any" if star else annotation(fields.get(p.name))
        if p.default is None and kind != "Any" and "None" not in kind.split(" | "):
            kind += " | None"
        default = "" if p.default is p.empty else " = ..."
        parts.append(f"{star}{p.name}: {kind}{default}")
        before = p.kind
    return f"({', '.join(parts)}) -> {returned}: ..."


def returns(docstring):
    """What a docstring says of the result; a name before it is dropped."""
    if not (found := sections(docstring).get("Returns")):
        return "Any"
    if len(found) > 1:
        return "Any" if "" in found else "tuple[Any, ...]"
    ((name, text),) = found.items()
    return "Self" if name == "self" else annotation(text or name, result=True)


def function_stub(name, function, prefix="def "):
    """One line."""
    fields = sections(function.__doc__).get("Parameters", {})
    return f"{prefix}{name}{signature(function, fields, returns(function.__doc__))}"


def class_stub(name, cls):
    """The class with its constructor, fitted attributes, properties and methods."""
    if issubclass(cls, Exception):
        return f"class {name}({cls.__mro__[1].__name__}): ..."
    described = sections(cls.__doc__)
    lines = [f"class {name}({_base(cls)}):"]
    members = {}
    for base in reversed(cls.__mro__):
        if api._is_ours(base):
            members |= {k: v for k, v in vars(base).items() if not api._GENERATED.match(k)}
    plain = described.get("Attributes", {}) | described.get("Parameters", {})
    fields = inspect.signature(cls).parameters
    for attribute, text in plain.items():
        if attribute.isidentifier() and not callable(members.get(attribute)):
            if not isinstance(members.get(attribute), property) or attribute in fields:
                lines.append(f"    {attribute}: {annotation(text, result=attribute not in fields)}")
    if cls.__init__ is not object.__init__:
        found = signature(cls.__init__, described.get("Parameters", {}), "None")
        lines.append(f"    def __init__{found}")
    written = {line.split(":")[0].strip() for line in lines}
    for member, value in sorted(members.items()):
        if member not in written:
            lines += [f"    {line}" for line in _member_stub(member, value, cls, plain)]
    return "\n".join(lines if len(lines) > 1 else [f"{lines[0]} ..."])


def _base(cls):
    mapping = {"TransferPipeline": "Pipeline"}
    return mapping.get(cls.__name__, "BaseEstimator") if _is_estimator(cls) else "object"


def _is_estimator(cls):
    return any(base.__module__.startswith("sklearn.") for base in cls.__mro__)


def _member_stub(name, value, cls, plain):
    if isinstance(value, property) or type(value).__name__ == "cached_property":
        kind = annotation(plain.get(name), result=True) if name in plain else "Any"
        return ["@property", f"def {name}(self) -> {kind}: ..."]
    if isinstance(value, classmethod | staticmethod):
        return [f"@{type(value).__name__}", function_stub(name, value.__func__)]
    function = value if inspect.isfunction(value) else inspect.unwrap(getattr(cls, name, None))
    return [function_stub(name, function)] if inspect.isfunction(function) else []


def stub(package):
    """The whole text of a package's ``__init__.pyi``."""
    bodies, own_imports = [], []
    for name in sorted(package.__all__):
        value = getattr(package, name)
        home = HOMES.get(id(value))
        if home is not None and home != package.__name__:
            own_imports.append(f"from {home} import {name} as {name}")
        elif inspect.isclass(value):
            bodies.append(class_stub(name, value))
        elif inspect.isfunction(value):
            bodies.append(function_stub(name, value))
        else:
            bodies.append(f"{name}: Any")
    if package is sklearn_vartl:
        bodies.append("__version__: str")
    text, words = "\n".join(bodies), set(re.findall(r"\b[A-Za-z]\w+", "\n".join(bodies)))
    for name in sorted(words & set(IMPORTS)):
        own_imports.append(IMPORTS[name])
    for name in sorted(words & set(CLASSES) - set(package.__all__)):
        if CLASSES[name] != package.__name__:
            own_imports.append(f"from {CLASSES[name]} import {name}")
    if "(BaseEstimator)" in text:
        own_imports.append("from sklearn.base import BaseEstimator")
    if "(Pipeline)" in text:
        own_imports.append("from sklearn.pipeline import Pipeline")
    names = ", ".join(f'"{name}"' for name in package.__all__)
    return "\n".join([HEAD, *sorted(own_imports), "", f"__all__ = [{names}]", text]) + "\n"


PACKAGES = api.packages()
HOMES = {
    id(value): name.rpartition(".")[0] for name, value in api.names().items() if name.count(".") > 1
}
CLASSES = {
    name.rpartition(".")[2]: name.rpartition(".")[0]
    for name, value in api.names().items()
    if inspect.isclass(value) and name.count(".") > 1
}


def stubs():
    """Path of each stub -> its text."""
    return {Path(package.__file__).with_suffix(".pyi"): stub(package) for package in PACKAGES}


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
    (ROOT / "py.typed").touch()
