"""Tables as observers, brokers and spreadsheets hand them out, each with the right reading."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklearn_vartl import write_light_curves
from sklearn_vartl.light_curves import (
    LightCurves,
    LightCurveWarning,
    concatenate,
    read_light_curves,
)

from .conftest import read, text, told

N = 12
T = np.round(np.linspace(58000.25, 58040.75, N) + 0.01 * np.arange(N) ** 2, 5)
M = np.array([13.7, 13.9, 14.1, 14.0, 13.8, 13.6, 13.7, 13.95, 14.05, 13.85, 13.75, 13.65])
E = np.array([0.02, 0.03, 0.02, 0.04, 0.02, 0.03, 0.05, 0.02, 0.03, 0.02, 0.02, 0.03])
STARS = ["a"] * 6 + ["b"] * 6
THIRD = np.arange(N) == 3


def assert_two_stars(X):
    assert X.ids.tolist() == ["a", "b"] and X.n_points.tolist() == [6, 6]
    np.testing.assert_allclose(X.time, T, atol=1e-6)
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


TABLE = [STARS, T, M, E]
PLAIN = text("id,time,mag,err", TABLE)
COMMAS = [[str(v).replace(".", ",") for v in column] for column in (T, M, E)]


@pytest.mark.parametrize(
    "content",
    [
        "Photometry of two stars, 2019\n" + PLAIN,
        "Observer: me\nTelescope: 1 m\n\n" + PLAIN,
        "star,obs,photometry,photometry\n" + PLAIN,
        "sep=;\n" + text("id;time;mag;err", [STARS, *COMMAS], ";"),
        text("id;time;mag;err", [STARS, *COMMAS, [""] * N], ";"),
        PLAIN + ",,,\n,,,\n",
        text("id,time,mag,err\n,[MJD],[mag],[mag]", TABLE),
        text("id,time,mag,err\nstring,double,double,double", TABLE),
        text("id,time,mag,err\n,d,mag,mmag", [STARS, T, M, E * 1000]),
        text("id time mag err", [range(1, N + 1), *TABLE], " "),
        text('"id" "time" "mag" "err"', [[f'"{i}"' for i in range(1, N + 1)], *TABLE], " "),
        text("id,time,mag,err", [STARS, [f'"{t:,.5f}"' for t in T], M, E]),
        text("id;time;mag;err", [STARS, [f"58.{c[2:]}" for c in COMMAS[0]], *COMMAS[1:]], ";"),
        text("id;time;mag;err", [STARS, [f"58 {c[2:]}" for c in COMMAS[0]], *COMMAS[1:]], ";"),
        text("id,time,mag,err,remark", [*TABLE, ['"two\nlines"'] * N]),
        text("id,time,mag,err", [[f"'{s}'" for s in STARS], T, M, E]),
        PLAIN.replace("\nb,", "\nid,time,mag,err\nb,", 1),
        text("id;time;mag;err;note", [*TABLE, ["a|b|c|d|e|f"] * N], ";"),
    ],
)
def test_tables_of_spreadsheets_and_by_hand(tmp_path, content):
    assert_two_stars(read(tmp_path, content))


def test_a_line_of_units_tells_the_zero_of_the_times(tmp_path):
    content = text("id,time,mag,err\nname,(HJD-2400000),(mag),(mag)", TABLE)
    X = read(tmp_path, content)
    assert_two_stars(X)
    assert X.time_zero == 2400000.0
    # The name is that of the header, whatever the unit is.
    content = text("id,time,mag,err\n,d,mmag,mmag", [STARS, T, M * 1000, E * 1000])
    X = read(tmp_path, content, columns={"id": "id", "time": "time", "mag": "mag", "magerr": "err"})
    np.testing.assert_allclose(X.mag, M)


@pytest.mark.parametrize(
    "content, reason",
    [
        (text("time,mag,err", TABLE[1:]) + text("time,mag,err", TABLE[1:]), "header is repeated 1"),
        (text("date,mag", [np.arange(20171210.25, 20171210.25 + N), M]), "days of the calendar"),
        (text("time,mag,mag", TABLE[1:]), "several columns 'mag'"),
        # Right ascension, declination and more, without a header: the first is no time.
        (text("", [[1.5] * N, [0.25] * N, T, M], " "), "no light curve"),
        (text("time,mag", [['"[58000.5, 58001.5]"'] * N, M]), r"number: '\[58000.5"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path, content, reason):
    with pytest.raises(ValueError, match=reason):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "word", ["#N/A", "#DIV/0!", "-1.#IND", "nan(ind)", "...", "~", "n.a.", "***", "0.0", "-9.99"]
)
def test_what_is_written_for_a_missing_magnitude(tmp_path, word):
    X = read(tmp_path, text("id,time,mag,err", [STARS, T, np.where(THIRD, word, M), E]))
    np.testing.assert_array_equal(X.mag, np.where(THIRD, np.nan, M))
    assert X.magerr.tolist() == E.tolist()


def test_magnitudes_around_zero_are_measured(tmp_path):
    mag = np.where(THIRD, 0.0, np.round(M - 14.0, 2))
    assert read(tmp_path, text("time,mag", [T, mag])).mag.tolist() == mag.tolist()


@pytest.mark.parametrize("word", ["13.5<", "< 13.5", "[13.5]", "13.5 (UL)", "fainter than 13.5"])
def test_how_limits_are_written(tmp_path, word):
    X = read(tmp_path, text("time,mag,err", [T, np.where(THIRD, word, M), E]))
    assert X.limit.tolist() == THIRD.tolist() and X.mag[3] == 13.5


@pytest.mark.parametrize("name", ["upper_limit", "l_mag"])
@pytest.mark.parametrize("mark", ["<", "L", "nondet"])
def test_a_mark_in_a_column_of_blanks_makes_limits(tmp_path, name, mark):
    X = read(tmp_path, text(f"time,{name},mag", [T, np.where(THIRD, mark, ""), M]))
    if name == "upper_limit" or mark == "<":
        assert X.limit.tolist() == THIRD.tolist()
    else:
        assert X.limit is None


def test_two_marks_nobody_knows_are_told(tmp_path):
    marks = np.where(THIRD, "L", np.where(np.arange(N) == 5, "Q", ""))
    with pytest.warns(LightCurveWarning, match="upper_limit is no limit") as caught:
        X = read(tmp_path, text("time,mag,upper_limit", [T, M, marks]))
    assert X.limit is None
    assert "--columns limit=none" in caught[0].message.shell


def test_numbers_of_fortran_and_of_typography(tmp_path):
    times = [f"{t:.8e}".replace("e", "D") for t in T]
    X = read(tmp_path, text("time mag", [times, [f"\u2212{m}" for m in M]], " "))
    np.testing.assert_allclose(X.time, T, atol=1e-3)
    assert X.mag.tolist() == (-M).tolist()


def test_days_and_times_of_the_day_in_two_columns(tmp_path):
    stamps = pd.to_datetime(T - 40587, unit="D").round("s")
    days, clocks = stamps.strftime("%Y-%m-%d"), stamps.strftime("%H:%M:%S")
    X = read(tmp_path, text("date,time,mag", [days, clocks, M]))
    np.testing.assert_allclose(X.time, T, atol=1e-5)
    assert X.time_zero == 2400000.5
    X = read(tmp_path, text("UT,DATE-OBS,mag", [clocks, days, M]))
    np.testing.assert_allclose(X.time, T, atol=1e-5)


@pytest.mark.parametrize(
    "head, error",
    [
        ("ant_mjd,ant_passband,ant_mag,ant_magerr", True),
        ("i:jd,i:fid,i:mag,i:sigmag", True),
        ("jdmid,filter,mag0,emag0", True),
        ("mjdobs,filter,hfad_mag,hfad_emag", True),
        ("HJD,filter,V,e_V", True),
        ("JD,filter,Hp,err", True),
        ("MJD,filter,unforced mag,unforced mag error", True),
        ("Date,note,averagemag.", False),
    ],
)
def test_names_of_brokers_and_surveys(tmp_path, head, error):
    columns = [T, ["g"] * N, M, E][: head.count(",") + 1]
    X, said = told(lambda: read(tmp_path, text(head, columns)))
    assert X.mag.tolist() == M.tolist() and X.time.tolist() == T.tolist()
    assert (X.magerr.tolist() == E.tolist()) if error else X.magerr is None
    # Beside "ant_mag_corrected" the preset takes that one.
    assert (
        ("ant_mag is the magnitude of a difference image" in said)
        == ("ant_mag," in head)
        == bool(said)
    )


def test_passbands_beside_each_other_are_not_chosen_by_chance(tmp_path):
    with pytest.raises(ValueError, match="Several columns could be the magnitude: v, c, k"):
        read(tmp_path, text("mjd v v_err c c_err k k_err", [T, M + 1, E, M, E, M, E], " "))


REPORT = "#TYPE={}\n#OBSCODE=XYZ\n#SOFTWARE=x\n#DELIM={}\n#DATE={}\n"
EXTENDED = "#NAME,DATE,MAG,MERR,FILT,TRANS,MTYPE,CNAME,CMAG,KNAME,KMAG,AMASS,GROUP,CHART,NOTES\n"


@pytest.mark.parametrize("mark", [",", ";", "!"])
@pytest.mark.parametrize("headed", [True, False])
def test_extended_reports_of_the_aavso(tmp_path, mark, headed):
    """After the AAVSO's description of its format: "<" is fainter than, "na" not available."""
    star = [["TT Cnc"] * N, T + 2400000.5, np.where(THIRD, "<13.5", M), np.where(THIRD, "na", E)]
    rest = [["V"] * N, ["NO"] * N, ["STD"] * N, ["000-BBP-713"] * N, ["19.277"] * N, ["5170"] * N]
    rest += [["19.45"] * N, ["1.23"] * N, ["na"] * N, ["X36483DQK"] * N, ["|A=1|B=2|C=3"] * N]
    content = REPORT.format("EXTENDED", mark, "HJD") + EXTENDED.replace(",", mark) * headed
    X = read(tmp_path, content + text("", [*star, *rest], mark), "report.txt")
    assert X.ids.tolist() == ["TT Cnc"] and X.survey == "AAVSO" and X.bands == ["V"]
    assert X.mag.tolist() == np.where(THIRD, 13.5, M).tolist()
    assert X.limit.tolist() == THIRD.tolist()
    np.testing.assert_array_equal(X.magerr, np.where(THIRD, np.nan, E))
    assert (X.time_scale, X.time_zero) == ("hjd_utc", 0.0)


