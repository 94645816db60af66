"""Temperature scaling on stars that the classifiers have not seen (Guo et al. 2017)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

# Spread of log(temperature) before any star is seen: averaged networks with smoothed labels need
# little correction, and forty stars would be followed to .76 where 1.07 is right.
_SPREAD = 0.1

# Below this a probability says nothing but "no" (a small forest's zero is no certainty): its
# logarithm would only be noise.
_SMALLEST = 1e-4


@dataclass(frozen=True)
class Calibration:
    """What stars left out of fitting tell about the probabilities.

    Attributes
    ----------
    temperature : float
        What logits are divided by.
    scores : ndarray of shape (n_held_out,)
        One minus the calibrated probability of the true class of each held-out star, sorted. Each
        was judged once, by classifiers that had not learned from it.
    labels : ndarray of shape (n_held_out,) or None
        Index of that class, float64; None where it is not known (files of the first versions).
    """

    temperature: float = 1.0
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))
    labels: np.ndarray | None = None


def calibrate(
    logits: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    earlier: Calibration | None = None,
    refine: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Calibration:
    """Find the temperature of held-out stars, and their scores at it.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes)
        From classifiers that have not seen the stars.
    y : ndarray of int of shape (n,)
        Their classes.
    weight : ndarray of shape (n,)
        Weights of the stars in the search for the temperature; scores are of single stars.
    earlier : Calibration, default=None
        What other stars told before, labels in the same classes: the temperature is looked for
        around its own, and its scores are kept.
    refine : callable, default=None
        What becomes of the calibrated probabilities before they are judged.

    Returns
    -------
    calibration : Calibration
    """
    earlier = Calibration() if earlier is None else earlier
    temperature = fit_temperature(logits, y, weight, centre=earlier.temperature)
    proba = softmax(logits / temperature, axis=1)
    if refine is not None:
        proba = refine(proba)
    scores = 1.0 - proba[np.arange(len(y)), y]
    labels = y.astype(np.float64)
    if earlier.scores.size:
        scores = np.concatenate([earlier.scores, scores])
    order = np.argsort(scores)
    if earlier.scores.size and earlier.labels is None:
        return Calibration(temperature, scores[order], None)
    if earlier.labels is not None:
        labels = np.concatenate([earlier.labels, labels])
    return Calibration(temperature, scores[order], labels[order])


def fit_temperature(
    logits: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    centre: float = 1.0,
    spread: float = _SPREAD,
) -> float:
    """The most probable temperature, where its logarithm is normal beforehand.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes)
        Or logarithms of probabilities.
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,), default=None
        None: all alike.
    centre : float, default=1
        What the temperature is thought to be beforehand.
    spread : float, default=0.1
        How far its logarithm may be from that; ``np.inf``: as far as the stars say.

    Returns
    -------
    temperature : float

    Examples
    --------
    Two stars in three are what the logits say, which are far too sure:

    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import fit_temperature
    >>> logits, y = np.tile([4.0, 0.0], (300, 1)), np.tile([0, 0, 1], 100)
    >>> round(fit_temperature(logits, y, spread=np.inf), 2)  # 4 / log(2)
    5.77
    """

    before = np.log(centre)

    def loss(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        own = -np.average(log_proba[np.arange(len(y)), y], weights=weight)
        return own + 0.5 * ((log_temperature - before) / spread) ** 2 / len(y)

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def log_proba(proba: np.ndarray) -> np.ndarray:
    """Logarithms of probabilities, those below one in ten thousand taken as that."""
    return np.log(np.maximum(proba, _SMALLEST))


def at_temperature(proba: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities with their logarithms divided by the temperature."""
    return softmax(log_proba(proba) / temperature, axis=1)
