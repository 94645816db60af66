"""The parts of a file as Arrow tables, whatever is broken in it."""

from itertools import groupby
from operator import attrgetter

import numpy as np

from ..light_curves import concatenate
from ..readers import as_magnitudes, from_arrow

# Bytes of a column that are read ahead: a whole row group may be larger than the memory.
_BUFFER = 2**20


def read_parts(file, pending):
    """Read parts of a file in their order.

    Parameters
    ----------
    file : SourceFile
    pending : set of int
        Numbers of the parts that are wanted.

    Yields
    ------
    part : Part
    table : pyarrow.Table
        The rows of it that can be read.
    rows : ndarray of int
        Their numbers in the file.
    broken : list of str
        What cannot be read.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(
        file.path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
    ) as parquet:
        reader = _Reader(file, parquet)
        for _, parts in groupby(file.parts, key=attrgetter("groups")):
            parts = list(parts)
            last = max((part.number for part in parts if part.number in pending), default=-1)
            wanted = [part for part in parts if part.number <= last]
            read = reader.pieces if len(parts) > 1 else reader.whole
            for part, *found in read(wanted):
                if part.number in pending:
                    yield part, *found


class _Reader:
    def __init__(self, file, parquet):
        self.file, self.parquet = file, parquet
        self.columns = list(file.layout.columns)

    def whole(self, parts):
        """Parts made of whole row groups."""
        import pyarrow as pa

        for part in parts:
            rows, tables, broken, start = [], [self._nothing()], [], part.start
            for group in part.groups:
                n_stars = self.parquet.metadata.row_group(group).num_rows
                try:
                    tables.append(self._read(group))
                    rows.append(np.arange(start, start + n_stars))
                except (OSError, pa.ArrowException) as error:
                    broken.append(self._broken(group, error))
                start += n_stars
            yield part, pa.concat_tables(tables), np.concatenate([[], *rows]).astype(int), broken

    def pieces(self, parts):
        """Parts of one row group, read one after the other."""
        import pyarrow as pa

        if not parts:
            return
        (group,) = parts[0].groups
        batches = self.parquet.iter_batches(
            parts[0].n_stars, row_groups=[group], columns=self.columns, use_threads=False
        )
        lost = None
        for part in parts:
            if lost is None:
                try:
                    table = pa.Table.from_batches([next(batches)])
                    yield part, table, np.arange(part.start, part.start + part.n_stars), []
                    continue
                except (OSError, pa.ArrowException, StopIteration) as error:
                    # What follows in the row group cannot be reached any more.
                    lost = error
            where = f"rows {part.start} to {part.start + part.n_stars - 1}"
            yield part, self._nothing(), np.empty(0, int), [self._broken(group, lost, where)]

    def _read(self, group):
        return self.parquet.read_row_group(group, columns=self.columns, use_threads=False)

    def _nothing(self):
        schema = self.parquet.schema_arrow
        return schema.empty_table().select([n for n in schema.names if n in self.columns])

    def _broken(self, group, error, where=None):
        reason = " ".join(str(error).split()) or type(error).__name__
        rows = "" if where is None else f", {where}"
        return f"{self.file.name}: row group {group}{rows}: {reason}"


def light_curves_of(table, columns, points, settled=None):
    """Light curves of a table's rows, one row a star.

    Where one star's row is no light curve (lists of different lengths), that star alone is lost.

    Parameters
    ----------
    table : pyarrow.Table
    columns, points
        See `LightCurves.from_any`.
    settled : object, default=None
        What was decided of the columns of the whole file, see `find_layout`.

    Returns
    -------
    X : LightCurves
    unreadable : ndarray of bool of shape (n_stars,)
        Stars whose row cannot be read; they have no points.
    """
    unreadable = np.zeros(table.num_rows, dtype=bool)
    try:
        return _converted(table, columns, points, settled), unreadable
    except (TypeError, ValueError, OverflowError):
        # A table without points has the same columns: what is wrong here is no star's fault.
        without_points = _converted(_emptied(table), columns, points, settled)
    stars = []
    for i in range(table.num_rows):
        try:
            stars.append(_converted(table.slice(i, 1), columns, points, settled))
        except (TypeError, ValueError, OverflowError):
            unreadable[i] = True
            stars.append(without_points[i : i + 1])
    return concatenate(stars), unreadable


def _converted(table, columns, points, settled):
    X = from_arrow(table, columns if settled is None else settled, points)
    return as_magnitudes(X, columns)


def _emptied(table):
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            table = table.set_column(i, field.name, pa.nulls(table.num_rows, field.type))
    return table
