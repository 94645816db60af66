"""Shape of the light curve folded at the undoubled period."""

import numpy as np

from ..._compiled import njit
from ._fourier import GRID, extremum_position, share_above, width_above
from ._statistics import (
    cumulative_range,
    mean_and_std,
    percentile_of_sorted,
    skewness_and_kurtosis,
    stable_order,
    von_neumann,
)

FOLDED = (
    "phase_eta",
    "phase_cusum",
    "curve_range",
    "slope_per10",
    "slope_per90",
    "steepest_rise",
    "steepest_fall",
    "rise_fraction",
    "faint_share25",
    "faint_share50",
    "faint_share75",
    "minimum_width",
    "maximum_width",
    "second_minimum",
    "curve_skewness",
    "curve_kurtosis",
    "curve_roughness",
)


@njit
def chain_features(order, mag, out):
    """Von Neumann ratio and range of the cumulative sum along the closed chain in phase.

    Closed, neither depends on where the phase is zero: the pair of the last and first point counts,
    and the mean is the unweighted one, with which the cumulative sum returns to zero.
    """
    mean, std = mean_and_std(mag)
    folded = mag[order]
    closing = (folded[0] - folded[-1]) ** 2 / (std * std)
    out[0] = (von_neumann(folded, std) * (mag.size - 1) + closing) / mag.size
    out[1] = cumulative_range(folded, mean, std)


@njit
def curve_features(curve, out):
    """Shape of the smooth curve; slopes in magnitudes a cycle, the steepest in ranges a cycle."""
    n = curve.size
    faintest, brightest = np.argmax(curve), np.argmin(curve)
    top, bottom = curve[faintest], curve[brightest]
    height = top - bottom
    out[0] = height
    if not height > 0.0:
        out[1:] = np.nan
        return
    slope = np.empty(n)
    for g in range(n):
        slope[g] = 0.5 * GRID * (curve[(g + 1) % n] - curve[g - 1])
    slope = slope[stable_order(slope)]
    out[1] = percentile_of_sorted(slope, 10.0)
    out[2] = percentile_of_sorted(slope, 90.0)
    out[3] = -slope[0] / height
    out[4] = slope[-1] / height
    rise = extremum_position(curve, brightest) - extremum_position(curve, faintest)
    out[5] = (rise / n) % 1.0
    out[6] = share_above(curve, bottom + 0.25 * height)
    out[7] = share_above(curve, bottom + 0.5 * height)
    out[8] = share_above(curve, bottom + 0.75 * height)
    out[9] = width_above(curve, faintest, bottom + 0.5 * height) / n
    out[10] = width_above(-curve, brightest, -(bottom + 0.5 * height)) / n
    # The faintest point on the far side of the cycle from the fit's minimum, where the grid begins:
    # a secondary eclipse, or the other half of a sine wave.
    far = curve[n // 4 : n - n // 4 + 1]
    second = far[np.argmax(far)]
    out[11] = (second - bottom) / height
    out[12], out[13] = skewness_and_kurtosis(curve)
    mean, std = mean_and_std(curve)
    out[14] = von_neumann(curve, std)


@njit
def folded(order, mag, curves, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 17), for each star, in the order of `FOLDED`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        chain_features(order[start:stop], mag[start:stop], out[i, :2])
        curve_features(curves[i], out[i, 2:])
