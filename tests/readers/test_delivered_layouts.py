"""Tables as they are delivered, of which some were read wrongly without a word; each with the right reading."""

import json
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.io import fits
from astropy.table import Table

from sklearn_vartl.light_curves import LightCurves, read_light_curves

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * np.arange(N), 3)
F = np.round(10 ** (-0.4 * (M - 20)), 3)
FE = np.round(F * E, 3)
STARS = ["V1"] * 12 + ["V2"] * 12
THIRD = np.arange(N) == 3
PIXEL = np.round(5.3 + 0.02 * np.sin(np.arange(N)), 4)
STAMPS = pd.to_datetime(T - 40587, unit="D")
FRAME = pd.DataFrame({"id": STARS, "time": T, "mag": M, "err": E})


PLAIN = text("id,time,mag,err", [STARS, T, M, E])


@pytest.mark.parametrize(
    "footer",
    ["Total,,,", f"Mean,,{M.mean():.3f},0.02", "Average,58230.1,14.3,0.02", "\n(24 rows affected)"],
)
def test_rows_that_sum_up_the_others_are_no_star(tmp_path, footer):
    X, message = told(lambda: read(tmp_path, PLAIN + footer + "\n"))
    assert X.ids.tolist() == ["V1", "V2"] and X.n_points.tolist() == [12, 12]
    assert f"the last row ({footer.strip().split(',')[0]}) only sums up the others" in message
    # A star may be called so where it has points of its own.
    several = read(tmp_path, PLAIN + "Mean,58230.1,14.3,0.02\nMean,58231.1,14.3,0.02\n")
    assert several.ids.tolist() == ["V1", "V2", "Mean"]


def test_where_the_star_is_on_the_detector_is_no_magnitude(tmp_path):
    X = read(tmp_path, text("time,x,y,flux,error", [T, PIXEL, PIXEL + 3, F, FE]))
    assert X.flux.tolist() == F.tolist() and X.fluxerr.tolist() == FE.tolist()
    X = read(tmp_path, text("time,r,flux,error", [T, PIXEL, F, FE]))
    assert X.flux.tolist() == F.tolist()
    # Alone, and with an error of its own, it is a passband.
    assert read(tmp_path, text("mjd,y,y_err", [T, M, E])).mag.tolist() == M.tolist()


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("date", STAMPS.strftime("%y%m%d")),
        ("ut_date", [f"{day}.25" for day in STAMPS.strftime("%y%m%d")]),
        ("time", STAMPS.strftime("%Y%m%d%H%M%S")),
    ],
)
def test_days_of_the_calendar_as_numbers_are_refused(tmp_path, head, values):
    with pytest.raises(ValueError, match=f"times in {head} are written as days of the calendar"):
        read(tmp_path, text(f"id,{head},mag", [STARS, values, M]))
    # As Julian dates such numbers are dates.
    X = read(
        tmp_path, text("id,mjd,mag", [STARS, 50101.25 + np.arange(N), M]), columns={"id": "id"}
    )
    assert X.time[0] == 50101.25


@pytest.mark.parametrize("names", ["jd,jd_frac", "mjd,fracday"])
def test_whole_days_and_their_decimals_in_two_columns(tmp_path, names):
    time = T if "mjd" in names else JD
    whole, part = np.floor(time).astype(int), np.round(time % 1, 5)
    X = read(tmp_path, text(f"id,{names},mag", [STARS, whole, part, M]))
    np.testing.assert_allclose(X.time, time, atol=1e-6)
    assert X.time_zero == (2400000.5 if "mjd" in names else 0.0)
    X = read(tmp_path, text(f"id,{names},mag", [STARS, time, 5 * part, M]))
    assert X.time.tolist() == time.tolist()


def test_the_half_day_of_modified_heliocentric_dates(tmp_path):
    X = read(tmp_path, text("id,MHJD,mag", [STARS, T, M]))
    assert X.time_zero == 2400000.5 and X.time_scale == "hjd_utc"


