"""Parquet files with one row per star and list columns of its points."""

from ._from_arrow import from_arrow
from ._to_arrow import to_arrow

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
