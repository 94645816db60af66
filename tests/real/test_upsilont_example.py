"""The published UPSILoN-T network on its own example star, through our "upsilon" features."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.light_curves import LightCurves

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "upsilont_model"


@pytest.fixture(scope="module")
def model():
    """Weights, scaling and class names as the authors distribute them."""
    if not FOLDER.exists():
        pytest.skip("the published UPSILoN-T model is not here (looked in ../shared/data)")
    import torch

    state = torch.load(FOLDER / "state_dict.pt", map_location="cpu", weights_only=True)
    model = {name: tensor.numpy().astype(float) for name, tensor in state.items()}
    for name in ("norm_params", "min_params"):
        model[name] = pickle.loads((FOLDER / f"{name}.pkl").read_bytes())
    with pytest.warns(UserWarning, match="unpickle estimator LabelEncoder"):
        model["classes"] = pickle.loads((FOLDER / "label_encoder.pkl").read_bytes()).classes_
    return model


@pytest.fixture(scope="module")
def example_star():
    """EROS-2 star lm0134l19756, an RRab, in the red band."""
    if not FOLDER.exists():
        pytest.skip("the published UPSILoN-T model is not here (looked in ../shared/data)")
    time, mag, magerr = np.loadtxt(FOLDER / "lm0134l19756.time", usecols=(0, 1, 2), unpack=True)
    valid = mag < 99.999
    return LightCurves(time[valid], mag[valid], magerr[valid])


def probabilities(model, names, row):
    """The forward pass of the network, from the features to the probabilities of the classes."""
    scaled = np.array(row)
    for i, name in enumerate(names):
        if f"min_{name}" in model["min_params"]:
            scaled[i] = np.log10(scaled[i] - model["min_params"][f"min_{name}"])
    median, std = model["norm_params"]
    layer = _normalised(model, 1, (scaled - median) / std, eps=64.0)
    for i in (1, 2, 3):
        layer = np.maximum(_linear(model, i, layer), 0)
        layer = _normalised(model, i + 1, layer)
    score = _normalised(model, 5, _linear(model, 4, layer))
    odds = np.exp(score - score.max())
    return odds / odds.sum()


def _linear(model, i, x):
    return model[f"fc{i}.weight"] @ x + model[f"fc{i}.bias"]


def _normalised(model, i, x, eps=1e-5):
    z = (x - model[f"bn{i}.running_mean"]) / np.sqrt(model[f"bn{i}.running_var"] + eps)
    return z * model[f"bn{i}.weight"] + model[f"bn{i}.bias"]


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_the_example_star_is_an_rrab_with_the_published_probability(model, example_star, engine):
    transformer = LightCurveFeatures("upsilon", period_engine=engine)
    row = transformer.transform(example_star)[0]
    probability = probabilities(model, transformer.get_feature_names_out(), row)
    assert model["classes"][probability.argmax()] == "RRL_ab"
    assert probability.max() == pytest.approx(0.9621, abs=0.0002)


def test_its_period(example_star):
    (period,) = LightCurveFeatures(["upsilon:period"]).transform(example_star)[0]
    assert period == pytest.approx(0.578021, abs=1e-6)
