"""The engines of the periodogram on real light curves: the peak is where the exact power has it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_vartl.light_curves import clean
from sklearn_vartl.periodogram import highest_peaks, lomb_scargle_power, upsilon_grid

N_STARS = 8


def chosen_stars(real_survey, name):
    X = real_survey(name)
    X, problems = clean(X[np.random.default_rng(5).choice(len(X), 2 * N_STARS, replace=False)], 10)
    return X[[i for i in range(len(X)) if i not in problems][:N_STARS]]


@pytest.mark.parametrize("name", ["crts", "asas", "hipparcos_ogle"])
@pytest.mark.parametrize("engine", ["numba", "numpy", "torch"])
def test_peak_is_that_of_the_double_precision_power(real_survey, name, engine):
    """On the reference's whole grid, against nifty-ls in double precision (right to 1e-9)."""
    nifty_ls = pytest.importorskip("nifty_ls")
    X = chosen_stars(real_survey, name)
    f_min, df, n_freq = upsilon_grid([np.ptp(star.time) for star in X], X.n_points)
    found = highest_peaks(
        X.time, X.mag, None, X.offsets, f_min=f_min, df=df, n_freq=n_freq,
        fit_mean=False, n_peaks=1, min_separation=1, engine=engine,
    )  # fmt: skip
    for i, star in enumerate(X):
        power = nifty_ls.lombscargle(
            star.time - star.time[0], star.mag, None, fit_mean=False, nthreads=1,
            fmin=f_min[i], fmax=f_min[i] + df[i] * (n_freq[i] - 1), Nf=int(n_freq[i]),
        ).power  # fmt: skip
        assert found.index[i, 0] == power.argmax()
        # The power of a peak is computed again in double precision.
        assert_allclose(found.power[i, 0], power.max(), rtol=1e-6)


@pytest.mark.parametrize("name", ["crts", "asas", "hipparcos_ogle"])
@pytest.mark.parametrize("engine", ["numba", "numpy", "torch"])
def test_power_is_astropys(real_survey, name, engine):
    """Weighted, floating mean, at a few hundred frequencies; tolerance as in tests/periodogram."""
    timeseries = pytest.importorskip("astropy.timeseries")
    star = chosen_stars(real_survey, name)[0]
    df = 1 / (3 * np.ptp(star.time))
    power = lomb_scargle_power(
        star.time, star.mag, star.magerr**-2, f_min=df, df=df, n_freq=100_000, engine=engine
    )
    some = np.unique(np.append(np.arange(0, 100_000, 501), power.argmax()))
    model = timeseries.LombScargle(star.time, star.mag, star.magerr)
    assert_allclose(power[some], model.power(df + df * some, method="slow"), atol=2e-5)
