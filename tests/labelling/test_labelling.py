"""Which stars to label, which labels to doubt, and why."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl import FineTunedClassifier, TransferMLPClassifier, make_transfer_pipeline
from sklearn_vartl.labelling import doubtful_labels, explain, suggest_labels


@pytest.fixture(scope="module")
def blobs():
    """Three groups, the third rare: two stars in a hundred."""
    rng = np.random.default_rng(0)
    y = np.repeat(["A", "B", "C"], [294, 294, 12])
    centres = {"A": (0, 0, 0, 0), "B": (4, 0, 0, 0), "C": (0, 6, 0, 0)}
    X = np.array([centres[label] for label in y]) + rng.normal(size=(600, 4))
    order = rng.permutation(600)
    return X[order], y[order]


@pytest.fixture(scope="module")
def model(blobs):
    X, y = blobs
    return TransferMLPClassifier(
        (16,), n_estimators=1, min_steps=400, calibration=None, random_state=0
    ).fit(X[:300], y[:300])


@pytest.fixture(scope="module")
def quick(model):
    """The same, for where it matters alone that two ways give the same: it is fine-tuned in a few steps."""
    return deepcopy(model).set_params(min_steps=20, max_epochs=2)


def test_a_rare_class_is_among_few_suggestions(model, blobs):
    X, y = blobs
    for seed in range(3):
        assert "C" in y[suggest_labels(model, X, 10, random_state=seed).position]


def test_labelled_stars_are_not_suggested_and_no_star_twice(model, blobs):
    X, y = blobs
    known = np.full(600, None, dtype=object)
    known[:560] = y[:560]
    known[0] = ""
    found = suggest_labels(model, X, 41, y=known, random_state=0)
    assert sorted(found.position) == [0, *range(560, 600)]


def test_once_there_are_labels_doubts_are_asked_for(model, blobs):
    X, y = blobs
    known = np.full(600, None, dtype=object)
    known[:20] = y[:20]
    before = suggest_labels(model, X, 30, random_state=0)
    after = suggest_labels(model, X, 30, y=known, random_state=0)
    assert np.mean(after.p - after.p_runner_up) < np.mean(before.p - before.p_runner_up)


def test_suggestions_repeat_and_the_callers_arrays_stay(model, blobs):
    X, _ = blobs
    copy = X.copy()
    first = suggest_labels(model, X, 12, random_state=3)
    assert (first.position == suggest_labels(model, X, 12, random_state=3).position).all()
    assert (X == copy).all()
    assert first.to_pandas().shape == (12, 8)


def test_a_star_without_features_is_never_suggested(model, blobs):
    X = blobs[0][:50].copy()
    X[7] = np.nan
    assert 7 not in suggest_labels(model, X, 49, random_state=0).position
    with pytest.raises(ValueError, match="n=50: take 1 to 49"):
        suggest_labels(model, X, 50)


def test_planted_errors_come_first(model, blobs):
    X, y = blobs[0][300:], blobs[1][300:].copy()
    # Stars that no one would take for a B.
    wrong = np.flatnonzero((y == "A") & (X[:, 0] < 0.5))[:5]
    y[wrong] = "B"
    doubts = doubtful_labels(model, X, y, cv=2, random_state=0)
    assert len(set(doubts.position[:10]) & set(wrong)) >= 4
    found = np.isin(doubts.position, wrong)
    assert (doubts.suggested[found] == "A").all()
    assert doubts.is_issue[found].mean() > 0.7 > 0.1 > doubts.is_issue[~found].mean()


@pytest.mark.parametrize("of_trees", [True, False])
def test_labels_of_stars_without_features_are_not_judged(quick, blobs, of_trees):
    """Their shares of the classes would be the first of the doubts."""
    X, y = blobs[0][300:360].copy(), blobs[1][300:360]
    X[[7, 9]] = np.nan
    X[11, 0] = np.nan
    classifier = HistGradientBoostingClassifier(max_iter=5) if of_trees else quick
    with pytest.warns(
        UserWarning, match="2 of 60 labelled stars have no features .*position 7"
    ) as told:
        doubts = doubtful_labels(classifier, X, y, cv=2, random_state=0)
    assert told[0].filename == __file__
    assert sorted(doubts.position) == [k for k in range(60) if k not in (7, 9)]
    assert (doubts.label == y[doubts.position]).all()
    if of_trees:
        rest = np.delete(np.arange(60), [7, 9])
        alone = doubtful_labels(classifier, X[rest], y[rest], cv=2, random_state=0)
        assert (doubts.p_wrong == alone.p_wrong).all() and (doubts.weight == alone.weight).all()


def test_a_star_that_is_listed_twice_does_not_speak_for_its_own_label(blobs):
    X, y = (np.repeat(each[:200], 2, axis=0) for each in blobs)
    wrong = int(np.flatnonzero(y == "A")[0])
    y[wrong : wrong + 2] = "B"
    doubts = doubtful_labels(KNeighborsClassifier(1), X, y, cv=4, random_state=0)
    assert {wrong, wrong + 1} <= set(doubts.position[doubts.is_issue].tolist())


def test_a_source_that_has_seen_the_labels_is_told(quick, blobs):
    X, y = blobs
    with pytest.warns(UserWarning, match="learned from 40 of these") as told:
        doubtful_labels(quick, X[260:340], y[260:340], cv=2, random_state=0)
    assert told[0].filename == __file__


@pytest.mark.parametrize("fitted", [True, False])
def test_a_fine_tuned_classifier_starts_from_its_source(fitted, model, blobs):
    X, y = blobs
    tuned = FineTunedClassifier(FrozenEstimator(model), fine_tune_params={"calibration": None})
    if fitted:
        tuned.fit(X[:40], y[:40])
    doubts = doubtful_labels(tuned, X[300:], y[300:], cv=2, random_state=0)
    expected = doubtful_labels(model, X[300:], y[300:], cv=2, random_state=0)
    np.testing.assert_array_equal(doubts.neighbours, expected.neighbours)
    assert (doubts.p_wrong == expected.p_wrong).mean() > 0.95
    # What the source has learned last it has learned, too.
    again = deepcopy(model).partial_fit_target(X[400:420], y[400:420])
    with pytest.warns(UserWarning, match="learned from 20 of these"):
        doubtful_labels(FineTunedClassifier(FrozenEstimator(again)), X[380:440], y[380:440], cv=2)


def test_a_class_of_one_star_and_missing_labels_are_taken(blobs):
    X, y = blobs[0][:60], blobs[1][:60].astype(object)
    y[y == "C"] = "A"
    y[5], y[6] = "only", None
    doubts = doubtful_labels(LogisticRegression(), X, y, cv=3, random_state=0)
    assert 6 not in doubts.position
    assert doubts.p_label[doubts.position == 5] == 0
    with pytest.raises(ValueError, match="nothing to confuse"):
        doubtful_labels(LogisticRegression(), X, ["A"] * 60)


def test_the_feature_that_separates_speaks_for_the_class(model, blobs):
    X, y = blobs
    star = int(np.flatnonzero(y == "C")[0])
    known = y.astype(object)
    known[::2] = None
    known[star] = y[star]
    why = explain(model, star, X, known, feature_names=["x", "shape", "noise", "noise2"])
    assert why.label == "C"
    assert why.features[0][0] == "shape"
    assert why.features[0][2] > 0
    assert why.neighbours[0][2] == "C"
    assert star not in [position for position, *_ in why.neighbours]
    assert "what would decide: shape" in str(why)


def test_models_and_stars_that_cannot_be_explained_are_refused(model, blobs):
    X, y = blobs
    with pytest.raises(TypeError, match="has no embedding"):
        suggest_labels(LogisticRegression().fit(X, y), X, 3)
    for star in (600, 601, -1):
        with pytest.raises(IndexError, match=f"no star {star}"):
            explain(model, star, X, y)
    with pytest.raises(ValueError, match="No other star has a label"):
        explain(model, 0, X, [y[0]] + [None] * 599)


@pytest.fixture(scope="module")
def named(blobs):
    """The stars as a table whose columns and rows have names, and a model that knows the former."""
    X, y = blobs
    table = pd.DataFrame(X, columns=list("abcd"), index=[f"star {k}" for k in range(600)])
    network = TransferMLPClassifier((16,), n_estimators=1, min_steps=400, random_state=0)
    network.fit(table[:300], y[:300])
    return network.set_params(min_steps=20, max_epochs=2), table, y


def test_tables_with_names_give_the_same_as_arrays(quick, named, blobs):
    """And nobody is warned of names that are missing."""
    network, table, y = named
    X, _ = blobs
    chosen, expected = (
        suggest_labels(m, t, 8, random_state=0) for m, t in ((network, table), (quick, X))
    )
    np.testing.assert_array_equal(chosen.position, expected.position)
    assert chosen.id.tolist() == [f"star {k}" for k in chosen.position]
    doubts, expected = (
        doubtful_labels(m, t[300:], y[300:], cv=3, random_state=0)
        for m, t in ((network, table), (quick, X))
    )
    np.testing.assert_array_equal(doubts.p_wrong, expected.p_wrong)
    assert (
        doubts.id[0] == f"star {300 + doubts.position[0]}"
        and expected.id[0] == expected.position[0]
    )
    why, expected = (explain(m, 305, t, y) for m, t in ((network, table), (quick, X)))
    assert {name for name, *_ in why.features} == set("abcd")
    assert [row[2] for row in why.features] == [row[2] for row in expected.features]
    assert why.neighbours[0][1] == f"star {why.neighbours[0][0]}"


def test_features_have_the_names_that_the_steps_give_them(quick, blobs):
    X, y = blobs
    pipe = make_transfer_pipeline(PCA(4).fit(X[:300]), deepcopy(quick))
    pipe.fit(X[:300], y[:300])
    assert {name for name, *_ in explain(pipe, 305, X, y).features} == {f"pca{k}" for k in range(4)}


def test_a_star_listed_twice_is_seen_in_tables_too(named):
    """It would speak for its own wrong label."""
    _, table, y = named
    given, labels = pd.concat([table[:100], table[:100]]), np.r_[y[:100], y[:100]]
    labels[[3, 103]] = "A" if labels[3] == "B" else "B"
    forest = KNeighborsClassifier(1)
    found = doubtful_labels(forest, given, labels, random_state=0)
    np.testing.assert_array_equal(
        found.p_wrong, doubtful_labels(forest, given.to_numpy(), labels, random_state=0).p_wrong
    )
    assert (found.p_wrong[np.isin(found.position, [3, 103])] == 1).all()


def test_lists_and_rows_of_several_levels(model, named):
    _, table, _ = named
    first = suggest_labels(model, table.to_numpy().tolist(), 5, random_state=0)
    levels = table.set_index(pd.MultiIndex.from_product([range(2), range(300)]))
    levels.columns = range(4)
    second = suggest_labels(model, levels, 5, random_state=0)
    np.testing.assert_array_equal(first.position, second.position)
    assert second.id[0] == levels.index[second.position[0]]
    assert len(second.to_pandas()) == 5


@pytest.mark.parametrize("step", ["passthrough", FunctionTransformer()])
def test_steps_that_name_no_columns_and_frozen_models(step, quick, blobs):
    X, y = blobs
    pipe = make_transfer_pipeline(step, FrozenEstimator(quick))
    expected = explain(quick, 305, X, y)
    doubts = doubtful_labels(quick, X[300:], y[300:], cv=3, random_state=0)
    for frozen in (pipe, FrozenEstimator(pipe), FrozenEstimator(quick)):
        why = explain(frozen, 305, X, y)
        assert why == expected and why.features[0][0].startswith("feature ")
        found = doubtful_labels(frozen, X[300:], y[300:], cv=3, random_state=0)
        np.testing.assert_array_equal(found.p_wrong, doubts.p_wrong)
    assert not quick.is_transferred_


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_neighbours": 0}, "n_neighbours must be a whole number"),
        ({"n_neighbours": -1}, "n_neighbours must be a whole number"),
        ({"feature_names": ["a", "b"]}, "feature_names has 2 entries, not 4"),
        ({"ids": ["a"]}, "ids has 1 entries, not 600"),
    ],
)
def test_wrong_wishes_for_an_explanation_are_named(given, said, model, blobs):
    with pytest.raises(ValueError, match=said):
        explain(model, 0, *blobs, **given)


def test_doubts_show_one_bar_for_all_folds(blobs, quick, capsys):
    """Both rounds of four folds, in place of a bar for each training."""
    X, y = blobs[0][300:360], blobs[1][300:360]
    told = deepcopy(quick).set_params(verbose=1)
    doubtful_labels(told, X, y, cv=4, random_state=0)
    text = capsys.readouterr().err
    assert "folds: 100%" in text and "8/8" in text and "networks" not in text
    assert told.verbose == 1
    doubtful_labels(quick, X, y, cv=4, random_state=0)
    assert capsys.readouterr().err == ""
