"""Lomb-Scargle power and peaks in compiled code: several chunks of the frequency axis at a time.

The idea is that of the numpy engine, see there, with FFTs instead of products of matrices. A group
is some neighbouring chunks, one in each lane; what is common to them (positions, kernel weights,
twiddle factors) is loaded once. A grid carries `n_shifts` FFTs: the data fill the part T df of the
period of an even grid of step df, so that an FFT of this part only, in steps of n_shifts df, is
done once for each remainder.
"""

import numpy as np

from ..._compiled import njit
from ._lanes import N_LANES, load, store
from ._nufft import begin_rotation, group_modulus, group_power, prepare, prepare_modulus
from ._peaks import collect, collect_ends, greedy, highest, keep_edges
from ._power import MARK, exact
from ._screen import COARSE, FEWEST, FEWEST_FREQUENCIES, MOST, WIDEST, screened
from ._tables import buffers, tables

MOST_SHIFTS = 16
SHORTEST_LIST = 256


def fft_size(n_points, many=500):
    """Choose the rows of the FFTs: every chunk costs the spreading of all points, long FFTs leave the cache."""
    return 256 if n_points < many else 1024 if n_points < 5000 else 4096


def power(stars, i=0, *, fit_mean):
    """Compute the power of star `i`, float32."""
    spectrum = np.empty(stars.n_freq[i], dtype=np.float32)
    none = _nothing(1)
    _run(stars, [i], fit_mean, 1, none[1:], none, spectrum)
    return spectrum


