"""What a survey measures of the true brightness: noise, outliers, drifts, reported errors."""

from dataclasses import dataclass

import numpy as np

from ._star import damped_random_walk

_DRIFT_TIME = 200.0  # days over which zero points wander


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
