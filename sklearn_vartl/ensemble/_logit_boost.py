"""LogitBoostClassifier: additive logistic regression by boosting small trees."""

from numbers import Integral, Real

import numpy as np
from scipy.special import softmax
from sklearn.base import _fit_context
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils._param_validation import Interval
from sklearn.utils.class_weight import compute_sample_weight

from ._tree_ensemble import TreeEnsemble, new_seeds

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
        n_estimators=50,
        *,
        learning_rate=0.3,
        max_depth=3,
        min_samples_leaf=5,
        min_weight_fraction_leaf=0.0,
        class_weight=None,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.class_weight = class_weight
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Boost.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, all finite.

        y : array-like of shape (n_samples,)
            Classes.

        Returns
        -------
        self : LogitBoostClassifier
        """
        X, y = self._training_rows(X, y)
        weight = compute_sample_weight(self.class_weight, y)
        self.classes_, y = np.unique(y, return_inverse=True)
        truth = np.eye(len(self.classes_))[y]
        score = np.zeros(truth.shape)
        n_trees = self.n_estimators * truth.shape[1]
        seeds = new_seeds(self.random_state, n_trees).reshape(self.n_estimators, -1)
        self.estimators_ = []
        for round_seeds in seeds:
            trees = self._boost(X, truth, softmax(score, axis=1), weight, round_seeds)
            self.estimators_.append(trees)
            score += self._step(trees, X)
        return self

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

    def decision_function(self, X):
        """Scores, one column a class; of two classes the second's over the first's, as a vector."""
        score = self._scores(X)
        return score[:, 1] - score[:, 0] if score.shape[1] == 2 else score

    def _scores(self, X):
        X = self._rows(X)
        return np.sum([self._step(trees, X) for trees in self.estimators_], axis=0)

    def predict_proba(self, X):
        """Class probabilities, columns in the order of `classes_`."""
        return softmax(self._scores(X), axis=1)
