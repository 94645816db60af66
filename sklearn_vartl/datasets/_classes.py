"""The classes that can be simulated, kinds that catalogues of large amplitudes lack, and artefacts."""

from functools import partial

import numpy as np

from ._stars import (
    Binary,
    Star,
    damped_random_walk,
    draw_binary,
    draw_blazhko,
    draw_long_period,
    draw_pulsator,
    draw_row,
    modes_of,
    roche_radius,
    seen,
    split_lognormal,
)

# Fraction of ROT stars that are close binaries with two waves in an orbit (79% of the CRTS class),
# and the periods of these and of single spotted stars, in days.
_CLOSE_SHARE = 0.75
_CLOSE_PERIODS = (0.27, 0.37, 0.8)
_SPOTTED_PERIODS = (1.0, 12.0, 150.0)
_SPOT_AMPLITUDE = (0.08, 0.17, 0.4)
_SPOT_LIFE = (60.0, 300.0, 1500.0)
_PECULIAR_PERIODS = (0.8, 2.6, 12.0)
_PECULIAR_AMPLITUDE = (0.02, 0.04, 0.1)

# Periods in days, amplitude in V of the strongest mode, of the non-radial pulsators.
_NON_RADIAL = {
    "GDOR": ((0.4, 0.9, 2.0), (0.015, 0.035, 0.08)),
    "SPB": ((0.7, 1.6, 3.5), (0.015, 0.03, 0.07)),
    "BCEP": ((0.11, 0.18, 0.27), (0.015, 0.04, 0.11)),
}

# Correlation time (days) and asymptotic structure function (mag) of quasars, 5th, 50th and 95th
# percentile: assumed, of the size found by MacLeod et al. 2010, ApJ 721, 1014.
_QUASAR_TIME = (80.0, 500.0, 3000.0)
_QUASAR_RANGE = (0.12, 0.25, 0.5)
_PULSATORS = ("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT")

_DAY, _SIDEREAL, _LUNATION, _YEAR = 1.0, 0.9972696, 29.530589, 365.25
_MICROHERTZ = 86400e-6  # cycles per day

# Amplitude in V over that in I of red giants, and of their irregular part in the strongest mode.
_GIANT_RATIO, _GIANT_IRREGULAR = 1.8, (0.1, 0.4, 1.2)
# Irregular giants: correlation time in days and range (peak to peak, about) in V.
_IRREGULAR_TIME, _IRREGULAR_RANGE = (8.0, 40.0, 200.0), (0.015, 0.08, 0.5)
# Frequency of maximum power of solar-like oscillators: red giants to the Sun, microhertz.
_NU_MAX = (6.0, 60.0, 900.0)
# Small pulsators: periods of the strongest mode in days, amplitude of that in mag.
_SMALL_PULSATORS = {
    "DSCT": ((0.03, 0.075, 0.2), (4e-4, 3e-3, 0.03)),
    "GDOR": ((0.4, 0.8, 1.8), (5e-4, 4e-3, 0.03)),
    "SPB": ((0.6, 1.5, 3.5), (5e-4, 4e-3, 0.03)),
    "BCEP": ((0.1, 0.17, 0.27), (5e-4, 4e-3, 0.03)),
}
_EVOLVING_PERIODS, _EVOLVING_AMPLITUDE = (0.4, 6.0, 30.0), (8e-4, 8e-3, 0.09)
_SMALL_PECULIAR = (1e-3, 8e-3, 0.05)
_NARROW_PERIODS = (1.0, 4.0, 30.0)
_PHASES = np.arange(256) / 256


def draw_spotted(rng, survey):
    """ROT: two spots that come, go and drift; three of four on the stars of a close binary."""
    close = rng.random() < _CLOSE_SHARE
    period = split_lognormal(rng, _CLOSE_PERIODS if close else _SPOTTED_PERIODS)
    amplitude = split_lognormal(rng, _SPOT_AMPLITUDE)
    life = split_lognormal(rng, _SPOT_LIFE)
    phase = rng.random()
    longitudes = rng.random() + np.array([0.0, rng.normal(0.45, 0.1)])
    tide = rng.uniform(0.6, 1.0) if close else 0.0

    def brightness(time, rng):
        turn = time / period + phase
        mag = tide * amplitude / 2 * (np.cos(4 * np.pi * turn) + 0.15 * np.cos(8 * np.pi * turn))
        for longitude in longitudes:
            size = 1 + damped_random_walk(rng, time, life, 0.3)
            drift = damped_random_walk(rng, time, life, 0.03)
            seen = np.maximum(np.cos(2 * np.pi * (turn - longitude + drift)), 0.0)
            mag = mag + (1 - tide) * amplitude * size * seen
        return mag

    return Star(amplitude, brightness, period)


