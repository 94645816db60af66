"""Compilation of the numerical kernels, in one place.

Importing this module imports numba, which takes about half a second: import it inside functions, or
in private modules which are themselves imported when first needed.
"""

import hashlib
import os
import sys
import warnings
from contextlib import contextmanager
from functools import cache, update_wrapper
from pathlib import Path
from threading import RLock
from weakref import WeakSet

from . import _object_code

try:
    import numba
except Exception:
    # Not only absent: a broken llvmlite raises OSError, a numpy too new for numba others.
    numba = None  # type: ignore[assignment]
    warnings.warn(
        "numba cannot be imported: light-curve features are computed by plain Python loops, some hundred times "
        "slower. `pip install numba` mends this.",
        RuntimeWarning,
        stacklevel=2,
    )

# Switched off by NUMBA_DISABLE_JIT, to debug or to measure coverage, numba compiles nothing either.
HAS_NUMBA = numba is not None and not numba.config.DISABLE_JIT  # type: ignore[attr-defined]


# Sums may be reordered (and so vectorised) by the compiler; NaN and infinity keep their meaning.
REORDER = {"reassoc", "contract", "nsz", "arcp"}


def njit(function=None, **options):
    """Compile a function with numba where numba is there, else leave it plain Python.

    Parameters
    ----------
    function : callable, default=None
        The function to compile; without it a decorator is returned, so that both ``@njit`` and
        ``@njit(fastmath=...)`` work.
    **options
        Options of :func:`numba.njit`. The defaults are ``cache=True`` (compiled once for a machine,
        not once a process) and ``nogil=True`` (several threads may run it); floating-point
        arithmetic is strict unless ``fastmath`` is given.

    Returns
    -------
    callable
        The compiled function, or `function` itself where numba is absent or switched off.

    Notes
    -----
    A cached version is used as long as no file with kernels has changed. numba alone looks at the
    time stamp and size of the function's own file, and so misses changes in the functions it calls,
    and upgrades of packages whose files have fixed time stamps.

    Examples
    --------
    >>> from sklearn_vartl._compiled import njit
    >>> @njit(cache=False)
    ... def square(x):
    ...     return x * x
    >>> square(3.0)
    9.0
    """
    if function is None:
        return lambda function: njit(function, **options)
    if not HAS_NUMBA:
        return function
    return Kernel(function, {"cache": True, "nogil": True, **options})


class Kernel:
    """A function to be compiled, or one that was compiled beforehand.

    Called from Python, it runs from the package's object code where that has it for such arguments,
    and is compiled by numba else. Called from another kernel, it becomes a part of that one, without
    all that only Python's calls need, and without a place in the cache.

    Parameters
    ----------
    function : callable
    options : dict
        Of :func:`numba.njit`.
    """

    def __init__(self, function, options):
        update_wrapper(self, function)
        self.py_func = function
        self.name = f"{function.__module__}.{function.__qualname__}"
        self._options = options
        self._beforehand = self._dispatcher = self._part = None
        _KERNELS.add(self)

    def __call__(self, *arguments):
        if self._beforehand is None:
            self._beforehand = _functions_of(self)
        for function in () if _ANEW else self._beforehand:
            try:
                return function(arguments)
            except _object_code.Unsuited:
                continue
        return self.dispatcher(*arguments)

    @property
    def dispatcher(self):
        """numba's function for calls from Python."""
        with _LOCK:
            if self._dispatcher is None:
                self._dispatcher = _for_python(self.py_func, self._options)
            return self._dispatcher

    @property
    def _numba_type_(self):
        with _LOCK:
            if self._part is None:
                wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
                self._part = numba.njit(
                    self.py_func, **{**self._options, "cache": False, **wrappers}
                )
            return self._part._numba_type_

    def compiled(self):
        """What numba has made for calls from Python in this process, one for each choice of types."""
        return list(self._dispatcher.overloads.values()) if self._dispatcher is not None else []

    def __reduce__(self):
        # Found again by its name, as a function is.
        return self.__qualname__


_KERNELS: WeakSet = WeakSet()
# Not empty while what was compiled beforehand is to be compiled again.
_ANEW: list = []
_LOCK = RLock()


def _functions_of(kernel):
    library = _library() if kernel.name.startswith(_PACKAGE) else None
    return library.functions(kernel.name) if library else []


_PACKAGE = __name__.rpartition(".")[0] + "."
# A folder with object code, besides what the package brings along.
FOLDER_VARIABLE = "SKLEARN_VARTL_KERNELS"


@cache
def _library():
    """The object code for these kernels and this processor; None where there is none."""
    folders = [_object_code.FOLDER, *filter(None, [os.environ.get(FOLDER_VARIABLE)])]
    path = _object_code.find(folders, _digest_of_kernels())
    try:
        return None if path is None else _object_code.Library(path)
    except (OSError, ValueError, RuntimeError):
        return None  # damaged: compile


def how_kernels_run():
    """Say in a few words where the compiled kernels come from."""
    if not HAS_NUMBA:
        return "plain Python (numba is absent or switched off)"
    library = _library()
    return (
        "compiled when first used" if library is None else f"compiled beforehand ({library.path})"
    )


