"""How a file of text is laid out, decided from its first lines: one line or cell more or less turns it."""

import numpy as np
import pytest

from sklearn_vartl import read_light_curves
from sklearn_vartl.readers import _layout, _names, _places
from sklearn_vartl.readers._layout import Layout

from .conftest import read

ROWS = ["58100.25,14.31,0.01", "58111.55,14.62,0.02", "58122.91,14.11,0.01"]
SPACED = [row.replace(",", " ") for row in ROWS]


def layout(lines, **options):
    return Layout([line + "\n" for line in lines], "utf-8", **options)


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("# HJD mag", True), ("% HJD mag", True), ("// HJD", True), ("! HJD", True), ("\\name = x", True),
        ("  # HJD mag", True), ("2# 3", False), ("HJD # mag", False), ("-- HJD mag err", True),
        ("--,--,5", False), ("-- V1 2451.2 .01", False), ("-- V1 2451.2", True), ("-----  ----", False),
        ("c HJD flux", True), ("C HJD flux", True), ("cHJD flux", False), ("* HJD mag", True),
        ("* alf Ori,2451.2,14.1", False), ("; HJD mag", True), ("; HJD; mag", False), ("HJD mag", False),
    ],
)  # fmt: skip
def test_what_is_a_comment(line, comment):
    assert _layout.is_comment(line) is comment


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.5", True), (" 12. ", True), (".5", True), ('"12.5"', True), ("12,5", True), ("-1.2e-5", True),
        ("2.4D+05", True), ("<14.2", True), ("14.2:", True), ("2020-01-31", True), ("2020/1/3 04:05", True),
        ("-INF", True), ("inf", True), ("nan", True), ("", True), ("V", False), ("12.5mag", False), ("1-2", False),
        ("12.5.1", False), ("20-01-31", False),
    ],
)  # fmt: skip
def test_what_is_a_value(cell, value):
    assert _names.is_value(cell) is value


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("-----", True),
        ("--|--", True),
        ("+==+==+", True),
        ("-", False),
        ("-- 5", False),
        ("5--", False),
    ],
)
def test_what_is_a_rule(line, rule):
    assert _names.is_rule(line) is rule


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["sep=;", "a;b"], ";"), (['"sep=|"', "a|b"], "|"), (["a,b", "sep=;"], None), (["#DELIM=comma"], ","),
        (["#x", "# delimiter = tab"], "\t"), (["#DELIM=Semicolon"], ";"), (["#DELIM=pipe"], "|"),
        (["#DELIM=!"], "!"), (["#DELIM=x"], None), (["#DELIM=,,"], None), (39 * ["#x"] + ["#DELIM=,"], ","),
        (40 * ["#x"] + ["#DELIM=,"], None),
    ],
)  # fmt: skip
def test_the_separator_that_a_file_tells(lines, mark):
    assert _layout._told_separator(list(enumerate(lines))) == mark


@pytest.mark.parametrize(
    ("n_lines", "whole"), [(1, True), (20, True), (22, True), (23, False), (40, False)]
)
def test_a_quoted_cell_over_several_lines_is_one(n_lines, whole):
    # A quote that nothing ends within so many lines is no cell.
    lines = ["a,b", '1,"one', *["word"] * (n_lines - 1), 'end"', "2,two"]
    joined, multiline = _layout._joined(list(enumerate(lines)))
    assert multiline is whole
    if whole:
        cell = " ".join(['1,"one', *["word"] * (n_lines - 1), 'end"'])
        assert joined == [(0, "a,b"), (1, cell), (n_lines + 2, "2,two")]
    else:
        assert joined[-1] == (n_lines + 2, "2,two") or len(joined) > 3


def test_two_quotes_end_one_cell_and_begin_another():
    lines = ['1,"one', 'end","two', 'end"', "", "2,3,4", '5,"open']
    joined, multiline = _layout._joined(list(enumerate(lines)))
    assert joined == [(0, '1,"one end","two end"'), (4, "2,3,4"), (5, '5,"open')] and multiline


