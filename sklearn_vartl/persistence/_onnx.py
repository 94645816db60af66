"""A fitted model as an ONNX graph: everything after the features."""

import json

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ._onnx_graph import Graph
from ._onnx_parts import add_network, add_scaler

# Supported by onnxruntime since 1.16 and by onnx since 1.14.
_OPSET, _IR_VERSION = 17, 8


def export_onnx(model, path):
    """Write everything after the features of a fitted model as ONNX.

    The graph scales, imputes missing features, runs all networks, and averages their calibrated
    probabilities; it needs neither Python nor this package. Its input is ``features``, float64 of
    shape (n_stars, n_features), NaN where one is missing; its outputs are ``probabilities``,
    float64 of shape (n_stars, n_classes), and ``label``, shape (n_stars,). The metadata hold the
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
    from .._files import complete
    from ._card import library_versions

    scalers, last, names = _chain(model)
    proto = _graph(scalers, last).model(_OPSET, _IR_VERSION)
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
    from ..features import LightCurveFeatures
    from ..preprocessing import FeatureScaler
    from ..transfer import TransferMLPClassifier

    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    *before, last = steps
    if type(last) is not TransferMLPClassifier:
        raise TypeError(f"{type(last).__name__} cannot be exported; TransferMLPClassifier can.")
    check_is_fitted(last)
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
    inputs = X if learned.scaler is None else add_scaler(graph, learned.scaler, X)
    inputs = graph.add("Cast", inputs, to=np.float32)
    temperature = graph.constant(np.float64(learned.calibration.temperature))
    members = []
    for weights in learned.members:
        logits = graph.add("Cast", add_network(graph, weights, inputs), to=np.float64)
        members.append(graph.add("Softmax", graph.add("Div", logits, temperature), axis=1))
    proba = graph.add("Sum", *members) if len(members) > 1 else members[0]
    proba = graph.add("Div", proba, graph.constant(np.float64(len(members))))
    given = last._given_priors()
    if given is not None:
        proba = _reweighted(graph, proba, given, learned.shares)
    # A star without any feature gets the class shares.
    empty = graph.add("Cast", missing, to=np.float64)
    empty = graph.add("ReduceMin", empty, axes=[1], keepdims=1)
    prior = graph.constant(learned.prior if given is None else given)
    proba = graph.add("Where", graph.add("Cast", empty, to=np.bool_), prior, proba)
    graph.output("probabilities", proba, np.float64, [None, len(learned.classes)])
    best = graph.add("ArgMax", proba, axis=1, keepdims=0)
    classes = np.asarray(learned.classes)
    if classes.dtype.kind not in "iu":
        classes = classes.astype(str).astype(object)
    else:
        classes = classes.astype(np.int64)
    label = graph.add("Gather", graph.constant(classes), best, axis=0)
    graph.output("label", label, classes.dtype, [None])
    return graph


def _reweighted(graph, proba, priors, shares):
    """As `transfer._priors.reweight`."""
    ratio = np.where(shares > 0, priors / np.where(shares > 0, shares, 1.0), np.sign(priors))
    weighted = graph.add("Mul", proba, graph.constant(ratio))
    total = graph.add("ReduceSum", weighted, graph.constant(np.array([1])), keepdims=1)
    nothing = graph.add("Equal", total, graph.constant(np.float64(0.0)))
    one = graph.constant(np.float64(1.0))
    found = graph.add("Div", weighted, graph.add("Where", nothing, one, total))
    return graph.add("Where", nothing, graph.constant(priors), found)
