"""A process that computes is killed: an error, no waiting, and the next call works."""

import os
import signal
from multiprocessing import current_process

import numpy as np
import pytest
from joblib import parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.model_selection import GridSearchCV

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    make_transfer_pipeline,
)
from sklearn_vartl.features import _extraction
from sklearn_vartl.network import _jobs

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")


def stars(n=130, points=12):
    rng = np.random.default_rng(0)
    size = np.repeat([1.0, 5.0], [n // 2 * points, (n - n // 2) * points])
    return LightCurves(
        np.tile(np.arange(float(points)), n),
        rng.normal(size=n * points) * size,
        offsets=np.arange(n + 1) * points,
        labels=np.repeat(["a", "b"], [n // 2, n - n // 2]),
    )


class Deadly(FeatureScaler):
    """Kills the process it is fitted in, unless that is the tests' own."""

    def fit(self, X, y=None):
        if current_process().name != "MainProcess":
            die()
        return super().fit(X, y)


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyCache:
    """In the place of the cache of features."""

    def __init__(self, folder, signature):
        pass

    keys = rows = die


def test_features(tmp_path, monkeypatch):
    X, names = stars(), ["amplitude", "skewness"]
    expected = LightCurveFeatures(names).transform(X)
    with parallel_config(backend="loky", n_jobs=2):
        with monkeypatch.context() as patch:
            patch.setattr(_extraction, "RowCache", DeadlyCache)
            with pytest.raises(TerminatedWorkerError, match="terminated"):
                LightCurveFeatures(names, memory=tmp_path).transform(X)
        np.testing.assert_array_equal(LightCurveFeatures(names).transform(X), expected)


@pytest.mark.slow
def test_a_grid_search():
    X = stars(40)
    pipeline = make_transfer_pipeline(
        LightCurveFeatures(["amplitude", "skewness"]),
        TransferMLPClassifier((4,), n_estimators=1, max_epochs=1, min_steps=1, random_state=0),
    )
    grid = {"transfermlpclassifier__scaler": [Deadly()]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2)
    with pytest.raises(TerminatedWorkerError, match="terminated"):
        search.fit(X, X.labels)
    grid = {"transfermlpclassifier__scaler": ["auto", None]}
    assert search.set_params(param_grid=grid).fit(X, X.labels).best_score_ >= 0


@pytest.mark.slow
def test_networks(monkeypatch):
    X = np.random.default_rng(0).normal(size=(40, 3))
    clf = TransferMLPClassifier((4,), n_estimators=3, max_epochs=1, min_steps=1, random_state=0)
    expected = clf.fit(X, X[:, 0] > 0).predict_proba(X)
    clf.set_params(n_jobs=2)
    with monkeypatch.context() as patch:
        patch.setattr(_jobs, "_train_some", die)
        with pytest.raises(TerminatedWorkerError, match="terminated"):
            clf.fit(X, X[:, 0] > 0)
    np.testing.assert_array_equal(clf.fit(X, X[:, 0] > 0).predict_proba(X), expected)
