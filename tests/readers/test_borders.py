"""Where decisions of the readers turn: what lies just this side of a border, and just beyond it."""

import gzip
import re
import warnings

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves
from sklearn_vartl.readers import _assemble, _doubts

from .conftest import read, text, told

N = 24
T = np.round(58100.25 + 11.3 * np.arange(N) + 0.013 * np.arange(N) ** 2, 5)
M = np.round(14.3 + 0.4 * np.sin(11.5 * T), 3)
E = np.round(0.01 + 0.001 * np.arange(N), 3)
STARS = ["V1"] * 12 + ["V2"] * 12


@pytest.mark.parametrize("band", ["V", "'V'", "i"])
def test_bands_in_a_column_without_a_header(tmp_path, band):
    X = read(tmp_path, text("", [T, M, E, [band] * 20 + [""] * 4]))
    assert X.band[0].strip("'") == band.strip("'") and X.magerr.tolist() == E.tolist()
    # Words that are no bands, and bands that are numbers, are none.
    for word in ("Vx1", "7"):
        assert read(tmp_path, text("", [T, M, E, [word] * N])).band is None


def test_a_first_row_of_words_among_rows_of_words_is_no_header(tmp_path):
    X = read(
        tmp_path,
        text("", [STARS, T, M, E]),
        columns={"id": "column1", "time": "column2", "mag": "column3"},
    )
    assert X.n_points.tolist() == [12, 12]


@pytest.mark.parametrize(("same", "told_days"), [(6, False), (8, True)])
def test_most_points_that_share_their_day_have_no_time_of_the_day(tmp_path, same, told_days):
    # Of 12 points of two stars, so many are on the day of another one.
    days = 51000.0 + np.arange(12)
    days[1 : same + 1] = days[0]
    stars = ["V1"] * 12
    said = told(lambda: read(tmp_path, text("id,mjd,mag", [stars, days, M[:12]])))[1]
    assert (
        f"holds days without the time of the day, {same} points share theirs" in said
    ) is told_days


def test_the_dates_that_seconds_are_taken_for_are_told_as_days(tmp_path):
    seconds = (T - 40587) * 86400
    said = told(lambda: read(tmp_path, text("time,mag", [seconds, M])))[1]
    first, last = pd.to_datetime(seconds[[0, -1]], unit="s").strftime("%Y-%m-%d")
    assert f"time is taken for seconds since 1970, from {first} to {last}:" in said


@pytest.mark.parametrize("value", [0, -1, -9, -9.9, -9.99, -9.999])
def test_lone_numbers_far_from_all_magnitudes_are_not_measured(tmp_path, value):
    for level, missing in ((M, True), (M - 12, False)):
        # Magnitudes about 2 may well have neighbours at 0 and -1.
        mags = np.where(np.arange(N) % 9 == 3, value, level)
        X, said = told(lambda mags=mags: read(tmp_path, text("mjd,mag,err", [T, mags, E])))
        assert np.isnan(X.mag[3]) == missing
        # Kept far from all others, it is told.
        assert (f"3 values of mag are {value}, far from all others" in said) == (
            not missing and value < -1
        )
    assert read(tmp_path, text("mjd,mag,err", [T, M, E])).mag.tolist() == M.tolist()


@pytest.mark.parametrize(
    ("quantity", "values", "n", "said"),
    [
        ("mag", M, 3, {17.8: True, 17.6: False, 10.9: True, 11.0: False}), ("mag", M, 2, {30.0: False}),
        ("mag", M, 12, {30.0: False}), ("mag", M, 11, {30.0: True}),
        # Fluxes further than all others are from each other.
        ("flux", M, 3, {15.5: True, 15.4: False, 13.1: True, 13.2: False}),
    ],
)  # fmt: skip
def test_values_that_come_again_far_from_all_others(tmp_path, quantity, values, n, said):
    for value, far in said.items():
        own = np.concatenate([np.full(n, value), values[n:]])
        X, words = told(lambda own=own: read(tmp_path, text(f"mjd,{quantity}", [T, own])))
        assert (
            f"{n} values of {quantity} are {value:g}, far from all others: not measured?" in words
        ) == far
        assert not np.isnan(X._arguments()["mag"]).any()
    # Of stars the first that has one is told; limits and points with a flag are left out anyway.
    own = np.concatenate([values[:20], [30.0] * 4])
    head = f"id,mjd,{quantity},flag"
    for flag, far in ((0, True), (1, False)):
        words = told(
            lambda f=flag: read(tmp_path, text(head, [STARS, T, own, [0] * 20 + [f] * 4]))
        )[1]
        assert ("(first: 'V2')" in words) == far


