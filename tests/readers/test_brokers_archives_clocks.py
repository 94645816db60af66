"""Archives, answers of brokers, clocks that are none, stars that are bands; each with the right reading."""

import io
import json
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.table import Table
from astropy.time import Time

from sklearn_vartl.light_curves import LightCurves, read_light_curves, tell
from sklearn_vartl.readers import as_magnitudes

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
JD = np.round(T + 2400000.5, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * np.arange(N), 3)
F, FE = np.round(1000 * 10 ** (-0.4 * (M - 14)), 2), np.round(20 + E, 3)
BANDS = np.array(["g", "r"] * 12)


PLAIN = text("", [JD, M, E], " ")


def write_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def write_tar(path, files):
    mode = {"gz": "w:gz", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}.get(path.suffix[1:], "w")
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            content = content.encode()
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("name", ["all.zip", "all.tar", "all.tar.gz", "all.tgz", "all.tar.bz2"])
@pytest.mark.parametrize("folder", ["", "phot/"])
def test_archives_are_read_as_folders(tmp_path, name, folder):
    files = {f"{folder}s1.dat": PLAIN, f"{folder}s2.dat": PLAIN, f"{folder}README": "About.\n"}
    files |= {f"{folder}._s1.dat": "Mac"}
    (write_zip if name.endswith("zip") else write_tar)(tmp_path / name, files)
    X = read_light_curves(tmp_path / name)
    assert X.ids.tolist() == ["s1", "s2"] and X[1].mag.tolist() == M.tolist()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_archives_of_one_file_of_other_formats_and_of_what_is_no_light_curve(tmp_path):
    pq.write_table(pa.table({"time": T, "mag": M}), tmp_path / "a.parquet")
    write_zip(tmp_path / "one.zip", {"a.parquet": (tmp_path / "a.parquet").read_bytes()})
    assert read_light_curves(tmp_path / "one.zip").ids.tolist() == ["a"]
    write_zip(tmp_path / "none.zip", {"a.md": "# Title\n", "b.md": "Words\n"})
    with pytest.raises(ValueError, match="none.zip: no files ending in"):
        read_light_curves(tmp_path / "none.zip")
    write_zip(tmp_path / "bands.zip", {"I/s1.dat": PLAIN, "V/s1.dat": PLAIN})
    with pytest.raises(ValueError, match="I and V both hold a s1.dat"):
        read_light_curves(tmp_path / "bands.zip")
    write_tar(tmp_path / "cut.tar.gz", {"s1.dat": PLAIN, "s2.dat": PLAIN})
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match="cut.tar.gz: not readable"):
        read_light_curves(path)


@pytest.mark.parametrize("make", [write_zip, write_tar])
def test_archives_write_nothing_elsewhere(tmp_path, make, monkeypatch):
    inner = tmp_path / "deep" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(inner))
    monkeypatch.setattr("tempfile.tempdir", str(inner))
    path = tmp_path / f"x.{make.__name__.removeprefix('write_')}"
    make(path, {"../../../evil.dat": PLAIN, "b.dat": PLAIN})
    with pytest.raises(ValueError, match="evil.dat', which leads out of it"):
        read_light_curves(path)
    assert not list(inner.iterdir()) and not list(tmp_path.rglob("evil*"))


def test_alerts_of_rubin_as_fink_hands_them_out(tmp_path):
    names = "r:diaObjectId,r:diaSourceId,r:midpointMjdTai,r:band,r:psfFlux,r:psfFluxErr"
    columns = [[170055002004914266] * N, np.arange(N) + 10**17, T, BANDS, F, FE]
    whole = names + ",r:scienceFlux,r:scienceFluxErr,f:xm_simbad_otype"
    X, _ = told(lambda: read(tmp_path, text(whole, [*columns, 3 * F, 3 * FE, ["Star"] * N])))
    assert X.flux.tolist() == (3 * F).tolist() and X.ids.tolist() == ["170055002004914266"]
    assert (X.time_scale, X.survey) == ("tai", "Rubin") and "layout of rubin;" in X.provenance
    X, _ = told(lambda: read(tmp_path, text(names, columns)))
    assert X.flux.tolist() == F.tolist()
    assert "fluxes of the difference image, from which the template's light is" in X.provenance
    rows = zip(*(np.asarray(each).tolist() for each in columns), strict=True)
    records = [dict(zip(names.split(","), row, strict=True)) for row in rows]
    (tmp_path / "star.json").write_text(json.dumps(records))
    assert told(lambda: read_light_curves(tmp_path / "star.json"))[0].flux.tolist() == F.tolist()
    given, _ = told(lambda: read(tmp_path, text(names, columns), columns={"flux": "r:psfFlux"}))
    assert given.flux.tolist() == F.tolist()


