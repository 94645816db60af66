"""The last FFT pass and the power, in one go: what the transforms give never goes back to memory.

With Y the transform of w m, W that of w, and V = W(2 f) - W(f)^2, a = 1 - |W(f)|^2 (without the
floating mean V = W(2 f), a = 1), the normal equations of a sinusoid have the matrix ((a + Re V, Im
V), (Im V, a - Re V)) / 2, so

    power = 2 (a |Y|^2 - Re(conj(V) Y^2)) / (a^2 - |V|^2).

The time offset tau of the textbooks diagonalises this matrix; there is no need to compute it.
"""

import math

import numpy as np

from ..._compiled import njit
from .._numpy_engine import ILL_CONDITIONED, SINGULAR
from ._fft import halfway
from ._lanes import N_LANES, broadcast, inline, splat, store, where_less
from ._tables import ROW

# Written where the equations are ill-conditioned: above any power.
MARK = 2.0
# Taylor series in x^2 of sin(2 pi x) / x and of cos(2 pi x): right to 1e-16 for |x| <= 1/8.
SINE = tuple((-1) ** i * (2 * math.pi) ** (2 * i + 1) / math.factorial(2 * i + 1) for i in range(8))
COSINE = tuple((-1) ** i * (2 * math.pi) ** (2 * i) / math.factorial(2 * i) for i in range(9))

_QUARTER, _TWO = np.float32(0.25), np.float32(2)
_S = tuple(np.float32(x) for x in SINE[:5])
_C = tuple(np.float32(x) for x in COSINE[:5])


@inline
def _solve(yx, yy, vx, vy, scale, i, power):
    """Write the power of row i, a frequency a lane, mean subtracted; `vx`, `vy` are V / sqrt(2)."""
    d, h, limit = broadcast(scale, 3 * i), broadcast(scale, 3 * i + 1), broadcast(scale, 3 * i + 2)
    x2, y2, xy = yx * yx, yy * yy, yx * yy
    numerator = (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy)) * d
    determinant = h - vx * vx - vy * vy
    p = where_less(determinant, limit, splat(np.float32(MARK)), numerator / determinant)
    store(power, N_LANES * i, p)


@inline
def _solve_mean(yx, yy, vx, vy, wx, wy, scale, i, power):
    """As `_solve`, with a constant fitted together with the sinusoid."""
    d, d2, twice = broadcast(scale, 3 * i), broadcast(scale, 3 * i + 1), broadcast(scale, 3 * i + 2)
    x2, y2, xy, wxy = yx * yx, yy * yy, yx * yy, wx * wy
    wx2, wy2 = wx * wx, wy * wy
    a = splat(np.float32(1)) - (wx2 + wy2) * d2
    vx, vy = vx * d - (wx2 - wy2) * d2, vy * d - wxy * twice
    numerator = a * (x2 + y2) - (vx * (x2 - y2) + vy * (xy + xy))
    determinant = a * a - vx * vx - vy * vy
    limit, mark = splat(np.float32(ILL_CONDITIONED)), splat(np.float32(MARK))
    p = where_less(determinant, limit, mark, numerator * twice / determinant)
    store(power, N_LANES * i, p)


@inline
def _outputs(data, o, step, twiddle, t, first_half):
    """Do the last butterfly; return outputs 0 and 3 and, of the other two, the one in the middle frequencies."""
    px, py, qx, qy, rx, ry, sx, sy = halfway(data, o, step, twiddle, t)
    if first_half:
        return px + rx, py + ry, qx - sy, qy + sx, qx + sy, qy - sx
    return px + rx, py + ry, qx - sy, qy + sx, px - rx, py - ry


@inline
def _rows(y, v, o, step, scale, twiddle, t, i, first_half, power):
    ax, ay, bx, by, cx, cy = _outputs(y, o, step, twiddle, t, first_half)
    dx, dy, ex, ey, fx, fy = _outputs(v, o, step, twiddle, t, first_half)
    _solve(ax, ay, dx, dy, scale, i, power)
    _solve(bx, by, ex, ey, scale, i + 1, power)
    _solve(cx, cy, fx, fy, scale, i + 2, power)


