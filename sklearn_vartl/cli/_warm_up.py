"""`vartl warm-up`: compile the numerical kernels now, not at the first light curve."""

import time
from pathlib import Path

import numpy as np

from ._arguments import Command

DESCRIPTION = """\
Compile the numerical kernels, so that the first star of this installation does not wait for it.
What is compiled is kept in numba's cache. A package that was installed as a wheel brings its kernels
along, for common processors: there is nothing to compile then.

With --output the kernels are written to a folder as well, for other installations on processors that
can do what this one can: these find them where SKLEARN_VARTL_KERNELS names the folder.

  vartl warm-up
  vartl warm-up --output /shared/vartl_kernels"""


def add_arguments(parser):
    """Add the arguments of the command."""
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", type=Path, help="write the kernels here"
    )


def run(arguments):
    """Run the command."""
    from .. import _compiled

    if not _compiled.HAS_NUMBA:
        raise ImportError("nothing to compile: numba is not installed, or switched off")
    start = time.perf_counter()
    with _compiled.compilation_shown(not arguments.quiet):
        # What was compiled beforehand cannot be written again.
        with _compiled.compiled_anew(arguments.output is not None):
            exercise()
    if arguments.output is not None:
        path = _compiled.write_object_code(arguments.output)
        if not arguments.quiet:
            print(f"kernels -> {path}")
    if not arguments.quiet:
        print(
            f"ready after {time.perf_counter() - start:.0f} s; later starts load what was compiled"
        )


def exercise():
    """Do real work on a few stars, which needs every kernel: no list of kernels and types that could grow stale."""
    from ..features import LightCurveFeatures
    from ..light_curves import LightCurves
    from ..transfer import Trees

    stars = [_pulsating(), _eclipsing(), _visited()]
    offsets = np.cumsum([0, *(len(star[0]) for star in stars)])
    X = LightCurves(*map(np.concatenate, zip(*stars, strict=True)), offsets=offsets)
    for features in ("vartl", "upsilon"):
        LightCurveFeatures(features, on_error="nan").transform(X)
    leaf = [np.array([number], dtype=np.int32) for number in (0, -1, -1, 0)]
    Trees(*leaf, np.zeros(1), np.ones((1, 2))).predict_proba(np.zeros((1, 1)))


def _pulsating():
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 500, 120))
    return time, 15 + np.sin(2 * np.pi * time / 0.61) + rng.normal(0, 0.05, 120), np.full(120, 0.05)


def _eclipsing():
    """Narrow eclipses, which a periodogram does not see."""
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(0, 500, 400))
    mag = 15 + (time / 7.3 % 1 < 0.03) + 0.9 * ((time / 7.3 + 0.4) % 1 < 0.03)
    return time, mag + rng.normal(0, 0.02, 400), np.full(400, 0.02)


def _visited():
    """Two visits, years apart."""
    rng = np.random.default_rng(2)
    time = np.sort(np.append(rng.uniform(0, 20, 80), rng.uniform(1500, 1520, 80)))
    return time, 15 + np.sin(2 * np.pi * time / 1.7) + rng.normal(0, 0.05, 160), np.full(160, 0.05)


WARM_UP = Command(
    "warm-up",
    "compile the numerical kernels now, once per installation",
    DESCRIPTION,
    add_arguments,
    run,
)
