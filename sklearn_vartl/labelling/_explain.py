"""explain: why a star has its class, in neighbours, features and the runner-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from ._suggest import identifiers, is_labelled, last_step, opinions


@dataclass(frozen=True)
class Explanation:
    """Why a star has its class; printed, it is a few lines of text.

    Attributes
    ----------
    label, runner_up : object
        The most probable class and the second.
    p, p_runner_up : float
        Their probabilities.
    neighbours : list of tuple
        Of the nearest labelled stars: position, identifier, label, and distance in units of the
        median distance of all labelled stars.
    features : list of tuple
        Of each feature: name, value, and by how much it speaks for `label` against `runner_up`
        (difference in log odds). The strongest first, whether for or against.

    Examples
    --------
    >>> from sklearn_vartl.labelling import Explanation
    >>> print(Explanation("EC", 0.8, "ED", 0.15, [(3, "a", "EC", 0.4)], [("skewness", 0.2, 1.5)]))
    EC (0.800), runner-up ED (0.150)
    nearest labelled stars:
      a  EC  at 0.40
    features for EC rather than ED:
      skewness = 0.2  +1.50
    features against EC rather than ED:
      none
    what would decide: skewness, measured better
    """

    label: Any
    p: float
    runner_up: Any
    p_runner_up: float
    neighbours: list
    features: list

    def __str__(self) -> str:
        lines = [
            f"{self.label} ({self.p:.3f}), runner-up {self.runner_up} ({self.p_runner_up:.3f})",
            "nearest labelled stars:",
            *(f"  {i}  {label}  at {d:.2f}" for _, i, label, d in self.neighbours),
        ]
        for words, sign in (("for", 1), ("against", -1)):
            found = [entry for entry in self.features if entry[2] * sign > 0.005][:5]
            lines.append(f"features {words} {self.label} rather than {self.runner_up}:")
            lines += [f"  {name} = {value:.4g}  {by:+.2f}" for name, value, by in found] or [
                "  none"
            ]
        strongest = [name for name, _, by in self.features if by > 0.005][:2]
        lines.append(
            f"what would decide: {' and '.join(strongest)}, measured better"
            if strongest
            else "what would decide: no single feature; a label of a star near it"
        )
        return "\n".join(lines)


def explain(
    model: Any,
    star: int,
    X: Any,
    y: ArrayLike,
    *,
    n_neighbours: int = 5,
    feature_names: Sequence[str] | None = None,
    ids: ArrayLike | None = None,
) -> Explanation:
    """Say why a model gives a star its class.

    Each feature in turn takes the values that it has in the star's neighbourhood (the 50 nearest
    stars in the embedding, all other features as the star has them); by how much the log odds of
    the class against the runner-up drop on average is what the feature speaks for the class.
    Features that repeat each other share what they say and may each say little.

    Parameters
    ----------
    model : fitted transfer classifier, or a pipeline that ends in one
    star : int
        Row of `X`.
    X : array-like of shape (n_stars, n_features), or what the model takes
        The star, labelled stars, and others.
    y : array-like of shape (n_stars,)
        Labels; None, NaN or "" where there is none.
    n_neighbours : int, default=5
        Number of labelled stars to name.
    feature_names : sequence of str, default=None
        None: as the model or the pipeline's first steps name them.
    ids : array-like of shape (n_stars,), default=None
        Identifiers of the stars; None: those of LightCurves, the index of a DataFrame, otherwise the
        positions.

    Raises
    ------
    IndexError
        If there is no such row.
    TypeError
        If `star` is no integer.
    ValueError
        If no other star has a label, or the star cannot be classified.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.labelling import explain
    >>> X, y = make_blobs(n_samples=200, centers=3, n_features=4, random_state=0)
    >>> clf = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X, y)
    >>> why = explain(clf, 3, X, y)
    >>> bool(why.label == y[3]), len(why.neighbours), len(why.features)
    (True, 5, 4)
    """
    classifier, features = last_step(model, X)
    names = _names(model, classifier, feature_names)
    # Where columns have names, so have those of the stars that are made up.
    frame: Any = type(features)
    as_given: Callable = (
        partial(frame, columns=features.columns) if hasattr(features, "iloc") else np.asarray
    )
    features = np.asarray(features, dtype=float)
    _check(star, features, n_neighbours, names, ids)
    proba, points, _ = opinions(classifier, as_given(features), check_random_state(0))
    usable = np.isfinite(points).all(axis=1)
    labelled = is_labelled(y, len(features)) & usable
    labelled[star] = False
    ids = identifiers(X) if ids is None else np.asarray(ids)
    if not usable[star]:
        raise ValueError(f"Star {ids[star]!r} has no features and cannot be explained")
    if not labelled.any():
        raise ValueError("No other star has a label: y names the labelled stars")
    distance = np.linalg.norm(points - points[star], axis=1)
    unit = np.median(distance[labelled]) or 1.0
    others = usable.copy()
    others[star] = False
    first, second = np.argsort(-proba[star], kind="stable")[[0, min(1, proba.shape[1] - 1)]]
    effect = feature_effects(
        lambda rows: classifier.predict_proba(as_given(rows)),
        features[star],
        features[_nearest(distance, others, 50)],
        first,
        second,
    )
    names = names or [f"feature {k}" for k in range(features.shape[1])]
    strongest = np.argsort(-np.abs(effect), kind="stable")
    labels = np.asarray(y, dtype=object)
    nearest = _nearest(distance, labelled, n_neighbours)
    return Explanation(
        label=classifier.classes_[first],
        p=float(proba[star, first]),
        runner_up=classifier.classes_[second],
        p_runner_up=float(proba[star, second]),
        neighbours=[(int(k), ids[k], labels[k], float(distance[k] / unit)) for k in nearest],
        features=[(names[k], float(features[star, k]), float(effect[k])) for k in strongest],
    )


def _nearest(distance, among, number):
    """Rows of the nearest of some stars."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(distance[rows], kind="stable")[:number]]


