"""Trees of variable-star classes."""

from ._classifier import TaxonomyClassifier
from ._standard import CRTS_TAXONOMY, VARIABLE_STAR_TAXONOMY

__all__ = ["CRTS_TAXONOMY", "VARIABLE_STAR_TAXONOMY", "TaxonomyClassifier"]
