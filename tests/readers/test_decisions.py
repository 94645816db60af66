"""Small decisions of the readers that no other file holds: forms, columns, bands side by side, files and archives."""

import gzip
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.readers import (
    _arrow,
    _columns,
    _compressed,
    _files,
    _forms,
    _labels,
    _names,
    _sides,
    _text,
    _units,
)

N = 12
T = 58100.25 + 11.3 * np.arange(N)
M = 14.3 + 0.4 * np.sin(11.5 * T)


def table_of(**columns):
    values = {name: np.asarray(own) for name, own in columns.items()}
    return _columns._Table(list(values), list(values), values.get)


# --- Columns


@pytest.mark.parametrize(
    ("values", "filled", "numbers"),
    [
        ([1.0, np.nan], 0.5, True), (np.empty(0), 0.0, True), (["a", "b"], 1.0, False), (["1", "<2"], 1.0, True),
        ([np.nan] * 3, 0.0, True),
    ],
)  # fmt: skip
def test_how_much_of_a_column_is_there(values, filled, numbers):
    table = table_of(
        x=np.array(
            values,
            object
            if isinstance(values[:1], list) and values[:1] and isinstance(values[0], str)
            else None,
        )
    )
    assert table.filled("x") == filled and table.may_be_numbers("x") is numbers
    assert table.numbers("y") is None
    unknown = _columns._Table(["x"], ["x"], None)
    assert unknown.filled("x") == 1 and unknown.may_be_numbers("x") and unknown.words("x") is None


def test_the_fullest_column_comes_first_where_others_are_emptier():
    half, most = np.where(np.arange(10) < 5, 1.0, np.nan), np.where(np.arange(10) < 9, 1.0, np.nan)
    table = table_of(
        half=half, most=most, all=np.ones(10), nine=np.where(np.arange(100) < 89, 1.0, np.nan)
    )
    assert _columns._fullest(table, ["half", "all"]) == "all"
    # Nine tenths of what another has are enough.
    assert _columns._fullest(table, ["most", "all"]) == "most"
    assert (
        _columns._fullest(table, ["nine", "all"]) == "all" and _columns._fullest(table, []) is None
    )


def test_of_brightnesses_one_that_can_be_is_taken():
    def taken(role, **columns):
        return _columns._brightness(table_of(**columns), role, set())

    # Numbers of a million are no magnitudes; a single letter that is all words is none, a whole word is refused later.
    assert (
        taken("mag", mag=1e6 * M, magnitude=M) == "magnitude"
        and taken("mag", mag=M, magnitude=M) == "mag"
    )
    words = np.array(["a"] * N, object)
    assert taken("mag", m=words, Vmag=M) == "Vmag" and taken("mag", mag=words, Vmag=M) == "mag"
    assert taken("flux", flux=M * np.nan, fluxes=M) == "fluxes"
    assert taken("flux", flux=M * np.nan) == "flux" and taken("flux", foo=M) is None


def test_braces_that_set_the_columns_of_latex_are_no_cells(tmp_path):
    rows = "".join(f" {t} & {m:.3f} \\\\\n" for t, m in zip(T, M, strict=True))
    for kind, setting in (
        ("tabular", "[t]{ll}"),
        ("tabular*", "{9cm}[t]{ll}"),
        ("tabular", "{l{1}l}\n"),
    ):
        body = f"{setting}{{HJD}} & {{mag}} \\\\\n{rows}"
        (tmp_path / "x.tex").write_text(f"\\begin{{{kind}}}{body}\\end{{{kind}}}\n")
        X = _text.read_latex(tmp_path / "x.tex", None)
        assert X.time.tolist() == T.tolist(), kind


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"V": M, "V_err": M / 999}, ["V"]), ({"V": M, "err": M / 999}, ["V"]), ({"V": M}, []),
        ({"V": M, "err": M, "flux": M}, []), ({"x": M, "y": M, "err": M}, []), ({"y": M, "err": M}, ["y"]),
        ({"V": M[:1], "err": M[:1]}, ["V"]), ({"V": M * np.nan, "err": M}, []), ({"foo": M, "err": M}, []),
        ({"V": M, "B": M, "eV": M / 999}, ["V"]),
    ],
)  # fmt: skip
def test_columns_that_are_called_by_a_band(columns, found):
    assert _columns._in_bands(table_of(**columns), set()) == found
    assert _columns._in_bands(table_of(**columns), set(columns)) == []


