"""Shape of the fold at the undoubled period; eclipses and unlike half periods, seen at twice that period."""

import numpy as np

from ..._compiled import njit
from ...periodogram import stable_order
from ._fourier import GRID, extremum_position, nested_fits, share_above, width_above
from ._statistics import (
    cumulative_range,
    mean_and_std,
    percentile_of_sorted,
    skewness_and_kurtosis,
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


ECLIPSES = (
    "depth_ratio",
    "odd_even_depth",
    "odd_even_shape",
    "subharmonic_share",
    "eclipse_width",
    "eclipse_sharpness",
    "outside_scatter",
    "outside_range",
)


# The two minima are looked for within this many grid steps (a tenth of a cycle) of where the fit
# puts them.
_SEARCH = 6


_N_SUBHARMONICS = 3


# Fewer cycles leave the terms of half the frequency next to undetermined.
_FEWEST_CYCLES = 4.0


# A point is outside the minima when it is at least this far (cycles) from them.
_OUTSIDE = 0.25


@njit
def _deepest_near(curve, centre):
    g = centre
    for step in range(-_SEARCH, _SEARCH + 1):
        if curve[(centre + step) % curve.size] > curve[g % curve.size]:
            g = centre + step
    return g % curve.size


@njit
def minima_features(curve, out):
    """Compare the two minima and the two cycles of a curve over two cycles."""
    ordered = curve[stable_order(curve)]
    base = percentile_of_sorted(ordered, 10.0)
    first, second = _deepest_near(curve, 0), _deepest_near(curve, GRID)
    if curve[second] > curve[first]:
        first, second = second, first
    deep, shallow = curve[first] - base, curve[second] - base
    if not deep > 0.0:
        out[:] = np.nan
        return
    out[0] = shallow / deep
    out[1] = deep - shallow
    difference = 0.0
    total = 0.0
    mean = np.sum(curve) / curve.size
    for g in range(GRID):
        difference += (curve[g] - curve[g + GRID]) ** 2
        total += (curve[g] - mean) ** 2 + (curve[g + GRID] - mean) ** 2
    out[2] = difference / total
    half = width_above(curve, first, base + 0.5 * deep)
    top = width_above(curve, first, base + 0.85 * deep)
    out[4] = half / GRID
    # 0.39 for a sine; near 1 for a flat bottom, small for a spike.
    out[5] = top / half


@njit
def subharmonic_share(phase, residual, weight, n_cycles):
    """Share of the residuals' variance at odd multiples of half the frequency.

    Zero where the two cycles are alike, whatever their shape, and adjusted for the number of
    parameters. Zero also where too few cycles were seen to tell odd from even ones.
    """
    n_terms = 2 * _N_SUBHARMONICS
    total = np.sum(weight * residual * residual)
    if residual.size < 4 * n_terms or n_cycles < _FEWEST_CYCLES or not total > 0.0:
        return 0.0
    # All multiples of half the frequency, minus the even ones: those fit both cycles alike.
    _, _, every = nested_fits(0.5 * phase, residual, weight, n_terms)
    _, _, even = nested_fits(phase, residual, weight, _N_SUBHARMONICS)
    total -= even[_N_SUBHARMONICS]
    explained = (every[n_terms] - even[_N_SUBHARMONICS]) / total
    left = (1.0 - explained) * (residual.size - n_terms - 1) / (residual.size - 2 * n_terms - 1)
    return max(1.0 - left, 0.0)


@njit
def outside_features(phase, mag, residual, curve, out):
    """Scatter and range far from the minima, in units of the whole curve's range."""
    lowest = np.inf
    highest = -np.inf
    height = curve[np.argmax(curve)] - curve[np.argmin(curve)]
    for g in range(curve.size):
        distance = abs((g / GRID + 0.5) % 1.0 - 0.5)
        if distance >= _OUTSIDE:
            lowest = min(lowest, curve[g])
            highest = max(highest, curve[g])
    total = 0.0
    n_outside = 0
    for j in range(mag.size):
        if abs((phase[j] + 0.5) % 1.0 - 0.5) >= _OUTSIDE:
            total += residual[j] ** 2
            n_outside += 1
    if n_outside == 0 or not height > 0.0:
        out[:] = np.nan
        return
    out[0] = np.sqrt(total / n_outside) / height
    out[1] = (highest - lowest) / height


@njit
def eclipses(phase, n_cycles, mag, weight, residual, once, twice, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 8), for each star, in the order of `ECLIPSES`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        x, r = phase[start:stop], residual[start:stop]
        minima_features(twice[i], out[i, :6])
        out[i, 3] = subharmonic_share(x, r, weight[start:stop], n_cycles[i])
        outside_features(x, mag[start:stop], r, once[i], out[i, 6:])
