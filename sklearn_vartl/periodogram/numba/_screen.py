"""The highest peaks from one transform in place of two or three: a bound says which frequencies can be left out.

The matrix of the normal equations (see `_power`) has the eigenvalues ``(a + |V|) / 2`` and ``(a - |V|) / 2``,
so that ``2 |Y|^2 / (a + |V|) <= power <= 2 |Y|^2 / (a - |V|)``. With ``a = 1 - |W(f)|^2`` and ``V = W(2 f) -
W(f)^2`` (without the floating mean ``a = 1``, ``V = W(2 f)``) the window W alone limits both sides:

    (1 - q) power <= 2 |Y|^2 <= (1 + |W(2 f)|) power,    q = 2 |W(f)|^2 + |W(2 f)|.

Observed at night, a star's window is large around whole numbers of cycles a day, and q around these and their
halves: there, in zones, the whole power is computed. Elsewhere the phases of n points are as good as random,
|W|^2 exceeds x^2 with probability ``exp(-n x^2)``, and q is small: the frequencies among the highest have 2
|Y|^2 above a share 1 - q of the highest ones'. Their power is then summed directly.

Y needs to be known at half the resolution only: between frequencies 1 / (2 T) apart |Y|^2 falls from a top by
``(2 pi s / (4 T))^2`` at most, s being the standard deviation of the times (0.29 T if they are even); half of
that comes back by a parabola. Other samplings (too few points, no nights, a clock, two visits, steps too wide)
are left to the whole computation.
"""

import math

import numpy as np

from ..._compiled import REORDER, njit
from ._lanes import N_LANES, any_less, load, lowest_bit, maximum, splat, which_less
from ._nufft import group_modulus, group_power, prepare, prepare_modulus, rotate_lanes
from ._peaks import BLOCK, greedy, highest, longer
from ._power import MARK, exact, single_cis

# Numbers of points and frequencies for which it pays, and the largest distance of peaks, in steps.
FEWEST, MOST = 80, 5000
FEWEST_FREQUENCIES = 20_000
WIDEST = 6
# Steps of the whole grid in one of the transform.
COARSE = 1.5
# The standard deviation of the times over the time span, at most; what |Y|^2 then loses between two steps.
MOST_DEVIATION = 0.35
LOSS = np.float32(0.7)
# The same of the power, to the nearest steps of the grid.
CLOSE = np.float32(0.65)
# Beside a peak there may be others of this part of its height, closer than steps of the transform.
SIDE_LOBE = np.float32(0.2)
# So many steps beside it.
REACH = 10
# Points of which there is a multiple, where they go side by side.
PADDED = 16
# Half width of the zones (cycles a day), and the window from which on there is one: |W| at one of these.
ZONE = 0.032
LARGE = 0.25
SIDEREAL, YEAR = 1.0027379, 0.0027379
# Chance that the window of a frequency, being random, is larger than is allowed for.
CHANCE = 1e-4
# A clock: half of the intervals longer than this (days) are equal to this relative precision.
LONG_INTERVAL, EQUAL = 0.3, 1e-3

_TWO = np.float32(2)


@njit(fastmath=REORDER)
def quick(t, wm, w, frequency, fit_mean):
    """Compute the power at one frequency in single precision, the phases in double; 0 where ill-conditioned."""
    yx = yy = vx = vy = wx = wy = np.float32(0)
    for p in range(t.size):
        c, s = single_cis(t[p] * frequency)
        wc, ws = w[p] * c, w[p] * s
        yx += wm[p] * c
        yy += wm[p] * s
        wx += wc
        wy += ws
        vx += wc * c - ws * s
        vy += _TWO * wc * s
    a = np.float32(1)
    if fit_mean:
        a -= wx * wx + wy * wy
        vx -= wx * wx - wy * wy
        vy -= _TWO * wx * wy
    determinant = a * a - vx * vx - vy * vy
    if determinant < np.float32(1e-2):
        return np.float32(0)
    x2, y2 = yx * yx, yy * yy
    return _TWO * (a * (x2 + y2) - (vx * (x2 - y2) + vy * _TWO * yx * yy)) / determinant