@pytest.mark.parametrize(
    ("step", "running"), [(0.04, "time"), (0.3, "mjd")]
)  # fmt: skip
def test_times_that_run_along_with_dates_of_three_rows_or_more(step, running):
    for n, expected in ((N, running), (3, running), (2, "time")):
        time = T[:n] - 58100 + step * (-1.0) ** np.arange(n)
        remarks = []
        found = _columns._running(table_of(time=time, mjd=T[:n]), "time", set(), remarks)
        assert found == expected
        assert remarks == ["time is no time: it does not run along with mjd"] * (found == "mjd")
    # Julian dates themselves need no other; whole days are no better.
    assert (
        _columns._running(table_of(time=T, mjd=T + step * np.arange(N)), "time", set(), [])
        == "time"
    )
    whole = table_of(time=np.arange(N) ** 2.0, mjd=np.floor(T))
    assert _columns._running(whole, "time", set(), []) == "time"


@pytest.mark.parametrize(
    ("values", "bands", "of_detections"),
    [
        (range(10), None, True), (range(9), None, False), ([*range(9), 0], None, False), ([1, 2] * 5, None, False),
        (list(range(5)) * 2, "gggggrrrrr", True), (list(range(5)) * 2, "grgrgrgrgr", True),
        ([0] * 10, "gggggrrrrr", False),
    ],
)  # fmt: skip
def test_columns_with_another_value_in_each_row(values, bands, of_detections):
    columns = {"oid": list(values)} | ({} if bands is None else {"band": list(bands)})
    assert _columns._of_detections(table_of(**columns), "oid") is of_detections
    assert not _columns._of_detections(_columns._Table(["oid"], ["oid"], None), "oid")


@pytest.mark.parametrize(
    ("role", "name", "values", "why"),
    [
        ("limit", "limit", [0, 1], None), ("limit", "limit", [0.5, 1], "its values are not true or false"),
        ("limit", "limit", ["UL", ""], None), ("flag", "flag", [0, 4], None),
        ("flag", "bad", [0, 4], "its values are not true or false"),
        ("flag", "flag", [0.5, 4], "its values are no integers"),
        ("flag", "flag", ["a", "b"], "its values are words; say which"),
        ("band", "filter", [1, 2], None), ("band", "filter", [0.5, 2], "its values are numbers of another kind"),
        ("band", "filter", range(20), None), ("band", "filter", range(21), "its values are numbers of another kind"),
        ("band", "wavelength", [0.5, 2], None), ("band", "filter", ["g", "r"], None), ("field", "field", [0.5], None),
    ],
)  # fmt: skip
def test_values_that_cannot_play_a_role(role, name, values, why):
    words = isinstance(next(iter(values)), str)
    table = table_of(**{name: np.array(list(values), dtype=object if words else None)})
    found = _columns._unfit(table, role, name, "mag")
    assert (found or "").startswith(why or "") and (found is None) is (why is None)
    assert _columns._unfit(table, role, "elsewhere", "mag") is None
    # A flux below the limit of detection is measured all the same.
    told = _columns._unfit(table_of(detected=[0, 1]), "limit", "detected", "flux")
    assert (
        told is not None
        and _columns._unfit(table_of(detected=[0, 1]), "limit", "detected", "mag") is None
    )


def test_roles_that_are_left_out_and_none_other():
    assert _names.without({"id": None, "mag": "None", "band": "a", "flag": "z"}) == {"id", "mag"}


def test_magnitudes_of_stars_beside_fluxes_of_points():
    names = {"mag": "m", "flux": "f", "id": "s"}
    stars = np.repeat(["a", "b"], 6)
    of_stars = table_of(m=np.repeat([14.0, 15.0], 6), f=M, s=stars)
    assert _columns._is_of_stars(of_stars, names)
    assert not _columns._is_of_stars(of_stars, {"mag": "m", "flux": "f"})
    assert not _columns._is_of_stars(table_of(m=M, f=M, s=stars), names)
    assert not _columns._is_of_stars(table_of(m=np.full(N, 14.0), f=np.ones(N), s=stars), names)


# --- Forms


