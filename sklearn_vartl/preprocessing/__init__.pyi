# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Mapping
from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from typing import Any
from typing import Literal
from typing import Self

__all__ = ["FeatureScaler"]
class FeatureScaler(BaseEstimator):
    kinds_: NDArray[Any]
    shift_: NDArray[Any]
    width_: NDArray[Any]
    center_: NDArray[Any]
    scale_: NDArray[Any]
    fill_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    log: Literal["auto"] | None
    clip: float | None
    circular: None | Sequence[str] | int | Mapping[Any, Any]
    center: Literal["median", "mean"] | None
    scale: Literal["iqr", "16-84", "std"] | None
    impute: Literal["median", "mean"] | None
    add_indicator: bool
    def __init__(self, log: Literal["auto"] | None = ..., *, clip: float | None = ..., circular: None | Sequence[str] | int | Mapping[Any, Any] = ..., center: Literal["median", "mean"] | None = ..., scale: Literal["iqr", "16-84", "std"] | None = ..., impute: Literal["median", "mean"] | None = ..., add_indicator: bool = ...) -> None: ...
    def fit(self, X: ArrayLike, y: None = ...) -> Self: ...
    def get_feature_names_out(self, input_features: ArrayLike | None = ...) -> NDArray[Any]: ...
    def transform(self, X: ArrayLike) -> NDArray[Any]: ...
