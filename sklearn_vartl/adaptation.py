"""Adaptation of a source to a survey of which no label is known: the DomainAdapter.

Imports `transfer` and the ground floor; nothing in the package needs it.
"""

import math
from copy import deepcopy
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from ._estimators import FromProba, fit_context
from .transfer import parted, unwrap

__all__ = ["DomainAdapter"]

# Directions of the embedding in which neighbours are looked for: the others hold noise, and cost time.
_DIRECTIONS = 32
# Neighbours unless told: twice the root of the number of stars, within these.
_MOST = 60
# A star is as far from itself as rounding lets it be.
_ITSELF = 1e-6


class DomainAdapter(FromProba, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Adapt a fitted source to a target survey of which no label is known.

    A survey that the source has not learned from lies elsewhere in its embedding, and stars of one class
    get different answers where the class lies across a border that another survey has drawn. But stars of a
    class still lie together: each star's probabilities become a mean of its own and of those of
    its neighbours among the target's stars. No star of the source is needed.

    Parameters
    ----------
    source : fitted TransferMLPClassifier, TransferEnsembleClassifier or other with `embed`, or pipeline
        `fit` copies it: what becomes of it later makes no difference. In ``FrozenEstimator``
        wherever `clone` is called.
    n_neighbors : int or "auto", default="auto"
        Neighbours of each star that may have a say. "auto": twice the square root of the number of
        target stars, from 6 to 60.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The source's classes.
    source_ : fitted estimator
        The copy of the source.
    n_neighbors_ : int
        Neighbours that take part.
    n_stars_ : int
        Target stars among which they are looked for: those of `fit` that have a feature.

    See Also
    --------
    sklearn_vartl.resampling.CadenceResampler : A source as the target would have measured it.

    Notes
    -----
    Distances ``d`` are those between directions of the embedding (rows of length one), reduced to
    their 32 largest principal components. With ``p`` the source's probabilities, ``N(x)`` the ``k``
    nearest stars of a star ``x``, and ``s`` the distance of a star from the ``k/4``-th nearest, its local scale [3]_::

        w(x, z) = exp(-d(x, z)**2 / (s(x) * s(z)))
        p'(x) = (p(x) + sum(w(x, z) * p(z) for z in N(x))) / (1 + sum(w(x, z) for z in N(x)))

    A star that lies alone beside a dense class has neighbours of a small scale, and goes by its own answer. Means
    are less confident than what they are made of: the probabilities are rather too low than too high.

    Over seven surveys, each left out of the source, more answers are right on five, and hardly fewer on
    the two smallest; docs/adaptation.md has the figures, and those of methods that align
    embeddings (means and covariances, an auto-encoder), which lose on all of them.

    References
    ----------
    .. [1] Ahn, E. et al. (2019). "Unsupervised feature learning with domain adaptation". IEEE ISBI.
    .. [2] Boudiaf, M. et al. (2022). "Parameter-free online test-time adaptation". CVPR.
    .. [3] Zelnik-Manor, L., Perona, P. (2004). "Self-tuning spectral clustering". NIPS.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.adaptation import DomainAdapter
    >>> X, y = make_blobs(n_samples=900, centers=3, n_features=4, random_state=0)
    >>> source = TransferMLPClassifier((16,), n_estimators=1, random_state=0).fit(X[:300], y[:300])
    >>> X_target = 1.5 * X[300:] + 3.0           # another instrument
    >>> adapter = DomainAdapter(source).fit(X_target)
    >>> adapter.score(X_target, y[300:]) > source.score(X_target, y[300:])
    True
    """

    _parameter_constraints: dict = {
        "source": [HasMethods(["embed", "predict_proba"])],
        "n_neighbors": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    }

    def __init__(self, source: Any, *, n_neighbors: int | Literal["auto"] = "auto"):
        self.source = source
        self.n_neighbors = n_neighbors

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Get to know the stars of the target.

        Parameters
        ----------
        X : array-like or LightCurves of n stars
            Target stars, as the source takes them; the more of the survey, the better.
        y : ignored
            Labels of the target are not used.

        Raises
        ------
        ValueError
            If fewer than ten stars have a feature, or not more than `n_neighbors`.
        """
        source = deepcopy(unwrap(self.source))
        proba, E = _answers(source, X)
        seen = ~np.isnan(E).any(axis=1)
        n_stars = int(seen.sum())
        if n_stars < 10:
            raise ValueError(
                f"DomainAdapter needs at least ten stars of the target that have a feature, got {n_stars}."
            )
        usual = min(int(2 * math.sqrt(n_stars)), _MOST)
        n_neighbors = usual if self.n_neighbors == "auto" else int(self.n_neighbors)
        if n_neighbors >= n_stars:
            raise ValueError(
                f"n_neighbors={n_neighbors} of {n_stars} stars that have a feature: "
                "take fewer neighbours, or more stars."
            )
        n_directions = min(_DIRECTIONS, E.shape[1], n_stars)
        # The Normalizer makes copies of its own; exact components, that depend on no random number.
        directions = make_pipeline(Normalizer(), PCA(n_directions, svd_solver="covariance_eigh"))
        with np.errstate(invalid="ignore"):  # shares of no variance, where all lie in one place
            Z = directions.fit_transform(E[seen].astype(float))
        neighbours = NearestNeighbors(n_neighbors=n_neighbors + 1).fit(Z)
        scale = _local_scale(_nearest(neighbours, Z)[0])
        # Last of all: a fit that fails leaves what was there before.
        self.source_, self.classes_ = source, np.asarray(source.classes_)
        self.n_neighbors_, self.n_stars_ = n_neighbors, n_stars
        self._directions, self._neighbours, self._scale = directions, neighbours, scale
        self._proba = proba[seen]
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of target stars.

        Parameters
        ----------
        X : array-like or LightCurves of n stars
            Those of `fit`, or others of the survey.

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`. A star without any feature has the source's answer.
        """
        check_is_fitted(self)
        proba, E = _answers(self.source_, X)
        seen = ~np.isnan(E).any(axis=1)
        if seen.any():
            Z = self._directions.transform(E[seen].astype(float))
            near, rows = _nearest(self._neighbours, Z)
            weight = np.exp(-(near**2) / (_local_scale(near)[:, None] * self._scale[rows]))
            # Neighbour by neighbour: all of their probabilities at once would be large.
            total = proba[seen]
            for w, row in zip(weight.T, rows.T, strict=True):
                total += w[:, None] * self._proba[row]
            proba[seen] = total / (1.0 + weight.sum(axis=1, keepdims=True))
        return proba


def _nearest(
    neighbours: NearestNeighbors, Z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distances and rows of the nearest stars, nearest first; none is its own neighbour."""
    near, rows = neighbours.kneighbors(Z)
    itself = near[:, 0] < _ITSELF
    left_out = np.where(itself, 0, near.shape[1] - 1)
    others = np.arange(near.shape[1]) != left_out[:, None]
    return near[others].reshape(len(Z), -1), rows[others].reshape(len(Z), -1)


def _local_scale(near: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far apart stars are where each star lies; not zero, however many lie in one place."""
    return np.maximum(near[:, (near.shape[1] - 1) // 4], _ITSELF)


def _answers(source: Any, X: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """A source's probabilities of stars, and its embedding: features are made once for both."""
    features, classifier = parted(source)
    X = features(X)
    return np.array(classifier.predict_proba(X), dtype=np.float64), np.asarray(classifier.embed(X))
