"""Training of image networks, their answers, and batch normalisation for other images."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from ..network import Recipe, batch_slices, one_thread, train_network
from ._networks import ImageNetwork, OwnRandom, build_image_network, image_weights

Weights = dict[str, np.ndarray]
Maker = Callable[[int], ImageNetwork]
_BLOCK = 256


def new_weights(make: Maker, n_classes: int, seed: int) -> Weights:
    """Weights of a network before training, random ones by the seed."""
    with OwnRandom(seed):
        return image_weights(make(n_classes))


def train(
    make: Maker,
    weights: Weights,
    images: tuple[np.ndarray, np.ndarray, np.ndarray],
    *,
    recipe: Recipe,
    strategy: str,
    seed: int,
    device: str,
) -> tuple[Weights, list[dict]]:
    """Train from given weights.

    Parameters
    ----------
    make : callable
        Gives an `ImageNetwork` of a number of classes.
    weights : dict of str to ndarray
    images : tuple of ndarray
        ``(X, y, weight)``: images of shape (n, channels, height, width), class indices, weights.
    recipe : Recipe
    strategy : {"full", "head", "gradual"}
        From which epoch on the backbone learns.
    seed : int
        Decides the order of the images and dropout.
    device : str

    Returns
    -------
    weights : dict of str to ndarray
    history : list of dict
        For each epoch ``epoch``, ``train_loss`` and ``learning_rate``.
    """
    norms = {name.rpartition(".")[0] for name in weights if name.endswith("running_mean")}
    # A lone image has no variance for batch normalisation to learn.
    frozen_norm = recipe.frozen_norm or len(images[1]) < 2

    def first_epochs(_, n_epochs):
        start = {"full": 0, "head": None, "gradual": n_epochs // 2}[strategy]
        modules = dict.fromkeys(name.rpartition(".")[0] for name in weights)
        learns = {m: None if frozen_norm and m in norms else start for m in modules}
        return learns | {"head": 0}

    with OwnRandom(seed):
        return train_network(
            weights,
            images,
            recipe=recipe,
            first_epochs=first_epochs,
            seed=seed,
            device=device,
            build=partial(build_image_network, make),
            read=image_weights,
        )


def apply(
    make: Maker, weights: Weights, X: np.ndarray, device: str, *, embedding: bool = False
) -> np.ndarray:
    """Logits, or with `embedding` the backbone's output, float64 of shape (n, width).

    Blocks are padded to one size: rounding depends on the shape of a batch, and an image's
    probabilities must not depend on which others come with it.
    """
    with one_thread(), torch.inference_mode():
        network = build_image_network(make, weights).eval().to(device)
        module = network.backbone if embedding else network
        size = min(_BLOCK, max(1, 2**22 // max(1, X[:1].size)))
        out = []
        for start in range(0, len(X), size):
            rows = X[start : start + size]
            block = np.zeros((size, *X.shape[1:]), dtype=np.float32)
            block[: len(rows)] = rows
            out.append(module(torch.tensor(block, device=device))[: len(rows)].cpu().numpy())
        return np.concatenate(out).astype(np.float64)


def renormalise(make: Maker, weights: Weights, X: np.ndarray, device: str) -> Weights:
    """Weights with the statistics of batch normalisation taken from X, all else unchanged."""
    with one_thread(), torch.no_grad():
        network = build_image_network(make, weights).eval().to(device)
        for module in network.norms():
            # Equal weight for every batch; dropout stays off.
            module.reset_running_stats()
            module.momentum = None
            module.train()
        for rows in batch_slices(len(X), _BLOCK):
            network(torch.tensor(X[rows], device=device))
        return image_weights(network)
