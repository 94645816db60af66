"""Networks to be trained, by strategies and side by side, in checkpoints that a killed run goes on from."""

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from .._files import complete
from .._progress import progress_bar
from .._splits import inner_split
from ._weights import initial_weights

# --- Strategies: from which epoch on each layer learns, None for never


def full(layers: list[str], n_epochs: int) -> dict[str, int | None]:
    """Train every layer in every epoch; the backbone's lower learning rate protects it."""
    return dict.fromkeys(layers, 0)


def head(layers: list[str], n_epochs: int) -> dict[str, int | None]:
    """Train the last layer on the source's fixed embedding."""
    return {**dict.fromkeys(layers), layers[-1]: 0}


def gradual(layers: list[str], n_epochs: int) -> dict[str, int | None]:
    """Train the head first, then release a further layer at equal intervals.

    The whole network learns from the middle of the training on, after Howard & Ruder (2018).
    """
    depth = len(layers) - 1
    return {
        layer: (depth - position) * n_epochs // (2 * depth) if depth else 0
        for position, layer in enumerate(layers)
    }


STRATEGIES = {"full": full, "head": head, "gradual": gradual}


# --- Training


@dataclass(frozen=True)
class TrainingData:
    """Scaled inputs, class indices, weights of the loss, and how many stars each row stands for.

    Once a network is trained, the odds of each class are multiplied by `odds`.
    """

    inputs: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    count: np.ndarray
    n_classes: int
    odds: np.ndarray | float = 1.0


@dataclass(frozen=True)
class Job:
    """One network to be trained: from which weights (None: new ones), on which rows, its seed."""

    start: dict | None
    rows: np.ndarray
    seed: int


def train_jobs(
    jobs: list[Job], data: TrainingData, *, estimator: Any, device: str
) -> list[tuple[dict[str, np.ndarray], list[dict]]]:
    """Train networks: new ones, or, where they have weights to start from, by fine-tuning.

    Weights and history of each, in the order of `jobs`, whatever `n_jobs`.
    """
    fine_tuning = bool(jobs) and jobs[0].start is not None
    options = _options(estimator, fine_tuning, device)
    files = _checkpoint_files(estimator, jobs, data, options)
    # What a killed process leaves behind is one network or another: there they come one by one.
    together = fine_tuning and not estimator.early_stopping and estimator.checkpoint is None
    parts = _side_by_side(jobs) if together else [[i] for i in range(len(jobs))]
    parallel = Parallel(n_jobs=estimator.n_jobs, return_as="generator")
    done = parallel(
        delayed(_train_some)([jobs[i] for i in part], data, [files[i] for i in part], **options)
        for part in parts
    )
    results: dict[int, Any] = {}
    bar = {"visible": estimator.verbose, "desc": "training networks", "unit": "network"}
    with progress_bar(total=len(jobs), **bar) as told:
        for part, found in zip(parts, done, strict=True):
            results.update(zip(part, found, strict=True))
            told.update(len(part))
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)
    in_order = (results[i] for i in range(len(jobs)))
    return [(_with_odds(weights, data.odds), history) for weights, history in in_order]


def _options(estimator, fine_tuning, device):
    """How the networks of an estimator are trained, for `_train_networks`."""
    from ._training import Recipe

    backbone = estimator.backbone_learning_rate if fine_tuning else estimator.learning_rate
    if backbone is None:
        backbone = 0.1 * estimator.learning_rate
    return {
        "hidden_layer_sizes": tuple(np.atleast_1d(estimator.hidden_layer_sizes).tolist()),
        "validation_fraction": estimator.validation_fraction if estimator.early_stopping else 0.0,
        "strategy": estimator.strategy if fine_tuning else "full",
        "sampling": estimator.sampling,
        "recipe": Recipe(
            learning_rate=estimator.learning_rate,
            backbone_learning_rate=backbone,
            weight_decay=estimator.weight_decay,
            label_smoothing=estimator.label_smoothing,
            batch_size=estimator.batch_size,
            max_epochs=estimator.max_epochs,
            min_steps=estimator.min_steps,
            patience=estimator.n_iter_no_change if estimator.early_stopping else None,
            frozen_norm=fine_tuning,
        ),
        "device": device,
    }


