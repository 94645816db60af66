"""UPSILoN-T's features written down a second time, plainly, with scipy and astropy."""

from dataclasses import fields

import numpy as np
import pytest
from astropy.timeseries import LombScargle
from scipy import stats


def upsilon_frequencies(time):
    """The reference library's grid."""
    span, n = np.ptp(time), len(time)
    hifac = max(100, int(2 * span / n / 0.03))
    return np.arange(1, int(0.5 * 3 * hifac * n) + 1) / (3 * span)


def upsilon_power(time, mag):
    """Power as Press & Rybicki normalise it: by the sample variance."""
    model = LombScargle(time, mag - mag.mean(), fit_mean=False, center_data=False)
    frequency = upsilon_frequencies(time)
    # Not astropy's fast method, which before version 8 is off by parts in a thousand.
    power = model.power(frequency, method="slow")
    return frequency, 0.5 * (len(time) - 1) * power


def upsilon_features(time, mag, magerr):
    """The sixteen features and the further ones of one star, by name."""
    n = len(time)
    weight = 1 / magerr
    mean = np.average(mag, weights=weight)
    std = np.sqrt(np.average((mag - mean) ** 2, weights=weight))
    median = np.median(mag)
    frequency, power = upsilon_power(time, mag)
    best = int(np.argmax(power))
    period = 1 / frequency[best]

    phase = (time % period) / period
    terms = [np.ones(n)]
    for k in (1, 2, 3):
        terms += [np.sin(2 * np.pi * k * phase), np.cos(2 * np.pi * k * phase)]
    _, a1, b1, a2, b2, a3, b3 = np.linalg.lstsq(np.column_stack(terms), mag, rcond=None)[0]
    phi1 = np.arctan(-a1 / b1)

    order = np.argsort(time % (2 * period), kind="stable")
    folded_time, folded = (time % (2 * period))[order], mag[order]
    dt, dm = np.diff(folded_time), np.diff(folded)
    slopes = dt[dm != 0] / dm[dm != 0]

    def cusum(values):
        total = np.cumsum(values - mean) / n / std
        return total.max() - total.min()

    def eta(values):
        return np.sum(np.diff(values) ** 2) / (n - 1) / std**2

    def half(chosen):
        return np.average((mag[chosen] - median) ** 2, weights=weight[chosen])

    residual = (mag - median) / magerr
    stretch = slice(max(best - 100, 0), min(best + 100, len(power) - 1))
    return {
        "amplitude": np.hypot(a1, b1),
        "hl_amp_ratio": np.sqrt(half(mag > median) / half(mag <= median)),
        "kurtosis": stats.kurtosis(mag),
        "period": period,
        "phase_cusum": cusum(folded),
        "phase_eta": eta(folded),
        "phi21": np.arctan(-a2 / b2) - 2 * phi1,
        "phi31": np.arctan(-a3 / b3) - 3 * phi1,
        "quartile31": np.percentile(mag, 75) - np.percentile(mag, 25),
        "r21": np.hypot(a2, b2) / np.hypot(a1, b1),
        "r31": np.hypot(a3, b3) / np.hypot(a1, b1),
        "shapiro_w": stats.shapiro(mag).statistic,
        "skewness": stats.skew(mag),
        "slope_per10": np.percentile(slopes, 10),
        "slope_per90": np.percentile(slopes, 90),
        "stetson_k": np.sum(np.abs(residual)) / np.sqrt(np.sum(residual**2)) / np.sqrt(n),
        "cusum": cusum(mag),
        "eta": eta(mag),
        "n_points": n,
        "period_SNR": (power[best] - np.median(power)) / np.std(power),
        "period_log10FAP": _log10_false_alarm(power[best], len(power)),
        "period_uncertainty": _uncertainty(frequency[stretch], power[stretch]),
        "weighted_mean": mean,
        "weighted_std": std,
    }


def _log10_false_alarm(height, n_freq):
    expected = 2 * n_freq / 3 * np.exp(-height)
    if expected > 0.01:
        expected = 1 - (1 - np.exp(-height)) ** (2 * n_freq / 3)
    return np.log10(expected)


def _uncertainty(frequency, power):
    highest = np.argmax(power)
    low = np.where(power <= np.median(power) + np.std(power))[0]
    left, right = low[low < highest], low[low > highest]
    first = left[-1] if len(left) else 0
    last = right[0] if len(right) else len(power) - 1
    return (1 / frequency[first] - 1 / frequency[last]) / 2


@pytest.fixture(scope="session")
def even_times():
    """The function `golden_times`."""
    return golden_times


@pytest.fixture(scope="session")
def upsilon_oracle():
    """The function from times, magnitudes and errors of one star to its features by name."""
    return upsilon_features


def golden_times(n_points, span):
    """Sorted times from 0 to `span` that are even in every phase yet have no regular step."""
    time = np.sort(span * (np.arange(n_points) * (np.sqrt(5) - 1) / 2 % 1.0))
    time[-1] = span
    return time


def block_at(period, time, mag, magerr=None):
    """A block of one star whose period is given instead of searched."""
    from sklearn_vartl.features._extraction import SearchSettings, StarBlock
    from sklearn_vartl.periodogram import PeriodSearch

    magerr = np.full(len(time), 0.01) if magerr is None else magerr
    offsets = np.array([0, len(time)])
    block = StarBlock(time, mag, magerr, offsets, SearchSettings("auto", 0.03, None, 3.0))
    nothing = {field.name: np.full(1, np.nan) for field in fields(PeriodSearch)}
    block.periods = PeriodSearch(**nothing | {"shape_period": np.array([period])})
    return block


@pytest.fixture(scope="session")
def family_at():
    """Values by name of one family for one star folded at a given period."""

    def values(family, period, time, mag, magerr=None):
        from sklearn_vartl.features._extraction import FAMILIES

        row = FAMILIES[family].compute(block_at(period, time, mag, magerr))[0]
        return dict(zip(FAMILIES[family].columns, row, strict=True))

    return values


@pytest.fixture(scope="session")
def pulsator():
    """Time, magnitude and error of an RRab-like star of 0.5678 d, 300 points over 900 days."""
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(54_000, 54_900, 300))
    phase = time / 0.5678 % 1.0
    mag = 14.2 + 0.9 * np.clip(phase / 0.85, 0, (1 - phase) / 0.15)
    magerr = rng.uniform(0.01, 0.03, 300)
    return time, mag + magerr * rng.normal(size=300), magerr


@pytest.fixture(scope="session")
def binary():
    """Time, magnitude and error of a detached binary of 2.3456 d with unlike eclipses."""
    rng = np.random.default_rng(2)
    time = np.sort(rng.uniform(2_452_000, 2_452_700, 350))
    phase = time / 2.3456 % 1.0
    depth = {0.25: 0.8, 0.75: 0.35}
    mag = 11.0 + sum(d * np.exp(-0.5 * ((phase - x) / 0.025) ** 2) for x, d in depth.items())
    magerr = np.full(350, 0.015)
    return time, mag + magerr * rng.normal(size=350), magerr
