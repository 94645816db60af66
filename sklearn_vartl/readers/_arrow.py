"""Arrow tables and columns with one row per star and lists of its points, and Parquet files of such."""

import json
from dataclasses import replace

import numpy as np

from ..light_curves import METADATA_KEY, offsets_of, to_arrow
from ._assemble import assemble
from ._columns import resolve
from ._compressed import stem_of, unpacked
from ._doubts import LOOKED_AT, told_beside
from ._long import from_long
from ._presets import survey_preset
from ._sides import side_by_side, stack_points, stack_side_points, wide_columns, wide_preset
from ._units import as_dates

# Points that deciding what a column is looks at.
_SAMPLE = 20_000


def from_arrow(data, columns=None, points=None, about=None, units=None, star=None):
    """Light curves of an Arrow table, record batch or column.

    Rows are stars with list columns, a list<struct> column or a struct of lists (`points` names it, where there are
    several); without lists, a row is one point. 64-bit list values in one chunk are shared, not copied. `about` is the
    time scale and zero (None: as the metadata record them), `units` are those of columns, `star` what the one star of
    a table without identifiers is called.
    """
    table = _as_table(data)
    about = _recorded(table) if about is None else about
    lists, stars = _split(table, points)
    if not lists:
        plain = {name: star_array(table[name]) for name in table.column_names}
        return from_long(plain, columns, about, star)

    def values(name):
        return _some_points(lists[name])

    wide = wide_preset(lists, columns)
    if wide is not None:
        names = {name: name for name in wide_columns(wide) & lists.keys()}
        flat, offsets = stack_points(*_flat_points(lists, names), wide)
        lists = flat
        found = resolve(lists, stars, wide)
        found = replace(found, remarks=(*found.remarks, f"layout of {wide}, bands side by side"))
        flat = {role: flat[name] for role, name in found.of_points().items() if name in flat}
    elif (sides := side_by_side(lists, columns, values)) is not None:
        flat, offsets = _flat_points(lists, {name: name for name in lists})
        lists, offsets = stack_side_points(flat, offsets, sides)
        found = resolve(lists, stars, sides.columns, values)
        found = replace(found, remarks=(*found.remarks, sides.remark))
        flat = {role: lists[name] for role, name in found.of_points().items() if name in lists}
    else:
        found = resolve(lists, stars, columns, values)
        flat, offsets = _flat_points(lists, found.of_points())
    used = set(found.of_stars().values())
    for role, name in found.of_points().items():
        if name not in lists:
            # A band given once a star, as ZTF does, holds for all of its points.
            flat[role] = np.repeat(star_array(stars[name]), np.diff(offsets))
            used.add(name)
    units = {role: (units or {}).get(name) for role, name in found.of_points().items()}
    X = assemble(
        flat,
        offsets,
        {role: star_array(stars[name]) for role, name in found.of_stars().items()},
        {name: star_array(column) for name, column in stars.items() if name not in used},
        found,
        about,
        {role: unit for role, unit in units.items() if unit},
    )
    if wide is None:
        X._doubts += tuple(told_beside(X, _first_points(lists, found, X), found, None))
    return X


def _first_points(lists, found, X):
    """Numbers and words that are left over of the points of the first stars, which is all that is looked at."""
    import pyarrow.types as pt

    n_stars, some = min(len(X), LOOKED_AT), {}
    for name in found.left_over:
        kind = getattr(getattr(lists.get(name), "type", None), "value_type", None)
        if kind is not None and (pt.is_integer(kind) or pt.is_floating(kind) or pt.is_string(kind)):
            values = point_array(lists[name][:n_stars].flatten())
            if len(values) == X.offsets[n_stars]:
                some[name] = values
    return some


def decide(table, columns=None):
    """What `from_arrow` will take of a large table, of which this is the first part, or none of its rows.

    That is what to pass as `columns` for all parts, the columns that are read (of nested ones those inside), and that
    of the identifiers or None.
    """
    lists, stars = _split(table)
    wide = wide_preset(lists, columns)
    if wide is not None:
        star = _usual_star(stars, wide)
        return wide, (wide_columns(wide) & lists.keys()) | ({star} - {None}), star
    values = (lambda name: _some_points(lists[name])) if table.num_rows else None
    sides = side_by_side(lists, columns, values) if values else None
    if sides is not None:
        others = [name for name in lists if name not in sides.names]
        stacked = [*others, *(name for each in sides.bands.values() for name in each.values())]
        found = resolve([*stacked, "band"], stars, sides.columns)
        return sides, set(lists) | set(found.of_stars().values()), found.names.get("id")
    found = _looked_beside(table, lists, resolve(lists, stars, columns, values))
    return found, set(found.names.values()), found.names.get("id")


