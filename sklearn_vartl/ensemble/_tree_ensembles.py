"""Ensembles of trees: RotationForestClassifier on random rotations, LogitBoostClassifier by boosting."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_array
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from .._validation import FromProba, check_table, fit_context, new_seed
from ._expert import training_rows


class TreeEnsemble(FromProba, ClassifierMixin, BaseEstimator):
    """Base of classifiers that are many trees on finite features.

    A subclass has `predict_proba`; its `fit` sets `classes_`.
    """

    _parameter_constraints: dict = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "min_weight_fraction_leaf": [Interval(Real, 0, 0.5, closed="both")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "random_state": ["random_state"],
    }

    def _rows(self, X):
        check_is_fitted(self)
        return check_table(self, X, allow_nan=False, reset=False)

    def _leaves(self):
        """What all trees are told about their leaves."""
        return {
            "min_samples_leaf": self.min_samples_leaf,
            "min_weight_fraction_leaf": self.min_weight_fraction_leaf,
        }

    def _seeds(self, n):
        """Seeds of n trees."""
        return check_random_state(self.random_state).randint(np.iinfo(np.int32).max, size=n)


class RotationForestClassifier(TreeEnsemble):
    """Rotation forest.

    For each tree the features are split at random into small groups, each group is turned to the
    principal axes of a random sample of the stars, and the tree is grown on all stars in the
    turned features. Cuts along the turned axes are oblique in the features; features that
    span decades, such as periods, are better given as logarithms, as the axes follow variances.

    Parameters
    ----------
    n_estimators : int, default=100
        Number of trees.
    group_size : int, default=3
        Features in a group; the last group may be smaller.
    sample_fraction : float, default=0.75
        Share of the stars, of a random choice of the classes, from which a group's axes are found.
    min_samples_leaf : int, default=1
        Fewest stars in a leaf.
    min_weight_fraction_leaf : float, default=0.0
        Smallest share of the weight in a leaf.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes.
    n_jobs : int or None, default=None
        Number of trees grown at the same time; the result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides groups, samples and trees.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    estimators_ : list
        The trees with their rotations.

    References
    ----------
    .. [1] Rodriguez, J. J., Kuncheva, L. I., Alonso, C. J. (2006). "Rotation forest: a new
       classifier ensemble method". IEEE TPAMI 28, 1619.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_vartl.ensemble import RotationForestClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> forest = RotationForestClassifier(20, random_state=0).fit(X[::2], y[::2])
    >>> forest.score(X[1::2], y[1::2]) > 0.9
    True
    """

    _parameter_constraints: dict = {
        **TreeEnsemble._parameter_constraints,
        "group_size": [Interval(Integral, 1, None, closed="left")],
        "sample_fraction": [Interval(Real, 0, 1, closed="right")],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        group_size: int = 3,
        sample_fraction: float = 0.75,
        min_samples_leaf: int = 1,
        min_weight_fraction_leaf: float = 0.0,
        class_weight: str | dict | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.group_size = group_size
        self.sample_fraction = sample_fraction
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, all finite.
        y : array-like of shape (n_samples,)
            Classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows in the trees, and their chances to be drawn for the axes; those of
            weight zero are left out.
        """
        X, y, weight = training_rows(self, X, y, sample_weight)
        centre, scale = X.mean(axis=0), X.std(axis=0)
        scale[scale == 0] = 1.0
        X = (X - centre) / scale
        trees = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(_grow)(X, y, weight, self, seed) for seed in self._seeds(self.n_estimators)
        )
        self._centre, self._scale = centre, scale
        self.classes_, self.estimators_ = np.unique(y), trees
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Mean of the trees' probabilities, columns in the order of `classes_`."""
        X = (self._rows(X) - self._centre) / self._scale
        proba = [rotated.tree.predict_proba(X @ rotated.axes) for rotated in self.estimators_]
        return np.mean(proba, axis=0)


@dataclass
class _Rotated:
    """A tree and the rotation (n_features, n_features), sparse, in front of it."""

    axes: csr_array
    tree: DecisionTreeClassifier


def _grow(X, y, weight, forest, seed):
    rng = np.random.RandomState(seed)
    axes = _rotation(X, y, weight, forest.group_size, forest.sample_fraction, rng)
    tree = DecisionTreeClassifier(
        class_weight=forest.class_weight,
        random_state=new_seed(rng),
        **forest._leaves(),
    )
    return _Rotated(axes, tree.fit(X @ axes, y, weight))


