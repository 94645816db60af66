"""ExpertCascade: ask the expensive classifiers only where they change the answer."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import _safe_indexing, check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from .._splits import as_table, stratified_folds
from .._validation import FromProba, check_labels, check_weights, fit_context
from ..light_curves import LightCurves
from ._cascade_stages import (
    ask,
    choose_stages,
    collect_out_of_fold,
    linear_classifier,
    population_shares,
)
from ._expert import Expert, fit_weighted, several_classes


class ExpertCascade(FromProba, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
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
    costs_ : ndarray of shape (n_experts,)
        Price of a star that is shown to the first expert, the first two, and so on.
    route_ : ndarray of int of shape (n_stars,)
        Number of experts that each training star is shown to, out of fold. `ask` tells it of other
        stars.
    mean_cost_ : float
        What they cost, a training star; of others ``costs_[route - 1].mean()``.

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
        experts: Sequence[Expert],
        meta_estimator: Any = None,
        *,
        policy: Literal["expected_gain", "margin"] = "expected_gain",
        budget: float | None = None,
        tolerance: float = 0.01,
        cv: int = 5,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.experts = experts
        self.meta_estimator = meta_estimator
        self.policy = policy
        self.budget = budget
        self.tolerance = tolerance
        self.cv = cv
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, X_unlabelled: Any = None) -> Self:
        """Learn what the experts' words are worth, and when to ask whom.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)
            Stars of the target.
        y : array-like of shape (n_stars,)
            Their classes.
        sample_weight : array-like of shape (n_stars,), default=None
            Weights of the stars, in the experts that are fitted, the meta-models and the policy;
            stars of weight zero are left out.
        X_unlabelled : LightCurves or array-like of shape (n_unlabelled, n_features), default=None
            A sample of the stars to be classified, where their classes have other shares than in
            `y` (training stars are often chosen class by class). Only the first expert is asked
            about them; the budget and the expected gain then are about stars like these.

        Raises
        ------
        ValueError
            If there is no expert, an expert gives no probabilities or a number of them that is
            not that of its classes, the budget is below the first expert's cost, or there is
            only one class.
        TypeError
            If there are weights, and an expert or the meta-estimator takes none.
        """
        experts = _checked(self.experts, self.budget)
        X = self._check(X, y, reset=True)
        if X_unlabelled is not None:
            X_unlabelled = self._check(X_unlabelled)
        y, weight = check_labels(y, _num_samples(X)), None
        if sample_weight is not None:
            weight = check_weights(sample_weight, X)
            X, y, weight = (_safe_indexing(a, np.flatnonzero(weight > 0)) for a in (X, y, weight))
        classes, target = several_classes(self, y)
        rng = check_random_state(self.random_state)
        # The experts' folds and the meta-models'; stars that a table lists twice share one.
        folds = [stratified_folds(target, self.cv, rng, as_table(X)) for _ in range(2)]
        answers = collect_out_of_fold(experts, X, target, folds[0], weight)
        fitted = [_fitted(expert, X, target, weight) for expert in experts]
        shares = population_shares(answers, fitted[0], X_unlabelled)
        costs = [expert.cost for expert in experts]
        stages, route = choose_stages(
            answers,
            # All classes weigh the same: rare ones must be heard.
            linear_classifier("balanced") if self.meta_estimator is None else self.meta_estimator,
            shares=shares,
            costs=costs,
            policy=self.policy,
            budget=self.budget,
            tolerance=self.tolerance,
            fold=folds[1],
        )
        self.classes_, self.class_shares_ = classes, shares
        self.experts_, self.stages_ = fitted, stages
        self.costs_, self.route_ = np.cumsum(costs), route
        self.mean_cost_ = float(np.average(self.costs_[route - 1], weights=answers.weight))
        return self

    def ask(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Predict class probabilities, and tell how many experts were asked.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        route : ndarray of int of shape (n_stars,)
            Number of experts that were asked about each star; ``costs_[route - 1]`` is the price.
        """
        check_is_fitted(self)
        return ask(self.experts_, self.stages_, self._check(X), len(self.classes_))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities, asking as few experts as the policy allows.

        Parameters
        ----------
        X : LightCurves or array-like of shape (n_stars, n_features)

        Returns
        -------
        proba : ndarray of shape (n_stars, n_classes)
            Columns in the order of `classes_`.
        """
        return self.ask(X)[0]

    @property
    def thresholds_(self) -> np.ndarray:
        """Score above which the next expert is asked, shape (n_experts - 1,)."""
        return np.array([stage.threshold for stage in self.stages_[:-1]])

    def _check(self, X, y="no_validation", *, reset=False):
        """Light curves and frames as they are (experts may choose columns by name), or a table."""
        if isinstance(X, LightCurves):
            return X
        allow_nan = self.__sklearn_tags__().input_tags.allow_nan
        finite = "allow-nan" if allow_nan else True
        checked = validate_data(self, X, y, dtype=None, ensure_all_finite=finite, reset=reset)
        if reset:
            checked = checked[0]
        return X if hasattr(X, "iloc") else checked

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


def _fitted(expert, X, y, weight):
    """The expert with a fitted estimator; one that is fitted already stays as it is."""
    if expert.is_fitted():
        return expert
    estimator = fit_weighted(clone(expert.estimator), expert.inputs(X), y, weight)
    return Expert(estimator, expert.features, expert.cost)
