"""The period of UPSILoN-T and what its periodogram says about it.

References
----------
Press, W. H. & Rybicki, G. B. 1989, ApJ 338, 277 (periodogram, significance).
Kim, D.-W. & Bailer-Jones, C. A. L. 2016, A&A 587, A18 (period uncertainty).
"""

import numpy as np

from ..periodogram import highest_peaks, lomb_scargle_power

# The reference looks for the edges of the peak among so many frequencies on either side.
_NEIGHBOURHOOD = 100
_OVERSAMPLING = 3.0
# Below this expected number of false alarms their probability is the expected number itself.
_RARE = 0.01


def find_peaks(time, mag, offsets, grid, engine, summary):
    """Highest peak of each star's unweighted periodogram; see `highest_peaks` for the result."""
    f_min, df, n_freq = grid
    return highest_peaks(
        time,
        mag,
        None,
        offsets,
        f_min=f_min,
        df=df,
        n_freq=n_freq,
        fit_mean=False,
        n_peaks=1,
        min_separation=1,
        engine=engine,
        summary=summary,
    )


def false_alarm_log10(power, n_points, n_freq):
    """Logarithm of the false-alarm probability after Press & Rybicki, finite for any power.

    Parameters
    ----------
    power : ndarray of shape (n_stars,)
        Power in units of the total variance, 0 to 1.
    n_points, n_freq : ndarray of shape (n_stars,)
    """
    height = 0.5 * (n_points - 1) * power
    log_expected = np.log(2.0 * n_freq / _OVERSAMPLING) - height
    rare = log_expected < np.log(_RARE)
    single = np.exp(-np.where(rare, 1.0, height))
    probability = -np.expm1(2.0 * n_freq / _OVERSAMPLING * np.log1p(-single))
    return np.where(rare, log_expected, np.log(probability)) / np.log(10.0)


def peak_half_width(frequency, power):
    """Half the width, in period, of the highest peak of a stretch of periodogram.

    Its edges are the first frequencies on either side where the power is no more than the median
    plus a standard deviation of the stretch, or the ends of the stretch.
    """
    highest = int(np.argmax(power))
    low = np.flatnonzero(power <= np.median(power) + np.std(power))
    left, right = low[low < highest], low[low > highest]
    first = left[-1] if left.size else 0
    last = right[0] if right.size else power.size - 1
    return 0.5 * (1.0 / frequency[first] - 1.0 / frequency[last])


def period_uncertainty(time, mag, offsets, grid, peak, engine):
    """Uncertainty of each star's period, shape (n_stars,), whose peak is at grid index ``peak``."""
    f_min, df, n_freq = grid
    uncertainty = np.empty(peak.size)
    for i in range(peak.size):
        part = slice(offsets[i], offsets[i + 1])
        first = max(peak[i] - _NEIGHBOURHOOD, 0)
        # Without the last frequency of the whole grid, as the reference has it.
        last = min(peak[i] + _NEIGHBOURHOOD, n_freq[i] - 1)
        start = f_min[i] + first * df[i]
        power = lomb_scargle_power(
            time[part],
            mag[part],
            f_min=start,
            df=df[i],
            n_freq=last - first,
            fit_mean=False,
            engine=engine,
        )
        uncertainty[i] = peak_half_width(start + df[i] * np.arange(last - first), power)
    return uncertainty
