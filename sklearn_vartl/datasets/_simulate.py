"""Simulated surveys: stars of known class and period, seen as a survey would see them.

The survey is one that is named, or one drawn at random, another for each star: cadence, span, noise,
and what goes wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np
from sklearn.utils import check_random_state

from ..light_curves import LightCurves
from ._classes import CLASSES, VARIETIES, blended
from ._processes import damped_random_walk, split_lognormal, split_normal
from ._surveys import SURVEYS, GroundCadence, ScanningCadence

if TYPE_CHECKING:
    from numpy.random import RandomState

# Families of cadences and how often each is drawn.
FAMILIES = {
    "nightly": 0.22,
    "four a night": 0.14,
    "space, dense": 0.16,
    "space, sparse": 0.16,
    "microlensing": 0.12,
    "Rubin": 0.1,
    "plates": 0.1,
}
MIN_POINTS, MAX_POINTS = 15, 5000
# Noise of a point in magnitudes: 5th, 50th and 95th percentile of each family, and its bounds.
_NOISE = {
    "nightly": (0.004, 0.03, 0.2),
    "four a night": (0.01, 0.05, 0.25),
    "space, dense": (3e-5, 4e-4, 8e-3),
    "space, sparse": (5e-4, 4e-3, 0.04),
    "microlensing": (0.004, 0.02, 0.15),
    "Rubin": (0.004, 0.015, 0.15),
    "plates": (0.05, 0.15, 0.4),
}
NOISE_RANGE = (2e-5, 0.5)
# A star is in a catalogue of variables if its amplitude stands out from the noise of a point by
# the first number, or from that of the mean of all points by the second.
_DETECTION, _SIGNIFICANCE = 1.5, 12.0
_LARGEST_OUTLIER = 3.0  # mag: another star was measured
# Shares of the surveys whose errors are too small or large, the same for all points, not given.
_MISQUOTED, _CONSTANT, _NOT_GIVEN = 0.4, 0.1, 0.08


@dataclass(frozen=True)
class RandomPhotometry:
    """White, nightly and slow noise, outliers, bad nights, jumps and a trend; errors as they are quoted."""

    white: float  # standard deviation of a point, mag
    floor: float  # further noise that the quoted errors do not know
    nightly: float  # shared by the points of a night
    slow: float  # of the zero point, over months
    outliers: tuple  # share, mean size in units of the noise
    bad_nights: tuple  # the same of nights whose points are off together
    faint_share: float  # of the outliers
    tail: float  # of the logarithm of the noise, from point to point
    trend: float  # over the whole baseline, mag
    jump: float  # of the zero point at a random time, mag
    quoted: tuple  # factor on the errors, spread of their logarithm; factor 0: none are given

    @property
    def noise(self):
        """Noise of a point, all together."""
        return float(np.sqrt(self.white**2 + self.floor**2 + self.nightly**2))

    def measure(self, rng, time, night, mag):
        """Measured magnitudes, quoted errors (NaN where there are none), and which are kept."""
        n = len(mag)
        point = self.white * np.exp(self.tail * rng.standard_normal(n))
        seen = mag + np.hypot(point, self.floor) * rng.standard_normal(n)
        nights, night = np.unique(night, return_inverse=True)
        seen += self.nightly * rng.standard_normal(len(nights))[night]
        seen += damped_random_walk(rng, time, 150.0, self.slow)
        seen += self._outliers(rng, n, *self.outliers)
        seen += self._outliers(rng, len(nights), *self.bad_nights)[night]
        elapsed = (time - time[0]) / max(np.ptp(time), 1e-9) if n else time
        seen += self.trend * elapsed + self.jump * (elapsed > rng.random())
        factor, spread = self.quoted
        error = factor * point * np.exp(spread * rng.standard_normal(n))
        return seen, np.where(error > 0, error, np.nan), np.ones(n, dtype=bool)

    def _outliers(self, rng, n, share, size):
        """Zero, or how far an outlier is off."""
        bad = rng.random(n) < share
        sign = np.where(rng.random(n) < self.faint_share, 1.0, -1.0)
        deviation = size * self.noise * rng.standard_exponential(n)
        return bad * sign * np.minimum(deviation, _LARGEST_OUTLIER)


@dataclass(frozen=True)
class DenseCadence:
    """A satellite that stares: points at equal steps, in one visit or in several far apart."""

    start: float
    step: float  # days
    visit: float  # days
    n_visits: int
    apart: float  # days from the beginning of one visit to that of the next

    def times(self, rng, span):
        """Sorted time stamps, and the number of the day of each; short gaps for data sent home."""
        one = np.arange(0.0, self.visit, self.step)
        middle = self.visit * rng.uniform(0.4, 0.6)
        one = one[np.abs(one - middle) > rng.uniform(0.0, 0.05) * self.visit]
        first = self.apart * np.arange(self.n_visits)
        time = (first[:, None] + one).ravel()
        time = time[rng.random(len(time)) > rng.uniform(0.0, 0.1)]
        return self.start + time, np.floor(time).astype(int)


@dataclass(frozen=True)
class PlateCadence:
    """Plates of decades: single exposures when somebody observed, years without."""

    start: float
    n_points: int

    def times(self, rng, span):
        """Sorted time stamps, and the number of the night of each."""
        # Campaigns: the rate of exposures wanders over years by large factors.
        night = np.arange(0.0, span)
        season = np.cos(2 * np.pi * (night / 365.25 + rng.random())) > rng.uniform(-0.7, 0.3)
        rate = np.exp(damped_random_walk(rng, night, 700.0, 1.2)) * season
        chance = np.minimum(rate * self.n_points / max(rate.sum(), 1e-9), 1.0)
        night = night[rng.random(len(night)) < chance]
        return self.start + night + rng.uniform(-0.17, 0.17, len(night)), night.astype(int)


@dataclass(frozen=True)
class RandomSurvey:
    """One survey as it was drawn; it has what the fixed ones have."""

    family: str
    cadence: object
    span: float
    photometry: RandomPhotometry
    blueness: float
    mean: float
    # What classes are like does not depend on the survey.
    periods: dict = field(default_factory=dict)

    def finds(self, amplitude, n_points):
        """Whether a star of this amplitude would be known to vary."""
        noise = self.photometry.noise + self.photometry.slow
        return amplitude > min(_DETECTION, _SIGNIFICANCE / np.sqrt(n_points)) * noise


def draw_survey(rng):
    """A survey at random."""
    names = list(FAMILIES)
    share = np.array(list(FAMILIES.values()))
    family = names[rng.choice(len(names), p=share / share.sum())]
    cadence, span = _CADENCES[family](rng)
    return RandomSurvey(
        family, cadence, span, _photometry(rng, family), rng.uniform(0.0, 1.0), rng.uniform(8, 20)
    )


def thin(rng, time, night):
    """At most `MAX_POINTS` points, and often far fewer: from a random share to all of them."""
    n_wanted = len(time)
    if rng.random() < 0.35:
        n_wanted = np.exp(rng.uniform(np.log(MIN_POINTS), np.log(max(n_wanted, MIN_POINTS + 1))))
    n_wanted = int(min(n_wanted, MAX_POINTS))
    if n_wanted >= len(time):
        return time, night
    kept = np.sort(rng.permutation(len(time))[:n_wanted])
    return time[kept], night[kept]


def _photometry(rng, family):
    low, high = NOISE_RANGE
    white = float(np.clip(split_lognormal(rng, _NOISE[family]), low, high))
    some = rng.random(8)
    factor, spread = 1.0, rng.uniform(0.0, 0.3)
    if some[0] < _MISQUOTED:
        factor = float(np.exp(rng.uniform(-np.log(3), np.log(3))))
    if some[1] < _CONSTANT:
        spread = 0.0
    if some[2] < _NOT_GIVEN:
        factor = 0.0
    return RandomPhotometry(
        white=white,
        floor=white * rng.uniform(0.0, 0.7),
        nightly=white * rng.exponential(0.3),
        slow=white * rng.exponential(0.3),
        outliers=(0.0 if some[3] < 0.3 else min(rng.exponential(0.01), 0.06), rng.uniform(2, 12)),
        bad_nights=(0.0 if some[6] < 0.5 else min(rng.exponential(0.01), 0.06), rng.uniform(2, 12)),
        faint_share=rng.uniform(0.3, 1.0),
        tail=rng.uniform(0.0, 0.4),
        trend=white * rng.normal(0.0, 1.5) if some[4] < 0.15 else 0.0,
        jump=white * rng.normal(0.0, 2.0) if some[5] < 0.08 else 0.0,
        quoted=(factor, spread),
    )


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _ground(rng, days, gap, spread, visits, minutes):
    """Nights on the ground.

    Ranges of the baseline, of the nights between visits and of the spread of these; shares of one, two...
    visits a night; range of the minutes between them.
    """
    span = _log_uniform(rng, *days)
    gap = _log_uniform(rng, *gap), rng.uniform(*spread)
    visits = visits(rng) if callable(visits) else visits
    spacing = rng.uniform(*minutes)
    cadence = GroundCadence(
        start=rng.uniform(0.0, 3000.0),
        midnight=rng.random(),
        span=(span, span, span),
        gap=gap,
        visits=visits,
        spacing=spacing,
        hour_limit=rng.uniform(2.5, 5.0),
        night=rng.uniform(3.5, 5.5),
        moon=rng.uniform(0.0, 0.5),
    )
    return cadence, span


def _ever_fewer(rng):
    more = np.array([1.0, *np.cumprod(np.full(5, rng.uniform(0.05, 0.8)))])
    return tuple(more / more.sum())


def _space_dense(rng):
    visit = _log_uniform(rng, 20, 90)
    step = max(_log_uniform(rng, 2 / 1440, 60 / 1440), visit / 3000)
    n_visits = int(rng.integers(1, 4)) if rng.random() < 0.3 else 1
    apart = visit * rng.uniform(1.5, 12)
    span = visit + (n_visits - 1) * apart
    return DenseCadence(rng.uniform(0.0, 3000.0), step, visit, n_visits, apart), span


def _space_sparse(rng):
    span = _log_uniform(rng, 600, 3800)
    cadence = ScanningCadence(
        start=rng.uniform(0.0, 3000.0),
        span=(span, span, span),
        gap=(_log_uniform(rng, 14, 45), rng.uniform(0.4, 0.8)),
        visits=(0.3, 0.45, 0.1, 0.1, 0.03, 0.02),
        long_gap=(rng.uniform(0.0, 0.2), 3.0),
    )
    return cadence, span


def _plates(rng):
    span = _log_uniform(rng, 1500, 11000)
    return PlateCadence(rng.uniform(0.0, 3000.0), int(_log_uniform(rng, 40, 900))), span


_NIGHTLY = (100, 5500), (1.0, 6.0), (0.3, 1.0), (0.85, 0.12, 0.03), (15, 120)
_FOUR_A_NIGHT = (300, 5500), (4.0, 22.0), (0.3, 0.8), (0.06, 0.1, 0.06, 0.76, 0.02), (8, 25)
_MICROLENSING = (400, 4500), (1.0, 3.5), (0.3, 0.9), _ever_fewer, (15, 75)
_RUBIN = (300, 3650), (4.0, 25.0), (0.6, 1.2), (0.5, 0.45, 0.05), (15, 45)
_CADENCES = {
    "nightly": lambda rng: _ground(rng, *_NIGHTLY),
    "four a night": lambda rng: _ground(rng, *_FOUR_A_NIGHT),
    "space, dense": _space_dense,
    "space, sparse": _space_sparse,
    "microlensing": lambda rng: _ground(rng, *_MICROLENSING),
    "Rubin": lambda rng: _ground(rng, *_RUBIN),
    "plates": _plates,
}


# A star is in a survey's catalogue of variables only if its amplitude stands out from the noise and
# enough points are left; so many stars are drawn before one is taken that is not.
_MAX_TRIES = 60
_MIN_POINTS = 30
_NEED_NO_AMPLITUDE = ("NONVAR", "QSO")

# What random surveys see unless other classes are asked for, and the share of blends there.
RANDOM_CLASSES = (
    *("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "GDOR", "SPB", "BCEP"),
    *("MIRA", "SR", "OSARG", "LB", "EC", "ESD", "ED", "ELL", "ROT", "ACV", "QSO", "SOLARLIKE"),
    "NONVAR",
)
_BLENDED = 0.15
# Shortest surveys that tell stars without a period from a trend.
_NEEDS_DAYS = {"LB": 200.0, "QSO": 100.0}


def simulate_survey(
    n_stars: int,
    survey: Literal["ogle3", "asas", "crts", "hipparcos", "lsst", "random"] = "ogle3",
    *,
    classes: Sequence[str] | Mapping[str, float] | None = None,
    random_state: int | RandomState | None = None,
) -> LightCurves:
    """Simulate labelled light curves as a survey would have measured them.

    Pulsating stars are drawn from the periods, amplitudes and Fourier terms of real stars
    (:func:`load_ogle3_catalog`), long-period variables from their periods and amplitudes; eclipsing
    binaries come from the geometry of two stars, spotted stars from rotating spots, quasars from
    damped random walks. Each is put at a magnitude typical of its class in the survey, and sampled
    with the survey's cadence, seasons, noise and outliers.

    Parameters
    ----------
    n_stars : int
        Number of stars.
    survey : {"ogle3", "asas", "crts", "hipparcos", "lsst", "random"}, default="ogle3"
        The survey: OGLE in I, ASAS in V, Catalina without a filter, Hipparcos in Hp, LSST in r.
        "random" draws another survey for each star, so that nothing can be learned of any one:
        nightly, four exposures a night, a satellite that stares or one that comes back in pairs,
        microlensing, Rubin or plates; from 20 days to 30 years, 15 to 5,000 points, noise from
        20 micromagnitudes to .5 mag with outliers, bad nights, trends and jumps, errors that are
        right, wrong or not given, blends. There, kinds are drawn that catalogues of large amplitudes lack:
        narrow eclipses, small contact binaries, spots that live for a few turns, pulsators of
        many small modes; and systematic errors of stars that do not vary.
    classes : list of str or mapping of str to float, default=None
        Classes to draw, in equal numbers, or with their shares. None: those that the survey's own
        catalogue has, and NONVAR. Any survey takes any of RRAB, RRAB_BL, RRC, RRD, CEP, CEP_MULTI,
        T2CEP, ACEP, DSCT, MIRA, SR, LPV (both), OSARG (red giants of small amplitude), LB
        (irregular ones), EC, ESD, ED, ELL, ROT, ACV, GDOR, SPB, BCEP, QSO, SOLARLIKE (granulation
        and solar-like oscillations) and NONVAR.
    random_state : int, RandomState instance or None, default=None
        Seed. For the same survey, classes and integer seed, the first stars are the same whatever
        `n_stars`.

    Returns
    -------
    LightCurves
        `n_stars` stars with labels, their classes taking turns. Its `table` has one value a star:
        ``true_period`` (days; orbit, rotation or strongest pulsation; NaN where there is none),
        ``second_period``, ``amplitude`` (peak to peak in the band, mag) and ``mean_mag``; of
        random surveys ``cadence`` and ``noise`` (of a point, mag) too.

    Raises
    ------
    ValueError
        If `n_stars` is negative, or a survey or class is unknown.

    See Also
    --------
    load_ogle3_catalog : The stars behind it.

    Notes
    -----
    How close the light curves are to real ones is measured by
    ``examples/benchmarks/simulation_realism.py``; the figures stand in ``docs/simulation.md``.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> stars = simulate_survey(6, "asas", classes=["RRAB", "EC", "NONVAR"], random_state=0)
    >>> stars.labels.tolist()
    ['RRAB', 'EC', 'NONVAR', 'RRAB', 'EC', 'NONVAR']
    >>> bool(0.2 < stars.table["true_period"][0] < 1.0)
    True
    """
    if not isinstance(n_stars, Integral) or n_stars < 0:
        raise ValueError(f"n_stars must be a whole number that is not negative, got {n_stars!r}.")
    plan = _known_survey(survey)
    labels = _take_turns(_shares(classes, plan), n_stars)
    seed = int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
    # The survey is part of the seed, so that two surveys with one seed share no star.
    entropy = [seed, crc32(survey.encode())]
    observe = _observe_anywhere if plan is None else partial(_observe, plan=plan)
    observed = [
        observe(np.random.default_rng([*entropy, i]), label=label) for i, label in enumerate(labels)
    ]
    stars = _assemble(observed, labels, survey, plan)
    if plan is not None:
        return stars
    plans = [own for *_, own in observed]
    told = {
        "cadence": np.array([own.family for own in plans], dtype=object),
        "noise": np.array([own.photometry.noise for own in plans], dtype=float),
    }
    return stars.replace(table={**stars.table, **told})


def _known_survey(survey):
    if survey == "random":
        return None
    if survey not in SURVEYS:
        names = ", ".join([*SURVEYS, "random"])
        raise ValueError(f"Unknown survey {survey!r}: choose one of {names}.")
    return SURVEYS[survey]


def _shares(classes, plan):
    if classes is None:
        classes = RANDOM_CLASSES if plan is None else plan.classes
    elif isinstance(classes, str):
        classes = [classes]
    shares = dict(classes) if isinstance(classes, Mapping) else dict.fromkeys(classes, 1.0)
    unknown = [str(label) for label in shares if label not in CLASSES]
    if unknown:
        raise ValueError(f"Unknown class {', '.join(unknown)}: choose from {', '.join(CLASSES)}.")
    numbers = all(isinstance(share, Real) and math.isfinite(share) for share in shares.values())
    if not shares or not numbers or min(shares.values()) < 0 or not any(shares.values()):
        raise ValueError(
            f"classes needs at least one class, and finite shares that are not negative, got {shares}."
        )
    return shares


def _take_turns(shares, n_stars):
    """The class of each star: always the one that is furthest behind its share."""
    names, share = list(shares), np.array(list(shares.values()), dtype=float)
    share = share / share.sum()
    given = np.zeros(len(names))
    labels = []
    for i in range(n_stars):
        # Rounding keeps equal shares in their order.
        k = int(np.argmax(np.round(share * (i + 1) - given, 9)))
        given[k] += 1
        labels.append(names[k])
    return labels


def _observe(rng, *, plan, label):
    """Draw stars of a class until one would be in the survey's catalogue, and measure it."""
    for tries in range(_MAX_TRIES):
        star = _draw(rng, plan, label)
        mean = split_normal(rng, plan.magnitudes.get(label, plan.magnitudes[None]))
        if not _would_be_found(plan, label, star, mean) and tries < _MAX_TRIES - 1:
            continue
        low, _, high = plan.cadence.span
        span = min(max(split_normal(rng, plan.cadence.span), 0.7 * low), high)
        time, night = plan.cadence.times(rng, span)
        true = mean + star.brightness(time, rng)
        mag, magerr, kept = plan.photometry.measure(rng, time, night, true)
        if np.count_nonzero(kept) >= _MIN_POINTS:
            break
    return star, mean, time[kept], mag[kept], magerr[kept], plan


