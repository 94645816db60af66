"""Simulated pulsators, from the OGLE-III catalogue."""

from functools import lru_cache

import numpy as np

from ._ogle3 import load_ogle3_catalog
from ._processes import Star, damped_random_walk, split_lognormal

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
