"""What the text of a table says, one function at a time: headers, separators, lists, numbers and words in cells."""

import csv

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.readers import _labels, _layout, _places, _text
from sklearn_vartl.readers._layout import BLANKS


def rows_of(text):
    """Cells of rows between slashes."""
    return [row.split(",") for row in text.split("/")]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        # Words where the others have numbers; alone, all words, or two that are known.
        ("a,b", True), ("a,", False), ("mjd,3,mag", True), ("mjd,3,x", False), (",", False), ("mjd,3.5,mag", False),
        ("a,b/1,2", True), ("a,b/x,y", False), ("mjd,mag/x,y", True), ("mjd,mag,/x,y,z", False), ("mjd,b/x,y", False),
        ("a,b/1,x/y,x", False), ("a,b/1,x/2,x/y,x", True), ("1,2/1,2", False), ("a,2.5/1,2", False), ("3,b/1,2", True),
        # A star above numbers of two columns is data, one column further.
        ("V1,2,3/V1,4,5", False),
    ],
)  # fmt: skip
def test_rows_that_name_the_columns(rows, header):
    assert bool(_layout._is_header(rows_of(rows))) is header


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["a,b"], ["1", "2"]], True), ([["a"], ["1"]], False), ([["a,b"], ["1", "2", "3"]], False),
        ([["1,b"], ["3", "4"]], False), ([], False), ([["a,b", "c"], ["3", "4"]], False),
        ([["a,b"], ["1", "2"], ["3"]], False),
    ],
)  # fmt: skip
def test_names_between_commas_above_numbers_between_blanks(rows, names):
    assert _layout._names_between_commas(rows) is names


@pytest.mark.parametrize(
    ("rows", "below"),
    [
        ("x,mag/id,mag/1,2", True), ("id,mag/id,mag/1,2", False), ("x,y/id,y/1,2", False), ("x,y/id,mag", False),
        ("x,y/id,mag,3/1,2,4", False), ("x,y/id,mag,err/1,2,3", True),
        # Units are no names; nor is a remark of other width than names and values.
        ("x,y/hjd,mag/1,2", False), ("x,y/hjd,magnitude/1,2", True), ("x,y/id,mag,err/1,2", False),
    ],
)  # fmt: skip
def test_names_in_the_second_row(rows, below):
    assert bool(_layout._names_below(rows_of(rows))) is below


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ("t/a,b/1,2", 1), ("a,b/1,2", 0), ("t/t/t/t/t/a,b", 5), ("t/t/t/t/t/t/a,b", 0), ("t/a,b/1,", 0), ("t/t", 0),
        ("t,/a,b/1,2", 1),
    ],
)  # fmt: skip
def test_single_cells_above_a_table(rows, n):
    assert _layout._n_single(rows_of(rows)) == n


@pytest.mark.parametrize(
    ("rows", "below"),
    [
        # Two words above numbers, or one unit; a lone word in the first column is a star without a point.
        ("d,mag/1,2", True), ("foo,bar/1,2", True), ("d,/1,2", True), (",mag/1,2", True), (",foo/1,2", False),
        ("foo,/1,2", False), ("foo/1", False), ("1,mag/1,2", False), ("d,mag", False), (",/1,2", False),
        ("-,none/1,2", False), ("(d),[mag]/1,2", True), ("0,1/1.5,2.5", True), ("d,mag/x,y", False),
        ("d,mag/1,y/x,2", False),
    ],
)  # fmt: skip
def test_rows_below_the_header_that_belong_to_it(rows, below):
    assert bool(_layout._is_below_header(rows_of(rows), levels=False)) is below


def test_the_name_of_the_index_stands_below_a_header_of_two_levels():
    assert _layout._is_below_header(rows_of("foo,/1,2"), levels=True)
    assert not _layout._is_below_header(rows_of("foo/1"), levels=True)


