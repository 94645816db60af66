"""The network: weights as numpy arrays, jobs of training, modules, prediction with numpy's arrays alone.

Weights are dicts of numpy arrays everywhere outside this room, and predictions come from these;
torch modules exist only while a network trains, and what needs torch is loaded on first use. Imports `classes` (a new
class's row of the head begins as its relatives') and the ground floor. `transfer`, `images`
and `persistence` use it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._jobs import STRATEGIES as STRATEGIES
from ._jobs import Job as Job
from ._jobs import TrainingData as TrainingData
from ._jobs import member_jobs as member_jobs
from ._jobs import train_jobs as train_jobs
from ._prediction import Networks, network_embedding, network_logits
from ._threads import one_blas_thread, one_thread, prediction_device, resolve_device
from ._weights import check_layer_sizes as check_layer_sizes
from ._weights import initial_weights, layer_names, map_head, replace_head, weights_shape

if TYPE_CHECKING:
    from ._training import (
        Network,
        Recipe,
        build_network,
        fine_tune_networks,
        n_batches,
        network_weights,
        train_network,
    )

# With torch, which is loaded when one of them is first asked for.
_OF_TRAINING = (
    "Network", "Recipe", "build_network", "fine_tune_networks", "n_batches", "network_weights", "train_network",
)  # fmt: skip

__all__ = [
    "Network",
    "Networks",
    "Recipe",
    "build_network",
    "initial_weights",
    "layer_names",
    "network_embedding",
    "network_logits",
    "network_weights",
    "one_blas_thread",
    "one_thread",
    "replace_head",
    "resolve_device",
    "train_network",
    "weights_shape",
]


def __getattr__(name: str) -> Any:
    if name in _OF_TRAINING:
        return getattr(import_module(f"{__name__}._training"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
