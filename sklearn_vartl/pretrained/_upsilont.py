"""UPSILoN-T's published network as a TransferMLPClassifier; its pickles are read without running them."""

import pickle
import pickletools
import re
import warnings
import zipfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from ..features import UPSILON
from ..preprocessing import FeatureScaler
from ..transfer import Memory, Model, TransferMLPClassifier

MAX_BYTES = 2**26
# A tensor of the published network has 32,768 numbers at most.
_MAX_NUMBERS = 2**24
# What the reference puts in place of log10(0).
_SMALLEST = 1e-10
# The reference writes BatchNorm1d(16, 64) for its first layer, which sets eps = 64.
_FIRST_EPS, _EPS = 64.0, 1e-5
_OF_NORM = ("weight", "bias", "running_mean", "running_var")
# What a damaged pickle may raise.
_WRONG = (
    *(ArithmeticError, AttributeError, EOFError, ImportError, LookupError, MemoryError),
    *(RecursionError, TypeError, ValueError),
)


class _Plain(SimpleNamespace):
    """Stands in for a pickled object of which only the attributes are wanted."""


class _Dtype:
    """Stands in for a dtype: its name as pickled, such as "f8", and its byte order."""

    def __init__(self, name, *_):
        self.name = name.decode() if isinstance(name, bytes) else name
        self.order = ""

    def __setstate__(self, state):
        self.order = state[1]

    def plain(self):
        name = f"{self.order}{self.name}".replace("|", "")
        # numpy makes sense of more than such names, and parses what it takes for several.
        dtype = np.dtype(name) if re.fullmatch(r"[<>=]?[biufUS]\d{1,9}", name) else None
        if dtype is None or not dtype.itemsize:
            raise ValueError(f"arrays of {name:.40} are not read")
        return dtype


class _Array:
    """Stands in for an array: shape, dtype and the bytes or list that fill it."""

    def __setstate__(self, state):
        _, self.shape, self.dtype, self.is_fortran, self.content = state

    def plain(self):
        if isinstance(self.content, list):
            array = np.empty(len(self.content), dtype=object)
            for i, value in enumerate(self.content):
                array[i] = value
        else:
            array = np.frombuffer(_bytes(self.content), self.dtype.plain())
        return array.reshape(self.shape, order="F" if self.is_fortran else "C")


def _reconstruct(*_):
    return _Array()


def _scalar(dtype, content):
    return np.frombuffer(_bytes(content), dtype.plain(), count=1)[0]


def _bytes(content, _=None):
    """Bytes, of which protocol 2 makes text."""
    return content.encode("latin1") if isinstance(content, str) else content


def _admitted():
    table = {("numpy", "ndarray"): _Array, ("numpy", "dtype"): _Dtype}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        table |= {(module, "_reconstruct"): _reconstruct, (module, "scalar"): _scalar}
    for module in ("sklearn.preprocessing._label", "sklearn.preprocessing.label"):
        table[module, "LabelEncoder"] = _Plain
    table["_codecs", "encode"] = _bytes
    return table


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        try:
            return _admitted()[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"The file wants to load {module}.{name}; only numpy arrays and label encoders "
                "are read, so nothing of it was run."
            ) from None


def read_plain_pickle(path):
    """Numbers, strings, lists, dicts, numpy arrays and label encoders of a pickle.

    A label encoder comes as an object with its attributes (`classes_`). Where the file is damaged or holds
    anything else, UnpicklingError; nothing in it is executed.
    """
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
        try:
            _check_claims(data)
            file.seek(0)
            return _settled(_RestrictedUnpickler(file).load(), {})
        except _WRONG as error:
            text = f"{type(error).__name__}: {error}"
            raise pickle.UnpicklingError(f"{path} is damaged: {text}") from error


