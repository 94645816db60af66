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
    return in_unit(time, "day", "time")


def in_unit(values, wanted, name):
    """Values in the unit `wanted`, where they say a unit of their own that is known."""
    unit = getattr(values, "unit", None)
    if unit is None or wanted is None or type(unit).__name__ == "UnrecognizedUnit":
        return values
    try:
        factor = unit.to(wanted)
    except (AttributeError, TypeError, ValueError) as error:
        kind = "none of time" if wanted == "day" else f"not convertible to {wanted}"
        raise TypeError(f"{name} has the unit {unit}, which is {kind}") from error
    values = plain_array(getattr(values, "value", values))
    return values if factor == 1.0 else values * factor


def time_frame(time):
    """Time scale and zero that `days` gives an astropy time, as an empty dict for anything else."""
    if not hasattr(time, "mjd"):
        return {}
    # The formats of Kepler and TESS are barycentric, which an astropy scale cannot say.
    barycentric = getattr(time, "format", None) in ("bkjd", "btjd")
    return {"time_scale": "bjd_" * barycentric + time.scale, "time_zero": MJD}


def missing(values):
    """Mask of NaN and None in a plain array."""
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)
