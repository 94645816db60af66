"""save_model and load_model."""

from numbers import Real

import numpy as np
from sklearn.pipeline import Pipeline

from ..network import layer_names, weights_shape
from . import _card
from ._archive import ModelFileError, read_archive, write_archive
from ._codecs import decode, encode, plain_value


def check_model(model):
    """Check a loaded model.

    Raises
    ------
    ModelFileError
        If arrays are missing, superfluous, or of the wrong size.
    """
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    if hasattr(last, "source_model_"):
        for learned in (last.source_model_, last.model_):
            check = _check_ensemble if hasattr(learned, "views") else _check_learned
            check(learned, last.n_features_in_)


def _check_ensemble(learned, n_features):
    n_inputs = _n_inputs(learned.scaler, n_features)
    for network, view in zip(learned.networks, learned.views, strict=True):
        if network.classes.tolist() != learned.classes.tolist():
            raise ModelFileError("the networks of an ensemble have different classes")
        _check_learned(network, len(view))
    n_stars = len(learned.memory.y)
    _check_shape("memory/X", learned.memory.X, (n_stars, n_inputs))
    _check_shape("memory/weight", learned.memory.weight, (n_stars,))
    _check_calibration(learned.calibration)


def _n_inputs(scaler, n_features):
    if scaler is None:
        return n_features
    if scaler.n_features_in_ != n_features:
        raise ModelFileError("the scaler has another number of features than the network")
    return len(scaler.get_feature_names_out())


def _check_learned(learned, n_features):
    n_classes = len(learned.classes)
    n_inputs = _n_inputs(learned.scaler, n_features)
    if not learned.members or n_classes < 1:
        raise ModelFileError("there is no network, or there are no classes")
    for weights in learned.members:
        if (weights_shape(weights)[0], weights_shape(weights)[2]) != (n_inputs, n_classes):
            raise ModelFileError("a network does not fit the features and classes")
        found = {name: (array.shape, array.dtype) for name, array in weights.items()}
        if found != _expected(weights):
            raise ModelFileError("the arrays of a network do not fit each other")
    n_stars = len(learned.memory.y)
    _check_shape("class_count", learned.class_count, (n_classes,))
    _check_shape("memory/X", learned.memory.X, (n_stars, n_features))
    _check_shape("memory/weight", learned.memory.weight, (n_stars,))
    _check_calibration(learned.calibration)


def _check_calibration(calibration):
    # As many as there were stars to hold out: a number that stands nowhere else.
    scores = calibration.scores
    _check_shape("held_out_scores", scores, (scores.size,))
    temperature = calibration.temperature
    if not isinstance(temperature, Real) or not 0 < temperature < np.inf:
        raise ModelFileError(f"the temperature is {temperature!r}, no positive number")


def _expected(weights):
    n_in, hidden, n_classes = weights_shape(weights)
    float32 = np.dtype(np.float32)
    expected = {}
    for layer, n_out in zip(layer_names(weights), [*hidden, n_classes], strict=True):
        linear = layer if layer == "head" else f"{layer}.linear"
        expected[f"{linear}.weight"] = ((n_out, n_in), float32)
        expected[f"{linear}.bias"] = ((n_out,), float32)
        if layer != "head":
            for part in ("weight", "bias", "running_mean", "running_var"):
                expected[f"{layer}.norm.{part}"] = ((n_out,), float32)
        n_in = n_out
    return expected


def _check_shape(name, array, shape):
    if array.shape != shape or array.dtype != np.float64:
        raise ModelFileError(f"{name} is {array.dtype} of shape {array.shape}, expected {shape}")


FORMAT = "sklearn_vartl model"


FORMAT_VERSION = 1


def save_model(model, path, *, provenance=None):
    """Save a fitted model as a file that can be read without running any code in it.

    The file is a zip of a JSON document and a safetensors block. Unlike a pickle it does not
    depend on the versions of scikit-learn, numpy or torch, and it may come from a stranger.
    `TransferPipeline`, `LightCurveFeatures`, `FeatureScaler` and `TransferMLPClassifier` can be
    saved; anything else is refused, before a byte is written (``joblib.dump`` saves any).

    The file appears under its name only when it is complete. The same model gives the same bytes.
    Caches (`memory`) are no part of a model and are left out.

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
        "versions": _card.library_versions(),
        "card": _card.describe(model),
        "provenance": plain_value(dict(provenance or {}), "provenance"),
        "model": node,
    }
    write_archive(path, document, arrays)


def load_model(path):
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
    _check_format(document, path)
    try:
        model = decode(document["model"], arrays)
        check_model(model)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}{_written_by(document)}") from error
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
            f"{path} is damaged: {type(error).__name__}: {error}{_written_by(document)}"
        ) from error
    return model


def read_model_card(path):
    """Read the description of a saved model, without its weights.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    card : dict
        ``format_version``, ``versions`` (of the libraries it was made with), ``model``,
        ``steps``, ``n_features``, ``feature_names``, ``classes``, ``source_classes``,
        ``is_transferred``, ``provenance``.

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        If it is no model, is damaged, or was written by a newer version.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import FeatureScaler, save_model
    >>> from sklearn_vartl.persistence import read_model_card
    >>> X, _ = make_blobs(n_samples=60, random_state=0)
    >>> scaler = FeatureScaler().fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scaler.vartl"
    ...     save_model(scaler, path, provenance={"survey": "blobs"})
    ...     card = read_model_card(path)
    >>> card["model"], card["n_features"], card["provenance"]
    ('FeatureScaler', 2, {'survey': 'blobs'})
    """
    document, _ = read_archive(path, with_arrays=False)
    _check_format(document, path)
    card, provenance = document.get("card"), document.get("provenance")
    if not isinstance(card, dict) or not isinstance(provenance, dict):
        raise ModelFileError(f"{path} is damaged: it has no description")
    return {
        "format_version": document["format_version"],
        "versions": document.get("versions"),
        **card,
        "provenance": provenance,
    }


def _check_format(document, path):
    version = document.get("format_version")
    if document.get("format") != FORMAT or type(version) is not int or version < 1:
        raise ModelFileError(f"{path} is no model of sklearn_vartl")
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"{path} has format version {version}, this version of sklearn_vartl reads up to "
            f"{FORMAT_VERSION}{_written_by(document)}: upgrade sklearn_vartl"
        )


def _written_by(document):
    versions = document.get("versions")
    maker = versions.get("sklearn_vartl") if isinstance(versions, dict) else None
    return f" (written by sklearn_vartl {maker})" if isinstance(maker, str) else ""
