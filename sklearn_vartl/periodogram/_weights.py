"""The error model of the period search."""

import numpy as np

from .._compiled import njit


@njit
def kth_smallest(values, k):
    """Return the element of rank `k`, rearranging `values` (Hoare's quickselect)."""
    low, high = 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]


@njit
def median(values):
    """Return the median, rearranging `values`; numba's own takes seconds to compile."""
    middle = kth_smallest(values, values.size // 2)
    if values.size % 2:
        return middle
    return 0.5 * (middle + kth_smallest(values, values.size // 2 - 1))


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
        typical = median(magerr[first:last].copy())
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