@pytest.mark.parametrize(
    ("X", "bare"),
    [
        ([T, M], True), ([T, M, M], True), ([T, M, M, M], False), ([T], False), ([1.0, 2.0], True), ([], False),
        ([[1.0, 2.0], [3.0, 4.0]], True), ([(T, M), (T, M)], False), ([np.empty(0), np.empty(0)], False),
        ([pd.DataFrame({"time": T})] * 2, False),
    ],
)  # fmt: skip
def test_one_star_where_a_list_of_stars_is_due(X, bare):
    assert bool(_forms._is_bare_star(X)) is bare


@pytest.mark.parametrize(
    ("X", "of_stars"),
    [
        ({"a": (T, M)}, True), ({"a": (T, M, M)}, True), ({"a": (T, M, M, M)}, False), ({"a": (T,)}, False),
        ({"a": np.zeros((5, 2))}, True), ({"a": np.zeros((5, 3))}, True), ({"a": np.zeros((5, 4))}, False),
        ({"a": np.zeros(5)}, False), ({"time": (T, M)}, False), ({"MJD": (T, M)}, False), ({}, False),
        ({"a": {"time": T, "mag": M}}, True), ({"a": pd.DataFrame({"time": T})}, True), ({"a": (1.0, 2.0)}, False),
        ({"a": LightCurves(T, M)[0]}, True), ({"a": np.zeros(5, [("time", float)])}, True),
    ],
)  # fmt: skip
def test_a_dict_of_stars_and_one_of_columns(X, of_stars):
    assert bool(_forms._is_of_stars(X)) is of_stars


def test_arrays_of_one_star():
    assert _forms._columns_of(np.zeros((5, 2))).shape == (2, 5)
    with pytest.raises(ValueError, match=r"shape \(2, 5\) \(rows are points: transpose it\)"):
        _forms._columns_of(np.zeros((2, 5)))
    for shape in ((4, 5), (5, 4), (5,), (2, 2, 2)):
        with pytest.raises(ValueError, match="got an array of shape") as refused:
            _forms._columns_of(np.zeros(shape))
        assert "transpose" not in str(refused.value)
    masked = np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]])
    np.testing.assert_array_equal(_forms._columns_of(masked), [[1, 3], [np.nan, 4]])
    for n in (1, 4):
        with pytest.raises(ValueError, match=f"got {n} entries"):
            _forms._of_arrays([T] * n, None)
    with pytest.raises(ValueError, match="magerr has 3 points, time has 12"):
        _forms._of_arrays([T, M, M[:3]], None)
    assert _forms._of_arrays([T, M], "flux")["quantity"] == "flux"


def test_names_and_clocks_of_stars_in_a_list():
    assert [_forms._name_of(own, 3) for own in (None, "a", ("a",), ("a", 1), 7)] == [
        "3",
        "a",
        "a",
        ("a", 1),
        7,
    ]
    frame = pd.DataFrame({"time": T})
    named = [
        _forms._is_named(star)
        for star in (("a", frame), (1, frame), (("a", 1), frame), (np.int64(1), frame))
    ]
    assert all(named)
    assert not any(
        map(_forms._is_named, (["a", frame], ("a", frame, 1), (1.5, frame), ("a", T), "ab"))
    )
    parts = [
        {"time": T, "time_scale": "utc"},
        {"time": T, "time_scale": "utc"},
        {"time": T[:0], "time_scale": "tai"},
    ]
    # A star without points says nothing of the clock.
    assert _forms._shared(parts, "time_scale") == "utc" and _forms._shared([], "time_scale") is None
    with pytest.raises(ValueError, match=r"differ in time_scale: \['None', 'utc'\]"):
        _forms._shared([parts[0], {"time": T}], "time_scale")


def test_whether_rows_are_points():
    frame = pd.DataFrame({"time": T, "mag": M})
    lists = pd.DataFrame({"time": [T], "mag": [M]})
    assert _forms.is_long(frame) and not _forms.is_long(lists) and not _forms.is_long(frame["mag"])
    assert _forms.is_long(pa.table({"time": T})) and not _forms.is_long(pa.table({"time": [T]}))
    assert _forms.is_long({"time": T}) and not _forms.is_long([(T, M)])
    # After a left merge the first rows may well be missing.
    assert _forms._has_lists(pd.Series([None, np.nan, [1.0]])) and not _forms._has_lists(
        pd.Series([None, "a"])
    )
    assert not _forms._has_lists(pd.Series([[[1.0]]])) and not _forms._has_lists(pd.Series([1.0]))


