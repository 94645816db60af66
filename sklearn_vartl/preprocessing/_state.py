"""A fitted FeatureScaler as plain data: a JSON-able dict and arrays."""

import numpy as np

_ARRAYS = ("shift_", "width_", "center_", "scale_", "fill_")


def scaler_to_state(scaler):
    """Return (dict for JSON, dict of float64 arrays)."""
    names = getattr(scaler, "feature_names_in_", None)
    state = {
        "params": params_to_json(scaler),
        "kinds": [str(kind) for kind in scaler.kinds_],
        "feature_names_in": None if names is None else [str(name) for name in names],
    }
    return state, {name.rstrip("_"): getattr(scaler, name).copy() for name in _ARRAYS}


def scaler_from_state(cls, state, arrays):
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
