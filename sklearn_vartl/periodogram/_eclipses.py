"""Box-shaped eclipses: how much of a star's variance one or two dips at a trial period explain.

A short eclipse needs many harmonics of a Fourier series, each of which costs two parameters; a box
costs three. What is seen of eclipses at a known period is found here as well.
"""

import math

import numpy as np

from .._compiled import njit
from ._fits import ascending, information, median, standardised

N_BINS = 64
# Widths of the box in bins: from 1.6 to 25 per cent of the period.
WIDTHS = np.array([1, 2, 3, 4, 6, 8, 11, 16])
# Fewer points than these are outliers, or chance.
MIN_IN_ECLIPSE = 3
MIN_SHARE_IN_ECLIPSE = 0.04
# With narrow eclipses the highest peaks are harmonics of the orbit: these multiples of their
# periods are tried, of so many candidates.
MULTIPLES = (1, 2, 3, 4)
N_CANDIDATES = 6

# Bins in which one known period is folded.
FINE_BINS = 128
FINE_WIDTHS = np.array([2, 3, 4, 6, 8, 10, 12, 16, 20])
# Points are faint from so many robust standard deviations below the median on. Their weights are that distance,
# 0 below the first of these, at most the second.
FAINT = 3.0
DIP_FROM, DIP_TO = 2.0, 6.0


@njit
def fold_in_bins(time, weight, weighted_mag, frequency, bins):
    """Fill the running sums of weights, weighted magnitudes and points over two turns of the folded period."""
    n_bins = bins.shape[1] // 2
    place = np.empty(time.size, np.int32)
    for i in range(time.size):
        turn = time[i] * frequency
        place[i] = min(np.int32((turn - np.floor(turn)) * n_bins), n_bins - 1)
    # What a bin holds side by side: three sums for one way to memory.
    held = np.zeros((n_bins, 4))
    for i in range(time.size):
        b = place[i]
        held[b, 0] += weight[i]
        held[b, 1] += weighted_mag[i]
        held[b, 2] += 1.0
    bins[0, 0] = bins[1, 0] = bins[2, 0] = 0.0
    for b in range(n_bins):
        for row in range(3):
            bins[row, b + 1] = bins[row, b] + held[b, row]
    for row in range(3):
        for b in range(1, n_bins + 1):
            bins[row, b + n_bins] = bins[row, n_bins] + bins[row, b]


@njit
def box_decrease(bins, n_points, beyond):
    """Find how much boxes lower the weighted sum of squares of a folded star at most.

    By one dip a period, and by two dips of equal width but free depths, half a period apart; the magnitudes have
    weighted mean 0. Decreases smaller than those of `beyond` are not looked for; these are returned then.
    """
    least = max(MIN_IN_ECLIPSE, MIN_SHARE_IN_ECLIPSE * n_points)
    single, double, _, _ = best_boxes(bins, WIDTHS, least, beyond)
    return single, double


# Where no decrease is too small, and where none is large enough (infinity times zero would be no number).
ANY = (0.0, 0.0)
NONE = 1e200
# What may be better but for the rounding of single precision is looked at more closely; a number for none in it.
_NEARLY, _NONE = np.float32(0.999), 1e20
_TINY = np.float32(1e-9)


