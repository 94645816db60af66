"""Any form that light curves come in, as `LightCurves`."""

from collections.abc import Mapping
from dataclasses import replace
from numbers import Number

import numpy as np

from ..light_curves import (
    POINT_COLUMNS,
    LightCurve,
    LightCurves,
    float_points,
    offsets_of,
    plain_array,
    told_together,
)
from ._arrow import from_arrow
from ._columns import resolve
from ._long import from_long
from ._names import (
    POINT_NAMES,
    STAR_NAMES,
    UNNAMED_INDEX,
    are_bands,
    named_by_bands,
    ranked_by_name,
)
from ._sides import side_by_side, wide_preset
from ._tables import columns_of, from_table, has_columns, id_in, vectors_of
from ._units import base_name, days, is_missing, time_frame


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
    if hasattr(X, "to_dataframe"):
        return _of_pandas(_to_pandas(X, quantity), columns, points, quantity)
    if hasattr(X, "__arrow_c_stream__"):
        import pyarrow as pa

        return from_arrow(pa.table(X), columns, points)
    _refuse_points(points)
    if isinstance(X, LightCurves | LightCurve):
        if columns is not None:
            raise ValueError(f"columns names the columns of a table; X is {type(X).__name__}")
        return X if isinstance(X, LightCurves) else from_stars([X])
    if isinstance(X, Mapping) and _is_of_stars(X):
        result = from_stars(list(X.values()), columns, quantity, list(X))
        if are_bands(X):
            result._doubts += (named_by_bands(list(X)),)
        return result
    if has_columns(X):
        # astropy's and lightkurve's time series are of one star, unless they name several.
        series = hasattr(X, "colnames") and (hasattr(X, "time") or hasattr(X, "time_bin_center"))
        series = series and not vectors_of(columns_of(X))
        if series and not _has_ids(X, columns):
            return from_stars([X], columns)
        star = id_in(getattr(X, "meta", None) or {})
        return from_table(X, columns, star=None if star is None else str(star))
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
    mend = next((f"pass {how}; " for what, how in _FIRST.items() if hasattr(X, what)), "")
    raise TypeError(
        f"Cannot read light curves from a {type(X).__name__}: {mend}see LightCurves.from_any for the "
        "forms it takes, and read_light_curves for files"
    )


# What to do with forms that hold nothing yet: polars' lazy frames, generators.
_FIRST = {"collect": "X.collect()", "__next__": "list(X)"}


def _of_pandas(X, columns, points, quantity):
    import pandas as pd
    import pyarrow as pa

    if type(X).__name__ == "DataFrameGroupBy":
        return from_stars(list(X), columns, quantity)
    if isinstance(X, pd.Series):
        if X.dtype.kind in "fiu":
            # One value a point: times, and the stars' names, are its index.
            if X.name is None and quantity is None:
                raise ValueError(
                    'name what the Series holds, X.rename("mag"), or say quantity="flux"'
                )
            X = X.to_frame(quantity if X.name is None else X.name)
        elif not _has_lists(X):
            numbered = isinstance(X.index, pd.RangeIndex)
            return from_stars(list(X), columns, quantity, None if numbered else list(X.index))
        else:
            X = X.to_frame("light_curve" if X.name is None else str(X.name))
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"Cannot read light curves from a pandas {type(X).__name__}")
    twins = [str(name) for name in X.columns[X.columns.duplicated()]]
    if twins:
        raise ValueError(f"the table has several columns {twins[0]!r}: give them other names")
    X = _without_pivot(X, quantity)
    if isinstance(X.columns, pd.MultiIndex):
        levels = [
            level
            for level in range(X.columns.nlevels)
            if X.columns.get_level_values(level).nunique() > 1
        ]
        X = X.set_axis(
            [" ".join(str(n[k]) for k in levels if str(n[k])) for n in X.columns], axis=1
        )
    X = _with_index(X)
    if any(_has_lists(X.iloc[:, place]) for place in range(X.shape[1])):
        arrays = {str(name): _arrow_column(X[name], str(name)) for name in X.columns}
        return from_arrow(pa.table(arrays), columns, points, X.attrs)
    _refuse_points(points)
    return from_long(X, columns, X.attrs)