def test_names_in_two_rows():
    two = _layout._two_levels
    assert two(["mjd", "V", "", "I", ""], ["-", "mag", "err", "mag", "err"]) == [
        "mjd", "V mag", "V err", "I mag", "I err",
    ]  # fmt: skip
    assert two(["a"], ["b", "c"]) == ["a b", "a c"] and two(["", "a"], ["x", ""]) == ["x", "a"]
    assert _layout._are_twins(["a", "a"]) and not _layout._are_twins(["a", "", "", "b"])


@pytest.mark.parametrize(
    ("lines", "told", "delimiter", "decimal"),
    [
        (["1.5,2.5"] * 3, None, ",", "."), (["1.5 2.5"] * 3, None, BLANKS, "."), (["1.5;2.5"] * 3, None, ";", "."),
        (["1,5;2,5"] * 3, None, ";", ","), (["1.5\t2.5"] * 3, None, "\t", "."), (["1.5|2.5"] * 3, None, "|", "."),
        (["1,5 2,5"] * 3, None, BLANKS, ","), (["1.5 2.5"] * 3, ",", ",", "."),
        ([], None, ",", "."), ([], ";", ";", "."),
        (['"1,5","2,5"'] * 3, None, ",", ","), (['"1,500","2,500"'] * 3, None, ",", "."), (["1,2"] * 3, None, ",", "."),
        # Four rows in five have it; those of the first third may be titles.
        (["x;y"] * 6 + ["x y"], None, ";", "."), (["x;y"] * 5 + ["x y"] * 2, None, BLANKS, "."),
        (["a b"] * 2 + ["x;y"] * 4, None, ";", "."),
        (["x,y"] * 6 + ["x y"], None, ",", "."), (["x,y"] * 5 + ["x y"] * 2, None, BLANKS, "."),
        # Marks within cells between commas, of which there are as many in each row.
        (["a;b,c,d"] * 5, None, ",", "."), (["a;b;c,d"] * 5, None, ";", "."), (["1,5;2,5;x"] * 5, None, ";", ","),
        (["1.5,2.5", "-----", "1.5,2.5"], None, ",", "."),
    ],
)  # fmt: skip
def test_separators_and_decimals(lines, told, delimiter, decimal):
    assert _layout._separators(lines, told) == (delimiter, decimal)


def test_cells_up_to_the_last_that_is_filled():
    assert [_layout._width(row) for row in (["a", "", ""], ["", "b", ""], ["", ""], ["a"])] == [
        1, 2, 0, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n_words", "n", "date", "is_aavso"),
    [(2, 3, 2458000.5, True), (1, 3, 2458000.5, False), (2, 4, 2458000.5, False), (3, 3, 58000.5, False)],
)  # fmt: skip
def test_rows_of_the_aavso_have_the_band_behind_the_errors(n_words, n, date, is_aavso):
    rows = [[str(date + k), "14.1", "0.1", "", "V" if k < n_words else "3"] for k in range(n)]
    assert _places._is_aavso(rows) is is_aavso
    assert not _places._is_aavso([row[:4] for row in rows])
    # Neither a number there nor nothing is a band.
    assert not _places._is_aavso([[*row[:4], ""] for row in rows])


def test_a_table_of_few_rows_may_have_twenty_columns():
    for width, on_its_side in ((20, False), (21, True)):
        rows = [[f"{58100 + k}.5", f"14.{k}", *["1"] * (width - 2)] for k in range(5)]
        try:
            _places._refuse_catalogue(rows)
        except ValueError as error:
            assert on_its_side and f"{width} columns and 5 rows: it lies on its side" in str(error)
        else:
            assert not on_its_side


