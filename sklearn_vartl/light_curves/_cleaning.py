"""The cleaning policy, what every feature sees of a light curve, and its steps.

Every step is a function of whole sets of light curves. It first asks, over all points at once,
whether there is anything to do; only stars that need it cost more.
"""

import numpy as np

from ._indexing import (
    compress_offsets,
    first_of_segment,
    segment_ends,
    segment_median,
    segment_numbers,
    segment_reduce,
    segment_std,
)
from ._validation import POINT_COLUMNS, owned


def clean(X, min_observations=2):
    """Light curves in the form that features are computed from, and the stars that have none.

    Points that are flagged, are upper limits, are not finite in time or magnitude, or lie more than
    a century from the star's median time are dropped. Points are sorted by time, ties by magnitude
    and then error, and exact duplicates are merged, so that the order in which points were given
    never matters. Errors that are missing, not finite or not positive become the star's median
    valid error; where there is none, the standard deviation of its magnitudes. Data that need
    nothing of all this are passed on without a copy.

    Parameters
    ----------
    X : LightCurves
        Light curves as read.
    min_observations : int, default=2
        Fewest usable points of a star.

    Returns
    -------
    cleaned : LightCurves
        The same stars in the same order; a star with a problem has no points.
    problems : dict of int to str
        Why a star cannot be used, by its position.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves, clean
    >>> X = LightCurves([2.0, 0.0, 1.0, 5.0], [15.2, 15.1, float("nan"), 3.0], offsets=[0, 3, 4])
    >>> cleaned, problems = clean(X)
    >>> cleaned.time.tolist(), cleaned.n_points.tolist()
    ([0.0, 2.0], [2, 0])
    >>> problems
    {1: '1 usable point, at least 2 are needed'}
    """
    keep = usable_points(X)
    usable = sorted_and_merged(X if keep.all() else X.select_points(keep))
    kinds = unusable_stars(usable, min_observations)
    unusable = np.logical_or.reduce(list(kinds.values()))
    if not unusable.any():
        return with_valid_errors(usable), {}
    problems = {
        int(star): _reason(X, usable, star, min_observations) for star in np.flatnonzero(unusable)
    }
    cleaned = usable.select_points(np.repeat(~unusable, usable.n_points))
    return with_valid_errors(cleaned), problems


def unusable_stars(usable, min_observations):
    """Masks, (n_stars,), of the stars without features, by what is wrong; points are usable, sorted and merged."""
    value = usable._arguments()["mag"]
    return {
        "too few usable points": usable.n_points < min_observations,
        "all time stamps equal": is_constant(usable.time, usable.offsets),
        f"all {_WORDS[usable.quantity]} equal": is_constant(value, usable.offsets),
    }


_WORDS = {"mag": "magnitudes", "flux": "fluxes"}


def _reason(X, usable, star, min_observations):
    """What is wrong with one unusable star, in words."""
    one = usable[star : star + 1]
    kinds = [kind for kind, stars in unusable_stars(one, min_observations).items() if stars[0]]
    if kinds[0] != "too few usable points":
        return f"{kinds[0]}".replace("all ", "all its ").replace(" equal", " are equal")
    given, left = int(X.n_points[star]), int(one.n_points[0])
    points = f"{left} usable point{'' if left == 1 else 's'}"
    if left < given:
        points += f" of {given} ({_losses(X[star : star + 1], left)})"
    return f"{points}, at least {min_observations} are needed"


def _losses(X, left):
    """Where the points of one star went."""
    measured = measured_points(X)
    finite = np.isfinite(X.time) & finite_values(X._arguments()["mag"])
    stray = int(stray_times(X.time, X.offsets, measured).sum())
    parts = {
        "not finite": int((~finite).sum()),
        "flagged or upper limits": int((finite & ~measured).sum()),
        "more than a century from the median time": stray,
        "duplicates": int(measured.sum()) - stray - left,
    }
    return ", ".join(f"{what}: {count}" for what, count in parts.items() if count)


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
    first, last = segment_ends(time, offsets, measured)
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

    The points are flat indices, increasing; sorted are they star by star, by time, magnitude, error, band and field.
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
