"""How long features take, beside other programs: the same stars, the same grid, in turns, one thread.

Prints a Markdown table of CPU times a star. Stars go in blocks; within a block the programs take
turns, several rounds, and a program's time is its best round; the table has the median over blocks.
Our sets are complete, from raw light curves to features; the peers compute the power of the
periodogram and its peak only (feets a few features of the fold as well).

    python examples/benchmarks/features.py
    python examples/benchmarks/features.py --growth --memory --threads

Needs astropy, nifty-ls and light-curve for the peers: pip install sklearn_vartl[benchmark]
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import multiprocessing  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from feature_programs import SLOW, available, programs  # noqa: E402

from sklearn_vartl import LightCurveFeatures, LightCurves, read_light_curves  # noqa: E402
from sklearn_vartl.datasets import simulate_survey  # noqa: E402

# Light curves for the timing of threads.
THREADED = 1024
SHARED = Path(__file__).resolve().parents[2] / "data" / "light_curves"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--stars", type=int, default=128, help="stars of each survey (default: 128)"
    )
    parser.add_argument("--block", type=int, default=32, help="stars in a block (default: 32)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each block (default: 5)")
    parser.add_argument("--engines", default="numba,numpy", help="engines, separated by commas")
    parser.add_argument("--without", default="", help="programs to leave out, separated by commas")
    parser.add_argument("--growth", action="store_true", help="growth with points, span and stars")
    parser.add_argument("--memory", action="store_true", help="peak memory of each program")
    parser.add_argument("--threads", action="store_true", help="wall time with several threads")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def load(n_stars, seed):
    """Real stars of CRTS and ASAS where they are, else simulated ones; shuffled."""
    rng = np.random.default_rng(seed)
    surveys = []
    for name in ("crts", "asas"):
        path = SHARED / f"{name}.parquet"
        if path.exists():
            X = read_light_curves(path)
            # A few real records begin two million days before the others.
            sane = np.array([np.ptp(star.time) < 36525 for star in X])
            X = X[sane]
        else:
            X = simulate_survey(2 * n_stars, survey="asas", random_state=seed)
        surveys.append(X[rng.choice(len(X), min(n_stars, len(X)), replace=False)])
    source = "CRTS and ASAS stars" if path.exists() else "simulated stars"
    return surveys, source


def cpu_time(run):
    start = time.process_time()
    run()
    return time.process_time() - start


def best_times(chosen, X, rounds):
    """Best CPU time a star (ms) of each program on a block of stars, taking turns."""
    few = X[:2]
    calls = {name: prepare(few if name in SLOW else X) for name, prepare in chosen.items()}
    counts = {name: len(few) if name in SLOW else len(X) for name in calls}
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(cpu_time(call))
    return {name: 1e3 * min(times[name]) / counts[name] for name in calls}


def compare(chosen, surveys, block, rounds):
    """Time all programs on blocks of all surveys: name -> one time a block."""
    for prepare in chosen.values():
        prepare(surveys[0][:1])()  # compile, import, plan
    results = {name: [] for name in chosen}
    for X in surveys:
        for start in range(0, len(X), block):
            for name, value in best_times(chosen, X[start : start + block], rounds).items():
                results[name].append(value)
    return {name: np.array(values) for name, values in results.items()}


def print_table(results, source):
    print(f"CPU time a star on one thread, median over blocks of {source}; smaller is faster.\n")
    peers = [
        name for name in ("nifty-ls f64", "light-curve f64", "astropy fast") if name in results
    ]
    print("| program | ms |" + "".join(f" of {name} |" for name in peers))
    print("|---|---|" + "---|" * len(peers))
    for name, values in results.items():
        ratios = [np.median(values / results[peer]) for peer in peers]
        cells = [f"1/{1 / r:.1f}" if r < 1 else f"{r:.1f}" for r in ratios]
        print(f"| {name} | {np.median(values):.3g} |" + "".join(f" {cell} |" for cell in cells))


def star_of(n_points, span, seed=0):
    """A noisy sine at random times, as light curves of one star."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, span, n_points))
    mag = 15 + 0.3 * np.sin(2 * np.pi * t / 0.6) + rng.normal(0, 0.05, n_points)
    return LightCurves(t, mag, np.full(n_points, 0.05), [0, n_points])


