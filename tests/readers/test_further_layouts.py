"""SNANA's text, headers of two rows, tables in parts, levels of quarters; each with the right reading."""

import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units
from astropy.table import Table
from astropy.time import Time
from astropy.timeseries import BinnedTimeSeries

from sklearn_vartl.light_curves import LightCurves, read_light_curves
from sklearn_vartl.readers import as_magnitudes

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
R = np.round(M - 0.3, 3)
E = np.round(0.01 + 0.001 * np.arange(N), 3)
F = np.round(10 ** (-0.4 * (M - 20)), 3)
FE = np.round(F * E, 3)
STARS = ["V1"] * 12 + ["V2"] * 12


def snana(star="1234", end="END:"):
    rows = [
        f"OBS: {t} {'gr'[k % 2]} X3 {f} {e} {m}"
        for k, (t, f, e, m) in enumerate(zip(T, F, FE, M, strict=True))
    ]
    head = f"SURVEY: DES\nSNID:  {star}   # name\nRA: 3.1 deg\nREDSHIFT_FINAL: 0.3 +- 0.01\n\nNOBS: {N}\nNVAR: 6\n"
    return (
        head + "VARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR MAG\n" + "\n".join([*rows, end, "", ""])
    )


@pytest.mark.parametrize("end", ["END:", "END_PHOTOMETRY:\nSPECTRUM_ID: 1"])
def test_text_of_snana(tmp_path, end):
    X, message = told(lambda: read(tmp_path, snana(end=end), "des.DAT"))
    assert (
        X.quantity == "flux" and X.flux.tolist() == F.tolist() and X.fluxerr.tolist() == FE.tolist()
    )
    assert X.time.tolist() == T.tolist() and X.time_zero == 2400000.5 and X.ids.tolist() == ["1234"]
    assert X.band.tolist() == ["g", "r"] * 12 and "several bands" in message
    # The zero point of FLUXCAL.
    np.testing.assert_allclose(as_magnitudes(X).mag, 27.5 - 2.5 * np.log10(F))
    (tmp_path / "des.DAT.gz").write_bytes(gzip.compress(snana().encode()))
    assert read_light_curves(tmp_path / "des.DAT.gz").in_band("g").flux.tolist() == F[::2].tolist()


def test_several_stars_of_snana(tmp_path):
    X, _ = told(lambda: read(tmp_path, snana("1") + snana("2"), "both.DAT"))
    assert X.ids.tolist() == ["1", "2"] and X[1].mag.tolist() == F.tolist()
    cut = snana().replace(f"OBS: {T[3]} r X3", f"OBS: {T[3]} r")
    with pytest.raises(ValueError, match="VARLIST names 6 columns, and an OBS has 5"):
        read(tmp_path, cut, "cut.DAT")
    other = snana("2").replace("FIELD FLUXCAL", "CCD FLUXCAL")
    with pytest.raises(ValueError, match="different columns"):
        read(tmp_path, snana("1") + other, "others.DAT")


def test_a_column_of_signal_to_noise_called_sn(tmp_path):
    X = read(tmp_path, text("mjd,mag,SN", [T, M, np.round(1.0857362 / E, 4)]))
    np.testing.assert_allclose(X.magerr, E, rtol=1e-3)
    # Numbers and names of supernovae.
    assert read(tmp_path, text("mjd,mag,SN", [T, M, [1] * N])).magerr is None
    assert read(tmp_path, text("mjd,mag,SN", [T, M, ["2011fe"] * N])).magerr is None


TWO_BANDS = pd.DataFrame(
    {("g", "mag"): M, ("g", "err"): E, ("r", "mag"): R, ("r", "err"): 2 * E},
    index=pd.Index(T, name="mjd"),
)
BODY = text("", [T, M, E, R, 2 * E])


@pytest.mark.parametrize(
    "content",
    [
        TWO_BANDS.to_csv(),
        TWO_BANDS.swaplevel(axis=1).to_csv(),
        TWO_BANDS.rename_axis(["band", "quantity"], axis=1).to_csv(),
        TWO_BANDS.reset_index().to_csv(index=False),
        ",g,,r,\nMJD,mag,err,mag,err\n" + BODY,
        "MJD,g,,r,\n,mag,err,mag,err\n" + BODY,
        ";g;;r;\nMJD;mag;err;mag;err\n" + BODY.replace(",", ";").replace(".", ","),
        "MJD g g r r\n- mag err mag err\n" + BODY.replace(",", " "),
        ",g,,r,\nMJD,mag,err,mag,err\nd,mag,mag,mag,mag\n" + BODY,
    ],
)
def test_names_in_two_rows(tmp_path, content):
    X, _ = told(lambda: read(tmp_path, content))
    assert X.ids.tolist() == ["star"] and sorted(X.bands) == ["g", "r"]
    for band, mag, error in (("g", M, E), ("r", R, 2 * E)):
        own = X.in_band(band)
        assert own.mag.tolist() == mag.tolist() and own.magerr.tolist() == error.tolist()
        assert own.time.tolist() == T.tolist()


