"""What is doubted, one decision at a time: just enough of it, and just too little."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.readers import _columns, _doubts, _names

N = 12
M = 14.3 + 0.4 * np.sin(1.7 * np.arange(N))
MORE = np.arange(N) / 1000


def table_of(**columns):
    """A table of points with these columns."""
    values = {name: np.asarray(own) for name, own in columns.items()}
    return _columns._Table(list(values), list(values), values.get)


def found(*left_over, survey=None, **names):
    """What was decided of the columns."""
    preset = SimpleNamespace(survey=survey)
    return SimpleNamespace(names=names, left_over=left_over, preset=preset)


def said(doubts):
    return [each.what for each in doubts]


@pytest.mark.parametrize(
    ("error", "values", "tier", "why"),
    [
        (["a", "b"], [1, 2], 0, "its values are no numbers"),
        ([-1, -1, 1], [1, 2], 0, None), ([np.nan, np.nan], [1, 2], 1, None),
        # Half of them may be missing, and stand as -1.
        ([1, -1], [1, 2], 1, None), ([1, -1, -1], [1, 2], 1, "most of its values are not positive"),
        ([0, 0, 1], [1, 2], 1, "most of its values are not positive"),
        # Thrice the range of five values or more is too much, of magnitudes in any case 3 mag.
        ([3.1] * 8, [0, 0.2, 0.4, 0.6, 1], 2, "its values are far larger than the range of mag"),
        ([2.9] * 8, [0, 0.2, 0.4, 0.6, 1], 2, None), ([3.1] * 8, [0, 0.2, 0.6, 1], 2, None),
        ([0.4] * 8, [14, 14, 14, 14, 14.1], 2, "its values are far larger than the range of mag"),
        ([2.9] * 8, [14, 14, 14, 14, 14.1], 1, None), ([3.1] * 8, [0, 0.2, 0.4, 0.6, 1], 3, None),
        ([3.1] * 8, [14, 14, 14, 14, 14.1], 1, "its values are far larger than the range of mag"),
        # A fourth of them may be as small as errors are; what stands for none has no range.
        ([0.01] * 3 + [9] * 5, [0, 0.2, 0.4, 0.6, 1], 2, None),
        ([0.01] + [9] * 7, [0, 0.2, 0.4, 0.6, 1], 2, "its values are far larger than the range of mag"),
        ([3.1] * 8, [0, 0.2, 0.4, 0.6, 1, 1e31], 2, "its values are far larger than the range of mag"),
        ([3.1] * 8, [0, 0.2, 0.4, 0.6, 1, 1e29], 2, None),
    ],
)  # fmt: skip
def test_values_that_are_no_errors(error, values, tier, why):
    table = table_of(mag=values, err=error)
    assert _names.no_error(table, "err", "mag", tier) == why


def test_errors_in_units_of_their_own_are_compared_in_those_of_the_values():
    table = table_of(
        **{"mag": M, "err [mmag]": 1000 * M, "flux": M, "err [%]": 1e6 * M, "sn": 5 + np.arange(N)}
    )
    # 14 mag are far more than the 0.8 that the star does; thousandths of it are not.
    assert _names.no_error(table, "err [mmag]", "mag", 2) is not None
    small = table_of(**{"mag": M, "err [mmag]": M})
    assert _names.no_error(small, "err [mmag]", "mag", 2) is None
    # Shares of a flux are not compared with it; only whole numbers are no signal to noise.
    assert _names.no_error(table, "err [%]", "flux", 2) is None
    assert _names.no_error(table, "err [%]", "flux", 1) is None
    # Of fluxes errors of any size are errors where their name says so.
    assert _names.no_error(table_of(flux=M, flux_err=1e3 * M), "flux_err", "flux", 1) is None


@pytest.mark.parametrize(
    ("value", "own", "are"),
    [
        ("mag", 0.29 + MORE / 10, True), ("mag", 0.301 + MORE, False), ("mag", 0.29 * (MORE > 0), False),
        ("mag", np.where(np.arange(N) % 2, 0.1, 0.2), False), ("mag", np.resize([0.1, 0.2, 0.15], N), True),
        ("mag", np.r_[np.full(3, np.nan), 0.1 + MORE[3:]], False),
        ("mag", np.r_[np.full(2, np.nan), 0.1 + MORE[2:]], True), ("mag", -0.1 - MORE, False),
        # A tenth of the errors may be larger.
        ("mag", np.r_[0.1 + MORE[1:], 5.0], True), ("mag", np.r_[0.1 + MORE[3:], 5, 6, 7], False),
        # Errors of fluxes are a share of these: three tenths of 100 are too many.
        ("flux", 29 + MORE, True), ("flux", 31 + MORE, False),
    ],
)  # fmt: skip
def test_columns_that_are_like_errors(value, own, are):
    values = M if value == "mag" else np.linspace(50, 150, N)
    table = table_of(**{value: values, "foo": own})
    assert bool(_doubts._like_errors(table, value, value, ["foo"])) is are
    few = {value: values[:9], "foo": own[:9]}
    assert not _doubts._like_errors(table_of(**few), value, value, ["foo"])


def test_of_columns_like_errors_the_one_behind_the_values_comes_first():
    small = 0.05 + MORE
    table = table_of(foo=small, mag=M, bar=2 * small, weight=small, sky=small)
    assert _doubts._like_errors(table, "mag", "mag", ["foo", "bar", "sky", "weight"]) == ["bar"]
    # Where there is none behind them, all the others; of fluxes none but that one.
    assert _doubts._like_errors(table, "mag", "mag", ["foo", "sky", "weight"]) == ["foo"]
    flux = table_of(foo=small, flux=M, bar=2 * small)
    assert _doubts._like_errors(flux, "flux", "flux", ["foo", "bar"]) == ["bar"]
    assert _doubts._like_errors(flux, "flux", "flux", ["foo"]) == []
    # The error of another column is not this one's; a range smaller than it is no range of values.
    named = table_of(mag=M, foo=small, foo_err=small / 2)
    assert _doubts._like_errors(named, "mag", "mag", ["foo", "foo_err"]) == ["foo"]
    flat = table_of(mag=14.3 + MORE, foo=0.05 + MORE)
    assert _doubts._like_errors(flat, "mag", "mag", ["foo"]) == []


@pytest.mark.parametrize(
    ("values", "are"),
    [
        ([0, 1, 2], True), ([1, 2, 3], False), ([0, 0, 0], False), ([0, 0.5, 1], False),
        ([0, 4, np.nan], True), (["A", "B"], True), (["A", "A"], False), (["A", ""], False),
        (["A", "B", "", None], True), (list("ABCDEFGHIJ"), True), (list("ABCDEFGHIJK"), False),
        (["A", "b" * 12], True), (["A", "b" * 13], False), (["good", "good"], False),
        # Where no point is bad, nothing is lost.
        (["no", "false"], False), (["no", "yes"], True), (["good", "bad"], True),
    ],
)  # fmt: skip
def test_values_that_may_tell_the_quality(values, are):
    words = isinstance(values[0], str)
    table = table_of(status=np.array(values, dtype=object if words else float))
    assert bool(_doubts._are_of_quality(table, "status")) is are
    unknown = _columns._Table(["status"], ["status"], None)
    assert not _doubts._are_of_quality(unknown, "status")


@pytest.mark.parametrize(
    ("ids", "fields", "n_again"),
    [
        # Star by star, and the fields of their rows.
        ("1 2 1 2", "a a b b", 2), ("1 2 3 4 1 2", "a a a a b b", 2), ("1 2 3 4 5 1 2", "a a a a a b b", 0),
        ("1 2 3 1", "a a a b", 0), ("1 2 1 2", "a b a b", 0), ("1 2 1 2", "a a a a", 0), ("x y x y", "a a b b", 0),
        ("1234567 2 1234567 2", "a a b b", 0), ("123456 2 123456 2", "a a b b", 2), ("1 1 1", "a b b", 0),
    ],
)  # fmt: skip
def test_numbers_of_stars_that_begin_anew_in_each_field(ids, fields, n_again):
    names, codes = np.unique(ids.split(), return_inverse=True)
    table = {"chip": np.array(fields.split(), object), "star": np.array(ids.split(), object)}
    table["run"] = table["chip"]
    told = list(_doubts.numbered_anew(codes, names, table, found("run", "chip", id="star")))
    assert len(told) == (n_again > 0)
    if told:
        assert f"{n_again} numbers of stars come again in another chip" in told[0].what
        assert "name the stars by both: chip and star in one column" in told[0].python
    # The one that is taken for the field is asked first.
    asked = list(_doubts.numbered_anew(codes, names, table, found(id="star", field="chip")))
    assert len(asked) == len(told)
    assert not list(_doubts.numbered_anew(codes, names, table, found("run", id="star")))


@pytest.mark.parametrize(
    ("words", "n_rows", "is_another"),
    [
        ([f"s{k}" for k in range(10)], 10, True), ([f"s{k}" for k in range(9)], 9, False),
        ([f"s{k % 9}" for k in range(10)], 10, False), ([f"{k}.5" for k in range(10)], 10, False),
    ],
)  # fmt: skip
def test_a_name_that_is_another_one_in_each_row(words, n_rows, is_another):
    table = {"star": np.array(words, object), "id": np.arange(n_rows), "foo": np.arange(n_rows)}
    told = said(_doubts.each_its_own(table, found("foo", "id", "star"), n_rows))
    assert told == (
        ["star is another one in each row, as in a catalogue, and the rows are read as one star"]
        * is_another
    )


@pytest.mark.parametrize(
    ("name", "words", "survey", "n_names"),
    [
        # Other words are names of stars where they come by turns.
        ("who", "aaaabbbbaaaa", None, 2), ("who", "aaaaaabbbbbb", None, 0), ("source", "aaaaaabbbbbb", None, 2),
        ("who", "abababababab", None, 2), ("who", "abcdabcdabcd", None, 4), ("who", "abcdeabcdeab", None, 0),
        ("who", "aaaaaaaaaaaa", None, 0), ("observer", "abababababab", None, 0),
        ("who", "abababababab", "OGLE", 0), ("source", "abababababab", "OGLE", 2),
        # A row without one speaks against it, but where the name of the column speaks for it.
        ("who", "ab-babababab", None, 0), ("source", "ab-babababab", None, 2),
    ],
)  # fmt: skip
def test_words_that_may_name_stars(name, words, survey, n_names):
    table = {name: np.array([None if w == "-" else w for w in words], object)}
    told = said(_doubts.perhaps_stars(table, found(name, survey=survey), len(words)))
    assert told == [f"{name} has {n_names} values, and the rows are read as one star"] * (
        n_names > 0
    )


@pytest.mark.parametrize(
    ("name", "where", "n_places"),
    [
        # Degrees, and pixels: noise is smaller, and a drift is no turn.
        ("ra", [10.0, 10.002] * 6, 2), ("ra", [10.0, 10.0008] * 6, 0), ("x", [10.0, 14.0] * 6, 2),
        ("x", [10.0, 12.9] * 6, 0), ("ra", [10.0] * 6 + [10.01] * 6, 0), ("ra", [10.0] * 6 + [10.3] * 6, 2),
        # One row in ten may be elsewhere by mistake, and all may be off by what a star moves.
        ("ra", [10.0] * 11 + [10.3], 0), ("ra", [10.0] * 10 + [10.3] * 2, 2), ("x", [10.0] * 6 + [90.0] * 6, 0),
        ("foo", [10.0, 14.0] * 6, 0), ("dec", [np.nan] * 12, 0), ("ra", ["1 2 3", "1 9 3"] * 6, 2),
        ("ra", [10.0, 10.1, 10.2, 10.3, 10.4, 10.5] * 2, 0), ("ra", [10.0, 10.2, 10.4, 10.6] * 3, 4),
    ],
)  # fmt: skip
def test_rows_at_several_places(name, where, n_places):
    dtype = object if isinstance(where[0], str) else float
    table = {name: np.array(where, dtype)}
    told = said(_doubts.several_places(table, found(name), len(where)))
    of = "detector" if name == "x" else "sky"
    words = f"{name} tells {n_places} places of the {of}, and the rows are read as one star"
    assert told == [words] * (n_places > 0)


@pytest.mark.parametrize(
    ("time", "block", "refused"),
    [
        ([1, 2, 3, 1, 2, 3], "aaabbb", True), ([1, 2, 3, 4, 5, 6], "aaabbb", False),
        ([1, 2, 1, 2, 3], "aabbb", False), ([1, 2, 3, 1, 2, 3], "ababab", False),
        ([1, 3, 2, 1, 2, 3], "aaabbb", False), ([1, 2, 1, 2, 1, 2], "aabbcc", False),
        ([1, 2, 3, 1, 2, 3, 1, 2, 3], "aaabbbccc", True), ([1, 2, 3, 1, 2, 3], "aaabba", False),
        # Half of the borders must be backwards, and more.
        ([1, 2, 3, 4, 5, 6, 1, 2, 3], "aaabbbccc", False), ([-777, 2, 3, -777, 5, 6], "aaaaaa", True),
        ([-777, 2, 3, 4, 5, 6], "aaaaaa", False),
    ],
)  # fmt: skip
def test_stars_one_after_the_other_are_refused(time, block, refused):
    table = {"who": np.array(list(block), object), "m": np.arange(len(time)) / 7}
    time = np.array(time, dtype=float)

    def ask():
        _doubts.refuse_several(table, time, found("m", "who"))

    if not refused:
        ask()
        return
    of_snana = (time == -777).sum() > 1
    words = "rows of -777 part several stars" if of_snana else (
        rf"rows are of {len(set(block))} stars.*each value of who.*--columns id=who"
    )  # fmt: skip
    with pytest.raises(ValueError, match=words):
        ask()


def test_of_bands_one_after_the_other_each_has_its_times():
    bands = np.array(list("VVVVVVIIIIII"), object)
    stars = np.array(list("aaabbbaaabbb"), object)
    time = np.resize([1.0, 2, 3, 1, 2, 3], 12)
    table = {"band": bands, "who": stars}
    with pytest.raises(ValueError, match="rows are of 2 stars"):
        _doubts.refuse_several(table, time, found("who", band="band"))
    once = np.resize([1.0, 2, 3, 4, 5, 6], 12)
    _doubts.refuse_several(table, once, found("who", band="band"))


@pytest.mark.parametrize(
    ("name", "values", "may"),
    [
        ("foo", [1, 2], True), ("foo", [1.0, 2.0], True), ("foo", [1.5, 2], False), ("foo", ["a", "b"], True),
        ("flag", [0, 1], False), ("quality", [0, 1], False), ("limit", [0, 1], False),
        ("foo", range(50), True), ("foo", range(51), False),
        ("foo", [*range(50)] * 20 + [50], True), ("foo", [True, False], False),
    ],
)  # fmt: skip
def test_columns_that_may_part_a_light_curve(name, values, may):
    assert _doubts._may_part(np.array(list(values)), name) is may


@pytest.mark.parametrize(("n_zero_points", "remedy"), [(2, True), (1, False)])
def test_the_remedy_for_several_zero_points_is_a_formula(n_zero_points, remedy):
    scale = np.resize([25.0, 27.5][:n_zero_points], N)
    # Of the fourth decimal on they are all the same.
    table = table_of(time=MORE, flux=M, zp=scale + 1e-5 * np.arange(N))
    doubts = list(_doubts.on_several_scales(table, {"time": "time", "flux": "flux"}, ["zp"]))
    assert [each.python for each in doubts] == [
        "bring them to one, as flux * 10**(-0.4 * (zp - 25)), before reading"
    ] * remedy
    words = table_of(time=MORE, mag=M, magsys=np.array(["AB", "Vega"] * 6, object))
    (doubt,) = _doubts.on_several_scales(words, {"time": "time", "mag": "mag"}, ["magsys"])
    assert doubt.python == "bring them to one, before reading"
    assert doubt.what == "magsys has several values: the magnitudes are on several scales"


@pytest.mark.parametrize(("rows", "refused"), [(10, True), (9, False)])
def test_rows_of_other_places_are_stars(rows, refused):
    for name, values, is_catalogue in (
        ("ra", np.linspace(10, 11.5, rows), True), ("ra", np.linspace(10, 10.9, rows), False),
        ("period", np.linspace(0.5, 9, rows), True), ("period", np.linspace(0, 9, rows), False),
        ("foo", np.linspace(10, 99, rows), False),
    ):  # fmt: skip
        try:
            _doubts.refuse_catalogue({name: values}, found(name), rows)
        except _names.NoLightCurves as error:
            assert refused and is_catalogue and f"each row has another {name}" in str(error)
        else:
            assert not (refused and is_catalogue), name


def test_which_of_several_brightnesses_is_read_is_told():
    def told(names, **columns):
        left = [name for name in columns if name not in names.values()]
        return said(_doubts._chosen(table_of(**columns), names, {}, left))

    mags = {"psfmag": M, "apermag": M + 0.1, "zpmag": M, "foo": M}
    assert told({"mag": "psfmag"}, **mags) == ["psfmag is read, and not apermag"]
    fluxes = {"psfflux": M, "aperflux": M + 0.1, "kronflux": M + 0.2, "apermag": M}
    assert told({"flux": "psfflux"}, **fluxes) == ["psfflux is read, and not aperflux or kronflux"]
    # One a star is no other choice, nor is there one where the user has chosen, or where no kind decided.
    assert told({"mag": "psfmag"}, psfmag=M, apermag=np.full(N, 14.0)) == []
    assert told({"mag": "apermag"}, **mags) == []
    asked = _doubts._chosen(table_of(**mags), {"mag": "psfmag"}, {"mag": "psfmag"}, ["apermag"])
    assert said(asked) == []


def test_a_calibrated_brightness_beside_a_plain_one_is_told():
    def told(other, name="mag", **columns):
        table = table_of(**{name: M, other: M + 1.0, **columns})
        return said(_doubts._perhaps_better(table, {"mag": name}, {}, [other, *columns]))

    errors = {"calmag_err": M / 999}
    assert told("calmag", **errors) == ["mag is read, and calmag may be better"]
    # Without errors of its own it is a note of something else; another plain name may be anything.
    assert told("calmag") == [] and told("fixmag", fixmag_err=M / 999) == []
    assert told("calmag", "psfmag", **errors) == []
    assert told("calmag", "inst_mag", **errors) == ["inst_mag is read, and calmag may be better"]
    same = table_of(mag=M, calmag=M, calmag_err=M / 999)
    assert said(_doubts._perhaps_better(same, {"mag": "mag"}, {}, ["calmag", "calmag_err"])) == []


@pytest.mark.parametrize(("other", "step"), [("r", 0.0), ("b", 0.0), ("r", 0.5)])
def test_levels_are_those_of_one_band(other, step):
    # Of each sector six points of the first band, the second fainter by a step; another band is much fainter.
    sector = np.r_[np.zeros(6), np.ones(14)]
    band = np.array(["g"] * 12 + [other] * 8, object)
    mag = 14 + 0.01 * np.sin(np.arange(20)) + step * sector + 2 * (band == other)
    X = LightCurves(np.arange(20.0), mag, None, band=band)
    told = said(_doubts.on_several_levels(X, {"sector": sector}, found("sector"), None))
    assert told == ["the magnitudes of each sector are on a level of their own"] * (step > 0)


def test_neighbours_of_two_parts_that_are_shifted():
    """The two parts with the most points are compared, where time and value are there."""
    rng = np.random.default_rng(7)
    time = np.arange(60.0)
    part = np.where(time % 2 == 0, "a", "b").astype(object)
    level = np.where(part == "b", 0.2, 0.0)
    wave = 0.2 * np.sin(time / 9) + 0.01 * rng.normal(size=60)
    assert _doubts._shifted(time, wave + level, part) and not _doubts._shifted(time, wave, part)
    part[:4] = "c"
    assert _doubts._shifted(time, wave + level, part)
    # A gap in either is no neighbour further on.
    lost_time, lost_value = time.copy(), wave + level
    lost_time[10], lost_value[[20, 21]] = np.nan, np.nan
    assert _doubts._shifted(lost_time, lost_value, part)
    # Sorted by time, whatever the order of the rows.
    mixed = rng.permutation(60)
    assert _doubts._shifted(lost_time[mixed], lost_value[mixed], part[mixed])
    assert not _doubts._shifted(time, wave + level, np.full(60, "a", dtype=object))
    assert not _doubts._shifted(time, np.full(60, np.nan), part)
