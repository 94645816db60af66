"""What the constructor accepts, converts and refuses."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves


def test_one_star_without_offsets():
    X = LightCurves([0, 1, 2], [10, 11, 12])
    assert X.offsets.tolist() == [0, 3]
    assert X.ids.tolist() == ["0"]
    assert X.mag.dtype == np.float64


@pytest.mark.parametrize("dtype", [">f8", ">f4", "<f4", ">i4", "u2", "f2"])
def test_number_types_become_native_float64(dtype):
    values = np.array([10, 11, 12], dtype=dtype)
    X = LightCurves([0.0, 1.0, 2.0], values, values)
    assert X.mag.dtype == np.dtype(np.float64)
    assert X.mag.dtype.isnative
    assert X.mag.tolist() == X.magerr.tolist() == [10.0, 11.0, 12.0]


def test_masked_and_missing_values_become_nan():
    masked = np.ma.masked_array([10, 11, 12], mask=[0, 1, 0])
    assert np.isnan(LightCurves([0, 1, 2], masked).mag).tolist() == [False, True, False]
    nullable = pd.Series([10, None, 12], dtype="Int64")
    assert np.isnan(LightCurves([0, 1, 2], nullable).mag).tolist() == [False, True, False]
    objects = np.array([10, None, 12.5], dtype=object)
    assert np.isnan(LightCurves([0, 1, 2], objects).mag).tolist() == [False, True, False]


def test_quantities_with_units():
    units = pytest.importorskip("astropy.units")
    time = np.array([0.0, 24.0]) * units.hour
    X = LightCurves(time, [10.0, 11.0] * units.mag)
    np.testing.assert_allclose(X.time, [0.0, 1.0])
    with pytest.raises(TypeError, match='unit Jy; fluxes are told by quantity="flux"'):
        LightCurves([0.0, 1.0], [10.0, 11.0] * units.Jy)


def test_masked_quantities():
    masked = pytest.importorskip("astropy.utils.masked")
    values = masked.Masked(np.array([10.0, 11.0]), mask=[True, False])
    assert np.isnan(LightCurves([0, 1], values).mag).tolist() == [True, False]


def test_single_precision_julian_dates_are_warned_about():
    with pytest.warns(UserWarning, match="only good to 360 minutes"):
        LightCurves(np.array([2455000.3, 2455001.3], dtype=np.float32), [10.0, 11.0])
    with pytest.warns(UserWarning, match="5.62 minutes"):
        LightCurves(np.array([55000.3, 55001.3], dtype=np.float32), [10.0, 11.0])
    table = pd.DataFrame({"id": 1, "time": np.array([55000.3, 55001.3], np.float32), "mag": 1.0})
    with pytest.warns(UserWarning, match="5.62 minutes"):
        LightCurves(table["time"], table["mag"])
    with pytest.warns(UserWarning, match="5.62 minutes"):
        LightCurves.from_any(table)
    # Half a minute is good enough for any period that survey cadences can find.
    LightCurves(np.array([5000.3, 5001.3], dtype=np.float32), [10.0, 11.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"time": [0, 1], "mag": [1, 2, 3]}, "mag has 3 points, time has 2"),
        ({"time": [0, 1], "mag": [1, 2], "magerr": [1]}, "magerr has 1 points, time has 2"),
        ({"time": [0, 1], "mag": [1, 2], "magerr": [1], "quantity": "flux"}, "fluxerr has 1"),
        ({"time": [[0, 1]], "mag": [1, 2]}, r"time has shape \(1, 2\).*from_any"),
        ({"time": [[0, 1], [2]], "mag": [1, 2]}, "time is ragged.*from_any"),
        ({"time": 3.0, "mag": [1]}, r"time has shape \(\)"),
        ({"time": [0, 1], "mag": [1, 2], "offsets": [0, 1]}, "from 0 to the number of points, 2"),
        ({"time": [0, 1], "mag": [1, 2], "offsets": [1, 2]}, "they run from 1 to 2"),
        ({"time": [0, 1], "mag": [1, 2], "offsets": [0, 2, 1, 2]}, "they do at star 1"),
        ({"time": [0, 1], "mag": [1, 2], "offsets": [0.0, 2.0]}, "integers of shape"),
        ({"time": [0, 1], "mag": [1, 2], "offsets": []}, "integers of shape"),
        ({"time": [0, 1], "mag": [1, 2], "ids": ["a", "b"]}, "ids .* 1 stars"),
        ({"time": [0, 1], "mag": [1, 2], "labels": ["a", "b"]}, "labels .* 1 stars"),
        ({"time": [0, 1], "mag": [1, 2], "survey": ["a", "b"]}, "survey .* 1 stars"),
        ({"time": [0, 1], "mag": [1, 2], "band": ["V"]}, "band .* 2 points"),
        ({"time": [0, 1], "mag": [1, 2], "table": {"ra": [1, 2]}}, r"table\['ra'\] .* 1 stars"),
        ({"time": [0, 1], "mag": [1, 2], "quantity": "counts"}, "quantity must be"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LightCurves(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"time": ["x", "y"], "mag": [1, 2]},
        {"time": [0, 1], "mag": [1j, 2j]},
        {"time": np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"), "mag": [1, 2]},
        {"time": [0, 1], "mag": np.array([1, "a"], dtype=object)},
        {"time": [0, 1], "mag": [True, False]},
        {"time": [0, 1], "mag": [1, 2], "flag": ["A", "D"]},
        {"time": [0, 1], "mag": [1, 2], "flag": [0.0, 1.0]},
        {"time": [0, 1], "mag": [1, 2], "limit": ["yes", "no"]},
    ],
)
def test_what_are_no_numbers_is_refused(arguments):
    with pytest.raises(TypeError):
        LightCurves(**arguments)


@pytest.mark.parametrize("missing", [None, np.nan, float("nan"), pd.NA, pd.NaT])
def test_missing_labels_become_none(missing):
    labels = np.array(["RRAB", missing], dtype=object)
    X = LightCurves([0, 1], [1, 2], offsets=[0, 1, 2], labels=labels)
    assert X.labels.tolist() == ["RRAB", None]
    assert labels[1] is missing
    X = LightCurves([0, 1], [1, 2], offsets=[0, 1, 2], table={"class": labels})
    assert X.table["class"].tolist() == ["RRAB", None]


def test_labels_of_pandas_and_numpy():
    strings = pd.Series(["RRAB", None])
    assert LightCurves([0], [1], offsets=[0, 1, 1], labels=strings).labels.tolist() == [
        "RRAB",
        None,
    ]
    assert LightCurves([0], [1], offsets=[0, 1, 1], labels=["EC", np.nan]).labels.tolist() == [
        "EC",
        None,
    ]
    # scikit-learn takes numbers in an object array for no kind of target it knows.
    numbers = LightCurves([0], [1], offsets=[0, 1, 1], labels=[2, 1]).labels
    assert numbers.dtype.kind == "i"
    text = LightCurves([0], [1], offsets=[0, 1, 1], labels=np.array(["a", "b"])).labels
    assert text.dtype == object


def test_identifiers_keep_their_type():
    numbers = LightCurves([0], [1], offsets=[0, 1, 1], ids=np.array([2**62, 7]))
    assert numbers.ids.tolist() == [2**62, 7]
    text = LightCurves([0], [1], offsets=[0, 1, 1], ids=[b"a", b"b"])
    assert text.ids.tolist() == ["a", "b"]


def test_masked_columns_of_the_table():
    table = {
        "ra": np.ma.masked_array([1, 2], mask=[0, 1]),
        "name": np.ma.masked_array(["a", "b"], mask=[1, 0]),
    }
    X = LightCurves([0], [1], offsets=[0, 1, 1], table=table)
    assert X.table["ra"][0] == 1.0
    assert np.isnan(X.table["ra"][1])
    assert X.table["name"].tolist() == [None, "b"]


def test_big_endian_columns_become_native():
    X = LightCurves([0], [1], table={"ra": np.array([1.5], dtype=">f8")}, flag=np.array([1], ">i2"))
    assert X.table["ra"].dtype.isnative
    assert X.flag.dtype.isnative
    assert X.flag.tolist() == [1]


def test_bytes_of_other_encodings_do_no_harm():
    X = LightCurves([0], [1], ids=[b"\xff"], table={"name": np.array([b"M31"])})
    assert X.ids.tolist() == ["\ufffd"]
    assert X.table["name"].tolist() == ["M31"]


def test_times_are_coarse_where_a_step_is_more_than_a_thousandth_of_a_day():
    time = np.array([16384.0, 16385.0], dtype=np.float32)
    with pytest.warns(
        UserWarning, match="float32 numbers near 16385, .* good to 2.81 min"
    ) as caught:
        LightCurves(time, [10.0, 11.0])
    assert caught[0].filename == __file__
    # Half of that is good enough; what is not finite says nothing.
    LightCurves(time - 1.5, [10.0, 11.0])
    LightCurves(np.array([np.inf, 3.0], dtype=np.float32), [10.0, 11.0])
    LightCurves([0.0, 1.0], 1e6 + time)


def test_text_of_bytes_and_of_letters_may_be_mixed():
    X = LightCurves([0], [1], None, [0, 1, 1], ids=np.array([b"a", "b"], dtype=object))
    assert X.ids.tolist() == ["a", "b"]
    assert LightCurves([], [], None, [0], ids=[]).ids.tolist() == []


def test_names_of_columns_are_text_and_surveys_are_one_name_or_one_a_star():
    X = LightCurves([0], [1], None, [0, 1, 1], table={3: [1, 2]}, survey=["S", "S"])
    assert list(X.table) == ["3"] and X.survey == "S"
    assert X.replace(survey=["S", "T"]).survey.tolist() == ["S", "T"]
    assert X.replace(survey=None).survey is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"flag": [0, -1]}, [0, -1]),
        ({"flag": [True, False]}, [True, False]),
        ({"limit": [0, 2]}, [False, True]),
        ({"limit": np.array([1, 0], np.uint8)}, [True, False]),
        ({"field": [3, 4]}, [3, 4]),
        ({"band": [b"g", b"r"]}, ["g", "r"]),
    ],
)
def test_what_points_carry(values, expected):
    ((name, _),) = values.items()
    found = getattr(LightCurves([0, 1], [1, 2], **values), name)
    assert found.tolist() == expected
    assert found.dtype == bool or name != "limit"


def test_offsets_of_one_star_and_of_none():
    assert LightCurves([], [], None, [0]).offsets.tolist() == [0]
    assert LightCurves([0], [1], None, np.array([0, 1], np.int32)).offsets.dtype == np.int64
    assert LightCurves([0, 1], [1, 2], None, [0, 0, 2, 2]).n_points.tolist() == [0, 2, 0]
    for last in (1, 3):
        with pytest.raises(ValueError, match=f"they run from 0 to {last}"):
            LightCurves([0, 1], [1, 2], None, [0, last])
    with pytest.raises(ValueError, match=r"offsets must be integers of shape"):
        LightCurves([0, 1], [1, 2], None, [[0, 2]])
