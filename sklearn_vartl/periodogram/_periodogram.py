"""The Lomb-Scargle engines behind one pair of functions: checks here, one file an engine."""

from functools import partial
from importlib import import_module

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._engine import Engine, Peaks, Stars
from ._numpy_engine import exact_power

# So few points are summed directly where the power itself is asked for.
FEW_POINTS = 32
ENGINES = {
    "numpy": "_numpy_engine",
    "numba": "numba",
    "torch": "_torch_engine",
}


def _load(engine: str) -> tuple[Engine, dict]:
    """Return the module of the engine called `engine`, and the device named after a colon."""
    name, _, device = engine.partition(":")
    if name in ("auto", "numba"):
        from .._compiled import HAS_NUMBA

        if name == "numba" and not HAS_NUMBA:
            raise ImportError(
                f"engine={engine!r} needs numba, which cannot be imported or is switched off by NUMBA_DISABLE_JIT; "
                "engine='auto' takes what there is."
            )
        name = "numba" if HAS_NUMBA else "numpy"
    if name not in ENGINES or (device and name != "torch"):
        names = ", ".join(repr(known) for known in ("auto", *ENGINES))
        raise ValueError(f"engine must be one of {names} or 'torch:<device>'; got {engine!r}.")
    module = import_module(f".{ENGINES[name]}", __package__)
    return module, ({"device": device} if device else {})


def lomb_scargle_power(
    time: ArrayLike,
    mag: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    f_min: float,
    df: float,
    n_freq: int,
    fit_mean: bool = True,
    engine: str = "auto",
) -> NDArray[np.float64]:
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
        installed. All agree to about 1e-5; to 1e-3, in single precision, where one point
        outweighs all the others together, or where points in a few clumps leave the equations
        nearly singular. Up to 32 points, where that is common, are summed directly in double
        precision by every engine.

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
    ImportError
        For the engine "numba" where numba cannot be imported or is switched off.

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
    stars = Stars(time, mag, weight, [0, np.size(time)], f_min, df, n_freq)
    if stars.n_freq[0] and stars.time.size <= FEW_POINTS:
        _load(engine)  # refuses one that is not known
        own_time, own_mag, own_weight = stars.points(0)
        frequency = f_min + df * np.arange(int(n_freq))
        return exact_power(own_time, own_mag, own_weight, frequency, fit_mean)
    return quick_power(stars, int(n_freq), engine, fit_mean=fit_mean)


def quick_power(star, n_freq, engine, *, fit_mean=True):
    """The same by the engine for any number of points: right enough to find candidates."""
    module, options = _load(engine)
    if star.n_freq[0] == 0:
        return np.full(n_freq, np.nan)
    return module.power(star, fit_mean=fit_mean, **options).astype(np.float64)


def highest_peaks(
    time: ArrayLike,
    mag: ArrayLike,
    weight: ArrayLike | None,
    offsets: ArrayLike,
    *,
    f_min: ArrayLike,
    df: ArrayLike,
    n_freq: ArrayLike,
    fit_mean: bool,
    n_peaks: int,
    min_separation: int,
    engine: str = "auto",
    summary: bool = False,
) -> Peaks:
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
    ImportError
        For the engine "numba" where numba cannot be imported or is switched off.

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
    if n_peaks < 1 or min_separation < 1:
        raise ValueError(
            f"n_peaks and min_separation must be at least 1; got {n_peaks} and {min_separation}."
        )
    stars = Stars(time, mag, weight, offsets, f_min, df, n_freq)
    module, options = _load(engine)
    options |= {"fit_mean": fit_mean, "min_separation": int(min_separation)}
    return _found_by(module.peaks, stars, n_peaks, summary, options)


def highest_and_slow_peaks(stars, n_slow, *, n_peaks, n_slow_peaks, engine, **options):
    """Find the peaks of whole grids, and those of their first frequencies alone, `n_slow` of each star.

    Both are as `highest_peaks` finds them, the latter on shortened grids; options are `fit_mean` and
    `min_separation`.
    """
    module, device = _load(engine)
    options |= device
    if hasattr(module, "peaks_and_slow"):
        # Both from one pass over the frequencies.
        slow = _no_peaks(len(stars), n_slow_peaks)
        find = partial(module.peaks_and_slow, slow=slow, n_slow=n_slow)
        return _found_by(find, stars, n_peaks, False, options), _in_order(slow)
    return (
        _found_by(module.peaks, stars, n_peaks, False, options),
        _found_by(module.peaks, stars.with_grids(n_slow), n_slow_peaks, False, options),
    )


def summed_harmonics(curves, n_harmonics, engine):
    """Add what the harmonics of each frequency of a star have: a peak where narrow dips follow each other.

    The curves have the times (they count from 0) and values of a star's points, the step of its frequencies
    ``step * (1, 2, ...)`` and their number. Yields for each the sum over k = 1, ..., n_harmonics of the squared
    modulus of the sum of value exp(2 pi i k f t), float32.
    """
    module, _ = _load(engine)
    return module.summed_harmonics(curves, n_harmonics)


def _found_by(find, stars, n_peaks, summary, options):
    peaks = _no_peaks(len(stars), n_peaks, summary)
    find(stars, peaks, **options)
    return _in_order(peaks)


def _no_peaks(n_stars, n_peaks, summary=False):
    return Peaks(
        index=np.full((n_stars, n_peaks), -1, dtype=np.int64),
        power=np.full((n_stars, n_peaks), np.nan),
        median=np.full(n_stars, np.nan) if summary else None,
        std=np.full(n_stars, np.nan) if summary else None,
    )


def _in_order(peaks):
    # Peaks equal to single precision may have changed places once their powers were computed
    # exactly.
    if peaks.power.shape[1] > 1:
        order = np.argsort(-peaks.power, axis=1, kind="stable")
        for values in (peaks.index, peaks.power):
            values[:] = np.take_along_axis(values, order, axis=1)
    return peaks
