"""What is said of a period: its false-alarm probability, its flags, and whether the star's is twice as long."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaincc, gammaln, ndtri

from .._validation import is_missing_label
from ..classes import harmonise

# The series fitted to ranks has at most so many harmonics, each of which needs that many points.
RANK_HARMONICS = 4
POINTS_PER_HARMONIC = 6
# Two like minima a cycle: the strongest period is half the orbit's, or half the rotation's.
DOUBLED_CLASSES = frozenset({"EC", "ED", "ESD", "E", "ELL", "ROT"})
# Outside of their eclipses these hardly change: two eclipses are all that is known.
ECLIPSING_CLASSES = frozenset({"ED", "ESD", "E"})
# Deep and shallow minima in turn define RV Tauri stars, which are the type II Cepheids beyond 20
# days.
ALTERNATING_CLASSES = frozenset({"RVTAU", "T2CEP"})
# Their epoch is the time of maximum.
PULSATING_CLASSES = frozenset(
    "RRAB RRC RRD RRLYR CEP CEP_MULTI CEPHEIDS T2CEP ACEP RVTAU DSCT SXPHE GDOR BCEP SPB MIRA SR "
    "LPV OSARG PVSG".split()
)
# These have no period, whatever the highest peak.
APERIODIC_CLASSES = frozenset({"NONVAR", "QSO"})
MIN_ALTERNATING_PERIOD = 20.0
EVIDENCE_THRESHOLD = 15.0
MAX_DOUBLED_PERIOD = 20.0
# Where the even harmonics have at least this share, the cycle holds both minima already.
EVEN_THRESHOLD = 0.55


def log10_false_alarm(power, n_points, time_deviation, f_max):
    """Bound the probability that noise alone makes a peak this high, after Baluev (2008), as log10.

    The power is the highest in the "standard" normalisation (0 to 1), the mean fitted with each sinusoid; the
    standard deviation of the times, weighted like the points, is in days, `f_max` in cycles a day. At most 0; NaN
    where there is no power or there are fewer than 5 points.

    Notes
    -----
    The extreme-value bound for independent Gaussian noise of unknown variance. Aliases and
    correlated noise make high peaks more frequent than it says.

    References
    ----------
    Baluev 2008, MNRAS 385, 1279.

    Examples
    --------
    >>> log10_false_alarm([0.2, 0.5], 100, 300.0, 10.0).round(1)
    array([-0.3, -9.7])
    """
    power = np.asarray(power, dtype=np.float64)
    n_points = np.asarray(n_points, dtype=np.float64)
    usable = (n_points >= 5) & np.isfinite(power)  # no power: there was no frequency to look at
    power = np.clip(np.where(usable, power, 0.0), 0.0, 1.0 - 1e-15)
    n_residual = np.where(usable, n_points, 5.0) - 3  # constant, cosine and sine are fitted
    n_mean = n_residual + 2
    log_rest = np.log1p(-power)
    log_single = 0.5 * n_residual * log_rest
    with np.errstate(divide="ignore"):
        log_crossings = (
            0.5 * np.log(2 / n_mean)
            + gammaln(0.5 * n_mean)
            - gammaln(0.5 * (n_mean - 1))
            + np.log(f_max * np.sqrt(4 * np.pi) * np.asarray(time_deviation, dtype=np.float64))
            + 0.5 * (n_residual - 1) * log_rest
            + 0.5 * np.log(0.5 * n_mean * power)
        )
    # log of 1 - (1 - single) exp(-crossings), without loss where both are tiny or large.
    small = np.logaddexp(log_single, log_crossings)
    single = np.exp(np.minimum(log_single, -1e-300))
    crossings = np.exp(np.minimum(log_crossings, 700.0))
    exact = np.log(-np.expm1(np.log1p(-np.minimum(single, 1 - 1e-16)) - crossings) + 1e-300)
    log_probability = np.where(small < -20, small, exact)
    return np.where(usable, np.minimum(log_probability, 0.0) / np.log(10), np.nan)


def joint_log10_false_alarm(power, curve, n_bands, f_max):
    """Bound the probability that noise alone makes so high a joint peak, as log10.

    The rate at which a chi square of twice as many degrees of freedom as bands crosses a level; for
    one band Baluev's bound up to the small difference between known and estimated variance.
    """
    time, _, weight = curve
    n_residual = len(time) - 3 * n_bands
    if n_residual < 1:
        return 0.0
    z = -0.5 * n_residual * np.log1p(-min(power, 1 - 1e-15))
    deviation = np.sqrt(np.average((time - np.average(time, weights=weight)) ** 2, weights=weight))
    with np.errstate(divide="ignore"):
        log_single = np.log(gammaincc(n_bands, z))
        log_crossings = (
            np.log(np.sqrt(4 * np.pi) * deviation * f_max)
            + (n_bands - 0.5) * np.log(z)
            - z
            - gammaln(n_bands)
        )
    log_any = np.logaddexp(log_single, log_crossings)
    if log_any > -20:
        log_any = np.log(-np.expm1(-np.exp(log_any)))
    return float(min(log_any, 0.0) / np.log(10))


def rank_log10_false_alarm(time, mag, offsets, frequency, time_deviation, f_max):
    """Bound the probability that the same magnitudes in random order would fold as well, as log10.

    At most 0; NaN without a period, whose inverse is the frequency. The rest is as in `log10_false_alarm`.

    Notes
    -----
    Magnitudes are replaced by the normal scores of their ranks, which in random order are white Gaussian noise
    whatever the magnitudes are: outliers and eclipses count as much as their ranks, and a few faint points that
    meet at one phase are no evidence. Fourier series of one to four harmonics are fitted at the period that was
    found in the magnitudes themselves. With `K` harmonics the share of variance explained is at least `P` with
    probability at most ``x^a / (a B(a, K))``, ``x = 1 - P``, ``a = (n - 2 K - 1) / 2``, of any one frequency; the
    search multiplies it by ``1 + sqrt(4 pi) K f_max s_t sqrt(-a ln x)`` (Rice's formula, the highest harmonic being
    as wide as all), and by the number of series tried.

    References
    ----------
    Baluev 2008, MNRAS 385, 1279, and 2009, MNRAS 395, 1541 (several harmonics).
    """
    mag, offsets = np.asarray(mag, dtype=np.float64), np.asarray(offsets, dtype=np.int64)
    n_points = np.diff(offsets)
    best = np.where(np.isfinite(frequency), 0.0, np.nan)
    usable = np.flatnonzero(np.isfinite(frequency) & (n_points >= POINTS_PER_HARMONIC))
    if not len(usable):
        return best
    from ._fits import series_shares

    mine = np.isin(np.repeat(np.arange(len(n_points)), n_points), usable)
    n, begin = n_points[usable], np.append(0, np.cumsum(n_points[usable])[:-1])
    star = np.repeat(np.arange(len(usable)), n)
    score = _normal_scores(mag[mine], star, n, begin)
    explained = np.empty((RANK_HARMONICS, len(usable)))
    series_shares(
        np.asarray(time, dtype=np.float64)[mine],
        score,
        np.append(begin, len(score)),
        np.asarray(frequency, dtype=np.float64)[usable],
        explained,
    )
    width = np.sqrt(4 * np.pi) * np.asarray(time_deviation)[usable] * np.asarray(f_max)[usable]
    lowest = np.zeros(len(usable))
    for k in range(1, RANK_HARMONICS + 1):
        enough = n >= POINTS_PER_HARMONIC * k
        a = np.where(enough, 0.5 * (n - 2 * k - 1), 1.0)
        log_rest = np.log1p(-np.clip(explained[k - 1], 0.0, 1.0 - 1e-12))
        log_single = np.minimum(a * log_rest - np.log(a) - betaln(a, k), 0.0)
        log_many = np.log1p(width * k * np.sqrt(-a * log_rest))
        found = (log_single + log_many + np.log(RANK_HARMONICS)) / np.log(10)
        lowest = np.where(enough, np.minimum(lowest, found), lowest)
    best[usable] = lowest
    return best


def _normal_scores(mag, star, n, begin):
    """The values of a Gaussian with the ranks of each star's magnitudes, like ones sharing their mean rank."""
    order = np.empty(len(mag), dtype=np.int64)
    for first, last in zip(begin, begin + n, strict=True):
        order[first:last] = first + np.argsort(mag[first:last])
    place = np.arange(len(mag)) - begin[star]
    first = np.r_[True, (np.diff(mag[order]) != 0) | (np.diff(star) != 0)]
    group = np.cumsum(first) - 1
    rank = np.bincount(group, place) / np.bincount(group)
    score = np.empty(len(mag))
    score[order] = ndtri((rank + 0.5) / n[star[first]])[group]
    return score


