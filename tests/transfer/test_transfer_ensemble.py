"""TransferEnsembleClassifier: what it averages, and that it behaves like its parts."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl import load_model, save_model
from sklearn_vartl.persistence._state import to_state
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.transfer import (
    FineTunedClassifier,
    TransferEnsembleClassifier,
    _ensemble,
    make_transfer_pipeline,
)
from sklearn_vartl.transfer._ensemble_model import tree_inputs

SMALL = {
    "hidden_layer_sizes": (16, 8),
    "n_estimators": 1,
    "n_trees": 10,
    "views": [[0, 1, 2, 3], [0, 1, 2]],
    "max_epochs": 10,
    "min_steps": 60,
    "learning_rate": 1e-2,
    "random_state": 0,
}


def ensemble(**params):
    return TransferEnsembleClassifier(**SMALL | params)


@pytest.fixture(scope="module")
def fitted(data):
    return ensemble().fit(*data.source)


@pytest.fixture(scope="module")
def tuned(fitted, data):
    return deepcopy(fitted).partial_fit_target(*data.target)


def test_learns_source_and_target(fitted, tuned, data):
    X, y = data.source
    assert fitted.score(X, y) > 0.9
    assert fitted.classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    assert not fitted.is_transferred_
    assert tuned.is_transferred_
    assert tuned.classes_.tolist() == ["EC", "ED", "ESD", "RRAB"]
    assert tuned.source_classes_.tolist() == fitted.classes_.tolist()
    assert tuned.score(*data.test) > 0.8


def test_probabilities_are_the_calibrated_pool_of_four_parts(tuned, data):
    X, model = data.test[0], tuned.model_
    inputs = tuned.scaler_.transform(X).astype(np.float32).astype(float)
    parts = [
        network.predict_proba(inputs[:, view], "cpu")
        for network, view in zip(model.networks, model.views, strict=True)
    ]
    seen = tree_inputs(inputs, model.teacher.predict_proba(inputs[:, model.views[0]], "cpu"))
    parts += [model.trees.predict_proba(seen), model.forest.predict_proba(seen)]
    # The forest does not see what the source's networks think, the trees do.
    inner = [grown.feature[grown.left >= 0].max() for grown in (model.trees, model.forest)]
    assert inner[0] >= inputs.shape[1] > inner[1]
    weights = tuned.part_weights_
    assert list(weights) == ["networks 0", "networks 1", "trees", "forest"]
    assert sum(weights.values()) == pytest.approx(1.0)
    logs = sum(
        w * np.log(np.maximum(part, 1e-4)) for w, part in zip(weights.values(), parts, strict=True)
    )
    expected = softmax(logs / model.calibration.temperature, axis=1)
    np.testing.assert_allclose(tuned._probabilities(X), expected, rtol=1e-12)


def test_each_group_of_features_has_networks_that_see_nothing_else(data):
    from pandas import DataFrame

    X, y = data.source
    names = ["a", "b", "c", "d"]
    views = [["c", "a"], ["b", 3]]
    clf = ensemble(views=views, n_trees=0, calibration=None).fit(DataFrame(X, columns=names), y)
    assert [view.tolist() for view in clf.model_.views] == [[0, 2, 4, 6], [1, 3, 5, 7]]
    other = X + [0, 5, 0, 5]
    both, changed = (clf.embed(DataFrame(Z, columns=names)) for Z in (X, other))
    np.testing.assert_array_equal(both[:, :8], changed[:, :8])
    assert (both[:, 8:] != changed[:, 8:]).any()


@pytest.mark.parametrize("views", [[[0, 2]], [[2], [0, 2]], [[0, 1, 2]]])
def test_features_of_no_group_change_nothing(data, views):
    clf = ensemble(views=views, n_trees=0, calibration=None, min_steps=10).fit(*data.source)
    X, counted = data.target[0], np.unique(np.concatenate(views))
    for feature in range(4):
        same = np.array_equal(clf.embed(X), clf.embed(X + 0.5 * (np.arange(4) == feature)))
        assert same == (feature not in counted)


def test_an_angle_and_its_indicator_stay_in_their_group(data):
    scaler = FeatureScaler(circular=[1])
    clf = ensemble(views=[[1], [0, 2, 3]], scaler=scaler, calibration=None).fit(*data.source)
    assert [view.tolist() for view in clf.model_.views] == [[1, 2, 6], [0, 3, 4, 5, 7, 8]]


def test_stars_without_any_feature_have_no_embedding(tuned):
    found = tuned.embed(np.full((2, 4), np.nan))
    assert found.shape == (2, 8 * len(tuned.model_.networks))
    assert np.isnan(found).all()


@pytest.mark.parametrize("views", [[], [[0], []], [[4]], [[-5]], [["a"]], [[0, 1.5]], [[True]]])
def test_groups_of_features_that_are_not_there(data, views):
    with pytest.raises(ValueError, match="views"):
        ensemble(views=views).fit(*data.source)


def test_groups_need_a_scaler_that_keeps_columns_apart(data):
    with pytest.raises(ValueError, match="PCA made 2 columns"):
        ensemble(views=[[0], [1]], scaler=PCA(2)).fit(*data.source)


def test_a_part_that_guesses_loses_its_say_where_labels_are_many(fitted, survey):
    """The second group's networks are shown noise: held-out stars tell."""

    def weights(n_labels, **params):
        X, y = survey(["EC", "ED", "ESD", "RRAB"], n_labels, 1, 0.4)
        rng = np.random.default_rng(0)
        copy = ensemble(views=[[0, 1, 2], [3]], **params).fit(*noisy(rng, *source))
        assert set(copy.part_weights_.values()) == {0.5}
        return copy.partial_fit_target(*noisy(rng, X, y)).part_weights_

    def noisy(rng, X, y):
        return np.column_stack([X[:, :3], rng.standard_normal(len(X))]), y

    source = survey(["EC", "ED", "LPV", "RRAB"], 60, 0)
    found = weights(60)
    assert found["networks 1"] < 0.7 * found["networks 0"], found
    assert found["networks 1"] < 0.22
    equal = weights(4, calibration=None)
    assert set(equal.values()) == {0.25}


