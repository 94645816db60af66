"""Simulated surveys: cadence and photometry."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ._processes import damped_random_walk

_YEAR = 365.25
_LUNATION = 29.53

# Hipparcos: the two fields of view pass over a star 20.7 and 107.4 minutes after each other.
_TRANSITS = np.cumsum(np.tile([20.66, 107.4], 8)) / 1440

_DRIFT_TIME = 200.0  # days over which zero points wander


@dataclass(frozen=True)
class GroundCadence:
    """Nights at random intervals while the star is up, and visits within a night.

    The seasons follow from the geometry: a star can be seen while it is within `hour_limit` hours
    of the meridian during the night.
    """

    start: float  # first night, in the time stamps of the survey
    midnight: float  # fraction of a day at which local midnight falls in them
    span: tuple  # 5th, 50th, 95th percentile of the baseline, days
    gap: tuple  # median of the nights between two visits, spread of its logarithm
    visits: tuple  # probabilities of 1, 2, 3, ... visits in a night
    spacing: float  # minutes between the visits of a night
    hour_limit: float  # from the meridian
    night: float = 4.8  # hours observed before and after midnight
    moon: float = 0.0  # share of the nights lost at full moon
    star_spread: float = 0.3  # of the logarithm of the gaps, from star to star

    def times(self, rng, span):
        """Sorted time stamps, and the number of the night of each."""
        night = self._nights(rng, span)
        transit = np.mod(rng.random() - night / _YEAR + 0.5, 1.0) - 0.5
        reach = self.hour_limit / 24 * rng.uniform(0.7, 1.3)
        rises = np.maximum(transit - reach, -self.night / 24)
        sets = np.minimum(transit + reach, self.night / 24)
        moonlight = (1 + np.cos(2 * np.pi * night / _LUNATION)) / 2
        up = (sets > rises) & (rng.random(len(night)) >= self.moon * moonlight)
        first = night[up] + rises[up] + rng.random(up.sum()) * (sets - rises)[up]
        counts = 1 + rng.choice(len(self.visits), size=len(first), p=self.visits)
        spacing = self.spacing / 1440 * np.exp(0.3 * rng.standard_normal(len(first)))
        group, rank = _of_groups(counts)
        time = self.start + self.midnight + first
        return _sorted(time[group] + rank * spacing[group], group)

    def _nights(self, rng, span):
        median, spread = self.gap
        median = median * np.exp(self.star_spread * rng.standard_normal())
        n_drawn = int(1.5 * span / median) + 20
        gaps = median * np.exp(spread * rng.standard_normal(n_drawn))
        night = np.cumsum(np.maximum(np.rint(gaps), 1.0))
        return night[night <= span]


@dataclass(frozen=True)
class ScanningCadence:
    """A satellite that scans the sky: a few passes in a day, then none for weeks (Hipparcos)."""

    start: float
    span: tuple
    gap: tuple
    visits: tuple
    long_gap: tuple  # share of the gaps that are longer, and how many times
    star_spread: float = 0.2

    def times(self, rng, span):
        """Sorted time stamps, and the number of the group of passes of each."""
        median, spread = self.gap
        median = median * np.exp(self.star_spread * rng.standard_normal())
        gaps = median * np.exp(spread * rng.standard_normal(int(3 * span / median) + 10))
        share, factor = self.long_gap
        gaps[rng.random(len(gaps)) < share] *= factor
        first = np.cumsum(gaps)
        first = first[first <= span]
        counts = 1 + rng.choice(len(self.visits), size=len(first), p=self.visits)
        group, rank = _of_groups(counts)
        parity = np.repeat(rng.integers(2, size=len(first)), counts)
        elapsed = _TRANSITS[rank + parity] - _TRANSITS[parity]
        return _sorted(self.start + first[group] + elapsed, group)


def _of_groups(counts):
    """For groups of so many members the group of each member, and its place in that."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)


def _sorted(time, group):
    order = np.argsort(time, kind="stable")
    return time[order], group[order]