# Frequencies (cycles a day) which sampling makes: nights, lunations, seasons.
CADENCES = {"day": 1.0, "month": 1 / 29.53, "year": 1 / 365.25}
# Below this gap (twice the log likelihood) the choice among two periods is open.
OPEN_GAP = 10.0
# So many eclipses give no period: any whole part of the time between them would do as well.
FEW_ECLIPSES = 2


def period_flags(period, span, gap, n_eclipses=None, runner_up=None):
    """Say what speaks against periods, objects of shape (n_stars,): words joined by commas, empty where nothing does.

    They are "day", "month", "year" (the frequency is within half a peak's width, ``1 / (2 span)``, of one or two
    times such a cadence, three times a days; sidereal and solar days alike), "open" (the gap, how much worse the
    runner-up scores, is below 10) and "few" (one or two eclipses were seen of an eclipsing star). "open" is followed
    by how the runner-up differs, where it is known: "half" or "double" the period, or an alias, some cycles a "day",
    "month" or "year" away, as in "open:day".

    Examples
    --------
    >>> period_flags(np.array([0.9985, 0.62, 365.0]), np.full(3, 1000.0), np.array([50, 3, np.nan]))
    array(['day', 'open', 'year'], dtype=object)
    >>> period_flags(np.array([0.62]), np.array([1000.0]), np.array([3]), runner_up=np.array([1.6316]))
    array(['open:day'], dtype=object)
    """
    words = np.full((len(CADENCES) + 2, len(period)), "", dtype=object)
    with np.errstate(divide="ignore", invalid="ignore"):
        frequency = 1.0 / np.asarray(period, dtype=np.float64)
        width = 0.5 / np.asarray(span, dtype=np.float64)
        for row, (name, cadence) in enumerate(CADENCES.items()):
            near = np.zeros(len(period), dtype=bool)
            for multiple in (1, 2, 3) if name == "day" else (1, 2):
                # A sidereal day is 1 / 365 shorter.
                extra = multiple / 365.25 if name == "day" else 0.0
                target = multiple * cadence
                near |= (frequency > target - width) & (frequency < target + extra + width)
            words[row, near] = name
        is_open = np.asarray(gap) < OPEN_GAP
        words[-2, is_open] = "open"
        if runner_up is not None:
            relation = _relation(frequency, 1.0 / np.asarray(runner_up, dtype=np.float64), width)
            known = is_open & (relation != "")
            words[-2, known] = "open:" + relation[known]
        if n_eclipses is not None:
            words[-1, np.asarray(n_eclipses) <= FEW_ECLIPSES] = "few"
    joined = [",".join(filter(None, column)) for column in words.T]
    return np.array([*joined, ""], dtype=object)[:-1]


