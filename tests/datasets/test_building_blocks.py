"""Fourier series, random processes, cadence and photometry of simulated stars."""

import numpy as np
import pytest

from sklearn_vartl.datasets._stars import (
    damped_random_walk,
    harmonics,
    scaled,
    series,
    split_lognormal,
    split_normal,
    turns,
)
from sklearn_vartl.datasets._surveys import SURVEYS


def test_series_is_the_sum_of_cosines():
    c = harmonics(0.45, 4.1, 0.3, 2.2)
    x = np.linspace(0, 1, 50)
    expected = sum(
        abs(ck) * np.cos(2 * np.pi * (k + 1) * x + np.angle(ck)) for k, ck in enumerate(c)
    )
    np.testing.assert_allclose(series(c, turns(x, 1.0, 0.0)), expected, atol=1e-12)
    assert abs(c[1]) == pytest.approx(0.45)
    assert np.angle(c[2]) % (2 * np.pi) == pytest.approx(2.2)


def test_missing_fourier_terms_leave_a_sine():
    np.testing.assert_array_equal(harmonics(0.4, np.nan, 0.3, 2.0)[1:], 0)
    np.testing.assert_array_equal(harmonics(0.4, 4.0, 0.0, np.nan)[2:], 0)


def test_scaled_series_has_the_peak_to_peak_amplitude():
    c = scaled(harmonics(0.45, 4.1, 0.3, 2.2), 0.8)
    assert np.ptp(series(c, turns(np.linspace(0, 1, 4000), 1.0, 0.3))) == pytest.approx(
        0.8, rel=0.01
    )


def test_split_distributions_have_the_given_percentiles(rng):
    drawn = [split_normal(rng, (1.0, 2.0, 5.0)) for _ in range(20_000)]
    np.testing.assert_allclose(np.percentile(drawn, [5, 50, 95]), [1, 2, 5], rtol=0.04)
    drawn = [split_lognormal(rng, (0.1, 1.0, 3.0)) for _ in range(20_000)]
    np.testing.assert_allclose(np.percentile(drawn, [5, 50, 95]), [0.1, 1, 3], rtol=0.06)


def test_damped_random_walk_has_its_variance_and_correlation(rng):
    time = np.arange(0, 60_000, 10.0)
    pieces = np.concatenate([damped_random_walk(rng, time[:3000], 100.0, 0.2) for _ in range(10)])
    assert pieces.std() == pytest.approx(0.2, rel=0.1)
    lag = 10  # 100 days: one correlation time
    assert np.corrcoef(pieces[:-lag], pieces[lag:])[0, 1] == pytest.approx(np.exp(-1), abs=0.1)


@pytest.mark.parametrize("scale", [0.0, 100.0])
def test_damped_random_walk_at_one_time_has_one_value(rng, scale):
    drawn = [damped_random_walk(rng, np.full(3, 51544.5), scale, 0.2) for _ in range(500)]
    assert np.isfinite(drawn).all() and np.ptp(drawn, axis=1).max() == 0
    # Each draw is the standard deviation times a normal number.
    assert np.std(drawn) == pytest.approx(0.2, rel=0.1)
    assert damped_random_walk(rng, np.zeros(0), scale, 0.2).shape == (0,)


def test_damped_random_walk_of_a_short_scale_is_noise(rng):
    walk = damped_random_walk(rng, np.arange(0.0, 3e5, 100.0), 1e-3, 2.0)
    assert np.isfinite(walk).all() and walk.std() == pytest.approx(2.0, rel=0.1)


def test_damped_random_walk_follows_the_order_of_time(rng):
    time = rng.permutation(np.arange(200.0))
    walk = damped_random_walk(rng, time, 500.0, 1.0)
    in_time = walk[np.argsort(time)]
    assert np.abs(np.diff(in_time)).mean() < 0.3 * np.abs(np.diff(walk)).mean()


@pytest.mark.parametrize("survey", SURVEYS)
def test_cadence_is_sorted_and_within_the_baseline(survey, rng):
    cadence = SURVEYS[survey].cadence
    for _ in range(20):
        time, night = cadence.times(rng, 900.0)
        assert (np.diff(time) >= 0).all() and np.ptp(time) <= 902
        assert time.min() > cadence.start - 1
        assert len(night) == len(time)
        # One night, or one group of passes, lasts less than two days.
        for k in np.unique(night):
            assert np.ptp(time[night == k]) < 1


def test_ground_surveys_have_seasons_and_observe_at_night(rng):
    cadence = SURVEYS["asas"].cadence
    gaps = []
    for _ in range(30):
        time, _ = cadence.times(rng, 2600.0)
        hour = np.mod(time - cadence.midnight + 0.5, 1.0) - 0.5
        assert np.abs(hour).max() < 0.3
        gaps.append(np.sort(np.diff(time))[-5])
    assert 60 < np.median(gaps) < 220


def test_crts_takes_four_exposures_a_night_in_an_hour(rng):
    time, night = SURVEYS["crts"].cadence.times(rng, 2800.0)
    counts = np.bincount(night)
    assert np.bincount(counts[counts > 0]).argmax() == 4
    four = [time[night == k] for k in np.flatnonzero(counts == 4)]
    assert 0.01 < np.median([np.ptp(t) for t in four]) < 0.06


def test_noise_grows_with_magnitude_and_is_shared_within_a_night(rng):
    photometry = SURVEYS["crts"].photometry
    night = np.repeat(np.arange(3000), 4)
    seen, error, kept = photometry.measure(rng, 7.0 * night, night, np.full(12_000, 15.4))
    assert kept.mean() > 0.95
    assert np.median(error) == pytest.approx(0.082, abs=0.005)
    by_night = seen.reshape(-1, 4)
    within = np.median(np.ptp(by_night, axis=1))
    between = np.ptp(np.percentile(np.median(by_night, axis=1), [16, 84]))
    assert 0.02 < within < 0.2 and between > 0.03
    assert photometry.noise(18.4) > 3 * photometry.noise(14.6)


def test_points_below_the_limit_are_lost(rng):
    photometry = SURVEYS["asas"].photometry
    mag = np.repeat([12.0, 17.0], 500)
    _, _, kept = photometry.measure(rng, np.arange(1000.0), np.arange(1000), mag)
    assert kept[:500].mean() > 0.95 and kept[500:].mean() < 0.05
