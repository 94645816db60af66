"""Sets of classes that hold the true one with a promised probability (split conformal)."""

import math

import numpy as np

from ._calibration import Calibration


def prediction_sets(
    calibration: Calibration, proba: np.ndarray, alpha: float, priors: np.ndarray | None = None
) -> np.ndarray:
    """Sets of classes of stars, from their probabilities and those of stars held out of fitting.

    Parameters
    ----------
    calibration : Calibration
        What the held-out stars tell.
    proba : ndarray of shape (n, n_classes)
        For the class shares of the training, made as the scores of the held-out stars were.
    alpha : float
    priors : ndarray of shape (n_classes,), default=None
        Class shares among these stars, where they are not as in training.

    Returns
    -------
    sets : ndarray of bool of shape (n, n_classes)

    Raises
    ------
    ValueError
        If no star was held out, or their classes are needed and not known.
    """
    shift = {}
    if not calibration.scores.size:
        raise ValueError(
            "predict_set needs stars held out of fitting: set calibration='temperature' "
            "before fit or partial_fit_target."
        )
    if priors is not None:
        if calibration.labels is None:
            raise ValueError(
                "This model was saved without the classes of its held-out stars: predict_set "
                "needs priors=None, or a new fit."
            )
        labels = calibration.labels.astype(np.int64)
        # Scores are counted star by star, whatever the stars weigh: so are the shares.
        share = np.bincount(labels, minlength=len(priors)) / len(labels)
        unknown = np.where(priors > 0, np.inf, 0.0)
        ratio = np.divide(priors, share, out=unknown, where=share > 0)
        shift = {"held_out_labels": labels, "ratio": ratio}
    return conformal_sets(proba, calibration.scores, alpha, **shift)


def conformal_sets(
    proba: np.ndarray,
    held_out_scores: np.ndarray,
    alpha: float,
    held_out_labels: np.ndarray | None = None,
    ratio: np.ndarray | None = None,
) -> np.ndarray:
    """Sets of classes with probability of at least 1 - alpha to contain the true one.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
    held_out_scores : ndarray of shape (n_held_out,)
        One minus the probability of the true class, for stars not used for fitting.
    alpha : float
        Share of stars whose set may miss the true class.
    held_out_labels : ndarray of int of shape (n_held_out,), default=None
        Class of each of these stars.
    ratio : ndarray of shape (n_classes,), default=None
        Shares of the classes among the stars of `proba`, divided by those among the held-out
        stars; None where they are the same. Held-out stars count by it [2]_. A class that none
        of them shows has infinity, and is in every set.

    Returns
    -------
    sets : ndarray of bool of shape (n, n_classes)

    References
    ----------
    .. [1] Sadinle, M., Lei, J., Wasserman, L. (2019). "Least ambiguous set-valued classifiers
       with bounded error levels". JASA 114, 223.
    .. [2] Podkopaev, A., Ramdas, A. (2021). "Distribution-free uncertainty quantification for
       classification under label shift". UAI.
    """
    if ratio is not None:
        return _weighted_sets(proba, held_out_scores, alpha, held_out_labels, ratio)
    n = len(held_out_scores)
    rank = math.ceil((n + 1) * (1.0 - alpha))
    if rank > n:  # so few stars promise nothing: any class is possible
        return np.ones(proba.shape, dtype=bool)
    return 1.0 - proba <= np.sort(held_out_scores)[rank - 1]


def _weighted_sets(proba, scores, alpha, labels, ratio):
    order = np.argsort(scores)
    scores, weight = scores[order], ratio[labels[order]]
    below = np.cumsum(weight)
    sets = np.ones(proba.shape, dtype=bool)
    for k, own in enumerate(ratio):
        # The star itself, were it of class k, counts as one with the largest possible score.
        needed = (1.0 - alpha) * (below[-1] + own)
        first = np.searchsorted(below, needed * (1.0 - 1e-12))
        if own == 0:
            sets[:, k] = False
        elif first < len(scores):
            sets[:, k] = 1.0 - proba[:, k] <= scores[first]
    return sets
