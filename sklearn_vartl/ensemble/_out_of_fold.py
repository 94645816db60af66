"""Probabilities of stars by classifiers that have not seen them."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing


def spread_folds(y, n_folds, rng):
    """Fold of each star; the stars of a class are spread evenly over the folds.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels or their indices.
    n_folds : int
    rng : numpy.random.RandomState

    Returns
    -------
    fold : ndarray of int of shape (n,)
    """
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        # Starting each class elsewhere keeps the folds equally large.
        fold[rows] = (np.arange(len(rows)) + rng.randint(n_folds)) % n_folds
    return fold


def out_of_fold_proba(estimator, X, y, fold, n_classes):
    """Probabilities of each star by a clone fitted on the other folds.

    Parameters
    ----------
    estimator : classifier
    X : array-like of shape (n, ...)
    y : ndarray of int of shape (n,)
        Indices of the classes.
    fold : ndarray of int of shape (n,)
    n_classes : int

    Returns
    -------
    proba : ndarray of shape (n, n_classes)
        A class that the other folds do not show gets zero.

    Raises
    ------
    ValueError
        If the stars outside a fold are of one class.
    """
    proba = np.zeros((len(y), n_classes))
    for k in np.unique(fold):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        if len(np.unique(y[inside])) < 2:
            raise ValueError(
                "Out-of-fold predictions need two classes with two stars: outside a fold there "
                "is only one class."
            )
        model = clone(estimator).fit(_safe_indexing(X, inside), y[inside])
        proba[np.ix_(outside, model.classes_)] = model.predict_proba(_safe_indexing(X, outside))
    return proba
