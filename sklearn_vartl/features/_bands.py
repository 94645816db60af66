"""Light curves in several bands: the columns they have and the cleaning of each band."""

import warnings

import numpy as np

from ..light_curves import clean
from ._columns import Column

# The family whose columns exist once a star: its period is one in all bands.
JOINT = "period"
COLOUR = "colour"
# Fewest points of a band that counts at all: those of the joint period search.
MIN_POINTS = 5


class BandSet:
    """Clean light curves of the same stars in each of several bands.

    Parameters
    ----------
    curves : list of LightCurves
        One a band; a star without enough points in a band is empty there.
    """

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
    """Columns of the output: joint ones, those of each band, colours; as they are without bands."""
    if bands is None:
        return list(columns)
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


def warn_mixed(X, bands):
    """Warn where points of several bands would be taken for one."""
    if bands is not None or X.band is None:
        return
    star = np.repeat(np.arange(len(X)), X.n_points)
    mixed = (X.band[1:] != X.band[:-1]) & (star[1:] == star[:-1])
    if mixed.any():
        first = star[int(np.argmax(mixed))]
        warnings.warn(
            f"Star {X.ids[first]!r} (position {first}) has points in several bands, which count as "
            f"one: choose bands= from {X.bands}, or remove them with X.replace(band=None).",
            UserWarning,
            # The caller of `transform`, which scikit-learn wraps.
            stacklevel=4,
        )


def clean_bands(X, bands, min_observations):
    """Each band as `clean` leaves it, and the stars with too few points in all.

    Returns
    -------
    cleaned : BandSet
    problems : dict of int to str
        Why a star cannot be used, by its position.
    """
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
