"""The feature table of clean light curves: family by family, block by block, in parallel.

What the families of a block share is computed when one of them asks for it.
"""

import hashlib
import os
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._progress import progress_bar
from ..periodogram import (
    as_features,
    eclipses_seen,
    outlying_points,
    periods_alone,
    search_periods,
    upsilon_grid,
    without_points,
)
from ._definitions import SEARCH_FAMILIES
from ._evidence import BLOCKS, EVIDENCE, block_evidence, evidence
from .kernels import _eclipses, _fourier, _statistics, _time_domain, _upsilon


class lazy:
    """Like `functools.cached_property`, without its lock.

    Up to Python 3.11 that lock is one for all instances of a class: threads at work on different
    blocks of stars would wait for each other.
    """

    def __init__(self, method):
        self.method = method
        self.__doc__ = method.__doc__

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        # The instance's own attribute comes first from now on: a descriptor without __set__ yields.
        value = instance.__dict__[self.name] = self.method(instance)
        return value


@dataclass(frozen=True)
class SearchSettings:
    """Parameters of the period search, as `LightCurveFeatures` takes them."""

    engine: str
    min_period: float
    max_period: float | None
    oversampling: float
    outliers: str = "keep"

    @property
    def search(self):
        """What `search_periods` and its like take of them."""
        names = ("engine", "min_period", "max_period", "oversampling")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class FourierSeries:
    """Fits of a block: see `_fourier.fit_series` for the arrays."""

    coefficients: np.ndarray
    summary: np.ndarray
    phase: np.ndarray
    order: np.ndarray


class FoldedCurves(NamedTuple):
    """Smooth curves of a block."""

    once: np.ndarray
    twice: np.ndarray


class StarBlock:
    """Clean light curves of several stars, none of them empty: finite, sorted by time, errors positive.

    With `power_summary` the median and the spread of UPSILoN-T's periodogram are computed with its peak, without
    `ranked` nothing that ranks say of a period.
    """

    def __init__(self, time, mag, magerr, offsets, settings, *, power_summary=False, ranked=True):
        # Copies: the kernels are compiled for writeable arrays, those of LightCurves are read-only.
        self.time = np.array(time, dtype=np.float64)
        self.mag = np.array(mag, dtype=np.float64)
        self.magerr = np.array(magerr, dtype=np.float64)
        self.offsets = np.array(offsets, dtype=np.int64)
        self.settings = settings
        self.power_summary, self.ranked = power_summary, ranked

    def __len__(self):
        return self.offsets.size - 1

    def rows(self, n_columns):
        """An empty table of one row a star, float64."""
        return np.empty((len(self), n_columns))

    @property
    def points(self):
        """Times, magnitudes, errors and offsets."""
        return self.time, self.mag, self.magerr, self.offsets

    @lazy
    def span(self):
        """Last minus first time of each star, shape (n_stars,)."""
        return self.time[self.offsets[1:] - 1] - self.time[self.offsets[:-1]]

    @lazy
    def ordered(self):
        """Each star's magnitudes in ascending order, shape (n_points_total,)."""
        return _statistics.sort_segments(self.mag, self.offsets)

    @lazy
    def scores(self):
        """Normal quantiles expected of `ordered`, shape (n_points_total,)."""
        return _statistics.blom_scores(self.offsets)

    @lazy
    def weight(self):
        """``1 / (e^2 + median(e)^2)``: quoted errors count, none much more than the typical one."""
        return _statistics.tempered_weights(self.magerr, self.offsets)

    def search(self, function, **given):
        """Result of `search_periods` or its like with these settings."""
        return function(*self.points, **self.settings.search, **given)

    def searched(self, **given):
        """Result of `search_periods`, without chances where no feature asks for them."""
        return self.search(search_periods if self.ranked else periods_alone, **given)

    def without_outliers(self, *, searched):
        """The block without the points that stand alone, with its periods where they are `searched`."""
        if searched:
            periods = self.searched(outliers="drop")
            outlier = periods.outlier
        else:
            outlier = self.search(outlying_points)
        points = without_points(self.points, outlier)
        block = StarBlock(*points, self.settings, power_summary=self.power_summary)
        block.n_outliers = np.diff(self.offsets) - np.diff(block.offsets)
        if searched:
            block.periods = periods
        return block

    @lazy
    def n_outliers(self):
        """Number of points of each star that were left out, shape (n_stars,)."""
        return np.zeros(len(self), dtype=np.int64)

    @lazy
    def periods(self):
        """Result of the period search, a `PeriodSearch`."""
        return self.searched(outliers="keep")

    @lazy
    def has_period(self):
        """Whether the search found a period, shape (n_stars,): the time span may allow none."""
        return np.isfinite(self.periods.shape_period)

    @lazy
    def series(self):
        """Fourier series at the undoubled period, a `FourierSeries`."""
        series = FourierSeries(
            self.rows(_fourier.N_COEFFICIENTS),
            self.rows(3),
            np.empty_like(self.time),
            np.empty(self.time.size, dtype=np.int64),
        )
        # A star without a period is folded on its time span; the extraction blanks the result.
        period = np.where(self.has_period, self.periods.shape_period, self.span)
        _fourier.fit_series(
            self.time,
            self.mag,
            self.weight,
            period,
            self.offsets,
            series.coefficients,
            series.summary,
            series.phase,
            series.order,
        )
        return series

    @lazy
    def residual(self):
        """Magnitudes minus the Fourier series, shape (n_points_total,)."""
        residual = np.empty_like(self.mag)
        _time_domain.subtract_series(
            self.series.phase, self.mag, self.series.coefficients, self.offsets, residual
        )
        return residual

    @lazy
    def n_cycles(self):
        """Time span in undoubled periods, shape (n_stars,)."""
        return self.span / self.periods.shape_period

    @lazy
    def curves(self):
        """Smooth folded light curves, (n_stars, 64) over one and (n_stars, 128) over two cycles."""
        once, twice = self.rows(_fourier.GRID), self.rows(2 * _fourier.GRID)
        _fourier.smooth_curves(self.series.phase, self.mag, self.weight, self.offsets, once, twice)
        return FoldedCurves(once, twice)

    @lazy
    def upsilon_grid(self):
        """First frequency, step and number of frequencies of UPSILoN-T's grids, (n_stars,) each."""
        return upsilon_grid(self.span, np.diff(self.offsets))

    @lazy
    def upsilon_peaks(self):
        """Highest peak of UPSILoN-T's periodogram, a `Peaks`."""
        return _upsilon.find_peaks(
            self.time,
            self.mag,
            self.offsets,
            self.upsilon_grid,
            self.settings.engine,
            self.power_summary,
        )

    @lazy
    def upsilon_periods(self):
        """Periods of UPSILoN-T, shape (n_stars,)."""
        f_min, df, _ = self.upsilon_grid
        return np.array(1.0 / (f_min + self.upsilon_peaks.index[:, 0] * df))


