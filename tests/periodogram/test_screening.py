"""What one transform leaves out is not among the highest peaks: the bound, and the peaks of any sampling."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sklearn_vartl.periodogram import frequency_grid, highest_peaks, lomb_scargle_power
from sklearn_vartl.periodogram import numba as engine
from sklearn_vartl.periodogram._engine import Stars, select_peaks
from sklearn_vartl.periodogram._numpy_engine import exact_power
from sklearn_vartl.periodogram.numba._tables import buffers, output_rows, tables

SAMPLINGS = ["nights", "regular", "daily clock", "clumps", "two visits", "two seasons"]


def sampled(sampling, n_points, rng):
    """Times of one star."""
    span = rng.uniform(800, 3000)
    if sampling == "regular":
        return np.arange(n_points) * rng.uniform(0.02, 1.1)
    if sampling == "daily clock":  # nearly, or exactly, a whole number a day
        step = (1 + rng.choice([0.0, 1e-4, 3e-4, -2e-4])) / rng.integers(1, 4)
        return np.sort(rng.choice(8 * n_points, n_points, replace=False)) * step
    if sampling == "clumps":
        centre = rng.uniform(0, span, max(2, n_points // 15))
        return np.sort(rng.choice(centre, n_points) + rng.normal(0, 1.0, n_points))
    if sampling == "two visits":
        return np.sort(rng.choice([0, span], n_points) + rng.uniform(0, 20, n_points))
    night = rng.integers(0, int(span), n_points)
    if sampling == "two seasons":
        night = np.where(night < span / 2, night % 150, span - night % 150)
    # A field culminates four minutes earlier each day, within the hours of the night.
    hour = rng.normal(0, rng.uniform(0.02, 0.15), n_points) + 0.1 * np.sin(night / 58)
    return np.sort(night + hour)


def star(sampling, n_points, seed):
    rng = np.random.default_rng(seed)
    time = sampled(sampling, n_points, rng)
    weight = rng.uniform(0.5, 2, n_points)
    mag = rng.normal(0, 1, n_points) / np.sqrt(weight)
    kind = rng.integers(4)
    if kind == 1:
        mag += rng.uniform(0.3, 5) * np.sin(2 * np.pi * time * rng.uniform(0.03, 20))
    elif kind == 2:  # a slow one, with all its daily aliases
        mag += rng.uniform(0.3, 5) * np.sin(2 * np.pi * time / rng.uniform(50, 1000))
    elif kind == 3:  # narrow eclipses
        mag += rng.uniform(1, 5) * ((time * rng.uniform(0.2, 3)) % 1 < 0.06)
    return time - time[0], mag, weight


samplings = st.sampled_from(SAMPLINGS)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=100, deadline=None)
@given(samplings, st.integers(10, 20_000), seeds)
def test_the_window_bounds_the_power(sampling, n_points, seed):
    time, mag, weight = star(sampling, n_points, seed)
    stars = Stars(time, mag, weight, [0, n_points], 1.0, 1.0, 1)
    frequency = np.random.default_rng(seed).uniform(0.001, 30, 20)
    frequency[:5] = np.round(2 * frequency[:5]) / 2 + 1e-3  # where the window is large
    rotation = np.exp(2j * np.pi * frequency[:, None] * time)
    window, doubled = np.abs(rotation @ stars.weight), np.abs(rotation**2 @ stars.weight)
    moment = 2 * np.abs(rotation @ (stars.weight * stars.mag)) ** 2
    for fit_mean in (False, True):
        power = exact_power(time, stars.mag, stars.weight, frequency, fit_mean)
        q = doubled + 2 * window**2 * fit_mean
        assert np.all((1 - q) * power <= moment + 1e-9)
        assert np.all(moment <= (1 + doubled) * power + 1e-9)


@settings(max_examples=40, deadline=None)
@given(samplings, st.integers(10, 3000), seeds, st.booleans())
def test_peaks_are_those_of_the_whole_power(sampling, n_points, seed, fit_mean):
    """Screened or not: the n-th highest peak of the whole power is found, or one as high."""
    time, mag, weight = star(sampling, n_points, seed)
    f_min, df, n_freq = (values[0] for values in frequency_grid([time[-1]]))
    grid = {"f_min": f_min, "df": df, "n_freq": n_freq, "fit_mean": fit_mean, "engine": "numba"}
    power = lomb_scargle_power(time, mag, weight, **grid)
    for n_peaks, apart in ((1, 1), (10, 4)):
        expected = power[select_peaks(power, n_peaks, apart)]
        found = highest_peaks(
            time, mag, weight, [0, n_points], n_peaks=n_peaks, min_separation=apart, **grid
        )
        assert_allclose(found.power[0, : expected.size], expected, atol=1e-4, rtol=0)


def test_no_peak_of_nightly_observations_is_lost():
    """Fifty stars that are screened: a fifth of them loses one where nothing is allowed for between steps."""
    for seed in range(50):
        n_points = 80 + 20 * seed
        time, mag, weight = star(("nights", "two seasons")[seed % 2], n_points, seed)
        f_min, df, n_freq = (values[0] for values in frequency_grid([time[-1]]))
        grid = {"f_min": f_min, "df": df, "n_freq": n_freq, "fit_mean": False, "engine": "numba"}
        power = lomb_scargle_power(time, mag, weight, **grid)
        expected = power[select_peaks(power, 10, 4)]
        found = highest_peaks(
            time, mag, weight, [0, n_points], n_peaks=10, min_separation=4, **grid
        )
        assert_allclose(found.power[0], expected, rtol=1e-3, err_msg=f"star {seed}")


def left_over(time, seed=0, **changed):
    """How many of one star are left to the whole computation."""
    rng = np.random.default_rng(seed)
    n = time.size
    time = np.sort(time) - time.min()
    grid = frequency_grid([time[-1]], oversampling=changed.get("oversampling", 3.0))
    stars = Stars(time, rng.normal(size=n), None, [0, n], *grid)
    found = np.full((1, 10), -1), np.full((1, 10), np.nan)
    slow = np.zeros(1, np.int64), np.empty((1, 0), np.int64), np.empty((1, 0))
    return len(engine._screen(stars, [0], True, changed.get("apart", 4), found, slow))


@pytest.fixture
def nights(rng):
    return rng.integers(0, 2500, 300) + rng.normal(0, 0.1, 300)


def test_nights_are_screened(nights):
    assert left_over(nights) == 0


def test_other_samplings_are_left_to_the_whole_computation(rng, nights):
    assert left_over(nights[:70]) == 1  # too few points
    assert left_over(rng.uniform(0, 2500, 300)) == 1  # by day and by night
    assert left_over(np.arange(300) * 0.998) == 1  # a clock, which drifts from the days
    assert left_over(np.where(nights < 1250, nights % 50, 2450 + nights % 50)) == 1  # two visits
    assert left_over(nights, oversampling=1.5) == 1  # steps too wide to see every peak
    assert left_over(nights, apart=100) == 1  # peaks too far apart for those in zones to tell


@pytest.mark.parametrize(("size", "n_shifts", "eighths"), [(256, 1, 6), (256, 2, 7), (1024, 3, 7)])
def test_every_frequency_of_a_chunk_has_a_row(size, n_shifts, eighths):
    n_used = eighths * size // 8
    rows = output_rows(size, n_shifts, n_used)
    np.testing.assert_array_equal(np.sort(rows), np.arange(n_shifts * n_used))


def test_buffers_are_a_threads_own_and_grow():
    plan = tables(256, 1)
    held = buffers(plan, 50, 1, False)
    assert buffers(plan, 40, 1, False) is held
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(buffers, plan, 50, 1, False).result() is not held
    n_points, n_freq = held.position.size + 1, 100_000
    for grown in (buffers(plan, n_points, 1, False), buffers(plan, n_points, n_freq, False)):
        assert grown is not held and grown.position.size == n_points
    assert grown.edge.size * plan.row.size >= 4 * n_freq
    assert buffers(plan, 40, 1, True) is not grown
    assert buffers(plan, 40, 1, False) is grown
    assert buffers(plan, 5000, 1, False) is not buffers(plan, 5000, 1, False)
