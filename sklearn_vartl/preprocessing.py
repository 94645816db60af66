"""Preprocessing of features: the FeatureScaler (logarithms, angles, robust scales, missing values).

Imports the ground floor alone; `transfer`, `persistence` and users' pipelines use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from ._estimators import fit_context
from ._validation import check_table, column_position

__all__ = ["FeatureScaler"]

LINEAR, LOG10, ASINH = "linear", "log10", "asinh"

# Half-width of a normal distribution's central 50% and 68.27%, in standard deviations.
_RANGES = {"iqr": (25.0, 75.0, 1.3489795003921634), "16-84": (16.0, 84.0, 1.9889157664)}

# Positive values whose 99.5th percentile is more than this many times the 0.5th have no scale of
# their own: factors tell stars apart (periods, amplitudes), not differences.
_WIDE_RATIO = 10.0

# A range of the central 99% that is this many times the central 68% (a normal distribution: 2.6)
# has tails that would leave the bulk of the stars a sliver of the scale.
_LONG_TAILS = 4.0


def choose_transform(values):
    """Pick the transform, its kind and two numbers, that gives finite values of every size their share of the scale.

    Wide positive values become logarithms, other values with long tails inverse hyperbolic
    sines around their median, the rest stays as it is. Nothing but the training values of the feature plays a part.
    """
    if values.size < 3 or values.min() == values.max():
        return LINEAR, 0.0, 1.0
    positive = values[values > 0]
    # A few zeros are values below the resolution; many are a class of their own.
    if values.min() >= 0 and positive.size >= 0.99 * values.size:
        low, high = np.percentile(positive, [0.5, 99.5])
        if high / _WIDE_RATIO > low:
            return LOG10, 0.0, float(positive.min())
    low, below, median, above, high = np.percentile(values / 2, [0.5, 16, 50, 84, 99.5])
    if (high - low) / _LONG_TAILS > above - below > 0:
        return ASINH, 2 * float(median), float(above - below)
    return LINEAR, 0.0, 1.0


def apply_transform(values, kind, shift, width):
    """Transform the values of one column; NaN stays NaN."""
    if kind == LOG10:
        return np.log10(np.clip(values - shift, width, 1e308))
    if kind == ASINH:
        with np.errstate(over="ignore"):
            return np.arcsinh(np.clip((values - shift) / width, -1e300, 1e300))
    return values


def spread(values, method):
    """Scale of the values in units of a standard deviation.

    Falls back to the standard deviation where more than half the values are equal, and to 1 for
    a constant column, so that dividing by it is always defined.
    """
    if method == "std":
        scale = _standard_deviation(values)
    else:
        low, high, sigmas = _RANGES[method]
        p_low, p_high = np.percentile(values, [low, high])
        with np.errstate(over="ignore"):
            scale = (p_high / 2 - p_low / 2) / (sigmas / 2)
        if not scale > 0:
            scale = _standard_deviation(values)
    return float(scale) if 0 < scale < np.inf else 1.0


def _standard_deviation(values):
    """Standard deviation that does not overflow for values near the largest float."""
    largest = np.abs(values).max()
    return largest * np.std(values / largest) if largest > 0 else 0.0


def resolve_periods(circular, n_features, feature_names):
    """Turn the parameter `circular` into a dict of column position -> period."""
    if circular is None:
        return {}
    angles = (
        circular.items() if isinstance(circular, dict) else ((c, 2.0 * np.pi) for c in circular)
    )
    periods = {}
    for column, period in angles:
        position = column_position(column, "circular", n_features, feature_names)
        if position in periods:
            raise ValueError(f"circular names column {position} twice (as {column!r}).")
        number = isinstance(period, Real) and not isinstance(period, bool)
        if not number or not 0 < period < np.inf:
            raise ValueError(
                f"circular: the period of {column!r} must be positive and finite, got {period!r}."
            )
        periods[position] = float(period)
    return periods


class FeatureScaler(TransformerMixin, BaseEstimator):
    """Scale light-curve features for a network, robustly and without ever leaving the finite.

    Positive, wide distributions become logarithms, signed ones with long tails inverse hyperbolic
    sines, angles a sine and a cosine; then each column is centred, divided by its spread and
    clipped. Missing values are imputed and marked by an indicator column. What happens to a column
    is decided by its training values, never by its name, so that an array and a DataFrame give
    the same result.

    Parameters
    ----------
    log : {"auto"} or None, default="auto"
        ``"auto"`` takes log10 of columns that are positive and spread over more than a decade,
        arcsinh of others that have long tails. None leaves the values as they are.
    clip : float or None, default=6.0
        Scaled values are limited to ``[-clip, clip]``. None switches it off.
    circular : None, sequence of str or int, or dict, default=None
        Columns that hold angles, by name or position. A dict gives the period of each angle; in
        a sequence all have period 2 pi. An angle becomes two columns, its sine and cosine, which
        are neither centred nor scaled. The phases of the feature set "upsilon" are defined modulo
        pi only: ``circular={"phi21": np.pi, "phi31": np.pi}``.
    center : {"median", "mean"} or None, default="median"
        What is subtracted from the transformed values.
    scale : {"iqr", "16-84", "std"} or None, default="16-84"
        What the values are divided by: the interquartile range or the range from the 16th to the
        84th percentile, both in units of a normal distribution's standard deviation, or the
        standard deviation.
    impute : {"median", "mean"} or None, default="median"
        Replacement of missing values (of an angle: zero for sine and cosine). None keeps NaN.
    add_indicator : bool, default=True
        Append one column per feature that is 1 where the feature is missing. The columns are
        always there, whether or not the training data miss anything: the width of the output
        depends on the number of features only.

    Attributes
    ----------
    kinds_ : ndarray of shape (n_features,)
        ``"linear"``, ``"log10"``, ``"asinh"`` or ``"circular"`` for each column.
    shift_, width_ : ndarray of shape (n_features,)
        The numbers of each transform; `width_` is the period of an angle.
    center_, scale_, fill_ : ndarray of shape (n_features,)
        What is subtracted, what it is divided by, and the scaled value that replaces NaN.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where `X` had names that are all strings.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl import FeatureScaler
    >>> X = np.array([[0.5, 0.1], [5.0, 3.2], [50.0, np.nan], [500.0, 6.2]])
    >>> scaler = FeatureScaler(circular=[1]).fit(X)
    >>> scaler.get_feature_names_out()
    array(['x0', 'x1_sin', 'x1_cos', 'missing_x0', 'missing_x1'], dtype=object)
    >>> scaler.kinds_
    array(['log10', 'circular'], dtype='<U8')
    >>> bool(np.isfinite(scaler.transform([[-1e300, 1e300]])).all())
    True
    """

    _parameter_constraints: dict = {
        "log": [StrOptions({"auto"}), None],
        "clip": [Interval(Real, 0, None, closed="neither"), None],
        "circular": [None, "array-like", dict],
        "center": [StrOptions({"median", "mean"}), None],
        "scale": [StrOptions({"iqr", "16-84", "std"}), None],
        "impute": [StrOptions({"median", "mean"}), None],
        "add_indicator": ["boolean"],
    }

    def __init__(
        self,
        log: Literal["auto"] | None = "auto",
        *,
        clip: float | None = 6.0,
        circular: Sequence[str | int] | Mapping[Any, float] | None = None,
        center: Literal["median", "mean"] | None = "median",
        scale: Literal["iqr", "16-84", "std"] | None = "16-84",
        impute: Literal["median", "mean"] | None = "median",
        add_indicator: bool = True,
    ) -> None:
        self.log = log
        self.clip = clip
        self.circular = circular
        self.center = center
        self.scale = scale
        self.impute = impute
        self.add_indicator = add_indicator

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Learn the transform of every column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; NaN marks a missing value.
        y : None
            Ignored.

        Raises
        ------
        ValueError
            If `circular` names a column that is not there, or `X` holds infinities.
        """
        table: NDArray[np.float64] = check_table(self, X, allow_nan=True, reset=True)
        n_features = table.shape[1]
        periods = resolve_periods(
            self.circular, n_features, getattr(self, "feature_names_in_", None)
        )
        self.kinds_ = np.full(n_features, LINEAR, dtype="<U8")
        self.shift_, self.width_ = np.zeros(n_features), np.ones(n_features)
        self.center_, self.scale_ = np.zeros(n_features), np.ones(n_features)
        self.fill_ = np.zeros(n_features)
        for j in range(n_features):
            if j in periods:
                self.kinds_[j], self.width_[j] = "circular", periods[j]
            else:
                self._fit_column(j, table[~np.isnan(table[:, j]), j])
        return self

    def _fit_column(self, j, values):
        if values.size == 0:
            return
        if self.log == "auto":
            self.kinds_[j], self.shift_[j], self.width_[j] = choose_transform(values)
        values = apply_transform(values, self.kinds_[j], self.shift_[j], self.width_[j])
        averages = {"median": np.median, "mean": np.mean}
        if self.center is not None:
            self.center_[j] = averages[self.center](values)
        if self.scale is not None:
            self.scale_[j] = spread(values, self.scale)
        if self.impute is not None:
            fill = (averages[self.impute](values) - self.center_[j]) / self.scale_[j]
            self.fill_[j] = fill if self.clip is None else np.clip(fill, -self.clip, self.clip)

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Scale the features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; NaN marks a missing value.

        Returns
        -------
        X_scaled : ndarray of shape (n_samples, n_features_out)
            Float64; `get_feature_names_out` names the columns.
        """
        check_is_fitted(self)
        table: NDArray[np.float64] = check_table(self, X, allow_nan=True, reset=False)
        missing = np.isnan(table)
        scaled = self._scaled(table)
        fill = np.nan if self.impute is None else self.fill_
        columns = [np.where(missing, fill, scaled)]
        circular = np.flatnonzero(self.kinds_ == "circular")
        if circular.size:
            width = self.width_[circular]
            angle = 2.0 * np.pi / width * np.remainder(table[:, circular], width)
            fill = np.nan if self.impute is None else self.fill_[circular]
            absent = missing[:, circular]
            columns[0][:, circular] = np.where(absent, fill, np.sin(angle))
            # The cosine of an angle stands after its sine.
            cosine = np.where(absent, fill, np.cos(angle))
            columns[0] = np.insert(columns[0], circular + 1, cosine, axis=1)
        if self.add_indicator:
            columns.append(missing.astype(np.float64))
        return np.hstack(columns)

    def _scaled(self, X):
        """All columns transformed, centred, scaled and clipped; angles come later."""
        values = np.where(self.kinds_ == "circular", 0.0, X)
        for kind in (LOG10, ASINH):
            some = np.flatnonzero(self.kinds_ == kind)
            if some.size:
                values[:, some] = apply_transform(
                    values[:, some], kind, self.shift_[some], self.width_[some]
                )
        with np.errstate(over="ignore"):
            scaled = (values - self.center_) / self.scale_
        limit = np.finfo(np.float64).max if self.clip is None else self.clip
        return np.clip(scaled, -limit, limit)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Names of the output columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the input features; None takes `feature_names_in_` or ``x0, x1, ...``.

        Returns
        -------
        names : ndarray of str objects
            ``name`` or ``name_sin``, ``name_cos`` for each feature, then ``missing_name``.
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        out = []
        for name, kind in zip(names, self.kinds_, strict=True):
            out.extend([f"{name}_sin", f"{name}_cos"] if kind == "circular" else [name])
        if self.add_indicator:
            out.extend(f"missing_{name}" for name in names)
        return np.asarray(out, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags
