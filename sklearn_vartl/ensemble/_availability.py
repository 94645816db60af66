"""AvailabilityEnsemble: one model for each pattern of blocks that are there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from .._estimators import FromProba, fit_context
from .._splits import stratified_folds
from .._validation import check_table, column_position, new_seed
from ..probabilities import at_temperature, fit_temperature, log_proba
from ._expert import fit_weighted, out_of_fold_proba, several_classes, training_rows
from ._tree_ensembles import RotationForestClassifier


@dataclass
class PatternModel:
    """The model for one pattern of available blocks."""

    estimator: Any
    columns: np.ndarray  # what the estimator is shown
    chosen: str  # name of the candidate
    scores: dict[str, float]  # out-of-fold score of each candidate; larger is better
    temperature: float  # what the log-probabilities are divided by
    n_sources: int  # sources it was fitted on

    def predict_proba(self, X: np.ndarray, n_classes: int) -> np.ndarray:
        """Calibrated probabilities of sources with these blocks."""
        proba = np.zeros((len(X), n_classes))
        proba[:, self.estimator.classes_] = self.estimator.predict_proba(X[:, self.columns])
        return at_temperature(proba, self.temperature)


class AvailabilityEnsemble(FromProba, ClassifierMixin, BaseEstimator):
    """One calibrated model for each pattern of available blocks of features.

    Sources of a catalogue come with different data: all with X-ray fluxes, some with optical, some
    with infrared magnitudes. A block is at hand where none of its features is NaN. For each
    pattern of blocks that occurs in training, the best of the given candidates, by cross-validation,
    is fitted on all sources that have at least these blocks, and its probabilities are calibrated
    on sources it has not seen, so that they compare across patterns.

    Parameters
    ----------
    blocks : dict of str to list of int or str, slice, or None, default=None
        Columns of each block, by position or, where X is a table with names, by name. None: all
        columns are one block.
    estimators : dict of str to classifier or None, default=None
        Candidates by name; None: a random forest, HistGradientBoosting and a rotation forest.
    scoring : {"balanced_accuracy", "log_loss"}, default="balanced_accuracy"
        What the choice is made by, on out-of-fold probabilities (the calibrated ones for
        "log_loss").
    min_sources : int, default=30
        A pattern gets a model of its own with at least as many sources that have its blocks.
    cv : int, default=5
        Number of folds of choice and calibration.
    random_state : int, RandomState instance or None, default=None
        Decides the folds, and seeds candidates that have none.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    models_ : dict of tuple of str to PatternModel
        For each pattern, by the names of its blocks: ``estimator``, ``chosen`` (name of the
        candidate), ``scores`` (of all candidates), ``temperature`` and ``n_sources``.
    prior_ : ndarray of shape (n_classes,)
        Shares of the classes in training: the answer for sources without any usable block.

    References
    ----------
    .. [1] Zhang, Y., Zhao, Y., Wu, X.-B. (2021). "Classification of 4XMM-DR9 sources by machine
       learning". MNRAS 503, 5263.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.ensemble import AvailabilityEnsemble
    >>> X, y = make_blobs(n_samples=200, centers=3, n_features=3, random_state=0)
    >>> X[::2, 2] = np.nan
    >>> model = AvailabilityEnsemble(
    ...     {"optical": [0, 1], "infrared": [2]}, {"linear": LogisticRegression()}, random_state=0
    ... ).fit(X, y)
    >>> sorted(model.models_)
    [('optical',), ('optical', 'infrared')]
    >>> model.patterns(X[:2])
    [('optical',), ('optical', 'infrared')]
    """

    _parameter_constraints: dict = {
        "blocks": [dict, None],
        "estimators": [dict, None],
        "scoring": [StrOptions({"balanced_accuracy", "log_loss"})],
        "min_sources": [Interval(Integral, 1, None, closed="left")],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        blocks: dict[str, Any] | None = None,
        estimators: dict[str, Any] | None = None,
        *,
        scoring: Literal["balanced_accuracy", "log_loss"] = "balanced_accuracy",
        min_sources: int = 30,
        cv: int = 5,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.blocks = blocks
        self.estimators = estimators
        self.scoring = scoring
        self.min_sources = min_sources
        self.cv = cv
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Choose, fit and calibrate a model for each pattern.

        Parameters
        ----------
        X : array-like of shape (n_sources, n_features)
            Features; NaN marks a missing one.
        y : array-like of shape (n_sources,)
            Classes.
        sample_weight : array-like of shape (n_sources,), default=None
            Weights of the sources, in fitting, choice and calibration; those of weight zero are
            left out.

        Raises
        ------
        ValueError
            If a block is empty, names columns that are not there or that another block has, a
            candidate has no `predict_proba`, or there are fewer than two classes.
        TypeError
            If there are weights, and a candidate takes none.
        """
        X, y, weight = training_rows(self, X, y, sample_weight, allow_nan=True)
        blocks = check_blocks(self.blocks, X.shape[1], getattr(self, "feature_names_in_", None))
        classes, target = several_classes(self, y)
        seed = new_seed(self.random_state)
        candidates = _seeded_candidates(self.estimators, seed)
        at_hand = available_blocks(X, blocks)
        models = {}
        for pattern in np.unique(at_hand, axis=0)[::-1]:
            # A source with more blocks teaches the model with fewer as well.
            rows = (at_hand >= pattern).all(axis=1) & pattern.any()
            enough = rows.sum() >= min(self.min_sources, len(X))
            if not enough or len(np.unique(target[rows])) < 2:
                continue
            name = pattern_name(pattern, blocks)
            models[name] = fit_pattern(
                X[rows],
                target[rows],
                None if weight is None else weight[rows],
                columns=np.concatenate([blocks[block] for block in name]),
                candidates=candidates,
                n_classes=len(classes),
                scoring=self.scoring,
                cv=self.cv,
                seed=seed,
            )
        if not models:
            raise ValueError(
                f"No pattern of the blocks {list(blocks)} has {self.min_sources} sources "
                "(min_sources) of at least two classes."
            )
        self.blocks_, self.classes_, self.models_ = blocks, classes, models
        total = np.bincount(target, weight)
        self.prior_ = total / total.sum()
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Calibrated membership probabilities of every source.

        Parameters
        ----------
        X : array-like of shape (n_sources, n_features)

        Returns
        -------
        proba : ndarray of shape (n_sources, n_classes)
            Columns in the order of `classes_`. A source whose pattern has no model is judged by
            the model that uses most of its features; one without any, by `prior_`.
        """
        X, at_hand = self._at_hand(X)
        proba = np.tile(self.prior_, (len(X), 1))
        for pattern in np.unique(at_hand, axis=0):
            name = self._model_for(pattern)
            if name is not None:
                rows = (at_hand == pattern).all(axis=1)
                proba[rows] = self.models_[name].predict_proba(X[rows], len(self.classes_))
        return proba

    def patterns(self, X: Any) -> list[tuple[str, ...]]:
        """Names of the blocks by which each source is judged: keys of `models_`, () for none."""
        X, at_hand = self._at_hand(X)
        return [self._model_for(pattern) or () for pattern in at_hand]

    def _at_hand(self, X):
        check_is_fitted(self)
        X = check_table(self, X, allow_nan=True, reset=False)
        return X, available_blocks(X, self.blocks_)

    def _model_for(self, pattern):
        """The fitted pattern within this one that has most columns, or None."""
        names = set(pattern_name(pattern, self.blocks_))
        inside = [name for name in self.models_ if names.issuperset(name)]
        return max(inside, key=lambda n: sum(len(self.blocks_[b]) for b in n), default=None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def check_blocks(
    blocks: dict[str, Any] | None, n_features: int, names: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Columns of each block as arrays of positions; None is one block of all columns."""
    if blocks is None:
        return {"all": np.arange(n_features)}
    if not blocks:
        raise ValueError("blocks is empty: name at least one block of columns.")
    resolved = {name: _positions(name, blocks[name], n_features, names) for name in blocks}
    owner: dict[int, str] = {}
    for name, columns in resolved.items():
        for column in columns.tolist():
            if column in owner:
                raise ValueError(
                    f"Column {column if names is None else names[column]} is in the blocks "
                    f"{owner[column]!r} and {name!r}."
                )
            owner[column] = name
    return resolved


def _positions(name, columns, n_features, names):
    """The places of the columns of one block, which are names, places, a slice, or one of them, in their order."""
    if isinstance(columns, slice):
        columns = range(n_features)[columns]
    alone = isinstance(columns, str | Integral)
    if not (alone or isinstance(columns, Collection | np.ndarray)) or isinstance(columns, Mapping):
        raise ValueError(f"Block {name!r} is {columns!r}: give a list of columns, or a slice.")
    wanted = [columns] if alone else list(columns)
    if not wanted:
        raise ValueError(f"Block {name!r} is empty.")
    return np.array([column_position(c, f"Block {name!r}", n_features, names) for c in wanted])


def available_blocks(X: np.ndarray, blocks: dict[str, np.ndarray]) -> np.ndarray:
    """Whether each source has all features of each block, shape (n_sources, n_blocks)."""
    return np.column_stack([~np.isnan(X[:, columns]).any(axis=1) for columns in blocks.values()])


def pattern_name(pattern: np.ndarray, blocks: dict[str, np.ndarray]) -> tuple[str, ...]:
    """Names of the blocks in a pattern."""
    return tuple(name for name, there in zip(blocks, pattern, strict=True) if there)


def fit_pattern(
    X: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    *,
    columns: np.ndarray,
    candidates: dict[str, Any],
    n_classes: int,
    scoring: str,
    cv: int,
    seed: int,
) -> PatternModel:
    """Choose among the candidates by cross-validation, fit the best, calibrate it.

    The sources have at least these blocks, whose `columns` are taken; `cv` folds are decided by the `seed`.
    """
    X = X[:, columns]
    # A source that is listed twice is in one fold.
    fold = stratified_folds(y, cv, np.random.RandomState(seed), X)
    temperature, scores = {}, {}
    for name, candidate in candidates.items():
        proba = out_of_fold_proba(candidate, X, y, fold, n_classes, weight)
        temperature[name] = fit_temperature(log_proba(proba), y, weight, spread=np.inf)
        if scoring == "balanced_accuracy":
            answer = proba.argmax(axis=1)
            scores[name] = float(balanced_accuracy_score(y, answer, sample_weight=weight))
        else:
            own = at_temperature(proba, temperature[name])[np.arange(len(y)), y]
            scores[name] = float(np.average(np.log(own), weights=weight))
    best = max(scores, key=lambda name: scores[name])
    estimator = fit_weighted(clone(candidates[best]), X, y, weight)
    return PatternModel(estimator, columns, best, scores, temperature[best], len(X))


def _seeded_candidates(given, seed):
    """Clones of the candidates, every random_state that was left open set, nested ones too."""
    if given is None:
        from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

        given = {
            "random forest": RandomForestClassifier(min_samples_leaf=3, class_weight="balanced"),
            "gradient boosting": HistGradientBoostingClassifier(class_weight="balanced"),
            "rotation forest": RotationForestClassifier(
                min_samples_leaf=3, class_weight="balanced"
            ),
        }
    if not given:
        raise ValueError("estimators is empty: give at least one candidate.")
    candidates = {}
    for name, candidate in given.items():
        if not hasattr(candidate, "predict_proba"):
            kind = type(candidate).__name__
            raise ValueError(f"Candidate {name!r} ({kind}) has no predict_proba: calibrate it.")
        open_seeds = [
            key
            for key, value in candidate.get_params().items()
            if value is None and (key == "random_state" or key.endswith("__random_state"))
        ]
        candidates[name] = clone(candidate).set_params(**dict.fromkeys(open_seeds, seed))
    return candidates