@pytest.mark.parametrize(
    ("head", "values", "word"),
    [
        ("time", np.round(T / 0.5471 % 1, 4), "as phases are"),
        ("time", np.round((T - 44244) * 86400), "time is taken for seconds since 1970, from 2007-"),
        ("jd", np.floor(JD), "jd holds days without the time of the day"),
    ],
)
def test_clocks_that_may_be_others_are_told(tmp_path, head, values, word):
    assert word in told(lambda: read(tmp_path, text(f"id,{head},mag", [STARS, values, M])))[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(tmp_path, text("id,time,mag", [STARS, T, M]))
        read(tmp_path, text("id,timestamp,mag", [STARS, np.round((T - 40587) * 86400), M]))


@pytest.mark.parametrize("digits", [0, 3, 6, 9])
def test_seconds_since_1970_and_their_parts(tmp_path, digits):
    """As computers count: seconds, and thousandths, millionths and billionths of them."""
    stamps = [round((t - 40587) * 86400) * 10**digits for t in T]
    X = read(tmp_path, text("id,timestamp,mag", [STARS, stamps, M]))
    np.testing.assert_allclose(X.time + X.time_zero, T + 2400000.5, rtol=0, atol=1e-5)


@pytest.mark.parametrize("word", [-1e10, -2147483648])
def test_fluxes_beyond_all_reason_are_not_measured(tmp_path, word):
    X = read(tmp_path, text("id,mjd,flux,flux_err", [STARS, T, np.where(THIRD, word, F), FE]))
    np.testing.assert_array_equal(X.flux, np.where(THIRD, np.nan, F))
    # A negative flux is measured.
    X = read(tmp_path, text("id,mjd,flux,flux_err", [STARS, T, np.where(THIRD, -5000, F), FE]))
    assert X.flux[3] == -5000


def test_a_magnitude_without_an_error_beyond_all_others_is_not_measured(tmp_path):
    none = [STARS, T, np.where(THIRD, 30.0, M), np.where(THIRD, 0.0, E)]
    X = read(tmp_path, text("id,mjd,mag,err", none))
    np.testing.assert_array_equal(X.mag, np.where(THIRD, np.nan, M))
    for mag, error in ((30.0, 0.1), (15.0, 0.0), (19.63, 0.0)):
        columns = [STARS, T, np.where(THIRD, mag, M), np.where(THIRD, error, E)]
        assert read(tmp_path, text("id,mjd,mag,err", columns)).mag[3] == mag


@pytest.mark.parametrize("name", ["field", "ccd"])
def test_numbers_of_stars_that_begin_anew_in_each_field_are_told(tmp_path, name):
    field, star = ["A"] * 12 + ["B"] * 12, ([1] * 6 + [2] * 6) * 2
    _, message = told(lambda: read(tmp_path, text(f"{name},star,mjd,mag", [field, star, T, M])))
    assert f"2 numbers of stars come again in another {name}" in message
    # A star after the other, each in both fields: the numbers are of the whole survey.
    ordered = [["A", "B"] * 12, [1] * 12 + [2] * 12, T, M]
    assert (
        "come again" not in told(lambda: read(tmp_path, text(f"{name},star,mjd,mag", ordered)))[1]
    )


def test_places_of_the_sky_tell_stars_apart(tmp_path):
    ra = np.where(np.arange(N) < 12, 10.1, 10.2)
    _, message = told(lambda: read(tmp_path, text("ra,dec,mjd,mag", [ra, ra - 20, T, M])))
    assert "ra tells 2 places of the sky, and the rows are read as one star" in message
    near = [10.1 + 1e-5 * PIXEL, PIXEL * 1e-5, T, M]
    assert not told(lambda: read(tmp_path, text("ra,dec,mjd,mag", near)))[1]


def test_stars_between_rows_of_snana_are_refused(tmp_path):
    time = np.where(np.isin(np.arange(N), (11, 23)), -777.0, T)
    with pytest.raises(ValueError, match="rows of -777 part several stars, as SNANA"):
        read(tmp_path, text("MJD,BAND,FLUXCAL,FLUXCALERR", [time, ["g"] * N, F, FE]))
    bands = np.where(time < 0, "-", "g")
    with pytest.raises(ValueError, match="rows of -777 part several stars, as SNANA"):
        read(tmp_path, text("MJD,BAND,FLUXCAL,FLUXCALERR", [time, bands, F, FE]))


def test_coordinates_before_the_time_are_no_time(tmp_path):
    ra = np.round(10.12 + 1e-6 * np.arange(N), 7)
    with pytest.raises(ValueError, match="first two columns are no times"):
        read(tmp_path, text("", [ra, ra, T, M, E], " "), "4099.dat")
    # A night in days since its beginning, with counts of the sky behind.
    X = read(tmp_path, text("", [np.arange(N) / 100, M, E, F], " "), "night.dat")
    assert X.mag.tolist() == M.tolist()


def tables(tmp_path, names):
    parts = [Table({"TIME": T[a : a + 12], "MAG": M[a : a + 12]}) for a in (0, 12)]
    hdus = [fits.BinTableHDU(part, name=name) for part, name in zip(parts, names, strict=True)]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "stars.fits")
    return tmp_path / "stars.fits"


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (("V1", "V2"), ["V1", "V2"]),
        (("g", "r"), ["stars_G", "stars_R"]),
        (("a", "a"), ["stars_0", "stars_1"]),
    ],
)
def test_stars_called_by_their_tables(tmp_path, names, ids):
    X, message = told(lambda: read_light_curves(tables(tmp_path, names)))
    assert X.ids.tolist() == ids
    assert ("the stars are called G, R, as bands are" in message) == (names == ("g", "r"))