def test_visual_reports_of_the_aavso(tmp_path):
    columns = [["SS CYG"] * N, T + 2400000.5, M, ["na"] * N, ["110"] * N, ["113"] * N]
    columns += [["070613"] * N, ["This is a test"] * N]
    content = REPORT.format("VISUAL", "comma", "JD") + text("", columns)
    X = read(tmp_path, content, "report.txt")
    assert X.ids.tolist() == ["SS CYG"] and X.mag.tolist() == M.tolist() and X.magerr is None


def test_sky_patrol_with_and_without_its_first_line(tmp_path):
    columns = [T + 2400000.5, M, E, M, E, M + 3, M, ["be"] * N, np.where(THIRD, "B", "G")]
    for head in (
        "jd,flux,flux_err,mag,mag_err,limit,fwhm,cam,quality",
        "JD,Flux,Flux Error,Mag,Mag Error,Limit,FWHM,Camera,Quality",
    ):
        X = read(tmp_path, text(head, columns))
        assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
        assert (X.flag != 0).tolist() == THIRD.tolist() and X.limit is None


def test_tables_of_photographic_plates(tmp_path):
    """DASCH's data release 7: three calibrations side by side, the magnitude-dependent one first."""
    head = "date_jd,series,aflags,magcal_iso,magcal_iso_rms,magcal_magdep,magcal_magdep_rms"
    columns = [T + 2362000.5, ["rh"] * N, [0] * N, M + 1, E, np.where(THIRD, "", M), E]
    X = read(tmp_path, text(head + ",limiting_mag_local", [*columns, M + 3]))
    np.testing.assert_array_equal(X.mag, np.where(THIRD, np.nan, M))
    assert X.survey == "DASCH" and X.time_zero == 0.0 and X.magerr.tolist() == E.tolist()


