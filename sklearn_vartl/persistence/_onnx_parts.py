"""FeatureScaler and network as nodes of an ONNX graph."""

import numpy as np

from ..network import layer_names

_EPS = 1e-5  # of torch's batch normalisation


def add_network(graph, weights, inputs):
    """Logits of one network, float32.

    Parameters
    ----------
    graph : Graph
    weights : dict of str -> ndarray
    inputs : str
        Name of the scaled inputs.
    """
    for layer in layer_names(weights):
        linear = layer if layer == "head" else f"{layer}.linear"
        parts = [graph.constant(weights[f"{linear}.{part}"]) for part in ("weight", "bias")]
        inputs = graph.add("Gemm", inputs, *parts, transB=1)
        if layer != "head":
            norm = [
                graph.constant(weights[f"{layer}.norm.{part}"])
                for part in ("weight", "bias", "running_mean", "running_var")
            ]
            inputs = graph.add("Relu", inputs)
            inputs = graph.add("BatchNormalization", inputs, *norm, epsilon=_EPS)
    return inputs


def add_scaler(graph, scaler, X):
    """Scaled inputs, float64: what `FeatureScaler.transform` does, all columns at once."""
    one = graph.constant(np.float64(1.0))
    missing = graph.add("IsNaN", X)
    known = graph.add("Where", missing, graph.constant(np.float64(0.0)), X)
    circular = scaler.kinds_ == "circular"
    values = _transformed(graph, scaler, known)
    values = graph.add("Sub", values, graph.constant(scaler.center_))
    values = graph.add("Div", values, graph.constant(scaler.scale_))
    limit = np.finfo(np.float64).max if scaler.clip is None else float(scaler.clip)
    values = graph.add("Max", values, graph.constant(np.float64(-limit)))
    values = graph.add("Min", values, graph.constant(np.float64(limit)))
    fill = np.full(len(scaler.kinds_), np.nan) if scaler.impute is None else scaler.fill_
    blocks, order = [values], np.arange(circular.size)
    if circular.any():
        period = graph.constant(np.where(circular, scaler.width_, 1.0))
        turns = graph.add("Div", known, period)
        turns = graph.add("Sub", turns, graph.add("Floor", turns))
        angle = graph.add("Mul", turns, graph.constant(np.float64(2.0 * np.pi)))
        sine = graph.add("Sin", angle)
        quarter = graph.add("Add", angle, graph.constant(np.float64(0.5 * np.pi)))
        cosine = graph.add("Sin", quarter)
        values = graph.add("Where", graph.constant(circular), sine, values)
        blocks = [values, cosine]
        order = [
            place
            for j, angle_here in enumerate(circular)
            for place in ([j, j + circular.size] if angle_here else [j])
        ]
    filled = [graph.add("Where", missing, graph.constant(fill), block) for block in blocks]
    out = graph.add("Concat", *filled, axis=1) if len(filled) > 1 else filled[0]
    if circular.any():
        out = graph.add("Gather", out, graph.constant(np.asarray(order, np.int64)), axis=1)
    if scaler.add_indicator:
        zero = graph.constant(np.float64(0.0))
        out = graph.add("Concat", out, graph.add("Where", missing, one, zero), axis=1)
    return out


def _transformed(graph, scaler, values):
    """Values after each column's own transform; see `preprocessing._columns`."""
    log10, asinh = scaler.kinds_ == "log10", scaler.kinds_ == "asinh"
    shifted = graph.add("Sub", values, graph.constant(scaler.shift_))
    out = values
    if log10.any():
        # Columns of other kinds get a harmless number here, and are not taken.
        above = graph.constant(np.where(log10, scaler.width_, 1.0))
        positive = graph.add("Min", shifted, graph.constant(np.float64(1e308)))
        positive = graph.add("Max", positive, above)
        ten = graph.constant(np.log(np.float64(10.0)))
        logarithm = graph.add("Div", graph.add("Log", positive), ten)
        out = graph.add("Where", graph.constant(log10), logarithm, out)
    if asinh.any():
        ratio = graph.add("Div", shifted, graph.constant(np.where(asinh, scaler.width_, 1.0)))
        out = graph.add("Where", graph.constant(asinh), _asinh(graph, ratio), out)
    return out


def _asinh(graph, x):
    """The inverse hyperbolic sine, of which onnxruntime has none in double precision."""
    size = graph.add("Min", graph.add("Abs", x), graph.constant(np.float64(1e300)))
    # Beyond this the square would overflow, and the one under the root plays no part.
    small = graph.add("Min", size, graph.constant(np.float64(1e8)))
    one = graph.constant(np.float64(1.0))
    root = graph.add("Sqrt", graph.add("Add", graph.add("Mul", small, small), one))
    near = graph.add("Log", graph.add("Add", small, root))
    far = graph.add("Log", graph.add("Max", size, one))
    far = graph.add("Add", far, graph.constant(np.log(np.float64(2.0))))
    is_far = graph.add("Greater", size, graph.constant(np.float64(1e8)))
    return graph.add("Mul", graph.add("Sign", x), graph.add("Where", is_far, far, near))
