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
    # Half the summed differences: the share of stars that would have to change sides.
    found, trained = em_shares(sure, np.array([0.1, 0.9])), np.array([0.1, 0.9])
    moved = np.maximum(found - [0.9, 0.1], 0).sum()
    assert f"differ by {moved:.2f} from" in estimate_shares(sure, trained)[1]


def test_flat_answers_explain_no_more_than_a_limit():
    flat = np.tile([0.26, 0.25, 0.25, 0.24], (2500, 1))
    trained = np.array([0.7, 0.1, 0.1, 0.1])
    # 0.15, and one over the square root of the number of stars.
    assert "more than errors explain (0.17)" in estimate_shares(flat, trained)[1]


def test_ten_stars_are_enough_to_look():
    proba, _, _ = gaussian_stars(np.array([0.1, 0.2, 0.7]), 10, TRAINED)
    assert estimate_shares(proba[:9], TRAINED)[1] == "9 stars are too few (10 are needed)"
    assert "too few" not in estimate_shares(proba, TRAINED)[1]


@pytest.mark.parametrize(
    ("options", "power", "prior"),
    [({}, 1 / 0.7, (10 + 0.15 * 300) * TRAINED), ({"sharpness": 1.0}, 1.0, None),
     ({"sharpness": 1.0, "prior_stars": np.array([1.0, 2.0, 0.5])}, 1.0, np.array([1.0, 2.0, 0.5]))],
)  # fmt: skip
def test_the_estimate_is_where_expectation_and_maximisation_agree(options, power, prior):
    proba, _, _ = gaussian_stars(np.array([0.1, 0.2, 0.7]), 300, TRAINED)
    found = em_shares(proba, TRAINED, **options)
    prior = (10 + 0.15 * 300) * TRAINED if prior is None else prior
    sharp = proba**power
    sharp /= sharp.sum(axis=1, keepdims=True)
    again = reweight(sharp, TRAINED, found).sum(axis=0) + prior
    np.testing.assert_allclose(again / again.sum(), found, atol=2e-6)


def test_the_gain_is_that_of_each_half_by_the_other():
    proba, _, _ = gaussian_stars(np.array([0.1, 0.2, 0.7]), 101, TRAINED)
    likelihood = proba ** (1 / 0.7) / TRAINED
    gain = 0.0
    for judged, seen in ((slice(1, None, 2), slice(0, None, 2)), (slice(0, None, 2), slice(1, None, 2))):  # fmt: skip
        after = likelihood[judged] @ em_shares(proba[seen], TRAINED)
        gain += np.log(after / (likelihood[judged] @ TRAINED)).sum()
    assert held_out_gain(proba, TRAINED) == pytest.approx(gain / 101)


def test_a_class_the_training_lacked_keeps_its_probability():
    proba, trained = np.array([[0.2, 0.5, 0.3]]), np.array([0.5, 0.5, 0.0])
    found = reweight(proba, trained, np.array([0.4, 0.5, 0.1]))
    np.testing.assert_allclose(found, np.array([[0.16, 0.5, 0.3]]) / 0.96)
    found = reweight(proba, trained, np.array([0.4, 0.6, 0.0]))
    np.testing.assert_allclose(found, np.array([[0.16, 0.6, 0.0]]) / 0.76)


def test_what_is_left_goes_to_the_others_even_if_training_had_none():
    only = np.array([1.0, 0.0, 0.0])
    assert resolve_priors({"EC": 0.5}, CLASSES, only).tolist() == [0.5, 0.25, 0.25]
    # Rounding leaves nothing, not less.
    shares = resolve_priors({"EC": 0.7, "ED": 0.3 + 1e-12}, CLASSES, TRAINED)
    assert shares[2] == 0
    with pytest.raises(ValueError, match="nothing is left"):
        resolve_priors({"EC": 0.7, "ED": 0.3001}, CLASSES, TRAINED)
    for wrong in ([0.5, -0.1, 0.6], [0, 0, 0], [np.nan, 1, 1], [[1, 1, 1]], ["a", 1, 1]):
        with pytest.raises(ValueError, match="priors must be"):
            resolve_priors(wrong, CLASSES, TRAINED)


def test_a_class_that_was_never_shown_has_what_is_thought_beforehand_alone(rng):
    proba = rng.dirichlet(np.ones(3), 97)
    trained = np.array([0.6, 0.4, 0.0])
    shares = em_shares(proba, trained, prior_stars=np.ones(3))
    assert shares[2] == pytest.approx(1 / 100)
    without = em_shares(proba, trained)
    assert without[2] == 0 and without.sum() == pytest.approx(1.0)
