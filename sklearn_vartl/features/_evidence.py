"""What speaks for a star's varying at all, in units of chance: no magnitude plays a part.

The numbers grow with the number of points, as evidence does. They say whether a star varies, not
what kind of star it is, and belong to no set.
"""

import numpy as np
from scipy.special import gammaln, log_ndtr, logsumexp

EVIDENCE = (
    "series_chance",
    "correlated_chance",
    "phase_chance",
    "time_chance",
    "box_gain",
    "error_excess",
    "n_cycles",
    "n_points",
)

# Fourier series of so many harmonics are tried at the best period.
HARMONICS = (1, 2, 4)

_LN10 = np.log(10.0)


def log_share_by_chance(share, n_harmonics, n_points):
    """Logarithm of the probability that a series explains this share of pure noise, one frequency.

    The share of the variance that `2 n_harmonics` free terms explain of normal noise has a beta
    distribution, whose upper tail is a finite sum.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    n_harmonics : int
    n_points : float
        Of points that do not know of each other.

    Returns
    -------
    float
        At most 0; 0 where the series has as many terms as there are points.

    Examples
    --------
    >>> round(float(np.exp(log_share_by_chance(0.1, 1, 43))), 4)  # 0.9 ** 20
    0.1216
    """
    half = 0.5 * (n_points - 1 - 2 * n_harmonics)
    if half <= 0:
        return 0.0
    share = min(max(share, 1e-300), 1.0 - 1e-15)
    k = np.arange(n_harmonics)
    terms = gammaln(half + k) - gammaln(half) - gammaln(k + 1) + k * np.log(share)
    return min(float(logsumexp(terms) + half * np.log1p(-share)), 0.0)


def normal_scores(values):
    """The normal quantiles expected at the ranks of the values, ties in the order they come."""
    from scipy.special import ndtri

    rank = np.empty(len(values))
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ndtri((rank + 0.625) / (len(values) + 0.25))


def neighbour_log_chance(values):
    """Logarithm of the probability that noise has neighbours as alike as these, in their order."""
    n = len(values)
    if n < 5:
        return 0.0
    centred = values - values.mean()
    eta = np.sum(np.diff(values) ** 2) / max(np.sum(centred**2), 1e-300)
    # Von Neumann's ratio of normal noise: mean 2, variance 4 (n - 2) / (n^2 - 1).
    return float(log_ndtr((eta - 2.0) / np.sqrt(4.0 * (n - 2) / (n * n - 1.0))))


def evidence(time, mag, magerr, offsets, period, box_gain, min_period):
    """Table of shape (n_stars, 8), in the order of `EVIDENCE`.

    Magnitudes are replaced by the normal scores of their ranks: neither outliers nor the few faint
    points of an eclipsing binary in disorder make a series, whatever their distribution.

    Parameters
    ----------
    time, mag, magerr : ndarray of shape (n_points_total,)
    offsets : ndarray of shape (n_stars + 1,)
    period : ndarray of shape (n_stars,)
        At which the stars are folded, in days; a row without one is NaN.
    box_gain : ndarray of shape (n_stars,)
        How much better a box fits than a series.
    min_period : float
        Shortest period that was tried.
    """
    out = np.full((len(offsets) - 1, len(EVIDENCE)), np.nan)
    for i in np.flatnonzero(np.isfinite(period) & (np.diff(offsets) > 0)):
        part = slice(offsets[i], offsets[i + 1])
        t, scores = time[part] - time[offsets[i]], normal_scores(mag[part])
        n, span = len(t), t[-1]
        # As many independent frequencies as peaks of width 1 / span fit, at least one.
        trials = np.log(max(span / min_period, 1.0))
        series = _best_series(2 * np.pi * t / period[i], scores)
        folded = scores[np.argsort(t / period[i] % 1.0, kind="stable")]
        out[i] = (
            (series[0] + trials) / _LN10,
            (series[1] + trials) / _LN10,
            (neighbour_log_chance(folded) + trials) / _LN10,
            neighbour_log_chance(scores) / _LN10,
            box_gain[i],
            np.log10(max(_robust_std(mag[part]), 1e-12) / np.median(magerr[part])),
            span / period[i],
            n,
        )
    return out


def _best_series(angle, scores):
    """Least logarithm of the probability over series of several lengths, times their number.

    Two numbers: with all points, and with as many as the neighbours in time among the residuals
    leave: points that err together count as fewer (an autoregressive process of first order).
    """
    n, most = len(scores), HARMONICS[-1]
    if n <= 2 * most + 1:
        return 0.0, 0.0
    # Powers of one rotation: sines of four multiples cost as much as those of one. Columns in the
    # order of the harmonics, so that a shorter series is the first columns.
    turns = np.exp(1j * angle)[:, None] ** np.arange(1, most + 1)
    design = np.stack([turns.real, turns.imag], axis=2).reshape(n, -1)
    q = np.linalg.qr(design - design.mean(axis=0))[0]
    along = q.T @ scores
    share = np.cumsum(along**2) / np.sum(scores**2)
    residual = scores - q @ along
    lag = np.sum(residual[1:] * residual[:-1]) / max(np.sum(residual**2), 1e-300)
    lag = min(max(lag, 0.0), 0.98)
    sizes = n, n * (1.0 - lag) / (1.0 + lag)
    best = [
        min(log_share_by_chance(share[2 * m - 1], m, size) for m in HARMONICS) for size in sizes
    ]
    return best[0] + np.log(len(HARMONICS)), best[1] + np.log(len(HARMONICS))


def _robust_std(values):
    """Half the range of the middle 68% of the values."""
    low, high = np.percentile(values, [15.9, 84.1])
    return 0.5 * (high - low)
