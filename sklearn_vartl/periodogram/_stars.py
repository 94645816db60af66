"""Light curves as the engines take them: checked and standardised."""

from copy import copy

import numpy as np


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
        self.offsets = offsets = _check_offsets(offsets, len(time))
        time, mag, weight = _check_points(time, mag, weight)
        n_stars = len(offsets) - 1
        self.f_min = np.broadcast_to(np.asarray(f_min, dtype=np.float64), n_stars)
        self.df = np.broadcast_to(np.asarray(df, dtype=np.float64), n_stars)
        self.n_freq = np.array(np.broadcast_to(np.asarray(n_freq, dtype=np.int64), n_stars))
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


def _check_offsets(offsets, n_points):
    offsets = np.ascontiguousarray(offsets, dtype=np.int64)
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
