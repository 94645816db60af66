"""Training one network: its torch modules, its recipe, its batches, and the loop of skorch over tensors in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping, LRScheduler
from skorch.helper import predefined_split
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import skip_init
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import TensorDataset

from ._threads import one_thread
from ._weights import Weights, layer_names, weights_shape


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


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; TransferMLPClassifier documents the fields.

    Examples
    --------
    >>> from sklearn_vartl.network import Recipe
    >>> Recipe(batch_size=100, max_epochs=10, min_steps=200).n_epochs(500)
    40
    """

    learning_rate: float = 2e-3
    backbone_learning_rate: float = 2e-3
    weight_decay: float = 1.0
    label_smoothing: float = 0.02
    batch_size: int = 128
    max_epochs: int = 10
    min_steps: int = 200
    patience: int | None = None
    frozen_norm: bool = False

    def n_epochs(self, n: int) -> int:
        """Number of epochs for n rows: `max_epochs`, or more to reach `min_steps`."""
        return max(self.max_epochs, -(-self.min_steps // n_batches(n, self.batch_size)))


def n_batches(n: int, batch_size: int) -> int:
    """Number of batches an epoch of n rows has."""
    return len(batch_slices(n, batch_size))


def batch_slices(n: int, batch_size: int) -> list[slice]:
    """Cut n rows into batches; a last row alone joins the batch before it.

    Batch normalisation has no variance to learn from a single row.
    """
    starts = list(range(0, n, batch_size))
    if len(starts) > 1 and n - starts[-1] == 1:
        starts.pop()
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], n], strict=True)]


class WeightedCrossEntropy(nn.Module):
    """Mean of weight times cross-entropy; labels are smoothed in training only."""

    def __init__(self, label_smoothing):
        super().__init__()
        self.label_smoothing = label_smoothing

    def forward(self, logits, target):
        y, weight = target
        smoothing = self.label_smoothing if self.training else 0.0
        loss = F.cross_entropy(logits, y, reduction="none", label_smoothing=smoothing)
        return (weight * loss).mean()


def make_dataset(X, y, weight, device="cpu"):
    """A TensorDataset of inputs (n, n_inputs), class indices and weights on the device.

    The weights are divided by their mean, so that the learning rate means the same whatever their unit.
    """
    weight = np.asarray(weight, dtype=np.float64)
    return TensorDataset(
        torch.tensor(X, dtype=torch.float32, device=device),
        torch.tensor(y, dtype=torch.int64, device=device),
        torch.tensor(weight / weight.mean(), dtype=torch.float32, device=device),
    )


class TensorBatches:
    """Iterate over a dataset of `make_dataset` in batches ``(X, (y, weight))``, in a new order each time.

    Without `rng` the rows stay as they are (for validation). With a `probability` of each they are drawn with
    replacement; None: each row once.
    """

    def __init__(self, dataset, batch_size, rng=None, probability=None):
        self.dataset = dataset
        self.batch_size = batch_size
        self.rng = rng
        self.probability = probability

    def __iter__(self) -> Iterator[tuple]:
        n = len(self.dataset)
        X, y, weight = self.dataset.tensors
        order = torch.as_tensor(self._order(n), device=X.device)
        for rows in batch_slices(n, self.batch_size):
            index = order[rows]
            yield X[index], (y[index], weight[index])

    def _order(self, n):
        if self.rng is None:
            return np.arange(n)
        if self.probability is None:
            return self.rng.permutation(n)
        return self.rng.choice(n, size=n, p=self.probability)