@pytest.mark.parametrize(
    ("value", "missing"), [(30, True), (17, False), (24, False), (25.5, False), (16, False)]
)
def test_a_whole_number_with_errors_of_zero_is_far_from_the_magnitudes(tmp_path, value, missing):
    there = np.arange(N) % 6 == 3
    level = M if value < 18 else M + 8
    values, errors = np.where(there, value, level), np.where(there, 0, E)
    X, said = told(lambda: read(tmp_path, text("mjd,mag,err", [T, values, errors])))
    assert (np.isnan(X.mag) == (there & missing)).all()
    # Fainter than all others, it is told where it is kept.
    assert ("without an error in err are fainter" in said) == (not missing)


@pytest.mark.parametrize(("base", "taken"), [(-29.6, True), (-32, False), (58, True), (62, False)])
def test_letters_of_bands_hold_magnitudes_that_are_possible(tmp_path, base, taken):
    def readable():
        try:
            table = text("mjd,V,V_err", [T, M - 14.3 + base, E])
            return told(lambda: read(tmp_path, table))[0].quantity == "mag"
        except ValueError:
            return False

    assert readable() is taken


@pytest.mark.parametrize(("word", "known"), [("UL", True), ("UL3", True), ("3UL", False)])
def test_a_mark_beside_blanks_tells_limits(tmp_path, word, known):
    marks = [word if i % 5 == 2 else "" for i in range(N)]
    X = read(tmp_path, text("mjd,mag,err,upperlimit", [T, M, E, marks]))
    limits = np.zeros(N, bool) if X.limit is None else X.limit
    assert limits.sum() == (5 if known else 0)


@pytest.mark.parametrize(("step", "other"), [(0.2, True), (0.08, False)])
def test_a_time_that_runs_with_the_dates_beside_it(tmp_path, step, other):
    # Hours of the night do not; light travel times differ by minutes.
    time = np.round(T - 58100 + step * np.sin(np.arange(N)), 5)
    X = read(tmp_path, text("time,mjd,mag,err", [time, T, M, E]))
    assert (X.time.tolist() == T.tolist()) is other


def test_a_table_on_its_side_has_thrice_as_many_columns_as_rows(tmp_path):
    numbers = np.round(np.random.default_rng(0).uniform(5, 9, (10, 40)), 3).tolist()
    for width, on_its_side in ((29, False), (31, True)):
        rows = "\n".join(",".join(map(str, row[:width])) for row in numbers)
        try:
            said = told(lambda rows=rows: read(tmp_path, rows + "\n"))[1]
        except ValueError as error:
            said = str(error)
        assert ("lies on its side" in said) is on_its_side


@pytest.mark.parametrize("clock", [58100.0, 2458100.0])
def test_columns_without_names_are_shown_by_their_places(tmp_path, clock):
    # The first of two columns of times, after a place of the sky.
    place = np.round(120.5 + 0.001 * np.sin(np.arange(N)), 4)
    dates = np.round(T - 58100 + clock, 5)
    with pytest.raises(ValueError, match="no light curve") as refused:
        read(tmp_path, text("", [place, place - 70, dates, M, E, dates + 0.5]))
    assert 'columns={"time": "column3", "mag": "column4"}' in str(refused.value)
    assert "--columns time=column3,mag=column4" in str(refused.value)
    # Large numbers that hardly change, or that are no dates, are no other clock.
    for other in (dates[0] + 0.01 * np.arange(N), np.full(N, 9e5), 1e5 + T):
        read(tmp_path, text("", [np.round(place + 0.001 * np.arange(N), 4), M, E, other]))


@pytest.mark.parametrize(("n_names", "doubtful"), [(1, False), (2, True), (8, True), (9, False)])
def test_few_words_by_turns_may_name_stars(tmp_path, n_names, doubtful):
    words = [f"w{'abcdefghijkl'[i % n_names]}" for i in range(N)]
    said = told(lambda: read(tmp_path, text("mjd,mag,err,where", [T, M, E, words])))[1]
    assert (f"where has {n_names} values, and the rows are read as one star" in said) is doubtful