@pytest.mark.parametrize(
    "below",
    [
        *("days,magnitudes,magnitudes", "(MJD),(mag),(mag)", "UT date,calibrated,photon noise"),
        *("MJD,mag,mag", "d,,", "double,float,float", ",mag,"),
    ],
)
def test_a_second_row_of_units_or_words(tmp_path, below):
    X = read(tmp_path, f"time,mag,err\n{below}\n" + text("", [T, M, E]))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    assert X.time.tolist() == T.tolist()


def test_units_of_a_second_row_are_heeded(tmp_path):
    columns = [JD - 2400000, 1000 * M, 1000 * E]
    X = read(tmp_path, "time,mag,err\nJD-2400000,mmag,mmag\n" + text("", columns))
    assert X.time_zero == 2400000.0
    np.testing.assert_allclose(X.mag, M)
    np.testing.assert_allclose(X.magerr, E)


def test_names_of_groups_above_the_header_are_passed_over(tmp_path):
    X = read(tmp_path, "Observation,,Photometry,\nid,mjd,mag,err\n" + text("", [STARS, T, M, E]))
    assert X.ids.tolist() == ["V1", "V2"] and X.mag.tolist() == M.tolist()


def test_errors_of_minus_one_are_limits_where_others_have_errors(tmp_path):
    error = np.where(np.arange(N) < 20, -1.0, E)
    X, message = told(lambda: read(tmp_path, text("mjd,mag,magerr", [T, M, error])))
    assert X.limit.tolist() == [True] * 20 + [False] * 4
    assert "20 magnitudes with magerr of -1 are taken for upper limits" in message
    # Where no point has an error, it tells nothing.
    X, _ = told(lambda: read(tmp_path, text("mjd,mag,magerr", [T, M, [-1] * N])))
    assert X.limit is None


def test_levels_of_quarters_that_are_smaller_than_the_variation(tmp_path):
    time = np.arange(4 * 4000) * 0.0204
    quarter, level = np.repeat([1, 2, 3, 4], 4000), np.repeat([1000.0, 1045.0, 960.0, 1010.0], 4000)
    star = 10 ** (-0.2 * np.sin(2 * np.pi * time / 0.57))
    columns = [time, level * star, quarter]
    _, message = told(lambda: read(tmp_path, text("time,flux,quarter", columns)))
    assert "the fluxes of each quarter are on a level of their own" in message
    assert not told(lambda: read(tmp_path, text("time,flux,quarter", [time, star, quarter])))[1]
    # A star that varies slowly has other levels by itself.
    slow = 10 ** (-0.2 * np.sin(2 * np.pi * time / 200))
    assert not told(lambda: read(tmp_path, text("time,flux,quarter", [time, slow, quarter])))[1]


@pytest.mark.parametrize("key", ["object_id", "band", "tile"])
def test_tables_in_folders_that_name_a_column(tmp_path, key):
    frame = pd.DataFrame({"object_id": ["007"] * 12 + ["008"] * 12, "mjd": T, "mag": M})
    frame["band"], frame["tile"] = ["g", "r"] * 12, [3] * N
    frame.to_parquet(tmp_path / "table", partition_cols=[key])
    X, _ = told(lambda: read_light_curves(tmp_path / "table", columns=None))
    assert X.ids.tolist() == ["007", "008"] and sorted(X.bands) == ["g", "r"]
    order = np.argsort(X.time)
    assert X.mag[order].tolist() == M.tolist() and X.band[order].tolist() == ["g", "r"] * 12


def test_parquet_that_is_compressed_as_a_whole(tmp_path):
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": STARS, "mjd": T, "mag": M}), buffer)
    (tmp_path / "s.parquet.gz").write_bytes(gzip.compress(buffer.getvalue().to_pybytes()))
    assert read_light_curves(tmp_path / "s.parquet.gz").mag.tolist() == M.tolist()