@njit
def finish(y, v, size, shift, scale, twiddle, power):
    """Finish two transforms and write the power at the middle three quarters of their frequencies.

    Rows of `power` come in the order in which they are computed; see `output_rows`.
    """
    step = size // 4 * ROW
    t = twiddle.size - 6 * size // 4
    i = 3 * size // 4 * shift
    for o in range(0, step // 2, ROW):
        _rows(y, v, o, step, scale, twiddle, t, i, True, power)
        t += 6
        i += 3
    for o in range(step // 2, step, ROW):
        _rows(y, v, o, step, scale, twiddle, t, i, False, power)
        t += 6
        i += 3


@inline
def _rows_mean(y, v, w, o, step, scale, twiddle, t, i, first_half, power):
    ax, ay, bx, by, cx, cy = _outputs(y, o, step, twiddle, t, first_half)
    dx, dy, ex, ey, fx, fy = _outputs(v, o, step, twiddle, t, first_half)
    px, py, qx, qy, rx, ry = _outputs(w, o, step, twiddle, t, first_half)
    _solve_mean(ax, ay, dx, dy, px, py, scale, i, power)
    _solve_mean(bx, by, ex, ey, qx, qy, scale, i + 1, power)
    _solve_mean(cx, cy, fx, fy, rx, ry, scale, i + 2, power)


@njit
def finish_mean(y, v, w, size, shift, scale, twiddle, power):
    """As `finish`, with the transform of the weights for the floating mean."""
    step = size // 4 * ROW
    t = twiddle.size - 6 * size // 4
    i = 3 * size // 4 * shift
    for o in range(0, step // 2, ROW):
        _rows_mean(y, v, w, o, step, scale, twiddle, t, i, True, power)
        t += 6
        i += 3
    for o in range(step // 2, step, ROW):
        _rows_mean(y, v, w, o, step, scale, twiddle, t, i, False, power)
        t += 6
        i += 3


@njit
def finish_modulus(y, size, shift, n_used, scale, twiddle, power):
    """Finish one transform and write its squared modulus, with the factors of the floating mean.

    Of the frequencies it is the `n_used` in the middle. Rows come as in `output_rows`.
    """
    step = size // 4 * ROW
    t = twiddle.size - 6 * size // 4
    i = n_used * shift
    beyond = (size - n_used) // 2 * ROW
    for o in range(0, step, ROW):
        px, py, qx, qy, rx, ry, sx, sy = halfway(y, o, step, twiddle, t)
        _modulus(px + rx, py + ry, scale, i, power)
        _modulus(qx - sy, qy + sx, scale, i + 1, power)
        i += 2
        if o < step - beyond:
            _modulus(qx + sy, qy - sx, scale, i, power)
            i += 1
        if o >= beyond:
            _modulus(px - rx, py - ry, scale, i, power)
            i += 1
        t += 6


@inline
def _modulus(x, y, scale, i, power):
    store(power, N_LANES * i, (x * x + y * y) * broadcast(scale, 3 * i + 1))


@inline
def cis(turns):
    """Return cos and sin of 2 pi times a number; without branches, so that loops over it become vector code."""
    x = turns - np.rint(turns)
    quarters = np.rint(4 * x)
    x -= 0.25 * quarters
    z = x * x
    s, c = SINE[7], COSINE[8]
    for i in range(6, -1, -1):
        s = s * z + SINE[i]
    for i in range(7, -1, -1):
        c = c * z + COSINE[i]
    s *= x
    odd = quarters * quarters == 1.0
    x, y = (s if odd else c), (c if odd else s)
    return (
        -x if quarters == 1.0 or quarters * quarters == 4.0 else x,
        -y if quarters == -1.0 or quarters * quarters == 4.0 else y,
    )


@inline
def single_cis(turns):
    """Return the same right to single precision."""
    x = np.float32(turns - np.rint(turns)) * _QUARTER
    z = x * x
    s = x * (_S[0] + z * (_S[1] + z * (_S[2] + z * (_S[3] + z * _S[4]))))
    c = _C[0] + z * (_C[1] + z * (_C[2] + z * (_C[3] + z * _C[4])))
    # The series saw a quarter of the angle: double it twice.
    s, c = _TWO * s * c, (c - s) * (c + s)
    return (c - s) * (c + s), _TWO * s * c


@njit(fastmath={"reassoc", "contract", "nsz"})
def exact(t, m, w, frequency, fit_mean):
    """Compute the power at one frequency (see `exact_power`)."""
    yx = yy = vx = vy = wx = wy = 0.0
    for p in range(t.size):
        c, s = cis(t[p] * frequency)
        wc, ws = w[p] * c, w[p] * s
        yx += m[p] * wc
        yy += m[p] * ws
        vx += wc * c - ws * s
        vy += 2 * wc * s
        wx += wc
        wy += ws
    a = 1.0
    if fit_mean:
        a -= wx * wx + wy * wy
        vx -= wx * wx - wy * wy
        vy -= 2 * wx * wy
    size = math.sqrt(vx * vx + vy * vy)
    angle = 0.5 * math.atan2(vy, vx)
    c, s = math.cos(angle), math.sin(angle)
    along, across = (yx * c + yy * s) ** 2, (yy * c - yx * s) ** 2
    power = 0.0
    if 0.5 * (a + size) > SINGULAR:
        power += along / (0.5 * (a + size))
    if 0.5 * (a - size) > SINGULAR:
        power += across / (0.5 * (a - size))
    return power
