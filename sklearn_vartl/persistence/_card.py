"""Model cards: what a model is, as data and as text."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from sklearn.pipeline import Pipeline

from ._codecs import plain_value

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


def model_card(model, *, provenance=None):
    """Describe a fitted model in Markdown.

    Parameters
    ----------
    model : fitted estimator, str or path-like
        The model, or the file of one: what `save_model` was told of it stands in the card then.
    provenance : dict, default=None
        What should be said beside what the model itself knows, as `save_model` takes it: the keys
        ``"licence"``, ``"citation"`` and ``"scores"`` have sections of their own, anything else
        stands under data. Added to what the file says.

    Returns
    -------
    text : str

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
    return render(read(model) if isinstance(model, str | os.PathLike) else own(model), provenance)


def read(path):
    """The card in a file."""
    from ._model import read_model_card

    return read_model_card(path)


def own(model):
    """The card of a model in memory."""

    return {"versions": library_versions(), **describe(model), "provenance": {}}


def render(card, provenance=None):
    """A card as `read_model_card` returns it, in Markdown.

    Parameters
    ----------
    card : dict
        Of any format version: what it lacks is left out.
    provenance : dict, default=None
        Added to the card's own.
    """
    told = {**card.get("provenance", {}), **(provenance or {})}
    special = {name: told.pop(name, None) for name in ("scores", "licence", "citation")}
    sections = {
        None: _summary(card),
        "Data": _tree(told) or ["Nothing was recorded."],
        "Classes": _classes(card),
        "Features": [", ".join(f"`{name}`" for name in card.get("feature_names") or ())],
        "Settings": _tree(card.get("settings") or {}),
        "Scores": _tree(_as_tree(special["scores"])),
        "Versions": _tree(card.get("versions") or {}),
        "Licence": [] if special["licence"] is None else [str(special["licence"])],
        "Citation": _tree(_as_tree(special["citation"])),
    }
    lines = [f"# {card.get('model', 'Model')}"]
    for title, body in sections.items():
        if any(body):
            lines += ["", *([f"## {title}", ""] if title else []), *body]
    return "\n".join(lines) + "\n"


def _summary(card):
    n_classes, n_features = len(card.get("classes") or ()), card.get("n_features")
    text = f"Classifies into {n_classes} classes by {n_features} features." if n_classes else ""
    if card.get("is_transferred"):
        source = ", ".join(map(str, card.get("source_classes") or ()))
        text += f" Fine-tuned from a source with the classes {source}."
    steps = [f"{number}. {step}" for number, step in enumerate(card.get("steps") or (), 1)]
    return [text, *(["", *steps] if steps else [])]


def _classes(card):
    counts = card.get("class_counts")
    if counts:
        rows = [f"| {_cell(name)} | {count:g} |" for name, count in counts.items()]
        return ["| class | training stars |", "|---|---|", *rows]
    return [", ".join(map(str, card.get("classes") or ()))]


def _as_tree(value):
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def _tree(entries, indent=""):
    """Nested dicts as nested lists."""
    lines = []
    for name, value in entries.items():
        head = f"{indent}- {name}:" if name else f"{indent}-"
        if isinstance(value, dict) and value:
            lines += [head, *_tree(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{head} {', '.join(map(_word, value)) or '-'}")
        else:
            lines.append(f"{head} {_word(value)}")
    return lines


def _word(value):
    return "-" if value in (None, {}) else " ".join(str(value).split())


def _cell(value):
    return str(value).replace("|", "\\|")
