"""Stars that are left without a class."""

import numpy as np
import pytest

from sklearn_vartl.probabilities import abstain

PROBA = np.array([[0.9, 0.1], [0.4, 0.6], [0.55, 0.45], [0.1, 0.9], [0.9, 0.1]])


NOVELTY = np.array([0.1, 0.5, 0.2, 0.99, np.nan])


LIMITS = {"min_probability": 0.58, "max_novelty": 0.9}


def test_unsure_unusual_and_empty_stars_are_refused():
    y = abstain(PROBA, NOVELTY, np.array(["EC", "ED"]), unknown="unknown", **LIMITS)
    assert y.tolist() == ["EC", "ED", "unknown", "unknown", "unknown"]
    everything = {"min_probability": 0.0, "max_novelty": 1.0}
    y = abstain(PROBA, NOVELTY, np.array(["EC", "ED"]), unknown="unknown", **everything)
    assert y.tolist() == ["EC", "ED", "EC", "ED", "unknown"]


@pytest.mark.parametrize(
    ("classes", "unknown", "dtype"),
    [
        (np.array([3, 7]), -1, np.int64),
        (np.array([3.5, 7.0]), np.nan, np.float64),
        (np.array([3, 7]), "unknown", object),
        (np.array([False, True]), None, object),
        (np.array(["EC", "ED"], dtype=object), "unknown", object),
        (np.array(["EC", "ED"]), "unknown", "<U7"),
    ],
)
def test_classes_of_every_type(classes, unknown, dtype):
    y = abstain(PROBA, NOVELTY, classes, unknown=unknown, **LIMITS)
    assert y.dtype == dtype
    assert y[0] == classes[0] and y[1] == classes[1]
    assert y[3] is unknown or y[3] == unknown or np.isnan(y[3])
