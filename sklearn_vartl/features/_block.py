"""A block of clean light curves and what the feature families share, computed when asked for."""

from dataclasses import dataclass

import numpy as np

from ..periodogram import search_periods, upsilon_grid
from .kernels import _fourier, _statistics, _time_domain, _upsilon


class lazy:
    """Like `functools.cached_property`, without its lock.

    Up to Python 3.11 that lock is one for all instances of a class: threads at work on different
    blocks of stars would wait for each other.

    Parameters
    ----------
    method : function of the instance
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


@dataclass(frozen=True)
class FourierSeries:
    """Fits of a block: see `_fourier.fit_series` for the arrays."""

    coefficients: np.ndarray
    summary: np.ndarray
    phase: np.ndarray
    order: np.ndarray


class StarBlock:
    """Clean light curves of several stars, none of them empty.

    Parameters
    ----------
    time, mag, magerr : ndarray of shape (n_points_total,)
        Float64, all finite, times sorted within each star, errors positive.
    offsets : ndarray of shape (n_stars + 1,), int64
    settings : SearchSettings
    power_summary : bool, default=False
        Have the median and the spread of UPSILoN-T's periodogram computed with its peak.
    """

    def __init__(self, time, mag, magerr, offsets, settings, power_summary=False):
        # Copies: the kernels are compiled for writeable arrays, those of LightCurves are read-only.
        self.time = np.array(time, dtype=np.float64)
        self.mag = np.array(mag, dtype=np.float64)
        self.magerr = np.array(magerr, dtype=np.float64)
        self.offsets = np.array(offsets, dtype=np.int64)
        self.settings = settings
        self.power_summary = power_summary

    def __len__(self):
        return self.offsets.size - 1

    def rows(self, n_columns):
        """An empty table of one row a star, float64."""
        return np.empty((len(self), n_columns))

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

    @lazy
    def periods(self):
        """Result of the period search, a `PeriodSearch`."""
        settings = self.settings
        return search_periods(
            self.time,
            self.mag,
            self.magerr,
            self.offsets,
            min_period=settings.min_period,
            max_period=settings.max_period,
            oversampling=settings.oversampling,
            engine=settings.engine,
        )

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
    def curves(self):
        """Smooth folded light curves, (n_stars, 64) over one and (n_stars, 128) over two cycles."""
        once, twice = self.rows(_fourier.GRID), self.rows(2 * _fourier.GRID)
        _fourier.smooth_curves(self.series.phase, self.mag, self.weight, self.offsets, once, twice)
        return once, twice

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
        return 1.0 / (f_min + self.upsilon_peaks.index[:, 0] * df)