def train_network(
    weights: Weights,
    train: tuple[np.ndarray, np.ndarray, np.ndarray],
    *,
    recipe: Recipe,
    first_epochs: Callable[[list[str], int], dict],
    seed: int,
    device: str = "cpu",
    valid: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    probability: np.ndarray | None = None,
    build: Callable[..., nn.Module] = build_network,
    read: Callable[[nn.Module], Weights] = network_weights,
) -> tuple[Weights, list[dict]]:
    """Train a network from given weights.

    Parameters
    ----------
    weights : dict of str -> ndarray
        Where to start from; not changed.
    train : tuple of ndarray
        ``(X, y, weight)``: scaled inputs, class indices, weights of the loss.
    recipe : Recipe
    first_epochs : callable
        ``first_epochs(layers, n_epochs)`` returns for each layer name the epoch from which on
        it is trained, None for never: the fine-tuning strategy.
    seed : int
        Decides the order of the rows.
    device : str, default="cpu"
    valid : tuple of ndarray, default=None
        Like `train`: data that stop the training and choose the best epoch, where
        `recipe.patience` is set.
    probability : ndarray of shape (n,), default=None
        Draws the rows with replacement, each with this probability (`balanced_probability`).
    build, read : callable, default=build_network, network_weights
        ``build(weights, frozen_norm=...)`` makes the torch module, with parts "backbone" and
        "head", ``read(module)`` gives its weights: other networks are trained alike.

    Returns
    -------
    weights : dict of str -> ndarray
    history : list of dict
        For each epoch: epoch, train_loss, learning_rate and, with `valid`, valid_loss.

    Raises
    ------
    KeyboardInterrupt
        If the user stops the training.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import Recipe, initial_weights, train_network
    >>> weights = initial_weights(3, (4,), np.ones(2), np.random.default_rng(0))
    >>> X = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)
    >>> train = X, (X[:, 0] > 0).astype(np.int64), np.ones(40, np.float32)
    >>> trained, history = train_network(
    ...     weights, train, recipe=Recipe(max_epochs=2, min_steps=1), seed=0,
    ...     first_epochs=lambda layers, n_epochs: dict.fromkeys(layers, 0))
    >>> len(history)
    2
    """
    with one_thread():
        n, rng = len(train[1]), np.random.default_rng(seed)
        n_epochs = recipe.n_epochs(n)
        n_steps = n_epochs * n_batches(n, recipe.batch_size)
        # A lone row has no variance for batch normalisation to learn.
        network = build(weights, frozen_norm=recipe.frozen_norm or n < 2)
        starts = first_epochs(layer_names(weights), n_epochs)
        callbacks = _callbacks(recipe, starts, n_steps, with_validation=valid is not None)
        net = _Net(
            network,
            criterion=WeightedCrossEntropy,
            criterion__label_smoothing=recipe.label_smoothing,
            optimizer=torch.optim.AdamW,
            optimizer__weight_decay=recipe.weight_decay,
            optimizer__fused=True,
            optimizer__param_groups=[
                ("backbone.*", {"lr": recipe.backbone_learning_rate}),
                ("head.*", {"lr": recipe.learning_rate}),
            ],
            max_epochs=n_epochs,
            batch_size=recipe.batch_size,
            iterator_train=TensorBatches,
            iterator_train__rng=rng,
            iterator_train__probability=probability,
            iterator_valid=TensorBatches,
            train_split=None if valid is None else predefined_split(make_dataset(*valid, device)),
            callbacks=callbacks,
            callbacks__print_log=None,
            device=device,
            verbose=0,
        )
        try:
            net.fit(make_dataset(*train, device), None)
        except _Stopped:
            raise KeyboardInterrupt from None
        return read(net.module_), [_row(epoch) for epoch in net.history]


