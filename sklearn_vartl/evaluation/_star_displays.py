"""Displays of a star: its light curve and its periodogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ..light_curves import LightCurves, clean, position_of, pyplot
from ..periodogram import frequency_grid, lomb_scargle_power, physical_period, search_periods

_MOST_HARMONICS = 6

# What the rotation of the Earth puts beside a peak (cycles a day): nights, sidereal nights.
_ALIASES = (1.0, 1.0027379)

# No screen shows more points; the highest in each bin is kept, so that no peak is lost.
_DRAWN_POINTS = 4000


def one_axes(ax, **options):
    """The given axes, or those of a new figure."""
    if ax is not None:
        return ax
    return pyplot().subplots(layout="constrained", **options)[1]


def several_axes(ax, number, **options):
    """The given sequence of axes, or those of a new figure in one row."""
    if ax is None:
        return pyplot().subplots(1, number, layout="constrained", squeeze=False, **options)[1][0]
    axes = np.ravel(np.asarray(ax, dtype=object))
    if len(axes) != number:
        raise ValueError(f"ax must hold {number} axes, it holds {len(axes)}.")
    return axes


def plain_times(ax, n_ticks):
    """Few ticks along the time, in full: Julian days are long, and of 2.453 times 1e6 nobody reads a date."""
    ax.set_xlabel("time (d)")
    ax.locator_params(axis="x", nbins=n_ticks)
    ax.ticklabel_format(axis="x", style="plain", useOffset=False)


def clean_star(X, star):
    """One star, by position or identifier, as the features see it."""
    if not isinstance(X, LightCurves):
        raise TypeError(f"X must be LightCurves, got {type(X).__name__}.")
    position = int(position_of(X, star))
    if not -len(X) <= position < len(X):
        raise ValueError(f"There is no star at position {position}: there are {len(X)} stars.")
    cleaned, problems = clean(X[[position]])
    if problems:
        raise ValueError(f"Star {X.ids[position]!r} cannot be drawn: {problems[0]}.")
    return cleaned[0]


def searched_period(light_curve, label=None):
    """Period (days) that the search of the features finds; NaN if there is none.

    With `label` it is that of a star of this class, as the tables of classified stars have it.
    """
    time, mag, magerr = light_curve
    found = search_periods(time, mag, magerr, np.array([0, len(time)]))
    return float(
        physical_period(found.shape_period, found.double_evidence, label, found.even_share)[0]
    )


class LightCurveDisplay:
    """A light curve as measured and, beside it, folded on its period with a Fourier fit.

    It is best made by `from_light_curves`.

    Parameters
    ----------
    light_curve : LightCurve
        Cleaned: finite, sorted by time, with errors.
    period : float
        Period of the fold (days).

    Attributes
    ----------
    phase : ndarray of shape (n_obs,)
        Phase of each point, between 0 and 1, counted from the first point.
    n_harmonics : int
        Harmonics of the fit, chosen by the Bayesian information criterion; 0 where no sinusoid
        explains anything.
    fit : ndarray of shape (2, 200)
        Phases and magnitudes of the fitted curve.
    axes_ : ndarray of two matplotlib Axes
        Set by `plot`.
    figure_ : matplotlib Figure
        Set by `plot`.

    See Also
    --------
    PeriodogramDisplay : Where the period comes from.
    LightCurves.plot : One panel, for any light curve, bands and limits included.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.evaluation import LightCurveDisplay
    >>> X = simulate_survey(1, "asas", classes=["RRAB"], random_state=0)
    >>> display = LightCurveDisplay.from_light_curves(X, period=X.table["true_period"][0])
    >>> display.n_harmonics > 1
    True
    """

    def __init__(self, light_curve: Any, period: float) -> None:
        if not 0 < period < np.inf:
            raise ValueError(f"period must be a positive number of days, got {period!r}.")
        self.light_curve = light_curve
        self.period = float(period)
        self.phase = (light_curve.time - light_curve.time[0]) / self.period % 1.0
        self.n_harmonics, self.fit = fourier_fit(
            self.phase, light_curve.mag, 1.0 / light_curve.magerr**2
        )

    @classmethod
    def from_light_curves(
        cls,
        X: LightCurves,
        star: int | str = 0,
        *,
        period: float | None = None,
        ax: Sequence[Any] | None = None,
    ) -> Self:
        """Draw one star of a set.

        Parameters
        ----------
        X : LightCurves
            Magnitudes.
        star : int or str, default=0
            Position or identifier.
        period : float, default=None
            Period (days); None searches it as the features do.
        ax : sequence of two matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Raises
        ------
        ValueError
            If there is no such star, nothing usable of it, or no period.
        """
        light_curve = clean_star(X, star)
        if period is None:
            period = searched_period(light_curve)
            if np.isnan(period):
                raise ValueError(f"No period was found for star {light_curve.id!r}: pass period=.")
        return cls(light_curve, period).plot(ax=ax)

    def plot(self, ax: Sequence[Any] | None = None) -> Self:
        """Draw both panels, magnitudes upside down.

        Parameters
        ----------
        ax : sequence of two matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        """
        self.axes_ = raw, folded = several_axes(ax, 2, figsize=(9.5, 3.6), sharey=True)
        self.figure_ = raw.figure
        time, mag, magerr = self.light_curve
        style = {"fmt": ".", "markersize": 4, "elinewidth": 0.6, "alpha": 0.7}
        raw.errorbar(time, mag, magerr, **style)
        draw_folded(folded, self, **style)
        if self.n_harmonics:
            folded.legend(loc="best")
        for axes in (raw, folded):
            axes.yaxis.set_inverted(True)
        raw.set_ylabel("magnitude")
        plain_times(raw, 3)
        folded.set(xlabel=f"phase (period {self.period:.7g} d)", xlim=(0, 2))
        label = self.light_curve.label
        raw.set_title(str(self.light_curve.id) + ("" if label is None else f"  {label}"))
        return self


def draw_folded(ax, display, **style):
    """Two cycles of a LightCurveDisplay with its fit, where there is one."""
    _, mag, magerr = display.light_curve
    ax.errorbar(two_cycles(display.phase), np.tile(mag, 2), np.tile(magerr, 2), **style)
    if display.n_harmonics:
        phase, curve = display.fit
        ax.plot(two_cycles(phase), np.tile(curve, 2), color="C1", label="Fourier fit")


def two_cycles(phase):
    """Phases, and the same one cycle later."""
    return np.concatenate([phase, phase + 1])


def fourier_fit(phase, mag, weight):
    """Weighted Fourier series with the number of harmonics that the data carry.

    That number, and phases from 0 to 1 and the curve, shape (2, 200).
    """
    grid = np.linspace(0, 1, 200)
    root = np.sqrt(weight / weight.sum())
    best, chosen = np.inf, (0, np.vstack([grid, np.full(200, np.average(mag, weights=weight))]))
    for order in range(_MOST_HARMONICS + 1):
        if 2 * order + 1 >= len(mag):
            break
        design = _design(phase, order)
        coefficients = np.linalg.lstsq(design * root[:, None], mag * root, rcond=None)[0]
        rest = np.sum((root * (mag - design @ coefficients)) ** 2)
        criterion = len(mag) * np.log(max(rest, 1e-12)) + 2 * order * np.log(len(mag))
        if criterion < best:
            best = criterion
            chosen = order, np.vstack([grid, _design(grid, order) @ coefficients])
    return chosen


def _design(phase, order):
    turns = 2 * np.pi * np.outer(phase, np.arange(1, order + 1))
    return np.hstack([np.ones((len(phase), 1)), np.cos(turns), np.sin(turns)])


class PeriodogramDisplay:
    """The Lomb-Scargle periodogram of a star.

    The highest peak is marked, and where its daily aliases and its harmonics lie: a wrong period
    is nearly always one of these.

    Parameters
    ----------
    frequency : ndarray of shape (n_freq,)
        Cycles a day, increasing.
    power : ndarray of shape (n_freq,)
        Between 0 and 1.
    name : object, default=None
        Title.

    Attributes
    ----------
    peak : float
        Frequency of the highest power.
    aliases : list of float
        Frequencies of the daily aliases of the peak on the grid.
    harmonics : dict of str to float
        Half, double and triple the peak's frequency, where the grid reaches.
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> from sklearn_vartl.evaluation import PeriodogramDisplay
    >>> X = simulate_survey(1, "asas", classes=["RRAB"], random_state=0)
    >>> display = PeriodogramDisplay.from_light_curves(X, min_period=0.2)
    >>> bool(abs(1 / display.peak - X.table["true_period"][0]) < 0.001)
    True
    """

    def __init__(self, frequency: ArrayLike, power: ArrayLike, name: Any = None) -> None:
        self.frequency = np.asarray(frequency, dtype=float)
        self.power = np.asarray(power, dtype=float)
        self.name = name
        self.peak = float(self.frequency[np.nanargmax(self.power)])
        low, high = self.frequency[0], self.frequency[-1]
        around = {abs(self.peak + sign * alias) for alias in _ALIASES for sign in (-1, 1)}
        self.aliases = sorted(f for f in around if low <= f <= high)
        factors = {"1/2": 0.5, "2": 2.0, "3": 3.0}
        self.harmonics = {
            name: factor * self.peak
            for name, factor in factors.items()
            if low <= factor * self.peak <= high
        }

    @classmethod
    def from_light_curves(
        cls,
        X: LightCurves,
        star: int | str = 0,
        *,
        min_period: float = 0.03,
        max_period: float | None = None,
        ax: Any = None,
    ) -> Self:
        """Compute and draw the periodogram of one star.

        Parameters
        ----------
        X : LightCurves
            Magnitudes.
        star : int or str, default=0
            Position or identifier.
        min_period, max_period : float
            Limits of the period (days); None is the time span.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Raises
        ------
        ValueError
            If there is no such star, or nothing usable of it.
        """
        light_curve = clean_star(X, star)
        time, mag, magerr = light_curve
        f_min, df, n_freq = frequency_grid(
            [np.ptp(time)], min_period=min_period, max_period=max_period, oversampling=5
        )
        if not n_freq[0]:
            raise ValueError(
                f"Star {light_curve.id!r} spans {np.ptp(time):.3g} d, which holds no period from "
                f"{min_period} d on."
            )
        power = lomb_scargle_power(
            time, mag, magerr**-2.0, f_min=f_min[0], df=df[0], n_freq=int(n_freq[0])
        )
        frequency = f_min[0] + df[0] * np.arange(n_freq[0])
        return cls(frequency, power, light_curve.id).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw the periodogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        """
        self.ax_ = ax = one_axes(ax, figsize=(9.5, 3.6))
        self.figure_ = ax.figure
        frequency, power = self._thinned()
        ax.plot(frequency, power, linewidth=0.6, color="C0")
        for number, alias in enumerate(self.aliases):
            label = "daily aliases" if number == 0 else None
            ax.axvline(alias, color="C3", linestyle=":", linewidth=1, label=label)
        for number, harmonic in enumerate(self.harmonics.values()):
            label = f"{', '.join(self.harmonics)} times the peak" if number == 0 else None
            ax.axvline(harmonic, color="C2", linestyle="--", linewidth=1, label=label)
        ax.plot(
            self.peak,
            np.nanmax(self.power),
            "v",
            color="C1",
            label=f"peak: {1 / self.peak:.7g} d",
        )
        ax.set(xlabel="frequency (cycles/d)", ylabel="power", ylim=(0, None))
        ax.legend(loc="upper right")
        if self.name is not None:
            ax.set_title(str(self.name))
        return self

    def _thinned(self):
        step = -(-len(self.power) // _DRAWN_POINTS)
        starts = np.arange(0, len(self.power), step)
        return self.frequency[starts], np.maximum.reduceat(self.power, starts)
