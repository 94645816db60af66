"""Which column plays which role: spellings, order, fill, units, and what is refused."""

import datetime
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklearn_vartl.light_curves import (
    LightCurves,
    LightCurveWarning,
    as_light_curves,
    read_light_curves,
)

N = 40
T = np.sort(np.random.default_rng(0).uniform(0, 900, N)) + 57000.0
M = 13 + 0.3 * np.sin(2 * np.pi * T / 0.55)
E = np.where(np.arange(N) % 3 == 0, 0.2, 0.02)
TABLE = pd.DataFrame({"id": "a", "time": T, "mag": M})


@pytest.mark.parametrize(
    "name",
    "magerr mag_err MAGERR e_mag emag mag_error magerror err error Error Uncertainty sigma sigmapsf dmag "
    "merr mag_unc e_Vmag std dm unc e_magnitude magnitude_error sig_mag sigma_mag mag_sigma errmag "
    "mag.err Mag-Error mag_std magnitude_uncertainty".split(),
)
def test_spellings_of_the_error(name):
    X = LightCurves.from_any(TABLE.assign(**{name: E}))
    assert X.magerr is not None
    assert X.magerr.tolist() == E.tolist()
    assert f"magerr <- {name}" in X.provenance


@pytest.mark.parametrize(
    "name", ["flux_err", "fluxerr", "e_flux", "FLUX_ERR", "flux_error", "sigma_flux", "ferr", "err"]
)
def test_spellings_of_the_error_of_a_flux(name):
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "time": T, "flux": M * 100, name: E}))
    assert X.fluxerr.tolist() == E.tolist()


def test_a_status_is_no_error():
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "time": T, "m": M, "dm": E, "err": 0}))
    assert X.magerr.tolist() == E.tolist()
    X = LightCurves.from_any(TABLE.assign(err=np.where(np.arange(N) % 7, 0, 112)))
    assert X.magerr is None
    # Larger than all the magnitudes differ: the error of something else.
    with pytest.warns(UserWarning, match="sigma is no error"):
        X = LightCurves.from_any(TABLE.assign(sigma=50 + E))
    assert X.magerr is None
    assert "sigma is no error: its values are far larger than the range of mag" in X.provenance


@pytest.mark.parametrize("name", ["magerr", "sigma"])
def test_errors_larger_than_all_the_magnitudes_of_a_faint_star_differ(name):
    magnitude = [12.401, 12.374, 12.331, 12.39, 12.434]
    error = [0.146, 0.125, 0.12, 0.138, 0.031]
    table = pd.DataFrame({"id": "a", "time": T[:5], "Magnitude": magnitude, name: error})
    assert LightCurves.from_any(table).magerr.tolist() == error


def test_two_errors_are_the_users_choice():
    table = TABLE.assign(sigma=E, uncertainty=2 * E)
    with pytest.raises(
        ValueError, match=r"Several columns could be the error: .*--columns magerr="
    ):
        LightCurves.from_any(table)
    assert LightCurves.from_any(table, {"magerr": "sigma"}).magerr.tolist() == E.tolist()
    assert LightCurves.from_any(TABLE.assign(mag_err=E, sigma=2 * E)).magerr.tolist() == E.tolist()
    assert LightCurves.from_any(TABLE.assign(sigma=E, unc=E)).magerr.tolist() == E.tolist()


def test_errors_from_the_flux_beside_the_magnitude():
    flux = 10 ** (-0.4 * (M - 25))
    X = LightCurves.from_any(TABLE.assign(flux=flux, flux_err=0.01 * flux))
    np.testing.assert_allclose(X.magerr, 2.5 / np.log(10) * 0.01)
    assert "errors of the magnitudes from flux and flux_err" in X.provenance
    # A flux of something else gives none.
    assert LightCurves.from_any(TABLE.assign(flux=M[::-1], flux_err=0.01)).magerr is None


