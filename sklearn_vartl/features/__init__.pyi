# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Sequence
from sklearn.base import BaseEstimator
from typing import Any
from typing import Literal
from typing import Self

__all__ = ["FeatureDefinition", "LightCurveFeatures", "feature_definitions"]
class FeatureDefinition(object):
    name: str
    family: str
    definition: str
    formula: str
    sets: tuple[Any, ...]
    def __init__(self, name: Any, family: Any, definition: Any, formula: Any, sets: Any) -> None: ...
    @property
    def column(self) -> Any: ...
class LightCurveFeatures(BaseEstimator):
    features: str | Sequence[str]
    period_engine: str
    min_period: float
    max_period: float
    oversampling: float
    min_observations: int
    on_error: Literal["raise", "nan"]
    n_jobs: int
    memory: Any
    passthrough: Sequence[str]
    bands: str | Sequence[str]
    verbose: int
    def __init__(self, features: str | Sequence[str] = ..., *, period_engine: str = ..., min_period: float = ..., max_period: float | None = ..., oversampling: float = ..., min_observations: int = ..., on_error: Literal["raise", "nan"] = ..., n_jobs: int | None = ..., memory: Any = ..., passthrough: Sequence[str] | None = ..., bands: str | Sequence[str] | None = ..., verbose: int = ...) -> None: ...
    def fit(self, X: Any, y: Any = ...) -> Self: ...
    def get_feature_names_out(self, input_features: Any = ...) -> tuple[Any, ...]: ...
    def transform(self, X: Any) -> tuple[Any, ...]: ...
def feature_definitions(features: str | Sequence[str] = ...) -> list[Any]: ...
