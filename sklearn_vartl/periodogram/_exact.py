"""Lomb-Scargle power by direct sums in double precision: slow, exact, for a few frequencies at a time."""

import numpy as np

# Below this the 2 x 2 normal equations count as singular: the sampling cannot tell sine from cosine
# (or from the constant), and only the combination it does see is fitted.
SINGULAR = 1e-13
# Below this single precision leaves too few digits of the power: it is computed here instead.
ILL_CONDITIONED = 1e-2


def exact_power(time, mag, weight, frequency, fit_mean):
    """Compute the power at given frequencies from its definition.

    Parameters
    ----------
    time, mag, weight : ndarray of shape (n_points,)
        Times counted from about the first one; magnitudes with weighted mean 0 and weighted mean
        square 1; weights with sum 1.
    frequency : ndarray of shape (n_freq,)
        In cycles per unit of `time`.
    fit_mean : bool
        Whether a constant is fitted together with the sinusoid.

    Returns
    -------
    ndarray of shape (n_freq,), float64

    References
    ----------
    Zechmeister & Kuerster 2009, A&A 496, 577.
    """
    frequency = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    power = np.empty(frequency.size)
    step = max(1, 2_000_000 // max(1, time.size))
    for start in range(0, frequency.size, step):
        phase = 2 * np.pi * ((frequency[start : start + step, None] * time) % 1.0)
        rotation = np.exp(1j * phase)
        window = rotation @ weight if fit_mean else np.zeros(len(phase))
        y = rotation @ (weight * mag)
        v = (rotation * rotation) @ weight - window * window
        power[start : start + step] = _solve(y, v, 1.0 - np.abs(window) ** 2)
    return power


def _solve(y, v, a):
    """Solve the normal equations; with double angles they need no time offset tau.

    Matrix ((a + Re v, Im v), (Im v, a - Re v)) / 2 has the eigenvalues (a + |v|) / 2 and (a - |v|)
    / 2 and its axes turned by half the angle of v, which is what the classical tau does.
    """
    size = np.abs(v)
    axis = np.exp(-0.5j * np.angle(v))
    along = (y * axis).real ** 2
    across = (y * axis).imag ** 2
    large, small = 0.5 * (a + size), 0.5 * (a - size)
    power = np.zeros(len(y))
    np.divide(along, large, out=power, where=large > SINGULAR)
    return power + np.divide(across, small, out=np.zeros(len(y)), where=small > SINGULAR)
