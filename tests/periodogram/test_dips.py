"""Eclipses that the highest peaks miss, and what is said of eclipses."""

import numpy as np
import pytest

from sklearn_vartl.periodogram import eclipses_seen, physical_period, search_periods
from sklearn_vartl.periodogram._dips import N_DIPS, dip_peaks, points_near, profile_decreases
from sklearn_vartl.periodogram._eclipses import count_events, dip_weights, log_hypergeometric_tail
from sklearn_vartl.periodogram._fits import standardised
from sklearn_vartl.periodogram._periodogram import summed_harmonics
from sklearn_vartl.periodogram._search import dip_candidates


def narrow(rng, period, n_points=220, width=0.04, depth=0.5, span=2500.0, noise=0.03):
    """One narrow V-shaped eclipse a period."""
    nights = rng.choice(int(span), n_points, replace=False)
    time = np.sort(nights + rng.uniform(-0.2, 0.2, n_points))
    distance = np.abs((time / period + 0.5) % 1 - 0.5)
    mag = 14 + depth * np.clip(1 - 2 * distance / width, 0, 1) + rng.normal(0, noise, n_points)
    return time, mag, np.full(n_points, noise)


def blocks(stars):
    offsets = np.cumsum([0, *(len(star[0]) for star in stars)])
    return (*(np.concatenate(column) for column in zip(*stars, strict=True)), offsets)


def same(found, period):
    ratio = found / period
    return np.min([np.abs(ratio / k - 1) for k in (0.5, 1, 2)], axis=0) < 1e-3


@pytest.fixture(scope="module")
def missed():
    """Twenty stars with eclipses of five per cent of the cycle: six points or so are faint."""
    rng = np.random.default_rng(8)
    period = np.exp(rng.uniform(np.log(0.9), np.log(4), 20))
    stars = [narrow(rng, p, width=0.08, depth=0.6) for p in period]
    return period, blocks(stars)


def test_narrow_eclipses_are_found_where_peaks_are_not(missed):
    period, points = missed
    found = search_periods(*points)
    assert same(found.shape_period, period).mean() >= 0.85


def test_candidates_of_an_earlier_search_stay(missed):
    _, (time, mag, _, offsets) = missed
    points = time[: offsets[2]], mag[: offsets[2]], np.ones(offsets[2]), offsets[:3]
    of_stars = np.array([0.81, 0.81]), np.ones(2), "numpy"
    new = dip_candidates(points, *of_stars)
    assert np.isfinite(new[:, 0]).all()
    known = np.full((2, N_DIPS), np.nan)
    known[1, :2] = 0.123, 0.456
    found = dip_candidates(points, *of_stars, known)
    np.testing.assert_array_equal(found, [new[0], known[1]])
    assert np.isnan(known[0]).all(), "the caller's array was written to"


def test_engines_find_the_same_eclipses(missed):
    period, (time, mag, error, offsets) = missed
    last = offsets[6]
    points = time[:last], mag[:last], error[:last], offsets[:7]
    numba, numpy = (search_periods(*points, engine=engine) for engine in ("numba", "numpy"))
    np.testing.assert_allclose(numpy.shape_period, numba.shape_period, rtol=1e-6)


@pytest.mark.parametrize("engine", ["numba", "numpy", "torch"])
@pytest.mark.parametrize("n_points", [12, 240, 1500])
def test_summed_harmonics_are_their_definition(engine, n_points):
    rng = np.random.default_rng(n_points)
    curves = []
    for span in (300, 70):
        time = np.sort(rng.uniform(0, span, n_points))
        time -= time[0]
        curves.append((time, rng.normal(size=n_points), 1 / (4 * time[-1]), 5003))
    for (time, value, step, _), found in zip(
        curves, summed_harmonics(curves, 4, engine), strict=True
    ):
        some = np.r_[0, 1, 200, 4000:5003]
        turns = np.multiply.outer(np.arange(1, 5), step * np.outer(some + 1, time))
        expected = np.sum(np.abs(np.exp(2j * np.pi * turns) @ value) ** 2, axis=0)
        assert found.shape == (5003,)
        np.testing.assert_allclose(found[some], expected, atol=1e-4 * expected.max())


def test_faint_points_are_weighed_by_how_faint_they_are():
    mag = np.r_[np.tile([-1.0, 0.0, 1.0], 20) * 0.01, 0.5, 0.055, -0.5]
    value = np.empty(mag.size)
    assert dip_weights(mag, value) == (2, 1)
    value -= value[0]
    assert value[60] == pytest.approx(6)
    assert value[61] == pytest.approx(0.055 / 0.014826)
    assert value[62] == 0 and np.all(value[:60] == 0)
    assert dip_weights(mag, value) == (2, 1) and abs(value.sum()) < 1e-9


def test_peaks_of_the_harmonic_sum_come_from_the_highest_down():
    total = np.zeros(1000, dtype=np.float32)
    for place, height in ((300, 5.0), (500, 3.0), (301, 1.0), (700, 2.0)):
        total[place - 1] += height
    frequency = np.full(N_DIPS, np.nan)
    dip_peaks(total, 0.001, frequency)
    np.testing.assert_allclose(frequency[:3], [0.3 + 1 / 18000, 0.5, 0.7], atol=1e-6)
    assert np.isnan(frequency[3:]).all()


