"""What a state cannot hold: values that no fitted model has are refused, each in its own words."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from sklearn_vartl import TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._archive import Arrays
from sklearn_vartl.persistence._state import (
    _calibration_from_state,
    _check_kept,
    _check_network,
    _fingerprints,
    _gate_from_state,
    _memory_from_state,
    _shares,
    from_state,
    to_state,
)
from sklearn_vartl.probabilities import Calibration

from .conftest import ensemble_of, network, stars


@pytest.fixture(scope="module")
def of_network(transferred):
    return to_state(transferred)


@pytest.fixture(scope="module")
def of_ensemble(ensemble):
    return to_state(ensemble)


def changed(state, place, value):
    """A copy of plain data in which one place has another value."""
    copy = deepcopy(state)
    *above, last = place
    inner = copy
    for key in above:
        inner = inner[key]
    inner[last] = value
    return copy


# Where in the state of the target's model, and what.
OF_STATE = [
    (("scaler", "kinds", 0), "square", "columns of an unknown kind"),
    (("n_members",), 0, "0 networks cannot be in"),
    (("n_members",), -1, "-1 networks cannot be in"),
    (("n_members",), 1000, "1000 networks cannot be in"),
    (("n_held_out",), 89, "89 scores of held-out stars were saved"),
    (("classes", "values"), [], "are none, or not sorted"),
    (("classes", "values"), ["A", "C", "B"], "are none, or not sorted"),
    (("classes", "values"), ["A", "B", "B"], "are none, or not sorted"),
    (("history", 0), "text", "no list of epochs"),
    (("history", 0, 0), {"epoch": 1, "seconds": 2.0}, "'seconds', which no model file has"),
    (("temperature",), 0.0, "no positive number"),
    (("temperature",), -1.0, "no positive number"),
    (("say",), 1.5, "not between 0 and 1"),
    (("say",), -0.5, "not between 0 and 1"),
]


@pytest.mark.parametrize(("place", "value", "said"), OF_STATE)
def test_a_value_that_no_model_has_is_refused(place, value, said, of_network):
    state, arrays = of_network
    with pytest.raises(ModelFileError, match=said):
        from_state(
            TransferMLPClassifier, changed(state, ("models", "current", *place), value), arrays
        )


# The array of the target's model, which of its numbers, and what.
OF_ARRAYS = [
    ("scaler/width", 3, 0.0, "numbers that it never has"),
    ("scaler/scale", 3, -1.0, "numbers that it never has"),
    ("scaler/center", 3, np.inf, "numbers that it never has"),
    ("class_count", 2, -1.0, "are no shares of 3 classes"),
    ("class_count", slice(None), 0.0, "are no shares of 3 classes"),
    ("trained_shares", 0, -1e-9, "are no shares of 3 classes"),
    ("memory/weight", 89, -1.0, "negative weight"),
    ("seen", 1, 0, "no sorted 64-bit numbers"),
    ("seen", 179, 0, "no sorted 64-bit numbers"),
    ("held_out_labels", 89, 3, "classes of the held-out stars are none"),
    ("held_out_labels", 0, -1, "classes of the held-out stars are none"),
    ("held_out_labels", 0, 0.5, "classes of the held-out stars are none"),
    ("held_out_found", 89, 3, "classes of the held-out stars are none"),
    ("held_out_sure", 89, 1.01, "probabilities of the held-out stars are none"),
    ("held_out_sure", 0, -0.01, "probabilities of the held-out stars are none"),
    ("member/1/backbone.1.norm.running_var", 5, -1.0, "running_var of a network is negative"),
    ("member/1/head.bias", 0, np.nan, "other things than finite float32"),
]


@pytest.mark.parametrize(("name", "row", "value", "said"), OF_ARRAYS)
def test_a_number_that_no_model_has_is_refused(name, row, value, said, of_network):
    state, arrays = of_network
    array = arrays[f"current/{name}"].copy()
    array[row] = value
    with pytest.raises(ModelFileError, match=said):
        from_state(TransferMLPClassifier, state, arrays | {f"current/{name}": array})


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("seen", lambda a: a.astype(np.int64), "no sorted 64-bit numbers"),
        ("seen", lambda a: a[[*range(178), 179, 178]], "no sorted 64-bit numbers"),
        ("seen", lambda a: a[:, None], "no sorted 64-bit numbers"),
        ("held_out_labels", lambda a: a[1:], "classes of the held-out stars are none"),
        ("held_out_sure", lambda a: a[1:], "probabilities of the held-out stars are none"),
        ("member/0/head.bias", lambda a: a.astype(float), "other things than finite float32"),
        ("class_count", lambda a: a.astype(np.float32), "class_count is float32"),
        ("trained_shares", lambda a: a[:2], "are no shares of 3 classes"),
    ],
)
def test_an_array_of_another_kind_or_size_is_refused(name, change, said, of_network):
    state, arrays = of_network
    own = change(arrays[f"current/{name}"])
    with pytest.raises(ModelFileError, match=said):
        from_state(TransferMLPClassifier, state, arrays | {f"current/{name}": own})


@pytest.mark.parametrize(
    "priors", [[0.5, 0.5], [0.5, 0.6, -0.1], [0, 0, 0], [0.2, 0.3, float("inf")]]
)
def test_estimated_shares_are_as_many_as_classes(priors, of_network):
    state, arrays = of_network
    good = from_state(TransferMLPClassifier, state | {"estimated_priors": [1, 2, 3]}, arrays)
    assert good.model_.estimated_priors.tolist() == [1, 2, 3]
    assert good.source_model_.estimated_priors is None
    with pytest.raises(ModelFileError, match="are no shares of 3 classes"):
        from_state(TransferMLPClassifier, state | {"estimated_priors": priors}, arrays)


def test_a_model_of_one_class_comes_back():
    X = np.nan_to_num(stars(0)[0])
    model = network(scaler=None).fit(X, np.full(len(X), "A"))
    again = from_state(TransferMLPClassifier, *to_state(model))
    assert again.classes_.tolist() == ["A"]
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    ("views", "said"),
    [
        ([[0, 1, 2], [1, 9]], "inputs that do not exist"),
        ([[0, 1, 2], [-1, 3]], "inputs that do not exist"),
        ([[0, 1, 2], []], "inputs that do not exist"),
        ([[0, 1, 2], [1.0, 3.0]], "no list of columns"),
        ([[0, 1, 2], "13"], "no list of columns"),
        ([[0, 1, 2]], "2 groups of networks cannot have 1 views"),
        ([], "2 groups of networks cannot have 0 views"),
    ],
)
def test_views_of_an_ensemble_are_columns_that_there_are(views, said, of_ensemble):
    state, arrays = of_ensemble
    # Four features, of which one is an angle, and for each whether it is missing: inputs 0 to 8.
    assert from_state(TransferEnsembleClassifier, state | {"views": state["views"]}, arrays)
    with pytest.raises(ModelFileError, match=said):
        from_state(TransferEnsembleClassifier, state | {"views": views}, arrays)


def test_parts_of_an_ensemble_fit_each_other(of_ensemble):
    state, arrays = of_ensemble

    def refused(said, place=None, value=None, **own):
        other = state if place is None else changed(state, place, value)
        with pytest.raises(ModelFileError, match=said):
            from_state(TransferEnsembleClassifier, other, arrays | own)

    refused("source of an ensemble has no trees", ("models", "source", "with_trees"), True)
    place = ("models", "current", "networks", 1, "classes", "values")
    for names in (["ED", "ESD", "ZZZ"], ["AAA", "ESD", "MIRA"]):
        refused("networks of an ensemble have different classes", place, names)
    weights = arrays["current/part_weights"]
    for k, by in ((0, 1e-6), (-1, -1e-6)):
        own = weights.copy()
        own[k] += by
        refused("parts are no shares", **{"current/part_weights": own})
    own = weights.copy()
    own[:2] = -0.1, own[0] + own[1] + 0.1
    refused("parts are no shares", **{"current/part_weights": own})


@pytest.mark.parametrize("columns", [[1, 0], [2, 2], [0, 1, 2]])
def test_the_columns_of_a_gate_are_sorted_and_leave_some(columns):
    with pytest.raises(ModelFileError, match="not sorted, or leave no feature"):
        _gate_from_state({"columns": columns, "model": {}}, Arrays({}), 3)


KEPT = {"kept": [0.0, 2.0], "lost": [0.0, 1.0], "kept_odds": [0.3, 1.0]}


def calibration(**more):
    held_out = {name: np.asarray(value, float) for name, value in (KEPT | more).items()}
    arrays = {f"held_out_{name}": value for name, value in held_out.items() if value.size}
    arrays["held_out_scores"] = np.array([0.1, 0.2])
    return _calibration_from_state({"temperature": 1.0}, Arrays(arrays), 3)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"lost": []}, "only a part is told"),
        ({"kept": []}, "only a part is told"),
        ({"kept": [0, 3]}, "kept without a label are none of the model's"),
        ({"kept": [-1, 2]}, "kept without a label are none of the model's"),
        # All of them: nothing would have been learned.
        ({"kept": [0, 1, 2], "kept_odds": [1, 1, 1]}, "are none of the model's"),
        ({"lost": [0, 1.01]}, "odds of the classes that are kept .* are none"),
        ({"lost": [-0.01, 1]}, "odds of the classes that are kept .* are none"),
        ({"kept_odds": [0.3, 1.01]}, "odds of the classes that are kept .* are none"),
        ({"kept_odds": [0.0, 1]}, "odds of the classes that are kept .* are none"),
        ({"kept_odds": [0.3]}, "odds of the classes that are kept .* are none"),
    ],
)
def test_classes_that_are_kept_have_odds(more, said):
    assert calibration().kept_odds.tolist() == KEPT["kept_odds"]
    with pytest.raises(ModelFileError, match=said):
        calibration(**more)


@pytest.mark.parametrize(
    ("seen", "good"),
    [
        (np.array([1, 5, 9], np.uint64), True),
        (np.array([], np.uint64), True),
        (np.array([1, 5, 9], np.uint32), False),
        (np.array([1.0, 5, 9]), False),
        (np.array([1, 5, 9], np.int64), False),
        (np.array([1, 5, 5], np.uint64), False),
        (np.array([5, 1], np.uint64), False),
        (np.array([[1, 5]], np.uint64), False),
        (np.array(1, np.uint64), False),
    ],
)
def test_fingerprints_are_sorted_numbers_of_64_bits(seen, good):
    if good:
        assert _fingerprints({"seen": seen}) is seen and _fingerprints({}) is None
        return
    with pytest.raises(ModelFileError, match="no sorted 64-bit numbers"):
        _fingerprints({"seen": seen})


def memory(X, weight=(1.0, 2.0), labels=("EC", "ED"), n_columns=2):
    labels = {"dtype": "|O", "values": list(labels)}
    arrays = {"memory/X": np.asarray(X), "memory/weight": np.asarray(weight, float)}
    return _memory_from_state({"memory_y": labels}, arrays, n_columns)


def test_remembered_stars_may_lack_a_feature_and_be_of_single_precision():
    X = np.array([[0.5, np.nan], [1.0, 2.0]])
    for kind in (np.float32, np.float64):
        found = memory(X.astype(kind))
        assert found.X.dtype == np.float64 and found.y.tolist() == ["EC", "ED"]
        np.testing.assert_array_equal(found.X, X)
    assert memory(X, weight=(0.0, 0.0)).weight.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"X": np.zeros((2, 2), np.float16)}, "memory/X is float16"),
        ({"X": np.zeros((2, 2), int)}, "memory/X is int64"),
        ({"X": np.zeros((2, 3))}, r"memory/X is .* expected \(2, 2\)"),
        ({"X": [[np.inf, 0], [0, 0]]}, "memory/X holds values that are no finite"),
        ({"labels": ["EC"]}, r"expected \(1, 2\)"),
        ({"weight": [1.0]}, "memory/weight is float64"),
        ({"weight": [1.0, -1e-9]}, "a remembered star has a negative weight"),
    ],
)
def test_remembered_stars_that_are_none(given, said):
    with pytest.raises(ModelFileError, match=said):
        memory(**{"X": np.zeros((2, 2))} | given)


@pytest.mark.parametrize("shares", [[1.0], [1, 2, 3], [0, 0], [-1, 2], [np.nan, 1], [np.inf, 1]])
def test_shares_are_as_many_as_classes_and_not_all_nothing(shares):
    assert _shares(np.array([0.0, 2.0]), 2).tolist() == [0, 2]
    with pytest.raises(ModelFileError, match="are no shares of 2 classes"):
        _shares(np.array(shares, dtype=float), 2)


def layers(*widths, n_in=3):
    """Weights of a network with these layers, the last of them the head."""
    weights = {}
    for k, n in enumerate(widths):
        last = k == len(widths) - 1
        linear = "head" if last else f"backbone.{k}.linear"
        weights |= {f"{linear}.weight": np.ones((n, n_in)), f"{linear}.bias": np.zeros(n)}
        if not last:
            parts = ("weight", "bias", "running_mean", "running_var")
            weights |= {f"backbone.{k}.norm.{part}": np.zeros(n) for part in parts}
        n_in = n
    return {name: array.astype(np.float32) for name, array in weights.items()}


def test_layers_of_a_network_follow_each_other():
    for widths in ((2,), (5, 2), (5, 4, 2)):
        _check_network(layers(*widths), 3, 2)
        for n_inputs, n_classes in ((2, 2), (4, 2), (3, 1), (3, 3)):
            with pytest.raises(ModelFileError, match="does not fit the features and classes"):
                _check_network(layers(*widths), n_inputs, n_classes)


@pytest.mark.parametrize("name", layers(5, 4, 2))
def test_every_array_of_a_network_is_looked_at(name):
    good = layers(5, 4, 2)
    array = good[name]
    for other in (array[:-1], array[None], np.append(array, array[:1], axis=0)):
        with pytest.raises(ValueError, match=r"do(es)? not fit|damaged|layers"):
            _check_network(good | {name: other}, 3, 2)
    for bad in (array.astype(float), array + np.float32(np.nan), array + np.float32(np.inf)):
        with pytest.raises(ModelFileError, match=f"{name} of a network holds other things"):
            _check_network(good | {name: bad}, 3, 2)
    if name.endswith("running_var"):
        with pytest.raises(ModelFileError, match=f"{name} of a network is negative"):
            _check_network(good | {name: array - np.float32(1e-6)}, 3, 2)
    else:
        _check_network(good | {name: array - 1}, 3, 2)


@pytest.mark.parametrize("at", [(0, 0), (0, -1), (-1, 0)])
def test_the_trees_of_an_ensemble_see_features_and_what_the_source_thinks(at, of_ensemble):
    """Inputs are numbered from 0: nine of scaled features and three probabilities."""
    state, arrays = of_ensemble
    inner = np.flatnonzero(arrays["current/trees/left"] >= 0)
    for number, good in ((0, True), (11, True), (12, False), (-1, False)):
        feature = arrays["current/trees/feature"].copy()
        feature[inner[at[0]]] = number
        given = arrays | {"current/trees/feature": feature}
        if good:
            assert from_state(TransferEnsembleClassifier, state, given).is_transferred_
            continue
        with pytest.raises(ValueError, match="arrays of the trees do not fit together"):
            from_state(TransferEnsembleClassifier, state, given)


def test_a_scaler_that_was_fitted_on_the_target_stands_beside_its_networks(of_ensemble):
    model = ensemble_of(transfer_scaler="target")
    assert model.scaler_ is not model.source_model_.scaler
    state, arrays = to_state(model)
    assert "scaler" in state["models"]["current"] and "scaler" not in state["models"]["source"]
    again = from_state(TransferEnsembleClassifier, state, arrays)
    X = stars(9)[0]
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(
        again.reset_to_source().predict_proba(X), deepcopy(model).reset_to_source().predict_proba(X)
    )
    # Where it is the source's it is written once.
    assert "scaler" not in of_ensemble[0]["models"]["current"]
    assert sum(name.endswith("scaler/shift") for name in of_ensemble[1]) == 1


@pytest.mark.parametrize(("columns", "n_features"), [([0, 1], 3), ([1], 2), ([0, 2, 3], 5)])
def test_columns_of_a_gate_may_lie_together(columns, n_features):
    """Any that are sorted and leave a feature: what is missed after that is what its networks are."""
    with pytest.raises(ModelFileError, match="a model has no entry 'classes'"):
        _gate_from_state({"columns": columns, "model": {}}, Arrays({}), n_features)


@pytest.mark.parametrize(
    ("kept", "good"), [([], False), ([0], True), ([0, 1], True), ([0, 1, 2], False)]
)
def test_of_classes_that_are_kept_there_are_some_and_not_all(kept, good):
    told = Calibration(
        kept=np.array(kept, float), lost=np.array([0.5]), kept_odds=np.full(len(kept), 0.5)
    )
    if good:
        assert _check_kept(told, 3) is None
        assert _check_kept(replace(told, kept_odds=0.5), 3) is None
        return
    with pytest.raises(ModelFileError, match="kept without a label are none of the model's"):
        _check_kept(told, 3)


def test_hundreds_of_held_out_stars_are_counted(of_network):
    state, arrays = of_network
    many = {
        name: np.tile(array, 4) if name.startswith("current/held_out") else array
        for name, array in arrays.items()
    }
    own = changed(state, ("models", "current", "n_held_out"), 360)
    again = from_state(TransferMLPClassifier, own, many)
    assert len(again.model_.calibration.scores) == 360
    for wrong in (359, 361):
        own = changed(state, ("models", "current", "n_held_out"), wrong)
        with pytest.raises(ModelFileError, match=f"{wrong} scores of held-out stars were saved"):
            from_state(TransferMLPClassifier, own, many)
