"""Narrow eclipses, looked for among the faint points alone, and their fits with sloping sides.

A star whose eclipses are narrow may have none of its highest peaks at the right frequency: these candidates
are its own.
"""

import numpy as np

from .._compiled import REORDER, njit
from ._eclipses import ANY, MIN_IN_ECLIPSE, N_BINS, best_boxes, dip_weights, fold_in_bins
from ._fits import ascending, information, median, standardised, sum_of_products, vertex

# The search is made where the faint points are at least so many (and such a share), more than twice as many as
# bright ones ...
MIN_FAINT = 3
MIN_SHARE_FAINT = 0.015
# ... and where the variance that the period leaves is more than so many times that of the scatter between eclipses.
MIN_LEFT = 1.0
# Highest frequency (cycles a day) at which eclipses follow each other; frequencies in the width of
# a peak; harmonics whose squared moduli are added; candidates taken from the sum.
DIP_FREQUENCY = 4.0
DIP_OVERSAMPLING = 4
DIP_HARMONICS = 4
N_DIPS = 20
# Of these so many are fitted with more than a box.
N_FITTED = 6
# Eclipses with sloping sides are fitted to these: boxes of these widths (in bins) say where, then so
# many times as long ones are tried, full and zero depth being reached at these parts of the half.
PROFILE_WIDTHS = np.array([1, 2, 3, 4, 5, 6, 8, 10])
SCALES = np.array([0.6, 1.0, 1.4])
SLOPES = ((0.0, 2.0), (0.67, 1.33))
# The centre of the best one is moved by this, in half durations.
MOST_SHIFTED = 0.25
# Frequencies of the best one which might be meant instead.
RATIOS = np.array([1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 2, 2.0, 3.0])
# Steps of the frequency in these fits, over the time span.
COARSE_STEP, FINE_STEP = 0.03, 0.01


@njit
def mark_dips(time, mag, weight, offsets, frequency, left, value, wanted):
    """Fill whether each star is worth the search among its faint points, and the weights of these.

    `frequency` is what was found without it, `left` which part of the variance that leaves unexplained.
    """
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        n = offsets[i + 1] - offsets[i]
        if not frequency[i] > 0.0:
            continue
        faint, bright = dip_weights(mag[part], value[part])
        if faint < max(MIN_FAINT, MIN_SHARE_FAINT * n) or faint <= 2 * bright:
            continue
        star = standardised(time[part], mag[part], weight[part])
        scatter = 1.4826 * median(np.abs(mag[part] - median(mag[part])))
        variance = sum_of_products(star[3], star[1]) / n
        wanted[i] = left[i] * variance > MIN_LEFT * scatter**2


@njit
def dip_peaks(total, step, frequency):
    """Fill the frequencies of the highest peaks of `summed_harmonics`, from the highest down; NaN stays where fewer."""
    height = np.zeros(frequency.size, np.float32)
    # Three cycles at least: fewer eclipses are taken pair by pair.
    for j in range(3 * DIP_OVERSAMPLING - 1, total.size - 1):
        if total[j] > height[-1] and total[j] > total[j - 1] and total[j] >= total[j + 1]:
            place = height.size - 1
            while place > 0 and height[place - 1] < total[j]:
                height[place] = height[place - 1]
                frequency[place] = frequency[place - 1]
                place -= 1
            height[place] = total[j]
            top = vertex(total[j - 1], total[j], total[j + 1])
            frequency[place] = (j + 1 + top) * step


@njit
def points_near(star, frequency, centre, apart, reach):
    """The points within `reach` (cycles) of two phases `apart`: times, weights, and these times the magnitudes.

    No others take part in eclipses there, and most points are elsewhere.
    """
    time, _, weight, weighted_mag = star
    distance = np.empty(time.size)
    for i in range(time.size):
        x = time[i] * frequency - centre
        y = x - apart
        distance[i] = min(abs(x - np.floor(x + 0.5)), abs(y - np.floor(y + 0.5)))
    near = np.empty((3, time.size + 1))
    count = 0
    for i in range(time.size):
        # Without a branch: what is not near is written over.
        near[0, count], near[1, count], near[2, count] = time[i], weight[i], weighted_mag[i]
        count += distance[i] <= reach
    return near[0, :count], near[1, :count], near[2, :count]


