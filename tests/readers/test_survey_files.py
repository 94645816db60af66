"""Files as surveys hand them out: one small file of the same layout for each, read by its contents."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves

MJD = 2400000.5
ROWS = range(1, 7)
SKY = "HJD,UT Date,Camera,FWHM,Limit,mag,mag_err,flux(mJy),flux_err"


def write(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("columns", [None, "auto", "asassn", "ASAS-SN"])
def test_sky_patrol(tmp_path, columns):
    rows = "".join(
        f"2457449.{i},2016-03-01.6,bd,1.6,15.1{i},11.8{i},0.01,67.{i},0.7\n" for i in ROWS
    )
    rows += "2457456.5,2016-03-08.6,bd,1.6,15.1,99.990,99.990,0.1,0.7\n"
    rows += "2457457.5,2016-03-09.6,bd,1.6,15.1,>14.2,99.990,0.1,0.7\n"
    X = read_light_curves(write(tmp_path / "EX Hya.csv", f"{SKY}\n{rows}"), columns=columns)
    assert X.ids.tolist() == ["EX Hya"]
    assert (X.survey, X.time_zero, X.time_scale) == ("ASAS-SN", 0.0, "hjd_utc")
    np.testing.assert_allclose(X.mag[:6], [11.81, 11.82, 11.83, 11.84, 11.85, 11.86])
    assert np.isnan(X.mag[6])
    assert X.mag[7] == 14.2
    # The limiting magnitude of an image makes no point a limit; only ">14.2" is one.
    assert X.limit.tolist() == [False] * 7 + [True]
    assert X.field.tolist() == ["bd"] * 8
    assert "Limit" in X.provenance.split("left over: ")[1]


def test_sky_patrol_with_filters(tmp_path):
    rows = "".join(f"2457449.{i},d,bd,1.6,15.1,11.8,0.01,67.1,0.7,{'gV'[i % 2]}\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "a.csv", f"{SKY},Filter\n{rows}"))
    assert X.band.tolist() == ["V", "g"] * 3


def test_sky_patrol_of_version_two(tmp_path):
    head = '# {"asas_sn_id":12702,"name":"VX Men"}\n'
    head += "jd,flux,flux_err,mag,mag_err,limit,fwhm,cam,asas_sn_id\n"
    rows = "".join(f"245851{i}.6,24.3,0.08,12.9{i},0.004,17.2,1.44,bi,12702\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "a.csv", head + rows))
    assert X.ids.tolist() == ["12702"]
    assert X.quantity == "mag"
    assert X.limit is None
    assert X.magerr.tolist() == [0.004] * 6
    assert X.band is None


def test_atlas_forced_photometry(tmp_path):
    head = "###MJD          m      dm   uJy   duJy F err chi/N     RA       Dec\n"
    rows = "".join(
        f"5910{i}.5 -21.7{i}  1.4    -{i}   10 {'oc'[i % 2]}  {i == 6:d} 7.69 29.8 30.7\n"
        for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "job1.txt", head + rows))
    assert X.quantity == "flux"
    assert X.flux.tolist() == [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]
    assert X.fluxerr.tolist() == [10.0] * 6
    assert X.bands == ["c", "o"]
    assert (X.flag != 0).tolist() == [False] * 5 + [True]
    assert (X.time_zero, X.ids[0]) == (MJD, "job1")
    bright = X.replace(mag=np.full(6, 3631e6 * 10 ** (-0.4 * 16)))
    np.testing.assert_allclose(bright.to_magnitudes("atlas").mag, 16.0)


def test_ztf_light_curve_service(tmp_path):
    rows = "".join(
        f"767{i % 2},1,2458274.9{i},58274.4{i},20.2,0.1,{32768 if i == 1 else 0},z{'gr'[i % 2]},301.5\n"
        for i in ROWS
    )
    head = "oid,expid,hjd,mjd,mag,magerr,catflags,filtercode,ra\n"
    X = read_light_curves(write(tmp_path / "a.csv", head + rows))
    assert X.ids.tolist() == ["7671", "7670"]
    assert X.survey == "ZTF"
    assert X[0].band.tolist() == ["r"] * 3
    assert (X[0].flag != 0).tolist() == [True, False, False]


def test_ztf_detections_of_a_broker(tmp_path):
    head = "mjd,candid,fid,isdiffpos,magpsf,magpsf_corr,magpsf_corr_ext,sigmapsf,sigmapsf_corr,"
    head += "sigmapsf_corr_ext,ra,dubious\n"
    rows = "".join(
        f'5827{i}.37,"52337{i}",{1 + i % 2},-1,19.6,18.2{i},"",0.08,0.01,{100 if i == 2 else 0.03},2,false\n'
        for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "ZTF18a.csv", head + rows))
    assert len(X) == 1
    assert X.bands == ["g", "r"]
    np.testing.assert_allclose(X.mag, [18.21, 18.22, 18.23, 18.24, 18.25, 18.26])
    assert np.isnan(X.magerr).tolist() == [False, True] + [False] * 4


def test_ztf_forced_photometry(tmp_path):
    head = "# Requested input R.A. = 169.5 degrees\n# Order of columns below:\n"
    head += " index, field, filter, zpdiff, jd, forcediffimflux, forcediffimfluxunc\n#\n"
    rows = "".join(
        f" {i} 574 ZTF_g 26.3 245925{i}.8 {i}2.5 {'null' if i == 2 else 29.6}\n" for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "forced.txt", head + rows))
    assert X.flux.tolist() == [12.5, 22.5, 32.5, 42.5, 52.5, 62.5]
    assert np.isnan(X.fluxerr).tolist() == [False, True] + [False] * 4
    assert X.bands == ["g"]
    with pytest.raises(ValueError, match="records no reference flux"):
        X.to_magnitudes("ztf")


def test_ztf_objects_of_stars_in_hats(tmp_path):
    point = pa.struct(
        [
            ("hmjd", pa.float64()),
            ("mag", pa.float32()),
            ("magerr", pa.float32()),
            ("catflags", pa.int32()),
        ]
    )
    objects = pa.struct(
        [
            ("objectid", pa.list_(pa.int64())),
            ("filterid", pa.list_(pa.int8())),
            ("lc", pa.list_(pa.list_(point))),
        ]
    )

    def points(*times):
        return [{"hmjd": t, "mag": 15.0, "magerr": 0.1, "catflags": 0} for t in times]

    table = pa.table(
        {
            "OID": [2, 3, 4],
            "Type": ["SN Ia", "RRAB", "EC"],
            "ztf": pa.array(
                [
                    None,
                    {"objectid": [7, 8], "filterid": [1, 2], "lc": [points(1.0, 2.0), points(3.0)]},
                    {"objectid": [9], "filterid": [2], "lc": [points(4.0, 5.0, 6.0)]},
                ],
                objects,
            ),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    X = read_light_curves(tmp_path / "a.parquet")
    assert X.ids.tolist() == [2, 3, 4]
    assert X.n_points.tolist() == [0, 3, 3]
    assert X.band.tolist() == ["g", "g", "r", "r", "r", "r"]
    assert X.time.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert X.table["Type"].tolist() == ["SN Ia", "RRAB", "EC"]


def test_gaia_one_file_a_star(tmp_path):
    for star in ("100", "200"):
        table = {"time": [1708.8, 1744.9], "mag": [12.1, 12.2], "mag_err": [0.01, 0.02]}
        pq.write_table(pa.table(table), tmp_path / f"{star}.parquet")
    (tmp_path / "README.md").write_text("one file a star")
    X = read_light_curves(tmp_path, columns="gaia")
    assert X.ids.tolist() == ["100", "200"]
    assert X.magerr.tolist() == [0.01, 0.02] * 2
    assert X.time_zero == 2455197.5


def test_gaia_bands_side_by_side(tmp_path):
    head = "transit_id,g_transit_time,g_transit_flux_over_error,g_transit_mag,bp_obs_time,"
    head += "bp_flux_over_error,bp_mag,rp_obs_time,rp_flux_over_error,rp_mag,"
    head += "variability_flag_g_reject,rejected_by_photometry\n"
    rows = "1,1699.1,100,10.2,1699.2,50,10.4,1699.3,20,9.8,False,False\n"
    rows += "2,1700.1,100,10.3,,,,1700.3,20,9.9,True,False\n"
    rows += "3,1701.1,100,10.4,,,,,,,False,True\n"
    X = read_light_curves(write(tmp_path / "RU Psc.csv", head + rows))
    assert X.ids.tolist() == ["RU Psc"]
    assert X.band.tolist() == ["G", "G", "G", "BP", "RP", "RP"]
    assert X.time.tolist() == [1699.1, 1700.1, 1701.1, 1699.2, 1699.3, 1700.3]
    np.testing.assert_allclose(X.magerr[0], 2.5 / np.log(10) / 100)
    assert (X.flag != 0).tolist() == [False, True, True, False, False, False]


def test_aavso_without_a_header(tmp_path):
    rows = "".join(
        f"245123{i}.14,{'<12.8' if i == 1 else '14.9'},{'' if i < 4 else 0.1},,{'Visual' if i < 4 else 'V'},OB"
        f",,,,,,No,,{'T' if i == 6 else 'G'},,,,U Sco\n"
        for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "a.csv", rows))
    assert X.ids.tolist() == ["U Sco"]
    assert X.limit.tolist() == [True] + [False] * 5
    assert X.mag.tolist() == [12.8] + [14.9] * 5
    assert X.bands == ["V", "Visual"]
    assert (X.flag != 0).tolist() == [False] * 5 + [True]


def test_aavso_with_a_header(tmp_path):
    head = "JD,Magnitude,Uncertainty,HQuncertainty,Band,HJD,Star Name,Cmag,Kmag\n"
    rows = "".join(f"245123{i}.14,14.{i}:,0.1,,V,,U SCO,12.1,12.2\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "a.csv", head + rows))
    assert X.time[0] == 2451231.14
    assert X.mag.tolist() == [14.1, 14.2, 14.3, 14.4, 14.5, 14.6]


@pytest.mark.parametrize("columns", [None, "aavso"])
def test_columns_between_tabs_of_which_some_are_empty(tmp_path, columns):
    rows = "2422339.215\t3.1\t\tOBSD2\n2425295.07\t3.4\t0.01\tOBS3D\n2425296.09\t3.3\t\n"
    X = read_light_curves(write(tmp_path / "star.tsv", rows * 4), columns=columns)
    assert X.mag[:3].tolist() == [3.1, 3.4, 3.3]
    np.testing.assert_array_equal(X.magerr[:3], [np.nan, 0.01, np.nan])


@pytest.mark.parametrize(
    ("quality", "survey", "zero"),
    [("SAP_QUALITY", "Kepler", 2454833.0), ("QUALITY", "TESS", 2457000.0)],
)
def test_spacecraft(tmp_path, quality, survey, zero):
    Table = pytest.importorskip("astropy.table").Table
    table = Table(
        {
            "TIME": [1182.5, np.nan, 1182.7], "SAP_FLUX": [1.0, 1.0, 1.0], "SAP_FLUX_ERR": [0.5, 0.5, 0.5],
            "PDCSAP_FLUX": [2e5, 3e5, 4e5], "PDCSAP_FLUX_ERR": [15.0, 15.0, 15.0], quality: [0, 0, 128],
        }
    )  # fmt: skip
    table.meta["OBJECT"] = "KIC 1"
    table.write(tmp_path / "a.fits")
    X = read_light_curves(tmp_path / "a.fits")
    assert (X.survey, X.time_zero, X.ids.tolist()) == (survey, zero, ["KIC 1"])
    assert X.flux.tolist() == [2e5, 3e5, 4e5]
    assert (X.flag != 0).tolist() == [False, False, True]
    np.testing.assert_allclose(X.to_magnitudes("median").mag[1], -2.5 * np.log10(3e5 / 2.5e5))


def test_fluxes_alone(tmp_path):
    X = read_light_curves(
        write(tmp_path / "algol.csv", "time,flux\n1790.66,15847028.0\n1790.67,1.5e7\n")
    )
    assert (X.quantity, X.ids.tolist()) == ("flux", ["algol"])
    assert X.fluxerr is None
    tess = read_light_curves(tmp_path / "algol.csv", columns="tess")
    assert tess.time_zero == 2457000.0


def test_macho(tmp_path):
    head = "fieldid,tileid,seqn,obsid,dateobs,rmag,rerr,bmag,berr\n"
    rows = "".join(
        f"1,3441,1031,{i},4882{i}.64,{-4.9 if i % 2 else -99.0},0.1,-99.0,-99.0\n" for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "a.csv", head + rows))
    assert X.ids.tolist() == ["1.3441.1031"]
    good = np.isfinite(X.mag)
    assert X.mag[good].tolist() == [-4.9] * 3
    assert set(X.band[good]) == {"R"}
    assert X.time_zero == MJD
    text = "#Field Tile Seq\n#1 3444 614\n#MJD Mag Err\n" + "".join(
        f"4882{i}.4 -5.{i} 0.3\n" for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "lc_1.3444.614.R.mjd", text))
    assert X.ids.tolist() == ["lc_1.3444.614.R"]
    assert X.mag[0] == -5.1


def test_ogle(tmp_path):
    rows = "".join(f"216{i}.856 14.65{i} 0.005\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "OGLE-LMC-CEP-0033.dat", rows))
    assert (X.ids.tolist(), X.mag[0], X.magerr[0]) == (["OGLE-LMC-CEP-0033"], 14.651, 0.005)
    X = read_light_curves(tmp_path / "OGLE-LMC-CEP-0033.dat", columns="ogle")
    assert X.time_zero == 2450000.0
    catalogue = "".join(f"   4{i} 5:25:32.64 -70:13:02.2  3.37444  447.4 0.5 15.3\n" for i in ROWS)
    for columns in (None, "ogle"):
        with pytest.raises(ValueError, match="no light curve"):
            read_light_curves(write(tmp_path / "cep.tab", catalogue), columns=columns)


def test_eros(tmp_path):
    head = "# star:  erosid  MagR ErrMR XR YR\n#   lm0010k3978 16.9 0.1 1306.7\n#\n"
    head += "#   date      MagR    ErMagR MagB    ErMagB\n"
    rows = (
        "   294.91026  17.151  0.040  99.999  9.999 \n   301.92747  16.995  0.054  16.984  0.045 \n"
    )
    X = read_light_curves(write(tmp_path / "lm0010k3978.time", head + rows))
    assert X.band.tolist() == ["R", "R", "B"]
    assert X.mag.tolist() == [17.151, 16.995, 16.984]
    assert X.magerr.tolist() == [0.04, 0.054, 0.045]
    assert X.time_zero == 2450000.0


def test_crts(tmp_path):
    head = "MasterID,ID,Mag,Magerr,RA,Dec,FWHM,MJD,Blend\n"
    rows = "".join(f"1001,512060010{i},15.2,0.06,20.9,-0.8,2.22,5371{i}.13,0\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "a.csv", head + rows))
    assert (X.ids.tolist(), X.survey, X.time_zero) == (["1001"], "CRTS", MJD)
    rows = "".join(f"5348{i}.47381 18.94 0.19 0\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "551078.dat", rows))
    assert X.magerr.tolist() == [0.19] * 6
    assert read_light_curves(tmp_path / "551078.dat", columns="crts").time_zero == MJD


def test_neowise(tmp_path):
    pytest.importorskip("astropy")
    head = "\\fixlen = T\n\\ORIGIN = 'IRSA'\n"
    head += "|source_id |   mjd    |w1mpro|w1sigmpro|w2mpro|w2sigmpro|qual_frame|\n"
    head += "|  char    | double   |double| double  |double| double  |  int     |\n"
    head += "|          |          | mag  |  mag    | mag  |  mag    |          |\n"
    head += "|   null   |  null    | null |  null   | null |  null   |  null    |\n"
    rows = "".join(
        f" 1234_{i:04d}  5679{i}.1    10.4{i}   0.016     10.5   {' null' if i == 2 else '0.020'}"
        f"         {i % 3}     \n"
        for i in range(1, 7)
    ) + "".join(
        f" 1235_{i:04d}  5689{i}.1    10.4{i}   0.016     10.5   0.020         1     \n"
        for i in ROWS
    )
    X = read_light_curves(write(tmp_path / "star.tbl", head + rows))
    assert X.ids.tolist() == ["star"]
    assert X.bands == ["W1", "W2"]
    assert len(X.time) == 24
    assert X.limit.sum() == 1
    assert (X.flag != 0).sum() == 4


def test_starbase_table_of_plates(tmp_path):
    text = "# DASCH\nJD\tmagcal_magdep\tmagcal_magdep_rms\tlimiting_mag_local\n--\t-------------\t---\t---\n"
    text += "".join(f"241500{i}.5\t{99.0 if i == 2 else 12.3}\t0.1\t14.5\n" for i in ROWS)
    X = read_light_curves(write(tmp_path / "star.db", text))
    assert np.isnan(X.mag).tolist() == [False, True] + [False] * 4
    assert X.magerr.tolist() == [0.1] * 6
    assert X.limit is None


def test_rubin_is_recognised(tmp_path):
    table = pd.DataFrame(
        {"diaObjectId": [1, 1], "midpointMjdTai": [60000.0, 60001.0], "psfFlux": [1.0, 2.0],
         "scienceFlux": [1e5, 2e5], "scienceFluxErr": [10.0, 10.0], "band": ["g", "r"]}
    )  # fmt: skip
    X = LightCurves.from_any(table)
    assert X.survey == "Rubin"
    assert X.flux.tolist() == [1e5, 2e5]
