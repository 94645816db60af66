"""Kernels that were compiled beforehand give what numba gives, or leave the call to it."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import _compiled, _object_code
from sklearn_vartl.cli import main

pytestmark = pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="numba is not installed")


def statistics(values, pair, factor, count, wanted):
    offset, weights = pair
    total = np.empty(values.size)
    for i in range(values.size):
        total[i] = factor * values[i] * weights[i % weights.size] + offset
    return total, total[count], wanted and total[0] > 0


def fill(single, out):
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = single + i / j if j else single


def root(x, out):
    out[0] = np.float64(1.0) / (x - 2)


ARGUMENTS = (np.arange(4.0), (0.5, np.ones(3, np.float32)), 1.5, 2, True)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A file with three kernels, each called once, and the kernels themselves."""
    from sklearn_vartl._object_code_build import build

    path = tmp_path_factory.mktemp("kernels") / f"test{_object_code.SUFFIX}"
    kernels = [_compiled.njit(function, cache=False) for function in (statistics, fill, root)]
    kernels[0](*ARGUMENTS)
    kernels[1](np.float32(0.25), np.empty((2, 3)))
    kernels[2](3, np.empty(1))
    build(path, kernels, "digest")
    return path, kernels


def beforehand(library, number):
    (function,) = _object_code.Library(library[0]).functions(library[1][number].name)
    return function


def test_results_are_those_of_the_compiler(library):
    function = beforehand(library, 0)
    total, third, positive = function(ARGUMENTS)
    expected = statistics(*ARGUMENTS)
    np.testing.assert_array_equal(total, expected[0])
    assert (third, positive) == (expected[1], expected[2])
    assert type(third) is float
    assert type(positive) is bool
    # The result is the caller's own, however often the kernel runs.
    again = [function(ARGUMENTS)[0] for _ in range(1000)]
    total += 1
    np.testing.assert_array_equal(again[0], expected[0])


def test_arrays_are_filled_and_numbers_of_single_precision_pass(library):
    out = np.zeros((2, 3))
    assert beforehand(library, 1)((np.float32(0.1), out)) is None
    expected = np.zeros((2, 3))
    library[1][1].dispatcher(np.float32(0.1), expected)
    np.testing.assert_array_equal(out, expected)


READ_ONLY = np.zeros((2, 3))
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    "arguments",
    [
        (0.25, np.zeros((2, 3))),
        (np.float32(0.25), np.zeros((2, 3), np.float32)),
        (np.float32(0.25), np.zeros(6)),
        (np.float32(0.25), np.zeros((3, 2)).T),
        (np.float32(0.25), np.zeros((2, 6))[:, ::2]),
        (np.float32(0.25), READ_ONLY),
        (np.float32(0.25), [[0.0]]),
        (np.float32(0.25),),
    ],
)
def test_other_types_are_left_to_the_compiler(library, arguments):
    with pytest.raises(_object_code.Unsuited):
        beforehand(library, 1)(arguments)


@pytest.mark.parametrize(
    "changed",
    [(np.arange(4), None), (None, (0.5,)), (None, (1, np.ones(3, np.float32))), (None, [0.5])],
)
def test_other_tuples_and_integers_are_too(library, changed):
    arguments = [
        new if new is not None else old for new, old in zip(changed, ARGUMENTS[:2], strict=True)
    ]
    with pytest.raises(_object_code.Unsuited):
        beforehand(library, 0)((*arguments, *ARGUMENTS[2:]))
    with pytest.raises(_object_code.Unsuited):
        beforehand(library, 0)((*ARGUMENTS[:3], 2**64, True))


def test_an_error_in_a_kernel_is_raised_by_the_compilers_version(library):
    kernel = library[1][2]
    with pytest.raises(_object_code.Unsuited):
        beforehand(library, 2)((2, np.empty(1)))
    kernel._beforehand = [beforehand(library, 2)]
    out = np.empty(1)
    kernel(4, out)
    assert out[0] == 0.5
    with pytest.raises(ZeroDivisionError):
        kernel(2, out)


def head_changed(path, folder, **changes):
    head, _, code = path.read_bytes().partition(b"\n")
    copy = folder / path.name
    copy.write_bytes(json.dumps({**json.loads(head), **changes}).encode() + b"\n" + code)
    return copy


def test_a_file_is_found_for_its_sources_and_its_processor(library, tmp_path):
    path, _ = library
    assert _object_code.find([tmp_path, path.parent], "digest") == path
    assert _object_code.find([path.parent], "of other sources") is None
    for change in ({"features": ["flying"]}, {"format": 0}, {"system": "amiga-m68k"}):
        head_changed(path, tmp_path, **change)
        assert _object_code.find([tmp_path], "digest") is None
    # Of two, the one that uses more of the processor.
    less = head_changed(path, tmp_path, features=[])
    assert _object_code.find([tmp_path], "digest") == less
    assert _object_code.find([tmp_path, path.parent], "digest") == path


def test_a_damaged_file_is_none(library, tmp_path, monkeypatch):
    path, _ = library
    for content in (b"", b"rubbish", path.read_bytes()[:-20]):
        (tmp_path / path.name).write_bytes(content)
        monkeypatch.setattr(_object_code, "FOLDER", tmp_path)
        monkeypatch.setattr(_compiled, "_digest_of_kernels", lambda: "digest")
        assert _compiled._library.__wrapped__() is None


