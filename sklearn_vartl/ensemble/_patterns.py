"""Which blocks of features a source has, and the model for one such pattern."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score

from ._out_of_fold import out_of_fold_proba, spread_folds

_SMALLEST = 1e-4


@dataclass
class PatternModel:
    """The model for one pattern of available blocks.

    Attributes
    ----------
    estimator : fitted classifier
    columns : ndarray of int
        What it is shown.
    chosen : str
        Name of the candidate.
    scores : dict of str to float
        Out-of-fold score of each candidate; larger is better.
    temperature : float
        What the log-probabilities are divided by.
    n_sources : int
        Sources it was fitted on.
    """

    estimator: Any
    columns: np.ndarray
    chosen: str
    scores: dict
    temperature: float
    n_sources: int

    def predict_proba(self, X, n_classes):
        """Calibrated probabilities of sources with these blocks."""
        proba = np.zeros((len(X), n_classes))
        proba[:, self.estimator.classes_] = self.estimator.predict_proba(X[:, self.columns])
        return at_temperature(proba, self.temperature)


def check_blocks(blocks, n_features):
    """Columns of each block as arrays; None is one block of all columns.

    Raises
    ------
    ValueError
        If a block is empty, or names a column that does not exist or that another block has.
    """
    if blocks is None:
        return {"all": np.arange(n_features)}
    if not blocks:
        raise ValueError("blocks is empty: name at least one block of columns.")
    resolved, owner = {}, {}
    for name, columns in blocks.items():
        wanted = columns
        if isinstance(columns, slice):
            wanted = range(n_features)[columns]
        wanted = np.asarray(list(wanted))
        if not wanted.size:
            raise ValueError(f"Block {name!r} is empty.")
        if wanted.dtype.kind not in "iu" or wanted.min() < 0 or wanted.max() >= n_features:
            raise ValueError(
                f"Block {name!r} names the columns {columns!r}; X has the columns 0 to "
                f"{n_features - 1}."
            )
        for column in wanted.tolist():
            if column in owner:
                raise ValueError(
                    f"Column {column} is in the blocks {owner[column]!r} and {name!r}."
                )
            owner[column] = name
        resolved[name] = wanted
    return resolved


def available_blocks(X, blocks):
    """Whether each source has all features of each block, shape (n_sources, n_blocks)."""
    return np.column_stack([~np.isnan(X[:, columns]).any(axis=1) for columns in blocks.values()])


def pattern_name(pattern, blocks):
    """Names of the blocks in a pattern."""
    return tuple(name for name, there in zip(blocks, pattern, strict=True) if there)


def fit_pattern(X, y, pattern, blocks, candidates, *, n_classes, scoring, cv, seed):
    """Choose among the candidates by cross-validation, fit the best, calibrate it.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Sources that have at least these blocks.
    y : ndarray of int of shape (n,)
    pattern : ndarray of bool of shape (n_blocks,)
    blocks : dict of str to ndarray
    candidates : dict of str to classifier
    n_classes : int
    scoring : {"balanced_accuracy", "log_loss"}
    cv, seed : int

    Returns
    -------
    model : PatternModel
    """
    columns = np.concatenate([blocks[name] for name in pattern_name(pattern, blocks)])
    X = X[:, columns]
    fold = spread_folds(y, cv, np.random.RandomState(seed))
    seeded = {name: _seeded(candidate, seed) for name, candidate in candidates.items()}
    temperature, scores = {}, {}
    for name, candidate in seeded.items():
        proba = out_of_fold_proba(candidate, X, y, fold, n_classes)
        temperature[name], loss = find_temperature(proba, y)
        scores[name] = -loss
        if scoring == "balanced_accuracy":
            scores[name] = float(balanced_accuracy_score(y, proba.argmax(axis=1)))
    best = max(scores, key=scores.get)
    estimator = clone(seeded[best]).fit(X, y)
    return PatternModel(estimator, columns, best, scores, temperature[best], len(X))


def find_temperature(proba, y):
    """Temperature that makes the labels most likely, and the mean log-loss at it."""

    def loss(log_temperature):
        calibrated = at_temperature(proba, np.exp(log_temperature))
        return -np.mean(np.log(np.maximum(calibrated[np.arange(len(y)), y], 1e-12)))

    found = minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded")
    return float(np.exp(found.x)), float(found.fun)


def at_temperature(proba, temperature):
    """Probabilities with their logarithms divided by the temperature.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Zeros count as one in ten thousand: a small forest's zero is no certainty.
    temperature : float

    Returns
    -------
    proba : ndarray of shape (n, n_classes)
    """
    return softmax(np.log(np.maximum(proba, _SMALLEST)) / temperature, axis=1)


def _seeded(candidate, seed):
    candidate = clone(candidate)
    # Nested ones too (pipelines): every random_state that was left open.
    open_seeds = [
        name
        for name, value in candidate.get_params().items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    return candidate.set_params(**dict.fromkeys(open_seeds, seed))
