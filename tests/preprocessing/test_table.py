"""The short check of a table lets nothing through that scikit-learn's would stop."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from sklearn_vartl._validation import check_table

X = np.arange(12.0).reshape(4, 3)


@pytest.fixture
def estimator():
    estimator = BaseEstimator()
    estimator.n_features_in_ = 3
    return estimator


def changed(value):
    table = X.copy()
    table[1, 2] = value
    return table


def test_a_plain_table_is_passed_through(estimator):
    assert check_table(estimator, X, allow_nan=False, reset=False) is X
    missing = changed(np.nan)
    assert check_table(estimator, missing, allow_nan=True, reset=False) is missing


@pytest.mark.parametrize(
    "table",
    [X[:, :2], X[0], X[:0], X.astype(str) + "?", changed(np.inf), changed(np.nan), X * 1j],
    ids=["columns", "one row", "no rows", "text", "infinite", "missing", "complex"],
)
def test_what_is_wrong_is_said_as_by_scikit_learn(estimator, table):
    with pytest.raises(ValueError) as expected:
        validate_data(estimator, table, dtype=np.float64, reset=False)
    with pytest.raises(ValueError) as found:
        check_table(estimator, table, allow_nan=False, reset=False)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("table", [X.tolist(), X.astype(np.float32), X.astype(int)])
def test_other_forms_become_float64(estimator, table):
    found = check_table(estimator, table, allow_nan=False, reset=False)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, X)
