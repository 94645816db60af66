"""What LightCurveFeatures does with bad stars, other columns, jobs and its cache."""

import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures, _extraction
from sklearn_vartl.light_curves import LightCurves

NAMES = ["skewness", "period", "amplitude", "phase_eta"]


@pytest.fixture
def with_bad_stars(light_curves):
    """Six stars: of the second all magnitudes are equal, the fifth has four points."""
    stars = [tuple(np.array(v) for v in star) for star in light_curves[:6]]
    stars[1] = (stars[1][0], np.full(40, 12.0), stars[1][2])
    stars[4] = tuple(values[:4] for values in stars[4])
    offsets = np.cumsum([0, *(len(star[0]) for star in stars)])
    flat = [np.concatenate(parts) for parts in zip(*stars, strict=True)]
    return LightCurves(*flat, offsets=offsets, ids=list("abcdef"))


class TestBadStars:
    def test_raise_names_the_first_star_and_the_remedy(self, with_bad_stars):
        message = (
            r"No features for star 'b' \(position 1\): all its magnitudes are equal, "
            r"and 1 more star\. .*on_error='nan'"
        )
        with pytest.raises(ValueError, match=message):
            LightCurveFeatures(NAMES).transform(with_bad_stars)

    def test_nan_gives_rows_of_nan_and_one_warning(self, with_bad_stars):
        with pytest.warns(UserWarning, match="2 of 6 stars have no features") as caught:
            table = LightCurveFeatures(NAMES, on_error="nan").transform(with_bad_stars)
        assert caught[0].filename == __file__
        assert len(caught) == 1
        np.testing.assert_array_equal(np.isnan(table).all(axis=1), [0, 1, 0, 0, 1, 0])
        assert np.isfinite(table[[0, 2, 3, 5]]).all()

    def test_the_good_stars_are_not_touched_by_the_bad_ones(self, with_bad_stars):
        with pytest.warns(UserWarning):
            table = LightCurveFeatures(NAMES, on_error="nan").transform(with_bad_stars)
        alone = LightCurveFeatures(NAMES).transform(with_bad_stars[[0, 2, 3, 5]])
        np.testing.assert_array_equal(table[[0, 2, 3, 5]], alone)

    def test_nothing_but_bad_stars(self, with_bad_stars):
        with pytest.warns(UserWarning, match="1 of 1 stars"):
            table = LightCurveFeatures(NAMES, on_error="nan").transform(with_bad_stars[1:2])
        assert np.isnan(table).all()

    def test_min_observations(self, light_curves):
        with pytest.raises(ValueError, match="40 usable points, at least 50 are needed"):
            LightCurveFeatures(NAMES, min_observations=50).transform(light_curves)

    def test_time_span_too_short_for_any_period(self):
        rng = np.random.default_rng(0)
        X = LightCurves(np.sort(rng.uniform(0, 0.02, 30)), rng.normal(size=30))
        row = LightCurveFeatures(["skewness", "period", "phase_eta"]).transform(X)[0]
        assert np.isfinite(row[0])
        assert np.isnan(row[1:]).all()


class TestForms:
    def test_lists_of_tuples(self, light_curves):
        expected = LightCurveFeatures(NAMES).transform(light_curves[:3])
        stars = [tuple(star) for star in light_curves[:3]]
        np.testing.assert_array_equal(LightCurveFeatures(NAMES).transform(stars), expected)

    def test_a_list_of_magnitudes_without_errors(self, light_curves):
        stars = [(star.time, star.mag) for star in light_curves[:3]]
        assert LightCurveFeatures(NAMES).transform(stars).shape == (3, 4)

    def test_fluxes_are_refused(self, light_curves):
        X = LightCurves(light_curves.time, light_curves.mag, quantity="flux")
        with pytest.raises(ValueError, match="fluxes.*to_magnitudes"):
            LightCurveFeatures(NAMES).transform(X)
        with pytest.raises(ValueError, match="fluxes.*to_magnitudes"):
            LightCurveFeatures(NAMES).fit(X)

    def test_float32_magnitudes_give_the_same_period(self, light_curves):
        star = light_curves[0]
        exact = LightCurveFeatures(["period"]).transform([tuple(star)])
        single = LightCurveFeatures(["period"]).transform(
            [(star.time, star.mag.astype(np.float32), star.magerr.astype(">f4"))]
        )
        np.testing.assert_allclose(single, exact, rtol=1e-6)


