"""The candidate frequencies of a star: each refined off the grid and scored by the shape of its fold."""

import numpy as np

from .._compiled import njit
from ._aliases import prefer_slow
from ._fourier_fit import back_substitute, evaluate, harmonic_sums, solve_nested, unit_circle
from ._weights import median

MIN_POINTS = 5
MAX_HARMONICS = 4
REFINE_HARMONICS = 2
# A harmonic needs cycles in which to repeat, and points: else a series at a multiple of the period
# follows noise.
CYCLES_PER_HARMONIC = 2.0
POINTS_PER_HARMONIC = 8
# How far, in steps of the grid, a peak may be from its highest grid point; half a step if it were
# alone and its series a sine.
REACH = 0.75
# Of Student's t distribution: outliers count less, the bulk as under a Gaussian.
DEGREES_OF_FREEDOM = 8.0


@njit
def harmonics_allowed(n_points, n_cycles, largest):
    """Return how many harmonics the number of points and of cycles covered can support."""
    return max(
        1, min(largest, n_points // POINTS_PER_HARMONIC, int(n_cycles / CYCLES_PER_HARMONIC))
    )


@njit
def fit(star, frequency, n_harmonics, work):
    """Fit nested Fourier series at one frequency; the results stay in `work`."""
    time, _, weight, weighted_mag = star
    circle, turning, sums, factor, reduced, explained, _ = work
    unit_circle(time, frequency, circle[0], circle[1])
    harmonic_sums(circle[0], circle[1], weight, weighted_mag, n_harmonics, turning, sums)
    solve_nested(sums, n_harmonics, factor, reduced, explained)


@njit
def workspace(n_points, n_harmonics):
    """Return the working memory of `fit`: circle, turning, sums, factor, reduced, explained, coefficient."""
    size = 2 * n_harmonics + 1
    return (
        np.empty((2, n_points)),
        np.empty((2, n_points)),
        np.empty((4, size)),
        np.empty((size, size)),
        np.empty(size),
        np.empty(n_harmonics + 1),
        np.empty(size),
    )


@njit
def standardised(time, mag, weight):
    """Return a star's time from its first point, magnitude of weighted mean 0, weights of mean 1, and their product."""
    weight = weight / (np.sum(weight) / time.size)
    mag = mag - np.sum(weight * mag) / time.size
    mag = mag - np.sum(weight * mag) / time.size  # once more: magnitudes may be far from zero
    return time - time[0], mag, weight, weight * mag


@njit
def vertex(left, centre, right):
    """Return where a parabola through three equidistant values has its top, in steps from the middle one."""
    bend = left - 2.0 * centre + right
    if bend >= 0.0:
        return 0.0
    return min(max(0.5 * (left - right) / bend, -1.0), 1.0)


@njit
def refine(star, frequency, reach, n_harmonics, work):
    """Find the frequency within `reach` of a grid point at which a series explains most of the variance."""
    explained = work[5]
    height = np.empty(5)
    for stage in range(2):
        spacing = reach / 2.0 if stage == 0 else reach / 6.0
        size = 5 if stage == 0 else 3
        middle = size // 2
        for j in range(size):
            trial = max(frequency + (j - middle) * spacing, 0.01 * reach)
            fit(star, trial, n_harmonics, work)
            height[j] = explained[n_harmonics]
        inner = min(max(np.argmax(height[:size]), 1), size - 2)
        shift = inner - middle + vertex(height[inner - 1], height[inner], height[inner + 1])
        frequency = max(frequency + shift * spacing, 0.01 * reach)
    return frequency


@njit
def information(variance, decrease, n_points, n_parameters):
    """Return the Bayesian information criterion of a least-squares fit, against no fit at all."""
    left = max(variance - decrease, 1e-12 * variance)
    return n_points * np.log(left / variance) + n_parameters * np.log(n_points)


@njit
def best_series(explained, variance, n_points, n_harmonics):
    """Return the best criterion among nested series and its number of harmonics."""
    best = np.inf
    chosen = 1
    for k in range(1, n_harmonics + 1):
        value = information(variance, explained[k], n_points, 2 * k)
        if value < best:
            best = value
            chosen = k
    return best, chosen


@njit(fastmath={"reassoc", "contract", "nsz", "arcp"})
def heavy_tailed(mag, model, weight, scale):
    """Return minus twice the log likelihood of a model under Student's t distribution, up to a constant."""
    factor = 1.0 / (DEGREES_OF_FREEDOM * scale * scale)
    total = 0.0
    # One logarithm for the product of eight terms.
    for first in range(0, mag.size, 8):
        product = 1.0
        for i in range(first, min(first + 8, mag.size)):
            product *= 1.0 + factor * weight[i] * (mag[i] - model[i]) ** 2
        total += np.log(product)
    return (DEGREES_OF_FREEDOM + 1.0) * total


@njit
def noise_scale(mag, model, weight, n_parameters):
    """Return the robust scatter of the points about a model, the quoted errors being free in level."""
    scatter = median(np.abs(mag - model) * np.sqrt(weight))
    return 1.4826 * scatter * np.sqrt(mag.size / max(mag.size - n_parameters, 1))


@njit
def rescore(star, candidate, grid, refined, score, gauss, harmonics):
    """Refine and score the candidates of one star.

    Parameters
    ----------
    star : tuple
        Of `standardised`.
    candidate : ndarray of shape (n_candidates,)
        Frequencies on the grid; those not above 0 are skipped.
    grid : tuple
        Lowest and highest frequency and step of the grid.
    refined, score, gauss, harmonics : ndarray of shape (n_candidates,)
        Filled with the refined frequencies; the heavy-tailed and the Gaussian information criterion
        of the best series (lower is better); the number of harmonics of the Gaussian one.
    """
    time, mag, weight, weighted_mag = star
    f_min, f_max, step = grid
    n = time.size
    work = workspace(n, MAX_HARMONICS)
    circle, turning, _, factor, reduced, explained, coefficient = work
    model = np.empty((candidate.size, MAX_HARMONICS, n))
    allowed = np.zeros(candidate.size, np.int64)
    variance = np.sum(weighted_mag * mag)
    best = -1
    for j in range(candidate.size):
        if not candidate[j] > 0.0:
            continue
        allowed[j] = harmonics_allowed(n, candidate[j] * time[-1], MAX_HARMONICS)
        few = min(allowed[j], REFINE_HARMONICS)
        near = refine(star, candidate[j], REACH * step, few, work)
        refined[j] = min(max(near, f_min), f_max)
        fit(star, refined[j], allowed[j], work)
        gauss[j], harmonics[j] = best_series(explained, variance, n, allowed[j])
        for k in range(allowed[j]):
            back_substitute(factor, reduced, k + 1, coefficient)
            evaluate(circle[0], circle[1], coefficient, k + 1, turning, model[j, k])
        if best < 0 or gauss[j] < gauss[best]:
            best = j
    if best < 0:
        return
    # One scale for all candidates, from the best fit: else a candidate that fits badly would
    # forgive itself.
    scale = noise_scale(mag, model[best, harmonics[best] - 1], weight, 2 * harmonics[best] + 1)
    scale = max(scale, 1e-6 * np.sqrt(variance / n))
    for j in range(candidate.size):
        for k in range(allowed[j]):
            value = heavy_tailed(mag, model[j, k], weight, scale) + 2.0 * (k + 1) * np.log(n)
            score[j] = min(score[j], value)


@njit
def score_candidates(
    time, mag, weight, offsets, candidate, f_min, f_max, step, refined, score, gauss, harmonics
):
    """Refine and score the candidates of each star.

    Parameters
    ----------
    time, mag, weight : ndarray of shape (n_points,)
        Points of all stars.
    offsets : ndarray of shape (n_stars + 1,)
        Where each star begins and ends.
    candidate : ndarray of shape (n_stars, n_candidates)
        Frequencies on the grid, NaN where there are fewer.
    f_min, f_max, step : ndarray of shape (n_stars,)
        Limits and step of the grid.
    refined, score, gauss, harmonics : ndarray of shape (n_stars, n_candidates)
        Filled as by `rescore`, slow candidates being preferred; left alone for stars with fewer
        than `MIN_POINTS` points.
    """
    for i in range(offsets.size - 1):
        part = slice(offsets[i], offsets[i + 1])
        if offsets[i + 1] - offsets[i] < MIN_POINTS:
            continue
        star = standardised(time[part], mag[part], weight[part])
        grid = (f_min[i], f_max[i], step[i])
        rescore(star, candidate[i], grid, refined[i], score[i], gauss[i], harmonics[i])
        prefer_slow(star, refined[i], score[i], np.empty((2, star[0].size)))
