"""A fitted TransferMLPClassifier as plain data: a JSON-able dict and arrays."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..preprocessing import FeatureScaler
from ..preprocessing._state import params_from_json, params_to_json
from ._calibration import Calibration
from ._memory import Memory
from ._model import Model


def classifier_to_state(classifier):
    """Return (dict for JSON, dict of arrays).

    Raises
    ------
    TypeError
        If a parameter or the scaler cannot be expressed as plain data; it is named.
    """
    check_is_fitted(classifier)
    names = getattr(classifier, "feature_names_in_", None)
    state = {
        "params": {k: _plain(k, v) for k, v in classifier.get_params(deep=False).items()},
        "n_features_in": int(classifier.n_features_in_),
        "feature_names_in": None if names is None else [str(name) for name in names],
        "models": {},
        "estimated_priors": None,
    }
    if classifier.model_.estimated_priors is not None:
        state["estimated_priors"] = classifier.model_.estimated_priors.tolist()
    arrays = {}
    models = {"source": classifier.source_model_}
    if classifier.is_transferred_:
        models["current"] = classifier.model_
    for key, model in models.items():
        state["models"][key], own = _model_to_state(model)
        arrays |= {f"{key}/{name}": array for name, array in own.items()}
    return state, arrays


def classifier_from_state(cls, state, arrays):
    """Rebuild a classifier of class `cls`."""
    params = dict(state["params"])
    if isinstance(params["scaler"], dict):
        params["scaler"] = FeatureScaler(**params_from_json(params["scaler"]["FeatureScaler"]))
    if isinstance(params["class_weight"], dict):
        params["class_weight"] = dict(params["class_weight"]["pairs"])
    if isinstance(params.get("priors"), dict):
        params["priors"] = dict(params["priors"]["pairs"])
    if isinstance(params["hidden_layer_sizes"], list):
        params["hidden_layer_sizes"] = tuple(params["hidden_layer_sizes"])
    classifier = cls(**params)
    classifier.n_features_in_ = state["n_features_in"]
    if state["feature_names_in"] is not None:
        classifier.feature_names_in_ = np.asarray(state["feature_names_in"], dtype=object)
    models = {
        key: _model_from_state(own, _below(arrays, key)) for key, own in state["models"].items()
    }
    classifier.source_model_ = models["source"]
    classifier.model_ = models.get("current", models["source"])
    # Files of the first versions have no such entry.
    priors = state.get("estimated_priors")
    if priors is not None:
        priors = _shares(np.asarray(priors, dtype=np.float64), len(classifier.model_.classes))
        classifier.model_ = replace(classifier.model_, estimated_priors=priors)
    return classifier


def _model_to_state(model):
    state = {
        "n_members": len(model.members),
        "classes": _labels_to_json(model.classes),
        "memory_y": _labels_to_json(model.memory.y),
        "temperature": model.calibration.temperature,
        "n_held_out": len(model.calibration.scores),
        "history": [list(epochs) for epochs in model.history],
        "n_transfers": model.n_transfers,
        "scaler": None,
    }
    arrays = {
        "class_count": model.class_count,
        "held_out_scores": model.calibration.scores,
        "memory/X": model.memory.X,
        "memory/weight": model.memory.weight,
    }
    if model.calibration.labels is not None:
        arrays["held_out_labels"] = model.calibration.labels
    if model.trained_shares is not None:
        arrays["trained_shares"] = model.trained_shares
    for k, weights in enumerate(model.members):
        arrays |= {f"member/{k}/{name}": array for name, array in weights.items()}
    if model.scaler is not None:
        if type(model.scaler) is not FeatureScaler:
            raise TypeError(
                f"scaler={type(model.scaler).__name__} cannot be saved without pickle; "
                "FeatureScaler and None can (joblib.dump saves any)."
            )
        state["scaler"], own = model.scaler._to_state()
        arrays |= {f"scaler/{name}": array for name, array in own.items()}
    return state, arrays


def _model_from_state(state, arrays):
    if not 0 < state["n_members"] <= len(arrays):
        raise ValueError(f"{state['n_members']} networks cannot be in {len(arrays)} arrays.")
    if arrays["held_out_scores"].shape != (state["n_held_out"],):
        raise ValueError(f"{state['n_held_out']} scores of held-out stars were saved, not as many.")
    scaler = state["scaler"]
    if scaler is not None:
        scaler = FeatureScaler._from_state(scaler, _below(arrays, "scaler"))
    memory_y = _labels_from_json(state["memory_y"])
    classes = _labels_from_json(state["classes"])
    # Files of the first versions have neither of these.
    shares, labels = arrays.get("trained_shares"), arrays.get("held_out_labels")
    if labels is not None and (
        labels.shape != (state["n_held_out"],) or not np.isin(labels, range(len(classes))).all()
    ):
        raise ValueError("The classes of the held-out stars are none of the model's.")
    return Model(
        members=tuple(_below(arrays, f"member/{k}") for k in range(state["n_members"])),
        classes=classes,
        class_count=arrays["class_count"],
        scaler=scaler,
        memory=Memory(arrays["memory/X"], memory_y, arrays["memory/weight"]),
        calibration=Calibration(state["temperature"], arrays["held_out_scores"], labels),
        history=tuple(state["history"]),
        n_transfers=state["n_transfers"],
        trained_shares=None if shares is None else _shares(shares, len(classes)),
    )


def _shares(shares, n_classes):
    if shares.shape != (n_classes,) or not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError(f"{shares} are no shares of {n_classes} classes.")
    return shares


def _below(arrays, prefix):
    prefix += "/"
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _labels_to_json(labels):
    return {"dtype": labels.dtype.str, "values": labels.tolist()}


def _labels_from_json(state):
    kind = np.dtype(state["dtype"]).kind
    if kind not in "biufUO":
        raise ValueError(f"Labels cannot have the dtype {state['dtype']!r}.")
    # The width of strings follows from the values: one that is declared may fill any memory.
    return np.array(state["values"], dtype=str if kind == "U" else np.dtype(state["dtype"]))


def _plain(name, value):
    """A parameter as JSON takes it."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if name == "scaler" and type(value) is FeatureScaler:
        return {"FeatureScaler": params_to_json(value)}
    if name in ("class_weight", "priors") and isinstance(value, dict):
        return {"pairs": [[_plain(name, k), _plain(name, v)] for k, v in value.items()]}
    if name == "hidden_layer_sizes":
        return [int(width) for width in value]
    if name == "priors":
        return [float(share) for share in value]
    raise TypeError(
        f"{name}={value!r} cannot be saved without pickle: set it to a plain value first."
    )
