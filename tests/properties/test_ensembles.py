"""Every classifier of tables: probabilities of any input, and copies that answer alike."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import (
    FineTunedClassifier,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
)
from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    LogitBoostClassifier,
    RotationForestClassifier,
)
from sklearn_vartl.taxonomy import TaxonomyClassifier

small = settings(max_examples=15, deadline=None, derandomize=True, database=None)
N_FEATURES = 4
NETWORK = {"max_epochs": 2, "min_steps": 4, "random_state": 0}
TREE = {"Eclipsing": ["EC", "ED"], "Pulsating": ["RRAB"]}


def numbers(**options):
    """Tables of any numbers that single precision, in which trees compare, can hold."""
    elements = st.floats(-1e30, 1e30, **options)
    return st.integers(1, 6).flatmap(lambda n: arrays(float, (n, N_FEATURES), elements=elements))


def linear():
    return make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())


def mlp():
    return TransferMLPClassifier((6,), n_estimators=2, **NETWORK)


BLOCKS = {"first": [0, 1], "second": [2, 3]}
MODELS = {
    "transfer ensemble": lambda: TransferEnsembleClassifier(
        (6,), n_estimators=2, n_trees=5, views=None, **NETWORK
    ),
    "fine-tuned": lambda: FineTunedClassifier(mlp()),
    "pipeline": lambda: make_transfer_pipeline(SimpleImputer(), mlp()),
    "taxonomy": lambda: TaxonomyClassifier(mlp(), TREE),
    "availability": lambda: AvailabilityEnsemble(BLOCKS, {"linear": linear()}, random_state=0),
    "rotation forest": lambda: RotationForestClassifier(5, random_state=0),
    "logitboost": lambda: LogitBoostClassifier(5, random_state=0),
}
# Those who take missing values.
GAPS = ["availability", "transfer ensemble", "fine-tuned", "pipeline", "taxonomy"]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["EC", "ED", "RRAB"], 30)
    return rng.normal(size=(90, N_FEATURES)) + np.arange(3).repeat(30)[:, None], y


@pytest.fixture(scope="module")
def fitted(data):
    """Every model after fitting."""
    source = mlp().fit(*data)
    models = {name: make() for name, make in MODELS.items()}
    models["fine-tuned"] = FineTunedClassifier(source)
    return {name: model.fit(*data) for name, model in models.items()}


@pytest.mark.parametrize("name", MODELS)
@small
@given(data=st.data())
def test_probabilities_sum_to_one(name, data, fitted):
    X = data.draw(numbers(allow_nan=False))
    if name in GAPS:
        X[data.draw(arrays(bool, X.shape))] = np.nan
    model = fitted[name]
    proba = model.predict_proba(X)
    assert proba.shape == (len(X), 3)
    assert (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), model.classes_[proba.argmax(axis=1)])
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), proba)
    alone = np.concatenate([model.predict_proba(row[np.newaxis]) for row in X])
    np.testing.assert_allclose(alone, proba, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_is_the_same_model(name, data, fitted):
    X, y = data
    model = FineTunedClassifier(mlp().fit(X, y)) if name == "fine-tuned" else MODELS[name]()
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), fitted[name].predict_proba(X))
