"""TaxonomyClassifier: routing, stopping, scores, samplers, calibration."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.resampling import RASLE
from sklearn_vartl.taxonomy import VARIABLE_STAR_TAXONOMY, TaxonomyClassifier
from sklearn_vartl.transfer import make_transfer_pipeline

ROUTINGS = pytest.mark.parametrize("routing", ["flat", "soft", "hard"])


class Decided(BaseEstimator):
    """Says the first class with .6 at the root, and .9 for the last one below."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        first = 0.6 if "Eclipsing" in self.classes_ else 0.55 if "EC" in self.classes_ else 0.01
        return np.tile([first, 1 - first], (len(X), 1))


def model(tree, routing="soft", **params):
    return TaxonomyClassifier(LogisticRegression(), tree, routing=routing, **params)


@ROUTINGS
def test_learns(routing, tree, data, stars):
    X, y = stars({"EC": 50, "ED": 50, "RRAB": 50, "RRC": 50, "LPV": 50}, seed=1)
    clf = model(tree, routing).fit(*data)
    assert clf.classes_.tolist() == ["EC", "ED", "LPV", "RRAB", "RRC"]
    assert clf.score(X, y) > 0.9
    proba = clf.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.predict(X), clf.classes_[proba.argmax(axis=1)])
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), proba)
    assert list(clf.models_) == (
        ["root"] if routing == "flat" else ["root", "Eclipsing", "Pulsating", "RR Lyrae"]
    )


def test_flat_is_the_estimator_itself(tree, data):
    X, y = data
    alone = LogisticRegression().fit(X, y)
    np.testing.assert_allclose(
        model(tree, "flat").fit(X, y).predict_proba(X), alone.predict_proba(X), atol=1e-12
    )


def test_soft_multiplies_along_the_path(tree, data):
    X, y = data
    clf = model(tree).fit(X, y)
    top = np.where(np.isin(y, ["EC", "ED"]), "Eclipsing", "Pulsating")
    level1 = LogisticRegression().fit(X, top).predict_proba(X)[:, 1]
    pulsating = np.isin(y, ["RRAB", "RRC", "LPV"])
    kind = np.where(y == "LPV", "LPV", "RR Lyrae")[pulsating]
    level2 = LogisticRegression().fit(X[pulsating], kind).predict_proba(X)[:, 1]
    rr = np.isin(y, ["RRAB", "RRC"])
    level3 = LogisticRegression().fit(X[rr], y[rr]).predict_proba(X)[:, 0]
    np.testing.assert_allclose(clf.predict_proba(X)[:, 3], level1 * level2 * level3, atol=1e-12)
    nodes = clf.proba_by_node(X)
    np.testing.assert_allclose(nodes["Pulsating"], level1, atol=1e-12)
    np.testing.assert_allclose(nodes["RR Lyrae"], level1 * level2, atol=1e-12)


def test_hard_follows_the_decision_of_each_node(tree, data):
    X, y = data
    hard = TaxonomyClassifier(Decided(), tree, routing="hard").fit(X, y)
    soft = TaxonomyClassifier(Decided(), tree, routing="soft").fit(X, y)
    # Eclipsing .6 and EC .55 of it: .33; Pulsating .4, RR Lyrae .99, RRC .99 of it: .392.
    assert set(hard.predict(X)) == {"EC"}
    assert set(soft.predict(X)) == {"RRC"}
    np.testing.assert_allclose(hard.predict_proba(X)[0], [0.55, 0.45, 0, 0, 0])
    np.testing.assert_allclose(soft.predict_proba(X)[0, 4], 0.4 * 0.99 * 0.99)
    assert hard.predict_path(X)[0] == ("Eclipsing", "EC")
    # Hard routing stops where the next decision is uncertain, soft where the product is.
    for routing, threshold, node in [
        ("hard", 0.58, "Eclipsing"),
        ("hard", 0.7, "root"),
        ("soft", 0.395, "RR Lyrae"),
        ("soft", 0.399, "Pulsating"),
        ("soft", 0.5, "root"),
    ]:
        clf = TaxonomyClassifier(Decided(), tree, routing=routing, min_probability=threshold)
        assert set(clf.fit(X, y).predict(X)) == {node}, (routing, threshold)
    assert clf.predict_path(X)[0] == ()


