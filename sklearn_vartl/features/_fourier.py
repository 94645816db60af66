"""The Fourier series of the folded light curve, with as many harmonics as the data carry."""

import numpy as np

from .._compiled import njit
from ._harmonics import is_determined, nested_fits, series_coefficients, series_value
from ._statistics import weighted_mean_and_std

MAX_ORDER = 6
N_COEFFICIENTS = 2 * MAX_ORDER + 1

COLUMNS = (
    "amplitude",
    *(f"r{k}1" for k in range(2, MAX_ORDER + 1)),
    *(f"cos_phi{k}1" for k in range(2, MAX_ORDER + 1)),
    *(f"sin_phi{k}1" for k in range(2, MAX_ORDER + 1)),
    *(f"minimum_cos{k}" for k in range(1, 5)),
    *(f"minimum_sin{k}" for k in range(1, 4)),
    "n_harmonics",
    "fourier_share",
    "fourier_range",
)

# A harmonic needs phase gaps shorter than this share of its cycle, else the series swings freely
# inside the gap.
_LARGEST_GAP = 0.67
# Residual share of the variance below which a better fit is rounding, not evidence.
_RESIDUAL_FLOOR = 1e-10
_N_SCAN = 64
# Sine terms at the minimum below this (in half ranges) are zero.
_NO_ASYMMETRY = 1e-9


@njit
def largest_gap(ordered):
    """Longest stretch without a point on the circle of sorted phases, in cycles."""
    gap = ordered[0] + 1.0 - ordered[-1]
    for j in range(1, ordered.size):
        gap = max(gap, ordered[j] - ordered[j - 1])
    return gap


@njit
def choose_order(factor, explained, n_points, total, max_order):
    """Number of harmonics with the smallest Bayesian information criterion."""
    best_order = 0
    best = np.inf
    for order in range(1, max_order + 1):
        if not is_determined(factor, order):
            break
        share = max(1.0 - explained[order] / total, _RESIDUAL_FLOOR)
        criterion = n_points * np.log(share) + 2 * order * np.log(float(n_points))
        if criterion < best:
            best = criterion
            best_order = order
    return best_order


@njit
def faintest_phase(coefficients):
    """Phase (cycles) of the series' highest magnitude, and its peak-to-peak range."""
    values = np.empty(_N_SCAN)
    for g in range(_N_SCAN):
        values[g] = series_value(coefficients, g / _N_SCAN)
    g = np.argmax(values)
    phase = g / _N_SCAN
    # Newton's method on the derivative; the scan is fine enough for order six to start next to the
    # maximum.
    for _ in range(8):
        first = 0.0
        second = 0.0
        for k in range(1, coefficients.size // 2 + 1):
            angle = 2.0 * np.pi * k * phase
            cos_k, sin_k = np.cos(angle), np.sin(angle)
            first += k * (coefficients[2 * k] * cos_k - coefficients[2 * k - 1] * sin_k)
            second -= k * k * (coefficients[2 * k - 1] * cos_k + coefficients[2 * k] * sin_k)
        if second >= 0.0:
            break
        phase -= min(max(first / (2.0 * np.pi * second), -0.5 / _N_SCAN), 0.5 / _N_SCAN)
    return phase, series_value(coefficients, phase) - np.min(values)


@njit
def rotate(coefficients, phase):
    """Refer the series to a new zero of phase, in place."""
    for k in range(1, coefficients.size // 2 + 1):
        angle = 2.0 * np.pi * k * phase
        cos_k, sin_k = np.cos(angle), np.sin(angle)
        a, b = coefficients[2 * k - 1], coefficients[2 * k]
        coefficients[2 * k - 1] = a * cos_k + b * sin_k
        coefficients[2 * k] = b * cos_k - a * sin_k


@njit
def fit_series(time, mag, weight, period, offsets, coefficients, summary, phase, order):
    """Fit every star's folded light curve and set its zero of phase to the faintest point of the
    fit.

    Parameters
    ----------
    time, mag, weight : ndarray of shape (n_points_total,)
    period : ndarray of shape (n_stars,)
    offsets : ndarray of shape (n_stars + 1,)
    coefficients : ndarray of shape (n_stars, 13)
        Filled with the constant and the (cosine, sine) pairs, zero beyond the chosen order.
    summary : ndarray of shape (n_stars, 3)
        Filled with the order, the explained share of the variance and the peak-to-peak range of the
        fit.
    phase : ndarray of shape (n_points_total,)
        Filled with each point's phase from the faintest point of the fit, in cycles of [0, 2): the
        second cycle tells odd from even ones.
    order : ndarray of shape (n_points_total,), int64
        Filled with the positions of each star's points, within the star, along the closed chain in
        order of phase.
    """
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        m, w = mag[start:stop], weight[start:stop]
        cycle = (time[start:stop] - time[start]) / period[i]
        folded = cycle % 1.0
        mean, std = weighted_mean_and_std(m, w)
        total = std * std * np.sum(w)
        factor, forward, explained = nested_fits(folded, m - mean, w, MAX_ORDER)
        # Stable: points of equal phase stay in the order of time.
        chain = np.argsort(folded, kind="mergesort")
        by_points = max((m.size - 2) // 4, 1)
        by_gap = max(int(_LARGEST_GAP / largest_gap(folded[chain])), 1)
        most = min(MAX_ORDER, by_points, by_gap)
        n_harmonics = choose_order(factor, explained, m.size, total, most)
        series_coefficients(factor, forward, n_harmonics, coefficients[i])
        coefficients[i, 0] += mean
        zero, value_range = faintest_phase(coefficients[i])
        rotate(coefficients[i], zero)
        summary[i, 0] = n_harmonics
        summary[i, 1] = explained[n_harmonics] / total
        summary[i, 2] = value_range
        phase[start:stop] = (cycle - zero) % 2.0
        order[start:stop] = chain


@njit
def fourier(coefficients, summary, out):
    """Fill one row of ``out``, shape (n_stars, 26), for each star, in the order of `COLUMNS`."""
    n_ratios = MAX_ORDER - 1
    for i in range(coefficients.shape[0]):
        c = coefficients[i]
        amplitude = np.hypot(c[1], c[2])
        phi_1 = np.arctan2(-c[2], c[1])
        out[i, 0] = amplitude
        for k in range(2, MAX_ORDER + 1):
            ratio = np.hypot(c[2 * k - 1], c[2 * k]) / amplitude if amplitude > 0.0 else 0.0
            angle = np.arctan2(-c[2 * k], c[2 * k - 1]) - k * phi_1
            out[i, k - 1] = ratio
            # A harmonic that was not fitted has no phase: the centre of the circle.
            out[i, n_ratios + k - 1] = np.cos(angle) if ratio > 0.0 else 0.0
            out[i, 2 * n_ratios + k - 1] = np.sin(angle) if ratio > 0.0 else 0.0
        position = 3 * n_ratios + 1
        half_range = 0.5 * summary[i, 2]
        for k in range(1, 5):
            out[i, position + k - 1] = c[2 * k - 1] / half_range if half_range > 0.0 else 0.0
        for k in range(1, 4):
            value = c[2 * k] / half_range if half_range > 0.0 else 0.0
            # A symmetric series has none; rounding errors would be no shape.
            out[i, position + 3 + k] = value if abs(value) > _NO_ASYMMETRY else 0.0
        out[i, position + 7] = summary[i, 0]
        out[i, position + 8] = summary[i, 1]
        out[i, position + 9] = summary[i, 2]
