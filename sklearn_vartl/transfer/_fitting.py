"""From stars with labels to a model: learning a source, and fine-tuning with rehearsal."""

from dataclasses import replace
from typing import Any

import numpy as np

from .._validation import new_generator
from ..probabilities import Calibration
from ._held_out import (
    calibrate_held_out,
    earlier_calibration,
    held_out_jobs,
    held_out_logits,
    kept_classes,
    sparing_by_evidence,
)
from ._jobs import member_jobs, train_jobs
from ._model import Advice, Memory, Model, all_seen, fingerprints, map_heads, scale, usable_rows
from ._stars import Stars, TrainingData, shown_shares, training_data


def learn(estimator: Any, stars: Stars, classes: np.ndarray, scaler: Any, device: str) -> Model:
    """Train new networks, with the parameters of a TransferMLPClassifier, on a source survey.

    Every label is among the classes, which are sorted; the scaler is fitted, or None.
    """
    starts: list = [None] * estimator.n_estimators
    return _train(estimator, stars, classes, scaler, starts, device, Calibration())


def fine_tune(
    estimator: Any,
    model: Model,
    source: Model,
    stars: Stars,
    classes: np.ndarray,
    scaler: Any,
    device: str,
    X_unlabelled: np.ndarray | None,
) -> Model:
    """Go on from a model's weights on the stars of a target survey.

    As `learn`; the remembered stars that are to be rehearsed are among the stars. What the `source` says of a star
    keeps its say, the more the fewer labels there are.
    """
    starts, earlier = map_heads(model, classes), earlier_calibration(model, classes)
    tuned = _train(estimator, stars, classes, scaler, starts, device, earlier, X_unlabelled, source)
    return replace(tuned, n_transfers=model.n_transfers + 1, seen=all_seen(model, tuned.seen))


def _train(
    estimator, stars, classes, scaler, starts, device, earlier, unlabelled=None, source=None
):
    rng = new_generator(estimator.random_state)
    data = training_data(estimator, stars, classes, scale(scaler, stars.X))
    kept = kept_classes(stars, classes, earlier)
    advice = Advice.of(source, stars.X, data, classes, kept, estimator.sampling, device)
    jobs, folds, held_out = member_jobs(starts, data, rng), [], []
    if estimator.calibration is not None:
        folds, held_out = held_out_jobs(starts, data, stars, rng)
    results = train_jobs(jobs + folds, data, estimator=estimator, device=device)
    members, history = zip(*results[: len(jobs)], strict=True)
    calibration = sparing_by_evidence(stars, classes, earlier)
    if estimator.calibration is not None:
        logits = held_out_logits(results[len(jobs) :], folds, held_out, data, advice, device)
        calibration = calibrate_held_out(logits, held_out, data, stars, classes, earlier)
    model = Model(
        members=members,
        classes=classes,
        class_count=np.bincount(data.y, weights=stars.lasting_weight, minlength=len(classes)),
        scaler=scaler,
        memory=Memory.of(stars.X, stars.y, stars.lasting_weight, rng),
        calibration=calibration,
        history=history,
        trained_shares=shown_shares(data, estimator.sampling),
        seen=np.unique(fingerprints(stars.X)),
        opinion=advice.opinion(),
    )
    if unlabelled is None:
        return model
    # The calibration stays that of the first round: its networks have seen no pseudo-label by a
    # network that knew the held-out stars.
    data = _with_pseudo_labels(data, model, unlabelled, device)
    results = train_jobs(member_jobs(starts, data, rng), data, estimator=estimator, device=device)
    members, history = zip(*results, strict=True)
    shares = shown_shares(data, estimator.sampling)
    return replace(model, members=members, history=history, trained_shares=shares)


# Confident enough to be right almost always; chosen on development surveys.
CONFIDENCE = 0.9

# All pseudo-labelled stars together weigh at most this many times the labelled ones.
MAX_WEIGHT = 1.0


def pseudo_labels(
    proba: np.ndarray, labelled_weight: float, n_labelled: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose unlabelled stars for a second training: positions, indices of classes, weights.

    Each weighs as a mean labelled star, or less where many are chosen.
    """
    rows = np.flatnonzero(proba.max(axis=1) >= CONFIDENCE)
    each = min(labelled_weight / n_labelled, MAX_WEIGHT * labelled_weight / max(rows.size, 1))
    return rows, proba[rows].argmax(axis=1), np.full(rows.size, each)


def _with_pseudo_labels(data, model, X_unlabelled, device):
    X = X_unlabelled[usable_rows(X_unlabelled)]
    proba = model.predict_proba(X, device)
    rows, y, weight = pseudo_labels(proba, data.weight.sum(), data.count.sum())
    return TrainingData(
        np.concatenate([data.inputs, scale(model.scaler, X[rows])]) if rows.size else data.inputs,
        np.concatenate([data.y, y]),
        np.concatenate([data.weight, weight]),
        np.concatenate([data.count, np.ones(rows.size)]),
        data.n_classes,
        data.odds,
    )
