"""Light curves as cosine series, the form in which the OGLE-III catalogue gives them."""

import numpy as np

N_HARMONICS = 8
_GRID = np.exp(2j * np.pi * np.arange(128) / 128)


def harmonics(r21, phi21, r31, phi31):
    """Complex coefficients c_k of ``m = Re sum_k c_k exp(2 pi i k x)``, the first one 1.

    The catalogue stops at the third harmonic, where the light curves of RR Lyrae stars do not: the
    later ones go on with the ratio of the third to the second and with the last step of phase.
    Missing terms (NaN) are zero.
    """
    c = np.zeros(N_HARMONICS, dtype=complex)
    c[0] = 1.0
    if np.isnan(phi21) or not r21 > 0:
        return c
    c[1] = r21 * np.exp(1j * phi21)
    if np.isnan(phi31) or not r31 > 0:
        return c
    c[2] = r31 * np.exp(1j * phi31)
    step = c[2] / c[1]
    if abs(step) > 0.85:
        step *= 0.85 / abs(step)
    c[3:] = c[2] * step ** np.arange(1, N_HARMONICS - 2)
    return c


def series(coefficients, turn):
    """``Re sum_k c_k z^k`` for ``z = exp(2 pi i x)``, by Horner's rule."""
    total = np.zeros_like(turn)
    for c in coefficients[::-1]:
        total = (total + c) * turn
    return total.real


def scaled(coefficients, amplitude):
    """The coefficients multiplied so that the series has that peak-to-peak amplitude."""
    curve = series(coefficients, _GRID)
    return coefficients * (amplitude / np.ptp(curve))


def turns(time, period, phase):
    """``exp(2 pi i (t / P + phase))``; the phase is reduced first, for large time stamps."""
    return np.exp(2j * np.pi * np.mod(time / period + phase, 1.0))
