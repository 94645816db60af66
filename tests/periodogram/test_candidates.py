"""What is decided about candidates: whose score wins, what eclipses overrule, epochs, errors, evidence."""

import numpy as np
import pytest

from sklearn_vartl.periodogram._candidates import (
    CRITERION,
    DOUBLE,
    ECLIPSE,
    EVEN,
    FREQUENCY,
    IS_BOX,
    N_COLUMNS,
    N_RUNNERS_UP,
    RELATIVE_ERROR,
    choose,
    ephemerides,
    even_share,
    extremes,
    halves,
    prefer_dips,
    relative_error,
    score_candidates,
)
from sklearn_vartl.periodogram._dips import N_DIPS
from sklearn_vartl.periodogram._eclipses import ANY, N_BINS, box_decrease, fold_in_bins
from sklearn_vartl.periodogram._fits import MIN_POINTS, fit, information, standardised, workspace

BINS = np.empty((3, 2 * N_BINS + 1))
NONE_BRIEF = np.zeros(1, bool)


def boxes_at(star, frequency):
    fold_in_bins(star[0], star[2], star[3], frequency, BINS)
    return box_decrease(BINS, star[0].size, ANY)


def even_share_at(star, frequency):
    work = workspace(star[0].size, 8)
    fit(star, frequency, 4, work)
    return even_share(4, work)


def sine(period=0.7, n_points=120, noise=0.05, span=90.0, seed=0, shape=np.sin):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, span, n_points))
    mag = 15 + shape(2 * np.pi * time / period) + rng.normal(0, noise, n_points)
    return time, mag, rng.uniform(0.5, 1.5, n_points), np.array([0, n_points])


def of_star(points):
    star = standardised(*points[:3])
    return star, np.sum(star[2] * star[1] ** 2)


def series(star, frequency, n_harmonics):
    """Left sum of squares and coefficients of a weighted Fourier series, by least squares."""
    x = 2 * np.pi * frequency * star[0]
    columns = [np.ones(x.size)]
    for k in range(1, n_harmonics + 1):
        columns += [np.cos(k * x), np.sin(k * x)]
    root = np.sqrt(star[2])
    design = np.stack(columns, axis=1)
    fitted, *_ = np.linalg.lstsq(design * root[:, None], star[1] * root, rcond=None)
    return np.sum((root * (star[1] - design @ fitted)) ** 2), fitted


def criterion(star, frequency, largest):
    variance = np.sum(star[2] * star[1] ** 2)
    n = star[0].size
    return min(
        n * np.log(series(star, frequency, k)[0] / variance) + 2 * k * np.log(n)
        for k in range(1, largest + 1)
    )


def test_the_share_of_even_harmonics_is_that_of_the_series():
    star, _ = of_star(sine(shape=lambda x: np.sin(x) + 0.6 * np.cos(2 * x) - 0.3 * np.sin(3 * x)))
    _, fitted = series(star, 1 / 0.7, 4)
    square = fitted[1::2] ** 2 + fitted[2::2] ** 2
    expected = (square[1] + square[3]) / square.sum()
    assert even_share_at(star, 1 / 0.7) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "shape",
    [np.sin, lambda x: np.sin(x) + 0.3 * np.sin(x / 2), lambda x: np.abs(np.cos(x / 2)) ** 30],
)
def test_the_evidence_for_twice_the_period_is_a_difference_of_criteria(shape):
    star, variance = of_star(sine(shape=shape))
    n = star[0].size
    once, twice = criterion(star, 1 / 0.7, 4), criterion(star, 0.5 / 0.7, 8)
    single = boxes_at(star, 1 / 0.7)[0]
    double = boxes_at(star, 0.5 / 0.7)[1]
    once = min(once, information(variance, single, n, 3))
    twice = min(twice, information(variance, double, n, 4))
    found, even = halves(star, 1 / 0.7, variance, workspace(n, 8), BINS)
    assert found == pytest.approx(once - twice, rel=1e-6)
    assert even == pytest.approx(even_share_at(star, 1 / 0.7), rel=1e-9)


