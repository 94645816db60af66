"""TransferImageClassifier."""

import pickle
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl import FineTunedClassifier
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.images import TransferImageClassifier
from sklearn_vartl.images._networks import (
    OwnRandom,
    Pretrained,
    image_weights,
    make_network,
    new_weights,
    train,
)
from sklearn_vartl.network import Recipe

QUICK = {"channels": (8, 8), "min_steps": 60, "max_epochs": 4, "random_state": 0}


@pytest.mark.slow
@parametrize_with_checks(
    [TransferImageClassifier(channels=(16,), max_epochs=10, min_steps=120, random_state=0)],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": (
            "an image of weight two is not drawn into two mini-batches"
        )
    },
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


@pytest.mark.parametrize("backbone", ["alexnet", "vgg11"])
def test_without_torchvision_its_networks_are_refused_with_a_remedy(backbone, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn_vartl\[images\]'"):
        TransferImageClassifier(backbone).fit(*images(["NW", "NE"], 4))
    with pytest.raises(ValueError, match="of 1 or 3 channels, these have 2"):
        TransferImageClassifier(backbone).fit(np.zeros((4, 8, 8, 2)), ["NW", "NE"] * 2)


def test_networks_of_elsewhere_come_with_the_weights_that_are_asked_for(monkeypatch, tmp_path):
    """From something with the two functions of torchvision, which is an extra."""

    def get_model(name, weights):
        """A body, and a classifier of two layers, the last of which is to go."""
        head = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 9))
        body = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
        network = torch.nn.Sequential(body, head)
        for values in network.parameters() if weights == "DEFAULT" else ():
            torch.nn.init.constant_(values, 0.25)
        return network

    models = SimpleNamespace(list_models=lambda _: ["net"], get_model=get_model)
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(models=models))

    def first_layer(weights):
        network = make_network("net", (), 1, 2, weights)
        assert network.head.weight.shape == (2, 5)
        assert network.backbone(torch.zeros(4, 1, 8, 8)).shape == (4, 5)
        return image_weights(network)["backbone.network.1.0.weight"]

    assert (first_layer("download") == 0.25).all()
    assert len(np.unique(first_layer(None))) == 15
    state = {name: torch.full_like(v, 0.5) for name, v in get_model("net", None).state_dict().items()}  # fmt: skip
    file = tmp_path / "weights.pt"
    torch.save(state, file)
    assert (first_layer(file) == 0.5).all()
    bias = {"1.0.bias": torch.zeros(6)}
    for wrong, said in [
        (state | {"1.3.bias": torch.zeros(1)}, "1.3.bias"),
        (state | bias, "1.0.bias"),
        ({name: values for name, values in state.items() if name != "1.2.bias"}, "1.2.bias"),
    ]:
        torch.save(wrong, file)
        with pytest.raises(ValueError, match=rf"are not those of net: \['{said}'\] do not fit"):
            make_network("net", (), 1, 2, file)
    with pytest.raises(ValueError, match="no image classifier named 'nonet'"):
        make_network("nonet", (), 1, 2)


def test_the_residual_network_by_hand():
    """Stages of two convolutions beside a shortcut; all but the first halve the image."""
    weights = image_weights(make_network("residual", (3, 4), 1, 2))
    rng = np.random.default_rng(0)
    weights = {
        name: torch.tensor(array if "num" in name else rng.uniform(0.2, 1, array.shape))
        for name, array in weights.items()
    }
    network = make_network("residual", (3, 4), 1, 2).eval().double()
    network.load_state_dict(weights)
    X = out = torch.tensor(rng.normal(size=(2, 1, 9, 8)))
    for stage, step in (("backbone.0", 1), ("backbone.1", 2)):

        def of(name, stage=stage):
            return weights[f"{stage}.{name}"]

        def norm(x, name, of=of):
            x = (x - of(f"{name}.running_mean")[:, None, None]) / torch.sqrt(
                of(f"{name}.running_var")[:, None, None] + 1e-5
            )
            return x * of(f"{name}.weight")[:, None, None] + of(f"{name}.bias")[:, None, None]

        wide = torch.nn.functional.pad(out, (1, 1, 1, 1))
        inner = norm(torch.conv2d(wide, of("conv1.weight"), stride=step), "norm1").clamp(min=0)
        inner = torch.conv2d(torch.nn.functional.pad(inner, (1, 1, 1, 1)), of("conv2.weight"))
        out = norm(inner, "norm2") + torch.conv2d(out[:, :, ::step, ::step], of("shortcut.weight"))
        out = out.clamp(min=0)
    assert out.shape == (2, 4, 5, 4)
    expected = out.mean(dim=(2, 3)) @ weights["head.weight"].T + weights["head.bias"]
    assert torch.allclose(network(X), expected)


