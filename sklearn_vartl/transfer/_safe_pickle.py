"""Reading pickles of numpy arrays and label encoders without running code from them."""

import pickle
from types import SimpleNamespace

import numpy as np


class _Plain(SimpleNamespace):
    """Stands in for a pickled object of which only the attributes are wanted."""


def _dtype(name, *_):
    # Old pickles give the flags `align` and `copy` as numbers, which new numpy warns about.
    return np.dtype(name)


def _admitted():
    try:
        from numpy._core import multiarray
    except ImportError:  # numpy 1.26
        from numpy.core import multiarray
    functions = {
        "_reconstruct": multiarray._reconstruct,
        "scalar": multiarray.scalar,
    }
    table = {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): _dtype}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        table |= {(module, name): function for name, function in functions.items()}
    for module in ("sklearn.preprocessing._label", "sklearn.preprocessing.label"):
        table[module, "LabelEncoder"] = _Plain
    return table


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        try:
            return _admitted()[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"The file wants to load {module}.{name}; only numpy arrays and label encoders "
                "are read, so nothing of it was run."
            ) from None


def read_plain_pickle(path):
    """Read numbers, strings, lists, dicts, numpy arrays and label encoders from a pickle.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    content : object
        A label encoder comes as an object with its attributes (`classes_`).

    Raises
    ------
    pickle.UnpicklingError
        If the file holds anything else; nothing in it is executed.
    """
    with open(path, "rb") as file:
        return _RestrictedUnpickler(file).load()
