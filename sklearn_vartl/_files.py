"""Files that appear complete or not at all."""

import os
import stat
import uuid
from contextlib import contextmanager
from pathlib import Path

#: How the names of files begin that are not complete yet.
BEING_WRITTEN = ".being_written-"


@contextmanager
def complete_path(path):
    """A name to write to, of the same suffixes; the file gets its own once it is complete and on the disk."""
    path = Path(path)
    refuse_device(path)
    part = path.with_name(f"{BEING_WRITTEN}{uuid.uuid4().hex}{''.join(path.suffixes[-2:])}")
    try:
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        # A full disk is told without a name, and what cannot be created by one that nobody has given.
        if error.errno is not None and error.filename in (None, part, str(part)):
            error.filename = str(path)
            # Set to None it would be told as a second name.
            del error.filename2
        raise
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


@contextmanager
def complete(path):
    """The file itself to write to, see `complete_path`.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.json"
    ...     with complete(path) as file:
    ...         _ = file.write(b"{}")
    ...     path.read_bytes()
    b'{}'
    """
    with complete_path(path) as part, open(part, "xb") as file:
        yield file


def refuse_device(path):
    """Refuse to put a file in the place of a device or a pipe, as renaming would do."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(f"{path} is a device or a pipe: give the name of a file")


def _sync_folder(folder):
    # Without this a name may be lost with the power, though the contents are on the disk.
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
