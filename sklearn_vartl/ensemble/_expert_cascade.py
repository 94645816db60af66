"""ExpertCascade: ask the expensive classifiers only where they change the answer."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._validation import check_labels
from ..light_curves import LightCurves
from ._cascade_stages import Expert, ask, choose_stages, collect_out_of_fold, population_shares


class ExpertCascade(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Combine classifiers of different inputs, classes and costs, and spare the expensive ones.

    A meta-model, trained on the target's labels, learns what each expert's words are worth. All
    stars are shown to the first expert; the next is asked only about those stars for which it is
    expected to change the answer for the better, and so on. Meta-model and rule see out-of-fold
    predictions only.

    Parameters
    ----------
    experts : list of Expert
        In the order in which they are asked: the cheapest first.

    meta_estimator : classifier or None, default=None
        Learns the target's classes from the experts' log-probabilities, one clone for each number
        of experts asked. None: a logistic regression in which all classes weigh the same.

    policy : {"expected_gain", "margin"}, default="expected_gain"
        "expected_gain" learns for which stars the next experts turn a wrong answer into a right
        one, each class counting equally; "margin" asks on where the two most probable classes
        are close.

    budget : float or None, default=None
        Mean cost a star, on stars like those of `fit`; None: the cheapest that loses no
        more than `tolerance`.

    tolerance : float, default=0.01
        Balanced accuracy that may be lost against asking always, where `budget` is None.

    cv : int, default=5
        Number of folds.

    random_state : int, RandomState instance or None, default=None
        Decides the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The target's classes.

    experts_ : list of Expert
        The fitted experts.

    class_shares_ : ndarray of shape (n_classes,)
        Shares of the classes among the stars to be classified, as far as known.

    thresholds_ : ndarray of shape (n_experts - 1,)
        Score above which the next expert is asked.

    route_ : ndarray of int of shape (n_stars,)
        Number of experts that were asked about each star by the last prediction (after `fit`: of
        the training stars, out of fold).

    mean_cost_ : float
        What they cost, a star.

    References
    ----------
    .. [1] Pichara, K., Protopapas, P., Leon, D. (2016). "Meta-classification for variable stars".
       ApJ 819, 18.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_vartl.ensemble import Expert, ExpertCascade
    >>> X, y = make_blobs(n_samples=300, centers=3, n_features=4, random_state=0)
    >>> cheap = Expert(LogisticRegression(), features=[0])
    >>> dear = Expert(LogisticRegression(), features=[0, 1, 2, 3], cost=10.0)
    >>> cascade = ExpertCascade([cheap, dear], random_state=0).fit(X, y)
    >>> cascade.score(X, y) > 0.9, 1.0 < cascade.mean_cost_ < 11.0
    (True, True)
    """

    _parameter_constraints: dict = {
        "experts": [list, tuple],
        "meta_estimator": [HasMethods(["fit", "predict_proba"]), None],
        "policy": [StrOptions({"expected_gain", "margin"})],
        "budget": [Interval(Real, 0, None, closed="neither"), None],
        "tolerance": [Interval(Real, 0, 1, closed="left")],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        experts,
        meta_estimator=None,
        *,
        policy="expected_gain",
        budget=None,
        tolerance=0.01,
        cv=5,
        random_state=None,
    ):
        self.experts = experts
        self.meta_estimator = meta_estimator
        self.policy = policy
        self.budget = budget
        self.tolerance = tolerance
        self.cv = cv
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, X_unlabelled=None):
        """Learn what the experts' words are worth, and when to ask whom.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)
            Stars of the target.

        y : array-like of shape (n_stars,)
            Their classes.

        X_unlabelled : LightCurves or array-like of shape (n_unlabelled, n_features), default=None
            A sample of the stars to be classified, where their classes have other shares than in
            `y` (training stars are often chosen class by class). Only the first expert is asked
            about them; the budget and the expected gain then are about stars like these.

        Returns
        -------
        self : ExpertCascade

        Raises
        ------
        ValueError
            If there is no expert, an expert gives no probabilities or a number of them that is
            not that of its classes, the budget is below the first expert's cost, or there is
            only one class.
        """
        experts = _checked(self.experts, self.budget)
        X, y = self._check_stars(X, y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"ExpertCascade needs two classes, got one class: {self.classes_}.")
        rng = check_random_state(self.random_state)
        meta = self.meta_estimator
        if meta is None:
            meta = make_pipeline(
                StandardScaler(),
                LogisticRegression(class_weight="balanced", max_iter=300, tol=1e-3),
            )
        heard = collect_out_of_fold(experts, X, target, self.cv, rng)
        self._report = {}
        self.experts_ = [_fitted(expert, X, target) for expert in experts]
        if X_unlabelled is not None:
            X_unlabelled = self._check(X_unlabelled)
        self.class_shares_ = population_shares(self.experts_[0], heard[0], target, X_unlabelled)
        self.stages_, route = choose_stages(
            heard,
            target,
            meta,
            shares=self.class_shares_,
            costs=[expert.cost for expert in experts],
            policy=self.policy,
            budget=self.budget,
            tolerance=self.tolerance,
            cv=self.cv,
            rng=rng,
        )
        self._tell(route)
        return self

    def predict_proba(self, X):
        """Predict class probabilities, asking as few experts as the policy allows.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`. `route_` and `mean_cost_` tell what was asked.
        """
        check_is_fitted(self)
        X = self._check(X)
        proba, route = ask(self.experts_, self.stages_, X, len(self.classes_))
        self._tell(route)
        return proba

    def predict(self, X):
        """Predict the most probable class; see `predict_proba`."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    @property
    def route_(self):
        """Number of experts asked about each star."""
        return self._report["route"]

    @property
    def mean_cost_(self):
        """Mean cost a star."""
        return self._report["mean_cost"]

    @property
    def thresholds_(self):
        """Score above which the next expert is asked."""
        return np.array([stage.threshold for stage in self.stages_[:-1]])

    def _tell(self, route):
        # In a dict of its own: prediction must not change the attributes of an estimator.
        cost = np.cumsum([expert.cost for expert in self.experts_])
        self._report.update(route=route, mean_cost=float(cost[route - 1].mean()))

    def _check_stars(self, X, y):
        if isinstance(X, LightCurves):
            return X, check_labels(y, len(X))
        checked, y = validate_data(self, X, y, **self._accepted())
        check_classification_targets(y)
        # Experts may choose columns by name.
        return (X if hasattr(X, "iloc") else checked), y

    def _check(self, X):
        if isinstance(X, LightCurves):
            return X
        checked = validate_data(self, X, reset=False, **self._accepted())
        return X if hasattr(X, "iloc") else checked

    def _accepted(self):
        allow_nan = self.__sklearn_tags__().input_tags.allow_nan
        return {"dtype": None, "ensure_all_finite": "allow-nan" if allow_nan else True}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # Features of an expert's own may deal with anything.
        tags.input_tags.allow_nan = all(
            hasattr(e.features, "transform")
            or callable(e.features)
            or not hasattr(e.estimator, "__sklearn_tags__")
            or get_tags(e.estimator).input_tags.allow_nan
            for e in self.experts
            if isinstance(e, Expert)
        )
        return tags


def _checked(experts, budget):
    experts = list(experts)
    if not experts:
        raise ValueError("ExpertCascade needs at least one Expert, got none.")
    for position, expert in enumerate(experts):
        if not isinstance(expert, Expert):
            raise TypeError(f"experts[{position}] is no Expert but a {type(expert).__name__}.")
        if not hasattr(expert.estimator, "predict_proba"):
            name = type(expert.estimator).__name__
            raise ValueError(
                f"Expert {position} ({name}) has no predict_proba: calibrate it first."
            )
        if not expert.cost >= 0:
            raise ValueError(f"Expert {position} has the cost {expert.cost!r}, which is negative.")
    if budget is not None and budget < experts[0].cost:
        raise ValueError(
            f"budget={budget} does not pay for the first expert, who is asked about every star "
            f"at a cost of {experts[0].cost}."
        )
    return experts


def _fitted(expert, X, y):
    """The expert with a fitted estimator; one that is fitted already stays as it is."""
    if expert.is_fitted():
        return expert
    estimator = clone(expert.estimator).fit(expert.inputs(X), y)
    return replace(expert, estimator=estimator, classes=None)
