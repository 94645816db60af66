"""The labelled stars that are learned, which classes they have, and how networks are shown them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._validation import encode, union
from ._model import Memory, are_among

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