def test_apertures_of_one_star_are_not_several_stars(tmp_path):
    """K2SFF: the best aperture first, then twenty others, columns after the archive's README."""
    fits = pytest.importorskip("astropy.io.fits")
    from astropy.table import Table

    hdus = [fits.PrimaryHDU()]
    for number, name in enumerate(("BESTAPER", "CIRC_APER0", "PRF_APER0")):
        columns = {"T": T - 54832.5, "FRAW": M, "FCOR": M * (1 + number), "ARCLENGTH": E}
        hdu = fits.table_to_hdu(Table(columns | {"MOVING": THIRD.astype("u1")}))
        hdu.name = name
        hdus.append(hdu)
    hdus.append(fits.ImageHDU(np.zeros((2, 2))))
    fits.HDUList(hdus).writeto(tmp_path / "k2sff.fits")
    X = read_light_curves(tmp_path / "k2sff.fits")
    assert X.ids.tolist() == ["k2sff"] and X.flux.tolist() == M.tolist()
    assert X.time_zero == 2454833.0 and (X.flag != 0).tolist() == THIRD.tolist()
    assert "first of 3 light curves of the same star, BESTAPER" in X.provenance


FRAMES = {
    star: pd.DataFrame({"time": T[own], "mag": M[own], "magerr": E[own]})
    for star, own in (("a", slice(0, 6)), ("b", slice(6, 12)))
}
TUPLES = {star: tuple(frame.to_numpy().T) for star, frame in FRAMES.items()}
LONG = pd.concat(FRAMES, names=["id", None]).reset_index("id").reset_index(drop=True)


@pytest.mark.parametrize(
    "stars",
    [
        FRAMES,
        TUPLES,
        {star: frame.to_numpy() for star, frame in FRAMES.items()},
        {star: dict(frame) for star, frame in FRAMES.items()},
        pd.Series(FRAMES),
        pd.Series(TUPLES),
        list(LONG.groupby("id")),
        pa.Table.from_pandas(LONG).to_reader(),
        pa.table(
            {"id": ["a", "b"]}
            | {
                name: pa.array([list(f[name]) for f in FRAMES.values()], pa.list_view(pa.float64()))
                for name in ("time", "mag", "magerr")
            }
        ),
        LONG.assign(id=pd.Categorical(LONG["id"], categories=["unused", "b", "a"])),
    ],
)
def test_stars_by_name_in_memory(stars):
    assert_two_stars(LightCurves.from_any(stars))


def test_masked_values_in_cells_are_missing():
    table = pd.DataFrame({"id": ["a"], "time": [T], "mag": [np.ma.array(M, mask=THIRD)]})
    X = LightCurves.from_any(table)
    np.testing.assert_array_equal(X.mag, np.where(THIRD, np.nan, M))


def test_tables_that_say_nothing_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match="DataFrame\\(records\\)"):
        LightCurves.from_any(LONG.to_dict("records"))
    with pytest.raises(ValueError, match="several columns 'mag'"):
        LightCurves.from_any(pd.concat([LONG, LONG[["mag"]]], axis=1))


def warned(read_it):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_it()
    found = [each.message for each in caught if isinstance(each.message, LightCurveWarning)]
    assert len(found) <= 1
    return found[0] if found else None


def test_one_summary_tells_what_is_mixed(tmp_path):
    bands = text("id,time,mag,err,band", [*TABLE, np.where(THIRD, "g", "r")])
    told = warned(lambda: read(tmp_path, bands))
    assert "points of several bands (g, r) in 1 star (first: 'a')" in str(told)
    # Two points of three are in r.
    assert "X.in_band('r')" in str(told) and "--band r" in told.shell
    # A band each star has for itself is none of it.
    own = text("id,time,mag,err,band", [*TABLE, np.where(np.arange(N) < 6, "g", "r")])
    assert warned(lambda: read(tmp_path, own)) is None
    clocks = np.where(np.arange(N) < 6, T, T + 2400000.5)
    told = warned(lambda: read(tmp_path, text("id,time,mag,err", [STARS, clocks, M, E])))
    assert "full Julian dates" in str(told) and "(first: 'b')" in str(told)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LightCurveWarning)
        X = read(tmp_path, text("id,time,mag,err", [STARS, clocks, M, E]))
    for survey, expected in (
        ("ASAS", True),
        (np.array(["ASAS", "CRTS"] * len(X))[: len(X)], False),
    ):
        write_light_curves(X.replace(survey=survey), tmp_path / "survey.parquet")
        told = warned(lambda: read_light_curves(tmp_path / "survey.parquet"))
        assert ("full Julian dates" in str(told)) == expected
    told = warned(lambda: read(tmp_path, text("id,time,mag", [["1.234E+18"] * N, T, M])))
    assert "identifiers are rounded" in str(told)
    assert warned(lambda: LightCurves.from_any(LONG.assign(id=float(2**60)))) is not None
    assert warned(lambda: LightCurves.from_any(LONG.assign(id=1234.0))) is None