def test_alerts_of_elasticc_and_total_fluxes(tmp_path):
    names = "diaObjectId,diaSourceId,midPointTai,filterName,psFlux,psFluxErr"
    X = read(tmp_path, text(names, [[55] * N, np.arange(N), T, ["g"] * N, F, FE]))
    assert X.flux.tolist() == F.tolist() and X.time_scale == "tai" and X.bands == ["g"]
    table = {"oid": [17] * N, "mjd": T, "band": [1] * N, "psfFlux": F, "psfFluxErr": FE}
    table |= {"scienceFlux": 3 * F, "scienceFluxErr": 2 * FE}
    rows = pd.DataFrame(table).to_dict("records")
    X = read(tmp_path, json.dumps(rows), "a.json")
    assert X.flux.tolist() == (3 * F).tolist() and X.fluxerr.tolist() == (2 * FE).tolist()


def test_magnitudes_of_a_catalogue_beside_those_of_the_points(tmp_path):
    names = "COADD_OBJECT_ID,MJD_OBS,WAVG_MAG,MAG_PSF,MAGERR_PSF"
    X = read(tmp_path, text(names, [[7] * 12 + [8] * 12, T, [15.1] * 12 + [16.2] * 12, M, E]))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


def test_lists_in_round_brackets(tmp_path):
    rows = [f'{star},"{tuple(T[k].tolist())}","{tuple(M[k].tolist())}"' for star, k in
            (("a", slice(0, 12)), ("b", slice(12, None)))]  # fmt: skip
    X = read(tmp_path, "\n".join(["id,mjd,mag", *rows]))
    assert X.ids.tolist() == ["a", "b"] and X.mag.tolist() == M.tolist()
    # Of single values they are limits.
    X = read(tmp_path, text("mjd,mag", [T, [f"({m})" if k == 3 else m for k, m in enumerate(M)]]))
    assert np.flatnonzero(X.limit).tolist() == [3]


def test_tables_of_pandas_and_astropy_that_are_one_star():
    frame = pd.DataFrame({"flux": F, "flux_err": FE}, index=pd.Index(T, name="time"))
    X = LightCurves.from_any([frame, frame])
    assert X.n_points.tolist() == [N, N] and X[1].time.tolist() == T.tolist()
    series = BinnedTimeSeries(
        time_bin_start=Time(JD, format="jd"), time_bin_size=1 * units.hour, data={"flux": F}
    )
    X = LightCurves.from_any(series)
    np.testing.assert_allclose(X.time, T + 0.5 / 24, rtol=0, atol=1e-6)
    table = Table(
        {"time": Time(T, format="mjd"), "mag": M * units.mag, "err": 1000 * E * units.mmag},
        meta={"OBJECT": "V1"},
    )
    X = LightCurves.from_any(table)
    assert X.ids.tolist() == ["V1"] and np.allclose(X.magerr, E)


TURNS = np.arange(N) % 2


@pytest.mark.parametrize("name", ["FLT", "pb", "system", "what"])
@pytest.mark.parametrize("words", [("g", "r"), ("Johnson V", "Cousins I")])
def test_words_that_are_passbands_whatever_their_column_is_called(tmp_path, name, words):
    bands = np.array(words)[TURNS]
    X, message = told(lambda: read(tmp_path, text(f"mjd,mag,{name}", [T, M, bands])))
    assert X.band.tolist() == bands.tolist() and "several bands" in message


def test_letters_of_observers_and_names_of_stars_are_no_passbands(tmp_path):
    letters = np.array(["B", "V"])[TURNS]
    assert read(tmp_path, text("mjd,mag,observer", [T, M, letters])).band is None
    assert read(tmp_path, text("mjd,mag,star", [T, M, letters])).ids.tolist() == ["B", "V"]


@pytest.mark.parametrize("name", ["ident", "MAIN_ID", "AUID", "identifier", "desig", "SNID"])
def test_more_names_of_stars(tmp_path, name):
    stars = np.array(["s1", "s2"])[TURNS]
    X = read(tmp_path, text(f"mjd,mag,{name}", [T, M, stars]))
    assert X.ids.tolist() == ["s1", "s2"] and X.mag.tolist() == [*M[::2], *M[1::2]]


def test_words_that_may_name_the_stars_are_told(tmp_path):
    stars = np.array(["s1", "s2"])[TURNS]
    _, message = told(lambda: read(tmp_path, text("mjd,mag,what", [T, M, stars])))
    assert "what has 2 values, and the rows are read as one star" in message
    # Nights, one after the other, words in some of the rows, and words that name something else.
    for name, words in (
        ("what", sorted(stars)),
        ("what", np.where(TURNS == 0, "", stars)),
        ("telescope", stars),
    ):
        assert not told(lambda: read(tmp_path, text(f"mjd,mag,{name}", [T, M, words])))[1]  # noqa: B023


