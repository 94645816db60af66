"""Small fitted models to save."""

import numpy as np
import pytest

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
)


def stars(seed, classes=("EC", "ED", "RRAB"), n=90):
    rng = np.random.default_rng(seed)
    y = np.array(classes)[np.arange(n) % len(classes)]
    X = rng.normal(0, 1, (n, 4))
    X[:, 0] += 3.0 * (np.arange(n) % len(classes))
    X[rng.random(X.shape) < 0.02] = np.nan
    return X, y


def network(**params):
    params = {"n_estimators": 2, "max_epochs": 3, "min_steps": 12, "random_state": 0} | params
    return TransferMLPClassifier((8, 6), **params)


@pytest.fixture(scope="session")
def X():
    return stars(9)[0]


@pytest.fixture(scope="session")
def source():
    return network().fit(*stars(0))


@pytest.fixture(scope="session")
def transferred():
    classifier = network(calibration="temperature").fit(*stars(0))
    return classifier.partial_fit_target(*stars(1, ("ED", "ESD", "MIRA")))


@pytest.fixture(scope="session")
def pipeline():
    X, y = stars(0)
    return make_transfer_pipeline(FeatureScaler(circular=[2]), network(scaler=None)).fit(X, y)


def ensemble_of(**more):
    params = {"n_estimators": 1, "max_epochs": 2, "min_steps": 6, "random_state": 0}
    params |= {
        "n_trees": 3,
        "views": [[0, 1, 2], [1, 3]],
        "scaler": FeatureScaler(circular={3: 2.0}),
    }
    classifier = TransferEnsembleClassifier((6,), **params | more).fit(*stars(0))
    return classifier.partial_fit_target(*stars(1, ("ED", "ESD", "MIRA")))


@pytest.fixture(scope="session")
def ensemble():
    return ensemble_of()


@pytest.fixture(scope="session")
def light_curve_pipeline(light_curves):
    features = LightCurveFeatures(["amplitude", "skewness"], on_error="nan", n_jobs=1)
    return make_transfer_pipeline(features, network()).fit(light_curves, light_curves.labels)
