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
from scipy.special import ndtri

LINEAR, LOG10, ASINH = "linear", "log10", "asinh"

# Half-width of a normal distribution's central 50% and 68.27%, in standard deviations.
_RANGES = {"iqr": (25.0, 75.0, 1.3489795003921634), "16-84": (16.0, 84.0, 1.9889157664)}

# A transform must make the quantiles this much straighter against the normal ones than the raw
# values are: below that a change of scale is noise, and the raw unit is easier to explain.
_MIN_GAIN = 0.005

_LEVELS = np.linspace(0.5, 99.5, 100) / 100.0
_NORMAL_QUANTILES = ndtri(_LEVELS)


def choose_transform(values):
    """Pick the transform that makes the values look most normal.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite training values of one feature.

    Returns
    -------
    kind : {"linear", "log10", "asinh"}
    shift, width : float
        The two numbers of the transform (0 and 1 where not used).

    Notes
    -----
    The measure is the probability-plot correlation: Pearson's correlation of the quantiles of
    the values with those of the normal distribution. It depends on the values alone.
    """
    if values.size < 3 or values.min() == values.max():
        return LINEAR, 0.0, 1.0
    candidates = [(LINEAR, 0.0, 1.0)]
    positive = values[values > 0]
    # A few zeros are values below the resolution; many are a class of their own.
    if values.min() >= 0 and positive.size >= 0.99 * values.size:
        candidates.append((LOG10, 0.0, float(positive.min())))
    width = spread(values, "iqr") / 2.0
    if width > 0:
        candidates.append((ASINH, float(np.median(values)), width))
    scores = [_straightness(apply_transform(values, *c)) for c in candidates]
    scores[0] += _MIN_GAIN
    return candidates[int(np.argmax(scores))]


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


def _straightness(values):
    quantiles = np.quantile(values, _LEVELS)
    largest = np.abs(quantiles).max()
    if largest == 0 or quantiles[0] == quantiles[-1]:
        return -1.0
    return np.corrcoef(quantiles / largest, _NORMAL_QUANTILES)[0, 1]
