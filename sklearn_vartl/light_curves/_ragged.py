"""Vectorised arithmetic on ragged arrays: flat values cut into segments by offsets.

A ragged array of ``n`` segments is a flat array and ``n + 1`` int64 offsets; segment ``i`` is
``values[offsets[i]:offsets[i + 1]]``. Everything here is a pure function without a loop over
segments.
"""

import numpy as np


def offsets_of(lengths):
    """Offsets, shape (n + 1,), of segments with these lengths, shape (n,)."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def segment_numbers(offsets):
    """The number of the segment that each point belongs to, shape (n_points_total,)."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def gather_index(offsets, segments):
    """Flat point indices and new offsets of the chosen segments, in the order asked for."""
    lengths = np.diff(offsets)[segments]
    new_offsets = offsets_of(lengths)
    shift = np.repeat(offsets[:-1][segments] - new_offsets[:-1], lengths)
    return shift + np.arange(new_offsets[-1]), new_offsets


def count_true(mask, offsets):
    """Number of true values in each segment, shape (n,)."""
    total = np.zeros(len(mask) + 1, dtype=np.int64)
    np.cumsum(mask, out=total[1:])
    return total[offsets[1:]] - total[offsets[:-1]]


def compress_offsets(keep, offsets):
    """Offsets after only the points where ``keep`` is true are left."""
    return offsets_of(count_true(keep, offsets))


def segment_reduce(ufunc, values, offsets, empty=np.nan):
    """``ufunc.reduce`` of each segment, shape (n,); ``empty`` where a segment has no point."""
    result = np.full(len(offsets) - 1, empty, dtype=np.result_type(values, type(empty)))
    filled = offsets[1:] > offsets[:-1]
    if filled.any():
        # Empty segments take no room, so the starts of the others are all that reduceat needs.
        result[filled] = ufunc.reduceat(values, offsets[:-1][filled])
    return result


def segment_median(values, offsets):
    """Median of each segment, shape (n,); NaN where a segment is empty. Values must be finite."""
    median = np.full(len(offsets) - 1, np.nan)
    lengths = np.diff(offsets)
    filled = lengths > 0
    ordered = values[np.lexsort((values, segment_numbers(offsets)))]
    starts, lengths = offsets[:-1][filled], lengths[filled]
    median[filled] = 0.5 * (ordered[starts + (lengths - 1) // 2] + ordered[starts + lengths // 2])
    return median


def segment_std(values, offsets):
    """Standard deviation (population) of each segment, shape (n,); NaN where it is empty."""
    lengths = np.diff(offsets)
    divisor = np.maximum(lengths, 1)
    mean = segment_reduce(np.add, values, offsets, 0.0) / divisor
    # Two passes, since the one-pass formula loses a small spread of large values, and in units of
    # the largest deviation, since the square of a tiny one is zero.
    deviation = np.abs(values - np.repeat(mean, lengths))
    largest = segment_reduce(np.maximum, deviation, offsets, 0.0)
    scale = np.repeat(np.where(largest > 0, largest, 1.0), lengths)
    square = segment_reduce(np.add, (deviation / scale) ** 2, offsets, 0.0)
    return np.where(lengths > 0, largest * np.sqrt(square / divisor), np.nan)


def first_of_segment(offsets, n_points):
    """Boolean mask, shape (n_points,), of the points that open a segment."""
    first = np.zeros(n_points, dtype=bool)
    first[offsets[:-1][offsets[1:] > offsets[:-1]]] = True
    return first
