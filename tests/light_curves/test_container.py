"""The sequence itself: indexing, immutability, comparison, copies."""

import copy
import pickle

import joblib
import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurve, LightCurves


@pytest.fixture
def three():
    """Stars of three, no and two points, with everything a light curve can carry."""
    return LightCurves(
        [0.0, 1.0, 2.0, 5.0, 6.0],
        [10.0, 10.5, 10.2, 12.0, 12.5],
        [0.1, 0.1, 0.2, 0.3, 0.3],
        [0, 3, 3, 5],
        ids=["a", "b", "c"],
        labels=["RRAB", None, "EC"],
        survey=["X", "X", "Y"],
        band=["V", "I", "V", "V", "I"],
        flag=[0, 0, 4, 0, 0],
        limit=[False, True, False, False, False],
        field=[1, 1, 2, 2, 2],
        table={"ra": [1.0, 2.0, 3.0], "kind": ["p", None, "q"]},
        time_scale="hjd_utc",
        time_zero=2450000.0,
    )


def test_lengths_and_arrays(three):
    assert len(three) == 3
    assert three.shape == (3,)
    assert three.n_points.tolist() == [3, 0, 2]
    assert three.time.dtype == three.mag.dtype == np.float64
    assert three.offsets.dtype == np.int64


def test_iterating_gives_views_of_each_star(three):
    stars = list(three)
    assert all(isinstance(star, LightCurve) for star in stars)
    assert [len(star) for star in stars] == [3, 0, 2]
    time, mag, magerr = stars[2]
    assert time.tolist() == [5.0, 6.0]
    assert mag.tolist() == [12.0, 12.5]
    assert magerr.tolist() == [0.3, 0.3]
    assert np.shares_memory(time, three.time)
    assert (stars[2].id, stars[2].label, stars[2].band.tolist()) == ("c", "EC", ["V", "I"])


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (slice(None), ["a", "b", "c"]),
        (slice(1, None), ["b", "c"]),
        (slice(2, 0, -1), ["c", "b"]),
        (slice(2, 1), []),
        ([2, 0, 2], ["c", "a", "c"]),
        ([-1], ["c"]),
        ([], []),
        (np.array([True, False, True]), ["a", "c"]),
        ([False, False, False], []),
        (np.array([1], dtype=np.uint8), ["b"]),
        (Ellipsis, ["a", "b", "c"]),
        (([0, 2], Ellipsis), ["a", "c"]),
        ((slice(0, 2), Ellipsis), ["a", "b"]),
    ],
)
def test_indexing_carries_everything_along(three, index, expected):
    part = three[index]
    assert part.ids.tolist() == expected
    places = [["a", "b", "c"].index(star) for star in expected]
    assert part.n_points.tolist() == three.n_points[places].tolist()
    assert part.table["ra"].tolist() == three.table["ra"][places].tolist()
    assert part.labels.tolist() == three.labels[places].tolist()
    for star, place in zip(part, places, strict=True):
        whole = three[place]
        for name in ("time", "mag", "magerr", "band", "flag", "limit", "field"):
            assert getattr(star, name).tolist() == getattr(whole, name).tolist()
    assert (part.time_scale, part.time_zero) == ("hjd_utc", 2450000.0)


def test_survey_of_each_star_follows_the_index(three):
    assert three.survey.tolist() == ["X", "X", "Y"]
    assert three[[0, 2]].survey.tolist() == ["X", "Y"]
    assert three[:2].survey == "X"


def test_contiguous_slices_share_memory(three):
    assert np.shares_memory(three[1:].time, three.time)
    assert three[1:].offsets.tolist() == [0, 0, 2]


@pytest.mark.parametrize("index", [3, -4, [3], [0, -4]])
def test_index_out_of_range(three, index):
    with pytest.raises(IndexError, match="out of range for 3 stars"):
        three[index]


@pytest.mark.parametrize("index", ["a", 1.0, [0.5], (0, 1), ([0], [1], Ellipsis), [[0, 1], [1, 2]]])
def test_index_of_another_kind_is_refused(three, index):
    with pytest.raises(IndexError):
        three[index]


def test_boolean_mask_of_another_length_is_refused(three):
    with pytest.raises(IndexError, match="2 entries for 3 stars"):
        three[[True, False]]


def test_every_array_is_read_only(three):
    arrays = [three.time, three.mag, three.magerr, three.offsets, three.band, three.flag]
    arrays += [three.limit, three.field, three.ids, three.labels, *three.table.values()]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    for part in (three[1:], three[[0, 2]], pickle.loads(pickle.dumps(three))):
        assert not part.time.flags.writeable
        assert not part.ids.flags.writeable
    with pytest.raises(TypeError):
        three.table["ra"] = np.zeros(3)
    with pytest.raises(AttributeError):
        three.time = np.zeros(5)


def test_the_callers_arrays_stay_the_callers():
    time, mag = np.array([0.0, 1.0]), np.array([10.0, 11.0])
    X = LightCurves(time, mag)
    time[0] = 99.0
    mag[:] = 0.0
    assert X.time.tolist() == [0.0, 1.0]
    assert X.mag.tolist() == [10.0, 11.0]
    assert time.flags.writeable


