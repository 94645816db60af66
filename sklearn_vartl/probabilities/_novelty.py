"""How unlike the training stars a star is, and which stars are left without a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg.blas import strmm
from scipy.linalg.lapack import dtrtri
from scipy.special import softmax

from ._calibration import log_proba

_FOLDS = 5
# So many stars at a time: their embeddings stay in the processor's cache.
_ROWS = 512


@dataclass(frozen=True)
class NoveltyReference:
    """What distances mean."""

    # For each network the upper triangular matrix that makes the scatter within the classes round, the middle of
    # the classes' centres in the embedding, and these centres, from their middle, where the scatter is round.
    spaces: tuple
    # Distances of remembered stars, each from classes that were described without it; sorted.
    distance: np.ndarray
    share: np.ndarray  # share of the training stars that are nearer than each

    def place(self, embeddings: Sequence[np.ndarray]) -> np.ndarray:
        """Share of the training stars that are less unusual, by what each network sees of stars."""
        return share_below(self, class_distance(self.spaces, embeddings))


def novelty_reference(
    embeddings: list[np.ndarray], y: np.ndarray, weight: np.ndarray
) -> NoveltyReference:
    """Describe the classes in the embeddings of remembered stars, (n_stars, width) of each network.

    `weight` is how many training stars each stands for.
    """
    # Stars are nearer to centres and scatter that they have shaped themselves: each is measured
    # against a description that leaves its fold out.
    fold = _dealt_by_class(y)
    distance = np.empty(len(y))
    for k in np.unique(fold):
        inside, outside = fold != k, fold == k
        if not inside.any():
            inside = outside
        spaces = [_fit_space(e[inside], y[inside]) for e in embeddings]
        distance[outside] = class_distance(spaces, [e[outside] for e in embeddings])
    order = np.argsort(distance)
    own = weight[order] / weight.sum() if weight.any() else np.full(len(y), 1.0 / len(y))
    return NoveltyReference(
        spaces=tuple(_fit_space(e, y) for e in embeddings),
        distance=np.maximum(distance[order], 1e-12),
        share=np.cumsum(own) - 0.5 * own,
    )


def class_distance(spaces: Sequence[tuple], embeddings: Sequence[np.ndarray]) -> np.ndarray:
    """Squared Mahalanobis distance from the nearest class [1]_, mean over the networks, shape (n,).

    References
    ----------
    .. [1] Lee, K. et al. (2018). "A simple unified framework for detecting out-of-distribution
       samples and adversarial attacks". NeurIPS.
    """
    total = np.zeros(len(embeddings[0]))
    for (whitening, middle, around), embedding in zip(spaces, embeddings, strict=True):
        size, n_rows = (around * around).sum(axis=1)[:, None], min(_ROWS, len(embedding))
        # As BLAS wants it, or it would be copied each time; and whole blocks are subtracted faster than a row.
        whitening, around = np.asfortranarray(whitening), 2 * around.T
        middle = np.repeat(middle[None], n_rows, axis=0)
        room = np.empty((len(size), n_rows), np.float32)
        for start in range(0, len(embedding), _ROWS):
            rows = slice(start, start + _ROWS)
            # From the middle of the classes, so that the squares stay small beside their differences.
            part = np.subtract(embedding[rows], middle[: len(embedding) - start], dtype=np.float32)
            # The whitening is a triangle: this product does half the work of `part @ whitening`.
            white = strmm(1.0, whitening, part.T, trans_a=1, overwrite_b=1).T
            away = np.subtract(size, (white @ around).T, out=room[:, : len(white)])
            square = np.einsum("ij,ij->i", white, white)
            total[rows] += np.maximum(away.min(axis=0) + square, 0.0)
    return total / len(spaces)


def share_below(reference: NoveltyReference, distance: np.ndarray) -> np.ndarray:
    """Share of the training stars that are less unusual, rising steadily from 0 to 1.

    Beyond the farthest remembered star the share left is thought to fall with the distance, so
    that the most unusual stars can still be put in order.
    """
    r, share = reference.distance, reference.share
    inside = np.interp(np.log(np.maximum(distance, 1e-12)), np.log(r), share)
    beyond = 1.0 - (1.0 - share[-1]) * (r[-1] / np.maximum(distance, r[-1])) ** 2
    before = share[0] * np.minimum(distance / r[0], 1.0)
    return np.where(distance > r[-1], beyond, np.where(distance < r[0], before, inside))


def _fit_space(embedding, y):
    """Whitening by the scatter within the classes (shrunk: there are few stars), and centres."""
    classes, index = np.unique(y, return_inverse=True)
    embedding = embedding.astype(np.float64)
    centres = np.stack([embedding[index == k].mean(axis=0) for k in range(len(classes))])
    scatter = shrunk_scatter(embedding - centres[index])
    # Any square root of the inverse gives the same distances; this one is quick, and a triangle.
    whitening = dtrtri(np.linalg.cholesky(scatter), lower=1)[0].T
    middle = centres.mean(axis=0)
    around = (centres - middle) @ whitening
    return whitening.astype(np.float32), middle.astype(np.float32), around.astype(np.float32)


def shrunk_scatter(X: np.ndarray) -> np.ndarray:
    """Covariance of centred rows, shrunk towards a round one as far as their number asks for [1]_.

    scikit-learn's `ledoit_wolf`, the import of which takes longer than all of this package. Positive definite;
    where no row differs from its centre, the unit matrix.

    References
    ----------
    .. [1] Ledoit, O., Wolf, M. (2004). "A well-conditioned estimator for large-dimensional
       covariance matrices". Journal of Multivariate Analysis 88, 365.
    """
    n, width = X.shape
    scatter = X.T @ X / n
    mean = np.trace(scatter) / width
    if not mean > 0:
        return np.eye(width)
    # How far the scatter is from a round one, and how much of that its noise explains.
    distance = (scatter**2).sum() - width * mean**2
    noise = (((X**2).sum(axis=1) ** 2).sum() / n - (scatter**2).sum()) / n
    shrinkage = np.clip(noise / distance, 1e-6, 1.0) if distance > 0 else 1.0
    return (1.0 - shrinkage) * scatter + shrinkage * mean * np.eye(width)


def _dealt_by_class(y):
    """Folds, each class dealt out star by star."""
    fold = np.empty(len(y), dtype=np.int64)
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        fold[members] = np.arange(members.size) % _FOLDS
    return fold


# Beyond this novelty (as -log10 of the share of training stars that are more unusual) probabilities
# are too sure, the more so the farther. Chosen on zero-shot predictions for four surveys, of which one
# (Kepler) is that far from what the shipped models have learned.
_FAR = 2.0
_SOFTER = 0.8


def soften_far(proba: np.ndarray, novelty: np.ndarray) -> np.ndarray:
    """Probabilities that say less the farther a star is from all training stars.

    The order of the classes stays, and a class without any probability stays without. Up to a novelty of 0.99,
    or where it is NaN, the row stays.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.probabilities import soften_far
    >>> soften_far(np.tile([0.9, 0.1, 0.0], (3, 1)), np.array([0.5, 0.999, 0.99999])).round(2)
    array([[0.9 , 0.1 , 0.  ],
           [0.77, 0.23, 0.  ],
           [0.66, 0.34, 0.  ]])
    """
    beyond = -np.log10(np.maximum(1.0 - novelty, 1e-12)) - _FAR
    rows = np.flatnonzero(beyond > 1e-9)
    logs = np.where(proba[rows] > 0, log_proba(proba[rows]), -np.inf)
    out = proba.copy()
    out[rows] = softmax(logs / (1.0 + _SOFTER * beyond[rows, None]), axis=1)
    return out


def abstain(
    proba: np.ndarray,
    novelty: np.ndarray,
    classes: np.ndarray,
    *,
    min_probability: float,
    max_novelty: float,
    unknown: Any,
    thresholds: np.ndarray | None = None,
) -> np.ndarray:
    """The most probable class of each star, or `unknown`.

    Its probability must reach `min_probability`, and what `thresholds`, shape (n_classes,), has for its class; its
    novelty, NaN for a star without any feature, which is always refused, must not exceed `max_novelty`. ValueError
    if `unknown` is one of the classes, or a limit is not between 0 and 1. The dtype is the classes', wide enough
    for `unknown`; object where one is a name and the other a number.
    """
    for name, value in {"min_probability": min_probability, "max_novelty": max_novelty}.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be between 0 and 1, got {value!r}.")
    if unknown in classes.tolist():
        raise ValueError(f"unknown={unknown!r} is one of the classes: choose another name.")
    predicted = proba.argmax(axis=1)
    accepted = (proba.max(axis=1) >= min_probability) & (novelty <= max_novelty)
    if thresholds is not None:
        accepted &= proba.max(axis=1) >= thresholds[predicted]
    y: np.ndarray = classes[predicted]
    refused = np.asarray(unknown)
    kinds = {y.dtype.kind, refused.dtype.kind}
    if kinds <= {"U"} or kinds <= set("iuf"):
        return np.where(accepted, y, refused)
    y = y.astype(object)
    y[~accepted] = unknown
    return y
