"""Box-shaped eclipses: how much of a star's variance one or two dips at a trial period explain.

A short eclipse needs many harmonics of a Fourier series, each of which costs two parameters; a box
costs three.
"""

import numpy as np

from .._compiled import njit
from ._fits import ascending, information

N_BINS = 64
# Widths of the box in bins: from 1.6 to 25 per cent of the period.
WIDTHS = np.array([1, 2, 3, 4, 6, 8, 11, 16])
# Fewer points than these are outliers, or chance.
MIN_IN_ECLIPSE = 3
MIN_SHARE_IN_ECLIPSE = 0.04
# With narrow eclipses the highest peaks are harmonics of the orbit: these multiples of their
# periods are tried, of so many candidates.
MULTIPLES = np.array([1.0, 2.0, 3.0, 4.0])
N_CANDIDATES = 6


@njit
def fold_in_bins(time, weight, weighted_mag, frequency, bins):
    """Fill the running sums of weights, weighted magnitudes and points over two turns of the folded period."""
    bins[:] = 0.0
    for i in range(time.size):
        turn = time[i] * frequency
        b = min(int((turn - np.floor(turn)) * N_BINS), N_BINS - 1)
        bins[0, b + 1] += weight[i]
        bins[1, b + 1] += weighted_mag[i]
        bins[2, b + 1] += 1.0
    for row in range(3):
        for b in range(1, N_BINS + 1):
            bins[row, b + N_BINS] = bins[row, b]
        for b in range(1, 2 * N_BINS + 1):
            bins[row, b] += bins[row, b - 1]


@njit
def box_decrease(time, weight, weighted_mag, frequency, bins):
    """Find the boxes that lower the weighted sum of squares most, magnitudes having weighted mean 0.

    Parameters
    ----------
    time, weight, weighted_mag : ndarray of shape (n_points,)
        Times, weights, and weights times magnitudes.
    frequency : float
        One over the trial period.
    bins : ndarray of shape (3, 2 * N_BINS + 1)
        Working memory.

    Returns
    -------
    single, double : float
        Decrease by one dip a period, and by two dips of equal width but free depths, half a period
        apart.
    """
    fold_in_bins(time, weight, weighted_mag, frequency, bins)
    total = bins[0, N_BINS]
    least = max(MIN_IN_ECLIPSE, MIN_SHARE_IN_ECLIPSE * time.size)
    half = N_BINS // 2
    single = 0.0
    double = 0.0
    for width in WIDTHS:
        for start in range(N_BINS):
            w1 = bins[0, start + width] - bins[0, start]
            s1 = bins[1, start + width] - bins[1, start]
            # Not an eclipse: brighter than the mean, too few points inside, or none outside.
            if (
                s1 <= 0.0
                or bins[2, start + width] - bins[2, start] < least
                or total - w1 < 1e-9 * total
            ):
                continue
            single = max(single, s1 * s1 / w1 + s1 * s1 / (total - w1))
            other = (start + half) % N_BINS
            w2 = bins[0, other + width] - bins[0, other]
            s2 = bins[1, other + width] - bins[1, other]
            rest = total - w1 - w2
            if bins[2, other + width] - bins[2, other] < least or rest < 1e-9 * total:
                continue
            if s2 / w2 > -(s1 + s2) / rest:
                double = max(double, s1 * s1 / w1 + s2 * s2 / w2 + (s1 + s2) ** 2 / rest)
    return single, double


@njit
def best_eclipses(star, refined, gauss, variance, f_min, f_max, bins):
    """Find the best model of eclipses among the multiples of the candidates' periods.

    Parameters
    ----------
    star : tuple
        Of `standardised`.
    refined, gauss : ndarray of shape (n_candidates,)
        Frequencies of the candidates and the criteria of their Fourier series.
    variance : float
        Weighted sum of squares of the magnitudes.
    f_min, f_max : float
        Limits of the frequency.
    bins : ndarray
        Working memory of `box_decrease`.

    Returns
    -------
    criterion : float
        Bayesian information criterion; infinite if nothing was tried.
    candidate : int
        Position of the candidate.
    frequency : float
        One over the time between eclipses: twice the frequency of an orbit with two of them.
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
            single, double = box_decrease(time, weight, weighted_mag, trial, bins)
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
