"""The file of a model, read without running any code in it: a zip of JSON and safetensors.

With it, values as plain data: what of it a model file may hold, and the way back.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from .._files import complete
from ..features import LightCurveFeatures
from ..preprocessing import FeatureScaler
from ..transfer import TransferEnsembleClassifier, TransferMLPClassifier

FORMAT = "sklearn_vartl model"
FORMAT_VERSION = 1
DOCUMENT, ARRAYS = "model.json", "arrays.safetensors"
# Far above any model of this package, far below what would fill a computer's memory: a parsed JSON
# document takes some twenty times its text.
MAX_DOCUMENT_BYTES = 2**26
MAX_ARRAY_BYTES = 2**31


class ModelFileError(ValueError):
    """A file that is no model, is damaged, or was written by a newer version.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_vartl.persistence import ModelFileError, load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "no_model.vartl"
    ...     _ = path.write_text("something else")
    ...     try:
    ...         load_model(path)
    ...     except ModelFileError:
    ...         print("no model")
    no model
    """


def write_archive(
    path: str | os.PathLike[str], document: dict[str, Any], arrays: dict[str, np.ndarray]
) -> None:
    """Write a model file, a document for JSON and arrays; it appears under its name only when it is complete."""
    from safetensors.numpy import save

    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    block = save({name: _plain_array(array) for name, array in arrays.items()})
    if len(text) > MAX_DOCUMENT_BYTES or len(block) > MAX_ARRAY_BYTES:
        raise ValueError(
            f"The model is too large for a model file: {len(text)} bytes of description (limit "
            f"{MAX_DOCUMENT_BYTES}), {len(block)} bytes of arrays (limit {MAX_ARRAY_BYTES})."
        )
    with complete(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(DOCUMENT), text)
        archive.writestr(_entry(ARRAYS), block)


def read_archive(path, *, with_arrays=True):
    """The document and the arrays (None unless they are wanted) of a model file.

    OSError where it cannot be read, ModelFileError where it is no model file, is damaged, or has a format that is
    not known yet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked_entries(archive)
            document = _parse_document(archive.read(entries[DOCUMENT]))
            arrays = _parse_arrays(archive.read(entries[ARRAYS])) if with_arrays else None
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise ModelFileError(f"{path} is no model file, or is damaged: {error}") from error
    _check_format(document, path)
    return document, arrays


def _check_format(document, path):
    version = document.get("format_version")
    if document.get("format") != FORMAT or type(version) is not int or version < 1:
        raise ModelFileError(f"{path} is no model of sklearn_vartl")
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"{path} has format version {version}, this version of sklearn_vartl reads up to "
            f"{FORMAT_VERSION}{written_by(document)}: upgrade sklearn_vartl"
        )
    required = {"format": str, "format_version": int, "versions": dict, "card": dict}
    try:
        entries(document, "the file", required | {"provenance": dict, "model": dict})
    except ModelFileError as error:
        raise ModelFileError(f"{path} is damaged: {error}{written_by(document)}") from error


def written_by(document: dict[str, Any]) -> str:
    """Which version made a file, for messages; empty where it does not say."""
    versions = document.get("versions")
    maker = versions.get("sklearn_vartl") if isinstance(versions, dict) else None
    return f" (written by sklearn_vartl {maker})" if isinstance(maker, str) else ""


def _checked_entries(archive):
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if sorted(names) != sorted([DOCUMENT, ARRAYS]):
        raise ModelFileError(
            f"no model file: it holds {len(names)} entries, among them {names[:3]}, instead of "
            f"{DOCUMENT} and {ARRAYS}"
        )
    found = dict(zip(names, entries, strict=True))
    limits = {DOCUMENT: MAX_DOCUMENT_BYTES, ARRAYS: MAX_ARRAY_BYTES}
    for name, entry in found.items():
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ModelFileError(f"{name} is compressed; entries of a model file never are")
        if entry.file_size > limits[name]:
            raise ModelFileError(
                f"{name} has {entry.file_size} bytes, more than the limit of {limits[name]}"
            )
    return found


