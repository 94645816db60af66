"""Weights as numpy arrays, and the modules built from them."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from sklearn_vartl.network import (
    build_network,
    initial_weights,
    layer_names,
    map_head,
    network_embedding,
    network_logits,
    network_weights,
    replace_head,
    weights_shape,
)


def _weights(hidden=(6, 5), **options):
    return initial_weights(4, hidden, [2.0, 1.0, 1.0], np.random.default_rng(0), **options)


def test_shape_and_layers_are_read_from_the_weights():
    assert weights_shape(_weights()) == (4, (6, 5), 3)
    assert layer_names(_weights()) == ["backbone.0", "backbone.1", "head"]
    assert weights_shape(_weights(hidden=())) == (4, (), 3)


def test_round_trip_through_a_module():
    weights = _weights()
    again = network_weights(build_network(weights))
    assert again.keys() == weights.keys()
    for name, array in weights.items():
        np.testing.assert_array_equal(again[name], array)


def test_module_does_not_share_memory_with_the_weights():
    weights = _weights()
    network = build_network(weights)
    with torch.no_grad():
        network.head.weight.zero_()
    assert weights["head.weight"].any()


def test_logits_are_those_of_the_formula():
    weights = _weights()
    rng = np.random.default_rng(1)
    for k in (0, 1):
        norm = weights[f"backbone.{k}.norm.running_mean"]
        norm[:] = rng.normal(size=len(norm))
        weights[f"backbone.{k}.norm.running_var"][:] = rng.uniform(0.5, 2, len(norm))
        weights[f"backbone.{k}.norm.weight"][:] = rng.normal(size=len(norm))
        weights[f"backbone.{k}.norm.bias"][:] = rng.normal(size=len(norm))
    X = rng.normal(size=(10, 4))
    z = X
    for k in (0, 1):
        p = {key.split(".", 2)[2]: v for key, v in weights.items() if f"backbone.{k}." in key}
        z = np.maximum(z @ p["linear.weight"].T + p["linear.bias"], 0)
        z = (z - p["norm.running_mean"]) / np.sqrt(p["norm.running_var"] + 1e-5)
        z = z * p["norm.weight"] + p["norm.bias"]
    np.testing.assert_allclose(network_embedding(weights, X), z, atol=1e-5)
    z = z @ weights["head.weight"].T + weights["head.bias"]
    np.testing.assert_allclose(network_logits(weights, X), z, atol=1e-5)


def test_a_row_does_not_depend_on_its_neighbours():
    weights = initial_weights(20, (64, 128), np.ones(7), np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(1500, 20))
    together = network_logits(weights, X)
    np.testing.assert_array_equal(network_logits(weights, X[777:778]), together[777:778])
    np.testing.assert_array_equal(network_logits(weights, X[::-1])[::-1], together)
    assert network_logits(weights, X[:0]).shape == (0, 7)


def test_a_row_does_not_depend_on_its_place_on_other_processors():
    """OpenBLAS's kernels for AVX2 round by the place of a row where many are multiplied."""
    code = (
        "import numpy as np; from sklearn_vartl.network import Networks, initial_weights; "
        "rng = np.random.default_rng(0); "
        "both = Networks([initial_weights(20, (64, 256), np.ones(7), rng) for _ in range(2)]); "
        "row = rng.normal(size=20); X = np.tile(row, (700, 1)); X[200:] += 1; X[650:] = row; "
        "same = np.r_[:200, 650:700]; alone = both.logits_and_embeddings(row[None]); "
        "found = both.logits_and_embeddings(X); "
        "assert all((f[same] == a).all() for k in (0, 1) for f, a in zip(found[k], alone[k]))"
    )
    for kernels in ("Haswell", "Nehalem"):
        env = os.environ | {"OPENBLAS_CORETYPE": kernels}
        subprocess.run([sys.executable, "-c", code], env=env, check=True)


def test_new_weights_are_drawn_as_torch_draws_them():
    """Uniform within one over the root of the number of inputs; a normalisation changes nothing at first."""
    weights = initial_weights(25, (400, 100), np.ones(50), np.random.default_rng(0))
    for name, n_in in (("backbone.0.linear", 25), ("backbone.1.linear", 400), ("head", 100)):
        bound = 1 / np.sqrt(n_in)
        drawn = weights[f"{name}.weight"] / bound
        assert 0.99 < np.abs(drawn).max() <= 1
        assert drawn.mean() == pytest.approx(0, abs=0.02)
        assert drawn.std() == pytest.approx(1 / np.sqrt(3), rel=0.02)
        if name != "head":
            bias = weights[f"{name}.bias"] / bound
            assert (bias.min(), bias.max()) == pytest.approx((-1, 1), abs=0.1)
    for part, value in {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1}.items():
        assert (weights[f"backbone.1.norm.{part}"] == np.full(100, value)).all()


def test_silent_inputs_start_without_weight():
    weights = _weights(silent=np.array([False, True, False, False]))
    first = weights["backbone.0.linear.weight"]
    assert not first[:, 1].any()
    assert first[:, [0, 2, 3]].all()
    # Without hidden layers it is the head that sees the inputs.
    head = _weights(hidden=(), silent=np.array([True, False, False, False]))["head.weight"]
    assert head.shape == (3, 4) and not head[:, 0].any() and head[:, 1:].all()


def test_head_starts_at_the_class_shares():
    np.testing.assert_allclose(np.exp(_weights()["head.bias"]), [0.5, 0.25, 0.25], rtol=1e-6)
    # A class without a star is rare, and not impossible.
    none = initial_weights(4, (6,), [3.0, 0.0], np.random.default_rng(0))["head.bias"]
    np.testing.assert_allclose(none, [0.0, np.log(1e-9)], rtol=1e-6)


def test_replaced_head_shares_the_backbone():
    weights = _weights()
    other = replace_head(weights, np.ones((7, 5)), np.zeros(7))
    assert weights_shape(other) == (4, (6, 5), 7)
    assert other["backbone.0.linear.weight"] is weights["backbone.0.linear.weight"]
    assert len(weights["head.bias"]) == 3


@pytest.mark.parametrize(
    ("new", "rows"),
    [
        ("EC", [0]), ("ED", [1]),
        # Half detached it begins between both; what is called otherwise begins as itself.
        ("ESD", [0, 1]), ("EW", [0]),
        # Related to nobody: the mean of all.
        ("WR", [0, 1, 2]),
    ],
)  # fmt: skip
def test_a_new_class_begins_as_its_relatives(new, rows):
    old, weights = np.array(["EC", "ED", "LPV"]), _weights()
    mapped = map_head(weights, old, np.array(["LPV", new]))
    for part in ("head.weight", "head.bias"):
        expected = [weights[part][2], weights[part][rows].mean(axis=0)]
        np.testing.assert_allclose(mapped[part], expected, rtol=1e-6)
        assert mapped[part].dtype == np.float32


def test_names_that_are_not_there_are_missed():
    from sklearn_vartl import network

    with pytest.raises(AttributeError, match=r"sklearn_vartl\.network' has no attribute 'nothing'"):
        _ = network.nothing


def test_building_leaves_torchs_random_state_alone():
    state = torch.get_rng_state()
    build_network(_weights())
    assert torch.equal(torch.get_rng_state(), state)
