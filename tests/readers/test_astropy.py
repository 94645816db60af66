"""astropy and lightkurve objects, and barycentric times."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves

astropy = pytest.importorskip("astropy")

from astropy import units as u  # noqa: E402
from astropy.coordinates import EarthLocation, SkyCoord  # noqa: E402
from astropy.table import MaskedColumn, QTable, Table  # noqa: E402
from astropy.time import Time  # noqa: E402
from astropy.timeseries import TimeSeries  # noqa: E402
from astropy.utils import iers  # noqa: E402
from astropy.utils.masked import Masked  # noqa: E402


@pytest.fixture
def series():
    series = TimeSeries(time=Time([55000.25, 55001.5, 55002.75], format="mjd", scale="tdb"))
    series["flux"] = Masked([1.0, 2.0, 3.0] * u.Jy, mask=[False, True, False])
    series["flux_err"] = [0.1, 0.1, 0.1] * u.Jy
    series.meta["OBJECT"] = "TIC 1"
    return series


def test_time_series(series):
    X = LightCurves.from_any([series, series[:2]], labels=["EC", None])
    assert X.quantity == "flux"
    assert X.n_points.tolist() == [3, 2]
    np.testing.assert_array_equal(X[0].mag, [1.0, np.nan, 3.0])
    assert X[1].time.tolist() == [55000.25, 55001.5]
    assert (X.time_scale, X.time_zero) == ("tdb", 2400000.5)
    assert X.ids.tolist() == ["TIC 1", "TIC 1"]
    assert X.labels.tolist() == ["EC", None]


def test_objects_with_attributes_as_lightkurve_has():
    class Curve:
        def __init__(self):
            self.time = Time([1500.0, 1501.0], format="jd", scale="tdb")
            self.flux = [1.0, 1.1] * u.electron / u.s
            self.flux_err = [0.1, 0.1] * u.electron / u.s
            self.meta = {"TARGETID": 1234, "LABEL": "TIC 1234"}

    X = LightCurves.from_any([Curve()])
    assert X.flux.tolist() == [1.0, 1.1]
    assert X.fluxerr.tolist() == [0.1, 0.1]
    assert X.ids.tolist() == ["TIC 1234"]
    assert X.time[1] - X.time[0] == 1.0


def test_tables_one_a_star():
    table = Table(
        {
            "HJD": MaskedColumn([1.0, 2.0, 3.0], mask=[False, True, False], unit="d"),
            "mag": MaskedColumn(np.array([10, 11, 12], ">f4"), mask=[False, False, True]),
        }
    )
    X = LightCurves.from_any([table])
    np.testing.assert_array_equal(X.time, [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(X.mag, [10.0, 11.0, np.nan])


def test_a_long_table():
    table = QTable(
        {
            "source_id": [7, 8, 7],
            "time": [0.0, 24.0, 48.0] * u.hour,
            "mag": [10.0, 11.0, 12.0] * u.mag,
        }
    )
    X = LightCurves.from_any(table)
    assert X.ids.tolist() == [7, 8]
    assert X.time.tolist() == [0.0, 2.0, 1.0]
    table["time"] = Time([55000.0, 55001.0, 55002.0], format="mjd", scale="tcb")
    X = LightCurves.from_any(table)
    assert X.time.tolist() == [55000.0, 55002.0, 55001.0]
    assert X.time_scale == "tcb"


def test_units_that_are_none_of_time_are_refused():
    with pytest.raises(TypeError, match="time has the unit Jy"):
        LightCurves.from_any([Table({"time": [1.0] * u.Jy, "mag": [1.0]})])
    with pytest.raises(TypeError, match="Star at position 0: mag has the unit Jy"):
        LightCurves.from_any([([1.0, 2.0], [1.0, 2.0] * u.Jy)])


def test_stars_on_different_time_scales_are_refused(series):
    other = TimeSeries(time=series.time.tai, data={"flux": series["flux"]})
    with pytest.raises(ValueError, match="differ in time_scale"):
        LightCurves.from_any([series, other])


def test_barycentric_times_agree_with_astropy_at_the_geocentre():
    rng = np.random.default_rng(0)
    time = rng.uniform(50000, 60000, 60)
    ra, dec = np.array([10.0, 150.0, 270.0]), np.array([-70.0, 5.0, 20.0])
    X = LightCurves(
        time,
        np.zeros(60),
        offsets=[0, 20, 40, 60],
        table={"ra": ra, "dec": dec},
        time_zero=2400000.5,
        time_scale="utc",
    )
    corrected = X.to_barycentre()
    assert corrected.time_scale == "bjd_tdb"
    geocentre = EarthLocation.from_geocentric(0, 0, 0, unit="m")
    for i in range(3):
        clock = Time(X[i].time, format="mjd", scale="utc", location=geocentre)
        place = SkyCoord(ra[i], dec[i], unit="deg")
        # Before version 8, astropy looks for the newest table of the Earth's rotation on the network.
        with iers.conf.set_temp("auto_download", False):
            delay = clock.light_travel_time(place, ephemeris="builtin")
            expected = (clock.tdb + delay).mjd
        seconds = (corrected[i].time - expected) * 86400
        np.testing.assert_allclose(seconds, 0, atol=1e-4)
        assert np.ptp(delay.to_value("min")) > 1


def test_barycentric_times_need_to_know_what_the_times_are():
    X = LightCurves([0.0, np.nan], [1.0, 2.0], table={"ra": [0.0], "dec": [np.nan]})
    with pytest.raises(ValueError, match="Julian date of time zero is unknown"):
        X.to_barycentre()
    X = X.replace(time_zero=2450000.0)
    with pytest.raises(ValueError, match=r"Star '0' \(position 0\) has no dec"):
        X.to_barycentre()
    with pytest.raises(ValueError, match="no column 'DEJ2000'"):
        X.to_barycentre(dec="DEJ2000")
    with pytest.raises(ValueError, match="has shape"):
        X.to_barycentre(dec=[1.0, 2.0])
    with pytest.raises(ValueError, match="dec=100, which is outside the sky"):
        X.to_barycentre(dec=[100.0])
    assert np.isnan(X.to_barycentre(dec=[10.0]).time).tolist() == [False, True]
    with pytest.raises(ValueError, match="hjd_utc already"):
        X.replace(time_scale="hjd_utc").to_barycentre()


def test_a_time_series_by_itself_is_one_star(series):
    X = LightCurves.from_any(series)
    assert X.ids.tolist() == ["TIC 1"]
    assert X.n_points.tolist() == [3]
    series["object_id"] = ["a", "b", "a"]
    X = LightCurves.from_any(series)
    assert X.ids.tolist() == ["a", "b"]
    assert X.time.tolist() == [55000.25, 55002.75, 55001.5]


def test_times_of_kepler_and_tess_are_barycentric_already():
    class SpacecraftTime:
        format, scale = "btjd", "tdb"
        mjd = np.array([58324.5, 58325.5])

    class Curve:
        time = SpacecraftTime()
        flux = np.array([1.0, 1.1])

    X = LightCurves.from_any([Curve()])
    assert (X.time_scale, X.time_zero) == ("bjd_tdb", 2400000.5)
    with pytest.raises(ValueError, match="bjd_tdb already"):
        X.to_barycentre([10.0], [20.0])


def test_lightkurve():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lightkurve = pytest.importorskip("lightkurve")
    time = Time([1325.0, 1326.0, 1327.0], format="btjd", scale="tdb")
    curve = lightkurve.LightCurve(time=time, flux=[1.0, 2.0, np.nan], flux_err=[0.1, 0.2, 0.3])
    curve.meta["LABEL"] = "TIC 123"
    for form in (curve, [curve], lightkurve.LightCurveCollection([curve])):
        X = LightCurves.from_any(form)
        assert X.ids.tolist() == ["TIC 123"]
        np.testing.assert_array_equal(X.flux, [1.0, 2.0, np.nan])
        assert X.fluxerr.tolist() == [0.1, 0.2, 0.3]
        assert X.time.tolist() == [58324.5, 58325.5, 58326.5]
        assert X.time_scale == "bjd_tdb"