@njit(error_model="numpy")
def best_boxes(bins, widths, least, beyond):
    """Find the best boxes of a star folded in bins, see `box_decrease`.

    Returns the two decreases, and start and width (in bins) of the better one's first box.
    """
    n_bins = bins.shape[1] // 2
    half = n_bins // 2
    total = bins[0, n_bins]
    single, double = beyond
    at_single = (0, 0)
    at_double = (0, 0)
    # In single precision, twice as many side by side.
    running = np.empty(bins.shape, np.float32)
    for row in range(3):
        for b in range(2 * n_bins + 1):
            running[row, b] = bins[row, b]
    whole, enough = np.float32(total), np.float32(least)
    tiny, zero = _TINY * whole, np.float32(0)
    w_from, s_from, n_from = running[0, :n_bins], running[1, :n_bins], running[2, :n_bins]
    w_next, s_next, n_next = running[0, half:], running[1, half:], running[2, half:]
    for width in widths:
        w_to, s_to, n_to = running[0, width:], running[1, width:], running[2, width:]
        w_end, s_end, n_end = w_next[width:], s_next[width:], n_next[width:]
        # Side by side and without a division, whether any box may be better; most widths have none.
        bar = _NEARLY * np.float32(min(single, _NONE))
        both_bar = _NEARLY * np.float32(min(double, _NONE))
        higher = 0
        for start in range(n_bins):
            w1, s1 = w_to[start] - w_from[start], s_to[start] - s_from[start]
            w2, s2 = w_end[start] - w_next[start], s_end[start] - s_next[start]
            outside = whole - w1
            rest = outside - w2
            left = s1 + s2
            good = (s1 > zero) & (n_to[start] - n_from[start] >= enough) & (outside >= tiny)
            pair = good & (n_end[start] - n_next[start] >= enough) & (rest >= tiny)
            pair = pair & (s2 * rest > -left * w2)
            square = s1 * s1
            both = w2 * rest * square + w1 * rest * (s2 * s2) + w1 * w2 * (left * left)
            better = good & (square * whole > bar * (w1 * outside))
            both_better = pair & (both > both_bar * (w1 * w2 * rest))
            higher += better | both_better
        if not higher:
            continue
        # To the last bit one way: folds that gather the same points are equal, and the first one counts.
        for start in range(n_bins):
            w1 = bins[0, start + width] - bins[0, start]
            s1 = bins[1, start + width] - bins[1, start]
            # Not an eclipse: brighter than the mean, too few points inside, or none outside.
            if (
                s1 <= 0.0
                or bins[2, start + width] - bins[2, start] < least
                or total - w1 < 1e-9 * total
            ):
                continue
            value = s1 * s1 / w1 + s1 * s1 / (total - w1)
            if value > single:
                single = value
                at_single = (start, width)
            other = (start + half) % n_bins
            w2 = bins[0, other + width] - bins[0, other]
            s2 = bins[1, other + width] - bins[1, other]
            rest = total - w1 - w2
            if bins[2, other + width] - bins[2, other] < least or rest < 1e-9 * total:
                continue
            if s2 / w2 > -(s1 + s2) / rest:
                value = s1 * s1 / w1 + s2 * s2 / w2 + (s1 + s2) ** 2 / rest
                if value > double:
                    double = value
                    at_double = (start, width)
    return single, double, at_single, at_double


@njit
def best_eclipses(star, refined, gauss, variance, f_min, f_max, bins):
    """Find the best model of eclipses among the multiples of the candidates' periods.

    The candidates have the criteria `gauss` of their Fourier series. Returned are the Bayesian information criterion,
    infinite if nothing was tried, the position of the candidate, and one over the time between eclipses: twice the
    frequency of an orbit with two of them.
    """
    time, _, weight, weighted_mag = star
    n = time.size
    best = np.inf
    candidate = 0
    frequency = 0.0
    for j in ascending(gauss)[:N_CANDIDATES]:
        if not gauss[j] < np.inf:
            break
        for multiple in MULTIPLES:
            trial = refined[j] / multiple
            if trial < f_min:
                break
            fold_in_bins(time, weight, weighted_mag, trial, bins)
            beyond = decrease_for(variance, best, n, 3), decrease_for(variance, best, n, 4)
            single, double = box_decrease(bins, n, beyond)
            value = information(variance, single, n, 3)
            if value < best:
                best = value
                candidate = j
                frequency = trial
            value = information(variance, double, n, 4)
            if value < best and 2.0 * trial <= f_max:
                best = value
                candidate = j
                frequency = 2.0 * trial
    return best, candidate, frequency


@njit
def decrease_for(variance, criterion, n_points, n_parameters):
    """Return a decrease that is just too small for a criterion; the inverse of `information`."""
    if not criterion < np.inf:
        return 0.0
    left = np.exp((criterion - n_parameters * np.log(n_points)) / n_points)
    return max(1.0 - left - 1e-9, 0.0) * variance


@njit
def dip_weights(mag, value):
    """Weigh each point by how far it is below the typical brightness; return how many are beyond `FAINT`, and opposite.

    The weight is the distance from the median in robust standard deviations where the point is faint, clipped, less
    the mean of that over all points, which removes the window.
    """
    middle = median(mag)
    deviation = 1.4826 * median(np.abs(mag - middle))
    faint = 0
    bright = 0
    if deviation <= 0.0:
        value[:] = 0.0
        return faint, bright
    total = 0.0
    for i in range(mag.size):
        distance = (mag[i] - middle) / deviation
        faint += distance > FAINT
        bright += distance < -FAINT
        value[i] = min(distance, DIP_TO) if distance > DIP_FROM else 0.0
        total += value[i]
    value -= total / mag.size
    return faint, bright


