"""The fits behind the search equal independent ones, written with numpy."""

import numpy as np
import pytest

from sklearn_vartl.periodogram._dips import second_box
from sklearn_vartl.periodogram._eclipses import (
    ANY,
    MIN_IN_ECLIPSE,
    MIN_SHARE_IN_ECLIPSE,
    N_BINS,
    WIDTHS,
    box_decrease,
    fold_in_bins,
)
from sklearn_vartl.periodogram._fits import (
    DEGREES_OF_FREEDOM,
    back_substitute,
    evaluate,
    fit,
    heavy_tailed,
    refine,
    standardised,
    workspace,
)
from sklearn_vartl.periodogram._visits import (
    COMB_REACH,
    N_HARMONICS,
    N_TEETH,
    NODES,
    boundaries,
    comb_heights,
    scan_comb,
    visit_sums,
)

from .test_fits import plain


@pytest.fixture
def points(rng):
    time = np.sort(rng.uniform(100, 900, 120))
    return time, rng.normal(15, 0.3, 120), rng.uniform(0.2, 3.0, 120)


def design(time, frequency, n_harmonics):
    angle = 2 * np.pi * frequency * time
    columns = [f(k * angle) for k in range(1, n_harmonics + 1) for f in (np.cos, np.sin)]
    return np.stack([np.ones_like(time), *columns], axis=1)


@pytest.mark.parametrize("n_harmonics", [1, 3, 8])
def test_nested_series_equal_least_squares(points, n_harmonics):
    star = standardised(*points)
    time, mag, weight, _ = star
    work = workspace(time.size, n_harmonics)
    circle, turning, _, factor, reduced, explained, coefficient = work
    frequency = 1.2345
    fit(star, frequency, n_harmonics, work)
    root = np.sqrt(weight)
    for k in range(1, n_harmonics + 1):
        columns = design(time, frequency, k)
        expected = np.linalg.lstsq(columns * root[:, None], mag * root, rcond=None)[0]
        left = np.sum(weight * (mag - columns @ expected) ** 2)
        assert explained[k] == pytest.approx(np.sum(weight * mag**2) - left, rel=1e-9)
        back_substitute(factor, reduced, k, coefficient)
        np.testing.assert_allclose(coefficient[: 2 * k + 1], expected, atol=1e-10)
        model = np.empty_like(mag)
        evaluate(circle[0], circle[1], coefficient, k, turning, model)
        np.testing.assert_allclose(model, columns @ expected, atol=1e-10)


def test_columns_which_the_points_do_not_tell_apart_are_left_out(rng):
    # All points at two phases only: a constant and one cosine are all there is to fit.
    time = 0.5 * np.arange(40.0)
    star = standardised(time, rng.normal(size=40), np.ones(40))
    work = workspace(40, 3)
    fit(star, 1.0, 3, work)
    explained, coefficient = work[5], work[6]
    expected = sum(20 * star[1][phase::2].mean() ** 2 for phase in (0, 1))
    np.testing.assert_allclose(explained[1:], expected, rtol=1e-6)
    back_substitute(work[3], work[4], 3, coefficient)
    assert np.all(np.abs(coefficient) < 10)


@pytest.mark.parametrize("n_harmonics", [1, 2])
def test_refinement_climbs_from_the_grid_to_the_peak(rng, n_harmonics):
    time = np.sort(rng.uniform(0, 1000, 300))
    star = standardised(time, np.cos(2 * np.pi * 1.7 * time), np.ones(300))
    start = np.array([1.7 - 1.5e-4, np.nan, 1.7, 1.7 + 1.6e-4])
    refined = np.empty(4)
    refine(star, start, 2.5e-4, np.full(4, n_harmonics), refined)
    np.testing.assert_allclose(refined, [1.7, np.nan, 1.7, 1.7], atol=1e-6)


def students(mag, weight, circle, coefficient, scale):
    value = np.empty(4)
    heavy_tailed(circle.real.copy(), circle.imag.copy(), mag, weight, coefficient, scale, value)
    return value