@njit(fastmath=REORDER)
def night_windows(t, w, n_days, size):
    """Fill the largest window near 0, 1, 2, ... cycles a day: at solar and sidereal days, and a year's cycle on."""
    n = t.size
    year_x, year_y = np.empty(n, np.float32), np.empty(n, np.float32)
    turn_x, turn_y = np.empty(n, np.float32), np.empty(n, np.float32)
    x, y = np.empty(n, np.float32), np.empty(n, np.float32)
    for p in range(n):
        year_x[p], year_y[p] = single_cis(t[p] * YEAR)
    size[:] = 0.0
    size[0] = 1.0
    for day in (1.0, SIDEREAL):
        for p in range(n):
            turn_x[p], turn_y[p] = single_cis(t[p] * day)
            x[p] = w[p]
            y[p] = 0.0
        for h in range(1, n_days):
            a = b = c = d = np.float32(0)
            for p in range(n):
                u = x[p] * turn_x[p] - y[p] * turn_y[p]
                v = x[p] * turn_y[p] + y[p] * turn_x[p]
                x[p], y[p] = u, v
                a += u
                b += v
                c += u * year_x[p] - v * year_y[p]
                d += u * year_y[p] + v * year_x[p]
            size[h] = max(size[h], math.sqrt(max(a * a + b * b, c * c + d * d)))


