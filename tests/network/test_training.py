"""Training of one network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sklearn_vartl.network import (
    Recipe,
    fine_tune_networks,
    initial_weights,
    network_logits,
    train_network,
)
from sklearn_vartl.network._jobs import STRATEGIES, balanced_probability

QUICK = Recipe(max_epochs=12, min_steps=0, batch_size=32)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200)
    X = rng.normal(size=(200, 4))
    X[np.arange(200), y] += 3
    return X, y, np.ones(200)


@pytest.fixture
def start():
    return initial_weights(4, (16, 8), np.ones(3), np.random.default_rng(0))


def _everything(layers, n_epochs):
    return dict.fromkeys(layers, 0)


def _train(start, data, recipe=QUICK, first_epochs=_everything, **options):
    return train_network(start, data, recipe=recipe, first_epochs=first_epochs, seed=0, **options)


def test_learns_and_leaves_the_start_alone(start, data):
    before = {name: array.copy() for name, array in start.items()}
    weights, history = _train(start, data)
    X, y, _ = data
    assert np.mean(network_logits(weights, X).argmax(axis=1) == y) > 0.9
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    for name, array in before.items():
        np.testing.assert_array_equal(start[name], array)


def test_repeats_bit_for_bit(start, data):
    (a, history_a), (b, history_b) = _train(start, data), _train(start, data)
    assert history_a == history_b
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


def test_frozen_norm_keeps_its_statistics(start, data):
    frozen, _ = _train(start, data, replace(QUICK, frozen_norm=True))
    learned, _ = _train(start, data)
    for part in ("running_mean", "running_var"):
        name = f"backbone.0.norm.{part}"
        np.testing.assert_array_equal(frozen[name], start[name])
        assert (learned[name] != start[name]).any()


def test_layers_learn_from_their_first_epoch(start, data):
    def head_only(layers, n_epochs):
        return {"backbone.0": None, "backbone.1": n_epochs // 2, "head": 0}

    recipe = replace(QUICK, frozen_norm=True)
    weights, _ = _train(start, data, recipe, head_only)
    for name in start:
        same = np.array_equal(weights[name], start[name])
        assert same == (name.startswith("backbone.0.") or "running" in name), name

    def never(layers, n_epochs):
        return {"backbone.0": None, "backbone.1": n_epochs, "head": 0}

    weights, _ = _train(start, data, recipe, never)
    np.testing.assert_array_equal(
        weights["backbone.1.linear.weight"], start["backbone.1.linear.weight"]
    )


def test_backbone_has_its_own_learning_rate(start, data):
    recipe = replace(QUICK, backbone_learning_rate=0.0, frozen_norm=True, weight_decay=0.0)
    weights, _ = _train(start, data, recipe)
    name = "backbone.0.linear.weight"
    # One-cycle divides the rate by powers of ten, never to zero: of zero it makes zero.
    np.testing.assert_array_equal(weights[name], start[name])
    assert (weights["head.weight"] != start["head.weight"]).any()


def test_weights_steer_the_loss(start, data):
    X = np.repeat(data[0], 2, axis=0)
    y = np.tile([0, 1], len(data[0]))  # every star twice, with contradicting labels
    for heavy in (0, 1):
        star_weights = np.where(y == heavy, 1.0, 0.1)
        weights, _ = _train(start, (X, y, star_weights), replace(QUICK, max_epochs=40))
        assert (network_logits(weights, X).argmax(axis=1) == heavy).mean() > 0.95


@pytest.mark.parametrize("n", [1, 2, 33])
def test_few_rows_and_a_last_batch_of_one(start, data, n):
    weights, history = _train(start, tuple(part[:n] for part in data))
    assert all(np.isfinite(array).all() for array in weights.values())
    assert len(history) == 12
    # Of one row alone no variance is learned, of two it is.
    name = "backbone.0.norm.running_var"
    assert np.array_equal(weights[name], start[name]) == (n == 1)


def test_at_least_min_steps():
    assert Recipe(max_epochs=3, min_steps=100, batch_size=10).n_epochs(35) == 25
    assert Recipe(max_epochs=3, min_steps=101, batch_size=10).n_epochs(35) == 26
    assert Recipe(max_epochs=60, min_steps=100, batch_size=10).n_epochs(35) == 60


def test_validation_stops_and_keeps_the_best_epoch(start, data):
    rng = np.random.default_rng(5)
    X, y, weight = data
    noise = rng.permutation(y)  # labels without any relation to X: validation loss rises at once
    recipe = replace(QUICK, max_epochs=200, patience=4)
    weights, history = _train(start, (X, y, weight), recipe, valid=(X, noise, weight))
    assert len(history) < 100
    losses = [epoch["valid_loss"] for epoch in history]
    logits = torch.tensor(network_logits(weights, X))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(noise)).item()
    assert loss == pytest.approx(min(losses), rel=1e-3)
    assert len(losses) - 1 - int(np.argmin(losses)) == 4


def test_labels_are_smoothed_in_training_alone(start, data):
    recipe = replace(QUICK, label_smoothing=0.5, patience=100)
    weights, history = _train(start, data, recipe, valid=data)
    logits = torch.tensor(network_logits(weights, data[0]))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(data[1])).item()
    assert min(epoch["valid_loss"] for epoch in history) == pytest.approx(loss, rel=1e-3)
    # In training half of each label is spread: no loss can be as low.
    assert min(epoch["train_loss"] for epoch in history) > loss + 0.1


def test_rows_are_drawn_by_their_probabilities(start, data):
    X, y, weight = data
    X, y = np.repeat(X, 2, axis=0), np.tile([0, 1], len(X))
    for wanted in (0, 1):
        probability = (y == wanted) / np.sum(y == wanted)
        weights, _ = train_network(
            start,
            (X, y, np.ones(len(y))),
            recipe=QUICK,
            first_epochs=lambda layers, n_epochs: dict.fromkeys(layers, 0),
            seed=0,
            probability=probability,
        )
        assert (network_logits(weights, X).argmax(axis=1) == wanted).mean() > 0.95


def test_nothing_global_changes(start, data):
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    numpy_state = np.random.get_state()[1].copy()  # noqa: NPY002
    torch.set_num_threads(2)
    try:
        _train(start, data)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("strategy", ["full", "head", "gradual"])
def test_networks_fine_tuned_side_by_side_are_those_fine_tuned_alone(strategy, balanced, start):
    rng, recipe = np.random.default_rng(0), replace(QUICK, frozen_norm=True, max_epochs=4)
    # History tells of the backbone's.
    recipe = replace(recipe, backbone_learning_rate=0.3 * recipe.learning_rate)
    options = {"recipe": recipe, "first_epochs": STRATEGIES[strategy]}
    starts, trains, seeds = [], [], [5, 6, 7]
    for _ in seeds:
        y = rng.integers(0, 3, 97)
        X = (np.eye(4)[y] * 3 + rng.normal(size=(97, 4))).astype(np.float32)
        trains.append((X, y, rng.uniform(0.5, 2, 97)))
        # Batch normalisation that has statistics to keep.
        starts.append(_train(start, trains[-1])[0])
    chances = [balanced_probability(y, weight) if balanced else None for _, y, weight in trains]
    together, again = (
        fine_tune_networks(starts, trains, seeds=seeds, probabilities=chances, **options)
        for _ in range(2)
    )
    np.testing.assert_equal(again, together)
    ((only, _),) = fine_tune_networks(
        starts[:1], trains[:1], seeds=seeds[:1], probabilities=chances[:1], **options
    )
    for name in only:
        np.testing.assert_allclose(only[name], together[0][0][name], atol=1e-6)
    for i, (weights, history) in enumerate(together):
        one, rows = train_network(
            starts[i], trains[i], seed=seeds[i], probability=chances[i], **options
        )
        assert list(weights) == list(one) and len(history) == len(rows)
        for name in one:
            assert weights[name].dtype == np.float32
            np.testing.assert_allclose(weights[name], one[name], atol=1e-4)
        for row, expected in zip(history, rows, strict=True):
            assert row == pytest.approx(expected, rel=1e-4)
    assert np.abs(together[0][0]["head.weight"] - starts[0]["head.weight"]).max() > 1e-3


def test_rates_rise_and_fall_once(start, data):
    """One cycle of cosines, Smith & Topin's: a 25th at first, the largest after .3 of the steps, then next to none."""
    recipe = replace(QUICK, max_epochs=10, backbone_learning_rate=0.5, weight_decay=0.0)
    _, history = _train(start, data, recipe)
    # 200 rows: seven steps an epoch, and one more that the end of the cycle is at.
    step, peak = np.arange(10) * 7 + 6, 0.3 * 71 - 1
    up = 0.5 / 25 + (0.5 - 0.5 / 25) * (1 - np.cos(np.pi * step / peak)) / 2
    last = 0.5 / 25 / 1e4
    down = last + (0.5 - last) * (1 + np.cos(np.pi * (step - peak) / (70 - peak))) / 2
    found = [row["learning_rate"] for row in history]
    np.testing.assert_allclose(found, np.where(step <= peak, up, down), rtol=1e-6)
    assert [row["epoch"] for row in history] == list(range(1, 11))
    assert set(history[0]) == {"epoch", "train_loss", "learning_rate"}


@pytest.mark.parametrize("stops", [False, True])
def test_a_user_who_stops_the_training_gets_no_half_trained_network(
    start, data, monkeypatch, stops
):
    steps, step = [], torch.optim.AdamW.step

    def interrupted(*args, **kwargs):
        steps.append(1)
        if len(steps) > 9:
            raise KeyboardInterrupt
        return step(*args, **kwargs)

    monkeypatch.setattr("torch.optim.AdamW.step", interrupted)
    recipe = replace(QUICK, patience=3) if stops else QUICK
    with pytest.raises(KeyboardInterrupt):
        _train(start, data, recipe, valid=data)
    assert len(steps) == 10
