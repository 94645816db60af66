"""Files of ASAS, CRTS and OGLE, read by the surveys' presets."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurveWarning, clean, read_light_curves

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
    with pytest.warns(LightCurveWarning, match="GRADE may tell which points are bad"):
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