def _looked_beside(table, lists, found):
    """With what columns that are not read of the parts tell of the first stars."""
    try:
        X = from_arrow(table, found)
    except (TypeError, ValueError, OverflowError):
        # Said of the star where its part is read.
        return found
    beside = told_beside(X, _first_points(lists, found, X), found, None)
    return replace(found, doubts=(*found.doubts, *beside))


def _usual_star(stars, preset):
    """The column of identifiers among those of stars."""
    empty = {name: np.empty(0) for name in stars}
    wanted = survey_preset(preset)
    clock, mag = next(iter(wanted.times)), wanted.columns["mag"][0]
    return resolve([clock, mag], list(empty), preset).names.get("id")


def _some_points(lists):
    """Points of the first stars."""
    if isinstance(lists, np.ndarray):
        return lists[:_SAMPLE]
    lengths = np.asarray(lists[:_SAMPLE].value_lengths().fill_null(0)).astype(np.int64)
    enough = int(np.searchsorted(np.cumsum(lengths), _SAMPLE)) + 1
    return point_array(lists[:enough].flatten())


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


def _split(table, points=None):
    """List columns and plain columns by name; nested columns are spread into their fields."""
    import pyarrow as pa
    import pyarrow.types as pt

    lists, stars, nested = {}, {}, {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if pt.is_list_view(kind) or pt.is_large_list_view(kind):
            # As plain lists: few kernels take views.
            kind = pa.large_list(kind.value_type)
            plain = pa.array(table[name].to_pylist(), kind)
            table = table.set_column(table.column_names.index(name), name, plain)
        if is_list(kind) and is_struct(kind.value_type):
            nested[name] = _list_of_struct(one_chunk(table[name]))
        elif is_struct(kind) and kind.num_fields and all(is_list(part.type) for part in kind):
            nested[name] = _struct_of_lists(one_chunk(table[name]))
        elif is_list(kind):
            lists[name] = one_chunk(table[name])
        elif is_struct(kind) and kind.num_fields:
            # One value a star of each field.
            whole = one_chunk(table[name])
            stars |= {
                f"{name}.{part.name}": values
                for part, values in zip(kind, whole.flatten(), strict=True)
            }
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
    fields = {part.name: v for part, v in zip(struct.type, struct.flatten(), strict=True)}
    inner = [
        name
        for name, lists in fields.items()
        if is_list(lists.type.value_type) and is_struct(lists.type.value_type.value_type)
    ]
    if len(inner) != 1:
        return fields
    return _objects_of_points(fields, inner[0])


def _objects_of_points(fields, inner):
    """A star's lists of objects, each with points of its own, as lists of points.

    What stands once an object, such as its filter and its field, holds for each of its points.
    """
    import pyarrow as pa

    objects, offsets = _lengths(fields[inner])
    points = fields[inner].flatten()
    n_points, _ = _lengths(points)
    point_offsets = offsets_of(
        np.add.reduceat(np.append(n_points, 0), offsets[:-1]) * (objects > 0)
    )
    of_points = _list_of_struct(points)
    spread = {
        name: pa.LargeListArray.from_arrays(pa.array(point_offsets), values.flatten())
        for name, values in of_points.items()
    }
    index = pa.array(np.repeat(np.arange(len(n_points)), n_points))
    for name, lists in fields.items():
        if name == inner or name in spread:
            continue
        _, own = _lengths(lists)
        if np.array_equal(own, offsets):
            values = lists.flatten().take(index)
            spread[name] = pa.LargeListArray.from_arrays(pa.array(point_offsets), values)
    return spread


def _flat_points(lists, names):
    """Flat arrays by role and the offsets that all list columns share."""
    flat, offsets, first = {}, None, None
    for role, name in names.items():
        if name not in lists:
            continue
        lengths, own = _lengths(lists[name])
        # flatten leaves out what null lists cover, and copies only if there are any.
        values = point_array(lists[name].flatten())
        if offsets is None:
            offsets, first = own, name
        elif not np.array_equal(offsets, own):
            values = _without_some(values, lengths, offsets, first, name)
        flat[role] = values
    return flat, offsets


def _without_some(values, lengths, offsets, first, name):
    """Values of points where some stars have none, such as no list of errors: there they are NaN."""
    wanted = np.diff(offsets)
    differ = lengths != wanted
    wrong = np.flatnonzero(differ & (lengths > 0))
    numbers = values.dtype.kind in "fiu"
    if len(wrong) or not numbers:
        star = int(wrong[0] if len(wrong) else np.flatnonzero(differ)[0])
        raise ValueError(
            f"The star at position {star} has {wanted[star]} points in column "
            f"{first} and {lengths[star]} in column {name}"
        )
    whole = np.full(offsets[-1], np.nan)
    whole[~np.repeat(differ, wanted)] = values
    return whole


def _lengths(lists):
    """Number of points of each star, none for a null, and offsets that start at zero."""
    lengths = np.asarray(lists.value_lengths().fill_null(0)).astype(np.int64)
    return lengths, offsets_of(lengths)


def point_array(values):
    """Values of points as numpy: numbers with NaN for null, anything else as objects."""
    import pyarrow as pa
    import pyarrow.types as pt

    kind = values.type
    if pt.is_decimal(kind) or pt.is_float16(kind):
        values, kind = values.cast(pa.float64()), pa.float64()
    if pt.is_boolean(kind):
        values = values.fill_null(False)
    if pt.is_timestamp(kind) or pt.is_date(kind):
        return as_dates(values.cast(pa.timestamp("ns")).to_numpy(zero_copy_only=False))
    if pt.is_temporal(kind):
        raise TypeError(f"Time stamps must be numbers of days or dates, got Arrow {kind}")
    return star_array(values)


def star_array(column):
    """One value a row as numpy; text, and integers with nulls, as objects with None for null."""
    import pyarrow as pa
    import pyarrow.types as pt

    column = one_chunk(column)
    if pt.is_dictionary(column.type):
        if pt.is_string_view(column.type.value_type):
            column = column.cast(pa.dictionary(column.type.index_type, pa.string()))
        column = column.dictionary_decode()
    kind = column.type
    if pt.is_decimal(kind):
        # Databases hand out large whole numbers as decimals.
        column = _whole_numbers(column) if kind.scale == 0 else column.cast(pa.float64())
        kind = column.type
    number = pt.is_integer(kind) or pt.is_boolean(kind)
    if pt.is_floating(kind) or (number and not column.null_count):
        return column.to_numpy(zero_copy_only=False)
    if pt.is_timestamp(kind) or pt.is_date(kind):
        return column.cast(pa.timestamp("ns")).to_numpy(zero_copy_only=False)
    values = np.empty(len(column), dtype=object)
    found = column.to_pylist()
    if pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind):
        found = [None if v is None else v.decode("utf-8", "replace") for v in found]
    values[:] = found
    return values


