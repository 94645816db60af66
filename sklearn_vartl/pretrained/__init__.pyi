# Made by docs/make_stubs.py from the docstrings.

from pathlib import Path
from sklearn_vartl.transfer import TransferPipeline
from typing import Literal

__all__ = ["list_pretrained", "load_pretrained", "pretrained_path"]
def list_pretrained() -> list[str]: ...
def load_pretrained(name: Literal["crts", "multi", "multi-ensemble", "ogle3"]) -> TransferPipeline: ...
def pretrained_path(name: str) -> Path: ...
