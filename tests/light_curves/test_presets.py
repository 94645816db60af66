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


def test_rubin_dia_sources_give_the_whole_flux():
    table = pd.DataFrame(
        {
            "diaObjectId": [9, 9, 9],
            "diaSourceId": [1, 2, 3],
            "midpointMjdTai": [60000.1, 60001.1, 60002.1],
            "psfFlux": [300.0, -120.0, 500.0],
            "psfFluxErr": [10.0, 10.0, 10.0],
            "scienceFlux": [36307.8, 36000.0, 36500.0],
            "scienceFluxErr": [100.0, 110.0, 120.0],
            "forced_PsfFlux_flag": [False, True, False],
            "pixelFlags_saturatedCenter": [0, 0, 1],
            "band": ["r", "g", "r"],
            "ra": [53.0, 53.0, 53.0],
        }
    )
    X = LightCurves.from_any(table, "rubin")
    assert X.flux.tolist() == [36307.8, 36000.0, 36500.0]
    assert X.fluxerr.tolist() == [100.0, 110.0, 120.0]
    assert X.flag.tolist() == [False, True, True]
    assert X.table["ra"].tolist() == [53.0]
    # The error of another flux is none.
    X = LightCurves.from_any(table.drop(columns="scienceFluxErr"), "rubin")
    assert X.fluxerr is None
    difference = LightCurves.from_any(table, "rubin_difference")
    assert difference.flux.tolist() == [300.0, -120.0, 500.0]
    assert difference.fluxerr.tolist() == [10.0, 10.0, 10.0]
    with pytest.raises(ValueError, match="records no reference flux"):
        difference.to_magnitudes("rubin_difference")


def test_rubin_times_at_the_barycentre():
    pytest.importorskip("astropy")
    table = pd.DataFrame(
        {
            "diaObjectId": [9, 9],
            "midpointMjdTai": [60000.0, 60182.5],
            "psfFlux": [500.0, 510.0],
            "coord_ra": [170.0, 170.0],
            "coord_dec": [5.0, 5.0],
        }
    )
    X = LightCurves.from_any(table, "rubin")
    delay = (X.to_barycentre("coord_ra", "coord_dec").time - X.time) * 1440
    # Half a year apart: the Earth on the star's side of the Sun, and on the other; TDB - TAI.
    assert delay[0] == pytest.approx(8.2 + 32.184 / 60, abs=0.4)
    assert delay[1] == pytest.approx(-8.2 + 32.184 / 60, abs=0.4)


def test_rubin_forced_sources_on_dia_objects():
    table = pd.DataFrame(
        {
            "diaObjectId": [9, 9],
            "expMidptMJD": [60000.1, 60001.1],
            "psfFlux": [500.0, 510.0],
            "psfFluxErr": [10.0, 10.0],
            "psfDiffFlux": [-3.0, 7.0],
            "psfDiffFluxErr": [5.0, 5.0],
            "psfFlux_flag": [0, 0],
            "psfDiffFlux_flag": [0, 1],
            "band": ["g", "i"],
        }
    )
    X = LightCurves.from_any(table, "rubin")
    assert (X.flux.tolist(), X.flag.tolist()) == ([500.0, 510.0], [False, False])
    X = LightCurves.from_any(table, "rubin_difference")
    assert (X.flux.tolist(), X.flag.tolist()) == ([-3.0, 7.0], [False, True])
    assert (X.time_zero, X.time_scale) == (2400000.5, "tai")


def test_rubin_fluxes_in_another_unit():
    table = pytest.importorskip("astropy.table").Table(
        {
            "objectId": [9, 9],
            "midpointMjdTai": [60000.1, 60001.1],
            "psfFlux": [1e-6, 2e-6],
            "psfFluxErr": [1e-7, 1e-7],
        },
        units={"psfFlux": "Jy", "psfFluxErr": "Jy"},
    )
    X = LightCurves.from_any(table, "rubin")
    np.testing.assert_allclose(X.flux, [1000.0, 2000.0])
    np.testing.assert_allclose(X.fluxerr, 100.0)
    table["psfFlux"].unit = "m"
    with pytest.raises(TypeError, match="psfFlux has the unit m, which is not convertible to nJy"):
        LightCurves.from_any(table, "rubin")


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


