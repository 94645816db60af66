"""What an engine of the periodogram is: the grids and stars it takes, the peaks it fills in."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grid = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def frequency_grid(
    time_span: ArrayLike,
    *,
    min_period: float = 0.03,
    max_period: float | None = None,
    oversampling: float = 3.0,
) -> Grid:
    """Lay the grid on which periods are searched.

    The steps are ``1 / (oversampling * time_span)``: a peak of the periodogram is about ``1 /
    time_span`` wide.

    Parameters
    ----------
    time_span : array-like of shape (n_stars,)
        Last minus first time of each star, in days.
    min_period : float, default=0.03
        Shortest period, in days.
    max_period : float, default=None
        Longest period, in days; never longer than the time span, which None stands for.
    oversampling : float, default=3.0
        Grid points in a peak's width.

    Returns
    -------
    f_min, df : ndarray of shape (n_stars,), float64
        First frequency and step, in cycles a day.
    n_freq : ndarray of shape (n_stars,), int64
        Number of frequencies ``f_min + df * arange(n_freq)``; 0 for a time span which holds no
        allowed period.

    Raises
    ------
    ValueError
        If a limit or the oversampling is not positive, or the shortest period is longer than the
        longest.

    Examples
    --------
    >>> f_min, df, n_freq = frequency_grid([1000.0, 10.0], min_period=0.1, oversampling=2)
    >>> f_min, df, n_freq
    (array([0.001, 0.1  ]), array([0.0005, 0.05  ]), array([19999,   199]))
    """
    _check_limits(min_period, max_period, oversampling)
    time_span = np.asarray(time_span, dtype=np.float64)
    usable = time_span > min_period
    span = np.where(usable, time_span, 1.0)
    f_min = 1.0 / (span if max_period is None else np.minimum(span, max_period))
    df = 1.0 / (oversampling * span)
    # A hair's breadth more, lest rounding cut off the last frequency.
    n_freq = np.floor((1.0 / min_period - f_min) / df * (1 + 1e-12) + 1e-9).astype(np.int64) + 1
    return f_min, df, np.where(usable, np.maximum(n_freq, 0), 0)


def upsilon_grid(time_span: ArrayLike, n_points: ArrayLike) -> Grid:
    """Lay the grid of UPSILoN and UPSILoN-T, to the letter.

    Frequencies ``j / (3 T)`` for j from 1 to ``int(1.5 * hifac * n)`` with
    ``hifac = max(100, int(2 T / n / 0.03))``.

    Parameters
    ----------
    time_span : array-like of shape (n_stars,)
        Last minus first time of each star, in days.
    n_points : array-like of shape (n_stars,)
        Number of points of each star.

    Returns
    -------
    f_min, df : ndarray of shape (n_stars,), float64
        First frequency and step, in cycles a day.
    n_freq : ndarray of shape (n_stars,), int64
        Number of frequencies; 0 where the time span is 0.

    References
    ----------
    Kim & Bailer-Jones 2016, A&A 587, A18; Press & Rybicki 1989, ApJ 338, 277.

    Examples
    --------
    >>> f_min, df, n_freq = upsilon_grid([3000.0], [200])
    >>> int(n_freq[0])
    300000
    """
    time_span = np.asarray(time_span, dtype=np.float64)
    n_points = np.asarray(n_points, dtype=np.int64)
    usable = (time_span > 0) & (n_points > 0)
    span = np.where(usable, time_span, 1.0)
    n = np.where(usable, n_points, 1)
    hifac = np.maximum(100, (2 * span / n / 0.03).astype(np.int64))
    df = 1.0 / (3.0 * span)
    return df.copy(), df, np.where(usable, (0.5 * 3 * hifac * n).astype(np.int64), 0)


def _check_limits(min_period, max_period, oversampling):
    if not (np.isfinite(min_period) and min_period > 0):
        raise ValueError(f"min_period must be positive and finite; got {min_period!r}.")
    if max_period is not None and not max_period > min_period:
        raise ValueError(f"max_period must be above min_period={min_period!r}; got {max_period!r}.")
    if not (np.isfinite(oversampling) and oversampling > 0):
        raise ValueError(f"oversampling must be positive and finite; got {oversampling!r}.")


class Engine(Protocol):
    """A module that computes periodograms.

    One with `peaks_and_slow` besides finds the peaks of whole grids and of slow variables in one
    pass. Some take a `device`.
    """

    def power(self, stars: "Stars", i: int = 0, *, fit_mean: bool) -> np.ndarray:
        """Compute the power of star `i`, float32, shape (n_freq,)."""

    def peaks(self, stars: "Stars", found: "Peaks", *, fit_mean: bool, min_separation: int) -> None:
        """Fill `found` with the highest peaks of each star, their power computed exactly."""

    def summed_harmonics(self, curves: Iterable[tuple], n_harmonics: int) -> Iterator[np.ndarray]:
        """Yield sums of squared moduli, see `summed_harmonics`."""


class Stars:
    """Standardised light curves of a block of stars and their frequency grids.

    Times count from each star's first one, weights sum to 1, magnitudes have weighted mean 0 and
    weighted mean square 1: with these the power needs no further normalisation, and nothing large
    is subtracted later on.

    Attributes
    ----------
    time, mag, weight : ndarray of shape (n_points,)
        All stars' points one after the other, sorted by time within each star.
    offsets : ndarray of shape (n_stars + 1,), int64
        Where each star begins and ends.
    f_min, df, n_freq : ndarray of shape (n_stars,)
        Frequency grids ``f_min + df * arange(n_freq)``. `n_freq` is 0 where there is nothing to
        compute: no points, or all magnitudes equal.
    """

    def __init__(self, time, mag, weight, offsets, f_min, df, n_freq):
        self.offsets = offsets = checked_offsets(offsets, len(time))
        time, mag, weight = _check_points(time, mag, weight)
        n_stars = len(offsets) - 1
        self.f_min = np.array(np.broadcast_to(f_min, n_stars), dtype=np.float64)
        self.df = np.array(np.broadcast_to(df, n_stars), dtype=np.float64)
        self.n_freq = np.array(np.broadcast_to(n_freq, n_stars), dtype=np.int64)
        counts = np.diff(offsets)
        _check_grids(self.f_min, self.df, self.n_freq, counts)

        star = np.repeat(np.arange(n_stars), counts)
        if np.any((np.diff(time) < 0) & (np.diff(star) == 0)):
            order = np.lexsort((time, star))
            time, mag, weight = time[order], mag[order], weight[order]
        filled = np.flatnonzero(counts)
        starts = offsets[:-1][filled]
        counts = counts[filled]

        def total(values):
            return np.repeat(np.add.reduceat(values, starts), counts) if filled.size else values

        self.time = time - np.repeat(time[starts], counts)
        self.weight = weight / total(weight)
        centred = mag - total(self.weight * mag)
        # Once more: the first mean carries the rounding error of magnitudes far from zero.
        centred = centred - total(self.weight * centred)
        scale = np.sqrt(total(self.weight * centred * centred))
        constant = scale <= 1e-13 * np.sqrt(total(self.weight * mag * mag))
        self.mag = np.divide(centred, scale, out=np.zeros_like(centred), where=~constant)
        self.n_freq[offsets[1:] == offsets[:-1]] = 0
        if filled.size:
            self.n_freq[filled[constant[starts]]] = 0

    def __len__(self):
        return len(self.n_freq)

    def with_grids(self, n_freq):
        """The same stars with shorter frequency grids, `n_freq` an array of shape (n_stars,)."""
        shorter = copy(self)
        shorter.n_freq = np.where(self.n_freq > 0, n_freq, 0)
        return shorter

    def points(self, i):
        """Return time, mag and weight of star `i`."""
        part = slice(self.offsets[i], self.offsets[i + 1])
        return self.time[part], self.mag[part], self.weight[part]


def of_kernels(values, dtype):
    """The values as a kernel has been compiled for: contiguous and writeable.

    Of read-only arrays, such as those of LightCurves, the compiler would make a version of its own, half a minute
    for each combination of arguments; no kernel writes to what it is given.
    """
    return np.require(values, dtype, ["C", "W", "E"])


def stars_of(chosen, offsets):
    """Stars with at least one of the chosen points."""
    return np.unique(np.searchsorted(offsets, np.flatnonzero(chosen), side="right") - 1)


def without_points(points, dropped):
    """Arrays of points, the last one the offsets of the stars, without some of the points."""
    *arrays, offsets = points
    before = np.concatenate([[0], np.cumsum(dropped)])
    return *(values[~dropped] for values in arrays), offsets - before[offsets]


def of_stars(points, stars):
    """The points of some stars only."""
    *arrays, offsets = points
    counts = np.diff(offsets)
    wanted = np.zeros(counts.size, dtype=bool)
    wanted[stars] = True
    chosen = np.repeat(wanted, counts)
    return *(values[chosen] for values in arrays), np.concatenate([[0], np.cumsum(counts[stars])])


def checked_offsets(offsets, n_points):
    offsets = of_kernels(offsets, np.int64)
    if offsets.ndim != 1 or offsets.size == 0 or offsets[0] != 0 or offsets[-1] != n_points:
        raise ValueError(
            f"offsets must run from 0 to the number of points ({n_points}), one more than there are stars."
        )
    if np.any(np.diff(offsets) < 0):
        raise ValueError("offsets must not decrease.")
    return offsets


def _check_points(time, mag, weight):
    time = np.asarray(time, dtype=np.float64)
    mag = np.asarray(mag, dtype=np.float64)
    weight = np.ones_like(time) if weight is None else np.asarray(weight, dtype=np.float64)
    if not time.ndim == mag.ndim == weight.ndim == 1 or not time.size == mag.size == weight.size:
        raise ValueError(
            "time, mag and weight must be one-dimensional and of equal length; "
            f"got shapes {time.shape}, {mag.shape} and {weight.shape}."
        )
    for name, values in (("time", time), ("mag", mag), ("weight", weight)):
        if not np.all(np.isfinite(values)):
            position = np.flatnonzero(~np.isfinite(values))[0]
            raise ValueError(
                f"{name} is not finite at position {position}; clean the light curves first."
            )
    if np.any(weight <= 0):
        position = np.flatnonzero(weight <= 0)[0]
        raise ValueError(
            f"weight must be positive; it is {weight[position]} at position {position}."
        )
    return time, mag, weight


def _check_grids(f_min, df, n_freq, counts):
    filled = counts > 0
    bad = filled & ~((df > 0) & np.isfinite(df) & np.isfinite(f_min) & (f_min > 0) & (n_freq > 0))
    if np.any(bad):
        i = np.flatnonzero(bad)[0]
        raise ValueError(
            f"the frequency grid of star {i} is not usable: f_min={f_min[i]}, df={df[i]}, n_freq={n_freq[i]}; "
            "all three must be positive and finite."
        )


@dataclass(frozen=True)
class Peaks:
    """The highest peaks of the periodograms of a block of stars.

    Attributes
    ----------
    index : ndarray of shape (n_stars, n_peaks), int64
        Index of each peak on its star's frequency grid, highest peak first; -1 where a star has
        fewer peaks.
    power : ndarray of shape (n_stars, n_peaks), float64
        Power at these grid points ("standard" normalisation); NaN where `index` is -1.
    median, std : ndarray of shape (n_stars,) or None
        Median and standard deviation of the power over the whole grid, where they were asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.periodogram import highest_peaks
    >>> time = np.linspace(0.0, 40.0, 300) + 0.1 * np.sin(np.arange(300))
    >>> peaks = highest_peaks(
    ...     time, np.sin(2 * np.pi * time / 2.5), None, [0, 300], f_min=0.01, df=0.01, n_freq=100,
    ...     fit_mean=True, n_peaks=1, min_separation=1)
    >>> peaks.power.round(2), peaks.median is None
    (array([[1.]]), True)
    """

    index: np.ndarray
    power: np.ndarray
    median: np.ndarray | None = None
    std: np.ndarray | None = None


def select_peaks(power, n_peaks, min_separation):
    """Find the highest local maxima of a spectrum without NaN, at least `min_separation` grid steps from each other.

    A local maximum is higher than its left and not lower than its right neighbour (so that a
    plateau counts once); an end of the spectrum counts where it is above its one neighbour. Peaks
    are taken greedily, from the highest down; of equally high ones the first is taken first.

    Examples
    --------
    >>> import numpy as np
    >>> select_peaks(np.array([0.1, 0.9, 0.8, 0.85, 0.2, 0.5]), n_peaks=3, min_separation=3)
    array([1, 5])
    """
    if n_peaks == 1:
        return np.array([np.argmax(power)], dtype=np.int64)
    is_peak = np.empty(power.size, dtype=bool)
    is_peak[0] = True
    np.greater(power[1:], power[:-1], out=is_peak[1:])
    is_peak[:-1] &= power[:-1] >= power[1:]
    candidates = np.flatnonzero(is_peak)
    # A peak hides at most 2 (min_separation - 1) others, half of them local maxima: this many
    # candidates suffice.
    n_enough = n_peaks * (min_separation + 1)
    if candidates.size > n_enough:
        heights = power[candidates]
        lowest = np.partition(heights, candidates.size - n_enough)[candidates.size - n_enough]
        candidates = candidates[heights >= lowest]
    candidates = candidates[np.argsort(-power[candidates], kind="stable")]
    chosen = []
    for candidate in candidates:
        if all(abs(candidate - other) >= min_separation for other in chosen):
            chosen.append(candidate)
            if len(chosen) == n_peaks:
                break
    return np.array(chosen, dtype=np.int64)