def _observe_anywhere(rng, *, label):
    """Draw stars, each with a survey of its own, until one would be known to vary there."""
    for tries in range(_MAX_TRIES):
        plan = draw_survey(rng)
        star = _draw_any_kind(rng, plan, label)
        time, night = thin(rng, *plan.cadence.times(rng, plan.span))
        if len(time) < MIN_POINTS:
            continue
        # What takes longer than the survey is a trend there. No period (NaN) is never the longer.
        long = max(_NEEDS_DAYS.get(label, 0.0), star.period / 0.8) > plan.span
        found = label in _NEED_NO_AMPLITUDE or plan.finds(star.amplitude, len(time))
        if (found and not long) or tries > _MAX_TRIES - 5:
            break
    true = plan.mean + star.brightness(time, rng)
    mag, magerr, kept = plan.photometry.measure(rng, time, night, true)
    return star, plan.mean, time[kept], mag[kept], magerr[kept], plan


def _draw_any_kind(rng, plan, label):
    share, other = VARIETIES.get(label, (0.0, None))
    star = other(rng, plan) if rng.random() < share else CLASSES[label](rng, plan)
    return blended(rng, star) if star.amplitude > 0 and rng.random() < _BLENDED else star


def _draw(rng, plan, label):
    other, share = plan.merged.get(label, (label, 0.0))
    if share and rng.random() < share:
        label = other
    return CLASSES[label](rng, plan)


