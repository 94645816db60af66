"""AvailabilityEnsemble: a model for each pattern of inputs at hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_vartl.ensemble import AvailabilityEnsemble, BandVotingClassifier
from sklearn_vartl.ensemble._availability import _seeded_candidates, fit_pattern

LINEAR = {"linear": LogisticRegression(max_iter=500)}


@parametrize_with_checks(
    [AvailabilityEnsemble(estimators=LINEAR, min_sources=2, random_state=0)],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "folds hold stars, not their weights"
    },
)
def test_sklearn(estimator, check):
    check(estimator)


def problem(n=600, seed=0):
    """X-ray tells A from the rest, infrared B from C; infrared is missing for half."""
    rng = np.random.default_rng(seed)
    y = np.array(["A", "B", "C"])[np.arange(n) % 3]
    X = rng.normal(size=(n, 3))
    X[:, 0] += np.where(y == "A", -4, 4)
    X[:, 2] += np.where(y == "B", -4, 4)
    without = rng.random(n) < 0.5
    X[without, 2] = np.nan
    return X, y, without


BLOCKS = {"xray": [0, 1], "infrared": [2]}


def test_each_half_is_as_good_as_a_dedicated_model():
    X, y, without = problem()
    X_test, y_test, without_test = problem(seed=1)
    model = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    predicted = model.predict(X_test)
    for train, test, columns in (
        (without, without_test, [0, 1]),
        (~without, ~without_test, [0, 1, 2]),
    ):
        dedicated = LogisticRegression(max_iter=500).fit(X[train][:, columns], y[train])
        score = dedicated.score(X_test[test][:, columns], y_test[test])
        assert np.mean(predicted[test] == y_test[test]) > score - 0.03
    assert np.mean(predicted[~without_test] == y_test[~without_test]) > 0.97


def test_sources_with_more_blocks_teach_the_model_with_fewer():
    X, y, without = problem()
    model = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    assert model.models_["xray",].n_sources == len(X)
    assert model.models_["xray", "infrared"].n_sources == np.sum(~without)


def test_the_better_candidate_is_chosen_for_each_pattern(rng):
    X, y, _ = problem()
    X[:, 1] = rng.normal(size=len(X)) * np.where(y == "C", 10, 0.1)  # a scale: not linear
    candidates = {"dummy": DummyClassifier(), "linear": LINEAR["linear"], "bayes": GaussianNB()}
    for scoring in ("balanced_accuracy", "log_loss"):
        model = AvailabilityEnsemble(BLOCKS, candidates, scoring=scoring, random_state=0).fit(X, y)
        assert model.models_["xray",].chosen == "bayes"
        scores = model.models_["xray",].scores
        assert scores["dummy"] < scores["linear"] < scores["bayes"]


def test_probabilities_are_calibrated(rng):
    """Ten copies of a feature make naive Bayes overconfident; the temperature mends it."""
    X = rng.normal(size=(900, 1))
    y = (X[:, 0] + rng.normal(size=900) > 0).astype(int)
    X = np.repeat(X, 10, axis=1)
    model = AvailabilityEnsemble(estimators={"bayes": GaussianNB()}, random_state=0)
    model.fit(X[:450], y[:450])
    plain = GaussianNB().fit(X[:450], y[:450])
    assert model.models_["all",].temperature > 2
    mended = log_loss(y[450:], model.predict_proba(X[450:]))
    assert mended < log_loss(y[450:], plain.predict_proba(X[450:])) - 0.1


def test_patterns_without_a_model():
    X, y, _ = problem()
    model = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    strange = np.array([[np.nan, np.nan, 1.0], [np.nan, np.nan, np.nan], [1.0, 0.0, np.nan]])
    assert model.patterns(strange) == [(), (), ("xray",)]
    assert np.allclose(model.predict_proba(strange)[:2], model.prior_)


def test_rare_pattern_uses_the_model_of_fewer_blocks():
    X, y, without = problem()
    X[np.flatnonzero(~without)[10:], 2] = np.nan
    model = AvailabilityEnsemble(BLOCKS, LINEAR, min_sources=20, random_state=0).fit(X, y)
    assert list(model.models_) == [("xray",)]
    assert set(model.patterns(X)) == {("xray",)}


def test_default_candidates():
    X, y, _ = problem(90)
    model = AvailabilityEnsemble(BLOCKS, cv=2, random_state=0).fit(X, y)
    assert set(model.models_["xray",].scores) == {
        "random forest",
        "gradient boosting",
        "rotation forest",
    }


@pytest.mark.parametrize(
    "blocks",
    [{"xray": ["f", "hr"], "infrared": "w1"}, {"xray": slice(2), "infrared": ["w1"]}, BLOCKS],
)
def test_columns_of_a_table_go_by_name_too(blocks):
    X, y, _ = problem(90)
    table = pd.DataFrame(X, columns=["f", "hr", "w1"])
    found = AvailabilityEnsemble(blocks, LINEAR, cv=2, random_state=0).fit(table, y)
    expected = AvailabilityEnsemble(BLOCKS, LINEAR, cv=2, random_state=0).fit(X, y)
    np.testing.assert_array_equal(found.predict_proba(table), expected.predict_proba(X))
    # Letters of a name are no columns, and a name that is not there is told with those that are.
    for wrong, said in (
        ({"a": "w"}, r"Block 'a' names the feature 'w': X has \['f', 'hr', 'w1'\]"),
        ({"a": ["f", 1], "b": ["hr"]}, "Column hr is in the blocks 'a' and 'b'"),
    ):
        with pytest.raises(ValueError, match=said):
            AvailabilityEnsemble(wrong).fit(table, y)


@pytest.mark.parametrize(
    ("blocks", "parameters", "message"),
    [
        ({}, {}, "blocks is empty"),
        ({"a": []}, {}, "'a' is empty"),
        ({"a": [0, 3]}, {}, "'a' names the feature 3: X has 3 without names"),
        ({"a": [-4]}, {}, "'a' names the feature -4"),
        ({"a": [True]}, {}, "'a' names the feature True"),
        ({"a": [[0, 1]]}, {}, r"'a' names the feature \[0, 1\]"),
        ({"a": [1.5]}, {}, "'a' names the feature 1.5"),
        ({"a": 3}, {}, "'a' names the feature 3"),
        ({"a": None}, {}, "Block 'a' is None: give a list of columns"),
        ({"a": {0: 1}}, {}, "Block 'a' is {0: 1}: give a list"),
        ({"a": [2], "b": [-1]}, {}, "Column 2 is in the blocks 'a' and 'b'"),
        ({"a": [0, 1], "b": [1]}, {}, "in the blocks 'a' and 'b'"),
        ({"a": ["flux"]}, {}, "the feature 'flux': X has 3 without names: pass a DataFrame"),
        (BLOCKS, {"estimators": {}}, "estimators is empty"),
        (BLOCKS, {"min_sources": 599, "estimators": LINEAR, "X": "none whole"}, "min_sources"),
    ],
)
def test_errors(blocks, parameters, message):
    X, y, _ = problem()
    if parameters.pop("X", None):
        X[:2, 0] = np.nan
    with pytest.raises(ValueError, match=message):
        AvailabilityEnsemble(blocks, **parameters).fit(X, y)


def test_candidates_are_judged_on_sources_that_they_have_not_seen(rng):
    """A tree knows its training stars by heart; a line knows the truth."""
    X = rng.normal(size=(200, 4))
    y = (X[:, 0] + rng.normal(0, 1.2, 200) > 0).astype(int)
    candidates = {"tree": DecisionTreeClassifier(), "linear": LogisticRegression()}
    for scoring in ("balanced_accuracy", "log_loss"):
        model = AvailabilityEnsemble(None, candidates, scoring=scoring, random_state=0).fit(X, y)
        assert model.models_["all",].chosen == "linear"
    # And its probabilities are calibrated there: its certainty is no certainty.
    tree = AvailabilityEnsemble(None, {"tree": DecisionTreeClassifier()}, random_state=0).fit(X, y)
    assert tree.predict_proba(X).max() < 0.9


def test_sources_that_are_listed_twice_share_a_fold(rng):
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    X, y = np.repeat(X, 2, axis=0), np.repeat(y, 2)
    parrot = {"parrot": DecisionTreeClassifier()}
    model = AvailabilityEnsemble(estimators=parrot, random_state=0).fit(X, y)
    assert model.models_["all",].scores["parrot"] < 0.7


def test_weights_count_and_weight_zero_leaves_out():
    X, y, _ = problem()
    keep = np.arange(len(X)) % 3 > 0
    zero = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y, keep * 2.0)
    twos = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(
        X[keep], y[keep], np.full(keep.sum(), 2.0)
    )
    np.testing.assert_array_equal(zero.predict_proba(X), twos.predict_proba(X))
    plain = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    heavy = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(
        X, y, np.where(y == "C", 20, 1)
    )
    np.testing.assert_allclose(heavy.prior_, np.array([1, 1, 20]) / 22)
    assert heavy.predict_proba(X)[:, 2].mean() > plain.predict_proba(X)[:, 2].mean() + 0.02
    neighbours = {"neighbours": KNeighborsClassifier()}
    with pytest.raises(TypeError, match="takes no sample_weight"):
        AvailabilityEnsemble(BLOCKS, neighbours).fit(X, y, np.ones(len(X)))


def test_a_failed_fit_leaves_the_ensemble_as_it_was():
    X, y, _ = problem()
    model = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    before = model.predict(X)
    model.set_params(min_sources=599, blocks={"infrared": [2]})
    with pytest.raises(ValueError, match="min_sources"):
        model.fit(X, np.where(y == "A", "one", "two"))
    np.testing.assert_array_equal(model.predict(X), before)


def test_candidates_without_probabilities_are_named():
    X, y, _ = problem()
    with pytest.raises(ValueError, match="'margin' .LinearSVC. has no predict_proba"):
        AvailabilityEnsemble(BLOCKS, {"margin": LinearSVC()}).fit(X, y)


def test_log_probabilities():
    X, y, _ = problem(90)
    model = AvailabilityEnsemble(BLOCKS, LINEAR, random_state=0).fit(X, y)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))


def test_of_several_models_the_one_with_most_features_judges():
    X, y, _ = problem()
    X = np.nan_to_num(X)
    rows = np.random.default_rng(0).integers(0, 3, len(X))
    X[rows == 0, 0], X[rows == 1, 2] = np.nan, np.nan
    blocks = {"one": [0], "two": [1, 2]}
    model = AvailabilityEnsemble(blocks, LINEAR, min_sources=300, random_state=0).fit(X, y)
    assert sorted(model.models_) == [("one",), ("two",)]
    assert model.patterns([[1.0, 1.0, 1.0]]) == [("two",)]


def test_seeds_that_were_left_open_are_set_wherever_they_are():
    nested = make_pipeline(StandardScaler(), DecisionTreeClassifier())
    given = {
        "open": DecisionTreeClassifier(),
        "set": DecisionTreeClassifier(random_state=7),
        "nested": nested,
    }
    found = _seeded_candidates(given, 5)
    assert (found["open"].random_state, found["set"].random_state) == (5, 7)
    assert found["nested"][-1].random_state == 5 and nested[-1].random_state is None
    default = _seeded_candidates(None, 5).values()
    assert [each.class_weight for each in default] == ["balanced"] * 3
    assert [getattr(each, "min_samples_leaf", 20) for each in default] == [3, 20, 3]
    assert [each.random_state for each in default] == [5, 5, 5]


@pytest.mark.parametrize("weight", [None, np.repeat([1.0, 3.0], [150, 50])])
def test_what_a_candidate_is_judged_by(weight):
    """One that knows the shares alone: half of the classes right, and the entropy."""
    X, y = np.zeros((200, 1)) + np.arange(200)[:, None], np.repeat([0, 1], [150, 50])
    how = {
        "columns": np.array([0]),
        "candidates": {"prior": DummyClassifier()},
        "n_classes": 2,
        "cv": 5,
        "seed": 0,
    }
    share = 0.25 if weight is None else 0.5
    entropy = share * np.log(share) + (1 - share) * np.log(1 - share)
    for scoring, expected in (("balanced_accuracy", 0.5), ("log_loss", entropy)):
        model = fit_pattern(X, y, weight, scoring=scoring, **how)
        assert model.chosen == "prior" and model.n_sources == 200
        assert model.scores["prior"] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("kind", [AvailabilityEnsemble, BandVotingClassifier])
def test_missing_values_are_what_it_is_for(kind):
    assert get_tags(kind(None)).input_tags.allow_nan
