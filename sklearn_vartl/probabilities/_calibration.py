"""Temperature scaling on stars that the networks have not seen (Guo et al. 2017)."""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

# Spread of log(temperature) before any star is seen: averaged networks with smoothed labels need
# little correction, and forty stars would be followed to .76 where 1.07 is right.
_SPREAD = 0.1


@dataclass(frozen=True)
class Calibration:
    """What stars left out of fitting tell about the probabilities.

    Attributes
    ----------
    temperature : float
        What logits are divided by.
    scores : ndarray of shape (n_held_out,)
        One minus the calibrated probability of the true class of each held-out star, sorted.
    labels : ndarray of shape (n_held_out,) or None
        Index of that class, float64; None where it is not known (files of the first versions).
    """

    temperature: float = 1.0
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))
    labels: np.ndarray | None = None


def fit_temperature(logits, y, weight):
    """The most probable temperature, where its logarithm is normal around 0 beforehand.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes)
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,)

    Returns
    -------
    temperature : float
    """

    def loss(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        own = -np.average(log_proba[np.arange(len(y)), y], weights=weight)
        return own + 0.5 * (log_temperature / _SPREAD) ** 2 / len(y)

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
