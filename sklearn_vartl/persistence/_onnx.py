"""export_onnx: scaling and networks as a graph that needs neither Python nor this package."""

import json
import os
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .._files import complete
from ..features import LightCurveFeatures
from ..network import layer_names
from ..preprocessing import FeatureScaler
from ..transfer import TransferMLPClassifier
from ._card import library_versions

# Supported by onnxruntime since 1.16 and by onnx since 1.14.
_OPSET, _IR_VERSION = 17, 8
_EPS = 1e-5  # of torch's batch normalisation


class Graph:
    """An ONNX graph that grows from its input ``features`` of so many columns."""

    input = "features"

    def __init__(self, n_features):
        try:
            import onnx
        except ImportError as error:
            raise ImportError("ONNX export needs onnx: pip install sklearn_vartl[onnx]") from error
        self._onnx = onnx
        self._nodes, self._constants, self._outputs = [], [], []
        self._inputs = [self._value(self.input, np.float64, [None, n_features])]

    def constant(self, array):
        """Hold an array in the graph; return its name."""
        name = f"constant{len(self._constants)}"
        array = np.asarray(array)
        if array.dtype.kind == "O":
            kind = self._onnx.TensorProto.STRING
            values = [str(value).encode() for value in array]
            tensor = self._onnx.helper.make_tensor(name, kind, array.shape, values)
        else:
            tensor = self._onnx.numpy_helper.from_array(
                np.ascontiguousarray(array).reshape(array.shape), name
            )
        self._constants.append(tensor)
        return name

    def add(self, kind, *inputs, **attributes):
        """Add a node with one output, of names, numbers and arrays; return its name."""
        inputs = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        name = f"{kind.lower()}{len(self._nodes)}"
        if "to" in attributes:
            attributes["to"] = self._kind(attributes["to"])
        node = self._onnx.helper.make_node(kind, inputs, [name], name=name, **attributes)
        self._nodes.append(node)
        return name

    def output(self, name, value, dtype, shape):
        """Hand a value out under a name."""
        node = self._onnx.helper.make_node("Identity", [value], [name], name=f"output_{name}")
        self._nodes.append(node)
        self._outputs.append(self._value(name, dtype, shape))

    def model(self):
        """The checked `onnx.ModelProto`."""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "sklearn_vartl", self._inputs, self._outputs, self._constants
        )
        imports = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(graph, opset_imports=imports, producer_name="sklearn_vartl")
        model.ir_version = _IR_VERSION
        self._onnx.checker.check_model(model, full_check=True)
        return model

    def _value(self, name, dtype, shape):
        names = ["n_stars" if size is None else size for size in shape]
        return self._onnx.helper.make_tensor_value_info(name, self._kind(dtype), names)

    def _kind(self, dtype):
        dtype = np.dtype(dtype)
        if dtype.kind == "O":
            return self._onnx.TensorProto.STRING
        return self._onnx.helper.np_dtype_to_tensor_dtype(dtype)


def add_network(graph, weights, inputs):
    """Logits of one network, float32, from the name of the scaled inputs."""
    for layer in layer_names(weights):
        linear = layer if layer == "head" else f"{layer}.linear"
        parts = [weights[f"{linear}.{part}"] for part in ("weight", "bias")]
        inputs = graph.add("Gemm", inputs, *parts, transB=1)
        if layer != "head":
            norm = ("weight", "bias", "running_mean", "running_var")
            norm = [weights[f"{layer}.norm.{part}"] for part in norm]
            inputs = graph.add("Relu", inputs)
            inputs = graph.add("BatchNormalization", inputs, *norm, epsilon=_EPS)
    return inputs


