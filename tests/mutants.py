"""One-line faults in the package, and how many of them the tests notice: make mutants.

cosmic-ray proposes the faults (another comparison, operator, number, condition, ...); a random sample of
each room's is tried on a copy of the tree. A first run of the room's tests, without any fault, tells which
tests pass each line; a fault is then shown to those alone, the quickest first. What survives is printed with
its line: each is a behaviour that no test asks for, or a change that makes no difference. Tests are forked from a
process that has the large libraries already: this needs a system with fork.
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

DECISIONS = "golden/test_decisions.py"
PARAMETERS = "contract/test_parameters.py"

# The rooms, and the tests that know them best.
ROOMS = {
    "classes": ["classes"],
    "light_curves": ["light_curves", "readers"],
    "readers": ["readers"],
    "preprocessing": ["preprocessing", PARAMETERS, DECISIONS],
    "probabilities": ["probabilities", DECISIONS],
    "transfer": ["transfer", PARAMETERS, DECISIONS],
    "ensemble": ["ensemble", PARAMETERS, DECISIONS],
    "taxonomy": ["taxonomy", PARAMETERS, DECISIONS],
    "resampling": ["resampling", PARAMETERS, DECISIONS],
    "evaluation": ["evaluation", DECISIONS],
    "persistence": ["persistence"],
    "catalog": ["catalog"],
    "adaptation": ["adaptation", PARAMETERS, DECISIONS],
    "labelling": ["labelling", DECISIONS],
    "images": ["images", PARAMETERS, DECISIONS],
    "network": ["network", DECISIONS],
    "datasets": ["datasets"],
    "report": ["report"],
    "cli": ["cli"],
    "features": ["features", PARAMETERS, DECISIONS, "golden/test_golden.py"],
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

# Compiled rooms, whose faults are seen at once where the tests run without the compiler.
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
    """A pytest plugin: the lines that each test passes, and how long it takes, as JSON."""

    def __init__(self, room, path):
        import coverage

        self.path, self.seconds, self.fixtures = path, {}, defaultdict(float)
        own = room if room.endswith(".py") else f"{room}/*"
        self.coverage = coverage.Coverage(data_file=None, include=[own], config_file=False)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        # What a fixture passes is passed for all tests of its file.
        file, start = item.nodeid.partition("::")[0], time.process_time()
        self.coverage.switch_context(f"file {file}")
        try:
            return (yield)
        finally:
            self.fixtures[file] += time.process_time() - start

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.coverage.switch_context(f"test {item.nodeid}")
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - start

    def pytest_sessionfinish(self, session):
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            file: {str(line): names for line, names in data.contexts_by_lineno(file).items()}
            for file in data.measured_files()
        }
        known = {"lines": lines, "seconds": self.seconds, "fixtures": self.fixtures}
        Path(self.path).write_text(json.dumps(known))


def pytest_configure(config):
    """Where this file is given to pytest as a plugin."""
    if "WHICH_TESTS" in os.environ:
        config.pluginmanager.register(WhichTests(*os.environ["WHICH_TESTS"].split(os.pathsep)))


def run_tests(tests, cwd, end, *, interpreted=False, which=None):
    """Whether tests pass; None where the time was up."""
    child = os.fork()
    if child == 0:
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
        os.environ["WHICH_TESTS"] = os.pathsep.join(map(str, which))
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


def proposed(modules, folder):
    """The faults that cosmic-ray proposes: (module, operator, occurrence, first line)."""
    from cosmic_ray.commands.init import init
    from cosmic_ray.work_db import WorkDB, use_db

    with use_db(folder / "faults.sqlite", WorkDB.Mode.create) as base:
        init(modules, base, {})
        for item in base.work_items:
            (spec,) = item.mutations
            # Types such as `int | None`.
            if spec.operator_name not in NOT_TRIED and "BitOr" not in spec.operator_name:
                yield spec.module_path, spec.operator_name, spec.occurrence, spec.start_pos[0]


def with_fault(source, operator, occurrence):
    """The source with one fault; None where the operator finds nothing to change, or makes no Python of it."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    changed = mutate_code(source, get_operator(operator)(), occurrence)
    try:
        # The star of keyword-only parameters is no product.
        ast.parse(changed or "")
    except SyntaxError:
        return None
    return changed


def lines_of_statement(source, line):
    """The lines of the innermost statement around a line; of one with a body, its head alone."""
    first, last = line, line
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno:
            first, last = node.lineno, node.end_lineno
            if hasattr(node, "body"):
                last = max(line, min(node.body[0].lineno - 1, last))
    return range(first, last + 1)


