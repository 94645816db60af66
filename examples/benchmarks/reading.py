"""How long reading takes, beside what pandas and pyarrow take for the same files.

Light curves are made with the sizes of the Catalina survey (30,000 stars of 224 points, 6.7 million
rows), written as Parquet and CSV, and read in turns. Times are the processor's, the least of several.

    python examples/benchmarks/reading.py
    python examples/benchmarks/reading.py --parquet data/light_curves/crts.parquet
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sklearn_vartl import LightCurves, read_light_curves, write_light_curves


def stars(n_stars, n_points):
    """Light curves of random numbers, of a survey's size."""
    rng = np.random.default_rng(0)
    n = n_stars * n_points
    return LightCurves(
        np.sort(rng.uniform(53000, 56000, (n_stars, n_points))).ravel(),
        rng.normal(16, 0.3, n).round(6),
        rng.uniform(0.02, 0.2, n).round(6),
        np.arange(n_stars + 1) * n_points,
        ids=[f"{1001008034184 + i}" for i in range(n_stars)],
        labels=np.array(["EC", "RRAB", "LPV"])[np.arange(n_stars) % 3],
    )


def in_turns(readers, repeats):
    """The least time of each, read one after the other so that all meet the same machine."""
    times = {name: [] for name in readers}
    for _ in range(repeats):
        for name, read in readers.items():
            start = time.process_time()
            read()
            times[name].append(time.process_time() - start)
    return {name: min(taken) for name, taken in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stars", type=int, default=30_000)
    parser.add_argument("--points", type=int, default=224)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--parquet", type=Path, help="a survey's own file instead")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        parquet, csv = Path(folder) / "stars.parquet", Path(folder) / "stars.csv"
        X = read_light_curves(args.parquet) if args.parquet else stars(args.stars, args.points)
        parquet = args.parquet or parquet
        if not args.parquet:
            write_light_curves(X, parquet)
        write_light_curves(X.replace(table=None), csv)
        print(f"{len(X):,} stars, {len(X.time):,} rows; CSV of {csv.stat().st_size / 1e6:.0f} MB")
        found = in_turns(
            {
                "Parquet, pyarrow alone": lambda: pq.read_table(parquet),
                "Parquet, read_light_curves": lambda: read_light_curves(parquet),
                "CSV, pandas alone": lambda: pd.read_csv(csv),
                "CSV, read_light_curves": lambda: read_light_curves(csv),
            },
            args.repeats,
        )
        for name, seconds in found.items():
            print(f"{name:28} {seconds:7.2f} s")
        ratio = found["CSV, read_light_curves"] / found["CSV, pandas alone"]
        print(f"CSV: {ratio:.2f} times pandas' own reading")


if __name__ == "__main__":
    main()