def test_tables_of_the_same_times_are_told(tmp_path):
    for name, expected in (("V", True), ("APER", False)):
        table = Table({"TIME": T, "MAG": M})
        hdus = [fits.BinTableHDU(table, name=f"{name}{k}") for k in range(2)]
        path = tmp_path / f"{name}.fits"
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
        X, message = told(lambda path=path: read_light_curves(path))
        assert len(X) == 1 and ("of tables with the same times one is read" in message) == expected


def test_names_in_an_index_without_a_name(tmp_path):
    long, lists = FRAME.set_index("id"), FRAME.groupby("id").agg(list)
    for frame in (long, lists):
        frame = frame.rename_axis(None)
        frame.to_parquet(tmp_path / "stars.parquet")
        for X in (read_light_curves(tmp_path / "stars.parquet"), LightCurves.from_any(frame)):
            assert X.ids.tolist() == ["V1", "V2"] and X.mag.tolist() == M.tolist()
    # Numbers of rows are no names.
    frame = FRAME[["time", "mag"]].set_axis([*range(12), *range(12)])
    frame.to_parquet(tmp_path / "star.parquet")
    assert read_light_curves(tmp_path / "star.parquet").ids.tolist() == ["star"]


@pytest.mark.parametrize(
    "stars",
    [
        {"id": ["V1", "V2"], "time": [T[:12], T[12:]], "mag": [M[:12], M[12:]], "err": [E[:12], E[12:]]},
        [rows.drop(columns="id").to_dict("list") | {"id": star, "label": None} for star, rows in FRAME.groupby("id")],
        pd.concat({"lc": FRAME}, axis=1),
        FRAME.set_axis(pd.MultiIndex.from_tuples([("id", ""), ("time", ""), ("mag", "mean"), ("mag", "std")]), axis=1),
    ],
    ids=["ragged", "dicts", "one level", "two levels"],
)  # fmt: skip
def test_more_forms_in_memory(stars):
    X = LightCurves.from_any(stars)
    assert X.ids.tolist() == ["V1", "V2"] and X.n_points.tolist() == [12, 12]
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


def test_files_of_several_bands_are_told(tmp_path):
    for name in ("V1_I.dat", "V1_V.dat", "V2_I.dat"):
        (tmp_path / name).write_text(text("", [JD, M, E], " "))
    X, message = told(lambda: read_light_curves(tmp_path))
    assert len(X) == 3 and "their names end with bands (V1_I, V1_V)" in message
    (tmp_path / "V1_V.dat").unlink()
    assert not told(lambda: read_light_curves(tmp_path))[1]


@pytest.mark.parametrize("mark", ["\ufeff{}", "{}"])
def test_files_joined_one_after_the_other(tmp_path, mark):
    head = mark.format("id,time,mag,err")
    parts = [text(head, [c[k : k + 12] for c in (STARS, T, M, E)]) for k in (0, 12)]
    for joined in (parts[0] + parts[1], parts[0] + parts[1].upper()):
        X = read(tmp_path, joined)
        assert X.mag.tolist() == M.tolist() and X.ids.tolist() == ["V1", "V2"]


