"""One page that says what a model is, how good it is and where it fails."""

from ._report import report

__all__ = ["report"]
