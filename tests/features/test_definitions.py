"""The table of definitions, and what names stand for."""

import numpy as np
import pytest

from sklearn_vartl.features import LightCurveFeatures, feature_definitions
from sklearn_vartl.features._extraction import FAMILIES

# They fall with the number of points, tell whether a survey returns within a day, or are the noise.
OBSERVING = {"log10_fap", "coherence_day", "residual_coherence_day", "residual_std"}


def test_every_family_computes_what_the_table_lists():
    table = {}
    for definition in feature_definitions():
        table.setdefault(definition.family, set()).add(definition.column)
    assert table == {name: set(family.columns) for name, family in FAMILIES.items()}
    assert all(len(f.columns) == len(set(f.columns)) for f in FAMILIES.values())


def test_every_feature_is_defined_in_one_line_with_a_formula():
    for definition in feature_definitions():
        assert definition.definition and "\n" not in definition.definition, definition.name
        assert definition.formula.count("{") == definition.formula.count("}"), definition.name
        assert definition.formula, definition.name


def test_nothing_that_describes_the_observing_is_in_our_set():
    assert not OBSERVING & set(LightCurveFeatures("vartl").get_feature_names_out())


def test_membership_in_the_table():
    for name in ("vartl", "upsilon"):
        expected = {d.name for d in feature_definitions(name)}
        assert {d.name for d in feature_definitions() if name in d.sets} == expected
        assert len(expected) == len(LightCurveFeatures(name).get_feature_names_out())


def test_all_names_the_reference_with_a_prefix_and_ours_without():
    names = LightCurveFeatures("all").get_feature_names_out().tolist()
    assert {"upsilon:period", "period", "upsilon:amplitude", "amplitude"} <= set(names)
    assert names == [d.name for d in feature_definitions("all")]
    assert len(names) == len(set(names))


def test_a_list_may_name_sets():
    names = LightCurveFeatures(["upsilon", "vartl", "stetson_k"]).get_feature_names_out().tolist()
    reference, ours = (LightCurveFeatures(s).get_feature_names_out() for s in ("upsilon", "vartl"))
    assert names == [*(f"upsilon:{name}" for name in reference), *ours, "stetson_k"]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["vartl", "skewness"], "'skewness' more than once"),
        ("vartle", "'vartle' is no set of features; the sets are 'vartl'"),
        ("skewness", r"pass a list: \['skewness'\]"),
        (["skewnes"], "no feature 'skewnes'. Did you mean 'skewness'"),
        (["upsilon:phi41"], "no feature 'upsilon:phi41'"),
        (["skewness", "skewness"], "'skewness' more than once"),
        ([], "empty list"),
        ([3], "must hold names, got 3"),
    ],
)
def test_unknown_names_are_refused_with_the_remedy(features, message):
    with pytest.raises(ValueError, match=message):
        LightCurveFeatures(features).get_feature_names_out()


def test_features_of_feets_have_no_definition_here():
    assert [d.name for d in feature_definitions(["feets:EtaE", "skewness"])] == ["skewness"]


def test_features_had_by_name_only_are_in_no_set_and_alike_for_all_engines(rng):
    names = ["dip_depth", "dip_duration", "dips_seen", "dips_log10_fap", "peak_power", "even_share"]
    names += ["period_error", "epoch_minimum", "epoch_maximum", "light_range", "runner_up"]
    assert not set(names) & set(LightCurveFeatures("all").get_feature_names_out())
    assert set(names) <= {d.name for d in feature_definitions()}
    time = np.sort(rng.uniform(0, 300, 250))
    mag = 14 + 0.5 * (np.abs((time / 2.2 + 0.5) % 1 - 0.5) < 0.04) + rng.normal(0, 0.02, 250)
    star = [(time, mag, np.full(250, 0.02))]
    rows = [
        LightCurveFeatures(names, period_engine=e).transform(star)[0] for e in ("numba", "numpy")
    ]
    np.testing.assert_allclose(*rows, rtol=1e-5)
    depth, duration, seen, log10_fap = rows[0][:4]
    assert 0.4 < depth < 0.55 and 0.05 < duration < 0.11 and seen >= 8 and log10_fap < -5
