"""classify: what may be asked of the classes of stars in memory, and that the model stays as it is."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    classify,
    classify_catalog,
    make_transfer_pipeline,
    write_light_curves,
)
from sklearn_vartl.adaptation import DomainAdapter

from .conftest import FEATURES, sines


@pytest.fixture(scope="module")
def X():
    return sines(200, seed=3)


@pytest.fixture(scope="module")
def stars(X):
    return X[:40]


@pytest.fixture(scope="module")
def held_out(X):
    """A model that has learned enough stars to hold some out."""
    labels = X.labels.astype("U6")
    labels[1::4] = "MIDDLE"
    network = TransferMLPClassifier(
        (8,), n_estimators=1, max_epochs=10, calibration="temperature", random_state=0
    )
    features = LightCurveFeatures(FEATURES, max_period=30.0)
    return make_transfer_pipeline(features, network).fit(X, labels)


def test_light_curves_and_their_file_give_one_table(model, model_file, stars, tmp_path):
    write_light_curves(stars, tmp_path / "stars.parquet")
    table = classify(model, stars)
    assert table.equals(classify(model_file, tmp_path / "stars.parquet"))
    assert_allclose(table["p_max"], model.predict_proba(stars).max(axis=1))
    with pytest.raises(ValueError, match="no light curves"):
        classify(model, stars[:0])


def test_what_looks_wrong_is_told_once(model, stars):
    """Light curves that were changed after they had been read, as by a wrong unit."""
    wrong = stars.replace(mag=stars.mag * 1000)
    with pytest.warns(UserWarning, match="magnitudes beyond 50 in 40 stars, fluxes or millimag"):
        classify(model, wrong)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classify(model, wrong)
        classify(model, stars)


def test_what_remains_keeps_its_proportions(held_out, stars):
    before = held_out.predict_proba(stars)
    table = classify(held_out, stars, exclude=["SHORT"])
    assert (table["p_SHORT"] == 0).all() and "SHORT" not in {*table["label"]}
    rest = before[:, :2] / before[:, :2].sum(axis=1, keepdims=True)
    assert_allclose(table[["p_LONG", "p_MIDDLE"]], rest, rtol=1e-6)
    assert table.equals(classify(held_out, stars, classes=["LONG", "MIDDLE"]))
    assert held_out[-1].priors is None
    assert_array_equal(held_out.predict_proba(stars), before)


def test_shares_sets_and_stars_that_are_not_known(held_out, stars):
    table = classify(held_out, stars, priors={"SHORT": 0.0}, alpha=0.1, abstain=True)
    assert (table["p_SHORT"] == 0).all()
    assert all("SHORT" not in held.split("|") for held in table["set"])
    plain = classify(held_out, stars, alpha=0.1, abstain=True)
    assert_array_equal(plain["label"], held_out.predict_or_abstain(stars))
    sets = held_out.predict_set(stars, alpha=0.1)
    assert plain["set"].tolist() == ["|".join(held_out.classes_[row]) for row in sets]
    with pytest.raises(ValueError, match="alpha must be between"):
        classify(held_out, stars, alpha=1.5)


def test_estimated_shares_go_with_classes_left_out(held_out, X):
    mostly = X[np.flatnonzero((X.labels == "LONG") | (np.arange(len(X)) % 8 == 0))]
    found = classify(held_out, mostly, priors="em", exclude=["MIDDLE"])
    plain = classify(held_out, mostly, exclude=["MIDDLE"])
    assert (found["p_MIDDLE"] == 0).all()
    assert found["p_LONG"].sum() > plain["p_LONG"].sum()
    assert held_out[-1].model_.estimated_priors is None


def test_a_model_without_shares_says_so(X, stars):
    forest = make_pipeline(LightCurveFeatures(FEATURES), RandomForestClassifier(5, random_state=0))
    forest.fit(X[:60], X.labels[:60])
    assert classify(forest, stars)["p_max"].between(0.5, 1).all()
    for wanted in ({"exclude": ["LONG"]}, {"priors": "em"}):
        with pytest.raises(TypeError, match="RandomForestClassifier has no class shares"):
            classify(forest, stars, **wanted)
    with pytest.raises(TypeError, match="has no predict_set"):
        classify(forest, stars, alpha=0.1)


def test_adapted_to_these_stars(held_out, X):
    """Labels, probabilities and counts are those of the DomainAdapter on the stars' own features."""
    before = held_out.predict(X)
    adapter = DomainAdapter(held_out).fit(X)
    table = classify(held_out, X, adapt=True)
    assert_allclose(table[["p_LONG", "p_MIDDLE", "p_SHORT"]], adapter.predict_proba(X), atol=1e-12)
    assert_array_equal(table["label"], adapter.predict(X))
    changed = int((adapter.predict(X) != before).sum())
    assert changed > 0
    told = {"n_stars": 200, "n_neighbors": adapter.n_neighbors_, "n_changed": changed}
    assert table.attrs["adapted"] == told and "adapted" not in classify(held_out, X).attrs
    # A class that is not possible stays so.
    assert (classify(held_out, X, adapt=True, exclude=["SHORT"])["p_SHORT"] == 0).all()


