"""Batches of tensors."""

import numpy as np
import pytest
import torch

from sklearn_vartl.network import n_batches
from sklearn_vartl.network._jobs import balanced_probability
from sklearn_vartl.network._training import TensorBatches, batch_slices, make_dataset


def _dataset(y):
    y = np.asarray(y)
    return make_dataset(np.arange(len(y))[:, None], y, np.ones(len(y)))


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("n", [1, 2, 4, 7, 8, 9, 10, 16, 17, 100])
def test_every_row_once_and_no_lone_last_row(n, size):
    sizes = [s.stop - s.start for s in batch_slices(n, size)]
    assert sum(sizes) == n
    assert n_batches(n, size) == len(sizes)
    assert n == 1 or min(sizes) > 1
    # All others are full, and the last one takes one row more where that would be alone.
    assert set(sizes[:-1]) <= {size} and sizes[-1] <= size + 1
    batches = list(TensorBatches(_dataset(np.zeros(n, int)), size, np.random.default_rng(0)))
    rows = torch.cat([X[:, 0] for X, _ in batches])
    assert sorted(rows.tolist()) == list(range(n))


def test_each_epoch_has_its_own_order_and_the_seed_decides():
    def orders(seed):
        batches = TensorBatches(_dataset(np.zeros(50, int)), 50, np.random.default_rng(seed))
        return [next(iter(batches))[0][:, 0].tolist() for _ in range(2)]

    first, second = orders(0)
    assert first != second
    assert orders(0) == [first, second]


def test_without_a_generator_rows_stay_in_order():
    (X, _), *_ = TensorBatches(_dataset(np.zeros(5, int)), 8)
    assert X[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_balanced_sampling_draws_each_class_equally_often():
    y = np.repeat([0, 1, 3], [9000, 900, 100])
    probability = balanced_probability(y, np.ones(len(y)))
    batches = TensorBatches(_dataset(y), 20_000, np.random.default_rng(0), probability)
    (X, (drawn, _)), *_ = batches
    shares = np.bincount(drawn.numpy()) / len(drawn)
    np.testing.assert_allclose(shares, [1 / 3, 1 / 3, 0, 1 / 3], atol=0.02)
    assert len(np.unique(X)) < len(y)


def test_a_row_that_stands_for_many_is_drawn_as_often_as_they():
    probability = balanced_probability(np.array([0, 0, 1]), np.array([9.0, 1.0, 2.0]))
    np.testing.assert_allclose(probability, [0.45, 0.05, 0.5])


def test_weights_are_relative():
    small, large = (
        make_dataset(np.ones((2, 1)), [0, 1], np.array([1, 3]) * k) for k in (1e-6, 1e6)
    )
    np.testing.assert_allclose(small.tensors[2], [0.5, 1.5])
    np.testing.assert_allclose(large.tensors[2], [0.5, 1.5])
