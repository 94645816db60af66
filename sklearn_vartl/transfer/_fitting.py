"""From stars with labels to a model: training, calibration, fine-tuning with rehearsal."""

import hashlib
import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import softmax
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.parallel import Parallel, delayed

from .. import network
from .._progress import progress_bar
from .._splits import inner_split, stratified_folds
from .._validation import encode, union
from ..network import Recipe, initial_weights
from ..probabilities import Calibration, fit_temperature
from ._model import Memory, Model, map_heads, scale, usable_rows


def apply_class_weight(weight, y, class_weight):
    """Multiply the weights of the stars by those of their classes."""
    if class_weight is None:
        return weight
    return weight * compute_sample_weight(class_weight, y)


def shown_shares(y, weight, n_classes, sampling):
    """Class shares that a network is shown, which its probabilities imply.

    Parameters
    ----------
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,)
        Weights in the loss, those of the classes included.
    n_classes : int
    sampling : {"uniform", "balanced"}
        "balanced" draws each class equally often, and a class counts by its mean weight.

    Returns
    -------
    shares : ndarray of shape (n_classes,)
    """
    total = np.bincount(y, weights=weight, minlength=n_classes)
    if sampling == "balanced":
        total = total / np.maximum(np.bincount(y, minlength=n_classes), 1)
    return total / total.sum()


def full(layers, n_epochs):
    """Train every layer in every epoch; the backbone's lower learning rate protects it."""
    return dict.fromkeys(layers, 0)


def head(layers, n_epochs):
    """Train the last layer on the source's fixed embedding."""
    return {**dict.fromkeys(layers), layers[-1]: 0}


def gradual(layers, n_epochs):
    """Train the head first, then release a further layer at equal intervals.

    The whole network learns from the middle of the training on, after Howard & Ruder (2018).
    """
    depth = len(layers) - 1
    return {
        layer: (depth - position) * n_epochs // (2 * depth) if depth else 0
        for position, layer in enumerate(layers)
    }


STRATEGIES = {"full": full, "head": head, "gradual": gradual}


@dataclass(frozen=True)
class Job:
    """One network to be trained: from which weights (None: new ones), on which rows, its seed."""

    start: dict | None
    rows: np.ndarray
    seed: int


@dataclass(frozen=True)
class TrainingData:
    """Scaled inputs, class indices and weights of the loss; number of classes."""

    inputs: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    n_classes: int


def train_jobs(jobs, data, *, estimator, fine_tuning, device):
    """Train networks.

    Parameters
    ----------
    jobs : list of Job
    data : TrainingData
    estimator : TransferMLPClassifier
        Its parameters are read.
    fine_tuning : bool
        Whether the strategy, the backbone's learning rate and frozen batch normalisation apply.
    device : str

    Returns
    -------
    results : list of (weights, history)
        In the order of `jobs`, whatever `n_jobs`.
    """
    options = {
        "hidden_layer_sizes": tuple(np.atleast_1d(estimator.hidden_layer_sizes).tolist()),
        "validation_fraction": estimator.validation_fraction if estimator.early_stopping else 0.0,
        "strategy": estimator.strategy if fine_tuning else "full",
        "recipe": _recipe(estimator, fine_tuning),
        "device": device,
    }
    files = checkpoint_files(estimator, jobs, data, options)
    parallel = Parallel(n_jobs=estimator.n_jobs, return_as="generator")
    results = parallel(
        delayed(_train_one)(job, data, checkpoint=file, **options)
        for job, file in zip(jobs, files, strict=True)
    )
    results = list(
        progress_bar(
            results,
            visible=estimator.verbose,
            total=len(jobs),
            desc="training networks",
            unit="network",
        )
    )
    remove_checkpoints(files)
    return results


def _recipe(estimator, fine_tuning):
    backbone = estimator.learning_rate
    if fine_tuning:
        backbone = estimator.backbone_learning_rate
        if backbone is None:
            backbone = 0.1 * estimator.learning_rate
    return Recipe(
        learning_rate=estimator.learning_rate,
        backbone_learning_rate=backbone,
        weight_decay=estimator.weight_decay,
        label_smoothing=estimator.label_smoothing,
        batch_size=estimator.batch_size,
        max_epochs=estimator.max_epochs,
        min_steps=estimator.min_steps,
        sampling=estimator.sampling,
        patience=estimator.n_iter_no_change if estimator.early_stopping else None,
        frozen_norm=fine_tuning,
    )


