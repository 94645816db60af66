"""Full disks, folders without permission, broken compilers: what they do and leave behind."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from sklearn_vartl import FeatureScaler, LightCurves, _compiled, save_model, write_light_curves

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

sys.meta_path.insert(0, Broken)
from sklearn_vartl import LightCurveFeatures, LightCurves

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    time = np.arange(30.0)
    X = LightCurves(time, np.sin(time), np.full(30, 0.1))
    for _ in range(2):
        found = LightCurveFeatures(["amplitude", "stetson_k"]).transform(X)
print(sum("numba" in str(w.message) for w in caught))
print(*found[0].tolist())
"""


def scaler():
    return FeatureScaler().fit(np.random.default_rng(0).normal(size=(2000, 3)))


def save(path):
    save_model(scaler(), path)


def write(path):
    write_light_curves(X, path)


WRITERS = [(save, "m.vartl"), (write, "x.parquet"), (write, "x.csv"), (write, "x.csv.gz")]


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_limit_of_file_size_leaves_nothing_behind(writer, name, tmp_path):
    """As a full disk or quota does: writing fails in the middle."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = tmp_path / name
    path.write_bytes(b"what was there before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        with pytest.raises(OSError, match="[Ff]ile too large"):
            writer(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert os.listdir(tmp_path) == [name]
    assert path.read_bytes() == b"what was there before"


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_folder_that_is_not_there(writer, name, tmp_path):
    with pytest.raises(OSError, match="none"):
        writer(tmp_path / "none" / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("writer", "name"), WRITERS)
def test_a_folder_that_cannot_be_written_to(writer, name, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(PermissionError):
            writer(folder / name)
        assert os.listdir(folder) == []
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("error", ["ImportError", "OSError", "AttributeError"])
def test_without_numba_features_are_the_same_after_one_warning(error):
    from sklearn_vartl import LightCurveFeatures

    done = subprocess.run(
        [sys.executable, "-c", FEATURES.format(error=error)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    warned, found = done.stdout.splitlines()
    assert warned == "1"
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
