"""A fitted TransferMLPClassifier as plain data: a JSON-able dict and arrays."""

from ._calibration import Calibration
from ._memory import Memory
from ._model import Model
from ._state_parts import (
    below,
    check_held_out_labels,
    check_shares,
    estimator_from_state,
    estimator_to_state,
    labels_from_json,
    labels_to_json,
    scaler_from_state,
    scaler_to_state,
)


def classifier_to_state(classifier):
    """Return (dict for JSON, dict of arrays).

    Raises
    ------
    TypeError
        If a parameter or the scaler cannot be expressed as plain data; it is named.
    """
    state, arrays = estimator_to_state(classifier) | {"models": {}}, {}
    models = {"source": classifier.source_model_}
    if classifier.is_transferred_:
        models["current"] = classifier.model_
    for key, model in models.items():
        state["models"][key], own = model_to_state(model)
        arrays |= {f"{key}/{name}": array for name, array in own.items()}
    return state, arrays


def classifier_from_state(cls, state, arrays):
    """Rebuild a classifier of class `cls`."""
    models = {
        key: model_from_state(own, below(arrays, key)) for key, own in state["models"].items()
    }
    return estimator_from_state(cls, state, models)


def model_to_state(model, *, with_memory=True):
    """Networks, what they remember and their scaler as (dict for JSON, dict of arrays)."""
    state = {
        "n_members": len(model.members),
        "classes": labels_to_json(model.classes),
        "temperature": model.calibration.temperature,
        "n_held_out": len(model.calibration.scores),
        "history": [list(epochs) for epochs in model.history],
        "n_transfers": model.n_transfers,
    }
    arrays = {
        "class_count": model.class_count,
        "held_out_scores": model.calibration.scores,
    }
    if with_memory:
        state["memory_y"] = labels_to_json(model.memory.y)
        arrays |= {"memory/X": model.memory.X, "memory/weight": model.memory.weight}
    if model.calibration.labels is not None:
        arrays["held_out_labels"] = model.calibration.labels
    if model.trained_shares is not None:
        arrays["trained_shares"] = model.trained_shares
    for k, weights in enumerate(model.members):
        arrays |= {f"member/{k}/{name}": array for name, array in weights.items()}
    state["scaler"], own = scaler_to_state(model.scaler)
    arrays |= own
    return state, arrays


def model_from_state(state, arrays, memory=None):
    """Rebuild a Model, with the memory that is given where it was saved without one."""
    if not 0 < state["n_members"] <= len(arrays):
        raise ValueError(f"{state['n_members']} networks cannot be in {len(arrays)} arrays.")
    if arrays["held_out_scores"].shape != (state["n_held_out"],):
        raise ValueError(f"{state['n_held_out']} scores of held-out stars were saved, not as many.")
    if memory is None or "memory_y" in state:
        memory_y = labels_from_json(state["memory_y"])
        memory = Memory(arrays["memory/X"], memory_y, arrays["memory/weight"])
    classes = labels_from_json(state["classes"])
    # Files of the first versions have neither of these.
    shares, labels = arrays.get("trained_shares"), arrays.get("held_out_labels")
    check_held_out_labels(labels, arrays["held_out_scores"], len(classes))
    return Model(
        members=tuple(below(arrays, f"member/{k}") for k in range(state["n_members"])),
        classes=classes,
        class_count=arrays["class_count"],
        scaler=scaler_from_state(state["scaler"], arrays),
        memory=memory,
        calibration=Calibration(state["temperature"], arrays["held_out_scores"], labels),
        history=tuple(state["history"]),
        n_transfers=state["n_transfers"],
        trained_shares=None if shares is None else check_shares(shares, len(classes)),
    )
