"""Splits of the training stars that respect classes and doubles.

Imports numpy alone; every room that holds stars out uses it.
"""

from typing import Any

import numpy as np


def inner_split(
    X: np.ndarray, y: np.ndarray, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hold stars out for validation: positions of those that train and of those that do not, sorted.

    Every class gives about `fraction` of its stars, and keeps at least one. Stars with identical
    features (catalogues list some stars twice) stay on one side. None is held out where no class can spare a star.
    """
    # Of a row of stars every one with which another whole star becomes due; with 1/k every k-th.
    due = (_deal(y, rng, X) * fraction) % 1.0
    held_out = (due < fraction - 1e-9) | (due > 1.0 - 1e-9)
    for label in np.unique(y):
        members = y == label
        if held_out[members].all():
            held_out[members] = False
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def stratified_folds(
    y: np.ndarray, n_folds: int, rng: Any, X: np.ndarray | None = None
) -> np.ndarray:
    """Deal the stars of each class out to folds: the fold of each star.

    Within a class the stars are dealt out in random order, so that fold sizes differ by one at
    most (but for doubles); each class starts where the last one ended. Stars with identical features `X` share a
    fold; without these no two are looked at as one.
    """
    return _deal(y, rng, X) % n_folds


def stratified_fraction(y: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Sorted positions of a fraction, between 0 (exclusive) and 1, of the stars of each class.

    Every class gives two at least, where it has as many.
    """
    chosen = []
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        size = min(members.size, max(2, round(fraction * members.size)))
        chosen.append(rng.choice(members, size=size, replace=False))
    return np.sort(np.concatenate(chosen))


def as_table(X: Any) -> np.ndarray | None:
    """X as a table of numbers, in which doubles can be found; None for light curves and what else is no table."""
    try:
        table = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return table if table.ndim == 2 else None


def identical_rows(X: np.ndarray) -> np.ndarray:
    """Number of the first row with the same features; stars without any feature are no doubles."""
    missing = np.isnan(X)
    # As bytes, so that missing features are equal too; adding 0.0 makes one zero of -0 and +0.
    rows = np.ascontiguousarray(np.where(missing, np.nan, X) + 0.0)
    whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    return np.where(missing.all(axis=1), np.arange(len(X)), first[inverse])


def _deal(y, rng, X):
    """Place of each star in a row of all, class by class and random within; doubles share one."""
    own = np.arange(len(y))
    if X is not None:
        own = identical_rows(np.asarray(X, dtype=np.float64))
    place, dealt = np.empty(len(y), dtype=np.int64), 0
    for label in np.unique(y):
        members = np.flatnonzero((y == label) & (own == np.arange(len(y))))
        place[rng.permutation(members)] = dealt + np.arange(members.size)
        dealt += members.size
    return place[own]
