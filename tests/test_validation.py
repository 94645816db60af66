"""Labels, classes, columns, shares and seeds as every room checks them."""

import warnings

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl._validation import (
    are_names,
    by_class,
    check_device,
    check_labels,
    check_share,
    check_weights,
    column_positions,
    encode,
    is_missing_label,
    missing_labels,
    new_generator,
    new_seed,
    sorted_classes,
    union,
    unmasked,
    users_level,
)

NONE = [
    None,
    np.nan,
    np.float32("nan"),
    pd.NA,
    pd.NaT,
    np.datetime64("NaT"),
    b"nan",
    np.str_("NULL"),
]
NONE += [
    "",
    "  ",
    "nan",
    "None",
    "n/a",
    "na",
    " NaN ",
    "<NA>",
    "NaT",
    "-",
    "--",
    "---",
    "?",
    "??",
    "...",
]
# NA are the fast novae of the General Catalogue.
SOME = [
    "NA",
    b"NA",
    " NA ",
    "EC",
    "n",
    "----",
    "???",
    "-1",
    "0",
    0,
    0.0,
    1.5,
    False,
    np.int8(0),
    b"\xff",
]


@pytest.mark.parametrize("label", NONE, ids=repr)
def test_what_stands_for_no_label(label):
    assert is_missing_label(label) is True


@pytest.mark.parametrize("label", SOME, ids=repr)
def test_what_is_a_label(label):
    assert is_missing_label(label) is False


def test_missing_labels_of_every_kind_of_array():
    assert missing_labels(np.array([0.0, np.nan, -1.0])).tolist() == [False, True, False]
    assert missing_labels(np.array([0, 1])).tolist() == [False, False]
    assert missing_labels(np.array([True, False])).tolist() == [False, False]
    text = ["EC", "?", "NA", "none", ""]
    for kind in (object, str):
        found = missing_labels(np.array(text, dtype=kind))
        assert found.tolist() == [False, True, False, True, True] and found.dtype == bool


def test_five_stars_without_a_label_are_named_and_more_are_hinted_at():
    for n, places in ((1, "0"), (5, "0, 1, 2, 3, 4"), (6, "0, 1, 2, 3, 4, ...")):
        labels = np.array([None] * n + ["EC"] * (8 - n), dtype=object)
        with pytest.raises(ValueError, match=f"{n} of 8 stars have no") as caught:
            check_labels(labels, 8)
        assert f"(positions {places}): leave" in str(caught.value)
        assert "pass their features" not in str(caught.value) and "stands" not in str(caught.value)
        with pytest.raises(ValueError, match="or pass their features as X_more=$|X_more=[^ ]"):
            check_labels(labels, 8, unlabelled_argument="X_more")
    with pytest.raises(ValueError, match=r"\('--', 'nan' stands for no label"):
        check_labels(np.array(["nan", "--", " ", None, "EC"], dtype=object), 5)


def test_labels_that_fit_no_stars():
    with pytest.raises(ValueError, match="y is None"):
        check_labels(None, 2)
    for n in (1, 3):
        with pytest.raises(ValueError, match=f"{n} stars and 2 labels"):
            check_labels(["a", "b"], n)
    with pytest.raises(ValueError, match="infinity"):
        check_labels([1.0, np.inf], 2)
    with pytest.raises(ValueError, match="continuous"):
        check_labels([1.0, 0.25], 2)
    assert check_labels([1.0, 2.0], 2).tolist() == [1.0, 2.0]


def test_names_with_blanks_are_told_only_where_there_is_one_without():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_labels([" A", "B", "C "], 3)
        check_labels([1, 2, 3], 3)
    with pytest.warns(UserWarning, match="The labels ' B', 'A ' have blanks"):
        check_labels([" B", "B", "A ", "A", "C"], 5)


def test_classes_as_numbers_of_their_places():
    assert encode(np.array(["b", "a", "b"]), ["a", "b", "c"]).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match=r"labels \['d', 'e'\], which are not among .*'a', 'b'"):
        encode(np.array(["e", "a", "d"]), np.array(["a", "b"]))


def test_classes_sorted_and_united():
    assert sorted_classes(["b", "a", "b"]).tolist() == ["a", "b"]
    for nothing in ([], ["a", None], [1.0, np.nan]):
        with pytest.raises(ValueError, match="without missing ones"):
            sorted_classes(nothing)
    assert union(np.array([3, 1]), np.array([2, 3])).tolist() == [1, 2, 3]
    names = np.array(["b", "longer"]), np.array(["a", "b"], dtype=object)
    for first, second in (names, names[::-1]):
        assert union(first, second).tolist() == ["a", "b", "longer"]
    for first, second in ((names[0], np.array([1])), (np.array([1]), names[0])):
        with pytest.raises(TypeError, match="all strings or all numbers"):
            union(first, second)


