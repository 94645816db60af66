"""Pseudo-labels: unlabelled stars that the network is sure of teach it further."""

import numpy as np

# Confident enough to be right almost always; chosen on development surveys.
CONFIDENCE = 0.9
# All pseudo-labelled stars together weigh at most this many times the labelled ones.
MAX_WEIGHT = 1.0


def pseudo_labels(proba, labelled_weight):
    """Choose unlabelled stars for a second training.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Predicted probabilities of the unlabelled stars.
    labelled_weight : ndarray
        Weights of the labelled stars.

    Returns
    -------
    rows : ndarray of int
        Positions of the chosen stars.
    y : ndarray of int
        Class index of each.
    weight : ndarray
        Weight of each: that of a mean labelled star, or less where many are chosen.
    """
    rows = np.flatnonzero(proba.max(axis=1) >= CONFIDENCE)
    each = min(labelled_weight.mean(), MAX_WEIGHT * labelled_weight.sum() / max(rows.size, 1))
    return rows, proba[rows].argmax(axis=1), np.full(rows.size, each)
