"""Farewell to public names and parameters: a warning for at least one minor version."""

import warnings
from functools import wraps


def warn_deprecated(what, *, since, until, instead, stacklevel=2):
    """Warn the user that something public will be gone.

    Parameters
    ----------
    what : str
        What is deprecated: ``"the parameter `n`"``.
    since, until : str
        Version that warns first, and version without it.
    instead : str
        What to use.
    stacklevel : int, default=2
        As in `warnings.warn`, counted from the caller.

    Examples
    --------
    >>> import warnings
    >>> from sklearn_vartl._deprecation import warn_deprecated
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn_deprecated("the parameter `n`", since="1.1", until="1.3", instead="`n_stars`")
    >>> print(caught[0].message)
    the parameter `n` is deprecated since version 1.1 and will be gone in 1.3: use `n_stars`.
    """
    warnings.warn(
        f"{what} is deprecated since version {since} and will be gone in {until}: use {instead}.",
        # Python hides DeprecationWarning from those who run a program.
        FutureWarning,
        stacklevel=stacklevel + 1,
    )


def deprecated(*, since, until, instead):
    """Decorate a function, method or class that will be gone: it warns whenever it is called.

    Examples
    --------
    >>> from sklearn_vartl._deprecation import deprecated
    >>> @deprecated(since="1.1", until="1.3", instead="`new`")
    ... def old(x):
    ...     return 2 * x
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     old(21)
    42
    >>> print(caught[0].message)
    old is deprecated since version 1.1 and will be gone in 1.3: use `new`.
    """
    options = {"since": since, "until": until, "instead": instead, "stacklevel": 2}

    def decorate(target):
        if not isinstance(target, type):
            return _warning(target, target.__qualname__, options)
        target.__init__ = _warning(target.__init__, target.__qualname__, options)
        return target

    return decorate


def _warning(function, name, options):
    @wraps(function)
    def warned(*args, **kwargs):
        warn_deprecated(name, **options)
        return function(*args, **kwargs)

    return warned
