"""How unlike the training stars a star is."""

import pickle

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sklearn_vartl import (
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.preprocessing import FeatureScaler


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


@pytest.mark.parametrize("method", ["predict_proba", "novelty_score"])
def test_distances_are_computed_on_one_thread(quick, monkeypatch, method):
    """Many small products on all threads of BLAS take ten times as long where others compute, too."""
    from threadpoolctl import threadpool_info, threadpool_limits

    clf, seen = TransferMLPClassifier(**quick).fit(np.eye(3), list("abc")), []

    def place(embeddings):
        seen.extend(e["num_threads"] for e in threadpool_info() if e["user_api"] == "blas")
        return np.zeros(len(embeddings[0]))

    monkeypatch.setattr(type(clf.model_.novelty_reference), "place", lambda _, e: place(e))
    with threadpool_limits(2, user_api="blas"):
        getattr(clf, method)(np.eye(3))
    assert seen and set(seen) == {1}


@pytest.mark.parametrize("estimator", [TransferMLPClassifier, TransferEnsembleClassifier])
def test_classes_are_described_on_one_thread(quick, data, monkeypatch, estimator):
    """The first prediction of a process took a second longer where BLAS had two threads."""
    from threadpoolctl import threadpool_info, threadpool_limits

    from sklearn_vartl.probabilities import _novelty

    clf, seen = estimator(**quick).fit(*data.target), []

    def cholesky(scatter):
        seen.extend(e["num_threads"] for e in threadpool_info() if e["user_api"] == "blas")
        return np.eye(len(scatter))

    monkeypatch.setattr(_novelty.np.linalg, "cholesky", cholesky)
    with threadpool_limits(2, user_api="blas"):
        clf.novelty_score(data.test[0])
    assert seen and set(seen) == {1}


def test_drift_is_told_of_another_survey_and_not_of_the_same(source, survey):
    """As probable as the feature that fits least, of four; other shares of the classes alone are no drift."""
    own = ["RRAB", "EC", "ED", "LPV"]
    X, y = survey(own, 60, 9)
    same = source.drift_test(X)
    assert not same.drifted and 0.05 < same.p_value <= 1.0
    rare = X[(y != "LPV") | (np.arange(len(y)) % 6 == 0)]
    assert not source.drift_test(rare).drifted
    other = X.copy()
    other[:, 2] += 1.0
    found = source.drift_test(other)
    assert (found.drifted, found.feature) == (True, 2) and 0 <= found.p_value < 0.05
    # The level decides, and nothing else.
    assert source.drift_test(X, level=0.999).drifted == (same.p_value < 0.999)
    assert not source.drift_test(other, level=found.p_value / 2).drifted
    # A row without any feature is nobody's.
    gap = np.vstack([X, np.full((30, 4), np.nan)])
    assert source.drift_test(gap).p_value == same.p_value
    # The remembered stars themselves are like the remembered stars.
    assert source.drift_test(source.model_.memory.X).p_value == 1.0
    with pytest.raises(ValueError, match="No star has a feature: there is nothing to compare"):
        source.drift_test(gap[-30:])
    for level in (0, 1, -0.1):
        with pytest.raises(ValueError, match="level"):
            source.drift_test(X, level=level)