@ROUTINGS
def test_min_probability_stops_above_uncertain_leaves(routing, tree, data):
    # Between contact and detached binaries.
    X = np.array([6, 1.5, 0, 0]) + np.random.default_rng(2).normal(0, 0.2, (300, 4))
    sure = model(tree, routing).fit(*data)
    careful = model(tree, routing, min_probability=0.9).fit(*data)
    assert set(sure.predict(X)) <= {"EC", "ED"}
    stopped = careful.predict(X)
    assert np.mean(stopped == "Eclipsing") > 0.9
    paths = careful.predict_path(X[stopped == "Eclipsing"])
    assert set(paths.tolist()) == {("Eclipsing",)}
    np.testing.assert_array_equal(
        model(tree, routing, min_probability=0.0).fit(*data).predict(X), sure.predict(X)
    )


@ROUTINGS
def test_proba_by_node_adds_up(routing, tree, data):
    clf = model(tree, routing).fit(*data)
    nodes = clf.proba_by_node(data[0])
    leaves = clf.predict_proba(data[0])
    np.testing.assert_allclose(nodes["Eclipsing"] + nodes["Pulsating"], 1)
    np.testing.assert_allclose(nodes["RR Lyrae"], leaves[:, 3] + leaves[:, 4])
    np.testing.assert_allclose(nodes["EC"], leaves[:, 0])
    assert max(p.max() for p in nodes.values()) <= 1


@ROUTINGS
def test_score_by_node_judges_only_the_stars_that_belong_there(routing, tree, data):
    X, y = data
    clf = model(tree, routing).fit(X, y)
    scores = clf.score_by_node(X, y)
    assert list(scores) == ["root", "Eclipsing", "Pulsating", "RR Lyrae"]
    rr = np.isin(y, ["RRAB", "RRC"])
    nodes = clf.proba_by_node(X[rr])
    sent = np.where(nodes["RRAB"] >= nodes["RRC"], "RRAB", "RRC")
    if routing != "hard":
        assert scores["RR Lyrae"] == pytest.approx(balanced_accuracy_score(y[rr], sent))
    eclipsing = ~np.isin(y, ["RRAB", "RRC", "LPV"])
    without = clf.score_by_node(X[eclipsing], y[eclipsing], metric=lambda a, b: np.mean(a == b))
    assert np.isnan(without["RR Lyrae"])
    assert 0.8 < without["Eclipsing"] < 1


def test_a_wrong_decision_at_the_top_does_not_count_below(tree, data):
    X, y = data
    clf = TaxonomyClassifier(Decided(), tree, routing="hard").fit(X, y)
    stars = X[y == "RRC"]
    assert set(clf.predict(stars)) == {"EC"}
    scores = clf.score_by_node(stars, y[y == "RRC"], metric=lambda a, b: np.mean(a == b))
    assert scores["root"] == 0
    assert scores["Pulsating"] == scores["RR Lyrae"] == 1


def test_labels_that_are_inner_nodes_teach_the_nodes_above(tree, data):
    X, y = data
    y = np.where((y == "RRC") | (y == "RRAB"), "RR Lyrae", y)
    clf = model(tree).fit(X, y)
    assert clf.classes_.tolist() == ["EC", "ED", "LPV", "RR Lyrae"]
    y[:100] = data[1][:100]
    clf.fit(X, y)
    assert clf.classes_.tolist() == ["EC", "ED", "LPV", "RRAB", "RRC"]
    with pytest.warns(UserWarning, match="stars are labelled with inner nodes"):
        flat = model(tree, "flat").fit(X, y)
    assert flat.classes_.tolist() == clf.classes_.tolist()


