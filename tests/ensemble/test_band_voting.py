"""A classifier of single-band light curves, asked band by band."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.ensemble import BandVotingClassifier


class FirstMagnitude(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose probability is each light curve's first magnitude."""

    classes_ = np.array(["a", "b"])

    def fit(self, X, y):
        self.seen = X, y
        return self

    def predict_proba(self, X):
        first = np.array([star.mag[0] if len(star) else 0.5 for star in X])
        return np.column_stack([first, 1 - first])

    def __sklearn_is_fitted__(self):
        return True


@pytest.fixture
def stars():
    """Star 0 has 16 points in g and 4 in r, star 1 only r, star 2 too few."""
    counts = [(16, 4), (0, 9), (2, 2)]
    value = {"g": 0.2, "r": 0.8}
    parts = [[(band, n) for band, n in zip("gr", pair, strict=True)] for pair in counts]
    band = np.array([b for pair in parts for b, n in pair for _ in range(n)], dtype=object)
    mag = np.array([value[b] for b in band])
    jitter = 1e-9 * np.arange(len(mag))
    return LightCurves(
        np.arange(len(mag), dtype=float),
        mag + jitter,
        offsets=np.cumsum([0, 20, 9, 4]),
        ids=["both", "red", "poor"],
        band=band,
    )


@pytest.fixture
def voting():
    return BandVotingClassifier(FrozenEstimator(FirstMagnitude()), min_observations=4)


def test_weights(stars, voting):
    voting.fit(stars[:2], ["a", "b"])
    # Four times the points, twice the weight.
    expected = [(2 * 0.2 + 0.8) / 3, 0.8]
    np.testing.assert_allclose(voting.predict_proba(stars[:2])[:, 0], expected, atol=1e-6)
    voting.set_params(weights="equal")
    np.testing.assert_allclose(voting.predict_proba(stars[:2])[:, 0], [0.5, 0.8], atol=1e-6)
    voting.set_params(bands=["g"])
    np.testing.assert_allclose(voting.predict_proba(stars[:1])[:, 0], [0.2], atol=1e-6)


def test_predict(stars, voting):
    voting.fit(stars[:2], ["a", "b"])
    assert voting.predict(stars[:2]).tolist() == ["b", "a"]
    assert voting.classes_.tolist() == ["a", "b"]
    np.testing.assert_allclose(voting.predict_proba(stars).sum(axis=1), 1)


def test_a_star_without_a_usable_band_goes_to_the_estimator_without_points(stars, voting):
    voting.fit(stars[:2], ["a", "b"])
    np.testing.assert_allclose(voting.predict_proba(stars)[2], 0.5)
    tree = make_pipeline(LightCurveFeatures(["skewness"]), DecisionTreeClassifier())
    model = BandVotingClassifier(tree, min_observations=10, bands=["g"])
    X = stars[[0, 0]].replace(ids=["x", "y"])
    model.fit(X, ["a", "b"])
    with pytest.raises(ValueError, match="No features for star 'poor'"):
        model.predict_proba(stars[[0, 2]])


def test_fit_learns_from_each_band(stars):
    inner = FirstMagnitude()
    fitted = BandVotingClassifier(_Same(inner), min_observations=4).fit(stars[:2], ["a", "b"])
    X, y = inner.seen
    assert X.n_points.tolist() == [16, 4, 9]
    assert y.tolist() == ["a", "a", "b"]
    assert X.band is None
    assert fitted.estimator_.inner is inner


class _Same(FirstMagnitude):
    """Survives cloning with the very object it holds."""

    def __init__(self, inner):
        self.inner = inner

    def __sklearn_clone__(self):
        return self

    def fit(self, X, y):
        self.inner.fit(X, y)
        return self


def test_what_cannot_be_fitted(stars, voting):
    with pytest.raises(ValueError, match=r"'poor' \(position 2\) has fewer than 4 usable points"):
        voting.fit(stars, ["a", "b", "a"])
    with pytest.raises(ValueError, match="carry no bands"):
        voting.fit(stars.replace(band=None), ["a", "b", "a"])
    with pytest.raises(ValueError, match="2 stars and 1 labels"):
        voting.fit(stars[:2], ["a"])
    with pytest.raises(ValueError, match="'weights' parameter"):
        clone(voting).set_params(weights="best").fit(stars[:2], ["a", "b"])


def test_two_noisy_bands_are_better_than_one():
    rng = np.random.default_rng(0)
    n, k = 120, 24
    loud = rng.integers(0, 2, n)
    scatter = np.where(loud, 0.14, 0.1)
    mag = rng.normal(15, scatter[:, None], (n, 2 * k))
    X = LightCurves(
        np.tile(np.arange(2.0 * k), n),
        mag.ravel(),
        offsets=np.arange(n + 1) * 2 * k,
        band=np.tile(np.repeat(np.array(["g", "r"], dtype=object), k), n),
    )
    tree = make_pipeline(
        LightCurveFeatures(["weighted_std"]), DecisionTreeClassifier(max_depth=3, random_state=0)
    )
    both = cross_val_score(BandVotingClassifier(tree), X, loud, cv=4).mean()
    one = cross_val_score(BandVotingClassifier(tree, bands=["g"]), X, loud, cv=4).mean()
    assert both > one + 0.02


def test_missing_labels_are_refused(stars, voting):
    with pytest.raises(ValueError, match="positions 1"):
        voting.fit(stars[:2], np.array(["a", None], dtype=object))
    with pytest.raises(ValueError, match="min_observations"):
        clone(voting).set_params(min_observations=0).fit(stars[:2], ["a", "b"])


def test_weights_go_to_all_bands_of_a_star(stars):
    class Weighted(_Same):
        def fit(self, X, y, sample_weight=None):
            self.weight = sample_weight
            return super().fit(X, y)

    inner = Weighted(FirstMagnitude())
    BandVotingClassifier(inner, min_observations=4).fit(stars[:2], ["a", "b"], [2.0, 3.0])
    assert inner.weight.tolist() == [2, 2, 3]
    with pytest.raises(TypeError, match="takes no sample_weight"):
        BandVotingClassifier(FirstMagnitude(), min_observations=4).fit(
            stars[:2], ["a", "b"], [1, 1]
        )


def test_log_probabilities(stars, voting):
    voting.fit(stars[:2], ["a", "b"])
    np.testing.assert_allclose(
        np.exp(voting.predict_log_proba(stars[:2])), voting.predict_proba(stars[:2])
    )
