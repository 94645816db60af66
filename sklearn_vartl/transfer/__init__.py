"""Transfer learning between surveys: networks, their ensemble, pipelines.

Imports `features`, `preprocessing`, `network`, `probabilities` and `classes`. Everything that works
with a transferred classifier uses it: taxonomy, images, persistence, evaluation, catalogue, shell.
"""

from ..classes import harmonise, related_classes
from ..probabilities import AccuracyEstimate, DriftTest
from ._ensemble import TransferEnsembleClassifier
from ._ensemble_model import EnsembleModel, Trees
from ._fine_tuned import FineTunedClassifier, parted, unfrozen, unwrap
from ._gate import Gate
from ._mlp import TransferMLPClassifier
from ._model import Memory, Model, Opinion
from ._pipeline import TransferPipeline, is_sampler, make_ensemble_pipeline, make_transfer_pipeline
from ._upsilont import load_upsilont

__all__ = [
    "AccuracyEstimate",
    "DomainAdapter",
    "DriftTest",
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


def __getattr__(name):
    # It has a room of its own now, above this one; its old address stays good.
    if name == "DomainAdapter":
        from ..adaptation import DomainAdapter

        return DomainAdapter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
