"""Short visits far apart: which tooth of the comb is the true peak.

Two visits of length D a time T apart give a periodogram whose peaks, 1/D wide, are combs of teeth 1/T
apart and nearly as high as each other. The heights of grid points a third of a tooth apart tell no
one from the next. Here each comb is scored tooth by tooth with two harmonics, and cheaply: the sums
over the points of one visit, counted from its own middle, change slowly with frequency, so that few
are computed and the others interpolated; only the phase between the visits turns fast.
"""

import numpy as np

from .._compiled import njit
from ._fits import solve_nested, standardised, unit_circle, vertex

# A gap of this part of the time span parts two visits; at most so many together cover at most this
# part of it: else the grid's candidates do.
MIN_GAP = 0.05
MOST_VISITS = 8
MAX_COVERED = 0.25
# Combs looked at, the highest first, while their heights are at least this part of the highest; their
# distance and reach to either side, in units of one over the longest visit; teeth taken from each.
N_COMBS = 6
MIN_HEIGHT = 0.7
COMB_DISTANCE = 0.7
COMB_REACH = 0.6
N_TEETH = 10
# Frequencies computed in the width 1/D of a comb, and tried in that of a tooth.
NODES = 48
TOOTH_OVERSAMPLING = 12
N_HARMONICS = 2


def visits(time, offsets, span):
    """Length of the longest visit (days) of stars that were observed in short ones far apart, 0 for the others."""
    longest = np.zeros(len(span))
    if time.size < 2:
        return longest
    gap = np.diff(time)
    star = np.repeat(np.arange(len(span)), np.diff(offsets))
    wide = (star[1:] == star[:-1]) & (gap > MIN_GAP * span[star[1:]])
    number = np.bincount(star[1:][wide], minlength=len(span))
    between = np.bincount(star[1:][wide], gap[wide], minlength=len(span))
    apart = (number > 0) & (number < MOST_VISITS) & (span - between < MAX_COVERED * span)
    for i in np.flatnonzero(apart):
        first = boundaries(time[offsets[i] : offsets[i + 1]])
        last = np.append(first[1:], offsets[i + 1] - offsets[i]) - 1
        own = time[offsets[i] : offsets[i + 1]]
        longest[i] = np.max(own[last] - own[first])
    return longest


def boundaries(time):
    """Position of the first point of each visit of one star."""
    gap = np.diff(time)
    return np.append(0, np.flatnonzero(gap > MIN_GAP * (time[-1] - time[0])) + 1)


def best_teeth(time, mag, weight, combs, longest, limits, n_candidates):
    """The best frequencies among the teeth of the combs of one star, (n_candidates,), NaN where there are fewer.

    The combs are frequencies, the highest peak first; the longest visit has this length, frequencies these limits.
    """
    star = standardised(time, mag, weight)
    first = boundaries(time)
    shape = len(combs), N_HARMONICS, N_TEETH
    found, height = np.full(shape, np.nan), np.zeros(shape)
    for comb, teeth, explained in zip(combs, found, height, strict=True):
        scan_comb(star, first, comb, longest, limits, teeth, explained)
    # The best of each number of harmonics in turn: what two explain better may be noise.
    order = np.argsort(-height, axis=None, kind="stable").reshape(-1)
    of_harmonics = np.unravel_index(order, shape)[1]
    ranked = np.stack([order[of_harmonics == k] for k in range(N_HARMONICS)], axis=1).ravel()
    best = np.full(n_candidates, np.nan)
    chosen = found.ravel()[ranked]
    chosen = chosen[np.isfinite(chosen)]
    _, place = np.unique(np.round(chosen * 4 * (time[-1] - time[0])), return_index=True)
    chosen = chosen[np.sort(place)][:n_candidates]
    best[: chosen.size] = chosen
    return best


@njit
def visit_sums(star, first, frequency, circle, sums):
    """Fill the sums of one frequency, (n_visits, 2, 2 * N_HARMONICS + 1, 2): of w and w m, real and imaginary."""
    time, _, weight, weighted_mag = star
    for v in range(first.size):
        begin = first[v]
        end = first[v + 1] if v + 1 < first.size else time.size
        middle = 0.5 * (time[begin] + time[end - 1])
        n = end - begin
        cosine, sine = circle[0, :n], circle[1, :n]
        unit_circle(time[begin:end] - middle, frequency, cosine, sine)
        sums[v] = 0.0
        for i in range(n):
            c, s = 1.0, 0.0
            w, m = weight[begin + i], weighted_mag[begin + i]
            for k in range(2 * N_HARMONICS + 1):
                sums[v, 0, k, 0] += w * c
                sums[v, 0, k, 1] += w * s
                if k <= N_HARMONICS:
                    sums[v, 1, k, 0] += m * c
                    sums[v, 1, k, 1] += m * s
                c, s = c * cosine[i] - s * sine[i], c * sine[i] + s * cosine[i]


