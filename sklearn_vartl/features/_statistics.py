"""Small statistics of one star that several feature families share."""

import numpy as np

from .._compiled import njit


@njit
def percentile_of_sorted(values, percent):
    """Percentile of sorted values with linear interpolation, as ``numpy.percentile`` has it."""
    position = (values.size - 1) * percent / 100.0
    below = min(int(position), values.size - 1)
    above = min(below + 1, values.size - 1)
    return values[below] + (position - below) * (values[above] - values[below])


@njit
def sort_segments(values, offsets):
    """Each star's values in ascending order, as one flat array."""
    ordered = values.copy()
    for i in range(offsets.size - 1):
        ordered[offsets[i] : offsets[i + 1]] = np.sort(values[offsets[i] : offsets[i + 1]])
    return ordered


@njit
def tempered_weights(error, offsets):
    """Weights ``1 / (e^2 + median(e)^2)`` of each star's points."""
    weight = np.empty_like(error)
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        typical = np.median(error[start:stop])
        for j in range(start, stop):
            weight[j] = 1.0 / (error[j] ** 2 + typical**2)
    return weight


@njit
def mean_and_std(values):
    """Mean and standard deviation (population) in two passes."""
    mean = np.sum(values) / values.size
    total = 0.0
    for value in values:
        total += (value - mean) ** 2
    return mean, np.sqrt(total / values.size)


@njit
def weighted_mean_and_std(values, weight):
    """Weighted mean and weighted standard deviation (population)."""
    sum_weight = np.sum(weight)
    mean = np.sum(weight * values) / sum_weight
    total = 0.0
    for j in range(values.size):
        total += weight[j] * (values[j] - mean) ** 2
    return mean, np.sqrt(total / sum_weight)


@njit
def median_absolute_deviation(values):
    """Median absolute deviation from the median, without a factor."""
    return np.median(np.abs(values - np.median(values)))


@njit
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


@njit
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


@njit
def stetson_k(values, centre, error):
    """Stetson's (1996) robust kurtosis of the deviations from ``centre`` over their errors."""
    absolute = 0.0
    square = 0.0
    for j in range(values.size):
        residual = (values[j] - centre) / error[j]
        absolute += abs(residual)
        square += residual * residual
    return absolute / np.sqrt(values.size * square)


@njit
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