def _would_be_found(plan, label, star, mean):
    if label in _NEED_NO_AMPLITUDE:
        return True
    least = max(plan.least.get(label, 0.0), plan.detection * plan.photometry.noise(mean))
    return star.amplitude >= least


def _assemble(observed, labels, survey, plan):
    stars, means, times, mags, errors, _ = zip(*observed, strict=True) if observed else ((),) * 6
    offsets = np.cumsum([0, *(len(time) for time in times)])
    empty = [np.zeros(0)]
    # Satellites measure micromagnitudes.
    digits = 7 if plan is None else 4
    return LightCurves(
        np.concatenate([*times, *empty]),
        np.round(np.concatenate([*mags, *empty]), digits),
        np.round(np.concatenate([*errors, *empty]), digits),
        offsets,
        ids=[f"{survey}-{i:06d}" for i in range(len(labels))],
        labels=np.array(labels, dtype=object),
        survey="RANDOM" if plan is None else plan.name,
        table={
            "true_period": np.array([star.period for star in stars], dtype=float),
            "second_period": np.array([star.second_period for star in stars], dtype=float),
            "amplitude": np.array([star.amplitude for star in stars], dtype=float),
            "mean_mag": np.array(means, dtype=float),
        },
        time_zero=0.0 if plan is None else plan.time_zero,
    )
