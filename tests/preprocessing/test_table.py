"""The short check of a table lets nothing through that scikit-learn's would stop."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from sklearn_vartl import FeatureScaler, TransferMLPClassifier
from sklearn_vartl._validation import check_labels, check_table, check_weights
from sklearn_vartl.ensemble import RotationForestClassifier

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


def test_what_a_mask_hides_is_missing(estimator):
    """numpy hands on what lies beneath a mask, and so does scikit-learn."""
    table = np.ma.array(X, mask=np.arange(12).reshape(4, 3) == 5)
    found = check_table(estimator, table, allow_nan=True, reset=False)
    np.testing.assert_array_equal(found, changed(np.nan))
    with pytest.raises(ValueError, match="NaN"):
        check_table(estimator, table, allow_nan=False, reset=False)
    scaled = FeatureScaler().fit(changed(np.nan))
    np.testing.assert_array_equal(scaled.transform(table), scaled.transform(changed(np.nan)))
    with pytest.raises(ValueError, match="NaN"):
        RotationForestClassifier(2).fit(table, [0, 1, 0, 1])
    whole = np.ma.array(X)
    np.testing.assert_array_equal(check_table(estimator, whole, allow_nan=False, reset=False), X)
    with pytest.raises(ValueError, match="sample_weight has masked values"):
        check_weights(np.ma.array([1.0, 9.0, 1.0, 1.0], mask=[0, 1, 0, 0]), X)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["A", "B", np.nan, "A"]),
        np.array(["A", "B", None, "A"]).astype(str),
        ["A", "B", "", "A"],
        np.array(["A", "B", "<NA>", "A"], dtype=object),
        np.ma.array(["A", "B", "C", "A"], mask=[0, 0, 1, 0]),
        np.ma.array([1, 2, 3, 1], mask=[0, 0, 1, 0]),
    ],
)
def test_labels_that_are_missing_behind_a_mask_or_as_text(labels):
    """What numpy and pandas make of a missing label is no class."""
    with pytest.raises(ValueError, match=r"1 of 4 stars have no label \(positions 2\)"):
        check_labels(labels, 4)
    with pytest.raises(ValueError, match="no label"):
        TransferMLPClassifier((4,), n_estimators=1, min_steps=1).fit(X, labels)


def test_names_that_blanks_tell_apart_are_told():
    with pytest.warns(UserWarning, match="The labels 'A ' have blanks"):
        check_labels(["A", "A ", "B", " C"], 4)
    assert check_labels(["NA", "A", "nothing", "B"], 4).tolist() == ["NA", "A", "nothing", "B"]
    # As in light curves, and told.
    with pytest.raises(ValueError, match="'none' stands for no label: a class needs another name"):
        check_labels(["NA", "A", "none", "B"], 4)


@pytest.mark.parametrize("learned", [True, False])
def test_dates_are_no_features(learned):
    """Their numbers would be nanoseconds since 1970."""
    days = np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]")
    scaler, numbers = FeatureScaler(), pd.DataFrame({"period": [1.0, 2.0], "seen": [3.0, 4.0]})
    for table in (numbers.assign(seen=days), numbers.assign(seen=days - days[0])):
        with pytest.raises(TypeError, match="numbers, and seen holds dates or times: leave it out"):
            scaler.fit(table) if learned else scaler.fit(numbers).transform(table)
    with pytest.raises(TypeError, match="and X holds dates"):
        scaler.fit(days[:, None])
