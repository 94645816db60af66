"""Pictures of stars, classifiers and what they have learned."""

from ._confusion import TaxonomyConfusionDisplay
from ._embedding import EmbeddingDisplay
from ._history import TrainingHistoryDisplay
from ._importance import FeatureImportanceDisplay
from ._light_curve import LightCurveDisplay
from ._periodogram import PeriodogramDisplay
from ._recall import RecallDisplay
from ._reliability import ReliabilityDisplay

__all__ = [
    "EmbeddingDisplay",
    "FeatureImportanceDisplay",
    "LightCurveDisplay",
    "PeriodogramDisplay",
    "RecallDisplay",
    "ReliabilityDisplay",
    "TaxonomyConfusionDisplay",
    "TrainingHistoryDisplay",
]
