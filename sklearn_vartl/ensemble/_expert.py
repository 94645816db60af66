"""Expert: a classifier, what it is shown and what it costs to ask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

# Probabilities below this say the same: "not this class".
_SMALLEST = 1e-4


@dataclass
class Expert:
    """A classifier for `ExpertCascade`, with its inputs, its price and its classes.

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
    >>> Expert(LogisticRegression(), features=[0, 1], cost=2.0).cost
    2.0
    """

    estimator: Any
    features: Any = None
    cost: float = 1.0
    classes: Any = None

    def is_fitted(self):
        """Whether the estimator is used as it is."""
        try:
            check_is_fitted(self.estimator)
        except NotFittedError:
            return False
        return True

    def inputs(self, X):
        """What the estimator is shown of the rows of X."""
        if self.features is None:
            return X
        if hasattr(self.features, "transform"):
            return self.features.transform(X)
        if callable(self.features):
            return self.features(X)
        return _safe_indexing(X, self.features, axis=1)

    def proba_of(self, inputs, position):
        """Probabilities of the stars with these inputs, checked against the classes.

        Raises
        ------
        ValueError
            If the number of columns is not that of the classes.
        """
        proba = np.asarray(self.estimator.predict_proba(inputs), dtype=np.float64)
        names = self.class_names()
        if names is not None and proba.shape[1] != len(names):
            raise ValueError(
                f"Expert {position} ({type(self.estimator).__name__}) gives {proba.shape[1]} "
                f"probabilities a star, but has {len(names)} classes: {list(names)}."
            )
        return proba

    def class_names(self):
        """Names of the columns of `predict_proba`, or None where nobody tells."""
        return (
            self.classes if self.classes is not None else getattr(self.estimator, "classes_", None)
        )


def meta_features(proba):
    """Log-probabilities with a floor; a star the expert is silent about (NaN) gets equal ones."""
    proba = np.where(np.isfinite(proba), proba, 1.0 / proba.shape[1])
    return np.log(np.clip(proba, _SMALLEST, 1.0))
