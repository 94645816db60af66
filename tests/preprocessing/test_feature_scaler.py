"""FeatureScaler: what each column becomes."""

import json

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.preprocessing import FeatureScaler, choose_transform


@pytest.fixture
def columns():
    """A normal, a log-normal, a long-tailed and a constant column."""
    rng = np.random.default_rng(0)
    return np.column_stack(
        [
            rng.normal(5, 2, 2000),
            10.0 ** rng.normal(0, 1, 2000),
            rng.standard_cauchy(2000) - 3,
            np.full(2000, 7.0),
        ]
    )


def test_transforms_are_chosen_from_the_values(columns):
    assert FeatureScaler().fit(columns).kinds_.tolist() == ["linear", "log10", "asinh", "linear"]
    assert FeatureScaler(log=None).fit(columns).kinds_.tolist() == ["linear"] * 4


def test_scaled_columns_are_centred_with_unit_spread(columns):
    scaled = FeatureScaler(clip=None, add_indicator=False).fit_transform(columns)
    low, middle, high = np.percentile(scaled[:, :3], [16, 50, 84], axis=0)
    np.testing.assert_allclose(middle, 0, atol=1e-12)
    np.testing.assert_allclose(high - low, 2, rtol=0.01)
    np.testing.assert_array_equal(scaled[:, 3], 0)


@pytest.mark.parametrize("scale", ["iqr", "16-84", "std"])
def test_every_scale_means_a_standard_deviation_for_normal_values(scale):
    values = np.random.default_rng(1).normal(3, 2.5, (100_000, 1))
    scaler = FeatureScaler(log=None, scale=scale).fit(values)
    np.testing.assert_allclose(scaler.scale_, 2.5, rtol=0.01)


def test_names_play_no_part(columns):
    frame = pd.DataFrame(columns, columns=["period", "a", "skewness", "b"])
    renamed = frame.set_axis(list("wxyz"), axis=1)
    expected = FeatureScaler().fit_transform(columns)
    np.testing.assert_array_equal(FeatureScaler().fit_transform(frame), expected)
    np.testing.assert_array_equal(FeatureScaler().fit_transform(renamed), expected)


@pytest.mark.parametrize("clip", [6.0, None])
@pytest.mark.parametrize("log", ["auto", None])
def test_finite_for_every_finite_input(columns, log, clip):
    scaler = FeatureScaler(log=log, clip=clip, circular=[1]).fit(columns)
    largest = np.finfo(float).max
    for value in (0.0, -1.0, 5e-324, 1e-300, largest, -largest):
        assert np.isfinite(scaler.transform(np.full((1, 4), value))).all()


def test_fit_survives_the_largest_floats():
    X = np.array([[-1.7e308], [1.7e308], [0.0], [1.0]])
    assert np.isfinite(FeatureScaler().fit_transform(X)).all()


@pytest.mark.parametrize("scale", ["iqr", "16-84", "std"])
def test_a_spread_beyond_all_floats_is_one(scale):
    """Of the interquartile range; no warning is given, and a file takes such a scaler."""
    X = np.repeat([-1.7e308, 1.7e308], 10)[:, None]
    scaler = FeatureScaler(scale=scale).fit(X)
    assert np.isfinite(scaler.scale_).all() and (scaler.scale_[0] == 1) == (scale == "iqr")
    assert np.isfinite(scaler.transform(X)).all()
    assert from_state(FeatureScaler, *to_state(scaler)).scale_ == scaler.scale_


def test_clip_limits_scaled_values(columns):
    scaled = FeatureScaler(clip=2.5).fit_transform(columns)
    assert scaled.max() == 2.5
    assert scaled.min() == -2.5


def test_a_transform_is_chosen_by_how_wide_a_column_is():
    quantile = np.linspace(0, 1, 1001)
    # Of log-uniform values up to R the central 99% span a factor of R ** 0.99.
    for ratio, kind in ((10.3, "log10"), (9.7, "linear")):
        assert choose_transform(ratio ** (quantile / 0.99))[0] == kind
    # Of u ** k, u uniform around 0, they span (0.99 / 0.68) ** k times the central 68%: 4 at k = 3.69.
    u = 2 * quantile - 1
    for power, kind in ((3.8, "asinh"), (3.6, "linear")):
        found, shift, width = choose_transform(7.0 + np.sign(u) * np.abs(u) ** power)
        assert found == kind
        if kind == "asinh":
            assert (shift, width) == pytest.approx((7.0, 0.68**power), rel=0.01)


