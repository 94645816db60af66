"""Several classifiers as one: experts of different cost, models for the inputs at hand."""

from ._availability import AvailabilityEnsemble
from ._band_voting import BandVotingClassifier
from ._cascade_stages import Expert
from ._crossmatch import CrossMatch, crossmatch
from ._expert_cascade import ExpertCascade
from ._logit_boost import LogitBoostClassifier
from ._rotation_forest import RotationForestClassifier

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
