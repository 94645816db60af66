"""What is saved and loaded predicts what it predicted before."""

import dataclasses
import subprocess
import sys
from inspect import signature

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.utils.validation import check_is_fitted

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.persistence._archive import LOCAL, PARAMETERS
from sklearn_vartl.transfer import EnsembleModel, Memory, Model, Opinion


def round_trip(model, tmp_path):
    save_model(model, tmp_path / "model.vartl")
    return load_model(tmp_path / "model.vartl")


@pytest.mark.parametrize("name", ["source", "transferred", "pipeline"])
def test_predictions_are_identical(name, X, tmp_path, request):
    model = request.getfixturevalue(name)
    loaded = round_trip(model, tmp_path)
    assert type(loaded) is type(model)
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert_array_equal(loaded.embed(X), model.embed(X))
    assert_array_equal(loaded.classes_, model.classes_)
    assert repr(loaded) == repr(model)


def test_light_curves_go_in_and_identical_probabilities_come_out(
    light_curve_pipeline, light_curves, tmp_path
):
    loaded = round_trip(light_curve_pipeline, tmp_path)
    expected = light_curve_pipeline.predict_proba(light_curves)
    assert_array_equal(loaded.predict_proba(light_curves), expected)


def test_another_process_predicts_the_same(transferred, X, tmp_path):
    save_model(transferred, tmp_path / "model.vartl")
    np.save(tmp_path / "X.npy", X)
    code = (
        "import sys, numpy as np; from sklearn_vartl import load_model; folder = sys.argv[1];"
        "model = load_model(folder + '/model.vartl');"
        "np.save(folder + '/proba.npy', model.predict_proba(np.load(folder + '/X.npy')))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert_array_equal(np.load(tmp_path / "proba.npy"), transferred.predict_proba(X))


def test_a_loaded_model_can_be_fine_tuned_and_reset(transferred, X, tmp_path):
    from copy import deepcopy

    from .conftest import stars

    loaded, original = round_trip(transferred, tmp_path), deepcopy(transferred)
    assert loaded.is_transferred_
    more = stars(5, ("ED", "ESD", "MIRA"), 30)
    for model in (loaded, original):
        model.partial_fit_target(*more)
    assert_array_equal(loaded.predict_proba(X), original.predict_proba(X))
    for model in (loaded, original):
        model.reset_to_source()
    assert_array_equal(loaded.predict_proba(X), original.predict_proba(X))
    assert_array_equal(loaded.classes_, ["EC", "ED", "RRAB"])


@pytest.mark.parametrize(
    "labels",
    [
        np.array([3, 1, 7]),
        np.array(["b", "a", "c"], dtype=object),
        np.array([True, False]),
        np.array([0.0, 1.0, 2.0]),
    ],
    ids=["int", "object", "bool", "float"],
)
def test_classes_keep_their_type(labels, X, tmp_path):
    from .conftest import network, stars

    features, _ = stars(0)
    model = network(n_estimators=1).fit(features, labels[np.arange(90) % len(labels)])
    loaded = round_trip(model, tmp_path)
    assert loaded.classes_.dtype == model.classes_.dtype
    assert_array_equal(loaded.predict(X), model.predict(X))


def test_feature_names_are_kept_and_checked(tmp_path):
    from pandas import DataFrame

    from .conftest import network, stars

    X, y = stars(0)
    table = DataFrame(X, columns=["period", "amplitude", "r21", "r31"])
    model = network(n_estimators=1, scaler=FeatureScaler(circular={"r21": np.pi})).fit(table, y)
    loaded = round_trip(model, tmp_path)
    assert_array_equal(loaded.feature_names_in_, table.columns)
    assert_array_equal(loaded.predict_proba(table), model.predict_proba(table))
    with pytest.raises(ValueError, match="feature names should match"):
        loaded.predict(table.rename(columns={"period": "P"}))


def test_parameters_are_kept(tmp_path):
    scaler = FeatureScaler(clip=None, scale="std", circular={0: 1.0}, add_indicator=False)
    loaded = round_trip(scaler.fit(np.arange(8.0).reshape(4, 2)), tmp_path)
    assert loaded.get_params() == scaler.get_params()
    features = LightCurveFeatures(("period", "r21"), max_period=50.0, passthrough=("parallax",))
    params = round_trip(features, tmp_path).get_params()
    assert params == features.get_params() | {
        "features": ["period", "r21"],
        "passthrough": ["parallax"],
    }


@pytest.mark.parametrize("cls", PARAMETERS, ids=lambda cls: cls.__name__)
def test_every_parameter_is_kept_or_concerns_the_computer_alone(cls):
    params = set(signature(cls).parameters)
    assert params - LOCAL == PARAMETERS[cls]


def test_every_field_of_what_was_learned_is_written(transferred):
    """A new field needs a place in the file."""
    fields = {
        cls: {field.name for field in dataclasses.fields(cls)} for cls in (Model, Memory, Opinion)
    }
    fields[EnsembleModel] = {field.name for field in dataclasses.fields(EnsembleModel)}
    assert fields == {
        Model: set(
            """members classes class_count scaler memory calibration history n_transfers
            trained_shares estimated_priors seen opinion""".split()
        ),
        Memory: {"X", "y", "weight"},
        Opinion: {"source", "table", "say", "odds"},
        EnsembleModel: set(
            "networks views scaler memory trees teacher calibration estimated_priors seen forest weights".split()
        ),
    }


def test_what_concerns_the_computer_stays_there(light_curves, tmp_path):
    from .conftest import network

    features = LightCurveFeatures(
        ["amplitude", "skewness"], memory=tmp_path / "features", verbose=0
    )
    last = network(checkpoint=tmp_path / "networks", device="cpu")
    pipe = make_transfer_pipeline(features, last, memory=str(tmp_path / "steps"))
    pipe.fit(light_curves, light_curves.labels)
    # No process is needed for what is written.
    pipe.set_params(lightcurvefeatures__n_jobs=2, transfermlpclassifier__n_jobs=2)
    pipe.set_params(verbose=True, transfermlpclassifier__verbose=2)
    save_model(pipe, tmp_path / "model.vartl")
    assert str(tmp_path) not in (tmp_path / "model.vartl").read_bytes().decode("latin-1")
    loaded = load_model(tmp_path / "model.vartl")
    assert (loaded.memory, loaded.verbose) == (None, False)
    assert (loaded[0].memory, loaded[0].n_jobs, loaded[0].verbose) == (None, None, 0)
    local = [getattr(loaded[1], name) for name in ("checkpoint", "n_jobs", "device", "verbose")]
    assert local == [None, None, "auto", 0]


def test_steps_that_do_nothing_are_kept(X, tmp_path):
    from .conftest import network, stars

    pipe = make_transfer_pipeline("passthrough", network(n_estimators=1)).fit(*stars(0))
    loaded = round_trip(pipe, tmp_path)
    assert loaded.steps[0][1] == "passthrough"
    assert_array_equal(loaded.predict_proba(X), pipe.predict_proba(X))


def test_model_without_scaler_and_hidden_layer_weights_are_float32(X, tmp_path):
    from .conftest import stars

    X_source, y = stars(0)
    model = TransferMLPClassifier(5, n_estimators=1, max_epochs=2, min_steps=4, scaler=None)
    model.fit(np.nan_to_num(X_source), y)
    loaded = round_trip(model, tmp_path)
    check_is_fitted(loaded)
    assert_array_equal(
        loaded.predict_proba(np.nan_to_num(X)), model.predict_proba(np.nan_to_num(X))
    )


def test_the_same_model_gives_the_same_bytes(transferred, tmp_path):
    save_model(transferred, tmp_path / "a.vartl")
    save_model(load_model(tmp_path / "a.vartl"), tmp_path / "b.vartl")
    assert (tmp_path / "a.vartl").read_bytes() == (tmp_path / "b.vartl").read_bytes()