@pytest.mark.parametrize("values", [[1, 2], ["x", "y"]])
def test_anything_that_parts_the_magnitudes_is_told(tmp_path, values):
    mags = np.round(M + 5 * TURNS, 3)
    _, message = told(
        lambda: read(tmp_path, text("mjd,mag,code", [T, mags, np.array(values)[TURNS]]))
    )
    assert "the magnitudes of each code are on a level of their own" in message
    flags = text("mjd,mag,quality_flag", [T, mags, TURNS])
    assert "level" not in told(lambda: read(tmp_path, flags))[1]


@pytest.mark.parametrize(
    "name",
    [
        *("+/-", "mag+/-", "d(mag)", "sd", "se", "noise", "scatter", "precision", "merr_psf", "u"),
        *("photometric uncertainty", "mag_sd", "±"),
    ],
)
def test_more_names_of_errors(tmp_path, name):
    assert read(tmp_path, text(f"mjd,mag,{name}", [T, M, E])).magerr.tolist() == E.tolist()


def test_the_error_of_another_column_is_not_that_of_the_one_that_is_read(tmp_path):
    columns = [T, M - 20, M, E]
    X, message = told(lambda: read(tmp_path, text("JD,inst_mag,std_mag,std_mag_err", columns)))
    assert X.magerr is None and "inst_mag is read, and std_mag may be better" in message
    assert X.mag.tolist() == (M - 20).tolist()


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        *((name, (0, 1), "limit") for name in ("censored", "upper", "below_limit")),
        *((name, ("False", "True"), "flag") for name in ("saturated", "is_clipped", "masked")),
        *((name, (1, 0), "flag") for name in ("ok", "phot_ok", "good_phot", "use_in_fit")),
    ],
)
def test_more_names_of_limits_and_flags(tmp_path, name, values, role):
    third = np.where(np.arange(N) == 3, values[1], values[0])
    X = read(tmp_path, text(f"mjd,mag,{name}", [T, M, third]))
    assert np.flatnonzero(getattr(X, role)).tolist() == [3]


@pytest.mark.parametrize(
    "name", ["clouds", "contaminated", "warning", "edge", "cosmic", "dq", "info"]
)
def test_what_may_tell_bad_points_is_told(tmp_path, name):
    columns = [T, M, np.where(np.arange(N) == 3, 4, 0)]
    _, message = told(lambda: read(tmp_path, text(f"mjd,mag,{name}", columns)))
    assert f"{name} may tell which points are bad, and is not used" in message


@pytest.mark.parametrize("word", ["(null)", "<null>", "–", "—", "nil", "void"])
def test_more_words_for_missing(tmp_path, word):
    X = read(tmp_path, text("mjd,mag", [T, [word if k == 3 else m for k, m in enumerate(M)]]))
    assert np.flatnonzero(np.isnan(X.mag)).tolist() == [3]


@pytest.mark.parametrize("row", ["0,1,2", "1,2,3", "(1),(2),(3)"])
@pytest.mark.parametrize("header", ["", "time,mag,err\n"])
def test_numbers_of_columns_are_no_point(tmp_path, row, header):
    X = read(tmp_path, header + row + "\n" + text("", [T, M, E]))
    assert X.mag.tolist() == M.tolist() and X.limit is None


@pytest.mark.parametrize(
    "head",
    [
        *("; HJD mag err", "* HJD mag err", "# col 1: HJD\n# col 2: mag\n# col 3: err"),
        *(
            "#   1 HJD  time of mid-exposure\n#   2 mag\n#   3 err  [mag]",
            "c column 1: HJD\nc column 2: mag\nc column 3: err",
        ),
        "Light curve of RR Lyr, V band\nReduced 2020\n\nHJD mag err",
        "OBJECT = RR Lyr\nFILTER = V\nRA = 12.3\nHJD mag err",
    ],
)
def test_more_headers(tmp_path, head):
    X = read(tmp_path, text(head, [JD, M, E], " "), "s.txt")
    assert (
        X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist() and "HJD" in X.provenance
    )
    # What stands first in a row is a name, with numbers behind it.
    named = text("name,HJD,mag", [["* alf Ori"] * 12 + ["V* RR Lyr"] * 12, JD, M])
    assert read(tmp_path, named).ids.tolist() == ["* alf Ori", "V* RR Lyr"]


def test_comments_that_list_the_columns_in_another_order(tmp_path):
    head = "# 1 mag\n# 2 err\n# 3 HJD"
    X = read(tmp_path, text(head, [M, E, JD], " "), "s.txt")
    assert X.mag.tolist() == M.tolist() and X.time.tolist() == JD.tolist()


