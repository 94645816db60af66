"""Backbone and head as torch modules, built from and read back into numpy weights."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils import skip_init

from ._weights import Weights, weights_shape


class Layer(nn.Module):
    """Linear map, ReLU, batch normalisation."""

    def __init__(self, n_in, n_out):
        super().__init__()
        # skip_init: the weights are set afterwards, and drawing them here would advance torch's
        # global random state.
        self.linear = skip_init(nn.Linear, n_in, n_out)
        self.norm = nn.BatchNorm1d(n_out)

    def forward(self, X):
        return self.norm(torch.relu(self.linear(X)))


class Network(nn.Module):
    """Backbone of hidden layers and a linear head that gives one logit a class.

    With ``frozen_norm`` the batch normalisation keeps its statistics and uses them while the
    network trains, whatever mode it is switched to.

    Examples
    --------
    >>> from sklearn_vartl.network import Network
    >>> Network(3, (4,), 2).head
    Linear(in_features=4, out_features=2, bias=True)
    """

    def __init__(self, n_inputs, hidden_layer_sizes, n_classes, *, frozen_norm=False):
        super().__init__()
        widths = (n_inputs, *hidden_layer_sizes)
        self.backbone = nn.Sequential(*map(Layer, widths[:-1], widths[1:]))
        self.head = skip_init(nn.Linear, widths[-1], n_classes)
        self.frozen_norm = frozen_norm

    def train(self, mode=True):
        """Switch to training mode, batch normalisation only where it may learn."""
        super().train(mode)
        if self.frozen_norm:
            for layer in self.backbone:
                layer.norm.eval()
        return self

    def forward(self, X):
        return self.head(self.backbone(X))


def build_network(weights: Weights, *, frozen_norm: bool = False) -> Network:
    """Build a `Network` that owns a copy of the weights.

    Parameters
    ----------
    weights : dict of str -> ndarray
    frozen_norm : bool, default=False

    Returns
    -------
    network : Network

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import initial_weights, build_network
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> len(build_network(weights).backbone)
    1
    """
    network = Network(*weights_shape(weights), frozen_norm=frozen_norm)
    state = {name: torch.tensor(array) for name, array in weights.items()}
    # num_batches_tracked plays no part with a fixed momentum and is not kept.
    network.load_state_dict(state, strict=False)
    return network


def network_weights(network: nn.Module) -> Weights:
    """Copy the weights of a `Network` into a dict of float32 arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import build_network, initial_weights, network_weights
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> same = network_weights(build_network(weights))
    >>> all((same[name] == weights[name]).all() for name in weights)
    True
    """
    return {
        name: tensor.detach().cpu().numpy().astype(np.float32, copy=True)
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