def test_tails_of_values_that_are_mostly_equal_have_no_width_to_be_counted_in():
    mostly = np.append(np.full(90, 5.0), [-40, -3, -2, 1, 2, 8, 9, 11, 30, 70])
    assert choose_transform(mostly) == ("linear", 0.0, 1.0)
    assert np.isfinite(FeatureScaler().fit_transform(mostly[:, None])).all()


def test_few_zeros_are_below_the_resolution_and_many_are_a_class():
    wide = 10.0 ** np.linspace(0, 3, 1000)
    assert choose_transform(wide) == ("log10", 0.0, 1.0)
    assert choose_transform(np.append(wide, np.zeros(9))) == ("log10", 0.0, 1.0)
    assert choose_transform(np.append(wide, np.zeros(12)))[0] != "log10"
    assert choose_transform(np.append(wide, -0.1))[0] != "log10"
    for few in (wide[:2], np.full(9, 3.0)):
        assert choose_transform(few) == ("linear", 0.0, 1.0)


def test_logarithm_below_the_training_minimum_is_clipped_not_nan():
    scaler = FeatureScaler(clip=None, add_indicator=False).fit(
        10.0 ** np.linspace(0, 4, 99)[:, None]
    )
    at_minimum, below, negative = scaler.transform([[1.0], [0.5], [-3.0]])[:, 0]
    assert at_minimum == below == negative


def test_long_tails_are_counted_in_widths_from_the_middle():
    # The middle is 7; half of the values' central 68%, of u ** 5 times 2 with u uniform, is the width.
    u = np.linspace(-1, 1, 4001)
    values = 7.0 + 2.0 * np.sign(u) * np.abs(u) ** 5
    scaler = FeatureScaler(center=None, scale=None, clip=None, add_indicator=False)
    scaler.fit(values[:, None])
    width = 2.0 * 0.68**5
    found = scaler.transform([[7.0], [7.0 + width], [7.0 - 30 * width]])[:, 0]
    assert scaler.kinds_[0] == "asinh"
    expected = [0.0, np.log(1 + np.sqrt(2)), -np.log(30 + np.sqrt(901))]
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-12)


def test_angles_become_sine_and_cosine_of_their_period():
    angle = np.linspace(-7, 7, 50)[:, None]
    names = {"phi": np.pi}
    frame = pd.DataFrame(angle, columns=["phi"])
    scaler = FeatureScaler(circular=names, add_indicator=False).fit(frame)
    np.testing.assert_allclose(
        scaler.transform(frame),
        np.column_stack([np.sin(2 * angle), np.cos(2 * angle)]),
        atol=1e-12,
    )
    assert scaler.get_feature_names_out().tolist() == ["phi_sin", "phi_cos"]
    by_position = FeatureScaler(circular=[-1], add_indicator=False).fit_transform(angle)
    np.testing.assert_allclose(
        by_position, np.column_stack([np.sin(angle), np.cos(angle)]), atol=1e-12
    )


@pytest.mark.parametrize(
    ("circular", "message"),
    [
        (["phi"], "'phi': X has 4 without names: pass a DataFrame"),
        ([4], "names the feature 4: X has 4"),
        ([5], "names the feature 5: X has 4"),
        ([-5], "names the feature -5: X has 4"),
        ([[0]], r"names the feature \[0\]"),
        ([None], "names the feature None"),
        ([True], "names the feature True"),
        ([1.0], "names the feature 1.0"),
        ([0, -4], "twice"),
        ({0: 0.0}, "must be positive"),
        ({0: -1.0}, "must be positive"),
        ({0: np.nan}, "must be positive"),
        ({0: np.inf}, "must be positive"),
        ({0: "day"}, "period of 0 must be positive and finite, got 'day'"),
        ({0: None}, "must be positive"),
        ({0: True}, "must be positive"),
    ],
)
def test_wrong_angles_are_refused(columns, circular, message):
    with pytest.raises(ValueError, match=message):
        FeatureScaler(circular=circular).fit(columns)


def test_unknown_angle_name_lists_the_features():
    with pytest.raises(ValueError, match="'phi'.*'period'"):
        FeatureScaler(circular=["phi"]).fit(pd.DataFrame({"period": [1.0, 2.0]}))


def test_missing_values_are_imputed_and_marked(columns):
    X = columns.copy()
    X[::3, 1] = np.nan
    scaler = FeatureScaler(circular=[2]).fit(X)
    row = np.array([[5.0, np.nan, np.nan, 7.0]])
    out = pd.Series(scaler.transform(row)[0], scaler.get_feature_names_out())
    assert out["x1"] == out["x2_sin"] == out["x2_cos"] == 0
    assert out.filter(like="missing").tolist() == [0, 1, 1, 0]
    assert np.isnan(X[0, 1]), "the caller's array was written to"


