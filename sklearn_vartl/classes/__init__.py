"""Names of variable-star classes: synonyms, relations, `harmonise`, and the standard trees.

The ground floor: imports nothing but numpy. Every room that meets a class name asks here.
"""

from ._harmonise import group_of, harmonise, lineage, related_classes
from ._names import CRTS_TAXONOMY, GROUPS, VARIABLE_STAR_TAXONOMY

__all__ = [
    "CRTS_TAXONOMY",
    "VARIABLE_STAR_TAXONOMY",
    "group_of",
    "harmonise",
    "lineage",
    "related_classes",
]
