"""The feature table of clean light curves: family by family, block by block, in parallel."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._progress import progress_bar
from ..periodogram import eclipses_seen
from ._block import SearchSettings, StarBlock
from ._cache import RowCache
from ._columns import SEARCH_FAMILIES
from ._evidence import EVIDENCE, evidence
from .kernels import _eclipses, _folded, _fourier, _spread, _statistics, _time_domain, _upsilon

# A block is large enough to make Python's share small, and small enough to balance the load and
# show progress.
_STARS_PER_BLOCK = 64
_POINTS_PER_BLOCK = 100_000

PERIOD = (
    "period",
    "shape_period",
    "power",
    "log10_fap",
    "double_evidence",
    "eclipse_evidence",
    "runner_up_ratio",
    "runner_up_gap",
    "peak_power",
    "even_share",
    "period_error",
    "epoch_minimum",
    "epoch_maximum",
    "light_range",
    "runner_up",
    "runner_up_score",
    "rank_log10_fap",
)
DIPS = ("dip_depth", "dip_duration", "dips_seen", "dips_log10_fap")


@dataclass(frozen=True)
class Family:
    """Features that are computed together.

    Attributes
    ----------
    columns : tuple of str
        Names of the features.
    compute : callable
        From a `StarBlock` to a table of shape (n_stars, n_columns).
    """

    columns: tuple
    compute: Callable


def _compiled(columns, kernel, inputs):
    """The family of a kernel that takes the arrays `inputs(block)` and the table to fill."""

    def compute(block):
        out = np.empty((len(block), len(columns)))
        kernel(*inputs(block), out)
        return out

    return Family(columns, compute)


def periodicity(block):
    """Table of shape (n_stars, 17), in the order of `PERIOD`."""
    periods = block.periods
    counts = np.diff(block.offsets)
    return np.column_stack(
        [
            periods.period,
            periods.shape_period,
            periods.grid_power,
            periods.log10_fap,
            # Per point: evidence grows with the number of points, which describes the survey.
            periods.double_evidence / counts,
            periods.eclipse_evidence / counts,
            periods.runner_up[:, 0] / periods.shape_period,
            periods.runner_up_gap[:, 0] / counts,
            periods.power,
            periods.even_share,
            periods.uncertainty,
            periods.epoch_minimum,
            periods.epoch_maximum,
            periods.amplitude,
            periods.runner_up[:, 0],
            periods.runner_up_gap[:, 0],
            periods.rank_log10_fap,
        ]
    )


def _dips(block):
    frequency = 1.0 / block.periods.shape_period
    return eclipses_seen(
        block.time,
        block.mag,
        block.magerr,
        block.offsets,
        frequency,
        min_period=block.settings.min_period,
    )


def _evidence(block):
    return evidence(
        block.time,
        block.mag,
        block.magerr,
        block.offsets,
        block.periods.shape_period,
        block.periods.eclipse_evidence,
        block.settings.min_period,
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


FAMILIES = {
    "moments": _compiled(
        _statistics.MOMENTS,
        _statistics.moments,
        lambda block: (block.mag, block.magerr, block.ordered, block.scores, block.offsets),
    ),
    "spread": _compiled(
        _spread.SPREAD,
        _spread.spread,
        lambda block: (block.mag, block.magerr, block.weight, block.ordered, block.offsets),
    ),
    "time": _compiled(
        _time_domain.TIME_DOMAIN,
        _time_domain.time_domain,
        lambda block: (block.time, block.mag, block.offsets),
    ),
    "period": Family(PERIOD, periodicity),
    "dips": Family(DIPS, _dips),
    "evidence": Family(EVIDENCE, _evidence),
    "fourier": _compiled(
        _fourier.FOURIER,
        _fourier.fourier,
        lambda block: (block.series.coefficients, block.series.summary),
    ),
    "folded": _compiled(
        _folded.FOLDED,
        _folded.folded,
        lambda block: (block.series.order, block.mag, block.curves[0], block.offsets),
    ),
    "residuals": _compiled(
        _time_domain.RESIDUALS,
        _time_domain.residuals,
        lambda block: (block.time, block.series.order, block.mag, block.residual, block.offsets),
    ),
    "eclipses": _compiled(
        _eclipses.ECLIPSES,
        _eclipses.eclipses,
        lambda block: (
            block.series.phase,
            block.span / block.periods.shape_period,
            block.mag,
            block.weight,
            block.residual,
            *block.curves,
            block.offsets,
        ),
    ),
    "upsilon magnitudes": _compiled(
        _upsilon.UPSILON_MAGNITUDES,
        _upsilon.upsilon_magnitude_features,
        lambda block: (block.mag, block.magerr, block.ordered, block.scores, block.offsets),
    ),
    "upsilon folded": _compiled(
        _upsilon.UPSILON_FOLDED,
        _upsilon.upsilon_folded_features,
        lambda block: (
            block.time,
            block.mag,
            block.magerr,
            np.array(block.upsilon_periods),
            block.offsets,
        ),
    ),
    "upsilon period": Family(("period", "period_log10FAP"), _upsilon_period),
    "upsilon power": Family(("period_SNR",), _upsilon_power),
    "upsilon uncertainty": Family(("period_uncertainty",), _upsilon_uncertainty),
}


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
            return self.compute(X)
        return self.cache.rows(self.cache.keys(X), lambda stars: self.compute(X[stars]))

    def compute(self, X, periods=None):
        """The same without the cache, and from the results of a period search already done."""
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
