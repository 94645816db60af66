"""Training the members of an ensemble, in parallel."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from .._progress import progress_bar
from ..network import Recipe, initial_weights
from ._checkpoint import checkpoint_files, remove_checkpoints
from ._splits import inner_split
from .strategies import STRATEGIES


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
