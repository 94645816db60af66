"""Small statistics of one star that several families share, and two families of them.

Moments: the shape of the distribution of magnitudes. Spread: how far a star varies, by robust and
classical measures, and how the two sides differ.

References
----------
Royston, P. 1995, "Remark AS R94: a remark on algorithm AS 181: the W-test for normality", Applied
Statistics 44, 547.
"""

import numpy as np
from scipy.special import ndtri

from ..._compiled import REORDER, njit
from ...periodogram import median

# Royston's corrections of the two outermost weights, as polynomials in 1 / sqrt(n).
_OUTERMOST = np.array([0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056])

_SECOND = np.array([0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633])
MOMENTS = ("skewness", "kurtosis", "l_skewness", "l_kurtosis", "shapiro_w", "stetson_k")


@njit
def percentile_of_sorted(values, percent):
    """Percentile of sorted values with linear interpolation, as ``numpy.percentile`` has it."""
    position = (values.size - 1) * percent / 100.0
    below = min(int(position), values.size - 1)
    above = min(below + 1, values.size - 1)
    return values[below] + (position - below) * (values[above] - values[below])


def sort_segments(values, offsets):
    """Each star's values in ascending order, as one flat array."""
    ordered = values.copy()
    for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        ordered[start:stop].sort()
    return ordered


@njit
def tempered_weights(error, offsets):
    """Weights ``1 / (e^2 + median(e)^2)`` of each star's points."""
    weight = np.empty_like(error)
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        typical = median(error[start:stop])
        for j in range(start, stop):
            weight[j] = 1.0 / (error[j] ** 2 + typical**2)
    return weight


@njit(fastmath=REORDER)
def mean_and_std(values):
    """Mean and standard deviation (population) in two passes."""
    mean = np.sum(values) / values.size
    total = 0.0
    for value in values:
        total += (value - mean) ** 2
    return mean, np.sqrt(total / values.size)


@njit(fastmath=REORDER)
def weighted_mean_and_std(values, weight):
    """Weighted mean and weighted standard deviation (population)."""
    sum_weight = np.sum(weight)
    mean = np.sum(weight * values) / sum_weight
    total = 0.0
    for j in range(values.size):
        total += weight[j] * (values[j] - mean) ** 2
    return mean, np.sqrt(total / sum_weight)