def test_the_extremes_of_a_series():
    coefficient = np.array([2.0, 0.5, 0.3, -0.4, 0.1])
    phase = np.linspace(0, 1, 100001)
    x = 2 * np.pi * phase
    value = 2 + 0.5 * np.cos(x) + 0.3 * np.sin(x) - 0.4 * np.cos(2 * x) + 0.1 * np.sin(2 * x)
    largest, smallest = extremes(coefficient, 2)
    assert largest[0] == pytest.approx(phase[value.argmax()], abs=2e-3)
    assert smallest[0] == pytest.approx(phase[value.argmin()], abs=2e-3)
    assert largest[1] == pytest.approx(value.max(), abs=5e-3)
    assert smallest[1] == pytest.approx(value.min(), abs=5e-3)
    # At either end of the cycle, too.
    assert extremes(np.array([0.0, 1.0, -0.02]), 1)[0][0] == pytest.approx(
        1 - 0.02 / (2 * np.pi), abs=1e-3
    )
    assert extremes(np.array([0.0, -1.0, 0.02]), 1)[1][0] == pytest.approx(
        1 - 0.02 / (2 * np.pi), abs=1e-3
    )


def test_the_error_of_a_frequency_follows_from_noise_and_span():
    time, mag, weight, _ = sine(n_points=400, noise=0.1, span=200)
    star = standardised(time, mag, np.ones(400))
    found = relative_error(star, 1 / 0.7, 0.01, 1 / 600, 1, workspace(400, 8))
    # Montgomery & O'Donoghue (1999): sqrt(6 / n) sigma / (pi T a).
    expected = np.sqrt(6 / 400) * 0.1 / (np.pi * star[0][-1] * 1.0) * 0.7
    assert found == pytest.approx(expected, rel=0.1)
    # Without a peak it is the resolution.
    flat = standardised(time, np.sin(2 * np.pi * time / 0.31), np.ones(400))
    assert relative_error(flat, 1 / 0.7, 1.0, 1 / 600, 1, workspace(400, 8)) == pytest.approx(
        0.7 / 600
    )


@pytest.fixture
def scored():
    """A star with five candidates: two of one peak, one without a score."""
    points = sine()
    step = 1 / (3 * points[0][-1])
    refined = np.array([[1 / 0.7, 0.4, 1 / 0.7 + 0.5 * step, 2.3, np.nan]])
    score = np.array([[10.0, 31.0, 11.0, 25.0, np.inf]])
    gauss = np.array([[-300.0, -5.0, -290.0, -3.0, np.inf]])
    return points, step, (refined, score, gauss, np.array([[1, 1, 1, 1, 0]]))


def results():
    return np.full((1, N_COLUMNS), np.nan), *(np.full((1, N_RUNNERS_UP), np.nan) for _ in range(2))


def limits(step, f_min=0.011, f_max=30.0):
    return np.array([f_min]), np.array([f_max]), np.array([step])


def test_the_lowest_score_wins_and_the_next_ones_are_told(scored):
    points, step, candidates = scored
    table, runner_up, gap = results()
    choose(*points, limits(step), NONE_BRIEF, *candidates, table, runner_up, gap)
    star, variance = of_star(points)
    assert table[0, FREQUENCY] == 1 / 0.7
    # The other candidate of the same peak is no rival, nor is the one without a score.
    np.testing.assert_allclose(runner_up, [[1 / 2.3, 1 / 0.4, np.nan]])
    np.testing.assert_allclose(gap, [[15.0, 21.0, np.nan]])
    assert table[0, IS_BOX] == 0 and table[0, ECLIPSE] < 10
    assert table[0, CRITERION] == -300
    noise = variance * np.exp((-300 - 2 * np.log(120)) / 120) / (120 - 4)
    expected = relative_error(star, 1 / 0.7, noise, step, 1, workspace(120, 8))
    assert table[0, RELATIVE_ERROR] == pytest.approx(expected)
    # Not to the last bit: a kernel has its own copies of the functions that it calls.
    assert table[0, EVEN] == pytest.approx(even_share_at(star, 1 / 0.7), rel=1e-9)


def test_of_some_stars_the_frequency_is_enough(scored):
    points, step, candidates = scored
    (whole, *_), (brief, runner_up, gap) = results(), results()
    choose(*points, limits(step), NONE_BRIEF, *candidates, whole, *results()[1:])
    choose(*points, limits(step), ~NONE_BRIEF, *candidates, brief, runner_up, gap)
    told = [FREQUENCY, CRITERION, ECLIPSE]
    assert np.array_equal(brief[0, told], whole[0, told])
    assert np.isnan(np.delete(brief[0], told)).all() and np.isnan(runner_up).all()


