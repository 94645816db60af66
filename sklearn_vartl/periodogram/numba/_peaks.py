"""Peaks picked up while the power passes by, so that the spectrum need not be stored."""

import numpy as np

from ..._compiled import njit
from ._lanes import N_LANES, any_less, load, maximum, reduce_max, splat

# Rows looked at together; their number is a multiple of it.
BLOCK = 8


@njit
def collect(
    power, row, frequency, group, n_freq, threshold, index, height, count, n_peaks, min_separation
):
    """Add a group's local maxima above the threshold to the candidates.

    Row ``row[k]`` of `power` has frequency k of each chunk, and `frequency` is the inverse. Ends of chunks are left
    to `collect_ends`. Returns the threshold, the candidates' arrays (longer ones if need be) and their number.
    """
    n_rows = row.size
    for block in range(0, n_rows, BLOCK):
        # A little below, since equal counts as above.
        below = splat(np.float32(threshold * np.float32(0.999999)))
        top = load(power, block * N_LANES)
        for i in range(block + 1, block + BLOCK):
            top = maximum(top, load(power, i * N_LANES))
        if not any_less(below, top):
            continue
        for i in range(block, block + BLOCK):
            k = frequency[i]
            if k == 0 or k == n_rows - 1 or not any_less(below, load(power, i * N_LANES)):
                continue
            for lane in range(N_LANES):
                j = (group * N_LANES + lane) * n_rows + k
                p = power[i * N_LANES + lane]
                if j >= n_freq or p < threshold or p <= power[row[k - 1] * N_LANES + lane]:
                    continue
                if j < n_freq - 1 and p < power[row[k + 1] * N_LANES + lane]:
                    continue
                if count == index.size:
                    threshold, count = prune(index, height, count, 2 * n_peaks, min_separation)
                    if count > index.size // 2:
                        index = longer(index, 2 * index.size)
                        height = longer(height, 2 * height.size)
                    if p < threshold:
                        continue
                index[count] = j
                height[count] = p
                count += 1
    return threshold, index, height, count


@njit
def highest(power):
    """Return the highest power of a group."""
    a = b = c = d = load(power, 0)
    for i in range(0, power.size, 4 * N_LANES):
        a = maximum(a, load(power, i))
        b = maximum(b, load(power, i + N_LANES))
        c = maximum(c, load(power, i + 2 * N_LANES))
        d = maximum(d, load(power, i + 3 * N_LANES))
    return reduce_max(maximum(maximum(a, b), maximum(c, d)))


@njit
def keep_edges(power, row, group, edge):
    """Keep each chunk's first two and last two powers."""
    n_rows = row.size
    for lane in range(N_LANES):
        e = 4 * (group * N_LANES + lane)
        edge[e] = power[row[0] * N_LANES + lane]
        edge[e + 1] = power[row[1] * N_LANES + lane]
        edge[e + 2] = power[row[n_rows - 2] * N_LANES + lane]
        edge[e + 3] = power[row[n_rows - 1] * N_LANES + lane]


@njit
def collect_ends(edge, n_rows, n_freq, threshold, index, height, count):
    """Add the local maxima at the first and last frequencies of the chunks to the candidates."""
    n_chunks = (n_freq + n_rows - 1) // n_rows
    if index.size < count + 2 * n_chunks:
        index = longer(index, count + 2 * n_chunks)
        height = longer(height, count + 2 * n_chunks)
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
def longer(values, size):
    """Return a copy with room for `size` values."""
    copy = np.empty(size, dtype=values.dtype)
    for i in range(values.size):
        copy[i] = values[i]
    return copy


@njit
def greedy(index, height, count, n_wanted, min_separation):
    """Return which candidates are the highest, none closer than `min_separation` to a higher one."""
    left = height[:count].copy()
    chosen = np.empty(n_wanted, dtype=np.int64)
    n_chosen = 0
    nearest = -min_separation
    while n_chosen < n_wanted:
        best = -1
        highest = np.float32(-1)
        for i in range(count):
            if abs(index[i] - nearest) < min_separation:
                left[i] = -1
            elif left[i] > highest or (left[i] == highest and best >= 0 and index[i] < index[best]):
                best = i
                highest = left[i]
        if best < 0:
            break
        chosen[n_chosen] = best
        n_chosen += 1
        nearest = index[best]
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