@pytest.mark.parametrize("n_images", [1, 2])
def test_a_lone_image_teaches_no_normalisation(n_images):
    def make(n_classes):
        return make_network("residual", (3,), 1, n_classes)

    before = new_weights(make, 2, seed=0)
    rng = np.random.default_rng(0)
    shown = rng.normal(size=(n_images, 1, 6, 6)).astype(np.float32), np.arange(n_images) % 2
    recipe = Recipe(max_epochs=1, min_steps=0, batch_size=2)
    after, _ = train(make, before, (*shown, np.ones(n_images)),
                     recipe=recipe, strategy="full", seed=0, device="cpu")  # fmt: skip
    assert not np.array_equal(after["backbone.0.conv1.weight"], before["backbone.0.conv1.weight"])
    for name in ("running_mean", "running_var", "weight", "bias"):
        same = np.array_equal(after[f"backbone.0.norm1.{name}"], before[f"backbone.0.norm1.{name}"])
        assert same == (n_images == 1)


def test_images_are_shown_to_networks_of_elsewhere_in_colour_and_not_too_small():
    """As they take them: three channels, and no side below 64 pixels."""
    seen = Pretrained(torch.nn.Identity())
    grey = torch.rand(2, 1, 70, 90)
    assert torch.equal(seen(grey), grey.repeat(1, 3, 1, 1))
    colour = torch.rand(2, 3, 64, 80)
    assert torch.equal(seen(colour), colour)
    small = torch.arange(32.0).repeat(16, 1)[None, None].repeat(1, 3, 1, 1)
    larger = seen(small)
    assert larger.shape == (1, 3, 64, 128)
    # Four pixels for one, between the centres of two on the way from one to the other.
    assert torch.allclose(larger[..., 2:-2], (torch.arange(2.0, 126) - 1.5) / 4, atol=1e-5)


def test_a_failed_fine_tuning_changes_nothing(fitted, monkeypatch):
    """Training breaks off after the target's classes are known, as by the user's Ctrl-C."""
    model = deepcopy(fitted)
    X, y = images(["NW", "NE"], 20)
    before = model.predict_proba(X)

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("torch.optim.AdamW.step", stop)
        with pytest.raises(KeyboardInterrupt):
            model.partial_fit_target(*images(["NE", "SE", "SW"], 30, seed=2))
    assert model.classes_.tolist() == ["NE", "NW"] and not model.is_transferred_
    np.testing.assert_array_equal(model.predict_proba(X), before)
    # And it can still learn.
    model.partial_fit_target(*images(["NE", "SE"], 30, seed=2))
    assert model.classes_.tolist() == ["NE", "SE"]