def test_nothing_is_chosen_of_few_points_or_no_score(scored):
    points, step, (refined, score, gauss, harmonics) = scored
    table, runner_up, gap = results()
    none = refined, score + np.inf, gauss, harmonics
    choose(*points, limits(step), NONE_BRIEF, *none, table, runner_up, gap)
    few = (*(column[:4] for column in points[:3]), np.array([0, 4]))
    scored = refined, score, gauss, harmonics
    choose(*few, limits(step), NONE_BRIEF, *scored, table, runner_up, gap)
    assert np.isnan(table).all() and np.isnan(runner_up).all()
    five = (*(column[:5] for column in points[:3]), np.array([0, 5]))
    choose(*five, limits(step), NONE_BRIEF, *scored, table, runner_up, gap)
    assert np.isfinite(table[0, FREQUENCY])


def eclipsing(phases, depths, period=1.37, width=0.05, n_points=500, seed=1, span=150.0):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, span, n_points))
    mag = 12 + rng.normal(0, 0.01, n_points)
    for phase, depth in zip(phases, depths, strict=True):
        mag += depth * (np.abs((time / period - phase + 0.5) % 1 - 0.5) < width / 2)
    return time, mag, np.ones(n_points), np.array([0, n_points])


def test_eclipses_decide_where_they_explain_more_than_a_series():
    points = eclipsing([0.3], [0.5])
    step = 1 / 450
    refined = np.array([[2 / 1.37, 0.81]])
    score, gauss = np.array([[4.0, 1.0]]), np.array([[-20.0, -30.0]])
    table, runner_up, gap = results()
    scored = refined, score, gauss, np.ones((1, 2), int)
    choose(*points, limits(step), NONE_BRIEF, *scored, table, runner_up, gap)
    assert table[0, FREQUENCY] == pytest.approx(1 / 1.37) and table[0, IS_BOX] == 1
    star, variance = of_star(points)
    single = boxes_at(star, 1 / 1.37)[0]
    box = information(variance, single, 500, 3)
    assert table[0, CRITERION] == pytest.approx(box)
    assert table[0, ECLIPSE] == pytest.approx(-30 - box)
    # What is told of the others is against the best series.
    np.testing.assert_allclose(runner_up[0, :2], [1 / 0.81, 1.37 / 2])
    np.testing.assert_allclose(gap[0, :2], [0.0, 3.0])


def preferred(points, before, dips, criterion=-10.0, step=1 / 450):
    table, runner_up, gap = results()
    table[0, [FREQUENCY, CRITERION, EVEN, IS_BOX, DOUBLE]] = before, criterion, 0.3, 0, 1.0
    runner_up[0], gap[0] = [5.0, 6.0, np.nan], [2.0, 7.0, np.nan]
    candidates = np.full((1, N_DIPS), np.nan)
    candidates[0, : len(dips)] = dips
    prefer_dips(*points, limits(step), candidates, table, runner_up, gap)
    return table[0], runner_up[0], gap[0]


def test_eclipses_of_the_faint_points_replace_a_worse_period():
    table, runner_up, gap = preferred(eclipsing([0.3], [0.5]), 0.81, [1 / 1.37])
    assert table[FREQUENCY] == pytest.approx(1 / 1.37, rel=1e-3)
    assert table[IS_BOX] == 1 and table[CRITERION] < -500
    assert table[EVEN] < 0.7 and table[RELATIVE_ERROR] < 1e-3
    # What was found before comes next, with how much worse it is; the others are as far behind it as before.
    np.testing.assert_allclose(runner_up, [1 / 0.81, 5.0, 6.0])
    assert gap[0] > 100
    np.testing.assert_allclose(gap[1:], gap[0] + [2.0, 7.0])
    assert gap[0] < -10 - table[CRITERION]


def test_of_two_eclipses_in_an_eccentric_orbit_all_are_in_one_cycle():
    table, _, _ = preferred(eclipsing([0.2, 0.55], [0.5, 0.4]), 0.81, [1 / 1.37])
    assert table[FREQUENCY] == pytest.approx(1 / 1.37, rel=1e-3) and table[EVEN] == 1


@pytest.mark.parametrize(
    ("before", "dips"),
    [(1 / 1.37, [1 / 1.37]), (2 / 1.37, [1 / 1.37]), (0.81, [np.nan]), (np.nan, [1 / 1.37])],
)
def test_the_same_eclipses_or_none_change_nothing(before, dips):
    table, runner_up, gap = preferred(eclipsing([0.3], [0.5]), before, dips)
    assert table[FREQUENCY] == before or np.isnan(before)
    assert table[IS_BOX] == 0 and gap[0] == 2.0


