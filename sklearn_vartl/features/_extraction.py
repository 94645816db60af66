"""The feature table of clean light curves: block by block, in parallel, known rows from disk."""

from dataclasses import dataclass

import numpy as np

from .._progress import progress_bar
from ._block import SearchSettings, StarBlock
from ._cache import RowCache
from ._columns import SEARCH_FAMILIES
from ._families import FAMILIES

# A block is large enough to make Python's share small, and small enough to balance the load and
# show progress.
_STARS_PER_BLOCK = 64
_POINTS_PER_BLOCK = 100_000


@dataclass(frozen=True)
class Extractor:
    """What is computed for each star, and how.

    Parameters
    ----------
    columns : tuple of Column
    settings : SearchSettings
    cache : RowCache, default=None
    """

    columns: tuple
    settings: SearchSettings
    cache: RowCache | None = None

    def __call__(self, X):
        """Feature table, shape (n_stars, n_columns), of clean light curves without empty ones."""
        if self.cache is None:
            return self._compute(X)
        keys = self.cache.keys(X)
        known = self.cache.load(keys)
        missing = np.flatnonzero([key not in known for key in keys])
        if missing.size:
            table = self._compute(X[missing])
            self.cache.store([keys[i] for i in missing], table)
            known.update(zip((keys[i] for i in missing), table, strict=True))
        return np.stack([known[key] for key in keys])

    def with_periods(self, X, periods):
        """The same with the results of a period search already done, nothing from disk."""
        return self._compute(X, periods)

    def _compute(self, X, periods=None):
        sources = {column.source for column in self.columns}
        block = StarBlock(
            X.time,
            X.mag,
            X.magerr,
            X.offsets,
            self.settings,
            power_summary="upsilon power" in sources,
        )
        if periods is not None:
            block.periods = periods
        values = {}
        # Sorted: sets of strings have another order in every process.
        for source in sorted(sources - {"feets"}):
            family = FAMILIES[source]
            table = family.compute(block)
            if source in SEARCH_FAMILIES:
                table[~block.has_period] = np.nan
            values[source] = dict(zip(family.columns, table.T, strict=True))
        if "feets" in sources:
            # Only here is feets imported, in the process that uses it.
            from ._feets import FeetsSpace

            values["feets"] = FeetsSpace(self.names_from("feets")).extract(X)
        rows = np.array([values[column.source][column.key] for column in self.columns])
        return np.ascontiguousarray(rows.T)

    def names_from(self, source):
        """Keys of the columns of one source."""
        return [column.key for column in self.columns if column.source == source]


def blocks(offsets):
    """Slices of consecutive stars with a limited number of stars and of points each."""
    result = []
    start = 0
    n_stars = offsets.size - 1
    while start < n_stars:
        by_points = (
            int(np.searchsorted(offsets, offsets[start] + _POINTS_PER_BLOCK, side="right")) - 1
        )
        stop = min(max(by_points, start + 1), start + _STARS_PER_BLOCK, n_stars)
        result.append(slice(start, stop))
        start = stop
    return result


def extract(X, extractor, *, n_jobs, prefer, progress):
    """Feature table of all stars, block by block, in the order of the stars.

    Parameters
    ----------
    X : LightCurves
        Clean, none of them empty.
    extractor : Extractor
    n_jobs : int or None
        As in joblib.
    prefer : {"threads", "processes"}
    progress : bool
        Show a progress bar.
    """
    from joblib import Parallel, delayed

    parts = blocks(X.offsets)
    if len(parts) == 1 and n_jobs != 0 and not progress:
        # One star at a time must not wait for joblib to get ready.
        return extractor(X)
    parallel = Parallel(n_jobs=n_jobs, prefer=prefer, return_as="generator")
    table = np.empty((len(X), len(extractor.columns)))
    with progress_bar(visible=progress, total=len(X), desc="features", unit="star") as bar:
        for part, rows in zip(
            parts, parallel(delayed(extractor)(X[part]) for part in parts), strict=True
        ):
            table[part] = rows
            bar.update(len(rows))
    return table
