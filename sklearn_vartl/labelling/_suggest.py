"""suggest_labels: which stars to label next, spread over the embedding and weighted by need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.utils import _safe_indexing, check_random_state

from .._validation import missing_labels, new_seed
from ..transfer import parted

_N_COMPONENTS = 32
# Stars that tell the directions and the scale of the embedding; more change nothing.
_N_AXES = 20000
# Stars whose embedding is held at once.
_BLOCK = 8192
# A star counts as unlike what is labelled above this share of the stars' distances to it.
_FAR = 0.9
# To what power the rarity of a class counts, before the first label and after; chosen on half of ASAS.
_RARITY_UNSEEN, _RARITY = 0.5, 0.75
_OPEN = 0.3


class StarTable:
    """A dataclass whose fields are columns with a value a star."""

    position: np.ndarray

    def __len__(self) -> int:
        return len(self.position)

    def to_pandas(self) -> Any:
        """The same as a DataFrame with one row a star."""
        import pandas as pd

        return pd.DataFrame(vars(self))


@dataclass(frozen=True)
class Suggestions(StarTable):
    """Stars that should be labelled next, the most useful first.

    Attributes
    ----------
    position : ndarray of int of shape (n,)
        Rows of `X`.
    id : ndarray of shape (n,)
        Identifiers, where `X` is LightCurves; the index of a DataFrame; otherwise the positions.
    reason : ndarray of str of shape (n,)
        Why, in words.
    label, runner_up : ndarray of shape (n,)
        The most probable class and the second.
    p, p_runner_up : ndarray of shape (n,)
        Their probabilities.
    novelty : ndarray of shape (n,)
        How unlike the stars that the model has learned, 0 to 1; NaN where the model has none.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.labelling import Suggestions
    >>> two = (np.array([4, 9]), np.array(["a", "b"]), np.array(["between EC and ED", "few look like RRD"]))
    >>> classes = (np.array(["EC", "RRD"]), np.array([0.5, 0.6]), np.array(["ED", "RRC"]), np.array([0.4, 0.3]))
    >>> Suggestions(*two, *classes, np.array([0.2, 0.9])).to_pandas()["id"].tolist()
    ['a', 'b']
    """

    position: np.ndarray
    id: np.ndarray
    reason: np.ndarray
    label: np.ndarray
    p: np.ndarray
    runner_up: np.ndarray
    p_runner_up: np.ndarray
    novelty: np.ndarray


def suggest_labels(
    model: Any,
    X: Any,
    n: int,
    *,
    y: ArrayLike | None = None,
    random_state: int | RandomState | None = None,
) -> Suggestions:
    """Choose the stars whose labels would teach a model most.

    The stars are grouped in the model's embedding, in as many groups as labels are wanted, and of
    each group the star nearest to its centre is taken: no two are twins. Stars weigh more in the
    grouping where the class they are taken for is rare and, once there are labels, where the model
    is unsure and where nothing near has a label. Before the first label the model's doubts are not
    asked: on a survey it has not seen they tell little [1]_.

    Fine-tune on the labels that come in, and call again with them as `y`.

    Parameters
    ----------
    model : fitted transfer classifier, or a pipeline that ends in one
        It has `embed` and `predict_proba`.
    X : array-like of shape (n_stars, n_features), or what the model takes
        All stars of the survey, labelled or not.
    n : int
        Number of stars wanted.
    y : array-like of shape (n_stars,), default=None
        Labels as far as they are known; None, NaN or "" where not. Those stars are not suggested.
    random_state : int, RandomState instance or None, default=None
        Seed of the grouping.

    Returns
    -------
    suggestions : Suggestions
        Fewer than `n` only where two groups would have the same star.

    Raises
    ------
    ValueError
        If fewer than `n` stars without a label can be classified, or the lengths differ.

    References
    ----------
    .. [1] Hacohen, G., Dekel, A., Weinshall, D. (2022). "Active learning on a budget". ICML.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.labelling import suggest_labels
    >>> X, y = make_blobs(n_samples=300, centers=3, n_features=4, random_state=0)
    >>> clf = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:200], y[:200])
    >>> chosen = suggest_labels(clf, X[200:], 6, random_state=0)
    >>> len(chosen), sorted(set(y[200:][chosen.position].tolist()))
    (6, [0, 1, 2])
    """
    rng = check_random_state(random_state)
    proba, points, novelty = opinions(model, X, rng)
    known = is_labelled(y, len(proba))
    usable = np.isfinite(points).all(axis=1)
    free = np.flatnonzero(usable & ~known)
    if not len(free):
        raise ValueError("there is no star to suggest: all have a label, or cannot be classified")
    if not 1 <= n <= len(free):
        raise ValueError(
            f"n={n}: take 1 to {len(free)}, the number of stars without a label that can be classified"
        )
    labelled = np.flatnonzero(usable & known)
    distance = None
    if len(labelled):
        distance = pairwise_distances_argmin_min(points[free], points[labelled])[1]
    weight = need(proba[free], distance)
    chosen = free[spread(points[free], weight, n, rng)]
    return _table(model, X, proba, novelty, free, distance, chosen)


def opinions(model: Any, X: Any, rng: RandomState) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities, places and novelty of stars; light curves are measured only once.

    Where a star lies in the embedding, see `directions`: NaN for a star without any feature. Novelty is NaN where
    the model has none. The rng draws the stars that tell the directions.
    """
    classifier, features = last_step(model, X)
    if not hasattr(classifier, "embed"):
        raise TypeError(
            f"{type(classifier).__name__} has no embedding: take a TransferMLPClassifier, a "
            "TransferEnsembleClassifier, or a pipeline with one of them"
        )
    n_stars = len(X)
    some = _safe_indexing(features, rng.permutation(n_stars)[:_N_AXES])
    project = directions(classifier.embed(some), rng)
    # The embedding is wide: of all stars at once it would not fit into memory.
    parts: list = [[], [], []]
    for start in range(0, n_stars, _BLOCK):
        block = features[start : start + _BLOCK]
        parts[0].append(classifier.predict_proba(block))
        parts[1].append(project(classifier.embed(block)))
        knows = hasattr(classifier, "novelty_score")
        parts[2].append(classifier.novelty_score(block) if knows else np.full(len(block), np.nan))
    proba, points, novelty = (np.concatenate(part) for part in parts)
    return proba, points, novelty


