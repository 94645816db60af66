"""FineTunedClassifier: a fresh copy of the source for each fit."""

from copy import deepcopy

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler

from sklearn_vartl.images import TransferImageClassifier
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.taxonomy import TaxonomyClassifier
from sklearn_vartl.transfer import (
    FineTunedClassifier,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
)


@pytest.fixture
def mlp(quick):
    return TransferMLPClassifier(**quick)


@pytest.fixture
def pipeline(quick, data):
    return make_transfer_pipeline(StandardScaler(), TransferMLPClassifier(**quick)).fit(
        *data.source
    )


def test_source_is_never_changed(pipeline, data):
    before = pipeline.predict_proba(data.test[0])
    tuned = FineTunedClassifier(FrozenEstimator(pipeline)).fit(*data.target)
    np.testing.assert_array_equal(pipeline.predict_proba(data.test[0]), before)
    assert not pipeline.is_transferred_
    assert tuned.classes_.tolist() == ["EC", "ED", "ESD", "RRAB"]
    pipeline.partial_fit_target(*data.target)
    np.testing.assert_array_equal(
        tuned.predict_proba(data.test[0]), pipeline.predict_proba(data.test[0])
    )


def test_every_fit_starts_from_the_source(source, data):
    tuned = FineTunedClassifier(FrozenEstimator(source))
    first = tuned.fit(*data.target).predict_proba(data.test[0])
    np.testing.assert_array_equal(tuned.fit(*data.target).predict_proba(data.test[0]), first)


def test_fraction_is_stratified_with_two_stars_a_class_at_least(source, survey):
    X, y = (
        np.concatenate(p) for p in zip(survey(["EC"], 200, 0), survey(["ED"], 9, 1), strict=True)
    )
    tuned = FineTunedClassifier(source, target_fraction=0.1).fit(X, y)
    used = y[tuned.target_indices_]
    assert (used == "EC").sum() == 20
    assert (used == "ED").sum() == 2
    other = FineTunedClassifier(source, target_fraction=0.1, random_state=5).fit(X, y)
    assert other.target_indices_.tolist() != tuned.target_indices_.tolist()
    full = FineTunedClassifier(source).fit(X, y)
    assert full.target_indices_.tolist() == list(range(209))


def test_weights_follow_the_drawn_stars(source, data):
    X, y = data.test
    weight = np.linspace(0.1, 3, len(y))
    tuned = FineTunedClassifier(source, target_fraction=0.3).fit(X, y, sample_weight=weight)
    rows = tuned.target_indices_
    source.partial_fit_target(X[rows], y[rows], sample_weight=weight[rows])
    np.testing.assert_array_equal(tuned.predict_proba(X), source.predict_proba(X))


@pytest.mark.parametrize("n", [-1, 1])
def test_weights_of_another_number_of_stars_are_refused(source, data, n):
    X, y = data.test
    with pytest.raises(ValueError, match="sample_weight"):
        FineTunedClassifier(source).fit(X, y, sample_weight=np.ones(len(y) + n))


def test_parameters_override_the_sources(source, data):
    given = {
        "strategy": "head",
        "learning_rate": 1e-3,
        "backbone_learning_rate": 1e-4,
        "max_epochs": 70,
        "random_state": 3,
    }
    tuned = FineTunedClassifier(source, scaler="target", **given).fit(*data.target)
    params = tuned.model_.get_params()
    assert {name: params[name] for name in given} == given
    assert params["transfer_scaler"] == "target"
    assert len(tuned.model_.history_[0]) == 70
    np.testing.assert_array_equal(
        tuned.model_.model_.members[0]["backbone.0.linear.weight"],
        source.model_.members[0]["backbone.0.linear.weight"],
    )
    kept = FineTunedClassifier(source).fit(*data.target).model_.get_params()
    assert kept == source.get_params()


def test_grid_search_over_light_curves(light_curves, quick):
    def magnitudes(X):
        return X.mag.reshape(len(X), -1)

    from sklearn.preprocessing import FunctionTransformer

    mlp = TransferMLPClassifier(**quick)
    model = make_transfer_pipeline(FunctionTransformer(magnitudes), mlp)
    model.fit(light_curves, light_curves.labels)
    search = GridSearchCV(
        FineTunedClassifier(FrozenEstimator(model)),
        {"target_fraction": [0.5, 1.0], "strategy": ["full", "head"]},
        cv=3,
        error_score="raise",
    )
    search.fit(light_curves, light_curves.labels)
    assert isinstance(light_curves, LightCurves)
    assert search.predict_proba(light_curves[:5]).shape == (5, 2)


