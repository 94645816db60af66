"""Class names of different surveys."""

import numpy as np
import pytest

from sklearn_vartl.transfer import harmonise, related_classes
from sklearn_vartl.transfer._head import map_head

SOURCE = ["ACEP", "CEP", "DSCT", "EC", "ED", "LPV", "ROT", "RRAB", "RRC", "RRD", "T2CEP"]


@pytest.mark.parametrize(
    ("name", "relatives"),
    [
        ("RRAB", ["RRAB"]),
        ("RRL_ab", ["RRAB"]),
        ("RRAB_BL", ["RRAB"]),
        ("MIRA", ["LPV"]),
        ("SR", ["LPV"]),
        ("ESD", ["EC", "ED"]),
        ("CEP_MULTI", ["CEP"]),
        ("E", ["EC", "ED"]),
        ("CP", ["ROT"]),
        ("SXPHE", ["DSCT"]),
        ("WR", []),
        (7, []),
    ],
)
def test_relatives(name, relatives):
    assert related_classes(name, SOURCE) == relatives


def test_a_superclass_finds_its_members():
    assert related_classes("LPV", ["MIRA", "SR", "EC"]) == ["MIRA", "SR"]


def test_harmonise_translates_into_given_classes():
    labels = ["MIRA", "CP", "RRAB_BL", "ESD", "LPV", None]
    assert harmonise(labels, classes=["LPV", "ACV", "RRAB"]).tolist() == [
        "LPV", "ACV", "RRAB", "ESD", "LPV", None,
    ]  # fmt: skip
    assert harmonise(["LPV"], classes=["MIRA", "EC"]).tolist() == ["MIRA"]
    assert harmonise(["LPV"], classes=["MIRA", "SR"]).tolist() == ["LPV"]


def test_the_survey_decides_ambiguous_names():
    assert harmonise(["EB", "EW"], "asas-sn").tolist() == ["ESD", "EC"]
    assert harmonise(["EB", "EW"], "OGLE").tolist() == ["E", "EC"]


def test_harmonise_keeps_shape_missing_and_unknown_labels():
    assert harmonise([]).shape == (0,)
    out = harmonise(np.array(["odd name", np.nan], dtype=object))
    assert out[0] == "ODD_NAME"
    assert np.isnan(out[1])


def test_head_rows_follow_names_and_relatives():
    rng = np.random.default_rng(0)
    weights = {"head.weight": rng.normal(size=(11, 3)), "head.bias": rng.normal(size=11)}
    old = np.array(SOURCE, dtype=object)
    new = np.array(["WR", "RRC", "ESD", "MIRA", "EC"], dtype=object)
    mapped = map_head(weights, old, new)
    row = dict(zip(SOURCE, weights["head.weight"], strict=True))
    expected = [
        weights["head.weight"].mean(axis=0),
        row["RRC"],
        (row["EC"] + row["ED"]) / 2,
        row["LPV"],
        row["EC"],
    ]
    np.testing.assert_allclose(mapped["head.weight"], expected, rtol=1e-6)
    np.testing.assert_allclose(mapped["head.bias"][1], weights["head.bias"][8], rtol=1e-6)
