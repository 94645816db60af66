"""More decisions of the readers: the end of a file, bands by name, one of two quantities, errors, answers in JSON."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.readers import _columns, _layout, _names, _places, _sides, _tables, _units

N = 12
T = 58100.25 + 11.3 * np.arange(N)
M = 14.3 + 0.4 * np.sin(11.5 * T)
E = 0.01 + np.arange(N) / 999


def table_of(**columns):
    values = {name: np.asarray(own) for name, own in columns.items()}
    return _columns._Table(list(values), list(values), values.get)


# --- The layout of a file


@pytest.mark.parametrize(
    ("end", "n_rows", "cut"),
    [
        ("58200.5,14", 4, True), ("58200.5,14,0.1", 4, False), ("58200.5,14\n", 4, False), ("58200.5,14\x1a", 4, True),
        ("\x1a", 4, False), ("58200.5,14", 3, True), ("58200.5,14", 2, True), ("58200.5,14", 1, False),
    ],
)  # fmt: skip
def test_a_last_row_that_is_cut_off(tmp_path, end, n_rows, cut):
    rows = "".join(f"{58100 + k}.5,14.{k},0.1\n" for k in range(n_rows))
    (tmp_path / "x.csv").write_text("mjd,mag,err\n" + rows + end)
    assert _layout.layout_of(tmp_path / "x.csv").cut is cut


@pytest.mark.parametrize(
    ("first", "other", "no_clock"),
    [
        (120.5, 58100.0, True), (120.5, 2458100.0, True), (1001.0, 58100.0, False), (120.5, 39990.0, False),
        (120.5, 69900.0, True), (120.5, 70100.0, False), (120.5, 2399990.0, False), (120.5, 2500100.0, False),
    ],
)  # fmt: skip
def test_a_first_column_that_hardly_changes_beside_dates(first, other, no_clock):
    def rows(step, step_of_other):
        return [
            [f"{first + step * k / 10}", "14.1", f"{other + step_of_other * k / 10}"] for k in range(11)
        ]  # fmt: skip

    assert _places._is_no_clock(rows(0.9, 1.1)) is no_clock
    # One that goes on by a day may be the clock, and dates that do not are no light curve's.
    assert not _places._is_no_clock(rows(1.1, 1.1)) and not _places._is_no_clock(rows(0.9, 0.9))


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("V V V", "band"), ("V I V", "band"), ("'V' I V", "band"), ("V  V", "band"), ("V x V", "column4"),
        ("1 1 1", "column4"), ("w1 w1 w1", "column4"),
    ],
)  # fmt: skip
def test_a_fourth_column_of_bands_by_its_place(columns, found):
    rows = [[f"{58100 + k}.5", f"14.{k}", "0.1", own] for k, own in enumerate(columns.split(" "))]
    layout = SimpleNamespace(rows=rows, comments=[])
    names, columns, remark = _places.by_place(layout, None, 4)
    assert names == ["time", "mag", "magerr", found] and columns is None
    assert remark == _places.BY_PLACE
    # Who names places himself has no others.
    asked = {"time": "column1", "mag": "column2"}
    assert _places.by_place(layout, asked, 4) == (
        ["column1", "column2", "column3", "column4"],
        asked,
        None,
    )
    assert _places.by_place(layout, "crts", 4)[0] == ["MJD", "Mag", "Magerr", "Blend"]


# --- Bands side by side


@pytest.mark.parametrize(
    ("names", "bands", "roles"),
    [
        ("mjd g_mag r_mag", {"g": "g_mag", "r": "r_mag"}, {"time", "mag", "band"}),
        ("mjd g_mag g_err r_mag r_err", {"g": "g_mag", "r": "r_mag"}, {"time", "mag", "magerr", "band"}),
        ("mjd_g mjd_r mag_g mag_r", {"g": "mag_g", "r": "mag_r"}, {"time", "mag", "band"}),
        ("mjd g r g_err r_err", {"g": "g", "r": "r"}, {"time", "mag", "magerr", "band"}),
        # Names alone are no magnitudes, one band is not several, and without a clock there is no light curve.
        ("mjd g r", None, None), ("mjd g_mag", None, None), ("g_mag r_mag", None, None),
        ("mjd g_mag r_mag mag", None, None),
        ("mjd g_mag r_mag band", None, None), ("mjd g_foo r_foo", None, None),
    ],
)  # fmt: skip
def test_columns_of_bands(names, bands, roles):
    values = {}
    for name in names.split():
        own = T if "mjd" in name else E if "err" in name else M
        values[name] = own + 0.0
    sides = _sides.side_by_side(list(values), None, values.get)
    if bands is None:
        assert sides is None
        return
    assert {band: next(iter(own)) for band, own in sides.bands.items()} == bands
    assert set(sides.columns) | {"time"} == roles
    # What is asked of the brightness leaves nothing to find.
    for asked in ({"mag": "g_mag"}, {"band": "x"}, {"magerr": "x"}, "ogle"):
        assert _sides.side_by_side(list(values), asked, values.get) is None
    assert _sides.side_by_side(list(values), sides, values.get) is sides


def test_units_of_the_bands_are_one():
    class Told(np.ndarray):
        unit = None

    def values(unit):
        own = M.view(Told).copy()
        own.unit = unit
        return own

    def stacked(role, **columns):
        return _sides._stacked_name(role, ("", role), {n: n for n in columns}, columns.get)

    assert stacked("mag", g=values(None), r=values(None)) == "mag"
    assert stacked("mag", g=values("mmag"), r=values("mmag")) == "mag [mmag]"
    with pytest.raises(ValueError, match="the columns g, r are in different units: mag, mmag"):
        stacked("mag", g=values("mmag"), r=values("mag"))
    assert (
        _sides._stacked_name("magerr", ("", "_snr"), {"g": "g_snr"}, {"g_snr": M}.get) == "mag_snr"
    )


def test_of_errors_those_that_are_called_by_their_values_come_first():
    def errors(of, own, **groups):
        keys = {("", name): dict.fromkeys("gr") for name in groups}
        bases = {key: groups[key[1]] for key in keys}
        return [key[1] for key in _sides._errors(keys, bases, ("", own), of, "mag")]

    assert errors("mag", "m", m="mag", a="magerr", b="err") == ["a"]
    assert errors("mag", "m", m="mag", b="err") == ["b"] and errors("mag", "m", m="mag") == []
    assert errors("mag", "m", m="mag", b="fluxerr") == [] and errors(
        "mag", "m", m="mag", b="e"
    ) == ["b"]
    assert (
        errors("mag", "m", m="mag", b="magsnr") == ["b"]
        and errors("mag", "m", m="mag", b="weight") == []
    )


def test_rows_of_a_survey_with_bands_side_by_side():
    nan = np.nan
    table = {
        "dateobs": np.array([1.0, 2, 3, 4]), "rmag": np.array([-5.0, nan, -99, nan]), "rerr": np.full(4, 0.1),
        "bmag": np.array([nan, -6.0, 99, nan]), "berr": np.full(4, 0.2),
    }  # fmt: skip
    found = _sides.stack_rows(table, "macho")
    assert found["band"].tolist() == ["R", "R", "R", "B"] and found["dateobs"].tolist() == [
        1,
        3,
        4,
        2,
    ]
    kept = _sides.stack_rows(table, "macho", keep_rows=False)
    assert kept["dateobs"].tolist() == [1, 2] and kept["magerr"].tolist() == [0.1, 0.2]
    with pytest.raises(
        ValueError, match="found no band with both time and magnitude; it knows R: rmag, rerr"
    ):
        _sides.stack_rows({"rmag": M}, "macho")
    assert _sides.wide_preset(["dateobs", "rmag"], "macho") == "macho"
    assert _sides.wide_preset(["dateobs", "rmag", "mag"], "macho") is None
    assert (
        _sides.wide_preset(["foo"], "macho") is None
        and _sides.wide_preset(["rmag"], {"mag": "rmag"}) is None
    )


# --- One of two quantities, and its errors


@pytest.mark.parametrize(
    ("asked", "mag", "kept"),
    [
        (None, M, {"time", "mag", "magerr"}), ({"flux": "f"}, M, {"time", "flux", "fluxerr"}),
        ({"flux": "f", "mag": "m"}, M, {"time", "mag", "magerr"}), ({"mag": "m"}, M, {"time", "mag", "magerr"}),
        # Empty ones are none, nor is one magnitude at all times, unless it is asked for.
        (None, M * np.nan, {"time", "flux", "fluxerr"}), (None, M * 0 + 14, {"time", "flux", "fluxerr"}),
        ({"mag": "m"}, M * 0 + 14, {"time", "mag", "magerr"}),
    ],
)  # fmt: skip
def test_magnitudes_and_fluxes_in_one_table(asked, mag, kept):
    table = table_of(t=T, m=mag, e=E, f=10 ** (-0.4 * M), fe=E)
    names = {"time": "t", "mag": "m", "magerr": "e", "flux": "f", "fluxerr": "fe"}
    found, remarks = _columns._one_quantity(table, names, asked)
    assert set(found) == kept and len(remarks) == 1 - (asked is not None and "mag" not in asked)


def test_magnitudes_without_errors_have_those_of_the_fluxes_beside_them():
    table = table_of(t=T, m=M, f=10 ** (-0.4 * M), fe=E)
    names = {"time": "t", "mag": "m", "flux": "f", "fluxerr": "fe"}
    found, remarks = _columns._one_quantity(table, names, {"mag": "m"})
    assert found["snr flux"] == "f" and found["snr error"] == "fe"
    assert remarks == ("errors of the magnitudes from f and fe",)
    alone = {"time": "t", "mag": "m"}
    assert _columns._one_quantity(table, alone, None) == (alone, ())


@pytest.mark.parametrize(
    ("units", "are"), [(["ABMag", "mag"], True), (["AB mag", None], True), (["Jy", "mag"], False), ([None, ""], False)]
)  # fmt: skip
def test_a_column_of_units_says_that_fluxes_are_magnitudes(units, are):
    table = table_of(f=M[:2], unit=np.array(units, object))
    names = {"time": "t", "flux": "f", "fluxerr": "e"}
    found, remarks = _columns._magnitudes_by_unit(table, names, None)
    assert ("mag" in found) is are and ("magerr" in found) is are and len(remarks) == are
    for columns in ("ogle", {"flux": "f"}):
        assert _columns._magnitudes_by_unit(table, names, columns) == (names, ())


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"mag": M, "magerr": E, "err": 2 * E}, "magerr"), ({"mag": M, "err": E}, "err"),
        ({"mag": M, "e_Vmag": E}, "e_Vmag"),
        ({"mag": M, "snr": 99 + M}, "snr"), ({"mag": M}, None), ({"mag": M, "fluxerr": E}, None),
        ({"mag": M, "err": -E}, None),
        # Of two general words the more usual one; of two that are alike either.
        ({"mag": M, "sigma": E, "error": 2 * E}, None), ({"mag": M, "mag_err": E, "magerr": E}, "mag_err"),
        ({"mag": M, "weight": E}, None),
    ],
)  # fmt: skip
def test_the_column_of_errors(columns, error):
    table, remarks = table_of(**columns), []
    if {"sigma", "error"} <= columns.keys():
        with pytest.raises(ValueError, match="Several columns could be the error: error, sigma"):
            _names.error_of(table, "mag", "mag", {"mag"}, {"mag": "mag"}, remarks)
        return
    assert _names.error_of(table, "mag", "mag", {"mag"}, {"mag": "mag"}, remarks) == error
    assert remarks == ["err is no error: most of its values are not positive"] * (
        "err" in columns and error is None
    )


def test_a_bare_error_beside_magnitudes_and_fluxes_is_of_those_that_are_used():
    table = table_of(mag=M, flux=M, err=E)
    both = {"mag": "mag", "flux": "flux"}
    assert _names.error_of(table, "flux", "flux", {"mag", "flux"}, both, []) is None
    assert _names.error_of(table, "mag", "mag", {"mag", "flux"}, both, []) == "err"
    assert _names.error_of(table, "flux", "flux", {"flux"}, {"flux": "flux"}, []) == "err"


def test_a_colour_that_is_one_a_star_is_its_own():
    stars = np.repeat(["a", "b"], 6).astype(object)
    of_stars, of_points = (
        np.repeat(["red", "blue"], 6).astype(object),
        np.array(["red", "blue"] * 6, object),
    )
    for colour, expected in (
        (of_stars, True),
        (of_points, False),
        (np.repeat(["g", "r"], 6).astype(object), False),
    ):
        assert (
            _columns._is_colour_of_stars(table_of(star=stars, colour=colour), "colour") is expected
        )
    assert not _columns._is_colour_of_stars(table_of(colour=of_stars), "colour")


# --- Values


def test_missing_values_of_any_kind():
    for value in (None, np.nan, pd.NA, pd.NaT, float("nan")):
        assert _units.is_missing(value)
    assert not any(map(_units.is_missing, (0, "", "nan", 1.5)))
    category = pd.Categorical(["a", None, "b"])
    for values in (
        category,
        pd.Series(category),
        np.array(["a", None, "b"], object),
        np.array([1, np.nan, 2]),
    ):
        assert _units.missing_values(values).tolist() == [False, True, False]
    assert _units.missing_values(np.array([1, 2])).tolist() == [False, False]


def test_clocks_of_dates_and_of_other_values():
    dates = np.array(["2020-01-31"], "datetime64[D]")
    assert _units.time_frame(dates) == {"time_scale": "utc", "time_zero": 2400000.5}
    assert _units.time_frame(np.array([1.5])) == {} and _units.time_frame(dates - dates) == {}
    btjd = SimpleNamespace(mjd=T, scale="tdb", format="btjd")
    assert _units.time_frame(btjd) == {"time_scale": "bjd_tdb", "time_zero": 2400000.5}
    jd = SimpleNamespace(mjd=T, scale="utc", format="jd")
    assert _units.time_frame(jd)["time_scale"] == "utc" and _units.days(jd) is T
    spans = np.array([36, 12], "timedelta64[h]")
    assert _units.days(spans).tolist() == [1.5, 0.5]
    assert _units.first_word(np.array([None, "a"], object)) == "a" and _units.first_word(M) is None


# --- Answers in JSON


def test_what_an_answer_of_a_server_holds():
    rows = [{"mjd": 1, "mag": 2}]
    inner = {"detections": rows}
    assert _tables._within_answer({"data": {"reply": inner}}) == inner
    assert _tables._within_answer({"star": {"reply": inner}}) == {"star": {"reply": inner}}
    assert _tables._within_answer({"a": rows, "b": rows}) == [
        {"object_id": "a", **rows[0]}, {"object_id": "b", **rows[0]},
    ]  # fmt: skip
    assert _tables._within_answer({"g": rows, "r": rows})[1] == {"band": "r", **rows[0]}
    assert _tables._within_answer({"data": {}}) == {"data": {}} and _tables._within_answer([1]) == [
        1
    ]


def test_rows_by_the_names_of_columns_stars_or_rows():
    columns = {"mjd": {"0": 1, "1": 2}, "mag": {"0": 3, "1": 4}}
    named = [{"mjd": 1, "mag": 3}, {"mjd": 2, "mag": 4}]
    assert _tables._as_rows(columns) == named
    assert _tables._as_rows({"0": named[0], "1": named[1]}) == named
    assert _tables._as_rows({"a": {"x": 1}, "b": {"x": 2}}) == {"a": {"x": 1}, "b": {"x": 2}}
    lists = {"a": {"mjd": [1, 2], "mag": [3, 4]}}
    assert _tables._as_rows(lists) == [{"object_id": "a", **row} for row in named]
    own = {"a": {"id": 7, "mjd": [1, 2], "mag": [3, 4]}}
    assert _tables._as_rows(own) == [{"id": 7, **row} for row in named]
    stars = {"a": {"rows": named}}
    assert _tables._as_rows(stars) == [{"object_id": "a", "rows": named}]
    assert _tables._as_rows({}) == {} and _tables._as_rows(named) is named


def test_the_rows_of_a_record():
    rows = [{"jd": 1, "mag": 2}]
    record = {
        "objectId": "Z",
        "prv_candidates": rows,
        "candidate": {"jd": 3, "mag": 4},
        "cutout": {"x": 1},
    }
    found, passed = _tables._of_record(record)
    assert found == [{"objectId": "Z", "jd": 1, "mag": 2}, {"objectId": "Z", "jd": 3, "mag": 4}]
    assert passed == {"cutout"}
    assert _tables._of_record({"jd": 1, "mag": 2}) == ([{"jd": 1, "mag": 2}], set())
    inside = {"id": 1, "body": {"jd": 3, "mag": 4}}
    assert _tables._of_record(inside) == ([{"id": 1, "jd": 3, "mag": 4}], set())
    lists = {"name": "a", "data": {"mjd": [1, 2], "mag": [3, 4]}}
    assert _tables._of_record(lists)[0] == [
        {"name": "a", "mjd": 1, "mag": 3},
        {"name": "a", "mjd": 2, "mag": 4},
    ]
    with pytest.raises(ValueError, match=r"rows are records with names, got 5;"):
        _tables._of_record(5)


def test_the_first_that_names_a_star_in_a_header():
    assert _tables.id_in({"OBJECT": "a", "name": "b"}) == "a" and _tables.id_in({"x": 1}) is None


def test_arrays_of_stars_end_to_end():
    flat, lengths = _tables._flattened(np.array([[1.0, 2, 3], [4, 5, 6]]), "x", None)
    assert flat.tolist() == [1, 2, 3, 4, 5, 6] and lengths.tolist() == [3, 3]
    lists = np.empty(3, object)
    lists[:] = [[1.0, 2.0], None, [3.0]]
    flat, lengths = _tables._flattened(lists, "x", None)
    assert flat.tolist() == [1, 2, 3] and lengths.tolist() == [2, 0, 1]
    deep = np.empty(2, object)
    deep[:] = [[1.0], [[2.0]]]
    with pytest.raises(ValueError, match=r"position 1 has an array of shape \(1, 1\) in column x"):
        _tables._flattened(deep, "x", None)


def test_of_stars_in_many_forms_three_are_told():
    from sklearn_vartl.readers._forms import from_stars

    def told(n):
        frames = [pd.DataFrame({"mjd": T, "mag": M, f"column{k}": E[::-1]}) for k in range(n)]
        return from_stars(frames).provenance.splitlines()

    assert [len(told(n)) for n in (1, 2, 3, 4)] == [1, 2, 3, 3]
    assert "column0" in told(4)[0] and "column2" in told(4)[2]