@njit
def deepest_box(star, frequency, bins):
    """Return the phase of the middle of the deeper eclipse and its depth below the rest (mag)."""
    time, _, weight, weighted_mag = star
    fold_in_bins(time, weight, weighted_mag, frequency, bins)
    n_bins = bins.shape[1] // 2
    single, double, one, two = best_boxes(bins, FINE_WIDTHS, MIN_IN_ECLIPSE, ANY)
    both = double > single
    start, width = two if both else one
    if width == 0:
        return 0.0, 0.0
    total = bins[0, n_bins]
    other = (start + n_bins // 2) % n_bins
    w1 = bins[0, start + width] - bins[0, start]
    s1 = bins[1, start + width] - bins[1, start]
    w2 = bins[0, other + width] - bins[0, other] if both else 0.0
    s2 = bins[1, other + width] - bins[1, other] if both else 0.0
    outside = -(s1 + s2) / (total - w1 - w2)
    depth = s1 / w1
    if both and s2 / w2 > depth:
        start = other
        depth = s2 / w2
    centre = (start + 0.5 * width) / n_bins
    return centre - np.floor(centre), depth - outside


@njit
def eclipse_features(time, mag, weight, offsets, frequency, log_trials, out):
    """Fill what is seen of eclipses at a known frequency of each star, one over the time between them.

    That is depth (mag), duration (cycles), the number of different eclipses of which a faint point was seen, and log10
    of the probability that so many of them meet by chance; `log_trials` is the natural logarithm of the number of
    frequencies among which it was found.
    """
    bins = np.empty((3, 2 * FINE_BINS + 1))
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        if not frequency[i] > 0.0:
            continue
        star = standardised(time[part], mag[part], weight[part])
        out[i, 0] = 0.0
        out[i, 1] = 0.0
        out[i, 2] = 0.0
        out[i, 3] = 0.0
        fold_in_bins(star[0], star[2], star[3], frequency[i], bins)
        _, _, (start, width), _ = best_boxes(bins, FINE_WIDTHS, MIN_IN_ECLIPSE, ANY)
        if width == 0:
            continue
        total = bins[0, FINE_BINS]
        inside = bins[0, start + width] - bins[0, start]
        faint = bins[1, start + width] - bins[1, start]
        out[i, 0] = faint / inside + faint / (total - inside)
        out[i, 1] = width / FINE_BINS
        value = np.empty(star[0].size)
        dip_weights(mag[part], value)
        seen, met, crossed, events, faint_events = count_events(
            star[0], value, frequency[i], start / FINE_BINS, width / FINE_BINS
        )
        out[i, 2] = seen
        # Of `events` looks, each as long as an eclipse, `faint_events` saw one: at random they fall
        # into the eclipse's part of the cycle as balls are drawn from an urn.
        log_chance = log_hypergeometric_tail(events, faint_events, crossed, met)
        tried = log_trials[i] + 2.0 * np.log(1.0 / out[i, 1])
        out[i, 3] = min(0.0, (log_chance + tried) / np.log(10.0))


@njit
def count_events(time, value, frequency, start, width):
    """Count looks at a star: each cycle is divided into parts as long as the eclipse, which is the first of them.

    They are the different eclipses with a faint point; the faint looks, and all looks, within the eclipse; all looks,
    and all faint ones, of which most points are faint.
    """
    seen = met = crossed = events = faint_events = 0
    i = 0
    while i < time.size:
        begin = i
        turn = time[i] * frequency - start
        cycle = np.floor(turn)
        place = np.floor((turn - cycle) / width)
        faint = 0
        while i < time.size:
            turn = time[i] * frequency - start
            if np.floor(turn) != cycle or np.floor((turn - cycle) / width) != place:
                break
            faint += value[i] > 0.0
            i += 1
        is_faint = 2 * faint > i - begin
        is_inside = place == 0.0
        events += 1
        faint_events += is_faint
        crossed += is_inside
        met += is_faint and is_inside
        seen += faint > 0 and is_inside
    return seen, met, crossed, events, faint_events


@njit
def log_hypergeometric_tail(total, marked, drawn, at_least):
    """Return the logarithm of the chance that so many or more of `drawn` are among the marked ones."""
    first = max(at_least, marked + drawn - total, 0)
    last = min(marked, drawn)
    if at_least <= max(0, marked + drawn - total):
        return 0.0
    if first > last:
        return -np.inf
    tail = 0.0
    largest = -np.inf
    for k in range(first, last + 1):
        term = log_choose(marked, k) + log_choose(total - marked, drawn - k)
        largest = max(largest, term)
    for k in range(first, last + 1):
        term = log_choose(marked, k) + log_choose(total - marked, drawn - k)
        tail += np.exp(term - largest)
    return min(0.0, largest + np.log(tail) - log_choose(total, drawn))


@njit
def log_choose(n, k):
    """Return the logarithm of a binomial coefficient."""
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
