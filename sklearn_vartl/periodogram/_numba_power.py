"""The last FFT pass and the power, in one go: what the transforms give never goes back to memory.

With Y the transform of w m, W that of w, and V = W(2 f) - W(f)^2, a = 1 - |W(f)|^2 (without the
floating mean V = W(2 f), a = 1), the normal equations of a sinusoid have the matrix ((a + Re V, Im
V), (Im V, a - Re V)) / 2, so

    power = 2 (a |Y|^2 - Re(conj(V) Y^2)) / (a^2 - |V|^2).

The time offset tau of the textbooks diagonalises this matrix; there is no need to compute it.
"""

import numpy as np

from .._compiled import njit
from ._lanes import broadcast, inline, splat, store, where_less
from ._numba_fft import halfway
from ._numba_tables import ROW

# Where the determinant is smaller than this, single precision leaves too few digits: the power is
# marked by an impossible value, and computed again from its definition.
ILL_CONDITIONED = 1e-2
MARK = 2.0


@inline
def _solve(yx, yy, vx, vy, scale, k, power):
    """Write the power of a row of eight frequencies, mean subtracted."""
    d, d2, twice = broadcast(scale, 3 * k), broadcast(scale, 3 * k + 1), broadcast(scale, 3 * k + 2)
    x2, y2, xy = yx * yx, yy * yy, yx * yy
    numerator = (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy)) * d
    determinant = splat(np.float32(1)) - (vx * vx + vy * vy) * d2
    _store_power(numerator * twice, determinant, k, power)


@inline
def _solve_mean(yx, yy, vx, vy, wx, wy, scale, k, power):
    """As `_solve`, with a constant fitted together with the sinusoid."""
    d, d2, twice = broadcast(scale, 3 * k), broadcast(scale, 3 * k + 1), broadcast(scale, 3 * k + 2)
    x2, y2, xy, wxy = yx * yx, yy * yy, yx * yy, wx * wy
    wx2, wy2 = wx * wx, wy * wy
    a = splat(np.float32(1)) - (wx2 + wy2) * d2
    vx, vy = vx * d - (wx2 - wy2) * d2, vy * d - wxy * twice
    numerator = a * (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy))
    determinant = a * a - (vx * vx + vy * vy)
    _store_power(numerator * twice, determinant, k, power)


@inline
def _store_power(numerator, determinant, k, power):
    usable, mark = splat(np.float32(ILL_CONDITIONED)), splat(np.float32(MARK))
    store(power, k * 8, where_less(determinant, usable, mark, numerator / determinant))


@inline
def _outputs(data, o, step, twiddle, t, first_half):
    """Do the last butterfly; return outputs 0 and 3 and, of the other two, the one in the middle frequencies."""
    px, py, qx, qy, rx, ry, sx, sy = halfway(data, o, step, twiddle, t)
    if first_half:
        return px + rx, py + ry, qx - sy, qy + sx, qx + sy, qy - sx
    return px + rx, py + ry, qx - sy, qy + sx, px - rx, py - ry


@inline
def _rows(y, v, o, step, n_shifts, scale, twiddle, t, k, first_half, power):
    quarter = step // ROW * n_shifts
    ax, ay, bx, by, cx, cy = _outputs(y, o, step, twiddle, t, first_half)
    dx, dy, ex, ey, fx, fy = _outputs(v, o, step, twiddle, t, first_half)
    _solve(ax, ay, dx, dy, scale, k, power)
    _solve(bx, by, ex, ey, scale, k - quarter, power)
    _solve(cx, cy, fx, fy, scale, k + quarter if first_half else k - 2 * quarter, power)


@njit
def finish(y, v, size, n_shifts, shift, scale, twiddle, power):
    """Finish two transforms and write the power at the middle three quarters of their frequencies.

    Frequency ``m`` of the transforms with shift ``r`` is row ``(m + 3 size / 8) n_shifts + r`` of
    `power`.
    """
    step = size // 4 * ROW
    t = twiddle.size - 6 * size // 4
    k = 3 * size // 8 * n_shifts + shift
    for o in range(0, step // 2, ROW):
        _rows(y, v, o, step, n_shifts, scale, twiddle, t, k, True, power)
        t += 6
        k += n_shifts
    for o in range(step // 2, step, ROW):
        _rows(y, v, o, step, n_shifts, scale, twiddle, t, k, False, power)
        t += 6
        k += n_shifts


@inline
def _rows_mean(y, v, w, o, step, n_shifts, scale, twiddle, t, k, first_half, power):
    quarter = step // ROW * n_shifts
    ax, ay, bx, by, cx, cy = _outputs(y, o, step, twiddle, t, first_half)
    dx, dy, ex, ey, fx, fy = _outputs(v, o, step, twiddle, t, first_half)
    px, py, qx, qy, rx, ry = _outputs(w, o, step, twiddle, t, first_half)
    _solve_mean(ax, ay, dx, dy, px, py, scale, k, power)
    _solve_mean(bx, by, ex, ey, qx, qy, scale, k - quarter, power)
    middle = k + quarter if first_half else k - 2 * quarter
    _solve_mean(cx, cy, fx, fy, rx, ry, scale, middle, power)


@njit
def finish_mean(y, v, w, size, n_shifts, shift, scale, twiddle, power):
    """As `finish`, with the transform of the weights for the floating mean."""
    step = size // 4 * ROW
    t = twiddle.size - 6 * size // 4
    k = 3 * size // 8 * n_shifts + shift
    for o in range(0, step // 2, ROW):
        _rows_mean(y, v, w, o, step, n_shifts, scale, twiddle, t, k, True, power)
        t += 6
        k += n_shifts
    for o in range(step // 2, step, ROW):
        _rows_mean(y, v, w, o, step, n_shifts, scale, twiddle, t, k, False, power)
        t += 6
        k += n_shifts
