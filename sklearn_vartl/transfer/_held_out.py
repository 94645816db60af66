"""Calibration: what networks that have not seen some of the stars, and evidence, tell of these."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import network
from .._splits import stratified_folds
from .._validation import encode, warn_user
from ..probabilities import Calibration, calibrate, sparing, with_probability
from ._jobs import Job
from ._model import Advice
from ._stars import NOT_VARIABLE, ODDS_BY_EVIDENCE, Stars, TrainingData

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
