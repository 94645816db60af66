"""Computers without a graphics processor, and files made on one that had it."""

import pickle
import zipfile

import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.network import resolve_device
from sklearn_vartl.pretrained._upsilont import _read_tensors

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="this computer has a GPU")
STARS = make_blobs(n_samples=80, centers=2, n_features=3, random_state=0)
QUICK = {"hidden_layer_sizes": (4,), "n_estimators": 1, "max_epochs": 2, "min_steps": 1}
REMEDY = r"device='cuda' cannot be used here \(.*\); device='auto' or 'cpu' can"


def network(**more):
    return TransferMLPClassifier(**QUICK, random_state=0, **more)


def test_training_and_predicting():
    with pytest.raises(ValueError, match=REMEDY):
        network(device="cuda").fit(*STARS)
    fitted = network().fit(*STARS).set_params(device="cuda")
    for method in (fitted.predict_proba, fitted.embed, fitted.novelty_score):
        with pytest.raises(ValueError, match=REMEDY):
            method(STARS[0])
    with pytest.raises(ValueError, match=REMEDY):
        fitted.partial_fit_target(*STARS)
    assert fitted.set_params(device="auto").predict(STARS[0]).shape == (80,)


@pytest.mark.parametrize("device", ["cuda:7", "meta", "hpu", "warp", ""])
def test_other_devices(device):
    with pytest.raises(ValueError, match="cannot be used here"):
        resolve_device(device)


def test_features():
    time = np.arange(60.0)
    X = LightCurves(time, np.sin(time))
    features = LightCurveFeatures(["period"], period_engine="torch:cuda")
    with pytest.raises(ValueError, match="engine='torch:cuda' cannot be used here"):
        features.transform(X)


def _fitted(kind):
    if kind == "network":
        return network().fit(*STARS), STARS[0]
    if kind == "ensemble":
        return TransferEnsembleClassifier(**QUICK, random_state=0).fit(*STARS), STARS[0]
    time = np.tile(np.arange(20.0), 12)
    mag = np.random.default_rng(0).normal(size=240) * np.repeat([1, 5], 120)
    X = LightCurves(time, mag, offsets=np.arange(13) * 20)
    pipeline = make_transfer_pipeline(LightCurveFeatures(["amplitude", "skewness"]), network())
    return pipeline.fit(X, np.repeat(["a", "b"], 6)), X


@pytest.mark.parametrize("kind", ["network", "ensemble", "pipeline"])
def test_a_model_saved_on_a_gpu(tmp_path, kind):
    model, X = _fitted(kind)
    expected = model.predict_proba(X)
    last = model[-1] if kind == "pipeline" else model
    last.set_params(device="cuda")
    save_model(model, tmp_path / "a.vartl")
    # The device is the maker's, and no part of the model.
    loaded = load_model(tmp_path / "a.vartl")
    assert (loaded[-1] if kind == "pipeline" else loaded).device == "auto"
    np.testing.assert_array_equal(loaded.predict_proba(X), expected)


def test_a_model_pickled_on_a_gpu():
    """Nothing of torch is in it: only the parameter remembers the device."""
    model = network().fit(*STARS).set_params(device="cuda")
    again = pickle.loads(pickle.dumps(model))
    with pytest.raises(ValueError, match=REMEDY):
        again.predict(STARS[0])
    again.set_params(device="cpu")
    np.testing.assert_array_equal(
        again.predict_proba(STARS[0]), model.set_params(device="cpu").predict_proba(STARS[0])
    )


def test_tensors_saved_on_a_gpu(tmp_path):
    tensors = {"fc1.weight": torch.arange(6.0).reshape(2, 3)}
    torch.save(tensors, tmp_path / "cpu.pt")
    with (
        zipfile.ZipFile(tmp_path / "cpu.pt") as archive,
        zipfile.ZipFile(tmp_path / "cuda.pt", "w") as other,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith("data.pkl"):
                assert content.count(b"X\x03\x00\x00\x00cpu") == 1
                content = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            other.writestr(name, content)
    with pytest.raises((RuntimeError, AssertionError), match="CUDA|cuda"):
        torch.load(tmp_path / "cuda.pt", weights_only=True)
    np.testing.assert_array_equal(
        _read_tensors(tmp_path / "cuda.pt")["fc1.weight"], tensors["fc1.weight"]
    )