def points_of(curves):
    """Times, magnitudes, errors and offsets."""
    return curves.time, curves.mag, curves.magerr, curves.offsets


# A block is large enough to make Python's share small (twice as many stars gain 1%, half as many cost 5%), and small
# enough to balance the load and show progress.
_STARS_PER_BLOCK = 128
_POINTS_PER_BLOCK = 100_000

PERIOD = (
    "period", "shape_period", "power", "log10_fap", "double_evidence", "eclipse_evidence",
    "runner_up_ratio", "runner_up_gap", "peak_power", "even_share", "period_error", "epoch_minimum",
    "epoch_maximum", "light_range", "runner_up", "runner_up_score", "rank_log10_fap",
)  # fmt: skip
DIPS = ("dip_depth", "dip_duration", "dips_seen", "dips_log10_fap")


@dataclass(frozen=True)
class Family:
    """Features that are computed together."""

    columns: tuple  # names of the features
    compute: Callable  # from a `StarBlock` to a table of shape (n_stars, n_columns)


def _compiled(columns, kernel, inputs):
    """The family of a kernel that takes these arrays of a block and the table to fill."""
    arrays = attrgetter(*inputs.split())

    def compute(block):
        out = block.rows(len(columns))
        kernel(*arrays(block), out)
        return out

    return Family(columns, compute)


def periodicity(block):
    """Table of shape (n_stars, 17), in the order of `PERIOD`."""
    found, counts = as_features(block.periods), np.diff(block.offsets)
    found["runner_up_ratio"] = found["runner_up"] / found["shape_period"]
    # Per point: evidence grows with the number of points, which describes the survey.
    found["runner_up_gap"] = found["runner_up_score"] / counts
    for name in ("double_evidence", "eclipse_evidence"):
        found[name] = found[name] / counts
    return np.column_stack([found[name] for name in PERIOD])


def _dips(block):
    frequency = 1.0 / block.periods.shape_period
    return eclipses_seen(*block.points, frequency, min_period=block.settings.min_period)


def _evidence(block):
    found = block.periods
    return evidence(
        *block.points, found.shape_period, found.eclipse_evidence, block.settings.min_period
    )


def _blocks(block):
    return block_evidence(
        block.time, block.mag, block.offsets, block.periods.shape_period, block.settings.min_period
    )


def _upsilon_period(block):
    _, _, n_freq = block.upsilon_grid
    log10_fap = _upsilon.false_alarm_log10(
        block.upsilon_peaks.power[:, 0], np.diff(block.offsets), n_freq
    )
    return np.column_stack([block.upsilon_periods, log10_fap])


