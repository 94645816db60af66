"""What to expect of predictions for stars without labels: how many are right, and whether to ask at all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax
from scipy.stats import kstwobign

from ._calibration import log_proba

# Of stars like those of the training one in a hundred is beyond: there probabilities are too sure,
# the more so the farther. Chosen on zero-shot predictions for four surveys, of which one (Kepler) is
# that far from what the shipped models have learned.
_FAR = 2.0
_SOFTER = 0.8


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
        for; infinite where the most probable star alone is not.
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

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Calibrated.
    classes : ndarray of shape (n_classes,)
    novelty : ndarray of shape (n,)
        Share of training stars that are less unusual: far from all of them probabilities are
        softened before they are believed.
    purity : float, default=0.95
        What `threshold` is for.

    Returns
    -------
    estimate : AccuracyEstimate
    """
    far = -np.log10(np.maximum(1.0 - novelty, 1e-12)) - _FAR
    temperature = 1.0 + _SOFTER * np.maximum(far, 0.0)
    believed = np.where(
        far[:, None] > 0, softmax(log_proba(proba) / temperature[:, None], axis=1), proba
    )
    predicted, names = proba.argmax(axis=1), classes.tolist()
    taken = np.arange(len(names)) == predicted[:, None]
    counts, right = taken.sum(axis=0), (believed * taken).sum(axis=0)

    def shares(total):
        found = np.divide(right, total, out=np.full(len(names), np.nan), where=total > 0)
        return dict(zip(names, found.tolist(), strict=True))

    thresholds = [
        _threshold(proba[own, k], believed[own, k], purity) for k, own in enumerate(taken.T)
    ]
    return AccuracyEstimate(
        n_stars=len(proba),
        share_right=float(right.sum() / len(proba)),
        n_predicted=dict(zip(names, counts.tolist(), strict=True)),
        purity=shares(counts),
        completeness=shares(believed.sum(axis=0)),
        threshold=dict(zip(names, thresholds, strict=True)),
        share_far=float(np.mean(far > 0)),
    )


def _threshold(shown, believed, purity):
    """Least probability that is shown of the stars that together are as pure as that."""
    order = np.argsort(-shown, kind="stable")
    mean = np.cumsum(believed[order]) / np.arange(1, len(order) + 1)
    pure = np.flatnonzero(mean >= purity)
    return float(shown[order[pure[-1]]]) if pure.size else np.inf


def column_drift(known: np.ndarray, weight: np.ndarray, found: np.ndarray) -> np.ndarray:
    """How probable differences of each column are if both tables are drawn alike.

    The test of Kolmogorov and Smirnov, with weights in one of the samples.

    Parameters
    ----------
    known : ndarray of shape (n, n_columns)
    weight : ndarray of shape (n,)
        How much each of these stars counts.
    found : ndarray of shape (m, n_columns)
        NaN are left out in both.

    Returns
    -------
    p_values : ndarray of shape (n_columns,)
        One where a column is empty in either table.
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
