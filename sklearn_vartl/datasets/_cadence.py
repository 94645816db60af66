"""When a survey looks at a star."""

from dataclasses import dataclass

import numpy as np

_YEAR = 365.25
_LUNATION = 29.53

# Hipparcos: the two fields of view pass over a star 20.7 and 107.4 minutes after each other.
_TRANSITS = np.cumsum(np.tile([20.66, 107.4], 8)) / 1440


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
        return _expand(self.start + self.midnight + first, counts, spacing)

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
        group = np.repeat(np.arange(len(first)), counts)
        rank = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
        parity = np.repeat(rng.integers(2, size=len(first)), counts)
        elapsed = _TRANSITS[rank + parity] - _TRANSITS[parity]
        return _sorted(self.start + first[group] + elapsed, group)


def _expand(first, counts, spacing):
    group = np.repeat(np.arange(len(first)), counts)
    rank = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    return _sorted(first[group] + rank * spacing[group], group)


def _sorted(time, group):
    order = np.argsort(time, kind="stable")
    return time[order], group[order]