def test_values_of_several_kinds_are_refused_or_text():
    mixed = pd.Series([1, "a", None], dtype=object)
    assert _forms._arrow_column(mixed, "x").to_pylist() == ["1", "a", None]
    with pytest.raises(TypeError, match="column x holds values of several kinds"):
        _forms._arrow_column(pd.Series([[1.0], ["a", 2]], dtype=object), "x")


def test_columns_that_are_stars_need_a_word_where_values_may_be_either():
    index = pd.Index(T, name="time")
    stars = pd.Index(["a", "b"], name="star")
    for low, high, unclear in (
        (0.5, 1.9, True),
        (0.5, 2.0, False),
        (0.0, 1.9, False),
        (14.0, 15.0, False),
    ):
        wide = pd.DataFrame(np.linspace(low, high, 2 * N).reshape(N, 2), index, stars)
        if unclear:
            with pytest.raises(
                ValueError, match='may be magnitudes or fluxes: say quantity="flux"'
            ):
                _forms._without_pivot(wide, None)
            assert "flux" in _forms._without_pivot(wide, "flux")
        else:
            assert list(_forms._without_pivot(wide, None)) == ["time", "star", "mag"]


# --- Bands side by side


@pytest.mark.parametrize(
    ("values", "quantity", "can_be"),
    [
        ([99.0, -99], "mag", True), ([101.0] * 3, "mag", False), ([-101.0] * 3, "mag", False), ([1e9], "flux", True),
        (["a"], "mag", False), (["14.2", "<15"], "mag", True), ([np.nan], "mag", True),
    ],
)  # fmt: skip
def test_values_that_can_be_of_a_band(values, quantity, can_be):
    values = np.array(values, dtype=object if isinstance(values[0], str) else float)
    assert bool(_sides._can_be(values, quantity)) is can_be


def test_points_without_a_measurement_in_any_band_are_kept_once():
    nan = np.nan
    table = {
        "mjd": np.arange(4.0), "g": np.array([14.0, nan, 99.9, nan]), "r": np.array([15.0, 15.1, nan, nan]),
        "ge": np.array([0.1, nan, nan, nan]),
    }  # fmt: skip
    sides = _sides.SideBySide({"g": {"g": "mag", "ge": "magerr"}, "r": {"r": "mag"}})
    found = _sides.stack_sides(table, sides)
    assert found["band"].tolist() == ["g", "g", "g", "r", "r"]
    np.testing.assert_array_equal(found["mjd"], [0, 2, 3, 0, 1])
    np.testing.assert_array_equal(found["mag"], [14.0, 99.9, nan, 15.0, 15.1])
    np.testing.assert_array_equal(found["magerr"], [0.1, nan, nan, nan, nan])
    assert sides.names == {"g", "ge", "r"} and sides.remark == "bands side by side: g <- g, r <- r"


@pytest.mark.parametrize(
    ("value", "magnitudes", "absent"),
    [(90.0, True, True), (89.9, True, False), (-90.0, True, True), (90.0, False, False), (np.nan, False, True)],
)  # fmt: skip
def test_what_a_band_did_not_measure(value, magnitudes, absent):
    assert _sides._unmeasured(np.array([value, 14.0]), magnitudes).tolist() == [absent, False]
    assert _sides._unmeasured(np.array(["<14.2", "", "x"[:0]], object), True).tolist() == [
        False,
        True,
        True,
    ]


# --- Arrow


def test_points_of_arrow_as_numpy():
    assert _arrow.point_array(pa.array([True, None, False])).tolist() == [True, False, False]
    np.testing.assert_array_equal(_arrow.point_array(pa.array([1.5, None])), [1.5, np.nan])
    assert _arrow.star_array(pa.array([1, None])).tolist() == [1, None]
    assert _arrow.star_array(pa.array([b"a", None])).tolist() == ["a", None]
    with pytest.raises(TypeError, match="must be numbers of days or dates, got Arrow time64"):
        _arrow.point_array(pa.array([1], pa.time64("us")))