@pytest.mark.parametrize(
    ("first", "places"),
    [
        ("0 1 2", True),
        ("1 2 3", True),
        ("2 3 4", False),
        ("1 2 4", False),
        ("0 2 4", False),
        ("(1) (2) (3)", True),
    ],
)
def test_a_row_of_the_numbers_of_the_columns(first, places):
    rows = [first.split(), SPACED[0].split()]
    assert _layout._are_places(rows) is places
    # Whole numbers below may be the table that goes on.
    assert not _layout._are_places([first.split(), ["3", "4", "5"]])
    assert not _layout._are_places(rows[:1])


@pytest.mark.parametrize("first", ["0", "1", "ab"])
def test_a_star_without_a_point_may_stand_first(first, tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text(f"object_id,time,mag\n{first},,\n7,1.5,12.0\n7,2.5,12.5\n")
    X = read_light_curves(path)
    assert X.ids.tolist() == [first, "7"] and X.n_points.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("firsts", "named"),
    [
        ("0 1 2", True), ("7 8 9", True), ("0 2 4", False), ("1 2 2", False), ("a b c", True), ("a b b", False),
        ("1.0 2.0 3.0", False),
    ],
)  # fmt: skip
def test_numbers_and_names_of_rows_without_a_name_of_their_own(firsts, named):
    lines = [
        "mjd,mag,err",
        *(f"{first},{row}" for first, row in zip(firsts.split(), ROWS, strict=True)),
    ]
    assert (layout(lines).names[0] == "row") is named


@pytest.mark.parametrize("n_titles", [1, 3, 18, 19])
def test_words_above_the_header(n_titles):
    titles = [f"word {'x' * n}" for n in range(n_titles)]
    found = layout([*titles, "mjd,mag,err", *ROWS * 20])
    assert found.names == ["mjd", "mag", "err"] and len(found.rows) == 60
    assert found.n_skipped == n_titles + 1 and found.delimiter == ","


@pytest.mark.parametrize(("n_words", "skipped"), [(0, 1), (1, 2), (5, 6), (6, 1)])
def test_single_words_above_a_header_that_is_told(n_words, skipped):
    lines = [*["title"] * n_words, "a,b,c", *ROWS * 9]
    assert layout(lines, header=True).n_skipped == skipped


@pytest.mark.parametrize(
    ("comments", "names"),
    [
        (["# mjd mag err"], ["mjd", "mag", "err"]),
        (["# mjd, mag, err"], ["mjd", "mag", "err"]),
        (["# of 2020", "# mjd mag err"], ["mjd", "mag", "err"]),
        (["# mjd mag err", "# of 2020"], ["mjd", "mag", "err"]),
        (["# mjd mag mag"], None), (["# mjd mag"], None), (["# 1 2 3"], None), (["# mjd mag err x"], None),
        (["# 1 MJD", "# 2 MAG [mag]", "# 3 ERR"], ["MJD", "MAG", "ERR"]),
        (["# col 2: MAG", "# col 1: MJD", "# col 3: ERR"], ["MAG", "MJD", "ERR"]),
        (["# 1 MJD", "# 2 MAG", "# 4 ERR"], None), (["# 1 MJD", "# 2 MAG", "# 3 MAG"], None),
    ],
)  # fmt: skip
def test_names_in_comments(comments, names):
    found = layout([*comments, *SPACED])
    if names == ["MAG", "MJD", "ERR"]:
        # Listed in another order: each has its number.
        names = ["MJD", "MAG", "ERR"]
    assert found.names == names and not found.headed and found.n_skipped == len(comments)


@pytest.mark.parametrize(("n_marked", "known"), [(0, False), (1, True), (2, False)])
def test_remarks_behind_a_few_rows(n_marked, known):
    rows = [
        row + (" # clouds" if i < n_marked else "")
        for i, row in enumerate([*SPACED, "58133.2 14.2 0.01"])
    ]
    found = layout(rows)
    assert (found.comment == "#") is known
    if known:
        assert found.rows[0] == SPACED[0].split()


