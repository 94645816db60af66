"""The file of a model: a zip of JSON and safetensors, read without running any code in it."""

import json
import os
import zipfile
from typing import Any

import numpy as np

from .._files import complete

DOCUMENT, ARRAYS = "model.json", "arrays.safetensors"
# Far above any model of this package, far below what would fill a computer's memory: a parsed JSON
# document takes some twenty times its text.
MAX_DOCUMENT_BYTES = 2**26
MAX_ARRAY_BYTES = 2**31


class ModelFileError(ValueError):
    """A file that is no model, is damaged, or was written by a newer version.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_vartl.persistence import ModelFileError, load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "no_model.vartl"
    ...     _ = path.write_text("something else")
    ...     try:
    ...         load_model(path)
    ...     except ModelFileError:
    ...         print("no model")
    no model
    """


def write_archive(
    path: str | os.PathLike[str], document: dict[str, Any], arrays: dict[str, np.ndarray]
) -> None:
    """Write a model file; it appears under its name only when it is complete.

    Parameters
    ----------
    path : str or path-like
    document : dict
        What JSON can express.
    arrays : dict of str -> ndarray
    """
    from safetensors.numpy import save

    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    block = save({name: _plain_array(array) for name, array in arrays.items()})
    if len(text) > MAX_DOCUMENT_BYTES or len(block) > MAX_ARRAY_BYTES:
        raise ValueError(
            f"The model is too large for a model file: {len(text)} bytes of description (limit "
            f"{MAX_DOCUMENT_BYTES}), {len(block)} bytes of arrays (limit {MAX_ARRAY_BYTES})."
        )
    with complete(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(DOCUMENT), text)
        archive.writestr(_entry(ARRAYS), block)


def read_archive(path, *, with_arrays=True):
    """Read a model file.

    Parameters
    ----------
    path : str or path-like
    with_arrays : bool, default=True
        Whether to read the arrays too.

    Returns
    -------
    document : dict
    arrays : dict of str -> ndarray, or None

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        If it is no model file or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked_entries(archive)
            document = _parse_document(archive.read(entries[DOCUMENT]))
            arrays = _parse_arrays(archive.read(entries[ARRAYS])) if with_arrays else None
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise ModelFileError(f"{path} is no model file, or is damaged: {error}") from error
    return document, arrays


def _checked_entries(archive):
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if sorted(names) != sorted([DOCUMENT, ARRAYS]):
        raise ModelFileError(
            f"no model file: it holds {len(names)} entries, among them {names[:3]}, instead of "
            f"{DOCUMENT} and {ARRAYS}"
        )
    found = dict(zip(names, entries, strict=True))
    limits = {DOCUMENT: MAX_DOCUMENT_BYTES, ARRAYS: MAX_ARRAY_BYTES}
    for name, entry in found.items():
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ModelFileError(f"{name} is compressed; entries of a model file never are")
        if entry.file_size > limits[name]:
            raise ModelFileError(
                f"{name} has {entry.file_size} bytes, more than the limit of {limits[name]}"
            )
    return found


def _parse_document(data):
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{DOCUMENT} is damaged: {error}") from error
    if not isinstance(document, dict):
        raise ModelFileError(f"{DOCUMENT} is damaged: it holds no JSON object")
    return document


def _parse_arrays(data):
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{ARRAYS} is damaged: {error}") from error


def _entry(name):
    # A fixed time stamp: the same model makes the same bytes.
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))


def _plain_array(array):
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