def _train_one(
    job, data, *, checkpoint, hidden_layer_sizes, validation_fraction, strategy, recipe, device
):
    from ..network import train_network

    rng = np.random.default_rng(job.seed)
    start = job.start
    inputs, y = data.inputs[job.rows], data.y[job.rows]
    weight = data.weight[job.rows]
    if start is None:
        silent = (inputs == inputs[0]).all(axis=0)
        class_weight = np.bincount(y, weights=weight, minlength=data.n_classes)
        start = initial_weights(inputs.shape[1], hidden_layer_sizes, class_weight, rng, silent)
    train, held_out = np.arange(len(y)), np.empty(0, dtype=int)
    if validation_fraction:
        train, held_out = inner_split(inputs, y, validation_fraction, rng)
    valid = None
    if held_out.size and weight[held_out].any():
        valid = inputs[held_out], y[held_out], weight[held_out]
    else:
        recipe = replace(recipe, patience=None)
    return train_network(
        start,
        (inputs[train], y[train], weight[train]),
        recipe=recipe,
        first_epochs=STRATEGIES[strategy],
        seed=rng.integers(2**63),
        device=device,
        valid=valid,
        checkpoint=checkpoint,
    )


def checkpoint_files(estimator, jobs, data, options):
    """The file of each network: its name says what the network is made of.

    Another training has other files, so that nothing is mixed up and clones share a folder.

    Parameters
    ----------
    estimator : TransferMLPClassifier
        Its `checkpoint` and `random_state` are read.
    jobs : list of Job
    data : TrainingData
    options : dict
        Everything else that decides the networks.

    Returns
    -------
    files : list of Path or None

    Raises
    ------
    ValueError
        If the training cannot be repeated.
    OSError
        If there is no folder and none can be made.
    """
    if estimator.checkpoint is None:
        return [None] * len(jobs)
    if estimator.random_state is None:
        raise ValueError(
            "checkpoint needs a random_state, for instance random_state=0: without one every "
            "call is another training, and none could go on."
        )
    folder = Path(estimator.checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{_made_of(job, data, options)}.checkpoint" for job in jobs]


def remove_checkpoints(files):
    """Remove the files of a training that is done."""
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)


def _made_of(job, data, options):
    import torch

    from .. import __version__

    versions = f"{__version__} torch {torch.__version__}"
    found = hashlib.blake2b(digest_size=16)
    _add(found, versions, repr(sorted(options.items())), job.seed, data.n_classes)
    _add(found, data.inputs[job.rows], data.y[job.rows], data.weight[job.rows])
    for name, array in (job.start or {}).items():
        _add(found, name, array)
    return found.hexdigest()


def _add(found, *values):
    for value in values:
        array = np.ascontiguousarray(value)
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(array.tobytes())


N_FOLDS = 5


# One number is fitted: this many stars are enough, and further folds would be further networks.
_ENOUGH_STARS = 1000


def calibration_jobs(starts, data, rng):
    """Networks that each leave one fold of the stars out.

    Returns
    -------
    jobs : list of Job
    held_out : list of ndarray of int
        For each job the rows it does not see, of classes that it does see.
    """
    fold = stratified_folds(data.y, N_FOLDS, rng, data.inputs)
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


def plan_classes(model, stars, given):
    """Decide the classes of a fine-tuning and add remembered stars.

    Parameters
    ----------
    model : Model
        What is known.
    stars : Stars
        Labelled stars of this call.
    given : ndarray
        Classes of this call, sorted.

    Returns
    -------
    classes : ndarray
        The target's classes in the first fine-tuning, later the union with the known ones.
    stars : Stars
        With remembered stars: in the first fine-tuning the source's of classes that have none,
        later all.

    Raises
    ------
    ValueError
        If a label is not among `given`.
    """
    counts = np.bincount(encode(stars.y, given), weights=stars.weight, minlength=len(given))
    if model.n_transfers:
        classes, memory = union(model.classes, given), model.memory
    else:
        classes, memory = given, _source_stars(model.memory, given[counts == 0], counts)
    return classes, Stars(*memory.rehearse(stars.X, stars.y, stars.weight))


def _source_stars(memory, missing, counts):
    """Source stars of the missing classes, each class with the weight of an average one."""
    memory = memory.only(missing)
    if not len(memory.y):
        return memory
    _, inverse = np.unique(memory.y, return_inverse=True)
    totals = np.bincount(inverse, weights=memory.weight)
    weight = memory.weight / totals[inverse] * counts[counts > 0].mean()
    return Memory(memory.X, memory.y, weight)


# Confident enough to be right almost always; chosen on development surveys.
CONFIDENCE = 0.9


# All pseudo-labelled stars together weigh at most this many times the labelled ones.
MAX_WEIGHT = 1.0


def pseudo_labels(proba, labelled_weight):
    """Choose unlabelled stars for a second training.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Predicted probabilities of the unlabelled stars.
    labelled_weight : ndarray
        Weights of the labelled stars.

    Returns
    -------
    rows : ndarray of int
        Positions of the chosen stars.
    y : ndarray of int
        Class index of each.
    weight : ndarray
        Weight of each: that of a mean labelled star, or less where many are chosen.
    """
    rows = np.flatnonzero(proba.max(axis=1) >= CONFIDENCE)
    each = min(labelled_weight.mean(), MAX_WEIGHT * labelled_weight.sum() / max(rows.size, 1))
    return rows, proba[rows].argmax(axis=1), np.full(rows.size, each)
