"""The search for the periods of a block of stars."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._engine import (
    Stars,
    checked_offsets,
    frequency_grid,
    of_kernels,
    of_stars,
    stars_of,
    without_points,
)
from ._periodogram import highest_and_slow_peaks, summed_harmonics
from ._significance import (
    ECLIPSING_CLASSES,
    PULSATING_CLASSES,
    is_one_of,
    log10_false_alarm,
    period_flags,
    physical_period,
    rank_log10_false_alarm,
    standard_names,
)

N_PEAKS = 10
N_SLOW_PEAKS = 1
MIN_SEPARATION = 4
# What is said of a star's period, see `period_table`.
PERIOD_COLUMNS = (
    "period",
    "significance",
    "period_error",
    "epoch",
    "amplitude",
    "runner_up",
    "runner_up_gap",
    "period_flag",
)
# Eclipses found among the faint points alone: a shorter one (cycles) needs that many points in it.
# Of simulated constant stars with outliers 33 of 600 had a "narrow eclipse"; real ones are wider.
MIN_DIP_DURATION, MIN_POINTS_IN_DIP = 0.04, 20


@dataclass(frozen=True)
class PeriodSearch:
    """What the search found, one entry a star; NaN where nothing could be searched.

    Attributes
    ----------
    shape_period : ndarray of shape (n_stars,)
        Period (days) on which to fold for the light curve's shape: never doubled, so that the two
        like minima of an eclipsing binary fall on each other for all such stars alike.
    period : ndarray of shape (n_stars,)
        The star's period as far as the light curve alone tells: doubled where the minima differ.
    uncertainty : ndarray of shape (n_stars,)
        Standard error of `period` (days), from the curvature of the peak; it knows nothing of
        aliases.
    power : ndarray of shape (n_stars,)
        Power that a sine reaches at the best of the candidate frequencies, between 0 and 1: the
        part of the weighted variance that it explains.
    grid_power : ndarray of shape (n_stars,)
        The same at the highest point of the grid, which may stand beside the peak.
    log10_fap : ndarray of shape (n_stars,)
        log10 of the probability that noise alone makes so high a peak.
    rank_log10_fap : ndarray of shape (n_stars,)
        log10 of the probability that the star's magnitudes in random order fold as well, from a series of up to
        four harmonics through their ranks: it sees shapes which no sine follows. NaN with several bands.
    dips_log10_fap : ndarray of shape (n_stars,)
        log10 of the probability that so many faint points fall on one phase by chance, as in `eclipses_seen`. NaN
        with several bands.
    dips_seen : ndarray of shape (n_stars,)
        Number of different cycles in which a faint point stands in the best box. NaN with several bands.
    double_evidence : ndarray of shape (n_stars,)
        Decrease of the Bayesian information criterion by a model of twice the shape period.
    eclipse_evidence : ndarray of shape (n_stars,)
        The same by box-shaped eclipses instead of a Fourier series.
    runner_up : ndarray of shape (n_stars, 3)
        The next best periods (days).
    runner_up_gap : ndarray of shape (n_stars, 3)
        How much worse they score, twice the log likelihood, to six decimals; below 10 the choice is open.
    even_share : ndarray of shape (n_stars,)
        Share of the even harmonics in the squared amplitudes of the series at the shape period:
        near 1 where its cycle holds two like minima.
    epoch_minimum, epoch_maximum : ndarray of shape (n_stars,)
        Times of faintest and of brightest light next to the middle of the observations, in the time
        scale of the data: of the series with the best Bayesian information criterion at `period`,
        the minimum of an eclipsing star in the middle of the deeper box.
    amplitude : ndarray of shape (n_stars,)
        Peak-to-peak range of that series, or depth of that box, in magnitudes.
    span : ndarray of shape (n_stars,)
        Last minus first time, in days.
    flag : ndarray of str of shape (n_stars,)
        What speaks against `period`, joined by commas: "day", "month", "year" where the frequency of
        the shape is one that the sampling makes, "open" where the runner-up scores less than 10
        worse, with how it differs where that is known ("open:half", "open:double", "open:day", ...: an
        alias); empty where nothing does.
    outlier : ndarray of shape (n_points,), bool
        Points that were left out; None of a search of several bands, or of chosen stars.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.periodogram import search_periods
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 1000, 200))
    >>> found = search_periods(time, np.sin(2 * np.pi * time / 0.54), np.ones(200), [0, 200])
    >>> found.period.round(4), found.runner_up.shape
    (array([0.54]), (1, 3))
    """

    shape_period: np.ndarray
    period: np.ndarray
    uncertainty: np.ndarray
    power: np.ndarray
    grid_power: np.ndarray
    log10_fap: np.ndarray
    rank_log10_fap: np.ndarray
    dips_log10_fap: np.ndarray
    dips_seen: np.ndarray
    double_evidence: np.ndarray
    eclipse_evidence: np.ndarray
    runner_up: np.ndarray
    runner_up_gap: np.ndarray
    even_share: np.ndarray
    epoch_minimum: np.ndarray
    epoch_maximum: np.ndarray
    amplitude: np.ndarray
    span: np.ndarray
    flag: np.ndarray
    outlier: np.ndarray | None = None


def search_periods(
    time: ArrayLike,
    mag: ArrayLike,
    magerr: ArrayLike,
    offsets: ArrayLike,
    *,
    min_period: float = 0.03,
    max_period: float | None = None,
    oversampling: float = 3.0,
    engine: str = "auto",
    outliers: str = "drop",
) -> PeriodSearch:
    """Find the periods of many stars.

    Parameters
    ----------
    time, mag, magerr : array-like of shape (n_points,)
        Times (days), magnitudes and their errors of all stars, one star after the other; cleaned:
        finite, sorted by time, errors positive.
    offsets : array-like of shape (n_stars + 1,)
        Star ``i`` owns the points ``offsets[i]:offsets[i + 1]``; it may be empty.
    min_period, max_period : float
        Limits in days; None stands for the time span.
    oversampling : float, default=3.0
        Frequencies in the width of a peak.
    engine : str, default="auto"
        Engine of the periodogram; see `lomb_scargle_power`.
    outliers : {"drop", "keep"}, default="drop"
        Whether points that stand alone take part, see the notes.

    Returns
    -------
    PeriodSearch

    Raises
    ------
    ValueError
        If the arrays do not belong together, a star is not cleaned, or `outliers` is neither.

    Notes
    -----
    An outlier lies more than three interquartile ranges beyond the quartiles of its star, and at most one of its
    four neighbours, in time and in phase (of the period and of twice it), lies on that side of them, by half as much:
    eclipses, outbursts and the maxima of pulsating stars have such neighbours. Points of a visit that is off as a
    whole, half a day away from others, do not speak for each other. To know the phase, a first search takes
    what is beyond the limits at the limits; the candidates that it finds are judged once more without the outliers.
    Stars with fewer than 20 points, or of which more than a tenth stands apart, have none.

    The highest peaks of the floating-mean periodogram, and of its part beyond 30 days, are refined
    off the grid and scored by nested Fourier fits under heavy-tailed noise, whose number of
    harmonics the Bayesian information criterion chooses. Daily aliases of slow variables give way
    to these where the spectral window ties them. Where box-shaped eclipses explain more than any
    series, they decide. Points are weighted by ``1 / (magerr ** 2 + median(magerr) ** 2)``: quoted
    errors are neither trusted nor ignored, the level of the noise is always taken from the
    residuals.

    References
    ----------
    Zechmeister & Kuerster 2009, A&A 496, 577; Baluev 2008, MNRAS 385, 1279; Kovacs, Zucker & Mazeh
    2002, A&A 391, 369.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> time = np.sort(rng.uniform(0, 1000, 200))
    >>> mag = 15 + 0.3 * np.sin(2 * np.pi * time / 0.5432) + rng.normal(0, 0.05, 200)
    >>> found = search_periods(time, mag, np.full(200, 0.05), [0, 200])
    >>> found.shape_period.round(4), bool(found.log10_fap[0] < -20)
    (array([0.5432]), True)
    """
    return _searched(
        checked_points(time, mag, magerr, offsets),
        min_period=min_period,
        max_period=max_period,
        oversampling=oversampling,
        engine=engine,
        outliers=outliers,
    )


def periods_alone(*points, **settings):
    """`search_periods` without what ranks and eclipses say of chance, which is a twentieth of its work: NaN."""
    return _searched(checked_points(*points), chances=False, **settings)


def _searched(
    points,
    *,
    min_period,
    max_period,
    oversampling,
    engine,
    outliers="drop",
    only_outliers=False,
    chances=True,
):
    """The search for periods of checked points, or for the outliers among them alone; see `periods_alone`."""
    from ._outliers import judged_by_phase, judged_by_time

    if outliers not in ("drop", "keep"):
        raise ValueError(f"outliers must be 'drop' or 'keep', got {outliers!r}.")
    points, span, deviation = weighed(points)
    time, mag, weight, offsets = calm = points
    doubtful, judged = np.zeros(mag.size, dtype=bool), np.empty(0, dtype=np.int64)
    if outliers == "drop":
        doubtful, limited = judged_by_time(time, mag, offsets)
        judged = stars_of(doubtful, offsets)
        calm = time, limited, weight, offsets
    grid = frequency_grid(
        span, min_period=min_period, max_period=max_period, oversampling=oversampling
    )
    limits, candidate, grid_power = grid_candidates(calm, grid, span, engine)
    brief = np.zeros(span.size, dtype=bool)
    brief[judged] = True
    found, dips = among_candidates(calm, limits, candidate, grid_power, engine, brief=brief)
    outlier = judged_by_phase((time, mag, offsets), doubtful, found.shape_period)
    if only_outliers:
        return outlier
    if judged.size:
        points = without_points(points, outlier)
        own = of_stars(points, judged)
        # The height that counts is the one without outliers.
        power = np.where(np.isfinite(grid_power[judged]), 0.0, np.nan)
        theirs = tuple(values[judged] for values in limits)
        # At the limits an eclipse is a part of one: only all of it tells how well a period explains it.
        again, _ = among_candidates(own, theirs, candidate[judged], power, engine, dips[judged])
        found = put(found, judged, replace(again, grid_power=again.power))
    n_points, f_max = np.diff(points[3]), limits[1]
    found = replace(
        found,
        log10_fap=log10_false_alarm(found.power, n_points, deviation, f_max),
        flag=flags_of(found),
        outlier=outlier,
    )
    if not chances:
        return found
    frequency = 1.0 / found.shape_period
    seen = eclipses_of(points, span, frequency, min_period)
    return replace(
        found,
        rank_log10_fap=rank_log10_false_alarm(*points[:2], points[3], frequency, deviation, f_max),
        dips_log10_fap=seen[:, 3],
        dips_seen=seen[:, 2],
    )


def weighed(points):
    """Checked points with weights in place of their errors; each star's time span, and the deviation of its times."""
    from ._fits import weigh

    time, mag, error, offsets = points
    n_stars = len(offsets) - 1
    weight, span, deviation = np.empty_like(error), np.zeros(n_stars), np.zeros(n_stars)
    weigh(time, error, offsets, weight, span, deviation)
    return (time, mag, weight, offsets), span, deviation


