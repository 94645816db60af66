"""ExpertCascade asks the expensive experts only where they change the answer."""

from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.ensemble import Expert, ExpertCascade, _cascade_stages, _expert_cascade
from sklearn_vartl.ensemble._cascade_stages import (
    Answers,
    _out_of_fold_gain,
    _share,
    choose_stages,
    choose_threshold,
    collect_out_of_fold,
    fit_gain,
    margin_doubt,
    meta_features,
    population_shares,
)
from sklearn_vartl.ensemble._expert import fit_weighted


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
        ([Expert(LogisticRegression(), lambda X: np.r_[X, X])], {}, ValueError, "120 rows"),
        ([Expert(LogisticRegression(), cost=2.0)], {"budget": 1.0}, ValueError, "does not pay"),
    ],
)
def test_errors(experts, parameters, error, message):
    with pytest.raises(error, match=message):
        ExpertCascade(experts, **parameters).fit(*problem(60))


def test_prediction_changes_nothing():
    X, y = problem(300)
    cascade = ExpertCascade(experts(), random_state=0).fit(X, y)
    before, cost = cascade.route_.copy(), cascade.mean_cost_
    # Stars of one kind alone: asked about otherwise than the training stars.
    cascade.predict(X[y == "A"])
    cascade.predict_proba(X[:5])
    np.testing.assert_array_equal(cascade.route_, before)
    assert cascade.mean_cost_ == cost
    assert len(cascade.ask(X[:5])[1]) == 5


def test_a_failed_fit_leaves_the_cascade_as_it_was():
    X, y = problem(300)
    cascade = ExpertCascade(experts(), random_state=0).fit(X, y)
    before = cascade.predict(X)
    cascade.set_params(experts=[Expert(LogisticRegression(), lambda X: X[:5])])
    with pytest.raises(ValueError, match="5 rows"):
        cascade.fit(X, np.where(y == "A", "one", "two"))
    np.testing.assert_array_equal(cascade.predict(X), before)


def test_experts_are_estimators_that_keep_what_they_have_learned():
    X, y = problem(90)
    fitted = LogisticRegression().fit(X[:, :1], y)
    expert = Expert(fitted, [0], cost=3.0, classes=["A", "B", "C"])
    copied = clone(expert)
    assert copied.get_params(deep=False).keys() == {"estimator", "features", "cost", "classes"}
    assert copied.estimator is not fitted and copied.cost == 3.0
    np.testing.assert_array_equal(copied.estimator.coef_, fitted.coef_)
    assert not clone(Expert(LogisticRegression())).is_fitted()
    assert clone(expert).set_params(estimator__C=5.0).estimator.C == 5.0


def test_weights_move_every_part():
    X, y = problem(600)
    # B and C overlap where the cheap expert looks; heavy stars are answered first.
    weight = np.where(y == "B", 30.0, 1.0)
    plain, weighted = (
        ExpertCascade(experts(), LogisticRegression(), budget=1.0, random_state=0).fit(X, y, w)
        for w in (None, weight)
    )
    assert np.mean(plain.predict(X) == "B") < 0.6 < np.mean(weighted.predict(X) == "B") + 0.1
    assert weighted.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.1
    np.testing.assert_allclose(weighted.class_shares_, [1 / 32, 30 / 32, 1 / 32])
    ones = ExpertCascade(experts(), random_state=0).fit(X, y, np.ones(600))
    none = ExpertCascade(experts(), random_state=0).fit(X, y)
    np.testing.assert_allclose(ones.predict_proba(X), none.predict_proba(X), atol=1e-6)


def test_stars_of_weight_zero_are_left_out():
    X, y = problem(300)
    keep = np.arange(300) % 5 > 0
    zero = ExpertCascade(experts(), random_state=0).fit(X, y, keep.astype(float))
    ones = ExpertCascade(experts(), random_state=0).fit(X[keep], y[keep], np.ones(keep.sum()))
    np.testing.assert_array_equal(zero.predict_proba(X), ones.predict_proba(X))
    assert len(zero.route_) == keep.sum()


