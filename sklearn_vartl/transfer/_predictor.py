"""Prediction methods and fitted attributes of TransferMLPClassifier."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import resolve_device
from ._checks import allows_nan, check_features
from ._conformal import conformal_sets
from ._model import usable_rows


class TransferPredictorMixin:
    """Everything that reads `model_` and does not change it."""

    @property
    def classes_(self):
        """Classes that are predicted, sorted."""
        return self.model_.classes

    @property
    def source_classes_(self):
        """Classes learned by `fit`, sorted."""
        return self.source_model_.classes

    @property
    def is_transferred_(self):
        """Whether the present weights are fine-tuned ones."""
        return self.model_.n_transfers > 0

    @property
    def history_(self):
        """For each network one entry an epoch of the last training."""
        return list(self.model_.history)

    @property
    def scaler_(self):
        """The fitted scaler, or None."""
        return self.model_.scaler

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        y : ndarray of shape (n_stars,)
        """
        # predict_proba first: it is what checks that there is a fit.
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            A row that is NaN throughout gets the shares of the classes in the training stars;
            `flag_missing` tells which rows these are.

        Returns
        -------
        proba : ndarray of float64 of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        return self.model_.predict_proba(X, resolve_device(self.device))

    def predict_log_proba(self, X):
        """Logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict_set(self, X, alpha=0.1):
        """Predict sets of classes that hold the true one with probability 1 - alpha.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        alpha : float, default=0.1
            Share of stars whose set may miss the true class, between 0 and 1. The promise holds
            for stars drawn like the training stars.

        Returns
        -------
        sets : ndarray of bool of shape (n_stars, n_classes)
            Whether each class is in the star's set. A set may be empty; that of a row without
            any feature holds every class.

        Raises
        ------
        ValueError
            If no star was held out of fitting (`calibration` was None).
        """
        if not 0 < alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1, got {alpha!r}.")
        proba = self.predict_proba(X)
        scores = self.model_.calibration.scores
        if not scores.size:
            raise ValueError(
                "predict_set needs stars held out of fitting: set calibration='temperature' "
                "before fit or partial_fit_target."
            )
        sets = conformal_sets(proba, scores, alpha)
        sets[self.flag_missing(X)] = True
        return sets

    def embed(self, X):
        """Output of the backbones: what the networks see in a star.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        embedding : ndarray of float32 of shape (n_stars, n_estimators * last hidden width)
            The networks' embeddings side by side; NaN for a row without any feature.
        """
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        return self.model_.embed(X, resolve_device(self.device))

    def flag_missing(self, X):
        """Mark the rows without any feature, for which only class priors are predicted.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        flag : ndarray of bool of shape (n_stars,)
        """
        check_is_fitted(self)
        return ~usable_rows(check_features(self, X, reset=False))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = allows_nan(self)
        return tags
