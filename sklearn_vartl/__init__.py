"""Transfer learning for the classification of variable stars, as scikit-learn estimators."""

from .catalog import classify, classify_catalog
from .features import LightCurveFeatures
from .light_curves import LightCurve, LightCurves
from .persistence import load_model, save_model, show_versions
from .preprocessing import FeatureScaler
from .pretrained import load_pretrained, load_upsilont
from .readers import read_light_curves, write_light_curves
from .transfer import (
    FineTunedClassifier,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    TransferPipeline,
    harmonise,
    make_ensemble_pipeline,
    make_transfer_pipeline,
)

__version__ = "0.1.0.dev0"

__all__ = [
    "FeatureScaler",
    "FineTunedClassifier",
    "LightCurve",
    "LightCurveFeatures",
    "LightCurves",
    "TransferEnsembleClassifier",
    "TransferMLPClassifier",
    "TransferPipeline",
    "classify",
    "classify_catalog",
    "harmonise",
    "load_model",
    "load_pretrained",
    "load_upsilont",
    "make_ensemble_pipeline",
    "make_transfer_pipeline",
    "read_light_curves",
    "save_model",
    "show_versions",
    "write_light_curves",
]