@pytest.mark.parametrize(
    ("classes", "names"),
    [(["a"], True), ([b"a"], True), ([1], False), ([1.0], False), ([True], False)],
)
def test_names_and_numbers(classes, names):
    for kind in (None, object):
        assert are_names(np.array(classes, dtype=kind)) is names


def test_a_list_is_not_what_numpy_would_make_of_it():
    assert sorted_classes([b"b", b"a"]).tolist() == [b"a", b"b"]
    assert sorted_classes(["b", np.str_("a")]).tolist() == ["a", "b"]
    with pytest.raises(TypeError, match=r"got \['int', 'str'\]"):
        sorted_classes(["a", 1])
    with pytest.raises(TypeError, match=r"got \['bytes', 'str'\]"):
        sorted_classes(np.array(["a", b"b"], dtype=object))


def test_values_that_name_their_classes():
    assert by_class({"a": 1}) == {"a": 1}
    assert by_class(pd.Series({"b": 2, "a": 1})) == {"b": 2, "a": 1}
    assert by_class(pd.Series([0.5, 0.5], index=[2, 7])) == {2: 0.5, 7: 0.5}
    for values in (pd.Series([0.5, 0.5]), [0.5, 0.5], np.ones(2), None, 0.5, pd.Index([1, 2])):
        assert by_class(values) is None
    with pytest.raises(ValueError, match="named twice in .*, of 3 values"):
        by_class(pd.Series([1, 2, 3], index=["a", "b", "a"]))


def test_weights():
    X = np.zeros((3, 1))
    np.testing.assert_array_equal(check_weights(None, X), np.ones(3))
    found = check_weights([0, 2, 0], X)
    assert found.dtype == np.float64 and found.tolist() == [0, 2, 0]
    np.testing.assert_array_equal(check_weights(np.ma.array([1.0, 2.0, 3.0]), X), [1, 2, 3])
    for wrong, said in (([0, 0, 0], "zero"), ([1, -1e-9, 1], "Negative")):
        with pytest.raises(ValueError, match=said):
            check_weights(wrong, X)


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.1, np.nan, np.inf, "x", None])
def test_what_is_no_share(value):
    with pytest.raises(ValueError, match=f"purity must be between 0 and 1, got {value!r}"[:40]):
        check_share("purity", value)
    check_share("purity", 1e-9)
    check_share("purity", 1 - 1e-9)


def test_seeds():
    assert new_seed(7) == new_seed(7) == new_seed(np.random.RandomState(7))
    assert new_seed(7) != new_seed(8)
    assert 0 <= new_seed(0) < 2**31 - 1 and type(new_seed(0)) is int
    state = np.random.RandomState(0)
    assert new_seed(state) != new_seed(state)
    np.testing.assert_array_equal(new_generator(3).random(4), new_generator(3).random(4))


def test_what_a_mask_hides_of_whole_numbers_is_missing():
    found = unmasked(np.ma.array([1, 2, 3], mask=[0, 1, 0]))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, [1, np.nan, 3])
    plain = [[1]]
    assert unmasked(plain) is plain


def test_columns_by_name_and_position():
    names = np.array(["p", "q", "r"], dtype=object)
    for columns, found in (
        (["r", "p"], [0, 2]), ([2, 0, 2], [0, 2]), (["q", 1, np.int64(0)], [0, 1]), ([], []),
        (["r", -1, -3], [0, 2]),
    ):  # fmt: skip
        positions = column_positions(columns, "evidence", 3, names)
        assert positions.tolist() == found and positions.dtype == np.intp
    assert column_positions([1], "evidence", 3, None).tolist() == [1]
    for wrong in (3, -4, True, 1.0, "s", None):
        with pytest.raises(ValueError, match=f"evidence names the feature {wrong!r}: X has \\['p'"):
            column_positions([0, wrong], "evidence", 3, names)
    with pytest.raises(ValueError, match="'p': X has 3 without names"):
        column_positions(["p"], "evidence", 3, None)


def test_a_device_that_only_pretends_to_compute():
    pytest.importorskip("torch")
    check_device("cpu", "device='cpu'", "")
    with pytest.raises(
        ValueError, match=r"device='meta' cannot be used here \(.*\); use the cpu\."
    ):
        check_device("meta", "device='meta'", "use the cpu")


def test_a_warning_points_outside_of_the_package():
    # Called from here: the first frame outside is this one.
    assert users_level() == 1
    assert (lambda: users_level())() == 1
    for depth in (lambda *given: check_labels(*given), check_labels):
        with pytest.warns(UserWarning, match="have blanks") as told:
            depth(["A", "A "], 2)
        assert told[0].filename == __file__
