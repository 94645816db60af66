# Made by docs/make_stubs.py from the docstrings.

from collections.abc import Mapping
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn_vartl.light_curves import LightCurves
from typing import Any
from typing import Literal
from typing import Self

__all__ = ["CRTS_TAXONOMY", "VARIABLE_STAR_TAXONOMY", "TaxonomyClassifier"]
CRTS_TAXONOMY: Any
class TaxonomyClassifier(BaseEstimator):
    classes_: NDArray[Any]
    tree_: Any
    models_: dict[Any, Any]
    is_transferred_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    estimator: Any
    taxonomy: Mapping[Any, Any]
    routing: Literal["flat", "soft", "hard"]
    sampler: Any
    calibration: Literal["sigmoid", "isotonic", "temperature"] | None
    min_probability: float | None
    def __init__(self, estimator: Any, taxonomy: Mapping[Any, Any], *, routing: Literal["flat", "soft", "hard"] = ..., sampler: Any = ..., calibration: Literal["sigmoid", "isotonic", "temperature"] | None = ..., min_probability: float | None = ...) -> None: ...
    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = ...) -> Self: ...
    def partial_fit_target(self, X: ArrayLike | LightCurves, y: ArrayLike, sample_weight: ArrayLike | None = ..., classes: ArrayLike | None = ..., X_unlabelled: ArrayLike | LightCurves | None = ...) -> Self: ...
    def predict(self, X: Any) -> NDArray[Any]: ...
    def predict_path(self, X: Any) -> NDArray[Any]: ...
    def predict_proba(self, X: Any) -> NDArray[Any]: ...
    def proba_by_node(self, X: Any) -> dict[Any, Any]: ...
    def score_by_node(self, X: Any, y: ArrayLike, metric: Any = ...) -> dict[Any, Any]: ...
VARIABLE_STAR_TAXONOMY: Any
