"""doubtful_labels: labels that predictions made without them contradict."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from .._progress import progress_bar
from .._splits import as_table, stratified_folds
from .._validation import encode, new_seed, warn_user
from ..transfer import FineTunedClassifier, unfrozen
from ._suggest import StarTable, identifiers, is_labelled, last_step, whiten

_N_NEIGHBOURS = 10
# No prediction is surer than this, and no label without any weight.
_FLOOR = 0.02


@dataclass(frozen=True)
class DoubtfulLabels(StarTable):
    """All labelled stars, the most doubtful label first.

    Attributes
    ----------
    position : ndarray of int of shape (n_labelled,)
        Rows of `X`.
    id : ndarray of shape (n_labelled,)
        Identifiers, where `X` is LightCurves; the index of a DataFrame; otherwise the positions.
    label : ndarray of shape (n_labelled,)
        As given.
    suggested : ndarray of shape (n_labelled,)
        The most probable other class.
    p_wrong : ndarray of shape (n_labelled,)
        Probability that the label is wrong, as far as the predictions tell.
    p_label, p_suggested : ndarray of shape (n_labelled,)
        Probabilities of both by models that have not seen the star.
    neighbours : ndarray of shape (n_labelled,)
        Share of the nearest labelled stars that have the same label; NaN without an embedding.
    is_issue : ndarray of bool of shape (n_labelled,)
        Whether the suggested class is more probable than usual for stars that have it as label,
        and the label less than usual (Northcutt et al. 2021).
    weight : ndarray of shape (n_labelled,)
        What the labels may weigh where they are learned, as `sample_weight`: the less, the more
        probable the suggested class is beside the label. The mean of each class is 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.labelling import DoubtfulLabels
    >>> values = (3, "star", "EC", "ED", 0.9, 0.05, 0.9, 0.2, True, 1.0)
    >>> len(DoubtfulLabels(*(np.array([value]) for value in values)))
    1
    """

    position: np.ndarray
    id: np.ndarray
    label: np.ndarray
    suggested: np.ndarray
    p_wrong: np.ndarray
    p_label: np.ndarray
    p_suggested: np.ndarray
    neighbours: np.ndarray
    is_issue: np.ndarray
    weight: np.ndarray


def doubtful_labels(
    model: Any,
    X: Any,
    y: ArrayLike,
    *,
    cv: int = 5,
    random_state: int | RandomState | None = None,
) -> DoubtfulLabels:
    """Order labels by how likely they are wrong.

    Every star is predicted by a model that has learned from the other folds. Wrong labels teach
    those models, too: in a second round each label weighs as much as the first round trusts it,
    where the model takes weights. `is_issue` is the rule of confident learning [1]_.

    Parameters
    ----------
    model : fitted transfer classifier, pipeline that ends in one, or any classifier
        Transfer classifiers are fine-tuned from their source for each fold, on a copy; others,
        FineTunedClassifier among them, are cloned and fitted, and need not be fitted before. The
        source should not have learned from these labels.
    X : array-like of shape (n_stars, n_features), or what the model takes
    y : array-like of shape (n_stars,)
        Labels; stars with None, NaN or "" are passed over, and so are those without any feature, of
        which no model knows more than the shares of the classes.
    cv : int, default=5
        Number of folds.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and the models.

    Raises
    ------
    ValueError
        If there are fewer labelled stars than folds, or only one class.

    Warns
    -----
    UserWarning
        If the source has learned from some of these stars: it may have learned their errors. If
        labelled stars have no features.

    References
    ----------
    .. [1] Northcutt, C., Jiang, L., Chuang, I. (2021). "Confident learning: estimating uncertainty
       in dataset labels". JAIR 70, 1373.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.labelling import doubtful_labels
    >>> X, y = make_blobs(n_samples=200, centers=3, n_features=4, random_state=0)
    >>> wrong = y.copy()
    >>> wrong[7] = (y[7] + 1) % 3
    >>> doubts = doubtful_labels(LogisticRegression(), X, wrong, random_state=0)
    >>> int(doubts.position[0]), bool(doubts.suggested[0] == y[7])
    (7, True)
    """
    classifier, features = last_step(model, X)
    source = _source(classifier)
    rows, inputs = _with_label_and_features(source, features, y, len(X))
    labels = np.asarray(np.asarray(y, dtype=object)[rows].tolist())
    if not 2 <= cv <= len(rows):
        raise ValueError(f"cv={cv} folds of {len(rows)} labelled stars: take 2 to that many")
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(
            f"All labels are {str(classes[0])!r}: there is nothing to confuse them with"
        )
    rng = check_random_state(random_state)
    given = encode(labels, classes)
    weighs = hasattr(classifier, "partial_fit_target")
    weighs = weighs or has_fit_parameter(classifier, "sample_weight")
    visible = bool(getattr(source, "verbose", False))
    with progress_bar(visible=visible, total=cv * (1 + weighs), desc="folds", unit="fold") as bar:
        proba = out_of_fold(classifier, inputs, labels, classes, cv, rng, advance=bar.update)
        if weighs:
            weight = trust(proba, given)
            proba = out_of_fold(
                classifier, inputs, labels, classes, cv, rng, weight, advance=bar.update
            )
    every = np.arange(len(rows))
    neighbours = np.full(len(rows), np.nan)
    if hasattr(source, "embed"):
        _tell_of_learned(source, inputs)
        embedding = np.asarray(source.embed(inputs), float)
        neighbours = neighbour_shares(embedding, given, len(classes), rng)[every, given]
    doubt, suggested, issue = contradictions(proba, given)
    order = np.argsort(-doubt, kind="stable")
    return DoubtfulLabels(
        position=rows[order],
        id=identifiers(X)[rows][order],
        label=labels[order],
        suggested=classes[suggested][order],
        p_wrong=doubt[order],
        p_label=proba[every, given][order],
        p_suggested=proba[every, suggested][order],
        neighbours=neighbours[order],
        is_issue=issue[order],
        weight=trust(proba, given)[order],
    )


def _with_label_and_features(source, features, y, n_stars):
    """The rows that have both, and their features."""
    rows = np.flatnonzero(is_labelled(y, n_stars))
    # As they are: a FineTunedClassifier measures light curves itself, and columns have names.
    inputs = _safe_indexing(features, rows)
    empty = _without_features(source, inputs)
    if not empty.any():
        return rows, inputs
    have, are = ("have", "are") if np.sum(empty) > 1 else ("has", "is")
    warn_user(
        f"{np.sum(empty)} of {len(rows)} labelled stars {have} no features and {are} passed over "
        f"(first: position {rows[empty][0]})"
    )
    return rows[~empty], _safe_indexing(inputs, np.flatnonzero(~empty))


def _tell_of_learned(source, inputs):
    n_seen = int(np.sum(source.flag_seen(inputs))) if hasattr(source, "flag_seen") else 0
    if n_seen:
        warn_user(
            f"The model has learned from {n_seen} of these stars before: errors of their labels "
            "may look right to it. Take a source that has not seen them."
        )


def out_of_fold(
    classifier: Any,
    X: np.ndarray,
    y: np.ndarray,
    classes: np.ndarray,
    cv: int,
    rng: RandomState,
    weight: np.ndarray | None = None,
    advance: Callable[[int], Any] = int,
) -> np.ndarray:
    """Probabilities of each star by a model that has learned from the other folds.

    A class that none of the others has gets nothing. `advance` is called with 1 after each fold: its bar of progress
    takes the place of the models' own.
    """
    # A star that is listed twice must not speak for its own label.
    fold = stratified_folds(y, cv, rng, as_table(X))
    seed, proba = new_seed(rng), np.zeros((len(y), len(classes)))
    for k in np.unique(fold):
        train, left = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        weighted = {} if weight is None else {"sample_weight": weight[train]}
        if hasattr(classifier, "partial_fit_target"):
            # Temperatures cost as much again as the training, and keep the order of the classes.
            learner = _source(classifier).set_params(calibration=None, random_state=seed)
            if "verbose" in learner.get_params():
                learner.set_params(verbose=0)
            # The labels' own classes alone: what is no variable star is no label of theirs.
            stars, classes_of_fold = _safe_indexing(X, train), np.unique(y[train])
            learner.partial_fit_target(stars, y[train], classes=classes_of_fold, **weighted)
        else:
            learner = clone(classifier)
            if "random_state" in learner.get_params():
                learner.set_params(random_state=seed)
            learner.fit(_safe_indexing(X, train), y[train], **weighted)
        place = np.searchsorted(classes, learner.classes_)
        proba[np.ix_(left, place)] = learner.predict_proba(_safe_indexing(X, left))
        advance(1)
    return proba


def neighbour_shares(
    embedding: np.ndarray, given: np.ndarray, n_classes: int, rng: RandomState
) -> np.ndarray:
    """Shares of the labels among each star's nearest others; equal where it has no embedding."""
    usable = np.isfinite(embedding).all(axis=1)
    shares = np.full((len(given), n_classes), 1 / n_classes)
    stars = np.flatnonzero(usable)
    k = min(_N_NEIGHBOURS, len(stars) - 1)
    if k < 1:
        return shares
    points = whiten(embedding, usable, rng)[stars]
    near = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)
    votes = given[stars][near]
    shares[stars] = (votes[:, :, None] == np.arange(n_classes)).mean(axis=1)
    return shares


