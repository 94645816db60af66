"""Uncertainties, false-alarm probabilities and runners-up mean what they say."""

import numpy as np
import pytest
from astropy.timeseries import LombScargle

from sklearn_vartl.periodogram import search_periods
from sklearn_vartl.periodogram._significance import log10_false_alarm


def block(rng, n_stars, n_points, signal, noise=0.1):
    time = np.sort(rng.uniform(0, 400, (n_stars, n_points)), axis=1)
    error = rng.uniform(0.5, 1.5, time.shape) * noise
    mag = 15 + signal(time) + error * rng.normal(size=time.shape)
    offsets = np.arange(n_stars + 1) * n_points
    return time.ravel(), mag.ravel(), error.ravel(), offsets


def test_errors_of_the_period_follow_the_uncertainty(rng):
    period = 0.789
    points = block(rng, 200, 120, lambda t: 0.2 * np.sin(2 * np.pi * t / period))
    found = search_periods(*points, min_period=0.1)
    deviation = (found.shape_period - period) / found.uncertainty
    right = np.abs(found.shape_period / period - 1) < 1e-3
    assert right.mean() > 0.98
    assert 0.85 < np.std(deviation[right]) < 1.2
    assert abs(np.mean(deviation[right])) < 0.3


def test_false_alarms_are_as_rare_as_promised(rng):
    points = block(rng, 300, 100, np.zeros_like)
    found = search_periods(*points, min_period=1.0)
    # Baluev's is an upper bound, and a close one where alarms are rare.
    assert 0.02 < np.mean(found.log10_fap < -1) < 0.14
    assert np.all(found.log10_fap <= 0)


@pytest.mark.parametrize("power", [0.05, 0.2, 0.3, 0.6, 0.95])
def test_false_alarm_probability_equals_astropy(power, rng):
    time = np.sort(rng.uniform(0, 1000, 100))
    error = rng.uniform(0.5, 2, 100)
    theirs = LombScargle(time, rng.normal(size=100), error).false_alarm_probability(
        power, method="baluev", maximum_frequency=10
    )
    weight = error**-2 / np.sum(error**-2)
    deviation = np.sqrt(np.sum(weight * (time - weight @ time) ** 2))
    ours = log10_false_alarm(power, 100, deviation, 10.0)
    assert float(ours) == pytest.approx(np.log10(theirs), abs=1e-5)


def test_false_alarm_probability_does_not_underflow():
    assert log10_false_alarm(1.0, 1000, 300.0, 10.0) < -3000
    assert np.isnan(log10_false_alarm(0.9, 4, 300.0, 10.0))
    assert np.isnan(log10_false_alarm(np.nan, 100, 300.0, 10.0))


def test_an_alias_is_the_runner_up_and_the_gap_tells_how_close_it_came(rng):
    nights = np.sort(rng.choice(600, 150, replace=False)).astype(float)
    apart = nights + rng.uniform(-0.15, 0.15, 150)
    together = nights + rng.uniform(-0.02, 0.02, 150)
    found = []
    for time in (apart, together):
        mag = np.sin(2 * np.pi * time / 0.37) + rng.normal(0, 0.3, 150)
        found.append(search_periods(time, mag, np.full(150, 0.3), [0, 150]))
    wide, close = found
    assert wide.shape_period[0] == pytest.approx(0.37, rel=1e-3)
    alias = np.abs(1 / close.runner_up[0] - 1 / close.shape_period[0])
    assert np.min(np.abs(alias - 1)) < 0.01
    assert np.all(np.diff(wide.runner_up_gap[0]) >= 0)
    assert close.runner_up_gap[0, 0] < wide.runner_up_gap[0, 0]
