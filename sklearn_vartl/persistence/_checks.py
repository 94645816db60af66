"""Whether the arrays of a loaded network fit each other.

Wrong sizes would otherwise show at the first prediction, far from the file that is to blame.
"""

from numbers import Real

import numpy as np
from sklearn.pipeline import Pipeline

from ..network import layer_names, weights_shape
from ._errors import ModelFileError


def check_model(model):
    """Check a loaded model.

    Raises
    ------
    ModelFileError
        If arrays are missing, superfluous, or of the wrong size.
    """
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    if hasattr(last, "source_model_"):
        for learned in (last.source_model_, last.model_):
            check = _check_ensemble if hasattr(learned, "views") else _check_learned
            check(learned, last.n_features_in_)


def _check_ensemble(learned, n_features):
    n_inputs = _n_inputs(learned.scaler, n_features)
    for network, view in zip(learned.networks, learned.views, strict=True):
        if network.classes.tolist() != learned.classes.tolist():
            raise ModelFileError("the networks of an ensemble have different classes")
        _check_learned(network, len(view))
    n_stars = len(learned.memory.y)
    _check_shape("memory/X", learned.memory.X, (n_stars, n_inputs))
    _check_shape("memory/weight", learned.memory.weight, (n_stars,))
    _check_calibration(learned.calibration)


def _n_inputs(scaler, n_features):
    if scaler is None:
        return n_features
    if scaler.n_features_in_ != n_features:
        raise ModelFileError("the scaler has another number of features than the network")
    return len(scaler.get_feature_names_out())


def _check_learned(learned, n_features):
    n_classes = len(learned.classes)
    n_inputs = _n_inputs(learned.scaler, n_features)
    if not learned.members or n_classes < 1:
        raise ModelFileError("there is no network, or there are no classes")
    for weights in learned.members:
        if (weights_shape(weights)[0], weights_shape(weights)[2]) != (n_inputs, n_classes):
            raise ModelFileError("a network does not fit the features and classes")
        found = {name: (array.shape, array.dtype) for name, array in weights.items()}
        if found != _expected(weights):
            raise ModelFileError("the arrays of a network do not fit each other")
    n_stars = len(learned.memory.y)
    _check_shape("class_count", learned.class_count, (n_classes,))
    _check_shape("memory/X", learned.memory.X, (n_stars, n_features))
    _check_shape("memory/weight", learned.memory.weight, (n_stars,))
    _check_calibration(learned.calibration)


def _check_calibration(calibration):
    # As many as there were stars to hold out: a number that stands nowhere else.
    scores = calibration.scores
    _check_shape("held_out_scores", scores, (scores.size,))
    temperature = calibration.temperature
    if not isinstance(temperature, Real) or not 0 < temperature < np.inf:
        raise ModelFileError(f"the temperature is {temperature!r}, no positive number")


def _expected(weights):
    n_in, hidden, n_classes = weights_shape(weights)
    float32 = np.dtype(np.float32)
    expected = {}
    for layer, n_out in zip(layer_names(weights), [*hidden, n_classes], strict=True):
        linear = layer if layer == "head" else f"{layer}.linear"
        expected[f"{linear}.weight"] = ((n_out, n_in), float32)
        expected[f"{linear}.bias"] = ((n_out,), float32)
        if layer != "head":
            for part in ("weight", "bias", "running_mean", "running_var"):
                expected[f"{layer}.norm.{part}"] = ((n_out,), float32)
        n_in = n_out
    return expected


def _check_shape(name, array, shape):
    if array.shape != shape or array.dtype != np.float64:
        raise ModelFileError(f"{name} is {array.dtype} of shape {array.shape}, expected {shape}")
