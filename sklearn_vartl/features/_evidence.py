"""What speaks for a star's varying at all, in units of chance: no magnitude plays a part.

The numbers grow with the number of points, as evidence does. They say whether a star varies, not
what kind of star it is, and belong to no set.
"""

import numpy as np
from scipy.special import gammaln, log_ndtr, logsumexp

EVIDENCE = (
    "series_log10_fap",
    "phase_log10_fap",
    "time_log10_fap",
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
    n_harmonics, n_points : int

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


def evidence(time, mag, magerr, offsets, period, min_period):
    """Table of shape (n_stars, 6), in the order of `EVIDENCE`.

    Magnitudes are replaced by the normal scores of their ranks: neither outliers nor the few faint
    points of an eclipsing binary in disorder make a series, whatever their distribution.

    Parameters
    ----------
    time, mag, magerr : ndarray of shape (n_points_total,)
    offsets : ndarray of shape (n_stars + 1,)
    period : ndarray of shape (n_stars,)
        At which the stars are folded, in days; a row without one is NaN.
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
        single = _best_series(2 * np.pi * t / period[i], scores, n)
        folded = scores[np.argsort(t / period[i] % 1.0, kind="stable")]
        out[i] = (
            min(single + trials, 0.0) / _LN10,
            min(neighbour_log_chance(folded) + trials, 0.0) / _LN10,
            neighbour_log_chance(scores) / _LN10,
            np.log10(max(_robust_std(mag[part]), 1e-12) / np.median(magerr[part])),
            span / period[i],
            n,
        )
    return out


def _best_series(angle, scores, n):
    """Least logarithm of the probability over series of several lengths, times their number."""
    k = np.arange(1, HARMONICS[-1] + 1)
    # Powers of one rotation: sines of four multiples cost as much as those of one.
    turns = np.exp(1j * angle)[:, None] ** k
    # Columns in the order of the harmonics, so that a shorter series is the first columns.
    design = np.stack([turns.real, turns.imag], axis=2).reshape(n, -1)
    design -= design.mean(axis=0)
    total, found = np.sum(scores**2), []
    q = np.linalg.qr(design)[0] if n > design.shape[1] else np.zeros((n, 0))
    explained = np.cumsum((q.T @ scores) ** 2) / max(total, 1e-300)
    for m in HARMONICS:
        if 2 * m <= len(explained):
            found.append(log_share_by_chance(explained[2 * m - 1], m, n))
    return min([value + np.log(len(HARMONICS)) for value in found], default=0.0)


def _robust_std(values):
    """Half the range of the middle 68% of the values."""
    low, high = np.percentile(values, [15.9, 84.1])
    return 0.5 * (high - low)
