"""Predictions that may be refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator

from sklearn_vartl import FineTunedClassifier, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.preprocessing import FeatureScaler

PROBA = np.array([[0.9, 0.1], [0.4, 0.6], [0.55, 0.45], [0.1, 0.9], [0.9, 0.1]])
NOVELTY = np.array([0.1, 0.5, 0.2, 0.99, np.nan])
LIMITS = {"min_probability": 0.58, "max_novelty": 0.9}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_probability": 1.5}, "min_probability must be between 0 and 1"),
        ({"max_novelty": -0.1}, "max_novelty must be between 0 and 1"),
        ({"max_novelty": np.nan}, "max_novelty must be between 0 and 1"),
        ({"unknown": "EC"}, "one of the classes"),
    ],
)
def test_wrong_arguments_are_named(given, said, source, data):
    with pytest.raises(ValueError, match=said):
        source.predict_or_abstain(data.test[0], **given)


def test_the_classifier_refuses_what_it_does_not_know(source, data, survey):
    source.partial_fit_target(*data.target)
    X, y = data.test
    predicted = source.predict_or_abstain(X)
    known = predicted != "unknown"
    assert known.mean() > 0.7
    np.testing.assert_array_equal(predicted[known], source.predict(X)[known])
    strange = source.predict_or_abstain(survey(["QSO"], 100, 7)[0])
    assert (strange == "unknown").mean() > (~known).mean() + 0.2
    lost = source.predict_or_abstain(np.full((1, 4), np.nan), min_probability=0, max_novelty=1)
    assert lost.tolist() == ["unknown"]
    sure = source.predict_or_abstain(X, min_probability=0.99, max_novelty=1.0)
    np.testing.assert_array_equal(sure == "unknown", source.predict_proba(X).max(axis=1) < 0.99)


@pytest.mark.parametrize("method", ["predict_or_abstain", "accuracy_estimate"])
def test_the_networks_see_each_star_once(method, source, data, monkeypatch):
    X, seen = data.test[0], []
    see = type(source.model_._networks)._blockwise
    monkeypatch.setattr(
        type(source.model_._networks),
        "_blockwise",
        lambda self, rows, *asked: seen.append(len(rows)) or see(self, rows, *asked),
    )
    source.novelty_score(X[:1])
    seen.clear()
    getattr(source, method)(X)
    assert sum(seen) == len(X)


def test_a_pipeline_hands_on(quick, data):
    pipe = make_transfer_pipeline(FeatureScaler(), TransferMLPClassifier(**quick))
    pipe.fit(*data.source)
    y = pipe.predict_or_abstain(data.test[0], max_novelty=0.5, unknown="?")
    assert (y == "?").mean() > 0.3
    expected = pipe[-1].predict_or_abstain(
        pipe[0].transform(data.test[0]), max_novelty=0.5, unknown="?"
    )
    np.testing.assert_array_equal(y, expected)


def test_a_fine_tuned_copy_hands_on(source, data):
    tuned = FineTunedClassifier(FrozenEstimator(source.set_params(priors="em")), random_state=0)
    tuned.fit(*data.target)
    y = tuned.predict_or_abstain(data.test[0], max_novelty=0.5, unknown="?")
    assert (y == "?").mean() > 0.3
    only = data.test[0][np.isin(data.test[1], ["EC", "RRAB"])]
    np.testing.assert_array_equal(tuned.estimate_priors(only), tuned.model_.priors_)
    assert source.model_.estimated_priors is None


def test_a_warning_about_the_stars_is_given_once(quick, data):
    X, y = data.source
    model = TransferMLPClassifier(**quick).fit(pd.DataFrame(X, columns=list("abcd")), y)
    with pytest.warns(UserWarning, match="valid feature names") as told:
        model.predict_or_abstain(X)
    assert len(told) == 1
