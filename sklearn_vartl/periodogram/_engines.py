"""The Lomb-Scargle engines behind one pair of functions: checks here, one file an engine."""

from importlib import import_module

import numpy as np

from ._peaks import Peaks

# An engine is a module with `power(stars, fit_mean)` (one star) and `peaks(stars, ...)` (a block of
# stars).
ENGINES = {
    "numpy": "_numpy_engine",
    "numba": "_numba_engine",
    "torch": "_torch_engine",
}


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


def _load(engine):
    """Return the module of the engine called `engine`, and the device named after a colon."""
    name, _, device = engine.partition(":")
    if name == "auto":
        from .._compiled import HAS_NUMBA

        name = "numba" if HAS_NUMBA else "numpy"
    if name not in ENGINES or (device and name != "torch"):
        names = ", ".join(repr(known) for known in ("auto", *ENGINES))
        raise ValueError(f"engine must be one of {names} or 'torch:<device>'; got {engine!r}.")
    module = import_module(f".{ENGINES[name]}", __package__)
    return module, ({"device": device} if device else {})


def lomb_scargle_power(time, mag, weight=None, *, f_min, df, n_freq, fit_mean=True, engine="auto"):
    """Compute the Lomb-Scargle periodogram of one star on an even grid of frequencies.

    Parameters
    ----------
    time, mag : array-like of shape (n_points,)
        Times (days, any zero point) and magnitudes.
    weight : array-like of shape (n_points,), default=None
        Weights of the points, usually ``1 / magerr ** 2``; None weighs all equally.
    f_min, df : float
        First frequency and step (cycles a day).
    n_freq : int
        Number of frequencies ``f_min + df * arange(n_freq)``.
    fit_mean : bool, default=True
        Fit a constant with each sinusoid (the generalised periodogram) instead of subtracting the
        mean once.
    engine : {"auto", "numba", "numpy", "torch", "torch:<device>"}, default="auto"
        Who computes: compiled code, numpy, or torch. "auto" is "numba" where it is
        installed. All agree to about 1e-6.

    Returns
    -------
    ndarray of shape (n_freq,), float64
        Power between 0 and 1: the part of the weighted variance which the sinusoid explains. NaN if
        all magnitudes are equal.

    Raises
    ------
    ValueError
        If the arrays are not finite or of unequal lengths, if the grid is not usable, or for an
        unknown engine.

    References
    ----------
    Zechmeister & Kuerster 2009, A&A 496, 577; Press & Rybicki 1989, ApJ 338, 277; Barnett, Magland
    & af Klinteberg 2019, SIAM J. Sci. Comput. 41, C479.

    Examples
    --------
    >>> import numpy as np
    >>> time = np.arange(50) + 0.3 * np.sin(np.arange(50.0))
    >>> power = lomb_scargle_power(time, np.sin(0.5 * time), f_min=0.01, df=0.001, n_freq=200)
    >>> 0.01 + 0.001 * int(power.argmax()), round(float(power.max()), 3)
    (0.08, 0.999)
    """
    module, options = _load(engine)
    stars = Stars(time, mag, weight, [0, len(time)], f_min, df, n_freq)
    if stars.n_freq[0] == 0:
        return np.full(int(n_freq), np.nan)
    return module.power(stars, fit_mean=fit_mean, **options).astype(np.float64)


def highest_peaks(
    time,
    mag,
    weight,
    offsets,
    *,
    f_min,
    df,
    n_freq,
    fit_mean,
    n_peaks,
    min_separation,
    engine="auto",
    summary=False,
):
    """Find the highest peaks of the Lomb-Scargle periodograms of many stars.

    Parameters
    ----------
    time, mag : array-like of shape (n_points,)
        Times and magnitudes of all stars, one star after the other.
    weight : array-like of shape (n_points,) or None
        Weights of the points; None weighs all equally.
    offsets : array-like of shape (n_stars + 1,)
        Star ``i`` owns the points ``offsets[i]:offsets[i + 1]``; it may be empty.
    f_min, df, n_freq : array-like of shape (n_stars,) or number
        Frequency grid of each star, as in `lomb_scargle_power`.
    fit_mean : bool
        Fit a constant with each sinusoid.
    n_peaks : int
        Number of peaks wanted.
    min_separation : int
        Smallest distance of two peaks, in grid steps. A peak is a local maximum on the grid; peaks
        are taken greedily from the highest down.
    engine : {"auto", "numba", "numpy", "torch", "torch:<device>"}, default="auto"
        Who computes.
    summary : bool, default=False
        Compute the median and the standard deviation of the power as well.

    Returns
    -------
    Peaks
        Stars without points, or with all magnitudes equal, get index -1 and power NaN. The result
        for a star does not depend on the others in the block.

    Raises
    ------
    ValueError
        If an argument is not usable; the message names the position of the star.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.periodogram import highest_peaks
    >>> time = np.linspace(0.0, 40.0, 300) + 0.1 * np.sin(np.arange(300))
    >>> peaks = highest_peaks(
    ...     time, np.sin(2 * np.pi * time / 2.5), None, [0, 300], f_min=0.01, df=0.01, n_freq=100,
    ...     fit_mean=True, n_peaks=1, min_separation=1)
    >>> peaks.index.tolist()
    [[39]]
    """
    module, options = _load(engine)
    if n_peaks < 1 or min_separation < 1:
        raise ValueError(
            f"n_peaks and min_separation must be at least 1; got {n_peaks} and {min_separation}."
        )
    stars = Stars(time, mag, weight, offsets, f_min, df, n_freq)
    n_stars = len(stars)
    peaks = Peaks(
        index=np.full((n_stars, n_peaks), -1, dtype=np.int64),
        power=np.full((n_stars, n_peaks), np.nan),
        median=np.full(n_stars, np.nan) if summary else None,
        std=np.full(n_stars, np.nan) if summary else None,
    )
    module.peaks(stars, peaks, fit_mean=fit_mean, min_separation=int(min_separation), **options)
    # Peaks equal to single precision may have changed places once their powers were computed
    # exactly.
    order = np.argsort(-peaks.power, axis=1, kind="stable")
    for values in (peaks.index, peaks.power):
        values[:] = np.take_along_axis(values, order, axis=1)
    return peaks
