"""The Shapiro-Wilk statistic, compiled.

References
----------
Royston, P. 1995, "Remark AS R94: a remark on algorithm AS 181: the W-test for normality", Applied
Statistics 44, 547.
Wichura, M. J. 1988, "Algorithm AS 241: the percentage points of the normal distribution", Applied
Statistics 37, 477.
"""

import numpy as np

from .._compiled import njit

# Wichura's rational approximations: central region, and |p - 1/2| > 0.425. The extreme tail (p <
# 1e-11) is not needed: Blom scores of n points do not go below 0.6 / n.
_CENTRE_NUMERATOR = np.array(
    [
        3.3871328727963666080,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ]
)
_CENTRE_DENOMINATOR = np.array(
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ]
)
_TAIL_NUMERATOR = np.array(
    [
        1.42343711074968357734,
        4.63033784615654529590,
        5.76949722146069140550,
        3.64784832476320460504,
        1.27045825245236838258,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ]
)
_TAIL_DENOMINATOR = np.array(
    [
        1.0,
        2.05319162663775882187,
        1.67638483018380384940,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ]
)
# Royston's corrections of the two outermost weights, as polynomials in 1 / sqrt(n).
_OUTERMOST = np.array([0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056])
_SECOND = np.array([0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633])


@njit
def _polynomial(coefficients, x):
    value = 0.0
    for j in range(coefficients.size - 1, -1, -1):
        value = value * x + coefficients[j]
    return value


@njit
def lower_normal_quantile(probability):
    """Quantile of the standard normal distribution for 1e-11 < probability <= 1/2."""
    q = probability - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_CENTRE_NUMERATOR, r) / _polynomial(_CENTRE_DENOMINATOR, r)
    r = np.sqrt(-np.log(probability)) - 1.6
    return -_polynomial(_TAIL_NUMERATOR, r) / _polynomial(_TAIL_DENOMINATOR, r)


@njit
def shapiro_w(ordered):
    """Shapiro-Wilk W of sorted values; NaN for fewer than three values or when all are equal."""
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
            weight[j] = -lower_normal_quantile((j + 0.625) / (n + 0.25))
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
