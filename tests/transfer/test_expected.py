"""accuracy_estimate and drift_test of fitted classifiers."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from sklearn_vartl import (
    LightCurveFeatures,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.preprocessing import FeatureScaler

SMALL = {
    "hidden_layer_sizes": (16,),
    "n_estimators": 2,
    "min_steps": 200,
    "learning_rate": 1e-2,
    "calibration": "temperature",
    "random_state": 0,
}
CLASSES = ["EC", "ED", "ESD", "RRAB"]


@pytest.fixture(scope="module")
def light_curves():
    return simulate_survey(60, "asas", classes=["RRAB", "EC"], random_state=0)


def models():
    mlp = TransferMLPClassifier(**SMALL)
    ensemble = TransferEnsembleClassifier(**SMALL, n_trees=20, views=[[0, 1, 2, 3], [1, 2, 3]])
    return {"mlp": mlp, "ensemble": ensemble}


@pytest.fixture(scope="module")
def tuned(data, survey):
    few = survey(CLASSES, 30, 1, 0.4)
    return {k: m.fit(*data.source).partial_fit_target(*few) for k, m in models().items()}


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_share_right_is_about_what_is_expected(tuned, survey, name):
    model, (X, y) = tuned[name], survey(CLASSES, 200, 7, 0.4)
    found = model.accuracy_estimate(X)
    assert found.n_stars == 800
    assert found.share_right == pytest.approx(model.score(X, y), abs=0.06)
    assert sum(found.n_predicted.values()) == 800
    X[:300] = np.nan
    assert model.accuracy_estimate(X).n_stars == 500
    with pytest.raises(ValueError, match="No star has a feature"):
        model.accuracy_estimate(X[:300])
    with pytest.raises(ValueError, match="purity must be"):
        model.accuracy_estimate(X, purity=95)
    low, high = (model.accuracy_estimate(X, purity=p).threshold["EC"] for p in (0.5, 0.99))
    assert low < high


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_drift_is_told_and_other_shares_are_none(tuned, survey, name):
    model = tuned[name]
    alarms = []
    for seed in range(20, 40):
        X, y = survey(CLASSES, 40, seed, 0.4)
        # Of one class many, of the others few.
        many = y == CLASSES[seed % 4]
        kept = np.r_[np.flatnonzero(many), np.flatnonzero(~many)[::6]]
        alarms += [model.drift_test(X).drifted, model.drift_test(X[kept]).drifted]
    assert np.mean(alarms) <= 0.1
    X, _ = survey(CLASSES, 40, 7, 0.4)
    X[:, 2] += 1.5
    found = model.drift_test(X)
    assert found.drifted and found.p_value < 1e-3 and found.feature == 2
    assert not model.drift_test(X, level=1e-200).drifted
    with pytest.raises(ValueError, match="level"):
        model.drift_test(X, level=5)
    X[:] = np.nan
    with pytest.raises(ValueError, match="No star has a feature"):
        model.drift_test(X)


def test_features_are_named_beside_evidence_and_through_a_pipeline(survey, quick):
    from pandas import DataFrame

    quick = quick | {"calibration": "temperature", "evidence": ["b"]}
    X, y = survey(["EC", "ED", "RRAB"], 40, 0)
    y = np.where(y == "ED", "NONVAR", y)
    names = ["a", "b", "c", "d"]
    table = DataFrame(X, columns=names)
    for model in (
        TransferMLPClassifier(**quick, scaler=FeatureScaler(circular=["d"])),
        TransferEnsembleClassifier(**quick, n_trees=0),
    ):
        pipe = make_transfer_pipeline("passthrough", model).fit(table, y)
        other = table.assign(c=table["c"] + 40.0)
        assert pipe.drift_test(other).feature == "c"
        assert pipe.accuracy_estimate(table).share_right > 0.6


def test_a_pipeline_names_what_its_features_are_called(light_curves):
    features = LightCurveFeatures(["amplitude", "skewness"])
    model = make_transfer_pipeline(features, TransferMLPClassifier(**SMALL))
    model.fit(light_curves, light_curves.labels)
    wider = light_curves.replace(mag=15.0 + 4.0 * (light_curves.mag - 15.0))
    assert model.drift_test(wider).feature == "amplitude"


def test_a_scaler_that_mixes_features_names_none(data):
    from sklearn.decomposition import PCA

    params = SMALL | {"calibration": None}
    model = TransferEnsembleClassifier(**params, scaler=PCA(2), n_trees=0).fit(*data.source)
    found = model.drift_test(data.source[0] + 30.0)
    assert found.drifted and found.feature is None


@pytest.mark.parametrize(
    ("p_values", "p", "feature"),
    [([0.3, 0.02, 0.9, 0.5], 0.08, 1), ([0.3, 0.6, 0.9, 0.26], 1.0, 3), ([0.01, 0.5, 0.5, 0.5], 0.04, 0)],
)  # fmt: skip
def test_the_least_of_several_chances_counts_as_often_as_there_are_features(
    tuned, survey, monkeypatch, p_values, p, feature
):
    """Bonferroni's bound, and no more than one."""
    model, (X, _) = tuned["mlp"], survey(CLASSES, 5, 7, 0.4)
    monkeypatch.setattr("sklearn_vartl.transfer._base.column_drift", lambda *_: np.array(p_values))
    for level in (0.05, 0.5):
        found = model.drift_test(X, level=level)
        assert (found.p_value, found.feature) == (pytest.approx(p), feature)
        assert found.drifted == (p < level)