def tests_of(known, file, lines, patience):
    """The tests that pass any of these lines, the quickest first, for so many seconds, file by file; all of the room
    for lines that none passes, such as constants, which importing passes."""
    seconds, fixtures, by_file = known["seconds"], known["fixtures"], defaultdict(list)
    for test in seconds:
        by_file[test.partition("::")[0]].append(test)
    contexts = {name for line in lines for name in known["lines"].get(file, {}).get(str(line), ())}
    found = set()
    for context in contexts:
        kind, _, name = context.partition(" ")
        found.update([name] if kind == "test" else by_file[name])

    def cost(test):
        return seconds[test] + fixtures[test.partition("::")[0]]

    # What a module's tests share is made anew where tests of other modules come between them.
    chosen: dict[str, list] = {}
    total = 0.0
    for test in sorted(found & set(seconds) or seconds, key=cost):
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


def try_room(room, copy, rng, end, *, each, patience, own):
    """Try a sample of a room's faults until the time is up, and print what survives: (proposed, tried, caught)."""
    modules, interpreted = modules_of(room, copy), room in INTERPRETED
    folder = modules[0] if len(modules) == 1 else modules[0].parent
    names = [name for name in ROOMS[room] if not own or name not in (PARAMETERS, DECISIONS)]
    tests = [f"tests/{name}" for name in names if (copy / "tests" / name).exists()]
    told = copy / "which_tests.json"
    passed = run_tests(tests, copy, end, interpreted=interpreted, which=(folder, told))
    if passed is None:
        return 0, 0, 0
    if not passed:
        # They would catch everything.
        print(f"{room}: its tests fail without any fault", file=sys.stderr)
        return 0, 0, 0
    known = json.loads(told.read_text())
    faults = list(proposed(modules, copy))
    tried = caught = 0
    for path, operator, occurrence, line in rng.sample(faults, min(each, len(faults))):
        source = path.read_text(encoding="utf-8")
        changed = with_fault(source, operator, occurrence)
        if changed is None or changed == source:
            continue
        chosen = tests_of(known, str(path), lines_of_statement(source, line), patience)
        # Two faults within a second look alike to Python.
        bytecode = Path(cache_from_source(str(path)))
        path.write_text(changed, encoding="utf-8")
        bytecode.unlink(missing_ok=True)
        try:
            # A fault that makes a loop endless is noticed.
            limit = time.monotonic() + 10 * patience + 60
            passed = not chosen or run_tests(chosen, copy, min(end, limit), interpreted=interpreted)
        finally:
            path.write_text(source, encoding="utf-8")
            bytecode.unlink(missing_ok=True)
        if passed is None and time.monotonic() > end:
            break
        tried += 1
        caught += not passed
        if passed:
            lines = zip(source.splitlines(), changed.splitlines(), strict=False)
            old, new = next(((a, b) for a, b in lines if a != b), ("", ""))
            place = f"{path.relative_to(copy)}:{line}"
            print(f"survived: {place}  {old.strip()} -> {new.strip()}", flush=True)
    return len(faults), tried, caught


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=list(ROOMS))
    parser.add_argument("--each", type=int, default=12, help="faults tried in each room")
    parser.add_argument("--minutes", type=float, default=60, help="time for all rooms together")
    parser.add_argument("--patience", type=float, default=60, help="seconds of tests for a fault")
    parser.add_argument("--own", action="store_true", help="no tests that all rooms share: quicker")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, end = random.Random(options.seed), time.monotonic() + 60 * options.minutes
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        copy.mkdir()
        copy_tree(copy)
        # Before numpy is there.
        os.environ["OMP_NUM_THREADS"] = "1"
        for library in _LIBRARIES:
            importlib.import_module(library)
        for position, room in enumerate(options.rooms):
            # What a room leaves of its share of the time goes to the rooms after it.
            now = time.monotonic()
            share = now + (end - now) / (len(options.rooms) - position)
            how = {name: getattr(options, name) for name in ("each", "patience", "own")}
            found = try_room(room, copy, rng, share, **how)
            rows.append((room, *found))
            _, n_tried, n_caught = found
            said = f"{n_caught} of {n_tried} caught" if n_tried else "no time"
            print(f"{room}: {said}", file=sys.stderr, flush=True)
    print("| room | faults proposed | tried | caught |\n|---|---|---|---|")
    total = [sum(row[k] for row in rows) for k in (1, 2, 3)]
    for row in [*rows, ("all", *total)]:
        print("| " + " | ".join(map(str, row)) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