@pytest.mark.parametrize(
    ("more", "time"),
    [
        ({"T": np.linspace(9, 14, N)[::-1]}, "mjd"),
        ({"HJD": np.nan}, "mjd"),
        ({"epoch": np.arange(1, N + 1)}, "mjd"),
        ({"time": 30.0}, "mjd"),
        ({"time": np.arange(N)}, "mjd"),
        ({"HJD": T + 2400000.5}, "HJD"),
        ({"date": "2015-03-04"}, "mjd"),
    ],
)
def test_the_time_of_several(more, time):
    table = pd.DataFrame({"id": "a", "mjd": T, "mag": M} | more)
    X = LightCurves.from_any(table)
    assert X.time.tolist() == table[time].tolist()
    assert f"time <- {time}" in X.provenance


def test_the_exact_name_comes_first():
    assert (
        LightCurves.from_any(TABLE.assign(MAG=M + 5)[["id", "MAG", "mag", "time"]]).mag[0] == M[0]
    )
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "time": T, "Vmag": M}))
    assert X.mag[0] == M[0]
    with pytest.raises(
        ValueError, match="could be the magnitude: apmag, pmag.*--columns mag=apmag"
    ):
        LightCurves.from_any(pd.DataFrame({"id": "a", "time": T, "apmag": M, "pmag": M + 1}))


def test_numbers_of_rows_and_detections_are_no_stars():
    X = LightCurves.from_any(TABLE.assign(id=np.arange(N), oid="ZTF18abc"))
    assert X.ids.tolist() == ["ZTF18abc"]
    X = LightCurves.from_any(TABLE.assign(id=[f"d{i}" for i in range(N)], name="b"))
    assert X.ids.tolist() == ["b"]
    with pytest.raises(ValueError, match=r"\(id is another one in each row\)"):
        LightCurves.from_any(TABLE.assign(id=np.arange(N)))


@pytest.mark.parametrize(
    "words",
    [
        ("True", "False"),
        ("Y", "N"),
        ("1", "0"),
        ("t", "f"),
        ("<", ""),
        ("yes", "no"),
        (1, 0),
        (True, False),
        (1.0, np.nan),
    ],
)
def test_limits_are_true_or_false(words):
    table = TABLE.assign(
        fainterThan=np.where(np.arange(N) % 5 == 0, *map(np.array, words)).astype(object)
    )
    X = LightCurves.from_any(table)
    assert X.limit.sum() == 8
    assert X.limit[::5].all()
    assert LightCurves.from_any(table, {"limit": "fainterThan"}) == X


def test_a_limiting_magnitude_is_no_limit():
    for name in ("limit", "Limit", "upper_limit"):
        X = LightCurves.from_any(TABLE.assign(**{name: 16.3}))
        assert X.limit is None
        assert f"{name} is no limit" in X.provenance
        with pytest.raises(ValueError, match=r"limit=none"):
            LightCurves.from_any(TABLE.assign(**{name: 16.3}), {"limit": name})


def test_magnitudes_written_as_limits_and_as_uncertain():
    words = ["<14.2", "12.3:", "[13.5", ">15", "12.5", "12.7?", "", "--", None, "~12.9"]
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "time": np.arange(10.0), "mag": words}))
    np.testing.assert_array_equal(
        X.mag, [14.2, 12.3, 13.5, 15, 12.5, 12.7, np.nan, np.nan, np.nan, 12.9]
    )
    assert np.flatnonzero(X.limit).tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    "place", [99.999, 99.99, 99.9, 99.0, -99.0, -99.9, 999.0, 9999.0, -999.0, -9999.0]
)
def test_placeholders_are_not_measured(place):
    X = LightCurves.from_any(TABLE.assign(mag=np.where(np.arange(N) == 3, place, M), magerr=E))
    assert np.flatnonzero(np.isnan(X.mag)).tolist() == [3]
    assert "taken as not measured: 1 magnitudes" in X.provenance
    X = LightCurves.from_any(TABLE.assign(magerr=np.where(np.arange(N) == 3, place, E)))
    assert np.flatnonzero(np.isnan(X.magerr)).tolist() == [3]
    # 9.999 is a magnitude, but no error.
    assert np.isfinite(
        LightCurves.from_any(TABLE.assign(mag=np.where(np.arange(N) == 3, 9.999, M))).mag
    ).all()
    assert np.isnan(
        LightCurves.from_any(TABLE.assign(magerr=np.where(np.arange(N) == 3, 9.999, E))).magerr[3]
    )


