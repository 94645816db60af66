"""make_ensemble_pipeline: the groups of features and the views of the ensemble belong together."""

import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sklearn_vartl import (
    LightCurveFeatures,
    TransferEnsembleClassifier,
    load_model,
    make_ensemble_pipeline,
    save_model,
)
from sklearn_vartl.datasets import simulate_survey

FAST = {"hidden_layer_sizes": (16,), "n_estimators": 1, "n_trees": 10, "calibration": None}


def test_each_group_has_networks_on_its_own_features():
    model = make_ensemble_pipeline([["period", "r21"], "upsilon"])
    names = model[0].get_feature_names_out()
    views = [names[view].tolist() for view in model[-1].views]
    assert views[0] == ["period", "r21"]
    assert views[1] == [
        f"upsilon:{n}" for n in LightCurveFeatures("upsilon").get_feature_names_out()
    ]


def test_its_parameters_reach_both_steps():
    model = make_ensemble_pipeline(n_jobs=2, random_state=5, verbose=1, on_error="nan", memory="f")
    features, ensemble = model[0].get_params(), model[-1].get_params()
    assert features["memory"] == "f" and features["on_error"] == "nan"
    assert ensemble["random_state"] == 5
    assert features["n_jobs"] == ensemble["n_jobs"] == 2
    assert features["verbose"] == ensemble["verbose"] == 1


def test_it_is_the_ensemble_on_the_features_side_by_side(tmp_path):
    source = simulate_survey(40, "ogle3", classes=["RRAB", "EC"], random_state=0)
    target = simulate_survey(30, "asas", classes=["RRAB", "MIRA"], random_state=1)
    model = make_ensemble_pipeline([["period", "r21"], ["amplitude", "skewness"]], random_state=0)
    model = clone(model).set_params(
        **{f"transferensembleclassifier__{k}": v for k, v in FAST.items()}
    )
    model.fit(source, source.labels).partial_fit_target(target, target.labels)
    features = LightCurveFeatures(["period", "r21", "amplitude", "skewness"])
    ensemble = TransferEnsembleClassifier(views=[[0, 1], [2, 3]], random_state=0, **FAST)
    ensemble.fit(features.transform(source), source.labels)
    ensemble.partial_fit_target(features.transform(target), target.labels)
    expected = ensemble.predict_proba(features.transform(target))
    assert_array_equal(model.predict_proba(target), expected)
    save_model(model, tmp_path / "m.vartl")
    assert_array_equal(load_model(tmp_path / "m.vartl").predict_proba(target), expected)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["vartl", "vartle"], "no feature 'vartle'"),
        (["vartl", ["period"]], "'period' more than once"),
        (["vartl", []], "empty list"),
        ([], "empty list"),
    ],
)
def test_groups_that_are_none_are_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        make_ensemble_pipeline(groups)
