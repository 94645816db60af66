"""The stages of an ExpertCascade: who has been asked, what follows, who is asked next."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ._expert import meta_features
from ._out_of_fold import out_of_fold_proba, spread_folds
from ._policies import choose_threshold, estimate_shares, fit_gain, margin_doubt, shares_classifier


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
