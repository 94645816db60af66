"""Which columns of a Parquet file are read."""

from dataclasses import dataclass

from ..readers import resolve


@dataclass(frozen=True)
class Layout:
    """Columns of a file, by their names at the top level.

    Attributes
    ----------
    lists : tuple of str
        Those that hold points.
    columns : tuple of str
        All that are read.
    id_column : str or None
        The one with the identifiers.
    id_type : pyarrow.DataType
        What they are; text, made from the row, where there is no such column.
    """

    lists: tuple
    columns: tuple
    id_column: str | None
    id_type: object


def find_layout(schema, columns, passthrough=()):
    """Find the columns of light curves in a schema with one row a star.

    Parameters
    ----------
    schema : pyarrow.Schema
    columns : mapping, str or None
        See `LightCurves.from_any`.
    passthrough : sequence of str
        Further columns with one value a star that a model reads.

    Returns
    -------
    Layout

    Raises
    ------
    ValueError
        If the rows are points, or columns are not found.
    """
    import pyarrow as pa

    from ..readers import is_list, is_struct

    lists, nested = [], {}
    for field in schema:
        kind = field.type
        if is_list(kind) and is_struct(kind.value_type):
            nested[field.name] = [part.name for part in kind.value_type]
        elif is_struct(kind) and kind.num_fields and all(is_list(part.type) for part in kind):
            nested[field.name] = [part.name for part in kind]
        elif is_list(kind):
            lists.append(field.name)
    plain = [name for name in schema.names if name not in nested and name not in lists]
    if not nested and not lists:
        raise ValueError(
            "its rows are points, not stars: a star's points may lie in several row groups. Read "
            "such a table with read_light_curves, and write it with one row a star with "
            "write_light_curves"
        )
    points = [name for names in nested.values() for name in names] or lists
    found = resolve(points, plain, columns)
    used = set(found.names.values()) | set(passthrough)
    read = tuple(name for name in schema.names if name in nested or name in used)
    holding = tuple(nested) or tuple(name for name in lists if name in used)
    id_column = found.names.get("id")
    id_type = pa.string() if id_column is None else schema.field(id_column).type
    if pa.types.is_dictionary(id_type):
        id_type = id_type.value_type
    return Layout(holding, read, id_column, id_type)
