"""Temperature and sets of classes, from held-out stars."""

import numpy as np
import pytest
from scipy.special import softmax

from sklearn_vartl.probabilities import (
    Calibration,
    at_temperature,
    calibrate,
    conformal_sets,
    em_shares,
    fit_temperature,
    log_proba,
    prediction_sets,
    purity_thresholds,
    sparing,
    with_probability,
)


def test_few_stars_hardly_move_the_temperature():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 3000)
    logits = 2.0 * np.eye(3)[y] + rng.normal(size=(3000, 3))
    logits *= 3.0
    few = fit_temperature(logits[:10], y[:10], np.ones(10))
    many = fit_temperature(logits, y, np.ones(3000))
    # The exact posterior of these stars is the softmax of twice the unscaled logits.
    assert abs(np.log(few)) < 0.5 * np.log(many)
    assert many == pytest.approx(1.5, rel=0.15)


def test_equal_shares_give_the_unweighted_sets(rng):
    proba = rng.dirichlet(np.ones(3), 200)
    scores, labels = np.sort(rng.uniform(size=37)), rng.integers(0, 3, 37)
    for alpha in (0.02, 0.1, 0.25, 0.5):
        np.testing.assert_array_equal(
            conformal_sets(proba, scores, alpha, labels, np.ones(3)),
            conformal_sets(proba, scores, alpha),
        )


def test_without_a_spread_the_stars_alone_decide():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 500)
    logits = 3.0 * (2.0 * np.eye(3)[y] + rng.normal(size=(500, 3)))
    free = fit_temperature(logits, y, spread=np.inf)
    assert free == pytest.approx(1.5, rel=0.2)
    # Thought beforehand to be 4, or 1: the stars lead from there to theirs.
    high, low = (fit_temperature(logits[:20], y[:20], centre=c) for c in (4.0, 1.0))
    assert 1.0 < low < high < 4.0


def test_weights_decide_whose_temperature_is_found():
    sure = np.tile([[4.0, 0.0]], (200, 1))
    y = np.repeat([0, 1], [100, 100])
    y[150:] = 0  # half of the second hundred is wrong, none of the first
    right = fit_temperature(sure, y, np.repeat([1.0, 0.0], 100))
    wrong = fit_temperature(sure, y, np.repeat([0.0, 1.0], 100))
    assert right < 1 < wrong


def test_scores_are_one_minus_the_calibrated_probability_of_the_true_class(rng):
    logits, y = rng.normal(size=(50, 3)), rng.integers(0, 3, 50)
    found = calibrate(logits, y, np.ones(50))
    proba = softmax(logits / found.temperature, axis=1)[np.arange(50), y]
    np.testing.assert_allclose(found.scores, np.sort(1 - proba))
    np.testing.assert_array_equal(found.labels, y[np.argsort(1 - proba)])


def test_what_earlier_stars_told_is_kept(rng):
    logits, y = rng.normal(size=(50, 3)), rng.integers(0, 3, 50)
    earlier = Calibration(1.3, np.array([0.1, 0.2]), np.array([2.0, 0.0]))
    found = calibrate(logits, y, np.ones(50), earlier)
    alone = calibrate(logits, y, np.ones(50), Calibration(1.3))
    assert found.temperature == alone.temperature > calibrate(logits, y, np.ones(50)).temperature
    pairs = [zip(c.scores, c.labels, strict=True) for c in (earlier, alone)]
    both = sorted(pair for own in pairs for pair in own)
    assert list(zip(found.scores, found.labels, strict=True)) == both
    # Files of the first versions do not tell the classes: then nobody knows them all.
    unknown = calibrate(logits, y, np.ones(50), Calibration(1.3, earlier.scores))
    assert unknown.labels is None
    np.testing.assert_array_equal(unknown.scores, found.scores)


def test_a_zero_is_no_certainty():
    proba = np.array([[1.0, 0.0, 0.0]])
    np.testing.assert_allclose(log_proba(proba), np.log([[1.0, 1e-4, 1e-4]]))
    hot = at_temperature(proba, 2.0)
    np.testing.assert_allclose(hot, softmax(np.log([[1.0, 1e-4, 1e-4]]) / 2, axis=1))


def test_sets_are_as_small_as_the_promise_allows():
    scores = np.arange(1, 20) / 100.0  # 19 stars: the 18th is the quantile of 90%
    proba = np.array([[0.83, 0.825, 0.815]])
    assert conformal_sets(proba, scores, 0.1).tolist() == [[True, True, False]]
    assert conformal_sets(proba, scores, 0.04).all()