@pytest.mark.parametrize("name", ["mag [mmag]", "mag(mmag)", "mag_mmag", "mmag"])
def test_millimagnitudes(name):
    X = LightCurves.from_any(
        pd.DataFrame({"id": "a", "time": T, name: M * 1000, "mag_err": E * 1000})
    )
    np.testing.assert_allclose(X.mag, M)
    np.testing.assert_allclose(X.magerr, E)
    assert "turned into magnitudes" in X.provenance


@pytest.mark.parametrize("gone", [[0], [0, 1, 2, 3], [0, 1, 2, 3, 4]])
def test_placeholders_among_millimagnitudes(gone):
    value = np.array([12733.0, 12422, 12791, 12500, 12611])
    value[gone] = 99.999
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "time": T[:5], "mag [mmag]": value}))
    assert np.flatnonzero(np.isnan(X.mag)).tolist() == gone
    # Residuals of a few millimagnitudes may be 99.
    small = LightCurves.from_any(
        pd.DataFrame({"id": "a", "time": T[:5], "mag [mmag]": [99, 102.0, 97, 99, 101]})
    )
    assert np.isfinite(small.mag).all()


@pytest.mark.parametrize(
    ("name", "unit"),
    [("flux [ppm]", 1e-6), ("flux_ppm", 1e-6), ("flux (ppt)", 1e-3), ("flux [%]", 1e-2)],
)
def test_relative_fluxes(name, unit):
    X = LightCurves.from_any(
        pd.DataFrame({"id": "a", "time": T, name: (M - 13) / unit, "flux_err": 0.01 / unit})
    )
    np.testing.assert_allclose(X.flux, 1 + (M - 13))
    np.testing.assert_allclose(X.fluxerr, 0.01)
    np.testing.assert_allclose(
        X.to_magnitudes("median").mag, -2.5 * np.log10(X.flux / np.median(X.flux))
    )


def test_units_of_astropy():
    units, table = pytest.importorskip("astropy.units"), pytest.importorskip("astropy.table")
    made = table.QTable(
        {"id": ["a"] * N, "time": T * 86400 * units.s, "mag": M * 1000 * units.mmag}
    )
    X = LightCurves.from_any(made)
    np.testing.assert_allclose(X.time, T)
    np.testing.assert_allclose(X.mag, M)


@pytest.mark.parametrize(
    ("name", "offset", "zero", "scale"),
    [
        ("MJD", 0, 2400000.5, None), ("HJD", 2400000.5, 0.0, "hjd_utc"), ("hmjd", 0, 2400000.5, "hjd_utc"),
        ("HJD-2450000", -49999.5, 2450000.0, "hjd_utc"), ("BJD - 2457000", -56999.5, 2457000.0, "bjd_tdb"),
        ("JD (2450000+)", -49999.5, 2450000.0, None), ("BTJD", -56999.5, 2457000.0, "bjd_tdb"),
        ("HJD", 0.5, 2400000.0, "hjd_utc"), ("time [s]", None, None, None), ("time_s", None, None, None),
    ],
)  # fmt: skip
def test_what_the_time_counts_from(name, offset, zero, scale):
    time = T * 86400 if offset is None else T + offset
    X = LightCurves.from_any(pd.DataFrame({"id": "a", name: time, "mag": M}))
    np.testing.assert_allclose(X.time, T if offset is None else time, rtol=1e-12)
    assert (X.time_zero, X.time_scale) == (zero, scale)


DATES = pd.date_range("2020-01-01T06:00", periods=20, freq="D")


@pytest.mark.parametrize(
    "dates",
    [
        DATES, DATES.to_numpy(), list(DATES.to_pydatetime()), DATES.astype(str).tolist(),
        DATES.strftime("%Y-%m-%dT%H:%M:%S").tolist(), DATES.tz_localize("UTC"), pd.Series(DATES),
        [datetime.date(2020, 1, 1) + datetime.timedelta(days=i) for i in range(20)],
    ],
)  # fmt: skip
def test_dates(dates):
    X = LightCurves.from_any([(dates, np.sin(np.arange(20.0)))])
    part = 0.0 if isinstance(dates[0], datetime.date) and not hasattr(dates[0], "hour") else 0.25
    np.testing.assert_allclose(X.time, 58849 + part + np.arange(20.0))
    assert (X.time_zero, X.time_scale) == (2400000.5, "utc")
    table = pd.DataFrame({"id": "a", "date": dates, "mag": np.sin(np.arange(20.0))})
    if part == 0.0:
        with pytest.warns(UserWarning, match="date holds dates without the time of the day"):
            LightCurves.from_any(table)
        return
    assert LightCurves.from_any(table).time.tolist() == X.time.tolist()


