"""Simulated surveys: stars of known class and period, seen as a survey would see them.

The survey is one that is named, or one drawn at random, another for each star.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np
from sklearn.utils import check_random_state

from ..light_curves import LightCurves
from ._classes import CLASSES, VARIETIES, blended
from ._stars import split_normal
from ._surveys import MIN_POINTS, SURVEYS, draw_survey, thin

if TYPE_CHECKING:
    from numpy.random import RandomState

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
