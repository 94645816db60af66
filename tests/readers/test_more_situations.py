"""Layouts that were read wrongly without a word, or refused though readable; each with the right reading."""

import json
import os
import tempfile
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, LightCurveWarning, read_light_curves
from sklearn_vartl.readers import read_labels

from .conftest import read, text

N = 14
T = np.round(np.linspace(58100.25, 58390.75, N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.array(
    [14.46, 14.58, 13.79, 14.33, 14.6, 14.36, 13.84, 14.45, 13.88, 14.58, 14.59, 13.85, 14.6, 14.26]
)
E = np.round(0.01 + 0.002 * np.arange(N), 3)
F = np.round(10 ** (-0.4 * (M - 20)), 3)
FE = np.round(F * E / 1.0857, 3)
STARS = ["a"] * 7 + ["b"] * 7
THIRD = np.arange(N) == 3
STAMPS = pd.to_datetime(T - 40587, unit="D").round("s")
MJD = np.asarray((STAMPS - pd.Timestamp("1858-11-17")) / pd.Timedelta(days=1))


def told(read_it):
    """What is read, and the one warning of what looks wrong."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        X = read_it()
    found = [str(each.message) for each in caught]
    assert len(found) == 1, found
    return X, found[0]


@pytest.mark.parametrize(
    "form",
    [
        *("%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S"),
        *("%Y.%m.%d %H:%M:%S", "%Y %m %d %H:%M:%S", "%d %b %Y %H:%M:%S", "%Y-%b-%d %H:%M:%S"),
        *("%d-%B-%Y %H:%M:%S", "%b %d, %Y %H:%M:%S", "%Y%m%dT%H%M%S", "%Y-%m-%d_%H:%M:%S"),
        *("%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %H:%M:%S UTC"),
    ],
)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_dates_however_they_are_written(tmp_path, form, separator):
    dates = [stamp.strftime(form) for stamp in STAMPS]
    X = read(tmp_path, text(separator.join(["id", "date", "mag"]), [STARS, dates, M], separator))
    np.testing.assert_allclose(X.time, MJD, atol=1e-7)
    assert X.time_zero == 2400000.5 and X.mag.tolist() == M.tolist()


def test_dates_of_which_none_says_where_the_month_is(tmp_path):
    dates = [f"0{i % 9 + 1}.0{i % 7 + 1}.2018" for i in range(N)]
    with pytest.raises(ValueError, match=r"'01.01.2018' may begin with the day or the month"):
        read(tmp_path, text("date,mag", [dates, M]))
    # Mixed, they tell nothing either.
    with pytest.raises(ValueError, match="day or the month"):
        read(tmp_path, text("date,mag", [["13/01/2018", "01/13/2018"] * 7, M]))
    with pytest.raises(ValueError, match="13-Foo-2018"):
        read(tmp_path, text("date,mag", [["13-Foo-2018"] * N, M]))


def test_days_in_another_order_beside_the_time_of_the_day(tmp_path):
    """Without the clock beside them they would be whole days."""
    days, clocks = STAMPS.strftime("%d.%m.%Y"), STAMPS.strftime("%H:%M:%S")
    X = read(tmp_path, text("date,UT,mag", [days, clocks, M]))
    np.testing.assert_allclose(X.time, MJD, atol=1e-7)


def test_year_month_and_day_in_columns(tmp_path):
    part = np.round(STAMPS.day + MJD % 1, 7)
    X = read(tmp_path, text("year,month,day,mag", [STAMPS.year, STAMPS.month, part, M]))
    np.testing.assert_allclose(X.time + X.time_zero, MJD + 2400000.5, atol=2e-7)
    columns = [STAMPS.year, STAMPS.month, STAMPS.day, STAMPS.hour, STAMPS.minute, STAMPS.second, M]
    X = read(
        tmp_path, text("yr_no,Month,Day,Hour,Minute,Second,mag", columns).replace("yr_no", "Year")
    )
    np.testing.assert_allclose(X.time, MJD, atol=1e-8)
    # Where there is a clock, the calendar is left alone.
    X = read(tmp_path, text("year,month,day,jd,mag", [STAMPS.year, STAMPS.month, part, JD, M]))
    assert X.time.tolist() == JD.tolist()


def test_dates_without_the_time_of_the_day_are_told():
    table = pd.DataFrame({"id": "a", "time": [date(2018, 1, i + 1) for i in range(N)], "mag": M})
    X, message = told(lambda: LightCurves.from_any(table))
    assert "time holds dates without the time of the day" in message and X.time[0] == 58119.0


@pytest.mark.parametrize(
    ("name", "zero"),
    [
        *((name, 2450000.0) for name in ("JD(+2450000)", "HJD-2,450,000", "HJD_minus_2450000")),
        *((name, 2450000.0) for name in ("JD2450000", "BJD (TDB) - 2450000", "HJD-2.45e6")),
        ("HJD-2440000.5", 2440000.5),
        ("JD 2450000+", 2450000.0),
    ],
)
def test_zeros_of_clocks_in_more_spellings(tmp_path, name, zero):
    X = read(tmp_path, text(f"id;{name};mag", [STARS, np.round(JD - zero, 5), M], ";"))
    assert X.time_zero == zero
    np.testing.assert_allclose(X.time + zero, JD, atol=1e-5)


def test_full_julian_dates_under_the_name_of_short_ones(tmp_path):
    X = read(tmp_path, text("HJD-2400000,mag", [JD, M]))
    assert X.time.tolist() == JD.tolist() and X.time_zero == 0.0 and "JD in full" in X.provenance


def test_a_status_in_words_that_nobody_knows_is_told(tmp_path):
    columns = [T, M, E, np.where(THIRD, "saturated", "fine")]
    _, message = told(lambda: read(tmp_path, text("mjd,mag,err,status", columns)))
    assert "status may tell which points are bad, and is not used" in message


def test_labels_that_are_numbers_in_two_spellings(tmp_path):
    (tmp_path / "labels.csv").write_text("id,label\na,1\nb,1.0\nc,2.0\n")
    assert read_labels(tmp_path / "labels.csv") == {"a": "1", "b": "1", "c": "2"}
    # Of one spelling they stay as they are.
    (tmp_path / "labels.csv").write_text("id,label\na,1.0\nb,1.0\nc,2.5\n")
    assert read_labels(tmp_path / "labels.csv") == {"a": "1.0", "b": "1.0", "c": "2.5"}


@pytest.mark.parametrize(
    ("name", "step"),
    [("time_hours", 24), ("time_min", 1440), ("time_sec", 86400), ("time_yr", 1 / 365.25)],
)
def test_units_of_time_behind_the_name(tmp_path, name, step):
    X = read(tmp_path, text(f"id,{name},mag", [STARS, (T - 58100) * step, M]))
    np.testing.assert_allclose(X.time, T - 58100)


@pytest.mark.parametrize("separator", [None, "json"])
def test_magnitudes_of_differences_beside_corrected_ones(tmp_path, separator):
    """ALeRCE calls the magnitude of the difference image "mag", the star's "mag_corr"."""
    table = {
        "oid": ["ZTF21a"] * N,
        "mjd": T,
        "fid": [1] * N,
        "mag": M + 2,
        "e_mag": E * 3,
        "mag_corr": M,
    }
    table |= {
        "e_mag_corr": E * 2,
        "e_mag_corr_ext": E,
        "isdiffpos": [1] * N,
        "dubious": [False] * N,
    }
    frame = pd.DataFrame(table)
    if separator is None:
        X = read(tmp_path, frame.to_csv(index=False))
    else:
        answer = {"detections": frame.to_dict("records"), "non_detections": [{"mjd": 1.0}]}
        X = read(tmp_path, json.dumps(answer), "star.json")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist() and X.bands == ["g"]
    left = frame.drop(columns=["mag_corr", "e_mag_corr", "e_mag_corr_ext"])
    X, message = told(lambda: read(tmp_path, left.to_csv(index=False)))
    assert "mag is the magnitude of a difference image" in message


def test_antares_allwise_and_forced_sources_of_rubin(tmp_path):
    head = "alert_id,ant_mjd,ant_passband,ant_mag,ant_magerr,ant_mag_corrected,ant_magerr_corrected"
    columns = [[f"c:{i}" for i in range(N)], T, ["g"] * N, M + 2, E * 3, M, E]
    X = read(tmp_path, text(head, columns))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist() and X.survey == "ZTF"
    head = "source_id_mf,mjd,w1mpro_ep,w1sigmpro_ep,w2mpro_ep,w2sigmpro_ep"
    content = text(head, [["x"] * N, T, M, E, M - 0.1, E])
    X, message = told(lambda: read(tmp_path, content))
    assert X.survey == "AllWISE" and X.bands == ["W1", "W2"] and "several bands" in message
    assert X.in_band("W2").mag.tolist() == (M - 0.1).tolist()
    head = "diaObjectId,midpointMjdTai,band,psfFlux,psfFluxErr,psfDiffFlux,psfDiffFluxErr"
    X = read(tmp_path, text(head, [["611"] * N, T, ["r"] * N, F, FE, F / 9, FE]))
    assert X.flux.tolist() == F.tolist() and X.time_scale == "tai"


@pytest.mark.parametrize(
    ("head", "scale", "what"),
    [
        (
            "time,flux,fluxerr,band,zp",
            np.where(np.arange(N) % 4 < 2, 25.0, 27.5),
            "on several zero points",
        ),
        (
            "time,flux,fluxerr,band,unit",
            ["mJy", "mJy", "uJy", "uJy"] * 3 + ["mJy"] * 2,
            "on several scales",
        ),
        (
            "time,mag,err,band,magsys",
            ["AB", "AB", "Vega", "AB"] * 3 + ["AB"] * 2,
            "on several scales",
        ),
    ],
)
def test_values_on_several_scales_are_told(tmp_path, head, scale, what):
    values = [T, F, FE] if "flux" in head else [T, M, E]
    bands = ["g"] * N
    _, message = told(lambda: read(tmp_path, text(head, [*values, bands, scale])))
    assert what in message
    # One for each band is what bands are.
    own = text(head, [*values, [f"b{s}" for s in scale], scale])
    _, message = told(lambda: read(tmp_path, own))
    assert "on several" not in message and "several bands" in message


def test_zero_points_of_magnitudes_are_in_them_already(tmp_path):
    X = read(tmp_path, text("mjd,mag,magerr,magzp", [T, M, E, 26 + E]))
    assert X.mag.tolist() == M.tolist()


def test_a_standard_magnitude_is_no_standard_deviation(tmp_path):
    content = text("JD,mag_inst,mag_std,err", [JD, M - 20, M, E])
    X, message = told(lambda: read(tmp_path, content))
    assert X.magerr.tolist() == E.tolist()
    assert "mag_std is no error: its values are far larger" in message
    assert "and may be magnitudes" in message
    assert read(tmp_path, content, columns={"mag": "mag_std"}).mag.tolist() == M.tolist()


def test_errors_in_millimagnitudes_without_a_unit_are_told(tmp_path):
    _, message = told(lambda: read(tmp_path, text("time,mag,err", [T, M, (E * 1000).astype(int)])))
    assert "err is no error: its values are far larger" in message
    # A status of 0 and 1 is none.
    assert read(tmp_path, text("time,mag,err", [T, M, np.where(THIRD, 1, 0)])).magerr is None


def test_magnitudes_and_errors_that_are_exchanged_are_told():
    _, message = told(lambda: LightCurves.from_any([(T, E, M)]))
    assert "the errors of 1 star are larger than all that their magnitudes do" in message
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LightCurves.from_any([(T, M, E)])
        # Of one star among many it is a matter of that star.
        LightCurves.from_any([(T, M, E), (T, M, np.full(N, 5.0)), (T, M, E)])


@pytest.mark.parametrize("name", ["nondet", "upper_lim", "is_ul", "lim", "isnondetection"])
def test_limits_under_more_names(tmp_path, name):
    X = read(tmp_path, text(f"mjd,mag,err,{name}", [T, M, E, np.where(THIRD, 1, 0)]))
    assert X.limit.tolist() == THIRD.tolist()
    # The same name for the magnitude of the limit plays no role.
    X = read(tmp_path, text(f"mjd,mag,err,{name}", [T, M, E, M + 3]))
    assert X.limit is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *((name, ("0", "1")) for name in ("use", "used", "usable", "keep", "Accepted")),
        *((name, ("1", "0")) for name in ("excluded", "discarded", "omitted")),
        ("status", ("bad", "ok")),
        ("remark", ("rejected", "")),
    ],
)
def test_bad_points_under_more_names(tmp_path, name, words):
    X = read(tmp_path, text(f"mjd,mag,err,{name}", [T, M, E, np.where(THIRD, *words)]))
    assert (X.flag != 0).tolist() == THIRD.tolist()


