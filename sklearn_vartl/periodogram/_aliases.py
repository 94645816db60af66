"""Slow variables and their daily aliases."""

import numpy as np

from .._compiled import njit
from ._fourier_fit import unit_circle

# Periods (days) beyond which a variable is slow: no sampling once a night misses a cycle.
SLOW_PERIOD = 30.0
# Twice the log odds by which each factor e in period is preferred among tied candidates.
STRENGTH = 12.0
# How far (cycles a day) an alias may be from a whole number: solar and sidereal days, and the year.
WIDTH = 0.01


@njit
def window_power(star, frequency, circle):
    """Return the power of the spectral window, the squared modulus of mean(w exp(2 pi i f t)).

    `circle` (2, n_points) is working memory.
    """
    time, _, weight, _ = star
    unit_circle(time, frequency, circle[0], circle[1])
    real = 0.0
    imaginary = 0.0
    for i in range(time.size):
        real += weight[i] * circle[0, i]
        imaginary += weight[i] * circle[1, i]
    return (real * real + imaginary * imaginary) / time.size**2


@njit
def daily_tie(star, fast, slow, circle):
    """Return how far the sampling confuses two frequencies, 0 unless one is a daily alias."""
    tie = 0.0
    for distance in (fast - slow, fast + slow):
        if abs(distance - np.round(distance)) < WIDTH:
            tie = max(tie, window_power(star, distance, circle))
    return tie


@njit
def prefer_slow(star, refined, score, circle):
    """Let slow candidates change places with their daily aliases where these are little better.

    Sampled once a night, a slow variation is fitted as well near a whole number of cycles a day.
    Such ties, which the spectral window tells, are broken by a prior that falls with frequency.

    Parameters
    ----------
    star : tuple
        Of `standardised`.
    refined : ndarray of shape (n_candidates,)
        Frequencies of the candidates.
    score : ndarray of shape (n_candidates,)
        Their scores, the lower the better; changed in place.
    circle : ndarray of shape (2, n_points)
        Working memory.
    """
    for slow in range(refined.size):
        if not refined[slow] < 1.0 / SLOW_PERIOD:
            continue
        for fast in range(refined.size):
            if not refined[fast] > 3.0 / SLOW_PERIOD or score[fast] > score[slow]:
                continue
            behind = score[slow] - score[fast]
            prior = STRENGTH * np.log(refined[fast] / refined[slow])
            if behind < prior:
                tie = daily_tie(star, refined[fast], refined[slow], circle)
                if behind < prior * tie:
                    score[slow], score[fast] = score[fast], score[slow]
