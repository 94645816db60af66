"""The cleaning policy: what every feature sees of a light curve."""

import numpy as np

from ._cleaning_steps import (
    finite_values,
    is_constant,
    measured_points,
    sorted_and_merged,
    stray_times,
    usable_points,
    with_valid_errors,
)


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
    """Masks, shape (n_stars,), of the stars without features, by what is wrong with them.

    Parameters
    ----------
    usable : LightCurves
        Usable points only, sorted and merged.
    min_observations : int
        Fewest points of a star.
    """
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