def test_later_calls_start_from_the_weights_of_earlier_ones(tuned, data, monkeypatch):
    centres = []
    fit_weights = _ensemble.fit_weights

    def watch(logs, y, weight, *, centre):
        centres.append(centre)
        return fit_weights(logs, y, weight, centre=centre)

    monkeypatch.setattr(_ensemble, "fit_weights", watch)
    X, y = data.target
    copy = deepcopy(tuned).reset_to_source().partial_fit_target(X[::2], y[::2])
    first = copy.model_.weights
    copy.partial_fit_target(X[1::2], y[1::2])
    np.testing.assert_array_equal(centres[0], [0.25] * 4)
    np.testing.assert_array_equal(centres[1], first)
    # Stars that were all learned before tell nothing new.
    second = copy.model_.weights
    copy.partial_fit_target(X, y)
    np.testing.assert_array_equal(copy.model_.weights, second)


def test_parts_can_be_left_out(data):
    clf = ensemble(views=None, n_trees=0, calibration=None).fit(*data.source)
    clf.partial_fit_target(*data.target)
    assert len(clf.model_.networks) == 1
    assert clf.model_.trees is None and clf.model_.forest is None
    inputs = clf.scaler_.transform(data.test[0]).astype(np.float32).astype(float)
    alone = clf.model_.networks[0].predict_proba(inputs, "cpu")
    np.testing.assert_array_equal(alone.argmax(1), clf.predict_proba(data.test[0]).argmax(1))


def test_same_bits_whatever_n_jobs(fitted, tuned, data):
    parallel = deepcopy(fitted).set_params(n_jobs=2).partial_fit_target(*data.target)
    X = data.test[0]
    np.testing.assert_array_equal(parallel.predict_proba(X), tuned.predict_proba(X))
    own, other = to_state(tuned)[1], to_state(parallel)[1]
    assert own.keys() == other.keys()
    assert all(own[name].tobytes() == other[name].tobytes() for name in own)


def test_source_is_kept(tuned, fitted, data):
    X = data.test[0]
    copy = deepcopy(tuned).reset_to_source()
    np.testing.assert_array_equal(copy.predict_proba(X), fitted.predict_proba(X))
    assert not copy.is_transferred_
    copy.partial_fit_target(*data.target)
    np.testing.assert_array_equal(copy.predict_proba(X), tuned.predict_proba(X))
    with pytest.raises(NotFittedError, match="no source"):
        clone(tuned).partial_fit_target(*data.target)


def test_a_second_call_adds_classes_and_forgets_none(tuned, survey, data):
    copy = deepcopy(tuned).partial_fit_target(*survey(["QSO"], 12, 5, 0.4))
    assert copy.classes_.tolist() == ["EC", "ED", "ESD", "QSO", "RRAB"]
    X, y = survey(["QSO"], 50, 6, 0.4)
    assert np.mean(copy.predict(X) == y) > 0.8
    assert copy.score(*data.test) > 0.7
    # The trees, too, have seen stars of the first call.
    assert copy.model_.trees.value[copy.model_.trees.first].min() > 0


def test_classes_without_stars_are_kept_alive_by_the_source(fitted, survey):
    X, y = survey(["EC", "ED"], 12, 1, 0.4)
    copy = deepcopy(fitted).partial_fit_target(X, y, classes=["EC", "ED", "RRAB", "SR"])
    assert copy.classes_.tolist() == ["EC", "ED", "RRAB", "SR"]
    X, y = survey(["RRAB"], 50, 2, 0.4)
    assert np.mean(copy.predict(X) == y) > 0.7