@pytest.mark.parametrize(
    ("before", "margin"),
    [(0.81, 15.0), (3.1, 30.0), (12.0, 5.0)],
    ids=["near", "longer", "fastest"],
)
def test_how_much_better_eclipses_have_to_be(before, margin):
    points = eclipsing([0.3], [0.5])
    best = preferred(points, before, [1 / 1.37])[0][CRITERION]
    changed = preferred(points, before, [1 / 1.37], best + margin + 0.1)[0]
    kept = preferred(points, before, [1 / 1.37], best + margin - 0.1)[0]
    assert changed[FREQUENCY] == pytest.approx(1 / 1.37, rel=1e-3)
    assert kept[FREQUENCY] == before


@pytest.mark.parametrize("n_points", [5, 300])
def test_epochs_and_range_of_a_sine(n_points):
    time = np.sort(np.random.default_rng(3).uniform(100, 190, n_points))
    mag = 15 + 0.4 * np.cos(2 * np.pi * (time - 100.3) / 2.5)
    out = np.full((1, 3), np.nan)
    points = time, mag, np.ones(n_points), np.array([0, n_points])
    ephemerides(*points, np.array([0.4]), np.zeros(1, bool), out)
    # Faintest where the magnitude is largest, in the cycle about the middle of the observations.
    assert (out[0, 0] - 100.3) % 2.5 == pytest.approx(0, abs=0.02) or (
        out[0, 0] - 100.3
    ) % 2.5 > 2.48
    assert (out[0, 1] - 100.3) % 2.5 == pytest.approx(1.25, abs=0.02)
    assert out[0, 2] == pytest.approx(0.8, rel=0.01)
    assert np.all(np.abs(out[0, :2] - 0.5 * (time[0] + time[-1])) <= 2.5)
    nothing = np.full((1, 3), np.nan)
    few = (*(column[:4] for column in points[:3]), np.array([0, 4]))
    ephemerides(*few, np.array([0.4]), np.zeros(1, bool), nothing)
    ephemerides(*points, np.array([np.nan]), np.zeros(1, bool), nothing)
    assert np.isnan(nothing).all()


def test_scores_are_filled_and_the_power_is_the_highest_reached():
    points = sine(noise=0.02)
    step = 1 / (3 * points[0][-1])
    candidate = np.array([[1 / 0.7 + 0.3 * step, 0.4, np.nan]])
    refined, score, gauss = (np.full((1, 3), fill) for fill in (np.nan, np.inf, np.inf))
    harmonics, reached = np.zeros((1, 3), int), np.array([0.2])
    arrays = refined, score, gauss, harmonics, reached
    score_candidates(*points, candidate, *limits(step), *arrays)
    star, variance = of_star(points)
    assert refined[0, 0] == pytest.approx(1 / 0.7, abs=0.02 * step)
    assert score[0, 0] < score[0, 1] < np.inf == score[0, 2]
    assert gauss[0, 0] == pytest.approx(criterion(star, refined[0, 0], 4))
    expected = 1 - series(star, refined[0, 0], 1)[0] / variance
    assert reached[0] == pytest.approx(expected)
    reached[:] = 0.9999
    score_candidates(*points, candidate, *limits(step), *arrays)
    assert reached[0] == 0.9999


def test_stars_of_few_points_are_left_alone_wherever_they_stand():
    time, mag, weight, _ = sine(noise=0.02)
    few = MIN_POINTS - 1
    points = [np.concatenate([c[:few], c, c[:few], c[:MIN_POINTS]]) for c in (time, mag, weight)]
    offsets = np.cumsum([0, few, time.size, few, MIN_POINTS])
    candidate = np.full((4, 1), 1 / 0.7)
    refined, score, gauss = (np.full((4, 1), fill) for fill in (np.nan, np.inf, np.inf))
    harmonics, reached = np.zeros((4, 1), int), np.zeros(4)
    grid = [np.repeat(limit, 4) for limit in limits(1 / (3 * time[-1]))]
    score_candidates(*points, offsets, candidate, *grid, refined, score, gauss, harmonics, reached)
    filled = [False, True, False, True]
    assert np.isfinite(refined[:, 0]).tolist() == (reached > 0).tolist() == filled
    assert refined[1, 0] == pytest.approx(1 / 0.7, abs=0.01 / time[-1])


