"""Small tables in the layout of each survey, read by the survey's preset."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import SURVEY_PRESETS, LightCurves, clean, read_light_curves

ASAS_FILE = """\
# The All Sky Automated Survey Data
#ndata= 4
#dataset= 1 ; 1 F0936-32_174
#desig= 090432-3222.8
#     HJD      MAG_0  MAG_1 MER_0 MER_1 GRADE FRAME
 2545.87630   13.097 13.044 0.036 0.031 A 20277
 2556.88137   29.999 29.999 0.061 0.051 C 21798
 2628.76277   12.648 12.558 0.034 0.029 D 30211
 2635.70854   13.242 13.300 0.031 0.030 B 32256
"""


def test_asas(tmp_path):
    (tmp_path / "090432-3222.8.dat").write_text(ASAS_FILE)
    X = read_light_curves(tmp_path, columns="asas")
    assert X.ids.tolist() == ["090432-3222.8"]
    np.testing.assert_array_equal(X.mag, [13.097, np.nan, 12.648, 13.242])
    assert X.magerr.tolist() == [0.036, 0.061, 0.034, 0.031]
    assert X.flag.tolist() == [False, False, True, False]
    assert (X.survey, X.time_zero, X.time_scale) == ("ASAS", 2450000.0, "hjd_utc")
    assert clean(X)[0].time.tolist() == [2545.8763, 2635.70854]


def test_asas_aperture_by_name(tmp_path):
    (tmp_path / "star.dat").write_text(ASAS_FILE)
    roles = {"time": "HJD", "mag": "MAG_1", "magerr": "MER_1"}
    X = read_light_curves(tmp_path / "star.dat", columns=roles)
    assert X.mag.tolist() == [13.044, 29.999, 12.558, 13.3]
    assert X.flag is None


def test_crts(tmp_path):
    (tmp_path / "result.csv").write_text(
        "MasterID,Mag,Magerr,RA,Decl,MJD,Blend\n"
        "1109065026725,14.17,0.05,182.25,9.76,53705.5,0\n"
        "1109065026725,14.21,0.05,182.25,9.76,53731.49,0\n"
        "1109065026999,16.00,0.08,182.26,9.77,53731.49,0\n"
    )
    X = read_light_curves(tmp_path / "result.csv", columns="crts")
    assert X.ids.tolist() == ["1109065026725", "1109065026999"]
    assert X.n_points.tolist() == [2, 1]
    assert (X.survey, X.time_zero, X.time_scale) == ("CRTS", 2400000.5, "utc")
    assert X.table["RA"].tolist() == [182.25, 182.26]


@pytest.mark.parametrize(("start", "zero"), [(2123.5, 2450000.0), (2452123.5, 0.0)])
def test_ogle(tmp_path, start, zero):
    (tmp_path / "OGLE-LMC-CEP-0001.dat").write_text(
        f"{start:.5f} 15.123 0.008\n{start + 1:.5f} 15.201 0.009\n{start + 2:.5f} 99.999 9.999\n"
    )
    X = read_light_curves(tmp_path, columns="ogle")
    assert X.ids.tolist() == ["OGLE-LMC-CEP-0001"]
    np.testing.assert_array_equal(X.mag, [15.123, 15.201, np.nan])
    assert (X.survey, X.time_zero, X.time_scale) == ("OGLE", zero, "hjd_utc")


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


def test_rubin_forced_photometry():
    table = pd.DataFrame(
        {
            "objectId": [9, 9, 9],
            "midpointMjdTai": [60000.1, 60001.1, 60002.1],
            "psfFlux": [36307.8, -120.0, 500.0],
            "psfFluxErr": [100.0, 100.0, 100.0],
            "psfFlux_flag": [False, False, True],
            "band": ["r", "g", "r"],
        }
    )
    X = LightCurves.from_any(table, "rubin")
    assert X.quantity == "flux"
    assert X.flux.tolist() == [36307.8, -120.0, 500.0]
    assert X.flag.tolist() == [False, False, True]
    assert (X.time_zero, X.time_scale) == (2400000.5, "tai")
    magnitudes = X.to_magnitudes("rubin")
    # One nanojansky is AB magnitude 31.4.
    assert magnitudes.mag[0] == pytest.approx(31.4 - 2.5 * np.log10(36307.8))
    assert magnitudes.limit.tolist() == [False, True, False]


def test_gaia_epoch_photometry():
    table = pd.DataFrame(
        {
            "source_id": [2**61, 2**61, 2**61],
            "band": ["G", "G", "BP"],
            "time": [1700.0, 1701.0, 1701.0],
            "mag": [15.0, 15.2, 15.5],
            "flux": [1e4, 9e3, 6e3],
            "flux_over_error": [100.0, 200.0, 50.0],
            "rejected_by_photometry": ["false", "true", "false"],
            "rejected_by_variability": [False, False, True],
        }
    )
    X = LightCurves.from_any(table, "gaia")
    assert X.ids.tolist() == [2**61]
    np.testing.assert_allclose(X.magerr, 1.085736 / np.array([100.0, 200.0, 50.0]), rtol=1e-6)
    assert X.flag.tolist() == [False, True, True]
    assert (X.time_zero, X.time_scale) == (2455197.5, "bjd_tcb")


def test_a_table_of_another_layout_says_what_the_preset_expects():
    table = pd.DataFrame({"id": [1], "time": [0.0], "mag": [1.0]})
    with pytest.raises(ValueError, match="preset 'ztf' expects the time in hmjd or hjd or mjd"):
        LightCurves.from_any(table, "ztf")


def test_labels_and_survey_are_found_beside_a_preset():
    table = pd.DataFrame({"oid": [1], "hmjd": [0.0], "mag": [1.0], "label": ["EC"]})
    X = LightCurves.from_any(table, "ztf")
    assert X.labels.tolist() == ["EC"]
    assert X.survey == "ZTF"


def test_presets_are_a_read_only_table():
    with pytest.raises(TypeError):
        SURVEY_PRESETS["mine"] = None
    for preset in SURVEY_PRESETS.values():
        assert preset.survey
        assert preset.times
        assert {"mag", "flux"} & set(preset.columns)
