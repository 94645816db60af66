"""A fitted classifier as JSON and arrays."""

import json

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.transfer import TransferMLPClassifier


def _again(clf):
    state, arrays = to_state(clf)
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    kinds = {name.rpartition("/")[2]: array.dtype.kind for name, array in arrays.items()}
    assert kinds.pop("seen") == "u"
    assert set(kinds.values()) == {"f"}
    return from_state(TransferMLPClassifier, json.loads(json.dumps(state)), arrays)


@pytest.mark.parametrize("transferred", [False, True])
def test_round_trip(data, quick, transferred):
    params = quick | {"n_estimators": 2, "calibration": "temperature"}
    clf = TransferMLPClassifier(**params, class_weight={"EC": 2}).fit(*data.source)
    if transferred:
        clf.partial_fit_target(*data.target)
    X = data.test[0]
    again = _again(clf)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    np.testing.assert_array_equal(again.classes_, clf.classes_)
    assert again.history_ == clf.history_
    assert again.is_transferred_ == transferred
    assert again.get_params() == clf.get_params()
    # What comes afterwards is the same too: the memory of known classes is part of the state.
    for model in (again, clf):
        model.partial_fit_target(*data.target)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    for model in (again, clf):
        model.reset_to_source()
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


@pytest.mark.parametrize("kind", [int, float, str, bool], ids=lambda kind: kind.__name__)
def test_classes_of_every_type(data, quick, kind):
    X, y = data.source
    y = np.unique(y, return_inverse=True)[1]
    y = (y > 1) if kind is bool else (y + 1).astype(kind)
    clf = TransferMLPClassifier(**quick).fit(X, y)
    again = _again(clf)
    assert again.classes_.dtype.kind == clf.classes_.dtype.kind
    np.testing.assert_array_equal(again.predict(X), clf.predict(X))


def test_scaler_parameter_and_its_absence(data, quick):
    own = TransferMLPClassifier(**quick, scaler=FeatureScaler(circular={1: np.pi}, clip=None))
    again = _again(own.fit(*data.source))
    assert again.scaler.get_params() == own.scaler.get_params()
    none = TransferMLPClassifier(**quick, scaler=None).fit(*data.source)
    assert _again(none).scaler_ is None


def test_what_is_no_plain_data_is_named(data, quick):
    with pytest.raises(TypeError, match="StandardScaler"):
        to_state(TransferMLPClassifier(**quick, scaler=StandardScaler()).fit(*data.source))
    params = quick | {"random_state": np.random.RandomState(0)}
    with pytest.raises(TypeError, match="random_state"):
        to_state(TransferMLPClassifier(**params).fit(*data.source))


def test_weights_of_remembered_stars_that_are_none_are_refused(source):
    """A later fine-tuning would unlearn such a star."""
    state, arrays = to_state(source)
    for weight in (-1.0, np.nan):
        damaged = arrays["source/memory/weight"].copy()
        damaged[3] = weight
        with pytest.raises(ModelFileError, match="weight"):
            from_state(TransferMLPClassifier, state, {**arrays, "source/memory/weight": damaged})
