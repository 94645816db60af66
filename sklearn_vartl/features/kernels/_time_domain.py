"""How the magnitudes, and what a Fourier series leaves of them, follow each other in time."""

import numpy as np

from ..._compiled import REORDER, njit
from ._fourier import series_values
from ._statistics import (
    cumulative_range,
    deviation_of_sorted,
    mean_and_std,
    median_absolute_deviation,
    skewness_and_kurtosis,
    von_neumann,
)

TIME_DOMAIN = ("eta", "cusum", "coherence_day", "coherence_week", "coherence_season", "trend_share")

# Lengths of the windows (days). Not round numbers: observing times are, and no pair may sit on a
# window's edge.
WINDOWS = (1.03, 10.3, 103.0)

# With this many repeated points (n minus the number of windows) a coherence counts half.
_PRIOR_POINTS = 10.0

RESIDUALS = (
    "residual_std",
    "residual_ratio",
    "residual_mad_ratio",
    "residual_skewness",
    "residual_kurtosis",
    "residual_eta",
    "residual_phase_eta",
    "residual_coherence_day",
    "residual_coherence_week",
    "residual_coherence_season",
    "residual_faint_share",
    "residual_evenness",
)


@njit
def coherence(time, values, window):
    """Share of the variance that points within one time window have in common, shrunk towards zero.

    The intraclass correlation of a one-way analysis of variance; a window opens at the first point
    not yet covered. Without any two points in one window it is zero, the value of white noise.
    """
    n = values.size
    mean, std = mean_and_std(values)
    n_groups = 0
    sum_squared_sizes = 0.0
    between = 0.0
    j = 0
    while j < n:
        opening = time[j]
        total = 0.0
        size = 0
        while j < n and time[j] - opening < window:
            total += values[j] - mean
            size += 1
            j += 1
        n_groups += 1
        sum_squared_sizes += size * size
        between += total * total / size
    n_repeated = n - n_groups
    if n_repeated == 0 or n_groups < 2:
        return 0.0
    within = (n * std * std - between) / n_repeated
    typical_size = (n - sum_squared_sizes / n) / (n_groups - 1)
    common = (between / (n_groups - 1) - within) / typical_size
    if common + within <= 0.0:
        return 0.0
    return common / (common + within) * n_repeated / (n_repeated + _PRIOR_POINTS)


@njit(fastmath=REORDER)
def trend_share(time, values):
    """Share of the variance along a straight line in time."""
    mean, std = mean_and_std(values)
    mean_time, std_time = mean_and_std(time)
    covariance = 0.0
    for j in range(values.size):
        covariance += (time[j] - mean_time) * (values[j] - mean)
    return (covariance / (values.size * std * std_time)) ** 2


@njit
def time_domain(time, mag, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 6), for each star, in the order of `TIME_DOMAIN`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        # Relative times: sums over 2,450,000-day stamps would lose digits.
        t, m = time[start:stop] - time[start], mag[start:stop]
        mean, std = mean_and_std(m)
        out[i, 0] = von_neumann(m, std)
        out[i, 1] = cumulative_range(m, mean, std)
        for k in range(3):
            out[i, 2 + k] = coherence(t, m, WINDOWS[k])
        out[i, 5] = trend_share(t, m)


@njit
def subtract_series(phase, mag, coefficients, offsets, out):
    """Residuals of all points, filled into ``out``, shape (n_points_total,)."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        residual = out[start:stop]
        series_values(coefficients[i], phase[start:stop], residual)
        for j in range(residual.size):
            residual[j] = mag[start + j] - residual[j]


@njit
def residual_features(time, order, mag, residual, ordered, out):
    """One star's residuals: size, distribution, order in time and in phase."""
    mean, std = mean_and_std(residual)
    _, mag_std = mean_and_std(mag)
    mag_mad = deviation_of_sorted(ordered)
    out[0] = std
    out[1] = std / mag_std
    out[2] = median_absolute_deviation(residual) / mag_mad if mag_mad > 0.0 else np.nan
    # An exact fit leaves rounding errors, which have no shape.
    if not std > 1e-9 * mag_std:
        out[3:] = np.nan
        return
    out[3], out[4] = skewness_and_kurtosis(residual)
    out[5] = von_neumann(residual, std)
    out[6] = von_neumann(residual[order], std)
    since = time - time[0]
    for k in range(3):
        out[7 + k] = coherence(since, residual, WINDOWS[k])
    positive = 0.0
    total = 0.0
    product = 0.0
    for j in range(residual.size):
        square = (residual[j] - mean) ** 2
        total += square
        if residual[j] > mean:
            positive += square
        product += abs(residual[j] - mean)
    out[10] = positive / total
    # 1 for residuals of equal size, sqrt(2 / pi) for normal ones, less where some stretches leave
    # more than others.
    out[11] = product / (residual.size * std)


@njit
def residuals(time, order, mag, residual, ordered, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 12), for each star, in the order of `RESIDUALS`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        residual_features(
            time[start:stop],
            order[start:stop],
            mag[start:stop],
            residual[start:stop],
            ordered[start:stop],
            out[i],
        )
