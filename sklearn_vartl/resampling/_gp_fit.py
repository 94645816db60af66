"""A Gaussian process on one folded light curve: fit by likelihood, draws from the posterior."""

from dataclasses import dataclass

import numpy as np
from sklearn.gaussian_process.kernels import Matern

# Length scales that are tried, in units of the phase: from the width of a narrow eclipse to a
# sine. And ratios of the process's variance to the noise's.
LENGTH_SCALES = np.geomspace(0.02, 2.0, 13)
VARIANCE_RATIOS = np.geomspace(1e-3, 1e6, 109)


@dataclass(frozen=True)
class FoldedProcess:
    """A fitted process: everything a draw at the observed phases needs.

    Attributes
    ----------
    mean : float
        Mean magnitude.
    curve : ndarray of shape (n_points,)
        Posterior mean at the observed phases.
    root : ndarray of shape (n_points, n_points)
        A matrix R with R R' the posterior covariance.
    noise : ndarray of shape (n_points,)
        Standard deviation of the noise of each point.
    length_scale, amplitude : float
        Of the kernel; phases and magnitudes.
    log_likelihood : float
        Of the magnitudes.
    """

    mean: float
    curve: np.ndarray
    root: np.ndarray
    noise: np.ndarray
    length_scale: float
    amplitude: float
    log_likelihood: float

    def draw(self, rng):
        """One light curve: a smooth curve of the posterior, and noise."""
        n_points = len(self.curve)
        smooth = self.curve + self.root @ rng.standard_normal(n_points)
        return smooth + self.noise * rng.standard_normal(n_points)


def fit_folded_process(phase, value, error, periodic):
    """Fit a process with a Matern-5/2 kernel and white noise.

    The noise has the shape of the errors, and its size is fitted: errors that are all too large
    or too small by a factor do no harm. One decomposition a length scale gives the likelihood for
    every ratio of signal to noise and the best amplitude in closed form, so that no optimiser can
    be trapped.

    Parameters
    ----------
    phase : ndarray of shape (n_points,)
        Between 0 and 1.
    value, error : ndarray of shape (n_points,)
        Finite; errors positive.
    periodic : bool
        Whether the curve closes: phase 1 is phase 0.

    Returns
    -------
    FoldedProcess
    """
    weight = 1.0 / error**2
    weight = weight / weight.mean()
    mean = np.average(value, weights=weight)
    root_weight = np.sqrt(weight)
    scaled = (value - mean) * root_weight
    best = max(
        (_profile(_whitened(phase, length, periodic, root_weight), scaled, length)
         for length in LENGTH_SCALES),
        key=lambda fit: fit[0],
    )  # fmt: skip
    log_likelihood, length, ratio, noise_variance, values, vectors = best
    # In these coordinates signal and noise are independent, one number a direction.
    signal = ratio * values
    curve = vectors @ (signal / (signal + 1.0) * (vectors.T @ scaled))
    spread = np.sqrt(noise_variance * signal / (signal + 1.0))
    return FoldedProcess(
        mean=float(mean),
        curve=mean + curve / root_weight,
        root=vectors * spread / root_weight[:, None],
        noise=np.sqrt(noise_variance) / root_weight,
        length_scale=float(length),
        amplitude=float(np.sqrt(ratio * noise_variance)),
        log_likelihood=float(log_likelihood + np.log(root_weight).sum()),
    )


def correlation(phase, length_scale, periodic):
    """Correlations of a process between phases, shape (n_points, n_points).

    A closed curve is a process on the circle whose circumference is one: distances are chords.
    """
    if periodic:
        angle = 2.0 * np.pi * phase
        points = np.column_stack([np.cos(angle), np.sin(angle)]) / (2.0 * np.pi)
    else:
        points = phase[:, None]
    return Matern(length_scale, nu=2.5)(points)


def _whitened(phase, length, periodic, root_weight):
    return correlation(phase, length, periodic) * root_weight[:, None] * root_weight


def _profile(covariance, scaled, length):
    """Best likelihood of a length scale, over the ratio of variances and the noise's size."""
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0.0)
    power = (vectors.T @ scaled) ** 2
    total = VARIANCE_RATIOS[:, None] * values + 1.0
    noise_variance = np.maximum((power / total).mean(axis=1), np.finfo(float).tiny)
    n_points = len(scaled)
    log_likelihood = -0.5 * (
        n_points * (np.log(2.0 * np.pi * noise_variance) + 1.0) + np.log(total).sum(axis=1)
    )
    k = int(np.argmax(log_likelihood))
    return log_likelihood[k], length, VARIANCE_RATIOS[k], noise_variance[k], values, vectors