def draw_peculiar(rng, survey):
    """ACV: abundance spots fixed in the star, one strict period, one or two waves."""
    period = split_lognormal(rng, _PECULIAR_PERIODS)
    amplitude = split_lognormal(rng, _PECULIAR_AMPLITUDE)
    return _two_waves(rng, period, amplitude, largest=0.5)


def _two_waves(rng, period, amplitude, largest):
    """A wave and one of half its period, which is at most so many times as large."""
    second, (phase, lag) = rng.uniform(0.0, largest), rng.random(2)

    def brightness(time, _):
        angle = 2 * np.pi * np.mod(time / period + phase, 1.0)
        wave = np.cos(angle) + second * np.cos(2 * angle + 2 * np.pi * lag)
        return amplitude / 2 / (1 + second / 2) * wave

    return Star(amplitude, brightness, period)


def draw_non_radial(rng, survey, label):
    """gamma Doradus, slowly pulsating B and beta Cephei stars: one to four modes close together."""
    periods, amplitudes = _NON_RADIAL[label]
    n_modes = rng.integers(1, 5)
    period = split_lognormal(rng, periods) * np.exp(0.15 * rng.standard_normal(n_modes))
    amplitude = split_lognormal(rng, amplitudes) * np.append(
        1.0, rng.uniform(0.2, 0.8, n_modes - 1)
    )
    return _sines(rng, period, amplitude)


def _sines(rng, period, amplitude):
    """Modes as sines, the strongest first."""
    phase = rng.random(len(period))

    def brightness(time, _):
        return np.cos(2 * np.pi * np.mod(time[:, None] / period + phase, 1.0)) @ (amplitude / 2)

    second = float(period[1]) if len(period) > 1 else np.nan
    return Star(float(amplitude.sum()), brightness, float(period[0]), second)


def draw_quasar(rng, survey):
    """QSO: a damped random walk."""
    scale = split_lognormal(rng, _QUASAR_TIME)
    sigma = split_lognormal(rng, _QUASAR_RANGE) / np.sqrt(2)
    return Star(4 * sigma, lambda time, rng: damped_random_walk(rng, time, scale, sigma))


def draw_constant(rng, survey):
    """NONVAR: nothing but what the survey makes of it."""
    return Star(0.0, lambda time, _: np.zeros(len(time)))


def draw_small_giant(rng, survey):
    """OSARG: the catalogue's three periods, none of them strict, and a red noise."""
    row = draw_row(rng, "OSARG")
    period, amplitude, known = modes_of(row)
    period = period[known] * np.exp(0.02 * rng.standard_normal(known.sum()))
    ratio = _GIANT_RATIO**survey.blueness * np.exp(0.2 * rng.standard_normal())
    amplitude, phase = amplitude[known] * ratio, rng.random(known.sum())
    irregular = amplitude[0] / 2 * split_lognormal(rng, _GIANT_IRREGULAR)

    def brightness(time, rng):
        mag = damped_random_walk(rng, time, period[0] / 2, irregular)
        for p, a, start in zip(period, amplitude, phase, strict=True):
            # Stochastic excitation: a mode remembers a dozen cycles.
            drift = damped_random_walk(rng, time, 12 * p, 0.1)
            size = 1 + damped_random_walk(rng, time, 12 * p, 0.35)
            mag = mag + a / 2 * size * np.cos(2 * np.pi * (time / p + start + drift))
        return mag

    second = float(period[1]) if len(period) > 1 else np.nan
    return Star(float(amplitude[0] + 2 * irregular), brightness, float(period[0]), second)


def draw_irregular(rng, survey):
    """LB: a slow irregular giant: red noise of two time scales, no period."""
    scale, size = split_lognormal(rng, _IRREGULAR_TIME), split_lognormal(rng, _IRREGULAR_RANGE)
    size = size * _GIANT_RATIO ** (survey.blueness - 1)
    share = rng.uniform(0.2, 0.8)

    def brightness(time, rng):
        slow = damped_random_walk(rng, time, scale * 6, size / 4 * share)
        return slow + damped_random_walk(rng, time, scale, size / 4 * (1 - share))

    return Star(size, brightness)


