"""What speaks for a frequency, for twice the period, and for eclipses."""

import numpy as np

from .._compiled import njit
from ._eclipse_fit import box_decrease
from ._rescore import MAX_HARMONICS, best_series, fit, harmonics_allowed, information

# With narrow eclipses the highest peaks are harmonics of the orbit: these multiples of their
# periods are tried, of so many candidates.
MULTIPLES = np.array([1.0, 2.0, 3.0, 4.0])
N_CANDIDATES = 6


@njit
def ascending(values):
    """Return the order of a few values; numba's own argsort takes seconds to compile."""
    order = np.arange(values.size)
    for i in range(1, values.size):
        moved = order[i]
        j = i
        while j > 0 and values[order[j - 1]] > values[moved]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = moved
    return order


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


@njit
def double_evidence(star, frequency, variance, work, bins):
    """Return the gain of a model of twice the period: two minima (or maxima) that differ.

    On either side stands the better one of a Fourier series and of eclipses.
    """
    time, _, weight, weighted_mag = star
    n = time.size
    explained = work[5]
    allowed = harmonics_allowed(n, frequency * time[-1], MAX_HARMONICS)
    fit(star, frequency, allowed, work)
    once = best_series(explained, variance, n, allowed)[0]
    single, _ = box_decrease(time, weight, weighted_mag, frequency, bins)
    once = min(once, information(variance, single, n, 3))

    allowed = harmonics_allowed(n, frequency * time[-1], 2 * MAX_HARMONICS)
    fit(star, 0.5 * frequency, allowed, work)
    twice = best_series(explained, variance, n, allowed)[0]
    _, double = box_decrease(time, weight, weighted_mag, 0.5 * frequency, bins)
    return once - min(twice, information(variance, double, n, 4))


@njit
def relative_error(star, frequency, noise, resolution, n_harmonics, work):
    """Return the standard error of a frequency over the frequency.

    From the curvature of the explained sum of squares, `noise` being the mean square of the
    residuals; at most `resolution` (in frequency), where there is no peak to speak of.
    """
    explained = work[5]
    spacing = resolution / 8.0
    bend = 0.0
    for j in range(-1, 2):
        fit(star, frequency + j * spacing, n_harmonics, work)
        bend += (2.0 if j == 0 else -1.0) * explained[n_harmonics]
    if bend <= 0.0:
        return resolution / frequency
    return min(np.sqrt(2.0 * noise / bend) * spacing, resolution) / frequency
