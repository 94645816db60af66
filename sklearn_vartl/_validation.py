"""Checks of labels, weights, tables and devices, and warnings, for the estimators of all rooms."""

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Number, Real
from typing import Any

import numpy as np
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data


def users_level() -> int:
    """The `stacklevel` of a warning that points at the user's line: the first outside this package and scikit-learn."""
    inside = tuple(
        os.path.dirname(sys.modules[name].__file__ or "") + os.sep
        for name in ("sklearn", "joblib", __package__)
        if name in sys.modules
    )
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(inside):
        frame, level = frame.f_back, level + 1
    return level


def warn_user(text: str) -> None:
    """Warn, at the user's line."""
    warnings.warn(text, UserWarning, stacklevel=users_level())


def check_labels(y: Any, n_stars: int, *, unlabelled_argument: str | None = None) -> np.ndarray:
    """Return the labels as an array; missing ones, another number of them and what is no class are refused.

    `unlabelled_argument` is the name of the argument that takes stars without labels, for the error message.
    """
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
    y = column_or_1d(_to_array(y), warn=True)
    if len(y) != n_stars:
        raise ValueError(
            f"X and y have inconsistent numbers of samples: {n_stars} stars and {len(y)} labels."
        )
    missing = np.flatnonzero(missing_labels(y))
    if missing.size:
        places = ", ".join(map(str, missing[:5])) + (", ..." if missing.size > 5 else "")
        remedy = "leave these stars out (LightCurves.labelled() does)"
        if unlabelled_argument:
            remedy += f" or pass their features as {unlabelled_argument}="
        words = {label for label in y[missing].tolist() if isinstance(label, str) and label.strip()}
        if words:
            named = ", ".join(map(repr, sorted(words)))
            remedy += f" ({named} stands for no label: a class needs another name)"
        raise ValueError(
            f"Input y contains NaN or missing labels: {missing.size} of {len(y)} stars have no "
            f"label (positions {places}): {remedy}."
        )
    if y.dtype.kind == "f" and np.isinf(y).any():
        raise ValueError("Input y contains infinity.")
    _tell_twins(sorted_classes(y))
    check_classification_targets(y)
    return y


def _tell_twins(classes):
    """Warn of names that only blanks around them tell apart."""
    names = {str(name) for name in classes} if classes.dtype.kind in "OU" else set()
    twins = sorted(name for name in names if name != name.strip() and name.strip() in names)
    if twins:
        warn_user(
            f"The labels {', '.join(map(repr, twins))} have blanks around them and are learned as classes of their "
            "own, beside those without: strip them."
        )


# Text that stands for no label, also as `np.array` and `astype(str)` write what is missing. "NA" in capitals
# is a class of the General Catalogue of Variable Stars, fast novae.
_NO_LABEL = frozenset(
    ["", "nan", "none", "null", "n/a", "na", "<na>", "nat", "-", "--", "---", "?", "??", "..."]
)


def is_missing_label(label: Any) -> bool:
    """Whether a label stands for none: None, NaN, blanks, "nan", "--", "?"..."""
    if isinstance(label, bytes):
        label = label.decode("utf-8", "replace")
    if isinstance(label, str):
        text = label.strip()
        return text != "NA" and text.lower() in _NO_LABEL
    if isinstance(label, Number | np.generic):
        return bool(label != label)
    return label is None or type(label).__name__ in ("NAType", "NaTType")


def missing_labels(y: np.ndarray) -> np.ndarray:
    """Mark the labels that stand for none, see `is_missing_label`."""
    if y.dtype.kind == "O":
        return np.array([is_missing_label(label) for label in y], dtype=bool)
    if y.dtype.kind == "f":
        return np.isnan(y)
    if y.dtype.kind == "U":
        return np.isin(y, [label for label in set(y.tolist()) if is_missing_label(label)])
    return np.zeros(len(y), dtype=bool)


def encode(y: np.ndarray, classes: np.ndarray | Sequence) -> np.ndarray:
    """Index of each label in the sorted `classes`."""
    names = np.asarray(classes).tolist()
    unknown = sorted(set(np.unique(y).tolist()) - set(names), key=str)
    if unknown:
        raise ValueError(f"y contains the labels {unknown}, which are not among classes={names}.")
    return np.searchsorted(classes, y)


def sorted_classes(y: Any) -> np.ndarray:
    """The different classes in `y`, sorted."""
    y = column_or_1d(_to_array(y))
    if not y.size or missing_labels(y).any():
        raise ValueError(f"classes must be names or numbers without missing ones, got {y}.")
    try:
        return np.unique(y)
    except TypeError:
        kinds = sorted({type(label).__name__ for label in y})
        raise TypeError(f"Classes must be all strings or all numbers, got {kinds}.") from None