def print_growth(chosen, rounds):
    names = [name for name in chosen if name not in SLOW]
    cases = [("points, 2,700 d", [(n, 2700) for n in (30, 100, 300, 1000, 3000, 10_000, 30_000)])]
    cases.append(("days, 300 points", [(300, span) for span in (100, 300, 1000, 3000, 10_000)]))
    for title, sizes in cases:
        which = 0 if "points" in title.split(",")[0] else 1
        print(f"\nCPU time (ms) of one star against its number of {title}.\n")
        print("| program |" + "".join(f" {size[which]:,} |" for size in sizes))
        print("|---|" + "---|" * len(sizes))
        columns = [
            best_times({name: chosen[name] for name in names}, star_of(*size), rounds)
            for size in sizes
        ]
        for name in names:
            print(f"| {name} |" + "".join(f" {column[name]:.3g} |" for column in columns))


def print_growth_with_stars(chosen, X, rounds):
    names = [name for name in chosen if name.startswith("this package")]
    sizes = [size for size in (1, 10, 100, 1000) if size <= len(X)]
    print("\nCPU time (ms) a star against the number of stars in one call.\n")
    print("| program |" + "".join(f" {size:,} |" for size in sizes))
    print("|---|" + "---|" * len(sizes))
    columns = [best_times({n: chosen[n] for n in names}, X[:size], rounds) for size in sizes]
    for name in names:
        print(f"| {name} |" + "".join(f" {column[name]:.3g} |" for column in columns))


def _peak_memory():
    """Peak memory of this process since it began (kB)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def _rise(arguments):
    """Run a program in this fresh process; return by how much its peak memory rose (MB)."""
    name, engines, X = arguments
    prepare = programs(engines)[name]
    prepare(star_of(50, 20.0))()
    before = _peak_memory()
    prepare(X)()
    return (_peak_memory() - before) / 1024


def print_memory(chosen, engines, X):
    print(f"\nRise of the peak memory (MB) by {len(X)} stars, after a small one.\n")
    print("| program | MB |\n|---|---|")
    context = multiprocessing.get_context("spawn")
    for name in chosen:
        with context.Pool(1) as pool:
            (rise,) = pool.map(_rise, [(name, engines, X[:2] if name in SLOW else X)])
        print(f"| {name} | {rise:.0f} |")


def print_threads(X):
    print(f'\nWall time of {len(X)} stars, "vartl" set.\n')
    print("| threads | s | speed-up |\n|---|---|---|")
    single = None
    for n_jobs in range(1, (os.cpu_count() or 1) + 1):
        transformer = LightCurveFeatures(n_jobs=n_jobs, on_error="nan")
        transformer.transform(X[:8])
        start = time.perf_counter()
        transformer.transform(X)
        elapsed = time.perf_counter() - start
        single = single or elapsed
        print(f"| {n_jobs} | {elapsed:.2f} | {single / elapsed:.2f} |")


def main():
    arguments = parse_arguments()
    engines = arguments.engines.split(",")
    without = arguments.without.split(",")
    everything = programs(engines)
    chosen = {n: everything[n] for n in available(everything) if n not in without}
    surveys, source = load(arguments.stars, arguments.seed)
    print_table(compare(chosen, surveys, arguments.block, arguments.rounds), source)
    if arguments.growth:
        print_growth(chosen, arguments.rounds)
        print_growth_with_stars(chosen, surveys[0], arguments.rounds)
    if arguments.memory and not Path("/proc/self/status").exists():
        print("\nThe peak memory is read from /proc/self/status, which is not here.")
    elif arguments.memory:
        print_memory(chosen, engines, surveys[0][:16])
    if arguments.threads:
        print_threads(surveys[0][np.arange(THREADED) % len(surveys[0])])


if __name__ == "__main__":
    main()
