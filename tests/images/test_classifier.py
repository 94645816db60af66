"""TransferImageClassifier."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl.images import TransferImageClassifier

QUICK = {"channels": (8, 8), "min_steps": 60, "max_epochs": 4, "random_state": 0}


@pytest.mark.slow
@parametrize_with_checks(
    [TransferImageClassifier(channels=(16,), max_epochs=10, min_steps=120, random_state=0)]
)
def test_sklearn(estimator, check):
    check(estimator)


def images(classes, n, seed=0, noise=0.5):
    """Squares in one of the four corners."""
    rng = np.random.default_rng(seed)
    y = np.array(classes)[np.arange(n) % len(classes)]
    X = rng.normal(0, noise, (n, 12, 12))
    for image, label in zip(X, y, strict=True):
        top, left = {"NW": (0, 0), "NE": (0, 6), "SW": (6, 0), "SE": (6, 6)}[label]
        # Its size varies: corners differ by what touches them, not by the mean.
        image[top : top + 6, left : left + 6] += 2 * np.eye(6) if top == left else 2
    return X, y


@pytest.fixture(scope="module")
def fitted():
    return TransferImageClassifier(**QUICK).fit(*images(["NW", "NE"], 200))


def test_learns(fitted):
    assert fitted.score(*images(["NW", "NE"], 100, seed=1)) > 0.95
    assert fitted.embed(images(["NW"], 5)[0]).shape == (5, 8)


def test_transfer_to_other_classes(fitted):
    model = deepcopy(fitted)
    model.partial_fit_target(*images(["NE", "NW", "SE"], 30, seed=2))
    assert model.classes_.tolist() == ["NE", "NW", "SE"] and model.is_transferred_
    assert model.source_classes_.tolist() == ["NE", "NW"]
    model.reset_to_source()
    X = images(["NW", "NE"], 20)[0]
    assert np.array_equal(model.predict_proba(X), fitted.predict_proba(X))


def test_classes_that_a_later_call_lacks_are_not_forgotten(fitted):
    model = deepcopy(fitted)
    model.partial_fit_target(*images(["NE", "NW"], 40, seed=2))
    model.partial_fit_target(*images(["NE"], 20, seed=3))
    assert model.score(*images(["NE", "NW"], 60, seed=4)) > 0.9


def test_batch_norm_is_frozen_truly(fitted):
    model = deepcopy(fitted)
    model.partial_fit_target(*images(["NE", "NW"], 40, seed=2, noise=2.0))
    norms = [name for name in fitted.weights_ if ".norm" in name]
    assert norms and all(np.array_equal(model.weights_[n], fitted.weights_[n]) for n in norms)
    name = "backbone.0.conv1.weight"
    assert not np.array_equal(model.weights_[name], fitted.weights_[name])


def test_head_strategy_leaves_the_backbone_alone(fitted):
    model = deepcopy(fitted).set_params(strategy="head")
    model.partial_fit_target(*images(["NE", "NW"], 40, seed=2))
    changed = [n for n, w in model.weights_.items() if not np.array_equal(w, fitted.weights_[n])]
    assert sorted(changed) == ["head.bias", "head.weight"]


def test_gradual_strategy_differs_from_full(fitted):
    weights = []
    for strategy in ("full", "gradual"):
        model = deepcopy(fitted).set_params(strategy=strategy)
        model.partial_fit_target(*images(["NE", "NW"], 40, seed=2))
        weights.append(model.weights_["backbone.0.conv1.weight"])
    original = fitted.weights_["backbone.0.conv1.weight"]
    assert np.abs(weights[0] - original).sum() > np.abs(weights[1] - original).sum() > 0


def test_repeatable_and_torch_state_untouched():
    state = torch.random.get_rng_state()
    X, y = images(["NW", "NE"], 40)
    one, two = (TransferImageClassifier(**QUICK).fit(X, y) for _ in range(2))
    assert torch.equal(state, torch.random.get_rng_state())
    assert np.array_equal(one.predict_proba(X), two.predict_proba(X))
    again = pickle.loads(pickle.dumps(one))
    assert np.array_equal(one.predict_proba(X), again.predict_proba(X))


def test_channels_and_shapes(fitted):
    X, y = images(["NW", "NE"], 40)
    colour = np.stack([X, -X, X], axis=3)
    model = TransferImageClassifier(**QUICK).fit(colour, y)
    assert model.image_shape_ == (12, 12, 3)
    with pytest.raises(ValueError, match=r"shape \(12, 11, 1\)"):
        fitted.predict(X[:, :, :11])
    with pytest.raises(ValueError, match=r"shape \(12, 12, 3\)"):
        fitted.partial_fit_target(colour, y)
    with pytest.raises(ValueError, match="2 to 4 dimensions"):
        TransferImageClassifier(**QUICK).fit(colour[..., None], y)


def test_errors(fitted):
    X, y = images(["NW", "NE"], 20)
    with pytest.raises(ValueError, match="not among"):
        deepcopy(fitted).partial_fit_target(X, y, classes=["NW"])
    with pytest.raises(ValueError, match="weights are for torchvision"):
        TransferImageClassifier(weights="download").fit(X, y)


def test_torchvision_backbone(tmp_path):
    models = pytest.importorskip("torchvision", reason="torchvision is an extra").models
    state = models.resnet18(weights=None).state_dict()
    torch.save(state, tmp_path / "weights.pt")
    X, y = images(["NW", "NE"], 8)
    model = TransferImageClassifier(
        "resnet18", weights=tmp_path / "weights.pt", max_epochs=1, min_steps=1, learning_rate=1e-9
    ).fit(X, y)
    assert np.allclose(
        model.weights_["backbone.network.conv1.weight"], state["conv1.weight"], atol=1e-6
    )
    assert model.partial_fit_target(X, y).embed(X).shape == (8, 512)
    with pytest.raises(ValueError, match="no image classifier named 'nonet'"):
        TransferImageClassifier("nonet").fit(X, y)
    torch.save({"strange": torch.ones(1)}, tmp_path / "strange.pt")
    with pytest.raises(ValueError, match="not those of resnet18"):
        TransferImageClassifier("resnet18", weights=tmp_path / "strange.pt").fit(X, y)