def _check_claims(data):
    """Refuse what makes the unpickler itself ask for more memory than the file is long."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    for opcode, argument, _ in pickletools.genops(data):
        if "PUT" in opcode.name and argument > len(data):
            raise ValueError(f"it puts an object at place {argument}")


def _settled(value, seen):
    """The content with arrays in place of their stand-ins, each object visited once."""
    if id(value) in seen:
        return seen[id(value)][1]
    settle = partial(_settled, seen=seen)
    if isinstance(value, _Plain | list | dict):
        # The object itself: it may hold itself.
        seen[id(value)] = value, value
        inner = vars(value) if isinstance(value, _Plain) else value
        for key in list(inner) if isinstance(inner, dict) else range(len(inner)):
            inner[key] = settle(inner[key])
        return value
    if isinstance(value, _Array):
        value.content = settle(value.content)
    result = tuple(map(settle, value)) if isinstance(value, tuple) else value
    result = result.plain() if isinstance(result, _Array | _Dtype) else result
    # With the value, so that its identity stays taken.
    seen[id(value)] = value, result
    return result


def load_upsilont(folder):
    """Load UPSILoN-T's published network as a fitted TransferMLPClassifier.

    Parameters
    ----------
    folder : path-like
        Folder with ``state_dict.pt``, ``norm_params.pkl``, ``min_params.pkl`` and
        ``label_encoder.pkl`` as the authors distribute them.

    Returns
    -------
    classifier : TransferMLPClassifier
        One network on the CPU with the 21 classes of OGLE and EROS-2, for
        ``LightCurveFeatures("upsilon")``. `partial_fit_target` fine-tunes it.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    pickle.UnpicklingError
        If a file holds anything but numbers, arrays and the label encoder. No code in the files
        is executed.
    ValueError
        If the network is not UPSILoN-T's.

    Notes
    -----
    The reference takes log10(x - x_min), x_min from its training stars, which is NaN for a star
    below the minimum; here such values are clipped, and scaled ones limited to 6 standard
    deviations. The batch normalisations around the linear layers are merged into them, which
    changes nothing in the probabilities.

    References
    ----------
    .. [1] Kim, D.-W., Yeo, D., Bailer-Jones, C. A. L., Lee, G. (2021). "Deep transfer learning
       for the classification of variable sources". A&A 653, A22.

    Examples
    --------
    With the authors' four files in a folder ``model``::

        pipeline = make_transfer_pipeline(LightCurveFeatures("upsilon"), load_upsilont("model"))
        pipeline.predict(light_curves)

    Where a file is missing, it is named:

    >>> from sklearn_vartl import load_upsilont
    >>> load_upsilont("no_such_folder")
    Traceback (most recent call last):
    FileNotFoundError: ...no_such_folder/label_encoder.pkl...
    """
    folder = Path(folder)
    names = ("label_encoder", "norm_params", "min_params")
    encoder, *params = (read_plain_pickle(folder / f"{name}.pkl") for name in names)
    tensors = _read_tensors(folder / "state_dict.pt")
    try:
        classes = _classes(encoder)
        scaler = _scaler(*params)
        weights = _weights(tensors, len(classes))
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"The files in {folder} are not UPSILoN-T's: {error}") from error
    n_features = len(UPSILON)
    model = Model(
        members=(weights,),
        classes=classes,
        class_count=np.ones(len(classes)),
        scaler=scaler,
        memory=Memory(np.empty((0, n_features)), classes[:0], np.empty(0)),
    )
    classifier = TransferMLPClassifier(n_estimators=1, scaler=FeatureScaler(add_indicator=False))
    classifier.n_features_in_ = n_features
    classifier.model_ = classifier.source_model_ = model
    return classifier


def _classes(encoder):
    classes = encoder.classes_
    if np.ndim(classes) != 1 or not all(isinstance(name, str) for name in classes.tolist()):
        raise ValueError("label_encoder.pkl must hold the names of classes.")
    return np.array(classes.tolist(), dtype=object)


def _scaler(norm_params, min_params):
    medians, deviations = (np.asarray(p, dtype=np.float64) for p in norm_params)
    if medians.shape != (len(UPSILON),) or deviations.shape != medians.shape:
        raise ValueError(f"norm_params.pkl must hold twice {len(UPSILON)} numbers.")
    minima = [min_params.get(f"min_{name}") for name in UPSILON]
    scaler = FeatureScaler(add_indicator=False, circular=None)
    scaler.n_features_in_ = len(UPSILON)
    scaler.kinds_ = np.array(["linear" if m is None else "log10" for m in minima], dtype="<U8")
    scaler.shift_ = np.array([0.0 if m is None else float(m) for m in minima])
    scaler.width_ = np.array([1.0 if m is None else _SMALLEST for m in minima])
    scaler.center_, scaler.scale_ = medians, deviations
    scaler.fill_ = np.zeros(len(UPSILON))
    return scaler


def _read_tensors(path):
    import torch

    _check_archive(path)
    try:
        # Whatever the parser stumbled over.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, pickle.UnpicklingError):
        raise
    except Exception as error:
        text = str(error).strip().split("\n")[0] or type(error).__name__
        raise ValueError(f"{path} is damaged: {text}") from error
    if not isinstance(tensors, dict):
        raise ValueError(f"{path} holds no tensors by name.")
    return {name: _array(tensor, path) for name, tensor in tensors.items()}


def _check_archive(path):
    """Entries are stored, never compressed: a file cannot unfold to more than its own size."""
    try:
        # Python 3.11's own question raises for an archive of several disks.
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise ValueError(f"{path} is compressed, which files of torch never are.")


def _array(tensor, path):
    import torch

    # A view may claim any size whatever the file holds.
    plain = isinstance(tensor, torch.Tensor) and tensor.layout is torch.strided
    if not plain or tensor.is_meta or tensor.numel() > _MAX_NUMBERS or tensor.is_complex():
        raise ValueError(f"{path} holds something else than the tensors of UPSILoN-T.")
    return tensor.detach().double().numpy()


def _weights(tensors, n_classes):
    """Merge the reference's layers BN, (linear, ReLU, BN) x 3, linear, BN into ours."""
    try:
        linear = [(tensors[f"fc{k}.weight"], tensors[f"fc{k}.bias"]) for k in (1, 2, 3, 4)]
        norms = [[tensors[f"bn{k}.{part}"] for part in _OF_NORM] for k in (1, 2, 3, 4, 5)]
    except KeyError as missing:
        raise ValueError(f"state_dict.pt is not UPSILoN-T's: {missing} is missing.") from None
    if linear[0][0].shape[1] != len(UPSILON) or len(linear[3][1]) != n_classes:
        raise ValueError("state_dict.pt does not fit the 16 features and the label encoder.")
    slope, offset = _affine(norms[0], _FIRST_EPS)
    first, bias = linear[0]
    linear[0] = first * slope, bias + first @ offset
    slope, offset = _affine(norms[4], _EPS)
    last, bias = linear[3]
    head = slope[:, None] * last, slope * bias + offset
    weights = {"head.weight": head[0], "head.bias": head[1]}
    for k in range(3):
        weights |= {f"backbone.{k}.linear.weight": linear[k][0]}
        weights |= {f"backbone.{k}.linear.bias": linear[k][1]}
        named = zip(_OF_NORM, norms[k + 1], strict=True)
        weights |= {f"backbone.{k}.norm.{part}": array for part, array in named}
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _affine(norm, eps):
    """A batch normalisation with fixed statistics as slope * x + offset."""
    weight, bias, mean, variance = norm
    slope = weight / np.sqrt(variance + eps)
    return slope, bias - slope * mean
