"""Temperature of the averaged probabilities, on stars that no part of the ensemble has seen."""

import warnings
from dataclasses import replace

import numpy as np
from scipy.special import softmax

from .. import network
from ._calibration import Calibration, calibration_jobs, fit_temperature
from ._ensemble_model import logarithms
from ._labels import encode
from ._model import mean_probability
from ._training import TrainingData, train_jobs


def held_out_calibration(members, model, starts, stars, grower, device, rng):
    """Find the temperature that makes held-out labels most likely.

    Parameters
    ----------
    members : list of TransferMLPClassifier
        One for each view, with the parameters of its networks.
    model : EnsembleModel
        Its views and classes.
    starts : list of list of dict of str -> ndarray (or None)
        For each view the weights its networks started from.
    stars : Stars
        Training stars, scaled.
    grower : callable or None
        Grows trees on some rows.
    device : str
    rng : numpy.random.Generator

    Returns
    -------
    calibration : Calibration
        Temperature 1, with a warning, where no star could be held out.
    """
    y, classes = encode(stars.y, model.classes), model.classes
    logits, held_out = _held_out(
        members, model.views, starts, stars, y, len(classes), grower, device, rng
    )
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    if not stars.weight[rows].any():
        warnings.warn(
            "No star can be held out for calibration='temperature' (a class needs two stars): "
            "the probabilities stay uncalibrated.",
            UserWarning,
            stacklevel=6,
        )
        return Calibration()
    temperature = fit_temperature(logits, y[rows], stars.weight[rows])
    proba = softmax(logits / temperature, axis=1)
    scores = 1.0 - proba[np.arange(len(rows)), y[rows]]
    order = np.argsort(scores)
    return Calibration(temperature, scores[order], y[rows][order].astype(np.float64))


def _held_out(members, views, starts, stars, y, n_classes, grower, device, rng):
    """Averaged logarithms of the probabilities of held-out stars, and their positions fold by fold."""
    folds_seed = int(rng.integers(2**31))
    parts, held_out = [], []
    for member, view, start in zip(members, views, starts, strict=True):
        data = TrainingData(stars.X[:, view].astype(np.float32), y, stars.weight, n_classes)
        # Every view leaves out the same stars: doubles are judged by all inputs.
        folds = np.random.default_rng(folds_seed)
        jobs, held_out = calibration_jobs(start, replace(data, inputs=stars.X), folds)
        if not jobs:
            return None, []
        fine_tuning = start[0] is not None
        results = train_jobs(jobs, data, estimator=member, fine_tuning=fine_tuning, device=device)
        logits = [
            network.network_logits(weights, data.inputs[rows], device)
            for (weights, _), rows in zip(results, held_out, strict=True)
        ]
        parts.append(mean_probability([np.concatenate(logits)], 1.0))
        inside = [job.rows for job in jobs]
    if grower is not None:
        trees = [grower(y, stars.weight, n_classes, rows) for rows in inside]
        found = [
            own.predict_proba(grower.seen[rows]) for own, rows in zip(trees, held_out, strict=True)
        ]
        parts.append(np.concatenate(found))
    return np.mean(logarithms(parts), axis=0), held_out
