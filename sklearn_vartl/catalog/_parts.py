"""How a file is cut into parts, the pieces that are classified and written at once."""

from dataclasses import dataclass

# Points of a part at most, unless one star alone has more: with times, magnitudes, errors and the
# copies that cleaning makes, some two hundred megabytes.
MAX_POINTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive stars of one file.

    Attributes
    ----------
    number : int
        Its place in the file.
    groups : tuple of int
        The row groups it is made of: several whole ones, or one.
    start : int
        Row of the file that it starts with.
    skip : int
        Rows of its row group before it.
    n_stars : int
    """

    number: int
    groups: tuple
    start: int
    skip: int
    n_stars: int


def plan_parts(metadata, lists, batch_size, max_points=MAX_POINTS):
    """Cut a file into parts of limited size.

    Small row groups are put together, large ones divided. The plan follows from the file's footer
    alone, so that an interrupted run finds the same parts again.

    Parameters
    ----------
    metadata : pyarrow.parquet.FileMetaData
    lists : sequence of str
        Top-level columns that hold the points.
    batch_size : int
        Stars of a part at most.
    max_points : int

    Returns
    -------
    parts : tuple of Part
    """
    cuts, pending, stars, points, row = [], [], 0, 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        n_stars, n_points = group.num_rows, _points(group, lists)
        if pending and (stars + n_stars > batch_size or points + n_points > max_points):
            cuts.append((tuple(pending), row - stars, 0, stars))
            pending, stars, points = [], 0, 0
        if n_stars <= batch_size and n_points <= max_points:
            pending, stars, points = [*pending, number], stars + n_stars, points + n_points
        else:
            size = rows_at_once(n_stars, n_points, batch_size, max_points)
            cuts += [
                ((number,), row + skip, skip, min(size, n_stars - skip))
                for skip in range(0, n_stars, size)
            ]
        row += n_stars
    if pending:
        cuts.append((tuple(pending), row - stars, 0, stars))
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
