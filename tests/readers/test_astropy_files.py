"""FITS, VOTable and ECSV files, and tables whose columns hold arrays."""

import bz2
import gzip
import io
import lzma
import re
import zipfile

import numpy as np
import pytest

from sklearn_vartl.light_curves import (
    LightCurves,
    as_light_curves,
    read_light_curves,
    write_light_curves,
)

astropy = pytest.importorskip("astropy")

from astropy import units as u  # noqa: E402
from astropy.io import fits  # noqa: E402
from astropy.table import MaskedColumn, Table  # noqa: E402
from astropy.time import Time  # noqa: E402


@pytest.fixture
def long_table():
    """Three points of two stars, in the order b, a, b."""
    return Table(
        {
            "star": ["b", "a", "b"],
            "MJD": [55000.0, 55000.5, 55001.0] * u.d,
            "mag": np.array([12.0, 13.0, 12.5], ">f4"),
            "magerr": [0.1, 0.2, 0.3],
            "band": ["g", "r", "r"],
            "ra": [10.0, 20.0, 10.0],
        }
    )


ROLES = {"id": "star", "time": "MJD", "mag": "mag", "magerr": "magerr", "band": "band"}


@pytest.mark.parametrize("name", ["stars.fits", "stars.fits.gz", "stars.vot", "stars.xml"])
def test_one_row_a_point(long_table, tmp_path, name):
    long_table.write(tmp_path / name, format="fits" if "fits" in name else "votable")
    X = read_light_curves(tmp_path / name, columns=ROLES)
    assert X.ids.tolist() == ["b", "a"]
    assert X.time.tolist() == [55000.0, 55001.0, 55000.5]
    assert X.mag.tolist() == [12.0, 12.5, 13.0]
    assert X.mag.dtype.isnative
    assert X.band.tolist() == ["g", "r", "r"]
    assert X.table["ra"].tolist() == [10.0, 20.0]


def test_ecsv_whatever_the_suffix(long_table, tmp_path):
    long_table.write(tmp_path / "stars.ecsv")
    (tmp_path / "stars.csv.gz").write_bytes(gzip.compress((tmp_path / "stars.ecsv").read_bytes()))
    for name in ("stars.ecsv", "stars.csv.gz"):
        assert read_light_curves(tmp_path / name, columns=ROLES).n_points.tolist() == [2, 1]


def test_fits_with_one_row_a_star(tmp_path):
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.array([1.0, 2.0, 3.0]), np.array([5.0])]
    columns = [
        fits.Column("object_id", "10A", array=["s1", "s2"]),
        fits.Column("time", "PD()", array=ragged, unit="d"),
        fits.Column("mag", "PE()", array=ragged),
        fits.Column("ra", "D", array=[1.5, 2.5]),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "ragged.fits")
    X = read_light_curves(tmp_path / "ragged.fits")
    assert X.ids.tolist() == ["s1", "s2"]
    assert X.n_points.tolist() == [3, 1]
    assert X.mag.tolist() == [1.0, 2.0, 3.0, 5.0]
    assert X.table["ra"].tolist() == [1.5, 2.5]


def test_arrays_of_one_length_are_padded():
    nan = np.nan
    table = Table(
        {
            "name": ["a", "b"],
            "time": [[0.0, 24.0, 48.0], [0.0, nan, nan]] * u.hour,
            "mag": [[10.0, nan, 12.0], [11.0, nan, nan]],
            "quality": [[0, 1, 0], [0, 0, 0]],
        }
    )
    X = LightCurves.from_any(table, {"flag": "quality"})
    assert X.n_points.tolist() == [3, 1]
    np.testing.assert_array_equal(X.time, [0.0, 1.0, 2.0, 0.0])
    # A missing magnitude within a light curve is no padding.
    np.testing.assert_array_equal(X.mag, [10.0, nan, 12.0, 11.0])
    assert X.flag.tolist() == [0, 1, 0, 0]
    del table["quality"]
    assert as_light_curves(table).n_points.tolist() == [3, 1]


def test_masked_arrays_and_times_in_rows():
    clock = Time([[55000.0, 55001.0], [55000.0, 55002.0]], format="mjd", scale="tdb")
    mag = MaskedColumn([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])
    X = LightCurves.from_any(Table({"id": [7, 8], "time": clock, "mag": mag}))
    assert X.time.tolist() == [55000.0, 55001.0, 55000.0, 55002.0]
    np.testing.assert_array_equal(X.mag, [1.0, np.nan, 3.0, 4.0])
    assert (X.time_scale, X.time_zero) == ("tdb", 2400000.5)


