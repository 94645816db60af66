"""The classes that can be simulated."""

from functools import partial

import numpy as np

from ._binaries import draw_binary
from ._kinds import draw_irregular, draw_small_giant, draw_solar_like
from ._processes import Star, damped_random_walk, split_lognormal
from ._pulsators import draw_blazhko, draw_long_period, draw_pulsator

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
    second, (phase, lag) = rng.uniform(0.0, 0.5), rng.random(2)

    def brightness(time, _):
        angle = 2 * np.pi * (time / period + phase)
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
    phase = rng.random(n_modes)

    def brightness(time, _):
        angle = 2 * np.pi * (time[:, None] / period + phase)
        return np.cos(angle) @ (amplitude / 2)

    second = period[1] if n_modes > 1 else np.nan
    return Star(float(amplitude.sum()), brightness, float(period[0]), float(second))


def draw_quasar(rng, survey):
    """QSO: a damped random walk."""
    scale = split_lognormal(rng, _QUASAR_TIME)
    sigma = split_lognormal(rng, _QUASAR_RANGE) / np.sqrt(2)
    return Star(4 * sigma, lambda time, rng: damped_random_walk(rng, time, scale, sigma))


def draw_constant(rng, survey):
    """NONVAR: nothing but what the survey makes of it."""
    return Star(0.0, lambda time, _: np.zeros(len(time)))


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
}


def _draw_lpv(rng, survey):
    """LPV: what a catalogue that does not part Miras from semi-regular stars calls both."""
    return CLASSES["MIRA" if rng.random() < 0.3 else "SR"](rng, survey)


CLASSES["LPV"] = _draw_lpv