def test_the_summary_of_a_folder_keeps_what_reading_found(tmp_path):
    for star in "ab":
        head = "oid,mjd,fid,candid,isdiffpos,magpsf,sigmapsf"
        columns = [[star] * N, T, [1] * N, range(N), [1] * N, M, E]
        (tmp_path / f"{star}.csv").write_text(text(head, columns))
    told = warned(lambda: read_light_curves(tmp_path))
    assert "magpsf is the magnitude of a difference image" in str(told)
    assert "--columns mag=magpsf" in told.shell
    assert warned(lambda: read_light_curves(tmp_path, columns={"mag": "magpsf"})) is None


@pytest.mark.parametrize("offset, expected", [(0.0, False), (0.5, True)])
def test_zero_points_of_fields(offset, expected):
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 100, 60))
    field = np.arange(60) % 2
    mag = 14 + rng.normal(0, 0.02, 60) + offset * field
    told = warned(lambda: LightCurves.from_any(
        pd.DataFrame({"id": "a", "time": time, "mag": mag, "camera": np.where(field, "bf", "be")})
    ))  # fmt: skip
    assert (told is not None and "different zero points (first: 'a')" in str(told)) == expected


def test_doubts_stay_with_joined_light_curves():
    one = LightCurves([0.0, 1.0], [1.0, 2.0], ids=["a"])
    assert concatenate([one, one.replace(ids=["b"])])._doubts == ()


@pytest.mark.parametrize("name", [None, "date"])
def test_times_in_the_index(name):
    stamps = pd.to_datetime(T - 40587, unit="D").round("s").rename(name)
    X = LightCurves.from_any(pd.DataFrame({"id": "a", "mag": M}, index=stamps))
    np.testing.assert_allclose(X.time, T, atol=1e-5)
    # A column of times is preferred to an index without a name.
    table = pd.DataFrame({"id": "a", "mag": M, "time": T + 1}, index=stamps.rename(None))
    X = LightCurves.from_any(table)
    assert X.time.tolist() == (T + 1).tolist()


@pytest.mark.parametrize("columns", [None, "atlas"])
def test_what_a_preset_has_to_say_is_said(tmp_path, columns):
    content = text("MJD,uJy,duJy,F,m,dm", [T, M * 10, E, ["o"] * N, M, E])
    said = read(tmp_path, content, columns=columns).provenance
    assert "forced photometry: fluxes, of the difference image" in said
    assert ("layout of atlas" in said) == (columns is None)
    assert "forced" not in read(tmp_path, PLAIN).provenance


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2), pa.string()])
def test_identifiers_as_bytes(kind):
    lists = {name: [v[:6].tolist(), v[6:].tolist()] for name, v in (("time", T), ("mag", M))}
    ids = pa.array(["s1", "s2"]).cast(pa.binary()).to_pylist()
    ids = pa.array(ids if kind != pa.string() else ["s1", "s2"], kind)
    X = LightCurves.from_any(pa.table({"object_id": ids} | lists))
    assert X.ids.tolist() == ["s1", "s2"]


@pytest.mark.parametrize("n", [2, 3])
def test_stars_one_after_the_other_under_an_unknown_name(tmp_path, n):
    """From three points a star on; where the time goes on, it is one star in two nights."""
    rows = [0, 1, 2][:n] + [0, 1, 2][:n]
    content = "\n".join(
        ["block,time,mag"] + [f"{'pq'[i // n]},{T[k]},{M[i]}" for i, k in enumerate(rows)]
    )
    if n == 2:
        assert len(read(tmp_path, content)) == 1
    else:
        with pytest.raises(ValueError, match="The rows are of 2 stars.*each value of block"):
            read(tmp_path, content)
        assert len(read(tmp_path, content, columns={"id": "block"})) == 2
    nights = text("block,time,mag", [["p"] * 6 + ["q"] * 6, T, M])
    assert len(read(tmp_path, nights)) == 1


def test_a_title_above_a_commented_header(tmp_path):
    """The alerts of Gaia: the star's name, then `#Date,JD(TCB),averagemag.`, words where nothing is measured."""
    path = tmp_path / "Gaia21abc.csv"
    rows = "".join(f"2016-03-01 06:07:0{i},{2457449.5 + i},{15 + i / 10}\n" for i in range(5))
    path.write_text(f"Gaia21abc\n#Date,JD(TCB),averagemag.\n{rows}2016-03-09,2457459.5,untrusted\n")
    (star,) = read_light_curves(path)
    assert star.time.tolist() == [*(2457449.5 + np.arange(5)), 2457459.5]
    np.testing.assert_array_equal(star.mag, [15, 15.1, 15.2, 15.3, 15.4, np.nan])


def test_a_header_of_one_word_more_stays_a_header(tmp_path):
    path = tmp_path / "star.txt"
    path.write_text("HJD mag\n# of the second night\n2450000.5 12.1\n2450001.5 12.3\n")
    (star,) = read_light_curves(path)
    assert (star.time.tolist(), star.mag.tolist()) == ([2450000.5, 2450001.5], [12.1, 12.3])


def test_labels_of_images_are_no_labels_of_the_star(tmp_path):
    path = tmp_path / "Measurements.csv"
    rows = "".join(f"img{i}.fits,{2457000.5 + i},12.{i}\n" for i in range(4))
    path.write_text("Label,JD_UTC,Source_AMag_T1\n" + rows)
    X = read_light_curves(path, columns={"mag": "Source_AMag_T1"})
    assert X.labels is None and "Label is no label: another one in each row" in X.provenance
    path.write_text("Label,JD_UTC,mag\n" + rows.replace("img1", "img0"))
    with pytest.raises(ValueError, match="several values in column Label"):
        read_light_curves(path)


