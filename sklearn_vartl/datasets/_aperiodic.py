"""Quasars, and stars that do not vary at all."""

import numpy as np

from ._star import Star, damped_random_walk, split_lognormal

# Correlation time (days) and asymptotic structure function (mag) of quasars, 5th, 50th and 95th
# percentile: assumed, of the size found by MacLeod et al. 2010, ApJ 721, 1014.
_QUASAR_TIME = (80.0, 500.0, 3000.0)
_QUASAR_RANGE = (0.12, 0.25, 0.5)


def draw_quasar(rng, survey):
    """QSO: a damped random walk."""
    scale = split_lognormal(rng, _QUASAR_TIME)
    sigma = split_lognormal(rng, _QUASAR_RANGE) / np.sqrt(2)
    return Star(4 * sigma, lambda time, rng: damped_random_walk(rng, time, scale, sigma))


def draw_constant(rng, survey):
    """NONVAR: nothing but what the survey makes of it."""
    return Star(0.0, lambda time, _: np.zeros(len(time)))
