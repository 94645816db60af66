"""accuracy_estimate and drift_test of fitted classifiers."""

from copy import deepcopy

import numpy as np
import pytest

from sklearn_vartl import (
    LightCurveFeatures,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
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
    assert found.share_right == pytest.approx(model.score(X, y), abs=0.05)
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
        X, _ = survey(CLASSES, 40, seed, 0.4)
        # Of one class many, of the others few.
        alarms += [model.drift_test(X).drifted, model.drift_test(X[np.r_[:40, 40:160:6]]).drifted]
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


def test_features_are_named_beside_evidence_and_through_a_pipeline(survey):
    from pandas import DataFrame

    X, y = survey(["EC", "ED", "RRAB"], 40, 0)
    y = np.where(y == "ED", "NONVAR", y)
    names = ["a", "b", "c", "d"]
    table = DataFrame(X, columns=names)
    for scaler in ("auto", FeatureScaler(circular=["d"])):
        for model in (
            TransferMLPClassifier(**SMALL, evidence=["b"], scaler=scaler),
            TransferEnsembleClassifier(**SMALL, evidence=["b"], scaler=scaler, n_trees=0),
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
