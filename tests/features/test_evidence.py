"""Evidence that a star varies: the same in any unit, small for noise of any distribution."""

import numpy as np
import pytest
from scipy import stats as distributions

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.features import feature_definitions
from sklearn_vartl.features._evidence import (
    _common_variance,
    _night_starts,
    _season_starts,
    _series_of_blocks,
    block_evidence,
    evidence,
    log_share_by_chance,
    neighbour_log_chance,
)

COLUMNS = ["series_chance", "correlated_chance", "phase_chance", "time_chance", "error_excess"]
features = LightCurveFeatures(COLUMNS)


def stars(rng, magnitudes, *, n=120, span=300.0, error=0.01):
    """Light curves of `magnitudes(time)`, each at times of its own."""
    times = [np.sort(rng.uniform(0, span, n)) for _ in magnitudes]
    mags = [of(time) for of, time in zip(magnitudes, times, strict=True)]
    return LightCurves(
        np.concatenate(times),
        np.concatenate(mags),
        np.full(n * len(times), error),
        np.arange(len(times) + 1) * n,
    )


def test_probability_of_a_share_is_what_noise_shows(rng):
    n, share = 40, 0.2
    phase = rng.uniform(0, 2 * np.pi, n)
    design = np.column_stack([f(k * phase) for k in (1, 2) for f in (np.cos, np.sin)])
    basis = np.linalg.qr(np.column_stack([np.ones(n), design]))[0][:, 1:]
    noise = rng.standard_normal((20_000, n))
    noise -= noise.mean(axis=1, keepdims=True)
    explained = ((noise @ basis) ** 2).sum(axis=1) / (noise**2).sum(axis=1)
    expected = np.mean(explained > share)
    assert np.exp(log_share_by_chance(share, 2, n)) == pytest.approx(expected, rel=0.05)
    eta = [neighbour_log_chance(row) for row in noise[:4000]]
    assert np.mean(np.array(eta) < np.log(0.1)) == pytest.approx(0.1, abs=0.015)


def test_a_star_far_above_its_noise_varies_whatever_the_magnitudes(rng):
    def pulsating(size):
        return lambda t: size * (np.sin(2 * np.pi * t / 0.31) + 0.1 * rng.standard_normal(len(t)))

    found = features.transform(stars(rng, [pulsating(0.001), pulsating(1.0)]))
    assert (found[:, :3] < -15).all()
    same = LightCurveFeatures(COLUMNS)
    curves = stars(rng, [pulsating(0.3)])
    in_other_units = curves.replace(mag=5 + 0.01 * curves.mag, magerr=0.01 * curves.magerr)
    np.testing.assert_allclose(same.transform(curves), same.transform(in_other_units), atol=1e-4)


def test_noise_of_any_distribution_is_no_evidence(rng):
    def deep(t):
        # The faint points of an eclipsing binary in disorder.
        return np.where(rng.random(len(t)) < 0.08, 1.0, 0.0) + 0.01 * rng.standard_normal(len(t))

    found = features.transform(stars(rng, [deep] * 6 + [lambda t: rng.standard_normal(len(t))] * 6))
    assert (found[:, :3] > -2.5).all()
    assert found[6:, 4] == pytest.approx(2.0, abs=0.1)


def test_points_that_err_together_count_as_fewer(rng):
    def drifting(t):
        return np.cumsum(rng.standard_normal(len(t)))

    series, correlated = features.transform(stars(rng, [drifting] * 4))[:, :2].T
    assert (series < correlated - 3).all()


def chance_of_series(time, mag, period):
    """Logarithms of the two chances of a series, from least squares and the beta distribution."""
    n = len(mag)
    rank = np.argsort(np.argsort(mag))
    scores = distributions.norm.ppf((rank + 0.625) / (n + 0.25))  # Blom's normal scores
    found = []
    for m in (1, 2, 4):
        angle = 2 * np.pi * np.outer(time, np.arange(1, m + 1)) / period
        design = np.column_stack([np.ones(n), np.cos(angle), np.sin(angle)])
        rest = scores - design @ np.linalg.lstsq(design, scores)[0]
        found.append((m, 1 - np.sum(rest**2) / np.sum(scores**2)))
    lag = max(np.sum(rest[1:] * rest[:-1]) / np.sum(rest**2), 0)
    sizes = n, n * (1 - lag) / (1 + lag)
    chances = [
        min(distributions.beta.logsf(share, m, (size - 1 - 2 * m) / 2) for m, share in found)
        for size in sizes
    ]
    # Three lengths are tried.
    return np.array(chances) + np.log(3), scores


