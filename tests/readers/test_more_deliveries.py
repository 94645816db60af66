"""Deliveries of WASP, GALEX, PATHOS, CDIPS, VSNET and of programs for photometry; pivots, weights and colours."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import (
    LightCurves,
    LightCurveWarning,
    read_light_curves,
    write_light_curves,
)

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * (np.arange(N) % 9), 3)
ONES = np.ones(N)


def fits(path, columns, units=None, **header):
    """A FITS file of one table of numbers."""
    from astropy.io import fits

    table = fits.BinTableHDU.from_columns(
        [
            fits.Column(n, "J" if v.dtype.kind == "i" else "D", array=v, unit=(units or {}).get(n))
            for n, v in columns.items()
        ]
    )
    first = fits.PrimaryHDU()
    first.header.update(header)
    fits.HDUList([first, table]).writeto(path)
    return path


@pytest.mark.parametrize("unit", [None, "s"])
def test_wasp_counts_seconds_and_millionths_of_vega(tmp_path, unit):
    # The first row of 1SWASP J150658.93-313838.9 in the archive, which gives its HJD and its magnitude itself.
    columns = {
        "TMID": 73862495 + 86400 * np.arange(N),
        "FLUX2": 227.7175 * ONES,
        "FLUX2_ERR": 0.3615729 * ONES,
        "TAMFLUX2": 238.9207 + np.arange(N),
        "TAMFLUX2_ERR": 1.546886 * ONES,
        "CCDX": 745 * ONES,
        "FLAG": 32 * np.ones(N, dtype=int),
    }
    path = fits(tmp_path / "lc.fits", columns, {"TMID": unit}, OBJNAME="1SWASP J150658.93-313838.9")
    X = read_light_curves(path)
    assert X.ids.tolist() == ["1SWASP J150658.93-313838.9"] and X.time_scale == "hjd_utc"
    assert X.time[0] + X.time_zero == pytest.approx(2453860.389988, abs=2e-6)
    magnitudes = X.to_magnitudes("wasp")
    assert magnitudes.mag[0] == pytest.approx(9.054365, abs=2e-5)
    assert magnitudes.magerr[0] == pytest.approx(0.007029595, abs=2e-5)


def test_wasp_of_the_archive_has_corrected_magnitudes(tmp_path):
    head = "TMID,FLUX2,TAMFLUX2,TAMFLUX2_ERR,HJD,MAG2,MAG2_ERR,TAMMAG2,TAMMAG2_ERR"
    columns = [73862495 + np.arange(N), M, M, E, JD, M + 1, E + 1, M, E]
    X = read(tmp_path, text(head, columns))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    assert X.time.tolist() == JD.tolist() and X.time_zero == 0.0


def test_gphoton_counts_seconds_of_gps(tmp_path):
    names = "t0,t_mean,mag,mag_err_1,mag_err_2,mag_bgsub,mag_bgsub_err_1,mag_bgsub_err_2,mag_mcatbgsub,flux,flags"
    # 2007-06-20 04:05:06 is 866347506 s after 1980-01-06.
    time = 866347506.0 + 1600 * np.arange(N)
    flags = np.where(np.arange(N) == 3, 2.0, 0.0)
    columns = [time - 15, time, M - 1, E / 3, E / 3, M, E / 2, E, M - 0.1, ONES, flags]
    X = read(tmp_path, text(names, columns))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    moment = (pd.Timestamp("2007-06-20T04:05:06") - pd.Timestamp("1858-11-17")) / pd.Timedelta("1D")
    assert X.time[0] + X.time_zero == pytest.approx(moment + 2400000.5, abs=1e-6)
    assert np.flatnonzero(X.flag).tolist() == [3]


def test_pathos_gives_the_corrected_flux_of_the_fit(tmp_path):
    names = ("PSF_FLUX_RAW", "PSF_FLUX_COR", "AP1_FLUX_RAW", "AP1_FLUX_COR")
    columns = {"TIME": T - 56999.5} | {n: 1000 * M + i for i, n in enumerate(names)}
    columns |= {"SKY_LOCAL": ONES, "DQUALITY": np.where(np.arange(N) == 5, 1024, 0)}
    X = read_light_curves(fits(tmp_path / "pathos_llc.fits", columns))
    assert X.flux.tolist() == (1000 * M + 1).tolist() and X.time_zero == 2457000.0
    assert np.flatnonzero(X.flag).tolist() == [5]


def test_cdips_gives_one_of_its_magnitudes_and_says_which(tmp_path):
    columns = {"TMID_BJD": JD}
    for number in (1, 2, 3):
        kinds = {"IFL": 9e4, "IFE": 9.0, "IRM": M + 10 * number, "IRE": E * number}
        kinds |= {"PCA": M + number, "TFA": M - number}
        columns |= {f"{kind}{number}": value * ONES for kind, value in kinds.items()}
    X = read_light_curves(fits(tmp_path / "cdips.fits", columns))
    assert X.mag.tolist() == (M + 2).tolist() and X.magerr.tolist() == (2 * E).tolist()
    assert "PCA2" in X.provenance and X.time_scale == "bjd_tdb"


def test_programs_for_photometry_call_the_target_the_first(tmp_path):
    head = "Label\tJ.D.-2400000\tJD_UTC\tBJD_TDB\trel_flux_T1\trel_flux_err_T1\trel_flux_C2\trel_flux_err_C2"
    image = [f"im{k}.fits" for k in range(N)]
    columns = [image, JD - 2400000, JD, JD + 0.003, M, E, M + 1, E + 1]
    X = read(tmp_path, text(head, columns, "\t"), "Measurements.tbl")
    assert X.flux.tolist() == M.tolist() and X.fluxerr.tolist() == E.tolist()
    assert X.time.tolist() == (JD + 0.003).tolist() and X.time_scale == "bjd_tdb"
    X = read(tmp_path, text("JD V-C s1 V-K s2 C-K s3", [JD, M, E, M + 1, E, M + 2, E], " "))
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


VSNET = """\
UGEM 20041203.456 <142 Mhh
UGEM 20041204.5 14.80V Rod
UGEM 20041205.25 1435CR Rod
SSCYG 990821.1834 84 WEO
SSCYG 19990822.0 8.35: Myy.VSOLJ  note of the observer
"""


def test_reports_to_vsnet(tmp_path):
    X = read(tmp_path, VSNET, "vsnet.txt")
    assert X.ids.tolist() == ["UGEM", "SSCYG"] and X.time_zero == 2400000.5
    assert X.mag.tolist() == [14.2, 14.8, 14.35, 8.4, 8.35]
    assert X.limit.tolist() == [True, False, False, False, False]
    days = [
        "2004-12-03T10:56:38.4",
        "2004-12-04T12",
        "2004-12-05T06",
        "1999-08-21T04:24:05.76",
        "1999-08-22",
    ]
    moments = (pd.to_datetime(days, format="ISO8601") - pd.Timestamp("1858-11-17")) / pd.Timedelta(
        "1D"
    )
    assert X.time == pytest.approx(moments, abs=1e-6)
    assert X.band[1:3].tolist() == ["V", "CR"]


@pytest.mark.parametrize("line", ["UGEM 20041203.456 8 Mhh", "a remark of several words"])
def test_a_line_that_vsnet_does_not_write_is_refused(tmp_path, line):
    with pytest.raises(ValueError, match="VSNET"):
        read(tmp_path, VSNET + line + "\n", "vsnet.txt")


@pytest.mark.parametrize("name", ["weight", "weights", "mag_weight", "wt", "w"])
def test_weights_are_told_and_read_where_asked_for(tmp_path, name):
    X, message = told(lambda: read(tmp_path, text(f"mjd,mag,{name}", [T, M, np.round(E**-2, 4)])))
    assert X.magerr is None and f"{name} may tell them" in message
    X = read_light_curves(tmp_path / "star.csv", columns={"magerr": name})
    assert X.magerr == pytest.approx(E, abs=1e-6)
    _, message = told(lambda: read(tmp_path, text(f"mjd,mag,magerr,{name}", [T, M, E, 1 / E])))
    assert not message


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_colour_of_stars_is_no_band(tmp_path, form):
    X = LightCurves.from_any([(T, M, E), (T, M, E)], ids=["a", "b"])
    write_light_curves(
        X.replace(table={"colour": np.array(["red", "blue"], object)}), tmp_path / f"x.{form}"
    )
    X = read_light_curves(tmp_path / f"x.{form}")
    assert X.band is None and X.table["colour"].tolist() == ["red", "blue"]


@pytest.mark.parametrize("words", [["red", "blue"], ["V", "I"]])
def test_a_colour_that_changes_within_a_star_is_a_band(tmp_path, words):
    colours, stars = (words * N)[:N], ["a", "b"] * (N // 2)
    table = text("id,mjd,mag,colour", [sorted(stars), T, M, colours])
    X, _ = told(lambda: read(tmp_path, table))
    assert X.band.tolist() == colours
    # Passbands are bands, also where each star has one alone.
    X, _ = told(lambda: read(tmp_path, text("id,mjd,mag,colour", [stars, T, M, colours])))
    assert (X.band is not None) == (words == ["V", "I"])


def test_columns_of_a_pivot_are_stars_or_bands():
    for axis, names in (("star", ["V1", "V2"]), ("band", ["g", "r"])):
        table = pd.DataFrame(
            {"mjd": [*T, *T], axis: np.repeat(names, N), "mag": [*M, *(M + 1)], "magerr": [*E, *E]}
        )
        for values in ("mag", ["mag", "magerr"]):
            wide = table.pivot(index="mjd", columns=axis, values=values)
            X, _ = told(lambda: LightCurves.from_any(wide if axis == "star" else [wide]))  # noqa: B023
            assert sorted(X.mag) == sorted(table.mag)
            assert (X.magerr is None) == (values == "mag")
            own = X.ids if axis == "star" else X.band
            assert set(own.tolist()) == set(names)


def test_what_a_pivot_left_behind_names_no_stars():
    long = pd.DataFrame({"id": ["a"] * N + ["b"] * N, "mjd": [*T, *T], "mag": [*M, *(M + 1)]})
    long.columns.name = "name"
    assert LightCurves.from_any(long).ids.tolist() == ["a", "b"]
    wide = long.rename_axis(columns=None).pivot(index="mjd", columns="id", values="mag")
    assert (
        LightCurves.from_any(wide.reset_index()).mag.tolist()
        == LightCurves.from_any(wide).mag.tolist()
    )


def test_a_pivot_of_small_numbers_asks_what_they_are():
    wide = pd.DataFrame({"V1": M / 14, "V2": M / 14}, index=pd.Index(T, name="mjd"))
    wide.columns.name = "star"
    with pytest.raises(ValueError, match='quantity="flux"'):
        LightCurves.from_any(wide)
    assert LightCurves.from_any(wide, quantity="flux").flux.max() < 2
    assert LightCurves.from_any(wide, quantity="mag").mag.max() < 2


def test_what_becomes_a_frame_is_read_as_one():
    long = pd.DataFrame({"star": np.repeat(["a", "b"], N), "time": [*T, *T], "mag": [*M, *M]})
    cube = SimpleNamespace(to_dataframe=lambda: long.set_index(["star", "time"]))
    X = LightCurves.from_any(cube)
    assert X.ids.tolist() == ["a", "b"] and X.mag.tolist() == [*M, *M]
    star = SimpleNamespace(
        to_dataframe=lambda: long[:N].drop(columns="star").set_index("time"), time=T
    )
    assert LightCurves.from_any([star, star]).mag.tolist() == [*M, *M]
    # A cube without a name takes one for its values.
    bare = SimpleNamespace(
        name=None, to_dataframe=lambda name: cube.to_dataframe().set_axis([name], axis=1)
    )
    assert LightCurves.from_any(bare, quantity="flux").flux.tolist() == [*M, *M]


def test_forms_that_hold_nothing_yet_say_what_to_do():
    with pytest.raises(TypeError, match=r"a generator: pass list\(X\)"):
        LightCurves.from_any(star for star in [(T, M)])


def test_sources_of_lasair_come_before_forced_ones(tmp_path):
    import json

    def rows(shift):
        return [
            {"midpointMjdTai": t + shift, "psfFlux": m, "psfFluxErr": e, "band": "g"}
            for t, m, e in zip(T.tolist(), (100 * M).tolist(), E.tolist(), strict=True)
        ]

    found = {"diaObjectId": 9, "diaSourcesList": rows(0), "diaForcedSourcesList": rows(0.5)}
    X = read(tmp_path, json.dumps(found), "object.json")
    assert X.time.tolist() == T.tolist()
    assert "not read: diaForcedSourcesList" in X.provenance


def test_places_on_the_detector_are_no_errors(tmp_path):
    _, message = told(lambda: read(tmp_path, text("mjd,flux,weight", [T, 1000 * M, E])))
    assert "if it is 1 / error^2" in message
    columns = [T, 1000 * M, np.round(10 + 0.01 * np.arange(N), 2)]
    _, message = told(lambda: read(tmp_path, text("hjd,flux,xcen", columns)))
    assert "xcen" not in message


def test_a_folder_without_a_name_of_its_own_is_told_by_its_place(tmp_path, monkeypatch):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(text("mjd,mag", [T, M]))
    (tmp_path / "labels.csv").write_text("name,label\na,RRAB\n")
    monkeypatch.chdir(tmp_path)
    X, message = told(lambda: read_light_curves("."))
    assert len(X) == 2 and f"Passed over labels.csv in {tmp_path.name}, which" in message


def test_a_model_is_no_file_of_light_curves(tmp_path):
    (tmp_path / "asas.vartl").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(ValueError, match="this is a model"):
        read_light_curves(tmp_path / "asas.vartl")


def test_lines_below_a_table_of_pandas():
    """A rule that was drawn below it is no point; nor is a sum below a table of five rows, which is told."""
    time, mag = [5000.0, 5003.0, 5006.0, 5010.0], [15.1, 15.2, 15.3, 15.2]
    rule = pd.DataFrame(
        {
            "time": [*map(str, time), "-----"],
            "mag": [*map(str, mag), "----"],
            "id": [*["a"] * 4, "--"],
        }
    )
    ruled = LightCurves.from_any(rule)
    assert ruled.ids.tolist() == ["a"] and ruled[0].time.tolist() == time
    total = pd.DataFrame(
        {"time": [*time, np.nan], "mag": [*mag, 60.8], "id": [*["a"] * 4, "Total"]}
    )
    with pytest.warns(LightCurveWarning, match=r"the last row \(Total\) only sums up the others"):
        summed = LightCurves.from_any(total)
    assert summed.ids.tolist() == ["a"] and summed[0].mag.tolist() == mag
    alone = total.rename(columns={"id": "object"})[["object", "time", "mag"]]
    with pytest.warns(LightCurveWarning, match=r"the last row \(Total\) only sums up the others"):
        assert LightCurves.from_any(alone).ids.tolist() == ["a"]


@pytest.mark.parametrize(
    ("head", "values", "factor"),
    [
        ("mjd,mag,var_mag", E**2, 1), ("mjd,mag,mag_err_sq", E**2, 1), ("mjd,mag,sigma^2", E**2, 1),
        ("mjd,mag,err²", E**2, 1), ("mjd,flux,flux_err_squared", E**2, 1), ("mjd,flux,var_flux", E**2, 1),
        ("mjd,flux,ivar_flux", E**-2, 1), ("mjd,flux,rel_err", E, M), ("mjd,mag,frac_err", E, 2.5 / np.log(10)),
        # The error of a relative flux, and of several apertures.
        ("mjd,rel_flux,rel_flux_err", E, 1), ("mjd,mag2,magerr2", E, 1),
    ],
)  # fmt: skip
def test_errors_by_their_squares_and_shares(tmp_path, head, values, factor):
    X, said = told(lambda: read(tmp_path, text(head, [T, M, values])))
    error = X.magerr if X.quantity == "mag" else X.fluxerr
    np.testing.assert_allclose(error, E * factor, rtol=1e-12)
    assert not said


def test_the_magnitude_of_a_variable_is_no_variance(tmp_path):
    X, _ = told(lambda: read(tmp_path, text("mjd,mag,var_mag", [T, M - 14, M])))
    assert X.magerr is None


def test_what_a_layout_knows_nothing_of_is_told(tmp_path):
    """CRTS's blends: of a layout that was recognised, what its preset neither uses nor passes over."""
    head, blends = "MasterID,Mag,Magerr,MJD,Blend", np.arange(N) % 3 // 2
    X, said = told(lambda: read(tmp_path, text(head, [ONES, M, E, T, blends])))
    assert "Blend may tell which points are bad, and is not used" in said and X.flag is None
    assert 'columns="crts" keeps them all' in said
    for columns, content in (("crts", blends), (None, 0 * blends)):
        path = text(head, [ONES, M, E, T, content])
        assert not told(lambda p=path, c=columns: read(tmp_path, p, columns=c))[1]
    grades = np.where(blends, "D", "A")
    content = text("HJD,MAG_0,MER_0,GRADE,FLAGS", [JD, M, E, grades, blends])
    X, said = told(lambda: read(tmp_path, content))
    assert (
        X.flag.sum() == blends.sum() and "FLAGS may tell which points are bad, and is not" in said
    )
    content = text("HJD,MAG_0,MER_0,GRADE,FLAGS", [JD, M, E, grades, 0 * blends])
    assert not told(lambda: read(tmp_path, content))[1]


