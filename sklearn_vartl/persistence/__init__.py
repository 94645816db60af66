"""Fitted models on disk, without pickle."""

from ._card_text import model_card
from ._errors import ModelFileError
from ._model import load_model, read_model_card, save_model
from ._onnx import export_onnx

__all__ = [
    "ModelFileError",
    "export_onnx",
    "load_model",
    "model_card",
    "read_model_card",
    "save_model",
]
