"""Weights, likelihoods, medians and counts of looks against numpy, scipy and counting."""

import math

import numpy as np
import pytest
from scipy import stats

from sklearn_vartl.periodogram._candidates import (
    daily_tie,
    ephemerides,
    prefer_slow,
    score_candidates,
)
from sklearn_vartl.periodogram._eclipses import (
    count_events,
    deepest_box,
    dip_weights,
    log_hypergeometric_tail,
)
from sklearn_vartl.periodogram._fits import (
    heavy_tailed,
    kth_smallest,
    median,
    noise_scale,
    solve_nested,
    solve_side_by_side,
    stable_order,
    standardised,
    turned_sums,
    vertex,
    weigh,
)

from .test_candidates import limits, series, sine


def plain(kernel):
    """A kernel without the compiler, which takes seconds to make it callable from Python."""
    return getattr(kernel, "py_func", kernel)


FINE = np.linspace(0, 1, 20001)


def test_weights_span_and_deviation_of_each_star(rng):
    offsets = np.array([0, 7, 7, 30])
    time, error = np.sort(rng.uniform(50, 90, 30)), rng.uniform(0.01, 0.3, 30)
    weight, span, deviation = np.full(30, np.nan), np.zeros(3), np.zeros(3)
    weigh(time, error, offsets, weight, span, deviation)
    for i in (0, 2):
        part = slice(offsets[i], offsets[i + 1])
        typical = np.median(error[part])
        expected = 1 / (error[part] ** 2 + typical**2)
        np.testing.assert_allclose(weight[part], expected * typical**2)
        mean = np.average(time[part], weights=expected)
        variance = np.average((time[part] - mean) ** 2, weights=expected)
        assert deviation[i] == pytest.approx(np.sqrt(variance))
        assert span[i] == pytest.approx(np.ptp(time[part]))
    assert span[1] == deviation[1] == 0


@pytest.mark.parametrize("n", [1, 2, 7, 10, 101])
def test_ranks_are_those_of_sorting(n, rng):
    value = np.round(rng.normal(size=n), 1)
    given = value.copy()
    assert median(value) == pytest.approx(np.median(value))
    assert [kth_smallest(value, k) for k in range(n)] == np.sort(value).tolist()
    np.testing.assert_array_equal(value, given)


@pytest.mark.parametrize("n", [1, 2, 3, 50, 400])
@pytest.mark.parametrize("kind", ["even", "equal", "clumped", "falling", "rounded", "infinite"])
def test_the_order_is_numpys_stable_one(n, kind, rng):
    """Whether the values stand nearly right in their bins, or most of them fall into one of these."""
    value = {
        "even": rng.uniform(size=n),
        "equal": np.full(n, 2.5),
        "clumped": np.r_[1e9, rng.permutation(n - 1)],
        "falling": -(np.arange(n) ** 5.0),
        "rounded": np.round(rng.normal(size=n)),
        "infinite": np.r_[np.inf, rng.normal(size=n - 1)],
    }[kind]
    with np.errstate(invalid="ignore"):  # where it is not compiled
        order = stable_order(value)
    np.testing.assert_array_equal(order, np.argsort(value, kind="stable"))


@pytest.mark.parametrize("n", [5, 8, 21])
def test_the_heavy_tailed_likelihood_is_students(n, rng):
    mag, weight, found = rng.normal(size=n), rng.uniform(0.3, 3, n), np.empty(4)
    angle, coefficient, models = rng.uniform(0, 2 * np.pi, n), np.zeros((4, 9)), []
    for k in range(1, 5):
        coefficient[k - 1, : 2 * k + 1] = rng.normal(size=2 * k + 1)
        waves = [wave(h * angle) for h in range(1, k + 1) for wave in (np.cos, np.sin)]
        models.append(coefficient[k - 1, : 2 * k + 1] @ np.vstack([np.ones(n), *waves]))
    heavy_tailed(np.cos(angle), np.sin(angle), mag, weight, coefficient, 0.4, found)
    scaled = (mag - np.array(models)) * np.sqrt(weight) / 0.4
    expected = -2 * stats.t(8).logpdf(scaled).sum(axis=1)
    assert np.diff(found) == pytest.approx(np.diff(expected))


def test_sums_of_turned_angles_are_those_of_the_angles(rng):
    n = 11
    angle, turn = rng.uniform(0, 2 * np.pi, (2, n))
    weight, mag = rng.random((2, n))
    sums = np.full((4, 5, 3), 7.0)
    circles = (np.array([np.cos(each), np.sin(each)]) for each in (angle, turn))
    plain(turned_sums)(*circles, weight, mag, sums, 1)
    angles = np.arange(1, 5)[:, None] * (angle + turn)
    expected = np.full((4, 5), 7.0)
    expected[0, 1:], expected[1, 1:] = np.cos(angles) @ weight, np.sin(angles) @ weight
    expected[2, 1:3], expected[3, 1:3] = np.cos(angles[:2]) @ mag, np.sin(angles[:2]) @ mag
    np.testing.assert_allclose(sums[:, :, 1], expected, rtol=1e-12)
    assert (sums[:, :, [0, 2]] == 7).all()


