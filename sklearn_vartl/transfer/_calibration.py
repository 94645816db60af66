"""Temperature scaling on stars that the networks have not seen (Guo et al. 2017)."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from .. import network
from ._splits import stratified_folds
from ._training import Job

N_FOLDS = 5
# One number is fitted: this many stars are enough, and further folds would be further networks.
_ENOUGH_STARS = 1000
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


def calibration_jobs(starts, data, rng):
    """Networks that each leave one fold of the stars out.

    Returns
    -------
    jobs : list of Job
    held_out : list of ndarray of int
        For each job the rows it does not see, of classes that it does see.
    """
    fold = stratified_folds(data.inputs, data.y, N_FOLDS, rng)
    jobs, held_out, n_held_out = [], [], 0
    for k in range(N_FOLDS):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        outside = outside[np.isin(data.y[outside], data.y[inside])]
        if not outside.size or not data.weight[inside].any():
            continue
        jobs.append(Job(starts[k % len(starts)], inside, int(rng.integers(2**31))))
        held_out.append(outside)
        n_held_out += outside.size
        if n_held_out >= _ENOUGH_STARS:
            break
    return jobs, held_out


def calibrate(results, held_out, data, device):
    """Find the temperature that makes the held-out labels most likely, near 1 with few of them.

    Parameters
    ----------
    results : list of (weights, history)
        Trained networks of `calibration_jobs`.
    held_out : list of ndarray of int
    data : TrainingData
    device : str

    Returns
    -------
    calibration : Calibration
        Temperature 1, with a warning, where no star could be held out.
    """
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    if not data.weight[rows].any():
        warnings.warn(
            "No star can be held out for calibration='temperature' (a class needs two stars): "
            "the probabilities stay uncalibrated.",
            UserWarning,
            # calibrate, _train, learn or fine_tune, the method, fit, sklearn's wrapper, caller.
            stacklevel=7,
        )
        return Calibration()
    logits = [
        network.network_logits(weights, data.inputs[outside], device)
        for (weights, _), outside in zip(results, held_out, strict=True)
    ]
    logits = np.concatenate(logits).astype(np.float64)
    y, weight = data.y[rows], data.weight[rows]

    temperature = fit_temperature(logits, y, weight)
    proba = softmax(logits / temperature, axis=1)
    scores = 1.0 - proba[np.arange(len(y)), y]
    order = np.argsort(scores)
    return Calibration(temperature, scores[order], y[order].astype(np.float64))


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
