"""Whether a star varies at all: a network that knows nothing but the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._splits import stratified_folds
from .._validation import column_positions
from ..preprocessing import FeatureScaler
from ..probabilities import with_probability
from ._fitting import N_FOLDS, Stars, learn
from ._model import NOT_VARIABLE, Model, usable_rows

# How common stars that vary are taken to be among those whose class is asked for: chosen so that about 2% of noise
# is called variable at the times of CRTS, and less elsewhere, where what is not white is as large as what is
# (examples/benchmarks/not_variable.py).
VARIABLE_SHARE = 0.45


@dataclass(frozen=True)
class Gate:
    """Probability that a star varies, from columns that no other network sees."""

    columns: np.ndarray  # positions of the evidence among the features, sorted
    model: Model  # of two classes, False and True: whether the star varies

    def still(self, evidence: np.ndarray, device: str) -> np.ndarray:
        """Probability that each star does not vary; NaN for a row without any evidence."""
        out, rows = np.full(len(evidence), np.nan), np.flatnonzero(usable_rows(evidence))
        out[rows] = self.model.predict_proba(evidence[rows], device)[:, 0]
        return out

    def refine(
        self, proba: np.ndarray, classes: np.ndarray, evidence: np.ndarray, device: str
    ) -> np.ndarray:
        """Probabilities of the classes, that of NONVAR as the evidence, where there is any, has it.

        The shares of the other classes among each other stay: what kind of star it is, the evidence
        does not know.
        """
        if NOT_VARIABLE not in classes.tolist():
            return proba
        column = classes.tolist().index(NOT_VARIABLE)
        return with_probability(proba, column, self.still(evidence, device))


def evidence_columns(
    evidence: Sequence[str | int], n_features: int, names: np.ndarray | None
) -> np.ndarray:
    """Positions of the columns that `evidence` names: some, but not all."""
    columns = column_positions(evidence, "evidence", n_features, names)
    if not 0 < len(columns) < n_features:
        raise ValueError(
            f"evidence={list(evidence)!r} must leave the networks some of the {n_features} "
            "features, and hold at least one: None for no evidence."
        )
    return columns


def learn_gate(estimator: Any, stars: Stars, columns: np.ndarray, device: str) -> Gate:
    """Learn from the evidence, in these columns, which stars are NONVAR; refuse all or none."""
    kept, varies = usable_rows(stars.X[:, columns]), _varies(stars.y)
    if not _both(varies[kept]):
        raise ValueError(
            f"evidence={list(estimator.evidence)!r} needs stars of the class {NOT_VARIABLE} and "
            "others that have it (not all NaN), to learn one from the other: give both, or evidence=None."
        )
    X, varies, weight = stars.X[kept][:, columns], varies[kept], stars.weight[kept].copy()
    for side, share in ((varies, VARIABLE_SHARE), (~varies, 1.0 - VARIABLE_SHARE)):
        weight[side] *= share * len(weight) / weight[side].sum()
    own = Stars.new(X, varies, weight)
    scaler = FeatureScaler().fit(X)
    model = learn(estimator, own, np.array([False, True]), scaler, device)
    # No fine-tuning changes it: it need not know which stars it has seen.
    return Gate(columns, replace(model, seen=None))


def held_out_still(
    estimator: Any, stars: Stars, columns: np.ndarray, device: str, rng: np.random.Generator
) -> np.ndarray:
    """Probability that each star does not vary, by networks that have not learned from it.

    NaN where a star has no evidence, or cannot be held out.
    """
    fold, still = stratified_folds(stars.y, N_FOLDS, rng, stars.X), np.full(len(stars.y), np.nan)
    usable = usable_rows(stars.X[:, columns])
    for k in np.unique(fold):
        inside, outside = fold != k, fold == k
        if _both(_varies(stars.y[inside & usable])):
            gate = learn_gate(estimator, stars.of(inside), columns, device)
            still[outside] = gate.still(stars.X[outside][:, columns], device)
    return still


def _varies(y):
    return np.array([label != NOT_VARIABLE for label in y.tolist()], dtype=bool)


def _both(varies):
    return varies.any() and not varies.all()
