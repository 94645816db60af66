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


def shown_shares(y, weight, n_classes, sampling):
    """Class shares that a network is shown, which its probabilities imply.

    Parameters
    ----------
    y : ndarray of int of shape (n,)
    weight : ndarray of shape (n,)
        Weights in the loss, those of the classes included.
    n_classes : int
    sampling : {"uniform", "balanced"}
        "balanced" draws each class equally often, and a class counts by its mean weight.

    Returns
    -------
    shares : ndarray of shape (n_classes,)
    """
    total = np.bincount(y, weights=weight, minlength=n_classes)
    if sampling == "balanced":
        total = total / np.maximum(np.bincount(y, minlength=n_classes), 1)
    return total / total.sum()
