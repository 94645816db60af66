"""Periodograms and periods: frequency grids, power, peaks, and the choice among the candidates.

Imports the class names and the ground floor. The features take periods and Fourier fits from here,
the catalogue the periods, the displays the power.
"""

from importlib import import_module

from ._engine import Peaks, frequency_grid, upsilon_grid
from ._engine import without_points as without_points
from ._multiband import search_joint_periods
from ._periodogram import highest_peaks, lomb_scargle_power
from ._search import PERIOD_COLUMNS as PERIOD_COLUMNS
from ._search import PeriodSearch, outlying_points, period_table, search_periods
from ._search import as_features as as_features
from ._search import eclipses_seen as eclipses_seen
from ._search import period_table_of_features as period_table_of_features
from ._search import periods_alone as periods_alone
from ._search import take as take
from ._significance import physical_period

__all__ = [
    "Peaks",
    "PeriodSearch",
    "frequency_grid",
    "highest_peaks",
    "lomb_scargle_power",
    "outlying_points",
    "period_table",
    "physical_period",
    "search_joint_periods",
    "search_periods",
    "upsilon_grid",
]

# Compiled, for the kernels of the features: loaded when first asked for, as numba takes its time.
_FITS = {
    "back_substitute",
    "evaluate",
    "harmonic_sums",
    "median",
    "solve_nested",
    "stable_order",
    "unit_circle",
}


def __getattr__(name):
    if name in _FITS:
        return getattr(import_module("._fits", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
