"""What simulated stars share: the form of a star, and random numbers and processes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