@pytest.mark.parametrize("apart", [0.5, 0.37])
def test_profiles_equal_least_squares(apart, rng):
    time = np.sort(rng.uniform(0, 50, 150))
    star = standardised(time, rng.normal(size=150) + (time % 1 < 0.2), rng.uniform(0.5, 2, 150))
    t, mag, weight, _ = star
    centre, half, inner, outer = 0.1 - time[0] % 1, 0.06, 0.67, 1.33
    distance = np.abs((t - centre + 0.5) % 1 - 0.5)
    other = np.abs((t - centre - apart + 0.5) % 1 - 0.5)
    shapes = [np.clip((outer - d / half) / (outer - inner), 0, 1) for d in (distance, other)]
    before = np.sum(weight * mag**2)
    expected = []
    for used in (shapes[:1], shapes):
        design = np.stack([np.ones(150), *used], axis=1) * np.sqrt(weight)[:, None]
        fitted = np.linalg.lstsq(design, mag * np.sqrt(weight), rcond=None)[0]
        left = np.sum((mag * np.sqrt(weight) - design @ fitted) ** 2)
        expected.append(before - left if np.all(fitted[1:] > 0) else 0.0)
    found = profile_decreases(
        (t, weight, weight * mag), weight.sum(), 1.0, centre, half, inner, outer, apart
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(("apart", "reach"), [(0.0, 0.1), (0.37, 0.06), (0.5, 0.3)])
def test_points_near_two_phases_are_those_of_both(apart, reach, rng):
    star = standardised(np.sort(rng.uniform(0, 50, 200)), rng.normal(size=200), np.ones(200))
    time, _, weight, weighted_mag = star
    phases = (time * 1.3 - np.array([[0.95], [0.95 + apart]]) + 0.5) % 1 - 0.5
    expected = np.abs(phases).min(axis=0) <= reach
    found = points_near(star, 1.3, 0.95, apart, reach)
    for values, of_star in zip(found, (time, weight, weighted_mag), strict=True):
        assert np.array_equal(values, of_star[expected])


def test_the_chance_of_a_draw_equals_scipys():
    from scipy.stats import hypergeom

    for total, marked, drawn, k in ((50, 8, 6, 4), (200, 20, 15, 1), (30, 10, 25, 6), (9, 9, 3, 3)):
        expected = hypergeom(total, marked, drawn).logsf(k - 1)
        assert log_hypergeometric_tail(total, marked, drawn, k) == pytest.approx(expected, abs=1e-9)
    assert log_hypergeometric_tail(50, 8, 6, 0) == 0


def test_looks_are_counted_once_an_eclipse():
    # Two looks of three points each night; the star eclipses at whole numbers.
    night = np.arange(10.0)
    time = np.sort(np.r_[night, night + 0.01, night + 0.02, night + 0.5, night + 0.51])
    value = np.where(time % 1 < 0.03, 1.0, 0.0)
    value[time > 5.7] = 0
    seen, met, crossed, events, faint = count_events(time, value, 1.0, 0.99, 0.05)
    assert (seen, met, crossed, events, faint) == (6, 6, 10, 20, 6)


def test_what_is_seen_of_eclipses(rng):
    time, mag, error = narrow(rng, 1.7, n_points=400, width=0.1, depth=0.6)
    found = eclipses_seen(time, mag, error, [0, 400], [1 / 1.7])
    depth, duration, seen, log10_fap = found[0]
    assert 0.2 < depth < 0.6 and 0.03 < duration < 0.11
    assert 10 < seen < 60
    assert log10_fap < -10
    shuffled = rng.permutation(mag)
    wrong = eclipses_seen(time, shuffled, error, [0, 400], [1 / 1.7])
    assert wrong[0, 3] > -2


def test_noise_with_outliers_has_no_significant_eclipses(rng):
    stars = []
    for _ in range(12):
        time = np.sort(rng.uniform(0, 800, 150))
        mag = rng.normal(0, 0.02, 150)
        mag[rng.choice(150, 8, replace=False)] += 0.3
        stars.append((time, mag, np.full(150, 0.02)))
    points = blocks(stars)
    found = search_periods(*points)
    seen = eclipses_seen(*points, 1 / found.shape_period)
    assert np.sum(seen[:, 3] < -3) <= 1


def test_an_eccentric_orbit_is_one_cycle_with_two_eclipses():
    rng = np.random.default_rng(5)
    time = np.arange(0, 27, 1 / 48)
    phase = time / 6.05
    mag = 12 + rng.normal(0, 0.002, time.size)
    for centre, depth in ((0.1, 0.3), (0.43, 0.2)):
        mag += depth * np.clip(1 - np.abs((phase - centre + 0.5) % 1 - 0.5) / 0.012, 0, 1)
    found = search_periods(time, mag, np.full(time.size, 0.002), [0, time.size])
    assert found.shape_period[0] == pytest.approx(6.05, rel=2e-3)
    assert found.period[0] == found.shape_period[0]
    assert physical_period(found.shape_period, [0], ["EA"], found.even_share)[0] < 7


def test_outliers_of_smooth_stars_are_no_eclipses():
    """Among thousands of folds one brings a handful of outliers together: that is no narrow eclipse."""
    from sklearn_vartl.datasets import simulate_survey

    X = simulate_survey(150, "asas", classes=["ACV"], random_state=0)
    found = search_periods(X.time, X.mag, X.magerr, X.offsets)
    right = np.abs(found.shape_period / np.array(X.table["true_period"], float) - 1) < 0.01
    assert right.sum() >= 136
