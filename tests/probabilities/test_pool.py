"""Weights of a logarithmic pool."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from sklearn_vartl.probabilities import fit_weights


@pytest.fixture
def truth():
    """Stars of three classes, whose true probabilities are a pool of .7 and .3 of two opinions."""
    rng = np.random.default_rng(0)
    logs = log_softmax(2.0 * rng.standard_normal((2, 6000, 3)), axis=2)
    proba = softmax(np.tensordot([0.7, 0.3], logs, 1), axis=1)
    y = (proba.cumsum(axis=1) < rng.random((6000, 1))).sum(axis=1)
    return logs, y


def test_many_stars_find_the_weights(truth):
    logs, y = truth
    weights = fit_weights(logs, y, centre=np.array([0.5, 0.5]), spread=np.inf)
    np.testing.assert_allclose(weights, [0.7, 0.3], atol=0.04)


def test_few_stars_leave_them_where_they_were(truth):
    logs, y = truth
    centre = np.array([0.5, 0.5])
    moved = [
        abs(fit_weights(logs[:, :n], y[:n], centre=centre, spread=0.05)[0] - 0.5)
        for n in (5, 50, 6000)
    ]
    assert moved[0] < 0.02 < 0.1 < moved[2] and moved[0] < moved[1] < moved[2]


def test_weights_of_stars_count_as_copies(truth):
    logs, y = truth
    logs, y = logs[:, :200], y[:200]
    weight = np.where(np.arange(200) < 50, 3.0, 0.0)
    given = {"centre": np.array([0.5, 0.5]), "spread": np.inf}
    np.testing.assert_allclose(
        fit_weights(logs, y, weight, **given), fit_weights(logs[:, :50], y[:50], **given), atol=1e-4
    )


def test_none_is_negative_and_the_sum_is_one(truth):
    logs, _ = truth
    against, y = log_softmax(-logs[0], axis=1), logs[0].argmax(axis=1)
    weights = fit_weights([logs[0], against], y, centre=np.array([0.5, 0.5]))
    assert weights.tolist() == [1.0, 0.0]
    # Where every opinion misleads there is no better one.
    nothing = fit_weights([against], y, centre=np.array([1.0]))
    assert nothing.tolist() == [1.0]


def test_where_all_are_wrong_the_weights_are_those_from_before():
    """Sure of the other class, each would best have no say at all."""
    y = np.arange(200) % 2
    wrong = np.log(np.where(np.eye(2)[y] == 1, 0.001, 0.999))
    found = fit_weights([wrong, wrong, wrong], y, centre=np.array([1.0, 2.0, 1.0]), spread=10.0)
    np.testing.assert_allclose(found, [0.25, 0.5, 0.25])