def grid_candidates(points, grid, span, engine):
    """Each star's limits of the frequency, its candidates, and its highest power on the grid.

    The candidates are the highest peaks of the periodogram, and that of its slow part, (n_stars, n_candidates), NaN
    where there are fewer.
    """
    from ._visits import visits

    f_min, df, n_freq = grid
    searched = n_freq > 0
    n_freq = np.maximum(n_freq, 1)
    stars, offsets = Stars(*points, f_min, df, n_freq), points[3]
    longest = np.where(searched, visits(points[0], offsets, span), 0.0)
    stars.n_freq[longest > 0] = 0  # these have their own candidates, below
    peaks, slow = highest_and_slow_peaks(
        stars,
        slow_part(f_min, df, n_freq),
        n_peaks=N_PEAKS,
        n_slow_peaks=N_SLOW_PEAKS,
        fit_mean=True,
        min_separation=MIN_SEPARATION,
        engine=engine,
    )
    index = np.hstack([peaks.index, without(slow.index, peaks.index)])
    power = np.where(searched, peaks.power[:, 0], np.nan)
    candidate = np.where(
        searched[:, None] & (index >= 0), f_min[:, None] + df[:, None] * index, np.nan
    )
    for i in np.flatnonzero(longest):
        own = tuple(values[offsets[i] : offsets[i + 1]] for values in points[:3])
        own_grid = f_min[i], df[i], n_freq[i]
        candidate[i], power[i] = visit_candidates(
            own, own_grid, longest[i], candidate.shape[1], engine
        )
    return (f_min, f_min + df * (n_freq - 1), df), candidate, power