@dataclass(frozen=True)
class Photometry:
    """Noise of a survey as functions of magnitude, linear between the points of a table."""

    table: tuple  # rows of magnitude, noise of a point, noise of a night, reported error
    limits: tuple  # brightest and faintest magnitudes measured
    outliers: tuple  # share, share of them too faint, mean size: in mag, and further in noise
    tail: float = 0.35  # of the logarithm of the noise, from point to point: tails beyond Gaussian
    drift: float = 0.45  # of the zero point of a star over months, in units of its noise
    skew: float = 0.0  # how much wider the noise is on the faint side than on the bright one
    star_spread: float = 0.2  # of the logarithm of the noise, from star to star
    error_spread: float = 0.1  # of the logarithm of the reported error, from point to point
    softness: float = 0.2  # magnitudes over which the faint limit fades in

    def noise(self, mag):
        """Noise of a point and of a night together at a magnitude."""
        grid, point, night, _ = np.transpose(self.table)
        return np.hypot(np.interp(mag, grid, point), np.interp(mag, grid, night))

    def measure(self, rng, time, night, mag):
        """Measured magnitudes, reported errors, and which points are kept."""
        n = len(mag)
        grid, point, nightly, reported = np.transpose(self.table)
        scale = np.exp(self.star_spread * rng.standard_normal())
        point = scale * np.interp(mag, grid, point)
        nightly = scale * np.interp(mag, grid, nightly)
        n_nights = night.max(initial=0) + 1
        seen = mag + point * self._heavy_tailed(rng, n)
        seen += nightly * self._heavy_tailed(rng, n_nights)[night]
        drift = self.drift * abs(rng.standard_normal())
        seen += np.hypot(point, nightly) * damped_random_walk(rng, time, _DRIFT_TIME, drift)
        *_, size, growth = self.outliers
        # One half of the outliers are single points, the other half whole nights.
        seen += (self._outliers(rng, n) + self._outliers(rng, n_nights)[night]) * (
            size + growth * point
        )
        error = np.interp(seen, grid, reported) * np.exp(self.error_spread * rng.standard_normal(n))
        bright, limit = self.limits
        kept = (seen > bright) & (seen < limit + self.softness * rng.standard_normal(n))
        return seen, error, kept

    def _outliers(self, rng, n):
        """Zero, or the deviation of an outlier in units of the mean one."""
        share, faint, *_ = self.outliers
        deviation = np.zeros(n)
        bad = np.flatnonzero(rng.random(n) < share / 2)
        sign = np.where(rng.random(len(bad)) < faint, 1.0, -1.0)
        deviation[bad] = sign * rng.standard_exponential(len(bad))
        return deviation

    def _heavy_tailed(self, rng, n):
        """Normal deviates whose standard deviation itself varies, and with their sign."""
        deviation = rng.standard_normal(n) * np.exp(self.tail * rng.standard_normal(n))
        return deviation * (1 + self.skew * np.sign(deviation))


@dataclass(frozen=True)
class Survey:
    """Everything a simulation needs to know of a survey."""

    name: str
    time_zero: float  # Julian date of the zero of the time stamps
    blueness: float  # how far its band is from I (0) to V (1), for amplitudes and Fourier phases
    classes: tuple
    cadence: object
    photometry: Photometry
    # For each class the 5th, 50th and 95th percentile of the mean magnitude; None: any other class.
    magnitudes: dict
    # The smallest amplitude of a star in the survey's catalogue, in units of the noise, and the
    # smallest of a class in magnitudes.
    detection: float = 2.5
    least: dict = field(default_factory=dict)
    # Percentiles of the periods of a class, where the survey's catalogue has its own.
    periods: dict = field(default_factory=dict)
    # For a class, another one that the catalogue does not part from it, and the share of that.
    merged: dict = field(default_factory=dict)


def _survey(photometry, magnitudes, ground=None, scanning=None, **rest):
    """A survey from its entry; `others` stands for every class whose magnitudes it does not tell."""
    cadence = GroundCadence(**ground) if ground else ScanningCadence(**scanning)
    magnitudes = {None if name == "others" else name: each for name, each in magnitudes.items()}
    return Survey(
        cadence=cadence, photometry=Photometry(**photometry), magnitudes=magnitudes, **rest
    )


SURVEYS = {
    name: _survey(**entry)
    for name, entry in tomllib.loads(
        Path(__file__).with_name("surveys.toml").read_text(encoding="utf-8")
    ).items()
}
