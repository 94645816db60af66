"""What the networks and their ensemble share: checks, learning and predicting methods."""

import warnings
from dataclasses import replace

import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from .._validation import check_labels, check_table, check_weights, sorted_classes
from ..network import resolve_device
from ..preprocessing import FeatureScaler
from ..probabilities import abstain, check_priors, estimate_shares, prediction_sets, resolve_priors
from ._fitting import Stars
from ._model import usable_rows, with_names


def check_features(estimator, X, *, reset):
    """Return the features as a float64 array with the right number of columns."""
    return check_table(estimator, X, allow_nan=allows_nan(estimator), reset=reset)


def check_stars(estimator, X, y, sample_weight, *, reset):
    """Check training stars and drop those that cannot teach anything.

    Parameters
    ----------
    estimator : TransferMLPClassifier
    X, y, sample_weight
        As given by the user.
    reset : bool
        Whether the number and names of the features are learned (True) or checked.

    Returns
    -------
    stars : Stars
        Without stars of weight zero and, with one warning that counts them, without stars that
        have no feature.

    Raises
    ------
    ValueError
        If a label is missing, or no star is left.
    """
    X = check_features(estimator, X, reset=reset)
    y = check_labels(y, len(X), unlabelled_argument=None if reset else "X_unlabelled")
    weight = check_weights(sample_weight, X)
    usable = usable_rows(X)
    if not usable.all():
        warnings.warn(
            f"{np.count_nonzero(~usable)} of {len(X)} stars have no feature (all are NaN) and "
            "are left out of fitting.",
            UserWarning,
            stacklevel=4,
        )
    keep = usable & (weight > 0)
    if not keep.any():
        raise ValueError("No star with features and a positive sample_weight is left to fit.")
    return Stars(X[keep], y[keep], weight[keep])


def check_has_source(estimator):
    """Refuse to fine-tune what has not been fitted."""
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise NotFittedError(
            f"This {type(estimator).__name__} has no source to start from: call fit(X, y) with "
            "the source survey before partial_fit_target."
        ) from None


def fit_scaler(scaler, X, estimator):
    """Fit a clone of the scaler ("auto": FeatureScaler; None stays None)."""
    if scaler is None:
        return None
    scaler = FeatureScaler() if isinstance(scaler, str) else clone(scaler)
    # y positionally: FrozenEstimator, which keeps a fitted scaler as it is, requires one.
    return scaler.fit(with_names(X, getattr(estimator, "feature_names_in_", None)), None)


def allows_nan(estimator):
    """Whether missing features are allowed: where the scaler takes them."""
    if estimator.scaler is None:
        return False
    return isinstance(estimator.scaler, str) or get_tags(estimator.scaler).input_tags.allow_nan


class FittedMixin:
    """What `model_` and `source_model_` tell about themselves."""

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
    def priors_(self):
        """Class shares that predictions are made for, in the order of `classes_`."""
        priors = self._given_priors()
        return self.model_.shares if priors is None else priors

    @property
    def scaler_(self):
        """The fitted scaler, or None."""
        return self.model_.scaler

    def _given_priors(self):
        """Class shares to predict for; None where they are as in training."""
        if self.priors is None:
            return None
        if isinstance(self.priors, str) and self.priors == "em":
            return self.model_.estimated_priors
        return resolve_priors(self.priors, self.model_.classes, self.model_.prior)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = allows_nan(self)
        return tags


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


class LearningMixin:
    """Everything that leads to `source_model_`, from there to another `model_`, and back.

    A class has ``_learn(stars, classes, scaler, device)`` and ``_fine_tune(stars, given, device,
    X_unlabelled)``, which return what is known then.
    """

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Learn a source survey.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            Features; NaN marks a missing one. Stars without any feature are left out with one
            warning.

        y : array-like of shape (n_stars,)
            Classes: strings or numbers.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars in the loss; a star of weight zero takes no part.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If a label is missing, a weight negative, no star has a feature, `views` holds features
            that are not there, or there is a checkpoint without `random_state` or a damaged one.
        OSError
            If the checkpoint cannot be written.
        """
        if self.priors is not None and not isinstance(self.priors, str):
            check_priors(self.priors)
        stars = check_stars(self, X, y, sample_weight, reset=True)
        device = resolve_device(self.device)
        scaler = fit_scaler(self.scaler, stars.X, self)
        self.model_ = self._learn(stars, sorted_classes(stars.y), scaler, device)
        self.source_model_ = self.model_
        return self

    @_fit_context(prefer_skip_nested_validation=False)
    def partial_fit_target(self, X, y, sample_weight=None, classes=None, X_unlabelled=None):
        """Fine-tune on labelled stars of a target survey.

        The first call replaces the classes by the target's: known ones keep their row of the
        head, new ones start from their relatives' (`harmonise` tells which names belong
        together). Later calls go on from the present weights and add classes; remembered stars
        of the earlier calls are rehearsed, so that a class missing from `y` is not forgotten.
        Batch normalisation keeps the source's statistics. The trees of an ensemble are grown
        anew.

        Parameters
        ----------
        X : array-like of shape (n_stars, n_features)
            The source's features of the target's stars.

        y : array-like of shape (n_stars,)
            Their classes; none may be missing.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.

        classes : array-like, default=None
            Classes of the target survey, where `y` does not show them all. A class of the source
            without a star in `y` is kept alive by the source's stars.

        X_unlabelled : array-like of shape (n_unlabelled, n_features), default=None
            Features of further target stars. Those that the fine-tuned networks are sure of
            get the predicted class, and the networks' fine-tuning is repeated with them. With
            ``priors="em"`` the class shares are estimated from them, too.

        Returns
        -------
        self : object

        Raises
        ------
        NotFittedError
            If there is no source to start from.
        ValueError
            If the number of features is not the source's, a label is missing or not in `classes`.
        """
        check_has_source(self)
        stars = check_stars(self, X, y, sample_weight, reset=False)
        if X_unlabelled is not None:
            X_unlabelled = check_features(self, X_unlabelled, reset=False)
        given = sorted_classes(stars.y if classes is None else classes)
        self.model_ = self._fine_tune(stars, given, resolve_device(self.device), X_unlabelled)
        if X_unlabelled is not None and isinstance(self.priors, str) and self.priors == "em":
            self.estimate_priors(X_unlabelled)
        return self

    def reset_to_source(self):
        """Forget every fine-tuning.

        Returns
        -------
        self : object
            As it was after `fit`.
        """
        check_is_fitted(self)
        self.model_ = self.source_model_
        return self
