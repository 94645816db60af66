"""Networks to be trained: in order whatever is trained together, by what their estimator says."""

from dataclasses import replace

import numpy as np
import pytest

from sklearn_vartl import TransferMLPClassifier
from sklearn_vartl.network import Job, TrainingData, initial_weights, train_jobs
from sklearn_vartl.network._jobs import balanced_probability, gradual


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 40)
    X = rng.normal(size=(40, 4)).astype(np.float32)
    X[np.arange(40), y] += 3
    return TrainingData(X, y, rng.uniform(0.5, 2, 40), np.ones(40), 3)


@pytest.fixture(scope="module")
def starts():
    rng = np.random.default_rng(1)
    return [initial_weights(4, (6,), np.ones(3), rng) for _ in range(4)]


def estimator(**more):
    return TransferMLPClassifier((6,), max_epochs=2, min_steps=1, random_state=0, **more)


def same(first, second):
    return all(np.allclose(first[0][name], second[0][name], atol=1e-6) for name in first[0])


@pytest.mark.parametrize("new", [True, False])
def test_networks_come_in_the_order_of_their_jobs(data, starts, new):
    """Those on as many stars are fine-tuned together: the first, the third and the last."""
    sizes = (30, 20, 30, 30)
    jobs = [
        Job(None if new else start, np.arange(40)[-n:], seed)
        for seed, (start, n) in enumerate(zip(starts, sizes, strict=True))
    ]
    found = train_jobs(jobs, data, estimator=estimator(), device="cpu")
    assert len(found) == 4
    for k, job in enumerate(jobs):
        (alone,) = train_jobs([job], data, estimator=estimator(), device="cpu")
        assert [same(alone, other) for other in found] == [k == i for i in range(4)]
        assert [row["epoch"] for row in found[k][1]] == [1, 2]
    # Only fine-tuning keeps the statistics of batch normalisation.
    name = "backbone.0.norm.running_mean"
    assert np.array_equal(found[0][0][name], starts[0][name]) is not new


def test_odds_are_those_of_the_network_when_it_is_trained(data, starts):
    jobs = [Job(starts[0], np.arange(40), 0)]
    (plain, _), (rare, _) = (
        train_jobs(jobs, replace(data, odds=odds), estimator=estimator(), device="cpu")[0]
        for odds in (1.0, np.array([1.0, 0.1, 1.0]))
    )
    np.testing.assert_allclose(
        rare["head.bias"] - plain["head.bias"], [0, np.log(0.1), 0], atol=1e-6
    )
    np.testing.assert_array_equal(rare["head.weight"], plain["head.weight"])


@pytest.mark.parametrize(("strategy", "moves"), [("full", True), ("head", False)])
def test_the_strategy_is_for_fine_tuning(data, starts, strategy, moves):
    own, name = estimator(strategy=strategy, weight_decay=0.0), "backbone.0.linear.weight"
    (tuned, _) = train_jobs([Job(starts[0], np.arange(40), 0)], data, estimator=own, device="cpu")[
        0
    ]
    assert (tuned[name] != starts[0][name]).any() == moves
    assert (tuned["head.weight"] != starts[0]["head.weight"]).any()
    # New networks learn as a whole.
    new = Job(None, np.arange(40), 0)
    found = [
        train_jobs([new], data, estimator=estimator(strategy=s), device="cpu")[0]
        for s in (strategy, "full")
    ]
    assert same(*found)


def test_a_layer_after_the_other_is_released():
    """The head at once, the lowest layer at half of the epochs, the others evenly between."""
    for n_layers in range(2, 6):
        names = [str(k) for k in range(n_layers)]
        found = gradual(names, 120)
        np.testing.assert_allclose(
            [found[name] for name in names], np.linspace(60, 0, n_layers), atol=1
        )
    assert gradual(["head"], 120) == {"head": 0}


def test_every_class_that_is_there_is_drawn_as_often():
    found = balanced_probability(np.array([0, 2, 2, 2]), np.array([5.0, 1.0, 1.0, 2.0]))
    np.testing.assert_allclose(found, [0.5, 0.125, 0.125, 0.25])


def test_there_may_be_none_to_train(data):
    """Where no star can be held out."""
    assert train_jobs([], data, estimator=estimator(), device="cpu") == []


def test_inputs_that_never_vary_have_no_weight(data):
    """Those whose first star is the largest or the smallest of all vary."""
    X = data.inputs.copy()
    X[:, 0], X[0, 1], X[0, 2] = 0.7, 9.0, -9.0
    # As they are drawn: at this rate nothing is learned.
    own, job = estimator(learning_rate=1e-12), Job(None, np.arange(40), 0)
    (weights, _) = train_jobs([job], replace(data, inputs=X), estimator=own, device="cpu")[0]
    silent = (abs(weights["backbone.0.linear.weight"]) < 1e-9).all(axis=0)
    assert silent.tolist() == [True, False, False, False]
