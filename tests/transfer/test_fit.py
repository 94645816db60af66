"""Learning the source survey: labels, weights, missing values, inputs of every kind."""

import tracemalloc
import warnings
from enum import Enum

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from sklearn_vartl.network import _training
from sklearn_vartl.preprocessing import FeatureScaler
from sklearn_vartl.transfer import TransferEnsembleClassifier, TransferMLPClassifier


def test_learns_string_classes(source, data):
    assert source.classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    assert source.score(*data.source) > 0.9
    assert not source.is_transferred_
    proba = source.predict_proba(data.source[0])
    np.testing.assert_allclose(proba.sum(axis=1), 1)


@pytest.mark.parametrize(
    "convert",
    [
        lambda X: X.astype(np.float32),
        lambda X: X.astype(">f8"),
        lambda X: np.asfortranarray(X),
        lambda X: X.tolist(),
        lambda X: pd.DataFrame(X, columns=list("abcd")),
    ],
    ids=["float32", "big-endian", "fortran", "list", "frame"],
)
def test_inputs_of_every_kind(quick, data, convert):
    X, y = data.source
    X = X.astype(np.float32).astype(np.float64)
    expected = TransferMLPClassifier(**quick).fit(X, y).predict_proba(X)
    given = convert(X)
    actual = TransferMLPClassifier(**quick).fit(given, y).predict_proba(given)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    "convert",
    [
        lambda y: y.tolist(),
        lambda y: y.astype(str),
        lambda y: pd.Series(y),
        lambda y: pd.Series(y, dtype="category"),
        lambda y: pd.Series(y, dtype="string"),
    ],
    ids=["list", "str", "series", "categorical", "pandas string"],
)
def test_labels_of_every_kind(quick, data, source, convert):
    X, y = data.source
    other = TransferMLPClassifier(**quick).fit(X, convert(y))
    assert other.classes_.tolist() == source.classes_.tolist()
    np.testing.assert_array_equal(other.predict_proba(X), source.predict_proba(X))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, "?", " null ", "--"], ids=str)
def test_missing_labels_are_refused(quick, data, source, missing):
    X, y = data.source[0], data.source[1].copy()
    y[[3, 8]] = missing
    with pytest.raises(ValueError, match=r"2 of 400 .*positions 3, 8.*labelled\(\)"):
        TransferMLPClassifier(**quick).fit(X, y)
    with pytest.raises(ValueError, match="X_unlabelled="):
        source.partial_fit_target(X, y)
    with pytest.raises(ValueError, match="2 of 400"):
        TransferMLPClassifier(**quick).fit(X, list(y))


def test_mixed_labels_are_refused(quick):
    with pytest.raises(TypeError, match=r"all strings or all numbers.*int.*str"):
        TransferMLPClassifier(**quick).fit(np.eye(2), np.array(["RRAB", 3], dtype=object))


@pytest.mark.parametrize("n", [1, 2, 33])
def test_single_stars_and_a_last_batch_of_one(quick, data, n):
    X, y = (part[:n] for part in data.source)
    clf = TransferMLPClassifier(**quick | {"batch_size": 32}).fit(X, y)
    assert np.isfinite(clf.predict_proba(data.source[0])).all()


def test_one_sample_of_a_class(quick, data, survey):
    X, y = survey(["QSO"], 1, 5)
    X, y = np.vstack([data.source[0], X]), np.append(data.source[1], y)
    clf = TransferMLPClassifier(**quick, early_stopping=True, calibration="temperature").fit(X, y)
    assert clf.predict_proba(X).shape == (401, 5)


def test_rows_without_features_are_left_out_with_one_counted_warning(quick, data, source):
    X, y = data.source
    gaps = np.vstack([X, np.full((7, 4), np.nan)])
    labels = np.append(y, ["QSO"] * 7)
    with pytest.warns(UserWarning, match="7 of 407 stars have no feature") as caught:
        clf = TransferMLPClassifier(**quick).fit(gaps, labels)
    assert caught[0].filename == __file__
    assert len(caught) == 1
    np.testing.assert_array_equal(clf.predict_proba(X), source.predict_proba(X))


def test_rows_without_features_get_the_class_priors_and_a_flag(quick, survey):
    X, y = (
        np.concatenate(p) for p in zip(survey(["EC"], 90, 0), survey(["ED"], 30, 1), strict=True)
    )
    clf = TransferMLPClassifier(**quick).fit(X, y)
    X_new = np.vstack([X[:2], np.full(4, np.nan), [np.nan, 1, 1, 1]])
    np.testing.assert_allclose(clf.predict_proba(X_new)[2], [0.75, 0.25])
    assert clf.flag_missing(X_new).tolist() == [False, False, True, False]
    assert np.isnan(clf.embed(X_new)).all(axis=1).tolist() == [False, False, True, False]
    np.testing.assert_allclose(clf.predict_proba(X_new[2:3]), [[0.75, 0.25]])


