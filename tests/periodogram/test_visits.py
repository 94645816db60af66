"""Short visits far apart: the comb of the window does not hide the true peak."""

import numpy as np
import pytest
from astropy.timeseries import LombScargle

from sklearn_vartl.periodogram import search_periods
from sklearn_vartl.periodogram._search import visit_candidates
from sklearn_vartl.periodogram._visits import MAX_COVERED, boundaries, visits


def sectors(gap):
    # Not even steps: these would have aliases of their own.
    def make(rng):
        one = np.arange(0, 27, 1 / 12) + rng.uniform(0, 1 / 24, 324)
        return np.concatenate([one, gap + one])

    return make


def nights(rng):
    return np.sort(
        np.concatenate(
            [365 * y + rng.integers(0, 10, 60) + rng.uniform(0, 0.35, 60) for y in (0, 1)]
        )
    )


def season(rng):
    return np.sort(rng.uniform(0, 200, 200))


def survey(make, n_stars):
    parts, truth = [], []
    for seed in range(100, 100 + n_stars):
        rng = np.random.default_rng(seed)
        period = 10 ** rng.uniform(-0.7, -0.1)
        time = make(rng)
        turn = 2 * np.pi * (time / period + rng.random())
        mag = 15 + 0.3 * np.sin(turn) + 0.12 * np.sin(2 * turn + 1) + rng.normal(0, 0.01, time.size)
        parts.append((time, mag, np.full(time.size, 0.01)))
        truth.append(period)
    offsets = np.cumsum([0, *(len(part[0]) for part in parts)])
    found = search_periods(*(np.concatenate(c) for c in zip(*parts, strict=True)), offsets)
    return found, np.array(truth)


@pytest.mark.parametrize("make", [sectors(730), sectors(1825), nights, season])
def test_the_tooth_is_the_right_one(make):
    found, truth = survey(make, 8)
    assert np.sum(np.abs(found.shape_period / truth - 1) > 1e-4) == 0
    assert np.all(found.power >= found.grid_power)


def test_two_nights_a_year_apart_have_the_tooth_that_fits_best():
    wrong = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        period = rng.uniform(0.05, 0.25)
        time = np.r_[np.linspace(0, 0.3, 150), 365 + np.linspace(0, 0.3, 150)]
        turn = 2 * np.pi * (time / period + rng.random())
        mag = 15 + 0.3 * np.sin(turn) + 0.12 * np.sin(2 * turn + 1) + rng.normal(0, 0.001, 300)
        found = search_periods(time, mag, np.full(300, 0.001), [0, 300])
        wrong += abs(found.shape_period[0] / period - 1) > 1e-4
    assert wrong == 0


def test_the_power_is_the_one_that_is_reached():
    time = np.r_[np.linspace(0, 0.3, 30), 365 + np.linspace(0, 0.3, 30)]
    mag = 15 + 0.3 * np.sin(2 * np.pi * time / 0.21)
    found = search_periods(time, mag, np.full(60, 0.01), [0, 60])
    assert found.power[0] > 0.9999
    sparse = np.sort(np.random.default_rng(3).uniform(0, 50, 100))
    found = search_periods(
        sparse, np.sin(2 * np.pi * sparse / 3.21), np.full(100, 0.01), [0, 100], oversampling=1.5
    )
    assert found.grid_power[0] < 0.99 < 0.9999 < found.power[0] <= 1


def test_visits_are_told_from_seasons(rng):
    pair = np.r_[np.arange(0, 27, 0.1), 730 + np.arange(0, 27, 0.1)]
    years = np.sort(np.concatenate([365 * y + rng.uniform(0, 180, 40) for y in range(8)]))
    time = np.concatenate([pair, years, [5.0]])
    offsets = np.cumsum([0, pair.size, years.size, 1])
    span = np.array([pair[-1], years[-1] - years[0], 0.0])
    found = visits(time, offsets, span)
    assert found[0] == pytest.approx(26.9) and found[1:].tolist() == [0, 0]
    assert boundaries(pair).tolist() == [0, 270]
    half = np.r_[np.arange(0, 100, 0.5), 200 + np.arange(0, 100, 0.5)]
    assert 199.5 / 299.5 > MAX_COVERED
    assert visits(half, np.array([0, half.size]), np.array([half[-1]]))[0] == 0


@pytest.mark.parametrize("slow", [True, False])
def test_the_highest_slow_peak_is_among_the_candidates(slow, rng):
    """Beside the teeth of the combs, which are where a short period has its power."""
    time = np.r_[np.arange(0, 27, 0.25), 400 + np.arange(0, 27, 0.25)] + rng.uniform(0, 0.1, 216)
    mag = np.sin(2 * np.pi * time / 0.63) + 0.4 * np.sin(2 * np.pi * time / 61.0)
    span = np.ptp(time)
    # Of frequencies that reach beyond 30 days, or that do not.
    f_min, df, n_freq = (1 / span if slow else 0.05), 1 / (3 * span), 4000
    points = time, mag, np.ones(216)
    found, height = visit_candidates(points, (f_min, df, n_freq), 27.0, 8, "numpy")
    frequency = f_min + df * np.arange(n_freq)
    power = LombScargle(time, mag).power(frequency, method="slow")
    part = frequency <= 1 / 30 if slow else frequency <= f_min
    assert found[-1] == pytest.approx(frequency[part][power[part].argmax()], rel=1e-9)
    assert height == pytest.approx(power.max(), rel=1e-4)
    assert np.nanmin(np.abs(found[:-1] - 1 / 0.63)) < 1 / span