def test_structured_arrays_with_vectors():
    table = np.zeros(2, dtype=[("id", "i8"), ("time", "f8", 3), ("mag", "f8", 3)])
    table["time"] = [0, 1, 2]
    assert LightCurves.from_any(table).n_points.tolist() == [3, 3]


def test_arrays_that_differ_in_length_name_the_star():
    time, mag = np.empty(2, dtype=object), np.empty(2, dtype=object)
    time[:] = [np.arange(3.0), np.arange(2.0)]
    mag[:] = [np.arange(3.0), np.arange(4.0)]
    with pytest.raises(ValueError, match="position 1 has 2 points in column time and 4 in column"):
        LightCurves.from_any(Table({"id": [1, 2], "time": time, "mag": mag}))
    time[1] = np.zeros((2, 2))
    with pytest.raises(ValueError, match="position 1 has an array of shape"):
        LightCurves.from_any(Table({"id": [1, 2], "time": time, "mag": mag}))


def test_a_table_without_identifiers_is_one_star(tmp_path):
    for name, n_points in (("one.fits", 3), ("two.fits", 2)):
        table = Table({"time": np.arange(n_points, dtype=float), "mag": np.ones(n_points)})
        table.write(tmp_path / name)
    X = read_light_curves(tmp_path)
    assert X.ids.tolist() == ["one", "two"]
    assert X.n_points.tolist() == [3, 2]


def test_tess_file(tmp_path):
    primary = fits.PrimaryHDU()
    primary.header["OBJECT"] = "TIC 25155310"
    columns = [
        fits.Column("TIME", "D", array=[1325.29, np.nan, 1325.31], unit="BJD - 2457000, days"),
        fits.Column("SAP_FLUX", "E", array=[10.0, 11.0, 12.0], unit="e-/s"),
        fits.Column("SAP_FLUX_ERR", "E", array=[1.0, 1.0, 1.0], unit="e-/s"),
        fits.Column("PDCSAP_FLUX", "E", array=[20.0, np.nan, -1.0], unit="e-/s"),
        fits.Column("PDCSAP_FLUX_ERR", "E", array=[2.0, np.nan, 2.0], unit="e-/s"),
        fits.Column("QUALITY", "J", array=[0, 128, 0]),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="LIGHTCURVE")
    table.header["TIMESYS"] = "TDB"
    table.header["BJDREFI"] = 2457000
    table.header["BJDREFF"] = 0.0
    aperture = fits.ImageHDU(np.zeros((3, 3)), name="APERTURE")
    fits.HDUList([primary, table, aperture]).writeto(tmp_path / "tess_lc.fits")
    X = read_light_curves(tmp_path / "tess_lc.fits", columns="tess")
    np.testing.assert_array_equal(X.flux, [20.0, np.nan, -1.0])
    np.testing.assert_array_equal(X.fluxerr, [2.0, np.nan, 2.0])
    assert X.flag.tolist() == [False, True, False]
    assert X.ids.tolist() == ["TIC 25155310"]
    assert (X.survey, X.time_zero, X.time_scale) == ("TESS", 2457000.0, "bjd_tdb")
    # Without a preset the header tells the time frame.
    roles = {"time": "TIME", "flux": "SAP_FLUX", "flag": None}
    X = read_light_curves(tmp_path / "tess_lc.fits", columns=roles)
    assert X.flux.tolist() == [10.0, 11.0, 12.0]
    assert (X.time_zero, X.time_scale) == (2457000.0, "bjd_tdb")


VOTABLE = """<?xml version="1.0"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>
<TIMESYS ID="frame" timeorigin="2455197.5" timescale="TCB" refposition="BARYCENTER"/>
<TABLE name="curve">
<FIELD name="source_id" datatype="long"/>
<FIELD name="time" datatype="double" unit="d" ref="frame"/>
<FIELD name="mag" datatype="double" unit="mag"/>
<DATA><TABLEDATA>
<TR><TD>5853498713190525696</TD><TD>1700.5</TD><TD>15.5</TD></TR>
<TR><TD>5853498713190525696</TD><TD>1701.5</TD><TD></TD></TR>
</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
"""


