"""Prediction methods of the networks and of the ensemble."""

import warnings
from dataclasses import replace

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import resolve_device
from ._abstention import abstain
from ._checks import check_features
from ._conformal import prediction_sets
from ._fitted import FittedMixin
from ._label_shift import estimate_shares
from ._model import usable_rows


class TransferPredictorMixin(FittedMixin):
    """Everything that reads `model_` and does not change it."""

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

        Raises
        ------
        ValueError
            If `priors` does not fit the classes.
        """
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        priors = self._given_priors()
        return self.model_.predict_proba(X, resolve_device(self.device), priors)

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
            for stars drawn like the labelled ones of the training; with `priors`, for stars of
            each class drawn so, whose classes have these shares.

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
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        given = self._given_priors()
        return prediction_sets(self.model_, X, alpha, resolve_device(self.device), given)

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

    def novelty_score(self, X):
        """How unlike the training stars each star is.

        The distance from the nearest class in the embedding, in units of the scatter within the
        classes, is compared with those of remembered training stars.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        Returns
        -------
        novelty : ndarray of float64 of shape (n_stars,)
            Share of the training stars that are less unusual, between 0 and 1: above 0.95 are
            5% of the stars of a survey like that of the training. NaN for a row without any
            feature.

        Raises
        ------
        ValueError
            If the model remembers no star.
        """
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        return self.model_.novelty(X, resolve_device(self.device))

    def predict_or_abstain(self, X, *, min_probability=0.5, max_novelty=0.9, unknown="unknown"):
        """Predict the most probable class where the star is known enough.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)

        min_probability : float, default=0.5
            Stars whose most probable class is less probable are `unknown`.

        max_novelty : float, default=0.9
            So are stars with a larger `novelty_score`, and rows without any feature. Of stars like
            those of the training, about one in ten is lost at the default.

        unknown : object, default="unknown"
            What they are called; no name of a class.

        Returns
        -------
        y : ndarray of shape (n_stars,)
            Of dtype object where classes are numbers and `unknown` is a name.

        Raises
        ------
        ValueError
            If `unknown` is a class, a limit is not between 0 and 1, or the model remembers no
            star.
        """
        proba = self.predict_proba(X)
        return abstain(
            proba,
            self.novelty_score(X),
            self.classes_,
            min_probability=min_probability,
            max_novelty=max_novelty,
            unknown=unknown,
        )

    def estimate_priors(self, X):
        """Estimate the class shares among stars without labels.

        With ``priors="em"`` predictions are for these shares from then on, until the next
        `partial_fit_target` or `reset_to_source`.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            Stars drawn like those that will be predicted.

        Returns
        -------
        shares : ndarray of shape (n_classes,)
            In the order of `classes_`; the shares of the training, with a warning that says why,
            where the estimate cannot be trusted.
        """
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        model = self.model_
        proba = model.predict_proba(X[usable_rows(X)], resolve_device(self.device))
        shares, refusal = estimate_shares(proba, model.shares)
        self.model_ = replace(model, estimated_priors=shares)
        if shares is None:
            warnings.warn(
                f"The class shares stay those of the training: {refusal}.",
                UserWarning,
                stacklevel=2,
            )
            return model.shares.copy()
        return shares.copy()

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