@pytest.mark.parametrize(
    "content",
    [
        # Two data sets of gnuplot.
        "# a\n"
        + text("", [T[:7], M[:7], E[:7]], " ")
        + "\n\n# b\n"
        + text("", [T[:7], M[7:], E[7:]], " "),
        text("time,mag,err", [np.r_[T[:7], T[:7] + 0.001], M, E]),
        text("star,ccd,time,mag", [[15] * N, [1] * 7 + [2] * 7, np.r_[T[:7], T[:7] + 0.001], M]),
    ],
)
def test_times_that_begin_anew_are_told(tmp_path, content):
    X, message = told(lambda: read(tmp_path, content))
    assert "the times of 1 star begin anew" in message and len(X) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(tmp_path, content, columns={"id": None} if "star" not in content else {"id": "ccd"})


def test_several_values_at_the_same_times_are_told(tmp_path):
    _, message = told(lambda: read(tmp_path, text("time,mag,err", [np.repeat(T[:7], 2), M, E])))
    assert "several values at the same times in 1 star" in message
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Nights one after the other, observed backwards, a repeated row; anything without order.
        read(tmp_path, text("time,mag,err", [np.r_[T[:7], T[7:]][::-1], M, E]))
        read(tmp_path, text("time,mag,err", [np.r_[T[:13], T[12]], np.r_[M[:13], M[12]], E]))
        read(tmp_path, text("time,mag,err", [T[np.random.default_rng(0).permutation(N)], M, E]))


