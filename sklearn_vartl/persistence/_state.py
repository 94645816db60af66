"""Fitted estimators as plain data (a dict that JSON takes, and arrays), and back."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import reachable_device
from ..preprocessing import FeatureScaler
from ..probabilities import Calibration
from ..transfer import EnsembleModel, Memory, Model, Trees

_ARRAYS = ("shift_", "width_", "center_", "scale_", "fill_")


def fitted_scaler_to_state(scaler):
    """Return (dict for JSON, dict of float64 arrays)."""
    check_is_fitted(scaler)
    names = getattr(scaler, "feature_names_in_", None)
    state = {
        "params": params_to_json(scaler),
        "kinds": [str(kind) for kind in scaler.kinds_],
        "feature_names_in": None if names is None else [str(name) for name in names],
    }
    return state, {name.rstrip("_"): getattr(scaler, name).copy() for name in _ARRAYS}


def fitted_scaler_from_state(cls, state, arrays):
    """Rebuild a scaler of class `cls`."""
    scaler = cls(**params_from_json(state["params"]))
    scaler.kinds_ = np.asarray(state["kinds"], dtype="<U8")
    scaler.n_features_in_ = len(scaler.kinds_)
    if state["feature_names_in"] is not None:
        scaler.feature_names_in_ = np.asarray(state["feature_names_in"], dtype=object)
    for name in _ARRAYS:
        values = np.array(arrays[name.rstrip("_")], dtype=np.float64)
        if values.shape != scaler.kinds_.shape:
            raise ValueError(
                f"The scaler's array {name.rstrip('_')!r} has shape {values.shape}, expected "
                f"{scaler.kinds_.shape}: the state is damaged."
            )
        setattr(scaler, name, values)
    return scaler


def params_to_json(scaler):
    """The parameters of a scaler as JSON takes them."""
    params = scaler.get_params(deep=False)
    params["circular"] = _circular_to_json(params["circular"])
    params["clip"] = None if params["clip"] is None else float(params["clip"])
    params["add_indicator"] = bool(params["add_indicator"])
    return params


def params_from_json(params):
    """The parameters that `params_to_json` returned."""
    return {**params, "circular": _circular_from_json(params["circular"])}


def _circular_to_json(circular):
    """JSON keys are strings only, so a dict becomes a list of [column, period] pairs."""
    if circular is None:
        return None
    if isinstance(circular, dict):
        pairs = [[_column(c), float(p)] for c, p in circular.items()]
        return {"pairs": pairs}
    return [_column(c) for c in circular]


def _circular_from_json(circular):
    if isinstance(circular, dict):
        return dict(circular["pairs"])
    return circular


def _column(column):
    return column if isinstance(column, str) else int(column)


def estimator_to_state(classifier):
    """Parameters, features and estimated class shares as a dict for JSON.

    Raises
    ------
    TypeError
        If a parameter cannot be expressed as plain data; it is named.
    """
    check_is_fitted(classifier)
    names = getattr(classifier, "feature_names_in_", None)
    priors = classifier.model_.estimated_priors
    params = classifier.get_params(deep=False)
    # A folder of one computer is no part of a model, and no file may have one made elsewhere.
    params.pop("checkpoint", None)
    return {
        "params": {k: plain(k, v) for k, v in params.items()},
        "n_features_in": int(classifier.n_features_in_),
        "feature_names_in": None if names is None else [str(name) for name in names],
        "estimated_priors": None if priors is None else priors.tolist(),
    }


def estimator_from_state(cls, state, models):
    """A classifier of class `cls` that knows the models "source" and, fine-tuned, "current"."""
    params = dict(state["params"])
    params.pop("checkpoint", None)
    params["device"] = reachable_device(params["device"])
    if isinstance(params["scaler"], dict):
        params["scaler"] = FeatureScaler(**params_from_json(params["scaler"]["FeatureScaler"]))
    for name in ("class_weight", "priors"):
        if isinstance(params.get(name), dict):
            params[name] = dict(params[name]["pairs"])
    if isinstance(params["hidden_layer_sizes"], list):
        params["hidden_layer_sizes"] = tuple(params["hidden_layer_sizes"])
    classifier = cls(**params)
    classifier.n_features_in_ = state["n_features_in"]
    if state["feature_names_in"] is not None:
        classifier.feature_names_in_ = np.asarray(state["feature_names_in"], dtype=object)
    classifier.source_model_ = models["source"]
    classifier.model_ = models.get("current", models["source"])
    # Files of the first versions have no such entry.
    priors = state.get("estimated_priors")
    if priors is not None:
        priors = np.asarray(priors, dtype=np.float64)
        priors = check_shares(priors, len(classifier.model_.classes))
        classifier.model_ = replace(classifier.model_, estimated_priors=priors)
    return classifier


def scaler_to_state(scaler):
    """(None or dict for JSON, arrays named "scaler/...").

    Raises
    ------
    TypeError
        If it is another scaler than FeatureScaler.
    """
    if scaler is None:
        return None, {}
    if type(scaler) is not FeatureScaler:
        raise TypeError(
            f"scaler={type(scaler).__name__} cannot be saved without pickle; "
            "FeatureScaler and None can (joblib.dump saves any)."
        )
    state, arrays = fitted_scaler_to_state(scaler)
    return state, {f"scaler/{name}": array for name, array in arrays.items()}


def scaler_from_state(state, arrays):
    """What `scaler_to_state` was given."""
    return (
        None
        if state is None
        else fitted_scaler_from_state(FeatureScaler, state, below(arrays, "scaler"))
    )


def check_held_out_labels(labels, scores, n_classes):
    """Refuse classes of held-out stars that do not belong to their scores."""
    if labels is not None and (
        labels.shape != scores.shape or not np.isin(labels, range(n_classes)).all()
    ):
        raise ValueError("The classes of the held-out stars are none of the model's.")


def check_fingerprints(seen):
    """Fingerprints of learned stars, refused where they are none; None where there are none."""
    if seen is not None and (seen.dtype != np.uint64 or seen.ndim != 1):
        raise ValueError("The fingerprints of the learned stars are no numbers of 64 bits.")
    return seen


def check_shares(shares, n_classes):
    """Class shares, refused where they are none."""
    if shares.shape != (n_classes,) or not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError(f"{shares} are no shares of {n_classes} classes.")
    return shares


def below(arrays, prefix):
    """Arrays whose names begin with ``prefix/``, by the rest of their names."""
    prefix += "/"
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def labels_to_json(labels):
    """Labels and their dtype."""
    return {"dtype": labels.dtype.str, "values": labels.tolist()}


def labels_from_json(state):
    """What `labels_to_json` was given."""
    kind = np.dtype(state["dtype"]).kind
    if kind not in "biufUO":
        raise ValueError(f"Labels cannot have the dtype {state['dtype']!r}.")
    # The width of strings follows from the values: one that is declared may fill any memory.
    return np.array(state["values"], dtype=str if kind == "U" else np.dtype(state["dtype"]))


def plain(name, value):
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
        return {"pairs": [[plain(name, k), plain(name, v)] for k, v in value.items()]}
    if name == "hidden_layer_sizes":
        return [int(width) for width in value]
    if name == "priors":
        return [float(share) for share in value]
    if name == "views":
        return [[c if isinstance(c, str) else int(c) for c in view] for view in value]
    raise TypeError(
        f"{name}={value!r} cannot be saved without pickle: set it to a plain value first."
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
    if model.seen is not None:
        arrays["seen"] = model.seen
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
        seen=check_fingerprints(arrays.get("seen")),
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
        if model.scaler is not source.scaler:
            state["models"][key]["scaler"], scaler_arrays = scaler_to_state(model.scaler)
            own |= scaler_arrays
        arrays |= {f"{key}/{name}": array for name, array in own.items()}
    return state, arrays


def ensemble_from_state(cls, state, arrays):
    """Rebuild a classifier of class `cls`."""
    scaler = scaler_from_state(state["scaler"], arrays)
    views = tuple(np.array(view, dtype=np.intp) for view in state["views"])
    teacher, models = None, {}
    for key in ["source", *(key for key in state["models"] if key != "source")]:
        own, own_arrays = state["models"][key], below(arrays, key)
        # Only a scaler that was fitted on the target stands beside the target's networks.
        used = scaler_from_state(own["scaler"], own_arrays) if "scaler" in own else scaler
        part = _part_from_state(own, own_arrays, views, used, teacher)
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
    if model.seen is not None:
        arrays["seen"] = model.seen
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
        seen=check_fingerprints(arrays.get("seen")),
    )


def _memory_from_state(state, arrays):
    X = arrays["memory/X"]
    if X.ndim != 2:
        raise ValueError(f"The remembered stars are an array of shape {X.shape}.")
    if X.dtype == np.float32:  # files of the first versions have float64
        X = X.astype(np.float64)
    return Memory(X, labels_from_json(state["memory_y"]), arrays["memory/weight"])


_STATES = {
    "FeatureScaler": (fitted_scaler_to_state, fitted_scaler_from_state),
    "TransferEnsembleClassifier": (ensemble_to_state, ensemble_from_state),
    "TransferMLPClassifier": (classifier_to_state, classifier_from_state),
}


def to_state(estimator):
    """A fitted estimator as (dict that JSON takes, dict of arrays).

    Raises
    ------
    TypeError
        If a parameter cannot be expressed as plain data; it is named.
    """
    return _STATES[type(estimator).__name__][0](estimator)


def from_state(cls, state, arrays):
    """The estimator of class `cls` that `to_state` was given."""
    return _STATES[cls.__name__][1](cls, state, arrays)