@pytest.mark.parametrize(
    ("mags", "errors", "n", "told"),
    [
        ("14.{}", "0.0{}", 5, True), ("14.{}", "0.0{}", 4, False), ("14.1", "0.0{}", 5, False),
        ("14.{}", "0.01", 5, False), ("14.{}", "0.6{}", 5, False), ("4.{}", "0.0{}", 5, False),
        ("36.{}", "0.0{}", 5, False), ("34.{}", "0.0{}", 5, True), ("14.{}", "-0.0{}", 5, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("second", "air"), [("1.{}", True), ("0.{}", False), ("5.{}", False)])
def test_magnitudes_in_another_column_than_the_second(mags, errors, n, told, second, air):
    rows = [[cell.format(k + 1) for cell in ("58100.{}", second, mags, errors)] for k in range(n)]
    layout = type("Rows", (), {"rows": rows})()
    doubts = list(_places.doubtful_places(layout))
    assert len(doubts) == told
    if told:
        words = ", which may be an air mass" if air else ""
        assert f"the second column{words}, and column 3 looks like magnitudes" in doubts[0].what
        assert doubts[0].python.startswith(
            'columns={"time": "column1", "mag": "column3", "magerr": "column4"}'
        )
        assert doubts[0].shell.startswith("--columns time=column1,mag=column3,magerr=column4 ")
    short = type("Rows", (), {"rows": [row[:3] for row in rows]})()
    # Of three columns the last may be doubtful, and no other.
    assert all("third column" in doubt.what for doubt in _places.doubtful_places(short))


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("[1.5, 2]", [1.5, 2.0]), ("(1 2)", [1.0, 2.0]), ("[1.5, null]", [1.5, np.nan]), ("[]", []),
        ("[true, False]", [True, False]), ("['V', 'I']", ["V", "I"]), ('["V"]', ["V"]), ("[NaN None]", [np.nan] * 2),
    ],
)  # fmt: skip
def test_lists_in_cells(word, values):
    found = _text._list_of(word)
    assert found.dtype.kind == {bool: "b", str: "O"}.get(type(values[0]) if values else None, "f")
    np.testing.assert_array_equal(found, np.array(values, dtype=found.dtype))


def test_cells_that_are_lists():
    def lists(*words):
        return _text._lists_in(np.array(words, dtype=object), "mag")

    found = lists("[1, 2]", None, "[3, 4, 5]", "[1, 2]")
    assert [None if own is None else own.tolist() for own in found] == [
        [1, 2],
        None,
        [3, 4, 5],
        [1, 2],
    ]
    # A limit is none, nor are words some of which are something else.
    assert lists("(14.2)", "(14.3)") is None and lists("[1, 2]", "3") is None
    assert lists("[1, 2)", "[1, 2]") is None and lists() is None
    with pytest.raises(ValueError, match="the lists in mag are cut short"):
        lists("[1, 2, ... 3]")


@pytest.mark.parametrize(
    ("word", "decimal", "plain"),
    [
        ("2,450,000.5", ".", "2450000.5"), ("2.450.000,5", ",", "2450000.5"), ("1 234.5", ".", "1234.5"),
        ("1'234", ".", "1234"), ("12,5", ",", "12.5"), ("12.5", ".", "12.5"), ("12,50", ".", "12,50"),
        ("1234,567", ".", "1234,567"), ("-1,234.5", ".", "-1234.5"), ("V1,2", ",", "V1.2"), ("a,b", ",", "a,b"),
    ],
)  # fmt: skip
def test_numbers_with_thousands_apart(word, decimal, plain):
    assert _text._plain_number(word, decimal) == plain
    table = {"x": np.array([word, None, word], dtype=object), "n": np.arange(3.0)}
    found = _text._plain_numbers(table, set(), decimal)
    assert found["x"].tolist() == [plain, None, plain] and found["n"] is table["n"]
    # Columns of text stay as they are.
    assert _text._plain_numbers(table, {"x"}, decimal)["x"] is table["x"]


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        (["a", "b"], ["a", "b"]), ([" a ", "a"], ["a", "a"]), (["", "a"], [None, "a"]), (["'a'", "'b'"], ["a", "b"]),
        (["'a'", "b"], ["'a'", "b"]), (["b'a'", 'b"c"'], ["a", "c"]), (["b'a'", "c"], ["b'a'", "c"]),
        (["'", "'a'"], ["'", "'a'"]), (["'a'", ""], ["a", None]), (["a\x1a"], ["a"]), ([" ", ""], [None, None]),
        (["' a '"], ["a"]), (["a b"], ["a b"]),
    ],
)  # fmt: skip
def test_words_without_what_is_around_them(words, clean):
    found = _text._categories(np.array([*range(len(words)), -1], dtype=np.int32), words)
    assert [None if pd.isna(own) else own for own in found] == [*clean, None]


