"""Transfer learning for the classification of variable stars, as scikit-learn estimators."""

from .features import LightCurveFeatures
from .light_curves import LightCurve, LightCurves, read_light_curves, write_light_curves
from .persistence import load_model, save_model
from .preprocessing import FeatureScaler
from .transfer import (
    FineTunedClassifier,
    TransferMLPClassifier,
    TransferPipeline,
    harmonise,
    load_upsilont,
    make_transfer_pipeline,
)

__version__ = "0.1.0.dev0"

__all__ = [
    "FeatureScaler",
    "FineTunedClassifier",
    "LightCurve",
    "LightCurveFeatures",
    "LightCurves",
    "TransferMLPClassifier",
    "TransferPipeline",
    "harmonise",
    "load_model",
    "load_upsilont",
    "make_transfer_pipeline",
    "read_light_curves",
    "save_model",
    "write_light_curves",
]