def add_scaler(graph, scaler, X):
    """Scaled inputs, float64: what `FeatureScaler.transform` does, all columns at once."""
    missing = graph.add("IsNaN", X)
    known = graph.add("Where", missing, 0.0, X)
    circular = scaler.kinds_ == "circular"
    values = _transformed(graph, scaler, known)
    values = graph.add("Div", graph.add("Sub", values, scaler.center_), scaler.scale_)
    limit = np.finfo(np.float64).max if scaler.clip is None else float(scaler.clip)
    values = graph.add("Min", graph.add("Max", values, -limit), limit)
    fill = np.full(len(scaler.kinds_), np.nan) if scaler.impute is None else scaler.fill_
    blocks = [values]
    if circular.any():
        turns = graph.add("Div", known, np.where(circular, scaler.width_, 1.0))
        turns = graph.add("Sub", turns, graph.add("Floor", turns))
        angle = graph.add("Mul", turns, 2.0 * np.pi)
        cosine = graph.add("Sin", graph.add("Add", angle, 0.5 * np.pi))
        blocks = [graph.add("Where", circular, graph.add("Sin", angle), values), cosine]
    filled = [graph.add("Where", missing, fill, block) for block in blocks]
    out = graph.add("Concat", *filled, axis=1) if len(filled) > 1 else filled[0]
    if circular.any():
        order = [
            place
            for j, both in enumerate(circular)
            for place in ([j, j + circular.size] if both else [j])
        ]
        out = graph.add("Gather", out, np.asarray(order, np.int64), axis=1)
    if scaler.add_indicator:
        out = graph.add("Concat", out, graph.add("Where", missing, 1.0, 0.0), axis=1)
    return out


def _transformed(graph, scaler, values):
    """Values after each column's own transform; as in `preprocessing`."""
    log10, asinh = scaler.kinds_ == "log10", scaler.kinds_ == "asinh"
    shifted = graph.add("Sub", values, scaler.shift_)
    out = values
    if log10.any():
        # Columns of other kinds get a harmless number here, and are not taken.
        positive = graph.add("Min", shifted, 1e308)
        positive = graph.add("Max", positive, np.where(log10, scaler.width_, 1.0))
        logarithm = graph.add("Div", graph.add("Log", positive), np.log(10.0))
        out = graph.add("Where", log10, logarithm, out)
    if asinh.any():
        ratio = graph.add("Div", shifted, np.where(asinh, scaler.width_, 1.0))
        out = graph.add("Where", asinh, _asinh(graph, ratio), out)
    return out


def _asinh(graph, x):
    """The inverse hyperbolic sine, of which onnxruntime has none in double precision."""
    size = graph.add("Min", graph.add("Abs", x), 1e300)
    # Beyond this the square would overflow, and the one under the root plays no part.
    small = graph.add("Min", size, 1e8)
    root = graph.add("Sqrt", graph.add("Add", graph.add("Mul", small, small), 1.0))
    near = graph.add("Log", graph.add("Add", small, root))
    far = graph.add("Add", graph.add("Log", graph.add("Max", size, 1.0)), np.log(2.0))
    is_far = graph.add("Greater", size, 1e8)
    return graph.add("Mul", graph.add("Sign", x), graph.add("Where", is_far, far, near))


def add_model(graph, learned, X):
    """Mean probability of the networks of a Model, float64, from the name of its features."""
    inputs = X if learned.scaler is None else add_scaler(graph, learned.scaler, X)
    inputs = graph.add("Cast", inputs, to=np.float32)
    opinion, told, members = learned.opinion, None, []
    if opinion is not None:
        believed = graph.add("MatMul", add_model(graph, opinion.source, X), opinion.worth)
        told = graph.add(
            "Mul", graph.add("Log", graph.add("Add", believed, opinion.least)), opinion.say
        )
    for weights in learned.members:
        logits = graph.add("Cast", add_network(graph, weights, inputs), to=np.float64)
        if told is not None:
            logits = graph.add("Add", graph.add("Mul", logits, opinion.rest), told)
        logits = graph.add("Div", logits, learned.calibration.temperature)
        members.append(graph.add("Softmax", logits, axis=1))
    proba = graph.add("Sum", *members) if len(members) > 1 else members[0]
    return graph.add("Div", proba, float(len(members)))