@pytest.mark.parametrize(
    ("mags", "comments", "said"),
    [
        ([0.5, 1.5], [], "the magnitudes are all between 0 and 2"), ([0.5, 2.1], [], None), ([-0.1, 1.5], [], None),
        ([0.0, 1.5], [], None), ([0.5, 2.0], [], None),
        ([14.0, 15.0], ["# flux of a star"], "a comment speaks of flux"), ([14.0, 15.0], ["# mag or flux"], None),
        ([np.nan], ["# flux"], None), ([14.0, 15.0], ["# in mJy"], "a comment speaks of mJy"),
    ],
)  # fmt: skip
def test_magnitudes_without_a_header_that_may_be_fluxes(mags, comments, said):
    from sklearn_vartl.light_curves import LightCurves

    time = np.arange(len(mags))
    X = LightCurves(time, np.array(mags), None)
    doubts = [each.what for each in _text._perhaps_fluxes(X, comments)]
    assert len(doubts) == (said is not None) and (
        said is None or said.replace("mJy", "") in doubts[0]
    )
    flux = LightCurves(time, np.array(mags), None, quantity="flux")
    assert not list(_text._perhaps_fluxes(flux, comments))


def test_columns_of_text_whatever_they_look_like():
    names = ["oid", "mjd", "mag", "filter", "ant_object_id", "x", "label", "field"]
    assert _text.text_columns(names, None) == {"oid", "filter", "ant_object_id", "label", "field"}
    asked = {"id": " x", "mag": "oid", "band": None}
    assert _text.text_columns(names, asked) == {"x", "filter", "ant_object_id", "label", "field"}
    # No other columns than the one that is named, whatever blanks are around it.
    assert _text.text_columns(["a", "b", "c "], {"id": "b"}) == {"b"}
    assert _text.text_columns(["a", "b", "c "], {"band": "c"}) == {"c "}
    # The preset of a survey knows its columns of numbers.
    assert "mag" not in _text.text_columns(names, "ogle") and "oid" in _text.text_columns(
        names, "ztf"
    )


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"a": "1", "b": "1.0"}, {"a": "1", "b": "1"}), ({"a": "1", "b": "2.0"}, {"a": "1", "b": "2.0"}),
        ({"a": "1", "b": "1.0", "c": "x"}, {"a": "1", "b": "1.0", "c": "x"}),
        ({"a": "1", "b": "1.5"}, {"a": "1", "b": "1.5"}),
    ],
)  # fmt: skip
def test_labels_that_are_the_same_numbers(labels, found):
    # Where none is written in two ways they stay as they are.
    assert _labels._of_one_spelling(labels) == found


