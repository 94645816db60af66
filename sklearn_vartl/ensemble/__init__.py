"""Several classifiers as one: experts of different cost, models for the inputs at hand, trees.

Imports `probabilities`, `light_curves` and the ground floor (astropy when catalogues are matched).
Users alone use it.
"""

from ._availability import AvailabilityEnsemble
from ._band_voting import BandVotingClassifier
from ._crossmatch import CrossMatch, crossmatch
from ._expert import Expert
from ._expert_cascade import ExpertCascade
from ._tree_ensembles import LogitBoostClassifier, RotationForestClassifier

__all__ = [
    "AvailabilityEnsemble",
    "BandVotingClassifier",
    "CrossMatch",
    "Expert",
    "ExpertCascade",
    "LogitBoostClassifier",
    "RotationForestClassifier",
    "crossmatch",
]