def test_names_with_blanks_are_quoted_for_the_shell(tmp_path):
    path = tmp_path / "qlp.csv"
    path.write_text("Time (BTJD),Raw Flux,Detrended Flux\n1.5,1.0,1.1\n2.5,1.2,1.2\n3.7,1.1,1.0\n")
    with pytest.raises(ValueError, match="in the shell --columns 'flux=Raw Flux'"):
        read_light_curves(path)


@pytest.mark.parametrize(
    ("head", "value", "error", "expected"),
    [
        ("mjd,flux,flux_err_percent", "120.0", "2.0", 2.4),
        ("mjd,flux,flux_err [%]", "120.0", "2.0", 2.4),
        ("mjd,mag,mag_err [%]", "13.5", "2.0", 0.02 * 2.5 / np.log(10)),
        ("mjd,mag,mag_err [mmag]", "13.5", "20.0", 0.02),
        ("mjd,flux [mJy],flux_err [uJy]", "1.5", "20.0", 0.02),
        ("mjd,flux [uJy],flux_err [mJy]", "1.5", "0.02", 20.0),
        ("mjd,flux [mJy],flux_err [mJy]", "1.5", "0.02", 0.02),
        ("mjd,flux [mJy],flux_err", "1.5", "0.02", 0.02),
    ],
)
def test_errors_in_another_unit_than_their_values(tmp_path, head, value, error, expected):
    rows = "".join(f"5800{i}.5,{value[:-1]}{i},{error}\n" for i in range(6))
    X = read(tmp_path, f"{head}\n{rows}")
    values = X._arguments()["mag"]
    assert values[0] == float(value[:-1] + "0")
    # A percent of 120 is less than a percent of 125.
    scale = values / 120 if "percent" in head or "flux_err [%]" in head else 1.0
    np.testing.assert_allclose(X._arguments()["magerr"], expected * scale)


def test_logarithms_are_no_fluxes(tmp_path):
    rows = "".join(f"5800{i}.5,-5.{i},0.02\n" for i in range(6))
    with pytest.raises(ValueError, match="no brightness"):
        read(tmp_path, "mjd,logflux,logflux_err\n" + rows)


def test_dates_of_another_order_are_refused_with_the_remedy(tmp_path):
    rows = "".join(f"01/0{i}/2020,13.{i}\n" for i in range(1, 7))
    with pytest.raises(ValueError, match="begin with the day or the month.*dates are read as 2020"):
        read(tmp_path, "date,mag\n" + rows)


@pytest.mark.parametrize(
    ("head", "error"),
    [
        ("mjd,flux,snr", M / E),
        ("mjd,mag,snr", 2.5 / np.log(10) / E),
        ("mjd,flux,flux_ivar", 1 / E**2),
        ("mjd,mag,mag_variance", E**2),
        ("mjd,flux,err_percent", 100 * E / M),
        ("MJD,V mag,V err", E),
        ("cjd,cmagpsf,csigmapsf", E),
        ("mjd,rel_flux_T1,rel_flux_err_T1", E),
        ("MJD-OBS,MAG_OPT,MAGERR_OPT", E),
        ("obsmjd,mag_autocorr,magerr_auto", E),
        ("mjd,-flux,flux,flux_err", E),
        ("mjd,WHITEFLUX,WHITEFLUXDEV", E),
    ],
)
def test_errors_however_they_are_told(tmp_path, head, error):
    columns = [T, M, error] if head.count(",") == 2 else [T, -M, M, error]
    X = read(tmp_path, text(head, columns))
    assert X._arguments()["mag"].tolist() == M.tolist()
    np.testing.assert_allclose(X._arguments()["magerr"], E)


@pytest.mark.parametrize(
    ("name", "words", "role"),
    [
        ("good", ("0", "1"), "flag"),
        ("is_good", ("False", "True"), "flag"),
        ("goodflag", ("0", "1"), "flag"),
        ("flag", ("bad", "good"), "flag"),
        ("rejected", ("True", "False"), "flag"),
        ("outlier", ("1", "0"), "flag"),
        ("detected", ("0", "1"), "limit"),
        ("detection", ("False", "True"), "limit"),
        ("type", ("upper limit", "detection"), "limit"),
        ("kind", ("upperlimit", ""), "limit"),
    ],
)
def test_bad_points_and_limits_by_their_opposite_or_in_words(tmp_path, name, words, role):
    """Of a column of good points, 1 is good; the fourth point is bad, or a limit, in each of these."""
    X = read(tmp_path, text(f"time,mag,err,{name}", [T, M, E, np.where(THIRD, *words)]))
    assert (np.asarray(getattr(X, role)) != 0).tolist() == THIRD.tolist()


@pytest.mark.parametrize("name", ["quality", "flags", "grade"])
def test_bad_points_in_codes_are_told_and_the_remedy_works(tmp_path, name):
    codes = np.where(THIRD, *(("D", "A") if name == "grade" else (16, 0)))
    content = text(f"time,mag,err,{name}", [T, M, E, codes])
    told = warned(lambda: read(tmp_path, content))
    assert f"{name} may tell which points are bad, and is not used" in str(told)
    assert warned(lambda: read(tmp_path, content, columns={"flag": None})) is None
    if name != "grade":
        assert f"--columns flag={name}" in told.shell
        X = read(tmp_path, content, columns={"flag": name})
        assert (X.flag != 0).tolist() == THIRD.tolist()
    # Codes that are all the same tell nothing.
    assert warned(lambda: read(tmp_path, text(f"time,mag,{name}", [T, M, [0] * N]))) is None


def test_magnitudes_of_several_apertures_are_not_chosen_by_chance(tmp_path):
    columns = [T, M, E, M + 0.1, E]
    with pytest.raises(ValueError, match="Several columns could be the magnitude"):
        read(tmp_path, text("mjd,MAG_OPT,MAGERR_OPT,MAG_AP,MAGERR_AP", columns))
    X = read(tmp_path, text("mjd,Vmag,e_Vmag,Vmag_mean", columns[:4]))
    assert X.mag.tolist() == M.tolist()


