"""A training on disk, so that it can go on where it was stopped, to the same bits."""

import io
import json
import time
from pathlib import Path

import torch
from skorch.callbacks import Callback

from .._files import complete

# Between two writings of an unfinished network: writing takes milliseconds, epochs may, too.
SECONDS = 10.0
_PATIENCE = ("misses_", "dynamic_threshold_", "best_epoch_")


class Checkpoint(Callback):
    """Write the state of a training after an epoch; begin with the one that was read.

    It comes last of the callbacks: the others set themselves up anew when a training begins.

    Parameters
    ----------
    path : path-like
    rng : numpy.random.Generator
        Source of the order of the rows.
    state : dict or None
        What `read_checkpoint` returned.
    describe : callable
        Gives of an epoch of skorch's history what is kept.
    """

    def __init__(self, path, rng, state, describe):
        self.path, self.rng, self.state, self.describe = path, rng, state, describe
        self.written = time.monotonic()

    def on_train_begin(self, net, **kwargs):
        if self.state is None:
            return
        callbacks, state = dict(net.callbacks_), self.state
        net.module_.load_state_dict(state["network"])
        # It brings the learning rates along; of the schedule only the position is to be known.
        net.optimizer_.load_state_dict(state["optimizer"])
        n_steps = state["n_steps"]
        callbacks["one_cycle"].lr_scheduler_.load_state_dict(
            {"last_epoch": n_steps, "_step_count": n_steps + 1}
        )
        self.rng.bit_generator.state = json.loads(state["order"])
        for epoch in state["history"]:
            last = {"event_lr": epoch["learning_rate"]}
            net.history.append({**epoch, "batches": [last], "train_batch_count": 1})
        if "early_stopping" in callbacks:
            vars(callbacks["early_stopping"]).update(state["early_stopping"])

    def on_epoch_end(self, net, **kwargs):
        if time.monotonic() - self.written >= SECONDS:
            write_checkpoint(self.path, self._describe(net))
            self.written = time.monotonic()

    def _describe(self, net):
        callbacks = dict(net.callbacks_)
        state = {
            "network": net.module_.state_dict(),
            "optimizer": net.optimizer_.state_dict(),
            "n_steps": callbacks["one_cycle"].lr_scheduler_.last_epoch,
            "order": json.dumps(self.rng.bit_generator.state),
            "history": [self.describe(epoch) for epoch in net.history],
        }
        if "early_stopping" in callbacks:
            stop = callbacks["early_stopping"]
            state["early_stopping"] = {name: float(getattr(stop, name)) for name in _PATIENCE}
            state["early_stopping"]["best_model_weights_"] = stop.best_model_weights_
        return state


def write_checkpoint(path, state):
    """Write tensors and plain values; what was there before is replaced when all is written."""
    with complete(path) as file:
        torch.save(state, file)


def write_result(path, weights, history):
    """Keep a trained network."""
    arrays = {name: torch.from_numpy(array) for name, array in weights.items()}
    write_checkpoint(path, {"weights": arrays, "history": history})


def read_checkpoint(path, device="cpu"):
    """What was written, or None where nothing was.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    try:
        # Tensors and plain values only: no code of the file is run.
        return torch.load(io.BytesIO(content), map_location=device, weights_only=True)
    except Exception as error:
        # Whatever the parser stumbled over.
        raise ValueError(
            f"The checkpoint {path} is damaged: delete it to train this network anew."
        ) from error
