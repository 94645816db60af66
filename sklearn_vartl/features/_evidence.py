"""What speaks for a star's varying at all, in units of chance: no magnitude plays a part.

The numbers grow with the number of points, as evidence does. They say whether a star varies, not
what kind of star it is, and belong to no set.
"""

import numpy as np
from scipy.special import gammaln, log_ndtr, logsumexp, ndtri

EVIDENCE = (
    "series_chance", "correlated_chance", "phase_chance", "time_chance", "box_gain", "error_excess",
    "n_cycles", "n_points",
)  # fmt: skip
BLOCKS = ("block_chance", "block_lag_chance")

# Fourier series of so many harmonics are tried at the best period.
HARMONICS = (1, 2, 4)

# A longer gap, in days, begins another night, and so does a day since the night began.
NIGHT_GAP, NIGHT = 0.3, 1.0
YEAR = 365.25

_LN10 = np.log(10.0)


def log_share_by_chance(share, n_harmonics, n_points):
    """Logarithm of the probability that a series explains this share of pure noise, one frequency.

    The share of the variance that `2 n_harmonics` free terms explain of normal noise has a beta
    distribution, whose upper tail is a finite sum; `n_points` do not know of each other. 0 where the series has as
    many terms as there are points.

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
    """Table of shape (n_stars, 8), in the order of `EVIDENCE`; NaN for a star without a period.

    Magnitudes are replaced by the normal scores of their ranks: neither outliers nor the few faint
    points of an eclipsing binary in disorder make a series, whatever their distribution. The stars are folded at
    the period, in days; `box_gain` is how much better a box fits than a series, `min_period` the shortest that was
    tried.
    """
    out = np.full((len(offsets) - 1, len(EVIDENCE)), np.nan)
    for i in np.flatnonzero(np.isfinite(period) & (np.diff(offsets) > 0)):
        part = slice(offsets[i], offsets[i + 1])
        t, scores = time[part] - time[offsets[i]], normal_scores(mag[part])
        n, span = len(t), t[-1]
        # As many independent frequencies as peaks of width 1 / span fit, at least one.
        trials = np.log(max(span / min_period, 1.0))
        series = _best_series(_series(2 * np.pi * t / period[i]), scores)
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


def block_evidence(time, mag, offsets, period, min_period):
    """Table of shape (n_stars, 2), in the order of `BLOCKS`; parameters as in `evidence`."""
    out = np.full((len(offsets) - 1, len(BLOCKS)), np.nan)
    for i in np.flatnonzero(np.isfinite(period) & (np.diff(offsets) > 0)):
        part = slice(offsets[i], offsets[i + 1])
        t, scores = time[part] - time[offsets[i]], normal_scores(mag[part])
        trials = np.log(max(t[-1] / min_period, 1.0))
        chances = _best_series_beside_blocks(t, _series(2 * np.pi * t / period[i]), scores)
        out[i] = (np.array(chances) + trials) / _LN10
    return out


def _series(angle):
    """Cosines and sines, shape (n, 8): columns in the order of the harmonics.

    A shorter series is the first columns.
    """
    # Powers of one rotation: sines of four multiples cost as much as those of one.
    turns = np.exp(1j * angle)[:, None] ** np.arange(1, HARMONICS[-1] + 1)
    return np.stack([turns.real, turns.imag], axis=2).reshape(len(angle), -1)


def _best_series(design, scores):
    """Least logarithm of the probability over series of several lengths, times their number.

    Two numbers: with all points, and with as many as the neighbours in time among the residuals
    leave: points that err together count as fewer (an autoregressive process of first order).
    """
    n = len(scores)
    if n <= 2 * HARMONICS[-1] + 1:
        return 0.0, 0.0
    q = np.linalg.qr(design - design.mean(axis=0))[0]
    along = q.T @ scores
    share = np.cumsum(along**2) / np.sum(scores**2)
    residual = scores - q @ along
    return _least_chances(share, (n, effective_number(n, _lag(residual))))


def _best_series_beside_blocks(time, design, scores):
    """The same where points of a night err together, and each season has a zero point of its own.

    Nights: the share of the residuals' variance that points of one night have in common tells how much
    a point more of the same night adds (generalised least squares). A period that is followed
    within a season, or from night to night, is evidence still; a step from year to year is none.

    The two numbers are with all points, as they are after this, as independent as their neighbours leave them; and
    where neighbouring nights err together, too.
    """
    nights, seasons = _night_starts(time), _season_starts(time)
    nights = np.union1d(nights, seasons)
    n = len(scores) - len(seasons) + 1
    if n <= 2 * HARMONICS[-1] + 1:
        return 0.0, 0.0
    columns, counts = np.column_stack([design, scores]), np.diff(np.append(nights, len(scores)))
    residual = _series_of_blocks(columns, nights, counts, seasons, 0.0)[1]
    common = _common_variance(residual, nights, counts)
    share, residual = _series_of_blocks(columns, nights, counts, seasons, common)
    lag = _lag(residual)
    lags = lag, max(lag, _lag(np.add.reduceat(residual, nights) / counts))
    return _least_chances(share, [effective_number(n, each) for each in lags])


def _series_of_blocks(columns, nights, counts, seasons, common):
    """Shares explained by one to four harmonics, and the whitened residuals.

    The columns, (n, 9), are the series and what it is to explain; nights and seasons are where blocks begin.
    `common` is the variance that points of one night have in common, in that of a point of its own.
    """
    # Points of one night minus a part of their mean are as if independent.
    kept = np.repeat(1.0 / np.sqrt(1.0 + counts * common), counts)
    mean = np.repeat(np.add.reduceat(columns, nights) / counts[:, None], counts, axis=0)
    white = columns - (1.0 - kept)[:, None] * mean
    level = np.add.reduceat(kept[:, None] * white, seasons)
    level /= np.add.reduceat(kept**2, seasons)[:, None]
    lengths = np.diff(np.append(seasons, len(columns)))
    white -= kept[:, None] * np.repeat(level, lengths, axis=0)
    q = np.linalg.qr(white[:, :-1])[0]
    along = q.T @ white[:, -1]
    share = np.cumsum(along**2) / max(np.sum(white[:, -1] ** 2), 1e-300)
    return share, white[:, -1] - q @ along


def _night_starts(time):
    """Index of the first point of each night, of times in order."""
    first = np.append(True, np.diff(time) > NIGHT_GAP)
    since = time - time[first][np.cumsum(first) - 1]
    return np.flatnonzero(first | np.append(False, np.diff(np.floor(since / NIGHT)) != 0))


def _season_starts(time):
    """Index of the first point of each year; years begin in the middle of the longest break of all."""
    place = np.sort(time % YEAR)
    breaks = np.diff(np.append(place, place[0] + YEAR))
    begin = place[breaks.argmax()] + 0.5 * breaks.max()
    year = np.floor((time - begin) / YEAR)
    return np.flatnonzero(np.append(True, np.diff(year) != 0))


def _common_variance(residual, starts, counts):
    """Variance that points of one block have in common, in that within blocks (one-way analysis)."""
    n, n_blocks = len(residual), len(starts)
    if n - n_blocks < 5 or n_blocks < 3:
        return 0.0
    mean = np.add.reduceat(residual, starts) / counts
    within = np.sum((residual - np.repeat(mean, counts)) ** 2) / (n - n_blocks)
    between = np.sum(counts * (mean - residual.mean()) ** 2) / (n_blocks - 1)
    usual = (n - np.sum(counts**2) / n) / (n_blocks - 1)
    return min(max((between - within) / usual / max(within, 1e-12), 0.0), 1e3)


def _lag(values):
    """Correlation of neighbours, between 0 and 0.98."""
    lag = np.sum(values[1:] * values[:-1]) / max(np.sum(values**2), 1e-300)
    return min(max(lag, 0.0), 0.98)


def effective_number(n, lag):
    """Points that do not know of each other, of an autoregressive process of first order."""
    return n * (1.0 - lag) / (1.0 + lag)


def _least_chances(share, sizes):
    """Least logarithm of a chance over series of several lengths, times their number, for each size."""
    least = {
        size: min(log_share_by_chance(share[2 * m - 1], m, size) for m in HARMONICS)
        for size in set(sizes)
    }
    return tuple(least[size] + np.log(len(HARMONICS)) for size in sizes)


def _robust_std(values):
    """Half the range of the middle 68% of the values."""
    low, high = np.percentile(values, [15.9, 84.1])
    return 0.5 * (high - low)
