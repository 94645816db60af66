"""Full disks, folders without permission, broken compilers: what they do and leave behind."""

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    _compiled,
    save_model,
    write_light_curves,
)

X = LightCurves(
    np.arange(4000.0), 15 + np.sin(np.arange(4000.0)), offsets=[0, 1000, 4000], ids=["a", "b"]
)
FEATURES = """
import sys, warnings
import numpy as np

class Broken:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "numba":
            raise {error}("no numba here")

if {error}:
    sys.meta_path.insert(0, Broken)
from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.periodogram import lomb_scargle_power

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    time = np.arange(30.0)
    X = LightCurves(time, np.sin(time), np.full(30, 0.1))
    for _ in range(2):
        found = LightCurveFeatures(["amplitude", "stetson_k"]).transform(X)
print(sum("numba" in str(w.message) for w in caught))
print(*found[0].tolist())
try:
    lomb_scargle_power(time, np.sin(time), f_min=0.1, df=0.1, n_freq=5, engine="numba")
except ImportError as error:
    print(error)
"""


def scaler():
    return FeatureScaler().fit(np.random.default_rng(0).normal(size=(2000, 3)))


def save(path):
    save_model(scaler(), path)


def write(path):
    write_light_curves(X, path)


WRITERS = [(save, "m.vartl"), (write, "x.parquet"), (write, "x.csv"), (write, "x.csv.gz")]


@contextmanager
def file_limit(n_bytes):
    """No file may grow larger, as on a full disk or with a quota: writing fails in the middle."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_limit_of_file_size_leaves_nothing_behind(writer, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"what was there before")
    with file_limit(200), pytest.raises(OSError, match="[Ff]ile too large"):
        writer(path)
    assert os.listdir(tmp_path) == [name]
    assert path.read_bytes() == b"what was there before"


def test_a_full_disk_under_a_training(tmp_path, monkeypatch):
    """The networks that are ready stay, and the training goes on from them when there is room."""
    from sklearn_vartl.network import _jobs

    params = {"n_estimators": 2, "max_epochs": 4, "min_steps": 1, "random_state": 0}
    y = X.time[:100] % 3
    table = np.random.default_rng(0).normal(size=(100, 2)) + y[:, None]
    clf = TransferMLPClassifier((8,), **params, checkpoint=tmp_path)
    write, written = _jobs._write_checkpoint, []

    def full_after_one(file, *known):
        if written:
            with file_limit(1000):
                write(file, *known)
        write(file, *known)
        written.append(file)

    with monkeypatch.context() as patch:
        patch.setattr(_jobs, "_write_checkpoint", full_after_one)
        with pytest.raises(OSError, match="[Ff]ile too large"):
            clf.fit(table, y)
    assert list(tmp_path.iterdir()) == written
    expected = TransferMLPClassifier((8,), **params).fit(table, y)
    np.testing.assert_array_equal(
        clf.fit(table, y).predict_proba(table), expected.predict_proba(table)
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["full", "damaged", "folder"])
def test_a_cache_of_features_that_cannot_be_used(fault, tmp_path):
    file = tmp_path / "light_curve_features.sqlite"
    features = LightCurveFeatures(["amplitude"], memory=tmp_path)
    expected = features.transform(X)
    if fault == "damaged":
        file.write_bytes(b"rubbish" * 1000)
    elif fault == "folder":
        file.unlink()
        file.mkdir()
    said = f"{file.name} cannot be used .*memory=None keeps nothing"
    with file_limit(1000) if fault == "full" else nullcontext():
        with pytest.raises(OSError, match=said):
            features.transform(X.replace(mag=X.mag + 1))
    if fault == "full":
        np.testing.assert_array_equal(features.transform(X), expected)


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_pipe_or_device_is_not_replaced(writer, name, tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names on this system")
    os.mkfifo(tmp_path / name)
    with pytest.raises(OSError, match="is a device or a pipe: give the name of a file"):
        writer(tmp_path / name)
    assert (tmp_path / name).is_fifo()
    assert os.listdir(tmp_path) == [name]


def test_output_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    from sklearn_vartl.cli import main

    class Full(io.StringIO):
        def flush(self):
            raise OSError(28, "No space left on device")

    write(tmp_path / "x.csv")
    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["info", str(tmp_path / "x.csv")]) == 1
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_folder_that_is_not_there(writer, name, tmp_path):
    with pytest.raises(OSError, match="none"):
        writer(tmp_path / "none" / name)
    assert os.listdir(tmp_path) == []


def refused_permission(function):
    """Whether a process without special rights is refused."""
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            function()
        return True
    with warnings.catch_warnings():
        # Newer Pythons warn of forking a process that has threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgid(65534)
            os.setuid(65534)
            function()
            code = 0
        except PermissionError:
            code = 13
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 13


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no users and permissions as elsewhere")
@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_folder_that_cannot_be_written_to(writer, name):
    # Not in tmp_path, into which other users cannot look.
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o555)
        assert refused_permission(lambda: writer(folder / name))
        assert os.listdir(folder) == []
        folder.chmod(0o777)
        assert os.geteuid() != 0 or not refused_permission(lambda: writer(folder / name))
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("error", ["ImportError", "OSError", "AttributeError", None])
def test_without_numba_features_are_the_same_after_one_warning(error):
    """Or after none, where the user has switched it off: nothing is to be mended."""
    done = subprocess.run(
        [sys.executable, "-c", FEATURES.format(error=error)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "0" if error else "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    warned, found, refused = done.stdout.splitlines()
    assert warned == ("1" if error else "0")
    assert "engine='numba' needs numba, which cannot be imported or is switched off" in refused
    time = np.arange(30.0)
    star = LightCurves(time, np.sin(time), np.full(30, 0.1))
    expected = LightCurveFeatures(["amplitude", "stetson_k"]).transform(star)[0]
    np.testing.assert_allclose([float(v) for v in found.split()], expected, rtol=1e-9)


@pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="numba is not installed")
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_a_damaged_cache_of_compiled_code_is_made_anew(tmp_path, monkeypatch, suffix, content):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    path = tmp_path / "kernel.py"
    path.write_text("def double(x):\n    return 2 * x\n")

    def run():
        spec = importlib.util.spec_from_file_location("kernel", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return _compiled.njit(module.double)(21)

    assert run() == 42
    files = list(tmp_path.rglob(f"*{suffix}"))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:-20] if content is None else content)
    assert run() == 42
    assert run() == 42