@njit
def deviation_of_sorted(values):
    """Median absolute deviation of sorted values from their median, without a factor or another sort."""
    n = values.size
    middle = 0.5 * (values[(n - 1) // 2] + values[n // 2])
    low, high = (n - 1) // 2, (n - 1) // 2 + 1
    before = here = 0.0
    # From the middle outwards, always the nearer of the next two.
    for _ in range(n // 2 + 1):
        before = here
        if high >= n or (low >= 0 and middle - values[low] <= values[high] - middle):
            here = middle - values[low]
            low -= 1
        else:
            here = values[high] - middle
            high += 1
    return here if n % 2 else 0.5 * (before + here)


@njit
def median_absolute_deviation(values):
    """Median absolute deviation from the median, without a factor."""
    return median(np.abs(values - median(values)))


@njit(fastmath=REORDER)
def skewness_and_kurtosis(values):
    """Biased skewness and biased excess kurtosis; NaN where all values are equal."""
    mean, std = mean_and_std(values)
    if std == 0.0:
        return np.nan, np.nan
    third = 0.0
    fourth = 0.0
    for value in values:
        z = (value - mean) / std
        third += z * z * z
        fourth += z * z * z * z
    return third / values.size, fourth / values.size - 3.0


@njit(fastmath=REORDER)
def von_neumann(values, std):
    """Mean squared difference of neighbours over the variance: 2 for white noise."""
    total = 0.0
    for j in range(1, values.size):
        total += (values[j] - values[j - 1]) ** 2
    return total / ((values.size - 1) * std * std)


@njit
def cumulative_range(values, mean, std):
    """Range of the cumulative sum of the deviations, in units of ``n`` standard deviations."""
    total = 0.0
    lowest = np.inf
    highest = -np.inf
    for value in values:
        total += value - mean
        lowest = min(lowest, total)
        highest = max(highest, total)
    return (highest - lowest) / (values.size * std)


@njit(fastmath=REORDER)
def stetson_k(values, centre, error):
    """Stetson's (1996) robust kurtosis of the deviations from ``centre`` over their errors."""
    absolute = 0.0
    square = 0.0
    for j in range(values.size):
        residual = (values[j] - centre) / error[j]
        absolute += abs(residual)
        square += residual * residual
    return absolute / np.sqrt(values.size * square)


@njit(fastmath=REORDER)
def half_amplitude_ratio(values, weight, median):
    """Root of the mean squared deviation of the fainter half over that of the brighter half.

    The bright half includes values equal to the median. NaN where no value is fainter than the
    median, or where the whole bright half sits on it.
    """
    faint = 0.0
    faint_weight = 0.0
    bright = 0.0
    bright_weight = 0.0
    for j in range(values.size):
        square = weight[j] * (values[j] - median) ** 2
        if values[j] > median:
            faint += square
            faint_weight += weight[j]
        else:
            bright += square
            bright_weight += weight[j]
    if faint_weight == 0.0 or bright == 0.0:
        return np.nan
    return np.sqrt((faint / faint_weight) / (bright / bright_weight))


@njit
def _polynomial(coefficients, x):
    value = 0.0
    for j in range(coefficients.size - 1, -1, -1):
        value = value * x + coefficients[j]
    return value


def blom_scores(offsets):
    """Normal quantiles expected of each star's sorted values (Blom 1958), shape (n_points_total,)."""
    n_points = np.diff(offsets)
    total = np.repeat(n_points, n_points)
    rank = np.arange(offsets[-1]) - np.repeat(offsets[:-1], n_points)
    return ndtri((rank + 0.625) / (total + 0.25))


@njit(fastmath=REORDER)
def shapiro_w(ordered, scores):
    """Shapiro-Wilk W (Royston 1995) of sorted values and their `blom_scores`.

    NaN for fewer than three values or when all are equal.
    """
    n = ordered.size
    if n < 3 or ordered[n - 1] == ordered[0]:
        return np.nan
    half = n // 2
    weight = np.empty(half)
    if n == 3:
        weight[0] = np.sqrt(0.5)
    else:
        sum_squares = 0.0
        for j in range(half):
            weight[j] = -scores[j]
            sum_squares += 2.0 * weight[j] ** 2
        norm = np.sqrt(sum_squares)
        x = 1.0 / np.sqrt(float(n))
        first = _polynomial(_OUTERMOST, x) + weight[0] / norm
        if n > 5:
            second = _polynomial(_SECOND, x) + weight[1] / norm
            inner = sum_squares - 2.0 * weight[0] ** 2 - 2.0 * weight[1] ** 2
            weight /= np.sqrt(inner / (1.0 - 2.0 * first**2 - 2.0 * second**2))
            weight[1] = second
        else:
            weight /= np.sqrt((sum_squares - 2.0 * weight[0] ** 2) / (1.0 - 2.0 * first**2))
        weight[0] = first
    contrast = 0.0
    for j in range(half):
        contrast += weight[j] * (ordered[n - 1 - j] - ordered[j])
    mean = np.sum(ordered) / n
    total = 0.0
    for value in ordered:
        total += (value - mean) ** 2
    return contrast * contrast / (2.0 * np.sum(weight * weight) * total)


@njit(fastmath=REORDER)
def l_moment_ratios(ordered):
    """L-skewness and L-kurtosis (Hosking 1990) of sorted values."""
    n = ordered.size
    b_0 = b_1 = b_2 = b_3 = 0.0
    for j in range(n):
        share_1 = j / (n - 1)
        share_2 = share_1 * (j - 1) / (n - 2)
        share_3 = share_2 * (j - 2) / (n - 3)
        b_0 += ordered[j]
        b_1 += share_1 * ordered[j]
        b_2 += share_2 * ordered[j]
        b_3 += share_3 * ordered[j]
    scale = 2.0 * b_1 - b_0
    return (6.0 * b_2 - 6.0 * b_1 + b_0) / scale, (
        20.0 * b_3 - 30.0 * b_2 + 12.0 * b_1 - b_0
    ) / scale


@njit
def moments(mag, magerr, ordered, scores, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 6), for each star, in the order of `MOMENTS`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        m, sorted_m = mag[start:stop], ordered[start:stop]
        middle = percentile_of_sorted(sorted_m, 50.0)
        out[i, 0], out[i, 1] = skewness_and_kurtosis(m)
        # Deviations from the median: a common constant of 15 mag would cost digits in the
        # alternating sums.
        out[i, 2], out[i, 3] = l_moment_ratios(sorted_m - middle)
        out[i, 4] = shapiro_w(sorted_m, scores[start:stop])
        out[i, 5] = stetson_k(m, middle, magerr[start:stop])


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
        mad = deviation_of_sorted(sorted_m)
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