def test_experts_that_take_no_weights_are_named():
    X, y = problem(60)
    neighbours = Expert(KNeighborsClassifier(3))
    with pytest.raises(TypeError, match="KNeighborsClassifier takes no sample_weight"):
        ExpertCascade([neighbours]).fit(X, y, np.ones(60))


def test_weights_of_a_pipeline_are_those_of_its_last_step():
    X, y = problem(60)
    weight = np.arange(1.0, 61)
    steps = make_pipeline(MinMaxScaler(), "passthrough", LogisticRegression())
    found = fit_weighted(steps, X, y, weight)
    alone = LogisticRegression().fit(MinMaxScaler().fit_transform(X), y, weight)
    np.testing.assert_array_equal(found[-1].coef_, alone.coef_)
    # A scaler's weights are of no use to neighbours.
    with pytest.raises(TypeError, match="Pipeline takes no sample_weight"):
        fit_weighted(make_pipeline(StandardScaler(), KNeighborsClassifier()), X, y, weight)


def test_log_probabilities():
    X, y = problem(90)
    cascade = ExpertCascade(experts(), random_state=0).fit(X, y)
    np.testing.assert_allclose(np.exp(cascade.predict_log_proba(X)), cascade.predict_proba(X))


@pytest.mark.parametrize(
    "kind", [np.asarray, pd.DataFrame, lambda X: pd.DataFrame(X.astype(object))]
)
def test_stars_that_a_table_lists_twice_share_a_fold(kind):
    """A one-neighbour expert knows a double by heart, which must not count as knowledge."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.choice(["A", "B"], 60)
    X, y = np.repeat(X, 2, axis=0), np.repeat(y, 2)
    parrot = Expert(KNeighborsClassifier(1), cost=5.0)
    blind = Expert(LogisticRegression(), [0])
    cascade = ExpertCascade([blind, parrot], random_state=0).fit(kind(X), y)
    # Asked always, it would seem to be right about every star.
    assert np.mean(cascade.route_ == 2) < 0.5


def gain_problem():
    """Two classes; the later answer is right about class 1 only, of which there is little."""
    y = np.repeat([0, 1], [80, 20])
    Z = np.where(y == 1, 3.0, -3.0)[:, None] + np.random.default_rng(0).normal(0, 1, (100, 1))
    now = np.tile([0.6, 0.4], (100, 1))
    later = np.tile([0.4, 0.6], (100, 1))
    return Z, y, now, later


def test_gain_in_closed_form():
    """(probability x worth x chance), minus what the present answer is right about."""
    Z, y, now, later = gain_problem()
    shares = np.array([0.8, 0.2])
    model = fit_gain(Z, y, now, later, shares)
    p = model.classifier.predict_proba(Z)
    # All present answers are 0, all later ones 1: right about class 1, wrong about class 0.
    expected = p[:, 1] / (2 * 0.2) - p[:, 0] / (2 * 0.8)
    np.testing.assert_allclose(model.predict(Z, now), expected)
    # A rare class's star is worth more, and other shares move probabilities and worths.
    other = np.array([0.5, 0.5])
    q = p * other / shares
    q /= q.sum(axis=1, keepdims=True)
    found = fit_gain(Z, y, now, later, other).predict(Z, now)
    np.testing.assert_allclose(found, q[:, 1] - q[:, 0])


def test_chances_in_small_groups_are_shrunk_towards_the_classs():
    """Two of ten stars of class 0 have the present answer 1, and later are right both times."""
    y = np.repeat([0, 1], 10)
    answer = np.repeat([1, 0, 1], [2, 8, 10])
    right = np.r_[[True] * 2, [True] * 2, [False] * 6, [True] * 10]
    now = np.eye(2)[answer]
    later = np.eye(2)[np.where(right, y, 1 - y)]
    model = fit_gain(np.arange(20.0)[:, None], y, now, later, np.array([0.5, 0.5]))
    mean = 4 / 10
    expected = [[(2 + 5 * mean) / (8 + 5), (2 + 5 * mean) / (2 + 5)], [1.0, 1.0]]
    np.testing.assert_allclose(model.right_later, expected)


def test_no_answer_is_expected_to_be_right_about_a_class_without_a_star():
    Z, y, now, later = gain_problem()
    now, later = (np.c_[proba, np.zeros(100)] for proba in (now, later))
    model = fit_gain(Z, y, now, later, np.array([0.7, 0.2, 0.1]))
    np.testing.assert_array_equal(model.right_later[2], [0, 0, 0])
    np.testing.assert_array_equal(model.right_later[1], [1, 1, 1])


def test_gain_weighs_the_stars():
    Z, y, now, later = gain_problem()
    twice = np.concatenate([np.arange(100), np.flatnonzero(y == 1)])
    weight = np.where(y == 1, 2.0, 1.0)
    shares = np.array([0.7, 0.3])
    weighted = fit_gain(Z, y, now, later, shares, weight)
    repeated = fit_gain(Z[twice], y[twice], now[twice], later[twice], shares)
    np.testing.assert_allclose(weighted.right_later, repeated.right_later)
    np.testing.assert_allclose(weighted.ratio, repeated.ratio, rtol=1e-6)


def test_gain_of_training_stars_is_out_of_fold():
    """A group of lucky stars must not be asked about because they themselves were lucky."""
    rng = np.random.default_rng(0)
    n, width = 120, 60
    Z, y = rng.normal(size=(n, width)), rng.integers(0, 2, n)
    now = np.tile([0.6, 0.4], (n, 1))
    later = np.eye(2)[y]
    answers = Answers([Z], y, np.ones(n), False)
    fold = np.arange(n) % 4
    scores = _out_of_fold_gain(Z, answers, now, later, np.array([0.5, 0.5]), fold)
    inside = fit_gain(Z, y, now, later, np.array([0.5, 0.5])).predict(Z, now)
    # The features tell nothing of the class: only in sample do they seem to.
    assert abs(np.corrcoef(scores, y)[0, 1]) < 0.3 < np.corrcoef(inside, y)[0, 1]


def test_the_share_that_a_budget_pays_for():
    assert _share([1.0, 10.0], 6.0) == pytest.approx(0.5)
    # Half go on at each stage: 1 + .5 x 10 + .25 x 100.
    assert _share([1.0, 10.0, 100.0], 31.0) == pytest.approx(0.5)
    assert _share([1.0, 10.0], 11.0) == _share([1.0, 10.0], 100.0) == 1.0


def test_threshold_lets_so_many_through_by_their_weight():
    # Gains that may be losses.
    scores = np.array([0.4, -0.4, 0.0, 0.2])
    answers = Answers([], np.array([0, 1, 0, 1]), np.ones(4), False)
    now = later = np.tile([0.5, 0.5], (4, 1))
    for stands_for, share, asked in [
        ([1, 1, 1, 1], 0.5, [0, 3]),
        ([2, 1, 1, 4], 0.5, [0]),
        ([1, 1, 1, 1], 1.0, [0, 1, 2, 3]),
        ([1, 1, 1, 1], 0.2, []),
    ]:
        threshold = choose_threshold(
            scores, answers, now, later, stands_for=np.array(stands_for), share=share, tolerance=0
        )
        assert np.flatnonzero(scores > threshold).tolist() == asked


def test_a_share_just_below_one_has_a_threshold():
    """Summed one by one the weights are a little less than their sum."""
    stands_for = np.full(1001, 0.1)
    assert np.cumsum(stands_for)[-1] / stands_for.sum() < 1 - 1e-14
    scores = np.linspace(1, 0, 1001)
    answers = Answers([], np.arange(1001) % 2, np.ones(1001), False)
    now = np.tile([0.5, 0.5], (1001, 1))
    share = np.nextafter(1.0, 0.0)
    threshold = choose_threshold(
        scores, answers, now, now, stands_for=stands_for, share=share, tolerance=0
    )
    assert np.sum(scores > threshold) == 1000


def test_without_a_budget_as_few_are_asked_as_the_tolerance_allows():
    """The first ten stars by score turn right, the others are right anyway."""
    n = 100
    y = np.arange(n) % 2
    scores = np.linspace(1, 0, n)
    later = np.eye(2)[y]
    now = np.where((np.arange(n) < 10)[:, None], later[:, ::-1], later)
    answers = Answers([], y, np.ones(n), False)
    asked = {}
    for tolerance in (0.0, 0.04):
        threshold = choose_threshold(
            scores, answers, now, later, stands_for=np.ones(n), share=None, tolerance=tolerance
        )
        asked[tolerance] = int(np.sum(scores > threshold))
    assert asked == {0.0: 10, 0.04: 6}


def test_what_experts_say_in_numbers():
    said = np.array([[0.5, 0.5, 0.0], [np.nan] * 3])
    expected = np.log([[0.5, 0.5, 1e-4], [1 / 3] * 3])
    np.testing.assert_allclose(meta_features(said), expected)
    assert margin_doubt(np.array([[0.7, 0.1, 0.2]])) == pytest.approx(0.5)


def test_the_tolerance_is_shared_by_the_decisions(monkeypatch):
    """Three experts, two decisions of whom to ask: what both may lose is the tolerance."""
    given, choose = [], _cascade_stages.choose_threshold

    def watch(*arguments, tolerance, **more):
        given.append(tolerance)
        return choose(*arguments, tolerance=tolerance, **more)

    monkeypatch.setattr(_cascade_stages, "choose_threshold", watch)
    X, y = problem(150)
    three = [*experts(), Expert(LogisticRegression(), [0, 1, 2], cost=30.0)]
    ExpertCascade(three, tolerance=0.04, cv=2, random_state=0).fit(X, y)
    assert given == [0.02, 0.02]


@pytest.mark.parametrize("weight", [None, np.array([1.0, 2, 3, 4, 5, 6])])
def test_what_is_known_of_stars_that_experts_have_not_seen(weight):
    y = np.array([0, 1, 1, 0, 1, 2])
    said = np.full((6, 3), 1 / 3)
    known = SimpleNamespace(predict_proba=lambda X: said)
    answers = collect_out_of_fold(
        [Expert(known)] * 2, np.zeros((6, 1)), y, np.arange(6) % 2, weight
    )
    assert answers.n_classes == 3 and len(answers.heard) == 2
    np.testing.assert_array_equal(answers.weight, np.ones(6) if weight is None else weight)
    # Classifiers that take no weights are not asked to where there are none.
    assert answers.told is weight and answers.weighted == (weight is not None)
    expected = np.array([2, 3, 1]) / 6 if weight is None else np.array([5, 10, 6]) / 21
    np.testing.assert_allclose(answers.shares, expected)


def test_an_expert_that_cannot_learn_is_taken_as_it_is():
    X, y = problem(60)
    assert Expert(SimpleNamespace(predict_proba=None)).is_fitted()
    assert not Expert(LogisticRegression()).is_fitted()
    assert Expert(LogisticRegression().fit(X, y)).is_fitted()


@pytest.mark.parametrize("weighted", [True, False])
def test_gain_out_of_fold_is_that_of_the_other_stars(weighted):
    Z, y, now, later = gain_problem()
    shares, weight = np.array([0.7, 0.3]), np.linspace(0.1, 9, 100)
    fold = np.arange(100) % 2
    scores = _out_of_fold_gain(Z, Answers([Z], y, weight, weighted), now, later, shares, fold)
    for k in (0, 1):
        inside, outside = fold != k, fold == k
        told = weight[inside] if weighted else None
        other = fit_gain(Z[inside], y[inside], now[inside], later[inside], shares, told)
        np.testing.assert_array_equal(scores[outside], other.predict(Z[outside], now[outside]))


def test_a_star_stands_for_as_many_as_its_class_is_more_common(monkeypatch):
    stood = []
    monkeypatch.setattr(
        _cascade_stages, "choose_threshold", lambda *_, stands_for, **__: stood.append(stands_for)
        or np.inf
    )  # fmt: skip
    Z, y, _, _ = gain_problem()
    weight = np.where(y == 1, 2.0, 1.0)  # so that of 120 there are 40 of class 1
    stages, route = choose_stages(
        Answers([Z, Z], y, weight, True), LogisticRegression(), shares=np.array([0.25, 0.75]),
        costs=[1.0, 2.0], policy="expected_gain", budget=None, tolerance=0.0, fold=np.arange(100) % 2,
    )  # fmt: skip
    np.testing.assert_allclose(stood, [np.where(y == 1, 2 * 0.75 * 3, 0.25 * 3 / 2)])
    assert len(stages) == 2 and set(route) == {1}


def test_shares_are_estimated_from_what_the_first_expert_says():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 50)

    def said(classes):
        sure = np.clip(0.9 + 0.05 * rng.normal(size=len(classes)), 0.5, 0.99)
        right = np.where(classes == 1, sure, 1 - sure)
        return np.column_stack([1 - right, right])

    expert = Expert(SimpleNamespace(predict_proba=said))
    answers = Answers([meta_features(said(y)), np.zeros((100, 5))], y, np.ones(100), False)
    found = population_shares(answers, expert, np.repeat([0, 1], [10, 90]))
    np.testing.assert_allclose(found, [0.1, 0.9], atol=0.02)
    np.testing.assert_array_equal(population_shares(answers, expert, None), [0.5, 0.5])


def test_experts_and_meta_models_have_folds_of_their_own(monkeypatch):
    folds, asked = [], []
    for name in ("collect_out_of_fold", "population_shares", "choose_stages"):
        work = getattr(_expert_cascade, name)

        def watched(*given, work=work, **more):
            if work.__name__ == "population_shares":
                asked.append(given[1].features)
            folds.append(more.get("fold", given[3] if len(given) > 3 else None))
            return work(*given, **more)

        monkeypatch.setattr(_expert_cascade, name, watched)
    ExpertCascade(experts(), random_state=0).fit(*problem(150))
    assert asked == [[0]]
    # Of two draws of five folds a fifth of the stars stay together.
    assert 0.1 < np.mean(folds[0] == folds[2]) < 0.4


@pytest.mark.parametrize(
    ("expert", "allowed"),
    [
        (Expert(LogisticRegression()), False),
        (Expert(DecisionTreeClassifier()), True),
        (Expert(LogisticRegression(), lambda X: X), True),
        (Expert(LogisticRegression(), StandardScaler()), True),
        (Expert(LogisticRegression(), [0]), False),
        (Expert(SimpleNamespace(predict_proba=None)), True),
    ],
)
def test_missing_values_are_for_the_expert_to_deal_with(expert, allowed):
    cascade = ExpertCascade([expert])
    assert get_tags(cascade).input_tags.allow_nan is allowed
    both = ExpertCascade([expert, Expert(LogisticRegression())])
    assert not get_tags(both).input_tags.allow_nan
    X = np.array([[1.0], [np.nan]])
    if allowed:
        np.testing.assert_array_equal(cascade._check(X), X)
        return
    with pytest.raises(ValueError, match="Input X contains NaN.\nExpertCascade does not accept"):
        cascade._check(X, [0, 1], reset=True)
