"""Lomb-Scargle power and peaks in compiled code: eight chunks of the frequency axis at a time.

The idea is that of the numpy engine, see there. A group is eight neighbouring chunks, one in each
lane; what is common to them (positions, kernel weights, twiddle factors) is loaded once. A grid
carries `n_shifts` FFTs: the data fill 1 / (T df) of the period of an even grid of step df, so that
an FFT of the filled part, with steps of n_shifts df, is done once for each remainder.
"""

import math

import numpy as np

from .._compiled import njit
from ._numba_fft import keep_ends, transform
from ._numba_nufft import kernel_weights, list_touched, plan_pairs, rotate, spread
from ._numba_peaks import collect, collect_ends, greedy, highest, keep_edges
from ._numba_power import MARK, finish, finish_mean
from ._numba_tables import N_LANES as LANES
from ._numba_tables import ROW, buffers, rows_of_power, tables

MOST_SHIFTS = 16
SINGULAR = 1e-13
SHORTEST_LIST = 1024


def fft_size(n_points):
    """Choose the rows of the FFTs: each chunk costs the spreading of all points, long FFTs leave the cache."""
    return 256 if n_points < 800 else 1024 if n_points < 5000 else 4096


def power(stars, i=0, *, fit_mean):
    """Compute the power of star `i`, float32."""
    spectrum = np.empty(stars.n_freq[i], dtype=np.float32)
    none = np.empty((1, 0), dtype=np.int64)
    _run(
        stars, np.array([i]), fit_mean, 1, none, none.astype(np.float64), spectrum, np.empty((0, 2))
    )
    return spectrum


def peaks(stars, found, *, fit_mean, min_separation):
    """Fill `found` with the highest peaks of each star."""
    members = np.flatnonzero(stars.n_freq)
    summary = np.empty((len(stars) if found.median is not None else 0, 2))
    n_freq = stars.n_freq.max(initial=0) if summary.size else 0
    spectrum = np.empty(n_freq, dtype=np.float32)
    _run(stars, members, fit_mean, min_separation, found.index, found.power, spectrum, summary)
    if summary.size:
        found.median[members] = summary[members, 0]
        found.std[members] = summary[members, 1]


def _run(stars, members, fit_mean, min_separation, index, height, spectrum, summary):
    """Run the compiled loop over stars, for each size of tables that occurs."""
    span = np.zeros(len(stars))
    filled = stars.offsets[1:] > stars.offsets[:-1]
    span[filled] = stars.time[stars.offsets[1:][filled] - 1]
    counts = np.diff(stars.offsets)
    plans = {}
    for i in members:
        cycles = span[i] * stars.df[i]
        n_shifts = 1 if cycles == 0 else int(min(max(1.0, (1 + 1e-9) / cycles), MOST_SHIFTS))
        plans.setdefault((fft_size(counts[i]), n_shifts), []).append(i)
    for (size, n_shifts), some in plans.items():
        some = np.array(some)
        plan = tables(size, n_shifts)
        work = buffers(plan, counts[some].max(), stars.n_freq[some].max(), fit_mean)
        _block(
            stars.time, stars.mag, stars.weight, stars.offsets, stars.f_min, stars.df, stars.n_freq,
            some, fit_mean, min_separation, plan, rows_of_power(plan), work, index, height, spectrum, summary,
        )  # fmt: skip