def last_step(model: Any, X: Any) -> tuple[Any, Any]:
    """The classifier itself, and the features that it sees of `X`."""
    features, classifier = parted(model)
    return classifier, features(X)


def identifiers(X: Any) -> np.ndarray:
    """Those of light curves, the index of a DataFrame, otherwise the positions."""
    if hasattr(X, "ids"):
        return np.asarray(X.ids)
    if hasattr(X, "columns") and hasattr(X, "index"):
        # Of tuples, where it has several levels.
        return np.asarray(X.index)
    return np.arange(len(X))


def is_labelled(y: ArrayLike | None, n_stars: int) -> np.ndarray:
    """Which stars have a label; None, NaN and "", also as text, are none."""
    if y is None:
        return np.zeros(n_stars, dtype=bool)
    given = np.asarray(y, dtype=object)
    if given.shape != (n_stars,):
        raise ValueError(f"y has the shape {given.shape}, and there are {n_stars} stars")
    return ~missing_labels(given)


def directions(embedding: np.ndarray, rng: RandomState) -> Callable[[np.ndarray], np.ndarray]:
    """The main directions of an embedding: a function from embeddings to places along them.

    They are of equal spread in each up to the square root: full whitening would lift noise to the
    height of what separates classes. Rows with NaN take no part.
    """
    from sklearn.decomposition import PCA

    rows = embedding[np.isfinite(embedding).all(axis=1)].astype(np.float64)
    if not len(rows):
        return lambda found: np.full((len(found), 1), np.nan)
    size = min(_N_COMPONENTS, *rows.shape)
    pca = PCA(size, svd_solver="randomized", random_state=new_seed(rng)).fit(rows)
    variance = pca.explained_variance_
    spread = np.sqrt(np.maximum(variance, 1e-12 * variance[0] + 1e-300))
    axes = (pca.components_ / np.sqrt(spread)[:, None]).T
    centre = pca.mean_ @ axes
    # NaN stays NaN: a star without features has no place.
    return lambda found: found.astype(np.float64) @ axes - centre


