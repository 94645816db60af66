"""Parameters as JSON takes them."""

from numbers import Integral, Real

import numpy as np


def plain_value(value, name):
    """Turn a parameter into None, bool, int, float, str, or lists and dicts of these.

    Parameters
    ----------
    value : object
    name : str
        What to call it in an error.

    Raises
    ------
    TypeError
        If it is anything else; it is named.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_value(entry, name) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain_value(entry, name) for key, entry in value.items()}
    raise TypeError(
        f"{name}={value!r} cannot be saved without pickle: set it to a plain value first, or use "
        "joblib.dump."
    )
