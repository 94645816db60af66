"""Turning what a caller passes into the read-only arrays that `LightCurves` holds."""

import numpy as np

from .._validation import warn_user

# Values that each point may carry beside time, magnitude and error.
POINT_COLUMNS = ("band", "flag", "limit", "field")

# Float32 time stamps coarser than this (days, about a minute and a half) give wrong short periods.
_COARSE_TIME = 1e-3


def frozen(array):
    """A read-only array: itself when it already is, a copy when somebody could still write."""
    base = array.base
    if array.flags.writeable or (isinstance(base, np.ndarray) and base.flags.writeable):
        array = array.copy()
        array.flags.writeable = False
    return array


def owned(array):
    """Mark an array that nobody else holds as read-only, without a copy."""
    array.flags.writeable = False
    return array


def float_points(values, name, *, unit=None):
    """Flat numbers as a read-only, native-endian float64 array; masked and null become NaN.

    The name is for error messages; a quantity with units is converted to the `unit`.
    """
    values = _without_unit(values, name, unit)
    try:
        array = plain_array(values)
    except ValueError as error:
        raise ValueError(f"{name} is ragged; {_one_flat_array(name)}") from error
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}; {_one_flat_array(name)}")
    if array.dtype.kind == "O":
        array = _numbers_of_objects(array, name)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be real numbers, got dtype {array.dtype}")
    if name == "time" and array.dtype.itemsize < 8 and array.dtype.kind == "f":
        _warn_coarse_time(array)
    if array.dtype != np.float64:
        array = owned(array.astype(np.float64))
    return frozen(array)


def _without_unit(values, name, unit):
    own = str(getattr(values, "unit", None) or "")
    if name == "mag" and own and "mag" not in own.lower():
        raise TypeError(f'mag has the unit {own}; fluxes are told by quantity="flux"')
    if unit is not None and hasattr(values, "to_value"):
        values = values.to_value(unit)
    return values


def _one_flat_array(name):
    return (
        f"LightCurves takes one flat {name} array for all stars with their offsets. "
        "LightCurves.from_any takes a list with one entry per star."
    )


def _numbers_of_objects(array, name):
    text = next((value for value in array if isinstance(value, str | bytes)), None)
    if text is not None:
        raise TypeError(f"{name} must be real numbers, got the text {text!r}")
    try:
        return np.array([np.nan if value is None else value for value in array], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be real numbers: {error}") from error


def _warn_coarse_time(time):
    largest = np.max(np.abs(time), initial=0.0, where=np.isfinite(time))
    step = float(np.spacing(largest))
    if step > _COARSE_TIME:
        warn_user(
            f"The time stamps are {time.dtype.name} numbers near {largest:.0f}, which are only "
            f"good to {step * 1440:.3g} minutes: short periods will be wrong. Read the times as "
            "float64, or subtract a constant before storing them in single precision."
        )


def checked_offsets(offsets, n_points):
    """Offsets as a read-only int64 array, shape (n_stars + 1,), that cut exactly ``n_points``."""
    if offsets is None:
        return owned(np.array([0, n_points], dtype=np.int64))
    array = np.asarray(offsets)
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iu":
        raise ValueError("offsets must be integers of shape (n_stars + 1,)")
    array = frozen(array) if array.dtype == np.int64 else owned(array.astype(np.int64))
    if array[0] != 0 or array[-1] != n_points:
        raise ValueError(
            f"offsets must run from 0 to the number of points, {n_points}; "
            f"they run from {array[0]} to {array[-1]}"
        )
    if len(array) > 1 and (steps := np.diff(array)).min() < 0:
        raise ValueError(f"offsets must not decrease; they do at star {int(np.argmin(steps))}")
    return array


def point_column(values, name, n_points):
    """A further value of each point (band, flag, limit, field) as a read-only array, or None."""
    if values is None:
        return None
    array = column(values, name, n_points, "points")
    if name == "limit" or (name == "flag" and array.dtype.kind != "b"):
        if array.dtype.kind not in "biu":
            raise TypeError(
                f"{name} must be boolean or integer (non-zero: not to be used), got {array.dtype}"
            )
        array = owned(array.astype(bool)) if name == "limit" else array
    return array


def column(values, name, length, what="stars"):
    """One value for each star (or point) as a read-only array; text becomes an object array."""
    array = plain_array(values)
    if array.ndim != 1 or len(array) != length:
        raise ValueError(
            f"{name} must hold one value for each of the {length} {what}, got shape {array.shape}"
        )
    return frozen(array)


def star_ids(ids, n_stars):
    """Identifiers of the stars, shape (n_stars,): given ones, or "0", "1", ..."""
    if ids is None:
        return owned(np.arange(n_stars).astype(str).astype(object))
    array = column(ids, "ids", n_stars)
    if array.dtype == object and n_stars and isinstance(array[0], bytes):
        texts = np.empty(n_stars, dtype=object)
        texts[:] = [s.decode("utf-8", "replace") if isinstance(s, bytes) else s for s in array]
        return owned(texts)
    return array


def star_table(table, n_stars):
    """Per-star columns as a dict of read-only arrays, or None."""
    if table is None:
        return None
    arrays = {}
    for name in table:
        arrays[str(name)] = column(table[name], f"table[{name!r}]", n_stars)
    return arrays


def survey_name(survey, n_stars):
    """The survey of all stars (str) or of each star (array of shape (n_stars,)), or None."""
    if survey is None or isinstance(survey, str):
        return survey
    array = column(survey, "survey", n_stars)
    names = set(array.tolist())
    return names.pop() if len(names) == 1 else array


def plain_array(values):
    """A column as a native numpy array; masked and null are NaN, or None among objects."""
    if hasattr(values, "unmasked"):
        values = np.ma.MaskedArray(np.asarray(values.unmasked), np.asarray(values.mask))
    if isinstance(values, np.ma.MaskedArray):
        mask, values = np.ma.getmaskarray(values), np.ma.getdata(values)
        if mask.any():
            number = values.dtype.kind in "fiu"
            values = values.astype(np.float64 if number else object)
            values[mask] = np.nan if number else None
    numpy_dtype = getattr(getattr(values, "dtype", None), "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "fiub":
        # pandas' own numbers, which may hold NA.
        if values.isna().any():
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        return values.to_numpy(dtype=numpy_dtype)
    array = np.asarray(values)
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    if array.dtype.kind == "U":
        # Of a list, as objects from the start: next to text, NaN would become the text "nan".
        whole = isinstance(values, np.ndarray) or isinstance(np.ravel(values)[0], bytes)
        array = array.astype(object) if whole else np.asarray(values, dtype=object)
    if array.dtype == object:
        return none_for_missing(array)
    if array.dtype.kind in "fiu" and not array.dtype.isnative:
        return array.astype(array.dtype.newbyteorder("="))
    return array


def none_for_missing(objects):
    """An object array with None for each NaN, NaT and pandas NA."""
    try:
        # Only what is not a number differs from itself; pandas' NA refuses to tell.
        missing = objects != objects
    except TypeError:
        missing = np.array([type(v).__name__ in ("NAType", "NaTType") or v != v for v in objects])
    if not np.any(missing):
        return objects
    objects = objects.copy()
    objects[missing] = None
    return objects
