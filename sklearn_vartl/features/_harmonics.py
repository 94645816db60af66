"""Fourier series of folded light curves, for all orders at once.

The series is ``m(x) = c_0 + sum_k c_{2k-1} cos(2 pi k x) + c_{2k} sin(2 pi k x)``, with the phase x
in cycles. The fits themselves are those of the period search.
"""

import numpy as np

from .._compiled import njit
from ..periodogram import (
    back_substitute,
    evaluate,
    harmonic_sums,
    solve_nested,
    unit_circle,
)


@njit
def nested_fits(phase, values, weight, order):
    """Weighted least-squares fits of every order up to ``order``.

    Returns
    -------
    factor, forward : ndarray of shape (2 order + 1, 2 order + 1) and (2 order + 1,)
        For `series_coefficients`.
    explained : ndarray of shape (order + 1,)
        Decrease of the weighted sum of squares by the constant and that many harmonics.
    """
    circle = np.empty((2, phase.size))
    unit_circle(phase, 1.0, circle[0], circle[1])
    sums = np.empty((4, 2 * order + 1))
    harmonic_sums(
        circle[0], circle[1], weight, weight * values, order, np.empty((2, phase.size)), sums
    )
    factor = np.empty((2 * order + 1, 2 * order + 1))
    forward = np.empty(2 * order + 1)
    explained = np.empty(order + 1)
    solve_nested(sums, order, factor, forward, explained)
    return factor, forward, explained


@njit
def is_determined(factor, order):
    """Whether the phases tell all terms up to this order from each other."""
    for j in range(2 * order + 1):
        if not factor[j, j] < np.inf:
            return False
    return True


@njit
def series_coefficients(factor, forward, order, out):
    """Coefficients of the series of one order; those beyond are set to zero."""
    out[:] = 0.0
    back_substitute(factor, forward, order, out)


@njit
def series_value(coefficients, phase):
    """Value of the series at one phase (cycles), by Horner's scheme on the unit circle."""
    cos_1 = np.cos(2.0 * np.pi * phase)
    sin_1 = np.sin(2.0 * np.pi * phase)
    real = 0.0
    imaginary = 0.0
    for k in range(coefficients.size // 2, 0, -1):
        # c cos(ka) + s sin(ka) = Re[(c - i s) exp(ika)]
        real += coefficients[2 * k - 1]
        imaginary -= coefficients[2 * k]
        real, imaginary = real * cos_1 - imaginary * sin_1, real * sin_1 + imaginary * cos_1
    return coefficients[0] + real


@njit
def series_values(coefficients, phase, out):
    """Values of the series at many phases, filled into ``out``."""
    circle = np.empty((2, phase.size))
    unit_circle(phase, 1.0, circle[0], circle[1])
    n_harmonics = coefficients.size // 2
    evaluate(circle[0], circle[1], coefficients, n_harmonics, np.empty((2, phase.size)), out)
