"""Tables of other libraries, and times at the barycentre of the solar system."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.light_curves import LightCurves, concatenate
from sklearn_vartl.light_curves._conversion import magnitude, unit_vectors


def two(**more):
    more = {"ids": ["a", "b"], "time_zero": 2400000.5} | more
    return LightCurves([58000.0, 58001.0, 58002.0], [1.0, 2.0, 3.0], None, [0, 2, 3], **more)


def test_directions_on_the_sky():
    """The vernal equinox, a quarter turn east of it, the poles, and a point between all three axes."""
    found = unit_vectors(np.array([0, 90, 0, 77, 45]), np.array([0, 0, 90, -90, 30]))
    middle = np.sqrt(0.375)
    expected = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1], [middle, middle, 0.5]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_magnitudes_of_fluxes():
    np.testing.assert_allclose(magnitude(np.array([1.0, 100.0]), 10.0), [2.5, -2.5])
    assert np.isnan(magnitude(np.array([0.0, -1.0, np.nan]), 10.0)).all()


@pytest.mark.parametrize(
    ("change", "coordinates", "said"),
    [
        ({"time_zero": None}, {}, "for MJD: X.replace.time_zero=2400000.5"),
        ({"time_scale": "HJD_utc"}, {}, "The time stamps are HJD_utc already"),
        ({"time_scale": "bjd_tdb"}, {}, "The time stamps are bjd_tdb already"),
        ({"table": None}, {}, "has no column 'ra' for ra in degrees"),
        ({}, {"ra": "RA"}, "has no column 'RA' for ra in degrees"),
        ({}, {"dec": [1.0]}, r"dec has shape \(1,\) for 2 stars"),
        ({}, {"ra": [1.0, np.nan]}, r"Star 'b' \(position 1\) has no ra"),
        ({}, {"dec": [np.inf, 1.0]}, r"Star 'a' \(position 0\) has no dec"),
        ({}, {"ra": [1.0, 360.1]}, r"'b' \(position 1\) has ra=360.1, .* outside the sky"),
        ({}, {"ra": [-360.1, 1.0]}, r"'a' \(position 0\) has ra=-360.1"),
        ({}, {"dec": [1.0, -90.1]}, r"'b' \(position 1\) has dec=-90.1"),
    ],
)
def test_what_is_missing_for_barycentric_times_is_told(change, coordinates, said):
    X = two(table={"ra": [10.0, 20.0], "dec": [0.0, -30.0]}).replace(**change)
    with pytest.raises(ValueError, match=said):
        X.to_barycentre(**coordinates)


def test_barycentric_times_are_within_the_light_time_of_the_earths_orbit():
    pytest.importorskip("astropy", reason="astropy is not installed")
    table = {"ra": [360.0, 0.0], "dec": [90.0, -90.0], "lon": [0.0, 180.0], "lat": [0.0, 0.0]}
    X = two(table=table, time_scale="tdb")
    time = X.time.copy()
    time[1] = np.nan
    X = X.replace(time=time)
    # The edge of the sky is on it; a time that is none stays so.
    poles = X.to_barycentre()
    assert poles.time_scale == "bjd_tdb" and np.isnan(poles.time).tolist() == [False, True, False]
    # In the plane of the equator opposite directions have opposite delays, of up to 8.4 minutes.
    X = X.replace(offsets=[0, 1, 3], time=[58000.0, 58000.0, 58000.0])
    found = X.to_barycentre("lon", "lat")
    delay = (found.time - X.time) * 1440
    assert delay[0] == pytest.approx(-delay[1], abs=1e-4) and 0.5 < abs(delay[0]) < 8.4
    # In September the Earth lies towards the vernal equinox: light from there comes early.
    assert delay[0] > 0
    # Without a word the scale is UTC, which is 69 seconds behind.
    later = X.replace(time_scale=None).to_barycentre("lon", "lat").time - found.time
    np.testing.assert_allclose(later * 86400, 69.184, atol=0.02)


def test_a_table_of_stars_has_no_column_of_points():
    with pytest.raises(ValueError, match="name of a column of points: {'mag'}"):
        two(table={"mag": [1.0, 2.0], "ra": [1.0, 2.0]}).to_arrow()


def test_names_of_what_every_star_has_are_not_taken_by_the_table():
    X = two(labels=["EC", "ED"], survey="S", table={"label": ["x", "y"], "object_id": [1, 2]})
    table = X.to_arrow()
    assert table.column_names == ["object_id", "label", "survey", "time", "mag"]
    assert table["label"].to_pylist() == ["EC", "ED"] and table["object_id"].to_pylist() == [
        "a",
        "b",
    ]


def test_a_column_of_several_types_is_named():
    with pytest.raises(TypeError, match="Column kind holds values of several types"):
        two(table={"kind": np.array(["x", 1.5], dtype=object)}).to_arrow()


def test_what_is_missing_stays_missing_in_arrow():
    X = two(labels=["EC", None], table={"ra": [np.nan, 1.0]})
    table = X.to_arrow()
    assert table["label"].to_pylist() == ["EC", None] and table["label"].null_count == 1
    # A number that is none is no gap: so it comes back as it was.
    assert table["ra"].null_count == 0 and np.isnan(table["ra"].to_pylist()[0])


@pytest.mark.parametrize("quantity", ["mag", "flux"])
def test_a_table_of_points_says_of_each_whose_it_is(quantity):
    X = two(labels=["EC", None], quantity=quantity, time_scale="utc", flag=[0, 0, 7])
    table = X.to_pandas()
    assert table.columns.tolist() == ["object_id", "label", "time", quantity, "flag"]
    assert table["object_id"].tolist() == ["a", "a", "b"] and table["flag"].tolist() == [0, 0, 7]
    assert table.attrs == {"time_scale": "utc", "time_zero": 2400000.5}
    table.loc[0, "time"] = 0.0
    assert X.time[0] == 58000.0


def test_repeated_identifiers_are_named_with_their_places():
    X = LightCurves(np.arange(4.0), np.arange(4.0), None, np.arange(5), ids=["a", "b", "c", "b"])
    with pytest.raises(ValueError, match="'b' belongs to the stars at positions 1 and 3"):
        X.to_pandas()


def test_a_star_without_points_has_empty_values_of_their_kind():
    X = LightCurves(
        [1.0], [2.0], None, [0, 1, 1], ids=[7, 8], flag=np.array([3], np.uint8),
        limit=[True], band=["V"],
    )  # fmt: skip
    row = X.to_pandas().iloc[1]
    assert np.isnan(row["time"]) and row["flag"] == 0 and not row["limit"] and pd.isna(row["band"])
    assert X.to_pandas()["flag"].dtype == np.uint8 and X.to_pandas()["limit"].dtype == bool


def test_columns_that_one_set_lacks_keep_their_kind():
    first = LightCurves([0.0], [1.0], table={"n": [3], "known": [True], "name": ["x"]})
    second = LightCurves([0.0], [1.0])
    table = concatenate([first, second]).table
    assert table["n"].dtype == np.float64 and np.isnan(table["n"][1])
    # Whether something is true, or a name, is no number.
    assert table["known"].tolist() == [True, None] and table["name"].tolist() == ["x", None]
    both = concatenate([first, first]).table
    assert (both["n"].dtype.kind, both["known"].dtype.kind) == ("i", "b")


def test_numbers_and_names_as_identifiers_stay_what_they_are():
    sets = [LightCurves([0.0], [1.0], ids=ids) for ids in (["a"], [5])]
    assert concatenate(sets).ids.tolist() == ["a", 5]
    fields = [LightCurves([0.0], [1.0], field=field) for field in (["a"], [5])]
    assert concatenate(fields).field.tolist() == ["a", 5]
