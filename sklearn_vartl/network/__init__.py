"""The network: backbone and head, batches, training, weights as numpy arrays.

Weights live as dicts of numpy arrays everywhere outside this package; torch modules exist only
while a network trains or predicts. What needs torch or skorch is loaded on first use.
"""

from importlib import import_module

from ._recipe import Recipe, batch_slices, n_batches
from ._threads import one_thread, reachable_device, resolve_device
from ._weights import initial_weights, layer_names, map_head, replace_head, weights_shape

_LAZY = {
    "Network": "_modules",
    "Networks": "_prediction",
    "build_network": "_modules",
    "network_embedding": "_prediction",
    "network_logits": "_prediction",
    "network_weights": "_modules",
    "train_network": "_training",
}

__all__ = [
    "Network",
    "Networks",
    "Recipe",
    "build_network",
    "initial_weights",
    "layer_names",
    "network_embedding",
    "network_logits",
    "network_weights",
    "one_thread",
    "replace_head",
    "resolve_device",
    "train_network",
    "weights_shape",
]


def __getattr__(name):
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
