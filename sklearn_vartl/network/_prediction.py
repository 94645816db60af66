"""Logits and embeddings of given inputs, from numpy's arrays alone: torch is for training."""

from collections.abc import Iterator, Sequence

import numpy as np

from ._threads import one_blas_thread
from ._weights import Weights, layer_names, weights_shape

# Rows are computed in blocks of this size, the last one padded: a matrix product's rounding
# depends on its shape where that is small, and a star's probabilities must not depend on which
# stars come with it. Small, so that a star alone is answered at once.
_BLOCK = 32
# Of many stars; faster, and the products round as with the smaller one.
_LARGE_BLOCK = 256
# A graphics card is idle with few rows.
_DEVICE_BLOCK = 4096
# torch.nn.BatchNorm1d's own.
_EPSILON = 1e-5


class Networks:
    """Several networks ready to predict: those of one shape are computed side by side.

    Parameters
    ----------
    members : sequence of dict of str -> ndarray
        Weights of each network, all with as many inputs.

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
        alike: dict[tuple, list[int]] = {}
        for position, weights in enumerate(members):
            alike.setdefault(weights_shape(weights), []).append(position)
        # Weights beyond float32's range are a trained network's own, and torch says nothing either.
        with np.errstate(over="ignore", invalid="ignore"):
            self._stacks = [(rows, _Stack([members[i] for i in rows])) for rows in alike.values()]

    def logits(self, X: np.ndarray, device: str = "cpu") -> list[np.ndarray]:
        """Logits of each class: for each network float32 of shape (n, n_classes)."""
        return self._blockwise(X, device, with_head=True)

    def embeddings(self, X: np.ndarray, device: str = "cpu") -> list[np.ndarray]:
        """Outputs of the backbones: for each network float32 of shape (n, last hidden width)."""
        return self._blockwise(X, device, with_head=False)

    def _blockwise(self, X, device, with_head):
        X = np.asarray(X, dtype=np.float32)
        if str(device) != "cpu":
            return [_on_device(weights, X, device, with_head) for weights in self._members]
        found: list = [None] * len(self._members)
        for positions, stack in self._stacks:
            together = stack(X, with_head)
            for position, own in zip(positions, together, strict=True):
                found[position] = own
        return found


class _Stack:
    """Networks of one shape: arrays of one network behind the other, one product a layer."""

    def __init__(self, members):
        # With its fixed statistics a batch normalisation is slope * x + offset, and part of the
        # linear map behind it.
        slope, offset = 1.0, 0.0
        self.layers = []
        for name in layer_names(members[0]):
            part = name if name == "head" else f"{name}.linear"
            weight = _stacked(members, f"{part}.weight")
            bias = _stacked(members, f"{part}.bias")[:, None]
            if self.layers:
                bias = bias + offset @ weight.transpose(0, 2, 1)
            # As rows meet it.
            weight = np.ascontiguousarray((weight * slope).transpose(0, 2, 1), dtype=np.float32)
            self.layers.append((weight, bias.astype(np.float32)))
            if name != "head":
                scale, shift, mean, variance = (
                    _stacked(members, f"{name}.norm.{p}")[:, None]
                    for p in ("weight", "bias", "running_mean", "running_var")
                )
                slope = scale / np.sqrt(variance + _EPSILON)
                offset = shift - mean * slope
                self.last = slope.astype(np.float32), offset.astype(np.float32)

    def __call__(self, X, with_head):
        layers = self.layers if with_head else self.layers[:-1]
        out = np.empty((len(self.layers[0][0]), len(X), layers[-1][1].shape[-1]), np.float32)
        # Nothing warns of inputs too large for float32 on a graphics card either.
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
            for rows, block in _blocks(X):
                for weight, bias in layers[: len(self.layers) - 1]:
                    block = np.matmul(block, weight)
                    block += bias
                    np.maximum(block, 0.0, out=block)
                if with_head:
                    weight, bias = layers[-1]
                    block = np.matmul(block, weight)
                    block += bias
                else:
                    slope, offset = self.last
                    block = block * slope
                    block += offset
                out[:, rows] = block[:, : rows.stop - rows.start]
        return out


def _stacked(members, name):
    return np.stack([weights[name] for weights in members]).astype(np.float64)


def _blocks(X: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Cut rows into the larger blocks while they fill one, then the smaller, padded with zeros."""
    start = 0
    while start < len(X):
        size = _LARGE_BLOCK if len(X) - start >= _LARGE_BLOCK else _BLOCK
        rows = slice(start, min(start + size, len(X)))
        block = X[rows]
        if len(block) < size:
            block = np.zeros((size, X.shape[1]), np.float32)
            block[: len(X) - start] = X[rows]
        yield rows, block
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


def _on_device(weights, X, device, with_head):
    """What torch's modules make of the rows, on a graphics card."""
    import torch

    from ._training import build_network

    network = build_network(weights).eval().to(device)
    forward = network if with_head else network.backbone
    with torch.inference_mode():
        blocks = torch.from_numpy(X.copy()).split(_DEVICE_BLOCK)
        return np.concatenate([forward(block.to(device)).cpu().numpy() for block in blocks])