def test_missing_leaves_are_fine(data):
    X, y = data
    kept = np.isin(y, ["EC", "RRAB", "RRC"])
    clf = model(VARIABLE_STAR_TAXONOMY).fit(X[kept], y[kept])
    assert clf.classes_.tolist() == ["EC", "RRAB", "RRC"]
    # One child needs no classifier.
    assert list(clf.models_) == ["root", "RRLYR"]
    nodes = clf.proba_by_node(X)
    np.testing.assert_allclose(nodes["E"], nodes["EC"])


def test_one_class_alone(tree, data):
    clf = model(tree).fit(data[0], ["EC"] * 200)
    assert set(clf.predict(data[0])) == {"EC"}
    assert clf.predict_proba(data[0]).shape == (200, 1)


def test_unknown_labels_are_refused(tree, data):
    with pytest.raises(ValueError, match=r"\['RRab'\].*harmonise"):
        model(tree).fit(data[0], np.where(data[1] == "RRAB", "RRab", data[1]))


def test_numbers_as_classes(data):
    X, y = data
    tree = {"low": [0, 1], "high": [2, 3, 4]}
    y = np.unique(y, return_inverse=True)[1]
    clf = model(tree).fit(X, y)
    assert clf.predict(X).dtype.kind == "i"
    assert clf.score(X, y) > 0.9


@ROUTINGS
def test_sampler_runs_at_every_node_in_fitting_only(routing, tree, stars):
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    X, y = stars({"EC": 80, "ED": 8, "RRAB": 80, "RRC": 8, "LPV": 8})
    seen = []

    class Counting(LogisticRegression):
        def fit(self, X, y):
            seen.append(np.unique(y, return_counts=True)[1].tolist())
            return super().fit(X, y)

    smote = over_sampling.SMOTE(k_neighbors=3, random_state=0)
    clf = TaxonomyClassifier(Counting(), tree, routing=routing, sampler=smote).fit(X, y)
    expected = [[80] * 5] if routing == "flat" else [[96, 96], [80, 80], [88, 88], [80, 80]]
    assert seen == expected
    assert clf.predict(X).shape == (184,)


def test_calibration_uses_real_stars_only(tree, stars):
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    X, y = stars({"EC": 300, "ED": 30, "RRAB": 100, "RRC": 100, "LPV": 50})
    X_test, y_test = stars({"EC": 1000, "ED": 100}, seed=1)
    X[:, 1] *= 0.4
    X_test[:, 1] *= 0.4
    smote = over_sampling.SMOTE(random_state=0)
    share = {}
    for calibration in (None, "sigmoid"):
        clf = model(tree, sampler=smote, calibration=calibration).fit(X, y)
        share[calibration] = clf.predict_proba(X_test)[:, 1].mean()
    # SMOTE makes detached binaries as frequent as contact ones; the calibrated answer is the truth.
    assert share[None] > 0.14
    assert share["sigmoid"] == pytest.approx(1 / 11, abs=0.03)


def test_calibration_needs_two_stars(tree, data):
    X, y = data
    keep = (y != "RRC") | (np.cumsum(y == "RRC") == 1)
    with pytest.raises(ValueError, match="one of 'RRC'"):
        model(tree, calibration="sigmoid").fit(X[keep], y[keep])


def test_cross_validation_clone_and_search(tree, data):
    clf = TaxonomyClassifier(RandomForestClassifier(10, random_state=0), tree)
    assert cross_val_score(clf, *data, cv=3).mean() > 0.85
    search = GridSearchCV(clf, {"routing": ["flat", "hard"], "estimator__max_depth": [2]}, cv=2)
    assert search.fit(*data).best_estimator_.models_["root"].max_depth == 2
    assert clone(clf).get_params()["taxonomy"] == tree