@njit(fastmath=REORDER)
def profile_decreases(points, total, frequency, centre, half, inner, outer, apart):
    """Find how much eclipses with sloping sides lower the weighted sum of squares.

    By one eclipse a period, and by two with depths of their own, the second `apart` after the first (a half where the
    orbit is a circle); 0 where an eclipse has too few points or is none. The points (times, weights, and these times
    the magnitudes) are all that the eclipses may touch, `total` is the sum of the weights of all the star's points.
    `centre` is the phase of mid-eclipse, `half` half the duration in cycles; full depth is reached at `inner` and none
    is left at `outer`, in half durations.
    """
    time, weight, weighted_mag = points
    slope = 1.0 / (half * (outer - inner))
    n1 = n2 = 0.0
    p = s = pp = ps = ss = py = sy = 0.0
    for i in range(time.size):
        x = time[i] * frequency - centre
        y = x - apart
        x = abs(x - np.floor(x + 0.5))
        y = abs(y - np.floor(y + 0.5))
        w = weight[i]
        # Written so that the loop becomes vector code.
        first = (outer * half - x) * slope
        first = 0.0 if first < 0.0 else first
        first = 1.0 if first > 1.0 else first
        second = (outer * half - y) * slope
        second = 0.0 if second < 0.0 else second
        second = 1.0 if second > 1.0 else second
        n1 += 1.0 if first > 0.5 else 0.0
        n2 += 1.0 if second > 0.5 else 0.0
        p += w * first
        s += w * second
        pp += w * first * first
        ps += w * first * second
        ss += w * second * second
        py += weighted_mag[i] * first
        sy += weighted_mag[i] * second
    pp -= p * p / total
    ps -= p * s / total
    ss -= s * s / total
    single = 0.0
    double = 0.0
    if n1 >= MIN_IN_ECLIPSE and py > 0.0 and pp > 1e-9 * total:
        single = py * py / pp
        determinant = pp * ss - ps * ps
        if n2 >= MIN_IN_ECLIPSE and determinant > 1e-9 * total * total:
            a = (ss * py - ps * sy) / determinant
            b = (pp * sy - ps * py) / determinant
            if a > 0.0 and b > 0.0:
                double = a * py + b * sy
    return single, double


@njit
def profile_criterion(points, n_points, variance, frequency, at, n_parameters):
    """Return the criterion of one profile of a star of `n_points` points of mean weight 1."""
    single, double = profile_decreases(
        points, float(n_points), frequency, at[0], at[1], at[2], at[3], at[4]
    )
    decrease = single if n_parameters == 3 else double
    return information(variance, decrease, n_points, n_parameters)


@njit
def second_box(bins, box):
    """Return how far (cycles) after the best box another one of its width lowers the sum most; 0 if none."""
    start, width = box
    n_bins = bins.shape[1] // 2
    total = bins[0, n_bins]
    if width == 0:
        return 0.0
    w1 = bins[0, start + width] - bins[0, start]
    s1 = bins[1, start + width] - bins[1, start]
    best = 0.0
    apart = 0.0
    for distance in range(2 * width, n_bins - 2 * width + 1):
        other = (start + distance) % n_bins
        w2 = bins[0, other + width] - bins[0, other]
        s2 = bins[1, other + width] - bins[1, other]
        rest = total - w1 - w2
        if bins[2, other + width] - bins[2, other] < MIN_IN_ECLIPSE or rest < 1e-9 * total:
            continue
        value = s2 * s2 / w2 + (s1 + s2) ** 2 / rest
        if s2 > 0.0 and value > best:
            best = value
            apart = distance / n_bins
    return apart


