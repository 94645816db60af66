"""Which columns are angles, and with what period."""

from numbers import Integral

import numpy as np


def resolve_periods(circular, n_features, feature_names=None):
    """Turn the parameter `circular` into a dict of column position -> period.

    Parameters
    ----------
    circular : None, sequence of str or int, or dict
        Columns that are angles; a dict gives their periods, otherwise 2 pi.
    n_features : int
    feature_names : ndarray of str or None
        Needed where columns are given by name.

    Returns
    -------
    periods : dict of int -> float

    Raises
    ------
    ValueError
        If a column is not there, is given twice, or its period is not a positive number.
    """
    if circular is None:
        return {}
    if not isinstance(circular, dict):
        circular = dict.fromkeys(circular, 2.0 * np.pi)
    periods = {}
    for column, period in circular.items():
        position = _position(column, n_features, feature_names)
        if position in periods:
            raise ValueError(f"circular names column {position} twice (as {column!r}).")
        if not np.isfinite(period) or period <= 0:
            raise ValueError(
                f"circular: the period of {column!r} must be positive, got {period!r}."
            )
        periods[position] = float(period)
    return periods


def _position(column, n_features, feature_names):
    if isinstance(column, Integral) and not isinstance(column, bool):
        if not -n_features <= column < n_features:
            raise ValueError(f"circular names column {column}, but X has {n_features} features.")
        return int(column) % n_features
    if feature_names is None:
        raise ValueError(
            f"circular names the column {column!r}, but X has no column names: pass a DataFrame "
            "or give the column's position (a Pipeline hands plain arrays from step to step)."
        )
    matches = np.flatnonzero(np.asarray(feature_names) == column)
    if matches.size == 0:
        raise ValueError(
            f"circular names the column {column!r}, which is not among the features "
            f"{list(feature_names)}."
        )
    return int(matches[0])
