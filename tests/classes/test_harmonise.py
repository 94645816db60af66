"""Class names of different surveys."""

import re

import numpy as np
import pytest

from sklearn_vartl.classes import (
    IN_SURVEY,
    SYNONYMS,
    VARIABLE_STAR_TAXONOMY,
    group_of,
    harmonise,
    lineage,
    misspelt,
    related_classes,
)
from sklearn_vartl.network._weights import map_head

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


def test_the_very_class_is_nearer_than_its_members():
    assert related_classes("E", ["EC", "E", "ED"]) == ["E"]
    assert related_classes("Mira", ["SR", "LPV", "OSARG"]) == ["LPV"]
    # Wherever its name stands in the alphabet.
    assert related_classes("RSCVN", ["ELL", "ROT", "CP"]) == ["ROT"]
    # One class in two spellings.
    assert related_classes("CEP_MULTI", ["CEP", "DCEP", "T2CEP"]) == ["CEP", "DCEP"]


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


@pytest.mark.parametrize(
    ("survey", "names"),
    [
        (
            "GCVS",
            "EA/SD:ESD EB:ESD EW/KW:EC DCEPS:CEP CEP(B):CEP_MULTI CWB:T2CEP RVA:RVTAU HADS:DSCT",
        ),
        ("VSX", "RRAB/BL:RRAB EB:ESD RR(B):RRD BY:ROT UGSU:UG LMXB:XB M::MIRA TTS/ROT:TTAU LB:LPV"),
        ("OGLE", "RRab:RRAB aRRd:RRD 1O:CEP F/1O:CEP_MULTI BLHer:T2CEP C:EC NC:E SRV:SR ELL:ELL"),
        ("ASAS", "DCEP-FU:CEP CW-FO:T2CEP EC/ESD:E DSCT:DSCT MIRA:MIRA BCEP:BCEP Semidetached:ESD"),
        ("CRTS", "type 1:RRAB type 8:LPV Blazhko:RRAB RS CVn:ROT Cep-II:T2CEP LADS:DSCT EA_UP:ED"),
        ("ASAS-SN", "EB:ESD CWA:T2CEP RVA:RVTAU L:LPV GCAS:BE ROT:ROT DCEPS:CEP YSO:YSO"),
        ("ZTF", "CEPII:T2CEP RSCVN:ROT BYDra:ROT EB:ESD Mira:MIRA"),
        (
            "Gaia",
            "CEP:CEPHEIDS RR:RRLYR SOLAR_LIKE:ROT ACV|CP|MCP|ROAM|ROAP|SXARI:ACV ECL:E AGN:QSO",
        ),
    ],
)
def test_names_of_surveys_and_catalogues(survey, names):
    pairs = re.findall(r"(\S.*?):+([A-Z0-9_]+)(?= |$)", names)
    labels, expected = zip(*pairs, strict=True)
    assert harmonise(list(labels), survey).tolist() == list(expected)
    # The standard names stay as they are.
    assert harmonise(list(expected)).tolist() == list(expected)


def test_a_cepheid_of_gaia_may_be_of_any_type():
    classes = ["CEP", "T2CEP", "EC"]
    assert harmonise(["CEP"], "Gaia", classes=["EC", "CEPHEIDS"]).tolist() == ["CEPHEIDS"]
    assert harmonise(["CEP"], classes=classes).tolist() == ["CEP"]


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


@pytest.mark.parametrize("survey", ["ASASSN", "ASAS-SN", "asas_sn", "VSX", "gcvs", "ZTF DR20"])
def test_a_survey_is_known_however_it_is_spelt(survey):
    assert harmonise(["EB"], survey).tolist() == ["ESD"]


@pytest.mark.parametrize("survey", ["OGLE-III", "OGLE4", "ogle iv"])
def test_phases_of_a_survey_are_the_survey(survey):
    assert harmonise(["1O"], survey).tolist() == ["CEP"]


def test_asas_is_not_asas_sn():
    assert harmonise(["EB"], "ASAS").tolist() == ["E"]


def test_an_unknown_survey_is_told():
    with pytest.warns(UserWarning, match=r"The survey 'MYSURVEY' is not known") as told:
        assert harmonise(["EB", "RRab"], "MYSURVEY").tolist() == ["E", "RRAB"]
    assert told[0].filename == __file__