@njit
def _block(
    time, mag, weight, offsets, f_min, df, n_freq,
    members, fit_mean, min_separation, plan, n_rows, work, index, height, spectrum, summary,
):  # fmt: skip
    n_peaks = index.shape[1]
    candidate = np.empty(SHORTEST_LIST, dtype=np.int64)
    candidate_height = np.empty(SHORTEST_LIST, dtype=np.float32)
    for star in members:
        points = slice(offsets[star], offsets[star + 1])
        t, m, w = time[points], mag[points], weight[points]
        counts = prepare(t, m, w, f_min[star], df[star], fit_mean, plan, n_rows, work)
        count = 0
        threshold = np.float32(-1)
        n_groups = (n_freq[star] + n_rows * LANES - 1) // (n_rows * LANES)
        for group in range(n_groups):
            group_power(t.size, counts, fit_mean, plan, work)
            top = highest(work.power)
            if top >= MARK:
                mend(
                    work.power,
                    n_rows,
                    group,
                    t,
                    m,
                    w,
                    f_min[star],
                    df[star],
                    n_freq[star],
                    fit_mean,
                )
            if spectrum.size:
                copy(work.power, n_rows, group, n_freq[star], spectrum)
            if n_peaks:
                keep_edges(work.power, n_rows, group, work.edge)
                if top >= threshold:
                    threshold, candidate, candidate_height, count = collect(
                        work.power, n_rows, group, n_freq[star], threshold,
                        candidate, candidate_height, count, n_peaks, min_separation,
                    )  # fmt: skip
        if n_peaks:
            candidate, candidate_height, count = collect_ends(
                work.edge, n_rows, n_freq[star], threshold, candidate, candidate_height, count
            )
            chosen = greedy(candidate, candidate_height, count, n_peaks, min_separation)
            for i in range(chosen.size):
                j = candidate[chosen[i]]
                index[star, i] = j
                height[star, i] = exact(t, m, w, f_min[star] + df[star] * j, fit_mean)
        if summary.size:
            part = spectrum[: n_freq[star]]
            summary[star, 0] = np.median(part)
            summary[star, 1] = deviation(part)


