"""How good a classifier is, what transfer is worth, and pictures of both.

This room imports the rooms from classes to transfer; report and the shell use it. matplotlib and
pandas are loaded when something is drawn or tabulated.
"""

from ._class_displays import RecallDisplay, ReliabilityDisplay, TaxonomyConfusionDisplay
from ._draws import make_splits
from ._metrics import SCORE_NAMES, expected_calibration_error, mc_score, score_report
from ._model_displays import EmbeddingDisplay, FeatureImportanceDisplay, TrainingHistoryDisplay
from ._star_displays import (
    LightCurveDisplay,
    PeriodogramDisplay,
    clean_star,
    draw_folded,
    plain_times,
    searched_period,
    two_cycles,
)
from ._transfer_curve import TransferCurveDisplay, transfer_curve

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
