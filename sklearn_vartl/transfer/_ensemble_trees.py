"""Extremely randomised trees as arrays: grown by scikit-learn, kept and evaluated as plain data."""

from dataclasses import dataclass

import numpy as np

_NO_CHILD = -1
_KINDS = {"first": "i", "left": "i", "right": "i", "feature": "i", "threshold": "f", "value": "f"}


@dataclass(frozen=True)
class Trees:
    """Nodes of all trees, one after the other.

    Attributes
    ----------
    first : ndarray of int32 of shape (n_trees,)
        Root of each tree.
    left, right : ndarray of int32 of shape (n_nodes,)
        Children, -1 in a leaf.
    feature : ndarray of int32 of shape (n_nodes,)
    threshold : ndarray of float64 of shape (n_nodes,)
        A star goes left where its input is not larger.
    value : ndarray of float64 of shape (n_nodes, n_classes)
        Shares of the classes.
    """

    first: np.ndarray
    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray

    def predict_proba(self, inputs):
        """Mean share of each class in the leaves of each row."""
        from ._ensemble_kernel import mean_leaf

        return mean_leaf(
            np.ascontiguousarray(inputs, dtype=np.float32),
            *(self.first, self.left, self.right, self.feature, self.threshold, self.value),
        )

    def to_arrays(self):
        """The arrays by name."""
        return {name: getattr(self, name) for name in _KINDS}

    @classmethod
    def from_arrays(cls, arrays, n_inputs, n_classes):
        """Rebuild trees, refusing arrays that would lead outside of themselves.

        Raises
        ------
        ValueError
            If shapes or indices do not fit together.
        """
        trees = cls(**{name: np.ascontiguousarray(arrays[name]) for name in _KINDS})
        n = len(trees.left)
        here, inner = np.arange(n), trees.left != _NO_CHILD
        sound = (
            all(getattr(trees, name).dtype.kind == kind for name, kind in _KINDS.items())
            and trees.first.ndim == 1
            and all(getattr(trees, a).shape == (n,) for a in ("right", "feature", "threshold"))
            and trees.value.shape == (n, n_classes)
            and len(trees.first) > 0
            and ((trees.first >= 0) & (trees.first < n)).all()
            # Children stand behind their parents: every way down ends.
            and all(
                ((child > here) & (child < n))[inner].all() for child in (trees.left, trees.right)
            )
            and ((trees.feature >= 0) & (trees.feature < n_inputs))[inner].all()
        )
        if not sound:
            raise ValueError("The arrays of the trees do not fit together: the state is damaged.")
        return trees


def grow(inputs, y, weight, n_classes, n_trees, seed, n_jobs=None):
    """Grow trees.

    Parameters
    ----------
    inputs : ndarray of shape (n, n_inputs)
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,)
    n_classes : int
    n_trees : int
    seed : int
    n_jobs : int, default=None

    Returns
    -------
    trees : Trees
    """
    from sklearn.ensemble import ExtraTreesClassifier

    # Leaves hold one class only, so that the weights of the classes decide which splits are good,
    # not how probable a class is.
    forest = ExtraTreesClassifier(
        n_trees, max_features=0.3, class_weight="balanced", random_state=seed, n_jobs=n_jobs
    )
    forest.fit(inputs, y, sample_weight=weight)
    grown = [estimator.tree_ for estimator in forest.estimators_]
    first = np.cumsum([0] + [tree.node_count for tree in grown[:-1]])
    n_nodes = sum(tree.node_count for tree in grown)
    value = np.zeros((n_nodes, n_classes))
    shares = np.concatenate([tree.value[:, 0, :] for tree in grown])
    value[:, forest.classes_] = shares / shares.sum(axis=1, keepdims=True)
    return Trees(
        first=first.astype(np.int32),
        left=_children([tree.children_left for tree in grown], first),
        right=_children([tree.children_right for tree in grown], first),
        feature=np.concatenate([tree.feature for tree in grown]).astype(np.int32),
        threshold=np.concatenate([tree.threshold for tree in grown]),
        value=value,
    )


def _children(children, first):
    parts = [np.where(c < 0, _NO_CHILD, c + f) for c, f in zip(children, first, strict=True)]
    return np.concatenate(parts).astype(np.int32)
