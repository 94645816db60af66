"""Logits and embeddings of given inputs."""

import numpy as np
import torch

from ._modules import build_network
from ._threads import one_thread

# Rows are computed in blocks of this size, the last one padded: a matrix product's rounding
# depends on its shape, and a star's probabilities must not depend on which stars come with it.
_BLOCK = 512


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
    """
    return _blockwise(lambda network: network, weights, X, device)


def network_embedding(weights, X, device="cpu"):
    """Output of the backbone, float32 of shape (n, width of the last hidden layer)."""
    return _blockwise(lambda network: network.backbone, weights, X, device)


def _blockwise(part, weights, X, device):
    with one_thread(), torch.inference_mode():
        module = part(build_network(weights).eval().to(device))
        X = np.asarray(X, dtype=np.float32)
        block = np.zeros((_BLOCK, X.shape[1]), dtype=np.float32)
        out = []
        for start in range(0, max(len(X), 1), _BLOCK):
            rows = X[start : start + _BLOCK]
            block[: len(rows)] = rows
            result = module(torch.tensor(block, device=device)).cpu().numpy()
            out.append(result[: len(rows)])
        return np.concatenate(out)
