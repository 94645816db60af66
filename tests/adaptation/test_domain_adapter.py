"""DomainAdapter: adaptation without labels of the target."""

import math
from copy import deepcopy

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import (
    LightCurveFeatures,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    make_transfer_pipeline,
)
from sklearn_vartl.adaptation import _ITSELF, DomainAdapter, _local_scale
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.images import TransferImageClassifier
from sklearn_vartl.resampling import RASLE


class Told(BaseEstimator):
    """A source whose embedding is the first columns of X, and whose log odds are the last three."""

    classes_ = np.array(["A", "B", "C"])

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def embed(self, X):
        return X[:, :-3]

    def predict_proba(self, X):
        return softmax(np.nan_to_num(X[:, -3:]), axis=1)


def stars(n=600, seed=0):
    """Three classes that differ in two of four features."""
    rng = np.random.default_rng(seed)
    y = np.array(["A", "B", "C"])[rng.integers(3, size=n)]
    X = rng.normal(size=(n, 4))
    X[:, 0] += 3 * (y == "A") - 3 * (y == "B")
    X[:, 1] += 3 * (y == "C")
    return X, y


def seen_elsewhere(X):
    """Another zero point and scale."""
    return 1.6 * X + np.array([2.5, -1.5, 1.0, 0.0])


@pytest.fixture(scope="module")
def source():
    return TransferMLPClassifier((16, 8), n_estimators=2, random_state=0).fit(*stars())


def test_stars_on_the_wrong_side_of_a_border_follow_the_others_of_their_kind(source):
    X, y = stars(1200, seed=1)
    X = seen_elsewhere(X)
    before = source.score(X, y)
    best = TransferMLPClassifier((16, 8), n_estimators=2, random_state=0).fit(X, y).score(X, y)
    assert DomainAdapter(source).fit(X).score(X, y) > before + (best - before) / 10 > before + 0.005


@pytest.mark.parametrize("width", [4, 40])
def test_probabilities_are_means_over_neighbours_found_by_hand(width, rng):
    X, new = rng.normal(size=(45, width + 3)), rng.normal(size=(3, width + 3))
    model = DomainAdapter(Told().fit(X), n_neighbors=8).fit(X)
    every = np.vstack([X, new])
    E = every[:, :width] / np.linalg.norm(every[:, :width], axis=1)[:, None]
    # In the 32 directions in which the stars of the target differ most.
    E = E @ np.linalg.svd(E[:45] - E[:45].mean(axis=0))[2][:32].T
    places, E = E, E[:45]
    proba = softmax(X[:, width:], axis=1)

    def neighbours(direction):
        """The eight nearest others, their distances, and that of the second of them."""
        far = np.linalg.norm(E - direction, axis=1)
        rows = [row for row in np.argsort(far) if far[row] > 1e-9][:8]
        return rows, far[rows], far[rows][1]

    for star, place, found in zip(every, places, model.predict_proba(every), strict=True):
        rows, far, scale = neighbours(place)
        weight = [
            np.exp(-(d**2) / scale / neighbours(E[z])[2]) for z, d in zip(rows, far, strict=True)
        ]
        expected = (softmax(star[width:]) + weight @ proba[rows]) / (1 + sum(weight))
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("n", "expected"), [(10, 6), (12, 6), (13, 7), (400, 40), (930, 60), (4000, 60)]
)
def test_neighbours_are_twice_the_root_of_the_stars(n, expected, rng):
    X = rng.normal(size=(n, 5))
    model = DomainAdapter(Told().fit(X)).fit(X)
    assert (model.n_neighbors_, model.n_stars_) == (expected, n)


@pytest.mark.parametrize("n", [1, 2, 4, 5, 6, 8, 9, 40, 60])
def test_stars_are_as_far_apart_as_the_nearest_quarter(n):
    scale = _local_scale(np.arange(1.0, n + 1)[None])
    # The last of the nearest quarter, of less than four the nearest.
    assert scale.tolist() == [math.ceil(n / 4)]
    assert _local_scale(np.zeros((2, n))).tolist() == [_ITSELF] * 2


def test_a_lone_star_beside_a_dense_class_keeps_its_answer(rng):
    """A rare class: its neighbours, far off and close together, have next to no say."""
    dense = np.column_stack([rng.normal(1.0, 0.01, (200, 2)), np.tile([9.0, 0.0, 0.0], (200, 1))])
    lone = np.array([[1.0, -1.0, 0.0, 3.0, 0.0]])
    X = np.vstack([dense, lone])
    found = DomainAdapter(Told().fit(X)).fit(X).predict_proba(lone)
    np.testing.assert_allclose(found, softmax(lone[:, 2:], axis=1), atol=1e-3)


def test_stars_in_one_place_have_one_answer():
    X = np.column_stack([np.ones((20, 2)), np.tile(np.eye(3), (7, 1))[:20]])
    proba = DomainAdapter(Told().fit(X), n_neighbors=19).fit(X).predict_proba(X)
    # But for one twin, which passes for the star itself.
    mean = softmax(X[:, 2:], axis=1).mean(axis=0)
    np.testing.assert_allclose(proba, np.tile(mean, (20, 1)), atol=0.03)


def test_a_star_does_not_depend_on_those_that_are_asked_with_it(source):
    X = seen_elsewhere(stars(seed=1)[0])
    model = DomainAdapter(source).fit(X)
    np.testing.assert_allclose(model.predict_proba(X[:5]), model.predict_proba(X)[:5], atol=1e-9)