def test_answers_within_answers_and_magnitudes_that_are_called_fluxes(tmp_path):
    rows = [
        {"jd": t, "flux": m, "fluxerr": e, "flux_unit": {"id": 1, "name": "ABMag"}, "filters": {"id": 110, "name": "g"}}
        for t, m, e in zip(JD, M, E, strict=True)
    ]  # fmt: skip
    answer = {"id_code": 200, "data": {"reply": {"objname": "2020abc", "photometry": rows}}}
    (tmp_path / "tns.json").write_text(json.dumps(answer))
    X = read_light_curves(tmp_path / "tns.json")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()
    assert X.ids.tolist() == ["2020abc"] and X.band.tolist() == ["g"] * N
    assert "flux are magnitudes, as flux_unit says" in X.provenance


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("time", np.round(T % 1 * 24, 4)),
        ("time", np.round((T - T[0]) * 86400, 1)),
        ("time", np.round(T % 1 * 86400, 1)),
        ("time", 2000 + (T - 51544.5) / 365.25),
    ],
)
def test_what_does_not_run_along_with_the_dates_is_no_time(tmp_path, name, values):
    X = read(tmp_path, text(f"{name},mjd,mag", [values, T, M]))
    assert X.time.tolist() == T.tolist()
    assert f"{name} is no time: it does not run along with mjd" in X.provenance
    # The same clock with another zero, or barycentric, is one.
    X = read(tmp_path, text(f"{name},mjd,mag", [T - 50000 + 0.005 * np.sin(T), T, M]))
    assert X.time[0] == T[0] - 50000 + 0.005 * np.sin(T[0])


def test_stars_that_are_called_by_bands_are_told(tmp_path):
    frames = {band: pd.DataFrame({"mjd": T, "mag": M}) for band in ("g", "ZTF_r")}
    for stars in (frames, {"V": (T, M, E), "I": (T, M, E)}):
        _, message = told(lambda stars=stars: tell(LightCurves.from_any(stars)))
        assert f"the stars are called {', '.join(stars)}, as bands are" in message
    (tmp_path / "g.csv").write_text(text("mjd,mag", [T, M]))
    (tmp_path / "r.csv").write_text(text("mjd,mag", [T, M]))
    assert "the stars are called g, r, as bands are" in told(lambda: read_light_curves(tmp_path))[1]
    (tmp_path / "r.csv").rename(tmp_path / "V838.csv")
    assert not told(lambda: read_light_curves(tmp_path))[1]
    bands = {band: {"mjd": T.tolist(), "mag": (M + 1 - (band == "g")).tolist()} for band in "gr"}
    (tmp_path / "s.json").write_text(json.dumps(bands))
    X, _ = told(lambda: read_light_curves(tmp_path / "s.json"))
    assert X.ids.tolist() == ["s"] and X.in_band("r").mag.tolist() == (M + 1).tolist()


def test_bands_and_air_masses_without_a_header(tmp_path):
    X, message = told(lambda: read(tmp_path, text("", [JD, M, E, ["V", "I"] * 12], " "), "a.dat"))
    assert X.band.tolist() == ["V", "I"] * 12 and "points of several bands" in message
    air = np.round(1.02 + np.arange(N) / 40, 3)
    X, message = told(lambda: read(tmp_path, text("", [JD, air, M, E], " "), "a.dat"))
    assert "the second column, which may be an air mass" in message
    again = {"time": "column1", "mag": "column3", "magerr": "column4"}
    assert read_light_curves(tmp_path / "a.dat", columns=again).mag.tolist() == M.tolist()
    assert not told(lambda: read(tmp_path, text("", [JD, M, E, air], " "), "a.dat"))[1]


def test_wavelengths_tell_bands_and_errors_of_minus_one_are_told(tmp_path):
    waves = [4770.5, 6231.0] * 12
    X, message = told(lambda: read(tmp_path, text("mjd,mag,wavelength", [T, M, waves])))
    assert sorted(set(X.band.astype(str))) == ["4770.5", "6231.0"] and "several bands" in message
    error = np.where(np.arange(N) == 3, -1, E)
    X, message = told(lambda: read(tmp_path, text("MJD;Magnitude;Error", [T, M, error], ";")))
    assert "1 magnitudes with Error of -1 are taken for upper limits" in message
    assert np.flatnonzero(X.limit).tolist() == [3] and X.magerr[4] == E[4]
    X = read_light_curves(tmp_path / "star.csv", columns={"magerr": None})
    assert X.limit is None and X.mag.tolist() == M.tolist()
    X = read(tmp_path, text("mjd,mag,S/N", [T, M, np.round(1.0857362 / E, 4)]))
    assert np.allclose(X.magerr, E, rtol=1e-3)
    _, message = told(lambda: read(tmp_path, text("mjd,mag,procstatus", [T, M, [0, 57] * 12])))
    assert "procstatus may tell which points are bad" in message


