"""Frequency grids: even steps in frequency, each star its own, fitted to the time it was watched."""

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
