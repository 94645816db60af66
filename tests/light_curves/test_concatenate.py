"""Several sets of light curves as one."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves, concatenate


def test_parts_joined_again_are_the_whole(light_curves):
    parts = [light_curves[:7], light_curves[7:8], light_curves[8:8], light_curves[8:]]
    assert concatenate(parts) == light_curves
    assert concatenate([light_curves]) is light_curves


def test_what_one_set_lacks_is_missing():
    first = LightCurves(
        [0.0, 1.0],
        [1.0, 2.0],
        [0.1, 0.2],
        ids=[5],
        labels=["EC"],
        survey="A",
        flag=[0, 1],
        band=["V", "I"],
        table={"ra": [7], "kind": ["p"]},
        time_scale="tai",
    )
    second = LightCurves([3.0], [4.0], ids=["b"], limit=[True], table={"z": [1.5]})
    both = concatenate([first, second])
    assert both.ids.tolist() == [5, "b"]
    assert both.labels.tolist() == ["EC", None]
    assert both.survey.tolist() == ["A", None]
    np.testing.assert_array_equal(both.magerr, [0.1, 0.2, np.nan])
    assert both.flag.tolist() == [0, 1, 0]
    assert both.limit.tolist() == [False, False, True]
    assert both.band.tolist() == ["V", "I", None]
    np.testing.assert_array_equal(both.table["ra"], [7.0, np.nan])
    assert both.table["kind"].tolist() == ["p", None]
    np.testing.assert_array_equal(both.table["z"], [np.nan, 1.5])
    assert both.time_scale is None


def test_times_are_brought_to_one_zero():
    first = LightCurves([100.0], [1.0], time_zero=2450000.0, time_scale="utc")
    second = LightCurves([50100.5], [2.0], time_zero=2400000.5, time_scale="utc")
    both = concatenate([first, second])
    assert both.time.tolist() == [100.0, 101.0]
    assert (both.time_zero, both.time_scale) == (2450000.0, "utc")


def test_what_cannot_be_joined():
    with pytest.raises(ValueError, match="No light curves"):
        concatenate([])
    flux = LightCurves([0.0], [1.0], quantity="flux")
    with pytest.raises(ValueError, match="Magnitudes and fluxes cannot be joined"):
        concatenate([LightCurves([0.0], [1.0]), flux])


def test_what_reading_decided_is_kept_once_of_all():
    def read(provenance):
        return LightCurves([0.0], [1.0], provenance=provenance)

    def joined(*texts):
        return concatenate([read(text) for text in texts]).provenance

    assert joined(None, None) is None
    assert joined("a", "a", None) == "a"
    assert joined("a", "b", "a", "c") == "a\nb\nc"
    assert joined("a", "b", "c", "d", "e") == "a\nb\nc\nand 2 others"


def test_a_time_zero_that_one_set_does_not_know_is_unknown():
    known = LightCurves([58000.5], [1.0], time_zero=2400000.5)
    unknown = LightCurves([100.0], [2.0])
    both = concatenate([known, unknown])
    assert both.time_zero is None and both.time.tolist() == [58000.5, 100.0]
    empty = LightCurves([], [], offsets=[0, 0])
    assert concatenate([known, empty]).time_zero == 2400000.5