def _relation(frequency, other, width):
    """How other frequencies follow from these: "double" (the period), "half", an alias' cadence, or ""."""
    found = np.full(len(frequency), "", dtype=object)
    # The rarer explanations first: the plainer ones overwrite them.
    for name in ("year", "month", "day"):
        cadence = CADENCES[name]
        apart = np.zeros(len(frequency), dtype=bool)
        for multiple in (1, 2):
            target, extra = multiple * cadence, multiple / 365.25 if name == "day" else 0.0
            for distance in (np.abs(other - frequency), other + frequency):
                apart |= (distance > target - 2 * width) & (distance < target + extra + 2 * width)
        # In a short survey everything is as far apart as a cadence.
        found[apart & (cadence > 4 * width)] = name
    found[np.abs(other - 0.5 * frequency) < width] = "double"
    found[np.abs(other - 2 * frequency) < width] = "half"
    return found


def physical_period(
    period: ArrayLike,
    evidence: ArrayLike,
    label: ArrayLike | None = None,
    even_share: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Double the period of the shape where the class, or else the light curve, demands it.

    Parameters
    ----------
    period : array-like of shape (n_stars,)
        Undoubled periods in days (`PeriodSearch.shape_period`).
    evidence : array-like of shape (n_stars,)
        Evidence for twice the period (`PeriodSearch.double_evidence`).
    label : array-like of shape (n_stars,) or str, default=None
        Classes, in any spelling that `harmonise` knows; of stars whose class is missing (None or
        NaN) the evidence decides.
    even_share : array-like of shape (n_stars,), default=None
        Share of the even harmonics (`PeriodSearch.even_share`): an eclipsing or rotating star whose
        cycle shows two minima already is not doubled, unless there is evidence that the next two
        differ. None doubles all of them.

    Returns
    -------
    ndarray of shape (n_stars,)
        Periods in days; NaN for stars that are known to have none (NONVAR, QSO).

    Examples
    --------
    >>> physical_period([0.2, 0.5, 3.0], [0.0, 30.0, 30.0], ["W UMa", "RRAB", None])
    array([0.4, 0.5, 6. ])
    """
    period = np.asarray(period, dtype=np.float64)
    evident = np.asarray(evidence, dtype=np.float64) > EVIDENCE_THRESHOLD
    by_light_curve = evident & (2 * period < MAX_DOUBLED_PERIOD)
    if label is None:
        return np.where(by_light_curve, 2 * period, period)
    label = standard_names(label, period.shape)
    missing = np.frompyfunc(is_missing_label, 1, 1)(label).astype(bool)
    doubled = is_one_of(label, DOUBLED_CLASSES)
    if even_share is not None:
        doubled &= evident | ~(np.asarray(even_share) > EVEN_THRESHOLD)
    doubled |= is_one_of(label, ALTERNATING_CLASSES) & (evident | (period > MIN_ALTERNATING_PERIOD))
    result = np.where(np.where(missing, by_light_curve, doubled), 2 * period, period)
    return np.where(is_one_of(label, APERIODIC_CLASSES), np.nan, result)


def standard_names(label, shape):
    """Labels of any spelling as the names of the standard tree, (n_stars,); missing ones stay."""
    label = np.broadcast_to(np.asarray(label, dtype=object), shape)
    return harmonise(label)


def is_one_of(label, classes):
    """Whether each label is among some classes."""
    return np.frompyfunc(lambda name: name in classes, 1, 1)(label).astype(bool)
