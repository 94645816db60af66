"""The folded light curve as a smooth line on an even grid of phases, without a model."""

import numpy as np

from .._compiled import njit

GRID = 64

# Half-width of the smoothing kernel (cycles): so many points on average under it, within these
# limits.
_POINTS_PER_KERNEL = 16.0
_NARROWEST = 0.03
_WIDEST = 0.12


@njit
def smooth_curve(phase, values, weight, n_cycles, out):
    """Kernel-weighted means at the phases ``g / 64``, g = 0 .. 64 n_cycles - 1, filled into
    ``out``.

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
    smallest = 1e-6 * np.max(total)
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
    """Smooth every star's light curve folded at its period and at twice its period.

    Parameters
    ----------
    phase : ndarray of shape (n_points_total,)
        Phases in cycles of [0, 2).
    mag, weight : ndarray of shape (n_points_total,)
    offsets : ndarray of shape (n_stars + 1,)
    once : ndarray of shape (n_stars, 64)
        Filled with the curve over one cycle.
    twice : ndarray of shape (n_stars, 128)
        Filled with the curve over two cycles.
    """
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
