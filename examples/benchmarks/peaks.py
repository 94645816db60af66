"""Does the fast periodogram find the highest peak of the exact one?

    OMP_NUM_THREADS=1 python examples/benchmarks/peaks.py

Real stars of three surveys, on the reference's whole grid (about 270,000 frequencies). Astropy's exact
power of every frequency takes five seconds a star, so nifty-ls in double precision, which is right to
1e-9, first says where the power is within 1e-4 of its maximum; there astropy decides.
"""

import argparse
from pathlib import Path

import nifty_ls
import numpy as np
from astropy.timeseries import LombScargle

from sklearn_vartl.light_curves import clean, read_light_curves
from sklearn_vartl.periodogram import highest_peaks, upsilon_grid

SURVEYS = ("crts", "asas", "hipparcos_ogle")


def draw(folder, n_stars, seed):
    """The same number of random stars of each survey, cleaned; unusable ones left out."""
    rng = np.random.default_rng(seed)
    for number, name in enumerate(SURVEYS):
        X = read_light_curves(folder / f"{name}.parquet")
        share = n_stars // len(SURVEYS) + (number < n_stars % len(SURVEYS))
        X, problems = clean(X[rng.permutation(len(X))[: share + 20]], 10)
        yield X[[i for i in range(len(X)) if i not in problems][:share]]


def exact_peak(star, f_min, df, n_freq):
    """Index of the highest exact power on the grid, and of those within 1e-9 of it."""
    time = star.time - star.time.mean()
    fast = nifty_ls.lombscargle(
        time, star.mag, None, fit_mean=False, nthreads=1,
        fmin=f_min, fmax=f_min + df * (n_freq - 1), Nf=n_freq,
    ).power  # fmt: skip
    near = np.flatnonzero(fast >= fast.max() - 1e-4)
    model = LombScargle(time, star.mag, fit_mean=False)
    power = model.power(f_min + df * near, method="slow")
    return near[power >= power.max() - 1e-9]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--surveys", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--stars", type=int, default=400)
    parser.add_argument("--engines", default="numba,numpy")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    engines = arguments.engines.split(",")
    same = dict.fromkeys(engines, 0)
    n_stars = 0
    for X in draw(arguments.surveys, arguments.stars, arguments.seed):
        grid = upsilon_grid([np.ptp(star.time) for star in X], X.n_points)
        f_min, df, n_freq = grid
        found = {
            engine: highest_peaks(
                X.time, X.mag, None, X.offsets, f_min=f_min, df=df, n_freq=n_freq,
                fit_mean=False, n_peaks=1, min_separation=1, engine=engine,
            ).index[:, 0]
            for engine in engines
        }  # fmt: skip
        for i, star in enumerate(X):
            exact = exact_peak(star, f_min[i], df[i], int(n_freq[i]))
            for engine in engines:
                same[engine] += found[engine][i] in exact
        n_stars += len(X)
    for engine in engines:
        print(f"{engine}: the exact peak of {same[engine]} of {n_stars} stars")


if __name__ == "__main__":
    main()
