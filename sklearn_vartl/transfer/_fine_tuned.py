"""FineTunedClassifier: fine-tuning as `fit`, so that it can be cross-validated."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from numbers import Real
from typing import Any, Literal, Self

from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted

from .._estimators import FromProba, fit_context
from .._splits import stratified_fraction
from .._validation import check_labels, check_weights, new_generator
from ..network import STRATEGIES
from ._mlp import COUNT, NOT_NEGATIVE, POSITIVE
from ._pipeline import HandsOn


class FineTunedClassifier(HandsOn, FromProba, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Fine-tune a copy of a fitted source model.

    `fit` copies the source and calls its `partial_fit_target`, so that scikit-learn's tools see
    an ordinary classifier: `GridSearchCV` can compare strategies and fractions of labels, and
    every split starts from the same untouched source.

    Parameters
    ----------
    source : fitted classifier with `partial_fit_target`
        A TransferPipeline, TransferMLPClassifier, TransferEnsembleClassifier,
        TransferImageClassifier or TaxonomyClassifier, wrapped in ``FrozenEstimator`` wherever
        `clone` is called (cross-validation): clone would wipe it otherwise.
    target_fraction : float, default=1.0
        Share of the stars of each class that `fit` uses, at least two a class.
    fine_tune_params : dict or None, default=None
        Parameters of the source (of a pipeline's last step) that the copy has instead, by name:
        ``{"min_steps": 400}``.
    strategy : {"full", "head", "gradual"} or None, default=None
        Fine-tuning strategy; None, here and below: the source's. These are short for entries of
        `fine_tune_params`, for grids.
    learning_rate, backbone_learning_rate : float or None, default=None
        Learning rates of head and backbone.
    max_epochs : int or None, default=None
        Passes over the target's stars.
    scaler : {"source", "target"} or None, default=None
        Whether the source's scaler is kept or a new one fitted (`transfer_scaler` of
        TransferMLPClassifier).
    random_state : int, RandomState instance or None, default=None
        Decides the draw of the stars and the fine-tuning.

    Attributes
    ----------
    model_ : estimator
        The fine-tuned copy.
    classes_ : ndarray of shape (n_classes,)
        Classes of the target.
    target_indices_ : ndarray of int
        Positions of the stars that were used.
    source_classes_, priors_, history_, is_transferred_, n_features_in_, feature_names_in_
        As the copy has them.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.frozen import FrozenEstimator
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn_vartl import FineTunedClassifier, TransferMLPClassifier
    >>> X, y = make_blobs(n_samples=300, centers=3, random_state=0)
    >>> mlp = TransferMLPClassifier((16,), n_estimators=1, max_epochs=10, min_steps=50,
    ...                             random_state=0)
    >>> source = FrozenEstimator(mlp.fit(X[:150], y[:150]))
    >>> search = GridSearchCV(FineTunedClassifier(source), {"target_fraction": [0.1, 1.0]}, cv=3)
    >>> search.fit(X[150:] + 0.2, y[150:]).best_estimator_.classes_
    array([0, 1, 2])
    """

    model_: Any
    target_indices_: NDArray[Any]

    _parameter_constraints: dict = {
        "source": [HasMethods(["fit", "partial_fit_target"])],
        "target_fraction": [Interval(Real, 0, 1, closed="right")],
        "fine_tune_params": [Mapping, None],
        "strategy": [StrOptions(set(STRATEGIES)), None],
        "learning_rate": [POSITIVE, None],
        "backbone_learning_rate": [NOT_NEGATIVE, None],
        "max_epochs": [COUNT, None],
        "scaler": [StrOptions({"source", "target"}), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        source: Any,
        *,
        target_fraction: float = 1.0,
        fine_tune_params: Mapping[str, Any] | None = None,
        strategy: Literal["full", "head", "gradual"] | None = None,
        learning_rate: float | None = None,
        backbone_learning_rate: float | None = None,
        max_epochs: int | None = None,
        scaler: Literal["source", "target"] | None = None,
        random_state: int | RandomState | None = None,
    ) -> None:
        self.source = source
        self.target_fraction = target_fraction
        self.fine_tune_params = fine_tune_params
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.max_epochs = max_epochs
        self.scaler = scaler
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fine-tune a copy of the source.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, ...)
            Stars of the target survey, as the source takes them.
        y : array-like of shape (n_stars,)
            Their classes.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.

        Raises
        ------
        NotFittedError
            If the source is not fitted, for instance because `clone` wiped it.
        ValueError
            If the source has no parameter of a given name.
        """
        labels = check_labels(y, _num_samples(X))
        model = deepcopy(unwrap(self.source))
        last = unwrap(model.steps[-1][1]) if isinstance(model, Pipeline) else model
        if isinstance(model, Pipeline):
            # The copy is nobody's but ours.
            model.steps[-1] = (model.steps[-1][0], last)
        self._set_params(last)
        rng = new_generator(getattr(last, "random_state", self.random_state))
        indices = stratified_fraction(labels, self.target_fraction, rng)
        given = {}
        if sample_weight is not None:
            given["sample_weight"] = check_weights(sample_weight, X)[indices]
        model.partial_fit_target(_safe_indexing(X, indices), labels[indices], **given)
        self.target_indices_, self.model_ = indices, model
        return self

    def _set_params(self, last):
        """Give the copy its parameters, all of which it must have."""
        short = {
            "strategy": self.strategy,
            "learning_rate": self.learning_rate,
            "backbone_learning_rate": self.backbone_learning_rate,
            "max_epochs": self.max_epochs,
            "transfer_scaler": self.scaler,
        }
        params = {name: value for name, value in short.items() if value is not None}
        twice = sorted(params.keys() & (self.fine_tune_params or {}).keys())
        if twice:
            raise ValueError(f"{twice} are given twice: as parameters and in fine_tune_params.")
        params |= self.fine_tune_params or {}
        known = last.get_params()
        unknown = sorted(params.keys() - known.keys())
        if unknown:
            raise ValueError(
                f"The source {type(last).__name__} has no parameter {', '.join(unknown)}: it has "
                f"{', '.join(sorted(known))}."
            )
        if self.random_state is not None:
            seeds = [name for name in known if name.split("__")[-1] == "random_state"]
            own = ["random_state"] if "random_state" in seeds else seeds
            params |= dict.fromkeys(own, self.random_state)
        last.set_params(**params)

    @property
    def classes_(self) -> NDArray[Any]:
        """Classes of the target."""
        return self.model_.classes_

    @property
    def n_features_in_(self) -> int:
        """Number of features the source was fitted with."""
        return self.model_.n_features_in_

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the features, where the source was fitted with names."""
        return self.model_.feature_names_in_

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the most probable class of each star."""
        return self._fitted().predict(X)

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Predict class probabilities, columns in the order of `classes_`."""
        return self._fitted().predict_proba(X)

    def _fitted(self):
        check_is_fitted(self)
        return self.model_

    def _answering(self):
        return self.model_ if hasattr(self, "model_") else self.source

    def _shown(self, X):
        # Whoever is asked about stars must have been fitted.
        check_is_fitted(self)
        return X

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(unwrap(self.source)).input_tags
        return tags


def unfrozen(estimator: Any) -> Any:
    """What is inside FrozenEstimator: a clone of that would still be fitted, and not learn anew."""
    while isinstance(estimator, FrozenEstimator):
        estimator = estimator.estimator
    return estimator


def parted(model: Any) -> tuple[Callable[[Any], Any], Any]:
    """What makes features of the stars that a model takes, a function, and the classifier that takes these."""
    model = unfrozen(model)
    if not isinstance(model, Pipeline):
        return lambda X: X, model
    # Of a classifier alone nothing stands before it.
    before = model[:-1].transform if len(model.steps) > 1 else lambda X: X
    return before, unfrozen(model.steps[-1][1])


def unwrap(source: Any) -> Any:
    """The estimator inside a FrozenEstimator, fitted."""
    source = unfrozen(source)
    try:
        check_is_fitted(source)
    except NotFittedError:
        raise NotFittedError(
            f"The source {type(source).__name__} is not fitted. Fit it on the source survey and "
            "pass FrozenEstimator(source): cross-validation clones its estimators, and clone "
            "wipes a source that is not frozen."
        ) from None
    return source
