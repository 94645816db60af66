"""Trees of variable-star classes, and a classifier that follows one.

Imports `transfer` and what lies below it; the trees themselves stand in `classes`. Users and
`catalog`, which writes what it predicts, use it.
"""

from ..classes import CRTS_TAXONOMY, VARIABLE_STAR_TAXONOMY
from ._classifier import TaxonomyClassifier

__all__ = ["CRTS_TAXONOMY", "VARIABLE_STAR_TAXONOMY", "TaxonomyClassifier"]
