"""Tables of one row a point: rows that are none, cells that hold two values, dates in parts, what stars share."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.readers import _columns, _long


def words(*values):
    return np.array(values, dtype=object)


def decided(time="t", star=None, left=(), **more):
    """What was decided of the columns of a table."""
    names = {"time": time} | ({} if star is None else {"id": star}) | more
    return _columns.Columns(names, SimpleNamespace(survey=None), tuple(left))


@pytest.mark.parametrize(
    ("ends", "n_out"),
    [
        (["Total"], 1), (["Mean", "Std"], 2), (["b"], 0), (["Total", "b"], 0), (["(24 rows affected)"], 1),
        # Several stars may be called so, one of them hardly is a name twice over; not all rows sum up others.
        (["Total", "Total"], 0), (["grand total"], 1), (["min", "max", "avg", "sum", "count"], 5), (["mean value"], 0),
        (["EOF"], 1), (["1 row"], 1), (["Mittelwert"], 1),
    ],
)  # fmt: skip
def test_rows_at_the_end_that_sum_up_the_others(ends, n_out):
    ids = words("a", "a", "b", "b", *ends)
    table = {"star": ids, "t": np.arange(float(len(ids)))}
    rest, found = _long._without_summary(table, decided(star="star"))
    assert len(rest["t"]) == len(ids) - n_out
    if n_out:
        said = found.doubts[-1].what
        assert f"({', '.join(ends)})" in said
        assert said.startswith("the last row (" if n_out == 1 else "the last rows (")
        assert said.endswith(
            "only sums up the others, and is left out" if n_out == 1 else "and are left out"
        )
        assert found.doubts[-1].python == f"take {'it' if n_out == 1 else 'them'} out of the table"
    else:
        assert not found.doubts


def test_all_rows_are_no_sum_of_others():
    table = {"star": words("min", "max"), "t": np.arange(2.0)}
    assert _long._without_summary(table, decided(star="star"))[0] is table
    empty = {"star": words(), "t": np.empty(0)}
    assert _long._without_summary(empty, decided(star="star"))[0] is empty


def test_a_word_alone_stands_in_the_first_column():
    table = {"n": words("1", "2", "Total"), "star": words("a", "b", None), "t": np.arange(3.0)}
    assert len(_long._without_summary(table, decided(star="star"))[0]["t"]) == 2
    # Where the star has a name, the first column is not asked.
    table = {"n": words("1", "2", "Total"), "star": words("a", "b", "c"), "t": np.arange(3.0)}
    assert len(_long._without_summary(table, decided(star="star"))[0]["t"]) == 3
    assert len(_long._without_summary({"t": words("1", "2", "Sum")}, decided())[0]["t"]) == 2


@pytest.mark.parametrize(
    ("last", "rule"),
    [
        (["----", "---"], True), (["----", None], True), (["----", "x"], False), (["x", "----"], False),
        (["====", "===="], True), (["----", 1.5], False),
    ],
)  # fmt: skip
def test_a_line_drawn_below_a_table(last, rule):
    table = {"a": words("x", last[0]), "b": words("y", last[1])}
    assert [len(own) for own in _long._without_rule(table).values()] == [2 - rule] * 2
    assert _long._without_rule({"a": words()})["a"].size == 0


@pytest.mark.parametrize(
    ("cell", "value", "error"),
    [
        ("15.32\u00b10.02", "15.32", 0.02), ("15.32 +/- .02", "15.32", 0.02), ("15.32+-0.02", "15.32", 0.02),
        (r"15.32 \pm 0.02", "15.32", 0.02), ("15.32(2)", "15.32", 0.02), ("15.32(12)", "15.32", 0.12),
        ("15.32(0.02)", "15.32", 0.02), ("15(2)", "15", 2.0), ("-1.5(1)", "-1.5", 0.1), ("15.32\u00b12", "15.32", 2.0),
    ],
)  # fmt: skip
def test_values_and_errors_in_one_cell(cell, value, error):
    table, remarks = _long._with_errors_apart(
        {"mag": words(cell, "9(1)", "none"), "t": np.arange(3)}
    )
    assert table["mag"].tolist() == [value, "9", "none"]
    np.testing.assert_allclose(table["e_mag"], [error, 1, np.nan])
    assert remarks == ["e_mag was in the cells of mag"]


def test_cells_are_parted_where_most_have_an_error():
    half = {"mag": words("15(1)", "14(1)", "x", "y")}
    assert _long._with_errors_apart(half) == (half, [])
    cells = words("15(1)", "14(1)", "x")
    table, _ = _long._with_errors_apart({"mag \u00b1 err": cells, "e_mag": np.arange(3)})
    assert list(table) == ["mag", "mag_err", "e_mag"]
    table, _ = _long._with_errors_apart(
        {"mag": cells, "e_mag": cells[::-1], "mag_err": cells[::-1]}
    )
    assert "mag err" in table


MJD_2020 = 58849.0  # the first of January


@pytest.mark.parametrize(
    ("columns", "mjd"),
    [
        ({"year": 2020, "month": 1, "day": 31}, MJD_2020 + 30),
        ({"year": 2020, "month": 12, "day": 31.25}, MJD_2020 + 365.25),
        ({"year": 2020, "month": 3, "day": 1, "hour": 6}, MJD_2020 + 60.25),
        ({"year": 2020, "month": 1, "day": 1, "hour": 6, "minute": 36, "second": 36}, MJD_2020 + 0.275416667),
        ({"year": 2020, "doy": 1}, MJD_2020), ({"year": 2020, "doy": 32.5}, MJD_2020 + 31.5),
        ({"year": 2020, "yday": 366, "hour": 12}, MJD_2020 + 365.5), ({"year": 1800, "month": 1, "day": 1}, -21504.0),
        ({"year": 2200, "month": 1, "day": 1}, 124593.0),
        # No dates, or a clock beside them.
        ({"year": 1799, "month": 1, "day": 1}, None), ({"year": 2201, "month": 1, "day": 1}, None),
        ({"year": 2020, "month": 13, "day": 1}, None), ({"year": 2020, "month": 0, "day": 1}, None),
        ({"year": 2020, "month": 1}, None), ({"year": 2020, "month": 1, "day": 1, "jd": 2459000.5}, None),
    ],
)  # fmt: skip
def test_dates_in_columns_of_their_parts(columns, mjd):
    table = {name: np.array([value, value], dtype=float) for name, value in columns.items()}
    found = _long._with_calendar(table | {"mag": np.zeros(2)})
    if mjd is None:
        assert list(found) == [*columns, "mag"]
        return
    name = f"mjd ({' '.join(columns)})"
    assert list(found) == ["mag", name]
    np.testing.assert_allclose(found[name], mjd, rtol=0, atol=1e-7)


def test_a_date_of_which_a_part_is_missing_is_missing():
    table = {
        "year": np.array([2020, np.nan, 2020]),
        "month": np.array([1.0, 1, 2]),
        "day": np.array([1, 1, np.nan]),
    }
    (found,) = _long._with_calendar(table).values()
    np.testing.assert_array_equal(found, [MJD_2020, np.nan, np.nan])


@pytest.mark.parametrize(
    ("days", "parts", "whole"),
    [
        ([5, 6, 7], [0.0, 0.5, 0.999], [5, 6.5, 7.999]),
        ([5, 6, 7], [0, 0.5, 1.0], None), ([5, 6, 7], [-0.1, 0.5, 0.9], None),
        ([5.5, 6, 7], [0, 0.5, 0.9], None), ([5, 6, 7], [np.nan] * 3, None), ([5, 6], [0, 0.5], None),
        ([5, 6, 7], words("a", "b", "c"), None),
    ],
)  # fmt: skip
def test_days_and_their_decimals_in_two_columns(days, parts, whole):
    found = _long._with_fraction(np.array(days, float), np.asarray(parts))
    assert (found if whole is None else found.tolist()) == whole


@pytest.mark.parametrize(
    ("day", "clock", "joined"),
    [
        ("2020-01-31", "04:05:06", "2020-01-31 04:05:06"), ("2020-01-31T00:00:00", "04:05", "2020-01-31 04:05"),
        ("31.01.2020", "04:05", "31.01.2020 04:05"), ("2020-01-31T05:00:00", "04:05", None),
        ("2020-01-31", "4.5", None),
        ("2020-01-31.5", "04:05", None), ("31 Jan 2020 05:00", "04:05", None), ("20200131T000000", "04:05", None),
    ],
)  # fmt: skip
def test_days_and_times_of_the_day(day, clock, joined):
    table = {"date": words(day, None, day), "ut": words(clock, clock, None), "mag": np.zeros(3)}
    for time, left in (("date", "ut"), ("ut", "date")):
        rows, found = _long._with_time_of_day(table, decided(time, left=["mag", left]))
        if joined is None:
            assert found.names["time"] == time and rows is table
            continue
        assert found.names["time"] == "date ut" and found.left_over == ("mag",)
        assert rows["date ut"].tolist() == [joined, None, None]
        assert found.remarks == ("time from date and ut",)


@pytest.mark.parametrize(
    ("codes", "n_words", "ordered"),
    [
        ([0, 0, 1, 2], 3, True), ([0, 1, 0], 2, False), ([1, 1], 2, False), ([0, 1], 3, False), ([0, 2, 2], 3, False),
        ([], 0, False), ([0], 1, True), ([0, 0, 1], 2, True), ([-1, 0, 1], 2, False),
    ],
)  # fmt: skip
def test_stars_that_are_in_order(codes, n_words, ordered):
    assert _long._in_order(np.array(codes, dtype=int), n_words) is ordered


def test_names_of_stars_are_text_or_numbers():
    assert _long._as_text(words("a", 1, 2.0, 2.5, None, True)).tolist() == [
        "a",
        "1",
        "2",
        "2.5",
        None,
        True,
    ]
    assert _long._as_text(words(1, 2.0)).tolist() == [1, 2.0]
    assert _long._as_text(words(b"a", b"\xc3\xa9", None)).tolist() == ["a", "\u00e9", None]
    joined = _long._joined_names([np.array([1.0, 2.5]), np.array([7, 8]), words("a", "b")])
    assert joined.tolist() == ["1.7.a", "2.5.8.b"]


def test_rows_without_a_name_are_told_with_the_first_of_them():
    with pytest.raises(
        ValueError, match=r"2 rows have no identifier in column star; the first is row 1:"
    ):
        _long._factorized(words("a", None, "b", None), "star")
    category = pd.Categorical.from_codes([1, 0, -1, 1], ["a", "b"])
    with pytest.raises(
        ValueError, match=r"1 rows have no identifier in column star; the first is row 2:"
    ):
        _long._factorized(category, "star")
    codes, ids, ordered = _long._factorized(
        pd.Categorical.from_codes([1, 0, 1], ["a", "b"]), "star"
    )
    assert ids[codes].tolist() == ["b", "a", "b"] and not ordered
    assert _long._factorized(pd.Categorical.from_codes([0, 0, 1], ["a", "b"]), "star")[2]


@pytest.mark.parametrize(
    ("values", "found", "same"),
    [
        ([1, 1, 2, 2], [1, 2], True), ([1, np.nan, 2, 2], [1, 2], False), ([np.nan, np.nan, 2, 2], [np.nan, 2], True),
        ([np.nan, 1, 2, np.nan], [1, 2], False), ([1, 3, 2, 2], None, False), ([1, 1, 2, 4], None, False),
    ],
)  # fmt: skip
def test_values_that_all_rows_of_a_star_share(values, found, same):
    values, offsets, ids = np.array(values, float), np.array([0, 2, 4]), words("a", "b")
    assert bool(_long._same_as_first(values, offsets)) is same
    if found is None:
        first = "a" if values[1] == 3 else "b"
        with pytest.raises(
            ValueError,
            match=f"Star '{first}' .*has several values in column foo: {values[0]}|{values[2]}",
        ):
            _long._one_a_star(values, None, offsets, ids, "foo")
        return
    np.testing.assert_array_equal(
        np.array(_long._one_a_star(values, None, offsets, ids, "foo"), float), found
    )


@pytest.mark.parametrize("where", [0, 19, 20, 24])
def test_a_value_that_differs_is_found_in_whichever_star(where):
    # 25 stars of 30 points; the first twenty are looked at before the others.
    offsets = 30 * np.arange(26)
    values = np.repeat(np.arange(25.0), 30)
    assert _long._same_as_first(values, offsets)
    values[30 * where + 29] += 1
    assert not _long._same_as_first(values, offsets)


def test_stars_whose_one_row_is_empty_have_no_points():
    offsets = np.array([0, 1, 2, 3, 5])
    nan = np.nan
    time, mag = np.array([nan, nan, 1.0, nan, nan]), np.array([nan, 14.0, nan, nan, nan])
    assert _long._empty_stars(time, mag, offsets).tolist() == [True, False, False, False]


def test_a_label_of_each_row_is_none_of_the_star():
    table = {"label": words("a", "b"), "t": np.arange(2.0)}
    found = _long._without_labels_of_points(table, decided(label="label"), 2)
    assert "label" not in found.names and found.left_over == ("label",)
    assert found.remarks == ("label is no label: another one in each row",)
    for n_rows, own in ((1, words("a")), (2, words("a", "a"))):
        found = decided(label="label")
        assert _long._without_labels_of_points({"label": own}, found, n_rows) is found


def test_rows_without_anything_are_left_out():
    nan = np.nan
    table = {
        "s": words("a", None, None, None), "t": np.array([1, nan, 2, nan]), "m": np.array([1, nan, nan, 3]),
    }  # fmt: skip
    found = SimpleNamespace(names={"id": "s", "time": "t", "mag": "m"}, quantity="mag")
    assert _long._without_blank_rows(table, found)["s"].tolist() == ["a", None, None]
    assert _long._without_blank_rows(table, found)["t"].tolist()[1:2] == [2.0]
    some = {name: values[[0, 2]] for name, values in table.items()}
    assert _long._without_blank_rows(some, found) is some


def test_of_very_many_rows_some_from_all_over_are_looked_at():
    few, many = np.arange(100_000), np.arange(250_001)
    assert _long._some(few) is few
    assert _long._some(many).tolist() == many[::3].tolist()
    assert _long._some(np.arange(100_001)).tolist() == list(range(0, 100_001, 2))


def test_a_single_table_without_names_of_stars_needs_one():
    table = {"t": np.arange(3.0), "mag": np.ones(3), "sourceid": np.arange(3)}
    said = r"among t, mag, sourceid \(sourceid is another one in each row\)\. Name it"
    with pytest.raises(ValueError, match=said):
        _long._one_star(table, decided(left=["sourceid"]), {}, {}, None, False)
    with pytest.raises(ValueError, match=r"among t, mag, sourceid\. Name it"):
        _long._one_star(table, decided(), {}, {}, None, False)
