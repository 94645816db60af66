"""The six features of Hosenie et al. (2020) that the benchmark of imbalance compares with."""

import numpy as np

NAMES = ["skewness", "mean", "std", "small_kurtosis", "amplitude", "mean_variance", "period"]


def published_features(X, period):
    """Skewness, mean, standard deviation, small kurtosis, amplitude, mean variance; and a period.

    Parameters
    ----------
    X : LightCurves
        Points three standard deviations from the mean are dropped, twice.
    period : array-like of shape (n_stars,)
        Periods in days; the published ones are the catalogue's.

    Returns
    -------
    ndarray of shape (n_stars, 7)
    """
    table = np.empty((len(X), 7))
    mag, offsets = X.mag, X.offsets
    for i in range(len(X)):
        table[i, :6] = _six(mag[offsets[i] : offsets[i + 1]])
    table[:, 6] = period
    return table


def _six(mag):
    for _ in range(2):
        mag = mag[np.abs(mag - mag.mean()) < 3 * mag.std()]
    ordered = np.sort(mag)
    n, tail = len(mag), max(1, round(0.05 * len(mag)))
    # Half the distance between the medians of the faintest and the brightest twentieth.
    amplitude = 0.5 * (_middle(ordered[-tail:]) - _middle(ordered[:tail]))
    mean, std = mag.mean(), mag.std()
    z = (mag - mean) / std
    square = z * z
    excess = (square * square).mean() - 3.0
    # The kurtosis that is unbiased for normal samples; scipy's takes milliseconds a star.
    kurtosis = ((n + 1) * excess + 6.0) * (n - 1) / ((n - 2) * (n - 3))
    return (square * z).mean(), mean, std, kurtosis, amplitude, std / mean


def _middle(ordered):
    return 0.5 * (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2])
