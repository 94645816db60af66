"""The choice among a star's candidate frequencies, and what speaks for it."""

import numpy as np

from .._compiled import njit
from ._eclipse_fit import N_BINS, box_decrease
from ._fourier_fit import unit_circle
from ._rescore import (
    best_series,
    fit,
    harmonics_allowed,
    information,
    rescore,
    standardised,
    workspace,
)

MIN_POINTS = 5
N_RUNNERS_UP = 3
# Slow variables (days) and the strength of the prior against their daily aliases; see
# `prefer_slow`.
SLOW_PERIOD = 30.0
ALIAS_STRENGTH = 16.0
DAILY_WIDTH = 0.01
# With narrow eclipses the highest peaks are harmonics of the orbit: these multiples of their
# periods are tried.
MULTIPLES = np.array([1.0, 2.0, 3.0, 4.0])
N_BOX_CANDIDATES = 6
BOX_MARGIN = 10.0
ECLIPSE_HARMONICS = 8

# Columns of the table of results, one row a star.
FREQUENCY, RELATIVE_ERROR, POWER, DOUBLE, ECLIPSE = range(5)
N_COLUMNS = 5


@njit
def window_power(star, frequency, work):
    """Return the power of the spectral window: the squared modulus of the weighted mean of exp(2 pi i f t)."""
    time, _, weight, _ = star
    circle = work[0]
    unit_circle(time, frequency, circle[0], circle[1])
    real = 0.0
    imaginary = 0.0
    for i in range(time.size):
        real += weight[i] * circle[0, i]
        imaginary += weight[i] * circle[1, i]
    return (real * real + imaginary * imaginary) / time.size**2


@njit
def daily_tie(star, fast, slow, work):
    """Return how far the sampling confuses two frequencies (0 to 1), if one is a daily alias of the other."""
    tie = 0.0
    for distance in (fast - slow, fast + slow):
        if abs(distance - np.round(distance)) < DAILY_WIDTH:
            tie = max(tie, window_power(star, distance, work))
    return tie


@njit
def prefer_slow(star, refined, score, work):
    """Let slow candidates change places with their daily aliases where these are little better.

    Sampled once a night, a slow variation is fitted as well near a whole number of cycles a day.
    Such ties, which the spectral window tells, are broken by a prior that falls with the frequency.
    """
    for slow in range(refined.size):
        if not refined[slow] < 1.0 / SLOW_PERIOD:
            continue
        for fast in range(refined.size):
            if not refined[fast] > 3.0 / SLOW_PERIOD or score[fast] > score[slow]:
                continue
            prior = ALIAS_STRENGTH * np.log(refined[fast] / refined[slow])
            if score[slow] - score[fast] > prior:
                continue
            if score[slow] - score[fast] < prior * daily_tie(
                star, refined[fast], refined[slow], work
            ):
                score[slow], score[fast] = score[fast], score[slow]


@njit
def best_box(star, refined, gauss, variance, bins):
    """Return the best eclipse model: criterion, candidate, frequency of one dip (half that of two)."""
    time, _, weight, weighted_mag = star
    n = time.size
    best = np.inf
    candidate = 0
    frequency = 0.0
    for j in np.argsort(gauss)[:N_BOX_CANDIDATES]:
        if not gauss[j] < np.inf:
            break
        for multiple in MULTIPLES:
            trial = refined[j] / multiple
            single, double = box_decrease(time, weight, weighted_mag, trial, bins)
            value = information(variance, single, n, 3)
            if value < best:
                best = value
                candidate = j
                frequency = trial
            value = information(variance, double, n, 4)
            if value < best:
                best = value
                candidate = j
                frequency = 2.0 * trial
    return best, candidate, frequency


@njit
def relative_error(star, frequency, chi2, reach, n_harmonics, work):
    """Return the standard error of a frequency over the frequency, from the curvature of the explained variance."""
    n = star[0].size
    explained = work[5]
    spacing = reach / 8.0
    bend = 0.0
    for j in range(-1, 2):
        fit(star, frequency + j * spacing, n_harmonics, work)
        bend += (2.0 if j == 0 else -1.0) * explained[n_harmonics]
    noise = chi2 / max(n - 2 * n_harmonics - 2, 1)
    limit = reach  # no peak to speak of: known to the resolution of the data only
    if bend <= 0.0:
        return limit / frequency
    return min(np.sqrt(2.0 * noise / bend) * spacing, limit) / frequency


@njit
def double_evidence(star, frequency, variance, work, bins):
    """Return by how much a model of twice the period is better: two minima (or maxima) that differ."""
    time, _, weight, weighted_mag = star
    n = time.size
    explained = work[5]
    value = np.empty(2)
    for i in range(2):
        trial = frequency / (i + 1)
        allowed = harmonics_allowed(n, trial * time[-1] * (i + 1), ECLIPSE_HARMONICS // (2 - i))
        fit(star, trial, allowed, work)
        value[i] = best_series(explained, variance, n, allowed)[0]
        single, double = box_decrease(time, weight, weighted_mag, trial, bins)
        box = information(variance, single, n, 3) if i == 0 else information(variance, double, n, 4)
        value[i] = min(value[i], box)
    return value[0] - value[1]


@njit
def choose(time, mag, weight, offsets, candidate, step, table, runner_up, runner_evidence):
    """Choose the frequency of each star; fills `table` (see the columns above) and the runners-up."""
    bins = np.empty((3, 2 * N_BINS + 1))
    n_candidates = candidate.shape[1]
    for i in range(offsets.size - 1):
        first, last = offsets[i], offsets[i + 1]
        if last - first < MIN_POINTS or not step[i] > 0.0:
            continue
        star = standardised(time[first:last], mag[first:last], weight[first:last])
        variance = np.sum(star[3] * star[1])
        if not variance > 0.0:
            continue
        refined = np.full(n_candidates, np.nan)
        score = np.full(n_candidates, np.inf)
        gauss = np.full(n_candidates, np.inf)
        harmonics = np.zeros(n_candidates, np.int64)
        rescore(star, candidate[i], 0.75 * step[i], refined, score, gauss, harmonics)
        work = workspace(last - first, ECLIPSE_HARMONICS)
        prefer_slow(star, refined, score, work)
        order = np.argsort(score)
        if not score[order[0]] < np.inf:
            continue
        best = order[0]
        frequency = refined[best]
        box, box_candidate, box_frequency = best_box(star, refined, gauss, variance, bins)
        eclipse = np.min(gauss) - box
        if eclipse > BOX_MARGIN:
            best = box_candidate
            frequency = box_frequency
        table[i, FREQUENCY] = frequency
        table[i, ECLIPSE] = eclipse
        chi2 = variance * np.exp(
            (gauss[best] - 2.0 * harmonics[best] * np.log(star[0].size)) / star[0].size
        )
        table[i, RELATIVE_ERROR] = relative_error(
            star, refined[best], chi2, step[i], min(harmonics[best], 2), work
        )
        table[i, DOUBLE] = double_evidence(star, frequency, variance, work, bins)
        count = 0
        for j in order:
            if count < N_RUNNERS_UP and score[j] < np.inf and abs(refined[j] - frequency) > step[i]:
                runner_up[i, count] = 1.0 / refined[j]
                runner_evidence[i, count] = score[j] - score[order[0]]
                count += 1
