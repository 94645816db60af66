# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Callable
from collections.abc import Mapping
from numpy.random import RandomState
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn_vartl.light_curves import LightCurves
from typing import Any
from typing import Literal
from typing import Self

__all__ = ["RASLE", "CadenceResampler", "GPAugmenter"]
class CadenceResampler(BaseEstimator):
    groups_: NDArray[Any]
    target: LightCurves | str | None
    n_points: int
    baseline: float
    noise: float | Callable[..., Any]
    n_copies: int
    random_state: int | RandomState | None
    def __init__(self, target: LightCurves | str | None = ..., *, n_points: int | None = ..., baseline: float | None = ..., noise: float | Callable[..., Any] | None = ..., n_copies: int = ..., random_state: int | RandomState | None = ...) -> None: ...
    def fit(self, X: Any, y: Any = ...) -> Self: ...
    def fit_resample(self, X: Any, y: ArrayLike) -> tuple[Any, ...]: ...
    def resample(self, X: Any) -> LightCurves: ...
class GPAugmenter(BaseEstimator):
    groups_: NDArray[Any]
    sampling_strategy_: dict[Any, Any]
    sampling_strategy: str | float | Mapping[Any, Any] | Callable[..., Any]
    kernel: Literal["periodic", "matern"]
    period_column: str
    random_state: int | RandomState | None
    def __init__(self, sampling_strategy: str | float | Mapping[Any, Any] | Callable[..., Any] = ..., *, kernel: Literal["periodic", "matern"] = ..., period_column: str = ..., random_state: int | RandomState | None = ...) -> None: ...
    def fit(self, X: Any, y: ArrayLike) -> Self: ...
    def fit_resample(self, X: Any, y: ArrayLike) -> tuple[Any, ...]: ...
class RASLE(BaseEstimator):
    groups_: NDArray[Any]
    sampling_strategy_: dict[Any, Any]
    sampling_strategy: str | float | Mapping[Any, Any] | Callable[..., Any]
    period_column: str
    random_state: int | RandomState | None
    def __init__(self, sampling_strategy: str | float | Mapping[Any, Any] | Callable[..., Any] = ..., *, period_column: str = ..., random_state: int | RandomState | None = ...) -> None: ...
    def fit(self, X: Any, y: ArrayLike) -> Self: ...
    def fit_resample(self, X: Any, y: ArrayLike) -> tuple[Any, ...]: ...
