"""The description of a model that stands in its file."""

import platform
from importlib.metadata import PackageNotFoundError, version

from sklearn.pipeline import Pipeline

from ._plain import plain_value

_LIBRARIES = ("numpy", "scikit-learn", "scipy", "torch", "skorch", "safetensors")
# How fast a model works and what it says meanwhile is no part of what it is.
_LEFT_OUT = {"n_jobs", "verbose", "memory", "device"}


def describe(model):
    """What a fitted model is: kind, steps, features, classes.

    Parameters
    ----------
    model : fitted estimator

    Returns
    -------
    card : dict
        What JSON can express; None where a model has no such thing.
    """
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    steps = model.steps if isinstance(model, Pipeline) else []
    return {
        "model": type(model).__name__,
        "steps": [f"{name}: {type(step).__name__}" for name, step in steps],
        "n_features": _plain(last, "n_features_in_"),
        "feature_names": _feature_names(model, last),
        "classes": _plain(last, "classes_"),
        "class_counts": _class_counts(last),
        "source_classes": _plain(last, "source_classes_"),
        "is_transferred": _plain(last, "is_transferred_"),
        "settings": _settings(steps or [("model", model)]),
    }


def library_versions():
    """Versions of Python and of the libraries a model was made with."""
    # Not at the top: the package's own __init__ imports this module.
    from .. import __version__

    found = {"python": platform.python_version(), "sklearn_vartl": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _plain(estimator, name):
    value = getattr(estimator, name, None)
    return value.tolist() if hasattr(value, "tolist") else value


def _feature_names(model, last):
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        names = model[:-1].get_feature_names_out()
        # None where all these steps are "passthrough" and the input had no names.
        return None if names is None else [str(name) for name in names]
    return _plain(last, "feature_names_in_")


def _class_counts(last):
    """Summed weight of the training stars of each class, None where it is not remembered."""
    counts = getattr(getattr(last, "model_", None), "class_count", None)
    if counts is None:
        return None
    pairs = zip(last.classes_.tolist(), counts.tolist(), strict=True)
    return {str(name): round(count, 3) for name, count in pairs}


def _settings(steps):
    """All parameters of each step."""
    return {
        name: {
            key: _readable(value, key)
            for key, value in step.get_params(deep=False).items()
            if key not in _LEFT_OUT
        }
        for name, step in steps
        if not (step is None or isinstance(step, str))
    }


def _readable(value, name):
    try:
        return plain_value(value, name)
    except TypeError:
        return " ".join(repr(value).split())
