"""The transforms of one star, for neighbouring chunks of the frequency axis side by side.

The points are spread onto a grid, which is then transformed. A row is one complex number a lane:
first all real parts, then all imaginary parts. All lanes share the points' positions on the grid,
their kernel weights and all twiddle factors; only the rotations differ.
"""

import math

import numpy as np

from ..._compiled import REORDER, njit
from ._fft import keep_ends, transform
from ._lanes import N_LANES, broadcast, inline, load, splat, store
from ._power import cis, finish, finish_mean, finish_modulus, single_cis
from ._tables import MARGIN, ROW, WIDTH


@njit
def prepare(t, m, w, df, fit_mean, plan, work):
    """Set up a star: runs of points and their kernel weights.

    Returns the numbers of runs and of touched rows, for y and for v.
    """
    n = t.size
    size = plan.size
    position, value = work.position[:n], work.value[:n]
    grid_positions(t, df * plan.n_shifts, 1.0, size, position)
    for p in range(n):
        value[p] = w[p] * m[p]
    row, first = work.rows[0], work.first[0]
    y_runs = plan_runs(position, row, first)
    y_touched = list_touched(row, y_runs, size, size, work.touched[0])
    kernel_weights(position, value, plan.coefficients, y_runs, row, first, work.weights_y)
    if fit_mean:
        kernel_weights(position, w, plan.coefficients, y_runs, row, first, work.weights_w)
    grid_positions(t, 2 * df * plan.n_shifts, 2.0, size, position)
    for p in range(n):
        value[p] = w[p] * math.sqrt(0.5)
    row, first = work.rows[1], work.first[1]
    v_runs = plan_runs(position, row, first)
    v_touched = list_touched(row, v_runs, size, 2 * size, work.touched[1])
    kernel_weights(position, value, plan.coefficients, v_runs, row, first, work.weights_v)
    work.grid_y[:] = 0
    work.grid_v[:] = 0
    work.grid_w[:] = 0
    return y_runs, y_touched, v_runs, v_touched


@njit
def prepare_modulus(t, value, f_min, df, plan, work):
    """Set up one transform of the values alone; return the numbers of runs and of touched rows."""
    size = plan.size
    position = work.position[: t.size]
    grid_positions(t, df * plan.n_shifts, 1.0, size, position)
    row, first = work.rows[0], work.first[0]
    n_runs = plan_runs(position, row, first)
    n_touched = list_touched(row, n_runs, size, size, work.touched[0])
    kernel_weights(position, value, plan.coefficients, n_runs, row, first, work.weights_y)
    work.grid_y[:] = 0
    begin_rotation(t, f_min, df, plan.row.size, work)
    return n_runs, n_touched


@njit
def group_modulus(n_points, counts, plan, work):
    """Compute the squared modulus of that transform in the next chunks, one a lane."""
    x, y = work.single_x, work.single_y
    advance(work.base_x, work.base_y, work.step_x, work.step_y, n_points, x, y)
    n_runs, n_touched = counts
    size = plan.size
    spread(
        x, y, work.offset, False, work.weights_y, work.rows[0], work.first[0], n_runs,
        work.touched[0], n_touched, work.grid_y,
    )  # fmt: skip
    keep_ends(work.grid_y, size, size, work.ends_y)
    for shift in range(plan.n_shifts):
        transform(
            work.grid_y, size, size, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_y, work.scratch, work.y,
        )  # fmt: skip
        finish_modulus(
            work.y, size, shift, plan.row.size // plan.n_shifts, plan.scale_mean, plan.twiddle, work.power,
        )  # fmt: skip


@njit
def grid_positions(t, frequency, n_periods, size, position):
    """Place times on a grid of `size` rows a period; if they run over its end, modulo a period."""
    wrapped = t[t.size - 1] * frequency > n_periods + 1e-8
    for p in range(t.size):
        x = t[p] * frequency
        position[p] = size * (x - np.floor(x) if wrapped else x)


