"""One star of a set, made ready for a picture."""

import numpy as np

from ...light_curves import LightCurves, clean, position_of
from ...periodogram import search_periods


def clean_star(X, star):
    """One star as the features see it.

    Parameters
    ----------
    X : LightCurves
    star : int or identifier

    Returns
    -------
    light_curve : LightCurve

    Raises
    ------
    TypeError
        If X are no light curves.
    ValueError
        If there is no such star, or it has too few usable points; the star is named.
    """
    if not isinstance(X, LightCurves):
        raise TypeError(f"X must be LightCurves, got {type(X).__name__}.")
    position = int(position_of(X, star))
    if not -len(X) <= position < len(X):
        raise ValueError(f"There is no star at position {position}: there are {len(X)} stars.")
    cleaned, problems = clean(X[[position]])
    if problems:
        raise ValueError(f"Star {X.ids[position]!r} cannot be drawn: {problems[0]}.")
    return cleaned[0]


def searched_period(light_curve):
    """Period (days) that the search of the features finds; NaN if there is none."""
    time, mag, magerr = light_curve
    return float(search_periods(time, mag, magerr, np.array([0, len(time)])).period[0])
