"""Reading pickles of numpy arrays and label encoders without running code from them.

Nothing of numpy is called while the pickle is read: arrays and dtypes are stand-ins which take what
the file says, and become arrays of plain dtypes afterwards, so that a file cannot claim memory that
it does not fill.
"""

import pickle
import pickletools
from functools import partial
from types import SimpleNamespace

import numpy as np

MAX_BYTES = 2**26
_WRONG = (
    *(ArithmeticError, AttributeError, EOFError, ImportError, LookupError, MemoryError),
    *(RecursionError, TypeError, ValueError),
)


class _Plain(SimpleNamespace):
    """Stands in for a pickled object of which only the attributes are wanted."""


class _Dtype:
    """Stands in for a dtype: its name as pickled, such as "f8", and its byte order."""

    def __init__(self, name, *_):
        self.name = name.decode() if isinstance(name, bytes) else name
        self.order = ""

    def __setstate__(self, state):
        self.order = state[1]

    def plain(self):
        dtype = np.dtype(self.order.replace("|", "") + self.name)
        if dtype.kind not in "biufUS" or not dtype.itemsize:
            raise ValueError(f"arrays of {dtype} are not read")
        return dtype


class _Array:
    """Stands in for an array: shape, dtype and the bytes or list that fill it."""

    def __setstate__(self, state):
        _, self.shape, self.dtype, self.is_fortran, self.content = state

    def plain(self):
        if isinstance(self.content, list):
            array = np.empty(len(self.content), dtype=object)
            for i, value in enumerate(self.content):
                array[i] = value
        else:
            content = self.content
            content = content.encode("latin1") if isinstance(content, str) else content
            array = np.frombuffer(content, self.dtype.plain())
        return array.reshape(self.shape, order="F" if self.is_fortran else "C")


def _reconstruct(*_):
    return _Array()


def _scalar(dtype, content):
    content = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(content, dtype.plain(), count=1)[0]


def _admitted():
    table = {("numpy", "ndarray"): _Array, ("numpy", "dtype"): _Dtype}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        table |= {(module, "_reconstruct"): _reconstruct, (module, "scalar"): _scalar}
    for module in ("sklearn.preprocessing._label", "sklearn.preprocessing.label"):
        table[module, "LabelEncoder"] = _Plain
    table["_codecs", "encode"] = _latin1
    return table


def _latin1(text, _):
    # How protocol 2 writes bytes.
    return text.encode("latin1")


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
    OSError
        If the file cannot be read.
    pickle.UnpicklingError
        If the file is damaged or holds anything else; nothing in it is executed.
    """
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
        try:
            _check_claims(data)
            file.seek(0)
            return _settled(_RestrictedUnpickler(file).load(), {})
        except _WRONG as error:
            text = f"{type(error).__name__}: {error}"
            raise pickle.UnpicklingError(f"{path} is damaged: {text}") from error


def _check_claims(data):
    """Refuse what makes the unpickler itself ask for more memory than the file is long."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    for opcode, argument, _ in pickletools.genops(data):
        if "PUT" in opcode.name and argument > len(data):
            raise ValueError(f"it puts an object at place {argument}")


def _settled(value, seen):
    """The content with arrays in place of their stand-ins, each object visited once."""
    if id(value) in seen:
        return seen[id(value)][1]
    settle = partial(_settled, seen=seen)
    if isinstance(value, _Plain | list | dict):
        # The object itself: it may hold itself.
        seen[id(value)] = value, value
        inner = vars(value) if isinstance(value, _Plain) else value
        for key in list(inner) if isinstance(inner, dict) else range(len(inner)):
            inner[key] = settle(inner[key])
        return value
    if isinstance(value, _Array):
        value.content = settle(value.content)
    result = tuple(map(settle, value)) if isinstance(value, tuple) else value
    result = result.plain() if isinstance(result, _Array | _Dtype) else result
    # With the value, so that its identity stays taken.
    seen[id(value)] = value, result
    return result
