"""Files as bytes, decompressed where they are compressed, whatever their suffixes say; and their names."""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePath

# Bytes from which the layout of a text is found out.
HEAD = 1 << 18
OTHERWISE = ". Of a spreadsheet, HDF5, Feather, or what Python saved, write CSV or Parquet; an archive, unpack"


def open_text(path):
    """The bytes of a file, decompressed where it is compressed, whatever its suffix says."""
    with open(path, "rb") as file:
        start = file.read(6)
    if start[:2] == b"\x1f\x8b":
        return gzip.open(path, "rb")
    if start[:3] == b"BZh":
        return bz2.open(path, "rb")
    if start == b"\xfd7zXZ\x00":
        return lzma.open(path, "rb")
    if start[:4] == b"\x28\xb5\x2f\xfd":
        return _zstandard(path)
    if start[:4] == b"PK\x03\x04":
        return io.BytesIO(_unzipped(path))
    return open(path, "rb")


def _unzipped(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            names = [name for name in names if not re.search(r"(?:^|/)(?:__MACOSX/|\.)", name)]
            if {"xl/workbook.xml", "content.xml"} & set(names) or all(
                n.endswith(".npy") for n in names
            ):
                raise ValueError(f"this is no table of text{OTHERWISE}")
            if len(names) != 1:
                raise ValueError(
                    f"the archive holds {len(names)} files, where one is due: unpack it, and give the folder"
                )
            return archive.read(names[0])
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"not readable: {error}") from error


def _zstandard(path):
    try:
        from compression import zstd

        return zstd.open(path, "rb")
    except ImportError:
        pass
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(
            f"{path.name} is compressed with zstd, which needs zstandard: pip install zstandard"
        ) from error
    return zstandard.open(path, "rb")


def head_of(path):
    """The first bytes of a file, decompressed.

    Raises
    ------
    ValueError
        If it cannot be decompressed.
    """
    try:
        with open_text(path) as file:
            return file.read(HEAD)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise ValueError(f"not readable: {error}") from error


def stem_of(path):
    """The name of a file without the suffixes of its format and compression."""
    name = path.name
    for suffix in (".gz", ".bz2", ".xz", ".zst", ".zip"):
        name = name.removesuffix(suffix)
    # ASAS calls its files by the stars alone, "000006+2553.2".
    return name if PurePath(name).suffix[1:].isdigit() else PurePath(name).stem or path.name
