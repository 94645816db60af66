"""save_model and load_model: estimators and pipelines as a tree of plain data."""

import os
from collections.abc import Mapping
from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ..features import LightCurveFeatures
from ..preprocessing import FeatureScaler
from ..transfer import TransferEnsembleClassifier, TransferMLPClassifier, TransferPipeline
from ._archive import (
    FORMAT,
    FORMAT_VERSION,
    Arrays,
    ModelFileError,
    entries,
    from_params,
    params_to_json,
    plain_value,
    read_archive,
    write_archive,
    written_by,
)
from ._card import describe, library_versions
from ._state import from_state, to_state

# Nothing else is ever built from a file.
_SAVEABLE = {
    cls.__name__: cls
    for cls in (
        FeatureScaler,
        LightCurveFeatures,
        TransferEnsembleClassifier,
        TransferMLPClassifier,
        TransferPipeline,
    )
}


def save_model(
    model: Any, path: str | os.PathLike[str], *, provenance: Mapping[str, Any] | None = None
) -> None:
    """Save a fitted model as a file that can be read without running any code in it.

    The file is a zip of a JSON document and a safetensors block. Unlike a pickle it does not
    depend on the versions of scikit-learn, numpy or torch, and it may come from a stranger.
    `TransferPipeline`, `LightCurveFeatures`, `FeatureScaler`, `TransferMLPClassifier` and
    `TransferEnsembleClassifier` can be saved; anything else is refused, before a byte is written
    (``joblib.dump`` saves any).

    The file appears under its name only when it is complete. The same model gives the same bytes.
    What concerns the computer at work (`memory`, `checkpoint`, `n_jobs`, `device`, `verbose`) is no
    part of a model and is left out: a loaded one has the defaults.

    Parameters
    ----------
    model : fitted estimator
        What to save.
    path : str or path-like
        File to write, by custom ``.vartl``; an existing one is replaced.
    provenance : dict, default=None
        What should be remembered of the model's making: surveys, counts, scores, licence,
        citation, date. Values that JSON can express.

    Raises
    ------
    TypeError
        If the model, one of its steps, a parameter or the provenance cannot be expressed as plain
        data; it is named.
    NotFittedError
        If the model is not fitted.
    ValueError
        If the model is larger than any file that `load_model` reads.
    OSError
        If the file cannot be written.

    See Also
    --------
    load_model : The way back.
    read_model_card : The description alone.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier, load_model, save_model
    >>> X, y = make_blobs(n_samples=60, centers=3, random_state=0)
    >>> clf = TransferMLPClassifier((8,), n_estimators=1, max_epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "blobs.vartl"
    ...     save_model(clf, path, provenance={"survey": "blobs"})
    ...     same = load_model(path)
    >>> bool((same.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    node, arrays = encode(model)
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "versions": library_versions(),
        "card": describe(model),
        "provenance": plain_value(dict(provenance or {}), "provenance"),
        "model": node,
    }
    write_archive(path, document, arrays)


def load_model(path: str | os.PathLike[str]) -> Any:
    """Load a model that `save_model` wrote.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    model : fitted estimator
        It predicts what the saved one predicted.

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        If it is no model, is damaged, or was written by a newer version; the message says which.

    See Also
    --------
    save_model : Writes these files.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import FeatureScaler, load_model, save_model
    >>> X, _ = make_blobs(n_samples=60, random_state=0)
    >>> scaler = FeatureScaler().fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scaler.vartl"
    ...     save_model(scaler, path)
    ...     same = load_model(path)
    >>> bool((same.transform(X) == scaler.transform(X)).all())
    True
    """
    document, arrays = read_archive(path)
    try:
        pieces = Arrays(arrays)
        model = decode(document["model"], pieces)
        pieces.refuse_unread()
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}{written_by(document)}") from error
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise ModelFileError(
            f"{path} is damaged: {type(error).__name__}: {error}{written_by(document)}"
        ) from error
    return model


def encode(estimator: Any, path: str = "model") -> tuple[dict[str, Any], dict[str, Any]]:
    """Turn a fitted estimator into plain data: a dict that JSON takes, and arrays by name.

    `path` is where it stands in the model: the prefix of its arrays, and its name in errors. TypeError where it
    cannot be saved, or a parameter is no plain value.
    """
    cls = type(estimator)
    if _SAVEABLE.get(cls.__name__) is not cls:
        raise TypeError(f"{path}: {_refusal(estimator)}")
    node: dict[str, Any] = {"class": cls.__name__}
    arrays: dict[str, Any] = {}
    if cls is TransferPipeline:
        node["steps"] = []
        for name, step in estimator.steps:
            if not (step is None or isinstance(step, str)):
                step, own = encode(step, f"{path}/{name}")
                arrays |= own
            node["steps"].append([name, step])
        return node, arrays
    try:
        if cls is LightCurveFeatures:
            node["params"] = params_to_json(estimator)
        else:
            node["state"], arrays = to_state(estimator)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from error
    return node, {f"{path}/{key}": array for key, array in arrays.items()}


def decode(node: Any, arrays: Arrays, path: str = "model") -> Any:
    """Rebuild the estimator that `encode` turned into plain data.

    ModelFileError where the class is none that can be saved, or the data are not what was written; damaged data may
    raise what they stumble over.
    """
    name = node.get("class") if isinstance(node, dict) else None
    cls = _SAVEABLE.get(name) if isinstance(name, str) else None
    if cls is None:
        raise ModelFileError(
            f"{path} is a {name!r}, which this version cannot load; it knows {sorted(_SAVEABLE)}"
        )
    if cls is TransferPipeline:
        return _decode_pipeline(node, arrays, path)
    if cls is LightCurveFeatures:
        node = entries(node, path, {"class": str, "params": dict})
        features = from_params(cls, node["params"], path)
        # Asks for every feature by its name.
        features.get_feature_names_out()
        return features
    node = entries(node, path, {"class": str, "state": dict})
    return from_state(cls, node["state"], arrays.below(path))


def _decode_pipeline(node, arrays, path):
    # Early versions wrote `verbose`, which is passed over.
    node = entries(node, path, {"class": str, "steps": list}, {"verbose": object})
    steps = [
        (name, decode(child, arrays, f"{path}/{name}") if isinstance(child, dict) else child)
        for name, child in node["steps"]
    ]
    pipeline = TransferPipeline(steps)
    pipeline._validate_params()
    pipeline._validate_steps()
    _check_widths([step for _, step in steps], path)
    return pipeline


def _check_widths(steps, path):
    """Refuse steps of which one gives another number of features than the next one takes."""
    width = None
    for step in steps:
        if step is None or isinstance(step, str):
            continue
        takes = None if isinstance(step, Pipeline) else getattr(step, "n_features_in_", None)
        if None not in (width, takes) and width != takes:
            raise ModelFileError(f"{path}: a step takes {takes} features and is given {width}")
        leaf = not isinstance(step, Pipeline) and hasattr(step, "get_feature_names_out")
        width = len(step.get_feature_names_out()) if leaf else None


def _refusal(estimator):
    kind = type(estimator)
    said = f"{kind.__module__}.{kind.__qualname__} cannot be saved without pickle"
    # A search over what is fine-tuned from a frozen source: the whole way in, at once.
    way, inside = [], estimator
    while True:
        if isinstance(inside, FrozenEstimator):
            name = "estimator"
        elif type(inside).__name__ == "FineTunedClassifier" and hasattr(inside, "model_"):
            name = "model_"
        elif hasattr(inside, "best_estimator_"):
            name = "best_estimator_"
        else:
            break
        way, inside = [*way, name], getattr(inside, name)
    if way:
        return f"{said}: save what it holds, its `{'.'.join(way)}`."
    if kind.__name__ == "FineTunedClassifier":
        return f"{said}: fit it, and save the fine-tuned model, its `model_`."
    return f"{said}. What can be saved: {', '.join(sorted(_SAVEABLE))}. joblib.dump saves any."
