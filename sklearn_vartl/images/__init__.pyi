# Made by docs/make_stubs.py from the docstrings.

from numpy.random import RandomState
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from os import PathLike
from sklearn.base import BaseEstimator
from sklearn_vartl.light_curves import LightCurves
from typing import Any
from typing import Literal
from typing import Self

__all__ = ["DmDtImage", "PhaseImage", "TransferImageClassifier"]
class DmDtImage(BaseEstimator):
    dt_edges: ArrayLike | None
    dm_edges: ArrayLike | None
    def __init__(self, dt_edges: ArrayLike | None = ..., dm_edges: ArrayLike | None = ...) -> None: ...
    def fit(self, X: LightCurves, y: Any = ...) -> Self: ...
    def transform(self, X: LightCurves) -> NDArray[Any]: ...
class PhaseImage(BaseEstimator):
    height: int
    width: int
    period: str | None
    def __init__(self, height: int = ..., width: int = ..., *, period: str | None = ...) -> None: ...
    def fit(self, X: LightCurves, y: Any = ...) -> Self: ...
    def transform(self, X: LightCurves) -> NDArray[Any]: ...
class TransferImageClassifier(BaseEstimator):
    classes_: NDArray[Any]
    source_classes_: NDArray[Any]
    image_shape_: Any
    is_transferred_: bool
    history_: list[Any]
    weights_: dict[Any, Any]
    backbone: str
    channels: tuple[Any, ...]
    weights: str | PathLike[str] | None
    strategy: Literal["full", "head", "gradual"]
    learning_rate: float
    backbone_learning_rate: float | None
    weight_decay: float
    batch_size: int
    max_epochs: int
    min_steps: int
    device: str
    random_state: int | RandomState | None
    def __init__(self, backbone: str = ..., *, channels: tuple[Any, ...] = ..., weights: str | PathLike[str] | None = ..., strategy: Literal["full", "head", "gradual"] = ..., learning_rate: float = ..., backbone_learning_rate: float | None = ..., weight_decay: float = ..., batch_size: int = ..., max_epochs: int = ..., min_steps: int = ..., device: str = ..., random_state: int | RandomState | None = ...) -> None: ...
    def embed(self, X: Any) -> Any: ...
    def fit(self, X: Any, y: ArrayLike) -> Self: ...
    def partial_fit_target(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = ...) -> Self: ...
    def predict(self, X: Any) -> Any: ...
    def predict_proba(self, X: Any) -> Any: ...
    def reset_to_source(self) -> Any: ...
