"""Logits and embeddings of given inputs, from numpy's arrays alone: torch is for training."""

from collections.abc import Iterator, Sequence

import numpy as np

from ._threads import one_blas_thread
from ._weights import Weights, layer_names, weights_shape

# So many rows are multiplied at a time, the last ones padded: how a matrix product rounds depends on its shape, and with the
# kernels of some processors (AVX2, beyond eight rows) on a row's place in it, but a star's probabilities must not
# depend on which stars come with it.
_TOGETHER = 8
# So many go through all layers before others do.
_BLOCK = 256
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

    def __call__(self, X, wanted):
        """What is wanted, "logits" or "embeddings", each of shape (n_networks, n, width)."""
        n_networks, *widths = self.layers[-1][0].shape
        width = dict(zip(("embeddings", "logits"), widths, strict=True))
        found = {name: np.empty((n_networks, len(X), width[name]), np.float32) for name in wanted}
        blocks = list(_blocks(X))
        size = len(blocks[0][1]) if blocks else 0
        # Of whole blocks numpy is twice as fast as with one row for all: where there are several, that pays.
        copies = size if len(blocks) > 1 else 1
        zeros = [np.zeros((copies, weight.shape[2]), np.float32) for weight, _ in self.layers]
        room = [np.empty((size, weight.shape[2]), np.float32) for weight, _ in self.layers]
        # Nothing warns of inputs too large for float32 on a graphics card either.
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
            # One network after the other: what becomes of a block stays in the processor's cache.
            for i in range(n_networks):
                *backbone, (head, shift, _, logits) = [
                    (weight[i], bias[i].repeat(copies, axis=0), zero, out)
                    for (weight, bias), zero, out in zip(self.layers, zeros, room, strict=True)
                ]
                if "embeddings" in found:
                    slope, offset = (part[i].repeat(copies, axis=0) for part in self.last)
                for rows, block in blocks:
                    n, kept = len(block), rows.stop - rows.start
                    for weight, bias, zero, out in backbone:
                        block = _product(block, weight, out[:n])
                        block += bias[:n]
                        np.maximum(block, zero[:n], out=block)
                    if "logits" in found:
                        _product(block, head, logits[:n])
                        np.add(logits[:kept], shift[:kept], out=found["logits"][i, rows])
                    if "embeddings" in found:
                        embedding = found["embeddings"][i, rows]
                        np.multiply(block[:kept], slope[:kept], out=embedding)
                        embedding += offset[:kept]
        return [found[name] for name in wanted]


def _stacked(members, name):
    return np.stack([weights[name] for weights in members]).astype(np.float64)


def _blocks(X: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Cut rows into blocks, the last one padded with zeros."""
    for start in range(0, len(X), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(X)))
        block = X[rows]
        if missing := -len(block) % _TOGETHER:
            block = np.concatenate([block, np.zeros((missing, X.shape[1]), np.float32)])
        yield rows, block


def _product(block: np.ndarray, weight: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Multiply rows and weights, a few rows at a time."""
    few = (-1, _TOGETHER, block.shape[1])
    np.matmul(block.reshape(few), weight, out=out.reshape(-1, _TOGETHER, out.shape[1]))
    return out


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
