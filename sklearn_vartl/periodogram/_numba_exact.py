"""The power at single frequencies by direct sums in double precision, compiled."""

import math

import numpy as np

from .._compiled import njit
from ._exact import SINGULAR
from ._lanes import inline

# Taylor series in x^2 of sin(2 pi x) / x and of cos(2 pi x): right to 1e-16 for |x| <= 1/8.
SINE = tuple((-1) ** i * (2 * math.pi) ** (2 * i + 1) / math.factorial(2 * i + 1) for i in range(8))
COSINE = tuple((-1) ** i * (2 * math.pi) ** (2 * i) / math.factorial(2 * i) for i in range(9))


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
