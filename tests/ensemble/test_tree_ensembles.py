"""RotationForestClassifier and LogitBoostClassifier."""

import pickle
import re

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris, make_blobs
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    LogitBoostClassifier,
    RotationForestClassifier,
)
from sklearn_vartl.ensemble._tree_ensembles import _rotation

_EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "axes are found on stars drawn by their weights; a leaf's fewest stars are counted"
    )
}


@parametrize_with_checks(
    [RotationForestClassifier(10), LogitBoostClassifier(10)],
    expected_failed_checks=lambda _: _EXPECTED,
)
def test_sklearn(estimator, check):
    check(estimator)


def test_axes_are_a_rotation_within_groups(rng):
    X, y = rng.normal(size=(100, 7)), np.arange(100) % 3
    axes = _rotation(X, y, None, 3, 0.75, np.random.RandomState(0))
    assert np.allclose((axes.T @ axes).toarray(), np.eye(7))
    assert sorted(np.count_nonzero(axes.toarray(), axis=0)) == [1, 3, 3, 3, 3, 3, 3]


def test_rotation_helps_where_the_border_is_oblique(rng):
    X = rng.normal(size=(600, 6))
    y = (X.sum(axis=1) > 0).astype(int)
    rotated = RotationForestClassifier(30, random_state=0).fit(X[:200], y[:200])
    plain = RandomForestClassifier(30, random_state=0).fit(X[:200], y[:200])
    assert rotated.score(X[200:], y[200:]) > plain.score(X[200:], y[200:]) + 0.02


@pytest.mark.parametrize("model", [RotationForestClassifier(30), LogitBoostClassifier(60)])
def test_real_data(model):
    for load in (load_iris, load_breast_cancer):
        X, y = load(return_X_y=True)
        assert model.set_params(random_state=0).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.92


def test_jobs_do_not_change_the_rotation_forest():
    X, y = load_iris(return_X_y=True)
    one, two = (RotationForestClassifier(5, n_jobs=n, random_state=0).fit(X, y) for n in (1, 2))
    assert np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_first_logitboost_round_is_the_newton_step_of_two_classes():
    """p = 1/2: the response is +-2, and a leaf's value its mean."""
    X = np.array([[0.0]] * 10 + [[1.0]] * 10)
    y = np.array([0] * 8 + [1] * 2 + [1] * 10)
    model = LogitBoostClassifier(1, learning_rate=1.0, max_depth=1).fit(X, y)
    # Responses +-2, their mean in the left leaf -1.2, halved by (K - 1) / K; the classes' scores
    # are opposite, so that their difference is twice that.
    assert model.decision_function([[0.0], [1.0]]) == pytest.approx([-1.2, 2.0])
    assert model.predict_proba([[0.0]])[0, 1] == pytest.approx(expit(-1.2))


def test_boosting_lowers_the_training_loss():
    X, y = make_blobs(300, centers=4, cluster_std=3, random_state=0)
    losses = [log_loss(y, LogitBoostClassifier(n).fit(X, y).predict_proba(X)) for n in (1, 5, 25)]
    assert losses[0] > losses[1] > losses[2]


def test_class_weight_finds_the_rare_class(rng):
    X = rng.normal(size=(600, 2))
    y = (rng.random(600) < 0.08).astype(int)
    X[y == 1] += 1.0
    for model in (RotationForestClassifier(30, min_samples_leaf=5), LogitBoostClassifier(20)):
        found = [
            np.mean(model.set_params(class_weight=w, random_state=0).fit(X, y).predict(X)[y == 1])
            for w in (None, "balanced")
        ]
        assert found[1] > found[0] + 0.2


MODELS = pytest.mark.parametrize(
    "model",
    [RotationForestClassifier(30, min_samples_leaf=5), LogitBoostClassifier(20)],
    ids=lambda model: type(model).__name__,
)


@MODELS
def test_weights_find_the_rare_class_as_class_weights_do(model, rng):
    X = rng.normal(size=(600, 2))
    y = (rng.random(600) < 0.08).astype(int)
    X[y == 1] += 1.0
    found = [
        np.mean(clone(model).set_params(random_state=0).fit(X, y, w).predict(X)[y == 1])
        for w in (None, np.where(y == 1, 12.0, 1.0))
    ]
    assert found[1] > found[0] + 0.2


@MODELS
def test_rows_of_weight_zero_are_left_out(model, rng):
    X, y = rng.normal(size=(90, 3)), np.arange(90) % 3
    inside = y < 2
    model = clone(model).set_params(random_state=0)
    zero = clone(model).fit(X, y, inside * 2.0)
    twos = clone(model).fit(X[inside], y[inside], np.full(60, 2.0))
    assert zero.classes_.tolist() == [0, 1]
    np.testing.assert_array_equal(zero.predict_proba(X), twos.predict_proba(X))


@MODELS
def test_log_probabilities(model):
    X, y = load_iris(return_X_y=True)
    model = clone(model).fit(X, y)
    with np.errstate(divide="ignore"):
        expected = np.log(model.predict_proba(X))
    np.testing.assert_allclose(model.predict_log_proba(X), expected, atol=1e-12)


def test_axes_follow_the_weights():
    """Of two clouds, along x and along y, the axes are those of the cloud with the weight."""
    rng = np.random.default_rng(0)
    X = np.r_[rng.normal(size=(200, 2)) * [5, 1], rng.normal(size=(200, 2)) @ [[3, 3], [-1, 1]]]
    y = np.zeros(400, dtype=int)
    weight = np.repeat([1e-9, 1.0], 200)
    axes = _rotation(X, y, weight, 2, 0.75, np.random.RandomState(0)).toarray()
    # The second cloud is long along the diagonal.
    np.testing.assert_allclose(np.abs(axes), np.sqrt(0.5), atol=0.1)


def test_a_rotation_keeps_its_groups_only():
    """Stored as dense matrices, the rotations of a thousand features would be 8 MB a tree."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 1000)), np.arange(40) % 2
    forest = RotationForestClassifier(2, random_state=0).fit(X, y)
    assert len(pickle.dumps(forest)) < 500_000


def test_predictions_do_not_depend_on_how_rotations_are_stored():
    X, y = load_breast_cancer(return_X_y=True)
    forest = RotationForestClassifier(10, group_size=4, random_state=0).fit(X[::2], y[::2])
    scaled = (X - X[::2].mean(axis=0)) / X[::2].std(axis=0)
    dense = [r.tree.predict_proba(scaled @ r.axes.toarray()) for r in forest.estimators_]
    np.testing.assert_allclose(forest.predict_proba(X), np.mean(dense, axis=0), atol=1e-12)


@pytest.mark.parametrize("missing", [None, "?", " nan "])
@pytest.mark.parametrize(
    "model", [RotationForestClassifier(2), LogitBoostClassifier(2), AvailabilityEnsemble()]
)
def test_missing_labels_are_refused(model, missing):
    """As everywhere else: "?" is no class."""
    y = np.array(["A", "B"] * 20, dtype=object)
    y[3] = missing
    said = "" if missing is None else f".*{re.escape(repr(missing))} stands for no label"
    with pytest.raises(ValueError, match=r"1 of 40 stars have no label \(positions 3\)" + said):
        clone(model).fit(np.arange(80.0).reshape(40, 2), y)
