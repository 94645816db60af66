"""Trees: reading, pruning, standard ones."""

import numpy as np
import pytest

from sklearn_vartl.taxonomy import CRTS_TAXONOMY, VARIABLE_STAR_TAXONOMY
from sklearn_vartl.taxonomy._nodes import node_labels
from sklearn_vartl.taxonomy._tree import ROOT, parse_tree
from sklearn_vartl.transfer import harmonise, related_classes


def test_paths_and_leaves(tree):
    parsed = parse_tree(tree)
    assert parsed.path("RRC") == ("Pulsating", "RR Lyrae", "RRC")
    assert parsed.path(ROOT) == ()
    assert sorted(parsed.leaves()) == ["EC", "ED", "LPV", "RRAB", "RRC"]
    assert parsed.children[ROOT] == ("Eclipsing", "Pulsating")
    assert parsed.flattened().children == {ROOT: tuple(parsed.leaves())}


def test_pruning_keeps_what_leads_to_the_classes(tree):
    pruned = parse_tree(tree).pruned(["EC", "RRC", "RRAB"])
    assert pruned.children == {
        ROOT: ("Eclipsing", "Pulsating"),
        "Eclipsing": ("EC",),
        "Pulsating": ("RR Lyrae",),
        "RR Lyrae": ("RRAB", "RRC"),
    }
    # An inner node that nothing present is below becomes a leaf.
    assert set(parse_tree(tree).pruned(["RR Lyrae", "EC"]).leaves()) == {"EC", "RR Lyrae"}


def test_stars_of_a_node(tree):
    y = np.array(["RRC", "EC", "RR Lyrae", "LPV", "RRAB"])
    parsed = parse_tree(tree).pruned(y.tolist())
    stars, labels = node_labels(parsed, "Pulsating", y)
    assert stars.tolist() == [0, 2, 3, 4]
    assert labels.tolist() == ["RR Lyrae", "RR Lyrae", "LPV", "RR Lyrae"]
    # A star labelled with the node itself cannot teach what is below it.
    stars, labels = node_labels(parsed, "RR Lyrae", y)
    assert labels.tolist() == ["RRC", "RRAB"]
    assert node_labels(parsed, ROOT, y)[1].tolist() == [
        "Pulsating", "Eclipsing", "Pulsating", "Pulsating", "Pulsating",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "error", "message"),
    [
        ({"A": ["B"], "C": ["B"]}, ValueError, "'B' stands in the taxonomy twice"),
        ({"A": {"root": None}}, ValueError, "'root'"),
        ({"A": "BC"}, TypeError, "Below 'A'"),
        ({"A": ["B", 1]}, TypeError, "not both"),
        ({}, ValueError, "no classes"),
        (["A", "B"], TypeError, "nested dict"),
    ],
)
def test_trees_that_are_none(tree, error, message):
    with pytest.raises(error, match=message):
        parse_tree(tree)


def test_the_standard_tree_holds_the_standard_names():
    parsed = parse_tree(VARIABLE_STAR_TAXONOMY)
    labels = (
        "RRAB RRC RRD RRAB_BL CEP CEP_MULTI T2CEP ACEP DSCT SXPHE GDOR SPB BCEP EC ESD ED E ELL ROT "
        "ACV CP MIRA SR LPV RVTAU PVSG TTAU HAEBE WR LBOO SDOR XB QSO NONVAR"
    ).split()
    assert not set(labels) - set(parsed.parent)
    # Translating into the tree's names keeps them.
    assert harmonise(labels, classes=list(parsed.parent)).tolist() == labels
    # What the synonyms call a superclass is an inner node above the class, or beside it.
    assert set(related_classes("RRLYR", parsed.leaves())) == {"RRAB", "RRAB_BL", "RRC", "RRD"}


def test_the_published_tree():
    parsed = parse_tree(CRTS_TAXONOMY)
    assert len(parsed.leaves()) == 11
    assert parsed.children["Pulsating"] == ("RR Lyrae", "LPV", "DSCT", "Cepheids")
