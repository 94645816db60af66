"""A star's periodogram with its peak, aliases and harmonics."""

import numpy as np

from ...periodogram import frequency_grid, lomb_scargle_power
from ._axes import one_axes
from ._star import clean_star

# What the rotation of the Earth puts beside a peak (cycles a day): nights, sidereal nights.
_ALIASES = (1.0, 1.0027379)
# No screen shows more points; the highest in each bin is kept, so that no peak is lost.
_DRAWN_POINTS = 4000


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

    def __init__(self, frequency, power, name=None):
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
    def from_light_curves(cls, X, star=0, *, min_period=0.03, max_period=None, ax=None):
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

        Returns
        -------
        display : PeriodogramDisplay

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

    def plot(self, ax=None):
        """Draw the periodogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : PeriodogramDisplay
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