def test_a_fit_that_failed_leaves_no_fitted_classifier(quick):
    clf = TransferMLPClassifier(**quick)
    with pytest.raises(ValueError, match="No star"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf.fit(np.full((3, 2), np.nan), [0, 1, 1])
    with pytest.raises(NotFittedError):
        clf.predict_proba(np.zeros((1, 2)))
    with pytest.raises(NotFittedError, match="no source to start from"):
        clf.partial_fit_target(np.zeros((2, 2)), [0, 1])


def test_only_empty_rows_are_refused(quick):
    with pytest.raises(ValueError, match="No star with features"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        TransferMLPClassifier(**quick).fit(np.full((3, 2), np.nan), [0, 1, 1])


def test_zero_weight_is_as_if_the_star_was_not_there(quick, data, source):
    X, y = data.source
    odd = np.vstack([X, 100 + X[:50]])
    clf = TransferMLPClassifier(**quick)
    clf.fit(odd, np.append(y, y[:50]), sample_weight=np.repeat([2.0, 0.0], [len(y), 50]))
    np.testing.assert_array_equal(clf.predict_proba(X), source.predict_proba(X))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([-1.0, 1.0], "Negative"),
        ([0.0, 0.0], "zero"),
        ([1.0], "sample_weight"),
        ([np.nan, 1], "NaN"),
    ],
)
def test_wrong_weights_are_refused(quick, weight, message):
    with pytest.raises(ValueError, match=message):
        TransferMLPClassifier(**quick).fit(np.eye(2), ["a", "b"], sample_weight=weight)


@pytest.mark.parametrize("how", ["sample_weight", "class_weight", "balanced", "sampling"])
def test_rare_classes_can_be_lifted(quick, survey, how):
    X, y = (
        np.concatenate(p) for p in zip(survey(["EC"], 300, 0), survey(["ESD"], 15, 1), strict=True)
    )
    params, weight = dict(quick), None
    if how == "sample_weight":
        weight = np.where(y == "ESD", 20.0, 1.0)
    elif how == "class_weight":
        params["class_weight"] = {"ESD": 20.0}
    elif how == "balanced":
        params["class_weight"] = "balanced"
    else:
        params["sampling"] = "balanced"
    between = np.array([[0, 3.5, 1.5, 0]])
    plain = TransferMLPClassifier(**quick).fit(X, y).predict_proba(between)[0, 1]
    lifted = TransferMLPClassifier(**params).fit(X, y, sample_weight=weight)
    assert lifted.predict_proba(between)[0, 1] > plain + 0.1


def test_early_stopping_stops_and_is_off_by_default(quick, source, data):
    assert len(source.history_[0]) == 15  # 400 stars: 4 steps an epoch, at least 60 steps
    assert "valid_loss" not in source.history_[0][0]
    rng = np.random.default_rng(0)
    X, y = data.source[0], rng.permutation(data.source[1])
    params = quick | {"max_epochs": 100, "early_stopping": True, "n_iter_no_change": 3}
    history = TransferMLPClassifier(**params).fit(X, y).history_[0]
    assert len(history) < 100
    assert "valid_loss" in history[0]


def test_scaler_is_the_users_choice(quick, data):
    X, y = data.source
    plain = TransferMLPClassifier(**quick, scaler=None).fit(X, y)
    assert plain.scaler_ is None
    assert plain.score(X, y) > 0.9
    with pytest.raises(ValueError, match="NaN"):
        plain.predict(np.full((1, 4), np.nan))
    own = FeatureScaler(clip=2.0)
    clf = TransferMLPClassifier(**quick, scaler=own).fit(X, y)
    assert clf.scaler_.clip == 2.0
    assert not hasattr(own, "scale_"), "the parameter itself was fitted"


def test_a_scaler_that_hands_on_nan_is_named(quick, data):
    X = data.source[0].copy()
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match="StandardScaler returned NaN"):
        TransferMLPClassifier(**quick, scaler=StandardScaler()).fit(X, data.source[1])


def test_angles_by_name_inside_the_classifier(quick, data):
    frame = pd.DataFrame(data.source[0], columns=list("abcd"))
    clf = TransferMLPClassifier(**quick, scaler=FeatureScaler(circular=["b"]))
    clf.fit(frame, data.source[1])
    assert clf.scaler_.kinds_[1] == "circular"
    assert clf.predict(frame).shape == (400,)


def test_number_and_names_of_features_are_checked(quick, data, source):
    X, y = data.source
    for method in (source.predict, source.embed, lambda Z: source.partial_fit_target(Z, y)):
        with pytest.raises(ValueError, match=r"X has 3 features.*expecting 4"):
            method(X[:, :3])
    frame = pd.DataFrame(X, columns=list("abcd"))
    clf = TransferMLPClassifier(**quick).fit(frame, y)
    assert clf.feature_names_in_.tolist() == list("abcd")
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(frame[list("dcba")])


def test_unknown_device_is_refused(quick, data):
    with pytest.raises(ValueError, match="device='warp'"):
        TransferMLPClassifier(**quick, device="warp").fit(*data.source)


