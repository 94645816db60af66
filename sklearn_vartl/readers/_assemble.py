"""From columns with known roles to light curves: missing values, limits, flags, time zero."""

import numpy as np

from ..light_curves import LightCurves, float_points
from ._presets import JD_OR_SHORT


def assemble(points, offsets, stars, rest, columns, about=None):
    """Light curves from arrays by role.

    Parameters
    ----------
    points : dict of str to array
        Flat arrays by role.
    offsets : ndarray of int of shape (n_stars + 1,)
        Where each star starts.
    stars : dict of str to array
        Identifiers, labels and survey by role.
    rest : dict of str to array
        Further per-star columns by name.
    columns : Columns
        Quantity and preset.
    about : dict, default=None
        Time scale, time zero and quantity as the source itself records them.
    """
    about = about or {}
    preset, quantity = columns.preset, columns.quantity
    time = points["time"]
    value, limit = numbers_and_limits(points[quantity], quantity)
    error = points.get(quantity + "err")
    if "limit" in points:
        limit = _either(limit, np.asarray(points["limit"]).astype(bool))
    if preset.missing_above < np.inf:
        with np.errstate(invalid="ignore"):
            value = np.where(value >= preset.missing_above, np.nan, value)
    if error is not None and preset.limit_error_above < np.inf:
        error = float_points(error, quantity + "err")
        with np.errstate(invalid="ignore"):
            limit = _either(limit, error >= preset.limit_error_above)
    if "snr" in points and error is None:
        snr = float_points(points["snr"], "signal to noise")
        with np.errstate(divide="ignore"):
            error = 2.5 / np.log(10) / snr
    flag = points.get("flag")
    for role, values in points.items():
        if role.startswith("reject:"):
            flag = _either(flag, preset.reject[role.removeprefix("reject:")](values))
    time_zero, time_scale = _time_frame(preset, columns.names["time"], time)
    return LightCurves(
        time,
        value,
        error,
        offsets,
        ids=stars.get("id"),
        labels=stars.get("label"),
        survey=stars.get("survey", preset.survey),
        band=_band_names(points.get("band"), preset.bands),
        flag=flag,
        limit=limit,
        field=points.get("field"),
        quantity=quantity,
        table=rest or None,
        time_scale=about.get("time_scale", time_scale),
        time_zero=about.get("time_zero", time_zero),
    )


def numbers_and_limits(values, name):
    """Values as numbers; magnitudes written as ">17.2" are upper limits, the mask or None."""
    array = np.asarray(values) if not hasattr(values, "mask") else values
    if array.dtype.kind not in "OUS":
        return float_points(values, name), None
    text = np.array(["" if value is None else str(value).strip() for value in array], dtype=str)
    limit = np.char.startswith(text, ">")
    text = np.char.lstrip(text, "> ")
    text[np.isin(text, ("", "None", "<NA>", "--", "null"))] = "nan"
    try:
        return text.astype(np.float64), limit if limit.any() else None
    except ValueError as error:
        raise ValueError(f"{name} is not a number: {error}") from error


def _either(first, second):
    return second if first is None else (np.asarray(first) != 0) | second


def _band_names(band, names):
    if band is None or not names:
        return band
    codes, inverse = np.unique(np.asarray(band).astype(str), return_inverse=True)
    return np.array([names.get(code, code) for code in codes], dtype=object)[inverse]


def _time_frame(preset, column, time):
    zero, scale = preset.times.get(column, (None, None))
    if zero == JD_OR_SHORT:
        time = float_points(time, "time")
        finite = time[np.isfinite(time)]
        zero = None if len(finite) == 0 else (0.0 if np.median(finite) > 2.0e6 else 2450000.0)
    return zero, scale
