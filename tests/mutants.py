"""One-line faults in the numerics, and how many of them the tests notice: make mutants.

cosmic-ray proposes the faults (another comparison, operator, number, condition, ...); a random sample of
each room's is tried on a copy of the tree, with the tests of that room. What survives is printed with its
line: each is a behaviour that no test asks for, or a change that makes no difference.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]

# The rooms with numerics, and the tests that know them best.
ROOMS = {
    "classes": ["classes"],
    "light_curves": ["light_curves", "readers"],
    "preprocessing": ["preprocessing"],
    "probabilities": ["probabilities", "transfer"],
    "transfer": ["transfer"],
    "ensemble": ["ensemble"],
    "taxonomy": ["taxonomy"],
    "resampling": ["resampling"],
    "evaluation": ["evaluation"],
    "persistence": ["persistence"],
    "catalog": ["catalog"],
    "adaptation": ["adaptation"],
    "images": ["images"],
    "network": ["network", "transfer"],
    "features/kernels": [
        f"features/test_{name}.py"
        for name in "moments fourier folded spread residuals time_domain eclipses upsilon kernels".split()
    ],
    "periodogram": [
        f"periodogram/test_{name}.py" for name in "fits candidates eclipse_models aliases".split()
    ],
}

# Compiled rooms, whose faults are seen at once where the tests run without the compiler.
INTERPRETED = {"features/kernels", "periodogram"}

# Faults that change nothing a test could see (a decorator of a property, a type of an annotation).
NOT_TRIED = ("core/RemoveDecorator", "core/VariableInserter", "core/VariableReplacer")

CONFIG = """
[cosmic-ray]
module-path = {modules}
timeout = {timeout}
excluded-modules = []
test-command = "{python} -m pytest -q -x -p no:cacheprovider -m 'not slow' {tests}"

[cosmic-ray.distributor]
name = "local"
"""


def run(*words, cwd, interpreted=False, **options):
    command = [str(Path(sys.executable).parent / "cosmic-ray"), *words]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(cwd)}
    if interpreted:
        environment["NUMBA_DISABLE_JIT"] = "1"
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, **options
    )


def sample(session, size, rng):
    """Keep a random sample of the proposed faults; returns how many were proposed."""
    with sqlite3.connect(session) as base:
        base.execute(
            f"DELETE FROM mutation_specs WHERE operator_name IN ({','.join('?' * len(NOT_TRIED))})"
            " OR operator_name LIKE 'core/ReplaceBinaryOperator%BitOr%'",
            NOT_TRIED,
        )
        proposed = [row[0] for row in base.execute("SELECT job_id FROM mutation_specs")]
        kept = set(rng.sample(sorted(proposed), min(size, len(proposed))))
        for (job,) in list(base.execute("SELECT job_id FROM work_items")):
            if job not in kept:
                base.execute("DELETE FROM mutation_specs WHERE job_id = ?", (job,))
                base.execute("DELETE FROM work_items WHERE job_id = ?", (job,))
    return len(proposed)


def outcomes(session):
    """(where, fault, outcome) of every fault that was tried."""
    query = """SELECT module_path, start_pos_row, operator_name, diff, test_outcome
               FROM work_results JOIN mutation_specs USING (job_id)"""
    with sqlite3.connect(session) as base:
        for path, row, operator, diff, outcome in base.execute(query):
            changed = [
                line
                for line in diff.splitlines()
                if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ]
            yield (
                f"{path}:{row}",
                f"{operator.split('/')[1]}  {' -> '.join(changed)}",
                outcome.lower(),
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=list(ROOMS))
    parser.add_argument("--each", type=int, default=12, help="faults tried in each room")
    parser.add_argument("--minutes", type=float, default=60, help="time for all rooms together")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, end = random.Random(options.seed), time.monotonic() + 60 * options.minutes
    rows, survivors = [], []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        copy.mkdir()
        archive = subprocess.run(
            ["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True
        )
        subprocess.run(["tar", "-x", "-C", copy], input=archive.stdout, check=True)
        for position, room in enumerate(options.rooms):
            modules = [
                f"sklearn_vartl/{room}/{p.name}"
                for p in (copy / "sklearn_vartl" / room).glob("_[a-z]*.py")
            ]
            tests = " ".join(
                f"tests/{name}" for name in ROOMS[room] if (copy / "tests" / name).exists()
            )
            config, session = (
                copy / f"{room.replace('/', '_')}.{suffix}" for suffix in ("toml", "sqlite")
            )
            config.write_text(
                CONFIG.format(modules=modules, timeout=900.0, python=sys.executable, tests=tests)
            )
            run("init", config.name, session.name, cwd=copy, check=True)
            proposed = sample(session, options.each, rng)
            interpreted = room in INTERPRETED
            # Tests that fail without a fault would catch everything.
            run("baseline", config.name, cwd=copy, interpreted=interpreted, check=True)
            try:
                run(
                    "exec",
                    config.name,
                    session.name,
                    cwd=copy,
                    interpreted=interpreted,
                    # What a room leaves of its share of the time goes to the rooms after it.
                    timeout=max(1.0, (end - time.monotonic()) / (len(options.rooms) - position)),
                )
            except subprocess.TimeoutExpired:
                print(f"{room}: the time is up", file=sys.stderr)
                # The fault that was being tried is still in the copy.
                subprocess.run(["tar", "-x", "-C", copy], input=archive.stdout, check=True)
            tried = list(outcomes(session))
            lost = [entry for entry in tried if entry[2] == "survived"]
            rows.append((room, proposed, len(tried), len(tried) - len(lost)))
            survivors += lost
            print(
                f"{room}: {len(tried) - len(lost)} of {len(tried)} caught",
                file=sys.stderr,
                flush=True,
            )
    print("| room | faults proposed | tried | caught |\n|---|---|---|---|")
    total = [sum(row[k] for row in rows) for k in (1, 2, 3)]
    for row in [*rows, ("all", *total)]:
        print("| " + " | ".join(map(str, row)) + " |")
    for where, fault, _ in survivors:
        print(f"survived: {where}  {fault}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
