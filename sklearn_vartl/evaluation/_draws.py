"""Which stars of a split are test stars, and which are the labels."""

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, check_cv

from .._splits import stratified_fraction

_TRIES = 100


def make_splits(cv, X, y, groups):
    """Splits whose training stars have no double among the test stars.

    Parameters
    ----------
    cv : int, splitter or iterable
        With `groups`, a number is that of `StratifiedGroupKFold`.
    X : features or light curves of shape (n_stars, ...)
    y : ndarray of shape (n_stars,)
    groups : array-like of shape (n_stars,) or None

    Returns
    -------
    splits : list of (ndarray, ndarray)
        Positions of training and test stars. Training stars that share a group with a test star, or
        all features, are left out.

    Raises
    ------
    ValueError
        If a split keeps no training star.
    """
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != y.shape:
            raise ValueError(f"groups has the shape {groups.shape}, there are {len(y)} stars.")
        if cv is None or isinstance(cv, int | np.integer):
            cv = StratifiedGroupKFold(5 if cv is None else cv)
    kinds = [kind for kind in (groups, _identical_rows(X)) if kind is not None]
    splits = []
    for number, (train, test) in enumerate(check_cv(cv, y, classifier=True).split(X, y, groups)):
        train, test = (_positions(part, len(y)) for part in (train, test))
        for kind in kinds:
            train = train[~np.isin(kind[train], kind[test])]
        if not train.size or not test.size:
            raise ValueError(
                f"Split {number} has {train.size} training and {test.size} test stars, where stars "
                "that have a double in the test set (same group, same features) do not train."
            )
        splits.append((train, test))
    return splits


def resolve_draw(draw, n_stars):
    """Function (train, y, fraction, rng) that returns the positions of the labels.

    Parameters
    ----------
    draw : "stratified", "random", array-like or callable
        As in `transfer_curve`.
    n_stars : int

    Raises
    ------
    ValueError
        If it is none of these, or the array does not fit the stars.
    """
    if callable(draw):
        return lambda train, y, fraction, rng: draw(train, fraction, rng)
    if isinstance(draw, str):
        if draw not in _DRAWS:
            raise ValueError(
                f'draw must be "stratified", "random", an array of stars or a function, '
                f"got {draw!r}."
            )
        return _DRAWS[draw]
    allowed = np.asarray(draw)
    if allowed.ndim != 1 or allowed.dtype.kind not in "biu":
        raise ValueError(
            "draw as an array must hold positions or a boolean mask of the stars that may be "
            f"labelled, got {allowed.dtype} of shape {allowed.shape}."
        )
    allowed = _positions(allowed, n_stars)

    def among_allowed(train, y, fraction, rng):
        return _some(np.intersect1d(train, allowed), y, _size(fraction, len(train)), rng)

    return among_allowed


def draw_labels(draw, train, y, fraction, seed):
    """Positions of the labelled stars, sorted, checked to be training stars.

    Raises
    ------
    ValueError
        If a star is none of the training stars, or all are of one class.
    """
    # The same seed for each fraction: what differs between fractions is their size.
    labelled = np.asarray(draw(train, y, fraction, np.random.default_rng(seed)))
    if labelled.ndim != 1 or (labelled.size and labelled.dtype.kind not in "iu"):
        raise ValueError(
            "The function given as draw must return positions of stars, got "
            f"{labelled.dtype} of shape {labelled.shape}."
        )
    labelled = np.unique(labelled).astype(np.int64)
    outside = np.setdiff1d(labelled, train)
    if outside.size:
        raise ValueError(
            f"The function given as draw returned {outside.size} stars that are no training stars "
            f"(first: {outside[0]}); it must choose among those it is given."
        )
    if len(np.unique(y[labelled])) < 2:
        raise ValueError(
            f"The draw of {fraction:g} of {len(train)} training stars holds {len(labelled)} stars "
            'of fewer than two classes: take a larger fraction, or draw="stratified".'
        )
    return labelled


def _stratified(train, y, fraction, rng):
    return train[stratified_fraction(y[train], fraction, rng)]


def _random(train, y, fraction, rng):
    return _some(train, y, _size(fraction, len(train)), rng)


_DRAWS = {"stratified": _stratified, "random": _random}


def _some(stars, y, size, rng):
    # With stars of one class alone there is nothing to learn: such draws are repeated.
    for _ in range(_TRIES):
        chosen = rng.choice(stars, size=min(size, len(stars)), replace=False)
        if len(np.unique(y[chosen])) > 1:
            break
    return chosen


def _size(fraction, n_train):
    return max(2, round(fraction * n_train))


def _positions(stars, n_stars):
    stars = np.asarray(stars)
    if stars.dtype.kind == "b":
        if len(stars) != n_stars:
            raise ValueError(f"A mask of {len(stars)} entries does not fit {n_stars} stars.")
        return np.flatnonzero(stars)
    outside = (stars < 0) | (stars >= n_stars)
    if outside.any():
        raise ValueError(f"Star {stars[outside][0]} is out of range for {n_stars} stars.")
    return stars.astype(np.int64)


def _identical_rows(X):
    """Number of the first row with the same features; None for what is no table of numbers."""
    try:
        table = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if table.ndim != 2:
        return None
    missing = np.isnan(table)
    # As bytes, so that missing features are equal too; adding 0.0 makes one zero of -0 and +0.
    rows = np.ascontiguousarray(np.where(missing, np.nan, table) + 0.0)
    rows = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
    # Stars without any feature are alike, but no doubles.
    return np.where(missing.all(axis=1), np.arange(len(table)), first[inverse.ravel()])
