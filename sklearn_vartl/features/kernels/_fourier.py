"""The folded light curve as a Fourier series, and as a smooth line without a model.

The series is ``m(x) = c_0 + sum_k c_{2k-1} cos(2 pi k x) + c_{2k} sin(2 pi k x)``, with the phase x
in cycles. The fits themselves are those of the period search.
"""

import numpy as np

from ..._compiled import njit
from ...periodogram import (
    back_substitute,
    evaluate,
    harmonic_sums,
    solve_nested,
    stable_order,
    unit_circle,
)
from ._statistics import weighted_mean_and_std

MAX_ORDER = 6
N_COEFFICIENTS = 2 * MAX_ORDER + 1

FOURIER = (
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

# Phases at which the faintest point of the series is looked for first, and their cosines and sines.
_N_SCAN = 64
_COS_SCAN = np.cos(2.0 * np.pi * np.arange(_N_SCAN) / _N_SCAN)
_SIN_SCAN = np.sin(2.0 * np.pi * np.arange(_N_SCAN) / _N_SCAN)

# Sine terms at the minimum below this (in half ranges) are zero.
_NO_ASYMMETRY = 1e-9

# Grid points of the smooth curve in a cycle.
GRID = 64

# Half-width of the smoothing kernel (cycles): so many points on average under it, within these
# limits.
_POINTS_PER_KERNEL = 16.0
_NARROWEST = 0.03
_WIDEST = 0.12


@njit
def nested_fits(phase, values, weight, order):
    """Weighted least-squares fits of every order up to ``order``: factor and forward, for `series_coefficients`.

    Last comes the decrease of the weighted sum of squares by the constant and 0, 1, ... harmonics.
    """
    circle = np.empty((2, phase.size))
    unit_circle(phase, 1.0, circle[0], circle[1])
    sums = np.empty((4, 2 * order + 1))
    harmonic_sums(
        circle[0], circle[1], weight, weight * values, order, np.empty((2, phase.size)), sums
    )
    factor = np.empty((2 * order + 1, 2 * order + 1))
    forward = np.empty(2 * order + 1)
    explained = np.empty(order + 1)
    solve_nested(sums, order, factor, forward, explained)
    return factor, forward, explained


@njit
def is_determined(factor, order):
    """Whether the phases tell all terms up to this order from each other."""
    for j in range(2 * order + 1):
        if not factor[j, j] < np.inf:
            return False
    return True


@njit
def series_coefficients(factor, forward, order, out):
    """Coefficients of the series of one order; those beyond are set to zero."""
    out[:] = 0.0
    back_substitute(factor, forward, order, out)


@njit
def series_value(coefficients, cos_1, sin_1):
    """Value of the series at one point of the unit circle, by Horner's scheme."""
    real = 0.0
    imaginary = 0.0
    for k in range(coefficients.size // 2, 0, -1):
        # c cos(ka) + s sin(ka) = Re[(c - i s) exp(ika)]
        real += coefficients[2 * k - 1]
        imaginary -= coefficients[2 * k]
        real, imaginary = real * cos_1 - imaginary * sin_1, real * sin_1 + imaginary * cos_1
    return coefficients[0] + real


@njit
def series_values(coefficients, phase, out):
    """Values of the series at many phases, filled into ``out``."""
    circle = np.empty((2, phase.size))
    unit_circle(phase, 1.0, circle[0], circle[1])
    n_harmonics = coefficients.size // 2
    evaluate(circle[0], circle[1], coefficients, n_harmonics, np.empty((2, phase.size)), out)


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
        values[g] = series_value(coefficients, _COS_SCAN[g], _SIN_SCAN[g])
    g = np.argmax(values)
    phase = g / _N_SCAN
    # Newton's method on the derivative; the scan is fine enough for order six to start next to the
    # maximum.
    for _ in range(8):
        first = 0.0
        second = 0.0
        cos_1, sin_1 = np.cos(2.0 * np.pi * phase), np.sin(2.0 * np.pi * phase)
        cos_k, sin_k = 1.0, 0.0
        for k in range(1, coefficients.size // 2 + 1):
            cos_k, sin_k = cos_k * cos_1 - sin_k * sin_1, cos_k * sin_1 + sin_k * cos_1
            first += k * (coefficients[2 * k] * cos_k - coefficients[2 * k - 1] * sin_k)
            second -= k * k * (coefficients[2 * k - 1] * cos_k + coefficients[2 * k] * sin_k)
        if second >= 0.0:
            break
        step = min(max(first / (2.0 * np.pi * second), -0.5 / _N_SCAN), 0.5 / _N_SCAN)
        phase -= step
        if abs(step) < 1e-14:
            break
    top = series_value(coefficients, np.cos(2.0 * np.pi * phase), np.sin(2.0 * np.pi * phase))
    return phase, top - values[np.argmin(values)]


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
    """Fit every star's folded light curve and set its zero of phase to the faintest point of the fit.

    Filled are a row a star of `coefficients` (the constant and the pairs of cosine and sine, zero beyond the chosen
    order) and `summary` (the order, the explained share of the variance and the peak-to-peak range of the fit), and
    for each point its `phase` from the faintest point of the fit, in cycles of [0, 2), of which the second tells odd
    from even ones, and in `order` the positions of a star's points, within the star, along the closed chain in order of
    phase.
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
        chain = stable_order(folded)
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
        for j in range(m.size):
            phase[start + j] = (cycle[j] - zero) % 2.0
            order[start + j] = chain[j]


@njit
def fourier(coefficients, summary, out):
    """Fill one row of ``out``, shape (n_stars, 26), for each star, in the order of `FOURIER`."""
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


@njit
def smooth_curve(phase, values, weight, n_cycles, out):
    """Kernel-weighted means at the phases ``g / 64``, g = 0 .. 64 n_cycles - 1, filled into ``out``.

    The kernel is the biweight, of compact support and smooth at its edge, so that the curve changes
    smoothly with the period. Grid points out of any point's reach are interpolated from their
    neighbours.
    """
    n_grid = out.size
    half_width = 0.5 * _POINTS_PER_KERNEL * n_cycles / phase.size
    reach = min(max(half_width, _NARROWEST), _WIDEST) * GRID
    total = np.zeros(n_grid)
    out[:] = 0.0
    for j in range(phase.size):
        position = (phase[j] % n_cycles) * GRID
        for g in range(int(np.ceil(position - reach)), int(np.floor(position + reach)) + 1):
            u = (g - position) / reach
            kernel = weight[j] * (1.0 - u * u) ** 2
            cell = g % n_grid
            total[cell] += kernel
            out[cell] += kernel * values[j]
    # A cell that only touches the edge of a kernel is as empty as one beyond it.
    smallest = 1e-6 * total[np.argmax(total)]
    for g in range(n_grid):
        if total[g] > smallest:
            out[g] /= total[g]
    for g in range(n_grid):
        if total[g] <= smallest:
            left = 1
            while total[(g - left) % n_grid] <= smallest:
                left += 1
            right = 1
            while total[(g + right) % n_grid] <= smallest:
                right += 1
            before, after = out[(g - left) % n_grid], out[(g + right) % n_grid]
            out[g] = before + (after - before) * left / (left + right)


@njit
def smooth_curves(phase, mag, weight, offsets, once, twice):
    """Fill every star's smooth light curve folded at its period, and at twice its period; phases as of `fit_series`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        smooth_curve(phase[start:stop], mag[start:stop], weight[start:stop], 1, once[i])
        smooth_curve(phase[start:stop], mag[start:stop], weight[start:stop], 2, twice[i])


@njit
def extremum_position(curve, g):
    """Sub-grid position of an extremum at grid point ``g`` by a parabola through its neighbours."""
    before, here, after = curve[g - 1], curve[g], curve[(g + 1) % curve.size]
    bend = before - 2.0 * here + after
    if bend == 0.0:
        return float(g)
    return g + min(max(0.5 * (before - after) / bend, -0.5), 0.5)


@njit
def share_above(curve, level):
    """Share of the closed, piecewise linear curve that lies above a level."""
    total = 0.0
    for g in range(curve.size):
        a, b = curve[g - 1] - level, curve[g] - level
        if a > 0.0 and b > 0.0:
            total += 1.0
        elif a > 0.0 or b > 0.0:
            total += max(a, b) / abs(a - b)
    return total / curve.size


@njit
def width_above(curve, g, level):
    """Length (grid steps) of the stretch of the closed curve around ``g`` above a level."""
    n = curve.size
    if not curve[g] > level:
        return 0.0
    width = 0.0
    for direction in (-1, 1):
        for step in range(n):
            here, following = (
                curve[(g + direction * step) % n],
                curve[(g + direction * (step + 1)) % n],
            )
            if following <= level:
                width += step + (here - level) / (here - following)
                break
        else:
            return float(n)
    return width
