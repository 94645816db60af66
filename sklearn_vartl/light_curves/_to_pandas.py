"""Light curves as pandas tables, long and nested."""

import numpy as np

from ._ragged import offsets_of
from ._to_arrow import point_columns, star_columns, time_frame, to_arrow


def to_pandas(X):
    """One row a point; a star without points has one row without time and magnitude."""
    import pandas as pd

    check_distinct_ids(X)
    lengths = np.maximum(X.n_points, 1)
    offsets = offsets_of(lengths)
    filled = np.ones(offsets[-1], dtype=bool)
    filled[offsets[:-1][X.n_points == 0]] = False
    data = {name: np.repeat(values, lengths) for name, values in star_columns(X).items()}
    for name, values in point_columns(X).items():
        if filled.all():
            data[name] = values
            continue
        empty = {"f": np.nan, "b": False, "i": 0, "u": 0}.get(values.dtype.kind)
        data[name] = np.full(len(filled), empty, dtype=values.dtype)
        data[name][filled] = values
    table = pd.DataFrame(data, copy=True)
    table.attrs = time_frame(X)
    return table


def to_nested(X, name):
    """One row a star, its points nested in one column."""
    try:
        import nested_pandas as npd
    except ImportError as error:
        raise ImportError(
            "to_nested needs nested-pandas: pip install 'sklearn_vartl[catalog]'"
        ) from error
    import pandas as pd
    import pyarrow as pa

    table = to_arrow(X)
    nested = list(point_columns(X))
    stars = table.drop_columns(nested).to_pandas()
    struct = pa.StructArray.from_arrays([_list_array(table[n]) for n in nested], names=nested)
    stars[name] = pd.Series(struct, dtype=npd.NestedDtype(struct.type), index=stars.index)
    frame = npd.NestedFrame(stars)
    frame.attrs = time_frame(X)
    return frame


def _list_array(column):
    """nested-pandas takes lists with 32-bit offsets only."""
    import pyarrow as pa

    column = column.combine_chunks()
    return column.cast(pa.list_(column.type.value_type))


def check_distinct_ids(X):
    """Refuse identifiers that repeat, for forms that tell stars apart by nothing else."""
    seen = {}
    for position, star in enumerate(X.ids.tolist()):
        if star in seen:
            raise ValueError(
                f"Identifier {star!r} belongs to the stars at positions {seen[star]} and "
                f"{position}; a table of points needs distinct ones: X.replace(ids=...)"
            )
        seen[star] = position
