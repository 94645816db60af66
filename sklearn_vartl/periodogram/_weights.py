"""The error model of the period search."""

import numpy as np

from .._compiled import njit


@njit
def weigh(time, magerr, offsets, weight, span, deviation):
    """Fill the points' weights, and each star's time span and weighted standard deviation of the times.

    Quoted errors are neither trusted nor ignored: a point weighs ``1 / (e^2 + s^2)`` with s the
    star's median error, so that no point counts more than twice a typical one, and bad ones count
    little. The scale is free.
    """
    for i in range(offsets.size - 1):
        first, last = offsets[i], offsets[i + 1]
        if first == last:
            continue
        typical = np.median(magerr[first:last])
        total = 0.0
        mean = 0.0
        for j in range(first, last):
            weight[j] = typical * typical / (magerr[j] * magerr[j] + typical * typical)
            total += weight[j]
            mean += weight[j] * (time[j] - time[first])
        mean /= total
        square = 0.0
        for j in range(first, last):
            square += weight[j] * (time[j] - time[first] - mean) ** 2
        span[i] = time[last - 1] - time[first]
        deviation[i] = np.sqrt(square / total)
