"""Class shares: given, and estimated from stars without labels."""

import numpy as np
import pytest

from sklearn_vartl.probabilities import em_shares, estimate_shares, resolve_priors, reweight
from sklearn_vartl.probabilities._priors import held_out_gain

CLASSES = np.array(["EC", "ED", "RRAB"], dtype=object)


TRAINED = np.array([0.5, 0.3, 0.2])


def gaussian_stars(shares, n, trained, seed=0, spread=1.0):
    """Exact posteriors, at the shares `trained`, of stars on a line that have other shares."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(shares), size=n, p=shares)
    x = 2.0 * y + spread * rng.normal(size=n)
    density = np.exp(-0.5 * ((x[:, None] - 2.0 * np.arange(len(shares))) / spread) ** 2)
    proba = density * trained
    return proba / proba.sum(axis=1, keepdims=True), y, density


def test_reweighting_gives_the_posterior_of_the_other_mix():
    shares = np.array([0.1, 0.2, 0.7])
    proba, _, density = gaussian_stars(shares, 50, TRAINED)
    expected = density * shares
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(reweight(proba, TRAINED, shares), expected, rtol=1e-12)


def test_a_class_that_does_not_occur_is_never_predicted():
    proba = np.array([[0.9, 0.1, 0.0], [1.0, 0.0, 0.0]])
    out = reweight(proba, TRAINED, np.array([0.0, 0.5, 0.5]))
    # Nothing else resembles the second star: the shares remain.
    np.testing.assert_allclose(out, [[0, 1, 0], [0, 0.5, 0.5]])


def test_priors_of_every_form():
    def given(priors):
        return resolve_priors(priors, CLASSES, TRAINED).tolist()

    assert given("balanced") == pytest.approx([1 / 3] * 3)
    assert given([2, 1, 1]) == pytest.approx([0.5, 0.25, 0.25])
    assert given({"ED": 3, "RRAB": 3, "EC": 6}) == pytest.approx([0.5, 0.25, 0.25])
    # What is left goes to the others as in training, 5 to 2.
    assert given({"ED": 0.3}) == pytest.approx([0.5, 0.3, 0.2])
    assert given({"ED": 0.65}) == pytest.approx([0.25, 0.65, 0.1])
    assert given({"ED": 1.0}) == pytest.approx([0, 1, 0])


def test_em_finds_the_shares():
    shares = np.array([0.1, 0.2, 0.7])
    proba, y, _ = gaussian_stars(shares, 5000, TRAINED)
    true = np.bincount(y) / len(y)
    found = em_shares(proba, TRAINED)
    assert np.abs(TRAINED - true).sum() > 0.9
    # The prior holds it back a little.
    assert np.abs(found - true).sum() < 0.25
    assert found.sum() == pytest.approx(1)
    estimate, reason = estimate_shares(proba, TRAINED)
    np.testing.assert_array_equal(estimate, found)
    assert not reason
    assert held_out_gain(proba, TRAINED) > 0.1
    before, after = proba, reweight(proba, TRAINED, found)
    assert (after.argmax(1) == y).mean() > (before.argmax(1) == y).mean() + 0.02


def test_few_stars_say_little():
    proba = np.tile([0.0, 0.0, 1.0], (20, 1))
    assert em_shares(proba, TRAINED)[2] < 0.75
    assert em_shares(np.tile(proba, (100, 1)), TRAINED)[2] > 0.85


def test_an_unseen_class_keeps_no_share():
    shares = em_shares(np.full((50, 3), 1 / 3), np.array([0.6, 0.4, 0.0]))
    assert shares[2] == 0 and shares.sum() == pytest.approx(1)


def test_a_collapse_is_refused():
    # Probabilities far too flat: the plain procedure says that nearly all stars are of one class.
    proba, y, _ = gaussian_stars(TRAINED, 3000, TRAINED, spread=1.0)
    flat = proba**0.2 / (proba**0.2).sum(axis=1, keepdims=True)
    assert (reweight(flat, TRAINED, em_shares(flat, TRAINED)).argmax(1) == y).mean() < 0.6
    estimate, reason = estimate_shares(flat, TRAINED)
    assert estimate is None and "more than errors explain" in reason
    estimate, reason = estimate_shares(proba[:5], TRAINED)
    assert estimate is None and "too few" in reason


def test_an_estimate_that_explains_nothing_is_refused():
    # Shares as in training: what the estimate adds is noise, which the other half shows.
    refused = 0
    for seed in range(10):
        proba, _, _ = gaussian_stars(TRAINED, 60, TRAINED, seed=seed)
        refused += estimate_shares(proba, TRAINED)[0] is None
    assert refused >= 3


def test_sure_answers_explain_no_distance():
    """From what is counted, an estimate may differ by the share of errors alone."""
    y = np.repeat([0, 1], [1800, 200])
    sure = np.where(np.arange(2) == y[:, None], 0.999, 0.001)
    estimate, reason = estimate_shares(sure, np.array([0.1, 0.9]))
    assert estimate is None and "more than errors explain (0.02)" in reason
    unsure = np.where(np.arange(2) == y[:, None], 0.9, 0.1)
    assert estimate_shares(unsure, np.array([0.1, 0.9]))[1] != reason
