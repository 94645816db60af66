"""The files of a catalogue: what they hold, the parts they are read in, and these as light curves."""

import glob
import hashlib
import os
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np

from ..light_curves import concatenate
from ..readers import as_magnitudes, decide, from_arrow, is_data_file, is_list, is_struct

# Points of a part at most, unless one star alone has more: with times, magnitudes, errors and the
# copies that cleaning makes, some two hundred megabytes.
MAX_POINTS = 2_000_000
PARQUET = (".parquet", ".pq")
# A Parquet file ends in its footer, four bytes that say how long that is, and four letters.
_TAIL = 8


@dataclass(frozen=True)
class Layout:
    """Columns of a file, by their names at the top level."""

    lists: tuple  # those that hold points
    columns: tuple  # all that are read
    id_column: str | None  # the one with the identifiers
    id_type: object  # a pyarrow type; text, made from the row, where there is no such column
    settled: object = None  # what each column is, decided once for all parts of the file


# Stars whose values help to decide what a column is.
_SAMPLE = 20


def find_layout(schema, columns, passthrough=(), sample=None):
    """Find the columns of light curves in a schema with one row a star.

    `columns` are as in `LightCurves.from_any`; `passthrough` names further ones with a value a star that a model
    reads. The first rows, a `sample`, help to decide; without them the names alone do.
    """
    import pyarrow as pa

    lists, nested = [], []
    for field in schema:
        kind = field.type
        if is_list(kind) and not is_struct(kind.value_type):
            lists.append(field.name)
        elif pa.types.is_nested(kind):
            nested.append(field.name)
    if not nested and not lists:
        raise ValueError(
            "its rows are points, not stars: a star's points may lie in several row groups. Read "
            "such a table with read_light_curves, and write it with one row a star with "
            "write_light_curves"
        )
    settled, names, id_column = decide(sample or schema.empty_table(), columns)
    used = names | set(passthrough)
    read = tuple(name for name in schema.names if name in nested or name in used)
    holding = tuple(nested) or tuple(name for name in lists if name in used)
    id_type = pa.string() if id_column is None else schema.field(id_column).type
    if pa.types.is_dictionary(id_type):
        id_type = id_type.value_type
    return Layout(holding, read, id_column, id_type, settled)


