"""Small tables in the layouts of Gaia, read by the survey's preset."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves


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
