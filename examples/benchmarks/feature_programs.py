"""The programs that `features.py` compares: this package and its peers, each a function of light curves.

Peers search the reference's frequency grid (`upsilon_grid`): the same time span, step and highest
frequency. light-curve's fast periodogram allows powers of two only, and gets the nearest one. What
can be made ready beforehand (frequency grids, feature spaces) is not timed.
"""

import warnings
from importlib.util import find_spec

import numpy as np

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.periodogram import highest_peaks, upsilon_grid

# Fastest first; the slow ones are run on fewer stars. The second entry is the module needed.
PEERS = {
    "light-curve f32": "light_curve",
    "light-curve f64": "light_curve",
    "nifty-ls f64": "nifty_ls",
    "astropy fast": "astropy",
    "feets": "feets",
}
SLOW = ("astropy fast", "feets")


def available(names):
    """Those of the programs whose module is installed."""
    return [name for name in names if name not in PEERS or find_spec(PEERS[name])]


def our_features(features, engine, outliers="drop"):
    """All features of a set, from light curves as they come."""
    transformer = LightCurveFeatures(
        features, period_engine=engine, on_error="nan", outliers=outliers
    )

    def prepare(X):
        return lambda: transformer.transform(X)

    return prepare


def our_power(engine):
    """The reference's periodogram and its highest peak only."""

    def prepare(X):
        f_min, df, n_freq = grids(X)
        search = {"fit_mean": False, "n_peaks": 1, "min_separation": 1, "engine": engine}
        grid = {"f_min": f_min, "df": df, "n_freq": n_freq}
        return lambda: highest_peaks(X.time, X.mag, None, X.offsets, **grid, **search)

    return prepare


def grids(X):
    """The reference's grid of each star."""
    span = np.array([star.time.max() - star.time.min() for star in X])
    return upsilon_grid(span, X.n_points)


def _each_star(X, make):
    """Run what `make` returns for each star's times, magnitudes, errors and grid."""
    calls = [
        make(star.time - star.time[0], star.mag, star.magerr, *grid)
        for star, grid in zip(X, zip(*grids(X), strict=True), strict=True)
    ]

    def run():
        for call in calls:
            call()

    return run


def astropy_fast(X):
    from astropy.timeseries import LombScargle

    def make(time, mag, magerr, f_min, df, n_freq):
        frequency = f_min + df * np.arange(n_freq)
        return lambda: (
            LombScargle(time, mag, fit_mean=False)
            .power(frequency, method="fast", assume_regular_frequency=True)
            .argmax()
        )

    return _each_star(X, make)


def nifty_ls(X):
    from nifty_ls import lombscargle

    def make(time, mag, magerr, f_min, df, n_freq):
        grid = {"fmin": f_min, "fmax": f_min + df * (n_freq - 1), "Nf": int(n_freq)}
        return lambda: lombscargle(
            time, mag, None, **grid, fit_mean=False, nthreads=1
        ).power.argmax()

    return _each_star(X, make)


def light_curve(dtype):
    def prepare(X):
        from light_curve import Periodogram

        def make(time, mag, magerr, f_min, df, n_freq):
            highest = 2 * np.pi * (f_min + df * (n_freq - 1))
            n_intervals = 2 ** round(np.log2(n_freq))
            periodogram = Periodogram(
                peaks=1, freqs=np.linspace(0.0, highest, n_intervals + 1), fast=True
            )
            time, mag = time.astype(dtype), mag.astype(dtype)
            return lambda: periodogram(time, mag, sorted=True, check=False)

        return _each_star(X, make)

    return prepare


def feets(X):
    from feets import FeatureSpace

    def make(time, mag, magerr, f_min, df, n_freq):
        autopower = {
            "normalization": "standard",
            "samples_per_peak": 3,
            "minimum_frequency": f_min,
            "maximum_frequency": f_min + df * (n_freq - 1),
        }
        space = FeatureSpace(
            only=["PeriodLS"],
            dask_options={"scheduler": "synchronous"},
            AstropyLombScargle={"lscargle_kwds": {"autopower_kwds": autopower}},
        )

        def run():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                space.extract(time=time, magnitude=mag, error=magerr)

        return run

    return _each_star(X, make)


def programs(engines):
    """Name -> function that makes light curves ready and returns the function to be timed."""
    ours = {}
    for engine in engines:
        ours[f'this package, "upsilon", {engine}'] = our_features("upsilon", engine)
        ours[f'this package, "vartl", {engine}'] = our_features("vartl", engine)
        kept = our_features("vartl", engine, outliers="keep")
        ours[f'this package, "vartl", outliers kept, {engine}'] = kept
        ours[f"this package, power only, {engine}"] = our_power(engine)
    return ours | {
        "light-curve f32": light_curve(np.float32),
        "light-curve f64": light_curve(np.float64),
        "nifty-ls f64": nifty_ls,
        "astropy fast": astropy_fast,
        "feets": feets,
    }
