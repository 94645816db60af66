"""The last FFT pass and the power, in one go: what the transforms give never goes back to memory.

With Y the transform of w m, W that of w, and V = W(2 f) - W(f)^2, a = 1 - |W(f)|^2 (V = W(2 f), a = 1 without
the floating mean), the normal equations of a sinusoid have the matrix ((a + Re V, Im V), (Im V, a - Re V)) / 2, so

    power = 2 (a |Y|^2 - Re(conj(V) Y^2)) / (a^2 - |V|^2).

The time offset tau of the textbooks diagonalises this matrix; there is no need to compute it.
"""

import numpy as np

from .._compiled import njit
from ._lanes import broadcast, inline, load, splat, store, where_less
from ._numba_fft import pass_of_16
from ._numba_tables import ROW

# Where the determinant is smaller than this, single precision leaves too few digits: the power is marked by
# an impossible value, and computed again from its definition.
ILL_CONDITIONED = 1e-2
MARK = 2.0


@inline
def _outputs(data, o, second):
    """Return outputs 0, 3 and, of the middle two, 1 or 2 of a radix-4 butterfly on neighbouring rows."""
    ax, ay, bx, by = load(data, o), load(data, o + 8), load(data, o + 16), load(data, o + 24)
    cx, cy, dx, dy = load(data, o + 32), load(data, o + 40), load(data, o + 48), load(data, o + 56)
    px, py, qx, qy = ax + cx, ay + cy, ax - cx, ay - cy
    rx, ry, sx, sy = bx + dx, by + dy, bx - dx, by - dy
    if second:
        return px + rx, py + ry, qx - sy, qy + sx, qx + sy, qy - sx
    return px + rx, py + ry, qx - sy, qy + sx, px - rx, py - ry


@inline
def _solve(yx, yy, vx, vy, scale, k, power, highest):
    """Write the power of a row of eight frequencies, mean subtracted; return the running maximum."""
    one = splat(np.float32(1))
    d, d2 = broadcast(scale, 2 * k), broadcast(scale, 2 * k + 1)
    x2, y2, xy = yx * yx, yy * yy, yx * yy
    numerator = (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy)) * d
    determinant = one - (vx * vx + vy * vy) * d2
    p = numerator * (d2 + d2) / determinant
    p = where_less(determinant, splat(np.float32(ILL_CONDITIONED)), splat(np.float32(MARK)), p)
    store(power, k * 8, p)
    return where_less(highest, p, p, highest)


@inline
def _solve_mean(yx, yy, vx, vy, wx, wy, scale, k, power, highest):
    """As `_solve`, with a constant fitted together with the sinusoid."""
    one = splat(np.float32(1))
    d, d2 = broadcast(scale, 2 * k), broadcast(scale, 2 * k + 1)
    x2, y2, xy, wxy = yx * yx, yy * yy, yx * yy, wx * wy
    wx2, wy2 = wx * wx, wy * wy
    a = one - (wx2 + wy2) * d2
    vx, vy = vx * d - (wx2 - wy2) * d2, vy * d - (wxy + wxy) * d2
    numerator = a * (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy))
    determinant = a * a - (vx * vx + vy * vy)
    p = numerator * (d2 + d2) / determinant
    p = where_less(determinant, splat(np.float32(ILL_CONDITIONED)), splat(np.float32(MARK)), p)
    store(power, k * 8, p)
    return where_less(highest, p, p, highest)


@inline
def _three_rows(y, v, o, second, k, shift, scale, power, highest):
    """Write the power at outputs 0, 3 and, for the middle frequencies, 1 (`second`) or else 2 of a butterfly."""
    y0x, y0y, y3x, y3y, yx, yy = _outputs(y, o, second)
    v0x, v0y, v3x, v3y, vx, vy = _outputs(v, o, second)
    highest = _solve(y0x, y0y, v0x, v0y, scale, k, power, highest)
    highest = _solve(y3x, y3y, v3x, v3y, scale, k - shift, power, highest)
    middle = k + shift if second else k - 2 * shift
    return _solve(yx, yy, vx, vy, scale, middle, power, highest)


@njit
def last_passes(y, v, size, half, order, n_shifts, shift, scale, twiddle, scratch, power, highest):
    """Finish the FFTs of `size` rows and write the power at the frequencies -half..half - 1.

    Frequency ``m`` of the FFT with shift ``r`` is row ``(m + half) * n_shifts + r`` of `power`.
    """
    step = size // 16 * n_shifts
    for block in range(size // 16):
        pass_of_16(y, block, twiddle, scratch[0])
        pass_of_16(v, block, twiddle, scratch[1])
        k = (order[block] + half) * n_shifts + shift
        for digit in range(2):
            highest = _three_rows(
                scratch[0], scratch[1], 4 * digit * ROW, True, k, 4 * step, scale, power, highest
            )
            k += step
        for digit in range(2, 4):
            highest = _three_rows(
                scratch[0], scratch[1], 4 * digit * ROW, False, k, 4 * step, scale, power, highest
            )
            k += step
    return highest


@inline
def _three_rows_mean(y, v, w, o, second, k, shift, scale, power, highest):
    y0x, y0y, y3x, y3y, yx, yy = _outputs(y, o, second)
    v0x, v0y, v3x, v3y, vx, vy = _outputs(v, o, second)
    w0x, w0y, w3x, w3y, wx, wy = _outputs(w, o, second)
    highest = _solve_mean(y0x, y0y, v0x, v0y, w0x, w0y, scale, k, power, highest)
    highest = _solve_mean(y3x, y3y, v3x, v3y, w3x, w3y, scale, k - shift, power, highest)
    middle = k + shift if second else k - 2 * shift
    return _solve_mean(yx, yy, vx, vy, wx, wy, scale, middle, power, highest)


@njit
def last_passes_mean(
    y, v, w, size, half, order, n_shifts, shift, scale, twiddle, scratch, power, highest
):
    """As `last_passes`, with the transform of the weights for the floating mean."""
    step = size // 16 * n_shifts
    for block in range(size // 16):
        pass_of_16(y, block, twiddle, scratch[0])
        pass_of_16(v, block, twiddle, scratch[1])
        pass_of_16(w, block, twiddle, scratch[2])
        k = (order[block] + half) * n_shifts + shift
        for digit in range(4):
            o = 4 * digit * ROW
            if digit < 2:
                highest = _three_rows_mean(
                    scratch[0], scratch[1], scratch[2], o, True, k, 4 * step, scale, power, highest
                )
            else:
                highest = _three_rows_mean(
                    scratch[0], scratch[1], scratch[2], o, False, k, 4 * step, scale, power, highest
                )
            k += step
    return highest
