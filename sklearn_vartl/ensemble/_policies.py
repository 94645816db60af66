"""When to ask the next expert: scores of the stars, and the threshold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_N_THRESHOLDS = 101
# Stars that the chance of a right answer in a small group is shrunk by towards its class's.
_SHRINKAGE = 5.0
_N_ITERATIONS = 100


def margin_doubt(proba):
    """Doubt of an answer: one minus the gap between the two largest probabilities."""
    top = np.sort(proba, axis=1)[:, -2:]
    return 1.0 - (top[:, 1] - top[:, 0])


@dataclass
class GainModel:
    """By how much asking on raises the chance of a right answer, each class counting equally.

    The expected gain of a star is the sum over classes of its probability, times the worth of a
    star of that class to the balanced accuracy (the rarer, the more), times the chance that the
    later answer is right minus whether the present one is. The chances are shares by true class
    and present answer: a regression on the gains themselves would follow a few rare stars.

    Attributes
    ----------
    classifier : fitted classifier
        Probabilities of the classes.
    right_later : ndarray of shape (n_classes, n_classes)
        Share of right later answers by true class and present answer.
    ratio : ndarray of shape (n_classes of the classifier,)
        Share of each class among the stars to be classified over that in the training stars.
    worth : ndarray of shape (n_classes,)
        What one right answer about a star of the class adds to the balanced accuracy.
    """

    classifier: Any
    right_later: np.ndarray
    ratio: np.ndarray
    worth: np.ndarray

    def predict(self, Z, now):
        """Expected gain of stars with these meta-features and present probabilities."""
        proba = self.classifier.predict_proba(Z) * self.ratio
        value = np.zeros((len(Z), len(self.right_later)))
        value[:, self.classifier.classes_] = proba / proba.sum(axis=1, keepdims=True)
        value *= self.worth
        answer = now.argmax(axis=1)
        present = value[np.arange(len(Z)), answer]
        return (value * self.right_later[:, answer].T).sum(axis=1) - present


def fit_gain(Z, y, now, later, shares):
    """Fit a `GainModel` to out-of-fold answers.

    Parameters
    ----------
    Z : ndarray of shape (n, n_meta_features)
        What the experts asked so far have said.
    y : ndarray of int of shape (n,)
    now, later : ndarray of shape (n, n_classes)
        Probabilities without and with the next experts.
    shares : ndarray of shape (n_classes,)
        Of the classes among the stars to be classified.
    """
    n_classes = now.shape[1]
    right = later.argmax(axis=1) == y
    answer = now.argmax(axis=1)
    right_later = np.zeros((n_classes, n_classes))
    for c in range(n_classes):
        mine = y == c
        mean = right[mine].mean() if mine.any() else 0.0
        n = np.bincount(answer[mine], minlength=n_classes)
        n_right = np.bincount(answer[mine], right[mine], minlength=n_classes)
        right_later[c] = (n_right + _SHRINKAGE * mean) / (n + _SHRINKAGE)
    trained = np.bincount(y, minlength=n_classes) / len(y)
    classifier = shares_classifier().fit(Z, y)
    ratio = (shares / np.maximum(trained, 1.0 / len(y)))[classifier.classes_]
    return GainModel(classifier, right_later, ratio, 1.0 / (n_classes * shares))


def shares_classifier():
    """A classifier whose probabilities follow the classes' shares in its training stars."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, tol=1e-3))


def estimate_shares(proba, trained):
    """Class shares of stars without labels by expectation maximisation (Saerens et al. 2002).

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Their probabilities where the classes have the shares `trained`.
    trained : ndarray of shape (n_classes,)

    Returns
    -------
    shares : ndarray of shape (n_classes,)
    """
    # One star more of each class: no class vanishes.
    shares = trained
    for _ in range(_N_ITERATIONS):
        weighted = proba * (shares / trained)
        counts = (weighted / weighted.sum(axis=1, keepdims=True)).sum(axis=0)
        shares = (counts + 1.0) / (counts + 1.0).sum()
    return shares


def choose_threshold(scores, y, now, later, *, weight, share, tolerance):
    """Threshold of the score above which the next expert is asked.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Out-of-fold scores of the stars.
    y : ndarray of int of shape (n,)
    now, later : ndarray of shape (n, n_classes)
        Out-of-fold probabilities without and with the next experts.
    weight : ndarray of shape (n,)
        How many of the stars to be classified each star stands for.
    share : float or None
        Share of the stars that may be asked on; None: as few as `tolerance` allows.
    tolerance : float
        Loss of balanced accuracy, against asking always, that is accepted where `share` is None.

    Returns
    -------
    threshold : float
    """
    order = np.argsort(-scores, kind="stable")
    asked_share = np.cumsum(weight[order]) / weight.sum()
    if share is not None:
        return _threshold(scores[order], asked_share, share)
    goal = balanced_accuracy_score(y, later.argmax(1)) - tolerance
    for asked in np.linspace(0.0, 1.0, _N_THRESHOLDS):
        threshold = _threshold(scores[order], asked_share, asked)
        answer = np.where(scores > threshold, later.argmax(1), now.argmax(1))
        if balanced_accuracy_score(y, answer) >= goal:
            break
    return threshold


def _threshold(scores, asked_share, share):
    """Score of the first star, from the highest down, that would exceed the share."""
    if share >= 1.0:
        return -np.inf
    return float(scores[np.searchsorted(asked_share, share, side="right")])