def feature_effects(
    predict_proba: Callable, star: np.ndarray, around: np.ndarray, first: int, second: int
) -> np.ndarray:
    """Mean loss of log odds when each feature takes the neighbourhood's values, one at a time."""
    n_around, n_features = around.shape
    changed = np.tile(star, (n_features, n_around, 1))
    for k in range(n_features):
        changed[k, :, k] = around[:, k]
    rows = np.vstack([star[None], changed.reshape(-1, n_features)])
    proba = np.maximum(predict_proba(rows)[:, [first, second]], 1e-6)
    odds = np.log(proba[:, 0] / proba[:, 1])
    return odds[0] - odds[1:].reshape(n_features, n_around).mean(axis=1)


def _check(star, features, n_neighbours, names, ids):
    """Refuse what is no row of the features, no number of neighbours, or not as many names and identifiers."""
    if not isinstance(n_neighbours, Integral) or n_neighbours < 1:
        raise ValueError(f"n_neighbours must be a whole number from 1 on, got {n_neighbours!r}")
    for name, found, wanted in (
        ("feature_names", names, features.shape[1]),
        ("ids", ids, len(features)),
    ):
        if found is not None and len(found) != wanted:
            raise ValueError(f"{name} has {len(found)} entries, not {wanted}")
    if not isinstance(star, Integral) or isinstance(star, bool | np.bool_):
        raise TypeError(
            f"star is a row of X, such as 0, got {star!r}; of an identifier "
            "int(np.flatnonzero(X.ids == identifier)[0])"
        )
    if not 0 <= star < len(features):
        raise IndexError(f"There is no star {star}: X has {len(features)}")


def _names(model: Any, classifier: Any, given: Sequence[str] | None) -> list[str] | None:
    if given is not None:
        return list(given)
    if hasattr(model, "steps") and len(model.steps) > 1:
        try:
            return list(model[:-1].get_feature_names_out())
        except (AttributeError, TypeError):
            pass  # a step that gives no names, or does nothing to columns without any
    found = getattr(classifier, "feature_names_in_", None)
    return None if found is None else list(found)
