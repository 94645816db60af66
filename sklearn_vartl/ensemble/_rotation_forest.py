"""RotationForestClassifier: trees on random rotations of the features."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import _fit_context
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import Interval

from ._tree_ensemble import TreeEnsemble, new_seeds


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
        n_estimators=100,
        *,
        group_size=3,
        sample_fraction=0.75,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        class_weight=None,
        n_jobs=None,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.group_size = group_size
        self.sample_fraction = sample_fraction
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Grow the trees.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, all finite.

        y : array-like of shape (n_samples,)
            Classes.

        Returns
        -------
        self : RotationForestClassifier
        """
        X, y = self._training_rows(X, y)
        self.classes_ = np.unique(y)
        self._centre, self._scale = X.mean(axis=0), X.std(axis=0)
        self._scale[self._scale == 0] = 1.0
        X = (X - self._centre) / self._scale
        seeds = new_seeds(self.random_state, self.n_estimators)
        self.estimators_ = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(_grow)(X, y, self, seed) for seed in seeds
        )
        return self

    def predict_proba(self, X):
        """Mean of the trees' probabilities, columns in the order of `classes_`."""
        X = (self._rows(X) - self._centre) / self._scale
        proba = [rotated.tree.predict_proba(X @ rotated.axes) for rotated in self.estimators_]
        return np.mean(proba, axis=0)


@dataclass
class _Rotated:
    """A tree and the rotation (n_features, n_features) in front of it."""

    axes: np.ndarray
    tree: Any


def _grow(X, y, forest, seed):
    rng = np.random.RandomState(seed)
    axes = _rotation(X, y, forest.group_size, forest.sample_fraction, rng)
    tree = DecisionTreeClassifier(
        class_weight=forest.class_weight,
        random_state=rng.randint(np.iinfo(np.int32).max),
        **forest._leaves(),
    )
    return _Rotated(axes, tree.fit(X @ axes, y))


def _rotation(X, y, group_size, sample_fraction, rng):
    """Block-diagonal (up to the order of the features) matrix of principal axes."""
    n_features = X.shape[1]
    axes = np.zeros((n_features, n_features))
    order = rng.permutation(n_features)
    classes = np.unique(y)
    for start in range(0, n_features, group_size):
        group = order[start : start + group_size]
        some = rng.choice(classes, size=rng.randint(1, len(classes) + 1), replace=False)
        rows = np.flatnonzero(np.isin(y, some))
        rows = rng.choice(rows, size=max(2, int(sample_fraction * len(rows))))
        sample = X[np.ix_(rows, group)]
        # All axes are kept: eigenvectors of the covariance, also where it is singular.
        centred = sample - sample.mean(axis=0)
        axes[np.ix_(group, group)] = np.linalg.eigh(centred.T @ centred)[1]
    return axes
