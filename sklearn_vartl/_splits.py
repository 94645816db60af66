"""Splits of the training stars that respect classes and doubles."""

import numpy as np


def inner_split(X, y, fraction, rng):
    """Hold stars out for validation.

    Every class gives about `fraction` of its stars, and keeps at least one. Stars with identical
    features (catalogues list some stars twice) stay on one side.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    y : ndarray of shape (n,)
    fraction : float
    rng : numpy.random.Generator

    Returns
    -------
    train, held_out : ndarray of int
        Positions, sorted; `held_out` is empty where no class can spare a star.
    """
    fold = stratified_folds(X, y, max(2, round(1.0 / fraction)), rng)
    held_out = fold == 0
    for label in np.unique(y):
        members = y == label
        if held_out[members].all():
            held_out[members] = False
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def stratified_folds(X, y, n_folds, rng):
    """Number of the fold of each star; doubles share one.

    Within a class the stars are dealt out in random order, so that fold sizes differ by one at
    most (but for doubles); each class starts where the last one ended.
    """
    double_of = _first_double(X)
    fold = np.empty(len(y), dtype=np.int64)
    dealt = 0
    for label in np.unique(y):
        own = np.flatnonzero((y == label) & (double_of == np.arange(len(y))))
        fold[rng.permutation(own)] = (dealt + np.arange(own.size)) % n_folds
        dealt += own.size
    return fold[double_of]


def stratified_fraction(y, fraction, rng, at_least=2):
    """Draw a fraction of the stars of each class.

    Parameters
    ----------
    y : ndarray of shape (n,)
    fraction : float
        Between 0 (exclusive) and 1.
    rng : numpy.random.Generator
    at_least : int, default=2
        Number of stars every class gives, where it has as many.

    Returns
    -------
    chosen : ndarray of int
        Positions, sorted.
    """
    chosen = []
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        size = min(members.size, max(at_least, round(fraction * members.size)))
        chosen.append(rng.choice(members, size=size, replace=False))
    return np.sort(np.concatenate(chosen))


def _first_double(X):
    """Position of the first row identical to each row."""
    _, first, inverse = np.unique(X, axis=0, return_index=True, return_inverse=True)
    return first[inverse.ravel()]