def union(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Sorted union of two arrays of classes; names and numbers, which have no order, are refused."""
    both = [*first.tolist(), *second.tolist()]
    # Of names and numbers numpy would make names alone.
    objects = (
        first.dtype.kind == "O" or second.dtype.kind == "O" or are_names(first) != are_names(second)
    )
    return sorted_classes(np.array(both, dtype=object) if objects else _to_array(both))


def are_names(classes: np.ndarray) -> bool:
    """Whether classes are names; else they are numbers."""
    return classes.dtype.kind in "USO" and isinstance(classes[0], str | bytes)


def _to_array(y):
    if isinstance(y, np.ma.MaskedArray) and np.ma.is_masked(y):
        y, hidden = np.array(y.data, dtype=object), np.ma.getmaskarray(y)
        y[hidden] = None
    array = np.asarray(y)
    # In a list of strings numpy makes "None" or "nan" of a missing label, "3" of a number, and of a
    # member of an Enum the beginning of how it is written.
    if array.dtype.kind in "US" and not hasattr(y, "dtype"):
        objects = np.asarray(y, dtype=object)
        if objects.ndim == 1 and any(map(is_missing_label, objects)):
            return objects
        if objects.ndim == 1 and not all(type(label) in (str, np.str_, bytes) for label in objects):
            names = all(isinstance(label, str) for label in objects)
            return np.array([str.__str__(label) for label in objects]) if names else objects
    return array


def by_class(values: Any) -> dict | None:
    """Values that name their classes, as a dict: a mapping, or a Series such as `value_counts` gives.

    None where the order tells the classes, as in an array, a list, or a Series that is merely numbered.
    """
    if isinstance(values, Mapping):
        return dict(values)
    index: Any = getattr(values, "index", None)
    if not hasattr(values, "to_dict") or type(index).__name__ == "RangeIndex":
        return None
    if not index.is_unique:
        raise ValueError(
            f"A class is named twice in {values.to_dict()!r}, of {len(values)} values."
        )
    return values.to_dict()


def check_weights(sample_weight: Any, X: Any) -> np.ndarray:
    """Return the weights of the stars, float64, all 1 where None."""
    if isinstance(sample_weight, np.ma.MaskedArray) and np.ma.is_masked(sample_weight):
        raise ValueError(
            "sample_weight has masked values: give a weight of 0 to stars that are left out."
        )
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (weight < 0).any():
        raise ValueError("Negative values in data passed to `sample_weight`.")
    if not weight.any():
        raise ValueError("All values of sample_weight are zero: no star is left to fit.")
    return weight


def new_seed(random_state: Any) -> int:
    """A seed, drawn from what scikit-learn takes as `random_state`."""
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def new_generator(random_state: Any) -> np.random.Generator:
    """numpy's generator of random numbers, with such a seed."""
    return np.random.default_rng(new_seed(random_state))


def check_share(name: str, value: Any) -> None:
    """Refuse what is no share between 0 and 1."""
    if not isinstance(value, Real) or not 0 < float(value) < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {value!r}.")


def check_table(estimator: Any, X: Any, *, allow_nan: bool, reset: bool) -> np.ndarray:
    """Return `X` as float64 of shape (n_stars, n_features), as scikit-learn's `validate_data` does.

    Infinities, dates and, unless allowed, NaN are refused. With `reset` the estimator learns the number and names of
    the features, else they are checked.
    """
    if not reset and _is_plain(estimator, X, allow_nan):
        # Most of the time of a single star would go into finding out that nothing is wrong.
        return X
    _refuse_dates(X)
    return validate_data(
        estimator,
        unmasked(X),
        dtype=np.float64,
        ensure_all_finite="allow-nan" if allow_nan else True,
        reset=reset,
    )


def _refuse_dates(X):
    """Dates would be taken as nanoseconds since 1970, without a word."""
    types = getattr(X, "dtypes", getattr(X, "dtype", None))
    named = types.items() if hasattr(types, "items") else [("X", types)]
    dates = [str(name) for name, kind in named if getattr(kind, "kind", None) in ("M", "m")]
    if dates:
        raise TypeError(
            f"Features are numbers, and {', '.join(dates)} holds dates or times: leave it out, or turn it "
            "into a number that means something of a star."
        )


def unmasked(X: Any) -> Any:
    """`X` with NaN for what a numpy mask hides; scikit-learn would take what lies beneath the mask."""
    if isinstance(X, np.ma.MaskedArray):
        return np.ma.filled(X.astype(np.float64), np.nan)
    return X


def _is_plain(estimator, X, allow_nan):
    """Whether `X` is what the full check would return, without a word."""
    if type(X) is not np.ndarray or X.dtype != np.float64 or X.ndim != 2 or not len(X):
        return False
    if hasattr(estimator, "feature_names_in_"):
        return False
    if X.shape[1] != getattr(estimator, "n_features_in_", None):
        return False
    return not (np.isinf(X) if allow_nan else ~np.isfinite(X)).any()


def column_positions(
    columns: Sequence[str | int], parameter: str, n_features: int, names: np.ndarray | None
) -> np.ndarray:
    """Positions of the columns that a parameter gives by name or position, sorted, each once."""
    found = [column_position(column, parameter, n_features, names) for column in columns]
    return np.unique(np.asarray(found, dtype=np.intp))


def column_position(
    column: str | int, parameter: str, n_features: int, names: np.ndarray | None
) -> int:
    """Position of a column that a parameter gives by its name, or by its place; places below 0 count from the end."""
    if isinstance(column, str):
        if names is not None and column in list(names):
            return list(names).index(column)
    elif isinstance(column, Integral) and not isinstance(column, bool):
        if -n_features <= column < n_features:
            return int(column) % n_features
    has = f"has {n_features} without names" if names is None else f"has {list(names)}"
    if isinstance(column, str) and names is None:
        has += ": pass a DataFrame, or places (a Pipeline hands plain arrays from step to step)"
    raise ValueError(f"{parameter} names the feature {column!r}: X {has}.")


def check_device(device: str, asked: str, remedy: str) -> None:
    """Refuse a device that torch does not know or cannot reach; what was asked for and the remedy are for the error.

    Examples
    --------
    >>> from sklearn_vartl._validation import check_device
    >>> check_device("warp", "device='warp'", "device='cpu' can")
    Traceback (most recent call last):
        ...
    ValueError: device='warp' cannot be used here (Expected one of ...); device='cpu' can.
    """
    import torch

    try:
        # There and back: some of torch's devices only pretend to compute.
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError, AttributeError) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(f"{asked} cannot be used here ({reason}); {remedy}.") from error
