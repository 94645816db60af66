"""A fitted TransferEnsembleClassifier as plain data: a JSON-able dict and arrays."""

from dataclasses import replace

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..preprocessing import FeatureScaler
from ..preprocessing._state import params_from_json
from ._calibration import Calibration
from ._ensemble_model import EnsembleModel
from ._ensemble_trees import Trees
from ._memory import Memory
from ._state import (
    _below,
    _labels_from_json,
    _labels_to_json,
    _model_from_state,
    _model_to_state,
    _plain,
    _shares,
)


def ensemble_to_state(classifier):
    """Return (dict for JSON, dict of arrays).

    Raises
    ------
    TypeError
        If a parameter or the scaler cannot be expressed as plain data; it is named.
    """
    check_is_fitted(classifier)
    names = getattr(classifier, "feature_names_in_", None)
    source = classifier.source_model_
    state = {
        "params": {k: _param(k, v) for k, v in classifier.get_params(deep=False).items()},
        "n_features_in": int(classifier.n_features_in_),
        "feature_names_in": None if names is None else [str(name) for name in names],
        "views": [[int(column) for column in view] for view in source.views],
        "scaler": None,
        "models": {},
        "estimated_priors": None,
    }
    if classifier.model_.estimated_priors is not None:
        state["estimated_priors"] = classifier.model_.estimated_priors.tolist()
    arrays = {}
    if source.scaler is not None:
        if type(source.scaler) is not FeatureScaler:
            raise TypeError(
                f"scaler={type(source.scaler).__name__} cannot be saved without pickle; "
                "FeatureScaler and None can (joblib.dump saves any)."
            )
        state["scaler"], own = source.scaler._to_state()
        arrays |= {f"scaler/{name}": array for name, array in own.items()}
    models = {"source": source}
    if classifier.is_transferred_:
        models["current"] = classifier.model_
    for key, model in models.items():
        state["models"][key], own = _part_to_state(model)
        arrays |= {f"{key}/{name}": array for name, array in own.items()}
    return state, arrays


def ensemble_from_state(cls, state, arrays):
    """Rebuild a classifier of class `cls`."""
    params = dict(state["params"])
    if isinstance(params["scaler"], dict):
        params["scaler"] = FeatureScaler(**params_from_json(params["scaler"]["FeatureScaler"]))
    if isinstance(params["priors"], dict):
        params["priors"] = dict(params["priors"]["pairs"])
    if isinstance(params["hidden_layer_sizes"], list):
        params["hidden_layer_sizes"] = tuple(params["hidden_layer_sizes"])
    classifier = cls(**params)
    classifier.n_features_in_ = state["n_features_in"]
    if state["feature_names_in"] is not None:
        classifier.feature_names_in_ = np.asarray(state["feature_names_in"], dtype=object)
    scaler = state["scaler"]
    if scaler is not None:
        scaler = FeatureScaler._from_state(scaler, _below(arrays, "scaler"))
    views = tuple(np.array(view, dtype=np.intp) for view in state["views"])
    source = _part_from_state(state["models"]["source"], _below(arrays, "source"), views, scaler)
    classifier.source_model_ = classifier.model_ = source
    if "current" in state["models"]:
        classifier.model_ = _part_from_state(
            state["models"]["current"], _below(arrays, "current"), views, scaler, source.networks[0]
        )
    if state["estimated_priors"] is not None:
        priors = np.asarray(state["estimated_priors"], dtype=np.float64)
        priors = _shares(priors, len(classifier.model_.classes))
        classifier.model_ = replace(classifier.model_, estimated_priors=priors)
    return classifier


def _param(name, value):
    if name == "views" and value is not None:
        return [[c if isinstance(c, str) else int(c) for c in view] for view in value]
    return _plain(name, value)


def _part_to_state(model):
    state = {
        "networks": [],
        "memory_y": _labels_to_json(model.memory.y),
        "with_trees": model.trees is not None,
        "temperature": model.calibration.temperature,
    }
    arrays = {
        "held_out_scores": model.calibration.scores,
        "memory/X": model.memory.X,
        "memory/weight": model.memory.weight,
    }
    if model.calibration.labels is not None:
        arrays["held_out_labels"] = model.calibration.labels
    for k, network in enumerate(model.networks):
        own, own_arrays = _model_to_state(network)
        state["networks"].append(own)
        arrays |= {f"network/{k}/{name}": array for name, array in own_arrays.items()}
    if model.trees is not None:
        arrays |= {f"trees/{name}": array for name, array in model.trees.to_arrays().items()}
    return state, arrays


def _part_from_state(state, arrays, views, scaler, teacher=None):
    networks = tuple(
        _model_from_state(own, _below(arrays, f"network/{k}"))
        for k, own in enumerate(state["networks"])
    )
    if not networks or len(networks) != len(views):
        raise ValueError(f"{len(networks)} groups of networks cannot have {len(views)} views.")
    scores, labels = arrays["held_out_scores"], arrays.get("held_out_labels")
    known = np.arange(len(networks[0].classes))
    if labels is not None and (labels.shape != scores.shape or not np.isin(labels, known).all()):
        raise ValueError("The classes of the held-out stars are none of the model's.")
    memory_y = _labels_from_json(state["memory_y"])
    memory = Memory(arrays["memory/X"], memory_y, arrays["memory/weight"])
    trees = None
    if state["with_trees"]:
        n_inputs = memory.X.shape[1] + len(teacher.classes)
        trees = Trees.from_arrays(_below(arrays, "trees"), n_inputs, len(networks[0].classes))
    return EnsembleModel(
        networks=networks,
        views=views,
        scaler=scaler,
        memory=memory,
        trees=trees,
        teacher=teacher,
        calibration=Calibration(state["temperature"], scores, labels),
    )