@pytest.mark.parametrize(
    ("names", "columns", "message"),
    [
        ("a.csv b.csv", "id,mjd,mag,err", "1 star is in several files.*'V1', 2 times"),
        ("V1_B.csv V1_V.csv", "mjd,mag,err", r"their names end with bands \(V1_B, V1_V\)"),
        (
            "a.csv b.csv c.fits",
            "mjd,mag,err",
            "Passed over c.fits in .*, which is of another format",
        ),
        (
            "a.csv b.csv none.csv",
            "mjd,mag,err",
            "Passed over none.csv in .*, which hold no light curves",
        ),
        ("a.dat b.dat odd.dat", "", "odd in .* have other columns than the other files"),
    ],
)
def test_what_is_said_of_files_points_at_who_reads_them(tmp_path, names, columns, message):
    n_columns = columns.count(",")
    for name in names.split():
        values = [["V1"] * N, T, M, E] if n_columns == 3 else [T, M, E]
        values = [T, M, E, M] if name == "odd.dat" else values
        head = "mass,size,age" if name == "none.csv" else columns
        (tmp_path / name).write_text(text(head, values, "," if columns else " "))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_light_curves(tmp_path)
    (said,) = [each for each in caught if re.search(message, str(each.message))]
    assert said.filename == __file__


def test_one_table_of_several_stars_has_no_label_of_one():
    frame = pd.DataFrame(
        {"time": T, "mag": M, "err": E, "id": STARS, "label": ["A"] * 12 + ["B"] * 12}
    )
    X = LightCurves.from_any([frame[:12], frame[12:]])
    assert X.labels.tolist() == ["A", "B"] and X.ids.tolist() == ["V1", "V2"]


def test_short_files_that_are_compressed(tmp_path):
    content = text("mjd,mag,err", [T, M, E])
    (tmp_path / "star.csv.gz").write_bytes(gzip.compress(content.encode()))
    assert read_light_curves(tmp_path / "star.csv.gz").mag.tolist() == M.tolist()


@pytest.mark.parametrize(
    ("year", "dates"), [(1700, False), (1850, True), (2150, True), (2250, False)]
)
def test_numbers_that_are_days_of_the_calendar(tmp_path, year, dates):
    days = [10000 * year + 100 * (1 + i // 2) + 3 + i % 2 for i in range(N)]
    try:
        told(lambda: read(tmp_path, text("time,mag,err", [days, M, E])))
    except ValueError as error:
        assert dates and "days of the calendar" in str(error)
    else:
        assert not dates


def test_names_of_stars_above_names_of_stars_are_no_header(tmp_path):
    with pytest.raises(ValueError, match="the file has no header"):
        read(tmp_path, text("", [STARS, T.astype(int), M.astype(int)]))


def test_of_a_long_word_the_beginning_is_shown(tmp_path):
    for length, shown in ((78, "x" * 78 + "'"), (79, "x" * 76 + "...")):
        values = np.where(np.arange(N) == 3, "x" * length, M.astype(str))
        with pytest.raises(ValueError, match="is not a number") as refused:
            LightCurves.from_any([pd.DataFrame({"time": T, "mag": values.astype(object)})])
        assert f"'{shown}" in str(refused.value) and "x" * (length + 1) not in str(refused.value)


@pytest.mark.parametrize(("step", "apart"), [(0.08, False), (0.12, True)])
def test_parts_whose_levels_differ_by_a_tenth_of_a_magnitude_are_told(tmp_path, step, apart):
    halves = np.arange(N) // 12
    mags = np.round(14 + step * halves + 0.002 * np.sin(np.arange(N)), 4)
    said = told(lambda: read(tmp_path, text("mjd,mag,err,sector", [T, mags, E, halves])))[1]
    assert ("the magnitudes of each sector are on a level of their own" in said) is apart


@pytest.mark.parametrize(("n_periods", "refused"), [(12, False), (14, True)])
def test_rows_with_other_periods_are_a_catalogue(tmp_path, n_periods, refused):
    periods = 0.5 + 0.1 * (np.arange(N) % n_periods)
    try:
        told(lambda: read(tmp_path, text("mjd,mag,err,period", [T, M, E, periods])))
    except ValueError as error:
        assert refused and "each row has another period, as a catalogue of stars has" in str(error)
    else:
        assert not refused


@pytest.mark.parametrize(("level", "missing"), [(14300, True), (40, False)])
def test_99_thousandths_are_measured_among_others_as_small(tmp_path, level, missing):
    there = np.arange(N) % 6 == 3
    values = np.where(there, 99, np.round(level + 10 * np.sin(np.arange(N))))
    X = told(lambda: read(tmp_path, text("mjd,mag [mmag],err [mmag]", [T, values, 10 * E])))[0]
    assert (np.isnan(X.mag) == (there & missing)).all()


def test_words_that_may_tell_bad_points_ask_for_a_column_of_zeros(tmp_path):
    # Of numbers, the column itself can be taken.
    words = ["fine", "cloud", "moon", "fine"] * 6
    for values, remedy in (
        (words, "say which by a column of 0 and 1"),
        ([0, 2, 4, 0] * 6, 'columns={"flag"'),
    ):
        said = told(
            lambda values=values: read(
                tmp_path, text("mjd,mag,err,quality_code", [T, M, E, values])
            )
        )[1]
        assert remedy in said


@pytest.mark.parametrize(("n_others", "missing"), [(4, False), (5, True)])
def test_so_many_magnitudes_tell_that_another_is_far_from_them(tmp_path, n_others, missing):
    values, errors = [30, *M[:n_others]], [0, *E[:n_others]]
    X = told(lambda: read(tmp_path, text("mjd,mag,err", [T[: n_others + 1], values, errors])))[0]
    assert np.isnan(X.mag[0]) == missing


@pytest.mark.parametrize(
    ("lowest", "highest", "times", "phases"),
    [
        (0.0, 0.92, "rising", True),
        (0.0, 0.88, "rising", False),
        (0.0, 0.7, "back and forth", True),
        (0.0, 0.58, "back and forth", False),
        (0.0, 0.7, "mostly rising", False),
        (-0.5, 0.5, "rising", True),
        (-0.51, 0.49, "rising", False),
        (0.05, 1.0, "rising", True),
        (0.1, 1.05, "rising", False),
    ],
)
def test_times_that_are_phases(lowest, highest, times, phases):
    unit = np.linspace(0, 1, 12)
    order = {"rising": np.arange(12), "back and forth": np.arange(12) * 5 % 12}
    order["mostly rising"] = np.r_[1, 0, 3, 2, 5, 4, 6:12]
    time = lowest + (highest - lowest) * unit[order[times]]
    assert bool(_assemble._are_phases(time, lowest, highest)) is phases


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        (99.999, True), (99.0, True), (999.0, True), (-99.9, True), (9999.0, True), (-999, True), (99.5, False),
        (90.0, False), (60.0, False), (9.999, False), (49.0, False), (98.999, False), (np.float32(99.99), True),
    ],
)  # fmt: skip
def test_magnitudes_that_stand_for_none(value, stands):
    values = np.array([14.1, value, 14.2], dtype=float)
    found = _assemble.placeholders(values)
    assert (found is not None and found.tolist() == [False, True, False]) is stands
    assert stands or found is None
    # Of very many other ones far away the common ones are known all the same.
    many = np.r_[100.5 + np.arange(60), value, 14.0]
    found = _assemble.placeholders(many)
    common = abs(round(float(value), 4)) in (99.0, 99.9, 99.99, 99.999, 999.0, 9999.0)
    if value != np.float32(99.99):
        assert (found is not None and found.tolist() == [False] * 60 + [True, False]) is common


