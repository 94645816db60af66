"""Scores of classifiers that scikit-learn does not have."""

from numbers import Integral, Real

import numpy as np
from sklearn.metrics import matthews_corrcoef
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval, validate_params
from sklearn.utils.validation import _check_sample_weight


@validate_params(
    {"y_true": ["array-like"], "y_pred": ["array-like"], "sample_weight": ["array-like", None]},
    prefer_skip_nested_validation=True,
)
def mc_score(y_true, y_pred, *, sample_weight=None):
    """Matthews correlation mapped to the range from 0 to 1: (MCC + 1) / 2.

    This is the M_c of [1]_. 0.5 is what guessing reaches, and 0.95 here is 0.90 in
    `sklearn.metrics.matthews_corrcoef`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True classes.
    y_pred : array-like of shape (n_samples,)
        Predicted classes.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.

    Returns
    -------
    score : float

    References
    ----------
    .. [1] Kim, D.-W. et al. (2021). "Deep transfer learning for the classification of variable
       sources". A&A 653, A22.

    Examples
    --------
    >>> from sklearn_vartl.evaluation import mc_score
    >>> mc_score(["RRAB", "RRC", "RRAB", "RRC"], ["RRAB", "RRC", "RRAB", "RRC"])
    1.0
    >>> mc_score(["RRAB", "RRC", "RRAB", "RRC"], ["RRAB", "RRAB", "RRC", "RRC"])
    0.5
    """
    return float((matthews_corrcoef(y_true, y_pred, sample_weight=sample_weight) + 1.0) / 2.0)


@validate_params(
    {
        "y_true": ["array-like"],
        "y_proba": ["array-like"],
        "labels": ["array-like", None],
        "n_bins": [Interval(Integral, 1, None, closed="left")],
        "sample_weight": ["array-like", None],
        "tolerance": [Interval(Real, 0, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def expected_calibration_error(
    y_true, y_proba, *, labels=None, n_bins=15, sample_weight=None, tolerance=1e-5
):
    """How far the probability of the predicted class is from the share of right predictions.

    Predictions are sorted by the probability of the most probable class into bins of equal
    width. The result is the mean over the bins, weighted by their number of samples, of the
    distance between mean probability and share of right predictions [1]_.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True classes.
    y_proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, as `predict_proba` returns them.
    labels : array-like of shape (n_classes,), default=None
        Class of each column; None: the sorted classes of `y_true`. A class of `y_true` that is not
        among them counts as never predicted.
    n_bins : int, default=15
        Number of bins between 0 and 1.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.
    tolerance : float, default=1e-5
        By how much a row of `y_proba` may miss the sum of one.

    Returns
    -------
    error : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the rows are no probabilities, or the numbers of rows and columns do not match the
        samples and classes.

    References
    ----------
    .. [1] Guo, C. et al. (2017). "On calibration of modern neural networks". ICML.

    Examples
    --------
    >>> from sklearn_vartl.evaluation import expected_calibration_error
    >>> proba = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]
    >>> error = expected_calibration_error(["EC", "EC", "ED", "ED"], proba)
    >>> round(error, 3)                               # always right, though only 90% sure
    0.1
    """
    y_true = column_or_1d(y_true)
    y_proba = check_array(y_proba, dtype=np.float64)
    check_consistent_length(y_true, y_proba)
    weight = _check_sample_weight(sample_weight, y_proba, dtype=np.float64)
    labels = np.unique(y_true) if labels is None else column_or_1d(labels)
    if len(labels) != y_proba.shape[1]:
        raise ValueError(
            f"y_proba has {y_proba.shape[1]} columns, there are {len(labels)} labels: pass the "
            "classifier's classes_ as labels="
        )
    if y_proba.min() < 0 or np.abs(y_proba.sum(axis=1) - 1.0).max() > tolerance:
        raise ValueError("The rows of y_proba must be positive and sum to one.")
    top = y_proba.argmax(axis=1)
    confidence = y_proba.max(axis=1)
    right = labels[top] == y_true
    number = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    # Weighted sums a bin: |sum w (p - right)| is the bin's distance times its weight.
    distance = np.bincount(number, weight * (confidence - right), minlength=n_bins)
    return float(np.abs(distance).sum() / weight.sum())
