"""Tables with a column for each band and quantity, as tables with a column that names the band."""

import numpy as np

from ..light_curves import offsets_of, segment_numbers
from ._columns import survey_preset
from ._presets import recognised
from ._units import missing, numbers_and_limits


def wide_preset(point_names, columns):
    """Name of the preset of which these are the columns side by side, or None.

    Parameters
    ----------
    point_names : collection of str
        Columns with one value a point.
    columns : mapping, str, Columns or None
        See `LightCurves.from_any`; None: recognised by the columns.
    """
    asked = isinstance(columns, str) and columns != "auto"
    if columns is None or columns == "auto":
        columns = recognised(point_names)
    if not isinstance(columns, str):
        return None
    preset = survey_preset(columns)
    names = set(point_names)
    clocks = {n for each in preset.wide.values() for n in each if each[n] in preset.times}
    known = brightnesses(preset) | (clocks if asked else set())
    if names & set(preset.columns.get("mag", ())) or not names & known:
        return None
    return columns


def brightnesses(preset):
    """Columns of magnitudes of all bands of a preset."""
    return {n for names in preset.wide.values() for n, target in names.items() if target == "mag"}


def wide_columns(columns):
    """Names of the columns of points in the wide layout of a survey's preset."""
    preset = survey_preset(columns)
    names = {name for names in preset.wide.values() for name in names}
    return names | preset.reject.keys() | set(preset.times)


def stack_rows(table, columns, *, keep_rows=True):
    """One row a band and point, from one row a point, whatever the order.

    Parameters
    ----------
    table : dict of str to ndarray of shape (n_rows,)
        Columns by name, those of all bands and those that hold for all bands.
    columns : str
        Name of the survey's preset.
    keep_rows : bool, default=True
        Keep a row without any point, which may be all there is of a star.

    Returns
    -------
    dict of str to ndarray
        The columns of the survey's layout with a band column. A row with neither time nor magnitude
        in a band, as of a band that was not observed, has no point there; nor has one without
        magnitude where the bands share their times.
    """
    preset = survey_preset(columns)
    wide = preset.wide
    in_bands = {name for names in wide.values() for name in names}
    shared = {name: values for name, values in table.items() if name not in in_bands}
    common = next((name for name in preset.times if name in shared), None)
    parts, used = [], np.zeros(len(next(iter(table.values()))), dtype=bool)
    for band, names in wide.items():
        own = {target: table[name] for name, target in names.items() if name in table}
        clock = next((own[name] for name in preset.times if name in own), None)
        if "mag" not in own or (clock is None and common is None):
            continue
        if clock is None:
            there = ~_unmeasured(own["mag"], preset)
        else:
            there = ~(missing(clock) & missing(own["mag"]))
        used |= there
        parts.append((shared | own | {"band": np.full(len(there), band, object)}, there))
    if not parts:
        raise ValueError(
            f"The preset {columns!r} found no band with both time and magnitude; it knows "
            + "; ".join(f"{band}: {', '.join(names)}" for band, names in wide.items())
        )
    if keep_rows:
        parts[0][1][~used] = True
    names = dict.fromkeys(name for part, _ in parts for name in part)
    return {
        name: np.concatenate([_column(part, name)[there] for part, there in parts])
        for name in names
    }


def _unmeasured(values, preset):
    value, _ = numbers_and_limits(values, "mag")
    with np.errstate(invalid="ignore"):
        return np.isnan(value) | (value >= preset.missing_above) | (value <= preset.missing_below)


def stack_points(points, offsets, columns):
    """The same for flat arrays cut by offsets: (points, offsets), band after band in each star."""
    star = segment_numbers(offsets)
    stacked = stack_rows({**points, _STAR: star}, columns, keep_rows=False)
    star = stacked.pop(_STAR)
    order = np.argsort(star, kind="stable")
    lengths = np.bincount(star, minlength=len(offsets) - 1)
    return {name: values[order] for name, values in stacked.items()}, offsets_of(lengths)


_STAR = "\0star"


def _column(part, name):
    """A column of one band; a value that a band does not have is a flag not set, or missing."""
    if name in part:
        return part[name]
    if name in ("magerr", "flux_over_error"):
        return np.full(len(part["band"]), np.nan)
    return np.full(len(part["band"]), False)
