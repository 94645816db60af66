"""What names of columns and words in them are taken for, one by one."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import plain_array
from sklearn_vartl.readers import _names, _sides


@pytest.mark.parametrize(
    ("given", "available", "found"),
    [
        ("mag", ["mag", "Mag"], "mag"), ("MAG", ["mag", "err"], "mag"), (" mag ", ["mag", "MAG"], "mag"),
        ("mag", ["mag [mmag]", "err"], "mag [mmag]"), ("none", ["mag"], None),
        ("", ["mag"], None), (None, ["mag"], None),
        # A column may be called so.
        ("none", ["none"], "none"),
    ],
)  # fmt: skip
def test_a_name_that_is_given_is_found(given, available, found):
    assert _names.given_name(given, available) == found


def test_a_name_that_is_not_there_or_could_be_two_is_refused():
    for name in ("Mag", "flux"):
        with pytest.raises(ValueError, match=f"There is no column {name}; there are mag, MAG$"):
            _names.given_name(name, ["mag", "MAG", "mag"])


def test_the_first_of_some_names_whatever_its_capitals():
    assert _names.first_of(["a1", "b1"], ["b1", "a1"]) == "a1"
    assert _names.first_of(["a1", "b1"], ["A1", "b1"]) == "b1"
    assert _names.first_of(["a1", "b1"], ["B1", "x"]) == "B1"
    assert _names.first_of(["a1"], ["A1", "a1 "]) == "A1"
    # Letters alone, or two of other capitals, tell nothing.
    assert _names.first_of(["a"], ["A"]) is None and _names.first_of(["ab"], ["AB", "Ab"]) is None
    found = _names.ranked_by_name(["mag", "m"], ["Mag", "M", "mag", "err", "MAG"], {"MAG"})
    assert found == ["mag", "Mag", "M"]


@pytest.mark.parametrize(
    ("base", "own", "word", "is_own"),
    [
        ("csigmapsf", "cmagpsf", "mag", True), ("verr", "vmag", "mag", True),
        ("evmag", "vmag", "mag", True), ("vmagerr", "vmag", "mag", True), ("vmage", "vmag", "mag", True),
        ("errvmag", "vmag", "mag", True), ("errorinmag", "mag", "mag", True), ("ve", "vmag", "mag", False),
        ("vemag", "vmag", "mag", True), ("err", "mag", "mag", False), ("rmagerr", "vmag", "mag", False),
        ("magerr", "mag", "mag", True), ("fluxerr", "flux", "flux", True), ("vmag", "vmag", "mag", False),
        ("bgerr", "bgflux", "flux", True), ("gerr", "bgflux", "flux", False),
    ],
)  # fmt: skip
def test_errors_that_are_called_by_their_values(base, own, word, is_own):
    assert _names.is_own_error(base, own, word) is is_own


@pytest.mark.parametrize(
    ("base", "about"),
    [
        ("evmag", True), ("sigmag", True), ("magunc", True), ("dmag", True), ("deltamag", True), ("mage", True),
        ("mager", True), ("merr", True), ("magsd", True), ("magse", True), ("magpsferr", True), ("mag", False),
        ("vmag", False), ("magerrflag", False), ("zpmagerr", False), ("limmagerr", False), ("refmagerr", False),
        ("syserr", False), ("calibmagerr", False), ("magdiff", False), ("umag", True),
    ],
)  # fmt: skip
def test_names_of_errors_of_magnitudes(base, about):
    assert _names.about_error(base, "mag") is about


@pytest.mark.parametrize(
    ("values", "name", "told"),
    [
        ([1, 0, 1], "flag", [1, 0, 1]), ([1, 0, 1], "good", [0, 1, 0]), ([1, 0, 1], "is_used", [0, 1, 0]),
        ([1.0, np.nan, 0.0], "bad", [1, 0, 0]), ([1, 2, 0], "flag", None), ([True, False], "valid", [0, 1]),
        (["Yes", "no", ""], "flag", [1, 0, 0]), (["T", "F"], "ok", [0, 1]), (["<", ""], "limit", [1, 0]),
        # Words that say themselves which points are bad.
        (["bad", "good"], "good", [1, 0]), (["good", "ok"], "good", None),
        (["Bad Quality", "GOOD", None], "flag", [1, 0, 0]),
        (["cloud", "good"], "flag", None), (["upper-limit", "detection"], "limit", [1, 0]),
        (["user", "1"], "users", None),
    ],
)  # fmt: skip
def test_points_that_a_column_tells(values, name, told):
    values = np.array(values, dtype=object if isinstance(values[0], str) else None)
    found = _names.told_by(values, name)
    assert (found if told is None else found.astype(int).tolist()) == told


@pytest.mark.parametrize(
    ("values", "mark", "limits"),
    [
        (["UL", "", "UL"], "UL", True), (["<", None, " <"], "<", True), (["UL", "UL"], None, True),
        (["UL", "DET", ""], None, True), (["", ""], None, None), (["3", ""], None, False), (["x", None], "x", False),
        ([">", "="], None, True),
    ],
)  # fmt: skip
def test_marks_of_limits(values, mark, limits):
    values = plain_array(np.array(values, dtype=object))
    assert _names.only_mark(values) == mark and _names.limit_words(values) is limits
    assert _names.tells_by_words(values, "limit") is bool(limits)
    assert not _names.tells_by_words(np.zeros(3), "limit") and not _names.tells_by_words(
        np.ones(3), "flag"
    )


@pytest.mark.parametrize(
    ("names", "bands"),
    [
        (["g", "r"], True), (["g", "G"], False), (["g"], False), (["ZTF_g", "ztf-r"], True), (["V", "I"], True),
        (["g", "x"], False), (["W1", "W2"], True), (["", "g"], False), (["V1", "V2"], False), (["ps1", "g"], False),
    ],
)  # fmt: skip
def test_names_that_are_bands(names, bands):
    assert _names.are_bands(names) is bands


def test_values_that_change_from_row_to_row():
    assert _names.changes(None) and _names.changes(np.arange(6.0))
    # Of six rows three steps are more than a third.
    assert _names.changes(np.array([1.0, 2, 3, 4, 4, 4])) and not _names.changes(
        np.array([1.0, 2, 3, 3, 3, 3])
    )


@pytest.mark.parametrize(
    ("free", "known", "roles"),
    [
        (["HJD", "Vmag", "err"], {}, {"time": "HJD", "mag": "Vmag"}),
        (["epoch", "counts"], {"id": "star"}, {"id": "star", "time": "epoch", "flux": "counts"}),
        # A phase is no time, the limit of a magnitude none; what has no name that is known is taken in its order.
        (["phase", "mid", "limmag", "light"], {}, {"time": "mid", "mag": "limmag"}),
        (["ra", "dec", "a", "sigma", "b"], {}, {"time": "a", "mag": "b"}),
        (["a"], {}, {}), (["sigma", "t"], {"flux": "f"}, {"flux": "f", "time": "sigma"}),
        (["row", "exp"], {"mag": "m"}, {}),
    ],
)  # fmt: skip
def test_roles_that_are_proposed(free, known, roles):
    assert _names.likely_roles(free, known) == roles


@pytest.mark.parametrize(
    ("name", "splits"),
    [
        ("g_mag", [("", "g", "_mag")]), ("mag_g", [("mag_", "g", "")]), ("gmag", [("", "g", "mag")]),
        ("magG", [("mag", "G", "")]), ("magg", []), ("bp_flux", [("", "bp", "_flux")]), ("gerr", [("", "g", "err")]),
        ("F606W_mag", [("", "F606W", "_mag")]), ("f06w", []), ("time_r", [("time_", "r", "")]),
        ("mag[V]", [("mag[", "V", "]")]),
    ],
)  # fmt: skip
def test_bands_in_names(name, splits):
    assert list(_sides._splits(name)) == splits


@pytest.mark.parametrize(
    ("found", "bands"),
    [
        ("gr", True), ("g", False), ("", False), ("gG", False), ("co", True), ("cg", False), ("og", False),
        ("kj", True), ("kh", True), ("kg", False), ("tg", False), ("gri", True),
    ],
)  # fmt: skip
def test_letters_that_are_bands_beside_others(found, bands):
    assert bool(_sides._are_bands(dict.fromkeys(found))) is bands


def test_which_columns_are_one_a_star():
    values = {
        "id": np.array(["a"] * 3 + ["b"] * 3, object),
        "row": np.array(list("abcdef"), object),
    }

    def one_a_star(mags, stars=("id",)):
        return _sides._is_one_a_star("mag", (values | {"mag": np.array(mags, float)}).get, stars)

    assert one_a_star([14.1] * 3 + [14.2] * 3) and not one_a_star([14.1, 14.1, 14.2] + [14.2] * 3)
    assert not one_a_star([14.1] * 3 + [14.2] * 3, ()) and one_a_star([14.1] * 6, ())
    # Names of rows name no stars; nothing at all is measured nowhere.
    assert not one_a_star([14.1] * 3 + [14.2] * 3, ("row",)) and not one_a_star([np.nan] * 6)
    few = {"mag": np.array([14.1, 14.1])}
    assert not _sides._is_one_a_star("mag", few.get, ())


def test_rows_that_are_other_stars():
    places = np.linspace(10, 11.5, 6)
    values = {
        "name": np.array(list("abcdef"), object), "star": np.array(list("aabbcc"), object), "ra": places,
        "dec": np.round(places / 10, 2), "glon": np.array([10, 10, 10, 11.5, 11.5, 11.5]), "id": np.arange(6),
    }  # fmt: skip

    def catalogue(*stars):
        return _sides._is_catalogue(stars, values.get)

    assert catalogue("name") and not catalogue("star") and catalogue("ra")
    # Within a degree, or at few places, are points of a few stars; numbers of detections are not asked.
    assert not any(map(catalogue, ("dec", "glon", "id"))) and not catalogue()
    assert not _sides._is_catalogue(["name"], {"name": np.array(["a", "b"], object)}.get)
