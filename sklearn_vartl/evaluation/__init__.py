"""How good a classifier is, what transfer is worth, and pictures of both."""

from ._display import TransferCurveDisplay
from ._metrics import expected_calibration_error, mc_score
from ._transfer_curve import transfer_curve
from .displays import (
    EmbeddingDisplay,
    FeatureImportanceDisplay,
    LightCurveDisplay,
    PeriodogramDisplay,
    RecallDisplay,
    ReliabilityDisplay,
    TaxonomyConfusionDisplay,
    TrainingHistoryDisplay,
)

__all__ = [
    "EmbeddingDisplay",
    "FeatureImportanceDisplay",
    "LightCurveDisplay",
    "PeriodogramDisplay",
    "RecallDisplay",
    "ReliabilityDisplay",
    "TaxonomyConfusionDisplay",
    "TrainingHistoryDisplay",
    "TransferCurveDisplay",
    "expected_calibration_error",
    "mc_score",
    "transfer_curve",
]
