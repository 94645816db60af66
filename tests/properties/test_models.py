"""Probabilities sum to one, a saved model is the same model, and the scaler has no surprises."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_vartl import FeatureScaler, TransferMLPClassifier, load_model, save_model

small = settings(max_examples=20, deadline=None, derandomize=True, database=None)
N_FEATURES = 3
# All that a double can hold, and what is missing.
anything = st.floats(allow_nan=True, allow_infinity=False)
tables = st.integers(1, 6).flatmap(lambda n: arrays(float, (n, N_FEATURES), elements=anything))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(90, N_FEATURES)), np.repeat(["EC", "ED", "RRAB"], 30)


@pytest.fixture(scope="module")
def source(data):
    params = {"n_estimators": 2, "max_epochs": 2, "min_steps": 4, "random_state": 0}
    return TransferMLPClassifier((6,), **params).fit(*data)


@pytest.fixture(scope="module")
def transferred(source, data):
    from copy import deepcopy

    return deepcopy(source).partial_fit_target(data[0][::2], data[1][::2])


@pytest.mark.parametrize("which", ["source", "transferred"])
@small
@given(X=tables)
def test_probabilities_sum_to_one(which, X, source, transferred):
    model = {"source": source, "transferred": transferred}[which]
    proba = model.predict_proba(X)
    assert proba.shape == (len(X), 3)
    assert (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), model.classes_[proba.argmax(axis=1)])
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), proba, atol=1e-6)


@small
@given(X=tables)
def test_a_star_does_not_depend_on_its_neighbours(X, source):
    together = source.predict_proba(X)
    alone = np.concatenate([source.predict_proba(row[np.newaxis]) for row in X])
    # To the rounding of single precision: a row's place in a block may change the order of sums.
    np.testing.assert_allclose(alone, together, atol=1e-7)


@small
@given(X=tables)
def test_a_saved_model_is_the_same(X, transferred):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.vartl"
        save_model(transferred, path)
        again = load_model(path)
        np.testing.assert_array_equal(again.predict_proba(X), transferred.predict_proba(X))
        save_model(again, path.with_name("again.vartl"))
        assert path.read_bytes() == path.with_name("again.vartl").read_bytes()


@small
@given(X=tables)
def test_scaled_values_are_finite_and_limited(X, data):
    scaler = FeatureScaler(add_indicator=False).fit(data[0])
    scaled = scaler.transform(X)
    assert np.isfinite(scaled).all()
    assert np.abs(scaled).max() <= scaler.clip
    np.testing.assert_array_equal(scaler.transform(X), scaled)


@small
@given(X=arrays(float, (8, N_FEATURES), elements=st.floats(-1e9, 1e9)))
def test_fitting_twice_is_fitting_once(X):
    scaler = FeatureScaler()
    first = scaler.fit(X).transform(X)
    np.testing.assert_array_equal(scaler.fit(X).transform(X), first)
    assert np.isfinite(first).all()
