"""astropy tables, structured arrays and dicts: one row a point, or one row a star with vectors."""

from collections.abc import Mapping

import numpy as np

from ..light_curves import offsets_of, plain_array
from ._arrow import from_arrow
from ._columns import resolve, survey_preset
from ._long import from_long
from ._stars import from_stars
from ._units import days, in_unit, time_frame, unit_text
from ._wide import wide_preset


def has_columns(X):
    """Whether X is a dict of columns, an astropy table or a structured array."""
    return (
        isinstance(X, Mapping)
        or hasattr(X, "colnames")
        or getattr(getattr(X, "dtype", None), "names", None) is not None
    )


def columns_of(X):
    """Columns by name."""
    if isinstance(X, Mapping):
        return dict(X)
    names = X.colnames if hasattr(X, "colnames") else X.dtype.names
    return {name: X[name] for name in names}


def vectors_of(table):
    """Names of the columns that hold an array in each row."""
    return [name for name, values in table.items() if _is_vector(values)]


def from_table(X, columns=None, about=None, star=None):
    """Light curves of a table.

    Parameters
    ----------
    X : mapping, astropy Table or structured array
        One row a point, or one row a star where columns hold arrays (of one length for all stars,
        padded with NaN, or of each star's own). A time series without identifiers is one star.
    columns : mapping, str or None
        See `LightCurves.from_any`.
    about : dict, default=None
        Time scale and zero, where known from elsewhere.
    star : str, default=None
        What the one star of a table without identifiers is called.
    """
    table = columns_of(X)
    vectors = vectors_of(table)
    if not vectors:
        # astropy's and lightkurve's time series are of one star, unless they name several.
        if hasattr(X, "colnames") and hasattr(X, "time") and not _has_ids(X, columns):
            return from_stars([X], columns)
        return from_long(table, columns, about, star)
    about = dict(about or {})
    for name in vectors:
        about |= time_frame(table[name])
    # Times, and fluxes in the unit of a preset, are converted where they are flattened.
    units = {name: unit_text(table[name]) for name in table if not _is_span(table[name])}
    return from_arrow(_arrow_table(table, vectors, columns), columns, None, about, units)


def _has_ids(X, columns):
    if wide_preset(X.colnames, columns) is not None:
        return False
    return "id" in resolve(X.colnames, X.colnames, columns, lambda name: X[name]).names


def _is_span(values):
    unit = getattr(values, "unit", None)
    return bool(getattr(unit, "is_equivalent", lambda _: False)("day"))


def _is_vector(values):
    if getattr(values, "ndim", 1) == 2:
        return True
    if getattr(getattr(values, "dtype", None), "kind", "O") != "O" or hasattr(values, "mjd"):
        return False
    first = next((value for value in values if value is not None), None)
    return isinstance(first, np.ndarray | list | tuple) and np.ndim(first) == 1


def _arrow_table(table, vectors, columns):
    """The table with its vectors as Arrow lists."""
    import pyarrow as pa

    named = isinstance(columns, str) and columns != "auto"
    unit = survey_preset(columns).flux_unit if named else None
    flat, lengths = {}, {}
    for name in vectors:
        flat[name], lengths[name] = _flattened(table[name], name, unit)
    padding = _padding(flat, lengths, vectors)
    arrays = {}
    for name in table:
        if name not in flat:
            arrays[name] = pa.array(plain_array(table[name]), from_pandas=True)
            continue
        values, length = flat[name], lengths[name]
        if padding is not None:
            values, length = values[~padding.ravel()], (~padding).sum(axis=1)
        whole = pa.array(values, from_pandas=values.dtype.kind != "f")
        arrays[name] = pa.LargeListArray.from_arrays(pa.array(offsets_of(length)), whole)
    return pa.table(arrays)


def _flattened(values, name, flux_unit):
    """A column of arrays as (values of all rows, number of values of each row)."""
    if getattr(values, "ndim", 1) == 2:
        lengths = np.full(values.shape[0], values.shape[1])
        rows = [_in_known_unit(values, name, flux_unit)]
        rows = [plain_array(rows[0]).reshape(-1)]
    else:
        rows = [np.empty(0) if row is None else plain_array(row) for row in values]
        deep = next((place for place, row in enumerate(rows) if row.ndim != 1), None)
        if deep is not None:
            raise ValueError(
                f"The star at position {deep} has an array of shape {rows[deep].shape} in column "
                f"{name}; its points are one array"
            )
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        rows = [row for row in rows if len(row)]
    flat = np.concatenate(rows) if rows else np.empty(0)
    if getattr(values, "ndim", 1) == 1:
        flat = _in_known_unit(_WithUnit(flat, getattr(values, "unit", None)), name, flux_unit)
        flat = getattr(flat, "value", flat)
    return flat, lengths


class _WithUnit:
    """Flat values and the unit of the column they come from."""

    def __init__(self, value, unit):
        self.value = value
        self.unit = unit


def _in_known_unit(values, name, flux_unit):
    """Times in days and fluxes in the survey's unit; anything else as it is."""
    if hasattr(values, "mjd"):
        return days(values)
    unit = getattr(values, "unit", None)
    for wanted in ("day", flux_unit):
        if wanted is not None and getattr(unit, "is_equivalent", lambda _: False)(wanted):
            return in_unit(values, wanted, name)
    return values


def _padding(flat, lengths, vectors):
    """Mask, shape (n_stars, width), of the ends of rows where every number is missing, or None."""
    widths = {tuple(lengths[name]) for name in vectors}
    numbers = [flat[name] for name in vectors if flat[name].dtype.kind == "f"]
    if len(widths) > 1 or not numbers:
        return None
    length = lengths[vectors[0]]
    if len(length) == 0 or np.ptp(length) > 0:
        return None
    empty = np.logical_and.reduce([np.isnan(values) for values in numbers])
    empty = empty.reshape(len(length), -1)
    return np.logical_and.accumulate(empty[:, ::-1], axis=1)[:, ::-1]
