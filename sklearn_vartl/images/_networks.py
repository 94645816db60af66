"""Image networks: a residual one, torchvision's without their heads; their training and their answers."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from ..network import Recipe, one_thread, train_network

# torchvision's networks halve their input five times; smaller images are enlarged to this.
_SMALLEST_SIDE = 64


# What draws random numbers and takes a generator.
_DRAWS = {
    *(getattr(torch, name) for name in ("bernoulli", "multinomial", "normal")),
    *(getattr(torch, name) for name in ("rand", "randint", "randn", "randperm")),
    *(getattr(torch.Tensor, name) for name in ("bernoulli_", "exponential_", "normal_")),
    *(getattr(torch.Tensor, name) for name in ("random_", "uniform_")),
    *(getattr(nn.init, name) for name in ("kaiming_normal_", "kaiming_uniform_", "normal_")),
    *(getattr(nn.init, name) for name in ("trunc_normal_", "uniform_")),
    *(getattr(nn.init, name) for name in ("xavier_normal_", "xavier_uniform_")),
}


class OwnRandom(TorchFunctionMode):
    """Context in which networks draw from a generator of their own.

    Initial weights and dropout come from torch's one global generator otherwise: two networks that
    train in two threads would take each other's numbers, and the caller's would be gone.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.generators: dict[str, torch.Generator] = {}

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is functional.dropout:
            return self._dropout(*args, **kwargs)
        if func in _DRAWS and kwargs.get("generator") is None:
            first = args[0] if args else None
            device = first.device if isinstance(first, torch.Tensor) else kwargs.get("device")
            kwargs = {**kwargs, "generator": self._generator(device or "cpu")}
        return func(*args, **kwargs)

    def _dropout(self, X, p=0.5, training=True, inplace=False):
        if not training:
            return X
        kept = torch.empty_like(X).bernoulli_(1.0 - p, generator=self._generator(X.device))
        return X * kept / (1.0 - p) if p < 1 else X * kept

    def _generator(self, device):
        name = str(device)
        if name not in self.generators:
            self.generators[name] = torch.Generator(device).manual_seed(self.seed)
        return self.generators[name]


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(n_out)
        self.shortcut = nn.Conv2d(n_in, n_out, 1, stride, bias=False)

    def forward(self, X):
        inner = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(X)))))
        return torch.relu(inner + self.shortcut(X))


class Pretrained(nn.Module):
    """A torchvision network without its last linear layer, for images of one to three channels."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, X):
        if X.shape[1] == 1:
            X = X.expand(-1, 3, -1, -1)
        side = min(X.shape[2:])
        if side < _SMALLEST_SIDE:
            scale = _SMALLEST_SIDE / side
            X = functional.interpolate(X, scale_factor=scale, mode="bilinear", align_corners=False)
        return self.network(X)


class ImageNetwork(nn.Module):
    """Backbone and linear head; with `frozen_norm` batch normalisation keeps its statistics."""

    def __init__(self, backbone: nn.Module, n_features: int, n_classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(n_features, n_classes)
        self.frozen_norm = False

    def train(self, mode=True):
        """Switch to training mode, batch normalisation only where it may learn."""
        super().train(mode)
        if self.frozen_norm:
            for module in self.norms():
                module.eval()
        return self

    def norms(self):
        """The modules that normalise batches."""
        return (m for m in self.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm))

    def forward(self, X):
        return self.head(self.backbone(X))


def make_network(
    backbone: str,
    channels: tuple[int, ...],
    n_channels: int,
    n_classes: int,
    weights: str | Path | None = None,
) -> ImageNetwork:
    """A network with random weights, or torchvision's.

    `backbone` is "residual", whose stages have `channels` as widths, or the name of a torchvision model; `weights`
    of that are random (None), its own ("download"), or those of a file with a state dict.
    """
    if backbone == "residual":
        widths = (n_channels, *channels)
        stages = [
            Block(n_in, n_out, 1 if k == 0 else 2)
            for k, (n_in, n_out) in enumerate(zip(widths[:-1], widths[1:], strict=True))
        ]
        module = nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        return ImageNetwork(module, widths[-1], n_classes)
    if n_channels not in (1, 3):
        raise ValueError(f"{backbone} takes images of 1 or 3 channels, these have {n_channels}.")
    network = _from_torchvision(backbone, weights)
    name, last = [(n, m) for n, m in network.named_modules() if isinstance(m, nn.Linear)][-1]
    parent, _, leaf = name.rpartition(".")
    setattr(network.get_submodule(parent), leaf, nn.Identity())
    return ImageNetwork(Pretrained(network), last.in_features, n_classes)


def _from_torchvision(name, weights):
    try:
        from torchvision import models
    except ImportError as error:
        raise ImportError(
            f"backbone={name!r} needs torchvision: pip install 'sklearn_vartl[images]'. "
            "backbone='residual' does not."
        ) from error
    if name not in models.list_models(models):
        raise ValueError(f"torchvision has no image classifier named {name!r}.")
    if weights == "download":
        return models.get_model(name, weights="DEFAULT")
    network = models.get_model(name, weights=None)
    if weights is not None:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        own = network.state_dict()
        strange = [k for k, v in state.items() if k not in own or own[k].shape != v.shape]
        if strange or set(own) - set(state):
            raise ValueError(
                f"The weights in {str(weights)!r} are not those of {name}: "
                f"{(strange or sorted(set(own) - set(state)))[:3]} do not fit."
            )
        network.load_state_dict(state)
    return network


def build_image_network(
    make: Callable[[int], ImageNetwork], weights: dict[str, Any], *, frozen_norm: bool = False
) -> ImageNetwork:
    """A network, by `make` of a number of classes, that owns a copy of the weights."""
    with OwnRandom(0):  # what is drawn here is replaced by the weights
        network = make(len(weights["head.bias"]))
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    network.frozen_norm = frozen_norm
    return network


def image_weights(network: nn.Module) -> dict[str, np.ndarray]:
    """Copy the weights, every state of the network included."""
    return {name: tensor.cpu().numpy().copy() for name, tensor in network.state_dict().items()}


Weights = dict[str, np.ndarray]
# From a number of classes to a network.
Maker = Callable[[int], ImageNetwork]
# Images that are looked at together.
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
    """Train from given weights on images (n, channels, height, width), indices of their classes, and weights.

    The strategy ("full", "head", "gradual") tells from which epoch on the backbone learns, the seed the order of the
    images and dropout. The history has for each epoch ``epoch``, ``train_loss`` and ``learning_rate``.
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
