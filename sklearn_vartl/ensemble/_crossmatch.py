"""crossmatch: which source of one catalogue is which of another, and how often by chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class CrossMatch:
    """What `crossmatch` found, one entry a source of `left`.

    Attributes
    ----------
    index : ndarray of int of shape (n_left,)
        Nearest source of `right` within the radius; -1: none.
    separation : ndarray of float of shape (n_left,)
        Distance to it (arcsec); NaN: none.
    n_candidates : ndarray of int of shape (n_left,)
        Sources of `right` within the radius.
    ambiguous : ndarray of bool of shape (n_left,)
        More than one candidate, or the nearest is also the nearest of another source of `left`.
    chance_rate : float
        Share of the sources of `left` expected to find a match by chance.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.ensemble import CrossMatch
    >>> match = CrossMatch(
    ...     np.array([4, -1]), np.array([0.3, np.nan]), np.array([1, 0]), np.zeros(2, bool), 0.1)
    >>> match.matched.tolist(), round(match.false_match_share, 3)
    ([True, False], 0.111)
    """

    index: np.ndarray
    separation: np.ndarray
    n_candidates: np.ndarray
    ambiguous: np.ndarray
    chance_rate: float

    @property
    def matched(self) -> np.ndarray:
        """Whether each source of `left` has a match."""
        return self.index >= 0

    @property
    def false_match_share(self) -> float:
        """Share of the matches that chance explains; NaN where there is no match."""
        found = self.matched.mean() if self.matched.size else 0.0
        if found == 0 or self.chance_rate >= 1:
            return float("nan") if found == 0 else 1.0
        # found = true + (1 - true) chance; the false ones are the second part.
        true = max(0.0, (found - self.chance_rate) / (1 - self.chance_rate))
        return float((found - true) / found)


def crossmatch(left: Any, right: Any, radius: float, *, n_offsets: int = 8) -> CrossMatch:
    """Match two catalogues by position.

    Parameters
    ----------
    left, right : array-like of shape (n, 2), or table with columns "ra" and "dec"
        Right ascension and declination (degrees).
    radius : float
        Largest separation of a match (arcsec).
    n_offsets : int, default=8
        Times that `left` is shifted, in as many directions by ten radii, to count the matches that
        are there by chance.

    Raises
    ------
    ValueError
        If a position is missing or outside the sky, positions are not in two columns, or the radius
        not positive.
    ImportError
        If astropy is not installed.

    Examples
    --------
    >>> from sklearn_vartl.ensemble import crossmatch
    >>> match = crossmatch([[10.0, 20.0], [50.0, 0.0]], [[10.0, 20.0 + 1 / 3600]], radius=2.0)
    >>> match.index.tolist(), round(float(match.separation[0]), 3)
    ([0, -1], 1.0)
    """
    try:
        from astropy import units
        from astropy.coordinates import SkyCoord
    except ImportError as error:
        raise ImportError("crossmatch needs astropy: pip install astropy.") from error

    if not 0 < radius < 3600:
        raise ValueError(f"radius must be between 0 and 3600 arcsec, got {radius!r}.")
    left, right = (
        SkyCoord(*_positions(positions, name).T, unit="deg")
        for positions, name in ((left, "left"), (right, "right"))
    )
    n = len(left)
    if n == 0 or len(right) == 0:
        nothing = np.zeros(n, dtype=int)
        return CrossMatch(nothing - 1, np.full(n, np.nan), nothing, nothing > 0, 0.0)
    within = radius * units.arcsec
    index, separation, _ = left.match_to_catalog_sky(right)
    matched = separation <= within
    index = np.where(matched, index, -1)
    pairs = right.search_around_sky(left, within)[0]
    n_candidates = np.maximum(np.bincount(pairs, minlength=n), matched)
    shared = np.bincount(index[matched], minlength=len(right)) > 1
    ambiguous = n_candidates > 1
    ambiguous[matched] |= shared[index[matched]]
    by_chance = []
    for angle in np.linspace(0, 360, n_offsets, endpoint=False):
        moved = left.directional_offset_by(angle * units.deg, 10 * within)
        by_chance.append(np.mean(moved.match_to_catalog_sky(right)[1] <= within))
    return CrossMatch(
        index,
        np.where(matched, separation.arcsec, np.nan),
        n_candidates,
        ambiguous,
        float(np.mean(by_chance)) if by_chance else 0.0,
    )


def _positions(positions, name):
    if hasattr(positions, "keys") or hasattr(positions, "columns"):
        positions = np.column_stack([np.asarray(positions["ra"]), np.asarray(positions["dec"])])
    positions = np.asarray(positions, dtype=np.float64)
    if not positions.size:
        return np.empty((0, 2))
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise ValueError(
            f"{name} has the shape {positions.shape}: give right ascension and declination as two "
            "columns, as in np.column_stack([ra, dec])."
        )
    # An offset may carry a right ascension a little past the circle; 400 is no angle in degrees.
    wrong = ~(np.abs(positions) <= (361, 90)).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"{name} has {wrong.sum()} positions that are missing or outside the sky, the first "
            f"at row {np.flatnonzero(wrong)[0]}."
        )
    return positions
