"""FineTunedClassifier: fine-tuning as `fit`, so that it can be cross-validated."""

from copy import deepcopy
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _num_samples, check_is_fitted

from .._splits import stratified_fraction
from .._validation import check_labels
from ._fitting import STRATEGIES
from ._mlp import COUNT, NOT_NEGATIVE, POSITIVE


def _source_has(name):
    def check(self):
        getattr(self.model_ if hasattr(self, "model_") else self.source, name)
        return True

    return check


class FineTunedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Fine-tune a copy of a fitted source model.

    `fit` copies the source and calls its `partial_fit_target`, so that scikit-learn's tools see
    an ordinary classifier: `GridSearchCV` can compare strategies and fractions of labels, and
    every split starts from the same untouched source.

    Parameters
    ----------
    source : fitted classifier with `partial_fit_target`
        A TransferPipeline or TransferMLPClassifier, wrapped in ``FrozenEstimator`` wherever
        `clone` is called (cross-validation): clone would wipe it otherwise.

    target_fraction : float, default=1.0
        Share of the stars of each class that `fit` uses, at least two a class.

    strategy : {"full", "head", "gradual"} or None, default=None
        Fine-tuning strategy; None, here and below: the source's.

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

    _parameter_constraints: dict = {
        "source": [HasMethods(["fit", "partial_fit_target"])],
        "target_fraction": [Interval(Real, 0, 1, closed="right")],
        "strategy": [StrOptions(set(STRATEGIES)), None],
        "learning_rate": [POSITIVE, None],
        "backbone_learning_rate": [NOT_NEGATIVE, None],
        "max_epochs": [COUNT, None],
        "scaler": [StrOptions({"source", "target"}), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        source,
        *,
        target_fraction=1.0,
        strategy=None,
        learning_rate=None,
        backbone_learning_rate=None,
        max_epochs=None,
        scaler=None,
        random_state=None,
    ):
        self.source = source
        self.target_fraction = target_fraction
        self.strategy = strategy
        self.learning_rate = learning_rate
        self.backbone_learning_rate = backbone_learning_rate
        self.max_epochs = max_epochs
        self.scaler = scaler
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Fine-tune a copy of the source.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)
            Stars of the target survey, as the source takes them.

        y : array-like of shape (n_stars,)
            Their classes.

        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars.

        Returns
        -------
        self : FineTunedClassifier

        Raises
        ------
        NotFittedError
            If the source is not fitted, for instance because `clone` wiped it.
        """
        y = check_labels(y, _num_samples(X))
        model = deepcopy(unwrap(self.source))
        last = unwrap(_last_step(model))
        last.set_params(**self._overrides())
        rng = np.random.default_rng(
            check_random_state(getattr(last, "random_state", None)).randint(2**31 - 1)
        )
        self.target_indices_ = stratified_fraction(y, self.target_fraction, rng)
        X, y = (_safe_indexing(data, self.target_indices_) for data in (X, y))
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[self.target_indices_]
        self.model_ = model.partial_fit_target(X, y, sample_weight=sample_weight)
        return self

    def _overrides(self):
        given = {
            "strategy": self.strategy,
            "learning_rate": self.learning_rate,
            "backbone_learning_rate": self.backbone_learning_rate,
            "max_epochs": self.max_epochs,
            "transfer_scaler": self.scaler,
            "random_state": self.random_state,
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def classes_(self):
        """Classes of the target."""
        return self.model_.classes_

    @property
    def n_features_in_(self):
        """Number of features the source was fitted with."""
        return self.model_.n_features_in_

    def predict(self, X):
        """Predict the most probable class of each star."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def predict_proba(self, X):
        """Predict class probabilities, columns in the order of `classes_`."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    @available_if(_source_has("embed"))
    def embed(self, X):
        """Embedding by the fine-tuned networks."""
        check_is_fitted(self)
        return self.model_.embed(X)

    @available_if(_source_has("flag_missing"))
    def flag_missing(self, X):
        """Mark the stars without any feature, for which only class priors are predicted."""
        check_is_fitted(self)
        return self.model_.flag_missing(X)

    @available_if(_source_has("predict_set"))
    def predict_set(self, X, **params):
        """Sets of classes that contain the true one with a given probability."""
        check_is_fitted(self)
        return self.model_.predict_set(X, **params)

    @available_if(_source_has("novelty_score"))
    def novelty_score(self, X):
        """How unlike the training stars each star is."""
        check_is_fitted(self)
        return self.model_.novelty_score(X)

    @available_if(_source_has("predict_or_abstain"))
    def predict_or_abstain(self, X, **params):
        """Classes, or `unknown` for stars that are too unsure or too unlike the training's."""
        check_is_fitted(self)
        return self.model_.predict_or_abstain(X, **params)

    @available_if(_source_has("estimate_priors"))
    def estimate_priors(self, X):
        """Estimate the class shares among stars without labels; see the source's class."""
        check_is_fitted(self)
        return self.model_.estimate_priors(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(unwrap(self.source)).input_tags
        return tags


def unwrap(source):
    """The estimator inside a FrozenEstimator, fitted."""
    while isinstance(source, FrozenEstimator):
        source = source.estimator
    try:
        check_is_fitted(source)
    except NotFittedError:
        raise NotFittedError(
            f"The source {type(source).__name__} is not fitted. Fit it on the source survey and "
            "pass FrozenEstimator(source): cross-validation clones its estimators, and clone "
            "wipes a source that is not frozen."
        ) from None
    return source


def _last_step(model):
    return model.steps[-1][1] if isinstance(model, Pipeline) else model
