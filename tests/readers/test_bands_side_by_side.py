"""Tables with a column for each band and quantity, which no preset knows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units
from astropy.table import Table

from sklearn_vartl.catalog import classify_catalog
from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.light_curves import LightCurves, read_light_curves
from sklearn_vartl.transfer import TransferMLPClassifier, make_transfer_pipeline

from .conftest import read, text

N = 12
T = np.round(58100.25 + 1.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
G, GE = np.round(14.3 + 0.4 * np.sin(T), 3), np.round(0.01 + 0.001 * np.arange(N), 3)
R, RE = np.round(G - 0.31 + 0.01 * np.cos(T), 3), np.round(GE + 0.02, 3)


def by_band(X):
    """(time, value, error) of each band."""
    found = {}
    for band in X.bands:
        only = X.in_band(band)
        values = only._arguments()
        found[str(band)] = only.time.tolist(), values["mag"].tolist(), values["magerr"]
    return found


@pytest.mark.filterwarnings("ignore:These light curves look")
@pytest.mark.parametrize(
    ("head", "bands"),
    [
        ("mjd,g_mag,g_err,r_mag,r_err", "gr"),
        ("mjd,mag_V,err_V,mag_I,err_I", "VI"),
        ("MJD,B,e_B,V,e_V", "BV"),
        ("mjd,u,u_err,g,g_err", "ug"),
        ("mjd,Vmag,e_Vmag,Imag,e_Imag", "VI"),
        ("mjd,W1,W1_ERR,W2,W2_ERR", ["W1", "W2"]),
        ("mjd,psfMag_g,psfMagErr_g,psfMag_r,psfMagErr_r", "gr"),
        ("mjd,r_psfMag,r_psfMagErr,z_psfMag,z_psfMagErr", "rz"),
        ("mjd,F606W_mag,F606W_unc,F814W_mag,F814W_unc", ["F606W", "F814W"]),
        ("mjd,flux_g,flux_err_g,flux_r,flux_err_r", "gr"),
        ("mjd,REDFLUX,REDFLUXDEV,BLUEFLUX,BLUEFLUXDEV", ["RED", "BLUE"]),
    ],
)
def test_names_of_several_bands(tmp_path, head, bands):
    X = read(tmp_path, text(head, [T, G, GE, R, RE]))
    assert len(X) == 1 and X.quantity == ("flux" if "flux" in head.lower() else "mag")
    found = by_band(X)
    assert sorted(found) == sorted(bands)
    for band, value, error in zip(bands, (G, R), (GE, RE), strict=True):
        time, own, its_error = found[band]
        assert (time, own, its_error.tolist()) == (T.tolist(), value.tolist(), error.tolist())
    assert f"bands side by side: {bands[0]} <- {head.split(',')[1]}" in X.provenance


@pytest.mark.filterwarnings("ignore:These light curves look")
def test_bands_with_their_own_times_stars_and_gaps(tmp_path):
    own = text("gMJD,g,gErr,rMJD,r,rErr", [T, G, GE, T + 0.5, R, RE])
    assert by_band(read(tmp_path, own))["r"][0] == (T + 0.5).tolist()
    gaps = np.where(np.arange(N) == 2, 99.999, G)
    stars = ["a"] * 6 + ["b"] * 6
    X = read(tmp_path, text("id,mjd,mag_g,mag_r", [stars, T, gaps, R]))
    assert X.ids.tolist() == ["a", "b"] and X.n_points.tolist() == [11, 12] and X.magerr is None
    assert X[0].mag.tolist() == np.delete(gaps[:6], 2).tolist() + R[:6].tolist()
    # A row without any band stays, as all there may be of a star.
    lost = np.where(np.array(stars) == "a", np.nan, 1.0)
    X = read(tmp_path, text("id,mjd,mag_g,mag_r", [stars, T, G * lost, R * lost]))
    assert X.ids.tolist() == ["a", "b"]
    form = text("mjd,g_flux,g_flux_ivar,r_flux,r_flux_ivar", [T, G, GE**-2, R, RE**-2])
    assert np.allclose(by_band(read(tmp_path, form))["r"][2], RE)


@pytest.mark.filterwarnings("ignore:These light curves look")
def test_bands_in_other_forms(tmp_path):
    frame = pd.DataFrame({"mjd": T, "name": "x1", "g_mag": G, "g_err": GE, "r_mag": R, "r_err": RE})
    whole = LightCurves.from_any(frame)
    assert whole.ids.tolist() == ["x1"] and list(map(str, whole.bands)) == ["g", "r"]
    table = Table({"mjd": T * units.day, "flux_g": G * units.mJy, "flux_r": R * units.mJy})
    table.write(tmp_path / "star.ecsv")
    X = read_light_curves(tmp_path / "star.ecsv")
    assert "flux <- flux [mJy] (mJy)" in X.provenance and by_band(X)["r"][1] == R.tolist()
    table["flux_r"] = R * units.uJy
    table.write(tmp_path / "other.ecsv")
    with pytest.raises(ValueError, match="flux_g, flux_r are in different units: mJy, uJy"):
        read_light_curves(tmp_path / "other.ecsv")


@pytest.mark.filterwarnings("ignore:These light curves look")
def test_flags_and_limits_of_each_band(tmp_path):
    bad = (np.arange(N) == 2).astype(int)
    head = "mjd,g_mag,g_err,g_flag,r_mag,r_err,r_flag"
    X = read(tmp_path, text(head, [T, G, GE, bad, R, RE, 0 * bad]))
    assert np.flatnonzero(X.flag).tolist() == [2] and len(X.time) == 2 * N
    written = [f"<{m}" if k == 3 else m for k, m in enumerate(G)]
    X = read(tmp_path, text("mjd,g_mag,g_err,r_mag,r_err", [T, written, GE, R, RE]))
    assert np.flatnonzero(X.limit).tolist() == [3] and len(X.time) == 2 * N
    constant = text("mjd,g_mag,r_mag,g_mag_ref,r_mag_ref", [T, G, R, [14.1] * N, [13.9] * N])
    assert read(tmp_path, constant).table.keys() == {"g_mag_ref", "r_mag_ref"}


LISTS = pa.table(
    {"id": [1, 2], "mjd": [T, T], "mag_g": [G, R], "magerr_g": [GE, GE], "mag_r": [R, G]}
)


@pytest.mark.filterwarnings("ignore:These light curves look", "ignore:Points of several bands")
def test_bands_in_lists_of_a_catalogue(tmp_path):
    pq.write_table(LISTS, tmp_path / "stars.parquet")
    X = read_light_curves(tmp_path / "stars.parquet")
    assert X[1].mag.tolist() == [*R, *G] and X[0].band.tolist() == ["g"] * N + ["r"] * N
    assert np.array_equal(X[1].magerr, [*GE, *[np.nan] * N], equal_nan=True)
    features = LightCurveFeatures(["amplitude"], bands=["g", "r"], min_observations=7)
    model = make_transfer_pipeline(
        features, TransferMLPClassifier((4,), n_estimators=1, random_state=0)
    )
    many = LightCurves.from_any(pa.concat_tables([LISTS] * 5))
    model.fit(many, ["A", "B"] * 5)
    report = classify_catalog(model, tmp_path / "stars.parquet", tmp_path / "classes.parquet")
    assert report.complete and report.n_stars == 2


@pytest.mark.parametrize(
    ("head", "message"),
    [
        # Comparison and check stars; apertures; a catalogue with a row a star.
        ("mjd,Vmag,e_Vmag,Cmag,e_Cmag", "Several columns could be the magnitude: Vmag, Cmag"),
        ("mjd,mag_1,err_1,mag_2,err_2", "Several columns could be the magnitude: mag_1, mag_2"),
        ("name,mjd,g_mag,r_mag", "Several columns could be the magnitude: g_mag, r_mag"),
        ("ra,mjd,g_mag,r_mag", "Several columns could be the magnitude: g_mag, r_mag"),
    ],
)
def test_what_only_looks_like_bands_is_refused(tmp_path, head, message):
    first = {"name": [f"v{k}" for k in range(N)], "ra": 10.5 * np.arange(N)}.get(head.split(",")[0])
    columns = [T, G, R, G, R] if first is None else [first, T, G, R]
    with pytest.raises(ValueError, match=message):
        read(tmp_path, text(head, columns))


def test_magnitudes_of_a_catalogue_are_no_bands(tmp_path):
    head = "id,mjd,V_mag,V_err,J_mag,J_err,K_mag,K_err"
    same = [np.full(N, 12.1), np.full(N, 0.02)] * 2
    X = read(tmp_path, text(head, [["a"] * 6 + ["b"] * 6, T, G, GE, *same]))
    assert X.mag.tolist() == G.tolist() and list(map(str, X.bands)) == ["V"]
    X = read(tmp_path, text("mjd,mag,err,g_mag,r_mag", [T, G, GE, R, R + 0.2]))
    assert X.mag.tolist() == G.tolist() and X.band is None