@pytest.mark.parametrize("n_points", [1, 7, 15, 16, 17, 48, 1000])
def test_few_logarithms_are_those_of_every_point(rng, n_points):
    mag, weight = rng.normal(size=n_points), rng.uniform(0.2, 3, n_points)
    coefficient = np.tril(rng.normal(size=(9, 9)))[2::2]
    circle = np.exp(2j * np.pi * rng.uniform(size=n_points))
    columns = [part for k in range(1, 5) for part in ((circle**k).real, (circle**k).imag)]
    models = coefficient @ np.array([np.ones(n_points), *columns])
    term = 1 + weight * (mag - models) ** 2 / (DEGREES_OF_FREEDOM * 0.01**2)
    expected = (DEGREES_OF_FREEDOM + 1) * np.sum(np.log(term), axis=1)
    found = students(mag, weight, circle, coefficient, 0.01)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_outliers_do_not_overflow():
    nothing, circle = np.zeros((4, 9)), np.ones(1000, complex)
    # As bad as can be: the noise is taken to be at least a millionth of the spread.
    for mag in (np.ones(1000), np.r_[np.zeros(990), np.full(10, 10.0)]):
        assert np.isfinite(students(mag, np.ones(1000), circle, nothing, 1e-6)).all()


def test_boxes_equal_an_exhaustive_search(points):
    time, mag, weight, weighted_mag = standardised(*points)
    frequency = 0.777
    bins = np.minimum((time * frequency % 1 * N_BINS).astype(int), N_BINS - 1)

    def decrease(*parts):
        outside = np.ones(time.size, dtype=bool)
        for part in parts:
            outside &= ~part
        means = [np.average(mag[p], weights=weight[p]) for p in (*parts, outside)]
        if any(mean <= means[-1] for mean in means[:-1]) or means[0] <= 0:
            return 0.0
        return sum(
            weight[p].sum() * mean**2 for p, mean in zip((*parts, outside), means, strict=True)
        )

    least = max(MIN_IN_ECLIPSE, MIN_SHARE_IN_ECLIPSE * time.size)
    single = double = 0.0
    for width in WIDTHS:
        for start in range(N_BINS):
            first = (bins - start) % N_BINS < width
            second = (bins - start - N_BINS // 2) % N_BINS < width
            if first.sum() < least:
                continue
            single = max(single, decrease(first))
            if second.sum() >= least:
                double = max(double, decrease(first, second))
    folded = np.empty((3, 2 * N_BINS + 1))
    fold_in_bins(time, weight, weighted_mag, frequency, folded)
    found = box_decrease(folded, time.size, ANY)
    np.testing.assert_allclose(found, (single, double), rtol=1e-9)


def test_the_second_box_is_that_of_an_exhaustive_search(rng):
    """Of the same width, nowhere over the first one, with points enough and fainter than the mean."""
    n_bins, n = 24, 90
    for start, width in [(3, 2), (20, 3), (0, 1), (13, 4)] * 5:
        place, weight = rng.integers(0, n_bins, n), rng.uniform(0.3, 2.0, n)
        first = (place - start) % n_bins < width
        # What lies outside of both is far from the mean as well.
        mag = 0.02 * (rng.normal(size=n) + 2.0 * first)
        mag -= np.average(mag, weights=weight)
        counted = [np.bincount(place, part, n_bins) for part in (weight, weight * mag, np.ones(n))]
        bins = np.zeros((3, 2 * n_bins + 1))
        bins[:, 1:] = np.cumsum(np.tile(counted, 2), axis=1)
        best = {}
        for distance in range(2 * width, n_bins - 2 * width + 1):
            second = (place - start - distance) % n_bins < width
            if second.sum() < MIN_IN_ECLIPSE or np.sum(weight[second] * mag[second]) <= 0:
                continue
            best[distance] = sum(
                weight[p].sum() * np.average(mag[p], weights=weight[p]) ** 2
                for p in (second, ~first & ~second)
            )
        found = plain(second_box)(bins, (start, width))
        assert found == max(best, key=best.get, default=0) / n_bins
    assert plain(second_box)(bins, (3, 0)) == 0
    # One visible place in the whole turn is no second one.
    assert plain(second_box)(np.zeros((3, 2 * n_bins + 1)), (3, 2)) == 0


def test_heights_between_the_nodes_of_a_comb_are_least_squares(rng):
    """Two visits, years apart: between the nodes no sum over the points is made."""
    time = np.sort(np.append(rng.uniform(0, 2, 30), rng.uniform(700, 703, 40)))
    star = standardised(time, rng.normal(15, 0.3, 70), rng.uniform(0.2, 3.0, 70))
    time, mag, weight, _ = star
    first, size = np.array([0, 30]), 2 * N_HARMONICS + 1
    middle = np.array([0.5 * (time[0] + time[29]), 0.5 * (time[30] + time[69])])
    low, spacing = 1.1, 1 / (NODES * 3.0)
    node, circle = np.empty((6, 2, 2, size, 2)), np.empty((2, 70))
    for j in range(6):
        plain(visit_sums)(star, first, low + j * spacing, circle, node[j])
    explained = np.empty(N_HARMONICS + 1)
    work = np.empty((4, size)), np.empty((size, size)), np.empty(size), explained
    root = np.sqrt(weight)
    for place in (1.0, 1.4, 2.73, 3.99):
        frequency = low + place * spacing
        plain(comb_heights)(frequency, low, spacing, node, middle, work)
        for k in range(1, N_HARMONICS + 1):
            columns = design(time, frequency, k) * root[:, None]
            fitted = columns @ np.linalg.lstsq(columns, mag * root, rcond=None)[0]
            assert explained[k] == pytest.approx(np.sum(fitted**2), rel=2e-3)


def test_visits_begin_behind_the_gaps():
    time = np.array([0.0, 0.4, 1.0, 30.0, 30.5, 70.0])
    assert boundaries(time).tolist() == [0, 3, 5] and boundaries(time[:3] / 30).tolist() == [
        0,
        1,
        2,
    ]
    # A gap of a twentieth of the time is none.
    assert boundaries(np.array([0.0, 5.0, 11.0, 100.0])).tolist() == [0, 2, 3]


def test_the_teeth_of_a_comb_are_the_highest_tops_of_least_squares(rng):
    """Two nights twelve days apart: a top every twelfth of a cycle a day, the highest first."""
    time = np.concatenate([night + np.sort(rng.uniform(0, 0.6, 15)) for night in (0.0, 12.0)])
    turn = 2 * np.pi * time * 2.3
    star = standardised(time, np.sin(turn) + 0.4 * np.cos(2 * turn + 1), rng.uniform(0.5, 2.0, 30))
    time, mag, weight, _ = star
    longest = max(np.ptp(time[:15]), np.ptp(time[15:]))
    found, height = np.full((N_HARMONICS, N_TEETH), np.nan), np.zeros((N_HARMONICS, N_TEETH))
    scan_comb(star, np.array([0, 15]), 2.3, longest, (0.1, 20.0), found, height)
    grid = np.arange(2.3 - COMB_REACH / longest, 2.3 + COMB_REACH / longest, 1 / (150 * time[-1]))
    for k in range(1, N_HARMONICS + 1):
        root = np.sqrt(weight)[:, None]
        columns = np.stack([design(time, frequency, k) * root for frequency in grid])
        least = np.linalg.qr(columns)[0].transpose(0, 2, 1) @ (mag * root[:, 0])
        explained = np.sum(least**2, axis=1)
        tops = 1 + np.flatnonzero(
            (explained[1:-1] > explained[:-2]) & (explained[1:-1] >= explained[2:])
        )
        best = tops[np.argsort(-explained[tops])][:N_TEETH]
        seen = np.isfinite(found[k - 1])
        assert seen.sum() == min(len(tops), N_TEETH) > 3
        np.testing.assert_allclose(height[k - 1, seen], explained[best], rtol=5e-3)
        np.testing.assert_allclose(found[k - 1, seen], grid[best], atol=0.02 / time[-1])