@pytest.mark.parametrize("n_harmonics", [1, 2, 4])
def test_trials_solved_side_by_side_explain_what_each_does(n_harmonics, rng):
    n_trials, size = 5, 2 * n_harmonics + 1
    sums = np.zeros((4, size, n_trials))
    for j, n_phases in enumerate(
        [40, 40, 3, 1, 40]
    ):  # few phases: columns that they do not tell apart
        angle = np.resize(rng.uniform(0, 2 * np.pi, n_phases), 40) * np.arange(size)[:, None]
        weight, mag = rng.random(40), rng.normal(size=40)
        sums[0, :, j], sums[1, :, j] = np.cos(angle) @ weight, np.sin(angle) @ weight
        sums[2, :, j], sums[3, :, j] = (
            np.cos(angle) @ (weight * mag),
            np.sin(angle) @ (weight * mag),
        )
    explained = np.empty((n_harmonics + 1, n_trials))
    matrix, right = np.empty((size, size, n_trials)), np.empty((size, n_trials))
    plain(solve_side_by_side)(sums, n_harmonics, matrix, right, explained)
    alone = np.empty(n_harmonics + 1)
    for j in range(n_trials):
        one = np.ascontiguousarray(sums[:, :, j])
        plain(solve_nested)(one, n_harmonics, np.empty((size, size)), np.empty(size), alone)
        np.testing.assert_allclose(explained[:, j], alone, rtol=1e-9)


def test_scores_are_likelihoods_of_the_best_series_at_one_scale():
    points = sine(shape=lambda x: np.sin(x) + 0.2 * np.cos(2 * x), noise=0.3)
    step = 1 / (3 * points[0][-1])
    refined, score, gauss = (np.full((1, 2), fill) for fill in (np.nan, np.inf, np.inf))
    harmonics = np.zeros((1, 2), int)
    candidate = np.array([[1 / 0.7, 2.31]])
    score_candidates(
        *points, candidate, *limits(step), refined, score, gauss, harmonics, np.zeros(1)
    )
    time, mag, weight, _ = standardised(*points[:3])
    n, x = time.size, 2 * np.pi * time
    residuals = {}
    for j in range(2):
        for k in range(1, 5):
            _, fitted = series((time, mag, weight), refined[0, j], k)
            basis = [np.ones(n)]
            for h in range(1, k + 1):
                basis += [np.cos(h * x * refined[0, j]), np.sin(h * x * refined[0, j])]
            residuals[j, k] = mag - fitted @ basis
    best = harmonics[0, 0]
    scale = 1.4826 * np.median(np.abs(residuals[0, best]) * np.sqrt(weight))
    scale *= np.sqrt(n / (n - 2 * best - 1))
    assert noise_scale(residuals[0, best], np.zeros(n), weight, 2 * best + 1) == pytest.approx(
        scale
    )
    centre = stats.t(8).logpdf(0)
    for j in range(2):
        expected = [
            -2 * np.sum(stats.t(8).logpdf(residuals[j, k] * np.sqrt(weight) / scale) - centre)
            + 2 * k * np.log(n)
            for k in range(1, 5)
        ]
        assert score[0, j] == pytest.approx(min(expected), rel=1e-6)


def test_the_top_of_a_parabola():
    values = -((np.array([-1.0, 0.0, 1.0]) - 0.3) ** 2)
    assert vertex(*values) == pytest.approx(0.3)
    assert vertex(*-values) == 0 == vertex(1.0, 2.0, 3.0)
    # At the farthest the neighbour.
    assert vertex(0.0, 1.0, 1.9) == 1


def hazy_nights():
    rng = np.random.default_rng(2)
    return np.arange(90.0) + rng.uniform(0, 0.35, 90)


@pytest.mark.parametrize(("part", "swapped"), [(0.98, True), (1.02, False)])
def test_the_preference_for_slow_ones_is_as_strong_as_the_tie(part, swapped):
    time = hazy_nights()
    star = standardised(time, np.sin(time), np.ones(90))
    tie = np.abs(np.exp(2j * np.pi * time).mean()) ** 2
    assert 0.3 < tie < 0.9
    behind = part * tie * 16 * np.log(1.02 / 0.02)
    score = np.array([3.0, 3.0 + behind])
    prefer_slow(star, np.array([1.02, 0.02]), score, np.empty((2, 90)))
    assert score.tolist() == ([3.0 + behind, 3.0] if swapped else [3.0, 3.0 + behind])


def test_ties_are_of_whole_cycles_a_day_or_nearly():
    time = np.arange(60.0)
    star = standardised(time, np.sin(time), np.ones(60))
    expected = np.abs(np.exp(2j * np.pi * 0.009 * time).mean()) ** 2
    assert daily_tie(star, 1.029, 0.02, np.empty((2, 60))) == pytest.approx(expected, abs=1e-6)
    assert daily_tie(star, 1.0045, 0.0155, np.empty((2, 60))) == 0
    # The larger of the two: of the difference and of the sum.
    low, high = (np.abs(np.exp(2j * np.pi * d * time).mean()) ** 2 for d in (0.002, 0.006))
    assert low > high
    found = daily_tie(star, 1.002, 0.004, np.empty((2, 60)))
    assert found == pytest.approx(low, abs=1e-6)
    assert daily_tie(star, 0.998, 0.004, np.empty((2, 60))) == pytest.approx(low, abs=1e-6)