def test_stars_in_other_languages(tmp_path):
    for name in ("estrella", "Stern", "\u00e9toile"):
        X = read(tmp_path, text(f"{name},jd,mag", [STARS, JD, M]))
        assert X.ids.tolist() == ["V1", "V2"]


def test_the_word_that_is_no_time_is_shown(tmp_path):
    with pytest.raises(ValueError, match="column time holds 'err' in row 4"):
        read(tmp_path, text("id,time,mag", [STARS, np.where(THIRD, "err", T), M]))


def test_lists_of_fixed_length_that_are_missing():
    lists = [
        pa.array(values, pa.list_(pa.float64(), 12))
        for values in ([T[:12], T[12:]], [M[:12], None])
    ]
    X = LightCurves.from_any(pa.table({"id": ["V1", "V2"], "time": lists[0], "mag": lists[1]}))
    assert np.isnan(X.mag[12:]).all()


def test_records_of_the_open_supernova_catalogue(tmp_path):
    columns = {"time": T, "magnitude": M, "e_magnitude": E}
    points = pd.DataFrame(columns).astype(str).assign(band="g").to_dict("records")
    points[3]["upperlimit"] = True
    X = read(tmp_path, json.dumps({"SN1": {"name": "SN1", "photometry": points}}), "SN1.json")
    assert X.ids.tolist() == ["SN1"] and X.limit.tolist() == THIRD.tolist()
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


@pytest.mark.parametrize(
    ("head", "offset", "zero", "scale"),
    [
        ("MJD-50000", 50000.0, 2450000.5, None),
        ("MJD - 58000.5", 58000.5, 2458001.0, None),
        ("time (BTJD)", 56999.5, 2457000.0, "bjd_tdb"),
        ("JD (days since 2450000)", 49999.5, 2450000.0, None),
    ],
)
def test_zeros_of_modified_and_satellites_dates(tmp_path, head, offset, zero, scale):
    X = read(tmp_path, text(f"id,{head},mag", [STARS, np.round(T - offset, 5), M]))
    assert X.time_zero == zero and X.time_scale == scale
    np.testing.assert_allclose(X.time + zero, JD, atol=1e-5)


def test_rows_that_pass_for_comments_are_refused(tmp_path):
    names = [f"#{star}" for star in STARS]
    with pytest.raises(ValueError, match="all rows below the header begin with #"):
        read(tmp_path, text("id,time,mag", [names, T, M]))
    # A header alone is a survey without stars.
    assert len(read(tmp_path, "# a\nid,time,mag\n")) == 0


def test_relative_fluxes_without_a_header_are_told(tmp_path):
    flux = np.round(F / np.median(F), 4)
    near, far = text("", [T, flux, E], " "), text("", [T, M, E], " ")
    X, message = told(lambda: read(tmp_path, near, "s.dat"))
    assert "the magnitudes are all between 0 and 2, as relative fluxes and rates are" in message
    assert not told(lambda: read(tmp_path, far, "s.dat"))[1]
    X = read(tmp_path, near, "s.dat", columns={"time": "column1", "flux": "column2"})
    assert X.flux.tolist() == flux.tolist()


def test_names_between_commas_above_columns_between_blanks(tmp_path):
    X = read(tmp_path, "id,time,mag,err\n" + text("", [STARS, T, M, E], "  "), "s.dat")
    assert X.ids.tolist() == ["V1", "V2"] and X.mag.tolist() == M.tolist()


@pytest.mark.parametrize(("unit", "step"), [("min", 1440), ("hours", 24)])
def test_a_line_of_units_of_time(tmp_path, unit, step):
    content = f"id,time,mag\n,{unit},mag\n" + text("", [STARS, (T - 58100) * step, M])
    np.testing.assert_allclose(read(tmp_path, content).time, T - 58100)


def test_logarithms_to_the_base_e_are_no_fluxes(tmp_path):
    with pytest.raises(ValueError, match="no brightness"):
        read(tmp_path, text("id,mjd,lnflux", [STARS, T, np.log(F)]))


