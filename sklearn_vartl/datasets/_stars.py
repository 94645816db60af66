"""Simulated stars before they are observed: what all share, pulsators from the OGLE-III catalogue, binaries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ._ogle3 import load_ogle3_catalog

_NORMAL_95 = 1.6449  # 95th percentile of the standard normal distribution


@dataclass(frozen=True)
class Star:
    """One simulated star before it is observed."""

    amplitude: float  # peak to peak, in magnitudes, in the band of the survey
    # Brightness(time, rng): magnitudes relative to the mean; rng is for an irregular part.
    brightness: Callable
    # Physical, in days: orbit, rotation or strongest pulsation; NaN if there is none.
    period: float = np.nan
    second_period: float = np.nan  # of stars with two periods, the weaker; else NaN


def split_normal(rng, quantiles):
    """Draw from two half normals that share the given 5th, 50th and 95th percentiles."""
    low, middle, high = quantiles
    z = rng.standard_normal() / _NORMAL_95
    return middle + z * (high - middle if z > 0 else middle - low)


def split_lognormal(rng, quantiles):
    """Draw a positive number, its logarithm from `split_normal`."""
    return float(np.exp(split_normal(rng, np.log(quantiles))))


def damped_random_walk(rng, time, scale, sigma):
    """An Ornstein-Uhlenbeck process of correlation time `scale` and standard deviation `sigma`.

    It is a Wiener process in the time ``exp(2 t / scale)``, which makes it one cumulative sum.
    Correlation times under 1/300 of the baseline are raised to that, against overflow; points
    further apart than that are independent either way.
    """
    if not len(time):
        return np.zeros(0)
    elapsed = time - time.min()
    scale = max(scale, elapsed.max() / 300, 1e-6)
    order = np.argsort(elapsed, kind="stable")
    clock = elapsed[order] / scale
    steps = np.diff(np.exp(2 * clock), prepend=0.0)
    walk = np.empty_like(clock)
    walk[order] = np.exp(-clock) * np.cumsum(np.sqrt(steps) * rng.standard_normal(len(clock)))
    return sigma * walk


# --- Pulsators

N_HARMONICS = 8
_GRID = np.exp(2j * np.pi * np.arange(128) / 128)

FIELDS = (
    *("P_1", "A_1", "R21_1", "phi21_1", "R31_1", "phi31_1"),
    *("P_2", "A_2", "R21_2", "phi21_2", "R31_2", "phi31_2"),
    *("P_3", "A_3"),
)

# Share of a class, to either side in period, among which a star of a given period is drawn.
_NEIGHBOURS = 0.02

_MAX_POOL = 50_000

# The class names of the package as (type, subtypes) of the catalogue.
_MEMBERS = {
    "RRAB": ("RRLyr", ("RRab",)),
    "RRC": ("RRLyr", ("RRc", "RRe")),
    "RRD": ("RRLyr", ("RRd",)),
    "CEP": ("Cep", ("F", "1", "2")),
    "CEP_MULTI": ("Cep", ("F1", "12")),
    "CEP_TRIPLE": ("Cep", ("123", "F12")),
    "T2CEP": ("T2Cep", ("BLHer", "WVir", "RVTau", "pWVir")),
    "ACEP": ("aCep", ("F", "1")),
    "DSCT": ("DSCT", ("S", "F1")),
    "MIRA": ("LPV", ("Mira",)),
    "SR": ("LPV", ("SRV",)),
    "OSARG": ("LPV", ("OSARG",)),
}

# What the step from I to V does: ratio of the amplitudes, shifts of phi21 and phi31. The shifts of
# RRAB and RRC, and of phi21 of DSCT, are medians of ASAS minus those of OGLE-III; the ratio of ACEP
# is tuned to CRTS. The rest is assumed: V varies about 1.6 times as much as I.
_I_TO_V = {
    "RRAB": (1.65, -0.37, -0.62),
    "RRC": (1.6, -0.16, -0.36),
    "RRD": (1.6, -0.16, -0.36),
    "CEP": (1.65, -0.3, -0.5),
    "CEP_MULTI": (1.6, -0.25, -0.4),
    "CEP_TRIPLE": (1.6, -0.25, -0.4),
    "ACEP": (1.25, 0.0, 0.0),
    "T2CEP": (1.45, -0.2, -0.3),
    "DSCT": (1.7, -0.1, -0.3),
}

# Jitter that keeps two draws of one catalogue star from being the same star; the catalogue's own
# errors are of this size.
_JITTER_PERIOD, _JITTER_AMPLITUDE, _JITTER_RATIO, _JITTER_PHASE = 0.005, 0.05, 0.05, 0.1

# The catalogue stops at the second harmonic of delta Scuti stars; R31 / R21 in ASAS and CRTS.
_DSCT_R31 = 0.42

_BLAZHKO_SHARE = 0.15
_BLAZHKO_PERIOD = (15.0, 50.0, 200.0)

# Amplitude in V over that in I, standard deviations of the slow changes of phase (cycles) and of
# amplitude, of the irregular part over the amplitude, and percentiles of R21 (5, 50, 95).
_KINDS = {
    "MIRA": (1.7, 0.04, 0.25, 0.06, (0.06, 0.2, 0.5)),
    "SR": (2.2, 0.08, 0.35, 0.12, (0.03, 0.1, 0.3)),
}

# Part of the catalogue's second and third periods is the first one's changes, which are added here.
_SECOND_SHARE = 0.6

_MEMORY = 5.0  # cycles over which phase and amplitude wander
_RISE = (4.8, 1.3)  # phi21: the rise is most often faster than the decline


def harmonics(r21, phi21, r31, phi31):
    """Complex coefficients c_k of ``m = Re sum_k c_k exp(2 pi i k x)``, the first one 1.

    The catalogue stops at the third harmonic, where the light curves of RR Lyrae stars do not: the
    later ones go on with the ratio of the third to the second and with the last step of phase.
    Missing terms (NaN) are zero.
    """
    c = np.zeros(N_HARMONICS, dtype=complex)
    c[0] = 1.0
    if np.isnan(phi21) or not r21 > 0:
        return c
    c[1] = r21 * np.exp(1j * phi21)
    if np.isnan(phi31) or not r31 > 0:
        return c
    c[2] = r31 * np.exp(1j * phi31)
    step = c[2] / c[1]
    if abs(step) > 0.85:
        step *= 0.85 / abs(step)
    c[3:] = c[2] * step ** np.arange(1, N_HARMONICS - 2)
    return c


def series(coefficients, turn):
    """``Re sum_k c_k z^k`` for ``z = exp(2 pi i x)``, by Horner's rule."""
    total = np.zeros_like(turn)
    for c in coefficients[::-1]:
        total = (total + c) * turn
    return total.real


