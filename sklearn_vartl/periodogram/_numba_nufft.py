"""Spreading of points onto a grid, for eight neighbouring chunks of the frequency axis side by side.

A row is one complex number a lane: eight real parts, then eight imaginary parts. All lanes share
the points' positions on the grid, their kernel weights and all twiddle factors; only the rotations
differ.
"""

import numpy as np

from .._compiled import njit
from ._lanes import broadcast, load, splat, store
from ._numba_tables import MARGIN, ROW, WIDTH


@njit
def plan_pairs(position, row, pair):
    """Pair up neighbouring points that touch the same rows; return the number of pairs.

    ``row[i]`` is the first row of pair i, margin included, ``pair[2 i]`` and ``pair[2 i + 1]`` are
    its points; the second is -1 for a single one.
    """
    n_pairs = 0
    for p in range(position.size):
        first = np.int64(np.ceil(position[p] - WIDTH / 2)) + MARGIN
        if n_pairs and row[n_pairs - 1] == first and pair[2 * n_pairs - 1] < 0:
            pair[2 * n_pairs - 1] = p
        else:
            row[n_pairs] = first
            pair[2 * n_pairs] = p
            pair[2 * n_pairs + 1] = -1
            n_pairs += 1
    return n_pairs


@njit
def kernel_weights(position, value, coefficients, n_pairs, row, pair, weights):
    """Evaluate the kernel around each position, times the point's value, in the order of the pairs."""
    degree = coefficients.size // WIDTH - 1
    for i in range(2 * n_pairs):
        p = pair[i]
        if p < 0:
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
def spread(rotation, weights, row, pair, n_pairs, touched, n_touched, grid):
    """Write the sum over the points of rotation times kernel weights to the rows that any point touches.

    Points go in pairs: half the loads and stores of the grid. Rows touched by none stay as they
    are, that is zero.
    """
    zero = splat(np.float32(0))
    for i in range(n_touched):
        store(grid, touched[i] * ROW, zero)
        store(grid, touched[i] * ROW + 8, zero)
    for i in range(n_pairs):
        g = row[i] * ROW
        w = 2 * i * WIDTH
        a = pair[2 * i] * ROW
        b = max(pair[2 * i + 1], 0) * ROW
        ax, ay, bx, by = (
            load(rotation, a),
            load(rotation, a + 8),
            load(rotation, b),
            load(rotation, b + 8),
        )
        for tap in range(WIDTH):
            u, v = broadcast(weights, w + tap), broadcast(weights, w + WIDTH + tap)
            o = g + tap * ROW
            store(grid, o, load(grid, o) + (ax * u + bx * v))
            store(grid, o + 8, load(grid, o + 8) + (ay * u + by * v))


@njit
def rotate(base_x, base_y, offset, rotation, doubled, n_points):
    """Turn each point's lane offsets by its base: rotations at the centres of eight chunks, and their squares."""
    for p in range(n_points):
        c, s = broadcast(base_x, p), broadcast(base_y, p)
        o = p * ROW
        u, v = load(offset, o), load(offset, o + 8)
        x, y = u * c - v * s, u * s + v * c
        store(rotation, o, x)
        store(rotation, o + 8, y)
        store(doubled, o, x * x - y * y)
        store(doubled, o + 8, (x + x) * y)