def test_weights_reach_the_nodes(tree, data):
    X, y = data
    weight = np.where(y == "EC", 50.0, 1.0)
    light, heavy = (model(tree).fit(X, y, w).predict_proba(X)[:, 0].sum() for w in (None, weight))
    assert heavy > light + 3


def test_light_curves(light_curves):
    y = light_curves.labels.astype(str)
    pipe = make_transfer_pipeline(
        RASLE({"LONG": 20}, random_state=0),
        LightCurveFeatures(["period", "weighted_std"]),
        LogisticRegression(),
    )
    clf = TaxonomyClassifier(pipe, {"SHORT": None, "LONG": None}).fit(light_curves, y)
    assert clf.score(light_curves, y) > 0.95
    sampled = TaxonomyClassifier(
        make_transfer_pipeline(LightCurveFeatures(["period"]), LogisticRegression()),
        {"SHORT": None, "LONG": None},
        sampler=RASLE({"LONG": 17}, random_state=0),
    )
    assert cross_val_score(sampled.set_params(sampler=None), light_curves, y, cv=3).mean() > 0.9
    assert sampled.fit(light_curves, y).score(light_curves, y) > 0.9


def test_log_probabilities(tree, data):
    clf = model(tree).fit(*data)
    np.testing.assert_allclose(
        np.exp(clf.predict_log_proba(data[0])), clf.predict_proba(data[0]), atol=1e-12
    )


@pytest.mark.parametrize("random_state", [None, 3])
def test_nodes_have_seeds_of_their_own_where_one_is_given(tree, data, random_state):
    forest = RandomForestClassifier(1, max_depth=1, random_state=7)
    seeds = [
        [node.random_state for node in clf.fit(*data).models_.values()]
        for clf in [TaxonomyClassifier(forest, tree, random_state=random_state)] * 2
    ]
    assert seeds[0] == seeds[1]
    assert seeds[0] == [7] * 4 if random_state is None else len({*seeds[0], 7}) == 5


class Linear(LogisticRegression):
    """Says that it takes sparse matrices, as scikit-learn's own does from 1.7 on."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def test_a_matrix_is_taken_as_the_estimator_takes_it(tree, data):
    X, y = data
    linear, trees = Linear(), DecisionTreeClassifier(max_depth=2)
    sparse = TaxonomyClassifier(linear, tree).fit(csr_matrix(X), y).predict(csr_matrix(X))
    np.testing.assert_array_equal(sparse, TaxonomyClassifier(linear, tree).fit(X, y).predict(X))
    with pytest.raises(TypeError, match="[Ss]parse"):
        TaxonomyClassifier(GaussianNB(), tree).fit(csr_matrix(X), y)
    missing = np.where(np.arange(4) == 1, np.nan, X)
    assert len(TaxonomyClassifier(trees, tree).fit(missing, y).predict(missing)) == len(y)
    with pytest.raises(ValueError, match="Input X contains NaN.\nTaxonomyClassifier"):
        TaxonomyClassifier(linear, tree).fit(missing, y)


class Given(Decided):
    """Remembers what it is given."""

    kinds: set = set()

    def fit(self, X, y):
        self.kinds.add(type(X))
        return super().fit(X, y)

    def predict_proba(self, X):
        self.kinds.add(type(X))
        return super().predict_proba(X)


@pytest.mark.parametrize("kind", ["light curves", "frame", "list"])
def test_an_estimator_is_given_light_curves_and_frames_as_they_are(tree, kind):
    y = np.array(["EC", "ED", "RRAB", "RRC", "LPV"])
    if kind == "light curves":
        X = LightCurves(np.arange(50.0), np.sin(np.arange(50.0)), offsets=np.arange(0, 51, 10))
    else:
        X = [[1.0, 2.0]] * 5
        X = pd.DataFrame(X, columns=["period", "amplitude"]) if kind == "frame" else X
    Given.kinds.clear()
    TaxonomyClassifier(Given(), tree, routing="soft").fit(X, y).predict(X)
    assert Given.kinds == {np.ndarray if kind == "list" else type(X)}
