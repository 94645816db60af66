"""RotationForestClassifier: trees on random rotations of the features."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_array
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import Interval

from .._validation import fit_context
from ._tree_ensemble import TreeEnsemble


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

        Returns
        -------
        self : RotationForestClassifier
        """
        X, y, weight = self._training_rows(X, y, sample_weight)
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
        random_state=rng.randint(np.iinfo(np.int32).max),
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
