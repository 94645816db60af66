"""Weights of a network as a dict of numpy arrays, named as torch names them.

A network is a backbone of hidden layers (``backbone.0``, ``backbone.1``, ...), each made of a
linear map, a ReLU and a batch normalisation, and a linear ``head`` with one row a class.
"""

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from ..classes import related_classes

#: Name of a tensor -> float32 array.
Weights = dict[str, np.ndarray]


def initial_weights(
    n_inputs: int,
    hidden_layer_sizes: Sequence[int],
    class_weight: np.ndarray,
    rng: np.random.Generator,
    silent: np.ndarray | None = None,
) -> Weights:
    """Draw the weights of a new network.

    Parameters
    ----------
    n_inputs : int
    hidden_layer_sizes : sequence of int
    class_weight : ndarray of shape (n_classes,)
        Total weight of the training stars of each class. The head's biases start at
        the logarithms of their shares, so that training need not learn how frequent classes are.
    rng : numpy.random.Generator
    silent : ndarray of bool of shape (n_inputs,), default=None
        Inputs that never vary in the training data. Their weights start at zero: they get no
        gradient, and a random weight would be pure noise once the input does vary.

    Returns
    -------
    weights : dict of str -> ndarray of float32

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> weights["backbone.0.linear.weight"].shape, weights["head.weight"].shape
    ((4, 3), (2, 4))
    """
    weights: Weights = {}
    n_in = n_inputs
    for k, width in enumerate(hidden_layer_sizes):
        weights |= _linear(f"backbone.{k}.linear", n_in, width, rng)
        weights |= _batch_norm(f"backbone.{k}.norm", width)
        n_in = width
    weights |= _linear("head", n_in, len(class_weight), rng)
    share = np.asarray(class_weight, dtype=np.float64) / np.sum(class_weight)
    weights["head.bias"] = np.log(np.maximum(share, 1e-9)).astype(np.float32)
    if silent is not None:
        first = "backbone.0.linear.weight" if hidden_layer_sizes else "head.weight"
        weights[first][:, silent] = 0.0
    return weights


def layer_names(weights: Weights) -> list[str]:
    """Names of the layers from input to output: backbone.0, backbone.1, ..., head.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, layer_names
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> layer_names(weights)
    ['backbone.0', 'head']
    """
    n_hidden = sum(name.endswith("linear.weight") for name in weights)
    return [f"backbone.{k}" for k in range(n_hidden)] + ["head"]


def weights_shape(weights: Weights) -> tuple[int, tuple[int, ...], int]:
    """Sizes of a network: (n_inputs, hidden_layer_sizes, n_classes).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, weights_shape
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> weights_shape(weights)
    (3, (4,), 2)
    """
    names = layer_names(weights)[:-1]
    hidden = tuple(len(weights[f"{name}.linear.bias"]) for name in names)
    first = weights["backbone.0.linear.weight" if names else "head.weight"]
    return first.shape[1], hidden, len(weights["head.bias"])


def replace_head(weights: Weights, weight: np.ndarray, bias: np.ndarray) -> Weights:
    """Return weights with another head; the backbone's arrays are shared, not copied.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, replace_head
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> replace_head(weights, np.zeros((5, 4)), np.zeros(5))["head.bias"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    head = {
        "head.weight": np.asarray(weight, np.float32),
        "head.bias": np.asarray(bias, np.float32),
    }
    return {**weights, **head}


def map_head(weights: Weights, old_classes: np.ndarray, new_classes: np.ndarray) -> Weights:
    """Give the network a head for other classes; the backbone is shared.

    A class that was there keeps its row. A new class gets the mean row of its relatives: classes
    with the same meaning under another name, else those of the same superclass (a semi-detached
    binary starts between contact and detached ones), else of all classes.
    """
    rows = [_source_rows(name, old_classes) for name in new_classes.tolist()]
    weight = np.stack([weights["head.weight"][r].mean(axis=0) for r in rows])
    bias = np.stack([weights["head.bias"][r].mean() for r in rows])
    return replace_head(weights, weight, bias)


def _source_rows(name, old_classes):
    old = old_classes.tolist()
    relatives = [name] if name in old else related_classes(name, old)
    return [old.index(r) for r in relatives] or list(range(len(old)))


def _linear(name, n_in, n_out, rng):
    # He et al. 2015 for weights, scaled as torch's own default (uniform within 1/sqrt(fan in)).
    bound = 1.0 / np.sqrt(n_in)
    return {
        f"{name}.weight": rng.uniform(-bound, bound, (n_out, n_in)).astype(np.float32),
        f"{name}.bias": rng.uniform(-bound, bound, n_out).astype(np.float32),
    }


def _batch_norm(name, width):
    return {
        f"{name}.weight": np.ones(width, np.float32),
        f"{name}.bias": np.zeros(width, np.float32),
        f"{name}.running_mean": np.zeros(width, np.float32),
        f"{name}.running_var": np.ones(width, np.float32),
    }


def check_layer_sizes(sizes):
    """Refuse widths of hidden layers that are no positive integers."""
    sizes = np.atleast_1d(np.asarray(sizes, dtype=object)).tolist()
    # numpy's integers pass, True does not.
    whole = all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in sizes)
    if not sizes or not whole:
        raise ValueError(
            f"hidden_layer_sizes must be one positive integer or several, got {sizes}: for "
            "instance (64, 128, 256)."
        )
