"""Small tables in the layouts of Rubin, read by the survey's presets."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves


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
