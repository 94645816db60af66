"""Logits and embeddings of given inputs."""

import numpy as np
import torch
from torch.nn import functional

from ._modules import build_network
from ._threads import one_thread
from ._weights import layer_names

# Rows are computed in blocks of this size, the last one padded: a matrix product's rounding
# depends on its shape, and a star's probabilities must not depend on which stars come with it.
# Small, so that a star alone is answered at once; larger ones are hardly faster for many.
_BLOCK = 32
# A graphics card is idle with few rows.
_DEVICE_BLOCK = 4096


def network_logits(weights, X, device="cpu"):
    """Logits of each class.

    Parameters
    ----------
    weights : dict of str -> ndarray
    X : ndarray of shape (n, n_inputs)
        Scaled inputs.
    device : str, default="cpu"

    Returns
    -------
    logits : ndarray of float32 of shape (n, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, network_logits
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> network_logits(weights, np.zeros((6, 3))).shape
    (6, 2)
    """
    return _blockwise(weights, X, device, with_head=True)


def network_embedding(weights, X, device="cpu"):
    """Output of the backbone, float32 of shape (n, width of the last hidden layer).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, network_embedding
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> network_embedding(weights, np.zeros((6, 3))).shape
    (6, 4)
    """
    return _blockwise(weights, X, device, with_head=False)


def _blockwise(weights, X, device, with_head):
    with one_thread(), torch.inference_mode():
        X = np.asarray(X, dtype=np.float32)
        if str(device) == "cpu":
            size, forward = _BLOCK, _plain_forward(weights, with_head)
        else:
            size, forward = _DEVICE_BLOCK, _module_forward(weights, device, with_head)
        block = torch.zeros((size, X.shape[1]), dtype=torch.float32)
        rows_of_block = block.numpy()
        out = []
        for start in range(0, max(len(X), 1), size):
            rows = X[start : start + size]
            rows_of_block[: len(rows)] = rows
            out.append(forward(block)[: len(rows)])
        return np.concatenate(out)


def _plain_forward(weights, with_head):
    """The network as a function, its weights shared: building modules takes longer than a star."""
    layers = []
    for name in layer_names(weights)[:-1]:
        linear = [_shared(weights[f"{name}.linear.{part}"]) for part in ("weight", "bias")]
        norm = [
            _shared(weights[f"{name}.norm.{part}"])
            for part in ("running_mean", "running_var", "weight", "bias")
        ]
        layers.append((linear, norm))
    head = [_shared(weights[f"head.{part}"]) for part in ("weight", "bias")]

    def forward(X):
        for linear, norm in layers:
            X = functional.batch_norm(torch.relu(functional.linear(X, *linear)), *norm)
        # A copy, where no layer makes one: the caller's block is filled again.
        return (functional.linear(X, *head) if with_head else X.clone()).numpy()

    return forward


def _module_forward(weights, device, with_head):
    network = build_network(weights).eval().to(device)
    module = network if with_head else network.backbone
    return lambda X: module(X.to(device)).cpu().numpy()


def _shared(array):
    # torch warns of arrays that cannot be written to, though nobody writes here.
    return torch.from_numpy(array if array.flags.writeable else array.copy())