@njit
def zones(size, f_min, df, n_freq, n_rows, fit_mean, start):
    """List the first frequencies of the chunks to be computed in full; return how many, -1 if too many."""
    count = 0
    end = 0
    for h in range(size.size):
        # Of a frequency of h / 2 cycles a day W(2 f) is at h.
        whole = h % 2 == 0
        if size[h] <= LARGE and not (fit_mean and whole and size[h // 2] > LARGE):
            continue
        width = ZONE if whole else 0.5 * ZONE
        first = max(int((0.5 * h - width - f_min) / df), end)
        last = min(int((0.5 * h * SIDEREAL + width - f_min) / df) + 1, n_freq)
        while first < last:
            if count == start.size:
                return -1
            start[count] = first
            count += 1
            first += n_rows
            end = first
    return count


@njit
def is_clock(t, interval):
    """Tell whether most points further apart than nights are come at one interval; `interval` is working memory."""
    count = 0
    for p in range(1, t.size):
        if t[p] - t[p - 1] > LONG_INTERVAL:
            interval[count] = t[p] - t[p - 1]
            count += 1
    equal = 0
    for i in range(1, count):
        equal += abs(interval[i] - interval[i - 1]) < EQUAL * interval[i]
    return 2 * equal > count


@njit
def deviation(t, w):
    """Return the standard deviation of the times over the time span; weights add up to 1."""
    mean = 0.0
    square = 0.0
    for p in range(t.size):
        mean += w[p] * t[p]
        square += w[p] * t[p] * t[p]
    return math.sqrt(max(square - mean * mean, 0.0)) / t[t.size - 1]


@njit
def share_of(w):
    """Return the part of the highest 2 |Y|^2 from which on a frequency may be among the highest."""
    effective = 0.0
    for p in range(w.size):
        effective += w[p] * w[p]
    x = math.sqrt(-math.log(CHANCE) * effective)
    return np.float32(max(1.0 - max(LARGE, x + 2.0 * x * x), 0.25))


@njit
def begin_lanes(t, frequency, work):
    """Set the rotation of each lane to that by a frequency of its own."""
    for p in range(t.size):
        work.base_x[p] = work.step_x[p] = 1.0
        work.base_y[p] = work.step_y[p] = 0.0
    rotate_lanes(t, frequency, work.offset)


@njit
def within_zone(low, high, start, n_zones, n_rows):
    """Tell whether frequencies up to a highest one are all within one chunk of a zone, its ends apart."""
    for z in range(n_zones):
        if start[z] < low and high < start[z] + n_rows - 1:
            return True
    return False


@njit
def insert(best, value):
    """Put a value in its place among the highest ones."""
    at = best.size - 1
    if value <= best[at]:
        return
    while at > 0 and best[at - 1] < value:
        best[at] = best[at - 1]
        at -= 1
    best[at] = value


@njit
def append(j, p, index, height, count):
    """Add a candidate; return the arrays (longer ones if need be) and their number."""
    if count == index.size:
        index = longer(index, 2 * index.size)
        height = longer(height, 2 * height.size)
    index[count] = j
    height[count] = p
    return index, height, count + 1


@njit
def gather(
    power, row, frequency, start, n_freq, whole, zone, share, bar, best, index, height, count
):
    """Add a group's local maxima that reach the bar, which is `share` of the lowest of the best ones.

    The group is as in `collect`, `start` the first frequency of each of its lanes, of those after the end none. Where
    it is not the power as a `whole`, in a zone, it is the squared modulus, on a grid of steps of `COARSE`: the zones
    (first frequency of each, their number and their length) are left out and the tops interpolated. Returns the bar,
    the candidates' arrays (longer ones if need be) and their number.
    """
    first, n_zones, zone_rows = zone
    n_rows = row.size
    loss = np.float32(0.999999) if whole else LOSS
    below = splat(loss * bar)
    zero = splat(np.float32(0))
    for block in range(0, n_rows, BLOCK):
        top = load(power, block * N_LANES)
        for i in range(block + 1, block + BLOCK):
            top = maximum(top, load(power, i * N_LANES))
        if not any_less(below, top):
            continue
        for i in range(block, block + BLOCK):
            here = load(power, i * N_LANES)
            k = frequency[i]
            is_end = k == 0 or k == n_rows - 1
            if not any_less(below, here) or (whole and is_end):
                continue
            # What is beyond the ends of chunks is not at hand.
            before = load(power, row[k - 1] * N_LANES) if k > 0 else zero
            after = load(power, row[k + 1] * N_LANES) if k < n_rows - 1 else zero
            tops = which_less(below, here) & which_less(before, here) & ~which_less(here, after)
            while tops != 0:
                lane = lowest_bit(tops)
                tops &= tops - 1
                if lane >= start.size:
                    break
                p = power[i * N_LANES + lane]
                j = start[lane] + k
                if p < loss * bar or j >= n_freq:
                    continue
                if is_end:
                    p /= LOSS  # as high as it may be
                elif not whole:
                    left = power[row[k - 1] * N_LANES + lane]
                    right = power[row[k + 1] * N_LANES + lane]
                    p += (right - left) ** 2 / (np.float32(8) * (p + p - left - right))
                    if p < bar:
                        continue
                if not whole and within_zone(COARSE * j, COARSE * j, first, n_zones, zone_rows):
                    continue
                index, height, count = append(j, p, index, height, count)
                if not is_end:
                    insert(best, p)
                    bar = max(bar, share * best[best.size - 1])
                    below = splat(loss * bar)
    return bar, index, height, count


@njit
def highest_below(power, row, n):
    """Return the highest local maximum among the first frequencies of the first lane."""
    index = 0
    top = before = np.float32(-1)
    for k in range(n):
        here = power[row[k] * N_LANES]
        after = power[row[k + 1] * N_LANES] if k + 1 < n else np.float32(-1)
        if here > before and here >= after and here > top:
            top = here
            index = k
        before = here
    return index


@njit
def climb(t, wm, w, f_min, df, n_freq, j, here, fit_mean):
    """Walk from a frequency, where the power is `here`, to the nearest local maximum."""
    for way in (-1, 1):
        moved = False
        while 0 <= j + way < n_freq:
            there = quick(t, wm, w, f_min + df * (j + way), fit_mean)
            if there <= here:
                break
            here = there
            j += way
            moved = True
        if moved:
            break
    return j, here


@njit
def side_lobes(t, wm, w, f_min, df, n_freq, j, fit_mean, index, height, count):
    """Add the local maxima beside a peak, which are too narrow for the grid of the transform."""
    for way in (-1, 1):
        before = here = np.float32(2)
        for k in range(2, REACH + 1):
            if not 0 <= j + way * k < n_freq:
                break
            after = quick(t, wm, w, f_min + df * (j + way * k), fit_mean)
            if here > before and here >= after:
                index, height, count = append(j + way * (k - 1), here, index, height, count)
            before, here = here, after
    return index, height, count


@njit
def screened(
    time, mag, weight, offsets, f_min, df, n_freq, members, fit_mean, min_separation,
    plan, work, zone_plan, zone_work, index, height, n_slow, slow_index, slow_height, done,
):  # fmt: skip
    """Find the peaks of the stars whose sampling allows it; `done` tells which these are.

    `plan` and `work` are for steps of `COARSE` times those of the grid, `zone_plan` and `zone_work` for the grid.
    """
    n_peaks = index.shape[1]
    n_rows, zone_rows = plan.row.size, zone_plan.row.size
    start = np.empty(8 * N_LANES, np.int64)
    end = np.empty(2 * start.size, np.float32)
    centre = np.zeros(N_LANES)
    found = np.empty(1024, np.int64)
    power = np.empty(1024, np.float32)
    n_best = n_peaks if n_peaks == 1 else n_peaks + 2
    chunk = np.empty(N_LANES, np.int64)
    for star in members:
        points = slice(offsets[star], offsets[star + 1])
        t, m, w = time[points], mag[points], weight[points]
        first, step, n = f_min[star], df[star], n_freq[star]
        n_low = n_slow[star] if slow_index.shape[1] else 0
        if n_low > zone_rows or deviation(t, w) > MOST_DEVIATION or is_clock(t, work.position):
            continue
        size = np.empty(int(2 * (first + step * n)) + 2)
        night_windows(t, w, size.size, size)
        n_zones = zones(size, first, step, n, zone_rows, fit_mean, start)
        if size[1] <= LARGE or n_zones < 0 or start[0] > 0:
            continue
        done[star] = True
        # Zones: the whole power. As many peaks as these hide at most half of.
        count = np.int64(0)
        bar = np.float32(0)
        best = np.zeros(2 * n_peaks, np.float32)
        zone = start, n_zones, zone_rows
        counts = prepare(t, m, w, step, fit_mean, zone_plan, zone_work)
        for z in range(0, n_zones, N_LANES):
            some = start[z : min(z + N_LANES, n_zones)]
            for lane in range(some.size):
                centre[lane] = first + step * (some[lane] + zone_rows // 2)
            begin_lanes(t, centre, zone_work)
            group_power(t.size, counts, fit_mean, zone_plan, zone_work)
            if highest(zone_work.power) >= MARK:
                for lane in range(some.size):
                    for k in range(min(zone_rows, n - some[lane])):
                        i = zone_plan.row[k] * N_LANES + lane
                        if zone_work.power[i] >= MARK:
                            f = first + step * (some[lane] + k)
                            zone_work.power[i] = exact(t, m, w, f, fit_mean)
            bar, found, power, count = gather(
                zone_work.power, zone_plan.row, zone_plan.frequency, some, n, True, zone,
                np.float32(1), bar, best, found, power, count,
            )  # fmt: skip
            for lane in range(some.size):
                last = min(zone_rows, n - some[lane]) - 1
                end[2 * (z + lane)] = zone_work.power[zone_plan.row[0] * N_LANES + lane]
                end[2 * (z + lane) + 1] = zone_work.power[zone_plan.row[last] * N_LANES + lane]
            if z == 0 and n_low:
                j = highest_below(zone_work.power, zone_plan.row, n_low)
                slow_index[star, 0] = j
                slow_height[star, 0] = exact(t, m, w, first + step * j, fit_mean)
        chosen = greedy(found, power, count, n_peaks, min_separation)
        least = power[chosen[n_peaks - 1]] if chosen.size == n_peaks else np.float32(0)
        n_full = count
        # The whole axis: one transform.
        share = share_of(w)
        bar = np.float32(0.5) * share * least
        best = np.zeros(n_best, np.float32)
        n_coarse = np.int64(math.ceil((n - 1) / COARSE)) + 1
        moment = w * m
        runs = prepare_modulus(t, moment, first, COARSE * step, plan, work)
        for group in range((n_coarse + n_rows * N_LANES - 1) // (n_rows * N_LANES)):
            group_modulus(t.size, runs, plan, work)
            for lane in range(N_LANES):
                chunk[lane] = (group * N_LANES + lane) * n_rows
            bar, found, power, count = gather(
                work.power, plan.row, plan.frequency, chunk, n_coarse, False, zone, share, bar,
                best, found, power, count,
            )  # fmt: skip
        # The candidates' power, those of zones' ends among them.
        # Padded with points of no weight: what does not fill a vector register goes one by one.
        n_padded = -(-t.size // PADDED) * PADDED
        times, w_single = np.zeros(n_padded), np.zeros(n_padded, np.float32)
        wm_single = np.zeros(n_padded, np.float32)
        for p in range(t.size):
            times[p], w_single[p], wm_single[p] = t[p], w[p], moment[p]
        best[:] = 0
        for i in range(n_full):
            insert(best, power[i])
        kept = n_full
        for i in range(n_full, count):
            if power[i] < bar:
                continue
            j = min(np.int64(COARSE * found[i]), n - 1)
            p = quick(times, wm_single, w_single, first + step * j, fit_mean)
            if j < COARSE * found[i] and j < n - 1:  # halfway between two steps
                following = quick(times, wm_single, w_single, first + step * (j + 1), fit_mean)
                if following > p:
                    j, p = j + 1, following
            found[kept] = j
            power[kept] = p
            kept += 1
            insert(best, p)
        for z in range(n_zones):
            last = min(start[z] + zone_rows, n) - 1
            found, power, kept = append(start[z], end[2 * z], found, power, kept)
            found, power, kept = append(last, end[2 * z + 1], found, power, kept)
        close = CLOSE * best[n_best - 1]
        count = n_full
        for i in range(n_full, kept):
            if power[i] >= close:
                found[count], power[count] = climb(
                    times, wm_single, w_single, first, step, n, found[i], power[i], fit_mean
                )
                count += 1
        best[:] = 0
        for i in range(count):
            insert(best, power[i])
        for i in range(count):
            if SIDE_LOBE * power[i] <= best[n_best - 1]:
                continue
            # Within a zone every frequency was seen.
            j = found[i]
            if not (i < n_full and within_zone(j - REACH, j + REACH, start, n_zones, zone_rows)):
                found, power, count = side_lobes(
                    times,
                    wm_single,
                    w_single,
                    first,
                    step,
                    n,
                    found[i],
                    fit_mean,
                    found,
                    power,
                    count,
                )
        chosen = greedy(found, power, count, n_peaks, min_separation)
        for i in range(chosen.size):
            j = found[chosen[i]]
            index[star, i] = j
            height[star, i] = exact(t, m, w, first + step * j, fit_mean)
