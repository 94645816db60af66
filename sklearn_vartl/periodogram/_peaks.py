"""Selection of the highest separated peaks of a power spectrum."""

from dataclasses import dataclass

import numpy as np


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
    """Find the highest local maxima of a spectrum that keep a distance from each other.

    A local maximum is higher than its left and not lower than its right neighbour (so that a
    plateau counts once); an end of the spectrum counts where it is above its one neighbour. Peaks
    are taken greedily, from the highest down; of equally high ones the first is taken first.

    Parameters
    ----------
    power : ndarray of shape (n_freq,)
        Spectrum without NaN.
    n_peaks : int
        Largest number of peaks to return.
    min_separation : int
        Smallest distance, in grid steps, between two peaks.

    Returns
    -------
    ndarray, int64
        At most `n_peaks` indices, highest peak first.

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
