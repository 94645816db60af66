"""What to expect of predictions for stars without labels: how many are right, and whether to ask at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import kstwobign

# Stars with a larger novelty are far: of those like the training's one in a hundred.
FAR = 0.99


@dataclass(frozen=True)
class AccuracyEstimate:
    """What to expect of the most probable classes of stars without labels.

    Attributes
    ----------
    n_stars : int
        Stars with a feature, of which all this is said.
    share_right : float
        Expected share of stars with the right class.
    n_predicted : dict of class -> int
        How many stars have each class.
    purity : dict of class -> float
        Expected share of these that are of the class; NaN where no star has it.
    completeness : dict of class -> float
        Expected share of the stars of the class that have it; NaN where none is expected.
    threshold : dict of class -> float
        Least probability from which on the stars that have the class are of the purity that was asked
        for; infinite where the most probable star alone is not, NaN of a catalogue that went part by
        part.
    share_far : float
        Stars that are less usual than 99 in 100 training stars: where these are many, no estimate
        can be trusted.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> X, y = make_blobs(n_samples=400, centers=3, random_state=0)
    >>> clf = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:200], y[:200])
    >>> estimate = clf.accuracy_estimate(X[200:])
    >>> estimate.n_stars, 0.6 < estimate.share_right < 1, sorted(estimate.purity)
    (200, True, [0, 1, 2])
    """

    n_stars: int
    share_right: float
    n_predicted: dict[Any, int]
    purity: dict[Any, float]
    completeness: dict[Any, float]
    threshold: dict[Any, float]
    share_far: float


@dataclass(frozen=True)
class DriftTest:
    """Whether stars are drawn from the survey that a model has learned.

    Attributes
    ----------
    p_value : float
        How probable features as different as these are where they are.
    drifted : bool
        Whether it is below the level that was asked for.
    feature : str, int or None
        The one that differs most, by name where the features have names. None where the scaler
        mixes them.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> X, y = make_blobs(n_samples=400, centers=3, random_state=0)
    >>> clf = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:200], y[:200])
    >>> clf.drift_test(X[200:]).drifted, clf.drift_test(X[200:] + [0.0, 2.0]).drifted
    (False, True)
    >>> clf.drift_test(X[200:] + [0.0, 2.0]).feature
    1
    """

    p_value: float
    drifted: bool
    feature: Any


def expected_accuracy(
    proba: np.ndarray, classes: np.ndarray, novelty: np.ndarray, purity: float = 0.95
) -> AccuracyEstimate:
    """Expected share right, purity and completeness of the most probable classes.

    The probabilities are calibrated, and softened where stars are far (`soften_far`); `threshold` is for `purity`.
    """
    names, predicted = classes.tolist(), proba.argmax(axis=1)
    thresholds = [_threshold(proba[predicted == k, k], purity) for k in range(len(names))]
    found = estimate_of_sums(accuracy_sums(proba, novelty), names)
    return replace(found, threshold=dict(zip(names, thresholds, strict=True)))


def accuracy_sums(proba: np.ndarray, novelty: np.ndarray) -> dict[str, Any]:
    """Sums over stars that tell what to expect, as JSON can hold them; those of parts of the stars add up."""
    taken = np.arange(proba.shape[1]) == proba.argmax(axis=1)[:, None]
    return {
        "n_stars": len(proba),
        "n_far": int(np.sum(novelty > FAR)),
        "n_predicted": taken.sum(axis=0).tolist(),
        "n_right": (proba * taken).sum(axis=0).tolist(),
        "n_expected": proba.sum(axis=0).tolist(),
    }


def add_sums(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The sums of all parts, at least one, as `accuracy_sums` would give them.

    Examples
    --------
    >>> from sklearn_vartl.probabilities import add_sums
    >>> add_sums([{"n_stars": 2, "n_right": [0.5, 1.0]}, {"n_stars": 1, "n_right": [0.5, 0.0]}])
    {'n_stars': 3, 'n_right': [1.0, 1.0]}
    """
    return {name: np.sum([part[name] for part in parts], axis=0).tolist() for name in parts[0]}


def estimate_of_sums(sums: Mapping[str, Any], names: Sequence) -> AccuracyEstimate:
    """What to expect of stars of these classes, from `accuracy_sums`; thresholds need the stars themselves: NaN."""
    n_stars, right = sums["n_stars"], np.array(sums["n_right"])

    def shares(of):
        of = np.array(of, dtype=np.float64)
        found = np.divide(right, of, out=np.full(len(names), np.nan), where=of > 0)
        return dict(zip(names, found.tolist(), strict=True))

    return AccuracyEstimate(
        n_stars=n_stars,
        share_right=float(right.sum() / n_stars),
        n_predicted=dict(zip(names, sums["n_predicted"], strict=True)),
        purity=shares(sums["n_predicted"]),
        completeness=shares(sums["n_expected"]),
        threshold=dict.fromkeys(names, np.nan),
        share_far=sums["n_far"] / n_stars,
    )


def _threshold(proba, purity):
    """Least probability of the stars that together are as pure as that."""
    falling = -np.sort(-proba)
    pure = np.flatnonzero(np.cumsum(falling) / np.arange(1, len(falling) + 1) >= purity)
    return float(falling[pure[-1]]) if pure.size else np.inf


def column_drift(known: np.ndarray, weight: np.ndarray, found: np.ndarray) -> np.ndarray:
    """How probable differences of each column are if both tables are drawn alike, shape (n_columns,).

    The test of Kolmogorov and Smirnov, with weights in the sample that is `known`. NaN are left out; one where a
    column is empty in either table.
    """
    return np.array(
        [_p_value(a, weight, b) for a, b in zip(known.T, found.T, strict=True)], dtype=np.float64
    )


def _p_value(known, weight, found):
    there = ~np.isnan(known) & (weight > 0)
    known, weight, found = known[there], weight[there], np.sort(found[~np.isnan(found)])
    if not known.size or not found.size:
        return 1.0
    order = np.argsort(known)
    known, share = known[order], np.cumsum(weight[order]) / weight.sum()
    # Both distributions at every value, where each has reached its step.
    values = np.concatenate([known, found])
    of_known = np.append(0.0, share)[np.searchsorted(known, values, side="right")]
    of_found = np.searchsorted(found, values, side="right") / len(found)
    effective = weight.sum() ** 2 / (weight**2).sum()
    n = effective * len(found) / (effective + len(found))
    return kstwobign.sf(np.abs(of_known - of_found).max() * np.sqrt(n))
