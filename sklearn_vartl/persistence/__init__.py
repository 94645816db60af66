"""Fitted models on disk, without pickle."""

from ._errors import ModelFileError
from ._model import load_model, read_model_card, save_model

__all__ = ["ModelFileError", "load_model", "read_model_card", "save_model"]
