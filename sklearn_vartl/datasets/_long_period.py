"""Miras and semi-regular variables with the periods and amplitudes of OGLE-III."""

import numpy as np

from ._pools import draw_row
from ._star import Star, damped_random_walk, split_lognormal

# Amplitude in V over that in I, standard deviations of the slow changes of phase (cycles) and of
# amplitude, of the irregular part over the amplitude, and percentiles of R21 (5, 50, 95).
_KINDS = {
    "MIRA": {
        "ratio": 1.7,
        "phase": 0.04,
        "amplitude": 0.25,
        "irregular": 0.06,
        "harmonic": (0.06, 0.2, 0.5),
    },
    "SR": {
        "ratio": 2.2,
        "phase": 0.08,
        "amplitude": 0.35,
        "irregular": 0.12,
        "harmonic": (0.03, 0.1, 0.3),
    },
}
# Part of the catalogue's second and third periods is the first one's changes, which are added here.
_SECOND_SHARE = 0.6
_MEMORY = 5.0  # cycles over which phase and amplitude wander
_RISE = (4.8, 1.3)  # phi21: the rise is most often faster than the decline


def draw_long_period(rng, survey, label):
    """A Mira or semi-regular star: up to three periods, none strict, and an irregular part."""
    quantiles, kind = survey.periods.get(label), _KINDS[label]
    row = draw_row(rng, label, quantiles and split_lognormal(rng, quantiles))
    periods = np.array([row["P_1"], row["P_2"], row["P_3"]])
    amplitudes = np.array([row["A_1"], row["A_2"], row["A_3"]])
    present = np.isfinite(periods) & np.isfinite(amplitudes)
    present[1:] &= amplitudes[1:] < amplitudes[0]
    periods, amplitudes = periods[present], amplitudes[present]
    periods = periods * np.exp(0.02 * rng.standard_normal(len(periods)))
    amplitudes = amplitudes * kind["ratio"] ** survey.blueness * np.exp(0.1 * rng.standard_normal())
    amplitudes[1:] *= _SECOND_SHARE
    phases = rng.random(len(periods))
    r21 = split_lognormal(rng, kind["harmonic"])
    r31 = r21 * rng.uniform(0.2, 0.9)
    phi21, phi31 = rng.normal(*_RISE), 2 * np.pi * rng.random()

    def brightness(time, rng):
        memory = _MEMORY * periods[0]
        angle = 2 * np.pi * (time / periods[0] + phases[0])
        angle = angle + 2 * np.pi * damped_random_walk(rng, time, memory, kind["phase"])
        size = amplitudes[0] / 2 * (1 + damped_random_walk(rng, time, memory, kind["amplitude"]))
        mag = size * (
            np.cos(angle) + r21 * np.cos(2 * angle + phi21) + r31 * np.cos(3 * angle + phi31)
        )
        for period, amplitude, phase in zip(periods[1:], amplitudes[1:], phases[1:], strict=True):
            mag = mag + amplitude / 2 * np.cos(2 * np.pi * (time / period + phase))
        sigma = kind["irregular"] * amplitudes[0]
        return mag + damped_random_walk(rng, time, periods[0] / 8, sigma)

    second = periods[1] if len(periods) > 1 else np.nan
    return Star(float(amplitudes[0]), brightness, float(periods[0]), float(second))