def _upsilon_power(block):
    peaks = block.upsilon_peaks
    return ((peaks.power[:, 0] - peaks.median) / peaks.std)[:, None]


def _upsilon_uncertainty(block):
    return _upsilon.period_uncertainty(
        block.time,
        block.mag,
        block.offsets,
        block.upsilon_grid,
        block.upsilon_peaks.index[:, 0],
        block.settings.engine,
    )[:, None]


_IN_ORDER = "mag magerr ordered scores offsets"
FAMILIES = {
    "moments": _compiled(_statistics.MOMENTS, _statistics.moments, _IN_ORDER),
    "spread": _compiled(
        _statistics.SPREAD, _statistics.spread, "mag magerr weight ordered offsets"
    ),
    "time": _compiled(_time_domain.TIME_DOMAIN, _time_domain.time_domain, "time mag offsets"),
    "period": Family(PERIOD, periodicity),
    "dips": Family(DIPS, _dips),
    "evidence": Family(EVIDENCE, _evidence),
    "blocks": Family(BLOCKS, _blocks),
    "outliers": Family(("n_outliers",), lambda block: block.n_outliers[:, None].astype(float)),
    "fourier": _compiled(_fourier.FOURIER, _fourier.fourier, "series.coefficients series.summary"),
    "folded": _compiled(_eclipses.FOLDED, _eclipses.folded, "series.order mag curves.once offsets"),
    "residuals": _compiled(
        _time_domain.RESIDUALS,
        _time_domain.residuals,
        "time series.order mag residual ordered offsets",
    ),
    "eclipses": _compiled(
        _eclipses.ECLIPSES,
        _eclipses.eclipses,
        "series.phase n_cycles mag weight residual curves.once curves.twice offsets",
    ),
    "upsilon magnitudes": _compiled(
        _upsilon.UPSILON_MAGNITUDES, _upsilon.upsilon_magnitude_features, _IN_ORDER
    ),
    "upsilon folded": _compiled(
        _upsilon.UPSILON_FOLDED,
        _upsilon.upsilon_folded_features,
        "time mag magerr upsilon_periods offsets",
    ),
    "upsilon period": Family(("period", "period_log10FAP"), _upsilon_period),
    "upsilon power": Family(("period_SNR",), _upsilon_power),
    "upsilon uncertainty": Family(("period_uncertainty",), _upsilon_uncertainty),
}

# Of all points: others have defined these features.
AS_PUBLISHED = frozenset({"feets", *(name for name in FAMILIES if name.startswith("upsilon"))})


class FeetsSpace:
    """A feets feature space for the names that the user gave, one star after the other in this process.

    Underscores and case do not matter, so that the spelling of older versions ("Eta_e") finds today's ("EtaE").
    """

    def __init__(self, names):
        try:
            import feets
            from feets.extractors import extractor_registry
        except ImportError as error:
            raise ImportError(
                "features named 'feets:...' need the feets package: pip install feets"
            ) from error
        known = {
            _plain_name(feature): feature for feature in extractor_registry.registered_features
        }
        unknown = [name for name in names if _plain_name(name) not in known]
        if unknown:
            raise ValueError(
                f"feets {feets.__version__} has no feature {', '.join(map(repr, unknown))}; it has "
                f"{', '.join(sorted(known.values()))}."
            )
        self._features = {name: known[_plain_name(name)] for name in names}
        # feets starts a pool of processes for every call unless told to run in line.
        self._space = feets.FeatureSpace(
            only=sorted(set(self._features.values())), dask_options={"scheduler": "synchronous"}
        )
        missing = self._space.required_data - {"time", "magnitude", "error"}
        if missing:
            raise ValueError(
                "these feets features need data that light curves of one band lack: "
                f"{', '.join(sorted(missing))}."
            )

    def extract(self, X):
        """Values of each feature for clean light curves, by its name."""
        columns = {name: np.empty(len(X)) for name in self._features}
        for i, star in enumerate(X):
            with warnings.catch_warnings():
                # Several extractors divide by zero or fail to converge on ordinary stars; the value
                # says so.
                warnings.simplefilter("ignore")
                result = self._space.extract(
                    time=np.array(star.time),
                    magnitude=np.array(star.mag),
                    error=np.array(star.magerr),
                )[0]
            for name, feature in self._features.items():
                value = np.asarray(result[feature])
                if value.shape != () or value.dtype.kind not in "biuf":
                    raise ValueError(
                        f"the feets feature {feature!r} is no single number, as a column must be."
                    )
                columns[name][i] = value
        return columns


def _plain_name(name):
    return name.replace("_", "").lower()


# --- Feature rows kept on disk, found again by the content of each light curve

