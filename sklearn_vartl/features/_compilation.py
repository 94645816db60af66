"""Telling the user about the one wait there is: compiling the kernels on first use."""

import sys
from pathlib import Path

from .._compiled import HAS_NUMBA
from ._families import FAMILIES


def announce_compilation(columns, verbose):
    """Say in one line on standard error that kernels are about to be compiled, if someone looks.

    Someone looks when `verbose` is set or standard error is a terminal.

    Parameters
    ----------
    columns : tuple of Column
        What is about to be computed.
    verbose : int
    """
    if not HAS_NUMBA or not (verbose or sys.stderr.isatty()):
        return
    families = {column.source for column in columns} & set(FAMILIES)
    kernels = [FAMILIES[name].kernel for name in families if FAMILIES[name].kernel is not None]
    if all(is_compiled(kernel) for kernel in kernels):
        return
    print(
        "sklearn_vartl: compiling the feature kernels; once on this machine, about a minute.",
        file=sys.stderr,
        flush=True,
    )


def is_compiled(kernel):
    """Whether a kernel has run in this process, or an earlier one left it in numba's cache."""
    if kernel.signatures:
        return True
    module = kernel.py_func.__module__.rpartition(".")[2]
    index = f"{module}.{kernel.py_func.__name__}-*.nbi"
    return any(Path(kernel.stats.cache_path).glob(index))
