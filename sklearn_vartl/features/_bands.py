"""Light curves in several bands: their columns, the cleaning of each band, and their features."""

import hashlib
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from .._validation import warn_user
from ..light_curves import clean, in_several_bands, segment_numbers
from ._definitions import Column

if TYPE_CHECKING:
    from ._extraction import Extractor

# The family whose columns exist once a star: its period is one in all bands.
JOINT = "period"

COLOUR = "colour"

# Fewest points of a band that counts at all: those of the joint period search.
MIN_POINTS = 5


class BandSet:
    """Clean light curves of the same stars in several bands; a star with too few points in one is empty there."""

    def __init__(self, curves):
        self.curves = curves

    def __len__(self):
        return len(self.curves[0])

    def __getitem__(self, stars):
        return BandSet([curve[stars] for curve in self.curves])

    @property
    def n_points(self):
        """Number of points of each star in all bands."""
        return np.sum([curve.n_points for curve in self.curves], axis=0)

    @property
    def offsets(self):
        """Where each star would start if its bands stood one after the other."""
        return np.concatenate([[0], np.cumsum(self.n_points)])


def band_columns(columns, bands):
    """Columns of the output: joint ones, those of each band, colours."""
    joint = [column for column in columns if column.source == JOINT]
    own = [
        Column(f"{column.name}_{band}", column.source, column.key)
        for band in bands
        for column in columns
        if column.source != JOINT
    ]
    colours = [
        Column(f"colour_{first}_{second}", COLOUR, f"{first}_{second}")
        for first, second in zip(bands[:-1], bands[1:], strict=True)
    ]
    return joint + own + colours


def check_bands(X, bands, *, occur=False):
    """Raise ValueError unless `bands` are distinct names and `X` has bands.

    With `occur`, some point must be in one of them: else a name is misspelt. A single star to be
    classified may well have none.
    """
    if bands is None:
        return
    names = [bands] if isinstance(bands, str) else list(bands)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"bands must be a name or a list of names, got {bands!r}.")
    if len(set(names)) < len(names):
        raise ValueError(f"bands names a band more than once: {names}.")
    if X.bands is None:
        raise ValueError(
            f"bands={bands!r}, but these light curves carry no bands: name their column when "
            'reading, as in columns={"band": ...}, or pass LightCurves(band=...).'
        )
    if occur and not set(names) & set(X.bands):
        raise ValueError(f"No point is in the bands {names}; there are {X.bands}.")


# Stars below which a band may be missing by chance.
_ENOUGH_STARS = 10


def warn_absent(X, bands):
    """Warn where no star has a point in one of the bands, so that what the features say of it is missing."""
    absent = [band for band in bands if band not in X.bands]
    if absent and len(X) >= _ENOUGH_STARS:
        warn_user(
            f"No star has points in the band{'s' * (len(absent) > 1)} {', '.join(absent)}, whose features are missing; "
            f"there are {', '.join(X.bands)}"
        )


def warn_mixed(X, bands):
    """Warn where points of several bands would be taken for one."""
    several = in_several_bands(X) if bands is None else ()
    if len(several):
        first = several[0]
        named = X.ids[first : first + 1].tolist()[0]
        warn_user(
            f"Star {named!r} (position {first}) has points in several bands, which count as "
            f"one: choose bands= from {X.bands}, or remove them with X.replace(band=None)."
        )


def clean_bands(X, bands, min_observations):
    """Each band as `clean` leaves it, and why stars have too few points in all, by their positions."""
    cleaned = BandSet([clean(X.in_band(band), MIN_POINTS)[0] for band in bands])
    few = np.flatnonzero(cleaned.n_points < min_observations)
    problems = {int(star): _reason(cleaned, bands, star, min_observations) for star in few}
    return cleaned, problems


def _reason(cleaned, bands, star, min_observations):
    counts = ", ".join(
        f"{band}: {curve.n_points[star]}" for band, curve in zip(bands, cleaned.curves, strict=True)
    )
    return (
        f"too few usable points ({counts}; a band with fewer than {MIN_POINTS}, or all magnitudes "
        f"equal, counts none), at least {min_observations} are needed"
    )


@dataclass(frozen=True)
class BandExtractor:
    """What is computed for each star in several bands, and how.

    `single` extracts the columns as for one band; a band with features of its own has `min_observations` points.
    """

    single: "Extractor"
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
            return self.compute(X)
        keys = [_joined(own) for own in zip(*map(cache.keys, X.curves), strict=True)]
        return cache.rows(keys, lambda stars: self.compute(X[stars]))

    def compute(self, X):
        """The same without the cache."""
        # The kernels are behind these imports.
        from ..periodogram import outlying_points, search_joint_periods, take
        from ._extraction import PERIOD, periodicity, points_of

        search = self.single.settings.search
        all_points = X.curves
        if self.single.settings.outliers != "keep":
            X = BandSet(
                [
                    curve.select_points(~outlying_points(*points_of(curve), **search))
                    for curve in X.curves
                ]
            )
        periods, n_points = search_joint_periods(list(map(points_of, X.curves)), **search)
        offsets = np.concatenate([[0], np.cumsum(n_points)])
        joint = periodicity(SimpleNamespace(periods=periods, offsets=offsets))
        joint[~np.isfinite(periods.shape_period)] = np.nan
        columns = self.single.columns
        parts = [joint[:, PERIOD.index(c.key)] for c in columns if c.source == JOINT]
        own = tuple(column for column in columns if column.source != JOINT)
        for curve, every in zip(X.curves, all_points, strict=True) if own else ():
            table = np.full((len(X), len(own)), np.nan)
            there = np.flatnonzero(every.n_points >= self.min_observations)
            if there.size:
                extractor = replace(self.single, columns=own, cache=None)
                left_out = (every.n_points - curve.n_points)[there]
                table[there] = extractor.compute(curve[there], take(periods, there), left_out)
            parts.extend(table.T)
        means = [_mean(curve) for curve in X.curves]
        parts += [first - second for first, second in zip(means[:-1], means[1:], strict=True)]
        return np.column_stack(parts)


def _joined(keys):
    return hashlib.blake2b(b"".join(keys), digest_size=16).digest()


def _mean(curve):
    """Mean magnitude of each star, NaN where it has no point."""
    total = np.bincount(segment_numbers(curve.offsets), curve.mag, minlength=len(curve))
    with np.errstate(invalid="ignore"):
        return total / curve.n_points