def test_names_of_rows_stand_before_names_that_are_known():
    for head, named in (("x,y,z", False), ("mjd,y,z", False), ("mjd,mag,z", True)):
        lines = [head, *(f"{first},{row}" for first, row in zip("abc", ROWS, strict=True))]
        assert (layout(lines).names[0] == "row") is named


def test_what_is_refused_is_shown(tmp_path):
    with pytest.raises(ValueError, match="names several columns 'mag': give them other names"):
        read(tmp_path, "mjd,mag,mag,err,err\n" + "".join(f"{row},1,2\n" for row in ROWS))
    rows = [f"{k}.5,x{k},{row}" for k, row in enumerate(ROWS)]
    with pytest.raises(
        ValueError, match=r"no times and magnitudes \(0.5, x0, 58100.25, 14.31\.\.\.\)"
    ):
        read(tmp_path, "\n".join(rows) + "\n")
    lines = ["mjd mag err", *SPACED, "58133.2 0.02", *SPACED]
    with pytest.raises(ValueError, match=r"\b5\b.*blanks do not tell which value is missing"):
        read(tmp_path, "\n".join(lines) + "\n", "star.dat")


@pytest.mark.parametrize(
    ("row", "places"),
    [
        ("14.{k} 2458100.5", {"time": "column2", "mag": "column1"}),
        ("V1 2458100.5 1234.{k}", {"id": "column1", "time": "column2", "flux": "column3"}),
        ("2458100.5 14.{k} V1", {"time": "column1", "mag": "column2"}),
        ("0.{k} 14.1", {"time": "column1", "mag": "column2"}),
        ("V1 0.{k} 14.1", {"id": "column1", "time": "column2", "mag": "column3"}),
        # Whole numbers, as of stars, are no times; words behind a time are no magnitudes.
        ("71{k} 58100.{k} V 14.2", {"time": "column2", "mag": "column4"}),
        ("58100.{k} 58101.{k} 14.2", {"time": "column1", "flux": "column2"}),
    ],
)
def test_columns_without_names_are_proposed_by_what_they_may_be(row, places):
    rows = [row.replace("{k}", str(k)).replace("0.5", f"{k}.5").split() for k in range(3)]
    assert _places._places(rows) == places


WORD, NONE = np.inf, np.nan


@pytest.mark.parametrize(
    ("values", "time", "magnitude"),
    [
        ([1, 2, NONE, WORD], True, True),
        ([1, NONE, NONE], False, True),
        ([-9999, 1, 2], True, True),
        ([-10001, 1, 2], False, True),
        ([7, 7], True, True),
        ([7, 7, 7], False, True),
        ([WORD, WORD], False, True),
        ([WORD, WORD, WORD], False, False),
        ([NONE, NONE, WORD], False, True),
        ([99.999, 99.999, 99.999, 14, 15], True, True),
        ([-39.9] * 3, False, True),
        ([-40.1] * 3, False, False),
        ([59.9] * 3, False, True),
        ([60.1] * 3, False, False),
    ],
)
def test_what_a_column_without_a_name_can_be(values, time, magnitude):
    values = np.array(values, dtype=float)
    assert bool(_places._looks_like_time(values)) is time
    assert bool(_places._looks_like_magnitude(values)) is magnitude


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([0.1, 0.2, 0.1, 0.2, 0.3], True),
        ([0.59] * 5, True),
        ([0.61] * 5, False),
        # Too few to tell.
        ([5.5] * 4, True),
        ([WORD] * 6 + [0.1] * 5, False),
        # Codes; zeros may be errors that are not known.
        ([0, 1, 0, 1, 0], False),
        ([0.0] * 5, True),
        # What stands for none of them does not count, nor does what is negative.
        ([9.999] * 4 + [0.2], True),
        ([-1.0] * 5, False),
    ],
)
def test_what_errors_without_a_name_look_like(values, error):
    mag = np.array([14.0, 14.6, NONE])
    assert bool(_places._looks_like_error(np.array(values, dtype=float), mag)) is error
