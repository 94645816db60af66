"""Units of times and fluxes, and the frame of the times."""

import numpy as np

from ..light_curves import plain_array
from ._presets import MJD


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
