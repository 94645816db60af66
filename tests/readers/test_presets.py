"""What all presets of surveys have in common; each survey's layout has a file of its own."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import SURVEY_PRESETS, LightCurves


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
