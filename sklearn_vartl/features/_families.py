"""The feature families: from a block of stars to a table of one row a star."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import (
    _eclipses,
    _folded,
    _fourier,
    _moments,
    _periodicity,
    _residuals,
    _spread,
    _time_domain,
    _upsilon,
    _upsilon_period,
)


def _moments_family(block):
    out = block.rows(len(_moments.COLUMNS))
    _moments.moments(block.mag, block.magerr, block.ordered, block.offsets, out)
    return out


def _spread_family(block):
    out = block.rows(len(_spread.COLUMNS))
    _spread.spread(block.mag, block.magerr, block.weight, block.ordered, block.offsets, out)
    return out


def _time_family(block):
    out = block.rows(len(_time_domain.COLUMNS))
    _time_domain.time_domain(block.time, block.mag, block.offsets, out)
    return out


def _fourier_family(block):
    out = block.rows(len(_fourier.COLUMNS))
    _fourier.fourier(block.series.coefficients, block.series.summary, out)
    return out


def _folded_family(block):
    out = block.rows(len(_folded.COLUMNS))
    _folded.folded(block.series.order, block.mag, block.curves[0], block.offsets, out)
    return out


def _residuals_family(block):
    out = block.rows(len(_residuals.COLUMNS))
    _residuals.residuals(
        block.time, block.series.order, block.mag, block.residual, block.offsets, out
    )
    return out


def _eclipses_family(block):
    out = block.rows(len(_eclipses.COLUMNS))
    once, twice = block.curves
    _eclipses.eclipses(
        block.series.phase,
        block.span / block.periods.shape_period,
        block.mag,
        block.weight,
        block.residual,
        once,
        twice,
        block.offsets,
        out,
    )
    return out


def _upsilon_magnitudes_family(block):
    out = block.rows(len(_upsilon.MAGNITUDE_COLUMNS))
    _upsilon.upsilon_magnitude_features(block.mag, block.magerr, block.ordered, block.offsets, out)
    return out


def _upsilon_folded_family(block):
    out = block.rows(len(_upsilon.FOLDED_COLUMNS))
    period = np.array(block.upsilon_periods)
    _upsilon.upsilon_folded_features(
        block.time, block.mag, block.magerr, period, block.offsets, out
    )
    return out


def _upsilon_period_family(block):
    _, _, n_freq = block.upsilon_grid
    log10_fap = _upsilon_period.false_alarm_log10(
        block.upsilon_peaks.power[:, 0], np.diff(block.offsets), n_freq
    )
    return np.column_stack([block.upsilon_periods, log10_fap])


def _upsilon_power_family(block):
    peaks = block.upsilon_peaks
    return ((peaks.power[:, 0] - peaks.median) / peaks.std)[:, None]


def _upsilon_uncertainty_family(block):
    return _upsilon_period.period_uncertainty(
        block.time,
        block.mag,
        block.offsets,
        block.upsilon_grid,
        block.upsilon_peaks.index[:, 0],
        block.settings.engine,
    )[:, None]


@dataclass(frozen=True)
class Family:
    """Features that are computed together.

    Attributes
    ----------
    columns : tuple of str
        Names of the features.
    compute : callable
        From a `StarBlock` to a table of shape (n_stars, n_columns).
    kernel : callable or None
        The compiled function that takes longest to compile; None where it is a periodogram's.
    """

    columns: tuple
    compute: Callable
    kernel: Callable | None = None


FAMILIES = {
    "moments": Family(_moments.COLUMNS, _moments_family, _moments.moments),
    "spread": Family(_spread.COLUMNS, _spread_family, _spread.spread),
    "time": Family(_time_domain.COLUMNS, _time_family, _time_domain.time_domain),
    "period": Family(_periodicity.COLUMNS, _periodicity.periodicity),
    "fourier": Family(_fourier.COLUMNS, _fourier_family, _fourier.fit_series),
    "folded": Family(_folded.COLUMNS, _folded_family, _folded.folded),
    "residuals": Family(_residuals.COLUMNS, _residuals_family, _residuals.residuals),
    "eclipses": Family(_eclipses.COLUMNS, _eclipses_family, _eclipses.eclipses),
    "upsilon magnitudes": Family(
        _upsilon.MAGNITUDE_COLUMNS, _upsilon_magnitudes_family, _upsilon.upsilon_magnitude_features
    ),
    "upsilon folded": Family(
        _upsilon.FOLDED_COLUMNS, _upsilon_folded_family, _upsilon.upsilon_folded_features
    ),
    "upsilon period": Family(("period", "period_log10FAP"), _upsilon_period_family),
    "upsilon power": Family(("period_SNR",), _upsilon_power_family),
    "upsilon uncertainty": Family(("period_uncertainty",), _upsilon_uncertainty_family),
}
