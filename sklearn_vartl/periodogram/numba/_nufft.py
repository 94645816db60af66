"""The transforms of one star, for eight neighbouring chunks of the frequency axis side by side.

The points are spread onto a grid, which is then transformed. A row is one complex number a lane:
eight real parts, then eight imaginary parts. All lanes share the points' positions on the grid,
their kernel weights and all twiddle factors; only the rotations differ.
"""

import math

import numpy as np

from ..._compiled import njit
from ._fft import keep_ends, transform
from ._lanes import broadcast, inline, load, splat, store
from ._power import cis, finish, finish_mean, finish_modulus
from ._tables import MARGIN, N_LANES, ROW, WIDTH


@njit
def prepare(t, m, w, f_min, df, fit_mean, plan, work):
    """Set up a star: pairs of points, their kernel weights, rotations of the first group.

    Returns the numbers of pairs and of touched rows, for y and for v.
    """
    n = t.size
    size = plan.size
    position, value = work.position[:n], work.value[:n]
    grid_positions(t, df * plan.n_shifts, 1.0, size, position)
    for p in range(n):
        value[p] = w[p] * m[p]
    row, pair = work.rows[0], work.pairs[0]
    y_pairs = plan_pairs(position, row, pair)
    y_touched = list_touched(row, y_pairs, size, size, work.touched[0])
    kernel_weights(position, value, plan.coefficients, y_pairs, row, pair, work.weights_y)
    if fit_mean:
        kernel_weights(position, w, plan.coefficients, y_pairs, row, pair, work.weights_w)
    grid_positions(t, 2 * df * plan.n_shifts, 2.0, size, position)
    for p in range(n):
        value[p] = w[p] * math.sqrt(0.5)
    row, pair = work.rows[1], work.pairs[1]
    v_pairs = plan_pairs(position, row, pair)
    v_touched = list_touched(row, v_pairs, size, 2 * size, work.touched[1])
    kernel_weights(position, value, plan.coefficients, v_pairs, row, pair, work.weights_v)
    work.grid_y[:] = 0
    work.grid_v[:] = 0
    work.grid_w[:] = 0
    n_rows = plan.row.size
    begin_rotation(t, f_min + df * (n_rows // 2), df * n_rows, work)
    return y_pairs, y_touched, v_pairs, v_touched


@njit
def prepare_modulus(t, value, f_min, df, plan, work):
    """Set up one transform of the values alone; return the numbers of pairs and of touched rows."""
    size = plan.size
    position = work.position[: t.size]
    grid_positions(t, df * plan.n_shifts, 1.0, size, position)
    row, pair = work.rows[0], work.pairs[0]
    n_pairs = plan_pairs(position, row, pair)
    n_touched = list_touched(row, n_pairs, size, size, work.touched[0])
    kernel_weights(position, value, plan.coefficients, n_pairs, row, pair, work.weights_y)
    work.grid_y[:] = 0
    n_rows = plan.row.size
    begin_rotation(t, f_min + df * (n_rows // 2), df * n_rows, work)
    return n_pairs, n_touched


@njit
def group_modulus(n_points, counts, plan, work):
    """Compute the squared modulus of that transform in the next eight chunks."""
    x, y = work.single_x, work.single_y
    advance(work.base_x, work.base_y, work.step_x, work.step_y, n_points, x, y)
    n_pairs, n_touched = counts
    size = plan.size
    spread(
        x, y, work.offset, False, work.weights_y, work.rows[0], work.pairs[0], n_pairs,
        work.touched[0], n_touched, work.grid_y,
    )  # fmt: skip
    keep_ends(work.grid_y, size, size, work.ends_y)
    for shift in range(plan.n_shifts):
        transform(
            work.grid_y, size, size, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_y, work.scratch, work.y,
        )  # fmt: skip
        finish_modulus(work.y, size, shift, plan.scale_mean, plan.twiddle, work.power)


@njit
def grid_positions(t, frequency, n_periods, size, position):
    """Place times on a grid of `size` rows a period; if they run over its end, modulo a period."""
    wrapped = t[t.size - 1] * frequency > n_periods + 1e-8
    for p in range(t.size):
        x = t[p] * frequency
        position[p] = size * (x - np.floor(x) if wrapped else x)


@njit
def begin_rotation(t, frequency, step, work):
    """Compute the rotations by `frequency`, by `step` a lane, and by that of a whole group, of each time."""
    for p in range(t.size):
        work.base_x[p], work.base_y[p] = cis(-t[p] * frequency)
        work.step_x[p], work.step_y[p] = cis(-t[p] * step)
    for p in range(t.size):
        c, s = work.step_x[p], work.step_y[p]
        x, y = 1.0, 0.0
        for lane in range(N_LANES):
            work.offset[p * ROW + lane] = x
            work.offset[p * ROW + N_LANES + lane] = y
            x, y = x * c - y * s, x * s + y * c
        work.step_x[p], work.step_y[p] = x, y


@njit
def group_power(n_points, counts, fit_mean, plan, work):
    """Compute the power of the next eight chunks."""
    x, y = work.single_x, work.single_y
    advance(work.base_x, work.base_y, work.step_x, work.step_y, n_points, x, y)
    y_pairs, y_touched, v_pairs, v_touched = counts
    size = plan.size
    row, pair, touched = work.rows[0], work.pairs[0], work.touched[0]
    spread(
        x, y, work.offset, False, work.weights_y, row, pair, y_pairs, touched, y_touched,
        work.grid_y,
    )  # fmt: skip
    keep_ends(work.grid_y, size, size, work.ends_y)
    if fit_mean:
        spread(
            x, y, work.offset, False, work.weights_w, row, pair, y_pairs, touched, y_touched,
            work.grid_w,
        )  # fmt: skip
        keep_ends(work.grid_w, size, size, work.ends_w)
    row, pair, touched = work.rows[1], work.pairs[1], work.touched[1]
    spread(
        x, y, work.offset, True, work.weights_v, row, pair, v_pairs, touched, v_touched,
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