def outlying_points(
    time: ArrayLike,
    mag: ArrayLike,
    magerr: ArrayLike,
    offsets: ArrayLike,
    *,
    min_period: float = 0.03,
    max_period: float | None = None,
    oversampling: float = 3.0,
    engine: str = "auto",
) -> NDArray[np.bool_]:
    """The points that `search_periods` leaves out; only stars are searched that may have any.

    Parameters
    ----------
    time, mag, magerr, offsets : array-like
        As `search_periods` takes them.
    min_period, max_period, oversampling, engine
        As in `search_periods`.

    Returns
    -------
    ndarray of shape (n_points,), bool

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.periodogram import outlying_points
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 1000, 200))
    >>> mag = np.sin(2 * np.pi * time / 0.54)
    >>> mag[[3, 90]] += [-9, 15]
    >>> np.flatnonzero(outlying_points(time, mag, np.ones(200), [0, 200]))
    array([ 3, 90])
    """
    from ._outliers import judged_by_time

    points = checked_points(time, mag, magerr, offsets)
    outlier, _ = judged_by_time(points[0], points[1], points[3])
    if (judged := stars_of(outlier, points[3])).size:
        own = of_stars(points, judged)
        theirs = np.repeat(np.isin(np.arange(points[3].size - 1), judged), np.diff(points[3]))
        outlier[theirs] = _searched(
            own,
            min_period=min_period,
            max_period=max_period,
            oversampling=oversampling,
            engine=engine,
            only_outliers=True,
        )
    return outlier


