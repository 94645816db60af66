"""Any form that light curves come in, as `LightCurves`."""

from collections.abc import Mapping
from numbers import Number

import numpy as np

from ..light_curves import LightCurve, LightCurves, plain_array
from ._arrow import from_arrow
from ._long import from_long
from ._stars import from_stars
from ._tables import columns_of, from_table, has_columns, vectors_of


def from_any(X, columns=None, *, points=None, quantity=None, **given):
    """What `LightCurves.from_any` does."""
    result = _converted(X, columns, points, quantity)
    if quantity is not None and quantity != result.quantity:
        raise ValueError(
            f"quantity is {quantity!r}, but the columns found hold {result.quantity!r}: name the "
            f'columns, as in columns={{"time": ..., "{quantity}": ...}}'
        )
    given = {name: value for name, value in given.items() if value is not None}
    return result.replace(**given) if given else result


def _converted(X, columns, points, quantity):
    if _is_from("pyarrow", X):
        X = X.read_all() if hasattr(X, "read_all") else X
        return from_arrow(X, columns, points)
    if _is_from("pandas", X):
        return _of_pandas(X, columns, points, quantity)
    if hasattr(X, "__arrow_c_stream__"):
        import pyarrow as pa

        return from_arrow(pa.table(X), columns, points)
    _refuse_points(points)
    if isinstance(X, LightCurves | LightCurve):
        if columns is not None:
            raise ValueError(f"columns names the columns of a table; X is {type(X).__name__}")
        return X if isinstance(X, LightCurves) else from_stars([X])
    if isinstance(X, Mapping) and _is_of_stars(X):
        return from_stars(list(X.values()), columns, quantity, list(X))
    if has_columns(X):
        return from_table(X, columns)
    if isinstance(X, np.ndarray) and not (X.dtype == object or X.ndim == 3):
        raise TypeError(
            f"An array of shape {X.shape} and dtype {X.dtype} holds no light curves. Pass a list "
            "with one entry per star; features go to the classifier, not to LightCurveFeatures."
        )
    if hasattr(X, "__len__") and hasattr(X, "__getitem__") and not isinstance(X, str | bytes):
        if _is_bare_star(X):
            raise TypeError(
                "Light curves are a list with one entry per star; a single star is a list of one: "
                "[(time, mag, magerr)]"
            )
        return from_stars(X, columns, quantity)
    raise TypeError(
        f"Cannot read light curves from a {type(X).__name__}: see LightCurves.from_any for the "
        "forms it takes, and read_light_curves for files"
    )


def _of_pandas(X, columns, points, quantity):
    import pandas as pd
    import pyarrow as pa

    if isinstance(X, pd.Series):
        if not _has_lists(X):
            numbered = isinstance(X.index, pd.RangeIndex)
            return from_stars(list(X), columns, quantity, None if numbered else list(X.index))
        X = X.to_frame("light_curve" if X.name is None else str(X.name))
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"Cannot read light curves from a pandas {type(X).__name__}")
    twins = [str(name) for name in X.columns[X.columns.duplicated()]]
    if twins:
        raise ValueError(f"the table has several columns {twins[0]!r}: give them other names")
    if isinstance(X.index, pd.DatetimeIndex) and X.index.name is None and "time" not in X.columns:
        X = X.rename_axis("time")
    if any(name is not None for name in X.index.names):
        # The identifier is often the index; a column of the same name is preferred.
        X = X.reset_index([n for n in X.index.names if n is not None and n not in X.columns])
    if any(_has_lists(X.iloc[:, place]) for place in range(X.shape[1])):
        arrays = {str(name): _arrow_column(X[name], str(name)) for name in X.columns}
        return from_arrow(pa.table(arrays), columns, points, X.attrs)
    _refuse_points(points)
    return from_long(X, columns, X.attrs)


def _arrow_column(series, name):
    import pyarrow as pa

    if series.dtype == object and any(hasattr(v, "mask") for v in series):
        # Masked values are missing.
        plain = [plain_array(v) if hasattr(v, "mask") else v for v in series]
        series = type(series)(plain, index=series.index)
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        if series.dtype == object and not _has_lists(series):
            return pa.array([None if _is_nan(v) or v is None else str(v) for v in series])
        raise TypeError(f"column {name} holds values of several kinds: {error}") from error


def _refuse_points(points):
    if points is not None:
        raise ValueError(f"points={points!r} names a nested column, and there is none")


def _is_from(package, X):
    """Whether X is of a class of this package, or of one derived from it."""
    return any(kind.__module__.partition(".")[0] == package for kind in type(X).__mro__)


def _has_lists(series):
    """Whether a pandas column holds one list, array or table a row."""
    if _is_from("nested_pandas", series.dtype):
        return True
    arrow = getattr(series.dtype, "pyarrow_dtype", None)
    if arrow is not None:
        import pyarrow.types as pt

        return pt.is_nested(arrow)
    if series.dtype != object:
        return False
    # After a left merge the first rows may well be missing.
    there = (v for v in series if np.ndim(v) or not (v is None or _is_nan(v)))
    first = next(there, None)
    return isinstance(first, list | tuple | np.ndarray | type(series)) and np.ndim(first) == 1


def _is_nan(value):
    return isinstance(value, float) and value != value or type(value).__name__ == "NAType"


def is_long(X):
    """Whether rows are points. A form with one entry per star has lists, or is a sequence."""
    if _is_from("pandas", X):
        if not hasattr(X, "columns"):
            return False
        return not any(_has_lists(X.iloc[:, place]) for place in range(X.shape[1]))
    if _is_from("pyarrow", X) or hasattr(X, "__arrow_c_stream__"):
        import pyarrow as pa
        import pyarrow.types as pt

        if not _is_from("pyarrow", X):
            X = pa.table(X)
        tabular = isinstance(X, pa.Table | pa.RecordBatch)
        return tabular and not any(pt.is_nested(kind) for kind in X.schema.types)
    return has_columns(X) and not vectors_of(columns_of(X))


def _is_of_stars(X):
    """Whether a dict has a table, or (time, mag, magerr), for each star's name, and not columns."""
    first = next(iter(X.values()), None)
    if isinstance(first, Mapping | LightCurve) or hasattr(first, "columns"):
        return True
    if getattr(getattr(first, "dtype", None), "names", None) or hasattr(first, "colnames"):
        return True
    if any(str(name).lower() in ("time", "mjd", "jd", "hjd", "bjd", "t") for name in X):
        return False
    if isinstance(first, tuple):
        return len(first) in (2, 3) and all(np.ndim(part) == 1 for part in first)
    return isinstance(first, np.ndarray) and first.ndim == 2 and first.shape[1] in (2, 3)


def _is_bare_star(X):
    """Whether this is one star's (time, mag[, magerr]) where a list of stars is due."""
    if all(isinstance(part, Number) for part in X):
        return len(X) > 0
    flat = (isinstance(part, np.ndarray | list) and len(part) for part in X)
    return len(X) in (2, 3) and all(flat) and all(isinstance(part[0], Number) for part in X)
