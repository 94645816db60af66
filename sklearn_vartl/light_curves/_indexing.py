"""Which stars and points an index means, and taking them from the flat arrays; one star.

A ragged array of ``n`` segments is a flat array and ``n + 1`` int64 offsets; segment ``i`` is
``values[offsets[i]:offsets[i + 1]]``. Its arithmetic has no loop over segments.
"""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from ._validation import POINT_COLUMNS, owned


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


def segment_ends(values, offsets, counted):
    """Least and largest of the values that count in each segment, shape (n,) each; infinite where none does."""
    least = segment_reduce(np.minimum, np.where(counted, values, np.inf), offsets)
    return least, segment_reduce(np.maximum, np.where(counted, values, -np.inf), offsets)


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


@dataclass(frozen=True, eq=False, slots=True)
class LightCurve:
    """The measurements of one star, as read-only views into the `LightCurves` it came from.

    Unpacks as ``time, mag, magerr = light_curve``; for fluxes, ``mag`` and ``magerr`` hold the flux
    and its error and ``quantity`` says so.

    Attributes
    ----------
    time : ndarray of shape (n_obs,)
        Time stamps in days.
    mag : ndarray of shape (n_obs,)
        Magnitudes, or fluxes.
    magerr : ndarray of shape (n_obs,) or None
        Their errors.
    id : object
        Identifier of the star.
    label : object
        Its class, None where unknown.
    quantity : {"mag", "flux"}
        What `mag` holds.
    band, flag, limit, field : ndarray of shape (n_obs,) or None
        Further values of each point, see `LightCurves`.

    Examples
    --------
    >>> from sklearn_vartl.light_curves import LightCurves
    >>> star = LightCurves([0.0, 1.5], [15.1, 15.3], [0.02, 0.03], ids=["a"], labels=["RRAB"])[0]
    >>> star
    LightCurve(id='a', label='RRAB', 2 points, 1.5 d)
    >>> time, mag, magerr = star
    >>> magerr.tolist()
    [0.02, 0.03]
    """

    time: np.ndarray
    mag: np.ndarray
    magerr: np.ndarray | None = None
    id: Any = None
    label: Any = None
    quantity: str = "mag"
    band: np.ndarray | None = None
    flag: np.ndarray | None = None
    limit: np.ndarray | None = None
    field: np.ndarray | None = None

    def __iter__(self):
        return iter((self.time, self.mag, self.magerr))

    def __len__(self):
        return len(self.time)

    def __repr__(self):
        span = f", {np.ptp(self.time):.6g} d" if len(self.time) else ""
        label = f", label={self.label!r}" if self.label is not None else ""
        return f"LightCurve(id={self.id!r}{label}, {len(self.time)} points{span})"


_PER_POINT = ("time", "mag", "magerr", *POINT_COLUMNS)


def is_one_star(index):
    """Whether the index is a single integer, which gives a `LightCurve`."""
    return isinstance(index, Integral) and not isinstance(index, bool | np.bool_)


def star_index(index, n_stars):
    """A slice or an array of non-negative integers for any index of stars.

    A tuple of one index and ``...`` is what scikit-learn passes for arrays of any dimension.
    """
    if isinstance(index, tuple):
        rest = [part for part in index if part is not Ellipsis]
        if len(rest) > 1 or len(index) > 2:
            raise IndexError("Light curves have one axis, the stars; got more than one index")
        index = rest[0] if rest else slice(None)
    if index is Ellipsis:
        index = slice(None)
    if isinstance(index, slice):
        start, stop, step = index.indices(n_stars)
        return slice(start, max(start, stop)) if step == 1 else np.arange(start, stop, step)
    array = np.atleast_1d(np.asarray(index))
    if array.size == 0 and array.dtype.kind != "b":
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "biu":
        raise IndexError(
            f"Stars are indexed by integers, slices, masks and integer arrays, got {index!r}"
        )
    if array.dtype.kind == "b":
        if len(array) != n_stars:
            raise IndexError(f"The boolean mask has {len(array)} entries for {n_stars} stars")
        return np.flatnonzero(array)
    array = array.astype(np.int64)
    outside = (array < -n_stars) | (array >= n_stars)
    if outside.any():
        raise IndexError(f"Star {array[outside][0]} is out of range for {n_stars} stars")
    return np.where(array < 0, array + n_stars, array)


def one_star(arguments, index):
    """The star at an integer position as a `LightCurve` of views."""
    offsets, labels = arguments["offsets"], arguments["labels"]
    n_stars = len(offsets) - 1
    if not -n_stars <= index < n_stars:
        raise IndexError(f"Star {index} is out of range for {n_stars} stars")
    index = int(index) % n_stars
    points = slice(offsets[index], offsets[index + 1])
    views = {
        name: None if arguments[name] is None else arguments[name][points] for name in _PER_POINT
    }
    return LightCurve(
        id=arguments["ids"][index],
        label=None if labels is None else labels[index],
        quantity=arguments["quantity"],
        **views,
    )


def take_stars(arguments, stars):
    """The arguments of `LightCurves` that change when only these stars are taken.

    A slice with step one gives views; anything else copies.
    """
    offsets = arguments["offsets"]
    if isinstance(stars, slice):
        points = slice(offsets[stars.start], offsets[stars.stop])
        new_offsets = offsets[stars.start : stars.stop + 1] - offsets[stars.start]
    else:
        points, new_offsets = gather_index(offsets, stars)
    changes = {name: _taken(arguments[name], points) for name in _PER_POINT}
    changes |= {name: _taken(arguments[name], stars) for name in ("ids", "labels")}
    survey, table = arguments["survey"], arguments["table"]
    if isinstance(survey, np.ndarray):
        changes["survey"] = _taken(survey, stars)
    if table is not None:
        changes["table"] = {name: _taken(values, stars) for name, values in table.items()}
    return changes | {"offsets": owned(new_offsets)}


def take_points(arguments, keep):
    """The arguments of `LightCurves` that change when only some points are kept."""
    keep = np.asarray(keep)
    if keep.dtype != np.bool_ or keep.shape != arguments["time"].shape:
        raise ValueError(
            f"keep must be boolean of shape {arguments['time'].shape}, "
            f"got {keep.dtype} of shape {keep.shape}"
        )
    changes = {name: _taken(arguments[name], keep) for name in _PER_POINT}
    return changes | {"offsets": owned(compress_offsets(keep, arguments["offsets"]))}


def _taken(array, index):
    if array is None:
        return None
    part = array[index]
    # A view of a read-only array is read-only already; a fresh copy belongs to us.
    return owned(part) if part.flags.writeable else part