def visit_candidates(points, grid, longest, n_candidates, engine):
    """Candidate frequencies of a star that was visited a few times, and its highest power on the grid."""
    from ._visits import COMB_DISTANCE, MIN_HEIGHT, N_COMBS, best_teeth

    f_min, df, n_freq = grid
    star = Stars(*points, [0, len(points[0])], *grid)
    if star.n_freq[0] == 0:
        return np.full(n_candidates, np.nan), np.nan
    combs, slow = highest_and_slow_peaks(
        star,
        slow_part(f_min, df, np.array([n_freq])),
        n_peaks=N_COMBS,
        n_slow_peaks=N_SLOW_PEAKS,
        fit_mean=True,
        min_separation=max(MIN_SEPARATION, int(COMB_DISTANCE / (longest * df))),
        engine=engine,
    )
    height = combs.power[0]
    high = combs.index[0][height >= MIN_HEIGHT * height[0]]
    limits = f_min, f_min + df * (n_freq - 1)
    candidate = np.full(n_candidates, np.nan)
    candidate[:-1] = best_teeth(*points, f_min + df * high, longest, limits, n_candidates - 1)
    candidate[-1] = f_min + df * slow.index[0, 0] if slow.index[0, 0] >= 0 else np.nan
    return candidate, height[0]


