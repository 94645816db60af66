"""One HTML page that says what a model is, how good it is and where it fails.

This room imports light_curves, evaluation and persistence, and jinja2 for the page; the shell uses
it.
"""

from ._report import report

__all__ = ["report"]
