"""Simulated surveys: cadence and photometry."""

from dataclasses import dataclass, field

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


_OGLE3 = Survey(
    name="OGLE",
    time_zero=2450000.0,
    blueness=0.0,
    classes=(
        *("RRAB", "RRC", "RRD", "CEP", "CEP_MULTI", "T2CEP", "ACEP", "DSCT", "MIRA", "SR"),
        *("EC", "ESD", "ED", "ELL", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=2100.0,
        midnight=0.70,
        span=(1240.0, 2000.0, 2700.0),
        gap=(2.9, 0.9),
        visits=(0.92, 0.05, 0.03),
        spacing=75.0,
        hour_limit=4.2,
    ),
    photometry=Photometry(
        table=(
            (13.0, 0.008, 0.003, 0.008),
            (15.0, 0.010, 0.003, 0.010),
            (16.0, 0.014, 0.004, 0.014),
            (17.0, 0.023, 0.005, 0.023),
            (18.0, 0.042, 0.008, 0.042),
            (19.0, 0.083, 0.010, 0.083),
            (20.0, 0.170, 0.015, 0.170),
            (21.0, 0.330, 0.020, 0.330),
        ),
        limits=(10.0, 21.3),
        outliers=(0.004, 0.6, 0.1, 1.0),
    ),
    magnitudes={
        None: (15.2, 17.1, 18.4),
        "RRAB": (15.6, 18.4, 19.2),
        "RRAB_BL": (15.6, 18.4, 19.2),
        "RRC": (15.5, 18.4, 19.2),
        "RRD": (16.8, 18.8, 19.4),
        "CEP": (14.2, 15.8, 17.4),
        "CEP_MULTI": (15.5, 16.8, 17.8),
        "T2CEP": (12.7, 15.5, 17.8),
        "ACEP": (16.7, 17.5, 18.3),
        "DSCT": (16.5, 18.8, 19.8),
        "MIRA": (12.2, 13.9, 16.5),
        "SR": (12.5, 14.0, 15.2),
        "LPV": (12.5, 14.0, 15.5),
        "QSO": (16.8, 18.3, 19.2),
    },
    detection=2.0,
    periods={"EC": (0.27, 0.45, 1.6), "ESD": (0.5, 1.5, 8.0), "ED": (0.9, 2.5, 10.0)},
)


_ASAS = Survey(
    name="ASAS",
    time_zero=0.0,
    blueness=1.0,
    classes=("MIRA", "EC", "ESD", "ED", "RRAB", "RRC", "DSCT", "ACV", "NONVAR"),
    cadence=GroundCadence(
        start=2451870.0,
        midnight=0.70,
        span=(1850.0, 2655.0, 2707.0),
        gap=(2.4, 0.8),
        visits=(0.91, 0.085, 0.005),
        spacing=25.0,
        hour_limit=3.4,
        night=4.2,
        moon=0.1,
        star_spread=0.4,
    ),
    photometry=Photometry(
        table=(
            (7.0, 0.060, 0.004, 0.038),
            (8.0, 0.022, 0.004, 0.038),
            (9.0, 0.018, 0.004, 0.038),
            (10.0, 0.020, 0.005, 0.037),
            (11.0, 0.031, 0.008, 0.037),
            (12.0, 0.055, 0.014, 0.036),
            (13.0, 0.105, 0.025, 0.036),
            (14.0, 0.200, 0.045, 0.035),
            (15.0, 0.400, 0.08, 0.035),
        ),
        limits=(5.0, 14.7),
        outliers=(0.013, 0.9, 0.14, 1.0),
        tail=0.2,
        skew=0.35,
        error_spread=0.25,
        softness=0.3,
    ),
    magnitudes={
        None: (9.5, 11.9, 13.5),
        "ESD": (9.5, 11.4, 13.1),
        "ED": (8.9, 11.2, 12.9),
        "RRAB": (11.5, 13.3, 14.1),
        "RRAB_BL": (11.5, 13.3, 14.1),
        "RRC": (10.7, 12.9, 13.8),
        "MIRA": (10.7, 12.6, 13.6),
        "SR": (9.5, 11.8, 13.4),
        "LPV": (9.5, 12.2, 13.5),
        "ACV": (8.2, 9.7, 11.3),
        "QSO": (12.5, 13.6, 14.2),
    },
    detection=1.5,
    least={"MIRA": 1.0, "DSCT": 0.08},
    periods={
        "EC": (0.27, 0.42, 1.2),
        "ESD": (0.5, 1.2, 8.0),
        "ED": (0.8, 2.4, 11.0),
        "DSCT": (0.08, 0.14, 0.21),
        "MIRA": (100.0, 240.0, 430.0),
        "SR": (60.0, 150.0, 400.0),
    },
    merged={"MIRA": ("SR", 0.3)},  # 31% of the class vary by less than a Mira does
)


_CRTS = Survey(
    name="CRTS",
    time_zero=2400000.5,
    blueness=0.85,
    classes=(
        *("RRAB", "RRAB_BL", "RRC", "RRD", "T2CEP", "ACEP", "DSCT", "LPV"),
        *("EC", "ED", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=53500.0,
        midnight=0.60,
        span=(2510.0, 2815.0, 2940.0),
        gap=(15.5, 0.6),
        visits=(0.06, 0.11, 0.04, 0.78, 0.01),
        spacing=13.8,
        hour_limit=3.2,
        night=4.0,
        moon=0.5,
        star_spread=0.25,
    ),
    photometry=Photometry(
        table=(
            (10.0, 0.150, 0.200, 0.053),
            (11.5, 0.030, 0.050, 0.053),
            (12.0, 0.012, 0.020, 0.054),
            (13.1, 0.014, 0.021, 0.057),
            (13.9, 0.016, 0.022, 0.061),
            (14.6, 0.020, 0.024, 0.069),
            (15.4, 0.029, 0.026, 0.082),
            (16.1, 0.041, 0.028, 0.101),
            (16.9, 0.060, 0.032, 0.130),
            (17.6, 0.097, 0.037, 0.177),
            (18.4, 0.141, 0.045, 0.234),
            (19.1, 0.215, 0.05, 0.324),
            (20.0, 0.350, 0.06, 0.480),
        ),
        limits=(9.0, 19.9),
        outliers=(0.03, 0.5, 0.2, 0.5),
        error_spread=0.03,
    ),
    magnitudes={
        None: (12.5, 15.4, 17.6),
        "RRAB": (14.8, 17.4, 18.8),
        "RRC": (13.8, 16.1, 18.0),
        "T2CEP": (11.6, 14.2, 16.9),
        "ACEP": (13.4, 15.5, 18.2),
        "MIRA": (10.8, 12.6, 17.0),
        "SR": (10.8, 12.6, 17.0),
        "LPV": (10.8, 12.6, 17.0),
        "QSO": (17.0, 18.3, 19.2),
    },
    least={"LPV": 0.5, "MIRA": 0.8, "ED": 0.15, "DSCT": 0.15, "ROT": 0.1},
    periods={
        "EC": (0.253, 0.344, 0.745),
        "ED": (0.41, 1.0, 3.8),
        "DSCT": (0.096, 0.144, 0.21),
        "ACEP": (0.75, 0.856, 1.885),
        "RRD": (0.295, 0.372, 0.465),
        "T2CEP": (0.8, 10.4, 78.0),
        "MIRA": (126.0, 280.0, 460.0),
        "SR": (110.0, 240.0, 440.0),
    },
    merged={"EC": ("ESD", 0.15)},  # one class of the catalogue
)


_HIPPARCOS = Survey(
    name="HIPPARCOS",
    time_zero=2440000.0,
    blueness=0.9,
    classes=(
        *("MIRA", "SR", "CEP", "T2CEP", "RRAB", "RRC", "DSCT", "GDOR", "SPB", "BCEP"),
        *("EC", "ESD", "ED", "ELL", "ACV", "NONVAR"),
    ),
    cadence=ScanningCadence(
        start=7850.0,
        span=(900.0, 1125.0, 1185.0),
        gap=(24.0, 0.6),
        visits=(0.10, 0.20, 0.18, 0.24, 0.12, 0.08, 0.04, 0.02, 0.02),
        long_gap=(0.1, 3.0),
    ),
    photometry=Photometry(
        table=(
            (2.0, 0.003, 0.001, 0.003),
            (4.0, 0.004, 0.001, 0.004),
            (6.0, 0.007, 0.002, 0.007),
            (7.0, 0.010, 0.002, 0.010),
            (8.0, 0.015, 0.003, 0.015),
            (9.0, 0.019, 0.003, 0.020),
            (10.0, 0.028, 0.004, 0.028),
            (11.0, 0.041, 0.005, 0.041),
            (12.0, 0.058, 0.006, 0.058),
            (13.0, 0.100, 0.008, 0.100),
        ),
        limits=(-1.0, 13.0),
        outliers=(0.006, 0.7, 0.04, 1.0),
        error_spread=0.2,
    ),
    magnitudes={
        None: (5.5, 8.0, 10.5),
        "MIRA": (7.8, 9.4, 11.1),
        "SR": (5.4, 6.8, 8.6),
        "CEP": (6.1, 9.5, 11.6),
        "T2CEP": (6.9, 10.3, 12.0),
        "RRAB": (9.9, 11.3, 12.3),
        "RRAB_BL": (9.9, 11.3, 12.3),
        "RRC": (9.3, 11.3, 11.7),
        "GDOR": (5.6, 7.1, 8.0),
        "SPB": (3.8, 5.8, 7.3),
        "BCEP": (2.5, 5.7, 9.0),
        "ACV": (5.0, 6.4, 8.2),
        "QSO": (10.5, 11.5, 12.3),
    },
)


_LSST = Survey(
    name="LSST",
    time_zero=2400000.5,
    blueness=0.65,
    classes=(
        *("RRAB", "RRC", "RRD", "CEP", "T2CEP", "DSCT", "LPV"),
        *("EC", "ESD", "ED", "ROT", "QSO", "NONVAR"),
    ),
    cadence=GroundCadence(
        start=61000.0,
        midnight=0.19,
        span=(3300.0, 3500.0, 3650.0),
        gap=(8.0, 1.1),
        visits=(0.75, 0.22, 0.03),
        spacing=33.0,
        hour_limit=2.8,
        star_spread=0.15,
    ),
    photometry=Photometry(
        table=(
            (16.0, 0.005, 0.002, 0.005),
            (20.0, 0.007, 0.002, 0.007),
            (21.0, 0.012, 0.002, 0.012),
            (22.0, 0.025, 0.002, 0.025),
            (23.0, 0.057, 0.002, 0.057),
            (24.0, 0.139, 0.002, 0.139),
            (25.0, 0.340, 0.002, 0.340),
        ),
        limits=(15.5, 24.6),
        outliers=(0.002, 0.5, 0.1, 1.0),
    ),
    magnitudes={
        None: (16.8, 19.5, 22.5),
        "CEP": (16.5, 18.5, 21.0),
        "LPV": (16.5, 18.0, 20.5),
        "MIRA": (17.0, 18.5, 21.0),
        "SR": (16.5, 18.0, 20.5),
        "QSO": (18.5, 21.0, 23.0),
    },
    detection=2.0,
)


SURVEYS = {
    "ogle3": _OGLE3,
    "asas": _ASAS,
    "crts": _CRTS,
    "hipparcos": _HIPPARCOS,
    "lsst": _LSST,
}
