# Made by docs/make_stubs.py from the docstrings.

from sklearn_vartl.catalog import classify_catalog as classify_catalog
from sklearn_vartl.features import LightCurveFeatures as LightCurveFeatures
from sklearn_vartl.light_curves import LightCurve as LightCurve
from sklearn_vartl.light_curves import LightCurves as LightCurves
from sklearn_vartl.light_curves import read_light_curves as read_light_curves
from sklearn_vartl.light_curves import write_light_curves as write_light_curves
from sklearn_vartl.persistence import load_model as load_model
from sklearn_vartl.persistence import save_model as save_model
from sklearn_vartl.preprocessing import FeatureScaler as FeatureScaler
from sklearn_vartl.pretrained import load_pretrained as load_pretrained
from sklearn_vartl.transfer import FineTunedClassifier as FineTunedClassifier
from sklearn_vartl.transfer import TransferEnsembleClassifier as TransferEnsembleClassifier
from sklearn_vartl.transfer import TransferMLPClassifier as TransferMLPClassifier
from sklearn_vartl.transfer import TransferPipeline as TransferPipeline
from sklearn_vartl.transfer import harmonise as harmonise
from sklearn_vartl.transfer import load_upsilont as load_upsilont
from sklearn_vartl.transfer import make_ensemble_pipeline as make_ensemble_pipeline
from sklearn_vartl.transfer import make_transfer_pipeline as make_transfer_pipeline

__all__ = ["FeatureScaler", "FineTunedClassifier", "LightCurve", "LightCurveFeatures", "LightCurves", "TransferEnsembleClassifier", "TransferMLPClassifier", "TransferPipeline", "classify_catalog", "harmonise", "load_model", "load_pretrained", "load_upsilont", "make_ensemble_pipeline", "make_transfer_pipeline", "read_light_curves", "save_model", "write_light_curves"]
__version__: str
