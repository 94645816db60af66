"""The stages of a cascade: what the answers so far say, and whether to ask on.

Everything here is learned from out-of-fold answers, from the last stage to the first. Weights of
stars are arrays throughout, ones where none were given.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import brentq
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ..probabilities import em_shares, log_proba
from ._expert import Expert, fit_weighted, out_of_fold_proba

# Thresholds that are tried where the budget does not decide.
_N_THRESHOLDS = 101
# Stars that the chance of a right answer in a small group is shrunk by towards its class's.
_SHRINKAGE = 5.0


@dataclass
class Answers:
    """What is known of labelled stars by experts that have not seen them."""

    heard: list[np.ndarray]  # meta-features of each expert, each of shape (n, n_expert_classes)
    y: np.ndarray
    weight: np.ndarray  # of each star
    weighted: bool  # whether the weights differ, so that classifiers must be told of them

    @property
    def n_classes(self) -> int:
        """Number of the target's classes."""
        return int(self.y.max()) + 1

    @property
    def told(self) -> np.ndarray | None:
        """Weights as classifiers are told them."""
        return self.weight if self.weighted else None

    @property
    def shares(self) -> np.ndarray:
        """Shares of the classes."""
        return np.bincount(self.y, self.weight) / self.weight.sum()


@dataclass
class GainModel:
    """By how much asking on raises the chance of a right answer, each class counting equally.

    The expected gain of a star is the sum over classes of its probability, times the worth of a
    star of that class to the balanced accuracy (the rarer, the more), times the chance that the
    later answer is right minus whether the present one is. The chances are shares by true class
    and present answer: a regression on the gains themselves would follow a few rare stars.
    """

    classifier: Any  # gives probabilities of the classes
    right_later: np.ndarray  # share of right later answers by true class (rows) and present answer
    # Share of each class of the classifier among the stars to be classified over that in the training stars.
    ratio: np.ndarray
    # What one right answer about a star of the class adds to the balanced accuracy.
    worth: np.ndarray

    def predict(self, Z: np.ndarray, now: np.ndarray) -> np.ndarray:
        """Expected gain of stars with these meta-features and present probabilities."""
        proba = self.classifier.predict_proba(Z) * self.ratio
        value = np.zeros((len(Z), len(self.right_later)))
        value[:, self.classifier.classes_] = proba / proba.sum(axis=1, keepdims=True)
        value *= self.worth
        answer = now.argmax(axis=1)
        present = value[np.arange(len(Z)), answer]
        return (value * self.right_later[:, answer].T).sum(axis=1) - present


@dataclass
class Stage:
    """What is known once some experts have answered."""

    meta: Any  # fitted; from the answers so far to the target's classes
    # What asking on is worth; None: the margin decides, or there is nobody left to ask.
    gain: GainModel | None = None
    threshold: float = np.inf  # score above which the next expert is asked; infinity: never

    def score(self, Z: np.ndarray, proba: np.ndarray) -> np.ndarray:
        """How much the stars want the next expert."""
        return margin_doubt(proba) if self.gain is None else self.gain.predict(Z, proba)


def collect_out_of_fold(
    experts: list[Expert],
    X: Any,
    y: np.ndarray,
    fold: np.ndarray,
    weight: np.ndarray | None,
) -> Answers:
    """Ask all experts about stars that they have not seen."""
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
            n_classes = int(y.max()) + 1
            proba = out_of_fold_proba(expert.estimator, inputs, y, fold, n_classes, weight)
        heard.append(meta_features(proba))
    return Answers(heard, y, np.ones(len(y)) if weight is None else weight, weight is not None)


def meta_features(proba: np.ndarray) -> np.ndarray:
    """Log-probabilities with a floor; a star the expert is silent about (NaN) gets equal ones."""
    return log_proba(np.where(np.isfinite(proba), proba, 1.0 / proba.shape[1]))


def margin_doubt(proba: np.ndarray) -> np.ndarray:
    """Doubt of an answer: one minus the gap between the two largest probabilities."""
    top = np.sort(proba, axis=1)[:, -2:]
    return 1.0 - (top[:, 1] - top[:, 0])


def population_shares(answers: Answers, expert: Expert, X_unlabelled: Any) -> np.ndarray:
    """Class shares, (n_classes,), of the stars to be classified, from the first expert's words about some of them.

    Those of the labelled stars where there are none.
    """
    if X_unlabelled is None:
        return answers.shares
    said = meta_features(expert.proba_of(expert.inputs(X_unlabelled), 0))
    model = fit_weighted(linear_classifier(), answers.heard[0], answers.y, answers.told)
    # One star more of each class: none vanishes.
    seen = np.ones(answers.n_classes)
    return em_shares(model.predict_proba(said), answers.shares, sharpness=1.0, prior_stars=seen)