def test_a_column_that_may_name_the_stars_is_told(tmp_path):
    content = text("source,jd,mag,e_mag", [STARS, JD, M, E])
    X, message = told(lambda: read(tmp_path, content))
    assert len(X) == 1 and "source has 2 values, and the rows are read as one star" in message
    assert read(tmp_path, content, columns={"id": "source"}).n_points.tolist() == [7, 7]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read(tmp_path, content, columns={"id": None})) == 1


def test_names_as_numbers_and_as_text_are_one_star():
    """pandas makes numbers of some pieces of a long file, and text of others."""
    numbers = [17, 17, np.int64(17), 17.0, 17, 17, 17]
    frame = pd.DataFrame({"id": [*numbers, *["17"] * 6, "V2"], "time": T, "mag": M})
    X = LightCurves.from_any(frame)
    assert X.ids.tolist() == ["17", "V2"] and X.n_points.tolist() == [13, 1]


@pytest.mark.parametrize(
    ("head", "column", "word"),
    [
        *(("id,time,mag,err", 3, w) for w in ("9.99", "9.9", "1e30", "99.9", "-999")),
        *(("id,time,flux,flux_err", 2, w) for w in ("9999", "99999.0", "999999", "-9999")),
        *(("id,time,flux,flux_err", 3, w) for w in ("-999", "99999", "1e30")),
        ("id,time,mag,err", 2, "\\N"),
    ],
)
def test_more_of_what_stands_for_not_measured(tmp_path, head, column, word):
    columns = [STARS, T, M, E] if "mag" in head else [STARS, T, F, FE]
    right = np.where(THIRD, np.nan, columns[column])
    columns[column] = np.where(THIRD, word, columns[column].astype(str))
    X = read(tmp_path, text(head, columns))
    found = X._arguments()["mag" if column == 2 else "magerr"]
    np.testing.assert_array_equal(found, right)