LISTS = pd.DataFrame(
    {"id": ["V1", "V2"], **{n: [list(v[:12]), list(v[12:])] for n, v in (("time", T), ("mag", M))}}
)


@pytest.mark.parametrize(
    "frame",
    [
        LISTS.map(lambda cell: [float(v) for v in cell] if isinstance(cell, list) else cell),
        LISTS.map(lambda cell: str(np.array(cell)) if isinstance(cell, list) else cell),
        LISTS.map(
            lambda cell: json.dumps([float(v) for v in cell]) if isinstance(cell, list) else cell
        ),
    ],
    ids=["pandas", "numpy", "json"],
)
def test_lists_in_cells(tmp_path, frame):
    X = read(tmp_path, frame.to_csv(index=False))
    assert X.ids.tolist() == ["V1", "V2"] and X.n_points.tolist() == [12, 12]
    np.testing.assert_allclose(X.time, T, atol=1e-3)
    np.testing.assert_allclose(X.mag, M)


def test_lists_of_an_archive_in_cells(tmp_path):
    """Gaia's epoch photometry, a row a source, as plain CSV."""
    cell = '"[' + ",".join(["{}"] * 3) + ']"'
    row = ["7", *(cell.format(*v) for v in (T[:3] - 55197, ["14.1", "null", "14.3"], [90, 80, 70]))]
    row.append(cell.format("false", "false", "true"))
    head = (
        "source_id,g_transit_time,g_transit_mag,g_transit_flux_over_error,variability_flag_g_reject"
    )
    X = read(tmp_path, f"{head}\n{','.join(row)}\n")
    np.testing.assert_array_equal(X.mag, [14.1, np.nan, 14.3])
    assert (
        X.survey == "Gaia" and X.flag.tolist() == [False, False, True] and X.ids.tolist() == ["7"]
    )


def test_lists_that_numpy_cut_short_are_refused(tmp_path):
    with pytest.raises(ValueError, match="lists in time are cut short"):
        read(tmp_path, 'id,time,mag\na,"[1.5 2.5 ... 9.5]","[1.5 2.5 ... 9.5]"\n')


@pytest.mark.parametrize(
    ("least", "head", "values", "word"),
    [
        (5, "jd,mag", [np.floor(JD), M], "days without the time of the day"),
        (5, "jd,mag", [np.floor(JD[0]) + np.arange(N) // 3, M], "points share theirs"),
        (10, "time,mag", [np.linspace(0.0, 1.0, N), M], "as phases are"),
        (10, "mjd,flux", [T, -F], "of the fluxes in flux are negative"),
    ],
)
def test_so_many_points_are_enough_to_doubt_them(tmp_path, least, head, values, word):
    """Phases of few points must reach from end to end as well."""
    for n in (least - 1, least, least + 1):
        kept = np.linspace(0, N - 1, n).astype(int) if "phases" in word else np.arange(n)
        table = text(head, [v[kept] for v in values])
        _, message = told(lambda table=table: read(tmp_path, table))
        assert (word in message) == (n >= least)


def test_a_letter_is_a_flux_only_where_there_are_no_magnitudes(tmp_path):
    X = read(tmp_path, text("id,mjd,mag,f", [STARS, T, M, F]))
    assert X.mag.tolist() == M.tolist() and "fluxes" not in X.provenance
    assert (
        "the fluxes of flux are not read"
        in read(tmp_path, text("mjd,mag,flux", [T, M, F])).provenance
    )
    assert read(tmp_path, text("id,mjd,f", [STARS, T, F])).flux.tolist() == F.tolist()


def test_many_columns_without_a_header_are_no_report_of_the_aavso(tmp_path):
    """Its fifth column is a passband."""
    for fifth in ([7] * N, [""] * N, ["V", 7, 8, 9] * 6):
        content = text("", [JD, M, E, [3] * N, fifth, *[[k] * N for k in range(12)]])
        X, message = told(lambda: read(tmp_path, content))  # noqa: B023
        assert ("column5 has 4 values" in message) == ("V" in fifth)
        assert X.survey is None and X.mag.tolist() == M.tolist()