def test_a_votable_tells_its_time_frame(tmp_path):
    (tmp_path / "curve.xml").write_text(VOTABLE)
    X = read_light_curves(tmp_path / "curve.xml")
    assert X.ids.tolist() == [5853498713190525696]
    np.testing.assert_array_equal(X.mag, [15.5, np.nan])
    assert (X.time_zero, X.time_scale) == (2455197.5, "bjd_tcb")


def test_several_tables_in_a_file(long_table, tmp_path):
    catalogue = Table({"star": ["a"], "ra": [1.0]})
    hdus = [fits.PrimaryHDU()]
    hdus += [fits.table_to_hdu(each) for each in (catalogue, long_table, long_table)]
    fits.HDUList(hdus).writeto(tmp_path / "all.fits")
    X = read_light_curves(tmp_path / "all.fits", columns=ROLES)
    assert X.ids.tolist() == ["b", "a", "b", "a"]
    fits.HDUList([hdus[0], hdus[1], hdus[1].copy()]).writeto(tmp_path / "none.fits")
    with pytest.raises(ValueError, match="no table holds time and magnitude or flux.*star, ra"):
        read_light_curves(tmp_path / "none.fits", columns=ROLES)
    fits.HDUList([hdus[0]]).writeto(tmp_path / "empty.fits")
    with pytest.raises(ValueError, match="the file holds no table"):
        read_light_curves(tmp_path / "empty.fits")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("x.fits", "FITS"), ("x.fits.gz", "FITS"), ("x.vot", "VOTable"), ("x.ecsv", "ECSV")],
)
def test_files_that_are_something_else(tmp_path, name, kind):
    for content in (b"", b"hello, world\n", bytes(range(256)) * 20, b"\x1f\x8b\x08\x00broken"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}.*not readable as {kind}"):
            read_light_curves(tmp_path / name)


@pytest.mark.parametrize("name", ["x.fits", "x.vot"])
def test_files_cut_short(long_table, tmp_path, name):
    many = Table({n: np.tile(long_table[n], 2000) for n in long_table.colnames})
    many.write(tmp_path / name, format="fits" if "fits" in name else "votable")
    whole = (tmp_path / name).read_bytes()
    for share in (0.02, 0.3, 0.9):
        (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ValueError, match=f"{name}: (not readable|the file holds no table)"):
            read_light_curves(tmp_path / name, columns=ROLES)


def test_broken_file_in_a_folder_is_named(long_table, tmp_path):
    long_table.write(tmp_path / "a.fits")
    (tmp_path / "b.fits").write_bytes(b"no")
    with pytest.raises(ValueError, match="b.fits: not readable as FITS"):
        read_light_curves(tmp_path, columns=ROLES)


def test_the_formats_of_astropy_are_only_read(light_curves, tmp_path):
    with pytest.raises(ValueError, match="fits is only read; write one of parquet, csv, text"):
        write_light_curves(light_curves, tmp_path / "x.fits")


def test_missing_columns_are_named(long_table, tmp_path):
    long_table.write(tmp_path / "x.fits")
    with pytest.raises(ValueError, match="There is no column HJD; there are star, MJD"):
        read_light_curves(tmp_path / "x.fits", columns={"time": "HJD"})


def packed_in_zip(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("star.txt", content)
    return file.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, packed_in_zip])
@pytest.mark.parametrize(("kind", "suffix"), [("fits", "fits"), ("votable", "vot"), ("", "json")])
def test_damage_anywhere_in_a_compressed_file_is_told(tmp_path, pack, kind, suffix):
    rng = np.random.default_rng(0)
    table = Table({"id": ["a"] * 999, "mjd": 58000 + np.sort(rng.uniform(0, 99, 999))})
    table["mag"] = rng.normal(14, 0.1, 999).round(4)
    whole = io.BytesIO()
    if kind:
        table.write(whole, format=kind)
    else:
        whole.write(table.to_pandas().to_json(orient="records").encode())
    path = tmp_path / f"x.{suffix}.packed"
    path.write_bytes(pack(whole.getvalue()))
    read = read_light_curves(path)
    assert np.allclose(read.mag, table["mag"])
    content = bytearray(path.read_bytes())
    # Not at the end, where the sums are, but of numbers.
    for place in range(len(content) * 3 // 4, len(content) * 3 // 4 + 3):
        content[place] ^= 0x5A
    path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(f"{path}: ")):
        read_light_curves(path)
    if pack is not packed_in_zip:
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(ValueError, match="ended before the end-of-stream"):
            read_light_curves(path)
