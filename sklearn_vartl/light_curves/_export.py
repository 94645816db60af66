"""Light curves as Arrow tables, and as pandas tables, long and nested."""

import json

import numpy as np

from ._ragged import offsets_of
from ._validation import POINT_COLUMNS

# Where a file of ours records what its columns cannot say.
METADATA_KEY = b"sklearn_vartl.light_curves"


def to_arrow(X):
    """Identifier, label, survey, per-star columns, then a list column of each value of points."""
    import pyarrow as pa

    stars = {name: _array(values, name) for name, values in star_columns(X).items()}
    offsets = pa.array(X.offsets)
    lists = {
        name: pa.LargeListArray.from_arrays(offsets, _array(values, name))
        for name, values in point_columns(X).items()
    }
    both = stars.keys() & lists.keys()
    if both:
        raise ValueError(
            f"The per-star table has columns with the name of a column of points: {both}"
        )
    metadata = {METADATA_KEY: json.dumps(time_frame(X)).encode()}
    return pa.table(stars | lists).replace_schema_metadata(metadata)


def time_frame(X):
    """Time scale and zero, as far as known."""
    about = {"time_scale": X.time_scale, "time_zero": X.time_zero}
    return {name: value for name, value in about.items() if value is not None}


def star_columns(X):
    """Arrays with one value a star, by column name."""
    columns = {"object_id": X.ids}
    if X.labels is not None:
        columns["label"] = X.labels
    if X.survey is not None:
        survey = X.survey
        columns["survey"] = np.full(len(X), survey, object) if isinstance(survey, str) else survey
    return columns | {n: v for n, v in (X.table or {}).items() if n not in columns}


def point_columns(X):
    """Flat arrays with one value a point, by column name."""
    arguments = X._arguments()
    names = {"time": "time", "mag": X.quantity, "magerr": X.quantity + "err"}
    names |= {name: name for name in POINT_COLUMNS}
    return {names[key]: arguments[key] for key in names if arguments[key] is not None}


def _array(values, name):
    import pyarrow as pa

    try:
        if values.dtype.kind == "f":
            return pa.array(values)  # NaN stays NaN
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(
            f"Column {name} holds values of several types, which no file can hold: {error}"
        ) from error


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
