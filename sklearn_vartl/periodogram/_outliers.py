"""Measurements that stand alone: far from all others, and from their neighbours in time and in phase."""

import numpy as np

# Fewer points do not tell what is far from them.
MIN_POINTS = 20
# Beyond the quartiles, in interquartile ranges: 4.7 standard deviations of a normal distribution. The
# neighbours that speak for a point need not be as far.
FAR, NEIGHBOUR_FAR = 3.0, 1.5
# So many of the two before and the two after speak for a point.
N_SIDE, N_SPEAKING = 2, 2
_NOBODY = np.zeros(N_SIDE, dtype=np.int8)
# A star of which more stands apart has two states, and no outliers.
LARGEST_SHARE = 0.1


def judged_by_time(mag, offsets):
    """Which points are outliers unless their phase speaks for them, and magnitudes of these stars within the limits.

    A point beyond the limits with two alike among its four neighbours in time is part of an eclipse, an outburst, or a
    slow change.

    Returns
    -------
    doubtful : ndarray of shape (n_points,), bool
    limited : ndarray of shape (n_points,)
        `mag` itself where no point is doubtful.
    """
    doubtful = np.zeros(mag.size, dtype=bool)
    limited = mag.copy()
    for first, last in zip(offsets[:-1], offsets[1:], strict=True):
        own = mag[first:last]
        if own.size < MIN_POINTS:
            continue
        low, high = star_limits(own)
        if low[1] == high[1] or (own.min() >= low[1] and own.max() <= high[1]):
            continue
        speaks, side = sides(own, low, high)
        alone = (side != 0) & ~spoken_for(side, speaks, closed=False)
        if alone.any():
            doubtful[first:last] = alone
            limited[first:last] = np.clip(own, low[1], high[1])
    return doubtful, limited


def judged_by_phase(points, doubtful, period):
    """The doubtful points that stand alone in the folded light curve too: the outliers.

    Parameters
    ----------
    points : tuple of time, mag, offsets
    doubtful : ndarray of shape (n_points,), bool
    period : ndarray of shape (n_stars,)
        NaN where there is none: then time alone has judged.
    """
    time, mag, offsets = points
    outlier = doubtful.copy()
    for i in stars_of(doubtful, offsets):
        first, last = offsets[i], offsets[i + 1]
        # Unlike minima fall on each other at half their period: twice the period is asked, too.
        for each in (period[i], 2 * period[i]) if np.isfinite(period[i]) else ():
            order = np.argsort((time[first:last] - time[first]) / each % 1.0, kind="stable")
            own = mag[first:last][order]
            speaks, side = sides(own, *star_limits(own))
            outlier[first + order[spoken_for(side, speaks, closed=True)]] = False
        if np.count_nonzero(outlier[first:last]) > LARGEST_SHARE * (last - first):
            outlier[first:last] = False
    return outlier


def star_limits(mag):
    """Brightest and faintest magnitude that is near, for a neighbour that speaks and for a point itself."""
    first, third = (mag.size - 1) // 4, 3 * (mag.size - 1) // 4
    ordered = np.partition(mag, (first, third))
    beyond = np.array([NEIGHBOUR_FAR, FAR]) * (ordered[third] - ordered[first])
    return ordered[first] - beyond, ordered[third] + beyond


def sides(mag, low, high):
    """-1 for points that are too bright, 1 for those that are too faint, 0 for others; a row for each limit."""
    return (mag > high[:, None]).astype(np.int8) - (mag < low[:, None])


def spoken_for(side, speaks, *, closed):
    """Points with enough neighbours on the same side; in a closed order the first follows the last."""
    before, after = (speaks[-N_SIDE:], speaks[:N_SIDE]) if closed else (_NOBODY, _NOBODY)
    around = np.concatenate([before, speaks, after])
    steps = [step for step in range(2 * N_SIDE + 1) if step != N_SIDE]
    alike = sum((around[step : step + side.size] == side).astype(int) for step in steps)
    return (side != 0) & (alike >= N_SPEAKING)


def stars_of(chosen, offsets):
    """Stars with at least one of the chosen points."""
    return np.unique(np.searchsorted(offsets, np.flatnonzero(chosen), side="right") - 1)


def without_points(points, dropped):
    """Arrays of points, the last one the offsets of the stars, without some of the points."""
    *arrays, offsets = points
    before = np.concatenate([[0], np.cumsum(dropped)])
    return *(values[~dropped] for values in arrays), offsets - before[offsets]


def of_stars(points, stars):
    """The points of some stars only."""
    *arrays, offsets = points
    counts = np.diff(offsets)
    wanted = np.zeros(counts.size, dtype=bool)
    wanted[stars] = True
    chosen = np.repeat(wanted, counts)
    return *(values[chosen] for values in arrays), np.concatenate([[0], np.cumsum(counts[stars])])
