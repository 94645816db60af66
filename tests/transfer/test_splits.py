"""Splits of the training stars."""

import numpy as np
import pytest

from sklearn_vartl._splits import (
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
