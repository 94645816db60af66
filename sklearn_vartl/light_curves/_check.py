"""What is wrong with light curves, star by star."""

import numpy as np

from ._cleaning import (
    MAX_TIME_DISTANCE,
    finite_values,
    measured_points,
    sorted_and_merged,
    steps_in_time,
    stray_times,
    unusable_stars,
    usable_points,
    valid_errors,
)
from ._ragged import count_true, segment_reduce

_COLUMNS = ("position", "object_id", "problem", "n_affected", "n_points", "effect")
_DAY_IN_SECONDS = 86400.0


def check(X, min_observations=10):
    """What `LightCurves.check` does."""
    import pandas as pd

    found = [*point_problems(X), *star_problems(X, min_observations), *hints(X)]
    n_points = X.n_points
    rows = [
        (int(star), X.ids[star], problem, int(affected[star]), int(n_points[star]), effect)
        for problem, effect, stars, affected in found
        for star in np.flatnonzero(stars)
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.sort_values("position", kind="stable", ignore_index=True)


def point_problems(X):
    """What cleaning mends: (problem, effect, mask of stars, number of affected points)."""
    value, offsets = X._arguments()["mag"], X.offsets
    name = {"mag": "magnitude", "flux": "flux"}[X.quantity]
    masks = {
        "time not finite": ~np.isfinite(X.time),
        f"{name} not finite": ~finite_values(value),
        "flagged": None if X.flag is None else X.flag != 0,
        "upper limit": X.limit,
        "time stamp far from the others": stray_times(X.time, offsets, measured_points(X)),
    }
    for problem, mask in masks.items():
        if mask is not None:
            yield _counted(problem, "dropped", count_true(mask, offsets))
    usable = X.select_points(usable_points(X))
    back, _ = steps_in_time(usable.time, usable.offsets)
    yield _counted("not sorted by time", "sorted", count_true(back, usable.offsets))
    merged = sorted_and_merged(usable)
    yield _counted("duplicate point", "merged", usable.n_points - merged.n_points)
    error = merged._arguments()["magerr"]
    if error is not None:
        bad = count_true(~valid_errors(error), merged.offsets)
        yield _counted("error not positive and finite", "replaced", bad)


def star_problems(X, min_observations):
    """What makes a star unusable: (problem, effect, mask of stars, number of points)."""
    usable = sorted_and_merged(X.select_points(usable_points(X)))
    for problem, stars in unusable_stars(usable, min_observations).items():
        yield problem, "unusable", stars, X.n_points


def hints(X):
    """What cleaning leaves alone but looks like a mistake: (problem, effect, stars, points)."""
    n_points = X.n_points
    if X.quantity == "mag":
        # Surveys write 99.999 or -99 for "not measured".
        with np.errstate(invalid="ignore"):
            placeholder = count_true(np.abs(X.mag) > 50, X.offsets)
        yield _counted("magnitude beyond 50, a placeholder?", "hint", placeholder)
    with np.errstate(over="ignore"):
        for problem, stars in doubtful_times(X.time, X.offsets).items():
            yield problem, "hint", stars, n_points
    _, place, count = np.unique(X.ids.astype(str), return_inverse=True, return_counts=True)
    yield "identifier not unique", "hint", count[place] > 1, n_points


def doubtful_times(time, offsets):
    """Masks, shape (n_stars,), of stars whose time stamps look like no days, by what they are."""
    n_points = np.diff(offsets)
    finite = np.isfinite(time)
    first = segment_reduce(np.minimum, np.where(finite, time, np.inf), offsets)
    last = segment_reduce(np.maximum, np.where(finite, time, -np.inf), offsets)
    span = last - first
    # Taken as days, most points in seconds are further than a century from the others.
    stray = count_true(stray_times(time, offsets, finite), offsets)
    seconds = (span > MAX_TIME_DISTANCE) & (2 * stray > n_points)
    seconds &= span / _DAY_IN_SECONDS < MAX_TIME_DISTANCE
    years = (first > 1850) & (last < 2150) & (span > 0) & (span < 150) & (n_points > 2 * span)
    single = np.where(finite, time, 0.0).astype(np.float32)
    coarse = (single == time) & (np.spacing(np.abs(single)) > 1e-3)
    rounded = (count_true(coarse | ~finite, offsets) == n_points) & (span > 0)
    return {
        "time in seconds?": seconds,
        "time in years?": years,
        "time of single precision, of day lost?": rounded,
    }


def _counted(problem, effect, affected):
    return problem, effect, affected > 0, affected
