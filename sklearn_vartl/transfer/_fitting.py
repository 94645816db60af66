"""From stars with labels to a model: which classes they have, what is held out, learning and fine-tuning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import network
from .._splits import stratified_folds
from .._validation import are_names, encode, new_generator, union, warn_user
from ..network import Job, TrainingData, member_jobs, train_jobs
from ..probabilities import Calibration, calibrate, sparing, with_probability
from ._model import (
    NOT_VARIABLE,
    ODDS_WITHOUT_LABEL,
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

# --- The labelled stars, which classes they have, and how networks are shown them

# What the odds of NONVAR without a label are multiplied by where evidence decides about it, which knows nothing of the
# networks' odds. Chosen on Gaia, Kepler and ASAS, each unknown to its source, with 5 to 100 labels a class: of the
# variables .8% are lost, 3.0% at equal odds; noise is called variable in 18% (Gaia), 1% (Kepler) and 2% (ASAS). A
# tenth: .4% for 45, 1 and 7%.
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


# --- Calibration: what networks that have not seen some of the stars, and evidence, tell of these

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


def tell_of_a_single_class(model: Any) -> None:
    """Warn where all stars are called alike."""
    if len(model.classes) == 1:
        warn_user(
            f"all labels are {model.classes[0]}: the model calls every star so. Give labels of other "
            "classes, name them by classes=, or keep those of the source by keep="
        )


def tell_of_numbers(source: np.ndarray, given: np.ndarray) -> None:
    """Warn where labels are numbers and the classes of the source names, as encoded labels are."""
    if are_names(source) and not are_names(given):
        numbers, names = (", ".join(map(str, classes[:3].tolist())) for classes in (given, source))
        warn_user(
            f"the labels are numbers ({numbers}...) and the classes of the source are names ({names}...): what was "
            "learned of these classes is not kept. Give the names, if the numbers stand for them."
        )


def tell_of_lowered_odds(model: Any) -> None:
    """Warn where classes that no label names will hardly be found any more."""
    told = model.calibration
    odds = 1.0 if told.kept_odds is None else np.min(told.kept_odds)
    if odds < _TOLD_BELOW:
        names = ", ".join(str(model.classes[k]) for k in told.kept.astype(np.int64))
        warn_user(
            f"several of the {len(told.lost)} labelled stars that were judged look like "
            f"{names}, which no label names: the odds of that are multiplied by {odds:.2g}, so that such stars get "
            "the classes of the labels. Noise may get a class of variables, too; labels of stars that do not vary "
            "would help."
        )


def calibrate_held_out(
    logits: list[np.ndarray],
    held_out: list[np.ndarray],
    data: TrainingData,
    stars: Stars,
    classes: np.ndarray,
    earlier: Calibration,
) -> Calibration:
    """Calibrate on the stars that were held out, now and earlier.

    Each fold has the logits, (n_rows, n_classes), of networks that have not seen it, and its rows in `data`. The
    evidence of `stars`, those of `data`, and classes without a label have their say before they are judged. What
    `earlier` stars told is taken where no star could be held out now; is there none, the temperature is 1, with a
    warning.
    """
    rows = np.concatenate(held_out) if held_out else np.empty(0, dtype=int)
    if data.weight[rows].any():
        own = np.concatenate(logits), data.y[rows], data.weight[rows]
        refine, kept = refinement(stars, classes, rows), kept_classes(stars, classes, earlier)
        decided = (classes[kept] == NOT_VARIABLE) & (refine is not None)
        return calibrate(*own, earlier, refine, kept, np.where(decided, ODDS_BY_EVIDENCE, 1.0))
    if not earlier.scores.size:
        warn_user(
            "No star can be held out for calibration='temperature' (a class needs two stars that "
            "were not learned before): the probabilities stay uncalibrated."
        )
    told = sparing_by_evidence(stars, classes, earlier)
    return replace(earlier, kept=told.kept, lost=told.lost, kept_odds=told.kept_odds)


# --- Learning a source, and fine-tuning with rehearsal


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