def dip_candidates(points, frequency, left, engine, known=None):
    """Frequencies at which eclipses may follow each other, (n_stars, N_DIPS), NaN where none are; known ones stay."""
    from ._dips import (
        DIP_FREQUENCY,
        DIP_HARMONICS,
        DIP_OVERSAMPLING,
        N_DIPS,
        dip_peaks,
        mark_dips,
    )

    time, _, _, offsets = points
    value = np.empty_like(time)
    wanted = np.zeros(len(frequency), dtype=bool)
    mark_dips(*points, frequency, left, value, wanted)
    dips = np.full((len(frequency), N_DIPS), np.nan) if known is None else known.copy()
    members = np.flatnonzero(wanted & np.isnan(dips[:, 0]))
    step = 1.0 / (DIP_OVERSAMPLING * spans(time, offsets)[members])
    curves = []
    for i, df in zip(members, step, strict=True):
        part = slice(offsets[i], offsets[i + 1])
        curves.append((time[part] - time[offsets[i]], value[part], df, int(DIP_FREQUENCY / df)))
    found = summed_harmonics(curves, DIP_HARMONICS, engine)
    for i, df, total in zip(members, step, found, strict=True):
        dip_peaks(total, df, dips[i])
    return dips


def doubtful_dips(points, before, frequency):
    """Stars whose eclipses, which changed the frequency, may be a few outliers on one phase.

    Among thousands of folds there is one that brings any handful of outliers together: a dip as
    narrow as that is believed where enough points stand in it.
    """
    from ._eclipses import eclipse_features

    changed = np.isfinite(frequency) & (frequency != before)
    seen = np.full((len(frequency), 4), np.nan)
    if changed.any():
        tried = np.where(changed, frequency, np.nan)
        eclipse_features(*points, tried, np.zeros(len(frequency)), seen)
    duration = seen[:, 1]
    within = duration * np.diff(points[3])
    return changed & (duration < MIN_DIP_DURATION) & (within < MIN_POINTS_IN_DIP)


def slow_part(f_min, df, n_freq):
    """Number of frequencies of each grid that belong to slow variables, at least one."""
    from ._candidates import SLOW_PERIOD

    return np.clip(((1 / SLOW_PERIOD - f_min) / df).astype(np.int64) + 1, 1, n_freq)


def among_candidates(points, limits, candidate, grid_power, engine, dips=None, brief=None):
    """The search from its candidates on: refine them, score them, choose.

    Points are times, magnitudes, weights and offsets of all stars, limits the lowest and highest frequency and the
    step of each grid. Candidates are frequencies, (n_stars, n_candidates), NaN where there are fewer; `grid_power` is
    the height of the highest peak on the grid. `dips` are frequencies at which eclipses may follow each other, where
    an earlier search found them, shape (n_stars, N_DIPS); they are returned, NaN where nothing was looked for. Of
    `brief` stars only `shape_period` is wanted.

    The PeriodSearch is without what the caller knows better: the false-alarm probabilities and the flags.
    """
    from ._candidates import (
        CRITERION,
        DOUBLE,
        ECLIPSE,
        EVEN,
        FREQUENCY,
        IS_BOX,
        N_COLUMNS,
        N_RUNNERS_UP,
        RELATIVE_ERROR,
        choose,
        ephemerides,
        prefer_dips,
        score_candidates,
    )

    f_min, f_max, df = limits
    n_stars = len(candidate)
    brief = np.zeros(n_stars, dtype=bool) if brief is None else brief
    refined = np.full(candidate.shape, np.nan)
    score = np.full(candidate.shape, np.inf)
    gauss = np.full(candidate.shape, np.inf)
    harmonics = np.zeros(candidate.shape, dtype=np.int64)
    scored = (refined, score, gauss, harmonics)
    reached = grid_power.copy()
    score_candidates(*points, candidate, f_min, f_max, df, *scored, reached)
    table = np.full((n_stars, N_COLUMNS), np.nan)
    runner_up = np.full((n_stars, N_RUNNERS_UP), np.nan)
    runner_up_gap = np.full((n_stars, N_RUNNERS_UP), np.nan)
    choose(*points, limits, brief, *scored, table, runner_up, runner_up_gap)
    # The criterion of some model, turned back into what it leaves; five parameters or so.
    n_points = np.maximum(np.diff(points[3]), 2)
    left = np.exp((table[:, CRITERION] - 5 * np.log(n_points)) / n_points)
    dips = dip_candidates(points, np.ascontiguousarray(table[:, FREQUENCY]), left, engine, dips)
    before = table.copy(), runner_up.copy(), runner_up_gap.copy()
    prefer_dips(*points, limits, dips, table, runner_up, runner_up_gap)
    doubted = doubtful_dips(points, before[0][:, FREQUENCY], table[:, FREQUENCY])
    for now, earlier in zip((table, runner_up, runner_up_gap), before, strict=True):
        now[doubted] = earlier[doubted]
    shape_period = 1.0 / table[:, FREQUENCY]
    period = physical_period(shape_period, table[:, DOUBLE])
    light = np.full((n_stars, 3), np.nan)
    ephemerides(*points, np.where(brief, np.nan, 1.0 / period), table[:, IS_BOX] > 0, light)
    found = PeriodSearch(
        shape_period=shape_period,
        period=period,
        uncertainty=period * table[:, RELATIVE_ERROR],
        power=reached,
        grid_power=grid_power,
        log10_fap=np.full(n_stars, np.nan),
        rank_log10_fap=np.full(n_stars, np.nan),
        dips_log10_fap=np.full(n_stars, np.nan),
        dips_seen=np.full(n_stars, np.nan),
        double_evidence=table[:, DOUBLE],
        eclipse_evidence=table[:, ECLIPSE],
        runner_up=runner_up,
        runner_up_gap=runner_up_gap,
        even_share=table[:, EVEN],
        epoch_minimum=light[:, 0],
        epoch_maximum=light[:, 1],
        amplitude=light[:, 2],
        span=spans(points[0], points[3]),
        flag=np.full(n_stars, "", dtype=object),
    )
    return found, dips