@pytest.mark.parametrize(
    "order", [slice(None), slice(None, None, -1), np.argsort(np.arange(N) % 6)]
)
def test_magnitudes_of_a_catalogue_beside_fluxes(tmp_path, order):
    """TESS's Tmag, one a star: the fluxes are the light curve, whatever the order of the rows."""
    mags = np.where(np.array(STARS) == "a", 9.5, 10.5)
    table = [np.array(c)[order] for c in (STARS, mags, T, M, E)]
    X = read(tmp_path, text("tic,Tmag,time,flux,flux_err", table))
    assert X.quantity == "flux" and sorted(X.flux) == sorted(M) and sorted(X.fluxerr) == sorted(E)
    assert "Tmag is the same at all times" in X.provenance
    X = read(tmp_path, text("tic,Tmag,time,flux", table[:4]), columns={"mag": "Tmag"})
    assert X.quantity == "mag"


def test_folders_of_magnitudes_and_fluxes(tmp_path):
    (tmp_path / "a.csv").write_text(text("time,mag", [T, M]))
    (tmp_path / "b.csv").write_text(text("time,flux", [T, M]))
    with pytest.raises(ValueError, match="a holds magnitudes and b fluxes: keep them in folders"):
        read_light_curves(tmp_path)


def test_what_only_resembles_a_role_plays_none(tmp_path):
    with pytest.raises(ValueError, match="no brightness"):
        read(tmp_path, text("mjd,-mag,err", [T, -M, E]))
    # A column that tells only detections, or nothing, tells no limits.
    X = read(tmp_path, text("mjd,mag,note", [T, M, np.where(THIRD, "detection", "")]))
    assert X.limit is None and "upper limits <- none" in X.provenance


def test_a_file_with_other_columns_than_the_others_is_told(tmp_path):
    for star in "abc":
        (tmp_path / f"{star}.dat").write_text(text("", [T, M, E], " "))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_light_curves(tmp_path)
    (tmp_path / "periods.dat").write_text(text("", [T, M, E, E], " "))
    with pytest.warns(UserWarning, match="^periods in .* have other columns than the other files"):
        assert len(read_light_curves(tmp_path)) == 4


def test_errors_of_two_kinds_are_told(tmp_path):
    content = text("time,mag,err_stat,err_sys", [T, M, E, E * 2])
    told = warned(lambda: read(tmp_path, content))
    assert "no errors are read, and err_stat may hold them" in str(told)
    X = read(tmp_path, content, columns={"magerr": "err_stat"})
    assert X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize(
    ("column", "word"),
    [
        *(("mag", w) for w in ("1e20", "-9.999995e8", "3.4028235e+38", "-999999488")),
        *(("flux", w) for w in ("-999", "-99.99", "1e30", "-9999")),
        *(("time", w) for w in ("0", "-1", "-999", "99999", "1e20")),
    ],
)
def test_what_nobody_measures_is_missing(tmp_path, column, word):
    times, name = (T - 50000, "time") if column == "time" else (T, "time")
    value = "flux" if column == "flux" else "mag"
    columns = {name: times, value: M}
    columns[column] = np.where(THIRD, word, columns[column].astype(str))
    X = read(tmp_path, text(f"time,{value}", [columns["time"], columns[value]]))
    found = X.time if column == "time" else X._arguments()["mag"]
    np.testing.assert_array_equal(np.isnan(found), THIRD)
    assert ("left out" if column == "time" else "taken as not measured: 1") in X.provenance


def test_days_that_begin_with_zero_and_fluxes_of_nines_are_measured(tmp_path):
    X = read(tmp_path, text("time,mag", [np.where(np.arange(N) == 0, 0.0, T - 57900), M]))
    assert X.time[0] == 0.0
    X = read(tmp_path, text("time,flux", [T, np.where(THIRD, 99.0, M * 7)]))
    assert X.flux[3] == 99.0


@pytest.mark.parametrize("step", [1.0, 1e3, 1e6])
def test_seconds_since_1970(tmp_path, step):
    seconds = np.round((T - 40587) * 86400 * step).astype(np.int64)
    X = read(tmp_path, text("timestamp,mag", [seconds, M]))
    np.testing.assert_allclose(X.time + X.time_zero, T + 2400000.5, atol=1e-4)


def test_days_with_decimals_and_dates_in_binary_tables(tmp_path):
    """As the IAU writes them: 2017-09-04.35991."""
    stamps = pd.to_datetime(np.floor(T) - 40587, unit="D").strftime("%Y-%m-%d")
    X = read(tmp_path, text("date,mag", [[f"{d}{t % 1:.5f}".replace("0.", ".", 1)
                                          for d, t in zip(stamps, T, strict=True)], M]))  # fmt: skip
    np.testing.assert_allclose(X.time, T, atol=1e-6)
    table = pytest.importorskip("astropy.table")
    iso = (
        pd.to_datetime(T - 40587, unit="D").strftime("%Y-%m-%dT%H:%M:%S.%f").to_numpy().astype(str)
    )
    table.Table({"DATE-OBS": iso, "mag": M}).write(tmp_path / "dates.fits")
    X = read_light_curves(tmp_path / "dates.fits")
    np.testing.assert_allclose(X.time, T, atol=1e-6)
    # A date without the time of the day is no time where there is a clock.
    days = [f"{d}T00:00:00" for d in stamps]
    X = read(tmp_path, text("date,hel_jd_mid,mag", [days, T + 2400000.5, M]))
    np.testing.assert_allclose(X.time + X.time_zero, T + 2400000.5)


