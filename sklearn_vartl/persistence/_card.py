"""Model cards: what a model is, as data and as text; versions of what it depends on."""

import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sklearn.pipeline import Pipeline

from ._archive import LOCAL, ModelFileError, entries, plain_value, read_archive, written_by

_LIBRARIES = ("numpy", "scikit-learn", "scipy", "torch", "skorch", "safetensors")
# What results and speed depend on first.
_ALL_LIBRARIES = (
    "numpy", "scipy", "scikit-learn", "numba", "llvmlite", "pandas", "pyarrow", "torch", "skorch",
    "joblib", "feets", "safetensors", "astropy", "dask", "nested-pandas", "matplotlib",
)  # fmt: skip
# What a card says; those of early versions say less.
_CARD = {
    "model": str,
    "steps": list,
    "n_features": (int, type(None)),
    "feature_names": (list, type(None)),
    "classes": (list, type(None)),
    "class_counts": (dict, type(None)),
    "source_classes": (list, type(None)),
    "is_transferred": (bool, type(None)),
    "settings": dict,
}


def describe(model: Any) -> dict[str, Any]:
    """What a fitted model is, as JSON can hold it: kind, steps, features, classes; None for what it has not."""
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


def library_versions() -> dict[str, str | None]:
    """Versions of Python and of the libraries a model was made with."""
    # Not at the top: the package's own __init__ imports this module.
    from .. import __version__

    found: dict[str, str | None] = {
        "python": platform.python_version(),
        "sklearn_vartl": __version__,
    }
    return found | {name: _version(name) for name in _LIBRARIES}


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def show_versions() -> None:
    """Print the versions of Python, of this package and of the libraries it works with, and how its kernels run.

    Examples
    --------
    >>> import sklearn_vartl
    >>> sklearn_vartl.show_versions()  # doctest: +ELLIPSIS
    sklearn_vartl...
    python...
    """
    from .. import __version__
    from .._compiled import how_kernels_run

    lines = {
        "sklearn_vartl": __version__,
        "python": sys.version.replace("\n", " "),
        "system": platform.platform(),
        "kernels": how_kernels_run(),
        **{name: _version(name) or "not installed" for name in _ALL_LIBRARIES},
    }
    for name, what in lines.items():
        print(f"{name:15} {what}")


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
    """The parameters of each step, but for those that concern the computer at work."""
    return {
        name: {
            key: _readable(value, key)
            for key, value in step.get_params(deep=False).items()
            if key not in LOCAL
        }
        for name, step in steps
        if not (step is None or isinstance(step, str))
    }


def _readable(value, name):
    try:
        return plain_value(value, name)
    except TypeError:
        return " ".join(repr(value).split())


def read_model_card(path: str | os.PathLike[str]) -> dict[str, Any]:
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
    try:
        card = entries(document["card"], "the description", {}, _CARD)
    except ModelFileError as error:
        raise ModelFileError(f"{path} is damaged: {error}{written_by(document)}") from error
    return {
        "format_version": document["format_version"],
        "versions": document["versions"],
        **card,
        "provenance": document["provenance"],
    }


def model_card(
    model: Any | str | os.PathLike[str], *, provenance: Mapping[str, Any] | None = None
) -> str:
    """Describe a fitted model in Markdown.

    Parameters
    ----------
    model : fitted estimator, str or path-like
        The model, or the file of one: what `save_model` was told of it stands in the card then.
    provenance : dict, default=None
        What should be said beside what the model itself knows, as `save_model` takes it: the keys
        ``"licence"``, ``"citation"`` and ``"scores"`` have sections of their own, anything else
        stands under data. Added to what the file says.

    Raises
    ------
    OSError, ModelFileError
        If the file cannot be read, or is no model.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_vartl import TransferMLPClassifier
    >>> from sklearn_vartl.persistence import model_card
    >>> X, y = make_blobs(n_samples=60, centers=[[0, 0], [9, 9]], random_state=0)
    >>> clf = TransferMLPClassifier((8,), n_estimators=1, max_epochs=5, random_state=0).fit(X, y)
    >>> print(model_card(clf, provenance={"survey": "blobs", "licence": "CC0"})[:74])
    # TransferMLPClassifier
    <BLANKLINE>
    Classifies into 2 classes by 2 features.
    <BLANKLINE>
    ## Data
    """
    if isinstance(model, str | os.PathLike):
        card = read_model_card(model)
    else:
        card = {"versions": library_versions(), **describe(model)}
    told = {**card.get("provenance", {}), **(provenance or {})}
    special = {name: told.pop(name, None) for name in ("scores", "licence", "citation")}
    # Files of the first versions say less: what is empty is left out.
    sections = {
        None: _summary(card),
        "Data": _tree(told) or ["Nothing was recorded."],
        "Classes": _classes(card),
        "Features": [", ".join(f"`{_word(name)}`" for name in card.get("feature_names") or ())],
        "Settings": _tree(card.get("settings") or {}),
        "Scores": _tree(_as_tree(special["scores"])),
        "Versions": _tree(card["versions"]),
        "Licence": [] if special["licence"] is None else [_word(special["licence"])],
        "Citation": _tree(_as_tree(special["citation"])),
    }
    lines = [f"# {_word(card.get('model', 'Model'))}"]
    for title, body in sections.items():
        if any(body):
            lines += ["", *([f"## {title}", ""] if title else []), *body]
    return "\n".join(lines) + "\n"


def _summary(card):
    n_classes, n_features = len(card.get("classes") or ()), card.get("n_features")
    text = f"Classifies into {n_classes} classes by {n_features} features." if n_classes else ""
    if card.get("is_transferred"):
        source = ", ".join(map(_word, card.get("source_classes") or ()))
        text += f" Fine-tuned from a source with the classes {source}."
    steps = [f"{number}. {_word(step)}" for number, step in enumerate(card.get("steps") or (), 1)]
    return [text, *(["", *steps] if steps else [])]


def _classes(card):
    counts = card.get("class_counts")
    if counts:
        rows = [f"| {_word(name)} | {_count(count)} |" for name, count in counts.items()]
        return ["| class | training stars |", "|---|---|", *rows]
    return [", ".join(map(_word, card.get("classes") or ()))]


def _as_tree(value):
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def _tree(entries, indent=""):
    """Nested dicts as nested lists."""
    lines = []
    for name, value in entries.items():
        head = f"{indent}- {_word(name)}:" if name else f"{indent}-"
        if isinstance(value, dict) and value:
            lines += [head, *_tree(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{head} {', '.join(map(_word, value)) or '-'}")
        else:
            lines.append(f"{head} {_word(value)}")
    return lines


def _count(value):
    return f"{value:g}" if isinstance(value, int | float) else _word(value)


def _word(value):
    """Text of one line that begins nothing new in Markdown, whatever a file says."""
    return "-" if value in (None, {}) else " ".join(str(value).split()).replace("|", "\\|")
