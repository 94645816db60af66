"""From the period of the light curve's shape to that of the star."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Two like minima a cycle: the strongest period is half the orbit's, or half the rotation's.
DOUBLED_CLASSES = frozenset({"EC", "ED", "ESD", "EB", "E", "ELL", "ROT", "EW", "EA", "ECL"})
# Deep and shallow minima in turn define RV Tauri stars, which are the type II Cepheids beyond 20
# days.
ALTERNATING_CLASSES = frozenset({"RVTAU", "T2CEP"})
MIN_ALTERNATING_PERIOD = 20.0
EVIDENCE_THRESHOLD = 15.0
MAX_DOUBLED_PERIOD = 20.0


def physical_period(
    period: ArrayLike, evidence: ArrayLike, label: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Double the period of the shape where the class, or else the light curve, demands it.

    Parameters
    ----------
    period : array-like of shape (n_stars,)
        Undoubled periods in days (`PeriodSearch.shape_period`).
    evidence : array-like of shape (n_stars,)
        Evidence for twice the period (`PeriodSearch.double_evidence`).
    label : array-like of shape (n_stars,) or str, default=None
        Classes; of stars whose class is missing (None or NaN) the evidence decides.

    Returns
    -------
    ndarray of shape (n_stars,)
        Periods in days.

    Examples
    --------
    >>> physical_period([0.2, 0.5, 3.0], [0.0, 30.0, 30.0], ["EC", "RRAB", None])
    array([0.4, 0.5, 6. ])
    """
    period = np.asarray(period, dtype=np.float64)
    evident = np.asarray(evidence, dtype=np.float64) > EVIDENCE_THRESHOLD
    by_light_curve = evident & (2 * period < MAX_DOUBLED_PERIOD)
    if label is None:
        return np.where(by_light_curve, 2 * period, period)
    label = np.broadcast_to(np.asarray(label, dtype=object), period.shape)
    missing = np.frompyfunc(_is_missing, 1, 1)(label).astype(bool)
    doubled = _is_one_of(label, DOUBLED_CLASSES)
    doubled |= _is_one_of(label, ALTERNATING_CLASSES) & (
        evident | (period > MIN_ALTERNATING_PERIOD)
    )
    return np.where(np.where(missing, by_light_curve, doubled), 2 * period, period)


def _is_one_of(label, classes):
    return np.frompyfunc(lambda name: name in classes, 1, 1)(label).astype(bool)


def _is_missing(label):
    return label is None or label != label