def draw_solar_like(rng, survey):
    """SOLARLIKE: granulation of two time scales and modes that come and go; no period.

    Amplitudes and time scales follow from the frequency of maximum power (Kallinger et al. 2014,
    A&A 570, A41); the oscillations have about half of the granulation's.
    """
    nu_max = split_lognormal(rng, _NU_MAX)
    sigma = 3382e-6 * nu_max**-0.609 * np.exp(0.15 * rng.standard_normal()) * 1.0857
    rates = 2 * np.pi * _MICROHERTZ * np.array([0.317 * nu_max**0.970, 0.948 * nu_max**0.992])
    spacing = 0.267 * nu_max**0.764
    width = 0.66 * nu_max**0.88 / 2.355
    modes = nu_max + spacing * (np.arange(-4, 5) / 2 + rng.uniform(-0.25, 0.25))
    modes = modes[modes > 0]
    power = np.exp(-0.5 * ((modes - nu_max) / width) ** 2)
    heights = 0.5 * sigma * np.sqrt(power / power.sum())
    life = rng.uniform(8.0, 60.0)
    # Of the Sun's kind turn slowly, and their spots are faint.
    spots, turn = 1e-4 * rng.exponential(), rng.uniform(15.0, 80.0)

    def brightness(time, rng):
        mag = sum(damped_random_walk(rng, time, 1 / rate, sigma / np.sqrt(2)) for rate in rates)
        for nu, height in zip(modes, heights, strict=True):
            angle = 2 * np.pi * np.mod(nu * _MICROHERTZ * time, 1.0)
            # A damped oscillator in its rotating frame: two random walks.
            mag = mag + np.cos(angle) * damped_random_walk(rng, time, life, height)
            mag = mag + np.sin(angle) * damped_random_walk(rng, time, life, height)
        return mag + damped_random_walk(rng, time, turn, spots)

    return Star(float(4 * sigma), brightness)


def draw_small_pulsator(rng, survey, label):
    """Many modes of small amplitude, close together; sines, as small pulsations are."""
    periods, amplitudes = _SMALL_PULSATORS[label]
    n_modes = int(rng.integers(1, 9))
    main = split_lognormal(rng, periods)
    period = main * np.exp(0.2 * rng.standard_normal(n_modes))
    period[0] = main
    amplitude = split_lognormal(rng, amplitudes) * np.append(
        1.0, np.sort(rng.beta(1.5, 2.0, n_modes - 1))[::-1]
    )
    return _sines(rng, period, amplitude)


def draw_narrow_eclipses(rng, survey):
    """ED: eclipses of a few percent of the cycle, primary ones alone where the companion is dark."""
    period = split_lognormal(rng, _NARROW_PERIODS)
    q = rng.uniform(0.15, 1.0)
    sum_of_radii = np.exp(rng.uniform(np.log(0.06), np.log(0.22)))
    ratio = np.exp(rng.uniform(np.log(0.2), 0.0))
    radius_1 = sum_of_radii / (1 + ratio)
    binary = Binary(
        radius_1,
        ratio * radius_1,
        surface_ratio=rng.uniform(0.01, 1.0),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(0.0, 0.6) * sum_of_radii),
        eccentricity=min(0.6, rng.exponential(0.15)) if period > 2 and rng.random() < 0.6 else 0.0,
        periastron=rng.uniform(0, 2 * np.pi),
    )
    return _binary(rng, binary, period)


def draw_small_contact(rng, survey):
    """EC: two stars in one envelope, seen too far from edge-on for eclipses, or beside a third."""
    period = split_lognormal(rng, (0.25, 0.38, 0.8))
    q = float(np.exp(rng.uniform(np.log(0.1), 0.0)))
    fill = rng.uniform(1.0, 1.08)
    binary = Binary(
        fill * roche_radius(1 / q),
        fill * roche_radius(q),
        surface_ratio=float(np.exp(rng.normal(0.0, 0.1))),
        mass_ratio=q,
        inclination=np.arccos(rng.uniform(0.75, 0.97)),
        distortion=rng.uniform(1.0, 2.0),
        spot=rng.normal(0.0, 0.004),
    )
    third = np.exp(rng.uniform(np.log(0.5), np.log(30.0))) if rng.random() < 0.4 else 0.0
    return _binary(rng, binary, period, third)


def _binary(rng, binary, period, third_light=0.0):
    # An eclipse may be narrower than the grid: its middle and that of the other one are on it.
    return seen(binary, period, rng.random(), third_light, np.append(_PHASES, 0.5))


def draw_evolving_spots(rng, survey):
    """ROT: spots that live for a few turns at latitudes that turn at their own rates."""
    period = split_lognormal(rng, _EVOLVING_PERIODS)
    amplitude = split_lognormal(rng, _EVOLVING_AMPLITUDE)
    n_spots = int(rng.integers(2, 6))
    life = period * np.exp(rng.uniform(np.log(3.0), np.log(60.0)))
    rate = (1 + 0.03 * rng.standard_normal(n_spots)) / period
    longitude = rng.random(n_spots)

    def brightness(time, rng):
        mag = np.zeros(len(time))
        for f, start in zip(rate, longitude, strict=True):
            size = np.maximum(1 + damped_random_walk(rng, time, life, 0.8), 0.0)
            mag = mag + size * np.maximum(np.cos(2 * np.pi * np.mod(time * f + start, 1.0)), 0.0)
        return amplitude / np.sqrt(n_spots) * mag

    return Star(amplitude, brightness, period)


