"""The way of many stars down many trees, compiled."""

import numpy as np

from .._compiled import njit

# So many rows go down a tree side by side: their inputs and the tree stay in the processor's cache.
_ROWS = 64


@njit
def mean_leaf(inputs, first, left, right, feature, threshold, value):
    """Mean over the trees of the values of the leaves in which each row ends.

    A processor cannot guess which way a row turns, and a wrong guess costs more than a step down: all rows of a
    block take as many steps as the tree is deep, those in a leaf on the spot, and none is guessed.

    Parameters
    ----------
    inputs : ndarray of float32 of shape (n, n_inputs)
    first, left, right, feature, threshold, value
        As in Trees; children stand behind their parents.

    Returns
    -------
    mean : ndarray of float64 of shape (n, n_classes)
    """
    n_nodes, n_classes = len(left), value.shape[1]
    below = np.empty((n_nodes, 2), np.int32)  # where a row goes whose input is larger, or is not
    depth = np.zeros(n_nodes, np.int32)
    for k in range(n_nodes - 1, -1, -1):
        below[k, 0] = below[k, 1] = k
        if left[k] >= 0:
            below[k, 0], below[k, 1] = right[k], left[k]
            depth[k] = 1 + max(depth[left[k]], depth[right[k]])
    mean = np.zeros((len(inputs), n_classes))
    at = np.empty(_ROWS, np.int32)
    for start in range(0, len(inputs), _ROWS):
        block = inputs[start : start + _ROWS]
        n = len(block)
        for root in first:
            for i in range(n):
                at[i] = root
            for _ in range(depth[root]):
                for i in range(n):
                    node = at[i]
                    at[i] = below[node, np.intp(block[i, feature[node]] <= threshold[node])]
            for i in range(n):
                for c in range(n_classes):
                    mean[start + i, c] += value[at[i], c]
        for i in range(start, start + n):
            for c in range(n_classes):
                mean[i, c] /= len(first)
    return mean
