"""Classifiers of images, of several bands and of several experts: probabilities of any input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.ensemble import BandVotingClassifier, Expert, ExpertCascade
from sklearn_vartl.images import TransferImageClassifier

small = settings(max_examples=15, deadline=None, derandomize=True, database=None)


def check(model, proba):
    """Probabilities of three classes."""
    assert proba.shape[1] == len(model.classes_) == 3
    assert (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-6)


@pytest.fixture(scope="module")
def cascade():
    rng = np.random.default_rng(0)
    y = np.repeat(["EC", "ED", "RRAB"], 40)
    X = rng.normal(size=(120, 3)) + np.arange(3).repeat(40)[:, None]
    experts = [Expert(LogisticRegression(), [0]), Expert(DecisionTreeClassifier(), cost=10.0)]
    return ExpertCascade(experts, random_state=0).fit(X, y)


@small
@given(X=arrays(float, st.tuples(st.integers(1, 8), st.just(3)), elements=st.floats(-1e6, 1e6)))
def test_a_star_costs_its_own_experts_only(X, cascade):
    proba, route = cascade.ask(X)
    check(cascade, proba)
    assert np.isin(route, [1, 2]).all()
    np.testing.assert_array_equal(cascade.predict_proba(X), proba)
    for i in range(len(X)):
        alone, own_route = cascade.ask(X[i : i + 1])
        np.testing.assert_allclose(alone[0], proba[i], atol=1e-6)
        assert own_route[0] == route[i]


@pytest.fixture(scope="module")
def image_classifier():
    y = np.repeat(["EC", "ED", "RRAB"], 20)
    X = np.random.default_rng(0).normal(size=(60, 8, 8)) + np.arange(3).repeat(20)[:, None, None]
    return TransferImageClassifier(channels=(4,), max_epochs=2, min_steps=8, random_state=0).fit(
        X, y
    )


@small
@given(
    X=arrays(float, st.tuples(st.integers(1, 5), st.just(8), st.just(8)),
             elements=st.floats(-1e6, 1e6)),
)  # fmt: skip
def test_any_image_gets_probabilities(X, image_classifier):
    proba = image_classifier.predict_proba(X)
    check(image_classifier, proba)
    alone = np.concatenate([image_classifier.predict_proba(image[np.newaxis]) for image in X])
    np.testing.assert_allclose(alone, proba, atol=1e-5)


def survey(counts, seed):
    """Noise of different size in two bands; so many points of each star in g and in r."""
    rng = np.random.default_rng(seed)
    n = int(np.sum(counts))
    band = np.concatenate([np.repeat(["g", "r"], pair) for pair in counts]).astype(object)
    offsets = np.concatenate([[0], np.cumsum(np.sum(counts, axis=1))])
    scatter = np.repeat(0.1 * (1 + np.arange(len(counts)) % 3), np.sum(counts, axis=1))
    time = np.concatenate([np.sort(rng.uniform(0, 100, m)) for m in np.diff(offsets)])
    return LightCurves(time, 15 + scatter * rng.normal(size=n), offsets=offsets, band=band)


@pytest.fixture(scope="module")
def voting():
    X = survey([(12, 0)] * 45, seed=0)
    y = np.array(["EC", "ED", "RRAB"])[np.arange(45) % 3]
    model = make_pipeline(LightCurveFeatures(["weighted_std"]), DecisionTreeClassifier(max_depth=3))
    return BandVotingClassifier(model.fit(X, y)).fit(X, y)


@small
@given(
    counts=st.lists(st.tuples(st.integers(0, 20), st.integers(10, 20)), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_bands_vote_for_each_star_alone(counts, seed, voting):
    X = survey(counts, seed)
    proba = voting.predict_proba(X)
    check(voting, proba)
    for i in range(len(X)):
        np.testing.assert_allclose(voting.predict_proba(X[i : i + 1])[0], proba[i], atol=1e-9)
