"""Features of any light curve that passes the checks are finite, and know nothing of zero points."""

import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.features import feature_definitions

small = settings(max_examples=12, deadline=None, derandomize=True, database=None)
# None of them needs the period: noise has many that are nearly as good as the best, and the rounding of
# a shifted input decides. Where the input is the same, every feature must be.
CHEAP = ["skewness", "kurtosis", "stetson_k", "excess_std", "quartile31"]
N = 30


@st.composite
def stars(draw, n=N):
    """Any times within some years, any magnitudes, any errors.

    All are multiples of 1/1024: adding a constant to them is exact, so that what differs afterwards
    is not the input.
    """
    time = draw(arrays(np.int64, n, elements=st.integers(0, 1_000_000), unique=True)) / 1024
    mag = draw(arrays(np.int64, n, elements=st.integers(8_192, 20_480))) / 1024
    error = draw(arrays(np.int64, n, elements=st.integers(8, 1024))) / 1024
    return time, mag, error


def usable(star):
    X = LightCurves(*star)
    problems = X.check()["effect"]
    return not problems.str.contains("unusable|refused").any()


def features(star, names=CHEAP, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return LightCurveFeatures(names, on_error="nan", **params).transform([star])[0]


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@small
@given(star=stars())
def test_a_usable_star_has_finite_features(star):
    assert np.isfinite(features(star)).all() == usable(star)
    # NaN is how a feature says that it is not defined; no feature is infinite.
    assert not np.isinf(features(star, "vartl")).any()


@small
@given(star=stars(), shift=st.sampled_from([-5000.0, 0.5, 50_000.0]))
def test_the_zero_of_time(star, shift):
    time, mag, error = star
    close(features((time + shift, mag, error)), features(star))


@small
@given(star=stars(), offset=st.sampled_from([-4.0, 0.5, 3.0]))
def test_the_zero_of_magnitude(star, offset):
    time, mag, error = star
    close(features((time, mag + offset, error)), features(star), 1e-5)


@small
@given(star=stars(), data=st.data())
def test_the_order_of_points(star, data):
    order = data.draw(st.permutations(range(N)))
    shuffled = tuple(values[order] for values in star)
    np.testing.assert_array_equal(features(shuffled, "vartl"), features(star, "vartl"))


@small
@given(star=stars(), data=st.data())
def test_points_repeated_exactly(star, data):
    again = data.draw(st.lists(st.integers(0, N - 1), max_size=8))
    repeated = tuple(np.concatenate([values, values[again]]) for values in star)
    np.testing.assert_array_equal(features(repeated, "vartl"), features(star, "vartl"))


@small
@given(star=stars(), factor=st.sampled_from([0.5, 2.0, 8.0]))
def test_a_scale_of_all_errors_changes_only_the_excess_scatter(star, factor):
    """To the bit: everything else weighs points against each other only. (Powers of two are exact.)"""
    time, mag, error = star
    names = [each.name for each in feature_definitions("all") if each.name != "excess_std"]
    found = features((time, mag, error * factor), names)
    np.testing.assert_array_equal(found, features(star, names))
    # Its square is the variance left over, which loses the errors' mean square as often as they are scaled.
    weight = 1 / (error**2 + np.median(error) ** 2)
    mean = np.average(mag, weights=weight)
    left = np.average((mag - mean) ** 2 - (factor * error) ** 2, weights=weight)
    if usable(star):
        (excess,) = features((time, mag, error * factor), ["excess_std"], outliers="keep")
        np.testing.assert_allclose(excess**2, max(left, 0), atol=1e-9)


@small
@given(star=stars(), weighted=st.booleans())
def test_engines_agree(star, weighted):
    """On the power: two engines may well prefer different ones of two equal peaks.

    Single precision loses digits where one point outweighs the others.
    """
    from sklearn_vartl.periodogram import lomb_scargle_power

    time, mag, error = star
    if np.ptp(mag) < 0.01:
        mag = mag + np.linspace(0, 1, N)
    grid = {"f_min": 0.01, "df": 0.01, "n_freq": 200}
    powers = [
        lomb_scargle_power(time, mag, error**-2 if weighted else None, **grid, engine=engine)
        for engine in ("numpy", "numba", "torch")
    ]
    for power in powers[1:]:
        np.testing.assert_allclose(power, powers[0], rtol=0, atol=1e-3 if weighted else 1e-4)


@small
@given(star=stars())
def test_the_callers_arrays_are_never_written_to(star):
    before = [values.copy() for values in star]
    features(star)
    for values, copy in zip(star, before, strict=True):
        np.testing.assert_array_equal(values, copy)
