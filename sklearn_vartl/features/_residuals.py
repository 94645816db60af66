"""What is left of the light curve when its Fourier series is taken away."""

import numpy as np

from .._compiled import njit
from ._harmonics import series_values
from ._statistics import (
    mean_and_std,
    median_absolute_deviation,
    skewness_and_kurtosis,
    von_neumann,
)
from ._time_domain import WINDOWS, coherence

COLUMNS = (
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
def subtract_series(phase, mag, coefficients, offsets, out):
    """Residuals of all points, filled into ``out``, shape (n_points_total,)."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        residual = out[start:stop]
        series_values(coefficients[i], phase[start:stop], residual)
        for j in range(residual.size):
            residual[j] = mag[start + j] - residual[j]


@njit
def residual_features(time, order, mag, residual, out):
    """One star's residuals: size, distribution, order in time and in phase."""
    mean, std = mean_and_std(residual)
    _, mag_std = mean_and_std(mag)
    mag_mad = median_absolute_deviation(mag)
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
    for k in range(3):
        out[7 + k] = coherence(time - time[0], residual, WINDOWS[k])
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
def residuals(time, order, mag, residual, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 12), for each star, in the order of `COLUMNS`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        residual_features(
            time[start:stop], order[start:stop], mag[start:stop], residual[start:stop], out[i]
        )
