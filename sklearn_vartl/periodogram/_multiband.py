"""One period from several bands together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ._engine import Stars, frequency_grid, select_peaks
from ._periodogram import quick_power
from ._search import (
    MIN_SEPARATION,
    N_PEAKS,
    N_SLOW_PEAKS,
    PeriodSearch,
    among_candidates,
    checked_points,
    eclipses_of,
    flags_of,
    slow_part,
    without,
)
from ._significance import joint_log10_false_alarm

# Fewest points of a band that takes part: a constant and a sine fit three points exactly.
MIN_POINTS = 5
# A band counts as having at least this part of the largest amplitude.
_SMALLEST_AMPLITUDE = 0.05


def search_joint_periods(
    bands: Sequence,
    *,
    min_period: float = 0.03,
    max_period: float | None = None,
    oversampling: float = 3.0,
    engine: str = "auto",
) -> tuple[PeriodSearch, NDArray[np.int64]]:
    """Find one period of each star from its light curves in several bands.

    Parameters
    ----------
    bands : sequence of (time, mag, magerr, offsets)
        The same stars in each band, as `search_periods` takes them; a star that was not observed in
        a band is empty there.
    min_period, max_period, oversampling, engine : default as in `search_periods`

    Returns
    -------
    found : PeriodSearch
        Its `power` is the part of the weighted variance within the bands that sinusoids of one
        frequency explain, one a band.
    n_points : ndarray of shape (n_stars,)
        Number of points that took part.

    Notes
    -----
    The periodograms of the bands, on one grid of frequencies, are added with each band's chi square
    about its mean as weight: the decreases of chi square by a sinusoid in each band. Its peaks are
    then refined and scored on all points together, brought to one curve by each band's mean and
    amplitude at the highest peak, and searched for eclipses like one band. Bands with fewer than 5
    points take no part.

    References
    ----------
    VanderPlas & Ivezic 2015, ApJ 812, 18.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> bands = []
    >>> for mean, amplitude in ((15.0, 0.4), (14.2, 0.2)):
    ...     time = np.sort(rng.uniform(0, 200, 25))
    ...     mag = mean + amplitude * np.sin(2 * np.pi * time / 0.5432) + rng.normal(0, 0.05, 25)
    ...     bands.append((time, mag, np.full(25, 0.05), [0, 25]))
    >>> found, n_points = search_joint_periods(bands)
    >>> found.period.round(3), n_points
    (array([0.543]), array([50]))
    """
    bands = [checked_points(*band) for band in bands]
    n_stars = len(bands[0][3]) - 1
    stars = [_star(bands, i) for i in range(n_stars)]
    span = np.array([np.ptp(np.concatenate([p[0] for p in s])) if s else 0.0 for s in stars])
    f_min, df, n_freq = frequency_grid(
        span, min_period=min_period, max_period=max_period, oversampling=oversampling
    )
    index = np.full((n_stars, N_PEAKS + N_SLOW_PEAKS), -1)
    power, log10_fap = np.full(n_stars, np.nan), np.full(n_stars, np.nan)
    n_slow = slow_part(f_min, df, np.maximum(n_freq, 1))
    curves = []
    for i, star in enumerate(stars):
        if not star or n_freq[i] == 0:
            curves.append(np.empty((3, 0)))
            continue
        spectra, chi2 = _spectra(star, f_min[i], df[i], n_freq[i], engine)
        joint = chi2 @ spectra / chi2.sum()
        index[i] = _candidates(joint, n_slow[i])
        best = index[i, 0]
        power[i] = joint[best]
        curves.append(_one_curve(star, spectra[:, best], chi2))
        log10_fap[i] = joint_log10_false_alarm(
            power[i], curves[i], len(star), f_min[i] + df[i] * (n_freq[i] - 1)
        )
    n_points = np.array([curve.shape[1] for curve in curves], dtype=np.int64)
    time, mag, weight = (np.ascontiguousarray(row) for row in np.hstack(curves))
    offsets = np.concatenate([[0], np.cumsum(n_points)])
    limits = (f_min, f_min + df * (np.maximum(n_freq, 1) - 1), df)
    candidate = np.where(index >= 0, f_min[:, None] + df[:, None] * index, np.nan)
    points = time, mag, weight, offsets
    found, _ = among_candidates(points, limits, candidate, power, engine)
    seen = eclipses_of(points, span, 1.0 / found.shape_period, min_period)
    return replace(
        found,
        power=power,
        log10_fap=log10_fap,
        dips_log10_fap=seen[:, 3],
        dips_seen=seen[:, 2],
        flag=flags_of(found),
    ), n_points


def _star(bands, i):
    """The bands of one star that take part: time, magnitude less its mean, weight."""
    star = []
    for time, mag, magerr, offsets in bands:
        part = slice(offsets[i], offsets[i + 1])
        t, m, e = time[part], mag[part], magerr[part]
        if len(t) >= MIN_POINTS and np.ptp(m) > 0:
            weight = 1.0 / (e * e + np.median(e) ** 2)
            star.append((t, m - np.average(m, weights=weight), weight))
    return star


def _spectra(star, f_min, df, n_freq, engine):
    """Power of each band, (n_bands, n_freq), and its chi square without a sinusoid, (n_bands,)."""
    spectra = [
        quick_power(Stars(*part, [0, len(part[0])], f_min, df, n_freq), int(n_freq), engine)
        for part in star
    ]
    return np.array(spectra), np.array([weight @ (mag * mag) for _, mag, weight in star])


def _candidates(joint, n_slow):
    """Grid points of the highest peaks and of the highest slow one, -1 where there are fewer."""
    index = np.full((1, N_PEAKS), -1)
    peaks = select_peaks(joint, N_PEAKS, MIN_SEPARATION)
    index[0, : len(peaks)] = peaks
    slow = select_peaks(joint[:n_slow], N_SLOW_PEAKS, MIN_SEPARATION)
    return np.hstack([index, without(slow[None], index)])[0]


def _one_curve(star, power, chi2):
    """All points in the order of time: time, magnitude and weight in units of each amplitude."""
    variance = chi2 / np.array([weight.sum() for _, _, weight in star])
    amplitude = np.sqrt(2 * np.maximum(power, 0) * variance)
    amplitude = np.maximum(amplitude, _SMALLEST_AMPLITUDE * amplitude.max())
    curve = np.hstack(
        [
            np.stack([time, mag / own, weight * own * own])
            for (time, mag, weight), own in zip(star, amplitude, strict=True)
        ]
    )
    return curve[:, np.argsort(curve[0], kind="stable")]
