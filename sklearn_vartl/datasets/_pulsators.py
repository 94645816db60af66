"""RR Lyrae stars, Cepheids and delta Scuti stars from the real Fourier parameters of OGLE-III."""

import numpy as np

from ._fourier import harmonics, scaled, series, turns
from ._pools import draw_row
from ._star import Star, split_lognormal

# What the step from I to V does: ratio of the amplitudes, shifts of phi21 and phi31. The shifts of
# RRAB and RRC, and of phi21 of DSCT, are medians of ASAS minus those of OGLE-III; the ratio of ACEP
# is tuned to CRTS. The rest is assumed: V varies about 1.6 times as much as I.
_I_TO_V = {
    "RRAB": (1.65, -0.37, -0.62),
    "RRC": (1.6, -0.16, -0.36),
    "RRD": (1.6, -0.16, -0.36),
    "CEP": (1.65, -0.3, -0.5),
    "CEP_MULTI": (1.6, -0.25, -0.4),
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


def draw_pulsator(rng, survey, label):
    """A star of one of the classes of the catalogue, with all the modes it has there."""
    row = draw_row(rng, label, _wanted_period(rng, survey, label))
    if label == "DSCT" and np.isnan(row["phi31_1"]):
        row["R31_1"], row["phi31_1"] = _DSCT_R31 * row["R21_1"], 2 * row["phi21_1"]
    modes = [_mode(rng, survey, label, row, 1)]
    if row["A_2"] > 0 and row["P_2"] > 0:
        modes.append(_mode(rng, survey, label, row, 2))
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