def _whole_numbers(column):
    """Decimals without decimals as integers, or as text where they are longer than any integer."""
    import pyarrow as pa

    for kind in (pa.int64(), pa.uint64()):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            continue
    return column.cast(pa.string())


# About a million points: what a reader that goes through a large file piece by piece holds at once.
_ROWS_PER_GROUP = 4096


def read_parquet(path, columns, parts=()):
    """Light curves of a Parquet file, or a folder of them; long tables are read too, without identifiers as one star.

    `parts` are columns that stand in the names of the folders, as in "band=g".
    """
    import pyarrow as pa
    import pyarrow.dataset as pds
    import pyarrow.parquet as pq

    told, packed = None, None if parts else unpacked(path, "Parquet")
    if parts:
        told = pds.partitioning(pa.schema([(name, pa.string()) for name in parts]), flavor="hive")
    try:
        table = pq.read_table(
            path if packed is None else pa.BufferReader(packed),
            partitioning=told,
            pre_buffer=False,
        )
    except pa.ArrowException as error:
        raise ValueError(f"not readable as Parquet: {error}") from error
    try:
        return from_arrow(table, columns, star=stem_of(path))
    except pa.ArrowException as error:
        raise ValueError(f"not readable as Parquet: {error}") from error


def write_parquet(X, path):
    """One row per star, zstd-compressed."""
    import pyarrow.parquet as pq

    pq.write_table(to_arrow(X), path, compression="zstd", row_group_size=_ROWS_PER_GROUP)
