"""Checks of what a TransferMLPClassifier is given."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from ..preprocessing import FeatureScaler
from ..preprocessing._table import check_table
from ._fitting import Stars
from ._labels import check_labels
from ._model import usable_rows, with_names
from ._weighting import check_weights


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
