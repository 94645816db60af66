"""Contact, semi-detached and detached eclipsing binaries, and ellipsoidal variables."""

import numpy as np

from ._eclipses import Binary, light, roche_radius
from ._star import Star, split_lognormal

_PHASES = np.arange(128) / 128
# 5th, 50th and 95th percentiles of the orbital periods, in days, of a survey that gives none.
_PERIODS = {
    "EC": (0.25, 0.36, 0.75),
    "ESD": (0.45, 1.1, 6.0),
    "ED": (0.6, 2.0, 9.0),
    "ELL": (0.5, 3.0, 30.0),
}


def draw_binary(rng, survey, label):
    """An eclipsing (EC, ESD, ED) or ellipsoidal (ELL) binary of random geometry."""
    period = split_lognormal(rng, survey.periods.get(label, _PERIODS[label]))
    binary = _GEOMETRY[label](rng, period)
    phase = rng.random()
    third_light = max(0.0, rng.normal(0.0, 0.1))

    def magnitude(phases):
        return -2.5 * np.log10((light(binary, phases) + third_light) / (1 + third_light))

    def brightness(time, _):
        return magnitude(np.mod(time / period + phase, 1.0))

    return Star(float(np.ptp(magnitude(_PHASES))), brightness, period)


def _contact(rng, _):
    """Both stars fill their Roche lobes and share one envelope: nearly one temperature."""
    q = float(np.exp(rng.uniform(np.log(0.15), 0.0)))
    fill = rng.uniform(1.0, 1.08)
    radius_1, radius_2 = fill * roche_radius(1 / q), fill * roche_radius(q)
    return Binary(
        radius_1,
        radius_2,
        surface_ratio=float(np.exp(rng.normal(0.0, 0.2))),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(0.0, 0.8)),
        distortion=rng.uniform(1.5, 2.5),
        spot=rng.normal(0.0, 0.01),
    )


def _semi_detached(rng, _):
    """The lighter, cooler star fills its Roche lobe, the other nearly does."""
    q = rng.uniform(0.2, 0.7)
    radius_1 = rng.uniform(0.6, 0.95) * roche_radius(1 / q)
    radius_2 = roche_radius(q)
    return Binary(
        radius_1,
        radius_2,
        surface_ratio=rng.uniform(0.2, 1.0),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(0.0, 0.85) * (radius_1 + radius_2)),
        distortion=rng.uniform(1.2, 2.0),
        spot=rng.normal(0.0, 0.008),
    )


def _detached(rng, period):
    """Both stars well inside their lobes; wide orbits may be eccentric."""
    q = rng.uniform(0.3, 1.0)
    fill = np.clip(rng.lognormal(np.log(0.52 * (period / 1.5) ** -0.25), 0.3, 2), 0.1, 0.9)
    radius_1, radius_2 = fill[0] * roche_radius(1 / q), fill[1] * roche_radius(q)
    wide = period > 2 and rng.random() < 0.5
    return Binary(
        radius_1,
        radius_2,
        surface_ratio=min(1.0, 1.2 * rng.random() ** 1.4 + 0.03),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(0.0, 0.7) * (radius_1 + radius_2)),
        eccentricity=min(0.5, rng.exponential(0.12)) if wide else 0.0,
        periastron=rng.uniform(0, 2 * np.pi),
    )


def _ellipsoidal(rng, _):
    """A close binary seen too far from edge-on for eclipses."""
    q = rng.uniform(0.3, 1.5)
    radius_1, radius_2 = rng.uniform(0.7, 0.98) * roche_radius(1 / q), 0.1
    steepest = min(0.95, radius_1 + radius_2)
    return Binary(
        radius_1,
        radius_2,
        surface_ratio=rng.uniform(0.2, 1.0),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(steepest, min(0.98, steepest + 0.3))),
    )


_GEOMETRY = {"EC": _contact, "ESD": _semi_detached, "ED": _detached, "ELL": _ellipsoidal}
