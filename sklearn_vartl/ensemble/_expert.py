"""Expert: a classifier of a cascade with its inputs, its price and its classes.

With it, what every committee of this room does with its members: clones fitted with weights, and
probabilities of stars that they have not seen.
"""

from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from .._validation import check_labels, check_table, check_weights


def fit_weighted(estimator: Any, X: Any, y: np.ndarray, weight: np.ndarray | None) -> Any:
    """Fit an estimator, with weights where there are some; a plain pipeline hands them to its last step."""
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
    weight: np.ndarray | None,
) -> np.ndarray:
    """Probabilities of each star, (n, n_classes), by a clone fitted on the other folds.

    A class that these do not show gets zero. scikit-learn's `cross_val_predict` does the same, but warns where a
    class has a single star, and with metadata routing on it refuses weights that nobody asked for.
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


def training_rows(
    estimator: Any, X: Any, y: Any, sample_weight: Any, *, allow_nan: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Features, classes and weights (None where they are alike) without rows of weight zero."""
    X = check_table(estimator, X, allow_nan=allow_nan, reset=True)
    y = check_labels(y, len(X))
    if sample_weight is None:
        return X, y, None
    weight = check_weights(sample_weight, X)
    return X[weight > 0], y[weight > 0], weight[weight > 0]


def several_classes(estimator: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The classes, two at least, and the index of each label among them."""
    classes, target = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        name = type(estimator).__name__
        raise ValueError(f"{name} needs two classes, got one class: {classes}.")
    return classes, target


class Expert(BaseEstimator):
    """A classifier for `ExpertCascade`, with its inputs, its price and its classes.

    `clone` keeps a fitted estimator: it is an expert because of what it has learned.

    Parameters
    ----------
    estimator : classifier with `predict_proba`
        A fitted one is used as it is: it may come from another survey and know other classes, but
        must not have seen the stars that the cascade is fitted on. One that is not fitted is
        fitted by the cascade on the target's stars.
    features : list of int or str, slice, transformer, callable or None, default=None
        What the estimator is shown: columns of X, or what the fitted or stateless transformer (or
        the function) makes of the rows of X. It is computed for those stars only that the expert
        is asked about. None: X as it is.
    cost : float, default=1.0
        Price of asking about one star, its features included.
    classes : list or None, default=None
        Names of the columns of `predict_proba`; None: the estimator's ``classes_``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.ensemble import Expert
    >>> Expert(LogisticRegression(), features=[0, 1], cost=2.0).get_params(deep=False)["cost"]
    2.0
    """

    def __init__(
        self,
        estimator: Any,
        features: Any = None,
        cost: float = 1.0,
        classes: list | np.ndarray | None = None,
    ) -> None:
        self.estimator = estimator
        self.features = features
        self.cost = cost
        self.classes = classes

    def is_fitted(self) -> bool:
        """Whether the estimator is used as it is."""
        if not hasattr(self.estimator, "fit"):
            return True
        try:
            check_is_fitted(self.estimator)
        except NotFittedError:
            return False
        return True

    def inputs(self, X: Any) -> Any:
        """What the estimator is shown of the rows of X."""
        if self.features is None:
            return X
        if hasattr(self.features, "transform"):
            return self.features.transform(X)
        if callable(self.features):
            return self.features(X)
        return _safe_indexing(X, self.features, axis=1)

    def class_names(self) -> Any:
        """Names of the columns of `predict_proba`, or None where nobody tells."""
        if self.classes is not None:
            return self.classes
        return getattr(self.estimator, "classes_", None)

    def proba_of(self, inputs: Any, position: int) -> np.ndarray:
        """Probabilities of the stars with these inputs, (n_stars, n_expert_classes), as many as there are classes."""
        proba = np.asarray(self.estimator.predict_proba(inputs), dtype=np.float64)
        names = self.class_names()
        if names is not None and proba.shape[1] != len(names):
            raise ValueError(
                f"Expert {position} ({type(self.estimator).__name__}) gives {proba.shape[1]} "
                f"probabilities a star, but has {len(names)} classes: {list(names)}."
            )
        return proba

    def __sklearn_clone__(self):
        estimator = self.estimator
        estimator = deepcopy(estimator) if self.is_fitted() else clone(estimator, safe=False)
        return Expert(estimator, deepcopy(self.features), self.cost, deepcopy(self.classes))
