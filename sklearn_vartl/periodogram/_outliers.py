"""Measurements that stand alone: far from all others, and from their neighbours in time and in phase."""

import numpy as np

from .._compiled import njit
from ._fits import kth_smallest, stable_order

# Fewer points do not tell what is far from them.
MIN_POINTS = 20
# Beyond the quartiles, in interquartile ranges: 4.7 standard deviations of a normal distribution. The
# neighbours that speak for a point need not be as far.
FAR, NEIGHBOUR_FAR = 3.0, 1.5
# So many of the two before and the two after speak for a point.
N_SIDE, N_SPEAKING = 2, 2
# Days without a point between two visits.
BETWEEN_VISITS = 0.5
# A star of which more stands apart has two states, and no outliers.
LARGEST_SHARE = 0.1


def judged_by_time(time, mag, offsets):
    """Which points are outliers unless their phase speaks for them, and magnitudes of these stars within the limits.

    A point beyond the limits with two alike among its four neighbours in time is part of an eclipse, an outburst, or a
    slow change. The points of a visit that is off as a whole do not speak for each other: clouds take them all.
    """
    doubtful, limited = np.zeros(mag.size, dtype=bool), mag.copy()
    mark_doubtful(time, mag, offsets, doubtful, limited)
    return doubtful, limited


def judged_by_phase(points, doubtful, period):
    """The doubtful points that stand alone in the folded light curve too: the outliers.

    Points are times, magnitudes and offsets. Where the period is NaN, time alone has judged.
    """
    outlier = doubtful.copy()
    if outlier.any():
        keep_outliers(*points, period, outlier)
    return outlier


@njit
def mark_doubtful(time, mag, offsets, doubtful, limited):
    """Fill what `judged_by_time` returns; `doubtful` is False before, `limited` the magnitudes."""
    for i in range(offsets.size - 1):
        first, last = offsets[i], offsets[i + 1]
        if last - first < MIN_POINTS:
            continue
        (low, high), near = star_limits(mag[first:last])
        if low == high:
            continue
        found = False
        for j in range(first, last):
            way = side(mag[j], low, high)
            if way == 0:
                continue
            start, end = own_visit(time, mag, first, last, j, near)
            alike = 0
            for k in range(max(start - N_SIDE, first), start):
                alike += side(mag[k], near[0], near[1]) == way
            for k in range(end, min(end + N_SIDE, last)):
                alike += side(mag[k], near[0], near[1]) == way
            if alike < N_SPEAKING:
                doubtful[j] = found = True
        if found:
            for j in range(first, last):
                limited[j] = min(max(mag[j], low), high)


@njit
def keep_outliers(time, mag, offsets, period, outlier):
    """Take the points for which their phase speaks off the outliers."""
    for i in range(offsets.size - 1):
        first, n = offsets[i], offsets[i + 1] - offsets[i]
        own = mag[first : first + n]
        left = np.sum(outlier[first : first + n])
        if left == 0:
            continue
        (low, high), near = star_limits(own)
        # Unlike minima fall on each other at half their period: twice the period is asked, too.
        for cycles in (1.0, 2.0):
            if left == 0 or not np.isfinite(period[i]):
                break
            fold = cycles * period[i]
            order = stable_order((time[first : first + n] - time[first]) / fold % 1.0)
            for j in range(n):
                way = side(own[order[j]], low, high)
                if way == 0 or not outlier[first + order[j]]:
                    continue
                start, end = own_visit(time, mag, first, first + n, first + order[j], near)
                alike = 0
                for turn in (-1, 1):
                    step, asked = 0, 0
                    while asked < N_SIDE and step < n:
                        step += 1
                        # The first phase follows the last.
                        other = first + order[(j + turn * step) % n]
                        if start <= other < end:
                            continue
                        asked += 1
                        alike += side(mag[other], near[0], near[1]) == way
                if alike >= N_SPEAKING:
                    outlier[first + order[j]] = False
                    left -= 1
        if left > LARGEST_SHARE * n:
            for j in range(first, first + n):
                outlier[j] = False


@njit
def own_visit(time, mag, first, last, j, near):
    """First and last + 1 of the points that do not speak for point `j` of a star: its visit, if that is off as a whole.

    Otherwise, as within a long visit, the point alone.
    """
    way, start, end = side(mag[j], near[0], near[1]), j, j + 1
    while start > first and time[start] - time[start - 1] < BETWEEN_VISITS:
        if side(mag[start - 1], near[0], near[1]) != way:
            return j, j + 1
        start -= 1
    while end < last and time[end] - time[end - 1] < BETWEEN_VISITS:
        if side(mag[end], near[0], near[1]) != way:
            return j, j + 1
        end += 1
    return start, end


@njit
def star_limits(mag):
    """Brightest and faintest magnitude that is near, for a point itself and for a neighbour that speaks."""
    first = kth_smallest(mag, (mag.size - 1) // 4)
    third = kth_smallest(mag, 3 * (mag.size - 1) // 4)
    beyond, beside = FAR * (third - first), NEIGHBOUR_FAR * (third - first)
    return (first - beyond, third + beyond), (first - beside, third + beside)


@njit
def side(mag, low, high):
    """-1 for a point that is too bright, 1 for one that is too faint, 0 for others."""
    return int(mag > high) - int(mag < low)
