"""The Parquet files of a catalogue, and what is in them."""

import glob
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ._layout import Layout, find_layout
from ._parts import plan_parts

_SUFFIXES = (".parquet", ".pq")
# A Parquet file ends in its footer, four bytes that say how long that is, and four letters.
_TAIL = 8


@dataclass(frozen=True)
class SourceFile:
    """One file of light curves.

    Attributes
    ----------
    name : str
        Its path below the source.
    path : Path
    fingerprint : str or None
        Hash of the file's size and footer; None where it is no Parquet file of light curves.
    parts : tuple of Part
    layout : Layout or None
        Its columns.
    problem : str or None
        Why it cannot be read.
    """

    name: str
    path: Path
    fingerprint: str | None
    parts: tuple = ()
    layout: Layout | None = None
    problem: str | None = None

    @property
    def n_stars(self):
        """Number of stars."""
        return sum(part.n_stars for part in self.parts)


def find_files(source, output):
    """Names and paths of the Parquet files of a source, sorted by name.

    Parameters
    ----------
    source : str or path-like
        A file, a folder (with all folders in it; of a HATS catalogue its pixels) or a glob.
    output : Path or None
        Where results go; what lies there is never taken for light curves.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    text, root = os.fspath(source), Path(source)
    if root.is_dir():
        hats = any((root / name).is_file() for name in ("hats.properties", "properties"))
        pattern = "dataset/Norder=*/**/*" if hats else "**/*"
        found = {p.relative_to(root).as_posix(): p for p in root.glob(pattern) if _is_data(p, root)}
    elif root.exists():
        found = {root.name: root}
    else:
        paths = [Path(path) for path in glob.glob(text, recursive=True)]
        found = {path.as_posix(): path for path in paths if path.is_file()}
    if output is not None:
        # Neither the output itself nor parts in a folder of that name.
        found = {n: p for n, p in found.items() if not _is_below(p.resolve(), output.resolve())}
    if not found:
        raise FileNotFoundError(f"There is no Parquet file at {text}")
    return dict(sorted(found.items()))


def _is_below(path, output):
    parts = output.with_name(output.name + ".parts")
    return any(place in (output, parts) for place in (path, *path.parents))


def _is_data(path, root):
    # Names with an underscore or a dot are metadata and files being written.
    hidden = any(part[0] in "._" for part in path.relative_to(root).parts)
    return path.suffix in _SUFFIXES and not hidden and path.is_file()


def holds_stars(path):
    """Whether a file is Parquet with one row a star, as far as its schema tells."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return any(pa.types.is_nested(field.type) for field in pq.read_schema(path))
    except (OSError, pa.ArrowException):
        return False


def describe_file(name, path, batch_size, columns, passthrough):
    """Read the footer of a file and plan its parts.

    Returns
    -------
    SourceFile
        With a `problem` where the file is damaged or holds no light curves.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        fingerprint = _fingerprint(path)
        with pq.ParquetFile(path) as file:
            layout = find_layout(file.schema_arrow, columns, passthrough)
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