def test_weights_count(fitted, data):
    X, y = data.target
    weight = np.where(y == "ESD", 0.0, 1.0)
    copy = deepcopy(fitted).partial_fit_target(X, y, sample_weight=weight)
    assert "ESD" not in copy.classes_
    heavy = deepcopy(fitted).partial_fit_target(X, y, sample_weight=np.where(y == "ESD", 20, 1))
    assert np.sum(heavy.predict(data.test[0]) == "ESD") > np.sum(data.test[1] == "ESD")


def test_rows_without_features_get_the_priors(tuned, data):
    X = data.test[0][:4].copy()
    X[1], X[2, 0] = np.nan, np.nan
    assert tuned.flag_missing(X).tolist() == [False, True, False, False]
    proba = tuned.predict_proba(X)
    np.testing.assert_allclose(proba[1], 0.25)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    embedding = tuned.embed(X)
    assert embedding.shape == (4, 16)
    assert np.isnan(embedding).all(axis=1).tolist() == [False, True, False, False]
    assert np.isnan(tuned.novelty_score(X)).tolist() == [False, True, False, False]
    assert tuned.predict_set(X)[1].all()


def test_sets_hold_the_true_class_as_often_as_promised(fitted, survey):
    target = survey(["EC", "ED", "ESD", "RRAB"], 60, 3, 0.4)
    X, y = survey(["EC", "ED", "ESD", "RRAB"], 200, 4, 0.4)
    copy = deepcopy(fitted).partial_fit_target(*target)
    sets = copy.predict_set(X, alpha=0.1)
    held = sets[np.arange(len(y)), np.searchsorted(copy.classes_, y)].mean()
    assert 0.85 < held < 0.97


def test_an_unsure_mean_is_sharpened_and_a_sure_one_softened(survey):
    X, y = survey(["EC", "ED", "ESD"], 80, 0)
    noise = np.random.default_rng(1)
    noisy = X + 2.5 * noise.normal(size=X.shape)
    plain = ensemble(calibration=None, min_steps=200).fit(noisy, y)
    calibrated = ensemble(min_steps=200).fit(noisy, y)
    assert plain.model_.calibration.temperature == 1.0
    assert calibrated.model_.calibration.temperature > 1.05
    X, y = survey(["EC", "ED", "ESD"], 300, 5)
    X = X + 2.5 * noise.normal(size=X.shape)
    own = np.searchsorted(plain.classes_, y)
    loss = [-np.log(c.predict_proba(X)[np.arange(len(y)), own]).mean() for c in (plain, calibrated)]
    assert loss[1] < loss[0]


def test_one_star_a_class_cannot_be_held_out(fitted, survey):
    with pytest.warns(UserWarning, match="No star can be held out") as told:
        copy = deepcopy(fitted).partial_fit_target(*survey(["EC", "ED", "RRAB"], 1, 1))
    assert told[0].filename == __file__
    with pytest.raises(ValueError, match="held out"):
        copy.predict_set(survey(["EC"], 3, 2)[0])


def test_priors_and_unlabelled_stars(fitted, survey):
    target = survey(["EC", "ED", "ESD", "RRAB"], 12, 1, 0.4)
    X = np.vstack([survey(["EC"], 120, 2, 0.4)[0], survey(["ED", "ESD", "RRAB"], 20, 3, 0.4)[0]])
    copy = deepcopy(fitted).set_params(priors="em").partial_fit_target(*target, X_unlabelled=X)
    assert copy.priors_[0] > 0.5
    shares = copy.predict_proba(X).mean(axis=0)
    np.testing.assert_allclose(shares, copy.priors_, atol=0.08)
    assert copy.set_params(priors=[0, 1, 1, 1]).predict_proba(X)[:, 0].max() == 0


def test_fine_tuned_classifier_and_pipeline(data):
    pipe = make_transfer_pipeline(StandardScaler(), ensemble(calibration=None)).fit(*data.source)
    tuned = FineTunedClassifier(FrozenEstimator(pipe), strategy="head", random_state=1)
    tuned.fit(*data.target)
    assert tuned.score(*data.test) > 0.7
    assert not pipe.is_transferred_
    pipe.partial_fit_target(*data.target)
    assert pipe.is_transferred_
    assert pipe.embed(data.test[0]).shape == (len(data.test[1]), 16)
    again = clone(pipe)
    assert again.get_params()["transferensembleclassifier__n_trees"] == 10


