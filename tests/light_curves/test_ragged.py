"""Ragged arithmetic against plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_vartl.light_curves import _indexing

segments = st.lists(st.lists(st.floats(-1e6, 1e6), max_size=7), max_size=8)


def flat(lists):
    values = np.array([value for each in lists for value in each], dtype=float)
    return values, _indexing.offsets_of(np.array([len(each) for each in lists], dtype=int))


@given(segments)
def test_reductions(lists):
    values, offsets = flat(lists)
    cases = [
        (_indexing.segment_reduce(np.maximum, values, offsets), np.max),
        (_indexing.segment_median(values, offsets), np.median),
        (_indexing.segment_std(values, offsets), np.std),
    ]
    for result, function in cases:
        expected = [function(each) if each else np.nan for each in lists]
        np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-9)


@given(segments)
def test_counting_and_compressing(lists):
    values, offsets = flat(lists)
    keep = values > 0
    counts = [sum(value > 0 for value in each) for each in lists]
    assert _indexing.count_true(keep, offsets).tolist() == counts
    assert np.diff(_indexing.compress_offsets(keep, offsets)).tolist() == counts
    owner = [i for i, each in enumerate(lists) for _ in each]
    assert _indexing.segment_numbers(offsets).tolist() == owner
    first = [j == 0 for each in lists for j, _ in enumerate(each)]
    assert _indexing.first_of_segment(offsets, len(values)).tolist() == first


@given(segments.filter(len), st.data())
def test_gathering(lists, data):
    values, offsets = flat(lists)
    chosen = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=10))
    index, new_offsets = _indexing.gather_index(offsets, np.array(chosen, dtype=np.int64))
    assert values[index].tolist() == [value for i in chosen for value in lists[i]]
    assert np.diff(new_offsets).tolist() == [len(lists[i]) for i in chosen]


def test_the_spread_of_large_magnitudes_is_not_lost_in_rounding():
    values = 1e8 + np.array([0.0, 0.001])
    assert _indexing.segment_std(values, np.array([0, 2]))[0] == pytest.approx(0.0005, rel=1e-4)


def test_the_spread_of_tiny_values_is_not_zero():
    values = np.array([0.0, 2e-200, 5.0, 5.0])
    assert _indexing.segment_std(values, np.array([0, 2, 4])).tolist() == [1e-200, 0.0]
