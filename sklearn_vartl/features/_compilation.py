"""Telling the user about the one wait there is: compiling the kernels on first use."""

import sys
from pathlib import Path


def announce_compilation(verbose):
    """Say in one line on standard error that kernels are about to be compiled, if someone looks.

    Someone looks when `verbose` is set or standard error is a terminal.
    """
    from .._compiled import HAS_NUMBA

    if not HAS_NUMBA or not (verbose or sys.stderr.isatty()):
        return
    from ._fourier import fit_series

    # A kernel that has run in this process has signatures; one compiled by an earlier process has
    # an index file.
    if fit_series.signatures or any(
        Path(fit_series.stats.cache_path).glob("_fourier.fit_series-*.nbi")
    ):
        return
    print(
        "sklearn_vartl: compiling the feature kernels; once on this machine, about a minute.",
        file=sys.stderr,
        flush=True,
    )
