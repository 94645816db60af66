"""What ensembles of trees share: their parameters, their inputs and the answer."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._validation import check_weights


class TreeEnsemble(ClassifierMixin, BaseEstimator):
    """Base of classifiers that are many trees on finite features.

    A subclass has `predict_proba`; its `fit` sets `classes_`.
    """

    _parameter_constraints: dict = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "min_weight_fraction_leaf": [Interval(Real, 0, 0.5, closed="both")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "random_state": ["random_state"],
    }

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each row, shape (n_samples,)."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of the class probabilities, shape (n_samples, n_classes)."""
        proba = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return np.log(proba)

    def _training_rows(self, X, y, sample_weight):
        """Features, classes and weights (None where they are alike) without rows of weight zero."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        if sample_weight is None:
            return X, y, None
        weight = check_weights(sample_weight, X)
        return X[weight > 0], y[weight > 0], weight[weight > 0]

    def _rows(self, X):
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False)

    def _leaves(self):
        """What all trees are told about their leaves."""
        return {
            "min_samples_leaf": self.min_samples_leaf,
            "min_weight_fraction_leaf": self.min_weight_fraction_leaf,
        }

    def _seeds(self, n):
        """Seeds of n trees."""
        return check_random_state(self.random_state).randint(np.iinfo(np.int32).max, size=n)
