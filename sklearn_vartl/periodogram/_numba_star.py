"""The compiled periodogram of one star, a group of eight chunks of the frequency axis after the other."""

import math

import numpy as np

from .._compiled import njit
from ._numba_exact import cis
from ._numba_fft import keep_ends, transform
from ._numba_nufft import kernel_weights, list_touched, plan_pairs, spread
from ._numba_power import finish, finish_mean
from ._numba_tables import N_LANES, ROW


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