def _to_pandas(X, quantity):
    """The frame of what has `to_dataframe`, as xarray's forms have, whose dimensions become its index."""
    nameless = getattr(X, "name", "") is None
    return X.to_dataframe(quantity or "mag") if nameless else X.to_dataframe()


def _without_pivot(X, quantity):
    """A table of pandas whose columns are stars or bands, as the name of their axis says, with one row a point."""
    known = {*STAR_NAMES["id"], *POINT_NAMES["band"]}
    named = [name for name in X.columns.names if name is not None and base_name(name) in known]
    if not named or not len(X) or any(_has_lists(X.iloc[:, k]) for k in range(X.shape[1])):
        return X
    if X.columns.nlevels == 1:
        bases = {base_name(name): name for name in X.columns}
        clock = next((bases[name] for name in POINT_NAMES["time"] if name in bases), None)
        if bases.keys() & {"mag", "magnitude", "flux", *STAR_NAMES["id"]}:
            # A name that is left from an earlier table.
            return X
        X = X if clock is None else X.set_index(clock)
    long = X.stack(named, future_stack=True)
    if X.columns.nlevels == len(named):
        # Nothing is left of the name of the values.
        if quantity is None and long.min() > 0 and long.max() < 2:
            raise ValueError(
                "the columns are stars or bands, and their values, all between 0 and 2, may be magnitudes or fluxes: "
                'say quantity="flux", or "mag"'
            )
        long = long.to_frame(quantity or "mag")
    return long.dropna(how="all").reset_index()


def _with_index(X):
    """A table of pandas with its index as columns, as far as that has a name or holds dates or words."""
    import pandas as pd

    if isinstance(X.index, pd.DatetimeIndex) and X.index.name is None and "time" not in X.columns:
        X = X.rename_axis("time")
    if X.index.names == [None] and len(X) and all(isinstance(own, str) for own in X.index[:100]):
        # The stars' names, perhaps; a column of names is preferred.
        X = X.rename_axis(UNNAMED_INDEX)
    if X.index.nlevels > 1 and X.index.names[0] is None and len(X):
        # Tables joined by `pandas.concat`, with keys.
        if isinstance(X.index[0][0], str):
            X = X.rename_axis([UNNAMED_INDEX, *X.index.names[1:]])
    if any(name is not None for name in X.index.names):
        # The identifier is often the index; a column of the same name is preferred.
        X = X.reset_index([n for n in X.index.names if n is not None and n not in X.columns])
    return X


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
            return pa.array([None if is_missing(v) else str(v) for v in series])
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
    there = (v for v in series if np.ndim(v) or not is_missing(v))
    first = next(there, None)
    return isinstance(first, list | tuple | np.ndarray | type(series)) and np.ndim(first) == 1


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


def _has_ids(X, columns):
    if hasattr(X, "time_bin_center") or wide_preset(X.colnames, columns) is not None:
        return False
    if side_by_side(X.colnames, columns, lambda name: X[name]) is not None:
        return bool(ranked_by_name(STAR_NAMES["id"], X.colnames, set()))
    return "id" in resolve(X.colnames, X.colnames, columns, lambda name: X[name]).names


_EXPECTED = (
    "a star is a tuple (time, mag) or (time, mag, magerr), an array of shape (n_obs, 2) or "
    "(n_obs, 3), a table with columns for time and magnitude, or an astropy or lightkurve time "
    "series"
)