def test_a_missing_date_among_the_strings_of_pandas():
    dates = pd.array([pd.NA, "2020-01-01T06:00", "2020-01-02T06:00"], dtype="string")
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "date": dates, "mag": [14.1, 14.2, 14.4]}))
    np.testing.assert_array_equal(X.time, [np.nan, 58849.25, 58850.25])
    assert X.mag.tolist() == [14.1, 14.2, 14.4]


def test_spans_of_time():
    X = LightCurves.from_any([(DATES - DATES[0], np.sin(np.arange(20.0)))])
    assert X.time.tolist() == list(range(20))


def test_dates_in_files(tmp_path):
    lines = "".join(f"a,{date.isoformat()},{i}\n" for i, date in enumerate(DATES))
    (tmp_path / "a.csv").write_text("id,date,mag\n" + lines)
    X = read_light_curves(tmp_path / "a.csv")
    assert X.time.tolist() == (58849.25 + np.arange(20)).tolist()


def test_flags_with_blanks_and_letters():
    flag = ["", "1", None, "0"] * 10
    X = LightCurves.from_any(TABLE.assign(flag=flag))
    assert (X.flag != 0).sum() == 10
    X = LightCurves.from_any(TABLE.assign(flag=["", "4", None, "0"] * 10))
    assert X.flag[:4].tolist() == [0, 4, 0, 0]
    with pytest.warns(
        LightCurveWarning, match="flag may tell which points are bad, and is not used"
    ):
        X = LightCurves.from_any(TABLE.assign(flag=["A", "B", "C", "D"] * 10))
    assert X.flag is None
    assert "flag is no flag: its values are words" in X.provenance
    with pytest.raises(ValueError, match="flag=none"):
        LightCurves.from_any(TABLE.assign(flag=["A", "B", "C", "D"] * 10), {"flag": "flag"})


def test_an_empty_magnitude_beside_a_flux():
    X = LightCurves.from_any(TABLE.assign(mag=np.nan, flux=M, flux_err=E))
    assert (X.quantity, X.flux.tolist(), X.fluxerr.tolist()) == ("flux", M.tolist(), E.tolist())
    assert "mag is empty, so the fluxes of flux are read" in X.provenance
    lists = pa.table({"time": [T], "mag": pa.array([None], pa.list_(pa.float64())), "flux": [M]})
    assert LightCurves.from_any(lists).flux.tolist() == M.tolist()
    with pytest.warns(UserWarning, match="40 not finite.*provenance"):
        LightCurves.from_any(lists, {"time": "time", "mag": "mag", "flux": None})


def test_roles_have_other_names_too():
    table = pd.DataFrame({"star": "a", "jd": T, "v": M})
    X = LightCurves.from_any(table, {"object_id": "star", "time": "jd", "magnitude": "v"})
    assert X.ids.tolist() == ["a"]
    assert LightCurves.from_any(TABLE.assign(magerr=E), {"magerr": "none"}).magerr is None


def test_star_lists_without_errors_for_one_star():
    table = pa.table({"id": ["a", "b"], "time": [[1.0, 2.0], [3.0]], "mag": [[5.0, 6.0], [7.0]],
                      "magerr": pa.array([[0.1, 0.2], None], pa.list_(pa.float64()))})  # fmt: skip
    np.testing.assert_array_equal(LightCurves.from_any(table).magerr, [0.1, 0.2, np.nan])
    table = table.set_column(3, "magerr", pa.array([[], [0.3]], pa.list_(pa.float64())))
    np.testing.assert_array_equal(LightCurves.from_any(table).magerr, [np.nan, np.nan, 0.3])
    table = table.set_column(3, "magerr", pa.array([[0.1], [0.3]], pa.list_(pa.float64())))
    with pytest.raises(
        ValueError, match="position 0 has 2 points in column time and 1 in column magerr"
    ):
        LightCurves.from_any(table)


