"""Transfer learning between surveys."""

from ._classifier import TransferMLPClassifier
from ._domain_adapter import DomainAdapter
from ._ensemble import TransferEnsembleClassifier
from ._ensemble_pipeline import make_ensemble_pipeline
from ._fine_tuned import FineTunedClassifier
from ._pipeline import TransferPipeline, make_transfer_pipeline
from ._synonyms import harmonise, related_classes
from ._upsilont import load_upsilont

__all__ = [
    "DomainAdapter",
    "FineTunedClassifier",
    "TransferEnsembleClassifier",
    "TransferMLPClassifier",
    "TransferPipeline",
    "harmonise",
    "load_upsilont",
    "make_ensemble_pipeline",
    "make_transfer_pipeline",
    "related_classes",
]