def test_the_evidence_of_a_star_counted_by_hand(rng):
    n, period, min_period = 40, 1.7, 0.1
    time = 50.0 + np.append(np.sort(rng.uniform(0, 30, n)), [0.0, 9.0])
    # Errors of neighbours are alike, magnitudes lie anywhere.
    slow = np.cumsum(rng.standard_normal(n)) * 0.2
    mag = np.append(9 + 0.5 * np.sin(2 * np.pi * time[:n] / period) + slow, [3.0, 4.0])
    error = np.append(rng.uniform(0.01, 0.05, n), [0.1, 0.3])
    found = evidence(
        time, mag, error, np.array([0, n, n + 2]), np.array([period, 2.0]), np.array([0.7, 0.1]),
        min_period,
    )  # fmt: skip
    chances, scores = chance_of_series(time[:n] - time[0], mag[:n], period)
    span = time[n - 1] - time[0]
    trials = np.log10(span / min_period)
    assert found[0, :2] == pytest.approx(chances / np.log(10) + trials, rel=1e-8)
    assert found[0, 0] < found[0, 1] - 1

    def neighbours(values):
        """Von Neumann (1941): the ratio is normal, mean 2 and variance 4 (n - 2) / (n^2 - 1)."""
        ratio = np.sum(np.diff(values) ** 2) / np.sum((values - values.mean()) ** 2)
        return distributions.norm.logcdf(ratio, 2, np.sqrt(4 * (n - 2) / (n**2 - 1))) / np.log(10)

    folded = scores[np.argsort((time[:n] - time[0]) % period)]
    assert found[0, 2] == pytest.approx(neighbours(folded) + trials, rel=1e-9)
    assert found[0, 3] == pytest.approx(neighbours(scores), rel=1e-9)
    low, high = np.percentile(mag[:n], [15.9, 84.1])
    excess = np.log10((high - low) / 2 / np.median(error[:n]))
    assert found[0, 4:] == pytest.approx([0.7, excess, span / period, n])
    # Five points have an order, four have none.
    assert neighbour_log_chance(np.arange(5.0)) < -1 and neighbour_log_chance(np.arange(4.0)) == 0
    # Of two points there is no series and no order.
    assert found[1, [0, 1, 2]] == pytest.approx(np.log10(9 / min_period)) and found[1, 3] == 0


def test_a_series_needs_more_points_than_terms(rng):
    time = np.sort(rng.uniform(0, 30, 9))
    offsets, period, gain = np.array([0, 9]), np.array([1.7]), np.zeros(1)
    # Nine terms pass through nine points; the frequencies that were tried are left.
    found = evidence(time, time, np.full(9, 0.1), offsets, period, gain, 0.1)
    assert found[0, :2] == pytest.approx(np.log10(np.ptp(time) / 0.1))
    time, offsets = np.append(time, 31.0), np.array([0, 10])
    one_more = evidence(time, time, np.full(10, 0.1), offsets, period, gain, 0.1)
    assert (one_more[0, :2] != np.log10(np.ptp(time) / 0.1)).all()


def test_without_nights_and_seasons_blocks_are_points(rng):
    """Each night has one point, and all are of one season."""
    time = np.arange(60.0) + rng.uniform(-0.1, 0.1, 60)
    mag = np.sin(2 * np.pi * time / 5.3) + np.cumsum(rng.standard_normal(60)) * 0.3
    offsets = np.array([0, 60])
    found = block_evidence(time, mag, offsets, np.array([5.3]), 0.1)
    chances, _ = chance_of_series(time - time[0], mag, 5.3)
    expected = chances[1] / np.log(10) + np.log10(np.ptp(time) / 0.1)
    assert found[0] == pytest.approx([expected, expected], rel=1e-8)


