"""Light curves in several bands."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl import LightCurveFeatures, LightCurves
from sklearn_vartl.light_curves import concatenate, read_light_curves, write_light_curves

MEAN = {"g": 15.0, "r": 14.6, "i": 14.4}
AMPLITUDE = {"g": 0.3, "r": 0.2, "i": 0.15}


def band_stars(n_stars, n_points, bands=("g", "r"), noise=0.1, random_state=0):
    """Stars of one period in all bands, the times of each band its own; and their periods."""
    rng = np.random.default_rng(random_state)
    period = 10 ** rng.uniform(-0.5, 0.5, n_stars)
    time = rng.uniform(0, 300, (n_stars, len(bands), n_points))
    angle = 2 * np.pi * (time / period[:, None, None] + rng.uniform(size=(n_stars, 1, 1)))
    amplitude = np.array([AMPLITUDE[band] for band in bands])[:, None]
    mag = np.array([MEAN[band] for band in bands])[:, None]
    mag = mag + amplitude * (np.sin(angle) + 0.3 * np.sin(2 * angle))
    mag = mag + rng.normal(0, noise, mag.shape)
    per_star = len(bands) * n_points
    X = LightCurves(
        time.ravel(),
        mag.ravel(),
        np.full(mag.size, noise),
        np.arange(n_stars + 1) * per_star,
        ids=[f"s{i}" for i in range(n_stars)],
        band=np.tile(np.repeat(np.array(bands, dtype=object), n_points), n_stars),
        table={"ra": np.arange(n_stars, dtype=float)},
    )
    return X, period


@pytest.fixture(scope="module")
def two_bands():
    return band_stars(12, 40)[0]


def found(X, period, bands):
    shape = LightCurveFeatures(["shape_period"], bands=bands).transform(X)[:, 0]
    return np.mean(np.abs(shape / period - 1) < 0.01)


def test_the_joint_period_beats_those_of_single_bands_with_few_points():
    X, period = band_stars(60, 15, random_state=1)
    joint = found(X, period, ["g", "r"])
    assert joint > 0.85
    assert max(found(X, period, "g"), found(X, period, "r")) < 0.6
    assert found(X.replace(band=None), period, None) < 0.6


def test_columns(two_bands):
    transformer = LightCurveFeatures(
        ["amplitude", "period", "power", "skewness"], bands=["r", "g"], passthrough=["ra"]
    )
    names = transformer.get_feature_names_out().tolist()
    assert names == [
        "period",
        "power",
        "amplitude_r",
        "skewness_r",
        "amplitude_g",
        "skewness_g",
        "colour_r_g",
        "ra",
    ]
    table = transformer.set_output(transform="pandas").fit_transform(two_bands)
    assert table.columns.tolist() == names
    np.testing.assert_allclose(table["amplitude_g"], AMPLITUDE["g"], atol=0.08)
    np.testing.assert_allclose(table["amplitude_r"], AMPLITUDE["r"], atol=0.08)
    assert table["ra"].tolist() == two_bands.table["ra"].tolist()
    mean = {b: [star.mag[star.band == b].mean() for star in two_bands] for b in ("g", "r")}
    np.testing.assert_allclose(table["colour_r_g"], np.subtract(mean["r"], mean["g"]), rtol=1e-9)


def test_features_of_a_band_at_the_joint_period_are_those_at_that_period(two_bands):
    names = ["skewness", "weighted_std"]
    joint = LightCurveFeatures(names, bands=["g", "r"]).transform(two_bands)
    for place, band in enumerate("gr"):
        alone = LightCurveFeatures(names).transform(two_bands.in_band(band))
        np.testing.assert_array_equal(joint[:, 2 * place : 2 * place + 2], alone)


def test_one_band_by_name_is_that_band_alone(two_bands):
    named = LightCurveFeatures(bands="g")
    alone = LightCurveFeatures().transform(two_bands.in_band("g").replace(band=None))
    np.testing.assert_array_equal(named.transform(two_bands), alone)
    assert named.get_feature_names_out().tolist() == (
        LightCurveFeatures().get_feature_names_out().tolist()
    )


def test_a_list_of_one_band_agrees_with_that_band_alone(two_bands):
    listed = LightCurveFeatures(bands=["g"]).transform(two_bands)
    named = LightCurveFeatures(bands="g").transform(two_bands)
    np.testing.assert_allclose(listed, named, rtol=1e-4, atol=1e-5)


def test_three_bands_of_which_some_are_missing():
    X, _ = band_stars(3, 40, ("g", "r", "i"))
    star = np.repeat(np.arange(3), 120)
    few = (star == 1) & (X.band == "r") & (np.arange(360) % 40 >= 7)
    X = X.select_points(~((star == 0) & (X.band == "i")) & ~few)
    transformer = LightCurveFeatures(bands=["g", "r", "i", "z"]).set_output(transform="pandas")
    table = transformer.transform(X)
    assert np.isfinite(table["period"]).all()
    assert table["amplitude_i"].isna().tolist() == [True, False, False]
    # Seven points are too few for features, and enough for the period and the colour.
    assert table["amplitude_r"].isna().tolist() == [False, True, False]
    assert table["colour_g_r"].notna().all()
    assert table["colour_r_i"].isna().tolist() == [True, False, False]
    assert table.filter(like="_z").isna().all(axis=None)


def test_stars_with_too_few_points_in_all_bands():
    X, _ = band_stars(3, 30)
    few = X.select_points((np.arange(180) % 30 < 4) | (np.arange(180) >= 60))
    transformer = LightCurveFeatures(["period", "amplitude"], bands=["g", "r"])
    with pytest.raises(ValueError, match=r"'s0' \(position 0\): too few usable .*g: 0, r: 0;.* 10"):
        transformer.transform(few)
    with pytest.warns(
        UserWarning, match="1 of 3 stars has no features and gets a row of NaN"
    ) as told:
        table = transformer.set_params(on_error="nan").transform(few)
    assert told[0].filename == __file__
    assert np.isnan(table).all(axis=1).tolist() == [True, False, False]
    np.testing.assert_array_equal(table[1:], transformer.transform(X[1:]))


def test_warnings_that_pass_through_scikit_learn_point_at_the_users_line():
    X, _ = band_stars(2, 30)
    features = LightCurveFeatures(["amplitude"])
    pipeline = make_pipeline(features, FunctionTransformer())
    for method in (features.fit_transform, pipeline.fit_transform, pipeline.transform):
        with pytest.warns(UserWarning, match="several bands, which count as one") as told:
            method(X)
        assert {each.filename for each in told} == {__file__}


def test_rows_do_not_depend_on_company_jobs_or_the_order_of_points(two_bands):
    transformer = LightCurveFeatures(bands=["g", "r"])
    whole = transformer.transform(two_bands)
    np.testing.assert_array_equal(transformer.transform(two_bands[[5, 2]]), whole[[5, 2]])
    order = np.concatenate([start + np.random.default_rng(0).permutation(80) for start in
                            two_bands.offsets[:-1]])  # fmt: skip
    shuffled = two_bands.replace(
        time=two_bands.time[order], mag=two_bands.mag[order], band=two_bands.band[order]
    )
    np.testing.assert_array_equal(transformer.transform(shuffled), whole)
    parallel = clone(transformer).set_params(n_jobs=2).transform(two_bands)
    np.testing.assert_array_equal(parallel, whole)


def test_magnitudes_of_a_band_may_be_shifted(two_bands):
    transformer = LightCurveFeatures(bands=["g", "r"]).set_output(transform="pandas")
    table = transformer.transform(two_bands)
    shifted = two_bands.replace(mag=two_bands.mag + np.where(two_bands.band == "g", 3.0, 0.0))
    other = transformer.transform(shifted)
    np.testing.assert_allclose(other["colour_g_r"], table["colour_g_r"] + 3, rtol=1e-9)
    rest = table.columns.drop("colour_g_r")
    np.testing.assert_allclose(other[rest], table[rest], rtol=1e-4, atol=1e-6)


def test_rows_are_kept_by_bands(two_bands, tmp_path):
    computed = LightCurveFeatures(["period", "amplitude"], bands=["g", "r"], memory=tmp_path)
    first = computed.transform(two_bands)
    np.testing.assert_array_equal(computed.transform(two_bands), first)
    other = clone(computed).set_params(bands=["r", "g"]).transform(two_bands)
    np.testing.assert_allclose(other[:, [0, 2, 1, 3]] * [1, 1, 1, -1], first, rtol=1e-6)


def test_kept_rows_are_those_of_as_many_points(two_bands, tmp_path):
    X, _ = band_stars(2, 12)
    for fewest in (10, 13, 10):
        transformer = LightCurveFeatures(
            ["amplitude"], bands=["g", "r"], min_observations=fewest, memory=tmp_path
        )
        # Twelve points in a band: too few for features of its own where thirteen are asked for.
        assert np.isnan(transformer.transform(X)[:, :2]).all() == (fewest == 13)
        assert np.isfinite(transformer.transform(X)[:, 2]).all()


def test_mixed_bands_are_not_taken_for_one_silently(two_bands):
    with pytest.warns(
        UserWarning, match=r"Star 's0' \(position 0\) has points in several bands"
    ) as told:
        LightCurveFeatures(["skewness"]).transform(two_bands)
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one_each = concatenate([two_bands[:1].in_band("g"), two_bands[1:2].in_band("r")])
        LightCurveFeatures(["skewness"]).transform(one_each)


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ([], "bands must be a name or a list of names"),
        ([1], "bands must be a name or a list of names"),
        ("", "bands must be a name or a list of names"),
        (["g", "g"], "names a band more than once"),
    ],
)
def test_bands_that_make_no_sense(two_bands, bands, message):
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match=message):
            getattr(LightCurveFeatures(bands=bands), method)(two_bands)


@pytest.mark.parametrize("bands", ["V", ["V", "I"]])
def test_bands_that_do_not_occur(two_bands, bands):
    transformer = LightCurveFeatures(["amplitude"], bands=bands)
    with pytest.raises(ValueError, match=r"No point is in the bands .*; there are \['g', 'r'\]"):
        transformer.fit(two_bands)
    # A star to be classified may have been observed in others only.
    with pytest.raises(ValueError, match="No features for star 's0'"):
        transformer.transform(two_bands[:1])
    with pytest.warns(UserWarning, match="1 of 1 stars has no features"):
        row = transformer.set_params(on_error="nan").transform(two_bands[:1])
    assert np.isnan(row).all()


def test_a_band_without_any_point_is_told(two_bands):
    features = LightCurveFeatures(["amplitude"], bands=["g", "z"])
    with pytest.warns(
        UserWarning,
        match="No star has points in the band z, whose features are missing; there are g, r",
    ) as told:
        table = features.fit(two_bands).transform(two_bands)
    assert told[0].filename == __file__
    assert np.isnan(table[:, -1]).all()


def test_light_curves_without_bands(two_bands):
    with pytest.raises(ValueError, match="these light curves carry no bands"):
        LightCurveFeatures(bands=["g"]).fit(two_bands.replace(band=None))
    with pytest.raises(ValueError, match="so there is no band 'g'"):
        two_bands.replace(band=None).in_band("g")
    assert two_bands.replace(band=None).bands is None


def test_bands_that_are_numbers():
    X = LightCurves([0.0, 1.0, 2.0], [1.0, 2.0, 3.0], band=[1, 2, 1])
    assert X.bands == ["1", "2"]
    assert X.in_band("1").time.tolist() == [0.0, 2.0]
    assert X.in_band("3").n_points.tolist() == [0]


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "folder"])
def test_bands_survive_files(two_bands, tmp_path, name):
    write_light_curves(two_bands, tmp_path / name)
    assert read_light_curves(tmp_path / name).band.tolist() == two_bands.band.tolist()


def test_bands_survive_every_form(two_bands):
    forms = [two_bands.to_pandas(), two_bands.to_arrow(), list(two_bands)]
    for form in forms:
        assert LightCurves.from_any(form).band.tolist() == two_bands.band.tolist()
    nested = pytest.importorskip("nested_pandas") and two_bands.to_nested()
    assert LightCurves.from_any(nested).band.tolist() == two_bands.band.tolist()
    flux = two_bands.replace(quantity="flux", magerr=None)
    assert flux.to_magnitudes(1.0).band.tolist() == two_bands.band.tolist()
    both = concatenate([two_bands[:2], two_bands[2:]])
    assert both.band.tolist() == two_bands.band.tolist()
    assert two_bands[[3, 1]][1].band.tolist() == two_bands[1].band.tolist()


def test_models_on_disk_know_their_bands(two_bands, tmp_path):
    from sklearn_vartl.persistence import load_model, save_model

    transformer = LightCurveFeatures(["period", "amplitude"], bands=["g", "r"])
    save_model(transformer, tmp_path / "bands.vartl")
    loaded = load_model(tmp_path / "bands.vartl")
    assert loaded.bands == ["g", "r"]
    np.testing.assert_array_equal(loaded.transform(two_bands), transformer.transform(two_bands))


def test_search_parameters_reach_the_joint_search(two_bands):
    transformer = LightCurveFeatures(["period"], bands=["g", "r"], min_period=5, max_period=9)
    period = transformer.transform(two_bands)[:, 0]
    assert ((period >= 5) & (period <= 18)).all()
    numpy = LightCurveFeatures(["period"], bands=["g", "r"], period_engine="numpy")
    default = LightCurveFeatures(["period"], bands=["g", "r"])
    np.testing.assert_allclose(numpy.transform(two_bands), default.transform(two_bands), rtol=1e-5)