def test_looks_are_groups_of_points_in_one_part_of_one_cycle(rng):
    time = np.sort(rng.uniform(0, 60, 300))
    value = rng.choice([-1.0, 0.0, 2.0], 300)
    frequency, start, width = 0.83, 0.37, 0.11
    cycle = np.floor(time * frequency - start)
    place = np.floor((time * frequency - start - cycle) / width)
    looks = {}
    for key, is_faint in zip(zip(cycle, place, strict=True), value > 0, strict=True):
        looks.setdefault(key, []).append(is_faint)
    faint = {key for key, points in looks.items() if np.mean(points) > 0.5}
    # Half of a look is not most of it.
    assert any(np.mean(points) == 0.5 for points in looks.values())
    inside = {key for key in looks if key[1] == 0}
    seen = {key[0] for key in inside if any(looks[key])}
    expected = len(seen), len(faint & inside), len(inside), len(looks), len(faint)
    assert count_events(time, value, frequency, start, width) == expected


@pytest.mark.parametrize("urn", [(50, 8, 6), (30, 10, 25), (9, 9, 3), (4000, 1500, 1200)])
def test_the_chance_of_a_draw_is_counted(urn):
    total, marked, drawn = urn
    lowest, highest = max(0, marked + drawn - total), min(marked, drawn)
    for least in {lowest + 1, (lowest + highest) // 2, highest} - {lowest}:
        if least > highest:
            continue
        ways = sum(
            math.comb(marked, k) * math.comb(total - marked, drawn - k)
            for k in range(least, highest + 1)
        )
        expected = math.log(ways) - math.log(math.comb(total, drawn))
        found = log_hypergeometric_tail(*urn, least)
        assert found == pytest.approx(expected, abs=1e-7)
    assert log_hypergeometric_tail(*urn, lowest) == 0
    assert log_hypergeometric_tail(*urn, highest + 1) == -np.inf


@pytest.mark.parametrize("shape", ["smooth", "noisy"])
def test_range_and_epochs_are_those_of_the_best_series(shape):
    points = sine(
        shape=lambda x: np.sin(x) + (0.5 if shape == "smooth" else 0.05) * np.cos(2 * x),
        noise=0.05 if shape == "smooth" else 0.4,
    )
    out = np.full((1, 3), np.nan)
    ephemerides(*points, np.array([1 / 0.7]), np.zeros(1, bool), out)
    star = standardised(*points[:3])
    n, variance = 120, np.sum(star[3] * star[1])
    left = [series(star, 1 / 0.7, k) for k in range(1, 9)]
    k = 1 + np.argmin([n * np.log(s / variance) + 2 * (i + 1) * np.log(n) for i, (s, _) in enumerate(left)])  # fmt: skip  # noqa: E501
    turn = 2 * np.pi * FINE
    curve = left[k - 1][1][0] + sum(
        left[k - 1][1][2 * h - 1] * np.cos(h * turn) + left[k - 1][1][2 * h] * np.sin(h * turn)
        for h in range(1, k + 1)
    )
    assert out[0, 2] == pytest.approx(np.ptp(curve), rel=0.01)
    for column, at in ((0, curve.argmax()), (1, curve.argmin())):
        phase = (out[0, column] - points[0][0]) / 0.7 - FINE[at]
        assert abs(phase - np.rint(phase)) < 0.01


def test_the_epoch_of_eclipses_is_their_middle():
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(0, 200, 500))
    mag = 12 + 0.02 * rng.normal(size=500) + 0.5 * (np.abs((time / 1.37 + 0.2) % 1 - 0.5) < 0.05)
    out = np.full((1, 3), np.nan)
    points = time, mag, np.ones(500), np.array([0, 500])
    ephemerides(*points, np.array([1 / 1.37]), np.ones(1, bool), out)
    phase = out[0, 0] / 1.37 - 0.3
    assert abs(phase - np.rint(phase)) < 0.01
    assert out[0, 2] == pytest.approx(0.5, abs=0.03)
    assert out[0, 2] == deepest_box(standardised(*points[:3]), 1 / 1.37, BINS_FINE)[1]


BINS_FINE = np.empty((3, 257))


def test_what_is_faint_is_counted_in_robust_deviations():
    # Median 0, median absolute deviation 1 / 1.4826: the values are in standard deviations.
    mag = np.r_[np.linspace(-1.3490, 1.3490, 101), 2.9, 3.1, 9.0, -3.1, -2.9]
    value = np.empty(mag.size)
    scale = 1.4826 * np.median(np.abs(mag - np.median(mag)))
    distance = (mag - np.median(mag)) / scale
    assert dip_weights(mag, value) == (np.sum(distance > 3), np.sum(distance < -3))
    expected = np.where(distance > 2, np.minimum(distance, 6), 0)
    np.testing.assert_allclose(value, expected - expected.mean())