def test_quality_by_the_names_of_the_cds(tmp_path):
    codes = np.arange(N) % 3 * 8
    for name, is_told in (("q_Hp", True), ("f_Hp", True), ("q_V", False), ("qHp", False)):
        said = told(lambda n=name: read(tmp_path, text(f"BJD,Hp,e_Hp,{n}", [JD, M, E, codes])))[1]
        assert (f"{name} may tell which points are bad, and is not used" in said) == is_told


def test_detections_of_pan_starrs_by_the_names_of_their_filters(tmp_path):
    head = "objID,filter,obsTime,psfFlux,psfFluxErr"
    X = told(lambda: read(tmp_path, text(head, [ONES, ["g"] * N, T, M / 1e4, E / 1e4])))[0]
    assert (X.survey, X.time_zero, X.time_scale) == ("Pan-STARRS", 2400000.5, "tai")


@pytest.mark.parametrize("time", ["hmjd", "mjd"])
def test_flags_of_a_catalogue_tell_no_points(time):
    """A row a star, as in HATS, of a layout that is recognised ("hmjd") and without one."""
    import pyarrow as pa

    lists = {time: [T] * 2, "mag": [M] * 2, "magerr": [E] * 2, "catflags": [[0] * N] * 2}
    if time == "mjd":
        del lists["catflags"]
    X = LightCurves.from_any(
        pa.table({"id": ["a", "b"], "VarFlag": [0, 1], "status": ["x", "y"]} | lists)
    )
    assert X.table["VarFlag"].tolist() == [0, 1] and X.survey == ("ZTF" if time == "hmjd" else None)
    assert X.time.tolist() == [*T, *T]
