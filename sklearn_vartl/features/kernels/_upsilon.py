"""The features of UPSILoN-T, as the reference library computes them: of the magnitudes, of the light
curve folded at its period, and of the periodogram.

References
----------
Kim, D.-W. & Bailer-Jones, C. A. L. 2016, A&A 587, A18 (features, period uncertainty).
Kim, D.-W., Yeo, D., Bailer-Jones, C. A. L. & Lee, G. 2021, A&A 653, A22.
Press, W. H. & Rybicki, G. B. 1989, ApJ 338, 277 (periodogram, significance).
"""

import numpy as np

from ..._compiled import njit
from ...periodogram import highest_peaks, lomb_scargle_power, stable_order
from ._fourier import is_determined, nested_fits, series_coefficients
from ._statistics import (
    cumulative_range,
    half_amplitude_ratio,
    percentile_of_sorted,
    shapiro_w,
    skewness_and_kurtosis,
    stetson_k,
    von_neumann,
    weighted_mean_and_std,
)

# Columns of `upsilon_magnitude_features` and `upsilon_folded_features`.
UPSILON_MAGNITUDES = (
    "hl_amp_ratio",
    "kurtosis",
    "quartile31",
    "shapiro_w",
    "skewness",
    "stetson_k",
    "cusum",
    "eta",
    "n_points",
    "weighted_mean",
    "weighted_std",
)

UPSILON_FOLDED = (
    "amplitude",
    "phase_cusum",
    "phase_eta",
    "phi21",
    "phi31",
    "r21",
    "r31",
    "slope_per10",
    "slope_per90",
)

_ORDER = 3

# The reference looks for the edges of the peak among so many frequencies on either side.
_NEIGHBOURHOOD = 100

_OVERSAMPLING = 3.0

# Below this expected number of false alarms their probability is the expected number itself.
_RARE = 0.01


@njit
def upsilon_magnitude_features(mag, magerr, ordered, scores, offsets, out):
    """Fill the rows of ``out``, shape (n_stars, 11), in the order of `UPSILON_MAGNITUDES`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        m, e, sorted_m = mag[start:stop], magerr[start:stop], ordered[start:stop]
        weight = 1.0 / e
        mean, std = weighted_mean_and_std(m, weight)
        median = percentile_of_sorted(sorted_m, 50.0)
        skewness, kurtosis = skewness_and_kurtosis(m)
        out[i, 0] = half_amplitude_ratio(m, weight, median)
        out[i, 1] = kurtosis
        out[i, 2] = percentile_of_sorted(sorted_m, 75.0) - percentile_of_sorted(sorted_m, 25.0)
        out[i, 3] = shapiro_w(sorted_m, scores[start:stop])
        out[i, 4] = skewness
        out[i, 5] = stetson_k(m, median, e)
        out[i, 6] = cumulative_range(m, mean, std)
        out[i, 7] = von_neumann(m, std)
        out[i, 8] = m.size
        out[i, 9] = mean
        out[i, 10] = std


@njit
def _arctan_of_ratio(numerator, denominator):
    # arctan(numerator / denominator) without dividing by zero: the reference's phases know no
    # quadrant.
    if denominator < 0.0:
        numerator, denominator = -numerator, -denominator
    return np.arctan2(numerator, denominator)


@njit
def _slope_percentiles(time, mag):
    """10th and 90th percentile of dt/dm between neighbours, those of equal magnitude left out."""
    slopes = np.empty(time.size - 1)
    n_slopes = 0
    for j in range(time.size - 1):
        step = mag[j + 1] - mag[j]
        if step != 0.0:
            slopes[n_slopes] = (time[j + 1] - time[j]) / step
            n_slopes += 1
    if n_slopes == 0:
        return np.nan, np.nan
    slopes = slopes[:n_slopes]
    ordered = slopes[stable_order(slopes)]
    return percentile_of_sorted(ordered, 10.0), percentile_of_sorted(ordered, 90.0)


@njit
def upsilon_folded_features(time, mag, magerr, period, offsets, out):
    """Fill the rows of ``out``, shape (n_stars, 9), in the order of `UPSILON_FOLDED`.

    The Fourier features are NaN where the phases do not determine a series of order three.
    """
    coefficients = np.empty(2 * _ORDER + 1)
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        t, m = time[start:stop], mag[start:stop]
        mean, std = weighted_mean_and_std(m, 1.0 / magerr[start:stop])
        folded_time = t % (2.0 * period[i])
        # Stable, so that the result does not depend on the sort where folded times are equal.
        order = stable_order(folded_time)
        folded = m[order]
        out[i, 1] = cumulative_range(folded, mean, std)
        out[i, 2] = von_neumann(folded, std)
        out[i, 7], out[i, 8] = _slope_percentiles(folded_time[order], folded)

        phase = (t % period[i]) / period[i]
        factor, forward, _ = nested_fits(phase, m - mean, np.ones(m.size), _ORDER)
        if not is_determined(factor, _ORDER):
            out[i, 0] = out[i, 3] = out[i, 4] = out[i, 5] = out[i, 6] = np.nan
            continue
        series_coefficients(factor, forward, _ORDER, coefficients)
        amplitude = np.hypot(coefficients[1], coefficients[2])
        phi_1 = _arctan_of_ratio(-coefficients[2], coefficients[1])
        out[i, 0] = amplitude
        out[i, 3] = _arctan_of_ratio(-coefficients[4], coefficients[3]) - 2.0 * phi_1
        out[i, 4] = _arctan_of_ratio(-coefficients[6], coefficients[5]) - 3.0 * phi_1
        out[i, 5] = np.hypot(coefficients[3], coefficients[4]) / amplitude
        out[i, 6] = np.hypot(coefficients[5], coefficients[6]) / amplitude


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
    """Logarithm of the false-alarm probability after Press & Rybicki, finite for any power between 0 and 1."""
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
