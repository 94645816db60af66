"""Several sets of light curves as one."""

import numpy as np

from ._container import LightCurves
from ._ragged import offsets_of
from ._validation import POINT_COLUMNS, owned


def concatenate(sets):
    """Join several sets of light curves into one, stars in the order given.

    Labels, errors and flags that one set lacks are missing for its stars; so are columns of the
    per-star table. Time stamps are brought to the first known time zero.

    Parameters
    ----------
    sets : sequence of LightCurves
        At least one, all of magnitudes or all of fluxes.

    Returns
    -------
    LightCurves
        Its `survey` is an array where the surveys differ; the time scale is None where they do.

    Raises
    ------
    ValueError
        If there is none, or magnitudes and fluxes are mixed.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves, concatenate
    >>> crts = LightCurves([0.0, 1.0], [15.1, 15.3], ids=["a"], labels=["EC"], survey="CRTS")
    >>> asas = LightCurves([0.0, 2.0], [9.1, 9.3], ids=["b"], survey="ASAS")
    >>> both = concatenate([crts, asas])
    >>> both.survey.tolist(), both.labels.tolist()
    (['CRTS', 'ASAS'], ['EC', None])
    """
    sets = list(sets)
    if not sets:
        raise ValueError("No light curves to join")
    if len(sets) == 1:
        return sets[0]
    if len({X.quantity for X in sets}) > 1:
        raise ValueError("Magnitudes and fluxes cannot be joined; use .to_magnitudes(...) first")
    parts = [X._arguments() for X in sets]
    zero = next((X.time_zero for X in sets if X.time_zero is not None), None)
    joined = {
        "time": np.concatenate([_at_zero(X, zero) for X in sets]),
        "mag": np.concatenate([part["mag"] for part in parts]),
        "offsets": offsets_of(np.concatenate([X.n_points for X in sets])),
        "ids": np.concatenate([X.ids.astype(object) for X in sets]),
    }
    n_points = [len(X.time) for X in sets]
    n_stars = [len(X) for X in sets]
    for name in ("magerr", *POINT_COLUMNS):
        filler = {"magerr": np.nan, "flag": False, "limit": False}.get(name)
        joined[name] = _joined([part[name] for part in parts], n_points, filler)
    joined["labels"] = _joined([X.labels for X in sets], n_stars, None)
    surveys = [np.full(len(X), X.survey, object) if _uniform(X) else X.survey for X in sets]
    joined["survey"] = _joined(surveys, n_stars, None)
    names = dict.fromkeys(name for X in sets for name in X.table or ())
    tables = [X.table or {} for X in sets]
    joined["table"] = {n: _column([t.get(n) for t in tables], n_stars) for n in names} or None
    scales = {X.time_scale for X in sets}
    whole = LightCurves(
        **{name: owned(v) if isinstance(v, np.ndarray) else v for name, v in joined.items()},
        quantity=sets[0].quantity,
        time_scale=scales.pop() if len(scales) == 1 else None,
        time_zero=zero,
        provenance=_provenance(sets),
    )
    whole._doubts = tuple(dict.fromkeys(doubt for X in sets for doubt in X._doubts))
    return whole


def _provenance(sets):
    """What was decided, once where it is the same for all."""
    lines = list(dict.fromkeys(X.provenance for X in sets if X.provenance is not None))
    more = f"\nand {len(lines) - 3} others" if len(lines) > 3 else ""
    return "\n".join(lines[:3]) + more if lines else None


def _at_zero(X, zero):
    if X.time_zero is None or X.time_zero == zero:
        return X.time
    return X.time + (X.time_zero - zero)


def _uniform(X):
    return isinstance(X.survey, str)


def _joined(arrays, lengths, filler):
    """One array; a part that is None is filled. None when all are."""
    if all(array is None for array in arrays):
        return None
    filled = [
        np.full(length, filler, dtype=object if filler is None else None)
        if array is None
        else array
        for array, length in zip(arrays, lengths, strict=True)
    ]
    kinds = {array.dtype.kind for array in filled}
    # Joining text with numbers would otherwise turn the numbers into text.
    return np.concatenate([a.astype(object) for a in filled] if "O" in kinds else filled)


def _column(arrays, lengths):
    """A column of the table: numbers that are missing are NaN, anything else None."""
    kinds = {array.dtype.kind for array in arrays if array is not None}
    missing = any(array is None for array in arrays)
    if missing and kinds <= set("fiu"):
        arrays = [None if array is None else array.astype(np.float64) for array in arrays]
        return _joined(arrays, lengths, np.nan)
    return _joined(arrays, lengths, None)
