"""Experts, the policies that decide whom to ask, and the stages of a cascade."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples, check_is_fitted

from ._out_of_fold import out_of_fold_proba, spread_folds

# Probabilities below this say the same: "not this class".
_SMALLEST = 1e-4


@dataclass
class Expert:
    """A classifier for `ExpertCascade`, with its inputs, its price and its classes.

    Parameters
    ----------
    estimator : classifier with `predict_proba`
        A fitted one is used as it is: it may come from another survey and know other classes, but
        must not have seen the stars that the cascade is fitted on. One that is not fitted is
        fitted by the cascade on the target's stars.

    features : list of int or str, slice, transformer, callable or None, default=None
        What the estimator is shown: columns of X, or what the fitted or stateless transformer (or
        the function) makes of the rows of X. It is computed for those stars only that the expert
        is asked about. None: X as it is.

    cost : float, default=1.0
        Price of asking about one star, its features included.

    classes : list or None, default=None
        Names of the columns of `predict_proba`; None: the estimator's ``classes_``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.ensemble import Expert
    >>> Expert(LogisticRegression(), features=[0, 1], cost=2.0).cost
    2.0
    """

    estimator: Any
    features: Any = None
    cost: float = 1.0
    classes: Any = None

    def is_fitted(self):
        """Whether the estimator is used as it is."""
        try:
            check_is_fitted(self.estimator)
        except NotFittedError:
            return False
        return True

    def inputs(self, X):
        """What the estimator is shown of the rows of X."""
        if self.features is None:
            return X
        if hasattr(self.features, "transform"):
            return self.features.transform(X)
        if callable(self.features):
            return self.features(X)
        return _safe_indexing(X, self.features, axis=1)

    def proba_of(self, inputs, position):
        """Probabilities of the stars with these inputs, checked against the classes.

        Raises
        ------
        ValueError
            If the number of columns is not that of the classes.
        """
        proba = np.asarray(self.estimator.predict_proba(inputs), dtype=np.float64)
        names = self.class_names()
        if names is not None and proba.shape[1] != len(names):
            raise ValueError(
                f"Expert {position} ({type(self.estimator).__name__}) gives {proba.shape[1]} "
                f"probabilities a star, but has {len(names)} classes: {list(names)}."
            )
        return proba

    def class_names(self):
        """Names of the columns of `predict_proba`, or None where nobody tells."""
        return (
            self.classes if self.classes is not None else getattr(self.estimator, "classes_", None)
        )


def meta_features(proba):
    """Log-probabilities with a floor; a star the expert is silent about (NaN) gets equal ones."""
    proba = np.where(np.isfinite(proba), proba, 1.0 / proba.shape[1])
    return np.log(np.clip(proba, _SMALLEST, 1.0))


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


@dataclass
class Stage:
    """What is known once some experts have answered.

    Attributes
    ----------
    meta : fitted classifier
        From the answers so far to the target's classes.
    gain : GainModel or None
        What asking on is worth; None: the margin decides, or there is nobody left to ask.
    threshold : float
        Score above which the next expert is asked; infinity: never.
    """

    meta: Any
    gain: Any = None
    threshold: float = np.inf

    def score(self, Z, proba):
        """How much the stars want the next expert."""
        return margin_doubt(proba) if self.gain is None else self.gain.predict(Z, proba)


def collect_out_of_fold(experts, X, y, cv, rng):
    """Meta-features of each expert on stars it has not seen.

    Parameters
    ----------
    experts : list of Expert
    X : LightCurves or array-like
    y : ndarray of int of shape (n,)
    cv : int
    rng : numpy.random.RandomState

    Returns
    -------
    heard : list of ndarray of shape (n, n_expert_classes)
    """
    n_classes = y.max() + 1
    fold = spread_folds(y, cv, rng)
    heard = []
    for position, expert in enumerate(experts):
        inputs = expert.inputs(X)
        if _num_samples(inputs) != len(y):
            raise ValueError(
                f"Expert {position} gets {_num_samples(inputs)} rows from its features, "
                f"but X has {len(y)} stars."
            )
        if expert.is_fitted():
            proba = expert.proba_of(inputs, position)
        else:
            proba = out_of_fold_proba(expert.estimator, inputs, y, fold, n_classes)
        heard.append(meta_features(proba))
    return heard


def choose_stages(heard, y, meta, *, shares, costs, policy, budget, tolerance, cv, rng):
    """Fit the meta-models and choose the thresholds, from the last stage to the first.

    Parameters
    ----------
    heard : list of ndarray
        Out-of-fold meta-features of each expert.
    y : ndarray of int of shape (n,)
    meta : classifier
    shares : ndarray of shape (n_classes,)
        Of the classes among the stars to be classified.
    costs : list of float
    policy, budget, tolerance, cv
        See `ExpertCascade`.
    rng : numpy.random.RandomState

    Returns
    -------
    stages : list of Stage
    route : ndarray of int of shape (n,)
        Number of experts each training star is shown to, out of fold.
    """
    n_stages, n_classes = len(heard), y.max() + 1
    known = [np.hstack(heard[: k + 1]) for k in range(n_stages)]
    fold = spread_folds(y, cv, rng)
    weight = (shares * len(y) / np.bincount(y))[y]
    share = None if budget is None else _share(costs, budget)
    stages = [Stage(clone(meta).fit(Z, y)) for Z in known]
    answers = [out_of_fold_proba(meta, Z, y, fold, n_classes) for Z in known]
    later = answers[-1]
    route = np.full(len(y), n_stages)
    for k in reversed(range(n_stages - 1)):
        stage, now = stages[k], answers[k]
        if policy == "margin":
            scores = margin_doubt(now)
        else:
            stage.gain = fit_gain(known[k], y, now, later, shares)
            scores = _out_of_fold_gain(known[k], y, now, later, shares, fold)
        stage.threshold = choose_threshold(
            scores,
            y,
            now,
            later,
            weight=weight,
            share=share,
            tolerance=tolerance / (n_stages - 1),
        )
        asked = scores > stage.threshold
        later = np.where(asked[:, None], later, now)
        route = np.where(asked, route, k + 1)
    return stages, route


def ask(experts, stages, X, n_classes):
    """Show each star to as many experts as the thresholds demand.

    Returns
    -------
    proba : ndarray of shape (n, n_classes)
    route : ndarray of int of shape (n,)
    """
    n = _num_samples(X)
    proba, route = np.zeros((n, n_classes)), np.zeros(n, dtype=int)
    rows, Z = np.arange(n), np.empty((n, 0))
    for position, (expert, stage) in enumerate(zip(experts, stages, strict=True)):
        inputs = expert.inputs(X if rows.size == n else _safe_indexing(X, rows))
        Z = np.hstack([Z, meta_features(expert.proba_of(inputs, position))])
        answer = stage.meta.predict_proba(Z)
        proba[rows], route[rows] = answer, position + 1
        if position == len(stages) - 1:
            break
        asked = stage.score(Z, answer) > stage.threshold
        rows, Z = rows[asked], Z[asked]
        if not rows.size:
            break
    return proba, route


def population_shares(expert, Z, y, X_unlabelled):
    """Class shares of the stars to be classified, from the first expert's words about them.

    Parameters
    ----------
    expert : Expert
        The first one, fitted.
    Z : ndarray of shape (n, n_meta_features)
        Its out-of-fold meta-features of the labelled stars.
    y : ndarray of int of shape (n,)
    X_unlabelled : LightCurves, array-like or None
        None: the shares of the labelled stars.
    """
    trained = np.bincount(y) / len(y)
    if X_unlabelled is None:
        return trained
    said = meta_features(expert.proba_of(expert.inputs(X_unlabelled), 0))
    return estimate_shares(shares_classifier().fit(Z, y).predict_proba(said), trained)


def _out_of_fold_gain(Z, y, now, later, shares, fold):
    scores = np.zeros(len(y))
    for k in np.unique(fold):
        inside, outside = fold != k, fold == k
        model = fit_gain(Z[inside], y[inside], now[inside], later[inside], shares)
        scores[outside] = model.predict(Z[outside], now[outside])
    return scores


def _share(costs, budget):
    """Share of the stars that goes on at each stage, such that the mean cost is the budget."""
    powers = np.arange(len(costs))
    if budget >= np.sum(costs):
        return 1.0
    return brentq(lambda share: np.dot(costs, share**powers) - budget, 0.0, 1.0)
