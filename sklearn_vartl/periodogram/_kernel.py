"""The spreading kernel of the non-uniform Fourier transforms."""

from functools import lru_cache

import numpy as np

# Kaiser and Bessel's kernel times a polynomial, eight grid points wide, on a grid of 4/3 times the
# number of frequencies. BETA and CORRECTION are where the aliases that are left are smallest (found
# numerically): at most 1e-5 of a point's term, 3e-6 typically, and of random phase, so that the
# power is right to about 1e-6. A wider kernel, or a finer grid, costs more than it is worth in
# single precision.
WIDTH = 8
OVERSAMPLING = 4 / 3
BETA = 1.88297405 * WIDTH
CORRECTION = (1.0, -0.03428308, 0.01470522, 0.00653939)


def kernel(x):
    """Return the kernel, 1 at x = 0 and 0 beyond half its width; x in grid steps."""
    square = (2 * np.asarray(x) / WIDTH) ** 2
    bessel = np.i0(BETA * np.sqrt(np.maximum(1 - square, 0))) / np.i0(BETA)
    return np.where(square < 1, bessel * np.polynomial.polynomial.polyval(square, CORRECTION), 0.0)


def kernel_transform(frequency):
    """Return the kernel's Fourier transform at frequencies in cycles per grid step, by exact quadrature."""
    node, weight = np.polynomial.legendre.leggauss(100)
    x = node * WIDTH / 2
    cosine = np.cos(2 * np.pi * np.multiply.outer(frequency, x))
    return cosine @ (weight * WIDTH / 2 * kernel(x))


@lru_cache(maxsize=1)
def kernel_coefficients(degree=9):
    """Return polynomials in x for the kernel at ``tap - (WIDTH - 1) / 2 + x``, -1/2 <= x <= 1/2.

    Returns
    -------
    ndarray of shape (degree + 1, WIDTH)
        Coefficients from the constant up, a column a tap; the error is below 1e-6.
    """
    node = np.cos(np.pi * (np.arange(64) + 0.5) / 64) / 2
    tap = np.arange(WIDTH) - (WIDTH - 1) / 2
    return np.polynomial.polynomial.polyfit(node, kernel(tap + node[:, None]), degree)
