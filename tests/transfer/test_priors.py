"""Class shares of the stars that are predicted: given, estimated, kept in files."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from sklearn_vartl import TransferMLPClassifier, load_model, make_transfer_pipeline, save_model
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.probabilities import resolve_priors
from sklearn_vartl.transfer._fitting import TrainingData, shown_shares

CLASSES = np.array(["EC", "ED", "RRAB"], dtype=object)
TRAINED = np.array([0.5, 0.3, 0.2])


@pytest.mark.parametrize(
    ("priors", "said"),
    [
        ({"QSO": 0.5}, "QSO.*not among the classes"),
        ([0.5, 0.5], "2 shares, there are 3 classes"),
        ([0.5, -0.1, 0.6], "positive or zero"),
        ([0.0, 0.0, 0.0], "not all of them zero"),
        ([np.nan, 1.0, 1.0], "positive or zero"),
        ({"EC": 0.9, "ED": 0.3}, r"nothing is left for \['RRAB'\]"),
        (["many", "few", "few"], "must be numbers"),
    ],
)
def test_wrong_priors_are_named(priors, said, data, quick):
    with pytest.raises(ValueError, match=said):
        resolve_priors(priors, CLASSES, TRAINED)
    clf = TransferMLPClassifier(**quick).fit(*data.source)
    if priors != [0.5, 0.5]:
        priors = (
            priors if isinstance(priors, dict) else [*priors, 0.1 * sum(p == 0 for p in priors)]
        )
    clf.set_params(priors=priors)
    if priors != [0.0, 0.0, 0.0, 0.1 * 3]:
        with pytest.raises(ValueError, match="priors"):
            clf.predict_proba(data.test[0])


def test_predictions_are_for_the_given_mix(source, data):
    X = data.test[0]
    plain = source.predict_proba(X)
    source.set_params(priors={"EC": 0.97})
    shares = dict(zip(source.classes_, source.priors_, strict=True))
    assert shares["EC"] == pytest.approx(0.97) and shares["ED"] == pytest.approx(0.01)
    expected = plain * source.priors_ / source.model_.shares
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(source.predict_proba(X), expected, rtol=1e-9)
    lost = source.predict_proba(np.full((1, 4), np.nan))
    np.testing.assert_allclose(lost[0], source.priors_)
    # As in training: nothing changes.
    source.set_params(priors=source.model_.prior)
    np.testing.assert_allclose(source.predict_proba(X), plain, rtol=1e-9)


def test_shares_that_a_network_is_shown():
    data = TrainingData(
        np.zeros((4, 1)), np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 1.0, 2.0]), np.ones(4), 3
    )
    np.testing.assert_allclose(shown_shares(data, "uniform"), [0.6, 0.4, 0.0])
    np.testing.assert_allclose(shown_shares(data, "balanced"), [1 / 3, 2 / 3, 0.0])


@pytest.mark.parametrize("params", [{"class_weight": "balanced"}, {"sampling": "balanced"}])
def test_class_weights_and_balanced_sampling_count(params, quick, survey):
    X, y = survey(["EC", "ED"], 200, 0)
    keep = (y == "EC") | (np.cumsum(y == "ED") <= 20)
    clf = TransferMLPClassifier(**quick, **params).fit(X[keep], y[keep])
    np.testing.assert_allclose(clf.model_.shares, [0.5, 0.5])
    np.testing.assert_allclose(clf.model_.prior, [10 / 11, 1 / 11])
    np.testing.assert_allclose(clf.priors_, [0.5, 0.5])
    plain = clf.predict_proba(X)
    clf.set_params(priors="balanced")
    # What they are trained for already.
    np.testing.assert_allclose(clf.predict_proba(X), plain, rtol=1e-9)


def test_unlabelled_stars_of_fine_tuning_give_the_shares(source, data, survey):
    X, y = survey(["EC", "ED", "ESD", "RRAB"], 300, 3, 0.4)
    mostly = np.flatnonzero((y == "RRAB") | (np.arange(len(y)) % 10 == 0))
    source.set_params(priors="em")
    source.partial_fit_target(*data.target, X_unlabelled=X[mostly])
    found = dict(zip(source.classes_, source.priors_, strict=True))
    assert found["RRAB"] == pytest.approx((y[mostly] == "RRAB").mean(), abs=0.08)
    # Neither the labelled stars nor what the networks were shown say so.
    assert source.model_.prior.max() < 0.3
    assert source.model_.shares.max() < found["RRAB"] - 0.05
    # The next fine-tuning says nothing of the shares, and neither does the source.
    source.partial_fit_target(*data.target)
    np.testing.assert_array_equal(source.priors_, source.model_.shares)
    source.estimate_priors(X[mostly])
    assert source.model_.estimated_priors is not None
    source.reset_to_source()
    np.testing.assert_array_equal(source.priors_, source.model_.prior)


def test_without_em_unlabelled_stars_change_no_shares(source, data):
    source.partial_fit_target(*data.target, X_unlabelled=data.test[0])
    assert source.model_.estimated_priors is None


def test_a_refused_estimate_warns_and_keeps_the_shares(source, data):
    source.set_params(priors="em")
    with pytest.warns(UserWarning, match="stay those of the training: 3 stars are too few") as told:
        shares = source.estimate_priors(data.test[0][:3])
    assert told[0].filename == __file__
    np.testing.assert_array_equal(shares, source.model_.prior)
    np.testing.assert_array_equal(source.priors_, source.model_.prior)


@pytest.mark.parametrize("priors", [{"EC": 0.7}, [0.4, 0.3, 0.2, 0.1], "balanced", "em"])
@pytest.mark.parametrize("transferred", [False, True])
def test_another_mix_after_saving(priors, transferred, source, data, tmp_path):
    if transferred:
        source.partial_fit_target(*data.target)
    source.set_params(priors=priors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source.estimate_priors(data.test[0][:150])
    save_model(source, tmp_path / "m.vartl")
    loaded = load_model(tmp_path / "m.vartl")
    X = data.test[0]
    np.testing.assert_array_equal(loaded.predict_proba(X), source.predict_proba(X))
    np.testing.assert_array_equal(loaded.priors_, source.priors_)
    for clf in (loaded, source):
        clf.set_params(priors={"ED": 0.9})
    np.testing.assert_array_equal(loaded.predict_proba(X), source.predict_proba(X))
    assert loaded.set_params(priors=None).priors_.tolist() == source.model_.prior.tolist()


def test_files_without_shares_still_load(source, data):
    state, arrays = to_state(source)
    state = json.loads(json.dumps(state))
    del state["estimated_priors"], state["params"]["priors"], arrays["source/trained_shares"]
    again = from_state(TransferMLPClassifier, state, arrays)
    np.testing.assert_array_equal(
        again.predict_proba(data.test[0]), source.predict_proba(data.test[0])
    )
    np.testing.assert_array_equal(again.model_.shares, source.model_.prior)


@pytest.mark.parametrize("bad", [[1.0], [0.5, 0.5, np.inf, 0], [-1.0, 1, 1, 1]])
def test_damaged_shares_are_refused(bad, source):
    state, arrays = to_state(source)
    with pytest.raises(ValueError, match="no shares of 4 classes"):
        from_state(TransferMLPClassifier, state | {"estimated_priors": bad}, arrays)
    with pytest.raises(ValueError, match="no shares of 4 classes"):
        from_state(
            TransferMLPClassifier,
            state,
            arrays | {"source/trained_shares": np.array(bad, dtype=float)},
        )


def test_a_pipeline_hands_on(quick, data):
    pipe = make_transfer_pipeline(FeatureScaler(), TransferMLPClassifier(**quick, priors="em"))
    pipe.fit(*data.source)
    shares = pipe.estimate_priors(data.test[0])
    np.testing.assert_array_equal(shares, pipe[-1].priors_)


def test_one_class_may_be_given_nothing():
    names, trained = np.array(["EC", "QSO", "RRAB"]), np.array([0.5, 0.2, 0.3])
    assert_allclose(resolve_priors({"QSO": 0.0}, names, trained), [0.625, 0.0, 0.375])
    with pytest.raises(ValueError, match="no share"):
        resolve_priors(dict.fromkeys(names.tolist(), 0.0), names, trained)
    with pytest.raises(ValueError, match="not all of them zero"):
        resolve_priors({}, names, trained)


def test_a_series_that_names_its_classes_is_read_by_name(source, data):
    """As of `value_counts(normalize=True)`, the most frequent class first."""
    X = data.source[0]
    shares = {"RRAB": 0.7, "EC": 0.1, "LPV": 0.1, "ED": 0.1}
    expected = source.set_params(priors=shares).predict_proba(X)
    found = source.set_params(priors=pd.Series(shares)).predict_proba(X)
    np.testing.assert_array_equal(found, expected)
    assert source.priors_[source.classes_.tolist().index("RRAB")] == 0.7
    # Merely numbered, it is in the order of the classes.
    source.set_params(priors=pd.Series([0.7, 0.1, 0.1, 0.1]))
    assert_allclose(source.priors_, [0.7, 0.1, 0.1, 0.1])
    source.set_params(priors=pd.Series([0.7, 0.3], index=["EC", "QSO"]))
    with pytest.raises(ValueError, match=r"priors names \['QSO'\]"):
        source.predict(X)
    source.set_params(priors=pd.Series([0.7, 0.2], index=["EC", "EC"]))
    with pytest.raises(ValueError, match="named twice"):
        source.predict(X)


def test_a_word_that_is_set_later_is_checked_too(source, data):
    source.set_params(priors="balance")
    with pytest.raises(ValueError, match="priors='balance' is unknown: 'balanced'"):
        source.predict_proba(data.source[0])


def test_purities_may_be_a_series(quick, data):
    model = TransferMLPClassifier(**quick, calibration="temperature").fit(*data.source)
    wished = {"RRAB": 0.99, "EC": 0.8}
    assert model.purity_thresholds(pd.Series(wished)) == model.purity_thresholds(wished)
