"""Long tables: one row per point, a column that says whose point it is."""

import numpy as np

from ..light_curves import offsets_of, plain_array
from ._assemble import assemble
from ._columns import resolve
from ._units import days, in_unit, time_frame
from ._wide import is_wide, stack_rows


def from_long(table, columns=None, about=None):
    """Light curves of a table with one row a point; stars in the order of first appearance.

    Parameters
    ----------
    table : mapping of str to array-like of shape (n_rows,)
        Columns by name. A star whose only row has neither time nor magnitude has no points.
    columns : mapping, str or None
        See `LightCurves.from_any`.
    about : dict, default=None
        Time scale and time zero as the table records them.
    """
    import pandas as pd

    table = {str(name): table[name] for name in table}
    if is_wide(table, columns):
        table = stack_rows({n: plain_array(values) for n, values in table.items()}, columns)
    found = resolve(table, table, columns)
    if "id" not in found.names:
        raise ValueError(
            f"No column tells the stars apart among {', '.join(table)}. Name it, as in "
            'columns={"id": "star"}; a single star is a list of one: [(time, mag, magerr)].'
        )
    clock = found.names["time"]
    about = (about or {}) | time_frame(table[clock])
    table[clock] = days(table[clock])
    for role in {"flux", "fluxerr"} & found.names.keys():
        name = found.names[role]
        table[name] = in_unit(table[name], found.preset.flux_unit, name)
    table = {name: plain_array(values) for name, values in table.items()}
    codes, ids = pd.factorize(table[found.names["id"]])
    if len(codes) and codes.min() < 0:
        raise ValueError(
            f"{np.sum(codes < 0)} rows have no identifier in column {found.names['id']}; "
            f"the first is row {int(np.argmin(codes))}"
        )
    offsets = offsets_of(np.bincount(codes, minlength=len(ids)))
    if len(codes) and np.diff(codes).min(initial=0) < 0:
        # Stable: the points of a star stay in the order of the table.
        order = np.argsort(codes, kind="stable")
        table = {name: values[order] for name, values in table.items()}
    stars = {"id": np.asarray(ids)}
    for role, name in found.of_stars().items():
        if role != "id":
            stars[role] = _one_a_star(table[name], offsets, stars["id"], name)
    used = set(found.names.values())
    rest = {
        name: values[offsets[:-1]]
        for name, values in table.items()
        if name not in used and _same_as_first(values, offsets).all()
    }
    points = {role: table[name] for role, name in found.of_points().items()}
    empty = _empty_stars(points["time"], points[found.quantity], offsets)
    if empty.any():
        keep = ~np.repeat(empty, np.diff(offsets))
        points = {role: values[keep] for role, values in points.items()}
        offsets = offsets_of(np.where(empty, 0, np.diff(offsets)))
    return assemble(points, offsets, stars, rest, found, about)


def _one_a_star(values, offsets, ids, name):
    """The value that all rows of a star share; missing in some of its rows is allowed."""
    import pandas as pd

    chosen = values[offsets[:-1]]
    if _same_as_first(values, offsets).all():
        return chosen
    there = ~pd.isna(values)
    stars = np.repeat(np.arange(len(ids)), np.diff(offsets))
    with_value, first = np.unique(stars[there], return_index=True)
    chosen = np.full(len(ids), None, dtype=object)
    chosen[with_value] = values[there][first]
    differs = there & (values != chosen[stars])
    if differs.any():
        star = stars[differs][0]
        raise ValueError(
            f"Star {ids[star]!r} (position {star}) has several values in column {name}: "
            f"{chosen[star]!r} and {values[differs][0]!r}"
        )
    return chosen


def _same_as_first(values, offsets):
    """Mask, shape (n_rows,): the row has the value of its star's first row."""
    import pandas as pd

    first = np.repeat(values[offsets[:-1]], np.diff(offsets))
    missing = pd.isna(values)
    same = np.asarray(values == first) & ~missing
    return same | (missing & pd.isna(first))


def _empty_stars(time, value, offsets):
    import pandas as pd

    empty = np.diff(offsets) == 1
    first = offsets[:-1][empty]
    empty[empty] = pd.isna(time[first]) & pd.isna(value[first])
    return empty
