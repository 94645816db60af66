"""Several networks as one: averaging, parallel training, repeatability."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from joblib import parallel_config
from sklearn.base import clone

from sklearn_vartl.transfer import TransferMLPClassifier


@pytest.fixture
def three(quick):
    return TransferMLPClassifier(**quick | {"n_estimators": 3, "min_steps": 20, "max_epochs": 4})


def _learn(clf, data):
    return clone(clf).fit(*data.source).partial_fit_target(*data.target)


def test_probabilities_are_the_mean_of_the_members(three, data):
    clf = _learn(three, data)
    # Farther stars' are softened.
    X = data.test[0][clf.novelty_score(data.test[0]) <= 0.99]
    members = clf.model_.members
    assert len(members) == 3
    assert not np.array_equal(members[0]["head.weight"], members[1]["head.weight"])
    alone = [
        replace(clf.model_, members=members[k : k + 1]).predict_proba(X, "cpu") for k in range(3)
    ]
    np.testing.assert_allclose(clf.predict_proba(X), np.mean(alone, axis=0))
    assert clf.embed(X).shape == (len(X), 3 * 8)
    assert len(clf.history_) == 3


def test_bit_for_bit_repeatable_whatever_the_number_of_jobs(three, data):
    X = data.test[0]
    expected = _learn(three, data).predict_proba(X)
    np.testing.assert_array_equal(_learn(three, data).predict_proba(X), expected)
    three.set_params(n_jobs=2)
    with parallel_config(backend="threading"):  # in one process, where threads share all state
        np.testing.assert_array_equal(_learn(three, data).predict_proba(X), expected)
    other = _learn(three.set_params(n_jobs=None, random_state=1), data).predict_proba(X)
    assert (other != expected).any()


@pytest.mark.slow
def test_worker_processes_give_the_same(three, data):
    X = data.test[0]
    expected = _learn(three, data).predict_proba(X)
    three.set_params(n_jobs=2)
    np.testing.assert_array_equal(_learn(three, data).predict_proba(X), expected)


def test_result_does_not_depend_on_torchs_threads(three, data):
    X = data.test[0]
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        expected = _learn(three, data).predict_proba(X)
        torch.set_num_threads(2)
        np.testing.assert_array_equal(_learn(three, data).predict_proba(X), expected)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_result_does_not_depend_on_global_random_states(three, data):
    X = data.test[0]
    expected = _learn(three, data).predict_proba(X)
    torch.manual_seed(99)
    state = torch.get_rng_state()
    np.testing.assert_array_equal(_learn(three, data).predict_proba(X), expected)
    assert torch.equal(torch.get_rng_state(), state)


def test_progress_bar(three, data, capsys):
    _learn(three.set_params(verbose=1), data)
    assert "training networks" in capsys.readouterr().err