def _with_odds(weights, odds):
    """The network with the odds of its classes multiplied: a softmax takes them as biases."""
    bias = weights["head.bias"] + np.log(odds)
    return {**weights, "head.bias": bias.astype(weights["head.bias"].dtype)}


def _side_by_side(jobs):
    """Positions of the jobs that are trained together, those of as many stars: whatever `n_jobs`, for the same bits."""
    sizes = np.array([len(job.rows) for job in jobs])
    return [np.flatnonzero(sizes == size).tolist() for size in np.unique(sizes)]


def _train_some(jobs, data, files, **options):
    """Networks that are trained together, or the one that an earlier call has left in its file."""
    if files[0] is None:
        return _train_networks(jobs, data, **options)
    (file,) = files
    known = _read_checkpoint(file)
    if known is None:
        (known,) = _train_networks(jobs, data, **options)
        _write_checkpoint(file, *known)
    return [known]


def _train_networks(
    jobs, data, *, hidden_layer_sizes, validation_fraction, strategy, sampling, recipe, device
):
    """Train networks: side by side where they are fine-tuned and each on as many stars."""
    from ._training import fine_tune_networks, train_network

    how = hidden_layer_sizes, validation_fraction, sampling
    prepared = [_prepared(job, data, *how) for job in jobs]
    options = {"first_epochs": STRATEGIES[strategy], "device": device}
    if recipe.frozen_norm and not validation_fraction:
        starts, trains, _, probabilities, seeds = map(list, zip(*prepared, strict=True))
        return fine_tune_networks(
            starts, trains, recipe=recipe, seeds=seeds, probabilities=probabilities, **options
        )
    return [
        train_network(
            start,
            train,
            recipe=recipe if valid is not None else replace(recipe, patience=None),
            seed=seed,
            valid=valid,
            probability=probability,
            **options,
        )
        for start, train, valid, probability, seed in prepared
    ]


def _prepared(job, data, hidden_layer_sizes, validation_fraction, sampling):
    """Of one network the weights to start from, the data to learn, those to stop by, how rows are drawn, the seed."""
    rng = np.random.default_rng(job.seed)
    start, inputs, y = job.start, data.inputs[job.rows], data.y[job.rows]
    weight, count = data.weight[job.rows], data.count[job.rows]
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
    probability = None
    if sampling == "balanced":
        # A star that stands for many is drawn as often as they would be, and weighs as one.
        probability = balanced_probability(y[train], count[train])
        weight = weight / count
    learned = inputs[train], y[train], weight[train]
    return start, learned, valid, probability, rng.integers(2**63)


def balanced_probability(y: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Probabilities of rows with which every class is drawn equally often; `count`: how many stars each stands for."""
    total = np.bincount(y, weights=count)
    return count / (np.count_nonzero(total) * total[y])


def _checkpoint_files(estimator, jobs, data, options):
    """The file of each network: its name says what the network is made of.

    Another training has other files, so that nothing is mixed up and clones share a folder.
    """
    if estimator.checkpoint is None:
        return [None] * len(jobs)
    if estimator.random_state is None:
        raise ValueError(
            "checkpoint needs a random_state, for instance random_state=0: without one every "
            "call is another training, and none could go on."
        )
    import torch

    from .. import __version__

    folder = Path(estimator.checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    versions, names = (__version__, torch.__version__), []
    for job in jobs:
        rows = [data.inputs[job.rows], data.y[job.rows], data.weight[job.rows]]
        made_of = [versions, options, job.start, job.seed, data.n_classes, *rows]
        names.append(joblib.hash([*made_of, data.count[job.rows]]))
    return [folder / f"{name}.checkpoint" for name in names]


def _write_checkpoint(file, weights, history):
    with complete(file) as out:
        np.savez(out, history=np.array(json.dumps(history)), **weights)


def _read_checkpoint(file):
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        # Arrays only: no code of the file is run.
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            weights = {name: found[name] for name in found.files if name != "history"}
            return weights, json.loads(str(found["history"]))
    except Exception as error:
        # Whatever the parser stumbled over.
        raise ValueError(
            f"The checkpoint {file} is damaged: delete it to train this network anew."
        ) from error


def member_jobs(starts: list, data: TrainingData, rng: np.random.Generator) -> list[Job]:
    """A job for each start, on all rows."""
    everything = np.arange(len(data.y))
    return [Job(start, everything, int(rng.integers(2**31))) for start in starts]