@pytest.mark.parametrize("word", [-1, 0])
def test_a_flux_and_its_error_that_are_one_and_not_positive(tmp_path, word):
    columns = [T, np.where(THIRD, word, F), np.where(THIRD, word, FE)]
    X = read(tmp_path, text("time,flux,flux_err", columns))
    np.testing.assert_array_equal(X.flux, np.where(THIRD, np.nan, F))
    # With an error of its own a flux of 0 is measured.
    columns[2] = FE
    assert read(tmp_path, text("time,flux,flux_err", columns)).flux[3] == word


def test_what_is_left_of_other_programs(tmp_path):
    plain = text("id,time,mag,err", [STARS, T, M, E])
    assert read(tmp_path, plain + "\x1a").ids.tolist() == ["a", "b"]
    assert len(read(tmp_path, text("time,mag", [T, M]) + "\x1a").time) in (N, N + 1)
    bytes_as_text = text("id,time,mag,band", [[f"b'{s}'" for s in STARS], T, M, ["b'g'"] * N])
    X = read(tmp_path, bytes_as_text)
    assert X.ids.tolist() == ["a", "b"] and X.bands == ["g"]
    assert read(tmp_path, text("time,mag", [T, [f"{m} mag" for m in M]])).mag.tolist() == M.tolist()
    X = read(tmp_path, text("MJD,rate,rate_err", [T, F, FE]))
    assert X.flux.tolist() == F.tolist() and X.fluxerr.tolist() == FE.tolist()


