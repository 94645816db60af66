"""Sets of classes that hold the true one with a promised probability (split conformal)."""

import math

import numpy as np


def conformal_sets(proba, held_out_scores, alpha):
    """Sets of classes with probability of at least 1 - alpha to contain the true one.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
    held_out_scores : ndarray of shape (n_held_out,)
        One minus the probability of the true class, for stars not used for fitting.
    alpha : float
        Share of stars whose set may miss the true class.

    Returns
    -------
    sets : ndarray of bool of shape (n, n_classes)

    References
    ----------
    .. [1] Sadinle, M., Lei, J., Wasserman, L. (2019). "Least ambiguous set-valued classifiers
       with bounded error levels". JASA 114, 223.
    """
    n = len(held_out_scores)
    rank = math.ceil((n + 1) * (1.0 - alpha))
    if rank > n:  # so few stars promise nothing: any class is possible
        return np.ones(proba.shape, dtype=bool)
    return 1.0 - proba <= np.sort(held_out_scores)[rank - 1]
