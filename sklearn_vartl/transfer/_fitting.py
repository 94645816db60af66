"""From checked stars to a Model: scaling, training, self-training, calibration."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sklearn.utils import check_random_state

from ._calibration import Calibration, calibrate, calibration_jobs
from ._head import map_heads
from ._labels import encode
from ._memory import Memory
from ._model import Model, scale, usable_rows
from ._self_training import pseudo_labels
from ._training import Job, TrainingData, train_jobs
from ._weighting import apply_class_weight, shown_shares


@dataclass(frozen=True)
class Stars:
    """Checked training stars: features (float64), labels, weights (positive)."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray


def learn(estimator, stars, classes, scaler, device):
    """Train new networks on a source survey.

    Parameters
    ----------
    estimator : TransferMLPClassifier
        Its parameters are read.
    stars : Stars
    classes : ndarray
        Sorted; every label is among them.
    scaler : fitted transformer or None
    device : str

    Returns
    -------
    model : Model
    """
    starts = [None] * estimator.n_estimators
    return _train(estimator, stars, classes, scaler, starts, device, fine_tuning=False)


def fine_tune(estimator, model, stars, classes, scaler, device, X_unlabelled=None):
    """Go on from a model's weights on the stars of a target survey.

    Parameters
    ----------
    estimator : TransferMLPClassifier
        Its parameters are read.
    model : Model
        What was learned before.
    stars : Stars
        Labelled stars, the remembered ones that are to be rehearsed among them.
    classes : ndarray
    scaler : fitted transformer or None
    device : str
    X_unlabelled : ndarray of shape (n, n_features), default=None
        Features of target stars without labels.

    Returns
    -------
    model : Model
    """
    starts = map_heads(model, classes)
    tuned = _train(
        estimator, stars, classes, scaler, starts, device, fine_tuning=True, unlabelled=X_unlabelled
    )
    return replace(tuned, n_transfers=model.n_transfers + 1)


def _train(estimator, stars, classes, scaler, starts, device, *, fine_tuning, unlabelled=None):
    rng = np.random.default_rng(check_random_state(estimator.random_state).randint(2**31 - 1))
    data = _training_data(estimator, stars, classes, scaler)
    jobs, held_out = _member_jobs(starts, data, rng), []
    if estimator.calibration is not None:
        extra, held_out = calibration_jobs(starts, data, rng)
        jobs += extra
    train = partial(train_jobs, estimator=estimator, fine_tuning=fine_tuning, device=device)
    results = train(jobs, data)
    members, history = zip(*results[: len(starts)], strict=True)
    calibration = Calibration()
    if estimator.calibration is not None:
        calibration = calibrate(results[len(starts) :], held_out, data, device)
    model = Model(
        members=members,
        classes=classes,
        class_count=np.bincount(data.y, weights=stars.weight, minlength=len(classes)),
        scaler=scaler,
        memory=Memory.of(stars.X, stars.y, stars.weight, rng),
        calibration=calibration,
        history=history,
        trained_shares=_shown_shares(data, estimator),
    )
    if unlabelled is None:
        return model
    # The calibration stays that of the first round: its networks have seen no pseudo-label by a
    # network that knew the held-out stars.
    data = _with_pseudo_labels(data, model, unlabelled, device)
    results = train(_member_jobs(starts, data, rng), data)
    members, history = zip(*results, strict=True)
    shares = _shown_shares(data, estimator)
    return replace(model, members=members, history=history, trained_shares=shares)


def _shown_shares(data, estimator):
    return shown_shares(data.y, data.weight, data.n_classes, estimator.sampling)


def _member_jobs(starts, data, rng):
    everything = np.arange(len(data.y))
    return [Job(start, everything, int(rng.integers(2**31))) for start in starts]


def _training_data(estimator, stars, classes, scaler):
    weight = apply_class_weight(stars.weight, stars.y, estimator.class_weight)
    y = encode(stars.y, classes)
    return TrainingData(scale(scaler, stars.X), y, weight, len(classes))


def _with_pseudo_labels(data, model, X_unlabelled, device):
    X = X_unlabelled[usable_rows(X_unlabelled)]
    rows, y, weight = pseudo_labels(model.predict_proba(X, device), data.weight)
    return TrainingData(
        np.concatenate([data.inputs, scale(model.scaler, X[rows])]) if rows.size else data.inputs,
        np.concatenate([data.y, y]),
        np.concatenate([data.weight, weight]),
        data.n_classes,
    )
