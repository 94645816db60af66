# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Mapping
from collections.abc import Sequence
from os import PathLike
from pandas import DataFrame
from pathlib import Path
from typing import Any

__all__ = ["CatalogReport", "classify_catalog", "classify_partition"]
class CatalogReport(object):
    output: Path
    n_stars: int
    classes: Mapping[Any, Any]
    flags: Mapping[Any, Any]
    broken: Sequence[str]
    def __init__(self, output: Any, n_stars: Any, classes: Any = ..., flags: Any = ..., broken: Any = ...) -> None: ...
    @property
    def complete(self) -> Any: ...
    @property
    def n_classified(self) -> Any: ...
def classify_catalog(model: Any, source: str | PathLike[str], output: str | PathLike[str], *, columns: Mapping[Any, Any] | str | None = ..., points: str | None = ..., batch_size: int = ..., n_jobs: int | None = ..., resume: bool = ..., verbose: int = ...) -> CatalogReport: ...
def classify_partition(model: Any, frame: Any, *, columns: Mapping[Any, Any] | str | None = ..., points: str | None = ...) -> DataFrame: ...
