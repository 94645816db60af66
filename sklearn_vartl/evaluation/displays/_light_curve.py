"""A star's light curve, as measured and folded."""

import numpy as np

from ._axes import several_axes
from ._star import clean_star, searched_period

_MOST_HARMONICS = 6


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

    def __init__(self, light_curve, period):
        if not 0 < period < np.inf:
            raise ValueError(f"period must be a positive number of days, got {period!r}.")
        self.light_curve = light_curve
        self.period = float(period)
        self.phase = (light_curve.time - light_curve.time[0]) / self.period % 1.0
        self.n_harmonics, self.fit = fourier_fit(
            self.phase, light_curve.mag, 1.0 / light_curve.magerr**2
        )

    @classmethod
    def from_light_curves(cls, X, star=0, *, period=None, ax=None):
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

        Returns
        -------
        display : LightCurveDisplay

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

    def plot(self, ax=None):
        """Draw both panels, magnitudes upside down.

        Parameters
        ----------
        ax : sequence of two matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : LightCurveDisplay
        """
        self.axes_ = raw, folded = several_axes(ax, 2, figsize=(9.5, 3.6), sharey=True)
        self.figure_ = raw.figure
        time, mag, magerr = self.light_curve
        style = {"fmt": ".", "markersize": 4, "elinewidth": 0.6, "alpha": 0.7}
        raw.errorbar(time, mag, magerr, **style)
        phase = np.concatenate([self.phase, self.phase + 1])
        folded.errorbar(phase, np.tile(mag, 2), np.tile(magerr, 2), **style)
        if self.n_harmonics:
            x = np.concatenate([self.fit[0], self.fit[0] + 1])
            folded.plot(x, np.tile(self.fit[1], 2), color="C1", label="Fourier fit")
            folded.legend(loc="best")
        for axes in (raw, folded):
            axes.yaxis.set_inverted(True)
        raw.set(xlabel="time (d)", ylabel="magnitude")
        folded.set(xlabel=f"phase (period {self.period:.7g} d)", xlim=(0, 2))
        label = self.light_curve.label
        raw.set_title(str(self.light_curve.id) + ("" if label is None else f"  {label}"))
        return self


def fourier_fit(phase, mag, weight):
    """Weighted Fourier series with the number of harmonics that the data carry.

    Parameters
    ----------
    phase, mag, weight : ndarray of shape (n_obs,)

    Returns
    -------
    n_harmonics : int
    fit : ndarray of shape (2, 200)
        Phases from 0 to 1 and the curve.
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
