"""Lists with one entry per star: tuples, arrays, tables, astropy and lightkurve objects."""

from collections.abc import Mapping

import numpy as np

from ..light_curves import POINT_COLUMNS, LightCurve, LightCurves, float_points, offsets_of
from ._long import from_long
from ._units import days, time_frame

_ID_KEYS = ("object_id", "id", "LABEL", "OBJECT", "TARGETID", "name")
_EXPECTED = (
    "a star is a tuple (time, mag) or (time, mag, magerr), an array of shape (n_obs, 2) or "
    "(n_obs, 3), a table with columns for time and magnitude, or an astropy or lightkurve time "
    "series"
)


def from_stars(stars, columns=None, quantity=None, ids=None):
    """Light curves of a sequence with one entry per star.

    Parameters
    ----------
    stars : sequence
        Any mixture of the forms that `LightCurves.from_any` names.
    columns : mapping, str or None
        Columns of the entries that are tables.
    quantity : {"mag", "flux"}, default=None
        What tuples and arrays hold; None: magnitudes.
    ids : list, default=None
        What the stars are called; None: as they say themselves, or by their places.
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
    arguments = {
        "offsets": offsets_of([len(part["time"]) for part in parts]),
        "quantity": quantities.pop() if quantities else quantity or "mag",
    }
    arguments |= {"time": _joined(parts, "time"), "mag": _joined(parts, "mag")}
    for name in ("magerr", *POINT_COLUMNS):
        arguments[name] = _joined(parts, name)
    for name, many in (("id", "ids"), ("label", "labels"), ("survey", "survey")):
        arguments[many] = _one_each(parts, name)
    if ids is not None:
        arguments["ids"] = list(ids)
    if arguments["ids"] is not None:
        given = enumerate(arguments["ids"])
        arguments["ids"] = [str(place) if own is None else own for place, own in given]
    for name in ("time_scale", "time_zero"):
        values = {part.get(name) for part in parts if len(part["time"])}
        if len(values) > 1:
            raise ValueError(f"The stars differ in {name}: {sorted(map(str, values))}")
        arguments[name] = values.pop() if values else None
    lines = list(dict.fromkeys(part["provenance"] for part in parts if part.get("provenance")))
    X = LightCurves(**arguments, provenance="\n".join(lines[:3]) or None)
    X._doubts = tuple(dict.fromkeys(doubt for part in parts for doubt in part.get("doubts", ())))
    return X


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
        if isinstance(star, tuple | list):
            return _of_arrays(star, quantity)
        if _is_table(star) or hasattr(star, "time"):
            return _of_table(star, columns)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"Star at position {position}: {error}") from error
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
        raise ValueError(f"got {len(arrays)} entries; {_EXPECTED}")
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


def _of_table(star, columns):
    """One star from a table (DataFrame, Table, TimeSeries, dict) or an object with attributes."""
    meta = getattr(star, "meta", None) or getattr(star, "attrs", None) or {}
    names = _column_names(star)
    if names:
        table = {name: star[name] for name in names}
    else:
        names = ("time", "mag", "magerr", "flux", "flux_err")
        table = {name: getattr(star, name) for name in names if hasattr(star, name)}
    if table and all(np.ndim(values) == 0 for values in table.values()):
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
    own["from_table"], own["doubts"] = True, X._doubts
    return own


# What a table's star is called until its header, or its place, names it.
_UNNAMED = "\0"


def id_in(meta):
    """The identifier that a header gives, None where it has none."""
    return next((meta[key] for key in _ID_KEYS if key in meta), None)


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