def test_catalogues_of_stars_are_no_light_curve(tmp_path):
    names, place = [f"v{k}" for k in range(N)], np.linspace(0, 300, N)
    catalogues = {
        "name,ra,mjd,mag": [names, place, T, M],
        "name,period,epoch,mag": [names, place / 100 + 0.1, JD, M],
    }
    for head, columns in catalogues.items():
        what = head.split(",")[1]
        with pytest.raises(ValueError, match=f"each row has another {what}, as a catalogue"):
            read(tmp_path, text(head, columns))
        X, _ = told(lambda h=head, c=columns: read(tmp_path, text(h, c), columns={"id": None}))
        assert len(X) == 1
    _, message = told(lambda: read(tmp_path, text("star,mjd,mag", [names, T, M])))
    assert "star is another one in each row, as in a catalogue" in message
    images = [f"im{k}.fits" for k in range(N)]
    assert not told(lambda: read(tmp_path, text("name,mjd,mag", [images, T, M])))[1]
    # A star that is followed moves a little.
    assert not told(lambda: read(tmp_path, text("ra,mjd,mag", [10 + place * 1e-7, T, M])))[1]


def test_brightnesses_that_may_be_better_are_told(tmp_path):
    head = "jd,mag,mag_err,calibrated_mag,calibrated_mag_err"
    X, message = told(lambda: read(tmp_path, text(head, [JD, M - 21, E, M, E])))
    assert "mag is read, and calibrated_mag may be better" in message
    head = "time,flux,flux_err,flux_corr,flux_corr_err"
    assert (
        "flux_corr may be better"
        in told(lambda: read(tmp_path, text(head, [T, 2 * F, FE, F, FE])))[1]
    )
    assert not told(lambda: read(tmp_path, text(head, [T, F, FE, F, FE])))[1]
    named = {"flux": "flux", "fluxerr": "flux_err"}
    assert not told(lambda: read(tmp_path, text(head, [T, 2 * F, FE, F, FE]), columns=named))[1]


@pytest.mark.parametrize("name", ["quarter", "telescope"])
def test_parts_on_levels_of_their_own_are_told(tmp_path, name):
    part = np.arange(N) // 12 if name == "quarter" else np.arange(N) % 2
    levels = np.round(1000 * (1 + 0.2 * part) + np.sin(T), 3)
    columns = [["a"] * N, T, levels, FE, part]
    for head, own in (
        (f"id,time,flux,flux_err,{name}", columns),
        (f"time,flux,flux_err,{name}", columns[1:]),
    ):
        assert (
            f"the fluxes of each {name} are on a level of their own"
            in told(lambda h=head, o=own: read(tmp_path, text(h, o)))[1]
        )
    columns[2] = np.round(1000 + np.sin(T), 3)
    assert not told(lambda: read(tmp_path, text(head, columns[1:])))[1]


def test_magnitudes_and_errors_of_zero_are_not_measured(tmp_path):
    lost = np.isin(np.arange(N), (3, 5))
    X = read(
        tmp_path, text("jd,mag,err", [JD, np.where(lost, 0.0, M - 13), np.where(lost, 0.0, E)])
    )
    assert np.flatnonzero(np.isnan(X.mag)).tolist() == [3, 5]
    X = read(tmp_path, text("jd,mag,err", [JD, np.where(lost, 0.0, M - 13), E]))
    assert np.isfinite(X.mag).all()


def test_an_alert_holds_its_newest_measurement_beside_the_earlier_ones(tmp_path):
    rows = [
        {"jd": j, "fid": 1, "magpsf": m, "sigmapsf": e} for j, m, e in zip(JD, M, E, strict=True)
    ]
    packet = {
        "objectId": "ZTF18abc",
        "candid": 5,
        "candidate": rows[-1],
        "prv_candidates": rows[:-1],
    }
    (tmp_path / "alert.json").write_text(json.dumps(packet))
    X, _ = told(lambda: read_light_curves(tmp_path / "alert.json"))
    assert X.mag.tolist() == M.tolist() and X.ids.tolist() == ["ZTF18abc"]
    names = (
        "diaSourceId",
        "diaObjectId",
        "midpointMjdTai",
        "band",
        "psfFlux",
        "psfFluxErr",
        "scienceFlux",
    )
    values = zip(
        range(N),
        [77] * N,
        T.tolist(),
        ["g"] * N,
        F.tolist(),
        FE.tolist(),
        (3 * F).tolist(),
        strict=True,
    )
    rows = [dict(zip(names, row, strict=True)) for row in values]
    forced = [{"diaObjectId": 77, "midpointMjdTai": 61000.5, "psfFlux": 1.0, "band": "g"}]
    packet = {"diaSource": rows[-1], "prvDiaSources": rows[:-1], "prvDiaForcedSources": forced}
    (tmp_path / "alert.json").write_text(json.dumps(packet))
    X, _ = told(lambda: read_light_curves(tmp_path / "alert.json"))
    assert X.flux.tolist() == (3 * F).tolist() and "not read: prvDiaForcedSources" in X.provenance


