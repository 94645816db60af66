"""A fitted TransferEnsembleClassifier as plain data: a JSON-able dict and arrays."""

import numpy as np

from ._calibration import Calibration
from ._ensemble_model import EnsembleModel
from ._ensemble_trees import Trees
from ._memory import Memory
from ._state import model_from_state, model_to_state
from ._state_parts import (
    below,
    check_held_out_labels,
    estimator_from_state,
    estimator_to_state,
    labels_from_json,
    labels_to_json,
    scaler_from_state,
    scaler_to_state,
)


def ensemble_to_state(classifier):
    """Return (dict for JSON, dict of arrays).

    Raises
    ------
    TypeError
        If a parameter or the scaler cannot be expressed as plain data; it is named.
    """
    state = estimator_to_state(classifier) | {"models": {}}
    source = classifier.source_model_
    state["views"] = [[int(column) for column in view] for view in source.views]
    state["scaler"], arrays = scaler_to_state(source.scaler)
    models = {"source": source}
    if classifier.is_transferred_:
        models["current"] = classifier.model_
    for key, model in models.items():
        state["models"][key], own = _part_to_state(model)
        arrays |= {f"{key}/{name}": array for name, array in own.items()}
    return state, arrays


def ensemble_from_state(cls, state, arrays):
    """Rebuild a classifier of class `cls`."""
    scaler = scaler_from_state(state["scaler"], arrays)
    views = tuple(np.array(view, dtype=np.intp) for view in state["views"])
    teacher, models = None, {}
    for key in ["source", *(key for key in state["models"] if key != "source")]:
        part = _part_from_state(state["models"][key], below(arrays, key), views, scaler, teacher)
        models[key], teacher = part, part.networks[0]
    return estimator_from_state(cls, state, models)


def _part_to_state(model):
    state = {
        "networks": [],
        "memory_y": labels_to_json(model.memory.y),
        "with_trees": model.trees is not None,
        "temperature": model.calibration.temperature,
    }
    arrays = {
        "held_out_scores": model.calibration.scores,
        # Scaled inputs are rounded to single precision: nothing is lost.
        "memory/X": model.memory.X.astype(np.float32),
        "memory/weight": model.memory.weight,
    }
    if model.calibration.labels is not None:
        arrays["held_out_labels"] = model.calibration.labels
    for k, network in enumerate(model.networks):
        own, own_arrays = model_to_state(network, with_memory=False)
        state["networks"].append(own)
        arrays |= {f"network/{k}/{name}": array for name, array in own_arrays.items()}
    if model.trees is not None:
        arrays |= {f"trees/{name}": array for name, array in model.trees.to_arrays().items()}
    return state, arrays


def _part_from_state(state, arrays, views, scaler, teacher):
    memory = _memory_from_state(state, arrays)
    if not views or len(state["networks"]) != len(views):
        n_groups = len(state["networks"])
        raise ValueError(f"{n_groups} groups of networks cannot have {len(views)} views.")
    for view in views:
        if not view.size or view.min() < 0 or view.max() >= memory.X.shape[1]:
            raise ValueError("A view of the ensemble holds inputs that do not exist.")
    networks = tuple(
        model_from_state(own, below(arrays, f"network/{k}"), memory.of_columns(view))
        for k, (own, view) in enumerate(zip(state["networks"], views, strict=True))
    )
    scores, labels = arrays["held_out_scores"], arrays.get("held_out_labels")
    check_held_out_labels(labels, scores, len(networks[0].classes))
    trees = None
    if state["with_trees"]:
        n_inputs = memory.X.shape[1] + len(teacher.classes)
        trees = Trees.from_arrays(below(arrays, "trees"), n_inputs, len(networks[0].classes))
    return EnsembleModel(
        networks=networks,
        views=views,
        scaler=scaler,
        memory=memory,
        trees=trees,
        teacher=teacher,
        calibration=Calibration(state["temperature"], scores, labels),
    )


def _memory_from_state(state, arrays):
    X = arrays["memory/X"]
    if X.ndim != 2:
        raise ValueError(f"The remembered stars are an array of shape {X.shape}.")
    if X.dtype == np.float32:  # files of the first versions have float64
        X = X.astype(np.float64)
    return Memory(X, labels_from_json(state["memory_y"]), arrays["memory/weight"])