@pytest.fixture
def gaia_transits():
    """Two sources with the bands side by side, one row a transit; the second has one BP point."""
    nan = np.nan
    return {
        "source_id": np.array([11, 11, 22]),
        "transit_id": np.array([1, 2, 3]),
        "g_transit_time": np.array([1700.0, 1701.0, 1702.0]),
        "g_transit_mag": np.array([15.0, 15.2, nan]),
        "g_transit_flux_over_error": np.array([100.0, 200.0, nan]),
        "bp_obs_time": np.array([1700.1, nan, 1702.1]),
        "bp_mag": np.array([15.5, nan, 16.5]),
        "bp_flux_over_error": np.array([50.0, nan, 25.0]),
        "rp_obs_time": np.array([1700.2, 1701.2, nan]),
        "rp_mag": np.array([14.5, 14.7, nan]),
        "rp_flux_over_error": np.array([50.0, 50.0, nan]),
        "photometry_flag_noisy_data": np.array([False, True, False]),
        "variability_flag_g_reject": np.array([False, False, True]),
        "variability_flag_bp_reject": np.array([True, False, False]),
        "variability_flag_rp_reject": np.array([False, False, False]),
    }


def check_gaia(X):
    assert X.ids.tolist() == [11, 22]
    first = X[0]
    assert first.band.tolist() == ["G", "G", "BP", "RP", "RP"]
    assert first.time.tolist() == [1700.0, 1701.0, 1700.1, 1700.2, 1701.2]
    assert first.mag.tolist() == [15.0, 15.2, 15.5, 14.5, 14.7]
    np.testing.assert_allclose(first.magerr[:3], 1.085736 / np.array([100, 200, 50]), rtol=1e-6)
    assert first.flag.tolist() == [False, True, True, False, False]
    second = X[1]
    assert second.band.tolist() == ["G", "BP"]
    np.testing.assert_array_equal(second.mag, [np.nan, 16.5])
    assert second.flag.tolist() == [True, False]
    assert (X.time_zero, X.time_scale, X.survey) == (2455197.5, "bjd_tcb", "Gaia")


def test_gaia_with_one_row_a_transit(gaia_transits):
    check_gaia(LightCurves.from_any(pd.DataFrame(gaia_transits), "gaia"))
    tables = [
        {name: values[rows] for name, values in gaia_transits.items()}
        for rows in (slice(0, 2), slice(2, 3))
    ]
    check_gaia(LightCurves.from_any(tables, "gaia").replace(ids=[11, 22]))


def test_gaia_with_one_row_a_source(gaia_transits, tmp_path):
    pa = pytest.importorskip("pyarrow")
    points = {n: v for n, v in gaia_transits.items() if n != "source_id"}
    lists = {name: [values[:2], values[2:]] for name, values in points.items()}
    table = pa.table({"source_id": [11, 22], "n_transits": [2, 1], **lists})
    X = LightCurves.from_any(table, "gaia")
    check_gaia(X)
    assert X.table["n_transits"].tolist() == [2, 1]
    # As in a HATS catalogue: a struct of lists.
    arrays = {name: pa.array(rows) for name, rows in lists.items()}
    struct = pa.StructArray.from_arrays(list(arrays.values()), names=list(arrays))
    nested = pa.table({"source_id": [11, 22], "epoch_photometry": struct})
    check_gaia(LightCurves.from_any(nested, "gaia"))
    # As the archive's files of many sources: ECSV with lists of numbers and nulls.
    column = pytest.importorskip("astropy.table")
    arrays = {}
    for name, rows in lists.items():
        arrays[name] = np.empty(2, dtype=object)
        arrays[name][:] = [np.ma.masked_invalid(row) if row.dtype == float else row for row in rows]
    path = tmp_path / "EpochPhotometry_000000-003111.csv"
    column.Table({"source_id": [11, 22], **arrays}).write(path, format="ascii.ecsv")
    path = path.rename(tmp_path / "EpochPhotometry.csv")
    check_gaia(read_light_curves(path, columns="gaia"))


def test_a_source_without_any_point_is_kept(gaia_transits):
    for values in gaia_transits.values():
        if values.dtype == float:
            values[2] = np.nan
    X = LightCurves.from_any(pd.DataFrame(gaia_transits), "gaia")
    assert X.ids.tolist() == [11, 22]
    assert X.n_points.tolist() == [5, 0]


def test_gaia_times_without_magnitudes(gaia_transits):
    times = {n: v for n, v in gaia_transits.items() if "mag" not in n}
    with pytest.raises(ValueError, match="found no band with both time and magnitude; .*bp_mag"):
        LightCurves.from_any(pd.DataFrame(times), "gaia")


def test_columns_of_a_survey_s_stars_reach_the_features():
    from sklearn_vartl import LightCurveFeatures

    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "oid": np.repeat([5, 6], 30),
            "hjd": 2458000 + np.tile(np.sort(rng.uniform(0, 50, 30)), 2),
            "mag": rng.normal(15, 1, 60),
            "magerr": 0.1,
            "catflags": 0,
            "filtercode": "zg",
            "ra": np.repeat([10.0, 20.0], 30),
        }
    )
    X = LightCurves.from_any(table, "ztf")
    features = LightCurveFeatures(["skewness"], passthrough=["ra"]).fit_transform(X)
    assert features[:, 1].tolist() == [10.0, 20.0]


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