def export_onnx(model: Any, path: str | os.PathLike[str]) -> None:
    """Write everything after the features of a fitted model as ONNX.

    The graph scales, imputes missing features, runs all networks (of a fine-tuned model the source's, too),
    and averages their calibrated probabilities; it needs neither Python nor this package. Probabilities of
    stars far from all training stars are not softened as those of `predict_proba` are; the labels are the
    same, but for stars that far where `priors` are given. Its input is ``features``, float64 of shape (n_stars,
    n_features), NaN where one is missing; its outputs are ``probabilities``, float64 of shape
    (n_stars, n_classes), and ``label``, shape (n_stars,). The metadata hold the
    names of the features and classes as JSON.

    Parameters
    ----------
    model : fitted TransferMLPClassifier or pipeline that ends in one
        Of a pipeline, steps that compute features from light curves are left out; a FeatureScaler
        is taken along.
    path : str or path-like
        File to write, by custom ``.onnx``.

    Raises
    ------
    ImportError
        If onnx is not installed.
    NotFittedError
        If the model is not fitted.
    TypeError
        If a step or scaler is something else; it is named.

    See Also
    --------
    save_model : The whole model, to load again with this package.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.persistence import export_onnx
    >>> X, y = make_blobs(n_samples=60, centers=3, random_state=0)
    >>> clf = TransferMLPClassifier((8,), n_estimators=1, max_epochs=2, random_state=0).fit(X, y)
    >>> export_onnx(clf, "blobs.onnx")  # doctest: +SKIP
    """
    scalers, last, names = _chain(model)
    proto = _graph(scalers, last).model()
    metadata = {
        "classes": last.classes_.tolist(),
        "features": names,
        "versions": library_versions(),
    }
    for key, value in metadata.items():
        entry = proto.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)
    with complete(path) as file:
        file.write(proto.SerializeToString())


def _chain(model):
    """The scalers before the classifier, the classifier, and the names of the input's columns."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    *before, last = steps
    if type(last) is not TransferMLPClassifier:
        raise TypeError(f"{type(last).__name__} cannot be exported; TransferMLPClassifier can.")
    check_is_fitted(last)
    if last.gate_ is not None:
        raise TypeError(
            "A classifier with evidence cannot be exported: its graph would be wrong about NONVAR. "
            "Fit one with evidence=None, or fine-tune and predict in Python."
        )
    names = getattr(last, "feature_names_in_", None)
    if before and isinstance(before[0], LightCurveFeatures):
        names = before.pop(0).get_feature_names_out()
    scalers = [step for step in before if not (step is None or step == "passthrough")]
    learned = last.model_.scaler
    for scaler in [*scalers, *([] if learned is None else [learned])]:
        if type(scaler) is not FeatureScaler:
            raise TypeError(f"{type(scaler).__name__} cannot be exported; FeatureScaler can.")
    return scalers, last, None if names is None else [str(name) for name in names]


def _graph(scalers, last):
    learned = last.model_
    n_features = scalers[0].n_features_in_ if scalers else last.n_features_in_
    graph = Graph(n_features)
    X = graph.input
    for scaler in scalers:
        X = add_scaler(graph, scaler, X)
    missing = graph.add("IsNaN", X)
    proba = add_model(graph, learned, X)
    if learned.calibration.kept_odds is not None:
        odds = learned.calibration.spare(np.ones((1, len(learned.classes))))[0]
        proba = _reweighted(graph, proba, odds, np.ones(len(odds)))
    given = last._given_priors()
    if given is not None:
        proba = _reweighted(graph, proba, given, learned.shares)
    # A star without any feature gets the class shares.
    empty = graph.add("Cast", missing, to=np.float64)
    empty = graph.add("ReduceMin", empty, axes=[1], keepdims=1)
    prior = learned.prior if given is None else given
    proba = graph.add("Where", graph.add("Cast", empty, to=np.bool_), prior, proba)
    graph.output("probabilities", proba, np.float64, [None, len(learned.classes)])
    best = graph.add("ArgMax", proba, axis=1, keepdims=0)
    classes = np.asarray(learned.classes)
    number = classes.dtype.kind in "iu"
    classes = classes.astype(np.int64) if number else classes.astype(str).astype(object)
    graph.output("label", graph.add("Gather", classes, best, axis=0), classes.dtype, [None])
    return graph


def _reweighted(graph, proba, priors, shares):
    """As `probabilities.reweight`."""
    ratio = np.where(shares > 0, priors / np.where(shares > 0, shares, 1.0), np.sign(priors))
    weighted = graph.add("Mul", proba, ratio)
    total = graph.add("ReduceSum", weighted, np.array([1]), keepdims=1)
    nothing = graph.add("Equal", total, 0.0)
    found = graph.add("Div", weighted, graph.add("Where", nothing, 1.0, total))
    return graph.add("Where", nothing, priors, found)
