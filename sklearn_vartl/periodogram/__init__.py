"""Periodograms and periods: frequency grids, power, peaks, and the choice among the candidates."""

from ._engines import highest_peaks, lomb_scargle_power
from ._grid import frequency_grid, upsilon_grid
from ._multiband import search_joint_periods
from ._peaks import Peaks
from ._physical_period import physical_period
from ._search import PeriodSearch, search_periods

__all__ = [
    "Peaks",
    "PeriodSearch",
    "frequency_grid",
    "highest_peaks",
    "lomb_scargle_power",
    "physical_period",
    "search_joint_periods",
    "search_periods",
    "upsilon_grid",
]
