"""What a run writes: tables, parts on disk, and the manifest that lets it resume."""

import hashlib
import json

import joblib

from .._files import BEING_WRITTEN, complete
from ..persistence import encode

ID_COLUMN = "object_id"
# Under this key of a file's metadata stands what became of its stars, or the run it belongs to.
ABOUT = b"sklearn_vartl.catalog"
MANIFEST = "_manifest.json"
_FORMAT = "sklearn_vartl catalogue"
_KINDS = {
    "period": "float64",
    "significance": "float64",
    "n_points": "int64",
    "flag": "string",
    "period_error": "float64",
    "epoch": "float64",
    "amplitude": "float64",
    "runner_up": "float64",
    "runner_up_gap": "float64",
    "period_flag": "string",
}


def output_schema(classifier, layouts):
    """Schema of the output; identifiers that are of different types in the files become text."""
    import pyarrow as pa

    kinds = {layout.id_type for layout in layouts}
    fields = [
        (ID_COLUMN, kinds.pop() if len(kinds) == 1 else pa.string()),
        ("label", classifier.label_type),
    ]
    fields += [(name, getattr(pa, _KINDS[name])()) for name in _KINDS]
    if classifier.has_novelty:
        fields.append(("novelty", pa.float64()))
    if classifier.alpha is not None:
        fields.append(("set", pa.string()))
    names = classifier.probability_columns
    return pa.schema([*fields, *((name, pa.float64()) for name in names)])


def arrow_table(schema, columns, source, rows, file, several):
    """The classifier's columns, with the identifiers of the source, as an Arrow table."""
    import pyarrow as pa

    id_field = schema.field(0)
    if file.layout.id_column is not None:
        ids = source[file.layout.id_column].cast(id_field.type)
    else:
        prefix = f"{file.name}:" if several else ""
        ids = pa.array([f"{prefix}{row}" for row in rows], id_field.type)
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=False) for field in list(schema)[1:]
    ]
    return pa.table([ids, *arrays], schema=schema)


def part_path(folder, file_number, part_number):
    """File of a part; sorted by name, parts stand in the order of the source."""
    return folder / f"part-{file_number:06d}-{part_number:06d}.parquet"


def write_part(path, table, about):
    """Write a part with its account `about`, a dict that JSON can express, and its name."""
    import pyarrow.parquet as pq

    with complete(path) as file:
        about = about | {"part": path.name}
        table = table.replace_schema_metadata({ABOUT: json.dumps(about).encode()})
        pq.write_table(table, file, compression="zstd")


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


def describe_run(classifier, files, batch_size, columns, points):
    """The manifest of a run, as JSON can hold it."""
    # Not at the top: the package's own __init__ imports this module.
    from .. import __version__

    return {
        "format": _FORMAT,
        "sklearn_vartl": __version__,
        "model": model_fingerprint(classifier.given),
        "settings": classifier.settings,
        "batch_size": int(batch_size),
        "columns": columns if columns is None or isinstance(columns, str) else dict(columns),
        "points": points,
        "files": [[file.name, file.fingerprint] for file in files],
    }


def model_fingerprint(model):
    """A hash of what a model gives: its steps, parameters and weights."""
    try:
        node, arrays = encode(model)
    except TypeError:
        # Steps that have no plain form.
        return joblib.hash(model)
    digest = hashlib.blake2b(json.dumps(node, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def write_manifest(folder, manifest):
    """Write the manifest of a folder of parts."""
    with complete(folder / MANIFEST) as file:
        file.write(json.dumps(manifest, indent=1).encode())


def read_manifest(folder):
    """The manifest in a folder, None where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("format") == _FORMAT else None


def differences(old, new):
    """In what two runs differ, in words; empty where one can go on from the other.

    A file that could not be read before may have been mended since.
    """
    words = {
        "sklearn_vartl": "the version of sklearn_vartl",
        "model": "the model",
        "settings": "classes, priors, abstain, purity or alpha",
        "batch_size": "batch_size",
        "columns": "columns",
        "points": "points",
    }
    found = [word for key, word in words.items() if old.get(key) != new[key]]
    before, now = dict(old.get("files", [])), dict(new["files"])
    if list(before) != list(now):
        found.append("the list of files")
    changed = [n for n in now if before.get(n) is not None and before[n] != now[n]]
    if changed:
        found.append(f"the contents of {changed[0]}")
    return found