FRAME = pd.DataFrame({"id": STARS, "time": T, "mag": M, "magerr": E})
BY_STAR = dict(list(FRAME.groupby("id")))


@pytest.mark.parametrize(
    "content",
    [
        FRAME.to_json(double_precision=12),
        FRAME.to_json(orient="split", double_precision=12),
        FRAME.to_json(orient="index", double_precision=12),
        json.dumps({s: rows.drop(columns="id").to_dict("list") for s, rows in BY_STAR.items()}),
        json.dumps({s: {"photometry": rows.to_dict("records")} for s, rows in BY_STAR.items()}),
    ],
    ids=["columns", "split", "index", "stars", "photometry"],
)
def test_json_of_pandas_and_of_stars_by_name(tmp_path, content):
    X = read(tmp_path, content, "stars.json")
    assert X.ids.tolist() == ["a", "b"] and X.n_points.tolist() == [7, 7]
    np.testing.assert_allclose(X.time, T)
    np.testing.assert_allclose(X.mag, M)
    np.testing.assert_allclose(X.magerr, E)


def folder(tmp_path, files):
    for name, content in files.items():
        (tmp_path / "survey" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "survey" / name).write_text(content)
    return tmp_path / "survey"


ONE = text("time,mag,err", [T, M, E])


def test_folders_below_a_folder_are_read(tmp_path):
    path = folder(
        tmp_path,
        {"x/RRab/r1.csv": ONE, "x/RRab/r2.csv": ONE, "x/EA/e1.csv": ONE, "x/.git/no.csv": "?"},
    )
    assert read_light_curves(path).ids.tolist() == ["e1", "r1", "r2"]
    # Beside files of the folder itself they are passed over, and that is told.
    (path / "top.csv").write_text(ONE)
    X, message = told(lambda: read_light_curves(path))
    assert (
        X.ids.tolist() == ["top"]
        and "Passed over x in survey, which are folders with more files" in message
    )


def test_files_without_a_suffix_are_read_where_there_are_no_others(tmp_path):
    """ASAS calls its files by the stars, "000006+2553.2"."""
    asas = text("#     HJD      MAG_0 MER_0 GRADE", [JD - 2450000, M, E, ["A"] * N], " ")
    path = folder(
        tmp_path, {"000006+2553.2": asas, "000006+2553.7": asas, "README": "stars", "plot.png": "x"}
    )
    X = read_light_curves(path)
    assert X.ids.tolist() == ["000006+2553.2", "000006+2553.7"] and X.mag[:N].tolist() == M.tolist()


def test_what_cannot_be_opened_below_a_folder_is_told():
    if not hasattr(os, "geteuid"):
        pytest.skip("needs users")
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "good").mkdir()
        (path / "good" / "s1.csv").write_text(ONE)
        (path / "shut").mkdir()
        (path / "shut").chmod(0o000)
        if user == 0:
            os.seteuid(65534)
        try:
            X, message = told(lambda: read_light_curves(path))
        finally:
            os.seteuid(user)
            (path / "shut").chmod(0o755)
    assert (
        X.ids.tolist() == ["s1"] and "Passed over shut" in message and "cannot be opened" in message
    )


def test_a_star_in_several_files_is_told(tmp_path):
    sector = [text("tic,time,flux", [[123] * 7, T[:7] - 57000 + 27 * k, F[:7]]) for k in range(2)]
    path = folder(tmp_path, {f"tess_s{k}.csv": content for k, content in enumerate(sector)})
    X, message = told(lambda: read_light_curves(path))
    assert len(X) == 2 and "1 star is in several files" in message and "'123', 2 times" in message


