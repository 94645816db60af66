"""Scikit-learn's common checks for transformers, in versions for light curves.

`check_estimator` passes a transformer whose X is no matrix after a single check; what it would have
checked is written out here.
"""

import copy
import inspect
import pickle
import re

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    check_do_not_raise_errors_in_init_or_set_params,
    check_estimator_cloneable,
    check_estimator_repr,
    check_estimator_tags_renamed,
    check_get_params_invariance,
    check_mixin_order,
    check_no_attributes_set_in_init,
    check_param_validation,
    check_parameters_default_constructible,
    check_set_params,
    check_valid_tag_types,
)

from sklearn_vartl.features import LightCurveFeatures

NAMES = ["skewness", "period", "amplitude", "phase_eta"]


@pytest.mark.parametrize(
    "check",
    [
        check_do_not_raise_errors_in_init_or_set_params,
        check_estimator_cloneable,
        check_estimator_repr,
        check_estimator_tags_renamed,
        check_get_params_invariance,
        check_mixin_order,
        check_no_attributes_set_in_init,
        check_param_validation,
        check_parameters_default_constructible,
        check_set_params,
        check_valid_tag_types,
    ],
)
def test_checks_of_sklearn_that_need_no_data(check):
    check("LightCurveFeatures", LightCurveFeatures())


def test_all_parameters_but_the_first_are_keyword_only():
    kinds = [p.kind for p in inspect.signature(LightCurveFeatures).parameters.values()]
    assert kinds[0] is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds[1:]) == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    "changed",
    [
        {"min_period": 0},
        {"max_period": -1.0},
        {"oversampling": 0.5},
        {"min_observations": 3},
        {"on_error": "ignore"},
        {"features": 3},
        {"passthrough": "ra"},
        {"memory": 7},
        {"period_engine": "abacus"},
    ],
)
def test_bad_parameters_are_refused_by_name(changed, light_curves):
    name = next(iter(changed))
    pattern = {"memory": "memory must be", "period_engine": "engine"}.get(name, f"'{name}'")
    with pytest.raises(ValueError, match=pattern):
        LightCurveFeatures(**{"features": NAMES} | changed).fit_transform(light_curves)


def test_output_is_a_finite_float64_table(light_curves):
    table = LightCurveFeatures(NAMES).fit_transform(light_curves)
    assert isinstance(table, np.ndarray)
    assert table.dtype == np.float64
    assert table.shape == (len(light_curves), len(NAMES))
    assert np.isfinite(table).all()


def test_fit_returns_self_and_stores_nothing(light_curves):
    transformer = LightCurveFeatures(NAMES)
    before = dict(vars(transformer))
    assert transformer.fit(light_curves, light_curves.labels) is transformer
    transformer.transform(light_curves[:3])
    assert vars(transformer) == before


def test_fitting_is_not_required_and_changes_nothing(light_curves):
    unfitted = LightCurveFeatures(NAMES).transform(light_curves)
    fitted = LightCurveFeatures(NAMES).fit(light_curves[:5]).transform(light_curves)
    np.testing.assert_array_equal(unfitted, fitted)
    both = LightCurveFeatures(NAMES).fit_transform(light_curves, light_curves.labels)
    np.testing.assert_array_equal(unfitted, both)


def test_transforming_twice_gives_the_same(light_curves):
    transformer = LightCurveFeatures(NAMES)
    first = transformer.transform(light_curves)
    np.testing.assert_array_equal(first, transformer.transform(light_curves))


def test_the_input_is_not_written_to(light_curves):
    star = light_curves[0]
    given = [np.array(values) for values in (star.time, star.mag, star.magerr)]
    given[2][3] = 0.0
    kept = copy.deepcopy(given)
    LightCurveFeatures(NAMES).transform([tuple(given)])
    for now, before in zip(given, kept, strict=True):
        np.testing.assert_array_equal(now, before)


@pytest.mark.parametrize("carry", [clone, copy.deepcopy, None])
def test_copies_compute_the_same(light_curves, carry, tmp_path):
    transformer = LightCurveFeatures(NAMES, min_period=0.1)
    expected = transformer.fit_transform(light_curves)
    if carry is None:
        joblib.dump(transformer, tmp_path / "features.joblib")
        other = joblib.load(tmp_path / "features.joblib")
    else:
        other = carry(transformer)
    assert other.get_params() == transformer.get_params()
    np.testing.assert_array_equal(other.transform(light_curves), expected)
    loaded = pickle.loads(pickle.dumps(transformer))
    assert loaded.get_params() == transformer.get_params()


def test_pandas_output(light_curves):
    transformer = LightCurveFeatures(NAMES).set_output(transform="pandas")
    frame = transformer.fit_transform(light_curves)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == NAMES
    assert frame.index.tolist() == list(range(len(light_curves)))
    plain = LightCurveFeatures(NAMES).fit_transform(light_curves)
    np.testing.assert_array_equal(frame.to_numpy(), plain)


def test_feature_names_out(light_curves):
    transformer = LightCurveFeatures(NAMES)
    names = transformer.get_feature_names_out()
    assert names.dtype == object
    assert names.tolist() == NAMES
    assert transformer.get_feature_names_out(["x"]).tolist() == NAMES
    pipeline = make_pipeline(transformer, StandardScaler()).fit(light_curves)
    assert pipeline.get_feature_names_out().tolist() == NAMES


def test_in_a_union(light_curves):
    union = FeatureUnion(
        [("a", LightCurveFeatures(["skewness"])), ("b", LightCurveFeatures(["eta", "mad"]))]
    )
    assert union.fit_transform(light_curves).shape == (len(light_curves), 3)
    assert union.get_feature_names_out().tolist() == ["a__skewness", "b__eta", "b__mad"]


def test_no_stars_are_an_error(light_curves):
    message = re.escape("Found light curves of 0 stars while a minimum of 1 is required.")
    with pytest.raises(ValueError, match=message):
        LightCurveFeatures(NAMES).transform(light_curves[:0])
    with pytest.raises(ValueError, match=message):
        LightCurveFeatures(NAMES).fit(light_curves[:0])


def test_one_star(light_curves):
    alone = LightCurveFeatures(NAMES).transform(light_curves[4:5])
    among = LightCurveFeatures(NAMES).transform(light_curves)
    np.testing.assert_array_equal(alone[0], among[4])


@pytest.mark.parametrize("matrix", [np.eye(3), pd.DataFrame({"time": [1.0], "mag": [2.0]}), 3])
def test_what_is_no_light_curves_is_refused(matrix):
    with pytest.raises((TypeError, ValueError)):
        LightCurveFeatures(NAMES).transform(matrix)


def test_tags():
    tags = LightCurveFeatures().__sklearn_tags__()
    assert not tags.requires_fit
    assert not tags.input_tags.two_d_array
    assert tags.input_tags.allow_nan
    assert tags.transformer_tags is not None


def test_html_shows_the_parameters():
    assert "upsilon" in LightCurveFeatures("upsilon")._repr_html_()
