"""Clones that are fitted with weights, and probabilities of stars that they have not seen."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import has_fit_parameter


def fit_weighted(estimator: Any, X: Any, y: np.ndarray, weight: np.ndarray | None) -> Any:
    """Fit an estimator, with weights of the stars where they are given.

    Parameters
    ----------
    estimator : classifier
        A plain pipeline gives the weights to its last step.
    X : array-like of shape (n, ...)
    y : ndarray of shape (n,)
    weight : ndarray of shape (n,) or None

    Raises
    ------
    TypeError
        If there are weights, and the estimator takes none.
    """
    if weight is None:
        return estimator.fit(X, y)
    if has_fit_parameter(estimator, "sample_weight"):
        return estimator.fit(X, y, sample_weight=weight)
    if isinstance(estimator, Pipeline) and has_fit_parameter(estimator[-1], "sample_weight"):
        return estimator.fit(X, y, **{f"{estimator.steps[-1][0]}__sample_weight": weight})
    raise TypeError(
        f"{type(estimator).__name__} takes no sample_weight: leave the weights out, or choose a "
        "classifier that takes them."
    )


def out_of_fold_proba(
    estimator: Any,
    X: Any,
    y: np.ndarray,
    fold: np.ndarray,
    n_classes: int,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Probabilities of each star by a clone fitted on the other folds.

    scikit-learn's `cross_val_predict` does the same, but warns where a class has a single star,
    and with metadata routing on it refuses weights that nobody asked for.

    Parameters
    ----------
    estimator : classifier
    X : array-like of shape (n, ...)
    y : ndarray of int of shape (n,)
        Indices of the classes.
    fold : ndarray of int of shape (n,)
    n_classes : int
    weight : ndarray of shape (n,), default=None
        Weights of the stars.

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
        own = None if weight is None else weight[inside]
        model = fit_weighted(clone(estimator), _safe_indexing(X, inside), y[inside], own)
        proba[np.ix_(outside, model.classes_)] = model.predict_proba(_safe_indexing(X, outside))
    return proba
