"""Arrow tables and columns with one row per star and lists of its points, and Parquet files of such."""

import json

import numpy as np

from ..light_curves import METADATA_KEY, to_arrow
from ._assemble import assemble
from ._columns import resolve
from ._long import from_long
from ._wide import is_wide, stack_points, wide_columns


def from_arrow(data, columns=None, points=None, about=None):
    """Light curves of an Arrow table, record batch or column.

    64-bit list values in one chunk are shared, not copied. Without lists, a row is one point.

    Parameters
    ----------
    data : pyarrow Table, RecordBatch, Array or ChunkedArray
        Rows are stars: list columns, a list<struct> column or a struct of lists.
    columns : mapping, str or None
        See `LightCurves.from_any`.
    points : str, default=None
        Which nested column holds the light curves, where there are several.
    about : dict, default=None
        Time scale and zero; None: as the table's metadata record them.
    """
    table = _as_table(data)
    about = _recorded(table) if about is None else about
    lists, stars = _split(table, points)
    if not lists:
        return from_long(_plain_columns(table), columns, about)
    if is_wide(lists, columns):
        names = {name: name for name in wide_columns(columns) & lists.keys()}
        flat, offsets = stack_points(*_flat_points(lists, names), columns)
        lists = flat
        found = resolve(lists, stars, columns)
        flat = {role: flat[name] for role, name in found.of_points().items() if name in flat}
    else:
        found = resolve(lists, stars, columns)
        flat, offsets = _flat_points(lists, found.of_points())
    used = set(found.of_stars().values())
    for role, name in found.of_points().items():
        if name not in lists:
            # A band given once a star, as ZTF does, holds for all of its points.
            flat[role] = np.repeat(star_array(stars[name]), np.diff(offsets))
            used.add(name)
    return assemble(
        flat,
        offsets,
        {role: star_array(stars[name]) for role, name in found.of_stars().items()},
        {name: star_array(column) for name, column in stars.items() if name not in used},
        found,
        about,
    )


def _recorded(table):
    about = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
    return about if isinstance(about, dict) else {}


def _as_table(data):
    import pyarrow as pa

    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    return pa.table({"light_curve": data})


def _split(table, points):
    """List columns and plain columns by name; nested columns are spread into their fields."""
    lists, stars, nested = {}, {}, {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if is_list(kind) and is_struct(kind.value_type):
            nested[name] = _list_of_struct(one_chunk(table[name]))
        elif is_struct(kind) and kind.num_fields and all(is_list(part.type) for part in kind):
            nested[name] = _struct_of_lists(one_chunk(table[name]))
        elif is_list(kind):
            lists[name] = one_chunk(table[name])
        else:
            stars[name] = table[name]
    if points is not None and points not in nested:
        raise ValueError(
            f"There is no nested column {points!r}; there are {', '.join(nested) or 'none'}"
        )
    if points is None and len(nested) > 1:
        raise ValueError(
            f"Several nested columns: {', '.join(nested)}. Say which holds the light curves, as in "
            f"points={next(iter(nested))!r}."
        )
    if nested:
        return nested[points or next(iter(nested))], stars
    return lists, stars


def is_list(kind):
    """Whether an Arrow type is one of the list types."""
    import pyarrow.types as pt

    return pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind)


def is_struct(kind):
    """Whether an Arrow type is a struct."""
    import pyarrow.types as pt

    return pt.is_struct(kind)


def one_chunk(column):
    """A column as one array, copied only where it has several chunks."""
    import pyarrow as pa

    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _list_of_struct(lists):
    import pyarrow as pa

    _, offsets = _lengths(lists)
    struct = lists.flatten()
    # Flattened, since a null struct must make its fields null.
    return {
        part.name: pa.LargeListArray.from_arrays(pa.array(offsets), values)
        for part, values in zip(struct.type, struct.flatten(), strict=True)
    }


def _struct_of_lists(struct):
    return {part.name: values for part, values in zip(struct.type, struct.flatten(), strict=True)}


def _flat_points(lists, names):
    """Flat arrays by role and the offsets that all list columns share."""
    flat, offsets, first = {}, None, None
    for role, name in names.items():
        if name not in lists:
            continue
        lengths, own = _lengths(lists[name])
        if offsets is None:
            offsets, first = own, name
        elif not np.array_equal(offsets, own):
            star = int(np.flatnonzero(lengths != np.diff(offsets))[0])
            raise ValueError(
                f"The star at position {star} has {np.diff(offsets)[star]} points in column "
                f"{first} and {lengths[star]} in column {name}"
            )
        # flatten leaves out what null lists cover, and copies only if there are any.
        flat[role] = point_array(lists[name].flatten())
    return flat, offsets


def _lengths(lists):
    """Number of points of each star, none for a null, and offsets that start at zero."""
    lengths = np.asarray(lists.value_lengths().fill_null(0)).astype(np.int64)
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return lengths, offsets


def point_array(values):
    """Values of points as numpy: numbers with NaN for null, anything else as objects."""
    import pyarrow as pa
    import pyarrow.types as pt

    kind = values.type
    if pt.is_decimal(kind) or pt.is_float16(kind):
        values, kind = values.cast(pa.float64()), pa.float64()
    if pt.is_boolean(kind):
        values = values.fill_null(False)
    if pt.is_temporal(kind):
        raise TypeError(f"Time stamps must be numbers of days, got Arrow {kind}")
    return star_array(values)


def star_array(column):
    """One value a row as numpy; text, and integers with nulls, as objects with None for null."""
    import pyarrow.types as pt

    column = one_chunk(column)
    if pt.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    number = pt.is_integer(kind) or pt.is_boolean(kind)
    if pt.is_floating(kind) or (number and not column.null_count):
        return column.to_numpy(zero_copy_only=False)
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _plain_columns(table):
    return {name: star_array(table[name]) for name in table.column_names}


# About a million points: what a reader that goes through a large file piece by piece holds at once.
_ROWS_PER_GROUP = 4096


def read_parquet(path, columns):
    """Light curves of a Parquet file, or of a folder of them; long tables are read too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return from_arrow(pq.read_table(path), columns=columns)
    except pa.ArrowException as error:
        raise ValueError(f"not readable as Parquet: {error}") from error


def write_parquet(X, path):
    """One row per star, zstd-compressed."""
    import pyarrow.parquet as pq

    pq.write_table(to_arrow(X), path, compression="zstd", row_group_size=_ROWS_PER_GROUP)