def test_identifiers_as_bytes_and_categories():
    points = {"time": [[1.0], [2.0]], "mag": [[5.0], [7.0]]}
    for kind in (pa.binary(), pa.large_binary()):
        X = LightCurves.from_any(pa.table({"id": pa.array([b"42", b"7"], kind)} | points))
        assert X.ids.tolist() == ["42", "7"]
    X = LightCurves.from_any(pa.table({"id": pa.array(["x", "y"]).dictionary_encode()} | points))
    assert X.ids.tolist() == ["x", "y"]
    assert LightCurves(T[:1], M[:1], ids=[b"42"]).ids.tolist() == ["42"]


def test_a_frame_whose_first_star_has_no_light_curve():
    frame = pd.DataFrame(
        {"id": ["a", "b"], "time": [np.nan, [1.0, 2.0]], "mag": [np.nan, [5.0, 6.0]]}
    )
    X = as_light_curves(frame)
    assert X.n_points.tolist() == [0, 2]


def test_a_list_of_frames_keeps_ids_and_labels():
    frames = [TABLE.assign(id=name, label=label) for name, label in (("b", "EC"), ("a", "RRAB"))]
    X = LightCurves.from_any(frames)
    assert X.ids.tolist() == ["b", "a"]
    assert X.labels.tolist() == ["EC", "RRAB"]
    with pytest.raises(ValueError, match="holds 2 stars"):
        LightCurves.from_any([pd.concat(frames)])


def test_columns_decided_by_values_say_what_is_left_over():
    X = LightCurves.from_any(TABLE.assign(FWHM=M - 10, airmass=1.1))
    assert X.provenance.endswith("one value a star: airmass; left over: FWHM")
    assert X[:1].provenance == X.provenance
    assert X.replace(labels=["EC"]).provenance == X.provenance
    assert LightCurves(T, M).provenance is None


class TestDoubts:
    def told(self, X):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            LightCurves.from_any(X)
        return " ".join(str(each.message) for each in found)

    def test_nothing_is_said_of_sound_light_curves(self):
        assert self.told([(T, M, E)]) == ""

    @pytest.mark.parametrize("every", [2, 3, 5])
    def test_two_time_scales_in_a_star(self, every):
        time = np.where(np.arange(N) % every == 0, T + 2400000.5, T)
        assert "1 star mixes two time scales" in self.told([(time, M)])

    def test_times_in_seconds_and_years(self):
        assert "look like seconds" in self.told([(T * 86400, M)])
        assert "look like years" in self.told([(2000 + (T - T[0]) / 365.25, M)])

    def test_days_of_a_spacecraft_are_no_years(self):
        # TESS's sector 21: a point every half hour, with a gap in the middle.
        time = 1870.43 + np.r_[np.arange(500), np.arange(560, 1200)] / 48.0
        jitter = np.random.default_rng(0).normal(0, 1e-5, len(time))
        assert self.told([(time + jitter, 10 + 0.1 * np.sin(time))]) == ""

    def test_magnitudes_that_are_none(self):
        assert "beyond 50" in self.told([(T, M * 1000)])
        assert "beyond 50" in self.told([(T, np.where(np.arange(N) < 3, 99.999, M))])
        assert "more than 20 mag between" in self.told([(T, np.where(np.arange(N) < 3, -20.0, M))])

    def test_most_points_left_out(self):
        table = TABLE.assign(flag=np.arange(N) % 5)
        assert "32 of 40 points are left out (32 flagged)" in self.told(table)

    def test_it_is_said_once(self):
        with pytest.warns(UserWarning, match="seconds"):
            X = as_light_curves([(T * 86400, M)])
        as_light_curves(X)
        as_light_curves(X[:1])

    def test_what_is_infinite_is_no_placeholder(self):
        assert self.told([(T, np.where(np.arange(N) < 3, np.inf, M))]) == ""

    def test_a_light_curve_of_nothing_but_nan(self):
        assert "40 of 40 points are left out" in self.told([(T, np.full(N, np.nan))])