def fine_tune_networks(
    weights: list[Weights],
    trains: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    recipe: Recipe,
    first_epochs: Callable[[list[str], int], dict],
    seeds: list[int],
    device: str = "cpu",
    probabilities: list[np.ndarray | None],
) -> list[tuple[Weights, list[dict]]]:
    """Train networks side by side as `train_network` would one after the other, without validation data.

    One step of all takes hardly longer than one step of one: their weights are stacked, and each product of
    matrices is one of many. Batch normalisation keeps its statistics, and nobody's patience ends.

    The lists have an entry a network, as in `train_network`: weights of one shape, as many rows in each `train`. The
    results are the same to rounding, and the same bits whenever the same networks are trained together.
    """
    with one_thread():
        n, n_networks = len(trains[0][1]), len(weights)
        n_epochs = recipe.n_epochs(n)
        slices = batch_slices(n, recipe.batch_size)
        n_classes = weights[0]["head.bias"].size
        data = _stacked(trains, n_classes, recipe.label_smoothing, device)
        orders = [
            TensorBatches(range(n), recipe.batch_size, np.random.default_rng(seed), probability)
            for seed, probability in zip(seeds, probabilities, strict=True)
        ]
        layers = _StackedLayers(weights, device)
        starts = first_epochs(layer_names(weights[0]), n_epochs)
        rates = [recipe.backbone_learning_rate, recipe.learning_rate]
        parts = [layers.values[name] for name in layers.names]
        optimizer = torch.optim.AdamW(
            [{"params": parts[:-1], "lr": rates[0]}, {"params": parts[-1:], "lr": rates[1]}],
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        scheduler = OneCycleLR(optimizer, max_lr=rates, total_steps=n_epochs * len(slices) + 1)
        histories: list[list[dict]] = [[] for _ in weights]
        for epoch in range(n_epochs):
            begun = [starts[name] is not None and epoch >= starts[name] for name in layers.names]
            layers.let_learn(begun)
            ordered = _in_order(data, [own._order(n) for own in orders])
            total = torch.zeros(n_networks, dtype=torch.float64, device=device)
            for rows in slices:
                total += layers.fill_gradients(*(part[:, rows] for part in ordered))
                optimizer.step()
                rate = scheduler.get_last_lr()[0]
                scheduler.step()
            for history, value in zip(histories, (total / n).tolist(), strict=True):
                row = {"epoch": epoch + 1, "train_loss": value, "learning_rate": float(rate)}
                history.append(row)
        return list(zip(layers.weights(), histories, strict=True))


def _stacked(trains, n_classes, label_smoothing, device):
    """Inputs, smoothed labels and weights, each in one tensor with a part a network."""
    datasets = [make_dataset(*train, device).tensors for train in trains]
    X, y, weight = (torch.stack(parts) for parts in zip(*datasets, strict=True))
    target = F.one_hot(y, n_classes).to(X.dtype)
    target.lerp_(torch.ones_like(target) / n_classes, label_smoothing)
    return X, target, weight


def _in_order(data, orders):
    """Such tensors with the rows of each network in its own order, all at once."""
    places = np.stack([k * len(own) + own for k, own in enumerate(orders)])
    order = torch.as_tensor(places.ravel(), device=data[0].device)
    return [part.flatten(0, 1).index_select(0, order).view_as(part) for part in data]


class _StackedLayers:
    """Networks of one shape, the weights of one layer of all in one array, and the gradient of their losses.

    Written out, the gradient takes a quarter less time than torch's own: batch normalisation that keeps its
    statistics is a factor and a shift.
    """

    def __init__(self, weights, device):
        self.names = layer_names(weights[0])
        every = Network(*weights_shape(weights[0])).state_dict()
        stacked = {
            name: torch.tensor(np.stack([own[name] for own in weights]), device=device)
            for name in every
            if name in weights[0]
        }
        self.fixed = {name: array for name, array in stacked.items() if "running" in name}
        self.spread = {
            layer: torch.sqrt(self.fixed[layer + ".norm.running_var"] + _NORM_EPS)
            for layer in self.names[:-1]
        }
        self.values, self.gradients, self.parts, self.slopes = {}, {}, {}, {}
        self.shown = list(stacked)
        for layer in self.names:
            own = {
                name: array
                for name, array in stacked.items()
                if name.startswith(layer + ".") and name not in self.fixed
            }
            self.values[layer] = torch.cat([array.flatten() for array in own.values()])
            self.gradients[layer] = torch.zeros_like(self.values[layer])
            sizes = [array.numel() for array in own.values()]
            for views, flat in ((self.parts, self.values), (self.slopes, self.gradients)):
                for (name, array), piece in zip(own.items(), flat[layer].split(sizes), strict=True):
                    views[name] = piece.view(array.shape)

    def let_learn(self, begun):
        """Say of each layer whether it learns from now on."""
        for name, learns in zip(self.names, begun, strict=True):
            self.values[name].grad = self.gradients[name] if learns else None
        # The head does in every strategy.
        self.lowest = begun.index(True)

    def fill_gradients(self, X, target, weight):
        """Fill the gradients of a batch; return the sum of its weighted losses, (n_networks,).

        Inputs and targets, which are smoothed labels, are of shape (n_networks, n, width), weights of (n_networks, n).
        """
        inputs, outputs, scales = [X], [], []
        for layer in self.names[:-1]:
            output = self._linear(layer + ".linear", inputs[-1]).clamp_(min=0.0)
            spread = self.spread[layer]
            scale = self.parts[layer + ".norm.weight"] / spread
            mean = self.fixed[layer + ".norm.running_mean"]
            shift = self.parts[layer + ".norm.bias"] - mean * scale
            inputs.append(torch.addcmul(shift[:, None], output, scale[:, None]))
            outputs.append(output)
            scales.append((scale, mean, spread))
        log_share = F.log_softmax(self._linear("head", inputs[-1]), dim=2)
        loss = (weight * -(target * log_share).sum(dim=2)).sum(dim=1)
        slope = log_share.exp_().sub_(target).mul_((weight / weight.shape[1])[:, :, None])
        for i in range(len(self.names) - 1, self.lowest - 1, -1):
            layer = self.names[i]
            if layer != "head":
                (scale, mean, spread), output = scales[i], outputs[i]
                by_shift = slope.sum(dim=1)
                by_scale = (slope * output).sum(dim=1)
                self.slopes[layer + ".norm.bias"].copy_(by_shift)
                self.slopes[layer + ".norm.weight"].copy_((by_scale - mean * by_shift) / spread)
                slope = torch.ops.aten.threshold_backward(slope.mul_(scale[:, None]), output, 0.0)
                layer += ".linear"
            torch.bmm(slope.transpose(1, 2), inputs[i], out=self.slopes[layer + ".weight"])
            torch.sum(slope, dim=1, out=self.slopes[layer + ".bias"])
            if i > self.lowest:
                slope = torch.bmm(slope, self.parts[layer + ".weight"])
        return loss

    def _linear(self, name, X):
        bias, weight = self.parts[name + ".bias"], self.parts[name + ".weight"]
        return torch.baddbmm(bias[:, None], X, weight.transpose(1, 2))

    def weights(self):
        """The weights of each network, copies."""
        arrays = {
            name: (self.parts | self.fixed)[name].cpu().numpy().astype(np.float32)
            for name in self.shown
        }
        n_networks = len(arrays["head.bias"])
        return [{name: arrays[name][i].copy() for name in self.shown} for i in range(n_networks)]


# What batch normalisation adds to the variance.
_NORM_EPS = nn.BatchNorm1d(1).eps


class _Stopped(BaseException):
    """The user's KeyboardInterrupt under a name that skorch lets through."""


class _Net(NeuralNet):
    """skorch takes a KeyboardInterrupt for the end of the training, a network half trained."""

    def fit_loop(self, *args, **kwargs):
        try:
            return super().fit_loop(*args, **kwargs)
        except KeyboardInterrupt:
            stop = dict(self.callbacks_).get("early_stopping")
            if stop is not None and stop.misses_ >= stop.patience:
                raise
            raise _Stopped from None


class _TrainFrom(Callback):
    """Switch each layer's gradient on from its first epoch."""

    def __init__(self, starts):
        self.starts = starts

    def on_epoch_begin(self, net, **kwargs):
        epoch = len(net.history) - 1
        for layer, start in self.starts.items():
            learns = start is not None and epoch >= start
            net.module_.get_submodule(layer).requires_grad_(learns)


def _callbacks(recipe, starts, n_steps, with_validation):
    rates = [recipe.backbone_learning_rate, recipe.learning_rate]
    callbacks = [
        ("layers", _TrainFrom(starts)),
        (
            "one_cycle",
            LRScheduler(OneCycleLR, max_lr=rates, total_steps=n_steps + 1, step_every="batch"),
        ),
    ]
    if with_validation and recipe.patience is not None:
        stop = EarlyStopping(patience=recipe.patience, load_best=True, sink=lambda *_: None)
        callbacks.append(("early_stopping", stop))
    return callbacks


def _row(epoch):
    """What is kept of skorch's history: no wall-clock times, so that histories are repeatable."""
    row = {"epoch": epoch["epoch"], "train_loss": float(epoch["train_loss"])}
    if "valid_loss" in epoch:
        row["valid_loss"] = float(epoch["valid_loss"])
    last = epoch["batches"][epoch["train_batch_count"] - 1]
    row["learning_rate"] = float(last["event_lr"])
    return row
