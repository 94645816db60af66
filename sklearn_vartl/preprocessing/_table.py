"""The check of a table of features that a fitted estimator is given."""

import numpy as np
from sklearn.utils.validation import validate_data


def check_table(estimator, X, *, allow_nan, reset):
    """Return `X` as float64 of shape (n_stars, n_features), as scikit-learn's `validate_data` does.

    Parameters
    ----------
    estimator : estimator
        It has `n_features_in_` and perhaps `feature_names_in_`, unless `reset`.
    X : array-like of shape (n_stars, n_features)
        Features.
    allow_nan : bool
        Whether values may be missing.
    reset : bool
        Whether the number and names of the features are learned (True) or checked.

    Raises
    ------
    ValueError
        If `X` is no table, has another number of features, or holds infinities.
    """
    if not reset and _is_plain(estimator, X, allow_nan):
        # Most of the time of a single star would go into finding out that nothing is wrong.
        return X
    return validate_data(
        estimator,
        X,
        dtype=np.float64,
        ensure_all_finite="allow-nan" if allow_nan else True,
        reset=reset,
    )


def _is_plain(estimator, X, allow_nan):
    """Whether `X` is what the full check would return, without a word."""
    if type(X) is not np.ndarray or X.dtype != np.float64 or X.ndim != 2 or not len(X):
        return False
    if hasattr(estimator, "feature_names_in_"):
        return False
    if X.shape[1] != getattr(estimator, "n_features_in_", None):
        return False
    return not (np.isinf(X) if allow_nan else ~np.isfinite(X)).any()
