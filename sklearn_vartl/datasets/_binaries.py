"""Simulated binaries: geometry and light."""

from dataclasses import dataclass

import numpy as np

from ._processes import Star, split_lognormal

LIMB_DARKENING = 0.6
_GRAVITY_DARKENING = 0.32
_ALBEDO = 0.5

# A linearly limb-darkened disc as a stack of uniform ones: their radii, and their brightnesses,
# which add up to that of the disc halfway between two radii.
_RINGS = np.array([0.45, 0.7, 0.88, 1.0])

_BETWEEN = np.array([0.25, 0.6, 0.8, 0.95])
_PROFILE = 1 - LIMB_DARKENING * (1 - np.sqrt(1 - _BETWEEN**2))
_HEIGHTS = _PROFILE - np.append(_PROFILE[1:], 0.0)
_LIGHT = _HEIGHTS * _RINGS**2 / np.sum(_HEIGHTS * _RINGS**2)
_PHASES = np.arange(128) / 128

# 5th, 50th and 95th percentiles of the orbital periods, in days, of a survey that gives none.
_PERIODS = {
    "EC": (0.25, 0.36, 0.75),
    "ESD": (0.45, 1.1, 6.0),
    "ED": (0.6, 2.0, 9.0),
    "ELL": (0.5, 3.0, 30.0),
}


@dataclass(frozen=True)
class Binary:
    """A binary: star 2 is in front at phase 0."""

    radius_1: float
    radius_2: float
    surface_ratio: float  # surface brightness of star 2 over that of star 1
    mass_ratio: float  # of star 2 to star 1
    inclination: float  # radians
    distortion: float = 1.0  # tides over those of the leading term: filled lobes are no ellipsoids
    eccentricity: float = 0.0
    periastron: float = 0.0  # its argument, radians
    spot: float = 0.0  # difference of the two maxima, in the light of both (O'Connell effect)


def roche_radius(mass_ratio):
    """Radius of the Roche lobe of a star `mass_ratio` times its companion (Eggleton 1983)."""
    a, b = np.cbrt(mass_ratio) ** 2, np.cbrt(mass_ratio)
    return 0.49 * a / (0.6 * a + np.log1p(b))


def light(binary, phase):
    """Light of both stars at the orbital phases, 1 where nothing dims or brightens them."""
    angle, distance = _orbit(binary, phase)
    across = np.sin(binary.inclination) ** 2
    apart = distance * np.sqrt(np.maximum(1 - across * np.cos(angle) ** 2, 0.0))
    in_front = np.cos(angle) > 0
    shares = np.array([binary.radius_1**2, binary.surface_ratio * binary.radius_2**2])
    shares = shares / shares.sum()
    total = binary.spot * np.sin(angle)
    stars = (
        (binary.radius_1, binary.radius_2, binary.mass_ratio, in_front, 1.0),
        (binary.radius_2, binary.radius_1, 1 / binary.mass_ratio, ~in_front, -1.0),
    )
    for k, (radius, other, pull, hidden_here, facing) in enumerate(stars):
        tide = binary.distortion * _tide() * pull * across * (radius / distance) ** 3
        heat = _ALBEDO * shares[1 - k] * (radius / distance) ** 2 / 2
        seen = shares[k] * (1 - np.minimum(tide, 0.3) * np.cos(2 * angle))
        seen += heat * (1 + facing * np.cos(angle))
        behind = hidden_here & (apart < radius + other)
        seen[behind] *= 1 - covered(apart[behind], radius, other)
        total = total + seen
    return total


def covered(apart, radius, other):
    """Share of the light of a limb-darkened disc that a disc of radius `other` covers."""
    hidden = np.zeros_like(apart)
    for ring, weight in zip(_RINGS * radius, _LIGHT, strict=True):
        hidden += weight * _overlap(apart, ring, other) / (np.pi * ring**2)
    return hidden


def _tide():
    """Leading term of ellipsoidal variation (Morris 1985) for unit mass ratio and radius."""
    u = LIMB_DARKENING
    return 0.15 * (15 + u) * (1 + _GRAVITY_DARKENING) / (3 - u)


def _orbit(binary, phase):
    """Angle from the conjunction of phase 0, and distance of the stars, at each phase."""
    angle = 2 * np.pi * phase
    e = binary.eccentricity
    if e == 0:
        return angle, np.ones_like(angle)
    start = np.pi / 2 - binary.periastron  # true anomaly of the conjunction
    anomaly = angle + _mean_anomaly(start, e)
    eccentric = anomaly + e * np.sin(anomaly)
    for _ in range(5):
        eccentric -= (eccentric - e * np.sin(eccentric) - anomaly) / (1 - e * np.cos(eccentric))
    true = np.arctan2(np.sqrt(1 - e**2) * np.sin(eccentric), np.cos(eccentric) - e)
    return true - start, 1 - e * np.cos(eccentric)


def _mean_anomaly(true, e):
    eccentric = 2 * np.arctan(np.sqrt((1 - e) / (1 + e)) * np.tan(true / 2))
    return eccentric - e * np.sin(eccentric)


def _overlap(apart, a, b):
    """Area common to two circles of radii `a` and `b` at the distances `apart`."""
    d = np.clip(apart, max(abs(a - b), 1e-12), a + b)
    cos_a = np.clip((d**2 + a**2 - b**2) / (2 * d * a), -1, 1)
    cos_b = np.clip((d**2 + b**2 - a**2) / (2 * d * b), -1, 1)
    kite = (-d + a + b) * (d + a - b) * (d - a + b) * (d + a + b)
    lens = a**2 * np.arccos(cos_a) + b**2 * np.arccos(cos_b)
    return lens - 0.5 * np.sqrt(np.maximum(kite, 0.0))


def draw_binary(rng, survey, label):
    """An eclipsing (EC, ESD, ED) or ellipsoidal (ELL) binary of random geometry."""
    period = split_lognormal(rng, survey.periods.get(label, _PERIODS[label]))
    binary = _GEOMETRY[label](rng, period)
    phase = rng.random()
    return seen(binary, period, phase, max(0.0, rng.normal(0.0, 0.1)), _PHASES)


def seen(binary, period, phase, third_light, grid):
    """A binary as a star, its light diluted by a third one's; the amplitude is looked for at the phases `grid`."""

    def magnitude(phases):
        return -2.5 * np.log10((light(binary, phases) + third_light) / (1 + third_light))

    def brightness(time, _):
        return magnitude(np.mod(time / period + phase, 1.0))

    return Star(float(np.ptp(magnitude(grid))), brightness, period)


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
