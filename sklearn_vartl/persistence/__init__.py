"""Fitted models on disk, without pickle: the archive, the state of estimators, cards, ONNX.

Imports `transfer` and what lies below it; `pretrained`, `catalog`, `report` and the shell use it.
"""

from ._archive import ModelFileError
from ._card import describe, library_versions, model_card, read_model_card
from ._card import show_versions as show_versions
from ._model import encode, load_model, save_model
from ._onnx import export_onnx

__all__ = [
    "ModelFileError",
    "export_onnx",
    "load_model",
    "model_card",
    "read_model_card",
    "save_model",
]