def test_stars_and_bands_within_longer_names(tmp_path):
    names, bands = ["a", "b"] * (N // 2), ["g", "g", "r", "r"] * (N // 4)
    with pytest.warns(LightCurveWarning, match="several bands"):
        X = read(tmp_path, text("ant_object_id,ant_mjd,ant_mag,ant_passband", [names, T, M, bands]))
    assert X.ids.tolist() == ["a", "b"] and X.bands == ["g", "r"]
    # Positions cut the rows as names do.
    again = np.concatenate([T[:6], T[:6]])
    content = text("ra,dec,mjd,mag", [[1.5] * 6 + [2.5] * 6, [0.5] * N, again, M])
    with pytest.raises(ValueError, match="each value of ra.*--columns id=none"):
        read(tmp_path, content)
    assert read(tmp_path, content, columns={"id": "ra"}).n_points.tolist() == [6, 6]
    assert read(tmp_path, content, columns={"id": None}).n_points.tolist() == [N]


def test_numbers_with_decimal_commas_between_commas(tmp_path):
    quoted = [[f'"{cell}"' for cell in column] for column in COMMAS]
    assert_two_stars(read(tmp_path, text("id,time,mag,err", [STARS, *quoted])))


def test_wasp_has_no_millimagnitudes(tmp_path):
    X = read(tmp_path, text("HJD,TAMMAG2,TAMMAG2_ERR,FLUX2,TAMFLUX2,IMAGEID", [T, M, E, M, M, M]))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


def test_archives_of_macs_and_of_programs(tmp_path):
    import zipfile

    refused = {"xl/workbook.xml": "no table of text. Of a spreadsheet.*write CSV"}
    for other in ("__MACOSX/star.csv", *refused):
        with zipfile.ZipFile(tmp_path / "star.zip", "w") as archive:
            archive.writestr("star.csv", PLAIN)
            archive.writestr(other, PLAIN)
        if other in refused:
            with pytest.raises(ValueError, match=refused[other]):
                read_light_curves(tmp_path / "star.zip")
        else:
            assert_two_stars(read_light_curves(tmp_path / "star.zip"))


def test_remedies_name_columns_of_the_table(tmp_path):
    content = text("year,brightness,sigma", [T, M, E])
    with pytest.raises(ValueError, match='columns={"time": "year", "mag": "brightness"}') as caught:
        read(tmp_path, content)
    assert "--columns time=year,mag=brightness" in str(caught.value)
    assert read(tmp_path, content, columns={"time": "year", "mag": "brightness"}).n_points[0] == N


def test_words_among_numbers_are_refused_with_their_row(tmp_path):
    content = text("time,mag,err", [T, M, E]) + "cloudy,165.8,0.3\n"
    with pytest.raises(ValueError, match="time is not a number: 'cloudy' in row 13"):
        read(tmp_path, content)
    with pytest.raises(ValueError, match="'13.7x0.02' in row 1; one number a cell"):
        read(tmp_path, text("time,mag", [T, [f"{m}x{e}" for m, e in zip(M, E, strict=True)]]))


def test_tables_on_their_side_are_refused(tmp_path):
    content = "\n".join(" ".join(map(str, np.tile(row, 3))) for row in (T, M, E))
    with pytest.raises(ValueError, match="36 columns and 3 rows: it lies on its side"):
        read(tmp_path, content)


def test_comments_of_fortran(tmp_path):
    X = read(tmp_path, "c Objectname = HD 1\nc HJD-2456000 flux\nc------\n" + text("", [T, M], " "))
    assert X.flux.tolist() == M.tolist() and X.time_zero == 2456000.0


def test_remedies_of_tables_without_a_header(tmp_path):
    content = text("", [STARS, T, M, E], " ")
    with pytest.raises(ValueError, match="--columns id=column1,time=column2,mag=column3"):
        read(tmp_path, content)
    roles = {"id": "column1", "time": "column2", "mag": "column3", "magerr": "column4"}
    assert_two_stars(read(tmp_path, content, columns=roles))
    with pytest.raises(ValueError, match="--columns time=column3,mag=column4"):
        read(tmp_path, text("", [[1.5] * N, [0.25] * N, T, M], " "))
    with pytest.raises(ValueError, match="--columns time=column1,flux=column2"):
        read(tmp_path, text("", [T, M * 1000, E], " "))
    # The value stands before the time where no number comes after it.
    with pytest.raises(ValueError, match="--columns id=column1,time=column4,mag=column3"):
        read(tmp_path, text("", [STARS, [0.25] * N, M, T], " "))
    # Of a catalogue, the numbers of the stars are no times.
    with pytest.raises(ValueError, match="--columns time=column2,mag=column4"):
        read(
            tmp_path, text("", [range(2000, 2000 + N), ["5:25:32"] * N, ["-70:13:02"] * N, E], " ")
        )
    with pytest.raises(ValueError, match="a page of the web"):
        read(tmp_path, "<!DOCTYPE html>\n<html><body>404 not found</body></html>\n")


def test_comparison_stars_and_undetected_fluxes(tmp_path):
    """The name of the comparison is none of the star; forced fluxes below their noise are measured."""
    two = np.where(np.arange(N) % 2, "C1", "C2")
    X = read(tmp_path, text("mjd,mag,err,compstarname", [T, M, E, two]))
    assert X.ids.tolist() == ["star"]
    X = read(tmp_path, text("mjd,flux,err,detected", [T, M, E, np.where(THIRD, 0, 1)]))
    assert X.limit is None and len(X.flux) == N


def test_days_without_the_time_of_the_day_are_told(tmp_path):
    told = warned(lambda: read(tmp_path, text("date,ut,mag", [["2017-09-04"] * N, range(N), M])))
    assert "date holds days without the time of the day, 11 points share theirs" in str(told)
    # The same day for several stars is no loss; whole Julian dates are, whatever they are called.
    content = text("id,jd,mag", [STARS, [*range(2458000, 2458006)] * 2, M])
    assert "jd holds days without" in str(warned(lambda: read(tmp_path, content)))
    content = text("id,time,mag", [STARS, [*range(1, 7)] * 2, M])
    assert warned(lambda: read(tmp_path, content)) is None


def test_seconds_that_only_the_header_tells(tmp_path):
    fits = pytest.importorskip("astropy.io.fits")
    from astropy.table import Table

    hdu = fits.table_to_hdu(Table({"TIME": (T - 51910) * 86400, "MAG": M}))
    hdu.header["TIMEUNIT"], hdu.header["MJDREFI"] = "s", 51910
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "uvot.fits")
    X = read_light_curves(tmp_path / "uvot.fits")
    np.testing.assert_allclose(X.time + X.time_zero, T + 2400000.5)


