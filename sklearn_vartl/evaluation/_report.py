"""Scores of predicted probabilities, all together and class by class, as plain numbers."""

import numpy as np
from sklearn.metrics import confusion_matrix

from ._scores import SCORES

# Log loss and calibration have no meaning for a class the classifier cannot predict.
_OF_KNOWN = ("log_loss",)


def score_report(y, proba, classes):
    """Scores, a table of the classes and the confusion matrix, as what JSON can hold.

    Parameters
    ----------
    y : ndarray of str of shape (n_stars,)
        True classes. Those that are not in `classes` count as wrong, and not at all in the log
        loss.
    proba : ndarray of shape (n_stars, n_classes)
    classes : ndarray of str of shape (n_classes,)

    Returns
    -------
    report : dict
        ``scores`` (name -> number; None for the log loss where no star has a known class),
        ``classes`` (a list of dicts with ``class``, ``n_stars``, ``n_predicted``, ``precision``,
        ``recall``, ``f1``; a share of nothing is None) and ``confusion`` (``labels`` and
        ``counts``, rows the true classes).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.evaluation._report import score_report
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
