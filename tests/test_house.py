"""The house keeps its order: imports point one way, and no room reaches into another's modules."""

import ast
import functools
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sklearn_vartl"

# From the ground floor up: a room imports what stands before it. The rooms of one line know nothing
# of each other.
FLOORS = [
    [
        "_validation",
        "_estimators",
        "_splits",
        "_files",
        "_object_code",
        "_object_code_build",
        "_compiled",
        "_progress",
    ],
    ["classes"],
    ["light_curves"],
    ["readers"],
    ["periodogram", "datasets"],
    ["features"],
    ["preprocessing"],
    ["network"],
    ["probabilities"],
    ["transfer"],
    ["taxonomy", "ensemble", "resampling", "images", "adaptation"],
    ["persistence", "evaluation"],
    ["pretrained", "labelling"],
    ["catalog"],
    ["report"],
    ["cli"],
    ["__main__"],
]
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}

# Old addresses of public names, and methods of a container that need a room above it: each is
# imported when it is called, never before.
UPWARD = {
    ("light_curves", "readers"): "LightCurves.from_any, and read_light_curves' old address",
    ("transfer", "adaptation"): "DomainAdapter's old address",
    ("transfer", "pretrained"): "load_upsilont's old address",
}


@functools.cache
def imports():
    """Every import of the package's own modules: (file, module, names, inside a function)."""
    return list(_imports())


def _imports():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        package = parts[:-1]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = set(map(id, tree.body))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else ()
                module = (*base, *(node.module or "").split(".")) if node.module else base
                if module[:1] == ("sklearn_vartl",):
                    for alias in node.names:
                        yield path, module, alias.name, id(node) not in top


def room_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def target_room(module, name):
    return module[1] if len(module) > 1 else name


def crossings():
    for path, module, name, inside in imports():
        own, other = room_of(path), target_room(module, name)
        if own != other and own != "__init__" and other in FLOOR:
            yield path, own, other, module, name, inside


def test_every_room_has_its_floor():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(FLOOR)
    assert len(list(crossings())) > 200, "the imports were not found"


def test_imports_point_one_way():
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path, own, other, _, _, _ in crossings()
        if FLOOR[other] >= FLOOR[own] and FLOOR[own] > 0 and (own, other) not in UPWARD
    }
    assert not wrong


def test_the_exceptions_are_imported_when_called():
    used = {
        (own, other): inside
        for _, own, other, _, _, inside in crossings()
        if (own, other) in UPWARD
    }
    assert all(used.values())


def test_no_room_reaches_into_the_modules_of_another():
    wrong = {
        f"{path.relative_to(PACKAGE)}: from {'.'.join(module)} import {name}"
        for path, own, other, module, name, _ in crossings()
        if len(module) > 2 or (len(module) == 2 and name.startswith("_"))
        if FLOOR[other] > 0
    }
    assert not wrong


@pytest.mark.parametrize("room", sorted({*FLOOR} - {*FLOORS[0]}))
def test_no_room_has_a_circle(room):
    folder = PACKAGE / room
    if not folder.exists():
        pytest.skip("not built yet")
    uses = defaultdict(set)
    for path, module, name, _ in imports():
        if room_of(path) == room and path.name != "__init__.py" and module[1:2] == (room,):
            for target in (Path(*module[1:]), Path(*module[1:], name)):
                file = (PACKAGE / target).with_suffix(".py")
                if file.exists() and file != path:
                    uses[path].add(file)
    order, seen = [], set()

    def visit(path, above):
        assert path not in above, f"circle through {[p.name for p in (*above, path)]}"
        if path not in seen:
            seen.add(path)
            for other in uses[path]:
                visit(other, (*above, path))
            order.append(path)

    for path in list(uses):
        visit(path, ())


def test_every_room_says_what_it_is_for():
    for room in FLOOR:
        front = PACKAGE / room / "__init__.py"
        if front.exists():
            said = ast.get_docstring(ast.parse(front.read_text(encoding="utf-8")))
            assert said
            assert len(said.splitlines()) >= 3, (
                f"{room} does not say what it imports and who uses it"
            )
