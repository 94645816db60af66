"""Training of image networks."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from ..network import batch_slices, n_batches, one_thread
from ._networks import load_arrays, to_arrays


@dataclass(frozen=True)
class Recipe:
    """How an image network is trained.

    Attributes
    ----------
    head_rate, backbone_rate : float
        Largest learning rates.
    weight_decay : float
    batch_size, max_epochs, min_steps : int
    strategy : {"full", "head", "gradual"}
    fine_tuning : bool
        Whether batch normalisation stays as it is.
    """

    head_rate: float
    backbone_rate: float
    weight_decay: float
    batch_size: int
    max_epochs: int
    min_steps: int
    strategy: str
    fine_tuning: bool

    @classmethod
    def of(cls, estimator, fine_tuning):
        """The recipe that a `TransferImageClassifier` has for its source, or for fine-tuning."""
        rate = estimator.learning_rate
        slower = estimator.backbone_learning_rate or 0.3 * rate
        return cls(
            head_rate=rate,
            backbone_rate=slower if fine_tuning else rate,
            weight_decay=estimator.weight_decay,
            batch_size=estimator.batch_size,
            max_epochs=estimator.max_epochs,
            min_steps=estimator.min_steps,
            strategy=estimator.strategy if fine_tuning else "full",
            fine_tuning=fine_tuning,
        )


_BLOCK = 256


def train(make, weights, X, y, *, recipe, seed, device):
    """Train from given weights, or from those that `make` draws.

    Parameters
    ----------
    make : callable
        Returns an `ImageNetwork`.
    weights : dict of str to ndarray, or None
    X : ndarray of float32 of shape (n, channels, height, width)
    y : ndarray of int of shape (n,)
    recipe : Recipe
    seed : int
    device : str

    Returns
    -------
    weights : dict of str to ndarray
    history : list of dict
        For each epoch ``epoch`` and ``train_loss``.
    """
    # The caller's random state of torch is given back; dropout of some backbones uses it as well.
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make()
        if weights is not None:
            load_arrays(network, weights)
        network.to(device)
        if recipe.fine_tuning or len(y) < 2:
            network.freeze_norm()
        history = _run(network, X, y, recipe, np.random.default_rng(seed), device)
        return to_arrays(network), history


def _run(network, X, y, recipe, rng, device):
    trainable = [p for p in network.backbone.parameters() if p.requires_grad]
    per_epoch = n_batches(len(y), recipe.batch_size)
    n_epochs = max(recipe.max_epochs, -(-recipe.min_steps // per_epoch))
    rates = [recipe.backbone_rate, recipe.head_rate]
    groups = [
        {"params": trainable, "lr": rates[0]},
        {"params": network.head.parameters(), "lr": rates[1]},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
    schedule = OneCycleLR(optimizer, max_lr=rates, total_steps=n_epochs * per_epoch + 1)
    first = {"full": 0, "head": n_epochs, "gradual": n_epochs // 2}[recipe.strategy]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    history = []
    network.train()
    for epoch in range(n_epochs):
        for parameter in trainable:
            parameter.requires_grad_(epoch >= first)
        order = torch.as_tensor(rng.permutation(len(y)), device=device)
        total = 0.0
        for rows in batch_slices(len(y), recipe.batch_size):
            index = order[rows]
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(X[index]), y[index], label_smoothing=0.02)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(index)
        history.append({"epoch": epoch + 1, "train_loss": total / len(y)})
    return history


def apply(make, weights, X, device, *, embedding=False):
    """Logits, or with `embedding` the backbone's output, float64 of shape (n, width).

    Blocks are padded to one size: rounding depends on the shape of a batch, and an image's
    probabilities must not depend on which others come with it.
    """
    with one_thread(), torch.random.fork_rng(devices=[]), torch.inference_mode():
        network = load_arrays(make(), weights).eval().to(device)
        module = network.backbone if embedding else network
        size = min(_BLOCK, max(1, 2**22 // max(1, X[:1].size)))
        out = []
        for start in range(0, len(X), size):
            rows = X[start : start + size]
            block = np.zeros((size, *X.shape[1:]), dtype=np.float32)
            block[: len(rows)] = rows
            out.append(module(torch.tensor(block, device=device))[: len(rows)].cpu().numpy())
        return np.concatenate(out).astype(np.float64)


def renormalise(make, weights, X, device):
    """Weights with the statistics of batch normalisation taken from X, all else unchanged."""
    with one_thread(), torch.random.fork_rng(devices=[]), torch.no_grad():
        network = load_arrays(make(), weights).eval().to(device)
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                # Equal weight for every batch; dropout stays off.
                module.reset_running_stats()
                module.momentum = None
                module.train()
        for rows in batch_slices(len(X), _BLOCK):
            network(torch.tensor(X[rows], device=device))
        return to_arrays(network)
