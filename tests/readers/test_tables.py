"""Tables of vectors, of JSON and of several light curves of a file: padding, columns, names, versions, time frames."""

import numpy as np
import pytest
from astropy.table import Table

from sklearn_vartl.readers import _tables
from sklearn_vartl.readers._names import NoLightCurves

NONE = np.nan


def test_the_ends_of_rows_where_every_number_is_missing_are_padding():
    time = np.array([[1.0, 2, NONE, NONE], [1, NONE, 3, 4], [NONE] * 4])
    mag = np.array([[14.0, 14, NONE, 15], [14, NONE, 14, 14], [NONE] * 4])
    words = np.array([["a"] * 4] * 3, dtype=object)
    flat = {"time": time.ravel(), "mag": mag.ravel(), "words": words.ravel()}
    lengths = dict.fromkeys(flat, np.array([4, 4, 4]))

    def padding(*names):
        found = _tables._padding(flat, lengths, names)
        return None if found is None else found.astype(int).tolist()

    assert padding("time") == [[0, 0, 1, 1], [0, 0, 0, 0], [1] * 4]
    assert padding("time", "mag", "words") == [[0] * 4, [0] * 4, [1] * 4]
    assert padding("words") is None
    # Lists of each star's own length have none.
    lengths["time"] = np.array([4, 4, 3])
    assert padding("time", "mag") is None and padding("time") is None
    # Nor have arrays of other widths.
    flat["time"], lengths["time"] = np.full(9, NONE), np.array([3, 3, 3])
    assert padding("time", "mag") is None and padding("time") == [[1] * 3] * 3


def test_which_columns_hold_vectors():
    lists, mixed = np.empty(2, object), np.empty(2, object)
    lists[:], mixed[:] = [None, [1.0, 2.0]], [[[1.0]], [[2.0]]]
    table = {
        "both": np.zeros((2, 3)), "lists": lists, "numbers": np.zeros(2), "words": np.array(["a", "b"], object),
        "deep": mixed, "none": np.array([None, None]),
    }  # fmt: skip
    assert _tables.vectors_of(table) == ["both", "lists"]


@pytest.mark.parametrize(
    ("values", "kind", "column"),
    [
        ([1, 2], "i", [1, 2]),
        ([1.5, 2], "f", [1.5, 2]),
        ([1.5, None], "f", [1.5, NONE]),
        # Of whole numbers none is rounded to a float.
        ([2**60 + 1, None], "O", [2**60 + 1, None]),
        ([True, 1], "O", [True, 1]),
        (["a", 1, None], "O", ["a", 1, None]),
        ([{"$numberDouble": "14.5"}, {"$numberDouble": "15"}], "f", [14.5, 15]),
        ([{"$numberLong": "7"}, 8], "i", [7, 8]),
        ([{"$oid": "5f"}, {"$oid": "6a"}], "O", ["5f", "6a"]),
        ([{"$numberDouble": "none"}], "O", ['{"$numberDouble": "none"}']),
        ([{"id": 110, "name": "g-ZTF"}], "O", ["g-ZTF"]),
        ([{"a": [1]}], "O", ['{"a": [1]}']),
    ],
)
def test_columns_of_json(values, kind, column):
    found = _tables._plain_column(values)
    assert found.dtype.kind == kind
    assert str(found.tolist()) == str(np.array(column, dtype=found.dtype).tolist())


def test_the_rows_that_a_record_holds():
    rows = [{"mjd": 1}]
    assert (
        _tables._rows_in({"a": rows}) == "a"
        and _tables._rows_in({"a": [], "b": [1], "c": 1}) is None
    )
    # Of several the one that brokers call so, and the best of these.
    assert _tables._rows_in({"x": rows, "photometry": rows, "detections": rows}) == "detections"
    with pytest.raises(ValueError, match="several lists of rows, a, b: keep one"):
        _tables._rows_in({"a": rows, "b": rows})


def test_rows_below_a_list_of_names():
    data = {"data": [[1, 2], [3, 4]]}
    named = [{"t": 1, "m": 2}, {"t": 3, "m": 4}]
    for names in (["t", "m"], [{"name": "t"}, {"name": "m", "unit": "mag"}]):
        assert _tables._of_split({"metadata": names} | data) == named
    assert _tables._of_split({"columns": ["t"]} | data) is None and _tables._of_split(data) is None
    assert _tables._of_split({"columns": ["t", "m"], "data": [[1, 2], 3]}) is None


def test_lists_of_one_length_are_columns_and_what_else_is_said_is_true_of_all():
    found = _tables._of_lists({"t": [1, 2], "m": [3, 4], "star": "a"})
    assert found == {"t": [1, 2], "m": [3, 4], "star": ["a", "a"]}
    for wrong in ({"star": "a"}, {"t": [1, 2], "m": [3]}):
        with pytest.raises(NoLightCurves, match="no columns of one length among"):
            _tables._of_lists(wrong)


@pytest.mark.parametrize(
    ("names", "stars"),
    [
        (["LC"], ["x"]),
        (["V1", "V2"], ["V1", "V2"]),
        (["LC", "LC"], ["x_0", "x_1"]),
        # Names of bands are no names of stars.
        (["B", "V"], ["x_B", "x_V"]),
        (["V1", "V"], ["x_V1", "x_V"]),
    ],
)
def test_names_of_stars_by_their_tables(names, stars):
    assert _tables._names_of([(name, None, {}) for name in names], "x") == stars


def versions(n_tables, n_rows=3, clock="TIME", other=None):
    tables = [
        Table({"FLUX": np.arange(n_rows) + 1.0 * k, clock: np.arange(n_rows) * 0.5})
        for k in range(n_tables)
    ]
    if other is not None:
        tables[-1] = other
    return [(f"ap{k}", table, {}) for k, table in enumerate(tables)]


@pytest.mark.parametrize("clock", ["TIME", "time", "T"])
def test_of_tables_with_the_same_times_the_first_is_read(clock):
    tables = versions(5, clock=clock)
    chosen, said = _tables._versions_of_one(tables)
    assert chosen == tables[:1]
    assert (
        said == "the first of 5 light curves of the same star, ap0, and not ap1, ap2, ap3 and more"
    )
    assert _tables._versions_of_one(tables[:4])[1].endswith("and not ap1, ap2, ap3")


@pytest.mark.parametrize(
    "tables",
    [
        versions(1),
        versions(2, n_rows=2),
        versions(2, clock="when"),
        versions(2, other=Table({"FLUX": np.ones(3), "TIME": [0.0, 0.5, 1.1]})),
        versions(2, other=Table({"FLUX": np.ones(4), "TIME": np.arange(4) * 0.5})),
        versions(2, other=Table({"RATE": np.ones(3), "TIME": np.arange(3) * 0.5})),
    ],
)
def test_other_tables_are_of_several_stars(tables):
    assert _tables._versions_of_one(tables) == (tables, None)


@pytest.mark.parametrize(
    ("header", "frame"),
    [
        ({}, {}),
        ({"TIMESYS": "TDB"}, {"time_scale": "tdb"}),
        ({"TIMESYS": "local"}, {}),
        ({"TIMESYS": "TDB", "TREFPOS": "BARYCENTER"}, {"time_scale": "bjd_tdb"}),
        ({"TIMESYS": "UTC", "TIMEREF": "heliocenter"}, {"time_scale": "hjd_utc"}),
        (
            {"TIMESYS": "TDB", "BJDREFI": 2457000, "BJDREFF": 0.25},
            {"time_scale": "bjd_tdb", "time_zero": 2457000.25},
        ),
        (
            {"TIMESYS": "TT", "MJDREFI": 50000, "MJDREFF": 0.5},
            {"time_scale": "tt", "time_zero": 2450001.0},
        ),
        ({"MJDREF": 51544}, {"time_zero": 2451544.5}),
        ({"JDREF": 2450000, "MJDREF": 51544}, {"time_zero": 2450000.0}),
    ],
)
def test_time_frames_of_fits(header, frame):
    assert _tables._fits_time_frame(header) == frame
