"""Eclipses and unlike half periods, seen at twice the undoubled period."""

import numpy as np

from ..._compiled import njit
from ._fourier import GRID, nested_fits, width_above
from ._statistics import percentile_of_sorted, stable_order

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
