"""What ties the parts on disk to one run: its model, its light curves and its settings."""

import hashlib
import json

from .._files import complete

NAME = "_manifest.json"
_FORMAT = "sklearn_vartl catalogue"
# Settings that change how fast a model works, not what it gives.
_IRRELEVANT = {"n_jobs", "verbose", "device"}


def describe_run(model, files, batch_size, columns, points):
    """The manifest of a run.

    Parameters
    ----------
    model : fitted pipeline
    files : sequence of SourceFile
    batch_size, columns, points
        As `classify_catalog` takes them.

    Returns
    -------
    manifest : dict
        What JSON can express.
    """
    from .. import __version__

    return {
        "format": _FORMAT,
        "sklearn_vartl": __version__,
        "model": model_fingerprint(model),
        "batch_size": int(batch_size),
        "columns": columns if columns is None or isinstance(columns, str) else dict(columns),
        "points": points,
        "files": [[file.name, file.fingerprint] for file in files],
    }


def model_fingerprint(model):
    """A hash of what a model gives: its steps, parameters and weights."""
    import joblib

    from ..persistence._codecs import encode

    try:
        node, arrays = encode(model)
    except TypeError:
        # Steps that have no plain form.
        return joblib.hash(model)
    digest = hashlib.blake2b(json.dumps(_relevant(node), sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def _relevant(node):
    if isinstance(node, dict):
        return {k: _relevant(v) for k, v in node.items() if k not in _IRRELEVANT}
    return [_relevant(entry) for entry in node] if isinstance(node, list) else node


def write_manifest(folder, manifest):
    """Write the manifest of a folder of parts."""
    with complete(folder / NAME) as file:
        file.write(json.dumps(manifest, indent=1).encode())


def read_manifest(folder):
    """The manifest in a folder, None where there is none."""
    try:
        manifest = json.loads((folder / NAME).read_bytes())
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