def whiten(embedding: np.ndarray, usable: np.ndarray, rng: RandomState) -> np.ndarray:
    """Where stars lie in an embedding that fits into memory, see `directions`."""
    rows = np.flatnonzero(usable)
    project = directions(embedding[rng.permutation(rows)[:_N_AXES]], rng)
    found = project(embedding[rows])
    points = np.full((len(embedding), found.shape[1]), np.nan)
    points[rows] = found
    return points


def need(proba: np.ndarray, distance: np.ndarray | None) -> np.ndarray:
    """How much a label of each star is worth, positive; `distance` is that to the nearest labelled star, if any."""
    # What a model that has labels of the survey takes for rare more often is.
    power = _RARITY_UNSEEN if distance is None else _RARITY
    weight = proba @ (proba.mean(axis=0) + 1 / len(proba)) ** -power
    if distance is None:
        return weight
    scale = np.median(distance)
    near = distance / (distance + scale) if scale > 0 else 1.0
    return weight * (1.0 - margin(proba) + 0.05) * (near + 0.01)


def margin(proba: np.ndarray) -> np.ndarray:
    """Difference between the two highest probabilities of each row."""
    if proba.shape[1] < 2:
        return np.ones(len(proba))
    two = np.partition(proba, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def spread(points: np.ndarray, weight: np.ndarray, n: int, rng: RandomState) -> np.ndarray:
    """Of each of n weighted groups the point nearest to the centre, heaviest groups first."""
    if n == len(points):
        return np.argsort(-weight, kind="stable")
    groups = MiniBatchKMeans(n, batch_size=2048, n_init=3, random_state=new_seed(rng))
    groups.fit(points, sample_weight=weight / weight.mean())
    away = np.linalg.norm(points - groups.cluster_centers_[groups.labels_], axis=1)
    order = np.lexsort((away, groups.labels_))
    found, first = np.unique(groups.labels_[order], return_index=True)
    chosen = order[first]
    total = np.bincount(groups.labels_, weight, minlength=n)
    chosen = chosen[np.argsort(-total[found], kind="stable")]
    if len(chosen) < n:
        # Groups without a star: the heaviest of the rest fill up.
        heaviest = np.argsort(-weight, kind="stable")
        rest = heaviest[~np.isin(heaviest, chosen)]
        chosen = np.concatenate([chosen, rest[: n - len(chosen)]])
    return chosen


def _table(model, X, proba, novelty, free, distance, chosen):
    classes = np.asarray(model.classes_)
    order = np.argsort(-proba[chosen], axis=1, kind="stable")
    first, second = order[:, 0], order[:, min(1, order.shape[1] - 1)]
    rows = np.arange(len(chosen))
    p, p_second = proba[chosen][rows, first], proba[chosen][rows, second]
    share = np.bincount(proba[free].argmax(axis=1), minlength=len(classes)) / len(free)
    far = np.zeros(len(proba), bool)
    if distance is not None:
        far[free] = distance > np.quantile(distance, _FAR)
    reasons = []
    for k, star in enumerate(chosen):
        if far[star]:
            reason = "unlike anything labelled"
        elif first[k] != second[k] and p[k] - p_second[k] < _OPEN:
            reason = f"between {classes[first[k]]} and {classes[second[k]]}"
        elif share[first[k]] < 0.5 / len(classes):
            reason = f"few stars look like {classes[first[k]]}"
        else:
            reason = f"typical of a group that looks like {classes[first[k]]}"
        reasons.append(reason)
    return Suggestions(
        position=chosen,
        id=identifiers(X)[chosen],
        reason=np.array(reasons, dtype=object),
        label=classes[first],
        p=p,
        runner_up=classes[second],
        p_runner_up=p_second,
        novelty=novelty[chosen],
    )
