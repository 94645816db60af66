"""What estimators of all rooms have in common: around `fit`, what may not be frozen, and two mixins."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, Self, TypeVar, cast

import numpy as np
from sklearn.base import _fit_context
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

_Method = TypeVar("_Method", bound=Callable)


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[_Method], _Method]:
    """scikit-learn's check of parameters around a `fit`, which keeps the types of the method."""
    return _fit_context(prefer_skip_nested_validation=prefer_skip_nested_validation)


@contextmanager
def as_before_on_error(estimator: Any) -> Iterator[None]:
    """Leave an estimator as it was where its `fit` fails or is interrupted.

    Its checks write down how many features there are before anything is learned of them.
    """
    known = dict(vars(estimator))
    try:
        yield
    except BaseException:
        for name in vars(estimator).keys() - known.keys():
            delattr(estimator, name)
        vars(estimator).update(known)
        raise


class _ChangesModel:
    def __init__(self, function):
        self.function = function
        wraps(function)(self)

    def __get__(self, estimator, owner=None):
        method = self.function.__get__(estimator, owner)
        if estimator is None or sys._getframe(1).f_code is not FrozenEstimator.__getattr__.__code__:
            return method
        return partial(refuse_frozen, type(estimator).__name__, method.__name__)


def changes_model(method: _Method) -> _Method:
    """A method that FrozenEstimator, which hands every attribute on, cannot call.

    It promises that what it holds stays as it is, and blocks nothing but `fit`. The outermost
    decorator, before `available_if`.
    """
    return cast(_Method, _ChangesModel(method))


def refuse_frozen(name: str, method: str, *args: Any, **kwargs: Any) -> None:
    """Raise where fine-tuning would change an estimator that its owner froze."""
    raise TypeError(
        f"{method} would change {name}, which is frozen (FrozenEstimator only blocks fit). Use the "
        "estimator itself, or fine-tune a copy with "
        "FineTunedClassifier(FrozenEstimator(model)).fit(X, y)."
    )


class FromProba:
    """A classifier whose answers follow from its `predict_proba`."""

    classes_: Any
    predict_proba: Any

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each star, shape (n_stars,)."""
        proba = self.predict_proba(X)  # says first where nothing is fitted
        return self.classes_[proba.argmax(axis=1)]

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of `predict_proba`, shape (n_stars, n_classes)."""
        proba = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return np.log(proba)


class HasSource:
    """An estimator that knows a source, may be fine-tuned, and goes back.

    Attributes
    ----------
    model_, source_model_ : object with `classes` and `n_transfers`
        What is known now, and what was known after `fit`.
    """

    model_: Any
    source_model_: Any

    @changes_model
    def reset_to_source(self) -> Self:
        """Forget every fine-tuning.

        Returns
        -------
        self : object
            As it was after `fit`.
        """
        check_is_fitted(self)
        self.model_ = self.source_model_
        return self

    @property
    def classes_(self) -> np.ndarray:
        """Classes that are predicted, sorted."""
        return self.model_.classes

    @property
    def source_classes_(self) -> np.ndarray:
        """Classes learned by `fit`, sorted."""
        return self.source_model_.classes

    @property
    def is_transferred_(self) -> bool:
        """Whether `partial_fit_target` has been called."""
        return self.model_.n_transfers > 0

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")
