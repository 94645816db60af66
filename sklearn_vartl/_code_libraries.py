"""How the code of kernels is kept while numba compiles: each with parts of its own, which are nothing by themselves.

numba makes machine code of every function, and all of it once more as a part of each that calls it. Here a function
that only kernels call stays as it was translated, until a kernel is optimised with all of its parts: that saves a third
of the time, and results are the same but for last bits.

Private to numba is what this rests on. Where that is named otherwise, numba's own way remains.
"""

from contextlib import contextmanager

from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary

# What is overridden below.
_KNOWN = ("_optimize_final_module", "_finalize_final_module", "get_pointer_to_function", "codegen")


def library_of_kernel(codegen, name):
    """Return a library for a kernel and its own copies of the functions that it calls.

    They are optimised for it. numba gives them names that other kernels see, and of the copies of one name, the first
    that a process has got runs in all of them: another one, with other last bits, in a process that compiles than in
    one that loads. Here each kernel keeps its copies to itself.

    Parameters
    ----------
    codegen : numba.core.codegen.JITCPUCodegen
    name : str

    Raises
    ------
    AttributeError
        If numba names otherwise what this rests on.
    """
    library = JITCodeLibrary(codegen, name)
    library.enable_object_caching()
    optimise = library._optimize_final_module

    def optimise_and_close():
        optimise()
        for part in library._final_module.functions:
            # numba's runtime stays shared: it manages memory, and computes nothing.
            if part.linkage is Linkage.linkonce_odr and not part.name.startswith("NRT_"):
                part.linkage = Linkage.internal

    library._optimize_final_module = optimise_and_close
    return library


@contextmanager
def parts_within(codegen):
    """Keep what is compiled meanwhile as parts; numba's lock has to be held."""
    if not (hasattr(codegen, "_library_class") and all(hasattr(JITCodeLibrary, n) for n in _KNOWN)):
        yield
        return
    codegen._library_class = _Part
    try:
        yield
    finally:
        del codegen._library_class


class _Part(JITCodeLibrary):
    """A function that is linked into those that call it; machine code only if someone asks for its address."""

    _whole = False

    def _optimize_final_module(self):
        if self._whole:
            super()._optimize_final_module()

    def _finalize_final_module(self):
        if self._whole:
            super()._finalize_final_module()
        else:
            self._finalize_dynamic_globals()
            self._verify_declare_only_symbols()
            self._finalized = True

    def get_pointer_to_function(self, name):
        self._ensure_finalized()
        if not self._whole:
            if not any(
                f.name == name and not f.is_declaration for f in self.get_defined_functions()
            ):
                return 0
            self._whole = True
            self._optimize_final_module()
            self._finalize_final_module()
        return super().get_pointer_to_function(name)

    @property
    def codegen(self):
        return super().codegen if self._whole else _NoEnvironment


class _NoEnvironment:
    """What numba tells of a function's globals, of use to one with an address only."""

    @staticmethod
    def set_env(name, environment):
        """Do nothing."""
