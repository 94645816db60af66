"""What estimators of all rooms have in common."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator

from sklearn_vartl._estimators import (
    FromProba,
    HasSource,
    as_before_on_error,
    changes_model,
    refuse_frozen,
)


class _Model:
    def __init__(self, classes, n_transfers):
        self.classes, self.n_transfers = np.array(classes), n_transfers


class _Estimator(HasSource, FromProba, BaseEstimator):
    def fit(self):
        """Know something."""
        self.model_ = self.source_model_ = _Model(["a", "b"], 0)
        return self

    @changes_model
    def learn(self, *classes):
        """Learn classes."""
        self.model_ = _Model(list(classes), 1)
        return self

    def predict_proba(self, X):
        return np.asarray(X)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_fit_that_fails_leaves_nothing_behind(error):
    estimator = _Estimator()
    estimator.kept, estimator.changed = "same", 1
    with pytest.raises(error), as_before_on_error(estimator):
        estimator.changed, estimator.new = 2, 3
        del estimator.kept
        raise error
    assert vars(estimator) == {"kept": "same", "changed": 1}
    with as_before_on_error(estimator):
        estimator.changed, estimator.new = 2, 3
    assert vars(estimator) == {"kept": "same", "changed": 2, "new": 3}


def test_what_is_frozen_is_not_changed():
    estimator = _Estimator().fit()
    for method in ("learn", "reset_to_source"):
        with pytest.raises(TypeError, match=f"^{method} would change _Estimator, which is frozen"):
            getattr(FrozenEstimator(estimator), method)("c")
    assert estimator.classes_.tolist() == ["a", "b"]
    assert FrozenEstimator(estimator).predict([[0.2, 0.8]]).tolist() == ["b"]
    assert _Estimator.learn(estimator, "c").classes_.tolist() == ["c"]
    assert (estimator.learn.__name__, estimator.learn.__doc__) == ("learn", "Learn classes.")
    with pytest.raises(TypeError, match="^that would change this,"):
        refuse_frozen("this", "that", 1, key=2)


def test_what_is_known_of_a_source_and_after_it():
    estimator = _Estimator()
    assert not estimator.__sklearn_is_fitted__()
    with pytest.raises(ValueError, match="not fitted"):
        estimator.reset_to_source()
    assert estimator.fit().__sklearn_is_fitted__() and not estimator.is_transferred_
    estimator.learn("c", "d")
    assert estimator.is_transferred_
    assert estimator.classes_.tolist() == ["c", "d"]
    assert estimator.source_classes_.tolist() == ["a", "b"]
    assert estimator.reset_to_source() is estimator
    assert not estimator.is_transferred_ and estimator.classes_.tolist() == ["a", "b"]


def test_answers_that_follow_from_probabilities():
    estimator = _Estimator().fit()
    proba = [[1.0, 0.0], [0.25, 0.75]]
    assert estimator.predict(proba).tolist() == ["a", "b"]
    # Of none the logarithm is -inf, without a warning.
    np.testing.assert_allclose(
        estimator.predict_log_proba(proba), [[0, -np.inf], [-1.386294, -0.287682]], atol=1e-6
    )
