# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from numpy.random import RandomState
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from os import PathLike
from pandas import DataFrame
from sklearn_vartl.light_curves import LightCurve
from sklearn_vartl.light_curves import LightCurves
from typing import Any
from typing import Literal

__all__ = ["EmbeddingDisplay", "FeatureImportanceDisplay", "LightCurveDisplay", "PeriodogramDisplay", "RecallDisplay", "ReliabilityDisplay", "TaxonomyConfusionDisplay", "TrainingHistoryDisplay", "TransferCurveDisplay", "expected_calibration_error", "mc_score", "transfer_curve"]
class EmbeddingDisplay(object):
    axes_: NDArray[Any]
    figure_: Any
    panels: Mapping[Any, Any] | NDArray[Any]
    y_source: NDArray[Any]
    y_target: NDArray[Any]
    def __init__(self, panels: Mapping[Any, Any] | NDArray[Any], y_source: NDArray[Any], y_target: NDArray[Any]) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, X_source: LightCurves | ArrayLike, y_source: ArrayLike, X_target: LightCurves | ArrayLike, y_target: ArrayLike, *, ax: Sequence[Any] | None = ...) -> EmbeddingDisplay: ...
    def plot(self, ax: Sequence[Any] | None = ...) -> EmbeddingDisplay: ...
class FeatureImportanceDisplay(object):
    ax_: Any
    figure_: Any
    names: NDArray[Any]
    importances: NDArray[Any]
    def __init__(self, names: NDArray[Any], importances: NDArray[Any]) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, X: ArrayLike, y: ArrayLike, *, names: ArrayLike | None = ..., groups: Any = ..., scoring: str | Callable[..., Any] = ..., n_repeats: int = ..., random_state: int | RandomState | None = ..., ax: Any = ...) -> FeatureImportanceDisplay: ...
    def plot(self, ax: Any = ..., *, max_shown: int = ...) -> FeatureImportanceDisplay: ...
class LightCurveDisplay(object):
    phase: NDArray[Any]
    n_harmonics: int
    fit: NDArray[Any]
    axes_: NDArray[Any]
    figure_: Any
    light_curve: LightCurve
    period: float
    def __init__(self, light_curve: LightCurve, period: float) -> None: ...
    @classmethod
    def from_light_curves(cls, X: LightCurves, star: int | str = ..., *, period: float | None = ..., ax: Sequence[Any] | None = ...) -> LightCurveDisplay: ...
    def plot(self, ax: Sequence[Any] | None = ...) -> LightCurveDisplay: ...
class PeriodogramDisplay(object):
    peak: float
    aliases: list[Any]
    harmonics: dict[Any, Any]
    ax_: Any
    figure_: Any
    frequency: NDArray[Any]
    power: NDArray[Any]
    name: Any
    def __init__(self, frequency: NDArray[Any], power: NDArray[Any], name: Any = ...) -> None: ...
    @classmethod
    def from_light_curves(cls, X: LightCurves, star: int | str = ..., *, min_period: float = ..., max_period: float | None = ..., ax: Any = ...) -> PeriodogramDisplay: ...
    def plot(self, ax: Any = ...) -> PeriodogramDisplay: ...
class RecallDisplay(object):
    ax_: Any
    figure_: Any
    classes: NDArray[Any]
    count: NDArray[Any]
    recall: NDArray[Any]
    error: NDArray[Any]
    def __init__(self, classes: NDArray[Any], count: NDArray[Any], recall: NDArray[Any], error: NDArray[Any]) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, X: LightCurves | ArrayLike, y: ArrayLike, *, ax: Any = ..., name: str | None = ...) -> RecallDisplay: ...
    @classmethod
    def from_predictions(cls, y_true: ArrayLike, y_pred: ArrayLike, *, ax: Any = ..., name: Any = ...) -> RecallDisplay: ...
    def plot(self, ax: Any = ..., *, name: str | None = ...) -> RecallDisplay: ...
class ReliabilityDisplay(object):
    ax_: Any
    figure_: Any
    confidence: NDArray[Any]
    accuracy: NDArray[Any]
    count: NDArray[Any]
    error: float
    def __init__(self, confidence: NDArray[Any], accuracy: NDArray[Any], count: NDArray[Any], error: float) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, X: LightCurves | ArrayLike, y: ArrayLike, *, n_bins: int = ..., ax: Any = ..., name: str | None = ...) -> ReliabilityDisplay: ...
    @classmethod
    def from_predictions(cls, y_true: ArrayLike, y_proba: ArrayLike, *, labels: ArrayLike | None = ..., n_bins: Any = ..., ax: Any = ..., name: Any = ...) -> ReliabilityDisplay: ...
    def plot(self, ax: Any = ..., *, name: str | None = ...) -> ReliabilityDisplay: ...
class TaxonomyConfusionDisplay(object):
    within_groups: float
    ax_: Any
    figure_: Any
    matrix: NDArray[Any]
    classes: Sequence[Any]
    groups: Sequence[str]
    def __init__(self, matrix: NDArray[Any], classes: Sequence[Any], groups: Sequence[str]) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, X: LightCurves | ArrayLike, y: ArrayLike, *, groups: Mapping[Any, Any] | None = ..., ax: Any = ...) -> TaxonomyConfusionDisplay: ...
    @classmethod
    def from_predictions(cls, y_true: ArrayLike, y_pred: ArrayLike, *, groups: Any = ..., ax: Any = ...) -> TaxonomyConfusionDisplay: ...
    def plot(self, ax: Any = ...) -> TaxonomyConfusionDisplay: ...
class TrainingHistoryDisplay(object):
    ax_: Any
    figure_: Any
    history: Sequence[Any]
    def __init__(self, history: Sequence[Any]) -> None: ...
    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = ...) -> TrainingHistoryDisplay: ...
    def plot(self, ax: Any = ...) -> TrainingHistoryDisplay: ...
class TransferCurveDisplay(object):
    table: DataFrame
    ax_: Any
    figure_: Any
    lines_: dict[Any, Any]
    def __init__(self, table: DataFrame) -> None: ...
    @classmethod
    def from_estimator(cls, source: Any, X_target: Any, y_target: Any, *, ax: Any = ..., score: str | None = ..., error: Literal["std", "sem"] | None = ..., **params: Any) -> TransferCurveDisplay: ...
    def plot(self, ax: Any = ..., *, score: str | None = ..., error: Literal["std", "sem"] | None = ...) -> TransferCurveDisplay: ...
    def summary(self, score: str) -> DataFrame: ...
def expected_calibration_error(y_true: ArrayLike, y_proba: ArrayLike, *, labels: ArrayLike | None = ..., n_bins: int = ..., sample_weight: ArrayLike | None = ..., tolerance: float = ...) -> float: ...
def mc_score(y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = ...) -> float: ...
def transfer_curve(source: Any, X_target: LightCurves | ArrayLike, y_target: ArrayLike, *, fractions: Sequence[Any] = ..., baselines: Any = ..., cv: Any = ..., n_draws: int = ..., draw: Literal["stratified", "random"] | ArrayLike | Callable[..., Any] = ..., X_unlabelled: Any = ..., scoring: str | Sequence[str] | Mapping[Any, Any] | None = ..., groups: ArrayLike | None = ..., checkpoint: PathLike[str] | None = ..., n_jobs: int | None = ..., random_state: int | RandomState | None = ..., verbose: int = ...) -> DataFrame: ...