def test_more_clocks(tmp_path):
    X = read(tmp_path, text("Time (Barycentric MJD),mag", [T, M]))
    assert X.time_zero == 2400000.5
    seconds = np.round((T - 40587) * 86400, 1)
    X = read(tmp_path, text("unixtime,mag", [seconds, M]))
    np.testing.assert_allclose(X.time + X.time_zero, JD, rtol=0, atol=1e-5)
    commas = [f"2018-01-01T00:00:{2 * k:02d},250" for k in range(N)]
    X = read(tmp_path, text("date;mag", [commas, M], ";"))
    np.testing.assert_allclose(X.time, 58119 + (2 * np.arange(N) + 0.25) / 86400, rtol=0, atol=1e-9)


def test_stars_and_bands_by_name_in_json(tmp_path):
    rows = pd.DataFrame({"mjd": T, "mag": M}).to_dict("records")
    X = read(tmp_path, json.dumps({"a": rows[:12], "b": rows[12:]}), "s.json")
    assert X.ids.tolist() == ["a", "b"] and X.mag.tolist() == M.tolist()
    X, _ = told(lambda: read(tmp_path, json.dumps({"g": rows[:12], "r": rows[12:]}), "s.json"))
    assert X.ids.tolist() == ["s"] and X.in_band("r").mag.tolist() == M[12:].tolist()
    points = {"mjd": T.tolist(), "mag": M.tolist()}
    X = read(tmp_path, json.dumps([{"name": own, "data": points} for own in "ab"]), "s.json")
    assert X.ids.tolist() == ["a", "b"] and X[1].mag.tolist() == M.tolist()


def test_groups_of_pandas():
    frame = pd.DataFrame({"id": STARS, "mjd": T, "mag": M})
    apart = {own: part.drop(columns="id") for own, part in frame.groupby("id")}
    for form in (frame.groupby("id"), list(frame.groupby(["id"])), pd.concat(apart)):
        X = LightCurves.from_any(form)
        assert X.ids.tolist() == ["V1", "V2"] and X.mag.tolist() == M.tolist()


def test_names_of_detections_beside_bands_side_by_side(tmp_path):
    """Each row is another `objID`, and once the bands are stacked it comes again in each of them."""
    names = "objID,mjd,psfMag_g,psfMagErr_g,psfMag_r,psfMagErr_r"
    X, _ = told(lambda: read(tmp_path, text(names, [np.arange(N) + 10**18, T, M, E, R, E])))
    assert X.ids.tolist() == ["star"] and X.in_band("r").mag.tolist() == R.tolist()


def test_supernovae_by_name_and_medians(tmp_path):
    X = read(tmp_path, text("SN,mjd,mag,emag", [["2005A"] * 12 + ["2006B"] * 12, T, M, E]))
    assert X.ids.tolist() == ["2005A", "2006B"] and X.magerr.tolist() == E.tolist()
    assert read(tmp_path, text("mjd,median_mag", [T, M])).mag.tolist() == M.tolist()


def test_a_row_that_is_cut_off_is_told(tmp_path):
    whole = text("JD,mag,err", [JD, M, E])
    X, message = told(lambda: read(tmp_path, whole + f"{JD[-1] + 1},14.1"))
    assert "the last row is cut off" in message and len(X.time) == N + 1
    # A last line without an end, and one without its last cell, are common.
    assert not told(lambda: read(tmp_path, whole.rstrip("\n")))[1]
    assert not told(lambda: read(tmp_path, whole + f"{JD[-1] + 1},14.1\n"))[1]


@pytest.mark.parametrize("form", ["mag[{}]|err[{}]", "mag({})|magerr({})", "{}-mag|{}-err"])
def test_bands_in_brackets_or_before_a_dash(tmp_path, form):
    names = ",".join(form.format(band, band).replace("|", ",") for band in "gr")
    X, _ = told(lambda: read(tmp_path, text(f"mjd,{names}", [T, M, E, R, 2 * E])))
    for band, mag, error in (("g", M, E), ("r", R, 2 * E)):
        own = X.in_band(band)
        assert own.mag.tolist() == mag.tolist() and own.magerr.tolist() == error.tolist()


@pytest.mark.parametrize("digits", [18, 20, 38])
def test_decimals_of_databases_as_identifiers(tmp_path, digits):
    ids = [585349871319052569, 585349871319052570]
    column = pa.array(np.repeat(ids, 12)).cast(pa.decimal128(max(digits, 19), 0))
    column = column.cast(pa.decimal128(digits, 0))
    pq.write_table(pa.table({"source_id": column, "mjd": T, "mag": M}), tmp_path / "s.parquet")
    assert read_light_curves(tmp_path / "s.parquet").ids.astype(str).tolist() == list(map(str, ids))
