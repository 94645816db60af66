"""Logits and embeddings of given inputs."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from ._modules import build_network
from ._threads import one_thread
from ._weights import Weights, layer_names

# Rows are computed in blocks of this size, the last one padded: a matrix product's rounding
# depends on its shape where that is small, and a star's probabilities must not depend on which
# stars come with it. Small, so that a star alone is answered at once.
_BLOCK = 32
# Of many stars; twice as fast, and the products round as with the smaller one.
_LARGE_BLOCK = 256
# A graphics card is idle with few rows.
_DEVICE_BLOCK = 4096
# torch.nn.BatchNorm1d's own.
_EPSILON = 1e-5


class Networks:
    """Several networks ready to predict: a star alone must not wait for torch to be set up.

    Parameters
    ----------
    members : sequence of dict of str -> ndarray
        Weights of each network, all with as many inputs; the arrays are shared, not copied.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import Networks, initial_weights
    >>> rng = np.random.default_rng(0)
    >>> networks = Networks([initial_weights(3, (4,), np.ones(2), rng) for _ in range(5)])
    >>> len(networks.logits(np.zeros((6, 3)))), networks.logits(np.zeros((6, 3)))[0].shape
    (5, (6, 2))
    """

    def __init__(self, members: Sequence[Weights]) -> None:
        self._members = members
        self._functions = None

    def logits(self, X: np.ndarray, device: str = "cpu") -> list[np.ndarray]:
        """Logits of each class: for each network float32 of shape (n, n_classes)."""
        return self._blockwise(X, device, with_head=True)

    def embeddings(self, X: np.ndarray, device: str = "cpu") -> list[np.ndarray]:
        """Outputs of the backbones: for each network float32 of shape (n, last hidden width)."""
        return self._blockwise(X, device, with_head=False)

    def _blockwise(self, X, device, with_head):
        with one_thread(), torch.inference_mode():
            X = np.asarray(X, dtype=np.float32)
            if str(device) == "cpu":
                sizes, forward = (_LARGE_BLOCK, _BLOCK), self._plain_forward()
            else:
                sizes, forward = (
                    (_DEVICE_BLOCK,),
                    [_module_forward(m, device) for m in self._members],
                )
            out = [[] for _ in forward]
            for block in _blocks(X, sizes):
                for member, blocks in zip(forward, out, strict=True):
                    blocks.append(member(block, with_head))
            return [np.concatenate(blocks)[: len(X)] for blocks in out]

    def _plain_forward(self):
        if self._functions is None:
            self._functions = [_plain_forward(weights) for weights in self._members]
        return self._functions


def _blocks(X, sizes):
    """Cut rows, padded with zeros, into the larger blocks while they fill one, then the smaller."""
    small = sizes[-1]
    n_rows = max(-(-len(X) // small), 1) * small
    padded = torch.zeros((n_rows, X.shape[1]), dtype=torch.float32)
    padded.numpy()[: len(X)] = X
    start = 0
    while start < n_rows:
        size = next(size for size in sizes if size <= n_rows - start)
        yield padded[start : start + size]
        start += size


def network_logits(weights: Weights, X: np.ndarray, device: str = "cpu") -> np.ndarray:
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
    return Networks([weights]).logits(X, device)[0]


def network_embedding(weights: Weights, X: np.ndarray, device: str = "cpu") -> np.ndarray:
    """Output of the backbone, float32 of shape (n, width of the last hidden layer).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, network_embedding
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> network_embedding(weights, np.zeros((6, 3))).shape
    (6, 4)
    """
    return Networks([weights]).embeddings(X, device)[0]


def _plain_forward(weights):
    """The network as a function, its weights shared: building modules takes longer than a star."""
    layers = []
    for name in layer_names(weights)[:-1]:
        linear = [_shared(weights[f"{name}.linear.{part}"]) for part in ("weight", "bias")]
        norm = [
            _shared(weights[f"{name}.norm.{part}"])
            for part in ("weight", "bias", "running_mean", "running_var")
        ]
        layers.append((linear, norm))
    head = [_shared(weights[f"head.{part}"]) for part in ("weight", "bias")]

    def forward(X, with_head):
        for linear, norm in layers:
            X = torch.relu_(functional.linear(X, *linear))
            # functional.batch_norm checks for longer than this computes.
            X = torch.batch_norm(X, *norm, False, 0.0, _EPSILON, False)
        return (functional.linear(X, *head) if with_head else X).numpy()

    return forward


def _module_forward(weights, device):
    network = build_network(weights).eval().to(device)

    def forward(X, with_head):
        return (network if with_head else network.backbone)(X.to(device)).cpu().numpy()

    return forward


def _shared(array):
    # torch warns of arrays that cannot be written to, though nobody writes here.
    return torch.from_numpy(array if array.flags.writeable else array.copy())
