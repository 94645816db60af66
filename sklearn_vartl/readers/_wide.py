"""Tables with a column for each band and quantity, as tables with a column that names the band."""

import numpy as np

from ..light_curves import offsets_of, segment_numbers
from ._columns import survey_preset
from ._units import missing


def is_wide(point_names, columns):
    """Whether a survey's preset is asked for and these are the columns of its wide layout."""
    if not isinstance(columns, str):
        return False
    preset = survey_preset(columns)
    times = {n for names in preset.wide.values() for n in names if names[n] in preset.times}
    return not set(preset.times) & set(point_names) and bool(times & set(point_names))


def wide_columns(columns):
    """Names of the columns of points in the wide layout of a survey's preset."""
    preset = survey_preset(columns)
    return {name for names in preset.wide.values() for name in names} | preset.reject.keys()


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
        in a band, as of a band that was not observed, has no point there.
    """
    preset = survey_preset(columns)
    wide = preset.wide
    in_bands = {name for names in wide.values() for name in names}
    shared = {name: values for name, values in table.items() if name not in in_bands}
    parts, used = [], np.zeros(len(next(iter(table.values()))), dtype=bool)
    for band, names in wide.items():
        own = {target: table[name] for name, target in names.items() if name in table}
        values = [own[t] for t in (*preset.times, *preset.columns["mag"]) if t in own]
        if len(values) == 2:
            there = ~(missing(values[0]) & missing(values[1]))
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
    """A column of one band; a flag that a band does not have is not set."""
    if name in part:
        return part[name]
    return np.full(len(part["band"]), False)
