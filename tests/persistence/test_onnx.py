"""The exported graph gives what the model gives, with onnxruntime alone."""

import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import FeatureScaler, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.persistence import export_onnx
from sklearn_vartl.persistence._onnx import Graph, _reweighted
from sklearn_vartl.probabilities import reweight

from .conftest import network, stars

ANGLES = [6, 8]
TOLERANCE = 1e-5  # single precision, and another order of sums in the networks


@pytest.fixture
def run(tmp_path):
    """A function (model, X) -> probabilities and labels by onnxruntime."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

    def call(model, X):
        export_onnx(model, tmp_path / "model.onnx")
        session = onnxruntime.InferenceSession(
            tmp_path / "model.onnx", providers=["CPUExecutionProvider"]
        )
        return session.run(["probabilities", "label"], {"features": np.asarray(X, np.float64)})

    return call


def wide(seed, n=120):
    """Features of every kind: spread over decades, with long tails, angles, missing, constant."""
    X, y = stars(seed, n=n)
    rng = np.random.default_rng(seed)
    extra = [
        10.0 ** rng.uniform(-3, 4, n),
        rng.standard_cauchy(n),
        rng.uniform(-9, 9, n),
        np.full(n, 3.0),
        rng.uniform(0, 2, n),
    ]
    X = np.column_stack([X, *extra])
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, y


def extreme():
    """Stars unlike any in training: huge, tiny, negative, without one feature and without any."""
    X = wide(5, n=30)[0]
    angles = X[:4, ANGLES]
    X[0], X[1], X[2], X[3] = 1e300, -1e300, 1e-300, 0.0
    # An angle of so many turns has no digit that means anything.
    X[:4, ANGLES] = angles
    X[4] = np.nan
    X[5, :8] = np.nan
    return X


def unsoftened(model, X):
    """Probabilities before those of far stars are softened, which a graph does not do."""
    *before, last = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    for step in before:
        X = step.transform(X)
    X, priors = np.asarray(X, dtype=np.float64), last._given_priors()
    proba = last._probabilities(X)
    if priors is not None:
        proba = reweight(proba, last.model_.shares, priors)
        proba[last.flag_missing(X)] = priors
    return proba


def test_network_with_its_scaler(run, source):
    X = stars(9)[0]
    proba, label = run(source, X)
    assert_allclose(proba, unsoftened(source, X), rtol=0, atol=TOLERANCE)
    assert_array_equal(label.astype(str), source.predict(X))
    assert proba.dtype == np.float64


def test_normalisation_of_what_hardly_varies(run, source):
    """The variance of a silent neuron is as small as what is added to every variance."""
    still = deepcopy(source)
    members = [
        {name: 1e-6 * array if name.endswith("running_var") else array for name, array in m.items()}
        for m in source.model_.members
    ]
    still.model_ = replace(source.model_, members=tuple(members))
    X = stars(9)[0]
    expected = still.predict_proba(X)
    assert np.abs(expected - source.predict_proba(X)).max() > 0.01
    assert_allclose(run(still, X)[0], expected, rtol=0, atol=10 * TOLERANCE)


def test_temperature_members_and_other_classes(run, transferred):
    X = stars(9)[0]
    assert transferred.model_.calibration.temperature != 1
    proba, label = run(transferred, X)
    assert_allclose(proba, unsoftened(transferred, X), rtol=0, atol=TOLERANCE)
    assert set(label.astype(str)) <= {"ED", "ESD", "MIRA"}


def test_odds_of_classes_without_a_label(run, transferred):
    model, X = deepcopy(transferred), stars(9)[0]
    odds = {"kept": np.array([1.0]), "lost": np.array([0.9]), "kept_odds": 0.2}
    told = replace(model.model_.calibration, **odds)
    model.model_ = replace(model.model_, calibration=told)
    expected = unsoftened(model, X)
    assert np.abs(expected - unsoftened(transferred, X)).max() > 0.01
    assert_allclose(run(model, X)[0], expected, rtol=0, atol=TOLERANCE)
    opinion = replace(transferred.model_.opinion, odds=np.array([1.0, 0.05, 1.0]))
    model.model_ = replace(transferred.model_, opinion=opinion)
    expected = unsoftened(model, X)
    assert np.abs(expected - unsoftened(transferred, X)).max() > 0.01
    assert_allclose(run(model, X)[0], expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"circular": ANGLES},
        {"circular": {6: 6.0}, "add_indicator": False},
        {"log": None, "clip": None},
        {"center": "mean", "scale": "std", "impute": "mean"},
    ],
)
def test_every_scaling_of_ordinary_and_extreme_stars(run, params):
    X, y = wide(0)
    model = network(scaler=FeatureScaler(**params)).fit(X, y)
    if params.get("log", "auto"):
        assert {"log10", "asinh"} <= set(model.scaler_.kinds_)
    others = wide(3)[0] if params.get("clip", 6.0) is None else np.vstack([wide(3)[0], extreme()])
    proba, _ = run(model, others)
    assert_allclose(proba, unsoftened(model, others), rtol=0, atol=TOLERANCE)


def test_a_star_without_features_gets_the_class_shares(run, source):
    proba, _ = run(source, np.full((2, 4), np.nan))
    assert_allclose(proba, unsoftened(source, np.full((2, 4), np.nan)), atol=TOLERANCE)


@pytest.mark.parametrize("priors", ["balanced", {"EC": 0.7}, [1.0, 0.0, 2.0]])
def test_other_class_shares(run, priors):
    X, y = stars(0)
    # Shares that differ: by equal ones it is the same to divide and to multiply.
    few = np.arange(len(y)) < np.where(y == "EC", 30, 90)
    model = network(priors=priors).fit(X[few], y[few])
    others = np.vstack([stars(9)[0], np.full((1, 4), np.nan)])
    proba, _ = run(model, others)
    assert_allclose(proba, unsoftened(model, others), rtol=0, atol=TOLERANCE)


def test_pipeline_of_a_scaler_and_a_network(run, pipeline, X):
    proba, label = run(pipeline, X)
    assert_allclose(proba, unsoftened(pipeline, X), rtol=0, atol=TOLERANCE)
    assert_array_equal(label.astype(str), pipeline.predict(X))


def test_light_curves_stay_outside(run, light_curve_pipeline, light_curves):
    features = light_curve_pipeline[0].transform(light_curves)
    proba, _ = run(light_curve_pipeline, features)
    expected = unsoftened(light_curve_pipeline, light_curves)
    assert_allclose(proba, expected, rtol=0, atol=TOLERANCE)


def test_classes_that_are_numbers(run):
    X, y = stars(0)
    model = network().fit(X, np.unique(y, return_inverse=True)[1] + 5)
    _, label = run(model, X)
    assert label.dtype == np.int64
    assert_array_equal(label, model.predict(X))


def test_metadata_name_features_and_classes(run, light_curve_pipeline, light_curves, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    run(light_curve_pipeline, np.zeros((1, 2)))
    session = onnxruntime.InferenceSession(
        tmp_path / "model.onnx", providers=["CPUExecutionProvider"]
    )
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["features"]) == ["amplitude", "skewness"]
    assert json.loads(metadata["classes"]) == ["LONG", "SHORT"]
    assert "torch" in json.loads(metadata["versions"])


def test_what_cannot_be_exported_is_named(tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    X, y = stars(0)
    X = np.nan_to_num(X)
    with pytest.raises(TypeError, match="LogisticRegression cannot be exported"):
        export_onnx(LogisticRegression().fit(X, y), tmp_path / "x.onnx")
    scaled = TransferMLPClassifier((4,), n_estimators=1, max_epochs=1, scaler=StandardScaler())
    with pytest.raises(TypeError, match="StandardScaler cannot be exported"):
        export_onnx(scaled.fit(X, y), tmp_path / "x.onnx")
    piped = make_transfer_pipeline(StandardScaler(), network(scaler=None)).fit(X, y)
    with pytest.raises(TypeError, match="StandardScaler cannot be exported"):
        export_onnx(piped, tmp_path / "x.onnx")
    assert not (tmp_path / "x.onnx").exists()


def test_new_shares_reweight_as_in_the_package():
    """Also of stars whose probability lies where the shares are zero, and of classes that were not there."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    proba = np.array([[0.2, 0.3, 0.5], [1, 0, 0], [0, 0, 1], [0, 1, 0]])
    for priors, shares in (
        ([0.6, 0.3, 0.1], [0.2, 0.3, 0.5]),
        ([0, 0.4, 0.6], [0.5, 0.25, 0.25]),
        ([0.1, 0.5, 0.4], [0.5, 0.5, 0]),
        ([0.5, 0.5, 0], [0.5, 0.5, 0]),
    ):
        priors, shares = np.array(priors), np.array(shares)
        graph = Graph(3)
        found = _reweighted(graph, graph.input, priors, shares)
        graph.output("probabilities", found, np.float64, [None, 3])
        session = onnxruntime.InferenceSession(
            graph.model().SerializeToString(), providers=["CPUExecutionProvider"]
        )
        (found,) = session.run(None, {"features": proba})
        assert_allclose(found, reweight(proba, shares, priors), atol=1e-12)