def test_the_estimate_is_for_the_shares_that_are_given(tuned, survey):
    X, y = survey(CLASSES, 300, 7, 0.4)
    kept = np.r_[np.flatnonzero(y == "EC"), np.flatnonzero(y != "EC")[::20]]
    plain, model = tuned["mlp"], deepcopy(tuned["mlp"])
    shares = np.array([np.mean(y[kept] == name) for name in CLASSES])
    model.set_params(priors=shares)
    error = [
        abs(
            m.accuracy_estimate(X[kept]).completeness["EC"]
            - np.mean(m.predict(X[kept])[:300] == "EC")
        )
        for m in (plain, model)
    ]
    assert error[1] < max(error[0], 0.02)


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_held_out_stars_tell_how_pure_a_class_is(tuned, survey, name, tmp_path):
    model, (X, y) = tuned[name], survey(CLASSES, 400, 9, 0.4)
    thresholds = model.purity_thresholds(0.95)
    assert list(thresholds) == model.classes_.tolist()
    named = model.predict_or_abstain(X, min_probability=0, max_novelty=1, purity=0.95)
    kept = named != "unknown"
    assert 0.3 < kept.mean() < 0.98
    assert np.mean(named[kept] == y[kept]) == pytest.approx(0.95, abs=0.03)
    # Not without need, and more than without thresholds.
    assert np.mean(model.predict(X) == y) < 0.93
    proba = model.predict_proba(X)
    limit = np.array([thresholds[label] for label in model.predict(X)])
    np.testing.assert_array_equal(kept, proba.max(axis=1) >= limit)
    # Of one class alone.
    only = model.purity_thresholds({"EC": 0.95})
    assert only == {**dict.fromkeys(CLASSES, 0.0), "EC": thresholds["EC"]}
    # In the model's file.
    save_model(model, tmp_path / "model.vartl")
    assert load_model(tmp_path / "model.vartl").purity_thresholds(0.95) == thresholds


def test_a_purity_that_cannot_be_told_is_refused(tuned):
    model = deepcopy(tuned["mlp"])
    with pytest.raises(ValueError, match="between 0 and 1"):
        model.purity_thresholds(95)
    with pytest.raises(ValueError, match="QSO"):
        model.purity_thresholds({"QSO": 0.9})
    with pytest.raises(ValueError, match="priors=None"):
        model.set_params(priors="balanced").purity_thresholds()
    model.set_params(priors=None)
    told = replace(model.model_.calibration, found=None)
    model.model_ = replace(model.model_, calibration=told)
    with pytest.raises(ValueError, match="anew"):
        model.predict_or_abstain(np.zeros((1, 4)), purity=0.9)


def test_later_stars_add_to_what_held_out_stars_tell(tuned, survey):
    model = deepcopy(tuned["mlp"])
    before = model.model_.calibration
    model.partial_fit_target(*survey(["QSO", "RRAB"], 30, 11, 0.4))
    after, classes = model.model_.calibration, model.classes_
    assert len(after.found) > len(before.found) and "QSO" in classes
    # What was found of the earlier stars is named as it was.
    both = zip(before.found, before.sure, strict=True)
    earlier = {(CLASSES[int(k)], sure) for k, sure in both}
    assert earlier < {(classes[int(k)], s) for k, s in zip(after.found, after.sure, strict=True)}


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_far_from_home_probabilities_say_less_and_classes_stay(tuned, survey, name):
    model, (X, _) = tuned[name], survey(CLASSES, 50, 7, 0.4)
    far = X + 30.0
    assert (model.novelty_score(far) > 0.999).all()
    raw, found = model._probabilities(far), model.predict_proba(far)
    assert found.max(axis=1).mean() < raw.max(axis=1).mean() - 0.1
    np.testing.assert_array_equal(model.predict(far), model.classes_[found.argmax(axis=1)])
    at_home = model.novelty_score(X) <= 0.99
    assert at_home.mean() > 0.9
    raw, found = model._probabilities(X), model.predict_proba(X)
    np.testing.assert_array_equal(raw[at_home], found[at_home])
    assert model.accuracy_estimate(far).share_right == pytest.approx(
        model.predict_proba(far).max(axis=1).mean()
    )


def test_novelty_of_an_ensemble_asks_all_groups(tuned, survey):
    model, (X, _) = tuned["ensemble"], survey(CLASSES, 50, 7, 0.4)
    # Only the first group sees the first feature, both see the last.
    for column in (0, 3):
        strange = X.copy()
        strange[:, column] += 30.0
        assert np.median(model.novelty_score(strange)) > 0.99
    first = model.model_.networks[0]
    alone = model.novelty_score(X)
    assert not np.allclose(alone, first.novelty(model.scaler_.transform(X), "cpu"))
