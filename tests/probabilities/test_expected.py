"""What to expect of stars without labels, and whether they are drawn as those of the training."""

import numpy as np
import pytest

from sklearn_vartl.probabilities import (
    accuracy_sums,
    add_sums,
    column_drift,
    expected_accuracy,
    soften_far,
)

CLASSES = np.array(["A", "B", "C"])


def test_of_calibrated_probabilities_the_estimate_is_the_truth():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([0.4, 0.8, 0.1], 40_000)
    y = (proba.cumsum(axis=1) < rng.random((40_000, 1))).sum(axis=1)
    predicted = proba.argmax(axis=1)
    found = expected_accuracy(proba, CLASSES, np.full(40_000, 0.5))
    assert found.n_stars == 40_000 and found.share_far == 0
    assert found.share_right == pytest.approx(np.mean(predicted == y), abs=0.01)
    for k, name in enumerate(CLASSES):
        assert found.n_predicted[name] == np.sum(predicted == k)
        assert found.purity[name] == pytest.approx(np.mean(y[predicted == k] == k), abs=0.02)
        assert found.completeness[name] == pytest.approx(np.mean(predicted[y == k] == k), abs=0.02)


def test_above_a_threshold_stars_are_as_pure_as_was_asked():
    rng = np.random.default_rng(1)
    proba = rng.dirichlet([0.4, 0.8, 0.5], 40_000)
    y = (proba.cumsum(axis=1) < rng.random((40_000, 1))).sum(axis=1)
    for purity in (0.8, 0.95):
        found = expected_accuracy(proba, CLASSES, np.zeros(40_000), purity)
        for k, name in enumerate(CLASSES):
            kept = (proba.argmax(axis=1) == k) & (proba[:, k] >= found.threshold[name])
            assert np.mean(y[kept] == k) == pytest.approx(purity, abs=0.015)
    # As many stars as possible, and none where none is pure enough.
    stars = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.4, 0.6]])
    found = expected_accuracy(stars, CLASSES[:2], np.zeros(4), 0.84)
    assert found.threshold == {"A": 0.8, "B": np.inf}


def test_far_stars_are_believed_less_the_farther_they_are():
    proba = np.tile([0.9, 0.1, 0.0], (5, 1))
    found = soften_far(proba, np.array([0.0, 0.99, 0.999, 1.0, np.nan]))
    np.testing.assert_array_equal(found[[0, 1, 4]], proba[[0, 1, 4]])
    assert 0.9 > found[2, 0] > found[3, 0] > found[3, 1] > found[2, 1] > 0.1
    # What is impossible stays so.
    assert (found[:, 2] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    # The caller's array stays, and a far star is counted.
    assert (proba[:, 0] == 0.9).all()
    assert expected_accuracy(proba, CLASSES, np.array([0, 0, 0.99, 0.995, 1.0])).share_far == 0.4


def test_a_class_that_nobody_has_has_no_purity():
    found = expected_accuracy(np.array([[1.0, 0.0, 0.0]]), CLASSES, np.zeros(1))
    assert np.isnan(found.purity["B"]) and np.isnan(found.completeness["C"])
    assert found.n_predicted == {"A": 1, "B": 0, "C": 0}


def test_p_values_are_those_of_scipy_and_uniform_with_weights():
    from scipy.stats import ks_2samp

    rng = np.random.default_rng(0)
    known, other = rng.standard_normal((300, 2)), rng.standard_normal((200, 2)) + [0.0, 0.4]
    found = column_drift(known, np.ones(300), other)
    expected = [
        ks_2samp(a, b, method="asymp").pvalue for a, b in zip(known.T, other.T, strict=True)
    ]
    # scipy's has a correction for small samples.
    np.testing.assert_allclose(np.log10(found), np.log10(expected), atol=0.25)
    # Half of the stars are of a class that the others are not of: their weights undo it.
    alarms = []
    for _ in range(300):
        known = np.concatenate([rng.standard_normal(200), 3 + rng.standard_normal(200)])
        weight = np.repeat([0.9, 0.1], 200)
        new = np.where(rng.random(150) < 0.9, 0.0, 3.0) + rng.standard_normal(150)
        alarms.append(column_drift(known[:, None], weight, new[:, None])[0] < 0.05)
    assert np.mean(alarms) < 0.09
    assert column_drift(known[:, None], np.ones(400), new[:, None])[0] < 1e-6


def test_missing_values_and_ties():
    known, found = np.full((5, 3), np.nan), np.zeros((4, 3))
    known[:, 1], known[:, 2] = 0.0, [0, 0, 0, 1, np.nan]
    found[:, 0] = 1.0
    assert column_drift(known, np.ones(5), found)[:2].tolist() == [1.0, 1.0]
    assert column_drift(known, np.array([1, 1, 1, 0, 1.0]), found)[2] == 1.0


def test_sums_of_parts_are_those_of_all_stars(rng):
    proba, novelty = rng.dirichlet(np.ones(3), 50), rng.uniform(0.5, 1.0, 50)
    cuts = (slice(0, 7), slice(7, 8), slice(8, 50))
    parts = add_sums([accuracy_sums(proba[rows], novelty[rows]) for rows in cuts])
    whole = accuracy_sums(proba, novelty)
    assert parts.keys() == whole.keys()
    for name, value in whole.items():
        np.testing.assert_allclose(parts[name], value)
    assert whole["n_stars"] == 50 and 0 < whole["n_far"] < 50
    assert whole["n_predicted"] == [int(np.sum(proba.argmax(axis=1) == k)) for k in range(3)]
