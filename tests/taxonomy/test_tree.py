"""Trees: reading, pruning, standard ones."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from sklearn_vartl.taxonomy import CRTS_TAXONOMY, VARIABLE_STAR_TAXONOMY
from sklearn_vartl.taxonomy._tree import (
    ROOT,
    _new_model,
    climb,
    conditional_proba,
    descend,
    leaf_proba,
    node_labels,
    parse_tree,
    proba_of_nodes,
)
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
        ({"A": 3}, TypeError, "Below 'A' .* got 3"),
        ({"A": {"B": np.arange(2)}}, TypeError, "Below 'B'"),
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


class Saying:
    """A fitted classifier that says the same of every star."""

    def __init__(self, classes, proba):
        self.classes_, self.proba = np.array(classes), proba

    def predict_proba(self, X):
        return np.tile(self.proba, (len(X), 1))


def test_shares_of_a_node_are_those_among_its_children():
    """What a classifier gives to a class that left is shared out as the others' shares are."""
    tree = parse_tree({"A": ["a1", "a2"], "B": None, "C": ["c1", "c2"]})
    models = {
        ROOT: Saying(["C", "B", "A", "gone"], [0.1, 0.1, 0.3, 0.5]),
        "A": Saying(["a2", "a1"], [0.25, 0.75]),
        "C": Saying(["gone", "c1", "c2"], [1.0, 0.0, 0.0]),
    }
    conditional = conditional_proba(models, tree, np.zeros((2, 1)), 2)
    np.testing.assert_allclose(conditional[ROOT], [[0.6, 0.2, 0.2]] * 2)
    np.testing.assert_allclose(conditional["A"], [[0.75, 0.25]] * 2)
    # All was given to a class that is not there: nothing is known of the others.
    np.testing.assert_allclose(conditional["C"], [[0.5, 0.5]] * 2)
    proba = leaf_proba(tree, conditional, ["a1", "a2", "B", "c1", "c2"], hard=False)
    np.testing.assert_allclose(proba, [[0.45, 0.15, 0.2, 0.1, 0.1]] * 2)


def test_leaves_that_are_asked_for_sum_to_one():
    """Probability that went to other leaves is shared out."""
    tree = parse_tree({"A": ["a1", "a2"], "B": None})
    conditional = {ROOT: np.array([[0.8, 0.2]]), "A": np.array([[0.5, 0.5]])}
    np.testing.assert_allclose(leaf_proba(tree, conditional, ["a1", "B"], False), [[2 / 3, 1 / 3]])


def test_hard_routes_leave_nothing_beside_an_inner_node_that_wins():
    tree = parse_tree({"A": ["a1", "a2"], "B": None, "C": None})
    conditional = {
        ROOT: np.array([[0.4, 0.35, 0.25], [0.3, 0.5, 0.2]]),
        "A": np.array([[0.9, 0.1], [0.9, 0.1]]),
    }
    proba = leaf_proba(tree, conditional, ["a1", "a2", "B", "C"], hard=True)
    # The second star goes to a leaf: among leaves the shares remain.
    np.testing.assert_allclose(proba, [[0.9, 0.1, 0, 0], [0, 0, 5 / 7, 2 / 7]])


def test_a_node_has_the_probability_of_its_leaves_and_one_at_most():
    tree = parse_tree({"A": {"a": ["a1", "a2"], "a3": None}, "B": None})
    classes = ["B", "a3", "a1", "a2"]
    found = proba_of_nodes(
        tree, np.array([[0.1, 0.2, 0.3, 0.4], [0, 0.2, 0.5, 0.3 + 1e-9]]), classes
    )
    expected = {"A": [0.9, 1], "a": [0.7, 0.8], "a1": [0.3, 0.5], "a2": [0.4, 0.3], "a3": [0.2, 0.2],
                "B": [0.1, 0]}  # fmt: skip
    assert set(found) == set(expected)
    for node, proba in expected.items():
        np.testing.assert_allclose(found[node], proba, atol=1e-8)
    assert found["A"][1] == 1.0


@pytest.mark.parametrize(
    ("enough", "stop"),
    [(0.25, "a1"), (0.375, "a1"), (0.4, "a"), (0.625, "a"), (0.7, "A"), (0.9, ROOT)],
)
def test_climbing_and_descending_stop_where_it_is_probable_enough(enough, stop):
    tree = parse_tree({"A": {"a": ["a1", "a2"], "a3": None}, "B": None})
    proba = np.array([[0.25, 0.125, 0.375, 0.25]])
    assert climb(tree, proba, ["B", "a3", "a1", "a2"], enough) == [stop]


@pytest.mark.parametrize(
    ("enough", "stop"), [(0.5, "a2"), (0.625, "a2"), (0.7, "a"), (0.75, "a"), (0.8, ROOT)]
)
def test_descending_stops_before_a_doubtful_child(enough, stop):
    tree = parse_tree({"A": {"a": ["a1", "a2"], "a3": None}, "B": None})
    conditional = {
        ROOT: np.array([[0.75, 0.25]]),
        "A": np.array([[0.875, 0.125]]),
        "a": np.array([[0.375, 0.625]]),
    }
    assert descend(tree, conditional, enough) == [stop]


@pytest.mark.parametrize(("least", "folds"), [(2, 2), (4, 4), (5, 5), (6, 5), (30, 5)])
def test_a_node_is_calibrated_in_as_many_folds_as_its_rarest_class_has_stars(least, folds):
    settings = SimpleNamespace(estimator=GaussianNB(), sampler=None, calibration="sigmoid")
    labels = np.repeat(["EC", "ED"], [40, least])
    model = _new_model(settings, "Eclipsing", labels)
    assert model.cv.get_n_splits(np.zeros(len(labels)), labels) == folds


def test_a_node_with_one_star_of_a_class_cannot_be_calibrated():
    settings = SimpleNamespace(estimator=GaussianNB(), sampler=None, calibration="sigmoid")
    with pytest.raises(ValueError, match="at 'Eclipsing' there is one of 'ED'"):
        _new_model(settings, "Eclipsing", np.array(["EC", "EC", "ED"]))
