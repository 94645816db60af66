"""Labels: which are none, and whose they are."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, match_identifiers


def stars(ids):
    return LightCurves(
        np.arange(len(ids)), np.ones(len(ids)), offsets=np.arange(len(ids) + 1), ids=ids
    )


@pytest.mark.parametrize(
    "none",
    [
        "",
        " ",
        "nan",
        "NaN",
        "None",
        "null",
        "--",
        "-",
        "?",
        "N/A",
        None,
        np.nan,
        pd.NA,
        b"",
        b" nan ",
    ],
)
def test_words_that_are_no_label(none):
    X = stars(["a", "b"]).replace(labels=np.array([none, "EC"], dtype=object))
    assert X.labels.tolist() == [None, "EC"]
    assert len(X.labelled()) == 1


def test_blanks_around_a_label_are_no_part_of_it():
    X = stars(["a", "b", "c", "d"]).replace(labels=["EC ", "EC", " NA", b"EC"])
    assert X.labels.tolist() == ["EC", "EC", "NA", "EC"]
    assert stars(["a"]).replace(labels=[3]).labels.tolist() == [3]


def test_a_series_is_taken_by_its_index_of_identifiers():
    X = stars(["7", "42", "9"])
    by_id = {"9": "MIRA", "42": "EC", "7": "RRAB"}
    right = ["RRAB", "EC", "MIRA"]
    assert X.replace(labels=pd.Series(by_id)).labels.tolist() == right
    assert (
        X.replace(labels=pd.Series({int(k): v for k, v in by_id.items()})).labels.tolist() == right
    )
    assert X.replace(labels={int(k): v for k, v in by_id.items()}).labels.tolist() == right
    assert X.replace(labels={f"00{k}": v for k, v in by_id.items()}).labels.tolist() == right
    assert X.replace(labels={f"{k}.0": v for k, v in by_id.items()}).labels.tolist() == right
    assert X.replace(labels={k.encode(): v for k, v in by_id.items()}).labels.tolist() == right


def test_a_series_without_identifiers_is_taken_by_position():
    X = stars(["a", "b", "c"])
    labels = pd.Series(["RRAB", "EC", "MIRA"])
    assert X.replace(labels=labels).labels.tolist() == labels.tolist()
    # As train_test_split leaves it: numbers of rows that are no identifiers.
    labels.index = [5, 0, 3]
    assert X.replace(labels=labels).labels.tolist() == labels.tolist()
    labels.index = ["x", "y", "z"]
    with pytest.raises(ValueError, match="index starts with 'x'.*to_numpy"):
        X.replace(labels=labels)
    with pytest.raises(ValueError, match="labels must hold one value|None of the"):
        X.replace(labels=labels[:2].set_axis([7, 8]))


def test_a_series_of_another_order_than_stars_without_names_is_refused():
    """Their identifiers are their positions, which nobody gave them: the index may mean either."""
    shuffled = pd.Series(["RRAB", "EC", "MIRA"], index=[2, 0, 1])
    curves = [([0.0, 1.0], [1.0, 2.0])] * 3
    with pytest.raises(ValueError, match=r"labels.to_numpy\(\), for others labels.sort_index"):
        LightCurves.from_any(curves, labels=shuffled)
    # A piece of a table: its rows, in the order of the stars that were made of them.
    piece = shuffled.set_axis([2, 0, 7])
    assert LightCurves.from_any(curves, labels=piece).labels.tolist() == ["RRAB", "EC", "MIRA"]
    named = LightCurves.from_any(curves, ids=[0, 1, 2], labels=shuffled)
    assert named.labels.tolist() == ["EC", "MIRA", "RRAB"]


def test_a_series_of_which_most_are_identifiers_is_taken_by_them():
    X = stars(["101", "102", "103", "104"])
    by_id = pd.Series(["D", "C", "B", "X"], index=[104, 103, 102, 999])
    with pytest.warns(UserWarning, match="1 of 4 labels belong to no star"):
        assert X.replace(labels=by_id).labels.tolist() == [None, "B", "C", "D"]
    with pytest.raises(ValueError, match="1 of 4 labels have an index that is a star's identifier"):
        X.replace(labels=by_id.set_axis([104, 3, 2, 1]))


def test_labels_that_belong_to_no_star():
    X = stars(["a", "b"])
    with pytest.raises(
        ValueError, match="None of the 2 labels belongs to a star: the first is of 'x'"
    ):
        X.replace(labels={"x": "EC", "y": "EC"})
    with pytest.warns(UserWarning, match="1 of 2 labels belong to no star, and 1 of 2 stars"):
        assert X.replace(labels={"a": "EC", "y": "EC"}).labels.tolist() == ["EC", None]
    # More labels than stars, or fewer, are usual.
    assert X.replace(labels={"a": "EC", "b": "ED", "c": "EW"}).labels.tolist() == ["EC", "ED"]
    assert X.replace(labels={"b": "ED"}).labels.tolist() == [None, "ED"]
    assert X.replace(labels={}).labels.tolist() == [None, None]


def test_identifiers_that_only_look_alike_are_kept_apart():
    # Both 1 and 001 are stars: a key that is neither as text belongs to none.
    position, unmatched = match_identifiers(["1.0"], ["1", "001"])
    assert (position.tolist(), unmatched) == ([-1, -1], 1)
    position, unmatched = match_identifiers(["001", "1"], ["1", "001"])
    assert (position.tolist(), unmatched) == ([1, 0], 0)
    assert match_identifiers(["-1"], ["1"])[0].tolist() == [-1]
    assert match_identifiers(["1", "1.5"], ["01", "1.5"])[0].tolist() == [0, 1]


def test_two_labels_of_a_star_and_a_table_of_labels_are_refused():
    X = LightCurves([0.0, 1.0], [1.0, 2.0], offsets=[0, 1, 2], ids=["001", "002"])
    twice = pd.Series(["EA", "EB", "EA"], index=["001", "001", "002"])
    with pytest.raises(ValueError, match="the star '001' has two labels, 'EA' and 'EB'"):
        X.replace(labels=twice)
    # The same once more is none, and nor is a blank.
    for pair in (["EA", "EA"], ["EA", None], ["?", "EA"]):
        X2 = X.replace(labels=pd.Series([*pair, "EW"], index=["001", "001", "002"]))
        assert X2.labels.tolist() == ["EA", "EW"]
    table = pd.DataFrame({"id": ["001", "002"], "label": ["EA", "EW"]})
    with pytest.raises(
        ValueError, match='labels is a table of id, label: pass.*set_index\\("id"\\)'
    ):
        X.replace(labels=table)
    assert X.replace(labels=table.set_index("id")["label"]).labels.tolist() == ["EA", "EW"]


@pytest.mark.parametrize(
    "word",
    [
        "unknown", "UNK", "unknown class", "Unclassified", "unidentified", "undetermined", "unlabeled",
        "unlabelled", "undefined", "to be classified", "TBD", "not_yet_classified", "not available",
        "no class", "no classification", "No label", "missing", "(null)", "nil", "n.a.", "? ?", "\u2014",
    ],
)  # fmt: skip
def test_words_of_stars_that_nobody_has_classified(word):
    with pytest.warns(UserWarning, match="2 stars labelled .*: taken for stars without a label"):
        X = stars(["a", "b", "c"]).replace(labels=[word, "EC", word])
    assert X.labels.tolist() == [None, "EC", None]


@pytest.mark.parametrize("word", ["UNKN", "unknown variable", "NOCLASS", "L", "MISC", "nile", "M?"])
def test_words_that_only_look_like_these_are_labels(word):
    assert stars(["a"]).replace(labels=[word]).labels.tolist() == [word]


def test_each_word_is_named_and_its_stars_are_counted():
    labels = np.array(["tbd", b"unknown", "EC", " tbd "], dtype=object)
    with pytest.warns(UserWarning) as caught:
        X = stars(list("abcd")).replace(labels=labels)
    assert X.labels.tolist() == [None, None, "EC", None]
    said = "3 stars labelled 'tbd', b'unknown', ' tbd ': taken for stars without a label; "
    assert str(caught[0].message).startswith(said)
    with pytest.warns(UserWarning, match="^1 star labelled 'tbd': "):
        stars(["a", "b"]).replace(labels=["tbd", "EC"])


def test_labels_of_numbers_and_of_truth_keep_their_type():
    X = stars(["a", "b"])
    assert X.replace(labels=[True, False]).labels.dtype == bool
    assert X.replace(labels=np.array([1, 2], np.uint8)).labels.dtype == np.uint8
    assert X.replace(labels=[1.0, np.nan]).labels.tolist() == [1.0, None]


@pytest.mark.parametrize(
    ("keys", "ids", "position", "unmatched"),
    [
        (["a", "b"], ["b", "c", "a"], [1, -1, 0], 0),
        ([" a ", b"b"], [b"a", "b "], [0, 1], 0),
        (["a", "a"], ["a"], [0], 0),
        (["x", "y", "y"], ["a"], [-1], 2),
        (["+7", "-8", "9.00"], ["7", "-08", "9"], [0, 1, 2], 0),
        # 7 and 007 are two keys: which of them star 07 is, nobody knows.
        (["7", "007"], ["07"], [-1], 2),
        (["7.5"], ["7.50"], [-1], 1),
        (["0"], ["000"], [0], 0),
        ([], ["a"], [-1], 0),
    ],
)
def test_identifiers_agree_as_text_or_as_whole_numbers(keys, ids, position, unmatched):
    found, left = match_identifiers(keys, ids)
    assert (found.tolist(), left) == (position, unmatched)


def test_a_series_of_rows_that_are_no_positions_and_no_identifiers():
    X = stars(["a", "b", "c", "d"])
    # As many labels as stars, and an index of numbers that names nobody: their order.
    labels = pd.Series(["EC", "ED", "EW", "RRC"], index=[9, 8, 7, 6])
    assert X.replace(labels=labels).labels.tolist() == labels.tolist()
    # Half of the labels with a star's identifier are enough.
    X = stars(["1", "2", "8", "9"])
    some = pd.Series(["EC", "ED", "EW", "RRC"], index=[1, 2, 3, 4])
    with pytest.warns(UserWarning, match="2 of 4 labels belong to no star, and 2 of 4 stars"):
        assert X.replace(labels=some).labels.tolist() == ["EC", "ED", None, None]
    with pytest.raises(ValueError, match="1 of 4 labels have an index that is a star's identifier"):
        X.replace(labels=some.set_axis([1, 5, 3, 4]))
