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


@dataclass(frozen=True)
class Calibration:
    """What stars left out of fitting tell about the probabilities.

    Attributes
    ----------
    temperature : float
        What logits are divided by.
    scores : ndarray of shape (n_held_out,)
        One minus the calibrated probability of the true class of each held-out star.
    """

    temperature: float = 1.0
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))


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
    """Find the temperature that makes the held-out labels most likely.

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
            stacklevel=4,
        )
        return Calibration()
    logits = [
        network.network_logits(weights, data.inputs[outside], device)
        for (weights, _), outside in zip(results, held_out, strict=True)
    ]
    logits = np.concatenate(logits).astype(np.float64)
    y, weight = data.y[rows], data.weight[rows]

    def loss(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -np.average(log_proba[np.arange(len(y)), y], weights=weight)

    log_temperature = minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x
    temperature = float(np.exp(log_temperature))
    proba = softmax(logits / temperature, axis=1)
    return Calibration(temperature, np.sort(1.0 - proba[np.arange(len(y)), y]))
