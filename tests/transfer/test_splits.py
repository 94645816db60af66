"""Splits of the training stars."""

import numpy as np
import pytest

from sklearn_vartl._splits import (
    as_table,
    identical_rows,
    inner_split,
    stratified_folds,
    stratified_fraction,
)

Y = np.repeat(["a", "b", "c"], [100, 7, 1])
X = np.arange(108.0)[:, None]


def test_inner_split_is_stratified_and_keeps_every_class():
    train, held_out = inner_split(X, Y, 0.1, np.random.default_rng(0))
    assert sorted([*train, *held_out]) == list(range(108))
    assert set(Y[train]) == set("abc")
    assert (Y[held_out] == "a").sum() == 10
    assert "c" not in Y[held_out]


def test_doubles_stay_on_one_side():
    doubled, labels = np.repeat(X, 2, axis=0), np.repeat(Y, 2)
    labels[1::2] = np.roll(Y, 3)  # the same star under two names
    fold = stratified_folds(labels, 5, np.random.default_rng(0), doubled)
    np.testing.assert_array_equal(fold[::2], fold[1::2])
    assert set(fold) == set(range(5))


def test_doubles_that_lack_a_feature_stay_on_one_side():
    """A missing feature equals a missing one, and -0 is 0; stars without any feature are no doubles."""
    stars = np.column_stack([X, np.full(108, np.nan), np.zeros(108)])
    stars[4] = np.nan
    doubled = np.repeat(stars, 2, axis=0)
    doubled[1::2, 2] *= -1
    fold = stratified_folds(np.repeat(Y, 2), 5, np.random.default_rng(0), doubled)
    apart = fold[::2] != fold[1::2]
    assert np.flatnonzero(apart).tolist() in ([], [4])
    train, held_out = inner_split(doubled, np.repeat(Y, 2), 0.2, np.random.default_rng(0))
    assert set(held_out // 2) & set(train // 2) <= {4}
    assert identical_rows(doubled)[[8, 9]].tolist() == [8, 9]


def test_folds_have_equal_sizes():
    fold = stratified_folds(Y, 5, np.random.default_rng(0), X)
    assert np.ptp(np.bincount(fold)) <= 1
    assert np.bincount(fold[Y == "a"]).tolist() == [20] * 5


def test_fraction_gives_every_class_some():
    chosen = stratified_fraction(Y, 0.05, np.random.default_rng(0))
    assert [(Y[chosen] == label).sum() for label in "abc"] == [5, 2, 1]
    assert len(set(chosen)) == len(chosen)
    assert stratified_fraction(Y, 1.0, np.random.default_rng(0)).tolist() == list(range(108))


def test_the_share_held_out_is_the_one_asked_for():
    y = np.repeat(["a", "b"], [100, 50])
    for fraction in (0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.4, 0.5):
        _, held_out = inner_split(np.arange(150.0)[:, None], y, fraction, np.random.default_rng(0))
        assert (y[held_out] == "a").sum() == pytest.approx(100 * fraction, abs=1)
        assert (y[held_out] == "b").sum() == pytest.approx(50 * fraction, abs=1)


def test_without_features_no_stars_are_doubles():
    fold = stratified_folds(Y, 5, np.random.RandomState(0))
    assert np.bincount(fold[Y == "a"]).tolist() == [20] * 5


def test_each_class_begins_where_the_last_one_ended():
    """Or the first folds would get a star more of every class."""
    y = np.repeat(["a", "b", "c", "d"], [7, 6, 4, 2])
    fold = stratified_folds(y, 5, np.random.default_rng(0))
    for end in (7, 13, 17, 19):
        assert np.ptp(np.bincount(fold[:end], minlength=5)) <= 1
    again = stratified_folds(y, 5, np.random.default_rng(1))
    assert (fold[:7] != again[:7]).any(), "the order is no random one"


def test_a_class_that_is_held_out_whole_is_given_back():
    y = np.repeat(["a", "b"], [1, 9])
    for seed in range(5):
        train, held_out = inner_split(np.arange(10.0)[:, None], y, 0.5, np.random.default_rng(seed))
        assert 0 in train and len(held_out) in (4, 5)
        assert train.tolist() == sorted(train) and held_out.tolist() == sorted(held_out)
    # Of stars that are one and the same none can be spared.
    train, held_out = inner_split(np.zeros((4, 1)), np.full(4, "a"), 0.5, np.random.default_rng(0))
    assert (train.tolist(), held_out.tolist()) == ([0, 1, 2, 3], [])


def test_at_least_two_stars_of_a_class_and_the_nearest_number():
    y = np.repeat(["a", "b", "c"], [30, 3, 2])
    for fraction, sizes in (
        (0.01, [2, 2, 2]),
        (0.25, [8, 2, 2]),
        (0.3, [9, 2, 2]),
        (0.9, [27, 3, 2]),
    ):
        chosen = stratified_fraction(y, fraction, np.random.default_rng(0))
        assert [(y[chosen] == label).sum() for label in "abc"] == sizes, fraction
        assert chosen.tolist() == sorted(chosen)


def test_rows_that_are_the_same():
    rows = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [np.nan, 0.0], [-np.nan, -0.0], [1, 2]])
    assert identical_rows(rows).tolist() == [0, 1, 0, 3, 3, 0]
    assert identical_rows(np.full((3, 2), np.nan)).tolist() == [0, 1, 2]


def test_what_is_a_table():
    found = as_table([[1, 2], [3, None]])
    assert found.dtype == np.float64 and found.shape == (2, 2) and np.isnan(found[1, 1])
    for other in ([1.0, 2.0], np.zeros((2, 2, 2)), [["a", "b"]], [[1], [1, 2]], object()):
        assert as_table(other) is None
