"""Weighted least-squares fits of Fourier series to one star, nested in the number of harmonics.

The normal equations of a Fourier series hold only the sums of ``w cos(k x)``, ``w sin(k x)`` over
the points (up to twice the number of harmonics) and of ``w m cos(k x)``, ``w m sin(k x)``: these
cost a few vectorised passes, and the Cholesky factor of the largest series contains those of all
smaller ones.
"""

import numpy as np

from .._compiled import njit

# Sums may be reordered (and so vectorised) by the compiler; NaN and infinity keep their meaning.
REORDER = {"reassoc", "contract", "nsz", "arcp"}

# Taylor coefficients of sine and cosine: on a quarter of the circle's eighth they are exact to
# rounding.
_S3, _S5, _S7, _S9, _S11, _S13 = (
    -1 / 6,
    1 / 120,
    -1 / 5040,
    1 / 362880,
    -1 / 39916800,
    1 / 6227020800,
)
_C2, _C4, _C6, _C8, _C10, _C12, _C14 = (
    -1 / 2,
    1 / 24,
    -1 / 720,
    1 / 40320,
    -1 / 3628800,
    1 / 479001600,
    -1 / 87178291200,
)


@njit(fastmath=REORDER)
def unit_circle(time, frequency, cosine, sine):
    """Write cos and sin of 2 pi frequency time; unlike the library's functions this loop vectorises."""
    for i in range(time.size):
        turn = time[i] * frequency
        turn -= np.floor(turn + 0.5)
        x = turn * (np.pi / 2)
        y = x * x
        s = x * (1 + y * (_S3 + y * (_S5 + y * (_S7 + y * (_S9 + y * (_S11 + y * _S13))))))
        c = 1 + y * (_C2 + y * (_C4 + y * (_C6 + y * (_C8 + y * (_C10 + y * (_C12 + y * _C14))))))
        # The series saw a quarter of the angle: double it twice.
        s, c = 2 * s * c, (c - s) * (c + s)
        cosine[i] = (c - s) * (c + s)
        sine[i] = 2 * s * c


@njit(fastmath=REORDER)
def harmonic_sums(cosine, sine, weight, weighted_mag, n_harmonics, turning, sums):
    """Fill ``sums[0, k], sums[1, k]`` with w cos(kx), w sin(kx) and ``sums[2, k], sums[3, k]`` with those times m.

    `turning` (2, n_points) is working memory.
    """
    c, s = turning[0], turning[1]
    total = 0.0
    total_mag = 0.0
    for i in range(cosine.size):
        c[i] = 1.0
        s[i] = 0.0
        total += weight[i]
        total_mag += weighted_mag[i]
    sums[0, 0] = total
    sums[1, 0] = 0.0
    sums[2, 0] = total_mag
    sums[3, 0] = 0.0
    for k in range(1, 2 * n_harmonics + 1):
        sum_c = 0.0
        sum_s = 0.0
        for i in range(cosine.size):
            rotated = c[i] * cosine[i] - s[i] * sine[i]
            s[i] = s[i] * cosine[i] + c[i] * sine[i]
            c[i] = rotated
            sum_c += weight[i] * rotated
            sum_s += weight[i] * s[i]
        sums[0, k] = sum_c
        sums[1, k] = sum_s
        if k <= n_harmonics:
            sum_c = 0.0
            sum_s = 0.0
            for i in range(cosine.size):
                sum_c += weighted_mag[i] * c[i]
                sum_s += weighted_mag[i] * s[i]
            sums[2, k] = sum_c
            sums[3, k] = sum_s


@njit
def solve_nested(sums, n_harmonics, factor, reduced, explained):
    """Solve for 1, ..., n_harmonics harmonics at once by a Cholesky factorisation.

    ``factor`` and ``reduced`` receive L and L^-1 b; ``explained[k]`` the decrease of the sum of
    squares by the constant and k harmonics. Columns 2 k - 1 and 2 k are the cosine and sine of
    harmonic k.
    """
    size = 2 * n_harmonics + 1
    for row in range(size):
        j = (row + 1) // 2
        for column in range(row + 1):
            k = (column + 1) // 2
            if row % 2 == 1 or row == 0:  # cosine of j (the constant is the cosine of 0)
                if column % 2 == 1 or column == 0:
                    value = 0.5 * (sums[0, j - k] + sums[0, j + k])
                else:
                    value = 0.5 * (sums[1, j + k] - sums[1, j - k])
            elif column % 2 == 1 or column == 0:  # sine of j, cosine of k
                value = 0.5 * (sums[1, j + k] + sums[1, j - k])
            else:
                value = 0.5 * (sums[0, j - k] - sums[0, j + k])
            factor[row, column] = value
        reduced[row] = sums[2, j] if row % 2 == 1 or row == 0 else sums[3, j]

    decrease = 0.0
    for row in range(size):
        diagonal = factor[row, row]
        for column in range(row):
            value = factor[row, column]
            for inner in range(column):
                value -= factor[row, inner] * factor[column, inner]
            factor[row, column] = value / factor[column, column]
        rest = diagonal
        for inner in range(row):
            rest -= factor[row, inner] ** 2
        if rest > 1e-9 * sums[0, 0]:
            factor[row, row] = np.sqrt(rest)
        else:
            # The points do not tell this column from those before it: an infinite pivot leaves it
            # out.
            factor[row, row] = np.inf
        value = reduced[row]
        for inner in range(row):
            value -= factor[row, inner] * reduced[inner]
        reduced[row] = value / factor[row, row]
        decrease += reduced[row] ** 2
        if row % 2 == 0:
            explained[row // 2] = decrease


@njit
def back_substitute(factor, reduced, n_harmonics, coefficient):
    """Solve L' coefficient = reduced for the series of `n_harmonics` (at most those of the factor)."""
    size = 2 * n_harmonics + 1
    for row in range(size - 1, -1, -1):
        value = reduced[row]
        for below in range(row + 1, size):
            value -= factor[below, row] * coefficient[below]
        coefficient[row] = value / factor[row, row]


@njit(fastmath=REORDER)
def evaluate(cosine, sine, coefficient, n_harmonics, turning, model):
    """Write the values of a Fourier series at the points."""
    c, s = turning[0], turning[1]
    for i in range(cosine.size):
        c[i] = 1.0
        s[i] = 0.0
        model[i] = coefficient[0]
    for k in range(1, n_harmonics + 1):
        a = coefficient[2 * k - 1]
        b = coefficient[2 * k]
        for i in range(cosine.size):
            rotated = c[i] * cosine[i] - s[i] * sine[i]
            s[i] = s[i] * cosine[i] + c[i] * sine[i]
            c[i] = rotated
            model[i] += a * rotated + b * s[i]