def _rotation(X, y, weight, group_size, sample_fraction, rng):
    """Principal axes of groups of features: a block for each group, nothing in between."""
    n_features = X.shape[1]
    order = rng.permutation(n_features)
    classes = np.unique(y)
    row, column, value = [], [], []
    for start in range(0, n_features, group_size):
        group = order[start : start + group_size]
        some = rng.choice(classes, size=rng.randint(1, len(classes) + 1), replace=False)
        rows = np.flatnonzero(np.isin(y, some))
        chance = None if weight is None else weight[rows] / weight[rows].sum()
        rows = rng.choice(rows, size=max(2, int(sample_fraction * len(rows))), p=chance)
        sample = X[np.ix_(rows, group)]
        # All axes are kept: eigenvectors of the covariance, also where it is singular.
        centred = sample - sample.mean(axis=0)
        axes = np.linalg.eigh(centred.T @ centred)[1]
        row.append(np.repeat(group, len(group)))
        column.append(np.tile(group, len(group)))
        value.append(axes.ravel())
    place = np.concatenate(row), np.concatenate(column)
    return csr_array((np.concatenate(value), place), shape=(n_features, n_features))


# Largest working response, as Friedman et al. advise (between 2 and 4).
_LARGEST_RESPONSE = 4.0
_SMALLEST_WEIGHT = 1e-6


class LogitBoostClassifier(TreeEnsemble):
    """LogitBoost with regression trees.

    Each round takes a Newton step of the multinomial log-likelihood: one weighted regression tree
    a class on the working response ``(y - p) / (p (1 - p))``.

    Parameters
    ----------
    n_estimators : int, default=50
        Number of rounds.
    learning_rate : float, default=0.3
        Share of each step that is taken; 1 is the algorithm as published.
    max_depth : int, default=3
        Depth of the trees; 1 is a stump.
    min_samples_leaf : int, default=5
        Fewest stars in a leaf.
    min_weight_fraction_leaf : float, default=0.0
        Smallest share of the weight in a leaf.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the likelihood.
    random_state : int, RandomState instance or None, default=None
        Decides between cuts that are equally good.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    estimators_ : list of list of DecisionTreeRegressor
        For each round one tree a class.

    References
    ----------
    .. [1] Friedman, J., Hastie, T., Tibshirani, R. (2000). "Additive logistic regression: a
       statistical view of boosting". Annals of Statistics 28, 337.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_vartl.ensemble import LogitBoostClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> LogitBoostClassifier(20).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9
    True
    """

    _parameter_constraints: dict = {
        **TreeEnsemble._parameter_constraints,
        "learning_rate": [Interval(Real, 0, 1, closed="right")],
        "max_depth": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_estimators: int = 50,
        *,
        learning_rate: float = 0.3,
        max_depth: int = 3,
        min_samples_leaf: int = 5,
        min_weight_fraction_leaf: float = 0.0,
        class_weight: str | dict | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.class_weight = class_weight
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Boost.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, all finite.
        y : array-like of shape (n_samples,)
            Classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows in the likelihood; those of weight zero are left out.
        """
        X, y, own = training_rows(self, X, y, sample_weight)
        weight = compute_sample_weight(self.class_weight, y) * (1.0 if own is None else own)
        classes, index = np.unique(y, return_inverse=True)
        truth = np.eye(len(classes))[index]
        score = np.zeros(truth.shape)
        rounds = []
        for seeds in self._seeds(self.n_estimators * len(classes)).reshape(self.n_estimators, -1):
            rounds.append(self._boost(X, truth, softmax(score, axis=1), weight, seeds))
            score += self._step(rounds[-1], X)
        self.classes_, self.estimators_ = classes, rounds
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Scores, one column a class; of two classes the second's over the first's, as a vector."""
        score = self._scores(X)
        return score[:, 1] - score[:, 0] if score.shape[1] == 2 else score

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, shape (n_samples, n_classes), columns in the order of `classes_`."""
        return softmax(self._scores(X), axis=1)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of the class probabilities, shape (n_samples, n_classes)."""
        return log_softmax(self._scores(X), axis=1)

    def _scores(self, X):
        X = self._rows(X)
        return np.sum([self._step(trees, X) for trees in self.estimators_], axis=0)

    def _boost(self, X, truth, proba, weight, seeds):
        """One round: a tree a class."""
        trees = []
        for k, seed in enumerate(seeds):
            p = proba[:, k]
            newton = np.maximum(p * (1 - p), _SMALLEST_WEIGHT)
            response = np.clip((truth[:, k] - p) / newton, -_LARGEST_RESPONSE, _LARGEST_RESPONSE)
            tree = DecisionTreeRegressor(
                max_depth=self.max_depth, random_state=seed, **self._leaves()
            )
            trees.append(tree.fit(X, response, newton * weight))
        return trees

    def _step(self, trees, X):
        step = np.column_stack([tree.predict(X) for tree in trees])
        n_classes = step.shape[1]
        step -= step.mean(axis=1, keepdims=True)
        return self.learning_rate * (n_classes - 1) / n_classes * step
