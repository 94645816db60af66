"""The scores of a table, all from one call of predict_proba."""

import numpy as np
from sklearn.metrics import f1_score, get_scorer, log_loss, matthews_corrcoef

from ._metrics import expected_calibration_error, mc_score


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
    "f1_macro": lambda y, pred, proba, classes: float(
        f1_score(y, pred, average="macro", zero_division=0)
    ),
    "balanced_accuracy": lambda y, pred, proba, classes: _balanced_accuracy(y, pred),
    "log_loss": lambda y, pred, proba, classes: _log_loss(y, proba, classes),
    "calibration_error": lambda y, pred, proba, classes: expected_calibration_error(
        y, proba, labels=classes
    ),
}


def resolve_scoring(scoring):
    """Split `scoring` into names of our own scores and scorers of scikit-learn.

    Parameters
    ----------
    scoring : None, str, sequence of str, or dict of str -> str or callable
        None: all of `SCORES`.

    Returns
    -------
    scorers : dict of str -> str or callable
        A str is a name among `SCORES`, a callable is called with (estimator, X, y).

    Raises
    ------
    ValueError
        If a name is known neither here nor to scikit-learn.
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
    """Scores of a fitted classifier.

    Parameters
    ----------
    classifier : fitted classifier with predict_proba
    X : array-like
    y : ndarray
    scorers : dict
        From `resolve_scoring`.

    Returns
    -------
    scores : dict of str -> float
    """
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


def _balanced_accuracy(y, pred):
    # Mean recall over the true classes; scikit-learn's function warns of predicted classes that
    # have no star in the test set, which is no fault where classes are rare.
    return float(np.mean([np.mean(pred[y == label] == label) for label in np.unique(y)]))
