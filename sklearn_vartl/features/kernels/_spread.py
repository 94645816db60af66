"""How far a star varies, by robust and classical measures, and how the two sides differ."""

import numpy as np

from ..._compiled import njit
from ...periodogram import median
from ._statistics import half_amplitude_ratio, percentile_of_sorted, weighted_mean_and_std

SPREAD = (
    "weighted_std",
    "excess_std",
    "quartile31",
    "mad",
    "amplitude90",
    "percentile5",
    "percentile95",
    "percentile_asymmetry",
    "percentile_ratio20",
    "percentile_ratio50",
    "percentile_ratio80",
    "tail_ratio",
    "hl_amp_ratio",
    "beyond_1std",
    "bright_outliers",
    "faint_outliers",
)


# Deviations count as outliers beyond this many robust standard deviations (1.4826 mad) from the
# median.
_OUTLIER = 3.0 * 1.4826


@njit
def spread(mag, magerr, weight, ordered, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 16), for each star, in the order of `SPREAD`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        m, e, w, sorted_m = (
            mag[start:stop],
            magerr[start:stop],
            weight[start:stop],
            ordered[start:stop],
        )
        mean, std = weighted_mean_and_std(m, w)
        middle = percentile_of_sorted(sorted_m, 50.0)
        mad = median(np.abs(m - middle))
        bright = percentile_of_sorted(sorted_m, 5.0)
        faint = percentile_of_sorted(sorted_m, 95.0)
        quartiles = percentile_of_sorted(sorted_m, 75.0) - percentile_of_sorted(sorted_m, 25.0)
        tails = percentile_of_sorted(sorted_m, 99.0) - percentile_of_sorted(sorted_m, 1.0)
        noise = np.sum(w * e * e) / np.sum(w)
        n_beyond = n_bright = n_faint = 0
        for value in m:
            n_beyond += abs(value - mean) > std
            n_bright += middle - value > _OUTLIER * mad
            n_faint += value - middle > _OUTLIER * mad
        out[i, 0] = std
        out[i, 1] = np.sqrt(max(std * std - noise, 0.0))
        out[i, 2] = quartiles
        out[i, 3] = mad
        out[i, 4] = faint - bright
        out[i, 5] = middle - bright
        out[i, 6] = faint - middle
        if faint > bright:
            out[i, 7] = (faint + bright - 2.0 * middle) / (faint - bright)
            for k, half in enumerate((10.0, 25.0, 40.0)):
                width = percentile_of_sorted(sorted_m, 50.0 + half) - percentile_of_sorted(
                    sorted_m, 50.0 - half
                )
                out[i, 8 + k] = width / (faint - bright)
        else:
            out[i, 7:11] = np.nan
        out[i, 11] = tails / quartiles if quartiles > 0.0 else np.nan
        out[i, 12] = half_amplitude_ratio(m, w, middle)
        out[i, 13] = n_beyond / m.size
        out[i, 14] = n_bright / m.size
        out[i, 15] = n_faint / m.size