def fit_gain(
    Z: np.ndarray,
    y: np.ndarray,
    now: np.ndarray,
    later: np.ndarray,
    shares: np.ndarray,
    weight: np.ndarray | None = None,
) -> GainModel:
    """Fit a `GainModel` to out-of-fold answers.

    `Z` is what the experts asked so far have said, `now` and `later` are the probabilities without and with the
    next experts, `shares` those of the classes among the stars to be classified.
    """
    n_classes = now.shape[1]
    own = np.ones(len(y)) if weight is None else weight
    right, answer = later.argmax(axis=1) == y, now.argmax(axis=1)
    right_later = np.zeros((n_classes, n_classes))
    for c in range(n_classes):
        mine = y == c
        mean = np.average(right[mine], weights=own[mine]) if mine.any() else 0.0
        n = np.bincount(answer[mine], own[mine], minlength=n_classes)
        n_right = np.bincount(answer[mine], own[mine] * right[mine], minlength=n_classes)
        right_later[c] = (n_right + _SHRINKAGE * mean) / (n + _SHRINKAGE)
    trained = np.bincount(y, own, minlength=n_classes) / own.sum()
    classifier = fit_weighted(linear_classifier(), Z, y, weight)
    ratio = (shares / np.maximum(trained, 1.0 / len(y)))[classifier.classes_]
    return GainModel(classifier, right_later, ratio, 1.0 / (n_classes * shares))


def choose_stages(
    answers: Answers,
    meta: Any,
    *,
    shares: np.ndarray,
    costs: list[float],
    policy: Literal["expected_gain", "margin"],
    budget: float | None,
    tolerance: float,
    fold: np.ndarray,
) -> tuple[list[Stage], np.ndarray]:
    """Fit the meta-models and choose the thresholds, from the last stage to the first.

    Policy, budget and tolerance are those of `ExpertCascade`, `shares` those of the classes among the stars to be
    classified. With the stages comes the number of experts that each training star is shown to, out of fold.
    """
    y, n_stages = answers.y, len(answers.heard)
    known = [np.hstack(answers.heard[: k + 1]) for k in range(n_stages)]
    # How many of the stars to be classified each star stands for.
    stands_for = (shares / answers.shares)[y] * answers.weight
    share = None if budget is None else _share(costs, budget)
    stages = [Stage(fit_weighted(clone(meta), Z, y, answers.told)) for Z in known]
    said = [out_of_fold_proba(meta, Z, y, fold, len(shares), answers.told) for Z in known]
    later, route = said[-1], np.full(len(y), n_stages)
    for k in reversed(range(n_stages - 1)):
        stage, now = stages[k], said[k]
        if policy == "margin":
            scores = margin_doubt(now)
        else:
            stage.gain = fit_gain(known[k], y, now, later, shares, answers.told)
            scores = _out_of_fold_gain(known[k], answers, now, later, shares, fold)
        stage.threshold = choose_threshold(
            scores,
            answers,
            now,
            later,
            stands_for=stands_for,
            share=share,
            tolerance=tolerance / (n_stages - 1),
        )
        asked = scores > stage.threshold
        later = np.where(asked[:, None], later, now)
        route = np.where(asked, route, k + 1)
    return stages, route


def choose_threshold(
    scores: np.ndarray,
    answers: Answers,
    now: np.ndarray,
    later: np.ndarray,
    *,
    stands_for: np.ndarray,
    share: float | None,
    tolerance: float,
) -> float:
    """Threshold of the score above which the next expert is asked.

    `now` and `later` are out-of-fold probabilities without and with the next experts. Each star stands for some of
    those to be classified, of which a `share` may be asked on; None: as few as lose no more than the `tolerance` in
    balanced accuracy, against asking always.
    """

    def accuracy(proba):
        y = answers.y
        return balanced_accuracy_score(y, proba.argmax(axis=1), sample_weight=answers.weight)

    order = np.argsort(-scores, kind="stable")
    asked_share = np.cumsum(stands_for[order])
    # By its own end, so that it ends at one whatever rounding does.
    asked_share = asked_share / asked_share[-1]
    if share is not None:
        return _threshold(scores[order], asked_share, share)
    goal = accuracy(later) - tolerance
    for asked in np.linspace(0.0, 1.0, _N_THRESHOLDS):
        threshold = _threshold(scores[order], asked_share, asked)
        if accuracy(np.where((scores > threshold)[:, None], later, now)) >= goal:
            break
    return threshold


def ask(
    experts: list[Expert], stages: list[Stage], X: Any, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Show each star to as many experts as the thresholds demand: probabilities, and how many were asked."""
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


def linear_classifier(class_weight=None):
    """A classifier whose probabilities follow the classes' shares in its training stars, or are "balanced"."""
    regression = LogisticRegression(class_weight=class_weight, max_iter=300, tol=1e-3)
    return make_pipeline(StandardScaler(), regression)


def _out_of_fold_gain(Z, answers, now, later, shares, fold):
    scores = np.zeros(len(Z))
    for k in np.unique(fold):
        inside, outside = fold != k, fold == k
        weight = answers.weight[inside] if answers.weighted else None
        model = fit_gain(Z[inside], answers.y[inside], now[inside], later[inside], shares, weight)
        scores[outside] = model.predict(Z[outside], now[outside])
    return scores


def _threshold(scores, asked_share, share):
    """Score of the first star, from the highest down, that would exceed the share."""
    if share >= 1.0:
        return -np.inf
    return float(scores[np.searchsorted(asked_share, share, side="right")])


def _share(costs, budget):
    """Share of the stars that goes on at each stage, such that the mean cost is the budget."""
    powers = np.arange(len(costs))
    if budget >= np.sum(costs):
        return 1.0
    return brentq(lambda share: np.dot(costs, share**powers) - budget, 0.0, 1.0)
