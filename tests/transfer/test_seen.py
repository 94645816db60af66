"""Stars that a model has learned from are recognised: scores on them are too good."""

import struct
from dataclasses import replace
from hashlib import blake2b

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator

from sklearn_vartl import FeatureScaler, TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.transfer import FineTunedClassifier, make_transfer_pipeline
from sklearn_vartl.transfer._model import fingerprints

QUICK = {
    "hidden_layer_sizes": (4,), "n_estimators": 1, "max_epochs": 1, "min_steps": 1,
    "calibration": None, "random_state": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def stars():
    """Three surveys of the same classes: the source, the target and what nobody has learned from."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 130, 4))
    # An angle, which becomes two inputs, and a missing feature.
    X[:, :, 2] = rng.uniform(0, np.pi, (3, 130))
    X[:, ::7, 1] = np.nan
    return X, np.repeat(["EC", "RRAB"], 65)


@pytest.fixture(params=[TransferMLPClassifier, TransferEnsembleClassifier])
def model(request, stars):
    X, y = stars
    more = {"n_trees": 2} if request.param is TransferEnsembleClassifier else {}
    scaler = FeatureScaler(circular={2: np.pi})
    return request.param(**QUICK, **more, scaler=scaler).fit(X[0], y)


def test_labelled_stars_of_every_training_are_told_from_others(model, stars):
    (source, target, other), y = stars
    assert model.flag_seen(source).all() and not model.flag_seen(target).any()
    weight = np.ones(130)
    weight[5] = 0.0
    model.partial_fit_target(target, y, sample_weight=weight, X_unlabelled=other)
    assert model.flag_seen(source).all()
    assert np.flatnonzero(~model.flag_seen(target)).tolist() == [5]
    # Without a label, or with another value of one feature.
    changed = source.copy()
    changed[:, 3] *= 1.001
    assert not model.flag_seen(other).any() and not model.flag_seen(changed).any()
    again = from_state(type(model), *to_state(model))
    np.testing.assert_array_equal(again.flag_seen(target), model.flag_seen(target))
    assert again.flag_seen(source).all()


def test_rounding_of_another_processor_hides_no_star(model, stars):
    """Sums in another order differ in the last digits; files of earlier versions have all digits."""
    (source, _, other), _ = stars
    for digits in (1e-15, 1e-13):
        assert model.flag_seen(source * (1.0 + digits)).all()
    exact = np.unique(fingerprints(np.asarray(source, dtype=float), exact=True))
    model.model_ = replace(model.model_, seen=exact)
    assert model.flag_seen(source).all() and not model.flag_seen(other).any()


def test_a_zero_has_no_sign_and_a_star_without_features_is_nobody(stars):
    (X, *_), y = stars
    X = X.copy()
    X[0, 0], X[1] = 0.0, np.nan
    with pytest.warns(
        UserWarning, match=r"1 of 130 stars has no feature .* \(position 1\)"
    ) as told:
        model = TransferMLPClassifier(**QUICK).fit(X, y)
    assert told[0].filename == __file__
    X[0, 0] = -0.0
    assert np.flatnonzero(~model.flag_seen(X)).tolist() == [1]


def test_files_of_the_first_versions_know_what_they_remember(model, stars):
    (source, _, other), _ = stars
    model.model_ = replace(model.model_, seen=None)
    flags = model.flag_seen(source)
    # 50 of the 65 of each class.
    assert (flags[:65].sum(), flags[65:].sum()) == (50, 50)
    assert not model.flag_seen(other).any()


def test_through_a_pipeline_and_a_fine_tuned_copy(stars):
    (source, target, other), y = stars
    pipeline = make_transfer_pipeline(
        FeatureScaler(add_indicator=False), TransferMLPClassifier(**QUICK, scaler=None)
    ).fit(source, y)
    tuned = FineTunedClassifier(FrozenEstimator(pipeline), target_fraction=0.5).fit(target, y)
    assert pipeline.flag_seen(source).all() and not pipeline.flag_seen(target).any()
    flags = np.zeros(130, dtype=bool)
    flags[tuned.target_indices_] = True
    np.testing.assert_array_equal(tuned.flag_seen(target), flags)
    assert 60 < flags.sum() < 70
    assert tuned.flag_seen(source).all() and not tuned.flag_seen(other).any()


def test_fingerprints_in_files_are_recognised_by_every_version():
    X = np.array([[1.5, -0.0], [1e-300, np.nan]])
    kept = struct.pack("<2d", 1.5, 0.0), struct.pack("<2d", 1e-300, np.nan)
    expected = [int.from_bytes(blake2b(row, digest_size=8).digest(), "little") for row in kept]
    assert fingerprints(X, exact=True).tolist() == expected
    # Five digits: what is round to begin with stays as it is.
    whole = np.full((1, 6), 1.5)
    assert fingerprints(whole) == fingerprints(whole, exact=True)


def test_stars_of_one_feature_are_not_taken_for_each_other():
    X = 1.0 + np.arange(400.0)[:, None] / 2**20
    assert len(np.unique(fingerprints(X))) == 400
    assert len(np.unique(fingerprints(np.repeat(X, 6, axis=1)))) < 40
