"""BandVotingClassifier: a classifier of single-band light curves, asked band by band."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from .._estimators import FromProba, fit_context
from .._validation import check_labels, check_weights
from ..light_curves import as_light_curves, clean, concatenate
from ._expert import fit_weighted

# As many as LightCurveFeatures asks for by default.
_MIN_OBSERVATIONS = 10


class BandVotingClassifier(FromProba, MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Average what a classifier of single-band light curves says of each band.

    The light curves of a star in its bands are so many light curves: `fit` learns from all of them,
    with the star's label, and `predict_proba` averages the probabilities. A classifier that is
    fitted already, such as one from a survey in a single band, is used as it is if it comes in a
    `FrozenEstimator`.

    Parameters
    ----------
    estimator : classifier of light curves
        With `predict_proba`, such as the pipeline of `make_transfer_pipeline`.
    bands : list of str, default=None
        The bands that vote; None: all that occur.
    weights : {"points", "equal"}, default="points"
        A band's weight: the square root of its number of usable points, since the noise of what a
        light curve tells goes down like that, or the same for all.
    min_observations : int, default=10
        Fewest usable points of a band that votes.

    Attributes
    ----------
    estimator_ : classifier
        The fitted estimator.
    classes_ : ndarray of shape (n_classes,)
        Class labels.

    See Also
    --------
    sklearn_vartl.LightCurveFeatures : Its `bands` gives one model features of all bands.

    Notes
    -----
    A star without a usable band goes to the estimator without points, whose own rule decides: an
    error that names the star, or with ``LightCurveFeatures(on_error="nan")`` the class priors.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sklearn_vartl import LightCurveFeatures, LightCurves
    >>> from sklearn_vartl.ensemble import BandVotingClassifier
    >>> rng = np.random.default_rng(0)
    >>> amplitude = np.repeat([0.1, 0.5, 0.1, 0.5], 60)
    >>> X = LightCurves(
    ...     rng.uniform(0, 50, 240), rng.normal(15, amplitude), offsets=[0, 60, 120, 180, 240],
    ...     band=np.tile(["g", "r"], 120), labels=["quiet", "loud", "quiet", "loud"],
    ... )
    >>> model = BandVotingClassifier(
    ...     make_pipeline(LightCurveFeatures(["weighted_std"]), DecisionTreeClassifier())
    ... )
    >>> model.fit(X, X.labels).predict(X).tolist()
    ['quiet', 'loud', 'quiet', 'loud']
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "bands": [None, list, tuple],
        "weights": [StrOptions({"points", "equal"})],
        "min_observations": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        bands: Sequence[str] | None = None,
        weights: Literal["points", "equal"] = "points",
        min_observations: int = _MIN_OBSERVATIONS,
    ) -> None:
        self.estimator = estimator
        self.bands = bands
        self.weights = weights
        self.min_observations = min_observations

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the estimator on the light curves of all bands.

        Parameters
        ----------
        X : LightCurves
            With a band for each point.
        y : array-like of shape (n_stars,)
            Class labels.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, given to the light curves of all their bands.

        Raises
        ------
        ValueError
            If a label is missing, the points carry no band, or a star has no usable one.
        TypeError
            If there are weights, and the estimator takes none.
        """
        X = as_light_curves(X)
        y = check_labels(y, len(X))
        weight = None if sample_weight is None else check_weights(sample_weight, X)
        votes = self._votes(X)
        stars = np.concatenate([usable for _, usable, _ in votes])
        lonely = np.setdiff1d(np.arange(len(X)), stars)
        if lonely.size:
            star = int(lonely[0])
            raise ValueError(
                f"Star {X.ids[star]!r} (position {star}) has fewer than {self.min_observations} "
                "usable points in every band; leave it out of fitting"
            )
        curves = concatenate([part for part, usable, _ in votes if len(usable)])
        own = None if weight is None else weight[stars]
        self.estimator_ = fit_weighted(clone(self.estimator), curves, y[stars], own)
        return self

    @property
    def classes_(self) -> np.ndarray:
        """Class labels, as the estimator has them."""
        return np.asarray(self.estimator_.classes_)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Weighted mean of the probabilities that the estimator gives for each band.

        Parameters
        ----------
        X : LightCurves

        Returns
        -------
        ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        X = as_light_curves(X)
        total = np.zeros((len(X), len(self.classes_)))
        weight = np.zeros(len(X))
        for part, stars, own in self._votes(X):
            if len(stars):
                total[stars] += own[:, None] * self.estimator_.predict_proba(part)
                weight[stars] += own
        silent = np.flatnonzero(weight == 0)
        if silent.size:
            nothing = X[silent].select_points(np.zeros(X.n_points[silent].sum(), dtype=bool))
            total[silent] = self.estimator_.predict_proba(nothing.replace(band=None))
            weight[silent] = 1.0
        return total / weight[:, None]

    def _votes(self, X):
        """For each band its light curves, the positions of their stars and their weights."""
        if X.bands is None:
            raise ValueError(
                "These light curves carry no bands: name their column when reading, as in "
                'columns={"band": ...}, or use the estimator itself'
            )
        votes = []
        for band in X.bands if self.bands is None else self.bands:
            curve = X.in_band(band).replace(band=None)
            cleaned, problems = clean(curve, self.min_observations)
            stars = np.setdiff1d(np.arange(len(X)), list(problems)).astype(np.int64)
            n_points = cleaned.n_points[stars]
            weight = np.sqrt(n_points) if self.weights == "points" else np.ones(len(stars))
            votes.append((curve[stars], stars, weight))
        return votes

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags
