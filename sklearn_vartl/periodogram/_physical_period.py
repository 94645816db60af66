"""From the period of the light curve's shape to that of the star, and what else is said of it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validation import is_missing_label
from ..classes import harmonise

# Two like minima a cycle: the strongest period is half the orbit's, or half the rotation's.
DOUBLED_CLASSES = frozenset({"EC", "ED", "ESD", "E", "ELL", "ROT"})
# Outside of their eclipses these hardly change: two eclipses are all that is known.
ECLIPSING_CLASSES = frozenset({"ED", "ESD", "E"})
# Deep and shallow minima in turn define RV Tauri stars, which are the type II Cepheids beyond 20
# days.
ALTERNATING_CLASSES = frozenset({"RVTAU", "T2CEP"})
# Their epoch is the time of maximum.
PULSATING_CLASSES = frozenset(
    "RRAB RRC RRD RRLYR CEP CEP_MULTI CEPHEIDS T2CEP ACEP RVTAU DSCT SXPHE GDOR BCEP SPB MIRA SR "
    "LPV OSARG PVSG".split()
)
# These have no period, whatever the highest peak.
APERIODIC_CLASSES = frozenset({"NONVAR", "QSO"})
MIN_ALTERNATING_PERIOD = 20.0
EVIDENCE_THRESHOLD = 15.0
MAX_DOUBLED_PERIOD = 20.0
# Where the even harmonics have at least this share, the cycle holds both minima already.
EVEN_THRESHOLD = 0.55


def physical_period(
    period: ArrayLike,
    evidence: ArrayLike,
    label: ArrayLike | None = None,
    even_share: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Double the period of the shape where the class, or else the light curve, demands it.

    Parameters
    ----------
    period : array-like of shape (n_stars,)
        Undoubled periods in days (`PeriodSearch.shape_period`).
    evidence : array-like of shape (n_stars,)
        Evidence for twice the period (`PeriodSearch.double_evidence`).
    label : array-like of shape (n_stars,) or str, default=None
        Classes, in any spelling that `harmonise` knows; of stars whose class is missing (None or
        NaN) the evidence decides.
    even_share : array-like of shape (n_stars,), default=None
        Share of the even harmonics (`PeriodSearch.even_share`): an eclipsing or rotating star whose
        cycle shows two minima already is not doubled, unless there is evidence that the next two
        differ. None doubles all of them.

    Returns
    -------
    ndarray of shape (n_stars,)
        Periods in days; NaN for stars that are known to have none (NONVAR, QSO).

    Examples
    --------
    >>> physical_period([0.2, 0.5, 3.0], [0.0, 30.0, 30.0], ["W UMa", "RRAB", None])
    array([0.4, 0.5, 6. ])
    """
    period = np.asarray(period, dtype=np.float64)
    evident = np.asarray(evidence, dtype=np.float64) > EVIDENCE_THRESHOLD
    by_light_curve = evident & (2 * period < MAX_DOUBLED_PERIOD)
    if label is None:
        return np.where(by_light_curve, 2 * period, period)
    label = standard_names(label, period.shape)
    missing = np.frompyfunc(is_missing_label, 1, 1)(label).astype(bool)
    doubled = is_one_of(label, DOUBLED_CLASSES)
    if even_share is not None:
        doubled &= evident | ~(np.asarray(even_share) > EVEN_THRESHOLD)
    doubled |= is_one_of(label, ALTERNATING_CLASSES) & (evident | (period > MIN_ALTERNATING_PERIOD))
    result = np.where(np.where(missing, by_light_curve, doubled), 2 * period, period)
    return np.where(is_one_of(label, APERIODIC_CLASSES), np.nan, result)


def standard_names(label, shape):
    """Labels of any spelling as the names of the standard tree, (n_stars,); missing ones stay."""
    label = np.broadcast_to(np.asarray(label, dtype=object), shape)
    return harmonise(label)


def is_one_of(label, classes):
    """Whether each label is among some classes."""
    return np.frompyfunc(lambda name: name in classes, 1, 1)(label).astype(bool)
