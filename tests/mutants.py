"""One-line faults in the package, and how many of them the tests notice: make mutants.

cosmic-ray proposes the faults (another comparison, operator, number, condition, ...); a random sample of
each room's is tried on a copy of the tree. A first run of the quick tests, without any fault, tells which of them
pass each line; a fault is then shown to those alone, first to its room's own, then to all others, the quickest first.
What survives is printed with its line: each is a behaviour that no test asks for, or a change that makes no difference.
Tests are forked from a process that has the large libraries already: this needs a system with fork.
"""

import argparse
import ast
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.util import cache_from_source
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The rooms, and the tests that know them best.
ROOMS = {
    # Files that every room uses.
    "_validation": ["test_validation.py", "preprocessing/test_table.py"],
    "_splits": ["transfer/test_splits.py", "evaluation"],
    "_estimators": ["test_estimators.py"],
    "_files": ["test_files.py"],
    "classes": ["classes"],
    "light_curves": ["light_curves", "readers"],
    "readers": ["readers"],
    "preprocessing": ["preprocessing"],
    "probabilities": ["probabilities"],
    "transfer": ["transfer"],
    "ensemble": ["ensemble"],
    "taxonomy": ["taxonomy"],
    "resampling": ["resampling"],
    "evaluation": ["evaluation"],
    "persistence": ["persistence"],
    "catalog": ["catalog"],
    "adaptation": ["adaptation"],
    "labelling": ["labelling"],
    "images": ["images"],
    "network": ["network", "transfer/test_bookkeeping.py", "transfer/test_decisions.py"],
    "datasets": ["datasets"],
    "report": ["report"],
    "cli": ["cli"],
    "features": ["features", "golden/test_golden.py"],
    "features/kernels": [
        f"features/test_{name}.py"
        for name in "moments fourier folded spread residuals time_domain eclipses upsilon kernels".split()
    ],
    "periodogram": [
        f"periodogram/test_{name}.py"
        for name in "fits candidates eclipse_models aliases search_kernels".split()
    ],
    # Its files without kernels.
    "periodogram/search": ["periodogram"],
}

# What looks at the package from without passes no line of it: default values, and names that are public.
FROM_WITHOUT = "tests/contract/test_public_api.py"

# Compiled rooms, whose faults are seen at once where the tests run without the compiler: their own tests alone.
INTERPRETED = {"features/kernels", "periodogram"}

# Faults that change nothing a test could see (a decorator of a property, a type of an annotation).
NOT_TRIED = ("core/RemoveDecorator", "core/VariableInserter", "core/VariableReplacer")

# What tests import and the package does not change: every fault is spared that time. No numba: rooms differ in
# whether it may compile.
_LIBRARIES = """
    torch skorch.callbacks pandas pyarrow.parquet matplotlib.figure scipy.stats scipy.signal scipy.interpolate
    sklearn.ensemble sklearn.pipeline sklearn.model_selection sklearn.calibration sklearn.linear_model
    sklearn.gaussian_process sklearn.utils.estimator_checks astropy.table astropy.timeseries astropy.io.fits
    astropy.io.votable astropy.io.ascii
""".split()


class WhichTests:
    """A pytest plugin: the lines that each test passes, and the processor's time it takes, as JSON."""

    def __init__(self, path):
        import coverage

        self.path, self.tests, self.files, self.passed = path, [], [], {}
        self.fixtures = defaultdict(float)
        self.coverage = coverage.Coverage(
            data_file=None, include=["sklearn_vartl/*"], config_file=False
        )
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        # What a fixture passes is passed for all tests of its file.
        file, start = item.nodeid.partition("::")[0], _seconds()
        if file not in self.files:
            self.files.append(file)
        self.coverage.switch_context(f"file {self.files.index(file)}")
        try:
            return (yield)
        finally:
            # What the tests of a file share is made for the first of them that needs it.
            self.fixtures[file] = max(self.fixtures[file], _seconds() - start)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.coverage.switch_context(f"test {len(self.tests)}")
        self.tests.append(item.nodeid)
        start = _seconds()
        result = yield
        # Not of those that fail already, which would catch everything.
        self.passed[item.nodeid] = _seconds() - start
        return result

    def pytest_sessionfinish(self, session):
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            os.path.relpath(file): data.contexts_by_lineno(file) for file in data.measured_files()
        }
        known = {"tests": self.tests, "files": self.files, "seconds": self.passed}
        Path(self.path).write_text(json.dumps(known | {"fixtures": self.fixtures, "lines": lines}))


def _seconds():
    """Seconds of this process, to the microsecond, and of those it has started."""
    return time.process_time() + sum(os.times()[2:4])


def pytest_configure(config):
    """Where this file is given to pytest as a plugin."""
    if "WHICH_TESTS" in os.environ:
        config.pluginmanager.register(WhichTests(os.environ["WHICH_TESTS"]))


