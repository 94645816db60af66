"""From stars with labels to a model: training, calibration, fine-tuning with rehearsal."""

import io
import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from .. import network
from .._files import complete
from .._progress import progress_bar
from .._splits import inner_split, stratified_folds
from .._validation import encode, new_generator, union
from ..probabilities import Calibration, calibrate, sparing, with_probability
from ._model import (
    Advice,
    Memory,
    Model,
    all_seen,
    are_among,
    fingerprints,
    map_heads,
    scale,
    usable_rows,
)

# The class that evidence decides about.
NOT_VARIABLE = "NONVAR"


# What the odds of a class are multiplied by that is kept although neither a label nor the user names
# it: where stars were labelled and none is of it, it is rare. Chosen on ASAS, where it costs variables less
# than half of what equal odds do, and noise still gets no class of variables.
ODDS_WITHOUT_LABEL = 0.1

# The same for NONVAR where evidence decides about it, which knows nothing of the networks' odds. Chosen on Gaia,
# Kepler and ASAS, each unknown to its source, with 5 to 100 labels a class: of the variables .8% are lost, 3.0% at
# equal odds; noise is called variable in 18% (Gaia), 1% (Kepler) and 2% (ASAS). A tenth: .4% for 45, 1 and 7%.
ODDS_BY_EVIDENCE = 0.2