def _first_rows(file):
    """A few rows of a Parquet file, none where they cannot be read."""
    import pyarrow as pa

    try:
        return pa.Table.from_batches([next(file.iter_batches(_SAMPLE, use_threads=False))])
    except (OSError, StopIteration, pa.ArrowException):
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive stars of one file."""

    number: int  # its place in the file
    groups: tuple  # the row groups it is made of: several whole ones, or one
    start: int  # row of the file that it starts with
    n_stars: int


def plan_parts(metadata, lists, batch_size, max_points=MAX_POINTS):
    """Cut a file into parts of limited size.

    Small row groups are put together, large ones divided. The plan follows from the file's footer
    alone, so that an interrupted run finds the same parts again. `lists` are the columns at the top level that
    hold the points.
    """
    cuts, pending, stars, points, row = [], [], 0, 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        n_stars, n_points = group.num_rows, _points(group, lists)
        if pending and (stars + n_stars > batch_size or points + n_points > max_points):
            cuts.append((tuple(pending), row - stars, stars))
            pending, stars, points = [], 0, 0
        if n_stars <= batch_size and n_points <= max_points:
            pending, stars, points = [*pending, number], stars + n_stars, points + n_points
        else:
            size = rows_at_once(n_stars, n_points, batch_size, max_points)
            cuts += [
                ((number,), row + before, min(size, n_stars - before))
                for before in range(0, n_stars, size)
            ]
        row += n_stars
    if pending:
        cuts.append((tuple(pending), row - stars, stars))
    return tuple(Part(number, *cut) for number, cut in enumerate(cuts) if cut[-1])


def rows_at_once(n_stars, n_points, batch_size, max_points=MAX_POINTS):
    """Stars of a row group that are read at once."""
    return max(min(batch_size, max_points * n_stars // max(n_points, 1)), 1)


def _points(group, lists):
    counts = [0]
    for j in range(group.num_columns):
        column = group.column(j)
        if column.path_in_schema.split(".")[0] in lists:
            counts.append(column.num_values)
    return max(counts)


@dataclass(frozen=True)
class SourceFile:
    """One file of light curves."""

    name: str  # its path below the source
    path: Path
    # Hash of its size and footer; None where it is no Parquet file of light curves.
    fingerprint: str | None
    parts: tuple = ()
    layout: Layout | None = None
    problem: str | None = None  # why it cannot be read

    @property
    def n_stars(self):
        """Number of stars."""
        return sum(part.n_stars for part in self.parts)


def find_files(source, output):
    """Names and paths of the Parquet files of a source, sorted by name.

    A file, a folder (with all folders in it; of a HATS catalogue its pixels) or a glob. What lies where the
    output goes is never taken for light curves.
    """
    text, root = os.fspath(source), Path(source)
    if root.is_dir():
        hats = any((root / name).is_file() for name in ("hats.properties", "properties"))
        pattern = "dataset/Norder=*/**/*" if hats else "**/*"
        paths = [p for p in root.glob(pattern) if p.suffix in PARQUET and is_data_file(p, root)]
        found = {path.relative_to(root).as_posix(): path for path in paths}
    elif root.exists():
        found = {root.name: root}
    else:
        paths = [Path(path) for path in glob.glob(text, recursive=True)]
        found = {path.as_posix(): path for path in paths if path.is_file()}
    if output is not None:
        taken = {path.resolve() for path in found.values()}
        if output.resolve() in taken and (root.is_file() or holds_stars(output)):
            raise ValueError(
                f"{output} would be written over by its classes: give the output another name"
            )
        # Neither the output itself nor parts in a folder of that name.
        found = {n: p for n, p in found.items() if not _is_below(p.resolve(), output.resolve())}
    if not found:
        raise FileNotFoundError(f"There is no Parquet file at {text}")
    return dict(sorted(found.items()))


def _is_below(path, output):
    parts = output.with_name(output.name + ".parts")
    return any(place in (output, parts) for place in (path, *path.parents))


def holds_stars(path):
    """Whether a file is Parquet with one row a star, as far as its schema tells."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return any(pa.types.is_nested(field.type) for field in pq.read_schema(path))
    except (OSError, pa.ArrowException):
        return False


def describe_file(name, path, batch_size, columns, passthrough):
    """Read the footer of a file and plan its parts; a `problem` where it is damaged or holds no light curves."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        fingerprint = _fingerprint(path)
        with pq.ParquetFile(path) as file:
            layout = find_layout(file.schema_arrow, columns, passthrough, _first_rows(file))
            parts = plan_parts(file.metadata, layout.lists, batch_size)
    except (OSError, TypeError, ValueError, pa.ArrowException) as error:
        return SourceFile(name, path, None, problem=" ".join(str(error).split()))
    return SourceFile(name, path, fingerprint, parts, layout)


def _fingerprint(path):
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _TAIL, 0))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or length > size:
            raise ValueError("no Parquet file, or cut off: it has no footer")
        file.seek(size - _TAIL - length)
        footer = file.read(length)
    return hashlib.blake2b(f"{size} ".encode() + footer, digest_size=16).hexdigest()


# Bytes of a column that are read ahead: a whole row group may be larger than the memory.
_BUFFER = 2**20


def read_parts(file, pending):
    """Read the `pending` parts of a file, by their numbers, in their order.

    Of each: the Part, the rows that can be read as a table, their numbers in the file, and what cannot be read.
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
    """Light curves of a table's rows, one row a star, and which stars are unreadable: they have no points.

    Where one star's row is no light curve (lists of different lengths), that star alone is lost. `settled` is
    what was decided of the columns of the whole file, see `find_layout`.
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
