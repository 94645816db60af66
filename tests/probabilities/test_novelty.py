"""How unlike the training stars a star is, from embeddings."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import LedoitWolf

from sklearn_vartl.probabilities import (
    NoveltyReference,
    class_distance,
    novelty_reference,
    share_below,
)
from sklearn_vartl.probabilities._novelty import shrunk_scatter


@pytest.fixture
def stars(rng):
    """Two classes in five dimensions, with correlated scatter; what is far away from both."""
    mix = rng.normal(size=(5, 5))
    y = np.repeat(["a", "b"], [300, 100])
    centre = np.where(y == "a", 0.0, 4.0)[:, None] * np.eye(5)[0]
    new = rng.normal(size=(400, 5)) @ mix + centre
    return centre + rng.normal(size=(400, 5)) @ mix, y, new


def test_distance_is_mahalanobis_from_the_nearest_class(stars):
    X, y, new = stars
    reference = novelty_reference([X], y, np.ones(400))
    centres = [X[y == c].mean(axis=0) for c in "ab"]
    deviations = X - np.where((y == "a")[:, None], *centres)
    precision = LedoitWolf(assume_centered=True).fit(deviations).precision_
    expected = [min(mahalanobis(x, c, precision) ** 2 for c in centres) for x in new[:20]]
    found = class_distance(reference.spaces, [new[:20]])
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    # Several networks: the mean.
    both = novelty_reference([X, 2 * X], y, np.ones(400))
    np.testing.assert_allclose(
        class_distance(both.spaces, [new[:20], 2 * new[:20]]), expected, rtol=1e-4
    )


def test_distances_of_many_stars_are_those_of_few_and_nothing_is_written_to(stars):
    X, y, new = stars
    reference = novelty_reference([X], y, np.ones(400))
    many = np.tile(new.astype(np.float32), (12, 1))
    kept = many.copy()
    found = class_distance(reference.spaces, [many])
    assert_allclose(found, np.tile(class_distance(reference.spaces, [new]), 12), rtol=1e-5)
    assert_array_equal(many, kept)


def test_the_score_is_the_share_of_training_stars_that_are_less_unusual(stars):
    X, y, new = stars
    reference = novelty_reference([X], y, np.ones(400))
    score = share_below(reference, class_distance(reference.spaces, [new]))
    for limit in (0.5, 0.8, 0.9, 0.95):
        # Standard error of the share among 400 stars, twice over.
        assert (score > limit).mean() == pytest.approx(1 - limit, abs=0.06)


def test_each_star_is_measured_against_classes_without_its_fifth(stars):
    """Every fifth star of a class is left out together with it."""
    X, y, _ = stars
    number = np.concatenate([np.arange(300), np.arange(100)])
    expected = []
    for fold in range(5):
        out = number % 5 == fold
        spaces = novelty_reference([X[~out]], y[~out], np.ones((~out).sum())).spaces
        expected.append(class_distance(spaces, [X[out]]))
    found = novelty_reference([X], y, np.ones(400)).distance
    np.testing.assert_allclose(found, np.sort(np.concatenate(expected)), rtol=1e-5)


def test_weights_say_how_many_stars_each_stands_for(rng):
    y = np.repeat(["a", "b"], 200)
    X = rng.normal(size=(400, 3)) * np.where(y == "a", 1.0, 4.0)[:, None]
    equal = novelty_reference([X], y, np.ones(400))
    rare = novelty_reference([X], y, np.where(y == "a", 100.0, 1.0))
    # The wide class hardly exists: a distance usual for it is unusual.
    distance = np.array([np.median(class_distance(equal.spaces, [X[y == "b"]]))])
    assert share_below(rare, distance)[0] > share_below(equal, distance)[0] + 0.15


def test_scores_rise_steadily_between_0_and_1(stars):
    X, y, _ = stars
    reference = novelty_reference([X], y, np.ones(400))
    distance = np.concatenate([[0.0], np.logspace(-6, 6, 500)])
    score = share_below(reference, distance)
    assert (np.diff(score) >= 0).all() and score[0] == 0.0 and score[-1] < 1.0
    far = share_below(reference, reference.distance[-1] * np.array([1.0, 2.0, 10.0]))
    assert (np.diff(far) > 0).all()


def test_stars_without_any_weight_count_alike(stars):
    X, y, _ = stars
    without, alike = (novelty_reference([X], y, np.full(400, weight)) for weight in (0.0, 1.0))
    assert_array_equal(without.share, alike.share)
    assert_array_equal(without.distance, alike.distance)


@pytest.mark.parametrize(
    ("distance", "share"),
    [
        # From nothing in a line to the nearest, then in the logarithm of the distance.
        (0.0, 0.0), (0.5, 0.1), (1.0, 0.2), (2.0, 0.4), (4.0, 0.6), (16.0, 0.8),
        # What is left falls with the square.
        (32.0, 0.95), (160.0, 0.998),
    ],
)  # fmt: skip
def test_shares_between_and_beyond_the_stars_that_are_remembered(distance, share):
    reference = NoveltyReference((), np.array([1.0, 4.0, 16.0]), np.array([0.2, 0.6, 0.8]))
    assert share_below(reference, np.array([distance])) == pytest.approx(share)


@pytest.mark.parametrize("shape", [(60, 8), (40, 90), (30, 1)])
def test_scatter_is_shrunk_as_scikit_learn_does(shape):
    from sklearn.covariance import ledoit_wolf

    rng = np.random.default_rng(0)
    X = rng.normal(size=shape) * rng.lognormal(size=shape[1])
    assert_allclose(shrunk_scatter(X), ledoit_wolf(X, assume_centered=True)[0], rtol=1e-5)


def test_scatter_without_scatter():
    assert_array_equal(shrunk_scatter(np.zeros((5, 3))), np.eye(3))
