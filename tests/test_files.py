"""Files that appear complete or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from sklearn_vartl._files import BEING_WRITTEN, complete, complete_path


def test_the_name_appears_when_everything_is_written(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with complete(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        (part,) = (name for name in os.listdir(tmp_path) if name != "a.bin")
        # Readers of folders pass over such names.
        assert part.startswith(".")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_what_fails_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), complete(path) as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]
    with pytest.raises(FileNotFoundError), complete(tmp_path / "nowhere" / "a.bin"):
        pass


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    """Contents first, then the name, then the folder that holds the name."""
    done, replace, sync = [], os.replace, os.fsync

    def kind(handle):
        return "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else os.fstat(handle).st_size

    monkeypatch.setattr(os, "fsync", lambda handle: (done.append(kind(handle)), sync(handle)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("name"), replace(*names)))
    with complete(tmp_path / "a.bin") as file:
        file.write(b"12345")
    assert done[:2] == [5, "name"]
    if hasattr(os, "O_DIRECTORY"):
        assert done[2:] == ["folder"]


def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.bin"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught, complete(path) as file:
            file.write(bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.filename == str(path)
    with pytest.raises(FileNotFoundError) as caught, complete(tmp_path / "nowhere" / "a.bin"):
        pass
    assert caught.value.filename == str(tmp_path / "nowhere" / "a.bin")
    # What a caller fails to read keeps its name.
    with pytest.raises(FileNotFoundError) as caught, complete(path):
        (tmp_path / "other.bin").read_bytes()
    assert caught.value.filename == str(tmp_path / "other.bin")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_or_device_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is a device or a pipe"), complete(tmp_path / "pipe"):
        pass
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_others_may_read_it_as_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    with complete(tmp_path / "a.bin"):
        pass
    assert (tmp_path / "a.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a", ""), ("a.csv", ".csv"), ("a.csv.gz", ".csv.gz"), ("a.b.csv.gz", ".csv.gz")],
)
def test_what_is_written_has_the_suffixes_of_what_it_becomes(tmp_path, name, suffix):
    """Writers choose the format by them."""
    with complete_path(str(tmp_path / name)) as part:
        assert part.parent == tmp_path and "".join(part.suffixes) == suffix
        assert part.name.startswith(BEING_WRITTEN) and not part.exists()
        part.write_bytes(b"x")
    assert os.listdir(tmp_path) == [name]


def test_an_error_names_the_file_that_was_asked_for(tmp_path):
    """Whether it names none or the one that is written meanwhile; that of another file is left alone."""
    path = tmp_path / "a.bin"
    for name in (lambda part: None, lambda part: part, str):
        with pytest.raises(OSError, match="No space") as caught, complete_path(path) as part:
            raise OSError(errno.ENOSPC, "No space left", name(part), None, "second")
        assert (caught.value.filename, caught.value.filename2) == (str(path), None)
        assert str(caught.value) == f"[Errno {errno.ENOSPC}] No space left: {str(path)!r}"
    with pytest.raises(OSError, match="No space") as caught, complete_path(path):
        raise OSError(errno.ENOSPC, "No space left", "other", None, "second")
    assert (caught.value.filename, caught.value.filename2) == ("other", "second")
    # What has words alone needs no name.
    with pytest.raises(OSError, match="^only words$") as caught, complete_path(path):
        raise OSError("only words")
    assert caught.value.filename is None and os.listdir(tmp_path) == []


def test_a_folder_is_no_device_but_no_file_either(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError if os.name == "posix" else OSError) as caught:
        with complete(tmp_path / "folder"):
            pass
    assert "is a device" not in str(caught.value) and os.listdir(tmp_path) == ["folder"]
    with pytest.raises(OSError, match=f"{os.devnull} is a device"), complete(Path(os.devnull)):
        pass
