"""Compilation of the numerical kernels, in one place.

Importing this module imports numba, which takes about half a second: import it inside functions, or
in private modules which are themselves imported when first needed.
"""

import warnings

try:
    import numba
except ImportError:
    numba = None
    warnings.warn(
        "numba cannot be imported: light-curve features are computed by plain Python loops, some hundred times "
        "slower. `pip install numba` mends this.",
        RuntimeWarning,
        stacklevel=2,
    )

HAS_NUMBA = numba is not None


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
        The compiled function, or `function` itself without numba.

    Notes
    -----
    numba looks at the time stamp of the function's own file only to decide whether a cached version
    is stale: compiled functions of another file which it calls are not looked at. Kernels that are
    changed together therefore belong in one file.

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
    if numba is None:
        return function
    options = {"cache": True, "nogil": True, **options}
    try:
        return numba.njit(function, **options)
    except RuntimeError:
        # Neither the package's directory nor the user's cache directory can be written to (a
        # read-only container), or the function has no source file: compile for this process only.
        return numba.njit(function, **{**options, "cache": False})