def _parse_document(data):
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{DOCUMENT} is damaged: {error}") from error
    if not isinstance(document, dict):
        raise ModelFileError(f"{DOCUMENT} is damaged: it holds no JSON object")
    return document


def _parse_arrays(data):
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{ARRAYS} is damaged: {error}") from error


def _entry(name):
    # A fixed time stamp: the same model makes the same bytes.
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))


def _plain_array(array):
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")


def entries(
    node: Any, where: str, required: Mapping[str, Any], optional: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A JSON object whose entries are those that the format knows; `where` names it in an error.

    `required` and `optional` have the entries that must, and may, be there with their type or types. bool is no int.
    """
    if type(node) is not dict:
        raise ModelFileError(f"{where} is {short(node)}, no JSON object")
    known = {**required, **(optional or {})}
    for key, value in node.items():
        if key not in known:
            raise ModelFileError(f"{where} has an entry {key!r}, which no model file has")
        kinds = known[key] if isinstance(known[key], tuple) else (known[key],)
        if object not in kinds and type(value) not in kinds:
            raise ModelFileError(f"{where}: {key!r} cannot be {short(value)}")
    missing = sorted(set(required) - set(node))
    if missing:
        raise ModelFileError(f"{where} has no entry {missing[0]!r}")
    return node


def short(value: Any) -> str:
    """A value in a message, however long it is."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


class Arrays(Mapping):
    """The arrays below one place of a model file, which notes those that are read.

    Their names begin with the prefix, which is no part of the keys; `read` is the set that notes them.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], prefix: str = "", read=None):
        self._arrays, self._prefix = arrays, prefix
        self._read: set[str] = set() if read is None else read

    def __getitem__(self, name):
        array = self._arrays[self._prefix + name]
        self._read.add(self._prefix + name)
        return array

    def __iter__(self):
        skipped = len(self._prefix)
        return (name[skipped:] for name in self._arrays if name.startswith(self._prefix))

    def __len__(self):
        return sum(1 for _ in self)

    def below(self, place: str) -> "Arrays":
        """The arrays whose names begin with ``place/``."""
        return Arrays(self._arrays, f"{self._prefix}{place}/", self._read)

    def refuse_unread(self) -> None:
        """Refuse a file that holds other arrays than those that were read."""
        unread = sorted(set(self._arrays) - self._read)
        if unread:
            raise ModelFileError(f"the array {unread[0]!r} belongs to nothing in the model")


#: Parameters that concern the computer at work: no part of a model, and never taken from a file,
#: which would have it write to folders, start threads or ask for devices of its own choice.
LOCAL = frozenset({"checkpoint", "device", "memory", "n_jobs", "verbose"})

# Of these, earlier versions wrote some: passed over in their files.
_ONCE_WRITTEN = frozenset({"device", "n_jobs", "verbose"})

_TRAINING = frozenset(
    """hidden_layer_sizes n_estimators strategy learning_rate backbone_learning_rate max_epochs
    min_steps sampling class_weight early_stopping validation_fraction n_iter_no_change
    transfer_scaler calibration priors evidence keep scaler random_state""".split()
)

#: The parameters that a file holds of each class: all but the local ones.
PARAMETERS = {
    FeatureScaler: frozenset("log clip circular center scale impute add_indicator".split()),
    LightCurveFeatures: frozenset(
        """features period_engine min_period max_period oversampling min_observations outliers
        on_error passthrough bands""".split()
    ),
    TransferEnsembleClassifier: _TRAINING | {"views", "n_trees"},
    TransferMLPClassifier: _TRAINING | {"weight_decay", "label_smoothing", "batch_size"},
}

# What any model needs, and what keeps a computer busy for ever: the numbers of a file are a
# stranger's. A width is one of `hidden_layer_sizes`.
_LIMITS = {
    "min_period": (1e-5, np.inf),
    "oversampling": (1, 1000),
    "min_observations": (7, 1_000_000_000),
    "n_estimators": (1, 10_000),
    "n_trees": (0, 100_000),
    "max_epochs": (1, 1_000_000),
    "min_steps": (0, 10_000_000),
    "batch_size": (1, 100_000_000),
    "hidden_layer_sizes": (1, 100_000),
}

_NUMBER = (int, float)


def plain_value(value: Any, name: str) -> Any:
    """Turn a parameter into None, bool, int, float, str, or lists and dicts of these; `name` is for the error."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_value(entry, name) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain_value(entry, name) for key, entry in value.items()}
    raise TypeError(
        f"{name}={value!r} cannot be saved without pickle: set it to a plain value first, or use "
        "joblib.dump."
    )


def check_array(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape or type than float64, or with values that are no numbers."""
    if array.shape != shape or array.dtype != np.float64:
        raise ModelFileError(f"{name} is {array.dtype} of shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        raise ModelFileError(f"{name} holds values that are no finite numbers")


def labels_to_json(labels: np.ndarray) -> dict[str, Any]:
    """Labels and their dtype."""
    return {"dtype": labels.dtype.str, "values": plain_value(labels.tolist(), "labels")}


def labels_from_json(state: Any, where: str) -> np.ndarray:
    """What `labels_to_json` was given."""
    state = entries(state, where, {"dtype": str, "values": list})
    kind = np.dtype(state["dtype"]).kind
    if kind not in "biufUO":
        raise ModelFileError(f"{where} cannot have the dtype {state['dtype']!r}")
    if any(type(value) not in (bool, int, float, str) for value in state["values"]):
        raise ModelFileError(f"{where} are names and numbers only")
    # The width of strings follows from the values: one that is declared may fill any memory.
    return np.array(state["values"], dtype=str if kind == "U" else np.dtype(state["dtype"]))


def names_from_json(names: list[Any] | None, n: int, where: str) -> np.ndarray | None:
    """Names of n features, or None where they have none."""
    if names is None:
        return None
    if len(names) != n or any(type(name) is not str for name in names):
        raise ModelFileError(f"{where} are not {n} names")
    return np.asarray(names, dtype=object)


def params_to_json(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator that belong in a file, in the order of their names.

    TypeError names one that cannot be expressed as plain data.
    """
    allowed, params = PARAMETERS[type(estimator)], estimator.get_params(deep=False)
    found = {name: _param_to_json(value, name) for name, value in params.items() if name in allowed}
    _check_limits(found)
    return found


def _param_to_json(value, name):
    if type(value) is FeatureScaler:
        return {"FeatureScaler": params_to_json(value)}
    if isinstance(value, dict):
        # JSON's own keys are text only.
        return {"pairs": [[plain_value(k, name), plain_value(v, name)] for k, v in value.items()]}
    return plain_value(value, name)


def from_params(cls: Any, params: Any, where: str) -> Any:
    """An estimator of class `cls` with the parameters of a file; local ones are the defaults.

    ModelFileError for a parameter that `PARAMETERS` does not allow or that is far beyond any use,
    InvalidParameterError for a value that the class does not take.
    """
    where = f"{where}: the parameters of {cls.__name__}"
    old = _ONCE_WRITTEN & set(cls._parameter_constraints)
    known: Iterable[str] = PARAMETERS[cls] | old
    params = entries(params, where, {}, dict.fromkeys(known, object))
    _check_limits(params)
    found = {name: _param_from_json(v, where) for name, v in params.items() if name not in old}
    # Of these the defaults are tuples.
    for name in ("hidden_layer_sizes", "keep"):
        if isinstance(found.get(name), list):
            found[name] = tuple(found[name])
    if cls is LightCurveFeatures:
        # Models of earlier versions have learned features of all points.
        found.setdefault("outliers", "keep")
    estimator = cls(**found)
    estimator._validate_params()
    return estimator


def _param_from_json(value, where):
    if not isinstance(value, dict):
        return value
    if "FeatureScaler" in value:
        value = entries(value, where, {"FeatureScaler": dict})
        return from_params(FeatureScaler, value["FeatureScaler"], where)
    return dict(entries(value, where, {"pairs": list})["pairs"])


def _check_limits(params):
    for name, (low, high) in _LIMITS.items():
        values = params.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            if type(value) in _NUMBER and not low <= value <= high:
                raise ModelFileError(
                    f"{name}={short(value)} is no value for a model file: {low} to {high} are"
                )