def from_stars(stars, columns=None, quantity=None, ids=None):
    """Light curves of a sequence with one entry per star, in any mixture of forms.

    `columns` are those of the entries that are tables, `quantity` what tuples and arrays hold (None: magnitudes),
    `ids` what the stars are called (None: as they say themselves, or by their places).
    """
    if all(_is_named(star) for star in stars) and len(stars):
        # As `list(table.groupby("id"))` gives them.
        ids, stars = zip(*stars, strict=True)
    parts = [_one_star(star, position, columns, quantity) for position, star in enumerate(stars)]
    if columns is not None and parts and not any("from_table" in part for part in parts):
        raise ValueError("columns names the columns of tables, and no star is a table")
    quantities = {part["quantity"] for part in parts}
    if len(quantities) > 1:
        raise ValueError("Some stars hold magnitudes and some hold fluxes; convert one kind first")
    lines = list(dict.fromkeys(part["provenance"] for part in parts if part.get("provenance")))
    ids = _one_each(parts, "id") if ids is None else list(ids)
    X = LightCurves(
        offsets=offsets_of([len(part["time"]) for part in parts]),
        quantity=quantities.pop() if quantities else quantity or "mag",
        **{name: _joined(parts, name) for name in ("time", "mag", "magerr", *POINT_COLUMNS)},
        ids=None if ids is None else [_name_of(own, place) for place, own in enumerate(ids)],
        labels=_one_each(parts, "label"),
        survey=_one_each(parts, "survey"),
        time_scale=_shared(parts, "time_scale"),
        time_zero=_shared(parts, "time_zero"),
        provenance="\n".join(lines[:3]) or None,
    )
    X._doubts = told_together(X.ids, [part.get("doubts", ()) for part in parts])
    return X


def _name_of(own, place):
    """What a star is called: by the value in a key of one column, ("a",); by its place where it says nothing."""
    if isinstance(own, tuple) and len(own) == 1:
        (own,) = own
    return str(place) if own is None else own


def _shared(parts, name):
    """What all stars with points say of their clock."""
    values = {part.get(name) for part in parts if len(part["time"])}
    if len(values) > 1:
        raise ValueError(f"The stars differ in {name}: {sorted(map(str, values))}")
    return values.pop() if values else None


def _is_named(star):
    """Whether this is a star's name and its table."""
    return (
        isinstance(star, tuple)
        and len(star) == 2
        and isinstance(star[0], str | int | tuple | np.integer)
        and hasattr(star[1], "columns")
    )


def _one_star(star, position, columns, quantity):
    """The arrays and facts of one star by name."""
    try:
        if isinstance(star, LightCurve):
            names = ("time", "mag", "magerr", "id", "label", "quantity", *POINT_COLUMNS)
            return {name: getattr(star, name) for name in names}
        if isinstance(star, np.ndarray) and star.dtype.names is None:
            return _of_arrays(_columns_of(star), quantity)
        if hasattr(star, "_asdict"):
            # The fields of a named tuple say what they are, in whatever order they stand.
            star = star._asdict()
        if isinstance(star, tuple | list):
            return _of_arrays(star, quantity)
        if _is_table(star) or hasattr(star, "time"):
            return _of_table(star, columns, quantity)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        here, told = f"Star at position {position}", str(error)
        unnamed = f"Star {_UNNAMED!r} (position 0)"
        told = told.replace(unnamed, here) if unnamed in told else f"{here}: {told}"
        raise kind(told) from error
    raise TypeError(f"Star at position {position} is a {type(star).__name__}; {_EXPECTED}")


def _columns_of(array):
    if array.ndim == 1 and array.dtype == object:
        return tuple(array)
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        turned = array.ndim == 2 and array.shape[0] in (2, 3)
        hint = " (rows are points: transpose it)" if turned else ""
        raise ValueError(f"got an array of shape {array.shape}{hint}; {_EXPECTED}")
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(np.float64), np.nan)
    return array.T


def _of_arrays(arrays, quantity):
    if len(arrays) not in (2, 3):
        points = arrays and all(np.ndim(a) == 1 and len(a) in (2, 3) for a in arrays)
        hint = ", points it seems: pass numpy.array(star)" if points else ""
        raise ValueError(f"got {len(arrays)} entries{hint}; {_EXPECTED}")
    quantity = quantity or "mag"
    time = float_points(days(arrays[0]), "time", unit="day")
    value = float_points(arrays[1], quantity)
    error = arrays[2] if len(arrays) == 3 else None
    error = None if error is None else float_points(error, quantity + "err")
    return _checked(time, value, error, quantity) | time_frame(arrays[0])