def test_rows_with_names_and_remarks(tmp_path):
    rows = [f'"obs{k}" {t} {m} {e}' for k, (t, m, e) in enumerate(zip(T, M, E, strict=True))]
    X = read(tmp_path, "\n".join(['"time" "mag" "err"', *rows]))
    assert X.mag.tolist() == M.tolist() and X.ids.tolist() == ["star"]
    rows = [
        f"{t} {m} {e}" + "   # cloud" * (k in (4, 9))
        for k, (t, m, e) in enumerate(zip(T, M, E, strict=True))
    ]
    X = read(tmp_path, "\n".join(["# time mag err", *rows]), "star.txt")
    assert X.mag.tolist() == M.tolist() and X.magerr.tolist() == E.tolist()


def test_times_in_two_parts_as_astropy_writes_them(tmp_path):
    table = Table({"time": Time(JD, format="jd", scale="tdb"), "mag": M, "mag_err": E})
    table.write(tmp_path / "star.fits")
    X = read_light_curves(tmp_path / "star.fits")
    assert np.allclose(X.time + X.time_zero, JD, rtol=0, atol=1e-6) and X.time_scale == "tdb"
    assert (
        read(tmp_path, "sep=;\nMy star;;\n;;\n" + text("JD;mag;err", [JD, M, E], ";")).mag[0]
        == M[0]
    )
    assert read(
        tmp_path, text("obj,Datum,Helligkeit,Fehler", [["a", "b"] * 12, T, M, E])
    ).ids.tolist() == ["a", "b"]


def test_fluxes_around_zero_are_told_and_differences_of_rubin_have_no_magnitudes(tmp_path):
    relative = np.round(F / np.median(F) - 1, 5)
    _, message = told(lambda: read(tmp_path, text("time,flux", [T, relative])))
    assert "50% of the fluxes in flux are negative" in message
    assert not told(lambda: read(tmp_path, text("time,flux", [T, relative + 1])))[1]
    head = "diaObjectId,diaSourceId,midpointMjdTai,band,psfFlux,psfFluxErr"
    columns = [[7] * N, np.arange(N), T, ["g"] * N, F, FE]
    X = read(tmp_path, text(head, columns))
    assert as_magnitudes(X).quantity == "flux"
    whole = read(tmp_path, text(head + ",scienceFlux,scienceFluxErr", [*columns, 3 * F, 3 * FE]))
    assert np.allclose(as_magnitudes(whole).mag, 31.4 - 2.5 * np.log10(3 * F))
    # Without what was decided when it was read, "Rubin" may be either.
    assert as_magnitudes(whole.replace(provenance=None)).quantity == "flux"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [("infobitssci", 33554431, 33554432), ("scisigpix", 25, 25.1), ("sciinpseeing", 4, 4.1)],
)
def test_images_that_forced_photometry_of_ztf_advises_against(tmp_path, name, good, bad):
    values = np.where(np.arange(N) == 3, bad, np.where(np.arange(N) == 5, np.nan, good))
    head = f"filter,jd,forcediffimflux,forcediffimfluxunc,{name}"
    X = read(tmp_path, text(head, [["ZTF_g"] * N, JD, F, FE, values]))
    assert np.flatnonzero(X.flag).tolist() == [3] and X.flux.tolist() == F.tolist()


def test_tags_of_fink_tell_bad_points(tmp_path):
    tags = np.where(np.arange(N) == 3, "badquality", "valid")
    head = "i:objectId,i:jd,i:fid,i:magpsf,i:sigmapsf,d:tag"
    X, said = told(lambda: read(tmp_path, text(head, [["ZTF1"] * N, JD, [1] * N, M, E, tags])))
    assert np.flatnonzero(X.flag).tolist() == [3]
    # Of alerts of ZTF without isdiffpos, too; "mag_psf" of other tables is the whole light.
    assert "i:magpsf is the magnitude of a difference image" in said
    assert not told(lambda: read(tmp_path, text("mjd,mag_psf,magerr_psf", [T, M, E])))[1]