def run_tests(tests, cwd, end, *, interpreted=False, which=None):
    """Whether tests pass; None where the time was up."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            code = _as_pytest(tests, cwd, interpreted, which)
        finally:
            # Nothing of the parent's is done a second time.
            os._exit(code)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        over = time.monotonic() > end
        if done or over:
            # With all that the tests have started.
            try:
                os.killpg(child, 9)
            except ProcessLookupError:
                pass
        if done:
            return status == 0
        if over:
            os.waitpid(child, 0)
            return None
        time.sleep(0.05)


def _as_pytest(tests, cwd, interpreted, which):
    os.setsid()
    os.chdir(cwd)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["PYTHONPATH"] = str(cwd)
    os.environ |= {"NUMBA_DISABLE_JIT": "1"} if interpreted else {}
    sys.path.insert(0, str(cwd))
    options = ["-x"]
    if which is not None:
        os.environ["WHICH_TESTS"] = str(which)
        options = ["-p", "tests.mutants"]
    return int(pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow", *options, *tests]))


def copy_tree(copy):
    """Copy the working tree, with the kernels that are compiled, which no fault outside of them changes."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    compiled = (ROOT / "sklearn_vartl").rglob("*.nb[ci]")
    for file in [*map(ROOT.joinpath, listed.stdout.splitlines()), *compiled]:
        if file.is_file():
            target = copy / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    digest = subprocess.run(
        [sys.executable, "-c", "from sklearn_vartl import _compiled; print(_compiled._digest_of_kernels())"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.strip()  # fmt: skip
    with open(copy / "sklearn_vartl" / "_compiled.py", "a") as file:
        file.write(f"\n\ndef _digest_of_kernels():\n    return {digest!r}\n")


def proposed(modules):
    """The faults that cosmic-ray proposes: (module, operator, occurrence, first line)."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names

    # Types such as `int | None`.
    names = [name for name in operator_names() if name not in NOT_TRIED and "BitOr" not in name]
    for module in modules:
        nodes = list(ast_nodes(get_ast_from_path(module)))
        for name in names:
            operator = get_operator(name)()
            places = (place for node in nodes for place in operator.mutation_positions(node))
            for occurrence, ((line, _), _) in enumerate(places):
                yield module, name, occurrence, line


def with_fault(source, operator, occurrence):
    """The source with one fault; None where the operator finds nothing to change, or makes no Python of it."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    try:
        changed = mutate_code(source, get_operator(operator)(), occurrence)
    except AttributeError:
        # cosmic-ray knows no exception that is named with its module.
        return None
    try:
        # The star of keyword-only parameters is no product.
        ast.parse(changed or "")
    except SyntaxError:
        return None
    return changed


def lines_of_statement(source, line):
    """The lines of the innermost statement around a line; where importing passes it, those that use what it makes."""
    tree = ast.parse(source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    # Decorators stand before the line that a function or class has.
    first = {
        n: min([n.lineno, *(d.lineno for d in getattr(n, "decorator_list", ()))])
        for n in statements
    }
    around = [n for n in statements if first[n] <= line <= n.end_lineno]
    # Breadth first: the innermost comes last.
    statement = around[-1]
    if isinstance(statement, ast.FunctionDef):
        return range(statement.lineno, statement.end_lineno + 1)
    if not any(isinstance(n, ast.FunctionDef) for n in around):
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        lines = range(statement.lineno, statement.end_lineno + 1)
        made = {n.id for n in names if n.lineno in lines and isinstance(n.ctx, ast.Store)}
        return [n.lineno for n in names if n.id in made]
    last = statement.end_lineno
    if hasattr(statement, "body"):
        # Its head alone.
        last = max(line, min(statement.body[0].lineno - 1, last))
    return range(statement.lineno, last + 1)


def tests_of(known, file, lines):
    """The tests that pass any of these lines; where none does, those that pass any of the file."""
    contexts, by_file = known["lines"].get(file, {}), defaultdict(list)
    for test in known["seconds"]:
        by_file[test.partition("::")[0]].append(test)

    def found(lines):
        tests = set()
        for context in {name for line in lines for name in contexts.get(str(line), ()) if name}:
            kind, number = context.split()
            name = known[f"{kind}s"][int(number)]
            tests.update([name] if kind == "test" else by_file[name])
        return tests & set(known["seconds"])

    return found(lines) or found(contexts)


def quickest(known, tests, patience):
    """Some of these tests, the quickest first, for so many seconds, file by file."""
    seconds, fixtures = known["seconds"], known["fixtures"]

    def cost(test):
        return seconds[test] + fixtures[test.partition("::")[0]]

    # What a module's tests share is made anew where tests of other modules come between them.
    chosen: dict[str, list] = {}
    total = 0.0
    for test in sorted(sorted(tests), key=cost):
        file = test.partition("::")[0]
        total += seconds[test] if file in chosen else cost(test)
        if total > patience and chosen:
            break
        chosen.setdefault(file, []).append(test)
    return [test for tests in chosen.values() for test in tests]


def modules_of(room, copy):
    """The files of a room; a room may be one file."""
    folder = copy / "sklearn_vartl" / room.removesuffix("/search")
    if not folder.is_dir():
        return [folder.with_suffix(".py")]
    modules = sorted(folder.glob("_[a-z]*.py"))
    if folder.name == "periodogram":
        with_kernels = [module for module in modules if "njit" in module.read_text()]
        return [m for m in modules if (m in with_kernels) != room.endswith("/search")]
    return modules


def own_tests(rooms, copy):
    """The tests of these rooms, the examples of their docstrings, and what looks at the package from without."""
    examples = {f"sklearn_vartl/{room.removesuffix('/search')}" for room in rooms}
    tests = {f"tests/{name}" for room in rooms for name in ROOMS[room]}
    found = [name for name in sorted(examples | tests) if (copy / name).exists()]
    return [*found, FROM_WITHOUT]


def which_tests(tests, copy, end, told, *, interpreted=False):
    """What a run of these tests without any fault tells; None where the time was up."""
    if not told.exists():
        run_tests(tests, copy, end, interpreted=interpreted, which=told)
    if not told.exists():
        return None
    known = json.loads(told.read_text())
    for test in sorted(set(known["tests"]) - set(known["seconds"])):
        print(f"left out, for it does not pass without any fault: {test}", file=sys.stderr)
    return known


def try_room(room, copy, known, rng, end, *, each, patience):
    """Try a sample of a room's faults until the time is up, and print what survives: faults proposed and tried, caught
    by the room's own tests, and by others."""
    modules, interpreted = modules_of(room, copy), room in INTERPRETED
    own = tuple(f"tests/{name}" for name in ROOMS[room])
    if interpreted:
        tests = [name for name in own if (copy / name).exists()]
        told = copy / f"{room.replace('/', '_')}.json"
        known = which_tests(tests, copy, end, told, interpreted=True)
    if known is None:
        return 0, 0, 0, 0

    def passes(tests):
        # A fault that makes a loop endless is noticed.
        limit = min(end, time.monotonic() + 10 * patience + 60)
        return run_tests(tests, copy, limit, interpreted=interpreted)

    faults = list(proposed(modules))
    tried, caught = 0, [0, 0]
    for path, operator, occurrence, line in rng.sample(faults, min(each, len(faults))):
        source = path.read_text(encoding="utf-8")
        changed = with_fault(source, operator, occurrence)
        if changed is None or changed == source:
            continue
        asked = tests_of(known, str(path.relative_to(copy)), lines_of_statement(source, line))
        asked |= {test for test in known["seconds"] if test.startswith(FROM_WITHOUT)}
        first = {test for test in asked if test.startswith(own)}
        chosen = [quickest(known, tests, patience) for tests in (first, asked - first)]
        # Two faults within a second look alike to Python.
        bytecode = Path(cache_from_source(str(path)))
        path.write_text(changed, encoding="utf-8")
        bytecode.unlink(missing_ok=True)
        try:
            by = next((k for k, tests in enumerate(chosen) if tests and not passes(tests)), None)
        finally:
            path.write_text(source, encoding="utf-8")
            bytecode.unlink(missing_ok=True)
        if time.monotonic() > end:
            break
        tried += 1
        if by is not None:
            caught[by] += 1
            continue
        lines = zip(source.splitlines(), changed.splitlines(), strict=False)
        old, new = next(((a, b) for a, b in lines if a != b), ("", ""))
        print(
            f"survived: {path.relative_to(copy)}:{line}  {old.strip()} -> {new.strip()}", flush=True
        )
    return len(faults), tried, *caught


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=list(ROOMS))
    parser.add_argument("--each", type=int, default=12, help="faults tried in each room")
    parser.add_argument("--minutes", type=float, default=60, help="time for all rooms together")
    parser.add_argument(
        "--patience", type=float, default=60, help="seconds of tests for a fault, twice"
    )
    parser.add_argument(
        "--own", action="store_true", help="ask the rooms' own tests alone: the first run is short"
    )
    parser.add_argument("--which", type=Path, help="a file that keeps what the first run tells")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        copy.mkdir()
        copy_tree(copy)
        # Before numpy is there.
        os.environ["OMP_NUM_THREADS"] = "1"
        for library in _LIBRARIES:
            importlib.import_module(library)
        known = None
        if set(options.rooms) - INTERPRETED:
            told = (options.which or copy / "which_tests.json").absolute()
            tests = own_tests(options.rooms, copy) if options.own else ["sklearn_vartl", "tests"]
            known = which_tests(tests, copy, end, told)
        for position, room in enumerate(options.rooms):
            # What a room leaves of its share of the time goes to the rooms after it.
            now = time.monotonic()
            share = now + (end - now) / (len(options.rooms) - position)
            # The same faults of a room, whichever rooms are tried before it.
            rng = random.Random(f"{options.seed} {room}")
            found = try_room(
                room, copy, known, rng, share, each=options.each, patience=options.patience
            )
            rows.append((room, *found))
            _, n_tried, n_own, n_others = found
            said = f"{n_own} and {n_others} of {n_tried} caught" if n_tried else "no time"
            print(f"{room}: {said}", file=sys.stderr, flush=True)
    print(
        "| room | faults proposed | tried | caught by its own tests | by others |\n|---|---|---|---|---|"
    )
    total = [sum(row[k] for row in rows) for k in (1, 2, 3, 4)]
    for row in [*rows, ("all", *total)]:
        print("| " + " | ".join(map(str, row)) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
