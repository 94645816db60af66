"""Weights of stars in the loss."""

import numpy as np
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight


def check_weights(sample_weight, X):
    """Return the weights of the stars, float64, all 1 where None.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, all are zero, or the number of weights is wrong.
    """
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (weight < 0).any():
        raise ValueError("Negative values in data passed to `sample_weight`.")
    if not weight.any():
        raise ValueError("All values of sample_weight are zero: no star is left to fit.")
    return weight


def apply_class_weight(weight, y, class_weight):
    """Multiply the weights of the stars by those of their classes."""
    if class_weight is None:
        return weight
    return weight * compute_sample_weight(class_weight, y)
