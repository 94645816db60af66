"""A small source and target survey with other classes and another zero point."""

from types import SimpleNamespace

import numpy as np
import pytest

CENTRES = {
    "RRAB": (4, 0, 0, 0),
    "EC": (0, 4, 0, 0),
    "ED": (0, 0, 4, 0),
    "LPV": (0, 0, 0, 4),
    "ESD": (0, 3, 3, 0),
    "QSO": (-4, -4, 0, 0),
}


def _survey(classes, n, seed, shift=0.0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.array(classes, dtype=object), n)
    X = np.array([CENTRES[label] for label in y]) + rng.normal(size=(len(y), 4)) + shift
    order = rng.permutation(len(y))
    return X[order], y[order]


@pytest.fixture(scope="session")
def survey():
    """A function (classes, stars a class, seed, shift) -> X, y."""
    return _survey


@pytest.fixture(scope="session")
def quick():
    """Parameters of a network that trains in a tenth of a second."""
    return {
        "hidden_layer_sizes": (16, 8),
        "n_estimators": 1,
        "max_epochs": 10,
        "min_steps": 60,
        "learning_rate": 1e-2,
        "random_state": 0,
    }


@pytest.fixture(scope="session")
def data():
    """Source of four classes; target with ESD new and LPV gone, shifted a little."""
    target = ["EC", "ED", "ESD", "RRAB"]
    return SimpleNamespace(
        source=_survey(["RRAB", "EC", "ED", "LPV"], 100, 0),
        target=_survey(target, 12, 1, 0.4),
        test=_survey(target, 100, 2, 0.4),
    )


@pytest.fixture
def source(data, quick):
    """A freshly fitted source classifier (a copy: tests may change it)."""
    from copy import deepcopy

    return deepcopy(_fitted(data, quick))


_cache = {}


def _fitted(data, quick):
    if "source" not in _cache:
        from sklearn_vartl.transfer import TransferMLPClassifier

        _cache["source"] = TransferMLPClassifier(**quick).fit(*data.source)
    return _cache["source"]


@pytest.fixture
def networks_alone(monkeypatch):
    """Fine-tuned networks judge without what the source's say of the stars."""
    monkeypatch.setattr("sklearn_vartl.transfer._model._FIRST_SAY", 0.0)
