"""Lomb-Scargle power and peaks in compiled code: eight chunks of the frequency axis at a time.

The idea is that of the numpy engine, see there. A group is eight neighbouring chunks, one in each lane; what
is common to them (positions, kernel weights, twiddle factors) is loaded once. A grid carries `n_shifts` FFTs:
the data fill 1 / (T df) of the period of an even grid of step df, so that an FFT of the filled part, with
steps of n_shifts df, is done once for each remainder.
"""

import math

import numpy as np

from .._compiled import njit
from ._lanes import load, splat, store
from ._numba_fft import first_pass, fold_ends, middle_passes, unfold_ends
from ._numba_nufft import kernel_weights, rotate, spread, square
from ._numba_peaks import collect, collect_ends, greedy, keep_ends
from ._numba_power import MARK, last_passes, last_passes_mean
from ._numba_tables import buffers, tables

LANES = 8
ROW = 16
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
    _run(stars, np.array([i]), fit_mean, 1, none, none.astype(np.float64), spectrum, np.empty((0, 2)))
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
            some, fit_mean, min_separation, plan, work, index, height, spectrum, summary,
        )  # fmt: skip


@njit
def _block(
    time, mag, weight, offsets, f_min, df, n_freq,
    members, fit_mean, min_separation, plan, work, index, height, spectrum, summary,
):  # fmt: skip
    n_peaks = index.shape[1]
    candidate = np.empty(SHORTEST_LIST, dtype=np.int64)
    candidate_height = np.empty(SHORTEST_LIST, dtype=np.float32)
    n_rows = 2 * plan.half * plan.n_shifts
    for star in members:
        points = slice(offsets[star], offsets[star + 1])
        t, m, w = time[points], mag[points], weight[points]
        increasing = prepare(t, m, w, f_min[star], df[star], fit_mean, plan, work)
        count = 0
        threshold = np.float32(-1)
        n_groups = (n_freq[star] + n_rows * LANES - 1) // (n_rows * LANES)
        for group in range(n_groups):
            top = group_power(t.size, increasing, fit_mean, plan, work)
            if top >= MARK:
                mend(work.power, n_rows, group, t, m, w, f_min[star], df[star], n_freq[star], fit_mean)
            if spectrum.size:
                copy(work.power, n_rows, group, n_freq[star], spectrum)
            if n_peaks:
                keep_ends(work.power, n_rows, group, work.edge)
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
            mean = 0.0
            for p in part:
                mean += p
            mean /= part.size
            square_sum = 0.0
            for p in part:
                square_sum += (p - mean) ** 2
            summary[star, 1] = math.sqrt(square_sum / part.size)


@njit
def prepare(t, m, w, f_min, df, fit_mean, plan, work):
    """Set up a star: positions on the grid, kernel weights, rotations of the first group and from group to group.

    Returns whether the positions increase, which they do unless the times run over the period of the grid.
    """
    n = t.size
    n_rows = 2 * plan.half * plan.n_shifts
    scale = df * plan.n_shifts
    position, value = work.position[:n], work.value[:n]
    increasing = t[n - 1] * scale <= 1 + 1e-8
    for p in range(n):
        x = t[p] * scale
        position[p] = (x if increasing else x % 1.0) * plan.size
        value[p] = w[p] * m[p]
    kernel_weights(position, value, plan.coefficients, work.first_y, work.weights_y)
    if fit_mean:
        kernel_weights(position, w, plan.coefficients, work.first_y, work.weights_w)
    for p in range(n):
        x = 2 * t[p] * scale
        position[p] = (x if increasing else x % 1.0) * plan.size
    kernel_weights(position, w, plan.coefficients, work.first_v, work.weights_v)
    centre = f_min + df * plan.half * plan.n_shifts
    for p in range(n):
        angle = -2 * math.pi * (t[p] * centre % 1.0)
        work.base[2 * p], work.base[2 * p + 1] = math.cos(angle), math.sin(angle)
        angle = -2 * math.pi * (t[p] * df * n_rows % 1.0)
        c, s = math.cos(angle), math.sin(angle)
        x, y = 1.0, 0.0
        for lane in range(LANES):
            work.offset[p * ROW + lane] = x
            work.offset[p * ROW + LANES + lane] = y
            x, y = x * c - y * s, x * s + y * c
        work.step[2 * p], work.step[2 * p + 1] = x, y
    work.grid_y[:] = 0
    work.grid_v[:] = 0
    work.grid_w[:] = 0
    return increasing


@njit
def group_power(n_points, increasing, fit_mean, plan, work):
    """Compute the power of the next eight chunks; return the highest, or more than 1 where some are not usable."""
    base, step = work.base, work.step
    for i in range(2 * n_points):
        work.base_single[i] = base[i]
    for p in range(n_points):
        x, y, c, s = base[2 * p], base[2 * p + 1], step[2 * p], step[2 * p + 1]
        base[2 * p], base[2 * p + 1] = x * c - y * s, x * s + y * c
    rotate(work.base_single, work.offset, work.rotation, n_points)
    spread(work.rotation, work.weights_y, work.first_y, n_points, increasing, work.grid_y)
    if fit_mean:
        spread(work.rotation, work.weights_w, work.first_y, n_points, increasing, work.grid_w)
    square(work.rotation, n_points)
    spread(work.rotation, work.weights_v, work.first_v, n_points, increasing, work.grid_v)
    highest = splat(np.float32(0))
    for shift in range(plan.n_shifts):
        transform(
            work.grid_y, plan.size, False, shift, plan.turn, plan.fold, plan.twiddle, work.saved, work.y
        )
        transform(
            work.grid_v, plan.size, True, shift, plan.turn, plan.fold, plan.twiddle, work.saved, work.v
        )
        if fit_mean:
            transform(
                work.grid_w, plan.size, False, shift, plan.turn, plan.fold, plan.twiddle, work.saved, work.w
            )
            highest = last_passes_mean(
                work.y, work.v, work.w, plan.size, plan.half, plan.order, plan.n_shifts, shift,
                plan.scale, plan.twiddle, work.scratch, work.power, highest,
            )  # fmt: skip
        else:
            highest = last_passes(
                work.y, work.v, plan.size, plan.half, plan.order, plan.n_shifts, shift,
                plan.scale, plan.twiddle, work.scratch, work.power, highest,
            )  # fmt: skip
    store(work.saved, 0, highest)
    return work.saved[:LANES].max()


@njit
def transform(grid, size, folded, shift, turn, fold, twiddle, saved, out):
    """Do all passes but the last two of the FFT of a grid, shifted."""
    length = 2 * size if folded else size
    fold_ends(grid, size, length, fold, shift, saved)
    first_pass(grid, size, shift, folded, turn, fold, twiddle, out)
    unfold_ends(grid, size, length, saved)
    middle_passes(out, size, twiddle)


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
