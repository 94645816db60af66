"""How unlike the training stars a star is."""

import pickle

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score

from sklearn_vartl import TransferMLPClassifier, load_model, make_transfer_pipeline, save_model
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.probabilities._novelty import class_distance, novelty_reference, share_below


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


def test_the_score_is_the_share_of_training_stars_that_are_less_unusual(stars):
    X, y, new = stars
    reference = novelty_reference([X], y, np.ones(400))
    score = share_below(reference, class_distance(reference.spaces, [new]))
    for limit in (0.5, 0.8, 0.9, 0.95):
        # Standard error of the share among 400 stars, twice over.
        assert (score > limit).mean() == pytest.approx(1 - limit, abs=0.06)


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


def test_one_star_a_class_gives_a_score(quick):
    clf = TransferMLPClassifier(**quick).fit(np.eye(3), list("abc"))
    score = clf.novelty_score(np.vstack([np.eye(3), 100 * np.eye(3)]))
    assert ((score >= 0) & (score <= 1)).all()


def test_an_unknown_class_is_more_unusual(source, data, survey):
    source.partial_fit_target(*data.target)
    known, unknown = data.test[0], survey(["QSO"], 100, 7)[0]
    truth = np.repeat([0, 1], [len(known), len(unknown)])
    score = source.novelty_score(np.vstack([known, unknown]))
    assert roc_auc_score(truth, score) > 0.8
    assert np.mean(score[truth == 0] > 0.9) < 0.3


def test_rows_without_features_have_none(source):
    X = np.vstack([np.full((1, 4), np.nan), np.zeros((2, 4))])
    score = source.novelty_score(X)
    assert np.isnan(score).tolist() == [True, False, False]
    assert np.isnan(source.novelty_score(X[:1])).all()


def test_many_rows_are_computed_in_blocks(source, data, monkeypatch):
    from sklearn_vartl.transfer import _model

    expected = source.novelty_score(data.test[0])
    monkeypatch.setattr(_model, "_BLOCK", 7)
    np.testing.assert_allclose(source.novelty_score(data.test[0]), expected, rtol=1e-4)


def test_what_is_computed_on_the_way_is_not_kept(source, data, tmp_path):
    before = pickle.dumps(source)
    expected = source.novelty_score(data.test[0])
    assert pickle.dumps(source) == before
    save_model(source, tmp_path / "m.vartl")
    again = load_model(tmp_path / "m.vartl").novelty_score(data.test[0])
    np.testing.assert_array_equal(again, expected)


def test_a_model_without_remembered_stars_says_so(source, data):
    from dataclasses import replace

    source.model_ = replace(source.model_, memory=source.model_.memory.only([]))
    with pytest.raises(ValueError, match="remembers no training star"):
        source.novelty_score(data.test[0])


def test_a_pipeline_hands_on(quick, data):
    pipe = make_transfer_pipeline(FeatureScaler(), TransferMLPClassifier(**quick))
    score = pipe.fit(*data.source).novelty_score(data.test[0])
    expected = pipe[-1].novelty_score(pipe[0].transform(data.test[0]))
    np.testing.assert_array_equal(score, expected)
