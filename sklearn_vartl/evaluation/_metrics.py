"""Scores: metrics, scorers by name, and the table of a report."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import confusion_matrix, f1_score, get_scorer, log_loss, matthews_corrcoef
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval, validate_params
from sklearn.utils.validation import _check_sample_weight

# What the scores are called in words, in the shell, in reports and beside curves.
SCORE_NAMES = {
    "accuracy": "accuracy",
    "matthews_corrcoef": "Matthews correlation (MCC)",
    "Mc": "Mc = (MCC + 1) / 2",
    "f1_macro": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
}
# Log loss and calibration have no meaning for a class the classifier cannot predict.
_OF_KNOWN = ("log_loss",)


@validate_params(
    {"y_true": ["array-like"], "y_pred": ["array-like"], "sample_weight": ["array-like", None]},
    prefer_skip_nested_validation=True,
)
def mc_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
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
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_bins: int = 15,
    sample_weight: ArrayLike | None = None,
    tolerance: float = 1e-5,
) -> float:
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
    proba: NDArray[np.float64] = check_array(y_proba, dtype=np.float64)
    check_consistent_length(y_true, proba)
    weight = _check_sample_weight(sample_weight, proba, dtype=np.float64)
    classes = np.unique(y_true) if labels is None else column_or_1d(labels)
    if len(classes) != proba.shape[1]:
        raise ValueError(
            f"y_proba has {proba.shape[1]} columns, there are {len(classes)} labels: pass the "
            "classifier's classes_ as labels="
        )
    if proba.min() < 0 or np.abs(proba.sum(axis=1) - 1.0).max() > tolerance:
        raise ValueError("The rows of y_proba must be positive and sum to one.")
    confidence, right, number = binned_confidence(y_true, proba, classes, n_bins)
    # Weighted sums a bin: |sum w (p - right)| is the bin's distance times its weight.
    distance = np.bincount(number, weight * (confidence - right), minlength=n_bins)
    return float(np.abs(distance).sum() / weight.sum())


def binned_confidence(y_true, proba, classes, n_bins):
    """Of each sample the largest probability, whether that class is right, and the number of its bin."""
    confidence = proba.max(axis=1)
    right = classes[proba.argmax(axis=1)] == y_true
    return confidence, right, np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)


def _log_loss(y_true, proba, classes):
    """Log loss; a true class that the classifier does not know has probability zero."""
    unknown = np.setdiff1d(y_true, classes)
    labels = np.concatenate([classes, unknown])
    proba = np.hstack([proba, np.zeros((len(proba), len(unknown)))])
    order = np.argsort(labels)
    return float(log_loss(y_true, proba[:, order], labels=labels[order]))


# Name -> function(y_true, y_pred, proba, classes).
SCORES = {
    "matthews_corrcoef": lambda y, pred, proba, classes: float(matthews_corrcoef(y, pred)),
    "Mc": lambda y, pred, proba, classes: mc_score(y, pred),
    "f1_macro": lambda y, pred, proba, classes: macro_f1(y, pred),
    "balanced_accuracy": lambda y, pred, proba, classes: _balanced_accuracy(y, pred),
    "log_loss": lambda y, pred, proba, classes: _log_loss(y, proba, classes),
    "calibration_error": lambda y, pred, proba, classes: expected_calibration_error(
        y, proba, labels=classes
    ),
}


def resolve_scoring(scoring):
    """Name -> one of our own scores by its name, or a scorer of scikit-learn, called with (estimator, X, y).

    None stands for all of `SCORES`.
    """
    if scoring is None:
        return {name: name for name in SCORES}
    if isinstance(scoring, str):
        scoring = [scoring]
    if not isinstance(scoring, dict):
        scoring = {name: name for name in scoring}
    if not scoring:
        raise ValueError("scoring names no score.")
    return {
        name: wanted if isinstance(wanted, str) and wanted in SCORES else _scorer(wanted)
        for name, wanted in scoring.items()
    }


def score(classifier, X, y, scorers):
    """Scores of a fitted classifier, by the scorers of `resolve_scoring`: name -> float."""
    proba = classifier.predict_proba(X)
    classes = classifier.classes_
    pred = classes[proba.argmax(axis=1)]
    return {
        name: SCORES[wanted](y, pred, proba, classes)
        if isinstance(wanted, str)
        else float(wanted(classifier, X, y))
        for name, wanted in scorers.items()
    }


def _scorer(wanted):
    if callable(wanted):
        return wanted
    try:
        return get_scorer(wanted)
    except ValueError as error:
        raise ValueError(
            f"{wanted!r} is no score: neither one of {', '.join(SCORES)} nor a scorer of "
            "scikit-learn."
        ) from error


def macro_f1(y, pred):
    """Mean F1 of the true classes.

    scikit-learn's also takes predicted ones that no star has, at zero each: one variable that is called NONVAR would
    cost a mean over eight classes a ninth. Within its own class it counts as missed either way.
    """
    return float(f1_score(y, pred, labels=np.unique(y), average="macro", zero_division=0))


def _balanced_accuracy(y, pred):
    # Mean recall over the true classes; scikit-learn's function warns of predicted classes that
    # have no star in the test set, which is no fault where classes are rare.
    return float(np.mean([np.mean(pred[y == label] == label) for label in np.unique(y)]))


def score_report(y, proba, classes):
    """Scores, a table of the classes and the confusion matrix, as what JSON can hold.

    Names are text. True classes that are not in `classes` count as wrong, and not at all in the log loss. The report
    has ``scores`` (name -> number; None for the log loss where no star has a known class),
    ``classes`` (a list of dicts with ``class``, ``n_stars``, ``n_predicted``, ``precision``,
    ``recall``, ``f1``; a share of nothing is None) and ``confusion`` (``labels`` and
    ``counts``, rows the true classes).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.evaluation import score_report
    >>> proba = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    >>> report = score_report(np.array(["EC", "ED", "ED"]), proba, np.array(["EC", "ED"]))
    >>> report["scores"]["matthews_corrcoef"], report["confusion"]["counts"]
    (0.5, [[1, 0], [1, 1]])
    """
    predicted = classes[proba.argmax(axis=1)]
    known = np.isin(y, classes)
    scores = {"accuracy": float(np.mean(predicted == y))}
    for name, score in SCORES.items():
        stars = known if name in _OF_KNOWN else slice(None)
        some = len(y[stars]) > 0
        scores[name] = score(y[stars], predicted[stars], proba[stars], classes) if some else None
    labels = np.union1d(y, predicted)
    counts = confusion_matrix(y, predicted, labels=labels)
    return {
        "scores": scores,
        "classes": [_class_row(str(name), i, counts) for i, name in enumerate(labels)],
        "confusion": {"labels": labels.astype(str).tolist(), "counts": counts.tolist()},
    }


def _class_row(name, i, counts):
    right, n_stars, n_predicted = counts[i, i], counts[i].sum(), counts[:, i].sum()
    return {
        "class": name,
        "n_stars": int(n_stars),
        "n_predicted": int(n_predicted),
        "precision": _share(right, n_predicted),
        "recall": _share(right, n_stars),
        "f1": _share(2 * right, n_stars + n_predicted),
    }


def _share(part, whole):
    return float(part / whole) if whole else None
