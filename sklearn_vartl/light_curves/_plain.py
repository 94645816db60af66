"""Columns of pandas, astropy and others as plain numpy arrays."""

import numpy as np

from ._presets import MJD


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


def days(time):
    """Time stamps in days: astropy times as Modified Julian Dates, other units converted."""
    if hasattr(time, "mjd"):
        return time.mjd
    unit = getattr(time, "unit", None)
    if unit is None or type(unit).__name__ == "UnrecognizedUnit":
        return time
    try:
        factor = unit.to("day")
    except (AttributeError, TypeError, ValueError) as error:
        raise TypeError(f"time has the unit {unit}, which is none of time") from error
    time = plain_array(getattr(time, "value", time))
    return time if factor == 1.0 else time * factor


def time_frame(time):
    """Time scale and zero that `days` gives an astropy time, as an empty dict for anything else."""
    return {"time_scale": time.scale, "time_zero": MJD} if hasattr(time, "mjd") else {}