def test_all_parts_leave_the_same_stars_out(fitted, data, monkeypatch):
    """Of a star that is judged, no part has learned anything."""
    left_out, grown = [], []
    train, grow = _ensemble.train_jobs, _ensemble.grow

    def watch_networks(jobs, shown, **options):
        left_out.append([sorted(set(range(len(shown.y))) - set(job.rows.tolist())) for job in jobs])
        return train(jobs, shown, **options)

    def watch_trees(inputs, *arguments):
        grown.append(len(inputs))
        return grow(inputs, *arguments)

    monkeypatch.setattr(_ensemble, "train_jobs", watch_networks)
    monkeypatch.setattr(_ensemble, "grow", watch_trees)
    deepcopy(fitted).partial_fit_target(*data.target)
    first, second = left_out  # one for each group of features
    assert first == second
    assert sorted(sum(first, [])) == list(range(48))
    # The ensemble's own trees have seen all stars, those of a fold what its networks have.
    expected = [48, *(48 - len(rows) for rows in first)]
    assert grown == np.repeat(expected, 2).tolist()  # trees and forest


def test_the_source_is_asked_once_for_opinion_and_trees(tuned, data, monkeypatch):
    X, model, asked = data.test[0], tuned.model_, []
    predict = type(model.teacher).predict_proba
    counted = lambda self, *rest: asked.append(self is model.teacher) or predict(self, *rest)  # noqa: E731
    monkeypatch.setattr(type(model.teacher), "predict_proba", counted)
    for method in (model.predict_proba, lambda *rows: model.predict_and_place(*rows)[0]):
        asked.clear()
        found = method(X, "cpu")
        assert sum(asked) == 1
        # A teacher that is nobody's source is asked for the trees alone.
        apart = replace(model, teacher=replace(model.teacher))
        np.testing.assert_array_equal(apart.predict_proba(X, "cpu"), found)


def test_the_trees_hear_the_source_in_every_call(tuned, fitted, survey):
    copy = deepcopy(tuned).partial_fit_target(*survey(["QSO"], 12, 5, 0.4))
    for model in (tuned, copy):
        assert model.model_.teacher is model.source_model_.networks[0]
        # Four features with their indicators, and the probabilities of the source's classes.
        assert 8 <= model.model_.trees.feature.max() < 8 + 4
    inputs = fitted.scaler_.transform(survey(["LPV"], 5, 5)[0]).astype(np.float32).astype(float)
    own = fitted.model_.networks[0].predict_proba(inputs[:, fitted.model_.views[0]], "cpu")
    seen = tree_inputs(inputs, own)
    np.testing.assert_array_equal(seen[:, :8], inputs.astype(np.float32))
    np.testing.assert_allclose(seen[:, 8:], np.log(np.maximum(own, 1e-4)), rtol=1e-5)


def test_a_scaler_of_the_target_is_kept_by_later_calls_and_in_files(fitted, data, tmp_path):
    copy = deepcopy(fitted).set_params(transfer_scaler="target", calibration=None)
    X, y = data.target
    copy.partial_fit_target(X + 7.0, y)
    scaler = copy.scaler_
    expected = clone(fitted.scaler_).fit(X + 7.0).transform(data.test[0])
    np.testing.assert_array_equal(scaler.transform(data.test[0]), expected)
    assert copy.score(data.test[0] + 7.0, data.test[1]) > 0.7
    save_model(copy, tmp_path / "m.vartl")
    again = load_model(tmp_path / "m.vartl")
    np.testing.assert_array_equal(
        again.predict_proba(data.test[0]), copy.predict_proba(data.test[0])
    )
    assert copy.partial_fit_target(X[:9] + 7.0, y[:9]).scaler_ is scaler
    assert copy.reset_to_source().scaler_ is copy.source_model_.scaler
    again.reset_to_source()
    np.testing.assert_array_equal(
        again.predict_proba(data.test[0]), copy.predict_proba(data.test[0])
    )


@pytest.mark.parametrize(
    ("given", "weight"),
    [({"class_weight": {"EC": 9.0}}, 0.9 / 1.2), ({"sampling": "balanced"}, 0.25)],
)
def test_what_networks_are_shown(given, weight, data):
    clf = ensemble(calibration=None, **given).fit(*data.source)
    assert clf.model_.shares[0] == pytest.approx(weight)
    assert clf.model_.prior[0] == pytest.approx(0.25)


def test_early_stopping_of_the_networks(data):
    given = {"early_stopping": True, "validation_fraction": 0.4, "n_iter_no_change": 2}
    clf = ensemble(calibration=None, max_epochs=100, **given).fit(*data.source)
    assert len(clf.history_) == 2
    assert all(len(epochs) < 100 and "valid_loss" in epochs[0] for epochs in clf.history_)


@parametrize_with_checks(
    [ensemble(calibration=None, n_trees=5, views=None)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": (
            "a star of weight two is not drawn into two mini-batches"
        )
    },
)
def test_sklearn(estimator, check):
    check(estimator)