def test_a_read_only_view_of_a_writeable_array_is_copied():
    time = np.array([0.0, 1.0])
    view = time[:]
    view.flags.writeable = False
    X = LightCurves(view, [10.0, 11.0])
    time[0] = 99.0
    assert X.time[0] == 0.0


def test_read_only_arrays_are_shared():
    time = np.array([0.0, 1.0])
    time.flags.writeable = False
    assert np.shares_memory(LightCurves(time, [10.0, 11.0]).time, time)


def test_equality(three):
    assert three == three[:]
    assert three == three[[0, 1, 2]]
    assert three != three[::-1]
    assert three != three.replace(labels=None)
    assert three != three.replace(survey="X")
    assert three != "three"
    with_nan = LightCurves([0.0, np.nan], [1.0, np.nan])
    assert with_nan == LightCurves([0.0, np.nan], [1.0, np.nan])
    with pytest.raises(TypeError, match="unhashable"):
        hash(three)


def test_pickling_and_copying(three, tmp_path):
    assert pickle.loads(pickle.dumps(three)) == three
    assert copy.deepcopy(three) == three
    assert copy.copy(three) == three
    joblib.dump(three, tmp_path / "three.joblib")
    assert joblib.load(tmp_path / "three.joblib") == three
    assert joblib.hash(three) == joblib.hash(three[[0, 1, 2]])


def test_labelled_and_unlabelled(three):
    assert three.labelled().ids.tolist() == ["a", "c"]
    assert three.unlabelled().ids.tolist() == ["b"]
    without = three.replace(labels=None)
    assert len(without.labelled()) == 0
    assert without.unlabelled() == without


def test_select_points(three):
    green = three.select_points(three.band == "V")
    assert green.n_points.tolist() == [2, 0, 1]
    assert green.time.tolist() == [0.0, 2.0, 5.0]
    assert green.ids.tolist() == three.ids.tolist()
    with pytest.raises(ValueError, match="boolean of shape"):
        three.select_points([0, 1])


def test_replace_changes_only_what_is_named(three):
    other = three.replace(labels={"a": "RRC", "c": "ED"})
    assert other.labels.tolist() == ["RRC", None, "ED"]
    assert other.replace(labels=three.labels) == three
    assert np.shares_memory(other.time, three.time)


def test_flux_and_magnitudes_are_not_mistaken_for_each_other():
    flux = LightCurves([0.0, 1.0], [5.0, -1.0], [1.0, 1.0], quantity="flux")
    assert flux.flux.tolist() == [5.0, -1.0]
    assert flux.fluxerr.tolist() == [1.0, 1.0]
    assert not hasattr(flux, "mag")
    with pytest.raises(AttributeError, match=r"to_magnitudes\(reference_flux"):
        flux.magerr  # noqa: B018
    with pytest.raises(AttributeError, match="hold magnitudes"):
        LightCurves([0.0], [1.0]).flux  # noqa: B018
    assert flux[0].quantity == "flux"


def test_no_stars():
    X = LightCurves([], [], offsets=[0])
    assert len(X) == 0
    assert list(X) == []
    assert X[[]] == X[:0]
    assert "0 stars" in repr(X)


@pytest.mark.parametrize(
    "index", [(0, ..., ...), (..., [0], [1]), ([0], slice(None)), (..., ..., 1)]
)
def test_stars_have_one_axis(three, index):
    with pytest.raises(IndexError, match="one axis, the stars"):
        three[index]
    assert three[(...,)] == three and three[()] == three


def test_what_was_told_of_light_curves_is_not_told_of_their_copies(three):
    """Unless times or magnitudes are others: these may be wrong in another way."""
    three._told, three._doubts = True, ("read",)
    assert three.replace(ids=["x", "y", "z"])._told and three[1:]._told is False
    assert three.replace(ids=["x", "y", "z"])._doubts == ("read",)
    for name in ("time", "mag"):
        other = three.replace(**{name: np.arange(5.0)})
        assert not other._told and other._doubts == ()
    three._told = False
    assert three.replace(mag=np.arange(5.0))._doubts == ("read",)


def test_where_numbers_come_from_makes_no_difference(three):
    assert three.replace(provenance="read") == three
    assert (three == 3) is False and three != three.replace(time_zero=0.0)
    kinds = LightCurves([0.0], [1.0], ids=[1]), LightCurves([0.0], [1.0], ids=["1"])
    assert kinds[0] != kinds[1]


def test_bands_are_names_or_numbers():
    X = LightCurves(np.arange(4.0), np.arange(4.0), band=np.array([2, 1, None, 2], dtype=object))
    assert X.bands == ["1", "2"]
    assert X.in_band(2).time.tolist() == X.in_band("2").time.tolist() == [0.0, 3.0]
    assert LightCurves([0.0, 1.0], [0.0, 1.0], band=[1, 2]).in_band("2").time.tolist() == [1.0]
    assert X.in_band("V").n_points.tolist() == [0]
    with pytest.raises(ValueError, match="carry no bands, so there is no band 'V'"):
        LightCurves([0.0], [1.0]).in_band("V")