def test_neighbours_tell_what_eb_is():
    assert harmonise(["EA", "EB", "EW"]).tolist() == ["ED", "ESD", "EC"]
    assert harmonise(["RRAB", "EB"]).tolist() == ["RRAB", "E"]


def test_groups_know_every_spelling():
    spelt = [
        "EW/KW",
        "ecl",
        "EA/SD",
        "W_Ursae_Maj",
        "BY Dra",
        "CP",
        "RR0",
        "DCEP_FU",
        "HADS",
        "SRV",
    ]
    assert [group_of(name) for name in spelt] == [
        *["eclipsing"] * 4, "rotational", "rotational", "RR Lyrae", "Cepheids",
        "short-period pulsators", "long-period variables",
    ]  # fmt: skip
    assert group_of("X1") is None
    assert group_of(3) is None


def test_lineage():
    assert lineage("RVA") == ["RVTAU", "T2CEP", "CEPHEIDS"]
    assert lineage("EB", "VSX") == ["ESD", "E"]
    assert lineage("WR") == ["WR"]


def test_the_standard_tree_holds_the_names_that_harmonise_gives():
    def leaves(tree):
        for name, below in tree.items():
            yield from leaves(below) if isinstance(below, dict) else below or [name]

    names = list(leaves(VARIABLE_STAR_TAXONOMY))
    assert len(names) == len(set(names)) == 39
    spelt = {"RRAB_BL": "RRAB", "CP": "ACV"}
    assert harmonise(names).tolist() == [spelt.get(name, name) for name in names]
    assert VARIABLE_STAR_TAXONOMY["PULSATING"]["CEPHEIDS"] == [
        "CEP", "CEP_MULTI", "ACEP", "T2CEP", "RVTAU",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("Mria", "MIRA"),
        ("cephied", "CEPHEID"),
        ("DCST", "DSCT"),
        ("NONVARR", "NONVAR"),
        ("Mirra", "MIRA"),
    ],
)
def test_a_slip_of_the_finger_is_seen(label, meant):
    assert misspelt([label, "EC"]) == {label: meant}


def test_a_slip_is_seen_wherever_in_the_word_it_is():
    name = "SUPERNOVA"
    places = range(len(name))
    slips = {name[:i] + name[i + 1 :] for i in places}
    slips |= {name[:i] + letter + name[i:] for i in range(len(name) + 1) for letter in "AZ"}
    slips |= {name[:i] + letter + name[i + 1 :] for i in places for letter in "AZ"}
    slips |= {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in places[:-1]}
    slips -= {name}
    assert misspelt(slips) == dict.fromkeys(slips, name)
    # A letter too many, other or missing beside what is no letter.
    slips = ["CEPHX_1O", "CEPX_1O", "CEP_1O2OX", "T2XCEP", "CEPH_1XO"]
    meant = ["CEPH_1O", "CEPH_1O", "CEP_1O2O", "T2CEP", "CEPH_1O"]
    assert misspelt(slips) == dict(zip(slips, meant, strict=True))
    # Two slips are another word.
    assert misspelt(["SUPRNOV", "SUPERNOVAAZ", "USEPRNOVA"]) == {}


@pytest.mark.parametrize(
    "label",
    [
        "Mira",
        "EA",
        "EZ",
        "type 1",
        "class2",
        "DSCT1",
        "my class",
        "variable",
        "junk",
        None,
        4.0,
        "",
    ],
)
def test_names_of_ones_own_are_no_slips(label):
    assert misspelt([label]) == {}


def test_no_name_in_use_is_a_slip():
    """Those of the surveys whose classes the package knows, as they are written there."""
    names = [name for names in IN_SURVEY.values() for name in names]
    assert misspelt([*SYNONYMS, *SYNONYMS.values(), *names]) == {}


def test_words_that_stand_for_no_label_are_no_classes():
    given = ["RRab", "nan", "?", "--", " ", ":", "?:", "None", "NA", b"RRab", None]
    expected = ["RRAB", *[None] * 7, "NOVA", "RRAB", None]
    assert harmonise(given).tolist() == expected
    assert harmonise(["nan", "EW"], classes=["E"]).tolist() == [None, "E"]