class TestSearchParameters:
    @pytest.mark.parametrize(
        "changed", [{"min_period": 0.1}, {"max_period": 10.0}, {"oversampling": 5.0}]
    )
    def test_refused_with_upsilon(self, changed, light_curves):
        with pytest.raises(ValueError, match=f"{next(iter(changed))} cannot be set"):
            LightCurveFeatures("upsilon", **changed).fit(light_curves)

    def test_the_engine_may_be_chosen_with_upsilon(self, light_curves):
        compiled = LightCurveFeatures("upsilon", period_engine="numba").transform(light_curves)
        plain = LightCurveFeatures("upsilon", period_engine="numpy").transform(light_curves)
        np.testing.assert_allclose(plain, compiled, rtol=1e-6)

    def test_they_apply_to_ours(self, light_curves):
        short = light_curves[::2]
        assert (LightCurveFeatures(["period"]).transform(short) < 1).all()
        assert (LightCurveFeatures(["period"], min_period=1.5).transform(short) > 1.4).all()


class TestPassthrough:
    def test_columns_are_appended(self, light_curves):
        transformer = LightCurveFeatures(NAMES, passthrough=["true_period"])
        table = transformer.transform(light_curves)
        assert transformer.get_feature_names_out().tolist() == [*NAMES, "true_period"]
        np.testing.assert_array_equal(table[:, -1], light_curves.table["true_period"])
        np.testing.assert_allclose(table[:, 1], table[:, -1], rtol=1e-3)

    def test_bad_stars_are_nan_throughout(self, with_bad_stars):
        X = with_bad_stars.replace(table={"colour": np.arange(6.0)})
        with pytest.warns(UserWarning):
            table = LightCurveFeatures(NAMES, on_error="nan", passthrough=["colour"]).transform(X)
        assert np.isnan(table[1]).all()
        assert table[2, -1] == 2

    @pytest.mark.parametrize(
        ("passthrough", "message"),
        [
            (["parallax"], r"no column 'parallax'; it has \['name', 'true_period'\]"),
            (["name"], "column 'name' of X.table is not numeric"),
            (["period"], "passthrough names 'period', which is a column already"),
        ],
    )
    def test_errors(self, light_curves, passthrough, message):
        X = light_curves.replace(
            table=dict(light_curves.table) | {"name": ["a"] * len(light_curves)}
        )
        with pytest.raises(ValueError, match=message):
            LightCurveFeatures(NAMES, passthrough=passthrough).transform(X)


class TestJobs:
    @pytest.mark.parametrize("n_jobs", [2, -1])
    @pytest.mark.parametrize("engine", ["numba", "numpy"])
    def test_any_number_of_jobs_gives_the_same(self, light_curves, n_jobs, engine, monkeypatch):
        monkeypatch.setattr(_extraction, "_STARS_PER_BLOCK", 11)
        expected = LightCurveFeatures(NAMES, period_engine=engine).transform(light_curves)
        with joblib.parallel_config(backend="threading"):
            table = LightCurveFeatures(NAMES, period_engine=engine, n_jobs=n_jobs).transform(
                light_curves
            )
        np.testing.assert_array_equal(table, expected)

    def test_processes_give_the_same(self, light_curves):
        expected = LightCurveFeatures(NAMES).transform(light_curves)
        with joblib.parallel_config(backend="loky"):
            table = LightCurveFeatures(NAMES, n_jobs=2).transform(light_curves)
        np.testing.assert_array_equal(table, expected)

    @pytest.mark.parametrize("features", ["vartl", "upsilon"])
    def test_any_batch_and_order_gives_the_same(self, light_curves, features, monkeypatch):
        expected = LightCurveFeatures(features).transform(light_curves)
        order = np.random.default_rng(0).permutation(len(light_curves))
        monkeypatch.setattr(_extraction, "_STARS_PER_BLOCK", 7)
        shuffled = LightCurveFeatures(features).transform(light_curves[order])
        np.testing.assert_array_equal(shuffled, expected[order])

    def test_blocks_cover_all_stars_once_and_stay_small(self, monkeypatch):
        monkeypatch.setattr(_extraction, "_STARS_PER_BLOCK", 4)
        monkeypatch.setattr(_extraction, "_POINTS_PER_BLOCK", 100)
        counts = np.array([10, 10, 10, 10, 10, 500, 30, 80, 1])
        offsets = np.concatenate([[0], np.cumsum(counts)])
        parts = _extraction.blocks(offsets)
        covered = np.concatenate([np.arange(len(counts))[part] for part in parts])
        np.testing.assert_array_equal(covered, np.arange(len(counts)))
        for part in parts:
            assert part.stop - part.start <= 4
            assert counts[part].sum() <= 100 or part.stop - part.start == 1


