"""Shape of the distribution of a star's magnitudes."""

from .._compiled import njit
from ._shapiro import shapiro_w
from ._statistics import percentile_of_sorted, skewness_and_kurtosis, stetson_k

COLUMNS = ("skewness", "kurtosis", "l_skewness", "l_kurtosis", "shapiro_w", "stetson_k")


@njit
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
def moments(mag, magerr, ordered, offsets, out):
    """Fill one row of ``out``, shape (n_stars, 6), for each star, in the order of `COLUMNS`."""
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        m, sorted_m = mag[start:stop], ordered[start:stop]
        median = percentile_of_sorted(sorted_m, 50.0)
        out[i, 0], out[i, 1] = skewness_and_kurtosis(m)
        # Deviations from the median: a common constant of 15 mag would cost digits in the
        # alternating sums.
        out[i, 2], out[i, 3] = l_moment_ratios(sorted_m - median)
        out[i, 4] = shapiro_w(sorted_m)
        out[i, 5] = stetson_k(m, median, magerr[start:stop])
