"""How good a classifier is, and what transfer is worth."""

from ._display import TransferCurveDisplay
from ._metrics import expected_calibration_error, mc_score
from ._transfer_curve import transfer_curve

__all__ = [
    "TransferCurveDisplay",
    "expected_calibration_error",
    "mc_score",
    "transfer_curve",
]