def test_fluxes_of_several_units_are_refused(tmp_path):
    files = {
        f"s{k}.csv": text(f"HJD,flux [{u}],err", [JD, F, FE]) for k, u in enumerate(("mJy", "uJy"))
    }
    with pytest.raises(ValueError, match="fluxes of s0 are in mJy, those of s1 in uJy"):
        read_light_curves(folder(tmp_path, files))


def test_what_warns_has_a_form_for_the_shell(tmp_path):
    (tmp_path / "star.csv").write_text(text("source,jd,mag,e_mag", [STARS, JD, M, E]))
    with pytest.warns(LightCurveWarning) as caught:
        read_light_curves(tmp_path / "star.csv")
    assert "--columns id=source" in caught[0].message.shell


def on_two_levels(k):
    mag = 14 + 0.01 * np.sin(T) + 2.0 * (T > T[6])
    return {"mjd": T + k / 7, "mag": mag, "sector": 1 + (T > T[6])}


def test_what_several_files_are_told_of_is_told_once(tmp_path):
    # All of them have levels; of the last three some points have errors of -1, of each another number.
    files = {}
    for k in range(5):
        limits = {"magerr": np.where(np.arange(N) < k - 1, -1.0, 0.05)} if k > 1 else {}
        files[f"s{k}.csv"] = pd.DataFrame(on_two_levels(k) | limits).to_csv(index=False)
    message = told(lambda: read_light_curves(folder(tmp_path, files)))[1]
    assert message.count("on a level of their own (first: 's0')") == message.count("level") == 1
    assert message.count("for upper limits") == 1
    assert "1 magnitudes with magerr of -1" in message and "write them (first: 's2')" in message


@pytest.mark.parametrize("named", [False, True])
def test_tables_of_a_list_are_told_of_by_the_names_of_the_stars(named):
    level = pd.DataFrame(on_two_levels(0))
    plain = level.drop(columns="sector").iloc[:6]
    stars = [("x", plain), ("y", level)] if named else [plain, level]
    X, message = told(lambda: LightCurves.from_any(stars))
    assert f"on a level of their own (first: {X.ids[1]!r})" in message and X.ids[1] in ("y", "1")
    # Of all of them without a name, as of one.
    assert "first" not in told(lambda: LightCurves.from_any([level]))[1]
    several = plain.assign(label=["A", "B"] * 3)
    with pytest.raises(ValueError, match="^Star at position 1 has several values in column label"):
        LightCurves.from_any([plain, several])


EXPOSURE = np.tile([30.0, 60.0, 120.0, 60.0], 10)
DAYS = 58000 + 1.7 * np.arange(40.0)
RATE = 100 * (1 + 0.2 * np.sin(DAYS))


@pytest.mark.parametrize("name", ["exptime", "EXPOSURE", "exposure_time", "t_exp", "int_time"])
def test_counts_of_exposures_of_several_times_are_told(name):
    stars = pd.DataFrame({"star": ["a"] * 20 + ["b"] * 20, "mjd": DAYS, name: EXPOSURE})
    counts = stars.assign(flux=RATE * EXPOSURE)
    message = told(lambda: LightCurves.from_any(counts))[1]
    assert f"the fluxes go as {name} does" in message and f"divide them by {name}" in message
    raw = stars.assign(mag=20 - 2.5 * np.log10(RATE * EXPOSURE))
    message = told(lambda: LightCurves.from_any(raw))[1]
    assert f"the magnitudes go as {name} does" in message and f"log10({name})" in message


@pytest.mark.parametrize(
    "more",
    [
        # Rates; exposures all alike, though noisy; longer ones of a star while it was faint, or hardly longer ones.
        {"flux": RATE},
        {"flux": RATE * 60.0, "exptime": 60.0},
        {"flux": 6000 / EXPOSURE},
        {"flux": RATE * (1 + EXPOSURE / 1000)},
        {"flux": RATE * EXPOSURE, "exptime": 60.0 * (1 + 0.1 * np.sin(7 * DAYS))},
    ],
)
def test_fluxes_that_are_no_counts_are_not_told(more):
    stars = pd.DataFrame({"mjd": DAYS, "exptime": EXPOSURE} | more)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        LightCurves.from_any([stars])
    assert "go as" not in " ".join(str(each.message) for each in caught)