def test_what_cannot_be_adapted_says_so(held_out, X, stars):
    with pytest.raises(ValueError, match="at least ten stars of the target.*got 9"):
        classify(held_out, stars[:9], adapt=True)
    for wanted in ({"abstain": True}, {"purity": 0.9}, {"alpha": 0.1}):
        with pytest.raises(ValueError, match="adapt goes neither with abstain"):
            classify(held_out, stars, adapt=True, **wanted)
    forest = make_pipeline(LightCurveFeatures(FEATURES), RandomForestClassifier(5, random_state=0))
    with pytest.raises(TypeError, match="has no embed"):
        classify(forest.fit(X[:60], X.labels[:60]), stars, adapt=True)


def test_a_catalogue_is_adapted_by_a_sample_of_it(held_out, X, tmp_path):
    write_light_curves(X, tmp_path / "stars.parquet")
    adapter = DomainAdapter(held_out).fit(X[::2])
    out = tmp_path / "classes.parquet"
    assert classify_catalog(adapter, tmp_path / "stars.parquet", out, batch_size=70).complete
    found = pd.read_parquet(out)
    assert_allclose(found[["p_LONG", "p_MIDDLE", "p_SHORT"]], adapter.predict_proba(X), atol=1e-12)
    assert_array_equal(found["label"], adapter.predict(X))


def test_shares_and_purities_may_be_series(held_out, stars, tmp_path):
    shares = {"SHORT": 0.6, "LONG": 0.3, "MIDDLE": 0.1}
    expected = classify(held_out, stars, priors=shares)
    pd.testing.assert_frame_equal(classify(held_out, stars, priors=pd.Series(shares)), expected)
    purity = {"LONG": 0.9}
    expected = classify(held_out, stars, purity=purity)
    pd.testing.assert_frame_equal(classify(held_out, stars, purity=pd.Series(purity)), expected)
    write_light_curves(stars, tmp_path / "stars.parquet")
    report = classify_catalog(
        held_out, tmp_path / "stars.parquet", tmp_path / "out.parquet", priors=pd.Series(shares)
    )
    assert report.complete


def test_one_class_may_be_a_word(held_out, stars):
    assert set(classify(held_out, stars, classes="LONG").label) == {"LONG"}
    assert "LONG" not in set(classify(held_out, stars, exclude="LONG").label)


def test_features_keep_the_names_that_the_front_gives_them(X, stars):
    """A network that has learned names is not asked about columns without (warnings are errors)."""
    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=10, random_state=0)
    features = LightCurveFeatures(FEATURES, max_period=30.0)
    plain = make_transfer_pipeline(features, network).fit(X, X.labels)
    expected = classify(plain, stars)
    named = (
        make_transfer_pipeline(features, network).set_output(transform="pandas").fit(X, X.labels)
    )
    assert named[-1].feature_names_in_.tolist() == FEATURES
    pd.testing.assert_frame_equal(classify(named, stars), expected)
