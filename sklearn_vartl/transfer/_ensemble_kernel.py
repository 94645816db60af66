"""The way of many stars down many trees, compiled."""

import numpy as np

from .._compiled import njit


@njit
def mean_leaf(inputs, first, left, right, feature, threshold, value):
    """Mean over the trees of the values of the leaves in which each row ends.

    Parameters
    ----------
    inputs : ndarray of float32 of shape (n, n_inputs)
    first, left, right, feature, threshold, value
        As in Trees.

    Returns
    -------
    mean : ndarray of float64 of shape (n, n_classes)
    """
    n_trees, n_classes = len(first), value.shape[1]
    mean = np.zeros((len(inputs), n_classes))
    for i in range(len(inputs)):
        for root in first:
            node = root
            while left[node] >= 0:
                if inputs[i, feature[node]] <= threshold[node]:
                    node = left[node]
                else:
                    node = right[node]
            for c in range(n_classes):
                mean[i, c] += value[node, c]
        for c in range(n_classes):
            mean[i, c] /= n_trees
    return mean