def test_stars_without_any_feature_have_no_embedding(source, quick):
    embedding = source.embed(np.full((3, source.n_features_in_), np.nan))
    assert embedding.shape == (3, quick["hidden_layer_sizes"][-1])
    assert np.isnan(embedding).all()


@pytest.mark.parametrize("sizes", [(), 0, [8, 0], [8, -1], [8, 2.5], ["8"], [[8, 8]], True, [None]])
@pytest.mark.parametrize("kind", [TransferMLPClassifier, TransferEnsembleClassifier])
def test_sizes_of_layers_that_are_none_are_named(kind, sizes, quick, data):
    clf = kind(**quick | {"hidden_layer_sizes": sizes})
    with pytest.raises(ValueError, match="hidden_layer_sizes"):
        clf.fit(*data.source)


@pytest.mark.parametrize("sizes", [8, np.int64(8), [8], np.array([8])])
def test_sizes_of_layers_of_every_kind(sizes, quick, data):
    X, y = data.source[0][:40], data.source[1][:40]
    clf = TransferMLPClassifier(**quick | {"hidden_layer_sizes": sizes}).fit(X, y)
    assert clf.embed(X).shape == (40, 8)


def test_the_share_for_validation_is_the_one_asked_for(quick, data, monkeypatch):
    sizes = []
    train = _training.train_network

    def watching(start, stars, *, valid, **options):
        sizes.append((len(stars[1]), len(valid[1])))
        return train(start, stars, valid=valid, **options)

    monkeypatch.setattr(_training, "train_network", watching)
    for fraction in (0.1, 0.4):
        params = quick | {"early_stopping": True, "validation_fraction": fraction, "min_steps": 5}
        TransferMLPClassifier(**params).fit(*data.source)
    assert sizes == [(360, 40), (240, 160)]


def test_inputs_that_never_vary_have_no_say(quick, data):
    X, y = data.source
    X = np.column_stack([X, np.full(len(X), 3.0)])
    clf = TransferMLPClassifier(**quick).fit(X, y)
    changed = X + np.array([0, 0, 0, 0, 100.0])
    np.testing.assert_array_equal(clf.predict_proba(changed), clf.predict_proba(X))
    changed[:, 4] = np.nan
    np.testing.assert_array_equal(clf.predict_proba(changed), clf.predict_proba(X))
    changed = X + np.array([100.0, 0, 0, 0, 0])
    assert (clf.predict_proba(changed) != clf.predict_proba(X)).all()


def test_many_stars_are_predicted_in_blocks(source, data):
    X = np.tile(data.test[0], (60, 1))  # 24,000
    X[5] = np.nan
    expected = np.tile(source.predict_proba(data.test[0]), (60, 1))
    tracemalloc.start()
    proba = source.predict_proba(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(np.delete(proba, 5, axis=0), np.delete(expected, 5, axis=0))
    np.testing.assert_allclose(proba[5], 0.25)
    assert peak < 4 * proba.nbytes
    np.testing.assert_array_equal(
        source.novelty_score(X)[-400:], source.novelty_score(data.test[0])
    )


@pytest.mark.parametrize("kind", [TransferMLPClassifier, TransferEnsembleClassifier])
def test_a_fit_that_is_interrupted_changes_nothing(kind, quick, survey, monkeypatch):
    """Not the number of features either, nor what was learned of the evidence."""
    X, y = survey(["EC", "ED"], 30, 0)
    y = np.where(X[:, 3] > 1, "NONVAR", y.astype(str))
    model = kind(**quick, evidence=[3]).fit(X, y)
    before, own = model.predict_proba(X), vars(model).copy()

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("torch.optim.AdamW.step", stop)
        with pytest.raises(KeyboardInterrupt):
            model.set_params(evidence=None).fit(pd.DataFrame(X[:, :3], columns=list("abc")), y)
    assert vars(model) == own | {"evidence": None}
    np.testing.assert_array_equal(model.predict_proba(X), before)
    # Nor do labels that are missing.
    with pytest.raises(ValueError, match="no label"):
        model.fit(X[:, :2], [None] * len(X))
    np.testing.assert_array_equal(model.predict_proba(X), before)


@pytest.mark.parametrize(
    "method", ["embed", "novelty_score", "estimate_priors", "drift_test", "predict_or_abstain"]
)
def test_every_answer_needs_a_fit(method, quick, data):
    with pytest.raises(NotFittedError):
        getattr(TransferMLPClassifier(**quick), method)(data.test[0])


def test_lists_of_labels_are_not_what_numpy_makes_of_them(quick, data):
    """Of names and numbers it makes names, of members of an Enum the beginning of how they are written."""
    X, y = data.source
    with pytest.raises(TypeError, match="all strings or all numbers"):
        TransferMLPClassifier(**quick).fit(X, [3, *y[1:]])
    kind = Enum("Kind", {name: name for name in np.unique(y)}, type=str)
    model = TransferMLPClassifier(**quick).fit(X, [kind(name) for name in y])
    assert model.classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    expected = TransferMLPClassifier(**quick).fit(X, y.tolist())
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
