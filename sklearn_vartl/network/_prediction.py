"""Logits and embeddings of given inputs, from numpy's arrays alone: torch is for training."""

from collections.abc import Sequence

import numpy as np

from ._threads import one_blas_thread
from ._weights import Weights, layer_names, weights_shape

# So many rows are multiplied at a time, one behind the other as columns and the last ones padded: how a matrix product
# rounds depends on its shape, with the kernels of some processors (AVX2) also on a row's place in it, but a star's
# probabilities must not depend on which stars come with it. So many columns are one tile of a kernel.
_TOGETHER = 16
# So many of these groups go through all layers before others do.
_GROUPS = 32
# A graphics card is idle with few rows.
_DEVICE_BLOCK = 4096
# torch.nn.BatchNorm1d's own.
_EPSILON = 1e-5


class Networks:
    """Several networks ready to predict.

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
        return self._blockwise(X, device, "logits")[0]

    def embeddings(self, X: np.ndarray, device: str = "cpu") -> list[np.ndarray]:
        """Outputs of the backbones: for each network float32 of shape (n, last hidden width)."""
        return self._blockwise(X, device, "embeddings")[0]

    def logits_and_embeddings(
        self, X: np.ndarray, device: str = "cpu"
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Both, for the work of one."""
        logits, embeddings = self._blockwise(X, device, "logits", "embeddings")
        return logits, embeddings

    def _blockwise(self, X, device, *wanted):
        X = np.asarray(X, dtype=np.float32)
        if str(device) != "cpu":
            return [
                [_on_device(weights, X, device, name == "logits") for weights in self._members]
                for name in wanted
            ]
        found: list[list] = [[None] * len(self._members) for _ in wanted]
        for positions, stack in self._stacks:
            for out, together in zip(found, stack(X, wanted), strict=True):
                for position, own in zip(positions, together, strict=True):
                    out[position] = own
        return found


class _Stack:
    """Networks of one shape: arrays of one network behind the other."""

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
            weight = np.ascontiguousarray(weight * slope, dtype=np.float32)
            self.layers.append((weight[:, None], _beside(bias)))
            if name != "head":
                scale, shift, mean, variance = (
                    _stacked(members, f"{name}.norm.{p}")[:, None]
                    for p in ("weight", "bias", "running_mean", "running_var")
                )
                slope = scale / np.sqrt(variance + _EPSILON)
                offset = shift - mean * slope
                self.last = _beside(slope), _beside(offset)

    def __call__(self, X, wanted):
        """What is wanted, "logits" or "embeddings", each of shape (n_networks, n, width)."""
        inputs = _grouped(X)[None]
        n_networks, n_groups = len(self.layers[0][0]), inputs.shape[1]
        *_, embedding_width, logits_width = (weight.shape[2] for weight, _ in self.layers)
        width = {"embeddings": embedding_width, "logits": logits_width}
        found = {
            name: np.empty((n_networks, n_groups, _TOGETHER, width[name]), np.float32)
            for name in wanted
        }
        # Of few stars all networks are asked at once; else one after the other: what becomes of a block stays in the
        # processor's cache.
        size = n_networks if n_groups == 1 else 1
        room = [
            np.empty((size, min(_GROUPS, n_groups), weight.shape[2], _TOGETHER), np.float32)
            for weight, _ in self.layers
        ]
        zeros = [np.zeros(out.shape[2:], np.float32) for out in room]
        # Nothing warns of inputs too large for float32 on a graphics card either.
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
            for first in range(0, n_networks, size):
                own = slice(first, first + size)
                *backbone, (head, shift, logits, _) = [
                    (weight[own], bias[own], out, zero)
                    for (weight, bias), out, zero in zip(self.layers, room, zeros, strict=True)
                ]
                slope, offset = (part[own] for part in self.last)
                for start in range(0, n_groups, _GROUPS):
                    groups = slice(start, start + _GROUPS)
                    block = inputs[:, groups]
                    n = block.shape[1]
                    for weight, bias, out, zero in backbone:
                        block = np.matmul(weight, block, out=out[:, :n])
                        block += bias
                        np.maximum(block, zero, out=block)
                    if "logits" in found:
                        np.matmul(head, block, out=logits[:, :n])
                        logits[:, :n] += shift
                        found["logits"][own, groups] = logits[:, :n].swapaxes(2, 3)
                    if "embeddings" in found:
                        block *= slope
                        block += offset
                        found["embeddings"][own, groups] = block.swapaxes(2, 3)
        return [found[name].reshape(n_networks, -1, width[name])[:, : len(X)] for name in wanted]


def _stacked(members, name):
    return np.stack([weights[name] for weights in members]).astype(np.float64)


def _beside(part):
    """A number for each output, (n_networks, 1, width), in float32 beside each row of a group."""
    return np.repeat(part.astype(np.float32)[..., None], _TOGETHER, axis=3)


def _grouped(X: np.ndarray) -> np.ndarray:
    """Rows as columns of groups, (n_groups, n_inputs, rows of a group), padded with zeros."""
    padded = np.zeros((-(-len(X) // _TOGETHER), _TOGETHER, X.shape[1]), np.float32)
    padded.reshape(-1, X.shape[1])[: len(X)] = X
    return np.ascontiguousarray(padded.swapaxes(1, 2))


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