def test_weighted_sets_count_by_class():
    """Stars of class 1 are three times as frequent as among the held-out ones."""
    scores, labels = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 1, 0, 1])
    proba = 1.0 - np.array([[0.35, 0.35], [0.15, 0.45]])
    sets = conformal_sets(proba, scores, 0.5, labels, np.array([0.5, 1.5]))
    # Weights .5, 1.5, .5, 1.5: half of 4 and of the star's own is reached at .3, or at .4.
    assert sets.tolist() == [[False, True], [True, False]]
    # A class that was never held out cannot be excluded, one that does not occur is.
    assert conformal_sets(proba, scores, 0.5, labels * 0, np.array([1.0, np.inf]))[:, 1].all()
    assert not conformal_sets(proba, scores, 0.5, labels, np.array([1.0, 0.0]))[:, 1].any()


def test_weights_of_the_training_do_not_change_what_held_out_stars_are_counted_by(rng):
    """A class with weights of 50 was not held out more often than it was."""
    y = rng.choice(2, size=4000, p=[0.8, 0.2])
    sure = np.where(y == 0, rng.beta(8, 1, 4000), rng.beta(2, 2, 4000))
    proba = np.where(y == 0, sure, 1 - sure)
    proba = np.column_stack([proba, 1 - proba])
    own = proba[np.arange(4000), y]
    half = slice(0, 2000)
    order = np.argsort(1 - own[half])
    calibration = Calibration(1.0, (1 - own[half])[order], y[half][order].astype(float))
    sets = prediction_sets(calibration, proba[2000:], 0.1, np.array([0.8, 0.2]))
    assert sets[np.arange(2000), y[2000:]].mean() == pytest.approx(0.9, abs=0.02)


def test_prior_stars_hold_every_class():
    proba = np.tile([1.0, 0.0, 0.0], (30, 1))
    shares = em_shares(proba, np.full(3, 1 / 3), sharpness=1.0, prior_stars=np.ones(3))
    np.testing.assert_allclose(shares, np.array([31, 1, 1]) / 33, atol=1e-4)


def test_scores_are_of_what_becomes_of_the_probabilities(rng):
    """Evidence decides about the first class: the held-out stars are judged by it."""
    logits, y = rng.normal(size=(50, 3)), rng.integers(3, size=50)
    still = rng.random(50)
    still[:5] = np.nan
    found = calibrate(logits, y, np.ones(50), refine=lambda p: with_probability(p, 0, still))
    plain = calibrate(logits, y, np.ones(50))
    assert found.temperature == plain.temperature
    proba = softmax(logits / plain.temperature, axis=1)
    told = ~np.isnan(still)
    refined = proba.copy()
    refined[told, 0] = still[told]
    rest = (1 - still[told]) / (1 - proba[told, 0])
    refined[told, 1:] = proba[told, 1:] * rest[:, None]
    expected = np.sort(1 - refined[np.arange(50), y])
    np.testing.assert_allclose(found.scores, expected, atol=1e-12)


def test_a_threshold_is_the_least_probability_of_pure_enough_stars():
    rng = np.random.default_rng(0)
    sure, found = rng.uniform(0.4, 1.0, 200), rng.integers(0, 3, 200).astype(float)
    # As often right as sure, but of class 1, which is never right; class 3 is never found.
    right = (rng.random(200) < sure) & (found != 1)
    labels = np.where(right, found, 3.0)
    told = Calibration(1.0, 1.0 - sure, labels, found, sure)
    thresholds = purity_thresholds(told, 4, np.array([0.85, 0.85, 0.6, 0.5]))
    for k, purity in enumerate([0.85, 0.85, 0.6]):
        pure = []
        for least in sure[found == k]:
            stars = (found == k) & (sure >= least)
            # One more star, as right as the mean of these believes.
            share = (right[stars].sum() + sure[stars].mean()) / (stars.sum() + 1)
            pure += [least] if share >= purity else []
        assert thresholds[k] == (min(pure) if pure else np.inf)
    assert 0.4 < thresholds[2] < thresholds[0] < 1 and np.isinf(thresholds[[1, 3]]).all()


@pytest.mark.parametrize("missing", ["labels", "found", "sure", "stars"])
def test_without_held_out_stars_no_threshold_is_known(missing):
    parts = {name: np.array([0.0, 1.0]) for name in ("scores", "labels", "found", "sure")}
    if missing == "stars":
        parts = dict.fromkeys(parts, np.empty(0))
    told = Calibration(1.0, **(parts | ({} if missing == "stars" else {missing: None})))
    with pytest.raises(ValueError, match="No held-out star"):
        purity_thresholds(told, 2, np.full(2, 0.9))


