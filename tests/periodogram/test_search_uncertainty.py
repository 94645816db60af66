"""Uncertainties, false-alarm probabilities and runners-up mean what they say."""

import numpy as np
import pytest
from astropy.timeseries import LombScargle

from sklearn_vartl.periodogram import period_table, search_periods
from sklearn_vartl.periodogram._significance import (
    log10_false_alarm,
    rank_log10_false_alarm,
)


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


def skewed(rng, n_stars=150, n_points=60):
    """Light curves in random order, of magnitudes as an eclipsing star has them."""
    time = np.sort(rng.uniform(0, 1000, (n_stars, n_points)), axis=1)
    mag = 15 + 0.01 * rng.normal(size=time.shape)
    mag += np.where(rng.random(time.shape) < 0.12, rng.uniform(0.1, 0.8, time.shape), 0)
    return time.ravel(), mag.ravel(), np.full(mag.size, 0.02), np.arange(n_stars + 1) * n_points


def test_magnitudes_in_random_order_are_not_significant_however_they_are_distributed(rng):
    found = search_periods(*skewed(rng))
    assert np.mean(found.rank_log10_fap < -1) <= 0.03
    assert np.all(found.rank_log10_fap <= 0)


def folded(rng, shape, n_points, n_stars=30):
    time = np.sort(rng.uniform(0, 1000, (n_stars, n_points)), axis=1)
    mag = 15 + shape((time / 1.2345) % 1) + 0.01 * rng.normal(size=time.shape)
    return time.ravel(), mag.ravel(), np.full(mag.size, 0.02), np.arange(n_stars + 1) * n_points


def test_shapes_that_no_sine_follows_are_significant_by_ranks(rng):
    # Ellipsoidal variation, and a deep narrow eclipse which makes most of the variance.
    def shape(phase):
        return 0.1 * np.cos(4 * np.pi * phase) + 2 * np.clip(
            1 - np.minimum(phase, 1 - phase) / 0.05, 0, 1
        )

    found = search_periods(*folded(rng, shape, 60))
    by_rank, by_sine = (found.rank_log10_fap < -2).mean(), (found.log10_fap < -2).mean()
    assert by_rank > by_sine + 0.25
    assert np.mean(period_table(found)["significance"] > 2) >= by_rank


def test_narrow_eclipses_are_significant_by_the_faint_points(rng):
    def shape(phase):
        return 0.6 * np.clip(1.5 - np.minimum(phase, 1 - phase) / 0.06, 0, 1)

    found = search_periods(*folded(rng, shape, 80))
    assert (found.dips_log10_fap < -3).mean() > 0.5 > (found.log10_fap < -3).mean() + 0.2
    assert np.median(period_table(found)["significance"]) > 3


@pytest.mark.parametrize(("n", "most"), [(11, 1), (17, 2), (23, 3), (40, 4)])
def test_the_bound_for_ranks_is_that_of_the_beta_distribution(n, most):
    from scipy.special import beta, betainc
    from scipy.stats import norm, rankdata

    rng = np.random.default_rng(2)
    time = np.sort(rng.uniform(0, 50, n))
    turn = 2 * np.pi * time / 0.7
    # Of the second harmonic, where there are points for it; with ties.
    mag = np.round(np.sin(min(most, 2) * turn) + rng.normal(0, 0.1, n), 1)
    found = rank_log10_false_alarm(time, mag, [0, n], np.array([1 / 0.7]), [14.0], [0.5])
    score = norm.ppf((rankdata(mag) - 0.5) / n)
    score -= score.mean()
    bounds, exact = [], []
    for k in range(1, most + 1):
        x = np.outer(turn, np.arange(1, k + 1))
        design = np.hstack([np.ones((n, 1)), np.cos(x), np.sin(x)])
        left = score - design @ np.linalg.lstsq(design, score, rcond=None)[0]
        rest, a = np.sum(left**2) / np.sum(score**2), 0.5 * (n - 2 * k - 1)
        width = np.sqrt(4 * np.pi) * 0.5 * 14.0 * k * np.sqrt(-a * np.log(rest))
        exact.append(4 * betainc(a, k, rest) * (1 + width))
        # Without (1 - t)^(k - 1) under the integral.
        bounds.append(4 * rest**a / (a * beta(a, k)) * (1 + width))
    assert found[0] == pytest.approx(np.log10(min(bounds)), rel=1e-9) and found[0] < 0
    # An upper bound of the incomplete beta function, equal to it for a sine.
    assert np.log10(min(exact)) - 1e-9 <= found[0] < np.log10(min(exact)) + 0.5
    assert bounds[0] == pytest.approx(exact[0], rel=1e-9)


def test_few_points_and_no_period_say_nothing_by_ranks(rng):
    time, mag = np.sort(rng.uniform(0, 50, 5)), rng.normal(size=5)
    few = rank_log10_false_alarm(time, mag, [0, 5], np.array([1.4]), [14.0], [0.5])
    none = rank_log10_false_alarm(time, mag, [0, 5], np.array([np.nan]), [14.0], [0.5])
    assert few[0] == 0 and np.isnan(none[0])


def test_the_bound_for_ranks_does_not_depend_on_the_neighbours(rng):
    time, mag, error, offsets = skewed(rng, 3, 60)
    frequency, deviation = np.array([0.31, np.nan, 1.7]), np.full(3, 280.0)
    together = rank_log10_false_alarm(time, mag, offsets, frequency, deviation, np.full(3, 30.0))
    for i in range(3):
        part = slice(60 * i, 60 * (i + 1))
        alone = rank_log10_false_alarm(
            time[part], mag[part], [0, 60], frequency[i : i + 1], deviation[:1], [30.0]
        )
        np.testing.assert_array_equal(alone, together[i : i + 1])
