"""The residual network, torchvision's networks without their heads, and weights <-> numpy."""

import torch
from torch import nn
from torch.nn import functional

# torchvision's networks halve their input five times; smaller images are enlarged to this.
_SMALLEST_SIDE = 64


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, n_in, n_out, stride):
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

    def __init__(self, network):
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
    """Backbone and linear head; with `frozen_norm` batch normalisation never learns."""

    def __init__(self, backbone, n_features, n_classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(n_features, n_classes)
        self.frozen_norm = False

    def freeze_norm(self):
        """Keep statistics, scale and shift of every batch normalisation as they are."""
        self.frozen_norm = True
        for module in self._norms():
            module.requires_grad_(False)

    def train(self, mode=True):
        """Switch to training mode, batch normalisation only where it may learn."""
        super().train(mode)
        if self.frozen_norm:
            for module in self._norms():
                module.eval()
        return self

    def _norms(self):
        return (m for m in self.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm))

    def forward(self, X):
        return self.head(self.backbone(X))


def build(backbone, channels, n_channels, n_classes, weights=None):
    """A network with random weights, or torchvision's.

    Parameters
    ----------
    backbone : str
        "residual" or the name of a torchvision model.
    channels : tuple of int
        Widths of the stages of "residual".
    n_channels, n_classes : int
    weights : str, path or None
        None: random; "download": torchvision's own; otherwise a file with a state dict.

    Raises
    ------
    ImportError
        If torchvision is needed and not installed.
    ValueError
        If torchvision has no such model, or the file's weights are another network's.
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


def to_arrays(network):
    """Weights as a dict of arrays."""
    return {name: tensor.cpu().numpy().copy() for name, tensor in network.state_dict().items()}


def load_arrays(network, weights):
    """Set the weights, the head's shape included."""
    head = weights["head.weight"]
    network.head = nn.Linear(head.shape[1], head.shape[0])
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return network
