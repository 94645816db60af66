"""FeatureScaler: logarithms, angles, robust scales and missing values in one step."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from ._circular import resolve_periods
from ._columns import ASINH, LINEAR, LOG10, apply_transform, choose_transform, spread
from ._state import scaler_from_state, scaler_to_state
from ._table import check_table


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
        log="auto",
        *,
        clip=6.0,
        circular=None,
        center="median",
        scale="16-84",
        impute="median",
        add_indicator=True,
    ):
        self.log = log
        self.clip = clip
        self.circular = circular
        self.center = center
        self.scale = scale
        self.impute = impute
        self.add_indicator = add_indicator

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn the transform of every column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; NaN marks a missing value.

        y : None
            Ignored.

        Returns
        -------
        self : FeatureScaler

        Raises
        ------
        ValueError
            If `circular` names a column that is not there, or `X` holds infinities.
        """
        X = check_table(self, X, allow_nan=True, reset=True)
        n_features = X.shape[1]
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
                self._fit_column(j, X[~np.isnan(X[:, j]), j])
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

    def transform(self, X):
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
        X = check_table(self, X, allow_nan=True, reset=False)
        missing = np.isnan(X)
        scaled = self._scaled(X)
        fill = np.nan if self.impute is None else self.fill_
        columns = [np.where(missing, fill, scaled)]
        circular = np.flatnonzero(self.kinds_ == "circular")
        if circular.size:
            width = self.width_[circular]
            angle = 2.0 * np.pi / width * np.remainder(X[:, circular], width)
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

    def get_feature_names_out(self, input_features=None):
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

    def _to_state(self):
        """Return the fitted scaler as (JSON-able dict, dict of arrays)."""
        check_is_fitted(self)
        return scaler_to_state(self)

    @classmethod
    def _from_state(cls, state, arrays):
        """Rebuild a fitted scaler from what `_to_state` returned."""
        return scaler_from_state(cls, state, arrays)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags
