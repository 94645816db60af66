"""Every form with one entry per star, and back."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklearn_vartl.light_curves import LightCurves, as_light_curves

T1, M1, E1 = [0.0, 1.0, 2.0], [10.0, 10.5, 10.2], [0.1, 0.1, 0.2]
T2, M2, E2 = [5.0, 6.0], [12.0, 12.5], [0.3, 0.3]
TWO = LightCurves([*T1, *T2], [*M1, *M2], [*E1, *E2], [0, 3, 5])
WITHOUT_ERRORS = TWO.replace(magerr=None)


@pytest.fixture
def full():
    """Two stars with all that light curves carry, and one without points."""
    return LightCurves(
        [*T1, *T2],
        [*M1, *M2],
        [*E1, *E2],
        [0, 3, 3, 5],
        ids=["a", "b", "c"],
        labels=["RRAB", None, "EC"],
        survey=["X", "Y", "Y"],
        band=["V", "I", "V", "V", "I"],
        flag=[0, 0, 4, 0, 0],
        limit=[False, True, False, False, False],
        field=[1, 1, 2, 2, 2],
        table={"ra": [1.5, 2.5, np.nan], "kind": ["p", None, "q"], "n": [1, 2, 3]},
        time_scale="hjd_utc",
        time_zero=2450000.0,
    )


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        ([(T1, M1, E1), (T2, M2, E2)], TWO),
        (((T1, M1, E1), (T2, M2, E2)), TWO),
        ([[T1, M1, E1], [T2, M2, E2]], TWO),
        ([(T1, M1), (T2, M2)], WITHOUT_ERRORS),
        ([(T1, M1, None), (np.array(T2), pd.Series(M2), None)], WITHOUT_ERRORS),
        ([np.array([T1, M1, E1]).T, np.array([T2, M2, E2]).T], TWO),
        ([np.array([T1, M1]).T.astype(">f4"), np.array([T2, M2]).T], WITHOUT_ERRORS),
        ([{"time": T1, "mag": M1, "magerr": E1}, {"time": T2, "mag": M2, "magerr": E2}], TWO),
        (
            [pd.DataFrame({"HJD": T1, "Mag": M1}), pd.DataFrame({"HJD": T2, "Mag": M2})],
            WITHOUT_ERRORS,
        ),
        (pd.Series([(T1, M1, E1), (T2, M2, E2)]), TWO),
        (list(TWO), TWO),
        (TWO, TWO),
    ],
)
def test_sequences_of_stars(X, expected):
    if isinstance(X, list) and isinstance(X[0], np.ndarray) and X[0].dtype == ">f4":
        np.testing.assert_allclose(LightCurves.from_any(X).mag, expected.mag, rtol=1e-6)
    else:
        assert LightCurves.from_any(X) == expected
        assert as_light_curves(X) == expected


def test_arrays_of_equal_length_in_one_block():
    block = np.arange(24.0).reshape(2, 4, 3)
    X = LightCurves.from_any(block)
    assert X.n_points.tolist() == [4, 4]
    assert X[1].magerr.tolist() == block[1, :, 2].tolist()


def test_object_arrays_of_stars():
    X = np.empty(2, dtype=object)
    X[:] = [(T1, M1, E1), (T2, M2, E2)]
    assert LightCurves.from_any(X) == TWO


def test_stars_with_and_without_errors_together():
    X = LightCurves.from_any([(T1, M1, E1), (T2, M2)])
    assert X.magerr[:3].tolist() == E1
    assert np.isnan(X.magerr[3:]).all()


def test_masked_points_become_nan():
    star = np.ma.masked_array(np.array([T1, M1]).T, mask=False)
    star[1, 1] = np.ma.masked
    assert np.isnan(LightCurves.from_any([star]).mag).tolist() == [False, True, False]
    star = (np.ma.masked_array(T1, mask=[0, 0, 1]), M1)
    assert np.isnan(LightCurves.from_any([star]).time).tolist() == [False, False, True]


def test_no_stars():
    assert len(LightCurves.from_any([])) == 0
    assert (
        len(
            as_light_curves(
                pa.table(
                    {
                        "time": pa.array([], pa.list_(pa.float64())),
                        "mag": pa.array([], pa.list_(pa.float64())),
                    }
                )
            )
        )
        == 0
    )


def test_fluxes_in_tuples():
    X = LightCurves.from_any([(T1, [-1.0, 0.0, 1.0])], quantity="flux")
    assert X.flux.tolist() == [-1.0, 0.0, 1.0]


def test_what_is_given_replaces_what_is_found():
    X = LightCurves.from_any(
        [(T1, M1), (T2, M2)],
        ids=["a", "b"],
        labels={"b": "EC"},
        survey="X",
        table={"ra": [1.0, 2.0]},
        time_scale="tai",
        time_zero=2400000.5,
    )
    assert X.labels.tolist() == [None, "EC"]
    assert (X.survey, X.time_scale, X.time_zero) == ("X", "tai", 2400000.5)
    assert X.table["ra"].tolist() == [1.0, 2.0]


def test_arrow_round_trip(full):
    table = full.to_arrow()
    assert table.num_rows == 3
    assert LightCurves.from_any(table) == full
    assert as_light_curves(table) == full
    assert LightCurves.from_any(table.slice(1)) == full[1:]
    assert LightCurves.from_any(pa.concat_tables([table, table[:1]])) == full[[0, 1, 2, 0]]
    assert LightCurves.from_any(table.combine_chunks().to_batches()[0]) == full


def test_arrow_is_not_copied(full):
    table = full.to_arrow()
    buffer = np.asarray(table["time"].chunk(0).flatten())
    assert np.shares_memory(buffer, full.time)
    assert np.shares_memory(LightCurves.from_any(table).time, buffer)


@pytest.mark.parametrize("kind", [pa.list_, pa.large_list])
def test_arrow_list_of_struct_and_struct_of_lists(kind):
    struct = pa.struct([("time", pa.float64()), ("mag", pa.float32())])
    points = [[{"time": 0.0, "mag": 1.0}, {"time": 1.0, "mag": 2.0}], None, []]
    column = pa.array(points, kind(struct))
    X = LightCurves.from_any(column)
    assert X.n_points.tolist() == [2, 0, 0]
    assert X.mag.tolist() == [1.0, 2.0]
    assert (
        LightCurves.from_any(pa.chunked_array([column, column])).n_points.tolist() == [2, 0, 0] * 2
    )
    assert LightCurves.from_any(column[1:]).n_points.tolist() == [0, 0]
    lists = pa.array(
        [{"time": [0.0, 1.0], "mag": [1.0, 2.0]}, None],
        pa.struct([("time", kind(pa.float64())), ("mag", kind(pa.float64()))]),
    )
    X = LightCurves.from_any(pa.table({"id": ["a", "b"], "lc": lists}))
    assert X.n_points.tolist() == [2, 0]
    assert X.ids.tolist() == ["a", "b"]


def test_arrow_of_other_types():
    halves = [np.float16(1.5), None, np.float16(2.5), np.float16(3.5)]
    table = pa.table(
        {
            "id": pa.array(["a", "b"]).dictionary_encode(),
            "time": pa.array([[1, 2], [3, None]], pa.list_(pa.int32())),
            "mag": pa.array([halves[:2], halves[2:]], pa.list_(pa.float16())),
            "n": pa.array([1, None]),
        }
    )
    X = LightCurves.from_any(table)
    assert X.ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(X.time, [1, 2, 3, np.nan])
    np.testing.assert_array_equal(X.mag, [1.5, np.nan, 2.5, 3.5])
    assert X.table["n"].tolist() == [1, None]
    fixed = pa.table(
        {
            "time": pa.array([[0.0, 1.0]], pa.list_(pa.float64(), 2)),
            "mag": pa.array([[5.0, 6.0]], pa.list_(pa.float64(), 2)),
        }
    )
    assert LightCurves.from_any(fixed).mag.tolist() == [5.0, 6.0]


def test_a_nested_column_is_chosen_by_name():
    good = pa.array([{"time": [0.0], "mag": [1.0]}])
    other = pa.array([{"wavelength": [5.0]}])
    table = pa.table({"spectrum": other, "lc": good})
    with pytest.raises(ValueError, match="Several nested columns: spectrum, lc"):
        LightCurves.from_any(table)
    assert LightCurves.from_any(table, points="lc").mag.tolist() == [1.0]
    with pytest.raises(ValueError, match="no nested column 'x'; there are spectrum, lc"):
        LightCurves.from_any(table, points="x")


def test_nested_pandas_round_trip(full):
    pytest.importorskip("nested_pandas")
    frame = full.to_nested("lc")
    assert frame.nested_columns == ["lc"]
    assert LightCurves.from_any(frame) == full
    assert as_light_curves(frame) == full
    assert LightCurves.from_any(frame["lc"]).n_points.tolist() == [3, 0, 2]
    assert LightCurves.from_any(frame.iloc[[2, 0]]) == full[[2, 0]]


def test_nested_pandas_with_the_identifier_as_index(full):
    pytest.importorskip("nested_pandas")
    frame = full.to_nested()
    frame.index = frame["object_id"]
    frame = frame[[name for name in frame.columns if name != "object_id"]]
    assert LightCurves.from_any(frame).ids.tolist() == ["a", "b", "c"]


def test_a_pandas_frame_with_arrays_in_its_cells(full):
    frame = full.to_arrow().to_pandas()
    X = LightCurves.from_any(frame, time_scale=full.time_scale, time_zero=full.time_zero)
    assert X == full
    frame = pd.DataFrame({"id": ["a"], "time": [T1], "mag": [M1]})
    assert as_light_curves(frame).mag.tolist() == M1


def test_pandas_columns_of_arrow_lists(full):
    frame = full.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)
    frame.attrs = {"time_scale": full.time_scale, "time_zero": full.time_zero}
    assert LightCurves.from_any(frame) == full


def test_anything_that_exports_arrow(full):
    class Exporter:
        def __arrow_c_stream__(self, requested_schema=None):
            return full.to_arrow().__arrow_c_stream__(requested_schema)

    X = LightCurves.from_any(Exporter())
    assert X == full


def test_a_star_level_column_of_the_same_name_stays_in_the_table():
    lists = pa.array([{"time": [0.0, 1.0], "mag": [1.0, 2.0]}])
    X = LightCurves.from_any(pa.table({"mag": [1.5], "lc": lists}))
    assert X.mag.tolist() == [1.0, 2.0]
    assert X.table["mag"].tolist() == [1.5]
    with pytest.raises(ValueError, match="the name of a column of points: {'mag'}"):
        X.to_arrow()


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.zeros((5, 3)), TypeError, r"shape \(5, 3\).*holds no light curves"),
        ((T1, M1, E1), TypeError, "a list of one"),
        ([np.array(T1), np.array(M1)], TypeError, "a list of one"),
        ([1, 2, 3], TypeError, "a list of one"),
        ("stars.parquet", TypeError, "read_light_curves for files"),
        (3, TypeError, "from a int"),
        (None, TypeError, "from a NoneType"),
        (pd.Index([1, 2]), TypeError, "pandas Index"),
        ([(T1, M1), (T2, M1)], ValueError, "Star at position 1: mag has 3 points, time has 2"),
        ([(T1, M1, E2)], ValueError, "Star at position 0: magerr has 2 points, time has 3"),
        ([(T1, M1, E1, E1)], ValueError, "Star at position 0: got 4 entries"),
        ([np.zeros((3, 50))], ValueError, r"shape \(3, 50\) \(rows are points: transpose it\)"),
        ([np.zeros(5)], ValueError, r"Star at position 0: got an array of shape \(5,\)"),
        ([(T1, ["a", "b", "c"])], TypeError, "Star at position 0: mag must be real numbers"),
        ([(T1, [b"\xff"] * 3)], TypeError, "Star at position 0: mag must be real numbers"),
        ([(T1, M1), "b"], TypeError, "Star at position 1 is a str; a star is a tuple"),
        ([pd.DataFrame({"x": T1})], ValueError, "Star at position 0: Time and magnitude"),
        (pa.table({"time": [T1, T2], "mag": [M1, M1]}), ValueError,
         "position 1 has 2 points in column time and 3 in column mag"),
        (pa.table({"time": [T1], "x": [M1]}), ValueError, "columns of points are: time, x"),
        (pa.table({"time": pa.array([[0]], pa.list_(pa.time32("s"))), "mag": [[1.0]]}),
         TypeError, "must be numbers of days"),
    ],
)  # fmt: skip
def test_what_holds_no_light_curves_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        LightCurves.from_any(X)


def test_options_that_would_do_nothing_are_refused():
    with pytest.raises(ValueError, match="columns names the columns of a table"):
        LightCurves.from_any(TWO, columns={"time": "t"})
    with pytest.raises(ValueError, match="no star is a table"):
        LightCurves.from_any([(T1, M1)], columns={"time": "t"})
    with pytest.raises(ValueError, match="there is none"):
        LightCurves.from_any([(T1, M1)], points="lc")
    with pytest.raises(ValueError, match="columns found hold 'mag'"):
        LightCurves.from_any([{"time": T1, "mag": M1}], quantity="flux")


def test_magnitudes_and_fluxes_do_not_mix():
    stars = [{"time": T1, "mag": M1}, {"time": T1, "flux": M1}]
    with pytest.raises(ValueError, match="hold magnitudes and some hold fluxes"):
        LightCurves.from_any(stars)


def test_what_one_star_of_a_list_lacks_is_missing():
    full = {"time": T1, "mag": M1, "magerr": [0.1] * 3, "flag": [1, 0, 2], "limit": [True] * 3}
    X = LightCurves.from_any([full, {"time": T1, "mag": M1}])
    np.testing.assert_array_equal(X.magerr, [0.1] * 3 + [np.nan] * 3)
    assert X.flag.tolist() == [1, 0, 2, 0, 0, 0]
    assert X.limit.tolist() == [True] * 3 + [False] * 3


def test_a_band_whose_errors_are_not_there_has_none():
    table = {
        "mjd": [*T1, *(t + 99 for t in T1)],
        "w1mpro": M1 * 2,
        "w1sigmpro": [0.1] * 6,
        "w2mpro": M1 * 2,
    }
    X = LightCurves.from_any(pd.DataFrame(table | {"allwise_cntr": [1] * 6}), "neowise")
    in_band = {band: X.in_band(band).magerr for band in X.bands}
    assert in_band["W1"].tolist() == [0.1] * 6
    assert np.isnan(in_band["W2"]).all()
