"""The fits of a transfer curve: which method, which labels, which test stars."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import _safe_indexing

from ._checkpoint import describe, digest
from ._draws import draw_labels
from ._scores import score


@dataclass(frozen=True)
class Task:
    """One fit. Stars are positions; `rest` are the training stars that are not labels."""

    fraction: float
    method: str
    split: int
    draw: int
    labelled: np.ndarray
    rest: np.ndarray
    test: np.ndarray
    seed: int

    def row(self, y):
        """What the table says of the fit, apart from its scores."""
        return {
            "fraction": self.fraction,
            "method": self.method,
            "split": self.split,
            "draw": self.draw,
            "n_labels": len(self.labelled),
            "n_classes": len(np.unique(y[self.labelled])),
        }

    def made_of(self, method, unlabelled):
        """What the result depends on, for a checkpoint."""
        uses_unlabelled = self.method == "transfer_unlabelled"
        return {
            "labels": digest(self.labelled),
            "test": digest(self.test),
            "unlabelled": unlabelled if uses_unlabelled else None,
            "seed": self.seed,
            "method": describe(method.estimator) if hasattr(method, "estimator") else self.method,
        }


def make_tasks(y, fractions, methods, splits, draw, seeds):
    """All fits in the order of the table.

    Parameters
    ----------
    y : ndarray of shape (n_stars,)
    fractions : list of float
    methods : sequence of str
    splits : list of (ndarray, ndarray)
    draw : function from `resolve_draw`
    seeds : ndarray of int of shape (n_draws, n_splits)

    Returns
    -------
    tasks : list of Task
    """
    tasks = []
    for fraction in fractions:
        for split, (train, test) in enumerate(splits):
            for number, seed in enumerate(seeds[:, split].tolist()):
                labelled = draw_labels(draw, train, y, fraction, seed)
                rest = np.setdiff1d(train, labelled)
                tasks += [
                    Task(fraction, method, split, number, labelled, rest, test, seed)
                    for method in methods
                ]
    return tasks


def fit_and_score(task, method, source, X, y, X_unlabelled, scorers):
    """Scores of one fit.

    Parameters
    ----------
    X_unlabelled : array-like, "rest" or None
        "rest" stands for the task's own.
    """
    if isinstance(X_unlabelled, str):
        X_unlabelled = _safe_indexing(X, task.rest) if task.rest.size else None
    X_labelled, y_labelled = _safe_indexing(X, task.labelled), y[task.labelled]
    model = method(source, X_labelled, y_labelled, task.seed, X_unlabelled)
    return score(model, _safe_indexing(X, task.test), y[task.test], scorers)
