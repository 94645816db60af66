"""Which estimators a model file can hold, and how pipelines become state."""

from importlib import import_module
from numbers import Integral, Real

import numpy as np
from sklearn.frozen import FrozenEstimator

from ._archive import ModelFileError
from ._state import from_state, to_state


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


# Class name -> subpackage and kind. The modules are imported only when an estimator of the class is
# met: reading the description of a model needs no network.
SAVEABLE = {
    "FeatureScaler": ("preprocessing", "state"),
    "LightCurveFeatures": ("features", "parameters"),
    "TransferEnsembleClassifier": ("transfer", "state"),
    "TransferMLPClassifier": ("transfer", "state"),
    "TransferPipeline": ("transfer", "pipeline"),
}


# A cache on this computer's disk is no part of a model.
_LEFT_OUT = {"memory"}


_PACKAGE = __name__.rpartition(".persistence.")[0]


def encode(estimator, path="model"):
    """Turn a fitted estimator into plain data.

    Parameters
    ----------
    estimator : estimator
    path : str, default="model"
        Where it stands in the model: the prefix of its arrays, and its name in errors.

    Returns
    -------
    node : dict
        What JSON can express.
    arrays : dict of str -> ndarray

    Raises
    ------
    TypeError
        If it is not among `SAVEABLE`, or a parameter is no plain value; it is named.
    NotFittedError
        If it is not fitted.
    """
    name = type(estimator).__name__
    if name not in SAVEABLE or type(estimator) is not _class_of(name):
        raise TypeError(f"{path}: {_refusal(estimator)}")
    kind = SAVEABLE[name][1]
    node = {"class": name}
    if kind == "pipeline":
        return _encode_pipeline(estimator, node, path)
    if kind == "parameters":
        params = {k: v for k, v in estimator.get_params(deep=False).items() if k not in _LEFT_OUT}
        node["params"] = {k: plain_value(v, f"{path}: {k}") for k, v in params.items()}
        return node, {}
    try:
        node["state"], arrays = to_state(estimator)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from error
    return node, {f"{path}/{key}": array for key, array in arrays.items()}


def decode(node, arrays, path="model"):
    """Rebuild the estimator that `encode` turned into plain data.

    Raises
    ------
    ModelFileError
        If the class is not among `SAVEABLE`.
    KeyError, TypeError, ValueError, AttributeError, IndexError
        If the data are damaged.
    """
    name = node["class"]
    if name not in SAVEABLE:
        raise ModelFileError(
            f"{path} is a {name!r}, which this version cannot load; it knows {sorted(SAVEABLE)}"
        )
    kind = SAVEABLE[name][1]
    if kind == "pipeline":
        return _decode_pipeline(node, arrays, path)
    if kind == "parameters":
        estimator = _class_of(name)(**node["params"])
    else:
        prefix = f"{path}/"
        own = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        estimator = from_state(_class_of(name), node["state"], own)
    estimator._validate_params()
    return estimator


def _encode_pipeline(pipeline, node, path):
    node |= {"verbose": bool(pipeline.verbose), "steps": []}
    arrays = {}
    for name, step in pipeline.steps:
        if step is None or isinstance(step, str):
            node["steps"].append([name, step])
            continue
        child, own = encode(step, f"{path}/{name}")
        node["steps"].append([name, child])
        arrays |= own
    return node, arrays


def _decode_pipeline(node, arrays, path):
    steps = [
        (name, decode(child, arrays, f"{path}/{name}") if isinstance(child, dict) else child)
        for name, child in node["steps"]
    ]
    pipeline = _class_of(node["class"])(steps, verbose=node["verbose"])
    pipeline._validate_params()
    pipeline._validate_steps()
    return pipeline


def _class_of(name):
    return getattr(import_module(f"{_PACKAGE}.{SAVEABLE[name][0]}"), name)


def _refusal(estimator):
    kind = type(estimator)
    said = f"{kind.__module__}.{kind.__qualname__} cannot be saved without pickle"
    if isinstance(estimator, FrozenEstimator):
        return f"{said}: save what it holds, its `estimator`."
    if kind.__name__ == "FineTunedClassifier":
        return f"{said}: save the fine-tuned model, its `model_`."
    if hasattr(estimator, "best_estimator_"):
        return f"{said}: save its `best_estimator_`."
    return f"{said}. What can be saved: {', '.join(sorted(SAVEABLE))}. joblib.dump saves any."
