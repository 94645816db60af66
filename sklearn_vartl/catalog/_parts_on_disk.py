"""Files of parts, and what each says of itself."""

import json

from .._files import BEING_WRITTEN, complete

# Under this key of a file's metadata stands what became of its stars, or the run it belongs to.
ABOUT = b"sklearn_vartl.catalog"


def part_path(folder, file_number, part_number):
    """File of a part; sorted by name, parts stand in the order of the source."""
    return folder / f"part-{file_number:06d}-{part_number:06d}.parquet"


def write_part(path, table, about):
    """Write a part with its account `about`, a dict that JSON can express."""
    import pyarrow.parquet as pq

    with complete(path) as file:
        pq.write_table(_with_about(table, about), file, compression="zstd")


def read_about(path):
    """The account of a file that `write_part` or `merge_parts` wrote; None where there is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(path).metadata or {}
        return json.loads(metadata[ABOUT])
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None


def merge_parts(paths, schema, path, about):
    """Write the rows of many files into one, a row group for each."""
    import pyarrow.parquet as pq

    schema = schema.with_metadata({ABOUT: json.dumps(about).encode()})
    with complete(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in paths:
            writer.write_table(pq.read_table(part).cast(schema))


def remove_unfinished(folder):
    """Remove what a killed process was writing."""
    for path in folder.glob(f"{BEING_WRITTEN}*"):
        path.unlink(missing_ok=True)


def _with_about(table, about):
    return table.replace_schema_metadata({ABOUT: json.dumps(about).encode()})
