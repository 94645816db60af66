"""Values as plain data, what of it a model file may hold, and the way back."""

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..features import LightCurveFeatures
from ..preprocessing import FeatureScaler
from ..transfer import TransferEnsembleClassifier, TransferMLPClassifier
from ._archive import ModelFileError, entries, short

#: Parameters that concern the computer at work: no part of a model, and never taken from a file,
#: which would have it write to folders, start threads or ask for devices of its own choice.
LOCAL = frozenset({"checkpoint", "device", "memory", "n_jobs", "verbose"})

# Of these, earlier versions wrote some: passed over in their files.
_ONCE_WRITTEN = frozenset({"device", "n_jobs", "verbose"})

_TRAINING = frozenset(
    """hidden_layer_sizes n_estimators strategy learning_rate backbone_learning_rate max_epochs
    min_steps sampling class_weight early_stopping validation_fraction n_iter_no_change
    transfer_scaler calibration priors evidence keep scaler random_state""".split()
)

#: The parameters that a file holds of each class: all but the local ones.
PARAMETERS = {
    FeatureScaler: frozenset("log clip circular center scale impute add_indicator".split()),
    LightCurveFeatures: frozenset(
        """features period_engine min_period max_period oversampling min_observations on_error
        passthrough bands""".split()
    ),
    TransferEnsembleClassifier: _TRAINING | {"views", "n_trees"},
    TransferMLPClassifier: _TRAINING | {"weight_decay", "label_smoothing", "batch_size"},
}

# What any model needs, and what keeps a computer busy for ever: the numbers of a file are a
# stranger's. A width is one of `hidden_layer_sizes`.
_LIMITS = {
    "min_period": (1e-5, np.inf),
    "oversampling": (1, 1000),
    "min_observations": (7, 1_000_000_000),
    "n_estimators": (1, 10_000),
    "n_trees": (0, 100_000),
    "max_epochs": (1, 1_000_000),
    "min_steps": (0, 10_000_000),
    "batch_size": (1, 100_000_000),
    "hidden_layer_sizes": (1, 100_000),
}

_NUMBER = (int, float)


def plain_value(value: Any, name: str) -> Any:
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


def check_array(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape or type than float64, or with values that are no numbers.

    Raises
    ------
    ModelFileError
    """
    if array.shape != shape or array.dtype != np.float64:
        raise ModelFileError(f"{name} is {array.dtype} of shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        raise ModelFileError(f"{name} holds values that are no finite numbers")


def labels_to_json(labels: np.ndarray) -> dict[str, Any]:
    """Labels and their dtype."""
    return {"dtype": labels.dtype.str, "values": plain_value(labels.tolist(), "labels")}


def labels_from_json(state: Any, where: str) -> np.ndarray:
    """What `labels_to_json` was given."""
    state = entries(state, where, {"dtype": str, "values": list})
    kind = np.dtype(state["dtype"]).kind
    if kind not in "biufUO":
        raise ModelFileError(f"{where} cannot have the dtype {state['dtype']!r}")
    if any(type(value) not in (bool, int, float, str) for value in state["values"]):
        raise ModelFileError(f"{where} are names and numbers only")
    # The width of strings follows from the values: one that is declared may fill any memory.
    return np.array(state["values"], dtype=str if kind == "U" else np.dtype(state["dtype"]))


def names_from_json(names: list[Any] | None, n: int, where: str) -> np.ndarray | None:
    """Names of n features, or None where they have none."""
    if names is None:
        return None
    if len(names) != n or any(type(name) is not str for name in names):
        raise ModelFileError(f"{where} are not {n} names")
    return np.asarray(names, dtype=object)


def params_to_json(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator that belong in a file, in the order of its constructor.

    Raises
    ------
    TypeError
        If one cannot be expressed as plain data; it is named.
    """
    allowed, params = PARAMETERS[type(estimator)], estimator.get_params(deep=False)
    found = {name: _param_to_json(value, name) for name, value in params.items() if name in allowed}
    _check_limits(found)
    return found


def _param_to_json(value, name):
    if type(value) is FeatureScaler:
        return {"FeatureScaler": params_to_json(value)}
    if isinstance(value, dict):
        # JSON's own keys are text only.
        return {"pairs": [[plain_value(k, name), plain_value(v, name)] for k, v in value.items()]}
    return plain_value(value, name)


def from_params(cls: Any, params: Any, where: str) -> Any:
    """An estimator of class `cls` with the parameters of a file; local ones are the defaults.

    Raises
    ------
    ModelFileError
        If a parameter is none of those that `PARAMETERS` allows, or far beyond any use.
    InvalidParameterError
        If a value is none that the class takes.
    """
    where = f"{where}: the parameters of {cls.__name__}"
    old = _ONCE_WRITTEN & set(cls._parameter_constraints)
    known: Iterable[str] = PARAMETERS[cls] | old
    params = entries(params, where, {}, dict.fromkeys(known, object))
    _check_limits(params)
    found = {name: _param_from_json(v, where) for name, v in params.items() if name not in old}
    # Of these the defaults are tuples.
    for name in ("hidden_layer_sizes", "keep"):
        if isinstance(found.get(name), list):
            found[name] = tuple(found[name])
    estimator = cls(**found)
    estimator._validate_params()
    return estimator


def _param_from_json(value, where):
    if not isinstance(value, dict):
        return value
    if "FeatureScaler" in value:
        value = entries(value, where, {"FeatureScaler": dict})
        return from_params(FeatureScaler, value["FeatureScaler"], where)
    return dict(entries(value, where, {"pairs": list})["pairs"])


def _check_limits(params):
    for name, (low, high) in _LIMITS.items():
        values = params.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            if type(value) in _NUMBER and not low <= value <= high:
                raise ModelFileError(
                    f"{name}={short(value)} is no value for a model file: {low} to {high} are"
                )
