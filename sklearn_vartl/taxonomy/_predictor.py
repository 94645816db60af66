"""What a fitted TaxonomyClassifier says: classes, paths, probabilities, scores."""

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.validation import _num_samples, check_is_fitted

from ._fitting import check_stars, check_tree_labels, model_tree
from ._nodes import conditional_proba, node_labels
from ._routing import climb, descend, leaf_proba, proba_of_nodes


class TaxonomyPredictorMixin:
    """Everything that reads the fitted nodes and does not change them."""

    def predict(self, X):
        """Predict the class of each star, or with `min_probability` a node above it.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        y : ndarray of shape (n_stars,)
            Members of `classes_`; with `min_probability` an object array of nodes.
        """
        conditional, proba = self._asked(X)
        if self.min_probability is None:
            return self.classes_[proba.argmax(axis=1)]
        return np.array([*self._stops(conditional, proba), None], dtype=object)[:-1]

    def predict_proba(self, X):
        """Predict the probabilities of the leaves.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        """
        return self._asked(X)[1]

    def predict_path(self, X):
        """Predict the nodes that each star passes, from below the root to the predicted one.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        paths : ndarray of tuple objects of shape (n_stars,)
            Of different lengths; an empty one is a star that stops at the root.
        """
        nodes = self.predict(X).tolist()
        paths = np.empty(len(nodes), dtype=object)
        for i, node in enumerate(nodes):
            paths[i] = self.tree_.path(node)
        return paths

    def proba_by_node(self, X):
        """Predict the probability of every node below the root.

        Parameters
        ----------
        X : as in `fit`

        Returns
        -------
        proba : dict of node -> ndarray of shape (n_stars,)
            A node's probability is the sum over the leaves below it.
        """
        proba = self._asked(X)[1]
        return proba_of_nodes(self.tree_, proba, self.classes_.tolist())

    def score_by_node(self, X, y, metric=balanced_accuracy_score):
        """Score every node's decision on the stars that belong there.

        Parameters
        ----------
        X : as in `fit`

        y : array-like of shape (n_stars,)
            True classes.

        metric : callable(y_true, y_pred) -> float, default=balanced_accuracy_score
            Takes the names of the children that the stars belong to and are sent to.

        Returns
        -------
        scores : dict of node -> float
            For nodes with several children; NaN where no star of `y` belongs.
        """
        conditional, proba = self._asked(X)
        y = check_tree_labels(self, X, y)
        nodes = proba_of_nodes(self.tree_, proba, self.classes_.tolist())
        scores = {}
        for node, children in self.tree_.children.items():
            if len(children) < 2:
                continue
            stars, labels = node_labels(self.tree_, node, y)
            if self.routing == "flat":
                share = np.column_stack([nodes[child] for child in children])
            else:
                share = conditional[node]
            sent = np.array(list(children))[share[stars].argmax(axis=1)]
            scores[node] = float(metric(labels, sent)) if stars.size else np.nan
        return scores

    def _stops(self, conditional, proba):
        if self.routing == "hard":
            return descend(self.tree_, conditional, self.min_probability)
        return climb(self.tree_, proba, self.classes_.tolist(), self.min_probability)

    def _asked(self, X):
        """What the nodes say, and the probabilities of the leaves."""
        check_is_fitted(self)
        X = check_stars(self, X, reset=False)
        tree, classes = model_tree(self), self.classes_.tolist()
        conditional = conditional_proba(self.models_, tree, X, _num_samples(X))
        return conditional, leaf_proba(tree, conditional, classes, self.routing == "hard")
