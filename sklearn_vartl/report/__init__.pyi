# Made by docs/make_stubs.py from the docstrings.

from numpy.typing import ArrayLike
from os import PathLike
from pathlib import Path
from sklearn_vartl.light_curves import LightCurves
from typing import Any

__all__ = ["report"]
def report(model: Any, X: LightCurves, y: ArrayLike | None = ..., path: str | PathLike[str] = ..., *, title: str | None = ..., n_mistakes: int = ..., n_novel: int = ..., random_state: int = ...) -> Path: ...
