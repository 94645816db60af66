"""One HTML page that says what a model is and where it fails; pictures of classified stars.

This room imports light_curves, evaluation and persistence, and jinja2 for the page; the shell uses
it.
"""

from ._plots import plot_sheet, plot_stars
from ._report import judged_stars, report

__all__ = ["plot_sheet", "plot_stars", "report"]
