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
    # They have rooms of their own now, above this one; their old addresses stay good.
    if name == "DomainAdapter":
        from ..adaptation import DomainAdapter

        return DomainAdapter
    if name == "load_upsilont":
        from ..pretrained import load_upsilont

        return load_upsilont
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
