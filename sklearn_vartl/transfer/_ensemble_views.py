"""Groups of features, each with its own networks."""

import numpy as np

from ..preprocessing import FeatureScaler


def resolve_views(views, n_features, names):
    """Positions of the features of each group.

    Parameters
    ----------
    views : sequence of sequences of str or int, or None
        None: one group of all features.
    n_features : int
    names : ndarray of str or None
        Names of the features.

    Returns
    -------
    groups : list of ndarray of int
        Sorted, each feature once.

    Raises
    ------
    ValueError
        If a group is empty or holds a feature that does not exist.
    """
    if views is None:
        return [np.arange(n_features)]
    groups = []
    for view in views:
        columns = [_position(column, n_features, names) for column in view]
        if not columns:
            raise ValueError(f"views holds a group without features: {views!r}.")
        groups.append(np.unique(columns))
    if not groups:
        raise ValueError("views holds no group: use None for one group of all features.")
    return groups


def scaled_columns(groups, scaler, n_features, n_inputs):
    """Positions of the groups among the scaled inputs.

    Parameters
    ----------
    groups : list of ndarray of int
        Positions among the features.
    scaler : fitted transformer or None
        Of others than FeatureScaler each feature must become one column.
    n_features, n_inputs : int
        Number of columns before and after the scaler.

    Returns
    -------
    views : tuple of ndarray of int

    Raises
    ------
    ValueError
        If it is not known which columns a feature has become.
    """
    if len(groups) == 1 and len(groups[0]) == n_features:
        return (np.arange(n_inputs),)
    origin = np.arange(n_features)
    if isinstance(scaler, FeatureScaler):
        # An angle becomes its sine and cosine; indicators of missing values follow.
        origin = np.repeat(origin, np.where(scaler.kinds_ == "circular", 2, 1))
        if scaler.add_indicator:
            origin = np.concatenate([origin, np.arange(n_features)])
    if len(origin) != n_inputs:
        raise ValueError(
            f"views needs a scaler that makes one column of each feature, or FeatureScaler; "
            f"{type(scaler).__name__} made {n_inputs} columns of {n_features} features."
        )
    return tuple(np.flatnonzero(np.isin(origin, group)) for group in groups)


def _position(column, n_features, names):
    if isinstance(column, str):
        found = [] if names is None else np.flatnonzero(np.asarray(names) == column)
        if len(found) != 1:
            known = "X has no names" if names is None else f"X has {list(names)}"
            raise ValueError(f"views names the feature {column!r}: {known}.")
        return int(found[0])
    if not 0 <= column < n_features:
        raise ValueError(f"views holds the feature {column!r}, X has {n_features}.")
    return int(column)
