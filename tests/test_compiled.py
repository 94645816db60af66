"""Compiled kernels on disk are used again until any kernel changes."""

import gc
import importlib.util
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from sklearn_vartl import _compiled

pytestmark = pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="numba is not installed")


@pytest.fixture
def function(tmp_path, monkeypatch):
    """A function in a file of its own, as numba's cache needs it."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    path = tmp_path / "kernel.py"
    path.write_text("def double(x):\n    return 2 * x\n")
    spec = importlib.util.spec_from_file_location("kernel", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # numba looks the function's module up by name when it reads the cache, as in a real package.
    monkeypatch.setitem(sys.modules, "kernel", module)
    return module.double


def compiled_from_cache(function):
    kernel = _compiled.njit(function)
    assert kernel(21) == 42
    return sum(kernel.dispatcher.stats.cache_hits.values()) == 1


def test_the_second_process_reads_the_cache(function):
    assert not compiled_from_cache(function)
    # As in another process: nothing of the first compilation is left in memory.
    gc.collect()
    assert compiled_from_cache(function)


def test_a_change_of_any_kernel_makes_the_cache_stale(function, monkeypatch):
    compiled_from_cache(function)
    monkeypatch.setattr(_compiled, "_digest_of_kernels", lambda: "of other sources")
    assert not compiled_from_cache(function)


def test_the_digest_covers_what_is_compiled_in(monkeypatch):
    here = _compiled._digest_of_kernels()
    assert len(here) == 64
    # Constants come from files beside the kernels that hold none themselves.
    monkeypatch.setattr(_compiled, "_OF_KERNELS", ("features/kernels",))
    assert _compiled._digest_of_kernels.__wrapped__() != here


PART_AND_KERNEL = """
import numpy as np
from sklearn_vartl._compiled import njit

@njit(cache=False)
def part(values):
    # Long enough to stay a function of its own.
    total = 0.0
    for i in range(values.size):
        for j in range(i):
            if values[j] > values[i]:
                values[i], values[j] = np.sqrt(values[j]), np.exp(values[i])
                total += np.log(values[i]) * values[j]
    return total + {}

@njit
def kernel(values):
    return part(values) + part(values[1:])
"""


def test_a_kernel_that_is_loaded_runs_its_own_parts(tmp_path, monkeypatch):
    from numba.core.bytecode import FunctionIdentity

    def kernel(number):
        path = tmp_path / str(number) / "kernels.py"
        if not path.exists():
            path.parent.mkdir()
            path.write_text(PART_AND_KERNEL.format(number))
        spec = importlib.util.spec_from_file_location("kernels", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "kernels", module)
        spec.loader.exec_module(module)
        # numba tells functions apart by a number that begins anew in every process: the parts of what is loaded may
        # have the names of what is compiled here.
        monkeypatch.setattr(FunctionIdentity, "_unique_ids", itertools.count(10**6))
        assert module.kernel(np.zeros(3)) == 2 * number
        return module.kernel

    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    kernel(1)
    gc.collect()
    compiled = kernel(2), kernel(1)
    assert [sum(k.dispatcher.stats.cache_hits.values()) for k in compiled] == [0, 1]


def test_a_part_is_machine_code_in_its_kernel_alone():
    import numba

    @_compiled.njit(cache=False)
    def part(values):
        return np.empty((3, 5)).size + values.sum()

    @_compiled.njit(cache=False)
    def kernel(values):
        return 2 * part(values)

    assert kernel(np.ones(4)) == 38
    (made,) = part._part.overloads.values()
    engine = made.library._codegen._engine
    assert not engine.is_symbol_defined(made.fndesc.llvm_func_name)
    (made,) = kernel.compiled()
    assert engine.is_symbol_defined(made.fndesc.llvm_func_name)
    assert not part.compiled()
    # What numba itself has compiled on the way serves other functions of the process.
    assert numba.njit(lambda values: np.empty((3, 5)).size + values.sum())(np.ones(4)) == 19
    # And a part may be asked for by itself, at last.
    assert part(np.ones(4)) == 19


def test_compilation_is_told_stage_by_stage_and_once(capfd):
    def square(x):
        return x * x

    def cube(x):
        return x * square(x)

    # Kernels of two stages, as their modules say; each is compiled for two types.
    square.__module__ = "sklearn_vartl.periodogram._eclipses"
    cube.__module__ = "sklearn_vartl.features.kernels._statistics"
    square = _compiled.njit(square, cache=False)
    cube = _compiled.njit(cube, cache=False)
    with _compiled.compilation_shown(), _compiled.compilation_shown():
        cube(2.0)
        cube(2)
    lines = capfd.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "sklearn_vartl: compiling the features, once per installation, about a minute",
        "sklearn_vartl: compiling the eclipse search",
    ]
    with _compiled.compilation_shown():
        cube(3.0)
    with _compiled.compilation_shown(visible=False):
        cube(np.float32(2.0))
    assert capfd.readouterr().err == ""


def test_kernels_for_another_number_of_lanes_are_others(monkeypatch):
    here = _compiled._digest_of_kernels.__wrapped__()
    monkeypatch.setattr(_compiled, "n_lanes", lambda: 4)
    assert _compiled._digest_of_kernels.__wrapped__() != here


def test_lanes_are_those_of_the_processor_that_is_compiled_for():
    code = "from sklearn_vartl._compiled import n_lanes; print(n_lanes())"
    old = os.environ | {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"}
    new = os.environ | {"NUMBA_CPU_NAME": "x86-64-v4", "NUMBA_CPU_FEATURES": "+avx2,+avx512f"}
    for environment, expected in ((old, "8"), (new, "16")):
        run = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
        assert run.stdout.strip() == expected, run.stderr