@njit
def fit_profile(star, variance, frequency, bins):
    """Fit eclipses near a frequency: the best criterion, the frequency of the fold, and what was fitted.

    That has 3 parameters for one eclipse a period, 4 for two half a period apart, 6 for two at any distance (this one
    and the trials of it), and is last: centre, half duration, slope and distance, of `profile_decreases`.
    """
    time, _, weight, weighted_mag = star
    n = time.size
    fold_in_bins(time, weight, weighted_mag, frequency, bins)
    _, _, one, two = best_boxes(bins, PROFILE_WIDTHS, MIN_IN_ECLIPSE, ANY)
    best = np.inf
    n_parameters = 3
    at = (0.0, 0.0, 0.0, 1.0, 0.5)
    elsewhere = second_box(bins, one)
    # All trials of an eclipse are within this, in half widths of its box and cycles.
    widest = SCALES[-1] * (SLOPES[0][1] + MOST_SHIFTED)
    turned = 1.5 * FINE_STEP + 1e-9
    near_best = time[:0], weight[:0], weighted_mag[:0]
    for k in range(3):
        start, width = two if k == 1 else one
        if width == 0 or (k == 2 and elsewhere == 0.0):
            continue
        apart = elsewhere if k == 2 else 0.5
        number = 6 if k == 2 else 3 + k
        box = 0.5 * width / N_BINS
        centre = (start + 0.5 * width) / N_BINS
        near = points_near(star, frequency, centre, 0.0 if k == 0 else apart, widest * box + turned)
        for scale in SCALES:
            for inner, outer in SLOPES:
                there = (centre, scale * box, inner, outer, apart)
                value = profile_criterion(near, n, variance, frequency, there, number)
                if value < best:
                    best = value
                    n_parameters = number
                    at = there
                    near_best = near
    if at[1] == 0.0:
        return best, frequency, n_parameters, at
    for shift in (-MOST_SHIFTED, MOST_SHIFTED):
        there = (at[0] + shift * at[1], at[1], at[2], at[3], at[4])
        value = profile_criterion(near_best, n, variance, frequency, there, n_parameters)
        if value < best:
            best = value
            at = there
    trial = frequency
    # The fold turns about the middle of the time span, where the phase is known best.
    for step in (FINE_STEP, FINE_STEP / 2):
        middle = trial
        centre = at[0]
        for i in (-2, -1, 1, 2):
            shifted = middle + i * step / time[-1]
            moved = centre + 0.5 * time[-1] * (shifted - middle)
            there = (moved - np.floor(moved), at[1], at[2], at[3], at[4])
            value = profile_criterion(near_best, n, variance, shifted, there, n_parameters)
            if value < best:
                best = value
                trial = shifted
                at = there
    return best, trial, n_parameters, at


@njit
def best_dips(star, candidate, f_min, f_max):
    """Fit eclipses around each candidate frequency of `dip_peaks`, which is changed, between two limits.

    Returns the best criterion, its frequency, and whether both eclipses are in one cycle already.
    """
    time, mag, weight, weighted_mag = star
    variance = sum_of_products(weighted_mag, mag)
    bins = np.empty((3, 2 * N_BINS + 1))
    value = np.full(candidate.size, np.inf)
    # The decreases of those that will be fitted, from the largest down.
    highest = np.zeros(N_FITTED)
    for j in range(candidate.size):
        centre = candidate[j]
        if not centre > 0.0:
            continue
        best = highest[-1]
        for i in range(-2, 3):
            trial = centre + i * COARSE_STEP / time[-1]
            fold_in_bins(time, weight, weighted_mag, trial, bins)
            single, double, _, _ = best_boxes(bins, PROFILE_WIDTHS, MIN_IN_ECLIPSE, (best, best))
            if max(single, double) > best:
                best = max(single, double)
                value[j] = -best
                candidate[j] = trial
        if value[j] < np.inf:
            place = N_FITTED - 1
            while place > 0 and highest[place - 1] < best:
                highest[place] = highest[place - 1]
                place -= 1
            highest[place] = best
    best = np.inf
    frequency = 0.0
    fold = 0.0
    is_whole = False
    for j in ascending(value)[:N_FITTED]:
        if not value[j] < np.inf:
            break
        criterion, trial, n_parameters, _ = fit_profile(star, variance, candidate[j], bins)
        of_eclipses = 2.0 * trial if n_parameters == 4 else trial
        if criterion < best and f_min <= of_eclipses <= f_max:
            best = criterion
            frequency = of_eclipses
            fold = trial
            is_whole = n_parameters == 6
    for ratio in RATIOS:
        near = fold * ratio
        if near >= f_min:
            criterion, trial, n_parameters, _ = fit_profile(star, variance, near, bins)
            of_eclipses = 2.0 * trial if n_parameters == 4 else trial
            if criterion < best and f_min <= of_eclipses <= f_max:
                best = criterion
                frequency = of_eclipses
                is_whole = n_parameters == 6
    return best, frequency, is_whole