def test_what_is_said_of_a_table_without_a_column():
    def lacking(names, star, label, rows=()):
        layout = type("Rows", (), {"rows": [list(row) for row in rows]})()
        return _labels._lacking("t.csv", layout, names, star, label)

    said = lacking(["x", "y"], None, None)
    assert said == (
        "t.csv has no column object_id and no column label; its columns are x, y: say --label-columns id=x,label=y"
    )
    assert lacking(["id", "y"], "id", None).endswith(
        "no column label; its columns are id, y: say --label-columns id=id,label=y"
    )
    assert lacking(["y", "label"], None, "label").endswith("say --label-columns id=y,label=label")
    assert lacking(["x"], None, None).endswith("its columns are x")
    # Coordinates and magnitudes are no classes, names that do not come again hardly, nor do coordinates name stars.
    rows = [(f"{k}.5", f"V{k}", "2", f"x{k}", "EC" if k % 2 else "?", f"1{k}.2") for k in range(8)]
    names = ["ra", "star", "n", "remark", "kind", "mean"]
    assert lacking(names, None, None, rows).endswith("say --label-columns id=star,label=kind")
    codes = [(row[0], row[1], str(k % 3), row[5]) for k, row in enumerate(rows)]
    assert lacking(["ra", "star", "n", "mean"], None, None, codes).endswith("id=star,label=n")
    numbers = [(row[1], row[0], row[5]) for row in rows]
    assert lacking(["star", "ra", "mean"], "star", None, numbers).endswith("id=star,label=LABEL")
    # Without a header the first row is one of data, whose class comes again.
    assert lacking(["s1", "EC"], None, None, [("s2", "EC")]).endswith("id=column1,label=column2")


@pytest.mark.parametrize(
    ("words", "quoted"), [(["EC", "RR Lyr", "a-b"], False), (["#1"], True), (["a,b"], True), ([""], True)]
)  # fmt: skip
def test_words_that_are_quoted(words, quoted):
    table = pd.DataFrame({"label": words, "n": 1.5})
    assert _text._quoting(table) == (csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL)


@pytest.mark.parametrize(
    ("date", "mag", "mjd", "value", "limit"),
    [
        ("20200131.25", "142", 58879.25, 14.2, False), ("200131.25", "61", 58879.25, 6.1, False),
        ("990131.25", "1420", 51209.25, 14.2, False), ("20200131.25", "14.21", 58879.25, 14.21, False),
        ("20200131.25", "<142", 58879.25, 14.2, True), ("510131.25", "142", 33677.25, 14.2, False),
        ("500131.25", "142", 69837.25, 14.2, False),
    ],
)  # fmt: skip
def test_reports_to_vsnet(tmp_path, date, mag, mjd, value, limit):
    (tmp_path / "v.txt").write_text(f"SSCYG {date} {mag}V Kxx\nSSCYG {date} 14.9V Kxx\n")
    X = _text.read_vsnet(tmp_path / "v.txt", None)
    assert X.time[0] == pytest.approx(mjd) and X.mag[0] == pytest.approx(value)
    assert (X.limit is not None and bool(X.limit[0])) is limit
    for wrong in (
        "SSCYG 20200131.25 1 Kxx",
        "SSCYG 20200131.25 14200 Kxx",
        "SSCYG 20200131 142 Kxx",
    ):
        (tmp_path / "v.txt").write_text(wrong + "\n")
        with pytest.raises(ValueError, match="no star, date, magnitude and observer"):
            _text.read_vsnet(tmp_path / "v.txt", None)


@pytest.mark.parametrize(
    ("survey", "name"),
    [("crts", "InputID"), ("eros", "erosid"), ("ztf", "fieldid"), ("panstarrs", "filterType"), ("snana", "FLT")],
)  # fmt: skip
def test_a_survey_names_columns_that_are_words(survey, name):
    names = [name, "mjd", "mag"]
    assert _text.text_columns(names, survey) == {name}
    assert _text.text_columns(names, None) == _text.text_columns(names, {"id": None}) == set()


def test_what_columns_without_names_are_taken_for_is_told_of_these_alone(tmp_path):
    rows = "".join(f"{58000 + i}.5 {15 + i % 3}.25 0.02\n" for i in range(8))
    origins = []
    for name, head in (("named.dat", "mjd mag err\n"), ("bare.dat", "")):
        (tmp_path / name).write_text(head + rows)
        origins.append(_text.read_text(tmp_path / name, None).provenance)
    named = "time <- mjd (MJD), mag <- mag, magerr <- err, upper limits <- none"
    assert origins[0] == named
    assert origins[1].endswith("; columns by their place: the file has no header")