def draw_small_peculiar(rng, survey):
    """ACV: one or two strict waves of a few millimagnitudes."""
    period = split_lognormal(rng, _PECULIAR_PERIODS)
    return _two_waves(rng, period, split_lognormal(rng, _SMALL_PECULIAR), largest=1.0)


def draw_artefact(rng, survey):
    """NONVAR: a star that does not vary, seen through systematic errors of one or two kinds.

    Nightly: airmass, of the solar or the sidereal day; the moon's months; the year's seasons, each
    with a zero point of its own; jumps after which the field lies elsewhere on the detector.
    """
    size = survey.photometry.noise * np.exp(rng.uniform(np.log(0.2), np.log(2.5)))
    chosen = rng.permutation(len(_SYSTEMATICS))[: rng.integers(1, 3)]
    makers = [_SYSTEMATICS[k](rng) for k in chosen]

    def brightness(time, rng):
        return size * sum(maker(time, rng) for maker in makers)

    return Star(0.0, brightness)


def _airmass(rng):
    day, phase, second = (_DAY, _SIDEREAL)[rng.integers(2)], rng.random(), rng.uniform(0.0, 0.5)

    def offsets(time, _):
        angle = 2 * np.pi * np.mod(time / day + phase, 1.0)
        return 2 * (np.cos(angle) + second * np.cos(2 * angle))

    return offsets


def _moonlight(rng):
    phase, power = rng.random(), rng.uniform(1.0, 6.0)
    return lambda time, _: 2 * ((1 + np.cos(2 * np.pi * (time / _LUNATION + phase))) / 2) ** power


def _seasons(rng):
    phase, wave = rng.random(), rng.uniform(0.0, 1.0)

    def offsets(time, rng):
        year = np.floor(time / _YEAR + phase).astype(int)
        zero_points = rng.standard_normal(year.max() - year.min() + 1 if len(year) else 1)
        drift = np.cos(2 * np.pi * (time / _YEAR + phase))
        return zero_points[year - year.min()] + wave * drift if len(year) else drift

    return offsets


def _jumps(rng):
    n_jumps = rng.integers(1, 5)

    def offsets(time, rng):
        if not len(time):
            return np.zeros(0)
        when = rng.uniform(time.min(), time.max(), n_jumps)
        steps = rng.standard_normal(n_jumps)
        return (steps * (time[:, None] > when)).sum(axis=1)

    return offsets


_SYSTEMATICS = (_airmass, _moonlight, _seasons, _jumps)


def blended(rng, star):
    """The star with the constant light of neighbours in the aperture."""
    share = rng.uniform(0.15, 0.9)

    def brightness(time, rng):
        return -2.5 * np.log10(1 - share + share * 10 ** (-0.4 * star.brightness(time, rng)))

    return Star(share * star.amplitude, brightness, star.period, star.second_period)


# Further kinds of a class: how often one is drawn instead, where all kinds are wanted.
VARIETIES = {
    "NONVAR": (0.5, draw_artefact),
    "ED": (0.5, draw_narrow_eclipses),
    "EC": (0.3, draw_small_contact),
    "ROT": (0.5, draw_evolving_spots),
    "ACV": (0.5, draw_small_peculiar),
    # Three modes, from the catalogue's ten.
    "CEP_MULTI": (0.1, partial(draw_pulsator, label="CEP_TRIPLE")),
    **{
        label: (0.5 if label == "DSCT" else 0.6, partial(draw_small_pulsator, label=label))
        for label in _SMALL_PULSATORS
    },
}


# Each value draws one star: draw(rng, survey) -> Star.
CLASSES = {
    **{label: partial(draw_pulsator, label=label) for label in _PULSATORS},
    "RRAB_BL": draw_blazhko,
    **{label: partial(draw_long_period, label=label) for label in ("MIRA", "SR")},
    **{label: partial(draw_binary, label=label) for label in ("EC", "ESD", "ED", "ELL")},
    "ROT": draw_spotted,
    "ACV": draw_peculiar,
    **{label: partial(draw_non_radial, label=label) for label in ("GDOR", "SPB", "BCEP")},
    "QSO": draw_quasar,
    "NONVAR": draw_constant,
    "OSARG": draw_small_giant,
    "LB": draw_irregular,
    "SOLARLIKE": draw_solar_like,
    # What a catalogue that does not part Miras from semi-regular stars calls both.
    "LPV": lambda rng, survey: draw_long_period(
        rng, survey, "MIRA" if rng.random() < 0.3 else "SR"
    ),
}