def test_stars_without_errors_among_others():
    numbers, lengths = np.array([0.1, 0.2, 0.3]), np.array([2, 0, 1])
    whole = _arrow._without_some(numbers, lengths, np.array([0, 2, 4, 5]), "mag", "err")
    np.testing.assert_array_equal(whole, [0.1, 0.2, np.nan, np.nan, 0.3])
    with pytest.raises(
        ValueError, match="position 0 has 3 points in column mag and 2 in column err"
    ):
        _arrow._without_some(numbers, lengths, np.array([0, 3, 5, 6]), "mag", "err")
    words = np.array(["a", "b", "c"], object)
    with pytest.raises(ValueError, match="position 1 has 2 points in column mag and 0 in column f"):
        _arrow._without_some(words, lengths, np.array([0, 2, 4, 5]), "mag", "f")


# --- Files and archives


@pytest.mark.parametrize(("n", "more"), [(1, ""), (5, ""), (6, " and more")])
def test_five_files_that_are_passed_over_are_named(tmp_path, n, more):
    names = [f"f{k}" for k in range(n)]
    with pytest.warns(UserWarning, match="Passed over") as caught:
        _files._tell_passed(names, tmp_path, "hold nothing")
    shown = ", ".join(names[:5]) + more
    assert str(caught[0].message) == f"Passed over {shown} in {tmp_path.name}, which hold nothing"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PAR1xx", "parquet"), (b"SIMPLE  = T", "fits"), (b"\xef\xbb\xbf <?xml version", "votable"),
        (b"# %ECSV 1.0", "ecsv"),
        (b'[{"a": 1}]', "json"), (b'{"a": 1}', "json"), (b"[1, 2]", "text"),
        (b"Byte-by-byte Description of file: x", "cds"),
        (b"x\n\\begin{tabular}{l}", "latex"), (b"% \\begin{tabular}", "text"), (b"READ SERR 1 2\n1 2", "qdp"),
        (b"SNID: a\nVARLIST: MJD\nOBS: 1\n", "snana"), (b"VARLIST: MJD\n", "text"),
        (b"UGEM 20041203.456 <142 Mhh\n", "vsnet"), (b"1.5 20041203.456 14.2 V\n", "text"),
        (b"|a|b|\n|c|d|\n|e|f|\n|g|h|\n 1 2\n", "ipac"), (b"|a|b|\n" * 5 + b" 1 2\n", "text"),
        (b"\\x\n|a|b|\n 1 2\n", "ipac"),
        (b"|a|b\n 1 2\n", "text"), (b"a,b\n1,2\n", "text"),
    ],
)  # fmt: skip
def test_formats_by_the_first_bytes(tmp_path, head, kind):
    (tmp_path / "f").write_bytes(head)
    assert _files._of_contents(tmp_path / "f") == kind


@pytest.mark.parametrize(
    ("names", "told"),
    [("a_V b_V", None), ("a_V a_I b_V", "(a_V, a_I)"), ("a_V a_I c", None), ("a_x a_q", None), ("V I", "doubt")],
)  # fmt: skip
def test_files_of_one_star_in_several_bands(recwarn, names, told):
    doubt = _files._tell_bands(np.array(names.split()))
    assert (doubt is not None) is (told == "doubt")
    assert [told in str(each.message) for each in recwarn] == [True] * (told not in (None, "doubt"))


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ("id=1/a.parquet id=2/a.parquet", ["id"]), ("a.parquet", []), ("x/a.parquet", []), ("Norder=1/a.parquet", []),
        ("id=1/band=g/a.parquet", ["id", "band"]), ("id=1/x/a.parquet", []),
    ],
)  # fmt: skip
def test_columns_in_the_names_of_folders(files, parts):
    root = Path("root")
    assert _files._parts_of([root / name for name in files.split()], root) == parts


def test_an_archive_is_unpacked_down_to_the_folder_that_holds_files(tmp_path):
    for names, inner in (
        (["a/b/x.csv", "a/b/y.csv"], "a/b"),
        (["a/x.csv", "b/y.csv"], "."),
        (["a/x.csv"], "a"),
    ):
        folder = tmp_path / names[0].replace("/", "_") / str(len(names))
        folder.mkdir(parents=True)
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for name in [*names, "__MACOSX/._x", "a/.DS_Store"]:
                archive.writestr(name, "1")
        assert _compressed.unpack(tmp_path / "a.zip", folder) == folder / inner
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../x.csv", "1")
    with pytest.raises(ValueError, match=r"names '../x.csv', which leads out of it"):
        _compressed.unpack(tmp_path / "a.zip", tmp_path)