def flags_of(found):
    """What speaks against the periods of a search."""
    gap, runner_up = found.runner_up_gap[:, 0], found.runner_up[:, 0]
    return period_flags(found.shape_period, found.span, gap, runner_up=runner_up)


def spans(time, offsets):
    """Last minus first time of each star, 0 for an empty one."""
    span = np.zeros(len(offsets) - 1)
    filled = np.flatnonzero(np.diff(offsets))
    span[filled] = time[offsets[1:][filled] - 1] - time[offsets[:-1][filled]]
    return span


def eclipses_seen(time, mag, magerr, offsets, frequency, *, min_period=0.03):
    """What is seen of eclipses at known frequencies, ndarray of shape (n_stars, 4).

    Depth below the rest (mag), duration (cycles), number of different eclipses of which a faint point
    was seen, and log10 of the probability that so many fall on one phase by chance: of all looks at
    the star, each as long as an eclipse, the faint ones are as a random draw distributed over the
    cycle (hypergeometric), times the numbers of frequencies, phases and durations tried.
    """
    points, span, _ = weighed(checked_points(time, mag, magerr, offsets))
    return eclipses_of(points, span, np.asarray(frequency, dtype=float), min_period)


def eclipses_of(points, span, frequency, min_period):
    """The same of points that are checked and weighed."""
    from ._eclipses import eclipse_features

    seen = np.full((len(span), 4), np.nan)
    eclipse_features(*points, frequency, np.log(np.maximum(span / min_period, 1.0)), seen)
    return seen


def period_table(found, label=None):
    """What users ask of the periods, as columns.

    Parameters
    ----------
    found : PeriodSearch
    label : array-like of shape (n_stars,), default=None
        Classes, in any spelling that `harmonise` knows.

    Returns
    -------
    dict of str to ndarray of shape (n_stars,)
        ``period`` (days, of the star as its class has it, see `physical_period`), ``period_error``
        (its standard error, days), ``epoch`` (time of maximum for pulsating stars, of minimum for
        eclipsing ones and all others, in the time scale of the data), ``amplitude`` (mag),
        ``significance`` (-log10 of the false-alarm probability, the smallest of those of a sine, of the ranks and of
        eclipses), ``runner_up`` (days),
        ``runner_up_gap`` and ``period_flag``, all as in `PeriodSearch`; the flag of an eclipsing star is "few" where
        no more than two eclipses were seen. A star of a class without
        period (NONVAR, QSO) has none of them.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.periodogram import period_table, search_periods
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 1000, 200))
    >>> found = search_periods(time, np.sin(2 * np.pi * time / 0.54), np.ones(200), [0, 200])
    >>> table = period_table(found, ["EW"])
    >>> table["period"].round(4), table["amplitude"].round(2)
    (array([1.08]), array([2.]))
    """
    return period_table_of_features(as_features(found), found.span, label)


