"""Choosing and applying a monotonic transform for one column of features.

Every transform is finite for every finite number, so that a star fainter, slower or odder than
all training stars still has a value. A column is described by its `kind` and two numbers:

========  =======================================
kind      value
========  =======================================
linear    x
log10     log10(max(x - shift, width)), width > 0
asinh     arcsinh((x - shift) / width), width > 0
========  =======================================
"""

import numpy as np

LINEAR, LOG10, ASINH = "linear", "log10", "asinh"

# Half-width of a normal distribution's central 50% and 68.27%, in standard deviations.
_RANGES = {"iqr": (25.0, 75.0, 1.3489795003921634), "16-84": (16.0, 84.0, 1.9889157664)}

# Positive values whose 99.5th percentile is more than this many times the 0.5th have no scale of
# their own: factors tell stars apart (periods, amplitudes), not differences.
_WIDE_RATIO = 10.0

# A range of the central 99% that is this many times the central 68% (a normal distribution: 2.6)
# has tails that would leave the bulk of the stars a sliver of the scale.
_LONG_TAILS = 4.0


def choose_transform(values):
    """Pick the transform that gives values of every size their share of the scale.

    Wide positive values become logarithms, other values with long tails inverse hyperbolic
    sines around their median, the rest stays as it is.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite training values of one feature; nothing else plays a part.

    Returns
    -------
    kind : {"linear", "log10", "asinh"}
    shift, width : float
        The two numbers of the transform (0 and 1 where not used).
    """
    if values.size < 3 or values.min() == values.max():
        return LINEAR, 0.0, 1.0
    positive = values[values > 0]
    # A few zeros are values below the resolution; many are a class of their own.
    if values.min() >= 0 and positive.size >= 0.99 * values.size:
        low, high = np.percentile(positive, [0.5, 99.5])
        if high / _WIDE_RATIO > low:
            return LOG10, 0.0, float(positive.min())
    low, below, median, above, high = np.percentile(values / 2, [0.5, 16, 50, 84, 99.5])
    if (high - low) / _LONG_TAILS > above - below > 0:
        return ASINH, 2 * float(median), float(above - below)
    return LINEAR, 0.0, 1.0


def apply_transform(values, kind, shift, width):
    """Transform the values of one column; NaN stays NaN."""
    if kind == LOG10:
        return np.log10(np.clip(values - shift, width, 1e308))
    if kind == ASINH:
        with np.errstate(over="ignore"):
            return np.arcsinh(np.clip((values - shift) / width, -1e300, 1e300))
    return values


def spread(values, method):
    """Scale of the values in units of a standard deviation.

    Falls back to the standard deviation where more than half the values are equal, and to 1 for
    a constant column, so that dividing by it is always defined.
    """
    if method == "std":
        scale = _standard_deviation(values)
    else:
        low, high, sigmas = _RANGES[method]
        p_low, p_high = np.percentile(values, [low, high])
        scale = (p_high / 2 - p_low / 2) / (sigmas / 2)
        if not scale > 0:
            scale = _standard_deviation(values)
    return float(scale) if 0 < scale < np.inf else 1.0


def _standard_deviation(values):
    """Standard deviation that does not overflow for values near the largest float."""
    largest = np.abs(values).max()
    return largest * np.std(values / largest) if largest > 0 else 0.0