def summed_harmonics(curves, n_harmonics):
    """Yield the sum of the harmonics' squared moduli of each curve, float32, (n_freq,).

    Every harmonic has a grid of its own with as many rows of power; they are added where they are, side by side.
    """
    for time, value, step, n_freq in curves:
        n_rows = 768 if time.size < 2000 else 3072
        total = np.zeros(-(-n_freq // (n_rows * N_LANES)) * n_rows * N_LANES, np.float32)
        for k in range(1, n_harmonics + 1):
            n_shifts = 4 if _shifts(time[-1] * k * step) >= 4 else 1
            plan = tables(4 * n_rows // 3 // n_shifts, n_shifts)
            work = buffers(plan, time.size, 1, False)
            _add_modulus(time, value, k * step, plan, work, total)
        result = np.empty(n_freq, np.float32)
        _in_order(total, n_rows, result)
        yield result


def peaks(stars, found, *, fit_mean, min_separation):
    """Fill `found` with the highest peaks of each star."""
    members = np.flatnonzero(stars.n_freq)
    whole = found.index, found.power
    none = _nothing(len(stars))
    if found.median is None:
        _run(stars, members, fit_mean, min_separation, whole, none, np.empty(0, np.float32))
        return
    for i in members:
        spectrum = np.empty(stars.n_freq[i], dtype=np.float32)
        _run(stars, [i], fit_mean, min_separation, whole, none, spectrum)
        found.median[i] = np.median(spectrum)
        found.std[i] = np.std(spectrum, dtype=np.float64)


def peaks_and_slow(stars, found, *, slow, n_slow, fit_mean, min_separation):
    """Fill `found` with the highest peaks, and `slow` with those of the first `n_slow` frequencies."""
    members = np.flatnonzero(stars.n_freq)
    whole = found.index, found.power
    slow = n_slow, slow.index, slow.power
    _run(stars, members, fit_mean, min_separation, whole, slow, np.empty(0, np.float32))


def _nothing(n_stars):
    """No peaks of no frequencies."""
    return np.zeros(n_stars, np.int64), np.empty((n_stars, 0), np.int64), np.empty((n_stars, 0))


def _shifts(cycles):
    """How many FFTs a grid carries, from the time span in units of the frequency step."""
    return MOST_SHIFTS if cycles * MOST_SHIFTS <= 1 else max(1, int((1 + 1e-9) / cycles))


def _run(stars, members, fit_mean, min_separation, peaks, slow, spectrum):
    """Run the compiled loops over stars, for each size of tables that occurs."""
    if peaks[0].shape[1] and slow[1].shape[1] <= 1 and not spectrum.size:
        members = _screen(stars, members, fit_mean, min_separation, peaks, slow)
    for (size, n_shifts), some in _by_tables(stars, members).items():
        plan = tables(size, n_shifts)
        n_points = (stars.offsets[some + 1] - stars.offsets[some]).max()
        work = buffers(plan, n_points, stars.n_freq[some].max(), fit_mean)
        _block(
            stars.time, stars.mag, stars.weight, stars.offsets, stars.f_min, stars.df, stars.n_freq,
            some, fit_mean, min_separation, plan, work, *peaks, *slow, spectrum,
        )  # fmt: skip


def _by_tables(stars, members, many=500):
    """Group stars by the rows and the number of their FFTs."""
    groups = {}
    for i in members:
        n_points = stars.offsets[i + 1] - stars.offsets[i]
        n_shifts = _shifts(stars.time[stars.offsets[i + 1] - 1] * stars.df[i])
        groups.setdefault((fft_size(n_points, many), n_shifts), []).append(i)
    return {key: np.array(some) for key, some in groups.items()}


def _screen(stars, members, fit_mean, min_separation, peaks, slow):
    """Find the peaks of the stars for which one transform is enough; return the others."""
    members = np.asarray(members, dtype=np.int64)
    n_points = stars.offsets[members + 1] - stars.offsets[members]
    fine = stars.time[stars.offsets[members + 1] - 1] * stars.df[members] * COARSE <= 0.5 + 1e-9
    fine &= (n_points >= FEWEST) & (n_points <= MOST) & (min_separation <= WIDEST)
    fine &= stars.n_freq[members] >= FEWEST_FREQUENCIES
    done = np.zeros(len(stars), dtype=bool)
    # One transform leaves the cache later than three.
    for (size, n_shifts), some in _by_tables(stars, members[fine], many=FEWEST).items():
        most = (stars.offsets[some + 1] - stars.offsets[some]).max()
        plan = tables(size, int(n_shifts / COARSE + 1e-9), eighths=7)
        zone_plan = tables(256, n_shifts)
        screened(
            stars.time, stars.mag, stars.weight, stars.offsets, stars.f_min, stars.df, stars.n_freq,
            some, fit_mean, min_separation, plan, buffers(plan, most, 1, False), zone_plan,
            buffers(zone_plan, most, 1, fit_mean), *peaks, *slow, done,
        )  # fmt: skip
    return members[~done[members]]


@njit
def _block(
    time, mag, weight, offsets, f_min, df, n_freq,
    members, fit_mean, min_separation, plan, work,
    index, height, n_slow, slow_index, slow_height, spectrum,
):  # fmt: skip
    """Compute peaks and, of the last star, the spectrum, as far as these arrays have room for them."""
    n_peaks = index.shape[1]
    n_slow_peaks = slow_index.shape[1]
    n_rows = plan.row.size
    candidate = np.empty(SHORTEST_LIST, dtype=np.int64)
    candidate_height = np.empty(SHORTEST_LIST, dtype=np.float32)
    slow_candidate = candidate.copy()
    slow_candidate_height = candidate_height.copy()
    for star in members:
        points = slice(offsets[star], offsets[star + 1])
        t, m, w = time[points], mag[points], weight[points]
        first, step, n = f_min[star], df[star], n_freq[star]
        n_low = n_slow[star] if n_slow_peaks else 0
        counts = prepare(t, m, w, step, fit_mean, plan, work)
        begin_rotation(t, first, step, n_rows, work)
        count = slow_count = np.int64(0)
        threshold = slow_threshold = np.float32(-1)
        for group in range((n + n_rows * N_LANES - 1) // (n_rows * N_LANES)):
            group_power(t.size, counts, fit_mean, plan, work)
            top = highest(work.power)
            if top >= MARK:
                _mend(work.power, plan.row, group, t, m, w, first, step, n, fit_mean)
            if spectrum.size:
                _copy(work.power, plan.row, group, n, spectrum)
            if n_peaks:
                keep_edges(work.power, plan.row, group, work.edge)
                if top >= threshold:
                    threshold, candidate, candidate_height, count = collect(
                        work.power, plan.row, plan.frequency, group, n, threshold,
                        candidate, candidate_height, count, n_peaks, min_separation,
                    )  # fmt: skip
            if group * n_rows * N_LANES < n_low and top >= slow_threshold:
                slow_threshold, slow_candidate, slow_candidate_height, slow_count = collect(
                    work.power, plan.row, plan.frequency, group, n_low, slow_threshold,
                    slow_candidate, slow_candidate_height, slow_count, n_slow_peaks, min_separation,
                )  # fmt: skip
        if n_peaks:
            candidate, candidate_height = _choose(
                work.edge, n_rows, n, threshold, candidate, candidate_height, count,
                min_separation, index[star],
            )  # fmt: skip
            _fill_exactly(t, m, w, first, step, fit_mean, index[star], height[star])
        if n_low:
            slow_candidate, slow_candidate_height = _choose(
                work.edge, n_rows, n_low, slow_threshold, slow_candidate, slow_candidate_height,
                slow_count, min_separation, slow_index[star],
            )  # fmt: skip
            _fill_exactly(t, m, w, first, step, fit_mean, slow_index[star], slow_height[star])


@njit
def _add_modulus(t, value, step, plan, work, total):
    """Add the squared modulus of one transform at step, 2 step, ...: group by group, in each a frequency a row."""
    counts = prepare_modulus(t, value, step, step, plan, work)
    n_together = plan.row.size * N_LANES
    for first in range(0, total.size, n_together):
        group_modulus(t.size, counts, plan, work)
        for k in range(plan.row.size):
            i = first + k * N_LANES
            store(total, i, load(total, i) + load(work.power, plan.row[k] * N_LANES))


@njit
def _in_order(total, n_rows, result):
    """Write what stands group by group, a lane a chunk of the frequencies, in one row."""
    for chunk in range((result.size + n_rows - 1) // n_rows):
        first = (chunk // N_LANES) * n_rows * N_LANES + chunk % N_LANES
        start = chunk * n_rows
        for k in range(min(n_rows, result.size - start)):
            result[start + k] = total[first + k * N_LANES]


@njit
def _choose(edge, n_rows, n_freq, threshold, candidate, height, count, min_separation, index):
    """Write the highest of the candidates; return their arrays, longer ones if need be."""
    candidate, height, count = collect_ends(
        edge, n_rows, n_freq, threshold, candidate, height, count
    )
    chosen = greedy(candidate, height, count, index.size, min_separation)
    for i in range(chosen.size):
        index[i] = candidate[chosen[i]]
    return candidate, height


@njit
def _fill_exactly(t, m, w, f_min, df, fit_mean, index, height):
    """Compute the power of one star's peaks from its definition."""
    for i in range(index.size):
        if index[i] >= 0:
            height[i] = exact(t, m, w, f_min + df * index[i], fit_mean)


@njit
def _mend(power, row, group, t, m, w, f_min, df, n_freq, fit_mean):
    """Compute again, from its definition, the power that is marked."""
    for lane in range(N_LANES):
        start = (group * N_LANES + lane) * row.size
        for k in range(min(row.size, n_freq - start)):
            if power[row[k] * N_LANES + lane] >= MARK:
                power[row[k] * N_LANES + lane] = exact(t, m, w, f_min + df * (start + k), fit_mean)


@njit
def _copy(power, row, group, n_freq, spectrum):
    """Write a group's power to its place in the spectrum."""
    n_rows = row.size
    first = group * N_LANES * n_rows
    for k in range(n_rows):
        for lane in range(N_LANES):
            j = first + lane * n_rows + k
            if j < n_freq:
                spectrum[j] = power[row[k] * N_LANES + lane]