def test_threads_do_not_take_each_others_random_numbers():
    """Short trainings, so that many begin at the same time."""
    X, y = images(["NW", "NE"], 12)

    def trained(seed):
        short = {**QUICK, "min_steps": 2, "max_epochs": 1, "random_state": seed}
        return TransferImageClassifier(**short).fit(X, y).predict_proba(X)

    alone = [trained(seed) for seed in range(16)]
    state, interval = torch.random.get_rng_state(), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(trained, range(16)))
    finally:
        sys.setswitchinterval(interval)
    assert torch.equal(state, torch.random.get_rng_state())
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_backbones_from_elsewhere_draw_their_own_numbers():
    """Initial weights, dropout and noise of a module, in two threads at a time."""

    def noisy(seed):
        with OwnRandom(seed):
            module = torch.nn.Sequential(torch.nn.Linear(50, 50), torch.nn.Dropout(0.3))
            torch.nn.init.trunc_normal_(module[0].bias)
            drawn = [module(torch.ones(20, 50)), torch.rand(20), torch.empty(20).normal_()]
        return [tensor.detach().numpy() for tensor in drawn]

    state = torch.random.get_rng_state()
    alone = [noisy(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(noisy, range(8)))
    assert torch.equal(state, torch.random.get_rng_state())
    for one, other in zip(alone, together, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    assert not np.array_equal(alone[0][0], alone[1][0])


def test_dropout_is_torchs_own():
    X = torch.ones(200, 200)
    with OwnRandom(0):
        kept = torch.nn.functional.dropout(X, 0.25)
        assert torch.equal(torch.nn.functional.dropout(X, 0.25, training=False), X)
        assert not torch.nn.functional.dropout(X, 1.0).any()
    assert (kept == 0).float().mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(kept[kept > 0], 1 / 0.75)
    torch.manual_seed(0)
    assert torch.allclose(torch.nn.functional.dropout(X, 0.25), kept)


def test_weights_count_in_source_and_target():
    X, y = images(["NW", "NE"], 80, noise=3.0)
    heavy = np.where(y == "NW", 20.0, 1.0)
    plain, weighted = (
        TransferImageClassifier(**QUICK).fit(X, y, sample_weight=w) for w in (None, heavy)
    )
    noise = np.random.default_rng(5).normal(0, 3, (50, 12, 12))
    assert (weighted.predict_proba(noise) - plain.predict_proba(noise))[:, 1].mean() > 0.1
    first, second = deepcopy(plain), deepcopy(plain)
    first.partial_fit_target(X, y)
    second.partial_fit_target(X, y, heavy)
    assert (second.predict_proba(noise) - first.predict_proba(noise))[:, 1].mean() > 0.1


def test_weights_of_one_are_none_and_weight_zero_leaves_out():
    X, y = images(["NW", "NE", "SE"], 45)
    inside = y != "SE"
    without = TransferImageClassifier(**QUICK).fit(X[inside], y[inside])
    zero = TransferImageClassifier(**QUICK).fit(X, y, sample_weight=inside * 3.0)
    assert zero.classes_.tolist() == ["NE", "NW"]
    np.testing.assert_array_equal(zero.predict_proba(X), without.predict_proba(X))


def test_log_probabilities(fitted):
    X = images(["NW", "NE"], 10)[0]
    np.testing.assert_allclose(np.exp(fitted.predict_log_proba(X)), fitted.predict_proba(X))


def test_images_without_labels_are_refused_with_a_remedy(fitted):
    X, y = images(["NW", "NE"], 20)
    model = deepcopy(fitted)
    with pytest.raises(ValueError) as refused:
        model.partial_fit_target(X, y, X_unlabelled=X)
    (advice,) = re.findall(r"DomainAdapter\(.*\)(?= adapts)", str(refused.value))
    known = {"DomainAdapter": DomainAdapter, "FrozenEstimator": FrozenEstimator, "model": model}
    adapter = eval(advice, known).fit(X)
    assert set(adapter.predict(X)) <= set(model.classes_)


def test_a_copy_is_fine_tuned_in_cross_validation(fitted):
    X, y = images(["NE", "NW", "SE"], 60, seed=2)
    tuned = FineTunedClassifier(FrozenEstimator(fitted), random_state=1)
    assert cross_val_score(tuned, X, y, cv=2).mean() > 0.6
    weighted = tuned.fit(X, y, sample_weight=np.ones(60))
    assert weighted.classes_.tolist() == ["NE", "NW", "SE"]
    assert fitted.classes_.tolist() == ["NE", "NW"]


def test_rehearsal_remembers_so_many_of_each_class(fitted):
    model = deepcopy(fitted)
    weight = np.arange(60) + 1.0
    X, y = images(["NE", "NW"], 60, seed=2)
    model.partial_fit_target(X, y, weight)
    kept_X, kept_y, kept_weight = model.model_.memory
    assert np.unique(kept_y, return_counts=True)[1].tolist() == [20, 20]
    np.testing.assert_array_equal(
        kept_weight, np.r_[weight[y == "NE"][:20], weight[y == "NW"][:20]]
    )
    np.testing.assert_array_equal(kept_X[:20, 0], X[y == "NE"][:20])
    # New images are kept first; those of a class that a call lacks stay.
    X_new, y_new = images(["NE"], 5, seed=3)
    model.partial_fit_target(X_new, y_new)
    newer_X, newer_y, _ = model.model_.memory
    assert np.unique(newer_y, return_counts=True)[1].tolist() == [20, 20]
    np.testing.assert_array_equal(newer_X[:5, 0], X_new)
    np.testing.assert_array_equal(newer_X[5:20], kept_X[:15])
    np.testing.assert_array_equal(newer_X[20:], kept_X[20:])


def test_the_source_is_not_rehearsed_by_the_first_fine_tuning(fitted):
    """Only the target's classes remain, however few of them are shown."""
    model = deepcopy(fitted).partial_fit_target(*images(["SE", "SW"], 20, seed=2))
    assert model.classes_.tolist() == ["SE", "SW"]
    assert set(model.model_.memory[1]) == {"SE", "SW"}
    assert model.source_classes_.tolist() == ["NE", "NW"]


def test_a_fit_that_is_interrupted_changes_nothing(fitted, monkeypatch):
    model = deepcopy(fitted)
    X, y = images(["NW", "NE"], 20)
    before = model.predict_proba(X)

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("torch.optim.AdamW.step", stop)
        with pytest.raises(KeyboardInterrupt):
            model.fit(X[:, :8, :8], y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
