"""Which points of a light curve another survey would have taken."""

import numpy as np


def choose_window(time, length, n_wanted, rng):
    """Choose a window of a light curve at random.

    Parameters
    ----------
    time : ndarray of shape (n_points,)
        Sorted.
    length : float
        Days.
    n_wanted : int
        Windows with fewer points are taken only where there is no better one.
    rng : numpy Generator

    Returns
    -------
    window : slice
        Of the points.
    """
    end = np.searchsorted(time, time + length, side="right")
    count = end - np.arange(len(time))
    # A window that reaches beyond the last point is shorter than it should be.
    whole = time + length <= max(time[-1], time[0] + length)
    count = np.where(whole, count, 0)
    enough = np.flatnonzero(count >= min(n_wanted, count.max()))
    first = int(rng.choice(enough))
    return slice(first, int(end[first]))


def match_points(time, wanted):
    """For each wanted time the nearest point, none twice.

    Parameters
    ----------
    time : ndarray of shape (n_points,)
        Sorted.
    wanted : ndarray of shape (n_wanted,)
        Sorted.

    Returns
    -------
    points : ndarray of int of shape (min(n_points, n_wanted),)
        Positions in `time`, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> match_points(np.array([0.0, 1.0, 2.0, 9.0]), np.array([0.9, 1.1, 8.0])).tolist()
    [1, 2, 3]
    """
    if len(wanted) >= len(time):
        return np.arange(len(time))
    taken = np.zeros(len(time), dtype=bool)
    while len(wanted):
        free = np.flatnonzero(~taken)
        nearest = _nearest(time[free], wanted)
        # Of several that want one point the nearest gets it; the others look further.
        order = np.lexsort((np.abs(time[free][nearest] - wanted), nearest))
        first = np.ones(len(order), dtype=bool)
        first[1:] = nearest[order][1:] != nearest[order][:-1]
        served = np.zeros(len(wanted), dtype=bool)
        served[order[first]] = True
        taken[free[nearest[served]]] = True
        wanted = wanted[~served]
    return np.flatnonzero(taken)


def _nearest(time, wanted):
    """Position in sorted `time` of the point nearest to each wanted time."""
    right = np.clip(np.searchsorted(time, wanted), 1, max(len(time) - 1, 1))
    right = np.minimum(right, len(time) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(wanted - time[left] <= time[right] - wanted, left, right)
