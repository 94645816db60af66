"""Features of stars in several bands: one period, the rest band by band, and colours."""

import hashlib
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from ..periodogram import search_joint_periods, take
from ._bands import JOINT, band_columns
from ._extraction import Extractor
from ._periodicity import COLUMNS, periodicity


@dataclass(frozen=True)
class BandExtractor:
    """What is computed for each star in several bands, and how.

    Parameters
    ----------
    single : Extractor
        Of the columns as for one band.
    bands : sequence of str
    min_observations : int
        Fewest points of a band with features of its own.
    """

    single: Extractor
    bands: tuple
    min_observations: int

    @property
    def columns(self):
        """Columns of the table."""
        return band_columns(self.single.columns, self.bands)

    def __call__(self, X):
        """Feature table, shape (n_stars, n_columns), of a `BandSet` without empty stars."""
        cache = self.single.cache
        if cache is None:
            return self._compute(X)
        keys = [_joined(own) for own in zip(*map(cache.keys, X.curves), strict=True)]
        known = cache.load(keys)
        missing = np.flatnonzero([key not in known for key in keys])
        if missing.size:
            table = self._compute(X[missing])
            cache.store([keys[i] for i in missing], table)
            known.update(zip((keys[i] for i in missing), table, strict=True))
        return np.stack([known[key] for key in keys])

    def _compute(self, X):
        settings = self.single.settings
        periods, n_points = search_joint_periods(
            [(curve.time, curve.mag, curve.magerr, curve.offsets) for curve in X.curves],
            min_period=settings.min_period,
            max_period=settings.max_period,
            oversampling=settings.oversampling,
            engine=settings.engine,
        )
        offsets = np.concatenate([[0], np.cumsum(n_points)])
        joint = periodicity(SimpleNamespace(periods=periods, offsets=offsets))
        joint[~np.isfinite(periods.shape_period)] = np.nan
        columns = self.single.columns
        parts = [joint[:, COLUMNS.index(c.key)] for c in columns if c.source == JOINT]
        own = tuple(column for column in columns if column.source != JOINT)
        for curve in X.curves if own else ():
            table = np.full((len(X), len(own)), np.nan)
            there = np.flatnonzero(curve.n_points >= self.min_observations)
            if there.size:
                extractor = replace(self.single, columns=own, cache=None)
                table[there] = extractor.with_periods(curve[there], take(periods, there))
            parts.extend(table.T)
        means = [_mean(curve) for curve in X.curves]
        parts += [first - second for first, second in zip(means[:-1], means[1:], strict=True)]
        return np.column_stack(parts)


def _joined(keys):
    return hashlib.blake2b(b"".join(keys), digest_size=16).digest()


def _mean(curve):
    """Mean magnitude of each star, NaN where it has no point."""
    star = np.repeat(np.arange(len(curve)), curve.n_points)
    total = np.bincount(star, curve.mag, minlength=len(curve))
    with np.errstate(invalid="ignore"):
        return total / curve.n_points
