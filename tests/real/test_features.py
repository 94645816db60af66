"""Features of real stars."""

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures


@pytest.mark.parametrize(("survey", "step"), [("crts", 600), ("asas", 200), ("hipparcos_ogle", 25)])
@pytest.mark.parametrize("features", ["vartl", "upsilon"])
def test_features_are_finite(real_survey, survey, step, features):
    X = real_survey(survey)[::step]
    table = LightCurveFeatures(features).transform(X)
    names = LightCurveFeatures(features).get_feature_names_out()
    bad = {
        name for name, column in zip(names, table.T, strict=True) if not np.isfinite(column).all()
    }
    assert not bad


@pytest.mark.parametrize(("survey", "step"), [("crts", 600), ("asas", 200), ("hipparcos_ogle", 25)])
def test_our_features_do_not_depend_on_the_zero_points(real_survey, survey, step):
    X = real_survey(survey)[::step]
    transformer = LightCurveFeatures("vartl")
    expected = transformer.transform(X)
    moved = X.replace(time=X.time + 1234.5, mag=X.mag - 3.25)
    found = transformer.transform(moved)
    scale = np.maximum(np.abs(expected), 1e-2)
    assert np.max(np.abs(found - expected) / scale) < 1e-6


def test_two_stars_with_a_time_stamp_two_million_days_early(real_survey):
    X = real_survey("crts")
    first = X.time[X.offsets[:-1]]
    early = np.flatnonzero(first < -1_000_000)
    assert len(early) == 2
    period = LightCurveFeatures(["period"]).transform(X[early])
    assert (period < 3000).all()


def test_hipparcos_and_ogle_are_not_told_apart_by_the_number_of_points(real_survey):
    X = real_survey("hipparcos_ogle")[::4]
    table = LightCurveFeatures("vartl").transform(X)
    rank = np.argsort(np.argsort(table, axis=0), axis=0)
    points = np.argsort(np.argsort(X.n_points))
    correlation = [np.corrcoef(column, points)[0, 1] for column in rank.T]
    assert np.max(np.abs(correlation)) < 0.75
