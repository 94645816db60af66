"""Spreading of points onto a grid, for eight neighbouring chunks of the frequency axis side by side.

A row is one complex number a lane: eight real parts, then eight imaginary parts. All lanes share
the points' positions on the grid, their kernel weights and all twiddle factors; only the rotations
differ.
"""

import numpy as np

from .._compiled import njit
from ._lanes import broadcast, inline, load, splat, store
from ._numba_tables import MARGIN, ROW, WIDTH


@njit
def plan_pairs(position, row, pair):
    """Pair up neighbouring points that touch the same rows; return the number of pairs.

    ``row[i]`` is the first row of pair i, margin included, ``pair[2 i]`` and ``pair[2 i + 1]`` are
    its points, one and the same where there is but one.
    """
    n_pairs = 0
    for p in range(position.size):
        first = np.int64(np.ceil(position[p] - WIDTH / 2)) + MARGIN
        last = 2 * n_pairs - 1
        if n_pairs and row[n_pairs - 1] == first and pair[last] == pair[last - 1]:
            pair[last] = p
        else:
            row[n_pairs] = first
            pair[last + 1] = pair[last + 2] = p
            n_pairs += 1
    return n_pairs


@njit
def kernel_weights(position, value, coefficients, n_pairs, row, pair, weights):
    """Evaluate the kernel around each position, times the point's value, in the order of the pairs."""
    degree = coefficients.size // WIDTH - 1
    for i in range(2 * n_pairs):
        p = pair[i]
        if i % 2 == 1 and pair[i - 1] == p:
            store(weights, i * WIDTH, splat(np.float32(0)))
            continue
        x = np.float32(row[i // 2] - MARGIN - position[p] + (WIDTH - 1) / 2)
        total = load(coefficients, degree * WIDTH)
        for d in range(degree - 1, -1, -1):
            total = total * x + load(coefficients, d * WIDTH)
        store(weights, i * WIDTH, total * np.float32(value[p]))


@njit
def list_touched(row, n_pairs, period, length, touched):
    """List the rows that any pair, or the folding of the ends, touches; return how many there are."""
    n_rows = length + 2 * MARGIN
    is_touched = np.zeros(n_rows, dtype=np.bool_)
    is_touched[period : period + MARGIN] = True
    is_touched[n_rows - period - MARGIN : n_rows - period] = True
    for i in range(n_pairs):
        is_touched[row[i] : row[i] + WIDTH] = True
    n = 0
    for r in range(n_rows):
        if is_touched[r]:
            touched[n] = r
            n += 1
    return n


@njit
def spread(base_x, base_y, offset, doubled, weights, row, pair, n_pairs, touched, n_touched, grid):
    """Write the sum over the points of rotation times kernel weights to the rows that any point touches.

    The rotation is `base`, common to the lanes, times `offset`, or, if `doubled`, the square of that. Points go in
    pairs: half the loads and stores of the grid. Rows touched by none stay as they are, that is zero.
    """
    zero = splat(np.float32(0))
    for i in range(n_touched):
        store(grid, touched[i] * ROW, zero)
        store(grid, touched[i] * ROW + 8, zero)
    if doubled:
        for i in range(n_pairs):
            ax, ay = _rotation(base_x, base_y, offset, pair[2 * i])
            bx, by = _rotation(base_x, base_y, offset, pair[2 * i + 1])
            ax, ay, bx, by = ax * ax - ay * ay, (ax + ax) * ay, bx * bx - by * by, (bx + bx) * by
            _spread_two(ax, ay, bx, by, weights, 2 * i * WIDTH, grid, row[i] * ROW)
    else:
        for i in range(n_pairs):
            ax, ay = _rotation(base_x, base_y, offset, pair[2 * i])
            bx, by = _rotation(base_x, base_y, offset, pair[2 * i + 1])
            _spread_two(ax, ay, bx, by, weights, 2 * i * WIDTH, grid, row[i] * ROW)


@inline
def _rotation(base_x, base_y, offset, p):
    c, s = broadcast(base_x, p), broadcast(base_y, p)
    u, v = load(offset, p * ROW), load(offset, p * ROW + 8)
    return u * c - v * s, u * s + v * c


@inline
def _spread_two(ax, ay, bx, by, weights, w, grid, g):
    for tap in range(WIDTH):
        u, v = broadcast(weights, w + tap), broadcast(weights, w + WIDTH + tap)
        store(grid, g, load(grid, g) + (ax * u + bx * v))
        store(grid, g + 8, load(grid, g + 8) + (ay * u + by * v))
        g += ROW