@pytest.mark.parametrize(
    ("quantity", "value", "others", "left_out"),
    [
        ("mag", 1e5, [14.0, 15.0], True), ("mag", 99000.0, [14.0, 15.0], False),
        ("mag", 1e5, [1e5, 1.1e5, 1.2e5, 1.3e5], False),
        ("flux", 1e20, [14.0, 15.0], True), ("flux", 1e18, [14.0, 15.0], False),
        ("flux", -1e10, [100.0, 120.0], True), ("flux", -1e4 - 1, [9.0, 12.0], False),
        ("flux", -2e8, [1e6, 1.1e6], False), ("flux", 1e20, [1e13, 1.1e13], False),
        ("flux", -999.0, [10.0, 11, 12, 13, 14], True), ("flux", -999.0, [10.0, 11, 12, 13], False),
        ("flux", -999.0, [10.0, 11, 12, 13, 2000], False), ("flux", 999.0, [10.0, 11, 12, 13, 14], False),
        ("flux", 9999.0, [10.0, 11, 12, 13, 14], True),
        ("flux", -999.0, [10.0, 10.2, 10.4, 10.6, 10.8], True), ("flux", -999.0, [10.0] * 5, False),
        ("flux", 32767.0, [10.0, 11, 12, 13, 14], True), ("flux", 32767.0, [10.0, 11, 12, 13], False),
        ("mag", 32.767, [14.0, 14.1, 14.2, 14.3, 14.4], True), ("mag", 32.767, [14.0, 14.1, 14.2, 14.3, 34.4], False),
        ("time", 0.0, [1001.0, 1002, 1003, 1004, 1005], True), ("time", 0.0, [999.0, 1002, 1003, 1004, 1005], False),
        ("time", -1.0, [2000.0, 2001, 2002, 2003, 2004], True), ("time", 5.0, [2000.0, 2001, 2002, 2003, 2004], False),
        ("time", 0.0, [2000.0, 2001, 2002, 2003, 4500], False), ("time", 0.0, [2000.0, 2001, 2002, 2003], False),
    ],
)  # fmt: skip
def test_numbers_that_nobody_measures(quantity, value, others, left_out):
    values = np.array([*others, value])
    found = _assemble.out_of_all_range(values, _assemble.reach(values), quantity)
    assert (found is not None) is left_out
    assert found is None or found.tolist() == [False] * len(others) + [True]