def test_the_odds_of_spared_classes_are_multiplied(rng):
    proba = rng.dirichlet(np.ones(4), 20)
    told = Calibration(kept=np.array([1.0, 3.0]), kept_odds=0.25)
    spared = told.spare(proba)
    np.testing.assert_allclose(spared.sum(axis=1), 1.0)
    before, after = (p[:, [1, 3]].sum(axis=1) / p[:, [0, 2]].sum(axis=1) for p in (proba, spared))
    np.testing.assert_allclose(after, 0.25 * before)
    for pair in ([0, 2], [1, 3]):
        ratios = [p[:, pair[0]] / p[:, pair[1]] for p in (proba, spared)]
        np.testing.assert_allclose(*ratios)
    each = Calibration(kept=np.array([1.0, 3.0]), kept_odds=np.array([0.5, 0.1])).spare(proba)
    np.testing.assert_allclose(each / each[:, :1], proba / proba[:, :1] * [1.0, 0.5, 1.0, 0.1])
    for nothing in (Calibration(), Calibration(kept=np.array([1.0]), kept_odds=1.0)):
        np.testing.assert_array_equal(nothing.spare(proba), proba)


def test_what_other_stars_told_of_the_same_classes_counts():
    now, before = np.repeat([0.3, 0.6, 0.01], 9), np.repeat([0.9, 0.2], 9)
    both = sparing(np.r_[before, now], [1, 2])
    assert np.all((both.kept_odds > 0) & (both.kept_odds < sparing(now, [1, 2]).kept_odds))
    assert np.all(sparing(now, [1, 2]).kept_odds < 1)
    for earlier, counts in [
        (Calibration(kept=np.array([1.0, 2.0]), lost=before, kept_odds=0.3), True),
        (Calibration(kept=np.array([1.0]), lost=before, kept_odds=0.3), False),
        (Calibration(), False),
        (None, False),
    ]:
        told = sparing(now, [1, 2], earlier)
        expected = both if counts else sparing(now, [1, 2])
        np.testing.assert_array_equal(told.kept_odds, expected.kept_odds)
        np.testing.assert_array_equal(told.lost, expected.lost)


@pytest.mark.parametrize("lost", [[0.5, 0.9, 0.3, 0.1], [1.0, 0.0, 0.0, 0.0]])
def test_spared_odds_cost_the_share_that_is_allowed(lost):
    """As they are decided about: by the squares of the odds, those of a star that is lost for sure being 1e9."""
    lost = np.repeat(lost, 25)
    ratio = np.minimum(lost, 1 - 1e-9) / np.maximum(1 - lost, 1e-9)
    square = (sparing(lost, [0]).kept_odds * ratio) ** 2
    assert np.mean(square / (1 + square)) == pytest.approx(0.015, rel=1e-6)


def test_a_single_star_that_is_lost_proves_nothing():
    assert sparing(np.array([0.99] + [0.001] * 19), [0]).kept_odds == 1.0
    # Of two, one too many: p of .99 becomes one half.
    odds = sparing(np.array([0.99, 0.99] + [0.0] * 18), [0]).kept_odds
    assert odds == pytest.approx(1 / 99, rel=1e-6)


def test_spared_odds_are_at_most_what_is_asked_for():
    few, many = np.full(40, 0.01), np.full(40, 0.9)
    most = np.array([0.2, 1.0])
    np.testing.assert_array_equal(sparing(few, [0, 3], most=most).kept_odds, most)
    np.testing.assert_array_equal(sparing(np.empty(0), [0, 3], most=most).kept_odds, most)
    # Labelled stars that are lost lower all by one factor.
    np.testing.assert_allclose(
        sparing(many, [0, 3], most=most).kept_odds, most * sparing(many, [0]).kept_odds
    )
    told = calibrate(
        np.log(np.tile([0.2, 0.4, 0.4], (40, 1))),
        np.full(40, 0),
        np.ones(40),
        kept=[1, 2],
        most=most,
    )
    low, high = np.array([0.2, 0.4]) ** (1.0 / told.temperature)
    np.testing.assert_allclose(told.lost, 1.2 * high / (low + 1.2 * high))
    assert told.kept_odds[0] == pytest.approx(told.kept_odds[1] / 5)


def test_a_class_that_no_held_out_star_shows_is_in_every_set_unless_it_cannot_be(rng):
    scores = np.sort(rng.uniform(0, 0.5, 40))
    told = Calibration(1.0, scores, rng.integers(0, 2, 40).astype(float))
    proba = rng.dirichlet(np.ones(3), 20)
    assert prediction_sets(told, proba, 0.1, np.array([0.4, 0.4, 0.2]))[:, 2].all()
    sets = prediction_sets(told, proba, 0.1, np.array([0.5, 0.5, 0.0]))
    assert not sets[:, 2].any()
    # As if there were the other two alone, with about the shares that the held-out stars have.
    assert 0 < sets[:, :2].mean() < 1
