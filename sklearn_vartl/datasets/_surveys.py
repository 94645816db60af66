"""Simulated surveys, cadence and photometry: those of a name, and such as are drawn at random."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ._stars import damped_random_walk, split_lognormal

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


# --- Surveys drawn at random: cadence, span, noise, and what goes wrong

# Families of cadences and how often each is drawn.
FAMILIES = {
    "nightly": 0.22,
    "four a night": 0.14,
    "space, dense": 0.16,
    "space, sparse": 0.16,
    "microlensing": 0.12,
    "Rubin": 0.1,
    "plates": 0.1,
}
MIN_POINTS, MAX_POINTS = 15, 5000
# Noise of a point in magnitudes: 5th, 50th and 95th percentile of each family, and its bounds.
_NOISE = {
    "nightly": (0.004, 0.03, 0.2),
    "four a night": (0.01, 0.05, 0.25),
    "space, dense": (3e-5, 4e-4, 8e-3),
    "space, sparse": (5e-4, 4e-3, 0.04),
    "microlensing": (0.004, 0.02, 0.15),
    "Rubin": (0.004, 0.015, 0.15),
    "plates": (0.05, 0.15, 0.4),
}
NOISE_RANGE = (2e-5, 0.5)
# A star is in a catalogue of variables if its amplitude stands out from the noise of a point by
# the first number, or from that of the mean of all points by the second.
_DETECTION, _SIGNIFICANCE = 1.5, 12.0
_LARGEST_OUTLIER = 3.0  # mag: another star was measured
# Shares of the surveys whose errors are too small or large, the same for all points, not given.
_MISQUOTED, _CONSTANT, _NOT_GIVEN = 0.4, 0.1, 0.08


@dataclass(frozen=True)
class RandomPhotometry:
    """White, nightly and slow noise, outliers, bad nights, jumps and a trend; errors as they are quoted."""

    white: float  # standard deviation of a point, mag
    floor: float  # further noise that the quoted errors do not know
    nightly: float  # shared by the points of a night
    slow: float  # of the zero point, over months
    outliers: tuple  # share, mean size in units of the noise
    bad_nights: tuple  # the same of nights whose points are off together
    faint_share: float  # of the outliers
    tail: float  # of the logarithm of the noise, from point to point
    trend: float  # over the whole baseline, mag
    jump: float  # of the zero point at a random time, mag
    quoted: tuple  # factor on the errors, spread of their logarithm; factor 0: none are given

    @property
    def noise(self):
        """Noise of a point, all together."""
        return float(np.sqrt(self.white**2 + self.floor**2 + self.nightly**2))

    def measure(self, rng, time, night, mag):
        """Measured magnitudes, quoted errors (NaN where there are none), and which are kept."""
        n = len(mag)
        point = self.white * np.exp(self.tail * rng.standard_normal(n))
        seen = mag + np.hypot(point, self.floor) * rng.standard_normal(n)
        nights, night = np.unique(night, return_inverse=True)
        seen += self.nightly * rng.standard_normal(len(nights))[night]
        seen += damped_random_walk(rng, time, 150.0, self.slow)
        seen += self._outliers(rng, n, *self.outliers)
        seen += self._outliers(rng, len(nights), *self.bad_nights)[night]
        elapsed = (time - time[0]) / max(np.ptp(time), 1e-9) if n else time
        seen += self.trend * elapsed + self.jump * (elapsed > rng.random())
        factor, spread = self.quoted
        error = factor * point * np.exp(spread * rng.standard_normal(n))
        return seen, np.where(error > 0, error, np.nan), np.ones(n, dtype=bool)

    def _outliers(self, rng, n, share, size):
        """Zero, or how far an outlier is off."""
        bad = rng.random(n) < share
        sign = np.where(rng.random(n) < self.faint_share, 1.0, -1.0)
        deviation = size * self.noise * rng.standard_exponential(n)
        return bad * sign * np.minimum(deviation, _LARGEST_OUTLIER)


@dataclass(frozen=True)
class DenseCadence:
    """A satellite that stares: points at equal steps, in one visit or in several far apart."""

    start: float
    step: float  # days
    visit: float  # days
    n_visits: int
    apart: float  # days from the beginning of one visit to that of the next

    def times(self, rng, span):
        """Sorted time stamps, and the number of the day of each; short gaps for data sent home."""
        one = np.arange(0.0, self.visit, self.step)
        middle = self.visit * rng.uniform(0.4, 0.6)
        one = one[np.abs(one - middle) > rng.uniform(0.0, 0.05) * self.visit]
        first = self.apart * np.arange(self.n_visits)
        time = (first[:, None] + one).ravel()
        time = time[rng.random(len(time)) > rng.uniform(0.0, 0.1)]
        return self.start + time, np.floor(time).astype(int)


@dataclass(frozen=True)
class PlateCadence:
    """Plates of decades: single exposures when somebody observed, years without."""

    start: float
    n_points: int

    def times(self, rng, span):
        """Sorted time stamps, and the number of the night of each."""
        # Campaigns: the rate of exposures wanders over years by large factors.
        night = np.arange(0.0, span)
        season = np.cos(2 * np.pi * (night / 365.25 + rng.random())) > rng.uniform(-0.7, 0.3)
        rate = np.exp(damped_random_walk(rng, night, 700.0, 1.2)) * season
        chance = np.minimum(rate * self.n_points / max(rate.sum(), 1e-9), 1.0)
        night = night[rng.random(len(night)) < chance]
        return self.start + night + rng.uniform(-0.17, 0.17, len(night)), night.astype(int)


@dataclass(frozen=True)
class RandomSurvey:
    """One survey as it was drawn; it has what the fixed ones have."""

    family: str
    cadence: object
    span: float
    photometry: RandomPhotometry
    blueness: float
    mean: float
    # What classes are like does not depend on the survey.
    periods: dict = field(default_factory=dict)

    def finds(self, amplitude, n_points):
        """Whether a star of this amplitude would be known to vary."""
        noise = self.photometry.noise + self.photometry.slow
        return amplitude > min(_DETECTION, _SIGNIFICANCE / np.sqrt(n_points)) * noise


def draw_survey(rng):
    """A survey at random."""
    names = list(FAMILIES)
    share = np.array(list(FAMILIES.values()))
    family = names[rng.choice(len(names), p=share / share.sum())]
    if family in _GROUND:
        cadence, span = _ground(rng, *_GROUND[family])
    else:
        cadence, span = _ELSEWHERE[family](rng)
    return RandomSurvey(
        family, cadence, span, _photometry(rng, family), rng.uniform(0.0, 1.0), rng.uniform(8, 20)
    )


def thin(rng, time, night):
    """At most `MAX_POINTS` points, and often far fewer: from a random share to all of them."""
    n_wanted = len(time)
    if rng.random() < 0.35:
        n_wanted = np.exp(rng.uniform(np.log(MIN_POINTS), np.log(max(n_wanted, MIN_POINTS + 1))))
    n_wanted = int(min(n_wanted, MAX_POINTS))
    if n_wanted >= len(time):
        return time, night
    kept = np.sort(rng.permutation(len(time))[:n_wanted])
    return time[kept], night[kept]


def _photometry(rng, family):
    low, high = NOISE_RANGE
    white = float(np.clip(split_lognormal(rng, _NOISE[family]), low, high))
    some = rng.random(8)
    factor, spread = 1.0, rng.uniform(0.0, 0.3)
    if some[0] < _MISQUOTED:
        factor = float(np.exp(rng.uniform(-np.log(3), np.log(3))))
    if some[1] < _CONSTANT:
        spread = 0.0
    if some[2] < _NOT_GIVEN:
        factor = 0.0
    return RandomPhotometry(
        white=white,
        floor=white * rng.uniform(0.0, 0.7),
        nightly=white * rng.exponential(0.3),
        slow=white * rng.exponential(0.3),
        outliers=(0.0 if some[3] < 0.3 else min(rng.exponential(0.01), 0.06), rng.uniform(2, 12)),
        bad_nights=(0.0 if some[6] < 0.5 else min(rng.exponential(0.01), 0.06), rng.uniform(2, 12)),
        faint_share=rng.uniform(0.3, 1.0),
        tail=rng.uniform(0.0, 0.4),
        trend=white * rng.normal(0.0, 1.5) if some[4] < 0.15 else 0.0,
        jump=white * rng.normal(0.0, 2.0) if some[5] < 0.08 else 0.0,
        quoted=(factor, spread),
    )


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _ground(rng, days, gap, spread, visits, minutes):
    """Nights on the ground.

    Ranges of the baseline, of the nights between visits and of the spread of these; shares of one, two...
    visits a night; range of the minutes between them.
    """
    span = _log_uniform(rng, *days)
    gap = _log_uniform(rng, *gap), rng.uniform(*spread)
    visits = visits(rng) if callable(visits) else visits
    spacing = rng.uniform(*minutes)
    cadence = GroundCadence(
        start=rng.uniform(0.0, 3000.0),
        midnight=rng.random(),
        span=(span, span, span),
        gap=gap,
        visits=visits,
        spacing=spacing,
        hour_limit=rng.uniform(2.5, 5.0),
        night=rng.uniform(3.5, 5.5),
        moon=rng.uniform(0.0, 0.5),
    )
    return cadence, span


def _ever_fewer(rng):
    more = np.array([1.0, *np.cumprod(np.full(5, rng.uniform(0.05, 0.8)))])
    return tuple(more / more.sum())


def _space_dense(rng):
    visit = _log_uniform(rng, 20, 90)
    step = max(_log_uniform(rng, 2 / 1440, 60 / 1440), visit / 3000)
    n_visits = int(rng.integers(1, 4)) if rng.random() < 0.3 else 1
    apart = visit * rng.uniform(1.5, 12)
    span = visit + (n_visits - 1) * apart
    return DenseCadence(rng.uniform(0.0, 3000.0), step, visit, n_visits, apart), span


def _space_sparse(rng):
    span = _log_uniform(rng, 600, 3800)
    cadence = ScanningCadence(
        start=rng.uniform(0.0, 3000.0),
        span=(span, span, span),
        gap=(_log_uniform(rng, 14, 45), rng.uniform(0.4, 0.8)),
        visits=(0.3, 0.45, 0.1, 0.1, 0.03, 0.02),
        long_gap=(rng.uniform(0.0, 0.2), 3.0),
    )
    return cadence, span


def _plates(rng):
    span = _log_uniform(rng, 1500, 11000)
    return PlateCadence(rng.uniform(0.0, 3000.0), int(_log_uniform(rng, 40, 900))), span


# Ranges of `_ground` for each family there.
_GROUND = {
    "nightly": ((100, 5500), (1.0, 6.0), (0.3, 1.0), (0.85, 0.12, 0.03), (15, 120)),
    "four a night": ((300, 5500), (4.0, 22.0), (0.3, 0.8), (0.06, 0.1, 0.06, 0.76, 0.02), (8, 25)),
    "microlensing": ((400, 4500), (1.0, 3.5), (0.3, 0.9), _ever_fewer, (15, 75)),
    "Rubin": ((300, 3650), (4.0, 25.0), (0.6, 1.2), (0.5, 0.45, 0.05), (15, 45)),
}
_ELSEWHERE = {"space, dense": _space_dense, "space, sparse": _space_sparse, "plates": _plates}