def test_logarithms_are_those_of_the_probabilities(source):
    X, _ = stars(60)
    adapter = DomainAdapter(source).fit(X)
    np.testing.assert_allclose(np.exp(adapter.predict_log_proba(X)), adapter.predict_proba(X))


def test_labels_of_the_target_are_not_read(source):
    X, y = stars(seed=1)
    with_y, without = (DomainAdapter(source).fit(X, labels) for labels in (y, None))
    assert np.array_equal(with_y.predict_proba(X), without.predict_proba(X))


def test_source_and_data_are_not_changed(source):
    X = seen_elsewhere(stars(seed=1)[0])
    X.flags.writeable = False
    before = deepcopy(source).predict_proba(X)
    DomainAdapter(source).fit(X).predict_proba(X)
    assert np.array_equal(source.predict_proba(X), before)


def test_a_fitted_adapter_does_not_follow_its_source(source):
    X, y = stars(seed=1)
    own = deepcopy(source)
    model = DomainAdapter(own).fit(X)
    proba = model.predict_proba(X)
    own.partial_fit_target(X[:60], np.where(y[:60] == "A", "D", "E"))
    assert model.classes_.tolist() == ["A", "B", "C"]
    assert np.array_equal(model.predict_proba(X), proba)
    # Nor does the source follow its adapter.
    again = deepcopy(own)
    model.source_.partial_fit_target(X[:60], y[:60])
    assert np.array_equal(own.predict_proba(X), again.predict_proba(X))


def test_a_fit_that_fails_leaves_the_fitted_adapter_as_it_was(source):
    X = stars(seed=1)[0]
    model = DomainAdapter(source).fit(X)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="at least ten stars"):
        model.fit(X[:9])
    assert np.array_equal(model.predict_proba(X), before)


def test_clone_and_repeat(source):
    X = stars(200, seed=1)[0]
    one, two = (clone(DomainAdapter(FrozenEstimator(source))).fit(X) for _ in range(2))
    assert np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_stars_without_features_take_no_part(source):
    X = stars(seed=1)[0]
    with_gaps = np.insert(X, [0, 7], np.nan, axis=0)
    model = DomainAdapter(source).fit(with_gaps)
    proba = model.predict_proba(with_gaps)
    assert model.n_stars_ == 600
    expected = DomainAdapter(source).fit(X).predict_proba(X)
    gaps = np.isnan(with_gaps).all(axis=1)
    np.testing.assert_allclose(proba[~gaps], expected, atol=1e-9)
    assert np.array_equal(proba[gaps], source.predict_proba(with_gaps[gaps]))
    # Where no star has any, all are the source's own.
    assert np.array_equal(model.predict_proba(with_gaps[gaps]), proba[gaps])


def test_pipelines_of_light_curves(monkeypatch):
    """Features are made once for answers and embedding; steps that make new stars make none."""
    X = simulate_survey(40, "ogle3", classes=["RRAB", "EC"], random_state=0)
    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=4, random_state=0)
    features = LightCurveFeatures(["period", "skewness", "amplitude"])
    pipe = make_transfer_pipeline(RASLE(random_state=0), features, network).fit(X, X.labels)
    calls, transform = [], LightCurveFeatures.transform
    monkeypatch.setattr(LightCurveFeatures, "transform", lambda *args: calls.append(1) or transform(*args))  # fmt: skip
    model = DomainAdapter(pipe, n_neighbors=2).fit(X)
    assert len(calls) == 1
    table = features.transform(X)
    expected = DomainAdapter(pipe[-1], n_neighbors=2).fit(table).predict_proba(table)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-12)


def test_pipelines_of_tables_ensembles_and_images(rng):
    X, y = stars(200)
    quick = {"n_estimators": 1, "max_epochs": 2, "random_state": 0}
    pipe = make_transfer_pipeline(StandardScaler(), TransferMLPClassifier((8,), **quick))
    both = DomainAdapter(pipe.fit(X, y)).fit(X).predict_proba(X)
    table = pipe[0].transform(X)
    alone = DomainAdapter(pipe[1:]).fit(table).predict_proba(table)
    expected = DomainAdapter(pipe[-1]).fit(table).predict_proba(table)
    assert expected.shape == (200, 3)
    np.testing.assert_allclose(alone, expected)
    np.testing.assert_allclose(both, expected)
    ensemble = TransferEnsembleClassifier((8,), views=[[0, 1], [2, 3]], **quick).fit(X, y)
    assert DomainAdapter(ensemble).fit(X).predict_proba(X).shape == (200, 3)
    y = np.arange(60) % 2
    images = rng.normal(0, 0.5, (60, 8, 8))
    images[y == 1, :4] += 1.5
    seen = TransferImageClassifier(channels=(8,), min_steps=60, random_state=0).fit(images, y)
    assert DomainAdapter(seen).fit(images).score(images, y) > 0.9


def test_errors(source):
    X = stars(60)[0]
    with pytest.raises(
        ValueError, match="at least ten stars of the target that have a feature, got 5"
    ):
        DomainAdapter(source).fit(np.where(np.arange(60)[:, None] < 5, X, np.nan))
    with pytest.raises(ValueError, match="n_neighbors=60 of 60 stars.*take fewer"):
        DomainAdapter(source, n_neighbors=60).fit(X)
    with pytest.raises(ValueError, match="source"):
        DomainAdapter(make_pipeline(StandardScaler())).fit(X)