@contextmanager
def compiled_anew(wanted=True):
    """Have kernels compiled, or read from numba's cache, even where object code has them."""
    if wanted:
        _ANEW.append(True)
    try:
        yield
    finally:
        if wanted:
            _ANEW.pop()


def write_object_code(folder):
    """Write all kernels that this process has compiled to a file of a folder, and return its path."""
    if sys.platform != "linux":
        raise OSError(
            "kernels are written on Linux only; elsewhere they are compiled when they are first used"
        )
    from ._object_code_build import build, processor

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{processor()}{_object_code.SUFFIX}"
    ours = [kernel for kernel in _KERNELS if kernel.name.startswith(_PACKAGE)]
    build(path, ours, _digest_of_kernels())
    return path


def _for_python(function, options):
    options = {**options, "pipeline_class": _compiler()}
    try:
        compiled = numba.njit(function, **options)
    except RuntimeError:
        # Neither the package's directory nor the user's cache directory can be written to (a
        # read-only container), or the function has no source file: compile for this process only.
        return numba.njit(function, **{**options, "cache": False})
    if options["cache"]:
        _stamp_cache(compiled)
        _survive_damage(compiled)
    return compiled


@cache
def _compiler():
    """numba's compiler, for kernels whose results depend on no other kernel."""
    from numba.core.compiler import Compiler

    try:
        from ._code_libraries import library_of_kernel, parts_within
    except ImportError:
        return Compiler  # Private to numba: where it is named otherwise, its own ways remain.

    class Apart(Compiler):
        def compile_extra(self, function):
            codegen = self.state.targetctx.codegen()
            try:
                self.state.library = library_of_kernel(codegen, function.__qualname__)
            except AttributeError:
                return super().compile_extra(function)
            with parts_within(codegen):
                return super().compile_extra(function)

    return Apart


def _stamp_cache(compiled):
    """Let the content of all kernels decide whether a cached version is stale."""
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    # Private to numba: where it is named otherwise, numba's own check remains.
    if hasattr(index, "_source_stamp"):
        index._source_stamp = (index._source_stamp, _digest_of_kernels())


def _survive_damage(compiled):
    """Let a damaged cache (a process killed, a disk full) be compiled anew, not be an error."""
    file = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if not (hasattr(file, "_load_index") and hasattr(file, "_load_data")):
        return
    load_index, load_data = file._load_index, file._load_data

    def index():
        try:
            return load_index()
        except OSError:
            raise
        except Exception:
            return {}

    def data(name):
        try:
            return load_data(name)
        except Exception as error:
            # What numba takes for a version that is not there.
            raise OSError(f"{name} is damaged") from error

    file._load_index, file._load_data = index, data


# What is being compiled, by the first of these that a kernel's module contains.
_STAGES = {
    "periodogram.numba": "the Lomb-Scargle power",
    "periodogram._eclipses": "the eclipse search",
    "periodogram._dips": "the eclipse search",
    "periodogram._visits": "the search between visits",
    "periodogram": "the choice of the period",
    "features": "the features",
    "transfer": "the trees of the ensemble",
}
# Not empty while someone listens: one voice is enough.
_speaking: list = []


@contextmanager
def compilation_shown(visible=True):
    """Say on standard error what is being compiled, whenever another stage begins.

    Nothing is said where every kernel comes from the cache; within another such block, the outer
    one speaks.

    Parameters
    ----------
    visible : bool, default=True
        Whether anything may be said.
    """
    if not (HAS_NUMBA and visible) or _speaking:
        yield
        return
    from numba.core import event

    said = []

    class Speaker(event.Listener):
        """Numba tells of a function before those that it calls: before the first second, not after."""

        def on_start(self, event):
            module = event.data["dispatcher"].py_func.__module__.partition(".")[2]
            stage = next((words for name, words in _STAGES.items() if name in module), None)
            if stage is None or stage in said:
                return
            once = "" if said else ", once per installation, about a minute"
            said.append(stage)
            print(
                f"sklearn_vartl: compiling {stage}{once} (stage {len(said)} of at most "
                f"{len({*_STAGES.values()})})",
                file=sys.stderr,
                flush=True,
            )

        def on_end(self, event):
            pass

    _speaking.append(True)
    try:
        with event.install_listener("numba:compile", Speaker()):
            yield
    finally:
        _speaking.pop()


@cache
def n_lanes():
    """Return how many float32 numbers kernels take at a time: as many as AVX-512 has in a register, else 8.

    The features are those that numba compiles for, not the machine's, so that code made for another
    processor (``NUMBA_CPU_NAME``, ``NUMBA_CPU_FEATURES``) runs on it. Arrays are laid out for this
    number: it is part of what tells compiled kernels from others.
    """
    if not HAS_NUMBA:
        return 8
    from numba.core.registry import cpu_target

    *_, features = cpu_target.target_context.codegen().magic_tuple()
    return 16 if "+avx512f" in features.split(",") else 8


# Folders whose files may all have constants that are compiled into kernels.
_OF_KERNELS = ("periodogram", "features/kernels")


@cache
def _digest_of_kernels():
    digest = hashlib.sha256(f"{n_lanes()} lanes".encode())
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        source = path.read_bytes()
        folder = path.relative_to(package).as_posix()
        if b"njit" in source or folder.startswith(_OF_KERNELS):
            digest.update(path.name.encode() + b"\0" + source)
    return digest.hexdigest()