def curve_at(star, frequency, n_harmonics):
    """A weighted Fourier series at the points."""
    x, coefficient = 2 * np.pi * frequency * star[0], series(star, frequency, n_harmonics)[1]
    turns = [f(k * x) for k in range(1, n_harmonics + 1) for f in (np.cos, np.sin)]
    return coefficient[0] + coefficient[1:] @ turns


def heavy_tailed_score(star, frequency, scale):
    """The best of one to four harmonics: minus twice Student's log likelihood, and what harmonics cost."""
    squares = [star[2] * (star[1] - curve_at(star, frequency, k)) ** 2 for k in range(1, 5)]
    return min(
        9 * np.sum(np.log1p(squares[k] / (8 * scale**2))) + 2 * (k + 1) * np.log(star[0].size)
        for k in range(4)
    )


def with_unlike_minima(period, unlike, noise, seed, n_aliases=1, f_min=0.011):
    """Scores of half a period and of aliases of the period, and what they are on their own, with that of the period."""
    rng = np.random.default_rng(seed)
    time = np.arange(150.0) + rng.uniform(0, 0.25, 150)
    turn = 2 * np.pi * time / period
    noise = rng.uniform(0.1, 1.3) if noise is None else noise
    mag = np.cos(2 * turn) + unlike * np.cos(turn) + rng.normal(0, noise, 150)
    points = time, mag, np.ones(150), np.array([0, 150])
    candidate = np.array([[2 / period, *[1 / period + 1] * n_aliases]])
    refined, score, gauss = (np.full(candidate.shape, fill) for fill in (np.nan, np.inf, np.inf))
    number, reached = np.zeros(candidate.shape, int), np.zeros(1)
    grid = limits(1 / (3 * time[-1]), f_min)
    score_candidates(*points, candidate, *grid, refined, score, gauss, number, reached)
    star, _ = of_star(points)
    best = np.argmin(gauss[0])
    residual = star[1] - curve_at(star, refined[0, best], number[0, best])
    free = 150 - 2 * number[0, best] - 1
    scale = 1.4826 * np.median(np.abs(residual)) * np.sqrt(150 / free)
    frequencies = refined[0, 0], refined[0, 1], 0.5 * refined[0, 0]
    return score[0], *(heavy_tailed_score(star, f, scale) for f in frequencies)


@pytest.mark.parametrize("period", [0.77, 22.3])
def test_unlike_minima_decide_between_half_the_period_and_an_alias(period):
    outcomes = set()
    for seed in range(25):
        score, half, alias, whole = with_unlike_minima(period, 0.9, None, seed)
        changed = alias < half <= alias + 60 and whole + 10 < alias and period < 20
        assert score == pytest.approx([alias, half] if changed else [half, alias], rel=1e-6)
        outcomes.add((bool(alias < half), changed))
    assert ((True, True) in outcomes) == (period == 0.77)


def changes_places(*star, **options):
    score, half, alias, whole = with_unlike_minima(*star, **options)
    assert alias < half
    changed = score[0] == pytest.approx(alias, rel=1e-6)
    assert changed or score[0] == pytest.approx(half, rel=1e-6)
    return changed, half - alias, alias - whole


def test_twice_the_period_has_to_be_so_much_better_than_the_alias():
    changed, _, better = changes_places(0.77, 1.05, 1.84, 3)
    assert changed and 10 < better < 10.1
    changed, _, better = changes_places(0.77, 1.05, 1.85, 3)
    assert not changed and 9.9 < better < 10


def test_what_is_too_far_behind_the_alias_is_not_looked_at():
    changed, behind, _ = changes_places(0.77, 1.6, 0.8, 1)
    assert changed and 59 < behind < 60
    changed, behind, better = changes_places(0.77, 1.606, 0.8, 1)
    assert not changed and 60 < behind < 61 and better > 50


def test_twice_the_period_is_none_that_is_long_or_was_not_looked_for():
    assert changes_places(19.9, 1.05, 0.8, 1)[0]
    assert not changes_places(20.1, 1.05, 0.8, 1)[0]
    assert changes_places(15.0, 1.05, 0.8, 1, f_min=1 / 15.1)[0]
    assert not changes_places(15.0, 1.05, 0.8, 1, f_min=1 / 14.9)[0]


def test_the_five_best_candidates_are_looked_at_with_twice_their_periods():
    assert changes_places(0.77, 1.25, 0.8, 1, n_aliases=4)[0]
    assert not changes_places(0.77, 1.25, 0.8, 1, n_aliases=5)[0]