def _checked(time, value, error, quantity):
    for name, array in ((quantity, value), (quantity + "err", error)):
        if array is not None and len(array) != len(time):
            raise ValueError(f"{name} has {len(array)} points, time has {len(time)}")
    return {"time": time, "mag": value, "magerr": error, "quantity": quantity}


def _is_table(star):
    return isinstance(star, Mapping) or hasattr(star, "columns") or hasattr(star, "dtype")


def _of_table(star, columns, quantity):
    """One star from a table (DataFrame, Table, TimeSeries, dict) or an object with attributes."""
    meta = getattr(star, "meta", None) or getattr(star, "attrs", None) or {}
    if hasattr(star, "to_dataframe"):
        star = _to_pandas(star, quantity)
    if _is_from("pandas", star) and hasattr(star, "columns"):
        star = _with_index(_without_pivot(star, quantity))
    elif hasattr(star, "time_bin_center"):
        own = {n: star[n] for n in star.colnames if not n.startswith("time_bin_")}
        star = {"time": star.time_bin_center, **own}
    names = _column_names(star)
    if names:
        table = {name: star[name] for name in names}
    else:
        names = ("time", "mag", "magerr", "flux", "flux_err")
        table = {name: getattr(star, name) for name in names if hasattr(star, name)}
    n_points = {len(values) for values in table.values() if np.ndim(values) == 1}
    if len(n_points) == 1:
        # One value for all points, as a name is.
        n_rows = n_points.pop()
        alone = (str, bytes, Number, np.generic)
        table = {n: np.full(n_rows, v) if isinstance(v, alone) else v for n, v in table.items()}
        table = {n: v for n, v in table.items() if v is not None}
    elif table and all(np.ndim(values) == 0 for values in table.values()):
        raise ValueError(
            "this is a single point: pass points as one table, as pandas.DataFrame(records) makes it"
        )
    X = from_long(table, columns, star=_UNNAMED)
    if len(X) > 1:
        raise ValueError(
            f"the table holds {len(X)} stars ({', '.join(map(repr, X.ids[:3].tolist()))}...), where "
            "one star is due: pass such a table by itself, or several joined by pandas.concat"
        )
    own = {name: value for name, value in X._arguments().items() if name not in ("ids", "labels")}
    named = len(X) == 1 and X.ids[0] != _UNNAMED
    own["id"] = X.ids[0] if named else id_in(meta)
    labelled = len(X) == 1 and X.labels is not None
    own["label"] = X.labels[0] if labelled else meta.get("label")
    own["from_table"] = True
    # It is one star, whatever it will be called.
    own["doubts"] = [replace(doubt, star=None) for doubt in X._doubts]
    return own


# What a table's star is called until its header, or its place, names it.
_UNNAMED = "\0"


def _column_names(star):
    if isinstance(star, Mapping):
        return [str(name) for name in star]
    if getattr(getattr(star, "dtype", None), "names", None):
        return list(star.dtype.names)
    names = getattr(star, "colnames", getattr(star, "columns", None))
    return None if names is None else [str(name) for name in names]


def _joined(parts, name):
    """One flat array of all stars; where some have no error it is NaN, no flag it is false."""
    present = [part.get(name) is not None for part in parts]
    if not any(present):
        return np.empty(0) if name in ("time", "mag") else None
    filler = {"magerr": np.nan, "flag": False, "limit": False}.get(name)
    arrays = [
        part[name] if there else np.full(len(part["time"]), filler)
        for part, there in zip(parts, present, strict=True)
    ]
    return np.concatenate(arrays)


def _one_each(parts, name):
    values = [part.get(name) for part in parts]
    if all(value is None for value in values):
        return None
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
