"""Compiled kernels on disk are used again until any kernel changes."""

import gc
import importlib.util
import sys

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
    return sum(kernel.stats.cache_hits.values()) == 1


def test_the_second_process_reads_the_cache(function):
    assert not compiled_from_cache(function)
    # As in another process: nothing of the first compilation is left in memory.
    gc.collect()
    assert compiled_from_cache(function)


def test_a_change_of_any_kernel_makes_the_cache_stale(function, monkeypatch):
    compiled_from_cache(function)
    monkeypatch.setattr(_compiled, "_digest_of_kernels", lambda: "of other sources")
    assert not compiled_from_cache(function)


def test_the_digest_covers_files_with_kernels():
    assert len(_compiled._digest_of_kernels()) == 64