def test_progress_is_shown_when_verbose(light_curves, capfd):
    LightCurveFeatures(["skewness"], verbose=1).transform(light_curves)
    assert "features" in capfd.readouterr().err
    LightCurveFeatures(["skewness"]).transform(light_curves)
    assert capfd.readouterr().err == ""


def test_numbers_as_identifiers_are_told_as_such(light_curves):
    mag = np.array(light_curves.mag)
    mag[: light_curves.offsets[1]] = 15.0
    X = light_curves.replace(mag=mag, ids=np.arange(len(light_curves)) + 70)
    with pytest.raises(ValueError, match=r"star 70 \(position 0\): all its magnitudes"):
        LightCurveFeatures(["skewness"]).transform(X)
    two = X.replace(band=np.tile(["g", "r"], len(X.mag) // 2))
    with pytest.warns(UserWarning, match=r"Star 70 \(position 0\) has points in several bands"):
        LightCurveFeatures(["skewness"], on_error="nan").transform(two[1:].replace(ids=X.ids[:-1]))


@pytest.mark.parametrize("n_points", [7, 8, 12])
def test_few_points(n_points):
    rng = np.random.default_rng(n_points)
    time, mag = np.sort(rng.uniform(0, 50, n_points)), rng.normal(15, 0.3, n_points)
    table = LightCurveFeatures("all", min_observations=7).transform([(time, mag)])
    assert not np.isinf(table).any()
    assert np.isfinite(table).mean() > 0.9


def test_only_what_is_asked_for_is_computed(light_curves, monkeypatch):
    from sklearn_vartl.features import _extraction

    def forbidden(*args, **kwargs):
        raise AssertionError("no period was asked for")

    for name in ("search_periods", "periods_alone"):
        monkeypatch.setattr(_extraction, name, forbidden)
    LightCurveFeatures(["skewness", "eta", "mad"]).transform(light_curves)
    with pytest.raises(AssertionError):
        LightCurveFeatures(["r21"]).transform(light_curves)


@pytest.mark.parametrize("outliers", ["drop", "keep"])
def test_what_ranks_say_is_computed_where_it_is_asked_for(light_curves, monkeypatch, outliers):
    from sklearn_vartl.periodogram import _search

    def forbidden(*args):
        raise AssertionError("nobody asked for it")

    period, both = (
        LightCurveFeatures(names, outliers=outliers).transform(light_curves)
        for names in (["period"], ["rank_log10_fap", "period"])
    )
    np.testing.assert_array_equal(period[:, 0], both[:, 1])
    assert np.isfinite(both[np.isfinite(both[:, 1]), 0]).all() and np.isfinite(both[:, 0]).any()
    for name in ("rank_log10_false_alarm", "eclipses_of"):
        monkeypatch.setattr(_search, name, forbidden)
    LightCurveFeatures("vartl", outliers=outliers).transform(light_curves)
    with pytest.raises(AssertionError):
        LightCurveFeatures(["rank_log10_fap"], outliers=outliers).transform(light_curves)


def test_importing_the_transformer_loads_nothing_heavy():
    code = (
        "import sys; before = set(sys.modules)\n"
        "from sklearn_vartl.features import LightCurveFeatures, feature_definitions\n"
        "LightCurveFeatures().get_feature_names_out(); feature_definitions()\n"
        "heavy = {'numba', 'feets', 'tqdm', 'sqlite3'} & (set(sys.modules) - before)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_warning_and_no_global_state(light_curves):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        state = np.geterr()
        filters = list(warnings.filters)
        LightCurveFeatures("all").transform(light_curves)
        assert np.geterr() == state
        assert warnings.filters == filters
