"""Amplitudes and asymmetries of the magnitudes."""

import light_curve
import numpy as np
import pytest
from scipy import stats

from sklearn_vartl.features import LightCurveFeatures, feature_definitions

NAMES = [d.name for d in feature_definitions("all") if d.family == "spread"]


def row(time, mag, magerr):
    values = LightCurveFeatures(NAMES).transform([(time, mag, magerr)])[0]
    return dict(zip(NAMES, values, strict=True))


def test_percentiles_against_numpy(pulsator):
    time, mag, magerr = pulsator
    found = row(time, mag, magerr)
    p = {q: np.percentile(mag, q) for q in (1, 5, 10, 25, 40, 50, 60, 75, 90, 95, 99)}
    middle = p[95] - p[5]
    expected = {
        "quartile31": p[75] - p[25],
        "amplitude90": middle,
        "percentile5": p[50] - p[5],
        "percentile95": p[95] - p[50],
        "percentile_asymmetry": (p[95] + p[5] - 2 * p[50]) / middle,
        "percentile_ratio20": (p[60] - p[40]) / middle,
        "percentile_ratio50": (p[75] - p[25]) / middle,
        "percentile_ratio80": (p[90] - p[10]) / middle,
        "tail_ratio": (p[99] - p[1]) / (p[75] - p[25]),
        "mad": stats.median_abs_deviation(mag),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-10), name


def test_weights_limit_the_influence_of_tiny_errors(pulsator):
    time, mag, magerr = pulsator
    weight = 1 / (magerr**2 + np.median(magerr) ** 2)
    mean = np.average(mag, weights=weight)
    variance = np.average((mag - mean) ** 2, weights=weight)
    found = row(time, mag, magerr)
    assert found["weighted_std"] == pytest.approx(np.sqrt(variance))
    noise = np.average(magerr**2, weights=weight)
    assert found["excess_std"] == pytest.approx(np.sqrt(variance - noise))
    assert found["beyond_1std"] == np.mean(np.abs(mag - mean) > np.sqrt(variance))


def test_beyond_1std_against_light_curve(pulsator):
    time, mag, _ = pulsator
    equal = np.full(len(mag), 0.02)
    # light-curve divides the variance by n - 1; no point of this star lies between the two.
    expected = light_curve.BeyondNStd(1)(time, mag, equal)[0]
    assert row(time, mag, equal)["beyond_1std"] == pytest.approx(expected)


def test_noise_alone_has_no_excess():
    rng = np.random.default_rng(0)
    magerr = np.full(500, 0.1)
    mag = 15 + 0.08 * rng.normal(size=500)
    assert row(np.arange(500.0), mag, magerr)["excess_std"] == 0


def test_an_eclipsing_star_is_lopsided(binary):
    found = row(*binary)
    assert found["faint_outliers"] > 0.1
    assert found["bright_outliers"] < 0.02
    assert found["percentile_asymmetry"] > 0.5
    assert found["hl_amp_ratio"] > 5


def test_ratios_are_nan_where_more_than_90_percent_of_the_points_are_equal():
    mag = np.full(100, 12.0)
    mag[:3] = 12.5
    found = row(np.arange(100.0), mag, np.full(100, 0.01))
    assert np.isnan(found["percentile_asymmetry"])
    assert np.isnan(found["tail_ratio"])
    assert found["faint_outliers"] == pytest.approx(0.03)
