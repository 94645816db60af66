"""The compiled non-uniform FFT: eight neighbouring chunks of the frequency axis side by side.

A row is one complex number a lane: eight real parts, then eight imaginary parts. All lanes share the points'
positions on the grid, their kernel weights and all twiddle factors; only the rotations differ.
"""

import numpy as np

from .._compiled import njit
from ._lanes import broadcast, inline, load, splat, store
from ._numba_tables import MARGIN, ROW, WIDTH


@njit
def kernel_weights(position, value, coefficients, first, weights):
    """Evaluate the kernel around each position, times the point's value.

    ``weights[8 p : 8 p + 8]`` belong to the rows from ``first[p]`` on, margin included.
    """
    degree = coefficients.size // WIDTH - 1
    for p in range(position.size):
        row = np.int64(np.ceil(position[p] - WIDTH / 2))
        first[p] = row + MARGIN
        x = np.float32(row - position[p] + (WIDTH - 1) / 2)
        total = load(coefficients, degree * WIDTH)
        for d in range(degree - 1, -1, -1):
            total = total * x + load(coefficients, d * WIDTH)
        store(weights, p * WIDTH, total * np.float32(value[p]))


@njit
def spread(rotation, weights, first, n_points, increasing, grid):
    """Write the sum over the points of rotation times kernel weights to the rows that any point touches.

    Neighbouring points often touch the same rows (one night, one grid step): their sum stays in registers,
    four rows at a time. With `increasing` rows it is known which are new, and only these are cleared; rows
    touched by no point stay as they are, that is zero.
    """
    zero = splat(np.float32(0))
    touched = 0
    if not increasing:
        touched = grid.size // ROW
        for i in range(0, grid.size, 8):
            store(grid, i, zero)
    p = 0
    while p < n_points:
        row = first[p]
        end = p + 1
        while end < n_points and first[end] == row:
            end += 1
        for i in range(max(touched, row) * ROW, (row + WIDTH) * ROW, 8):
            store(grid, i, zero)
        touched = max(touched, row + WIDTH)
        for tap in range(0, WIDTH, 4):
            x0 = x1 = x2 = x3 = y0 = y1 = y2 = y3 = zero
            w = p * WIDTH + tap
            for i in range(p * ROW, end * ROW, ROW):
                x, y = load(rotation, i), load(rotation, i + 8)
                u = broadcast(weights, w)
                x0, y0 = x0 + x * u, y0 + y * u
                u = broadcast(weights, w + 1)
                x1, y1 = x1 + x * u, y1 + y * u
                u = broadcast(weights, w + 2)
                x2, y2 = x2 + x * u, y2 + y * u
                u = broadcast(weights, w + 3)
                x3, y3 = x3 + x * u, y3 + y * u
                w += WIDTH
            g = (row + tap) * ROW
            _add(grid, g, x0, y0)
            _add(grid, g + ROW, x1, y1)
            _add(grid, g + 2 * ROW, x2, y2)
            _add(grid, g + 3 * ROW, x3, y3)
        p = end


@inline
def _add(grid, g, x, y):
    store(grid, g, load(grid, g) + x)
    store(grid, g + 8, load(grid, g + 8) + y)


@njit
def rotate(base, offset, rotation, n_points):
    """Turn each point's lane offsets by its base: the rotations at the centres of eight chunks."""
    for p in range(n_points):
        c, s = broadcast(base, 2 * p), broadcast(base, 2 * p + 1)
        x, y = load(offset, p * ROW), load(offset, p * ROW + 8)
        store(rotation, p * ROW, x * c - y * s)
        store(rotation, p * ROW + 8, x * s + y * c)


@njit
def square(rotation, n_points):
    """Double all angles, in place."""
    two = np.float32(2)
    for p in range(n_points):
        x, y = load(rotation, p * ROW), load(rotation, p * ROW + 8)
        store(rotation, p * ROW, x * x - y * y)
        store(rotation, p * ROW + 8, x * y * two)
