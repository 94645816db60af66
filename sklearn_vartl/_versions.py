"""What is installed here, for reports of faults."""

import platform
import sys
from importlib import metadata

# What results and speed depend on first.
LIBRARIES = (
    "numpy", "scipy", "scikit-learn", "numba", "llvmlite", "pandas", "pyarrow", "torch", "skorch",
    "joblib", "feets", "safetensors", "astropy", "dask", "nested-pandas", "matplotlib",
)  # fmt: skip


def show_versions() -> None:
    """Print the versions of Python, of this package and of the libraries it works with, and how its kernels run.

    Examples
    --------
    >>> import sklearn_vartl
    >>> sklearn_vartl.show_versions()  # doctest: +ELLIPSIS
    sklearn_vartl...
    python...
    """
    from . import __version__
    from ._compiled import how_kernels_run

    lines = {
        "sklearn_vartl": __version__,
        "python": sys.version.replace("\n", " "),
        "system": platform.platform(),
        "kernels": how_kernels_run(),
        **{name: _version(name) for name in LIBRARIES},
    }
    for name, what in lines.items():
        print(f"{name:15} {what}")


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
