"""The steps of cleaning, each a function of whole sets of light curves.

Every step first asks, over all points at once, whether there is anything to do; only stars that
need it cost more.
"""

import numpy as np

from ._ragged import (
    compress_offsets,
    first_of_segment,
    segment_median,
    segment_numbers,
    segment_reduce,
    segment_std,
)
from ._validation import POINT_COLUMNS, owned

# A century. Time stamps further than this from the star's median time are no measurements of it:
# two stars of the Catalina survey start two million days early.
MAX_TIME_DISTANCE = 36525.0
# Nothing measured is so large, and squares of what is larger (or, for errors, smaller) overflow.
LARGEST, SMALLEST_ERROR = 1e100, 1e-100


def measured_points(X):
    """Mask, shape (n_points,), of finite points that are neither flagged nor upper limits."""
    arguments = X._arguments()
    measured = np.isfinite(arguments["time"]) & finite_values(arguments["mag"])
    if X.flag is not None:
        measured &= X.flag == 0
    if X.limit is not None:
        measured &= ~X.limit
    return measured


def finite_values(value):
    """Mask, shape (n_points,), of magnitudes or fluxes that can be calculated with."""
    return np.abs(value) < LARGEST


def stray_times(time, offsets, measured):
    """Mask, shape (n_points,), of measured points over a century from their star's median time."""
    stray = np.zeros(len(time), dtype=bool)
    first = segment_reduce(np.minimum, np.where(measured, time, np.inf), offsets)
    last = segment_reduce(np.maximum, np.where(measured, time, -np.inf), offsets)
    # The median costs a sort: it is only asked for where the star's span allows a point so far out.
    with np.errstate(over="ignore"):
        for star in np.flatnonzero(last - first > MAX_TIME_DISTANCE):
            points = slice(offsets[star], offsets[star + 1])
            median = np.median(time[points][measured[points]])
            stray[points] = np.abs(time[points] - median) > MAX_TIME_DISTANCE
    return stray & measured


def usable_points(X):
    """Mask, shape (n_points,), of the points that are measurements of their star."""
    measured = measured_points(X)
    return measured & ~stray_times(X.time, X.offsets, measured)


def steps_in_time(time, offsets):
    """Masks, shape (n_points,), of points before, and at the same time as, their predecessor."""
    back, tied = np.zeros(len(time), dtype=bool), np.zeros(len(time), dtype=bool)
    if len(time):
        step = np.diff(time)
        later = ~first_of_segment(offsets, len(time))[1:]
        back[1:] = (step < 0) & later
        tied[1:] = (step == 0) & later
    return back, tied


def sorted_and_merged(X):
    """Points in the order of time, exact duplicates merged. All time stamps must be finite."""
    arguments = X._arguments()
    time, offsets = X.time, X.offsets
    back, tied = steps_in_time(time, offsets)
    if not (back.any() or tied.any()):
        return X
    # Points of sorted stars with a time stamp of their own are in place already.
    unsorted = segment_reduce(np.logical_or, back, offsets, False)
    touched = np.repeat(unsorted, np.diff(offsets)) | tied
    touched[:-1] |= tied[1:]
    touched = np.flatnonzero(touched)
    order, duplicate = order_and_duplicates(arguments, touched)
    permutation = np.arange(len(time))
    permutation[touched] = order
    keep = np.ones(len(time), dtype=bool)
    keep[touched] = ~duplicate
    kept = permutation[keep]
    names = ("time", "mag", "magerr", *POINT_COLUMNS)
    changes = {n: owned(arguments[n][kept]) for n in names if arguments[n] is not None}
    return X.replace(**changes, offsets=owned(compress_offsets(keep, offsets)))


def order_and_duplicates(arguments, points):
    """Sorted order of some points, and which of them repeat their predecessor in every value.

    Parameters
    ----------
    arguments : dict
        Flat arrays and offsets by name.
    points : ndarray of int
        Increasing flat indices.

    Returns
    -------
    order : ndarray of int
        The same indices: star by star, sorted by time, magnitude, error, band and field.
    duplicate : ndarray of bool
        Whether the point at this place of the order equals the one before it.
    """
    keys = [segment_numbers(arguments["offsets"])[points]]
    for name in ("time", "mag", "magerr"):
        if arguments[name] is not None:
            keys.append(arguments[name][points])
    for name in ("band", "field"):
        if arguments[name] is not None:
            keys.append(np.unique(arguments[name][points].astype(str), return_inverse=True)[1])
    order = np.lexsort(keys[::-1])
    duplicate = np.ones(len(points), dtype=bool)
    duplicate[:1] = False
    for key in keys:
        now, before = key[order][1:], key[order][:-1]
        same = now == before
        if key.dtype.kind == "f":
            same |= np.isnan(now) & np.isnan(before)
        duplicate[1:] &= same
    return points[order], duplicate


def is_constant(values, offsets):
    """Mask, shape (n_stars,), of stars whose values are all equal; false for empty stars."""
    highest = segment_reduce(np.maximum, values, offsets)
    return highest == segment_reduce(np.minimum, values, offsets)


def valid_errors(error):
    """Mask, shape (n_points,), of errors that are positive and finite."""
    with np.errstate(invalid="ignore"):
        return (error > SMALLEST_ERROR) & (error < LARGEST)


def with_valid_errors(X):
    """Every point with a positive, finite error. Values must be finite."""
    arguments = X._arguments()
    value, error, offsets = arguments["mag"], arguments["magerr"], X.offsets
    if error is None:
        return X.replace(magerr=owned(np.repeat(segment_std(value, offsets), X.n_points)))
    valid = valid_errors(error)
    if valid.all():
        return X
    typical = segment_median(error[valid], compress_offsets(valid, offsets))
    without = np.isnan(typical)
    if without.any():
        typical = np.where(without, segment_std(value, offsets), typical)
    return X.replace(magerr=owned(np.where(valid, error, np.repeat(typical, X.n_points))))
