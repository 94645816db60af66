"""What cannot be saved is named before a byte is written."""

import os

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import (
    FeatureScaler,
    FineTunedClassifier,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)


class Renamed(TransferMLPClassifier):
    """A subclass, which may do anything."""


Renamed.__name__ = "TransferMLPClassifier"


@pytest.mark.parametrize(
    "model, message",
    [
        (RandomForestClassifier(), "model: sklearn.*RandomForestClassifier cannot be saved"),
        (StandardScaler(), "What can be saved: FeatureScaler, LightCurveFeatures"),
        (FrozenEstimator(FeatureScaler()), "its `estimator`"),
        (FineTunedClassifier(FeatureScaler()), "its `model_`"),
        (FrozenEstimator(FrozenEstimator(FeatureScaler())), "its `estimator.estimator`"),
        (GridSearchCV(FeatureScaler(), {}), "cannot be saved"),
        (Renamed(), "cannot be saved without pickle"),
        ("a string", "builtins.str cannot be saved"),
    ],
)
def test_other_objects_are_refused_by_name(model, message, tmp_path):
    with pytest.raises(TypeError, match=message):
        save_model(model, tmp_path / "model.vartl")
    assert not os.listdir(tmp_path)


def test_a_step_that_cannot_be_saved_is_named(tmp_path):
    from .conftest import network, stars

    X, y = stars(0)
    model = make_transfer_pipeline(StandardScaler(), network(n_estimators=1)).fit(X, y)
    with pytest.raises(TypeError, match="model/standardscaler: .*StandardScaler cannot"):
        save_model(model, tmp_path / "model.vartl")
    assert not os.listdir(tmp_path)


def test_a_parameter_that_cannot_be_saved_is_named(tmp_path):
    from .conftest import network, stars

    X, y = stars(0)
    model = network(n_estimators=1, random_state=np.random.RandomState(0)).fit(X, y)
    with pytest.raises(TypeError, match="random_state="):
        save_model(model, tmp_path / "model.vartl")
    model = network(n_estimators=1, scaler=StandardScaler()).fit(np.nan_to_num(X), y)
    with pytest.raises(TypeError, match="StandardScaler"):
        save_model(model, tmp_path / "model.vartl")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("model", [TransferMLPClassifier(), FeatureScaler()])
def test_unfitted_models_are_refused(model, tmp_path):
    with pytest.raises(NotFittedError):
        save_model(model, tmp_path / "model.vartl")
    assert not os.listdir(tmp_path)


def test_provenance_must_be_plain(source, tmp_path):
    with pytest.raises(TypeError, match="provenance=.*cannot be saved"):
        save_model(source, tmp_path / "model.vartl", provenance={"when": object()})
    assert not os.listdir(tmp_path)


def test_a_failed_write_keeps_the_old_file_and_leaves_no_rest(
    source, transferred, tmp_path, monkeypatch
):
    path = tmp_path / "model.vartl"
    save_model(source, path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(transferred, path)
    assert os.listdir(tmp_path) == ["model.vartl"]
    assert path.read_bytes() == before


def test_a_missing_folder_or_file_is_an_os_error(source, tmp_path):
    with pytest.raises(FileNotFoundError):
        save_model(source, tmp_path / "nowhere" / "model.vartl")
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nothing.vartl")
    with pytest.raises(IsADirectoryError):
        load_model(tmp_path)