def test_archives_that_unfold_to_too_much_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_compressed, "_LARGEST", 9)
    for n, refused in ((9, False), (10, True)):
        folder = tmp_path / str(n)
        folder.mkdir()
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("x.csv", "1" * n)
        if refused:
            with pytest.raises(ValueError, match="the archive unfolds to 0 GB: unpack it"):
                _compressed.unpack(tmp_path / "a.zip", folder)
        else:
            assert _compressed.unpack(tmp_path / "a.zip", folder) == folder


def test_what_zstandard_needs_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    (tmp_path / "x.csv").write_bytes(b"\x28\xb5\x2f\xfdxxxx")
    with pytest.raises(ImportError, match=r"x\.csv is compressed with zstd, which needs zstandard"):
        _compressed.open_text(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("head", "text", "encoding"),
    [
        (b"\xef\xbb\xbfa", "a", "utf-8-sig"), ("a\u00e9".encode(), "a\u00e9", "utf-8"),
        (b"a\xe9", "a\u00e9", "latin-1"),
        ("abcdef".encode("utf-16-le"), "abcdef", "utf-16-le"), (b"\xff\xfea\0", "a", "utf-16"),
    ],
)  # fmt: skip
def test_encodings_by_the_first_bytes(head, text, encoding):
    assert _compressed.decoded(head) == (text, encoding)
    with pytest.raises(ValueError, match="this is no text: it holds zero bytes"):
        _compressed.decoded(b"abc\0def")


def test_a_letter_that_the_first_bytes_cut_is_no_other_encoding():
    cut = ("a" * (_compressed.HEAD - 1) + "\u00e9").encode()[: _compressed.HEAD]
    assert _compressed.decoded(cut) == ("a" * (_compressed.HEAD - 1), "utf-8")
    odd = b"a" * (_compressed.HEAD - 5) + b"\xe9aaaa"
    assert _compressed.decoded(odd)[1] == "latin-1" and _compressed.decoded(cut[1:])[1] == "latin-1"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("V1.dat", "V1"), ("V1.dat.gz", "V1"), ("000006+2553.2", "000006+2553.2"), ("V1.csv.zip", "V1"),
        (".dat", ".dat"), ("a.b.c", "a.b"), ("V1", "V1"), ("V1.2.gz", "V1.2"),
    ],
)  # fmt: skip
def test_names_of_stars_by_their_files(name, stem):
    assert _compressed.stem_of(Path(name)) == stem


def test_compressed_text_of_one_file_and_of_several(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"1,2"))
    assert _compressed.head_of(path) == b"1,2"
    for names, said in (
        ((), "no table of text"),
        (("a", "b"), "holds 2 files, where one is due"),
        (("a.npy",), "no table of text"),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "1")
            archive.writestr("__MACOSX/x", "1")
        with pytest.raises(ValueError, match=said):
            _compressed.head_of(path)


def test_json_is_no_table_of_labels(tmp_path):
    for content in ('[{"id": "a", "label": "EC"}]', '{"a": 1, "b": 2}'):
        (tmp_path / "labels.csv").write_text(content + "\n")
        with pytest.raises(ValueError, match="is no CSV table of labels"):
            _labels.read_labels(tmp_path / "labels.csv")


def test_names_in_brackets_alone_and_medians_of_very_many():
    assert _units.base_name("(mag)") == "mag" and _units.base_name("f (mJy)") == "f"
    assert (
        _units.middle_of(np.arange(20001.0)) == 10000 and _units.middle_of(np.arange(30000.0)) > 1e4
    )
    with pytest.raises(
        ValueError, match=r"a date that is none: \w+.*\(dates are read as 2020-01-31"
    ):
        _units.as_dates(["2020-13-45"])


def test_what_was_decided_of_columns_by_their_kinds():
    found = _columns.Columns({"time": "t", "flux": "f", "id": "s", "label": "l"}, SimpleNamespace())
    assert found.quantity == "flux" and found.of_points() == {"time": "t", "flux": "f"}
    assert found.of_stars() == {"id": "s", "label": "l"}
    assert _columns.Columns({"mag": "m", "flux": "f"}, None).quantity == "mag"
