"""One star at a time: processor time of a call, and memory over very many.

A model of the usual features and networks classifies light curves of a real survey, or simulated
ones where it is not at hand, one call a star. With --calls a small model answers so many calls in
a row, and the memory of the process is printed on the way.

    python examples/benchmarks/streaming.py
    python examples/benchmarks/streaming.py --calls 100000
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from sklearn_vartl import (  # noqa: E402
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    make_transfer_pipeline,
    read_light_curves,
)
from sklearn_vartl.datasets import simulate_survey  # noqa: E402

CRTS = Path(__file__).resolve().parents[2] / "data/light_curves/crts.parquet"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stars", type=int, default=200, help="stars that are timed")
    parser.add_argument("--rounds", type=int, default=5, help="times each star is classified")
    parser.add_argument("--calls", type=int, help="watch the memory over so many calls instead")
    return parser.parse_args()


def survey(n_stars):
    """Stars of CRTS, or simulated ones."""
    if CRTS.exists():
        X = read_light_curves(CRTS)
        return X[np.random.default_rng(0).permutation(len(X))[:n_stars]]
    return simulate_survey(n_stars, "asas", random_state=0)


def arrays(star):
    """Time stamps, magnitudes and errors, as a broker would hand them over."""
    return [np.array(values) for values in (star.time, star.mag, star.magerr)]


def timed(model, stars, rounds):
    """Processor time (ms) of each star, the best of some rounds and the median of all calls."""
    waits = np.empty((rounds, len(stars)))
    for row in waits:
        for i, star in enumerate(stars):
            start = time.process_time()
            model.predict_proba(LightCurves(*star))
            row[i] = 1e3 * (time.process_time() - start)
    return waits.min(axis=0), np.median(waits)


def resident_memory():
    """Memory of this process now (MB); Linux only."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def report_times(n_stars, rounds):
    """Print the processor time of a call."""
    X = survey(600 + n_stars)
    train, stream = X[:600], X[600:]
    model = make_transfer_pipeline(
        LightCurveFeatures(), TransferMLPClassifier(max_epochs=3, random_state=0)
    )
    model.fit(train, train.labels)
    stars = [arrays(star) for star in stream]
    timed(model, stars[:10], 1)
    best, median = timed(model, stars, rounds)
    print(
        f"{len(stars)} stars, {np.median(stream.n_points):.0f} points each (median): CPU time of a "
        f"call {np.median(best):.2f} ms (best of {rounds} rounds, median over stars), "
        f"{median:.2f} ms (median of all calls)"
    )


def report_memory(n_calls):
    """Print the memory of this process on the way through many calls."""
    X = simulate_survey(60, "asas", classes=["RRAB", "EC", "MIRA"], random_state=1)
    model = make_transfer_pipeline(
        LightCurveFeatures(["period", "amplitude", "skewness"], max_period=30.0),
        TransferMLPClassifier((16,), n_estimators=2, max_epochs=3, random_state=0),
    )
    model.fit(X, X.labels)
    stars = [[values[:30] for values in arrays(star)] for star in X]
    print("calls, memory (MB):")
    for call in range(n_calls + 1):
        if call in {1000, n_calls} or call % max(1, n_calls // 10) == 0:
            print(f"{call:9,d} {resident_memory():8.1f}", flush=True)
        model.predict_proba(LightCurves(*stars[call % len(stars)]))


def main():
    arguments = parse_arguments()
    if arguments.calls:
        report_memory(arguments.calls)
    else:
        report_times(arguments.stars, arguments.rounds)


if __name__ == "__main__":
    main()
