"""LogitBoostClassifier: additive logistic regression by boosting small trees."""

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils._param_validation import Interval
from sklearn.utils.class_weight import compute_sample_weight

from .._validation import fit_context
from ._tree_ensemble import TreeEnsemble

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

        Returns
        -------
        self : LogitBoostClassifier
        """
        X, y, own = self._training_rows(X, y, sample_weight)
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