@njit
def prepare(t, m, w, f_min, df, fit_mean, plan, n_rows, work):
    """Set up a star: pairs of points, their kernel weights, rotations of the first group and from group to group.

    Returns the numbers of pairs and of touched rows, for y and for v.
    """
    n = t.size
    position, value = work.position[:n], work.value[:n]
    value[:] = w * m
    scale = df * plan.n_shifts
    # Times that run over the period of the grid begin again from its start.
    wrapped = t[n - 1] * scale > 1 + 1e-8
    position[:] = t * scale
    if wrapped:
        position[:] = position % 1.0
    position *= plan.size
    y_pairs = plan_pairs(position, work.rows[0], work.pairs[0])
    kernel_weights(
        position, value, plan.coefficients, y_pairs, work.rows[0], work.pairs[0], work.weights_y
    )
    if fit_mean:
        kernel_weights(
            position, w, plan.coefficients, y_pairs, work.rows[0], work.pairs[0], work.weights_w
        )
    y_touched = list_touched(work.rows[0], y_pairs, plan.size, plan.size, work.touched[0])
    position[:] = t * (2 * scale)
    if wrapped:
        position[:] = position % 1.0
    position *= plan.size
    v_pairs = plan_pairs(position, work.rows[1], work.pairs[1])
    kernel_weights(
        position, w, plan.coefficients, v_pairs, work.rows[1], work.pairs[1], work.weights_v
    )
    v_touched = list_touched(work.rows[1], v_pairs, plan.size, 2 * plan.size, work.touched[1])
    work.grid_y[:] = 0
    work.grid_v[:] = 0
    work.grid_w[:] = 0
    centre = f_min + df * (n_rows // 2)
    for p in range(n):
        angle = -2 * math.pi * (t[p] * centre % 1.0)
        work.base_x[p], work.base_y[p] = math.cos(angle), math.sin(angle)
        angle = -2 * math.pi * (t[p] * df * n_rows % 1.0)
        c, s = math.cos(angle), math.sin(angle)
        x, y = 1.0, 0.0
        for lane in range(LANES):
            work.offset[p * ROW + lane] = x
            work.offset[p * ROW + LANES + lane] = y
            x, y = x * c - y * s, x * s + y * c
        work.step_x[p], work.step_y[p] = x, y
    return y_pairs, y_touched, v_pairs, v_touched


@njit
def group_power(n_points, counts, fit_mean, plan, work):
    """Compute the power of the next eight chunks."""
    advance(
        work.base_x, work.base_y, work.step_x, work.step_y, n_points, work.single_x, work.single_y
    )
    rotate(work.single_x, work.single_y, work.offset, work.rotation, work.doubled, n_points)
    y_pairs, y_touched, v_pairs, v_touched = counts
    size = plan.size
    row, pair, touched = work.rows[0], work.pairs[0], work.touched[0]
    spread(work.rotation, work.weights_y, row, pair, y_pairs, touched, y_touched, work.grid_y)
    keep_ends(work.grid_y, size, size, work.ends_y)
    if fit_mean:
        spread(work.rotation, work.weights_w, row, pair, y_pairs, touched, y_touched, work.grid_w)
        keep_ends(work.grid_w, size, size, work.ends_w)
    row, pair, touched = work.rows[1], work.pairs[1], work.touched[1]
    spread(work.doubled, work.weights_v, row, pair, v_pairs, touched, v_touched, work.grid_v)
    keep_ends(work.grid_v, size, 2 * size, work.ends_v)
    for shift in range(plan.n_shifts):
        transform(
            work.grid_y, size, False, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_y, work.scratch, work.y,
        )  # fmt: skip
        transform(
            work.grid_v, size, True, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
            work.ends_v, work.scratch, work.v,
        )  # fmt: skip
        if fit_mean:
            transform(
                work.grid_w, size, False, shift, plan.turn, plan.fold, plan.order, plan.twiddle,
                work.ends_w, work.scratch, work.w,
            )  # fmt: skip
            finish_mean(
                work.y,
                work.v,
                work.w,
                size,
                plan.n_shifts,
                shift,
                plan.scale,
                plan.twiddle,
                work.power,
            )
        else:
            finish(work.y, work.v, size, plan.n_shifts, shift, plan.scale, plan.twiddle, work.power)


@njit
def advance(x, y, c, s, n_points, single_x, single_y):
    """Copy the rotations to single precision, then turn them by a step."""
    for p in range(n_points):
        single_x[p] = x[p]
        single_y[p] = y[p]
        x[p], y[p] = x[p] * c[p] - y[p] * s[p], x[p] * s[p] + y[p] * c[p]


@njit
def deviation(values):
    """Compute the standard deviation in double precision."""
    mean = 0.0
    for value in values:
        mean += value
    mean /= values.size
    total = 0.0
    for value in values:
        total += (value - mean) ** 2
    return math.sqrt(total / values.size)


@njit
def copy(power, n_rows, group, n_freq, spectrum):
    """Write a group's power to its place in the spectrum."""
    for lane in range(LANES):
        start = (group * LANES + lane) * n_rows
        for k in range(min(n_rows, n_freq - start)):
            spectrum[start + k] = power[k * LANES + lane]


@njit
def mend(power, n_rows, group, t, m, w, f_min, df, n_freq, fit_mean):
    """Compute again, from its definition, the power that is marked."""
    for lane in range(LANES):
        start = (group * LANES + lane) * n_rows
        for k in range(min(n_rows, n_freq - start)):
            if power[k * LANES + lane] >= MARK:
                power[k * LANES + lane] = exact(t, m, w, f_min + df * (start + k), fit_mean)


@njit
def exact(t, m, w, frequency, fit_mean):
    """Compute the power at one frequency by direct sums in double precision (see `exact_power`)."""
    yx = yy = vx = vy = wx = wy = 0.0
    for p in range(t.size):
        angle = 2 * math.pi * (t[p] * frequency % 1.0)
        c, s = math.cos(angle), math.sin(angle)
        yx += w[p] * m[p] * c
        yy += w[p] * m[p] * s
        vx += w[p] * (c * c - s * s)
        vy += w[p] * 2 * c * s
        wx += w[p] * c
        wy += w[p] * s
    a = 1.0
    if fit_mean:
        a -= wx * wx + wy * wy
        vx -= wx * wx - wy * wy
        vy -= 2 * wx * wy
    size = math.sqrt(vx * vx + vy * vy)
    angle = 0.5 * math.atan2(vy, vx)
    c, s = math.cos(angle), math.sin(angle)
    along, across = (yx * c + yy * s) ** 2, (yy * c - yx * s) ** 2
    power = 0.0
    if 0.5 * (a + size) > SINGULAR:
        power += along / (0.5 * (a + size))
    if 0.5 * (a - size) > SINGULAR:
        power += across / (0.5 * (a - size))
    return power