@dataclass(frozen=True)
class Stars:
    """Checked training stars."""

    X: np.ndarray  # of shape (n, n_features)
    y: np.ndarray  # labels
    weight: np.ndarray  # positive
    count: np.ndarray  # how many stars each stands for: one, but for remembered ones
    # Whether nothing that is to be fine-tuned has learned from the star: only such stars can be held out.
    unseen: np.ndarray
    # Whether it is a remembered star of a class of which the target has no label.
    stands_in: np.ndarray
    # Probability that the star does not vary, by evidence that has not learned from it; NaN where there is none.
    # None without a gate.
    still: np.ndarray | None = None

    @classmethod
    def new(cls, X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> "Stars":
        """Stars of this call."""
        none = np.zeros(len(y), dtype=bool)
        return cls(X, y, weight, np.ones(len(y)), ~none, none)

    @property
    def lasting_weight(self) -> np.ndarray:
        """The weights, less where no label says that there are such stars in the target."""
        return np.where(self.stands_in, ODDS_WITHOUT_LABEL, 1.0) * self.weight

    def rehearsing(self, memory: Memory, *, stand_in: np.ndarray | bool = False) -> "Stars":
        """These stars, and the remembered ones behind them; some may stand in for rare classes."""
        if not len(memory.y):
            return self
        # What a remembered star weighs more than a new one of its class, it stands for.
        usual = {label: self.weight[self.y == label].mean() for label in np.unique(self.y)}
        overall = self.weight.mean()
        each = np.array([usual.get(label, overall) for label in memory.y.tolist()])
        return Stars(
            np.concatenate([self.X, memory.X]),
            np.concatenate([self.y, memory.y]),
            np.concatenate([self.weight, memory.weight]),
            np.concatenate([self.count, np.maximum(memory.weight / each, 1e-9)]),
            np.concatenate([self.unseen, np.zeros(len(memory.y), dtype=bool)]),
            np.concatenate([self.stands_in, np.full(len(memory.y), stand_in)]),
            # They are never held out, and so never judged.
            None if self.still is None else np.append(self.still, np.full(len(memory.y), np.nan)),
        )

    def of(self, rows: np.ndarray) -> "Stars":
        """Some of the stars."""
        parts: dict[str, Any] = {k: None if v is None else v[rows] for k, v in vars(self).items()}
        return Stars(**parts)

    def known_by(self, seen: np.ndarray | None) -> "Stars":
        """The same stars; those with one of these fingerprints are not unseen."""
        if seen is None:
            return self
        return replace(self, unseen=self.unseen & ~are_among(self.X, seen))


def plan_classes(
    model: Any, stars: Stars, given: np.ndarray, rare: Sequence = ()
) -> tuple[np.ndarray, Stars]:
    """Decide the classes of a fine-tuning, and add remembered stars.

    The first fine-tuning has the `given` classes, sorted, among which every label must be, and remembers the
    source's stars of those that have none; later ones have the union with the known classes, and remember all.
    Of the given ones neither a label nor the user names those that are `rare`.
    """
    counts = np.bincount(encode(stars.y, given), weights=stars.weight, minlength=len(given))
    if model.n_transfers:
        return union(model.classes, given), stars.rehearsing(model.memory)
    memory = model.memory.only(given[counts == 0])
    if len(memory.y):
        # Each class with the weight of an average one.
        _, inverse = np.unique(memory.y, return_inverse=True)
        totals = np.bincount(inverse, weights=memory.weight)
        weight = memory.weight / totals[inverse] * counts[counts > 0].mean()
        memory = replace(memory, weight=weight)
    return given, stars.rehearsing(memory, stand_in=np.isin(memory.y, rare))


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
    X_unlabelled: np.ndarray | None = None,
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
    jobs, folds, held_out = _member_jobs(starts, data, rng), [], []
    if estimator.calibration is not None:
        folds, held_out = held_out_jobs(starts, data, stars, rng)
    results = train_jobs(jobs + folds, data, estimator=estimator, device=device)
    members, history = zip(*results[: len(jobs)], strict=True)
    calibration = sparing_by_evidence(stars, classes, earlier)
    if estimator.calibration is not None:
        logits = held_out_logits(results[len(jobs) :], folds, held_out, data, advice, device)
        # This, _train, learn or fine_tune, _learn or _fine_tune, the method, sklearn's, the user.
        calibration = calibrate_held_out(
            logits, held_out, data, stars, classes, earlier, stacklevel=7
        )
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
    results = train_jobs(_member_jobs(starts, data, rng), data, estimator=estimator, device=device)
    members, history = zip(*results, strict=True)
    shares = shown_shares(data, estimator.sampling)
    return replace(model, members=members, history=history, trained_shares=shares)


# --- What the networks are shown


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


def training_data(
    estimator: Any, stars: Stars, classes: np.ndarray, inputs: np.ndarray
) -> TrainingData:
    """Stars as networks are shown them, with the weights of their classes."""
    weight = stars.weight * class_factors(estimator.class_weight, stars)
    if not weight.any() or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError(
            f"class_weight={estimator.class_weight!r} leaves no star a weight, or gives one that "
            "is negative or not finite: give each class a positive number."
        )
    y, odds = encode(stars.y, classes), np.ones(len(classes))
    odds[np.unique(y[stars.stands_in])] = ODDS_WITHOUT_LABEL
    return TrainingData(inputs, y, weight, stars.count, len(classes), odds)


def class_factors(class_weight: Any, stars: Stars) -> np.ndarray | float:
    """What `class_weight` multiplies the weight of each star by."""
    if class_weight is None:
        return 1.0
    if isinstance(class_weight, dict):
        # A dict for all classes of the source names some that a target lacks.
        return np.array(
            [class_weight.get(label, 1.0) for label in stars.y.tolist()], dtype=np.float64
        )
    # As scikit-learn's, but a remembered star counts as those it stands for.
    _, index = np.unique(stars.y, return_inverse=True)
    total = np.bincount(index, weights=stars.count)
    return (stars.count.sum() / (len(total) * total))[index]


def shown_shares(data: TrainingData, sampling: str) -> np.ndarray:
    """Class shares that a network is shown, which its probabilities imply.

    Of "balanced" sampling, which draws each class equally often, a class counts by its mean weight.
    """
    total = np.bincount(data.y, weights=data.weight, minlength=data.n_classes)
    if sampling == "balanced":
        stars = np.bincount(data.y, weights=data.count, minlength=data.n_classes)
        total = np.divide(total, stars, out=np.zeros_like(total), where=stars > 0)
    total = total * data.odds
    return total / total.sum()


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


# --- Training the networks


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
    backbone = estimator.backbone_learning_rate if fine_tuning else estimator.learning_rate
    if backbone is None:
        backbone = 0.1 * estimator.learning_rate
    options = {
        "hidden_layer_sizes": tuple(np.atleast_1d(estimator.hidden_layer_sizes).tolist()),
        "validation_fraction": estimator.validation_fraction if estimator.early_stopping else 0.0,
        "strategy": estimator.strategy if fine_tuning else "full",
        "sampling": estimator.sampling,
        "recipe": network.Recipe(
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
    files = _checkpoint_files(estimator, jobs, data, options)
    # What a killed process leaves behind is one network or another: there they come one by one.
    together = fine_tuning and not estimator.early_stopping and estimator.checkpoint is None
    parts = _side_by_side(jobs) if together else [[i] for i in range(len(jobs))]
    parallel = Parallel(n_jobs=estimator.n_jobs, return_as="generator")
    done = parallel(
        delayed(_train_some)([jobs[i] for i in part], data, [files[i] for i in part], **options)
        for part in parts
    )
    results: list[Any] = [None] * len(jobs)
    with progress_bar(
        visible=estimator.verbose, total=len(jobs), desc="training networks", unit="network"
    ) as bar:
        for part, found in zip(parts, done, strict=True):
            for i, result in zip(part, found, strict=True):
                results[i] = result
            bar.update(len(part))
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)
    return [(_with_odds(weights, data.odds), history) for weights, history in results]


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
    how = hidden_layer_sizes, validation_fraction, sampling
    prepared = [_prepared(job, data, *how) for job in jobs]
    options = {"first_epochs": STRATEGIES[strategy], "device": device}
    if recipe.frozen_norm and not validation_fraction:
        starts, trains, _, probabilities, seeds = map(list, zip(*prepared, strict=True))
        return network.fine_tune_networks(
            starts, trains, recipe=recipe, seeds=seeds, probabilities=probabilities, **options
        )
    return [
        network.train_network(
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
        start = network.initial_weights(
            inputs.shape[1], hidden_layer_sizes, class_weight, rng, silent
        )
    train, held_out = np.arange(len(y)), np.empty(0, dtype=int)
    if validation_fraction:
        train, held_out = inner_split(inputs, y, validation_fraction, rng)
    valid = None
    if held_out.size and weight[held_out].any():
        valid = inputs[held_out], y[held_out], weight[held_out]
    probability = None
    if sampling == "balanced":
        # A star that stands for many is drawn as often as they would be, and weighs as one.
        probability = network.balanced_probability(y[train], count[train])
        weight = weight / count
    learned = inputs[train], y[train], weight[train]
    return start, learned, valid, probability, rng.integers(2**63)


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


def _member_jobs(starts, data, rng):
    everything = np.arange(len(data.y))
    return [Job(start, everything, int(rng.integers(2**31))) for start in starts]


# --- Calibration: networks that have not seen some of the stars

N_FOLDS = 5

# One number is fitted: this many stars are enough, and further folds would be further networks.
_ENOUGH_STARS = 1000


def held_out_jobs(
    starts: Sequence, data: TrainingData, stars: Stars, rng: np.random.Generator
) -> tuple[list[Job], list[np.ndarray]]:
    """Networks that each leave one fold of the unseen stars out, and the rows that each does not see.

    They start from `starts` in turn, and see a star of each class that they are asked about. Of the stars, the
    same as in `data`, those that the starting weights have learned from stay in training.
    """
    unseen = np.flatnonzero(stars.unseen)
    fold = np.full(len(data.y), -1)
    fold[unseen] = stratified_folds(data.y[unseen], N_FOLDS, rng, data.inputs[unseen])
    jobs: list[Job] = []
    held_out: list[np.ndarray] = []
    n_held_out = 0
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


def held_out_logits(
    results: list,
    jobs: list[Job],
    held_out: list[np.ndarray],
    data: TrainingData,
    advice: Advice,
    device: str,
) -> list[np.ndarray]:
    """Logits of the stars that each network has not seen, float64, with what the source says of them."""
    logits = []
    for (weights, _), job, rows in zip(results, jobs, held_out, strict=True):
        found = network.network_logits(weights, data.inputs[rows], device)
        opinion = advice.opinion(job.rows)
        joined = [found] if opinion is None else opinion.joined([found], advice.proba[rows])
        logits.append(joined[0].astype(np.float64))
    return logits


def earlier_calibration(model: Any, classes: np.ndarray) -> Calibration:
    """What held-out stars of earlier fine-tunings tell, for the classes of the present one.

    Nothing where the model has learned no target: a source's stars say nothing here.
    """
    known = model.calibration
    # Files of the first versions may hold scores of stars that were no longer unseen.
    if not model.n_transfers or (model.n_transfers > 1 and model.seen is None):
        return Calibration()
    now = np.searchsorted(classes, model.classes).astype(np.float64)
    indices = {name: getattr(known, name) for name in ("labels", "found", "kept")}
    moved = {k: v if v is None else now[v.astype(np.int64)] for k, v in indices.items()}
    return replace(known, **moved)


def kept_classes(stars: Stars, classes: np.ndarray, earlier: Calibration) -> np.ndarray:
    """Positions of the classes that are kept though no label has named them yet."""
    y = encode(stars.y, classes)
    kept = np.isin(np.arange(len(classes)), y[stars.stands_in])
    if earlier.kept is not None:
        kept[earlier.kept.astype(np.int64)] = True
    kept[y[stars.unseen]] = False
    return np.flatnonzero(kept)


def refinement(stars: Stars, classes: np.ndarray, rows: np.ndarray) -> Callable | None:
    """What the evidence makes of the probabilities of some of the stars; None without any."""
    if stars.still is None or NOT_VARIABLE not in classes.tolist():
        return None
    column, still = classes.tolist().index(NOT_VARIABLE), stars.still[rows]
    return lambda proba: with_probability(proba, column, still)


def sparing_by_evidence(stars: Stars, classes: np.ndarray, earlier: Calibration) -> Calibration:
    """What evidence, which has not learned from the labelled stars, tells of NONVAR kept without a label.

    Without evidence what earlier stars told of the same classes.
    """
    kept = kept_classes(stars, classes, earlier)
    judged = kept[[classes[k] == NOT_VARIABLE for k in kept]]
    if stars.still is None or not judged.size:
        same = earlier.kept is not None and np.array_equal(earlier.kept, kept)
        told = {name: getattr(earlier, name) for name in ("kept", "lost", "kept_odds")}
        return Calibration(**told) if same else Calibration()
    own = stars.unseen & ~np.isnan(stars.still)
    still, most = stars.still[own], ODDS_BY_EVIDENCE
    return sparing(most * still / (1.0 - (1.0 - most) * still), judged, earlier, most=most)


# Odds below which it is told that they were lowered: a class that ten times fewer stars get.
_TOLD_BELOW = 0.1


def tell_of_a_single_class(model: Any, *, stacklevel: int) -> None:
    """Warn where all stars are called alike."""
    if len(model.classes) == 1:
        warnings.warn(
            f"all labels are {model.classes[0]}: the model calls every star so. Give labels of other "
            "classes, name them by classes=, or keep those of the source by keep=",
            UserWarning,
            stacklevel=stacklevel,
        )


def tell_of_lowered_odds(model: Any, *, stacklevel: int) -> None:
    """Warn where classes that no label names will hardly be found any more."""
    told = model.calibration
    odds = 1.0 if told.kept_odds is None else np.min(told.kept_odds)
    if odds < _TOLD_BELOW:
        names = ", ".join(str(model.classes[k]) for k in told.kept.astype(np.int64))
        warnings.warn(
            f"several of the {len(told.lost)} labelled stars that were judged look like "
            f"{names}, which no label names: the odds of that are multiplied by {odds:.2g}, so that such stars get "
            "the classes of the labels. Noise may get a class of variables, too; labels of stars that do not vary "
            "would help.",
            UserWarning,
            stacklevel=stacklevel,
        )


def calibrate_held_out(
    logits: list[np.ndarray],
    held_out: list[np.ndarray],
    data: TrainingData,
    stars: Stars,
    classes: np.ndarray,
    earlier: Calibration,
    *,
    stacklevel: int,
) -> Calibration:
    """Calibrate on the stars that were held out, now and earlier.

    Each fold has the logits, (n_rows, n_classes), of networks that have not seen it, and its rows in `data`. The
    evidence of `stars`, those of `data`, and classes without a label have their say before they are judged. What
    `earlier` stars told is taken where no star could be held out now; is there none, the temperature is 1, with a
    warning that names the call so many levels above this one.
    """
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    if data.weight[rows].any():
        own = np.concatenate(logits), data.y[rows], data.weight[rows]
        refine, kept = refinement(stars, classes, rows), kept_classes(stars, classes, earlier)
        decided = (classes[kept] == NOT_VARIABLE) & (refine is not None)
        return calibrate(*own, earlier, refine, kept, np.where(decided, ODDS_BY_EVIDENCE, 1.0))
    if not earlier.scores.size:
        warnings.warn(
            "No star can be held out for calibration='temperature' (a class needs two stars that "
            "were not learned before): the probabilities stay uncalibrated.",
            UserWarning,
            stacklevel=stacklevel,
        )
    told = sparing_by_evidence(stars, classes, earlier)
    return replace(earlier, kept=told.kept, lost=told.lost, kept_odds=told.kept_odds)