_FILE_NAME = "light_curve_features.sqlite"
# SQLite takes at most 999 values in one statement on old builds.
_CHUNK = 500
# Seconds to wait for another process that writes.
_TIMEOUT = 60.0


def cache_folder(memory):
    """Folder that `memory`, a path or a `joblib.Memory`, stands for; None where nothing is kept."""
    if memory is None or isinstance(memory, str | os.PathLike):
        return memory
    if hasattr(memory, "location"):
        return memory.location
    raise ValueError(f"memory must be None, a folder or a joblib.Memory, got {memory!r}.")


class RowCache:
    """Rows of a feature table in an SQLite file in this folder.

    Several threads and processes may use the same file; a star is computed twice at worst. The
    folder can be deleted at any time. The signature is everything apart from the light curve that the values depend
    on; its `repr` tells one from another.
    """

    def __init__(self, folder, signature):
        self.path = Path(folder) / _FILE_NAME
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._seed = hashlib.blake2b(repr(signature).encode(), digest_size=16).digest()
        with self._connected() as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
            )

    @contextmanager
    def _connected(self):
        try:
            # A connection belongs to one thread: each use opens its own.
            with closing(sqlite3.connect(self.path, timeout=_TIMEOUT)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise OSError(
                f"The cache {self.path} cannot be used ({error}): delete it, or give another "
                "memory; memory=None keeps nothing"
            ) from error

    def keys(self, X):
        """Key of each star's times, magnitudes and errors."""
        keys = []
        for star in X:
            digest = hashlib.blake2b(self._seed, digest_size=16)
            for values in star:
                digest.update(np.ascontiguousarray(values).tobytes())
            keys.append(digest.digest())
        return keys

    def rows(self, keys, compute):
        """Table of one row for each key; ``compute(positions)`` gives those that are not known."""
        known = self.load(keys)
        missing = np.flatnonzero([key not in known for key in keys])
        if missing.size:
            table = compute(missing)
            self.store([keys[i] for i in missing], table)
            known.update(zip((keys[i] for i in missing), table, strict=True))
        return np.stack([known[key] for key in keys])

    def load(self, keys):
        """Rows that are known, as a dict from key to array."""
        rows = {}
        with self._connected() as connection:
            for start in range(0, len(keys), _CHUNK):
                part = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(part))
                found = connection.execute(
                    f"SELECT key, value FROM rows WHERE key IN ({marks})", part
                )
                rows.update((key, np.frombuffer(value)) for key, value in found)
        return rows

    def store(self, keys, table):
        """Keep the rows of a table, one for each key."""
        entries = [(key, row.tobytes()) for key, row in zip(keys, table, strict=True)]
        with self._connected() as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", entries)


@dataclass(frozen=True)
class Extractor:
    """What is computed for each star, and how."""

    columns: tuple
    settings: SearchSettings
    cache: RowCache | None = None

    def __call__(self, X):
        """Feature table, shape (n_stars, n_columns), of clean light curves without empty ones."""
        if self.cache is None:
            return self.compute(X)
        return self.cache.rows(self.cache.keys(X), lambda stars: self.compute(X[stars]))

    @property
    def as_published(self):
        """Families whose features are of all points."""
        return frozenset({"feets"}) if self.settings.outliers == "drop_all" else AS_PUBLISHED

    @property
    def drops(self):
        """Whether outliers are left out of some feature."""
        sources = {column.source for column in self.columns}
        return self.settings.outliers != "keep" and not sources <= self.as_published

    def compute(self, X, periods=None, n_outliers=None):
        """The same without the cache; or of stars whose outliers are left out and whose periods are known."""
        sources = {column.source for column in self.columns}
        block = StarBlock(
            *points_of(X),
            self.settings,
            power_summary="upsilon power" in sources,
            ranked=any(column.key == "rank_log10_fap" for column in self.columns),
        )
        ours = block
        if periods is not None:
            block.periods, block.n_outliers = periods, n_outliers
        elif self.drops:
            ours = block.without_outliers(searched=bool(sources & SEARCH_FAMILIES))
        values = {}
        # Sorted: sets of strings have another order in every process.
        for source in sorted(sources - {"feets"}):
            family = FAMILIES[source]
            its = block if source in self.as_published else ours
            table = family.compute(its)
            if source in SEARCH_FAMILIES:
                table[~its.has_period] = np.nan
            values[source] = dict(zip(family.columns, table.T, strict=True))
        if "feets" in sources:
            # Only here is feets imported, in the process that uses it.
            names = [column.key for column in self.columns if column.source == "feets"]
            values["feets"] = FeetsSpace(names).extract(X)
        rows = np.array([values[column.source][column.key] for column in self.columns])
        return np.ascontiguousarray(rows.T)


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

    The light curves are clean, none of them empty; `n_jobs` and `prefer` are joblib's.
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