def test_cross_validation_and_joblib(source, data, tmp_path):
    tuned = FineTunedClassifier(FrozenEstimator(source))
    assert cross_val_score(tuned, *data.test, cv=3, error_score="raise").mean() > 0.85
    tuned.fit(*data.target)
    joblib.dump(tuned, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(
        again.predict_proba(data.test[0]), tuned.predict_proba(data.test[0])
    )


def test_forwarded_methods(pipeline, data):
    tuned = FineTunedClassifier(pipeline).fit(*data.target)
    X = data.test[0]
    np.testing.assert_array_equal(tuned.embed(X), tuned.model_.embed(X))
    assert not tuned.flag_missing(X).any()
    assert tuned.n_features_in_ == 4
    np.testing.assert_array_equal(tuned.predict(X), tuned.model_.predict(X))


def test_an_unfitted_or_cloned_source_is_refused_with_the_remedy(source, data, quick):
    for wiped in (TransferMLPClassifier(**quick), clone(source)):
        with pytest.raises(NotFittedError, match="FrozenEstimator"):
            FineTunedClassifier(wiped).fit(*data.target)
    with pytest.raises(NotFittedError):
        FineTunedClassifier(source).predict(data.test[0])


def test_missing_labels_are_refused(source, data):
    y = data.target[1].copy()
    y[0] = None
    with pytest.raises(ValueError, match="1 of 48"):
        FineTunedClassifier(source).fit(data.target[0], y)


def test_transferred_source_goes_on_from_where_it_is(source, data, survey):
    source.partial_fit_target(*data.target)
    tuned = FineTunedClassifier(source).fit(*survey(["QSO"], 15, 4))
    assert tuned.classes_.tolist() == ["EC", "ED", "ESD", "QSO", "RRAB"]


def test_sets_and_novelty_are_those_of_the_copy(quick, data):
    source = TransferMLPClassifier(**quick | {"calibration": "temperature"}).fit(*data.source)
    tuned = FineTunedClassifier(source).fit(*data.target)
    X = data.test[0]
    with pytest.raises(NotFittedError):
        FineTunedClassifier(source).novelty_score(X)
    np.testing.assert_array_equal(tuned.novelty_score(X), tuned.model_.novelty_score(X))
    sets = tuned.predict_set(X, alpha=0.2)
    np.testing.assert_array_equal(sets, tuned.model_.predict_set(X, alpha=0.2))
    assert (sets != tuned.predict_set(X, alpha=0.02)).any()


def test_an_ensemble_as_the_source(data, quick):
    source = TransferEnsembleClassifier(**quick, n_trees=10, calibration=None).fit(*data.source)
    tuned = FineTunedClassifier(source, scaler="target", max_epochs=12).fit(*data.target)
    assert tuned.model_.transfer_scaler == "target"
    expected = clone(source.scaler_).fit(data.target[0]).transform(data.test[0])
    np.testing.assert_array_equal(tuned.model_.scaler_.transform(data.test[0]), expected)
    assert tuned.score(*data.test) > 0.8
    assert source.scaler_ is source.source_model_.scaler


def test_images_as_the_source(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    X = rng.normal(size=(60, 8, 8)) + 2.0 * np.eye(3, 8)[y][:, :, None]
    source = TransferImageClassifier(channels=(8,), min_steps=40, random_state=0).fit(X, y)
    names = np.array(["a", "b", "c"])[y]
    given = {"fine_tune_params": {"min_steps": 30}, "strategy": "head", "random_state": 3}
    tuned = FineTunedClassifier(FrozenEstimator(source), target_fraction=0.5, **given)
    weight = np.linspace(0.5, 2, 60)
    tuned = clone(tuned).fit(X + 0.1, names, sample_weight=weight)
    rows = tuned.target_indices_
    assert len(rows) == 30
    by_hand = deepcopy(source).set_params(min_steps=30, strategy="head", random_state=3)
    by_hand.partial_fit_target(X[rows] + 0.1, names[rows], sample_weight=weight[rows])
    np.testing.assert_array_equal(tuned.predict_proba(X), by_hand.predict_proba(X))
    assert tuned.classes_.tolist() == ["a", "b", "c"]
    assert tuned.source_classes_.tolist() == [0, 1, 2]
    with pytest.raises(TypeError, match="would change TransferImageClassifier, which is frozen"):
        FrozenEstimator(source).partial_fit_target(X, names)
    with pytest.raises(ValueError, match="no parameter transfer_scaler: it has .*strategy"):
        FineTunedClassifier(source, scaler="target").fit(X, names)


def test_a_taxonomy_as_the_source(data, quick):
    tree = {"pulsator": ["RRAB", "LPV"], "eclipsing": ["EC", "ED", "ESD"]}
    taxonomy = TaxonomyClassifier(TransferMLPClassifier(**quick), taxonomy=tree)
    X, y = data.source
    source = taxonomy.fit(X, y)
    X, y = data.target
    keep = y != "ESD"
    tuned = FineTunedClassifier(FrozenEstimator(source), target_fraction=0.5, random_state=4)
    tuned = clone(tuned).fit(X[keep], y[keep])
    other = FineTunedClassifier(source, target_fraction=0.5, random_state=5).fit(X[keep], y[keep])
    assert len(tuned.target_indices_) == 18
    assert tuned.target_indices_.tolist() != other.target_indices_.tolist()
    again = clone(tuned).fit(X[keep], y[keep])
    np.testing.assert_array_equal(again.predict_proba(X), tuned.predict_proba(X))
    assert not source.is_transferred_ and tuned.is_transferred_
    with pytest.raises(TypeError, match="would change TaxonomyClassifier, which is frozen"):
        FrozenEstimator(source).partial_fit_target(X[keep], y[keep])


def test_any_parameter_of_the_source_can_be_another(source, data):
    given = {"min_steps": 80, "weight_decay": 0.5}
    tuned = FineTunedClassifier(source, fine_tune_params=given, strategy="head").fit(*data.target)
    params = tuned.model_.get_params()
    assert {name: params[name] for name in [*given, "strategy"]} == given | {"strategy": "head"}
    assert source.min_steps == 60
    with pytest.raises(ValueError, match="TransferMLPClassifier has no parameter depth, width"):
        FineTunedClassifier(source, fine_tune_params={"width": 3, "depth": 1}).fit(*data.target)
    with pytest.raises(ValueError, match=r"\['strategy'\] are given twice"):
        twice = {"strategy": "full"}
        FineTunedClassifier(source, fine_tune_params=twice, strategy="head").fit(*data.target)


def test_a_failed_fit_leaves_what_was_there(source, data):
    tuned = FineTunedClassifier(source).fit(*data.target)
    before = tuned.model_, tuned.target_indices_
    with pytest.raises(ValueError, match="3 features"):
        tuned.fit(data.target[0][:9, :3], data.target[1][:9])
    assert tuned.model_ is before[0] and tuned.target_indices_ is before[1]


def test_what_is_known_is_handed_on(pipeline, data):
    tuned = FineTunedClassifier(pipeline).fit(*data.target)
    inside = tuned.model_[-1]
    X = data.test[0]
    np.testing.assert_array_equal(tuned.predict_log_proba(X), np.log(tuned.predict_proba(X)))
    for owner in (tuned, tuned.model_):
        assert owner.history_ == inside.history_
        assert owner.source_classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
        assert owner.is_transferred_
        np.testing.assert_array_equal(owner.priors_, inside.priors_)
    assert tuned.model_.model_ is inside.model_
    assert tuned.model_.source_model_ is inside.source_model_
    tuned.model_[-1].set_params(priors="em")
    np.testing.assert_array_equal(tuned.estimate_priors(X), tuned.priors_)
    np.testing.assert_array_equal(
        tuned.predict_or_abstain(X, unknown="?"), tuned.model_.predict_or_abstain(X, unknown="?")
    )
    assert not hasattr(tuned, "feature_names_in_")
    assert tuned.reset_to_source().classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]


def test_names_of_features(data, quick):
    frame = pd.DataFrame(data.source[0], columns=list("abcd"))
    source = TransferMLPClassifier(**quick).fit(frame, data.source[1])
    target = pd.DataFrame(data.target[0], columns=list("abcd"))
    tuned = FineTunedClassifier(source).fit(target, data.target[1])
    assert tuned.feature_names_in_.tolist() == list("abcd")


def test_a_frozen_last_step_is_thawed_in_the_copy_alone(mlp, data):
    pipe = make_transfer_pipeline(StandardScaler(), mlp).fit(*data.source)
    frozen = make_transfer_pipeline(pipe[0], FrozenEstimator(pipe[-1]))
    tuned = FineTunedClassifier(frozen).fit(*data.target)
    assert tuned.is_transferred_ and not frozen.is_transferred_
    assert isinstance(frozen[-1], FrozenEstimator)


def test_before_fit_the_source_does_not_answer_for_it(pipeline, data):
    """Nor is a source that nobody froze changed."""
    pipeline.partial_fit_target(*data.target)
    for source in (pipeline, FrozenEstimator(pipeline)):
        tuned = FineTunedClassifier(source)
        for name in ("classes_", "source_classes_", "is_transferred_", "priors_", "history_"):
            assert not hasattr(tuned, name)
        for ask in (tuned.reset_to_source, tuned.purity_thresholds):
            with pytest.raises(NotFittedError):
                ask()
        with pytest.raises(NotFittedError):
            tuned.estimate_priors(data.test[0])
    assert pipeline.is_transferred_