@pytest.mark.parametrize(
    ("levels", "noise", "n", "least", "apart"),
    [
        # Of a few points the medians must differ by six times what they scatter, and by the least.
        ((14.0, 14.7), 0.1, 9, 0.1, True), ((14.0, 14.55), 0.1, 9, 0.1, False), ((14.0, 14.09), 0.001, 9, 0.1, False),
        ((14.0, 14.11), 0.001, 9, 0.1, True), ((100.0, 103.0), 0.1, 9, None, True),
        ((100.0, 101.9), 0.1, 9, None, False),
        ((14.0, 14.7), 0.1, 4, 0.1, False),
        # Of many points the means, of which chance makes less.
        ((14.0, 14.2), 0.1, 101, 0.1, True), ((14.0, 14.2), 0.1, 99, 0.1, False), ((14.0, 14.2), 0.8, 101, 0.1, False),
    ],
)  # fmt: skip
def test_parts_on_levels_of_their_own(levels, noise, n, least, apart):
    # Half of the values are so much below the level, half above, in turn.
    turns = noise * np.resize([-1, 1], n - 1)
    value = np.concatenate([level + np.r_[0, turns] for level in levels])
    assert bool(_doubts._apart(value, np.repeat([1, 2], n), least)) is apart


@pytest.mark.parametrize(
    ("codes", "by_turns"),
    [
        ([0, 1] * 5, True), ([1, 2] * 5, True), ([2, 3] * 5, False), ([0, 1] * 4, False), ([0, 2] * 5, False),
        ([1, 2, 3, 4, 5, 6] * 2, True), ([1, 2, 3, 4, 5, 6, 7] * 2, False), ([0] * 5 + [1] * 5, False),
        ([0] * 10, False), ([0, 1] * 2 + [0] * 8, False), ([0, 1] * 3 + [0] * 6, True), ([0.5, 1.5] * 5, False),
    ],
)  # fmt: skip
def test_codes_that_come_by_turns(codes, by_turns):
    assert _doubts._are_codes_by_turns(np.array(codes), "foo") is by_turns
    assert not _doubts._are_codes_by_turns(np.array(codes), "nobs")
    assert not _doubts._are_codes_by_turns(np.array(codes).astype(str), "foo")


@pytest.mark.parametrize(
    ("where", "n_places"),
    [
        ([1, 9] * 6, 2), ([1, 5, 9] * 4, 3), ([1, 1.2] * 6, 0), ([1] * 6 + [9] * 6, 0), ([1, 9, 9, 9] * 3, 2),
        ([1, 9, 9, 9, 9, 9, 9, 9] * 2, 0), ([1, 9, 1.7, 9] * 3, 2), ([1, 9, 1.75, 9] * 3, 0), ([4] * 12, 0),
    ],
)  # fmt: skip
def test_places_by_turns(where, n_places):
    assert _doubts._n_by_turns(np.array(where, dtype=float), 0.5) == n_places


@pytest.mark.parametrize("absent", [np.nan, 99.99, 0.0, -99.0])
def test_magnitudes_without_errors_that_are_fainter_may_be_limits(tmp_path, absent):
    content = {}
    for n, fainter in ((3, 1.0), (2, 1.0), (3, 0.0)):
        without = np.arange(N) % 12 < n
        mags, errors = np.where(without, M + fainter, M), np.where(without, absent, E)
        columns = [STARS, T, mags, errors, without.astype(int)]
        # A star without a point stands last.
        content[n, fainter] = text("id,mjd,mag,err", columns[:4]) + "V3,,,\n"
        assert not told(lambda c=columns: read(tmp_path, text("id,mjd,mag,err,limit", c)))[1]
    for how, words in content.items():
        said = told(lambda w=words: read(tmp_path, w))[1]
        assert (
            "without an error in err are fainter than those with one: upper limits? (first: 'V1')"
            in said
        ) == (how == (3, 1.0))


def test_an_empty_column_of_magnitudes_is_none_beside_one_that_holds_some(tmp_path):
    constant = np.full(N, 14.25)
    X = told(lambda: read(tmp_path, text("mjd,mag_aper,mag_psf,err", [T, [""] * N, constant, E])))[
        0
    ]
    assert X.mag.tolist() == constant.tolist()
