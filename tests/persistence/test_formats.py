"""Files of every format version are read by every later version."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_vartl import load_model
from sklearn_vartl.persistence import model_card, read_model_card
from sklearn_vartl.persistence._archive import FORMAT_VERSION

DATA = Path(__file__).parent / "data"


def test_there_is_a_frozen_file_of_each_version():
    assert sorted(path.stem for path in DATA.glob("*.vartl")) == [
        f"format_{version}" for version in range(1, FORMAT_VERSION + 1)
    ]
    assert all(path.stat().st_size < 60_000 for path in DATA.iterdir() if path.is_file())


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION + 1))
def test_a_frozen_file_predicts_what_it_did(version, light_curves):
    frozen = json.loads((DATA / f"format_{version}.json").read_text())
    model = load_model(DATA / f"format_{version}.vartl")
    X = np.array(frozen["X"], dtype=float)
    assert_allclose(model[-1].predict_proba(X), frozen["proba"], rtol=0, atol=1e-5)
    assert model.classes_.tolist() == frozen["classes"]
    assert model.source_classes_.tolist() == frozen["source_classes"]
    assert model.is_transferred_
    # It has learned features of all points.
    assert model[0].outliers == "keep"
    # The whole chain runs, and learning goes on from there.
    assert model.predict_proba(light_curves).shape == (30, len(frozen["classes"]))
    model.partial_fit_target(light_curves, light_curves.labels)
    assert {"LONG", "SHORT"} <= set(model.classes_)
    assert read_model_card(DATA / f"format_{version}.vartl")["format_version"] == version
    assert "CC0" in model_card(DATA / f"format_{version}.vartl")
