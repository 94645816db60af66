"""Small tables in the layouts of ASAS-SN and ZTF, read by the surveys' presets."""

import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, clean, read_light_curves


def test_asassn_sky_patrol(tmp_path):
    (tmp_path / "curve.csv").write_text(
        "asassn_name,HJD,UT Date,Camera,FWHM,Limit,mag,mag_err,flux(mJy),flux_err,Filter\n"
        "J1,2457000.5,2014-12-09.0,be,1.43,16.7,15.21,0.02,3.1,0.05,V\n"
        "J1,2457001.5,2014-12-10.0,be,1.50,16.2,>16.20,99.99,-0.1,0.2,V\n"
        "J1,2457002.5,2014-12-11.0,bi,1.50,17.2,15.30,0.03,2.9,0.06,g\n"
    )
    X = read_light_curves(tmp_path / "curve.csv", columns="asassn")
    assert X.mag.tolist() == [15.21, 16.20, 15.30]
    assert X.limit.tolist() == [False, True, False]
    assert X.band.tolist() == ["V", "V", "g"]
    assert X.field.tolist() == ["be", "be", "bi"]
    assert X.time_zero == 0.0
    assert clean(X)[0].mag.tolist() == [15.21, 15.30]


def test_asassn_client():
    table = pd.DataFrame(
        {
            "asas_sn_id": [7, 7],
            "jd": [2457000.5, 2457001.5],
            "mag": [15.2, 15.3],
            "mag_err": [0.02, 99.99],
            "flux": [3.0, 0.1],
            "flux_err": [0.1, 0.1],
            "limit": [17.0, 16.9],
            "quality": ["G", "B"],
            "phot_filter": ["V", "g"],
        }
    )
    X = LightCurves.from_any(table, "ASASSN")
    assert X.quantity == "mag"
    assert X.limit.tolist() == [False, True]
    assert X.flag.tolist() == [False, True]
    assert X.time_scale == "utc"


def test_ztf_bulk_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "objectid": [10, 11],
            "filterid": pa.array([1, 2], pa.int8()),
            "fieldid": pa.array([245, 245], pa.int16()),
            "objra": [10.0, 11.0],
            "hmjd": [[58000.1, 58001.2], [58000.3]],
            "mag": pa.array([[15.0, 15.1], [16.0]], pa.list_(pa.float32())),
            "magerr": pa.array([[0.1, 0.1], [0.2]], pa.list_(pa.float32())),
            "catflags": pa.array([[0, 32768 + 2], [1]], pa.list_(pa.int32())),
        }
    )
    pq.write_table(table, tmp_path / "field.parquet")
    X = read_light_curves(tmp_path / "field.parquet", columns="ztf")
    assert X.ids.tolist() == [10, 11]
    assert X.band.tolist() == ["g", "g", "r"]
    assert X.field.tolist() == [245, 245, 245]
    assert X.flag.tolist() == [False, True, False]
    assert X.table["objra"].tolist() == [10.0, 11.0]
    assert (X.time_zero, X.time_scale) == (2400000.5, "hjd_utc")


def test_ztf_irsa_table():
    table = pd.DataFrame(
        {
            "oid": [5, 5],
            "hjd": [2458000.6, 2458001.6],
            "mjd": [58000.1, 58001.1],
            "mag": [15.0, 15.1],
            "magerr": [0.1, 0.1],
            "catflags": [0, 32768],
            "filtercode": ["zg", "zi"],
        }
    )
    X = LightCurves.from_any(table, "ztf")
    assert X.time.tolist() == [2458000.6, 2458001.6]
    assert (X.time_zero, X.time_scale) == (0.0, "hjd_utc")
    assert X.band.tolist() == ["g", "i"]
    assert X.flag.tolist() == [False, True]
