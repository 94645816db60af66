"""Fitted estimators as plain data (a dict that JSON takes, and arrays), and back.

What comes from a file is a stranger's: of every dict only the entries that are written here are
read, any other is refused, and so are arrays that do not fit each other.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import layer_names, weights_shape
from ..preprocessing import FeatureScaler
from ..probabilities import Calibration
from ..transfer import (
    EnsembleModel,
    Gate,
    Memory,
    Model,
    Opinion,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    Trees,
)
from ._archive import (
    Arrays,
    ModelFileError,
    check_array,
    entries,
    from_params,
    labels_from_json,
    labels_to_json,
    names_from_json,
    params_to_json,
    plain_value,
)

_NUMBER = (int, float)
_NAMES = (list, type(None))
_OF_EPOCH = dict.fromkeys(("epoch", "train_loss", "valid_loss", "learning_rate"), _NUMBER)


def to_state(estimator: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A fitted estimator as (dict that JSON takes, dict of arrays).

    TypeError names a parameter or scaler that cannot be expressed as plain data.
    """
    check_is_fitted(estimator)
    return _WAYS[type(estimator)][0](estimator)


def from_state(cls: type, state: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The estimator of class `cls` that `to_state` was given.

    ModelFileError where the state has entries that it never has, lacks some, or they do not fit each other.
    """
    return _WAYS[cls][1](state, arrays if isinstance(arrays, Arrays) else Arrays(arrays))


# The scaler -------------------------------------------------------------------------------------

_OF_COLUMNS = ("shift", "width", "center", "scale", "fill")


def _scaler_to_state(scaler):
    state = {
        "params": params_to_json(scaler),
        "kinds": [str(kind) for kind in scaler.kinds_],
        "feature_names_in": _names_of(scaler),
    }
    return state, {name: getattr(scaler, f"{name}_").copy() for name in _OF_COLUMNS}


def _scaler_from_state(state, arrays):
    state = entries(state, "a scaler", {"params": dict, "kinds": list, "feature_names_in": _NAMES})
    scaler = from_params(FeatureScaler, state["params"], "a scaler")
    if not set(state["kinds"]) <= {"linear", "log10", "asinh", "circular"}:
        raise ModelFileError("a scaler has columns of an unknown kind")
    scaler.kinds_ = np.asarray(state["kinds"], dtype="<U8")
    scaler.n_features_in_ = len(scaler.kinds_)
    _set_names(scaler, state)
    for name in _OF_COLUMNS:
        values = np.array(arrays[name], dtype=np.float64)
        if values.shape != scaler.kinds_.shape:
            raise ModelFileError(
                f"the scaler's array {name!r} has shape {values.shape}, expected "
                f"{scaler.kinds_.shape}: the state is damaged"
            )
        if not np.isfinite(values).all() or (name in ("width", "scale") and values.min() <= 0):
            raise ModelFileError(f"the scaler's array {name!r} holds numbers that it never has")
        setattr(scaler, f"{name}_", values)
    return scaler


def _inner_scaler_to_state(scaler):
    """Of a classifier's scaler: (None or dict, arrays named "scaler/...")."""
    if scaler is None:
        return None, {}
    if type(scaler) is not FeatureScaler:
        raise TypeError(
            f"scaler={type(scaler).__name__} cannot be saved without pickle; "
            "FeatureScaler and None can (joblib.dump saves any)."
        )
    state, arrays = _scaler_to_state(scaler)
    return state, _below("scaler", arrays)


def _inner_scaler_from_state(state, arrays):
    return None if state is None else _scaler_from_state(state, arrays.below("scaler"))


# The classifiers --------------------------------------------------------------------------------


def _classifier_to_state(classifier, model_to_state):
    """What both classifiers have: parameters, features, estimated shares, and their models."""
    priors = classifier.model_.estimated_priors
    state = {
        "params": params_to_json(classifier),
        "n_features_in": int(classifier.n_features_in_),
        "feature_names_in": _names_of(classifier),
        "estimated_priors": None if priors is None else priors.tolist(),
        "models": {},
    }
    models, arrays = {"source": classifier.source_model_}, {}
    gate = classifier.gate_
    if gate is not None:
        own, below = _model_to_state(gate.model, with_memory=False)
        state["gate"] = {"columns": [int(column) for column in gate.columns], "model": own}
        arrays |= _below("gate", below)
    if classifier.is_transferred_:
        models["current"] = classifier.model_
    for key, model in models.items():
        state["models"][key], own = model_to_state(model)
        arrays |= _below(key, own)
    return state, arrays


def _open_classifier(cls, state, arrays, **further):
    """The checked state, and a classifier with its parameters, features and gate.

    Also how many features its networks see.
    """
    where = f"the state of a {cls.__name__}"
    required = {"params": dict, "n_features_in": int, "feature_names_in": _NAMES, "models": dict}
    # Files of earlier versions have no estimated shares, and no gate.
    optional = {"estimated_priors": _NAMES, "gate": dict}
    state = entries(state, where, required | further, optional)
    entries(state["models"], f"{where}: 'models'", {"source": dict}, {"current": dict})
    classifier = from_params(cls, state["params"], where)
    classifier.n_features_in_ = state["n_features_in"]
    _set_names(classifier, state)
    n_shown = classifier.n_features_in_
    if "gate" in state:
        classifier.gate_ = _gate_from_state(state["gate"], arrays.below("gate"), n_shown)
        n_shown -= len(classifier.gate_.columns)
    return state, classifier, n_shown


def _gate_from_state(state, arrays, n_features):
    state = entries(state, "a gate", {"columns": list, "model": dict})
    columns = _columns(state["columns"], n_features, "a gate")
    if (np.diff(columns) <= 0).any() or len(columns) >= n_features:
        raise ModelFileError("the columns of a gate are not sorted, or leave no feature")
    none = Memory(np.empty((0, len(columns))), np.empty(0, dtype=bool), np.empty(0))
    model = _model_from_state(state["model"], arrays, len(columns), none)
    if model.classes.tolist() != [False, True]:
        raise ModelFileError("a gate has other classes than False and True")
    return Gate(columns, model)


def _with_models(classifier, source, current, state):
    priors = state.get("estimated_priors")
    if priors is not None:
        shares = _shares(np.asarray(priors, dtype=np.float64), len(current.classes))
        current = replace(current, estimated_priors=shares)
    classifier.source_model_, classifier.model_ = source, current
    return classifier


def _mlp_from_state(state, arrays):
    state, classifier, n_shown = _open_classifier(TransferMLPClassifier, state, arrays)
    own = state["models"]
    source = current = _model_from_state(own["source"], arrays.below("source"), n_shown)
    if "current" in own:
        below = arrays.below("current")
        current = _model_from_state(own["current"], below, n_shown, source=source)
    return _with_models(classifier, source, current, state)


def _ensemble_to_state(classifier):
    state, arrays = _classifier_to_state(classifier, _ensemble_model_to_state)
    source = classifier.source_model_
    state["views"] = [[int(column) for column in view] for view in source.views]
    state["scaler"], own = _inner_scaler_to_state(source.scaler)
    # A scaler that was fitted on the target stands beside the target's networks.
    if classifier.is_transferred_ and classifier.model_.scaler is not source.scaler:
        current = state["models"]["current"]
        current["scaler"], fitted = _inner_scaler_to_state(classifier.model_.scaler)
        own |= _below("current", fitted)
    return state, arrays | own


def _ensemble_from_state(state, arrays):
    more = {"views": list, "scaler": (dict, type(None))}
    state, classifier, n_shown = _open_classifier(TransferEnsembleClassifier, state, arrays, **more)
    scaler = _inner_scaler_from_state(state["scaler"], arrays)
    n_inputs = _n_inputs(scaler, n_shown)
    views = tuple(_columns(view, n_inputs, "a view of the ensemble") for view in state["views"])
    own = state["models"]
    source = _ensemble_model_from_state(own["source"], arrays.below("source"), views, scaler, None)
    current = source
    if "current" in own:
        below = arrays.below("current")
        if "scaler" in own["current"]:
            scaler = _inner_scaler_from_state(own["current"]["scaler"], below)
            if _n_inputs(scaler, n_shown) != n_inputs:
                raise ModelFileError("the scalers of an ensemble make different inputs")
        current = _ensemble_model_from_state(own["current"], below, views, scaler, source)
    return _with_models(classifier, source, current, state)


def _columns(columns, n_inputs, what):
    if type(columns) is not list or any(type(column) is not int for column in columns):
        raise ModelFileError(f"{what} is no list of columns")
    if not columns or not all(0 <= column < n_inputs for column in columns):
        raise ModelFileError(f"{what} holds inputs that do not exist")
    return np.array(columns, dtype=np.intp)


# What they have learned -------------------------------------------------------------------------


def _model_to_state(model, *, with_memory=True):
    state = {
        "n_members": len(model.members),
        "classes": labels_to_json(model.classes),
        "n_held_out": len(model.calibration.scores),
        "history": plain_value([list(epochs) for epochs in model.history], "history"),
        "n_transfers": int(model.n_transfers),
    }
    arrays = {"class_count": model.class_count}
    if with_memory:
        state["memory_y"] = labels_to_json(model.memory.y)
        arrays |= {"memory/X": model.memory.X, "memory/weight": model.memory.weight}
    if model.trained_shares is not None:
        arrays["trained_shares"] = model.trained_shares
    if model.seen is not None:
        arrays["seen"] = model.seen
    for k, weights in enumerate(model.members):
        arrays |= _below(f"member/{k}", weights)
    if model.opinion is not None:
        # The source stands in the same file.
        state["say"] = float(model.opinion.say)
        arrays["translation"] = model.opinion.table
        if model.opinion.odds is not None:
            arrays["translation_odds"] = model.opinion.odds
    state["scaler"], scaler = _inner_scaler_to_state(model.scaler)
    calibration, held_out = _calibration_to_state(model.calibration)
    return state | calibration, arrays | scaler | held_out


def _model_from_state(state, arrays, n_features, memory=None, source=None):
    """Rebuild a Model, with the memory that is given where it was saved without one, and its source if it has one."""
    required = {"n_members": int, "classes": dict, "n_held_out": int, "history": list}
    required |= {"n_transfers": int, "scaler": (dict, type(None))}
    # Files of earlier versions have no opinion of the source.
    optional = {"memory_y": dict, "say": _NUMBER, **_OF_CALIBRATION}
    state = entries(state, "a model", required, optional)
    # Each network has its arrays: what is declared cannot be more than what is there.
    if not 0 < state["n_members"] <= len(arrays):
        raise ModelFileError(f"{state['n_members']} networks cannot be in {len(arrays)} arrays")
    classes = labels_from_json(state["classes"], "the classes")
    if len(classes) == 0 or (classes[1:] <= classes[:-1]).any():
        raise ModelFileError("the classes of a model are none, or not sorted")
    scaler = _inner_scaler_from_state(state["scaler"], arrays)
    n_inputs = _n_inputs(scaler, n_features)
    if memory is None or "memory_y" in state:
        memory = _memory_from_state(state, arrays, n_features)
    count, shares = arrays["class_count"], arrays.get("trained_shares")
    check_array("class_count", count, classes.shape)
    members = tuple(dict(arrays.below(f"member/{k}")) for k in range(state["n_members"]))
    for weights in members:
        _check_network(weights, n_inputs, len(classes))
    calibration = _calibration_from_state(state, arrays, len(classes))
    if len(calibration.scores) != state["n_held_out"]:
        raise ModelFileError(
            f"{state['n_held_out']} scores of held-out stars were saved, not as many"
        )
    return Model(
        members=members,
        classes=classes,
        class_count=_shares(count, len(classes)),
        scaler=scaler,
        memory=memory,
        calibration=calibration,
        history=_history(state["history"]),
        n_transfers=state["n_transfers"],
        # Files of the first versions have none.
        trained_shares=None if shares is None else _shares(shares, len(classes)),
        seen=_fingerprints(arrays),
        opinion=_opinion_from_state(state, arrays, source, len(classes)),
    )


def _opinion_from_state(state, arrays, source, n_classes):
    if "say" not in state:
        return None
    if source is None:
        raise ModelFileError("a source has no source")
    table, say = arrays["translation"], state["say"]
    check_array("translation", table, (len(source.classes), n_classes))
    if (table < 0).any() or (abs(table.sum(axis=1) - 1.0) > 1e-9).any():
        raise ModelFileError("the translation of the source's classes holds no shares")
    if not 0 <= say <= 1:
        raise ModelFileError(f"what the source says counts {say!r}, which is not between 0 and 1")
    # Files of earlier versions have none.
    odds = arrays.get("translation_odds")
    if odds is not None:
        check_array("translation_odds", odds, (n_classes,))
        if (odds <= 0).any():
            raise ModelFileError("odds of a class are not positive")
    return Opinion(source, table, say, odds)


def _ensemble_model_to_state(model):
    state = {
        "networks": [],
        "memory_y": labels_to_json(model.memory.y),
        "with_trees": model.trees is not None,
        "with_forest": model.forest is not None,
    }
    # Scaled inputs are rounded to single precision: nothing is lost.
    arrays = {"memory/X": model.memory.X.astype(np.float32), "memory/weight": model.memory.weight}
    for k, network in enumerate(model.networks):
        own, own_arrays = _model_to_state(network, with_memory=False)
        state["networks"].append(own)
        arrays |= _below(f"network/{k}", own_arrays)
    for kind, trees in (("trees", model.trees), ("forest", model.forest)):
        if trees is not None:
            arrays |= _below(kind, trees.to_arrays())
    if model.weights is not None:
        arrays["part_weights"] = model.weights
    if model.seen is not None:
        arrays["seen"] = model.seen
    calibration, held_out = _calibration_to_state(model.calibration)
    return state | calibration, arrays | held_out


def _ensemble_model_from_state(state, arrays, views, scaler, source):
    """Rebuild an EnsembleModel; its source, if it has one, has been rebuilt before."""
    required = {"networks": list, "memory_y": dict, "with_trees": bool}
    # Files of the first versions have no forest, and parts that all have the same say.
    optional = {"scaler": (dict, type(None)), "with_forest": bool, **_OF_CALIBRATION}
    state = entries(state, "an ensemble", required, optional)
    if not views or len(state["networks"]) != len(views):
        n_groups = len(state["networks"])
        raise ModelFileError(f"{n_groups} groups of networks cannot have {len(views)} views")
    n_inputs = arrays["memory/X"].shape[-1]
    memory = _memory_from_state(state, arrays, n_inputs)
    for view in views:
        if view.max() >= n_inputs:
            raise ModelFileError("a view of the ensemble holds inputs that do not exist")
    # The trees see what the source's networks make of a star.
    teacher = None if source is None else source.networks[0]
    sources = [None] * len(views) if source is None else source.networks
    networks = tuple(
        _model_from_state(own, arrays.below(f"network/{k}"), len(view), memory.of_columns(view), of)
        for k, (own, view, of) in enumerate(zip(state["networks"], views, sources, strict=True))
    )
    classes = networks[0].classes
    if any(network.classes.tolist() != classes.tolist() for network in networks):
        raise ModelFileError("the networks of an ensemble have different classes")
    grown = {
        kind: _trees_from_arrays(arrays.below(kind), n_inputs, teacher, len(classes))
        for kind in ("trees", "forest")
        if state.get(f"with_{kind}")
    }
    return EnsembleModel(
        networks=networks,
        views=views,
        scaler=scaler,
        memory=memory,
        teacher=teacher,
        weights=_part_weights(arrays, len(networks) + len(grown)),
        **grown,
        calibration=_calibration_from_state(state, arrays, len(classes)),
        seen=_fingerprints(arrays),
    )


def _trees_from_arrays(arrays, n_inputs, teacher, n_classes):
    if teacher is None:
        raise ModelFileError("the source of an ensemble has no trees")
    return Trees.from_arrays(arrays, n_inputs + len(teacher.classes), n_classes)


def _part_weights(arrays, n_parts):
    """How much say each part of an ensemble has; None where all have the same."""
    weights = arrays.get("part_weights")
    if weights is not None:
        check_array("part_weights", weights, (n_parts,))
        if (weights < 0).any() or abs(weights.sum() - 1.0) > 1e-9:
            raise ModelFileError("the weights of an ensemble's parts are no shares")
    return weights


# Scalars of a Calibration stand in the state by their names, arrays as "held_out_<name>".
_OF_CALIBRATION = {field.name: _NUMBER for field in fields(Calibration)}


def _calibration_to_state(calibration):
    state, arrays = {}, {}
    for name in _OF_CALIBRATION:
        value = getattr(calibration, name)
        if isinstance(value, np.ndarray):
            arrays[f"held_out_{name}"] = value
        elif value is not None:
            state[name] = plain_value(value, name)
    return state, arrays


def _calibration_from_state(state, arrays, n_classes):
    found = {name: state[name] for name in _OF_CALIBRATION if name in state}
    for name in _OF_CALIBRATION:
        array = arrays.get(f"held_out_{name}")
        if array is not None:
            # As many as there were stars to hold out: a number that stands nowhere else.
            check_array(f"held_out_{name}", array, (array.size,))
            found[name] = array
    for name in ("temperature", "scores"):
        if name not in found:
            raise ModelFileError(f"the calibration has no {name}")
    calibration = Calibration(**found)
    if not 0 < calibration.temperature < np.inf:
        raise ModelFileError(f"the temperature is {calibration.temperature!r}, no positive number")
    scores, sure = calibration.scores, calibration.sure
    # Files of the first versions have no classes of the held-out stars.
    for labels in (calibration.labels, calibration.found):
        if labels is not None and (
            labels.shape != scores.shape or not np.isin(labels, range(n_classes)).all()
        ):
            raise ModelFileError("the classes of the held-out stars are none of the model's")
    if sure is not None and (sure.shape != scores.shape or not ((sure >= 0) & (sure <= 1)).all()):
        raise ModelFileError("the probabilities of the held-out stars are none")
    _check_kept(calibration, n_classes)
    return calibration


def _check_kept(calibration, n_classes):
    """Classes that are kept without a label: earlier files tell nothing of them."""
    kept, lost, odds = calibration.kept, calibration.lost, calibration.kept_odds
    told = [value is not None for value in (kept, lost, odds)]
    if not any(told):
        return
    if not all(told):
        raise ModelFileError("of the classes that are kept without a label only a part is told")
    if not np.isin(kept, range(n_classes)).all() or len(set(kept.tolist())) in (0, n_classes):
        raise ModelFileError("the classes that are kept without a label are none of the model's")
    # Files of earlier versions have one number for all.
    alike = np.shape(odds) in ((), kept.shape)
    if not alike or not ((lost >= 0) & (lost <= 1)).all() or not np.all((odds > 0) & (odds <= 1)):
        raise ModelFileError("the odds of the classes that are kept without a label are none")


def _memory_from_state(state, arrays, n_columns):
    X, weight = arrays["memory/X"], arrays["memory/weight"]
    if X.dtype == np.float32:
        # Of ensembles, but for those of the first versions.
        X = X.astype(np.float64)
    y = labels_from_json(state["memory_y"], "the remembered labels")
    # A feature that a remembered star lacks is NaN.
    check_array("memory/X", np.where(np.isnan(X), X.dtype.type(0), X), (len(y), n_columns))
    check_array("memory/weight", weight, (len(y),))
    if (weight < 0).any():
        raise ModelFileError("a remembered star has a negative weight")
    return Memory(X, y, weight)


def _check_network(weights, n_inputs, n_classes):
    """Refuse weights that do not fit the inputs, the classes or each other."""
    n_in, hidden, n_out = weights_shape(weights)
    if (n_in, n_out) != (n_inputs, n_classes):
        raise ModelFileError("a network does not fit the features and classes")
    expected = {}
    for layer, n_units in zip(layer_names(weights), [*hidden, n_classes], strict=True):
        linear = layer if layer == "head" else f"{layer}.linear"
        expected[f"{linear}.weight"] = (n_units, n_in)
        expected[f"{linear}.bias"] = (n_units,)
        if layer != "head":
            for part in ("weight", "bias", "running_mean", "running_var"):
                expected[f"{layer}.norm.{part}"] = (n_units,)
        n_in = n_units
    if {name: array.shape for name, array in weights.items()} != expected:
        raise ModelFileError("the arrays of a network do not fit each other")
    for name, array in weights.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise ModelFileError(f"{name} of a network holds other things than finite float32")
        if name.endswith("running_var") and array.min() < 0:
            raise ModelFileError(f"{name} of a network is negative")


def _n_inputs(scaler, n_features):
    """Number of inputs that a scaler makes of the features."""
    if scaler is None:
        return n_features
    if scaler.n_features_in_ != n_features:
        raise ModelFileError("the scaler has another number of features than the network")
    return len(scaler.get_feature_names_out())


def _shares(shares, n_classes):
    """Class shares or counts, refused where they are none."""
    if shares.shape != (n_classes,) or not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ModelFileError(f"{shares} are no shares of {n_classes} classes")
    return shares


def _fingerprints(arrays):
    """Fingerprints of the learned stars; None in files of the first versions."""
    seen = arrays.get("seen")
    if seen is not None and (
        seen.dtype != np.uint64 or seen.ndim != 1 or (seen[1:] <= seen[:-1]).any()
    ):
        raise ModelFileError("the fingerprints of the learned stars are no sorted 64-bit numbers")
    return seen


def _history(history):
    for epochs in history:
        if type(epochs) is not list:
            raise ModelFileError("the history of a training is no list of epochs")
        for epoch in epochs:
            entries(epoch, "an epoch", {}, _OF_EPOCH)
    return tuple(history)


def _below(place, arrays):
    return {f"{place}/{name}": array for name, array in arrays.items()}


def _names_of(estimator):
    names = getattr(estimator, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


def _set_names(estimator, state):
    names = names_from_json(state["feature_names_in"], estimator.n_features_in_, "the features")
    if names is not None:
        estimator.feature_names_in_ = names


_WAYS = {
    FeatureScaler: (_scaler_to_state, _scaler_from_state),
    TransferEnsembleClassifier: (_ensemble_to_state, _ensemble_from_state),
    TransferMLPClassifier: (
        lambda classifier: _classifier_to_state(classifier, _model_to_state),
        _mlp_from_state,
    ),
}