def test_tables_of_markdown(tmp_path):
    rows = text("| id | time | mag | err |\n|---|---|---|---|", [[f"| {s}" for s in STARS], T, M,
                [f"{e} |" for e in E]], " | ")  # fmt: skip
    assert_two_stars(read(tmp_path, rows))


def test_rows_wider_than_the_header_are_shown(tmp_path):
    content = text("JD V-C s1", [T, M, E], " ") + "Aperture: 2, JD: geocentric\n"
    with pytest.raises(ValueError, match="3 columns, the data have 4, as in the row 'Aperture: 2"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content", ['{"V1": {"photometry": 1}}', "[[58000.5, 13.7], [58001.5, 13.8]]"]
)
def test_json_without_records_is_refused_with_what_to_write(tmp_path, content):
    with pytest.raises(ValueError, match='write them as \\[{"time"'):
        read(tmp_path, content, "star.json")


def test_folders_with_files_of_the_same_names_are_refused(tmp_path):
    for name in ("north", "south", "notes"):
        (tmp_path / "survey" / name).mkdir(parents=True)
    for name in ("north", "south"):
        (tmp_path / "survey" / name / "v1.csv").write_text(text("time,mag,err", [T, M, E]))
    (tmp_path / "survey" / "notes" / "todo").write_text("points")
    with pytest.raises(ValueError, match="north and south both hold a v1.csv: of two bands"):
        read_light_curves(tmp_path / "survey")
    assert len(read_light_curves(tmp_path / "survey" / "south")) == 1
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="suffix of light curves$"):
        read_light_curves(tmp_path / "empty")


@pytest.mark.parametrize("given", ["folder", "file"])
def test_a_table_of_the_cds_and_its_readme(tmp_path, given):
    pytest.importorskip("astropy")
    rows = [f"{s} 1 {t:11.5f} {m:6.3f} {e:5.3f}" for s, t, m, e in zip(STARS, T, M, E, strict=True)]
    (tmp_path / "phot.dat").write_text("\n".join([*rows, "b 1 58050.00000 99.999 9.999"]) + "\n")
    rule = "-" * 80
    (tmp_path / "ReadMe").write_text(
        f"""J/A+A/0/1     Photometry of two stars     (Someone, 2020)
{"=" * 80}
Byte-by-byte Description of file: phot.dat
{rule}
   Bytes Format Units   Label     Explanations
{rule}
   1     A1     ---     Star      Name
   3     I1     ---     Night     Number of the night
   5- 15 F11.5  d       MJD       Modified Julian date
  17- 22 F6.3   mag     Vmag      ?=99.999 Magnitude
  24- 28 F5.3   mag   e_Vmag      ?=9.999 Its error
{rule}
"""
    )
    X = read_light_curves(tmp_path if given == "folder" else tmp_path / "phot.dat")
    # What the ReadMe says is missing is missing.
    assert X.ids.tolist() == ["a", "b"] and X.n_points.tolist() == [6, 7]
    np.testing.assert_allclose(X.time[:-1] + X.time_zero, T + 2400000.5, atol=1e-6)
    assert X.mag[:-1].tolist() == M.tolist() and np.isnan(X.mag[-1])
    assert X.magerr[:-1].tolist() == E.tolist()
    # One that tells of other files says nothing of this one.
    readme = (tmp_path / "ReadMe").read_text()
    (tmp_path / "ReadMe").write_text(readme.replace("file: phot.dat", "file: other.dat"))
    with pytest.raises(ValueError, match="no header"):
        read_light_curves(tmp_path / "phot.dat")


def test_the_row_of_a_word_is_that_of_the_table_whatever_the_order_of_the_stars(tmp_path):
    """Stars in turns, a star without any point among them, and the word in the last row but one."""
    ids = ["a", "b", "c"] * N
    mag = [str(m) for m in M for _ in range(3)]
    mag[2::3] = [""] * N
    mag[-2] = "faint?"
    content = text("object_id,time,mag", [ids, np.repeat(T, 3), mag])
    with pytest.raises(ValueError, match=rf"'faint\?' in row {3 * N - 1};"):
        read(tmp_path, content)
    times = [str(t) for t in np.repeat(T, 3)]
    times[3] = "later"
    content = text("object_id,time,mag", [ids, times, np.repeat(M, 3)])
    with pytest.raises(ValueError, match="column time holds 'later' in row 4"):
        read(tmp_path, content)


def test_files_beside_parquet_are_named(tmp_path):
    X = LightCurves.from_any(LONG)
    write_light_curves(X, tmp_path / "stars.parquet")
    (tmp_path / "labels.csv").write_text("id,label\na,EC\n")
    (tmp_path / "README.txt").write_text("stars\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_light_curves(tmp_path)) == len(X)
    (tmp_path / "more.csv").write_text("id,time,mag\nb,1,12\nb,2,12.1\n")
    with pytest.warns(UserWarning, match="Passed over more.csv in .*, which are of another format"):
        assert len(read_light_curves(tmp_path)) == len(X)
