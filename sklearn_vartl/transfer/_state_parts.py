"""Pieces of a fitted classifier as plain data: parameters, names, scaler, labels, shares."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network._device import reachable_device
from ..preprocessing import FeatureScaler
from ..preprocessing._state import params_from_json, params_to_json


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
    state, arrays = scaler._to_state()
    return state, {f"scaler/{name}": array for name, array in arrays.items()}


def scaler_from_state(state, arrays):
    """What `scaler_to_state` was given."""
    return None if state is None else FeatureScaler._from_state(state, below(arrays, "scaler"))


def check_held_out_labels(labels, scores, n_classes):
    """Refuse classes of held-out stars that do not belong to their scores."""
    if labels is not None and (
        labels.shape != scores.shape or not np.isin(labels, range(n_classes)).all()
    ):
        raise ValueError("The classes of the held-out stars are none of the model's.")


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
