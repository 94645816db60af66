"""Moments, L-moments, Shapiro-Wilk and Stetson K against scipy, light-curve and closed forms."""

from itertools import combinations

import light_curve
import numpy as np
import pytest
from scipy import stats

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.features.kernels._statistics import blom_scores, l_moment_ratios, shapiro_w

NAMES = ["skewness", "kurtosis", "l_skewness", "l_kurtosis", "shapiro_w", "stetson_k"]


def row(time, mag, magerr):
    values = LightCurveFeatures(NAMES).transform([(time, mag, magerr)])[0]
    return dict(zip(NAMES, values, strict=True))


def test_against_scipy(pulsator):
    time, mag, magerr = pulsator
    found = row(time, mag, magerr)
    assert found["skewness"] == pytest.approx(stats.skew(mag), rel=1e-10)
    assert found["kurtosis"] == pytest.approx(stats.kurtosis(mag), rel=1e-10)
    assert found["shapiro_w"] == pytest.approx(stats.shapiro(mag).statistic, abs=1e-7)


def test_stetson_k_of_the_median_against_light_curve(pulsator):
    time, mag, magerr = pulsator
    magerr = np.full_like(magerr, 0.1)
    # light-curve takes the weighted mean for the centre: equal where mean and median are.
    centred = np.concatenate([mag - np.median(mag), np.median(mag) - mag])
    times = np.concatenate([time, time + 1000])
    errors = np.concatenate([magerr, magerr])
    expected = light_curve.StetsonK()(times, centred, errors)[0]
    assert row(times, centred, errors)["stetson_k"] == pytest.approx(expected, rel=1e-9)


def test_stetson_k_of_a_sine(even_times):
    time = even_times(4000, 100.0)
    mag = np.sin(2 * np.pi * time / 3.3)
    expected = np.sqrt(8) / np.pi
    assert row(time, mag, np.full(4000, 0.1))["stetson_k"] == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("n_points", [3, 4, 5, 6, 7, 11, 12, 40, 301, 4999])
def test_shapiro_w_of_any_length(n_points):
    values = np.random.default_rng(n_points).gamma(2.0, size=n_points)
    expected = stats.shapiro(values).statistic
    # scipy's own version has normal quantiles that are good to seven digits.
    scores = blom_scores(np.array([0, n_points]))
    assert shapiro_w(np.sort(values), scores) == pytest.approx(expected, abs=1e-7)


def test_shapiro_w_is_nan_where_it_is_not_defined():
    assert np.isnan(shapiro_w(np.array([1.0, 2.0]), blom_scores(np.array([0, 2]))))
    assert np.isnan(shapiro_w(np.full(20, 3.0), blom_scores(np.array([0, 20]))))


def test_normal_scores_are_those_of_each_star_by_itself():
    scores = blom_scores(np.array([0, 4, 5, 105]))
    for star, n_points in [(slice(0, 4), 4), (slice(4, 5), 1), (slice(5, 105), 100)]:
        ranks = np.arange(1, n_points + 1)
        expected = stats.norm.ppf((ranks - 3 / 8) / (n_points + 1 / 4))
        np.testing.assert_allclose(scores[star], expected, rtol=1e-13, atol=1e-15)


def test_l_moments_equal_their_definition_by_order_statistics():
    values = np.sort(np.random.default_rng(0).gamma(1.5, size=12))

    def l_moment(order, weights):
        return np.mean([np.dot(weights, np.sort(c)) for c in combinations(values, order)]) / order

    second = l_moment(2, [-1, 1])
    found = l_moment_ratios(values)
    assert found[0] == pytest.approx(l_moment(3, [1, -2, 1]) / second)
    assert found[1] == pytest.approx(l_moment(4, [-1, 3, -3, 1]) / second)
