"""ExpertCascade asks the expensive experts only where they change the answer."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.ensemble import Expert, ExpertCascade


class Counting:
    """Features of an expert that remember how many stars they were computed for."""

    def __init__(self, columns):
        self.columns = columns
        self.asked = 0

    def transform(self, X):
        self.asked += len(X)
        return X[:, self.columns]


class Truthful(ClassifierMixin, BaseEstimator):
    """A fitted classifier of other classes, which knows column 2 without an error."""

    classes_ = np.array(["left", "right", "elsewhere"])

    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        raise AssertionError("a fitted expert must not be fitted again")

    def predict_proba(self, X):
        right = (X[:, 0] > 0) * 0.98 + 0.01
        return np.column_stack([0.99 - right, right, np.full(len(X), 0.01)])


def problem(n=900, seed=0):
    """Class A is seen by column 0; B and C look alike there, and column 2 tells them apart."""
    rng = np.random.default_rng(seed)
    y = np.array(["A", "B", "C"])[np.arange(n) % 3]
    X = rng.normal(size=(n, 3)) * 0.5
    X[:, 0] += np.where(y == "A", -3, 3)
    X[:, 2] += np.where(y == "B", -3, 3) * (y != "A")
    return X, y


def experts():
    return [
        Expert(LogisticRegression(), [0]),
        Expert(LogisticRegression(), [0, 2], cost=10.0),
    ]


@parametrize_with_checks(
    [
        ExpertCascade(
            [Expert(LogisticRegression(), [0]), Expert(LogisticRegression(), cost=10.0)],
            random_state=0,
        )
    ],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "folds hold stars, not their weights"
    },
)
def test_sklearn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("policy", ["expected_gain", "margin"])
def test_only_the_stars_that_gain_are_asked_about(policy):
    X, y = problem()
    X_test, y_test = problem(seed=1)
    cascade = ExpertCascade(experts(), policy=policy, random_state=0).fit(X, y)
    assert cascade.score(X_test, y_test) > 0.97
    proba, route = cascade.ask(X_test)
    np.testing.assert_array_equal(proba, cascade.predict_proba(X_test))
    asked = route == 2
    assert asked[y_test != "A"].mean() > 0.9
    assert asked[y_test == "A"].mean() < 0.05
    assert cascade.costs_.tolist() == [1, 11]
    assert cascade.mean_cost_ == pytest.approx(1 + 10 * np.mean(cascade.route_ == 2))


def test_expensive_features_are_computed_for_the_stars_asked_about_only():
    X, y = problem()
    dear = Counting([0, 2])
    cascade = ExpertCascade(
        [Expert(LogisticRegression(), [0]), Expert(LogisticRegression(), dear, cost=10.0)],
        random_state=0,
    ).fit(X, y)
    # fit reads them twice: out of fold, and for the final estimator.
    assert dear.asked == 2 * len(X)
    dear.asked = 0
    route = cascade.ask(X)[1]
    assert dear.asked == np.sum(route == 2) < 0.75 * len(X)


def test_budget_is_kept_and_spent_where_it_helps():
    X, y = problem()
    X_test, y_test = problem(seed=1)
    scores = []
    for budget in (1.0, 4.0, 8.0):
        cascade = ExpertCascade(experts(), budget=budget, random_state=0).fit(X, y)
        assert cascade.mean_cost_ <= budget + 1e-9
        scores.append(cascade.score(X_test, y_test))
        cost = cascade.costs_[cascade.ask(X_test)[1] - 1].mean()
        assert cost == pytest.approx(budget, abs=1.5)
    assert scores[0] < scores[1] - 0.05 and scores[1] < scores[2] - 0.05


def test_gain_is_not_the_margin():
    """Stars nobody can tell apart: the margin asks about them in vain, the gain does not."""
    rng = np.random.default_rng(0)
    X, y = problem(1200)
    hopeless = y == "A"
    y = y.astype(object)
    y[hopeless] = rng.choice(["A1", "A2"], hopeless.sum())
    y = y.astype(str)
    asked = {}
    for policy in ("expected_gain", "margin"):
        cascade = ExpertCascade(experts(), policy=policy, budget=1 + 10 / 2, random_state=0)
        asked[policy] = np.mean(cascade.fit(X, y).route_[hopeless] == 2)
    assert asked["expected_gain"] < 0.1 < asked["margin"]


def test_fitted_expert_of_other_classes_is_used_as_it_is():
    X, y = problem()
    foreign = Expert(Truthful(), [2], cost=5.0, classes=["left", "right", "elsewhere"])
    cascade = ExpertCascade([Expert(LogisticRegression(), [0]), foreign], random_state=0)
    cascade = clone(cascade).fit(X, y)
    assert cascade.classes_.tolist() == ["A", "B", "C"]
    assert cascade.score(*problem(seed=1)) > 0.97


def test_meta_features_are_out_of_fold():
    """An expert that learns by heart is worthless, which in-sample predictions would hide."""
    rng = np.random.default_rng(0)
    X, y = problem(300)
    X = np.column_stack([X, rng.normal(size=(300, 30))])
    parrot = Expert(DecisionTreeClassifier(random_state=0), list(range(3, 33)))
    cascade = ExpertCascade([parrot, Expert(LogisticRegression(), [0, 2])], budget=2).fit(X, y)
    X_test, y_test = problem(300, seed=1)
    X_test = np.column_stack([X_test, rng.normal(size=(300, 30))])
    assert cascade.score(X_test, y_test) > 0.95


def test_unlabelled_stars_tell_the_shares_of_the_classes():
    X, y = problem(900)
    X_test, y_test = problem(3000, seed=1)
    kept = np.random.default_rng(0).random(3000) < np.where(y_test == "A", 1.0, 0.2)
    X_test, y_test = X_test[kept], y_test[kept]
    cascade = ExpertCascade(experts(), random_state=0).fit(X, y, X_unlabelled=X_test)
    assert cascade.class_shares_[0] == pytest.approx(np.mean(y_test == "A"), abs=0.03)
    score = balanced_accuracy_score(y_test, cascade.predict(X_test))
    assert score > 0.95 and np.mean(cascade.ask(X_test)[1] == 2) < 0.4


def test_three_experts_in_a_row():
    X, y = problem()
    three = [*experts(), Expert(LogisticRegression(), cost=100.0)]
    cascade = ExpertCascade(three, budget=8.0, random_state=0).fit(X, y)
    assert cascade.thresholds_.shape == (2,)
    route = cascade.ask(X)[1]
    assert set(np.unique(route)) >= {1, 2}
    assert cascade.costs_[route - 1].mean() == pytest.approx(8.0, rel=0.3)


def test_light_curves_with_features_on_demand(light_curves):
    cheap = Expert(LogisticRegression(), LightCurveFeatures(["skewness"]))
    dear = Expert(make_pipeline(LightCurveFeatures(["period"]), LogisticRegression()), cost=10.0)
    cascade = ExpertCascade([cheap, dear], cv=3, random_state=0)
    cascade.fit(light_curves, light_curves.labels)
    assert cascade.score(light_curves, light_curves.labels) > 0.9


def test_the_callers_experts_are_not_changed():
    X, y = problem(300)
    given = experts()
    before = deepcopy(given)
    ExpertCascade(given, random_state=0).fit(X, y)
    assert [vars(e.estimator) for e in given] == [vars(e.estimator) for e in before]


@pytest.mark.parametrize(
    ("experts", "parameters", "error", "message"),
    [
        ([], {}, ValueError, "at least one Expert"),
        ([LogisticRegression()], {}, TypeError, r"experts\[0\] is no Expert"),
        ([Expert(object())], {}, ValueError, "no predict_proba"),
        ([Expert(LogisticRegression(), cost=-1)], {}, ValueError, "negative"),
        ([Expert(Truthful(), [2], classes=["a", "b"])], {}, ValueError, "3 probabilities.*2 clas"),
        ([Expert(LogisticRegression(), lambda X: X[:5])], {}, ValueError, "5 rows"),
        ([Expert(LogisticRegression(), cost=2.0)], {"budget": 1.0}, ValueError, "does not pay"),
    ],
)
def test_errors(experts, parameters, error, message):
    with pytest.raises(error, match=message):
        ExpertCascade(experts, **parameters).fit(*problem(60))