@njit
def comb_heights(frequency, low, spacing, node, middle, work):
    """Fill how much series of one and of more harmonics explain, from the sums at the nodes."""
    sums, factor, reduced, explained = work
    x = (frequency - low) / spacing
    j = min(max(int(x), 1), len(node) - 3)
    x -= j
    # Lagrange's cubic through the nodes j - 1 to j + 2.
    a = -x * (x - 1.0) * (x - 2.0) / 6.0
    b = (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
    c = -(x + 1.0) * x * (x - 2.0) / 2.0
    d = (x + 1.0) * x * (x - 1.0) / 6.0
    sums[:] = 0.0
    for v in range(middle.size):
        turn = middle[v] * frequency
        angle = 2.0 * np.pi * (turn - np.floor(turn))
        turn_c, turn_s = np.cos(angle), np.sin(angle)
        rotate_c, rotate_s = 1.0, 0.0
        for k in range(2 * N_HARMONICS + 1):
            for row in range(2):
                if row == 1 and k > N_HARMONICS:
                    continue
                real = (
                    a * node[j - 1, v, row, k, 0]
                    + b * node[j, v, row, k, 0]
                    + c * node[j + 1, v, row, k, 0]
                    + d * node[j + 2, v, row, k, 0]
                )
                imaginary = (
                    a * node[j - 1, v, row, k, 1]
                    + b * node[j, v, row, k, 1]
                    + c * node[j + 1, v, row, k, 1]
                    + d * node[j + 2, v, row, k, 1]
                )
                sums[2 * row, k] += real * rotate_c - imaginary * rotate_s
                sums[2 * row + 1, k] += real * rotate_s + imaginary * rotate_c
            rotate_c, rotate_s = (
                rotate_c * turn_c - rotate_s * turn_s,
                rotate_c * turn_s + rotate_s * turn_c,
            )
    solve_nested(sums, N_HARMONICS, factor, reduced, explained)


@njit
def scan_comb(star, first, centre, longest, limits, teeth, height):
    """Fill the best teeth near a frequency, (N_HARMONICS, N_TEETH), and how much is explained there.

    Row k is of series of k + 1 harmonics.
    """
    time = star[0]
    n_visits = first.size
    middle = np.empty(n_visits)
    for v in range(n_visits):
        end = first[v + 1] if v + 1 < n_visits else time.size
        middle[v] = 0.5 * (time[first[v]] + time[end - 1])
    spacing = 1.0 / (NODES * longest)
    n_nodes = int(2 * COMB_REACH * NODES) + 4
    low = centre - 0.5 * (n_nodes - 1) * spacing
    node = np.empty((n_nodes, n_visits, 2, 2 * N_HARMONICS + 1, 2))
    circle = np.empty((2, time.size))
    for j in range(n_nodes):
        visit_sums(star, first, low + j * spacing, circle, node[j])
    size = 2 * N_HARMONICS + 1
    explained = np.empty(N_HARMONICS + 1)
    work = (np.empty((4, size)), np.empty((size, size)), np.empty(size), explained)
    step = 1.0 / (TOOTH_OVERSAMPLING * time[-1])
    begin = max(low + spacing, limits[0])
    n_steps = int((min(low + (n_nodes - 2) * spacing, limits[1]) - begin) / step)
    seen = np.zeros((3, N_HARMONICS))
    for i in range(n_steps):
        comb_heights(begin + i * step, low, spacing, node, middle, work)
        seen[0], seen[1], seen[2] = seen[1], seen[2], explained[1:]
        for k in range(N_HARMONICS):
            earlier, before, now = seen[0, k], seen[1, k], seen[2, k]
            if i < 2 or not (before > earlier and before >= now):
                continue
            # The top of a tooth, not its highest point: neighbours differ by less than these do.
            shift = vertex(earlier, before, now)
            if before + 0.5 * (now - earlier) * shift <= height[k, -1]:
                continue
            frequency = begin + (i - 1 + shift) * step
            for narrow in (0.25 * step, 0.05 * step):
                around = np.empty(3)
                for side in range(3):
                    comb_heights(frequency + (side - 1) * narrow, low, spacing, node, middle, work)
                    around[side] = explained[k + 1]
                frequency += narrow * vertex(around[0], around[1], around[2])
            top = max(around[0], around[1], around[2])
            if top > height[k, -1]:
                place = N_TEETH - 1
                while place > 0 and height[k, place - 1] < top:
                    height[k, place] = height[k, place - 1]
                    teeth[k, place] = teeth[k, place - 1]
                    place -= 1
                height[k, place] = top
                teeth[k, place] = frequency