@njit
def begin_rotation(t, f_min, df, n_rows, work):
    """Compute the rotations of each time: in the middle of the first chunk, by each lane, by a whole group."""
    for p in range(t.size):
        work.base_x[p], work.base_y[p] = cis(-t[p] * (f_min + df * (n_rows // 2)))
        work.step_x[p], work.step_y[p] = cis(-t[p] * (df * n_rows * N_LANES))
    rotate_lanes(t, df * n_rows * np.arange(N_LANES), work.offset)


@njit(fastmath=REORDER)
def rotate_lanes(t, frequency, offset):
    """Compute the rotation of each time by the frequency of each lane."""
    for p in range(t.size):
        for lane in range(N_LANES):
            c, s = single_cis(-t[p] * frequency[lane])
            offset[p * ROW + lane] = c
            offset[p * ROW + N_LANES + lane] = s


@njit
def group_power(n_points, counts, fit_mean, plan, work):
    """Compute the power of the next chunks, one a lane."""
    x, y = work.single_x, work.single_y
    advance(work.base_x, work.base_y, work.step_x, work.step_y, n_points, x, y)
    y_runs, y_touched, v_runs, v_touched = counts
    size = plan.size
    row, first, touched = work.rows[0], work.first[0], work.touched[0]
    spread(
        x, y, work.offset, False, work.weights_y, row, first, y_runs, touched, y_touched,
        work.grid_y,
    )  # fmt: skip
    keep_ends(work.grid_y, size, size, work.ends_y)
    if fit_mean:
        spread(
            x, y, work.offset, False, work.weights_w, row, first, y_runs, touched, y_touched,
            work.grid_w,
        )  # fmt: skip
        keep_ends(work.grid_w, size, size, work.ends_w)
    row, first, touched = work.rows[1], work.first[1], work.touched[1]
    spread(
        x, y, work.offset, True, work.weights_v, row, first, v_runs, touched, v_touched,
        work.grid_v,
    )  # fmt: skip
    keep_ends(work.grid_v, size, 2 * size, work.ends_v)
    for shift in range(plan.n_shifts):
        transform(
            work.grid_y, size, size, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_y, work.scratch, work.y,
        )  # fmt: skip
        transform(
            work.grid_v, size, 2 * size, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_v, work.scratch, work.v,
        )  # fmt: skip
        if fit_mean:
            transform(
                work.grid_w, size, size, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
                work.ends_w, work.scratch, work.w,
            )  # fmt: skip
            finish_mean(
                work.y, work.v, work.w, size, shift, plan.scale_mean, plan.twiddle, work.power
            )
        else:
            finish(work.y, work.v, size, shift, plan.scale, plan.twiddle, work.power)


@njit
def advance(x, y, c, s, n_points, single_x, single_y):
    """Copy the rotations to single precision, then turn them by a step."""
    for p in range(n_points):
        single_x[p] = x[p]
        single_y[p] = y[p]
    for p in range(n_points):
        x[p], y[p] = x[p] * c[p] - y[p] * s[p], x[p] * s[p] + y[p] * c[p]


@njit
def plan_runs(position, row, first):
    """List the runs of neighbouring points that touch the same rows; return their number.

    ``row[i]`` is the first row of run i, margin included; its points are ``first[i]`` to
    ``first[i + 1] - 1``.
    """
    n_runs = 0
    for p in range(position.size):
        touched = np.int64(np.ceil(position[p] - WIDTH / 2)) + MARGIN
        if n_runs == 0 or row[n_runs - 1] != touched:
            row[n_runs] = touched
            first[n_runs] = p
            n_runs += 1
    first[n_runs] = position.size
    return n_runs


@njit
def kernel_weights(position, value, coefficients, n_runs, row, first, weights):
    """Evaluate the kernel around each position, times the point's value."""
    degree = coefficients.size // N_LANES - 1
    for i in range(n_runs):
        for p in range(first[i], first[i + 1]):
            x = np.float32(row[i] - MARGIN - position[p] + (WIDTH - 1) / 2)
            total = load(coefficients, degree * N_LANES)
            for d in range(degree - 1, -1, -1):
                total = total * x + load(coefficients, d * N_LANES)
            # Lanes beyond the kernel's width spill over to the next point, which is written next.
            store(weights, p * WIDTH, total * np.float32(value[p]))


@njit
def list_touched(row, n_runs, period, length, touched):
    """List the rows that any run, or the folding of the ends, touches; return how many there are."""
    n_rows = length + 2 * MARGIN
    is_touched = np.zeros(n_rows, dtype=np.bool_)
    is_touched[period : period + MARGIN] = True
    is_touched[n_rows - period - MARGIN : n_rows - period] = True
    for i in range(n_runs):
        is_touched[row[i] : row[i] + WIDTH] = True
    n = 0
    for r in range(n_rows):
        if is_touched[r]:
            touched[n] = r
            n += 1
    return n


@njit
def spread(base_x, base_y, offset, doubled, weights, row, first, n_runs, touched, n_touched, grid):
    """Write the sum over the points of rotation times kernel weights to the rows that any point touches.

    The rotation is `base`, common to the lanes, times `offset`, or, if `doubled`, the square of that. The rows of a
    run of points stay in registers. Rows touched by none stay as they are, that is zero.
    """
    zero = splat(np.float32(0))
    for i in range(n_touched):
        store(grid, touched[i] * ROW, zero)
        store(grid, touched[i] * ROW + N_LANES, zero)
    for i in range(n_runs):
        g = row[i] * ROW
        a0, b0 = _row(grid, g)
        a1, b1 = _row(grid, g + ROW)
        a2, b2 = _row(grid, g + 2 * ROW)
        a3, b3 = _row(grid, g + 3 * ROW)
        a4, b4 = _row(grid, g + 4 * ROW)
        a5, b5 = _row(grid, g + 5 * ROW)
        a6, b6 = _row(grid, g + 6 * ROW)
        a7, b7 = _row(grid, g + 7 * ROW)
        for p in range(first[i], first[i + 1]):
            x, y = _rotation(base_x, base_y, offset, p)
            if doubled:
                x, y = x * x - y * y, (x + x) * y
            w = p * WIDTH
            a0, b0 = _added(a0, b0, x, y, weights, w)
            a1, b1 = _added(a1, b1, x, y, weights, w + 1)
            a2, b2 = _added(a2, b2, x, y, weights, w + 2)
            a3, b3 = _added(a3, b3, x, y, weights, w + 3)
            a4, b4 = _added(a4, b4, x, y, weights, w + 4)
            a5, b5 = _added(a5, b5, x, y, weights, w + 5)
            a6, b6 = _added(a6, b6, x, y, weights, w + 6)
            a7, b7 = _added(a7, b7, x, y, weights, w + 7)
        _put(a0, b0, grid, g)
        _put(a1, b1, grid, g + ROW)
        _put(a2, b2, grid, g + 2 * ROW)
        _put(a3, b3, grid, g + 3 * ROW)
        _put(a4, b4, grid, g + 4 * ROW)
        _put(a5, b5, grid, g + 5 * ROW)
        _put(a6, b6, grid, g + 6 * ROW)
        _put(a7, b7, grid, g + 7 * ROW)


@inline
def _row(grid, g):
    return load(grid, g), load(grid, g + N_LANES)


@inline
def _put(a, b, grid, g):
    store(grid, g, a)
    store(grid, g + N_LANES, b)


@inline
def _added(a, b, x, y, weights, w):
    """Add x + iy, times a weight, to a + ib."""
    u = broadcast(weights, w)
    return a + x * u, b + y * u


@inline
def _rotation(base_x, base_y, offset, p):
    c, s = broadcast(base_x, p), broadcast(base_y, p)
    u, v = load(offset, p * ROW), load(offset, p * ROW + N_LANES)
    return u * c - v * s, u * s + v * c