def test_what_the_c_library_does_not_have_is_not_written(tmp_path):
    from sklearn_vartl._object_code_build import build

    def ordered(values):
        return np.sort(values)  # numba's needs its own runtime

    kernel = _compiled.njit(ordered, cache=False)
    kernel(np.ones(3))
    with pytest.raises(OSError, match="not of the C library"):
        build(tmp_path / "a.kernels", [kernel], "digest")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are written on Linux only")
def test_every_kernel_can_be_written(tmp_path, monkeypatch):
    import llvmlite.binding as llvm
    import numba

    if numba.__version__.startswith("0.61."):
        pytest.skip("the lowest numba gives kernels Python's exceptions: they are compiled instead")
    # What is left out, the machine code of modules that have passed all checks, takes ten seconds.
    monkeypatch.setattr(
        llvm.TargetMachine, "emit_object", lambda self, module: str(module).encode()
    )
    # A slice that is assigned to, say, brings Python's exceptions along, and then none can.
    assert main(["warm-up", "--output", str(tmp_path), "--quiet"]) == 0
    (path,) = tmp_path.glob("*.kernels")
    head, _, module = path.read_bytes().partition(b"\n")
    head = head.decode()
    for kernel in (
        "periodogram._candidates.score_candidates",
        "features.kernels._fourier.fit_series",
    ):
        assert f'"sklearn_vartl.{kernel}": [{{"symbol": "kernel_' in head, kernel
    assert b"@kernel_0(" in module


FEATURES = """
import sys
import numpy as np
from sklearn_vartl import LightCurveFeatures, _compiled
from sklearn_vartl.datasets import simulate_survey

print(_compiled.how_kernels_run())
tables = []
for survey in ("asas", "crts"):
    X = simulate_survey(100, survey=survey, random_state=0)
    tables += [LightCurveFeatures(features).fit_transform(X) for features in ("upsilon", "vartl")]
np.save(sys.argv[1], np.hstack([table.ravel() for table in tables]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are written on Linux only")
def test_features_have_the_same_bits_wherever_kernels_come_from(tmp_path):
    import numba

    hidden = {_compiled.FOLDER_VARIABLE: "", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def features(name, **more):
        command = [sys.executable, "-c", FEATURES, tmp_path / name]
        environment = os.environ | hidden | more
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return np.load(tmp_path / f"{name}.npy"), done.stdout

    compiled, how = features("compiled")
    assert how.startswith("compiled when first used")
    assert np.isfinite(compiled).mean() > 0.9
    files = sorted((tmp_path / "cache").rglob("*.nbc"))
    assert files
    loaded, _ = features("loaded")
    assert sorted((tmp_path / "cache").rglob("*.nbc")) == files
    np.testing.assert_array_equal(loaded, compiled)
    if numba.__version__.startswith("0.61."):
        return  # writes no kernels
    folder = tmp_path / "kernels"
    warm_up = [sys.executable, "-m", "sklearn_vartl", "warm-up", "--quiet", "--output", folder]
    subprocess.run(warm_up, env=os.environ | hidden, check=True)
    written, how = features("written", **{_compiled.FOLDER_VARIABLE: str(folder)})
    assert how.startswith("compiled beforehand")
    np.testing.assert_array_equal(written, compiled)


def environment_of(folder, **more):
    """A fresh environment that sees the packages of this one, but not this one's version of the package."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n")
    hidden = {"PYTHONPATH", "SKLEARN_VARTL_KERNELS", "SKLEARN_VARTL_PROCESSORS"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return folder / "bin", {**kept, "OMP_NUM_THREADS": "1", **more}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are written on Linux only")
def test_a_wheel_in_a_clean_environment_classifies_without_compiling(tmp_path):
    commands, environment = environment_of(tmp_path / "builder")
    tools = ["hatchling", "twine"]
    got = subprocess.run([commands / "pip", "install", "-q", *tools], env=environment, check=False)
    if got.returncode:
        pytest.skip("no package index to take hatchling and twine from")
    source = Path(__file__).parents[1]
    wheel = [commands / "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path]
    subprocess.run([*wheel, source], env=environment, check=True)
    (path,) = tmp_path.glob("*.whl")
    checked = subprocess.run(
        [commands / "twine", "check", "--strict", path],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
    assert any(name.endswith(".kernels") for name in zipfile.ZipFile(path).namelist())

    commands, environment = environment_of(
        tmp_path / "clean", NUMBA_CACHE_DIR=str(tmp_path / "cache")
    )
    install = [commands / "pip", "install", "-q", "--no-deps", "--no-index", path]
    subprocess.run(install, env=environment, check=True)
    time = np.arange(60) * 1.37 % 29
    rows = [f"a,{t},{15 + np.sin(11 * t)},0.02" for t in time]
    (tmp_path / "stars.csv").write_text("\n".join(["object_id,time,mag,magerr", *rows]))
    before = os.times()
    classify = ["classify", "stars.csv", "--model", "multi", "-o", "classes.csv"]
    done = subprocess.run(
        [commands / "vartl", *classify],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = os.times()
    assert done.returncode == 0, done.stderr
    assert "1 of 1 star has a class" in done.stdout
    assert "compiling" not in done.stderr
    assert not (tmp_path / "cache").exists()
    assert after.children_user - before.children_user < 15
