"""Peaks picked up while the power passes by, so that the spectrum need not be stored."""

import numpy as np

from .._compiled import njit
from ._lanes import any_less, load, reduce_max, splat, where_less

LANES = 8
BLOCK = 16


@njit
def collect(power, n_rows, group, n_freq, threshold, index, height, count, n_peaks, min_separation):
    """Add a group's local maxima above the threshold to the candidates.

    Ends of chunks are left to `collect_ends`. Returns the threshold, the candidates' arrays (longer
    ones if need be) and their number.
    """
    row = 1
    while row < n_rows - 1:
        end = min(row + BLOCK, n_rows - 1)
        top = load(power, row * LANES)
        for k in range(row + 1, end):
            p = load(power, k * LANES)
            top = where_less(top, p, p, top)
        # A little below, since equal counts as above.
        if any_less(splat(np.float32(threshold * np.float32(0.999999))), top):
            for lane in range(LANES):
                start = (group * LANES + lane) * n_rows
                for k in range(row, min(end, n_freq - start)):
                    p = power[k * LANES + lane]
                    if p < threshold or p <= power[(k - 1) * LANES + lane]:
                        continue
                    if start + k < n_freq - 1 and p < power[(k + 1) * LANES + lane]:
                        continue
                    if count == index.size:
                        threshold, count = prune(index, height, count, 2 * n_peaks, min_separation)
                        if count > index.size // 2:
                            index = np.concatenate((index, np.empty_like(index)))
                            height = np.concatenate((height, np.empty_like(height)))
                        if p < threshold:
                            continue
                    index[count] = start + k
                    height[count] = p
                    count += 1
        row = end
    return threshold, index, height, count


@njit
def highest(power):
    """Return the highest power of a group."""
    top = load(power, 0)
    for i in range(LANES, power.size, LANES):
        p = load(power, i)
        top = where_less(top, p, p, top)
    return reduce_max(top)


@njit
def keep_edges(power, n_rows, group, edge):
    """Keep each chunk's first two and last two powers."""
    for i in range(LANES):
        e = 4 * (group * LANES + i)
        edge[e] = power[i]
        edge[e + 1] = power[LANES + i]
        edge[e + 2] = power[(n_rows - 2) * LANES + i]
        edge[e + 3] = power[(n_rows - 1) * LANES + i]


@njit
def collect_ends(edge, n_rows, n_freq, threshold, index, height, count):
    """Add the local maxima at the first and last frequencies of the chunks to the candidates."""
    n_chunks = (n_freq + n_rows - 1) // n_rows
    if index.size < count + 2 * n_chunks:
        index = np.concatenate((index, np.empty(2 * n_chunks, dtype=index.dtype)))
        height = np.concatenate((height, np.empty(2 * n_chunks, dtype=height.dtype)))
    for chunk in range(n_chunks):
        e = 4 * chunk
        j = chunk * n_rows
        if edge[e] >= threshold and (j == 0 or edge[e] > edge[e - 1]):
            if j == n_freq - 1 or edge[e] >= edge[e + 1]:
                index[count] = j
                height[count] = edge[e]
                count += 1
        j += n_rows - 1
        if j < n_freq and edge[e + 3] >= threshold and edge[e + 3] > edge[e + 2]:
            if j == n_freq - 1 or edge[e + 3] >= edge[e + 4]:
                index[count] = j
                height[count] = edge[e + 3]
                count += 1
    return index, height, count


@njit
def greedy(index, height, count, n_wanted, min_separation):
    """Return which candidates are the highest, none closer than `min_separation` to a higher one."""
    alive = np.ones(count, dtype=np.bool_)
    chosen = np.empty(n_wanted, dtype=np.int64)
    n_chosen = 0
    while n_chosen < n_wanted:
        best = -1
        for i in range(count):
            if alive[i] and (
                best < 0
                or height[i] > height[best]
                or (height[i] == height[best] and index[i] < index[best])
            ):
                best = i
        if best < 0:
            break
        chosen[n_chosen] = best
        n_chosen += 1
        for i in range(count):
            if abs(index[i] - index[best]) < min_separation:
                alive[i] = False
    return chosen[:n_chosen]


@njit
def prune(index, height, count, n_wanted, min_separation):
    """Drop the candidates that cannot be among the highest peaks; return the new threshold and number.

    A peak hides at most two of `n_wanted` separated ones, so at least half of these, or as many
    others as high, will be chosen in the end: what is lower than all of them will not, if half of
    `n_wanted` are to be chosen.
    """
    chosen = greedy(index, height, count, n_wanted, min_separation)
    if chosen.size < n_wanted:
        return np.float32(-1), count
    threshold = height[chosen[-1]]
    kept = 0
    for i in range(count):
        if height[i] >= threshold:
            index[kept] = index[i]
            height[kept] = height[i]
            kept += 1
    return threshold, kept