def scaled(coefficients, amplitude):
    """The coefficients multiplied so that the series has that peak-to-peak amplitude."""
    curve = series(coefficients, _GRID)
    return coefficients * (amplitude / np.ptp(curve))


def turns(time, period, phase):
    """``exp(2 pi i (t / P + phase))``; the phase is reduced first, for large time stamps."""
    return np.exp(2j * np.pi * np.mod(time / period + phase, 1.0))


@lru_cache(maxsize=1)
def pulsator_pools():
    """For each class, its rows of the catalogue by period, an array of shape (n_rows, len(FIELDS)).

    Read once in a process (about three seconds), then kept; 20 MB. Of the 290,000 OSARG every
    sixth, evenly in period.
    """
    data = load_ogle3_catalog(columns=["Type", "Subtype", *FIELDS], as_frame=False)
    pools = {}
    for label, (kind, subtypes) in _MEMBERS.items():
        rows = (data["Type"] == kind) & np.isin(data["Subtype"].astype(str), subtypes)
        rows &= np.isfinite(data["P_1"]) & np.isfinite(data["A_1"])
        pool = np.column_stack([data[name][rows] for name in FIELDS])
        step = -(-len(pool) // _MAX_POOL)
        pools[label] = pool[np.argsort(pool[:, 0], kind="stable")][::step]
        pools[label].setflags(write=False)
    return pools


def draw_row(rng, label, period=None):
    """A random star of a class as a dict of its catalogue values, NaN where missing.

    With `period`, one of the stars closest to it in period, its periods scaled to that.
    """
    pool = pulsator_pools()[label]
    if period is None:
        k = rng.integers(len(pool))
    else:
        around = max(3, int(_NEIGHBOURS * len(pool)))
        k = np.searchsorted(pool[:, 0], period) + rng.integers(-around, around + 1)
    row = dict(zip(FIELDS, pool[np.clip(k, 0, len(pool) - 1)].tolist(), strict=True))
    if period is not None:
        scale = period / row["P_1"]
        row.update({name: row[name] * scale for name in ("P_1", "P_2", "P_3")})
    return row


def modes_of(row):
    """Periods and amplitudes of the three modes of a catalogue star, and which of them are known."""
    period = np.array([row["P_1"], row["P_2"], row["P_3"]])
    amplitude = np.array([row["A_1"], row["A_2"], row["A_3"]])
    return period, amplitude, np.isfinite(period) & np.isfinite(amplitude)


def draw_pulsator(rng, survey, label):
    """A star of one of the classes of the catalogue, with all the modes it has there."""
    row = draw_row(rng, label, _wanted_period(rng, survey, label))
    if label == "DSCT" and np.isnan(row["phi31_1"]):
        row["R31_1"], row["phi31_1"] = _DSCT_R31 * row["R21_1"], 2 * row["phi21_1"]
    modes = [_mode(rng, survey, label, row, 1)]
    if row["A_2"] > 0 and row["P_2"] > 0:
        modes.append(_mode(rng, survey, label, row, 2))
    if label == "CEP_TRIPLE":
        # The catalogue has no harmonics of the third mode: a sine.
        row |= dict.fromkeys(("R21_3", "phi21_3", "R31_3", "phi31_3"), np.nan)
        modes.append(_mode(rng, survey, label, row, 3))
    modes.sort(key=lambda mode: -mode[2])
    if label == "RRAB" and rng.random() < _BLAZHKO_SHARE:
        return _modulated(rng, modes[0])

    def brightness(time, _):
        return sum(series(c, turns(time, period, phase)) for period, c, _, phase in modes)

    return Star(
        amplitude=sum(mode[2] for mode in modes),
        brightness=brightness,
        period=modes[0][0],
        second_period=modes[1][0] if len(modes) > 1 else np.nan,
    )


def draw_blazhko(rng, survey):
    """An RRab star whose amplitude and phase are modulated."""
    row = draw_row(rng, "RRAB", _wanted_period(rng, survey, "RRAB_BL"))
    return _modulated(rng, _mode(rng, survey, "RRAB", row, 1))


def _wanted_period(rng, survey, label):
    quantiles = survey.periods.get(label)
    return None if quantiles is None else split_lognormal(rng, quantiles)


def _mode(rng, survey, label, row, k):
    """Period, coefficients, amplitude and phase of the k-th mode of a catalogue star."""
    ratio, shift21, shift31 = _I_TO_V[label]
    z = rng.standard_normal(6)
    period = row[f"P_{k}"] * np.exp(_JITTER_PERIOD * z[0])
    amplitude = row[f"A_{k}"] * ratio**survey.blueness * np.exp(_JITTER_AMPLITUDE * z[1])
    coefficients = harmonics(
        row[f"R21_{k}"] * np.exp(_JITTER_RATIO * z[2]),
        row[f"phi21_{k}"] + survey.blueness * shift21 + _JITTER_PHASE * z[3],
        row[f"R31_{k}"] * np.exp(_JITTER_RATIO * z[4]),
        row[f"phi31_{k}"] + survey.blueness * shift31 + _JITTER_PHASE * z[5],
    )
    return period, scaled(coefficients, amplitude), amplitude, rng.random()


def _modulated(rng, mode):
    """The Blazhko effect: amplitude and phase vary together over weeks to months."""
    period, coefficients, amplitude, phase = mode
    slow_period = split_lognormal(rng, _BLAZHKO_PERIOD)
    depth, swing = rng.uniform(0.2, 0.6), rng.uniform(0.02, 0.1)
    start, lag = rng.random(2)

    def brightness(time, _):
        slow = 2 * np.pi * (time / slow_period + start)
        turn = turns(time, period, phase + swing * np.sin(slow + 2 * np.pi * lag))
        return (1 + depth * np.cos(slow)) * series(coefficients, turn)

    return Star(amplitude, brightness, period, slow_period)


def draw_long_period(rng, survey, label):
    """A Mira or semi-regular star: up to three periods, none strict, and an irregular part."""
    quantiles = survey.periods.get(label)
    ratio, phase_changes, size_changes, irregular, harmonic = _KINDS[label]
    row = draw_row(rng, label, quantiles and split_lognormal(rng, quantiles))
    periods, amplitudes, present = modes_of(row)
    present[1:] &= amplitudes[1:] < amplitudes[0]
    periods, amplitudes = periods[present], amplitudes[present]
    periods = periods * np.exp(0.02 * rng.standard_normal(len(periods)))
    amplitudes = amplitudes * ratio**survey.blueness * np.exp(0.1 * rng.standard_normal())
    amplitudes[1:] *= _SECOND_SHARE
    phases = rng.random(len(periods))
    r21 = split_lognormal(rng, harmonic)
    r31 = r21 * rng.uniform(0.2, 0.9)
    phi21, phi31 = rng.normal(*_RISE), 2 * np.pi * rng.random()

    def brightness(time, rng):
        memory = _MEMORY * periods[0]
        angle = 2 * np.pi * (time / periods[0] + phases[0])
        angle = angle + 2 * np.pi * damped_random_walk(rng, time, memory, phase_changes)
        size = amplitudes[0] / 2 * (1 + damped_random_walk(rng, time, memory, size_changes))
        mag = size * (
            np.cos(angle) + r21 * np.cos(2 * angle + phi21) + r31 * np.cos(3 * angle + phi31)
        )
        for period, amplitude, phase in zip(periods[1:], amplitudes[1:], phases[1:], strict=True):
            mag = mag + amplitude / 2 * np.cos(2 * np.pi * (time / period + phase))
        return mag + damped_random_walk(rng, time, periods[0] / 8, irregular * amplitudes[0])

    second = periods[1] if len(periods) > 1 else np.nan
    return Star(float(amplitudes[0]), brightness, float(periods[0]), float(second))


# --- Binaries: geometry and light

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