def nightly_times(rng, *, n_nights=60, each=4, years=8):
    """Four exposures in half an hour of some nights, seven months a year."""
    night = np.sort(rng.choice(np.arange(years * 210), n_nights, replace=False))
    night = night + (night // 210) * 155.25
    return (night[:, None] + 0.3 * rng.random((n_nights, 1)) + np.arange(each) * 0.007).ravel()


def test_series_beside_blocks_are_generalised_least_squares(rng):
    time = nightly_times(rng, n_nights=40)
    time = np.sort(np.delete(time, [3, 5, 6, 7, 50]))
    time -= time[0]
    n, common = len(time), 1.7
    series = np.column_stack([f(k * time / 0.6) for k in (1, 2, 3, 4) for f in (np.cos, np.sin)])
    scores = rng.standard_normal(n)
    night, season = np.floor(time + 0.5 - time[0] % 1), np.floor(time / 365.25)
    covariance = np.eye(n) + common * (night[:, None] == night)
    zero_points = (season[:, None] == np.unique(season)).astype(float)
    root = np.linalg.inv(np.linalg.cholesky(covariance))

    def left(design):
        design, values = root @ design, root @ scores
        return np.sum((values - design @ np.linalg.lstsq(design, values)[0]) ** 2)

    nights, seasons = _night_starts(time), _season_starts(time)
    assert len(nights) == len(np.unique(night)) and len(seasons) == len(np.unique(season)) == 8
    counts = np.diff(np.append(nights, n))
    share, residual = _series_of_blocks(
        np.column_stack([series, scores]), nights, counts, seasons, common
    )
    none = left(zero_points)
    expected = [
        1 - left(np.column_stack([zero_points, series[:, : 2 * k]])) / none for k in (1, 2, 4)
    ]
    np.testing.assert_allclose(share[[1, 3, 7]], expected, rtol=1e-9)
    assert np.sum(residual**2) == pytest.approx((1 - expected[-1]) * none)


def test_nights_are_whole_and_years_begin_where_nothing_is_seen():
    time = np.array([0.0, 0.1, 0.2, 0.9, 2.0, 2.1, 200.0, 365.0, 366.0])
    assert _night_starts(time).tolist() == [0, 3, 4, 6, 7, 8]
    assert _season_starts(time).tolist() == [0, 6]
    without_a_break = np.arange(0, 3.0, 0.02)
    assert _night_starts(without_a_break).tolist() == [0, 50, 100]
    assert _season_starts(without_a_break).tolist() == [0]


def test_variance_in_common_is_the_simulated_one(rng):
    starts, counts = np.arange(0, 20_000, 4), np.full(5000, 4)
    values = rng.standard_normal(20_000) + np.repeat(1.5 * rng.standard_normal(5000), 4)
    assert _common_variance(values, starts, counts) == pytest.approx(2.25, rel=0.05)
    assert _common_variance(rng.standard_normal(20_000), starts, counts) < 0.03
    # Without a second point in any night nothing is known.
    assert _common_variance(values[:50], np.arange(50), np.ones(50, dtype=int)) == 0.0


def test_nightly_and_seasonal_noise_is_no_evidence_and_a_second_period_hides_none(rng):
    def observed(brightness, n=12):
        times = [nightly_times(rng) for _ in range(n)]
        mags = [brightness(time) + 0.02 * rng.standard_normal(len(time)) for time in times]
        offsets = np.arange(n + 1) * len(times[0])
        X = LightCurves(
            np.concatenate(times), np.concatenate(mags), np.full(offsets[-1], 0.02), offsets
        )
        names = ["correlated_chance", "block_chance", "block_lag_chance"]
        return np.median(LightCurveFeatures(names).transform(X), axis=0)

    def nightly(time):
        return 0.05 * rng.standard_normal(int(time.max()) + 1)[time.astype(int)]

    def seasonal(time):
        return 0.05 * rng.standard_normal(9)[(time / 365.25).astype(int)]

    def double_mode(time):
        return 0.11 * np.sin(2 * np.pi * time / 0.37) + 0.09 * np.sin(2 * np.pi * time / 0.497)

    assert (observed(nightly) > -3).all()
    correlated, *beside = observed(seasonal)
    assert correlated < -5 and min(beside) > -3
    correlated, *beside = observed(double_mode)
    assert correlated > -5 and max(beside) < -10


def test_the_set_of_evidence_has_nothing_of_the_others():
    sets = {each.name: each.sets for each in feature_definitions()}
    evidence = LightCurveFeatures("evidence").get_feature_names_out().tolist()
    assert all(sets[name] == ("evidence",) for name in evidence)
    # Model files name the set: what is new is had by name.
    assert len(evidence) == 18 and sets["block_chance"] == sets["block_lag_chance"] == ()
    assert len(LightCurveFeatures(["vartl", "evidence"]).get_feature_names_out()) == 39 + len(
        evidence
    )


def test_a_series_of_as_many_terms_as_points_tells_nothing():
    """Two harmonics and a mean pass through any five points."""
    assert log_share_by_chance(0.9, 2, 5) == log_share_by_chance(0.9, 3, 5) == 0.0
    # One harmonic and four points: a beta distribution of 1 and 1/2.
    assert log_share_by_chance(0.75, 1, 4) == pytest.approx(0.5 * np.log(0.25))


def test_the_variance_that_blocks_share_is_that_of_a_one_way_analysis(rng):
    counts = np.array([2, 3, 5, 1, 4])
    starts = np.cumsum(counts) - counts
    values = np.repeat(3 * rng.normal(size=5), counts) + rng.normal(size=15)
    between_over_within = distributions.f_oneway(*np.split(values, starts[1:])).statistic
    # Of blocks of unequal size the usual one: Snedecor & Cochran, 13.6.
    usual = (15 - (4 + 9 + 25 + 1 + 16) / 15) / 4
    found = _common_variance(values, starts, counts)
    assert found == pytest.approx((between_over_within - 1) / usual) and found > 0.5
    # Of two blocks, or of less than five points more than blocks, nothing is said.
    assert _common_variance(values[:5], starts[:2], counts[:2]) == 0
    assert _common_variance(values[:10], starts[:3], counts[:3]) != 0
    few = np.repeat(np.arange(4.0), 2) + 0.01 * np.arange(8)
    assert _common_variance(few, np.arange(0, 8, 2), np.full(4, 2)) == 0
    more = np.append(few, 3.0)
    assert _common_variance(more, np.arange(0, 8, 2), np.array([2, 2, 2, 3])) > 0
    # Alike to the last digit, they have no more in common than a thousand times their scatter.
    assert _common_variance(np.floor(more), np.arange(0, 8, 2), np.array([2, 2, 2, 3])) == 1e3
