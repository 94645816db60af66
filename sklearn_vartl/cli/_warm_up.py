"""`vartl warm-up`: compile the numerical kernels now, not at the first light curve."""

import time

from ._arguments import Command

DESCRIPTION = """\
Compile the numerical kernels, so that the first star of this installation does not wait for it.
What is compiled is kept in numba's cache.

  vartl warm-up"""


def add_arguments(parser):
    """The command has no arguments of its own."""


def run(arguments):
    """Run the command."""
    from .._compiled import HAS_NUMBA, compilation_shown
    from ..datasets import simulate_survey
    from ..features import LightCurveFeatures

    if not HAS_NUMBA:
        raise ImportError("nothing to compile: numba is not installed, or switched off")
    start = time.perf_counter()
    # Real work on a few simulated stars: no list of kernels and types that could grow stale. These classes do
    # not need the OGLE-III catalogue, which takes seconds to read.
    X = simulate_survey(3, "asas", classes=["EC", "ED", "ROT"], random_state=0)
    with compilation_shown(not arguments.quiet):
        for features in ("vartl", "upsilon"):
            LightCurveFeatures(features, on_error="nan").transform(X)
    if not arguments.quiet:
        print(f"ready after {time.perf_counter() - start:.0f} s; later starts load the cache")


WARM_UP = Command(
    "warm-up",
    "compile the numerical kernels now, once per installation",
    DESCRIPTION,
    add_arguments,
    run,
)