# What a search finds and the features call otherwise.
_AS_FEATURES = {
    "power": "peak_power",
    "grid_power": "power",
    "uncertainty": "period_error",
    "amplitude": "light_range",
    "runner_up_gap": "runner_up_score",
}


def as_features(found):
    """What a search found by the names of the features; of the runners-up the first."""
    named = {_AS_FEATURES.get(name, name): values for name, values in by_star(found).items()}
    return {name: values[:, 0] if values.ndim > 1 else values for name, values in named.items()}


def period_table_of_features(found, span, label):
    """The same from a table of features: their names and values, and each star's time span."""
    shape, evidence = found["shape_period"], found["double_evidence"]
    period = physical_period(shape, evidence, label, found["even_share"])
    names = standard_names(label, period.shape)
    at_maximum = is_one_of(names, PULSATING_CLASSES)
    n_eclipses = np.where(is_one_of(names, ECLIPSING_CLASSES), found["dips_seen"], np.nan)
    # Each is an upper bound of its own null: a sine's, that of any smooth shape, and that of eclipses.
    log10_fap = np.fmin(
        np.fmin(found["log10_fap"], found["rank_log10_fap"]), found["dips_log10_fap"]
    )
    columns = (
        period,
        -log10_fap,
        found["period_error"] * (period / found["period"]),
        np.where(at_maximum, found["epoch_maximum"], found["epoch_minimum"]),
        found["light_range"],
        found["runner_up"],
        found["runner_up_score"],
        period_flags(shape, span, found["runner_up_score"], n_eclipses, found["runner_up"]),
    )
    without = np.isnan(period)
    return {
        name: np.where(without, "" if name == "period_flag" else np.nan, values)
        for name, values in zip(PERIOD_COLUMNS, columns, strict=True)
    }


def checked_points(time, mag, magerr, offsets):
    """Return the arrays as the kernels want them."""
    time, mag, magerr = (of_kernels(values, np.float64) for values in (time, mag, magerr))
    if time.ndim != 1 or not time.shape == mag.shape == magerr.shape:
        raise ValueError(
            "time, mag and magerr must be one-dimensional and of equal length; got shapes "
            f"{time.shape}, {mag.shape} and {magerr.shape}."
        )
    offsets = checked_offsets(offsets, time.size)
    usable = np.isfinite(time) & np.isfinite(mag) & np.isfinite(magerr) & (magerr > 0)
    later = np.ones(time.size + 1, dtype=bool)
    later[offsets] = False
    usable[1:] &= (time[1:] >= time[:-1]) | ~later[1:-1]
    if not usable.all():
        star = int(np.searchsorted(offsets, np.argmin(usable), side="right")) - 1
        raise ValueError(
            f"star {star} is not cleaned: times must be sorted and finite, magnitudes finite and "
            "errors positive; light_curves.clean does this."
        )
    return time, mag, magerr, offsets


def without(index, known):
    """Replace by -1 the peaks which are among the known ones, or next to one."""
    near = (np.abs(index[:, :, None] - known[:, None, :]) < MIN_SEPARATION) & (
        known[:, None, :] >= 0
    )
    return np.where(near.any(axis=2), -1, index)


def take(found, stars):
    """The search of some stars only."""
    return PeriodSearch(**{name: values[stars] for name, values in by_star(found).items()})


def put(found, stars, others):
    """The search with what another one found of some stars."""
    table = {name: values.copy() for name, values in by_star(found).items()}
    for name, values in by_star(others).items():
        table[name][stars] = values
    return PeriodSearch(**table)


def by_star(found):
    """What a search found, but for the points that it left out."""
    names = [f.name for f in fields(found) if f.name != "outlier"]
    return {name: getattr(found, name) for name in names}