def test_mean_imputation_and_none():
    X = np.array([[0.0], [0.0], [0.0], [10.0], [np.nan]])
    options = {"log": None, "scale": None, "add_indicator": False}
    assert FeatureScaler(impute="mean", **options).fit_transform(X)[-1, 0] == 2.5
    assert np.isnan(FeatureScaler(impute=None, **options).fit_transform(X)[-1, 0])


@pytest.mark.parametrize("scale", ["iqr", "16-84", "std", None])
def test_what_is_new_in_a_constant_column_keeps_its_unit(columns, scale):
    scaler = FeatureScaler(scale=scale, add_indicator=False).fit(columns[:, [3]])
    assert scaler.transform([[8.5]])[0, 0] == 1.5


@pytest.mark.parametrize("impute", ["median", "mean"])
@pytest.mark.parametrize(("center", "scale"), [("mean", "std"), ("median", "16-84")])
def test_a_missing_value_becomes_what_the_average_value_becomes(columns, impute, center, scale):
    options = {"log": None, "center": center, "scale": scale, "add_indicator": False}
    scaler = FeatureScaler(impute=impute, **options).fit(columns[:, [1]])
    average = {"median": np.median, "mean": np.mean}[impute](columns[:, 1])
    expected = scaler.transform([[average]])
    assert abs(scaler.scale_[0] - 1) > 0.1
    np.testing.assert_allclose(scaler.transform([[np.nan]]), expected, atol=1e-12)
    assert (expected != 0).all() or impute == center


def test_an_imputed_value_is_clipped_as_others_are(columns):
    skewed = np.append(np.linspace(0, 1, 99), 1e6)[:, None]
    scaler = FeatureScaler(log=None, impute="mean", clip=3.0, add_indicator=False).fit(skewed)
    assert scaler.transform([[np.nan]])[0, 0] == 3.0
    unclipped = FeatureScaler(log=None, impute="mean", clip=None, add_indicator=False)
    assert unclipped.fit(skewed).transform([[np.nan]])[0, 0] > 1000


def test_of_logarithms_the_average_is_that_of_the_logarithms():
    values = 10.0 ** np.arange(5.0)[:, None]
    scaler = FeatureScaler(impute="mean", center="mean", scale=None, add_indicator=False)
    assert scaler.fit(values).transform([[np.nan]])[0, 0] == pytest.approx(0.0)
    assert scaler.kinds_[0] == "log10" and scaler.center_[0] == pytest.approx(2.0)


def test_width_does_not_depend_on_what_is_missing(columns):
    with_gaps = columns.copy()
    with_gaps[5] = np.nan
    a, b = FeatureScaler().fit(columns), FeatureScaler().fit(with_gaps)
    assert a.get_feature_names_out().tolist() == b.get_feature_names_out().tolist()
    np.testing.assert_array_equal(
        FeatureScaler().fit(np.delete(with_gaps, 5, axis=0)).center_, b.center_
    )


def test_a_column_without_any_value_is_zero(columns):
    columns[:, 0] = np.nan
    out = FeatureScaler().fit(columns).transform([[np.nan, 1, 1, 7], [3, 1, 1, 7]])
    assert out[0, 0] == 0
    assert np.isfinite(out).all()


def test_state_is_json_and_arrays_and_restores_everything(columns):
    frame = pd.DataFrame(columns, columns=list("abcd"))
    scaler = FeatureScaler(circular={"c": np.pi}, clip=4).fit(frame)
    state, arrays = to_state(scaler)
    restored = from_state(FeatureScaler, json.loads(json.dumps(state)), arrays)
    np.testing.assert_array_equal(restored.transform(frame), scaler.transform(frame))
    assert restored.get_params() == scaler.get_params()
    assert restored.feature_names_in_.tolist() == list("abcd")


def test_damaged_state_is_refused(columns):
    state, arrays = to_state(FeatureScaler().fit(columns))
    arrays["scale"] = arrays["scale"][:2]
    with pytest.raises(ValueError, match="'scale'.*damaged"):
        from_state(FeatureScaler, state, arrays)


def test_set_output_gives_named_columns(columns):
    out = FeatureScaler(circular=[0]).set_output(transform="pandas").fit_transform(columns)
    assert out.columns.tolist()[:3] == ["x0_sin", "x0_cos", "x1"]
