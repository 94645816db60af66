"""Files as bytes, decompressed where they are compressed, whatever their suffixes say; and their names."""

import bz2
import gzip
import io
import lzma
import re
import shutil
import tarfile
import zipfile
import zlib
from pathlib import PurePath, PurePosixPath

# Bytes from which the layout of a text is found out.
HEAD = 1 << 18
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
OTHERWISE = ". Of a spreadsheet, HDF5, Feather, or what Python saved, write CSV or Parquet; an archive, unpack"

# What the standard library raises of compressed files that are cut off or damaged.
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError)


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


def unpacked(path, kind):
    """The bytes of a compressed file, None of another one; `kind` is what it is read as.

    All of it is unpacked, so that damage anywhere is found: only the end has the sums that tell.
    """
    try:
        with open_text(path) as file:
            return None if isinstance(file, io.BufferedReader) else file.read()
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"not readable as {kind}: {error}") from error


def text_of(path):
    """The text of a file in UTF-8, or nearly so."""
    packed = unpacked(path, "text")
    return (path.read_bytes() if packed is None else packed).decode("utf-8", "replace")


# Bytes that an archive may unfold to: more is unpacked by hand.
_LARGEST = 1 << 33


def is_archive(path):
    """Whether a file is an archive of several files, or of one that is no text."""
    if not _is_zip(path):
        return _is_tar(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _is_of_files(list(_members_of(archive)))
    except (*BROKEN, UnicodeDecodeError, zipfile.BadZipFile, RuntimeError):
        # The reader of the file says what is wrong.
        return False


def unpack(path, folder):
    """Unpack an archive, and tell where the files are, below folders that hold nothing else."""
    is_zip = _is_zip(path)
    try:
        with zipfile.ZipFile(path) if is_zip else tarfile.open(path) as archive:
            members = _members_of(archive)
            if (size := sum(size for _, size in members.values())) > _LARGEST:
                raise ValueError(
                    f"the archive unfolds to {size / 1e9:.0f} GB: unpack it, and give the folder"
                )
            for name, (member, _) in members.items():
                _write(
                    archive.open(member) if is_zip else archive.extractfile(member), name, folder
                )
    except (
        *BROKEN,
        UnicodeDecodeError,
        tarfile.TarError,
        zipfile.BadZipFile,
        RuntimeError,
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"not readable as an archive: {error}") from error
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder, inside = inside[0], list(inside[0].iterdir())
    return folder


def _is_zip(path):
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _is_tar(path):
    try:
        with open_text(path) as file:
            return file.read(512)[257:262] == b"ustar"
    except (*BROKEN, UnicodeDecodeError, ImportError):
        return False


def _members_of(archive):
    """Files by name, with their sizes, but for those that computers of Apple add."""
    if isinstance(archive, zipfile.ZipFile):
        found = {m.filename: (m, m.file_size) for m in archive.infolist() if not m.is_dir()}
    else:
        found = {m.name: (m, m.size) for m in archive.getmembers() if m.isfile()}
    return {
        name: member
        for name, member in found.items()
        if not re.search(r"(?:^|/)(?:__MACOSX/|\.(?!\.?/))", name)
    }


def _write(source, name, folder):
    """Write a member of an archive below a folder."""
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name:
        raise ValueError(f"the archive names {name!r}, which leads out of it")
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, open(target, "wb") as file:
        shutil.copyfileobj(source, file)


# What is in archives that are documents, arrays of numpy, or models of torch.
_OF_PROGRAMS = re.compile(
    r"xl/workbook\.xml|content\.xml|\[Content_Types\]\.xml|.*\.(?:npy|pkl|pb)"
)
_NO_TEXT = re.compile(r".*\.(?:fits?|parquet|parq|pq|gz|bz2|xz|zst)", re.IGNORECASE)


def _is_of_files(names):
    """Whether these are files of light curves; one of text is read as it is."""
    if any(map(_OF_PROGRAMS.fullmatch, names)):
        return False
    return len(names) > 1 or any(map(_NO_TEXT.fullmatch, names))


def _unzipped(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = list(_members_of(archive))
            if not names or any(map(_OF_PROGRAMS.fullmatch, names)):
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
    """The first bytes of a file, decompressed."""
    try:
        with open_text(path) as file:
            return file.read(HEAD)
    except BROKEN as error:
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


def decoded(head):
    """The text of the first bytes and their encoding."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return head.decode(encoding, "ignore" if len(head) == HEAD else "strict"), encoding
    if b"\0" in head:
        if head[1::2].count(0) > len(head) // 4 and not head[::2].count(0):
            return head.decode("utf-16-le", "ignore"), "utf-16-le"
        raise ValueError(f"this is no text: it holds zero bytes{OTHERWISE}")
    try:
        return head.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if len(head) == HEAD and error.start > len(head) - 4:
            return head[: error.start].decode("utf-8"), "utf-8"
        return head.decode("latin-1"), "latin-1"
