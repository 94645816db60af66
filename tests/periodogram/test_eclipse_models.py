"""The models of eclipses against brute force: boxes, profiles, and who gets a search among faint points."""

import numpy as np
import pytest

from sklearn_vartl.periodogram import eclipses_seen
from sklearn_vartl.periodogram._dips import (
    N_DIPS,
    PROFILE_WIDTHS,
    RATIOS,
    best_dips,
    dip_peaks,
    fit_profile,
    mark_dips,
    profile_decreases,
    second_box,
)
from sklearn_vartl.periodogram._eclipses import (
    ANY,
    FINE_BINS,
    FINE_WIDTHS,
    MIN_IN_ECLIPSE,
    N_BINS,
    NONE,
    WIDTHS,
    best_boxes,
    best_eclipses,
    box_decrease,
    decrease_for,
    deepest_box,
    dip_weights,
    fold_in_bins,
)
from sklearn_vartl.periodogram._fits import information, standardised


def star_of(time, mag, weight=None):
    return standardised(time, mag, np.ones(len(time)) if weight is None else weight)


def points_of(star):
    """Points of a star and the sum of their weights, as the fits of profiles take them."""
    return (star[0], star[2], star[3]), star[2].sum()


def boxed(phases, depths, width, n_points=300, span=200.0, period=1.37, noise=0.02, seed=0):
    """Flat eclipses centred on phases of the cycle, which begins at the first point."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, span, n_points))
    time -= time[0]
    # Uniform: no point of it is faint.
    mag = 12 + noise * rng.uniform(-1.7, 1.7, n_points)
    for phase, depth in zip(phases, depths, strict=True):
        mag += depth * (np.abs((time / period - phase + 0.5) % 1 - 0.5) < width / 2)
    return time, mag


def folded(star, frequency, n_bins=N_BINS):
    bins = np.empty((3, 2 * n_bins + 1))
    fold_in_bins(star[0], star[2], star[3], frequency, bins)
    return bins


def decrease(star, *masks):
    """How much depths of their own lower the weighted sum of squares, and whether all are eclipses."""
    root = np.sqrt(star[2])
    design = np.stack([np.ones(len(root)), *masks], axis=1) * root[:, None]
    fitted, *_ = np.linalg.lstsq(design, star[1] * root, rcond=None)
    after = np.sum((star[1] * root - design @ fitted) ** 2)
    return np.sum(star[2] * star[1] ** 2) - after, fitted[1:]


def brute_boxes(star, frequency, widths, least, n_bins=N_BINS):
    place = np.minimum(((star[0] * frequency) % 1 * n_bins).astype(int), n_bins - 1)
    best = {"single": (0.0, (0, 0)), "double": (0.0, (0, 0))}
    for width in widths:
        for start in range(n_bins):
            first = (place - start) % n_bins < width
            second = (place - start - n_bins // 2) % n_bins < width
            mean = np.sum(star[3][first])
            if first.sum() < least or mean <= 0 or first.all():
                continue
            value, _ = decrease(star, first)
            if value > best["single"][0] * (1 + 1e-9) + 1e-9:
                best["single"] = value, (start, width)
            if second.sum() < least or (first | second).all():
                continue
            value, depth = decrease(star, first, second)
            if depth[1] > 0 and value > best["double"][0] * (1 + 1e-9) + 1e-9:
                best["double"] = value, (start, width)
    return best


def test_a_star_is_folded_into_running_sums_of_two_turns(rng):
    time, weight = np.sort(rng.uniform(0, 30, 50)), rng.uniform(0.5, 2, 50)
    value = rng.normal(size=50)
    bins = np.empty((3, 2 * 16 + 1))
    fold_in_bins(time, weight, value, 0.7, bins)
    for row, column in zip(bins, (weight, value, np.ones(50)), strict=True):
        counted, _ = np.histogram(time * 0.7 % 1, 16, (0, 1), weights=column)
        np.testing.assert_allclose(np.diff(row), np.tile(counted, 2), atol=1e-12)
        assert row[0] == 0


@pytest.mark.parametrize(
    ("phases", "depths", "width"),
    [([0.3], [0.4], 0.06), ([0.9, 0.4], [0.4, 0.2], 0.05), ([0.5], [-0.4], 0.1), ([], [], 0.1)],
)
@pytest.mark.parametrize(("frequency", "least"), [(1 / 1.37, 3), (0.41, 8)])
def test_boxes_are_the_best_of_all(phases, depths, width, frequency, least):
    time, mag = boxed(phases, depths, width, n_points=120)
    weight = np.random.default_rng(1).uniform(0.5, 1.5, 120)
    star = star_of(time, mag, weight)
    single, double, one, two = best_boxes(folded(star, frequency), PROFILE_WIDTHS, least, ANY)
    expected = brute_boxes(star, frequency, PROFILE_WIDTHS, least)
    assert single == pytest.approx(expected["single"][0], rel=1e-6)
    assert double == pytest.approx(expected["double"][0], rel=1e-6)
    assert one == expected["single"][1]
    # The two boxes may be told in either order.
    start, found_width = expected["double"][1]
    assert two in ((start, found_width), ((start + N_BINS // 2) % N_BINS, found_width))


def test_smaller_decreases_are_not_looked_for():
    time, mag = boxed([0.9, 0.4], [0.4, 0.2], 0.05)
    bins = folded(star_of(time, mag), 1 / 1.37)
    best = best_boxes(bins, PROFILE_WIDTHS, 3, ANY)
    assert best_boxes(bins, PROFILE_WIDTHS, 3, (0.999 * best[0], 0.999 * best[1])) == best
    beyond = 1.001 * best[0], 1.001 * best[1]
    assert best_boxes(bins, PROFILE_WIDTHS, 3, beyond) == (*beyond, (0, 0), (0, 0))


@pytest.mark.parametrize("criterion", [-1234.5, -0.1])
def test_a_decrease_for_a_criterion_is_just_too_small(criterion):
    reached = information(7.0, decrease_for(7.0, criterion, 300, 4), 300, 4)
    assert criterion < reached < criterion + 1e-4
    assert decrease_for(7.0, np.inf, 300, 4) == decrease_for(7.0, 1e3, 300, 4) == 0.0


@pytest.mark.parametrize(("inside", "found"), [(3, False), (4, True)])
def test_a_box_needs_its_share_of_the_points(inside, found):
    # Four per cent of a hundred points.
    phase = np.r_[
        np.full(inside, 0.5), np.linspace(0.05, 0.4, 50), np.linspace(0.6, 0.95, 50 - inside)
    ]
    time = np.sort(phase + np.arange(100) % 7)
    star = star_of(time, np.where(np.abs(time % 1 - 0.5) < 0.01, 1.0, 0.0))
    single, _ = box_decrease(folded(star, 1.0), 100, ANY)
    total = np.sum(star[2] * star[1] ** 2)
    # Without it only wider boxes, with points outside the eclipse, are left.
    assert (single > 0.99 * total) == found


@pytest.mark.parametrize("multiple", [1, 2, 3, 4])
@pytest.mark.parametrize("both", [False, True])
def test_eclipses_at_multiples_of_the_candidates(multiple, both):
    period = 1.37
    time, mag = boxed([0.3, 0.8][: 1 + both], [0.5, 0.5][: 1 + both], 0.06, n_points=400)
    star = star_of(time, mag)
    variance = np.sum(star[2] * star[1] ** 2)
    refined = np.array([5.0, multiple / period, 7.0])
    gauss = np.array([-3.0, -2.0, np.inf])
    bins = np.empty((3, 2 * N_BINS + 1))
    found = best_eclipses(star, refined, gauss, variance, 0.01, 30.0, bins)
    # Two alike, folded at half of the orbit, are one.
    fold = 2 / period if both and multiple % 2 == 0 else 1 / period
    number = 4 if both and multiple % 2 else 3
    expected = (1 + both) / period  # the time between eclipses
    assert found[1] == 1 and found[2] == pytest.approx(expected)
    single, double = box_decrease(folded(star, fold), 400, ANY)
    value = double if number == 4 else single
    assert found[0] == pytest.approx(information(variance, value, 400, number))
    # Not below the lowest frequency, nor of a candidate without a score.
    limited = best_eclipses(star, refined, gauss, variance, 1.01 * fold, 30.0, bins)
    assert limited[0] > found[0]
    nothing = best_eclipses(star, refined, np.full(3, np.inf), variance, 0.01, 30.0, bins)
    assert nothing[0] == np.inf


def test_two_eclipses_a_cycle_stay_within_the_highest_frequency():
    time, mag = boxed([0.3, 0.8], [0.5, 0.5], 0.06, n_points=400)
    star = star_of(time, mag)
    variance = np.sum(star[2] * star[1] ** 2)
    arguments = star, np.array([1 / 1.37]), np.array([-1.0]), variance, 0.01
    bins = np.empty((3, 2 * N_BINS + 1))
    assert best_eclipses(*arguments, 2.0 / 1.37, bins)[2] == pytest.approx(2 / 1.37)
    assert best_eclipses(*arguments, 1.9 / 1.37, bins)[2] < 1.5 / 1.37


@pytest.fixture
def narrow_eclipses():
    """Detached, with 8 of 200 points in eclipse."""
    return boxed([0.3], [0.6], 0.04, n_points=200, seed=4)


def wanted(time, mag, frequency=0.43, left=0.9):
    value, mark = np.empty(len(time)), np.zeros(1, dtype=bool)
    offsets = np.array([0, len(time)])
    mark_dips(
        time, mag, np.ones(len(time)), offsets, np.array([frequency]), np.array([left]), value, mark
    )
    return bool(mark[0])


def test_what_a_period_leaves_is_compared_with_the_scatter_between_eclipses(narrow_eclipses):
    time, mag = narrow_eclipses
    assert wanted(time, mag)
    assert not wanted(time, mag, frequency=np.nan)
    assert not wanted(time, mag, frequency=0.0)
    enough = (1.4826 * np.median(np.abs(mag - np.median(mag)))) ** 2 / np.var(mag)
    assert enough < 0.1
    assert wanted(time, mag, left=1.01 * enough)
    assert not wanted(time, mag, left=0.99 * enough)


def test_a_few_faint_points_among_many_or_as_many_bright_ones_are_outliers():
    rng = np.random.default_rng(6)
    time = np.sort(rng.uniform(0, 300, 200))
    mag = 12 + np.tile([-0.01, 0.0, 0.01, 0.0], 50)
    places = rng.permutation(200)

    def outliers(faint, bright, n_points=200):
        changed = mag.copy()
        changed[places[:faint]] += 0.5
        changed[places[faint : faint + bright]] -= 0.5
        return changed[:n_points]

    assert wanted(time, outliers(5, 0))
    assert wanted(time, outliers(5, 2))
    assert not wanted(time, outliers(4, 2))
    # At least three, and 1.5 per cent.
    assert wanted(time, outliers(3, 0))
    assert not wanted(time, outliers(2, 0))
    long = np.sort(rng.uniform(0, 300, 1000))
    many = 12 + np.tile([-0.01, 0.0, 0.01, 0.0], 250)
    few, more = many.copy(), many.copy()
    few[rng.permutation(1000)[:14]] += 0.5
    more[rng.permutation(1000)[:16]] += 0.5
    assert not wanted(long, few)
    assert wanted(long, more)


def test_a_constant_magnitude_has_no_faint_points():
    value = np.full(10, 7.0)
    assert dip_weights(np.r_[np.zeros(9), 1.0], value) == (0, 0)
    assert not value.any()


def brute_peaks(total, step, number):
    inner = np.arange(11, len(total) - 1)
    inner = inner[(total[inner] > total[inner - 1]) & (total[inner] >= total[inner + 1])]
    order = inner[np.argsort(-total[inner], kind="stable")][:number]
    left, middle, right = total[order - 1], total[order], total[order + 1]
    top = 0.5 * (left - right) / (left - 2 * middle + right)
    return (order + 1 + top) * step


@pytest.mark.parametrize(("size", "number"), [(300, 20), (300, 5), (30, 20)])
def test_dip_peaks_are_the_highest_of_the_sum(size, number, rng):
    total = rng.gamma(4, size=size).astype(np.float32)
    frequency = np.full(number, np.nan)
    dip_peaks(total, 0.002, frequency)
    expected = brute_peaks(total, 0.002, number)
    np.testing.assert_allclose(frequency[: len(expected)], expected, rtol=1e-5)
    assert np.isnan(frequency[len(expected) :]).all()


@pytest.mark.parametrize("distance", [0.37, 0.6])
def test_the_second_box_is_the_best_at_any_distance(distance):
    time, mag = boxed([0.1, 0.1 + distance], [0.6, 0.35], 0.06, n_points=500, noise=0.01)
    star = star_of(time, mag)
    bins = folded(star, 1 / 1.37)
    one = best_boxes(bins, PROFILE_WIDTHS, MIN_IN_ECLIPSE, ANY)[2]
    found = second_box(bins, one)
    assert found == pytest.approx(distance, abs=2 / N_BINS)
    start, width = one
    place = (star[0] / 1.37 % 1 * N_BINS).astype(int)
    values = {}
    for apart in range(2 * width, N_BINS - 2 * width + 1):
        first = (place - start) % N_BINS < width
        second = (place - start - apart) % N_BINS < width
        if second.sum() >= MIN_IN_ECLIPSE and star[3][second].sum() > 0:
            values[apart / N_BINS] = decrease(star, first, second)[0]
    assert found == max(values, key=values.get)
    assert second_box(bins, (0, 0)) == 0.0


def test_profiles_need_points_and_depth():
    time = np.arange(40) * 0.25
    mag = np.where(np.arange(40) % 4 == 0, 0.5, 0.0) + np.where(np.arange(40) % 4 == 2, -0.2, 0.0)
    star = star_of(time, mag)
    single, double = profile_decreases(*points_of(star), 1.0, 0.0, 0.05, 0.0, 2.0, 0.5)
    assert single > 0 and double == 0  # the other one is a brightening
    assert profile_decreases(*points_of(star), 1.0, 0.5, 0.05, 0.0, 2.0, 0.5) == (0.0, 0.0)
    # Two points in eclipse are too few.
    few = star_of(time[:40], np.where(np.isin(np.arange(40), [0, 4]), 0.5, 0.0))
    assert profile_decreases(*points_of(few), 1 / 40, 0.05, 0.06, 0.0, 2.0, 0.5)[0] > 0
    assert profile_decreases(*points_of(few), 1 / 40, 0.0, 0.008, 0.0, 2.0, 0.5) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("phases", "depths", "number"),
    [([0.31], [0.6], 3), ([0.2, 0.7], [0.6, 0.3], 4), ([0.2, 0.55], [0.6, 0.5], 6)],
)
def test_a_profile_is_fitted_where_the_eclipses_are(phases, depths, number):
    width, period = 0.06, 1.37
    time, mag = boxed(phases, depths, width, n_points=500, noise=0.005, span=300)
    star = star_of(time, mag)
    variance = np.sum(star[2] * star[1] ** 2)
    bins = np.empty((3, 2 * N_BINS + 1))
    near = 1 / period + 0.008 / time[-1]
    criterion, trial, n_parameters, at = fit_profile(star, variance, near, bins)
    assert n_parameters == number
    assert abs(trial - 1 / period) < abs(near - 1 / period)
    centre = at[0] + 0.5 * time[-1] * (1 / period - trial)
    assert min(abs((centre - p + 0.5) % 1 - 0.5) for p in phases) < 0.02
    assert at[1] == pytest.approx(width / 2, rel=0.5)
    single, double = profile_decreases(*points_of(star), trial, *at)
    expected = information(variance, single if number == 3 else double, 500, number)
    assert criterion == pytest.approx(expected)
    # The residual is little more than the noise.
    assert criterion < 500 * np.log(0.5)


@pytest.mark.parametrize("ratio", RATIOS)
def test_dips_at_a_fraction_of_the_candidate_are_found(ratio):
    period = 1.37
    time, mag = boxed([0.3], [0.6], 0.05, n_points=500, noise=0.005, span=120, seed=2)
    star = star_of(time, mag)
    candidate = np.array([1 / (period * ratio), np.nan, 0.2345])
    best, frequency, is_whole = best_dips(star, candidate, 0.01, 30.0)
    assert frequency == pytest.approx(1 / period, rel=1e-4)
    assert not is_whole and best < 0


def test_the_best_of_many_candidates_is_fitted_whatever_its_place():
    time, mag = boxed([0.3, 0.65], [0.6, 0.5], 0.05, n_points=500, noise=0.005, span=300)
    star = star_of(time, mag)
    others = np.random.default_rng(0).uniform(0.5, 2.0, N_DIPS - 1)
    alone = best_dips(star, np.array([1 / 1.37]), 0.01, 30.0)
    assert alone[1] == pytest.approx(1 / 1.37, rel=1e-4)
    for place in (0, 10, N_DIPS - 1):
        candidate = np.insert(others, place, 1 / 1.37)
        assert best_dips(star, candidate, 0.01, 30.0) == alone


def test_candidates_are_moved_to_where_boxes_are_best():
    time, mag = boxed([0.3, 0.65], [0.6, 0.5], 0.05, n_points=500, noise=0.005, span=300)
    star = star_of(time, mag)
    near = 1 / 1.37 + 0.055 / time[-1]
    best, frequency, is_whole = best_dips(star, np.array([near]), 0.01, 30.0)
    assert is_whole and frequency == pytest.approx(1 / 1.37, abs=0.012 / time[-1])
    # Half a period apart: the frequency of the eclipses, twice that of the fold.
    time, mag = boxed([0.3, 0.8], [0.6, 0.5], 0.05, n_points=500, noise=0.005, span=300)
    best, frequency, is_whole = best_dips(star_of(time, mag), np.array([1 / 1.37]), 0.01, 30.0)
    assert not is_whole and frequency == pytest.approx(2 / 1.37, abs=0.03 / time[-1])
    best, frequency, _ = best_dips(star_of(time, mag), np.array([1 / 1.37]), 0.01, 1.4)
    assert frequency <= 1.4
    assert best_dips(star, np.array([np.nan]), 0.01, 30.0)[:2] == (np.inf, 0.0)


@pytest.mark.parametrize(("depths", "deeper"), [([0.6, 0.3], 0.25), ([0.3, 0.6], 0.75)])
def test_the_deeper_eclipse_and_its_depth(depths, deeper):
    time, mag = boxed([0.25, 0.75], depths, 8 / FINE_BINS, n_points=900, noise=0.0, period=1.0)
    bins = np.empty((3, 2 * FINE_BINS + 1))
    phase, depth = deepest_box(star_of(time, mag), 1.0, bins)
    assert phase == pytest.approx(deeper, abs=1 / FINE_BINS)
    assert depth == pytest.approx(0.6, rel=0.02)
    flat = star_of(time, np.full(900, 12.0))
    assert deepest_box(flat, 1.0, bins) == (0.0, 0.0)


def test_depth_and_duration_of_eclipses_are_those_of_the_box():
    time, mag = boxed([0.25], [0.6], 9.999 / FINE_BINS, n_points=900, noise=0.001, period=1.0)
    found = eclipses_seen(time, mag, np.full(900, 0.01), [0, 900], [1.0])[0]
    assert found[0] == pytest.approx(0.6, rel=0.02)
    assert found[1] == 10 / FINE_BINS
    # One of every night on which a point was in eclipse.
    inside = np.abs((time + 0.25) % 1 - 0.5) < 9.999 / FINE_BINS / 2
    n_eclipses = len(np.unique(np.floor(time[inside])))
    assert 0.75 * n_eclipses < found[2] <= n_eclipses
    assert np.isnan(eclipses_seen(time, mag, np.full(900, 0.01), [0, 900], [np.nan])[0]).all()
    none = eclipses_seen(time[:6], mag[:6], np.full(6, 0.01), [0, 6], [900.0])[0]
    assert none[0] <= 0.6 and none[2] <= 1


def test_widths_are_between_one_and_a_quarter_of_the_bins():
    for widths, n_bins in ((WIDTHS, N_BINS), (PROFILE_WIDTHS, N_BINS), (FINE_WIDTHS, FINE_BINS)):
        assert np.all(np.diff(widths) > 0) and widths[0] <= 2 and 4 * widths[-1] <= n_bins


def test_boxes_of_long_curves_stay_within_single_precision():
    time, mag = boxed([0.3], [0.6], 0.1)
    star = star_of(time, mag)
    bins = np.empty((3, 2 * N_BINS + 1))
    fold_in_bins(star[0], star[2], star[3], 1 / 1.37, bins)
    kernel = getattr(best_boxes, "py_func", best_boxes)  # where numbers that overflow are told of
    single, double, _, _ = kernel(bins, WIDTHS, MIN_IN_ECLIPSE, ANY)
    bins *= 100  # of 30,000 points
    for beyond in (ANY, (NONE, NONE)):
        found = kernel(bins, WIDTHS, MIN_IN_ECLIPSE, beyond)
        expected = [100 * single, 100 * double] if beyond == ANY else beyond
        assert found[:2] == pytest.approx(expected)