def contradictions(
    proba: np.ndarray, given: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far predictions by models that have not seen the stars contradict each label.

    Three values a star: `p_wrong`, the index of the class that is `suggested`, and `is_issue`.
    """
    every = np.arange(len(given))
    suggested = strongest_other(proba, given)
    # A class is as sure of its stars as it usually is: rare ones seldom reach what common ones do.
    counts = np.bincount(given, minlength=proba.shape[1])
    usual = np.bincount(given, proba[every, given], minlength=proba.shape[1]) / np.maximum(
        counts, 1
    )
    issue = (proba[every, suggested] >= usual[suggested]) & (proba[every, given] < usual[given])
    issue &= proba[every, suggested] > proba[every, given]
    return 1 - proba[every, given], suggested, issue


def strongest_other(proba: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The most probable class beside the label."""
    others = proba.copy()
    others[np.arange(len(given)), given] = -1.0
    return others.argmax(axis=1)


def trust(proba: np.ndarray, given: np.ndarray) -> np.ndarray:
    """What labels may weigh: their share in themselves and the strongest other class.

    Where many classes share a star none contradicts the label. Every class keeps its weight as a
    whole: labels of rare ones are trusted less.
    """
    every = np.arange(len(given))
    p_label = proba[every, given] + _FLOOR
    p_other = proba[every, strongest_other(proba, given)] + _FLOOR
    share = p_label / (p_label + p_other)
    usual = np.bincount(given, share) / np.maximum(np.bincount(given), 1)
    return share / usual[given]


def _without_features(classifier: Any, X: Any) -> np.ndarray:
    """Which stars a classifier cannot tell anything of."""
    if len(X) and hasattr(classifier, "flag_missing"):
        return np.asarray(classifier.flag_missing(X), dtype=bool)
    table = as_table(X)
    return np.zeros(len(X), dtype=bool) if table is None else np.isnan(table).all(axis=1)


def _source(classifier: Any) -> Any:
    """What learning starts from: a transfer classifier as it was before its target, as a copy."""
    if isinstance(classifier, FineTunedClassifier):
        # Fitted or not: each fit starts there.
        return unfrozen(classifier.source)
    if not hasattr(classifier, "partial_fit_target"):
        return classifier
    check_is_fitted(classifier)
    source = copy.deepcopy(classifier)
    return source.reset_to_source() if source.is_transferred_ else source
