"""Further fine-tunings: what stays honest, what stays balanced, what is rehearsed with what weight."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from sklearn_vartl import load_model, save_model
from sklearn_vartl.persistence._state import from_state, to_state
from sklearn_vartl.transfer import TransferEnsembleClassifier, TransferMLPClassifier
from sklearn_vartl.transfer._fitting import Stars, plan_classes, training_data
from sklearn_vartl.transfer._model import Memory, fingerprints

CLASSES = ["EC", "ED", "ESD"]


def noisy(survey, n, seed, classes=CLASSES):
    """Overlapping classes, in random order."""
    X, y = survey(classes, n, seed)
    return X + 2.5 * np.random.default_rng(seed).normal(size=X.shape), y


def classifier(kind, quick, **params):
    params = quick | {"label_smoothing": 0.0, "calibration": "temperature"} | params
    if kind == "networks":
        return TransferMLPClassifier(**params)
    del params["label_smoothing"]
    return TransferEnsembleClassifier(**params, n_trees=20)


@pytest.fixture(scope="module", params=["networks", "ensemble"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def calibrated(kind, quick, survey):
    return classifier(kind, quick).fit(*noisy(survey, 60, 0))


def test_sets_keep_their_promise_after_many_calls(calibrated, survey):
    X, y = noisy(survey, 400, 9)
    clf = deepcopy(calibrated).partial_fit_target(*noisy(survey, 20, 12))
    for call in range(4):
        clf.partial_fit_target(*noisy(survey, 4, 300 + call))
    # Each star was judged once, when it was new.
    assert len(clf.model_.calibration.scores) == 60 + 4 * 12
    sets = clf.predict_set(X, alpha=0.2)
    # More than promised is no fault: with few labels each further one helps.
    covered = sets[np.arange(len(y)), np.searchsorted(clf.classes_, y)].mean()
    assert 0.76 < covered < 0.93
    # The classes overlap: probabilities are made less sure, not surer.
    assert clf.model_.calibration.temperature > 1.0


def test_only_stars_of_the_target_are_held_out(calibrated, survey):
    """Not the source's stars that keep a class alive."""
    X, y = noisy(survey, 20, 3)
    keep = y != "ESD"
    clf = deepcopy(calibrated).partial_fit_target(X[keep], y[keep], classes=CLASSES)
    calibration = clf.model_.calibration
    assert len(calibration.scores) == 40
    assert np.bincount(calibration.labels.astype(int)).tolist() == [20, 20]


def test_stars_that_come_again_are_not_held_out_again(calibrated, survey):
    X, y = noisy(survey, 60, 3)  # 60 of a class: not all are remembered
    more, labels = noisy(survey, 5, 4)
    clf = deepcopy(calibrated).partial_fit_target(X, y)
    clf.partial_fit_target(np.vstack([X, more]), np.append(y, labels))
    assert len(clf.model_.calibration.scores) == 195
    before = clf.model_.calibration
    clf.partial_fit_target(X, y)
    np.testing.assert_array_equal(clf.model_.calibration.scores, before.scores)
    assert clf.model_.calibration.temperature == before.temperature


def test_labels_of_earlier_stars_follow_their_classes(calibrated, survey):
    clf = deepcopy(calibrated).partial_fit_target(*noisy(survey, 8, 3, ["ED", "ESD"]))
    clf.partial_fit_target(*noisy(survey, 6, 4, ["EC"]))
    labels = clf.classes_[clf.model_.calibration.labels.astype(int)]
    assert {name: np.sum(labels == name) for name in CLASSES} == {"EC": 6, "ED": 8, "ESD": 8}


def test_scores_from_before_are_none_of_a_sources(calibrated, survey):
    clf = deepcopy(calibrated).partial_fit_target(*noisy(survey, 8, 3))
    assert len(calibrated.model_.calibration.scores) == 180
    assert len(clf.model_.calibration.scores) == 24


def test_a_model_that_was_saved_goes_on_alike(calibrated, survey, tmp_path):
    clf = deepcopy(calibrated).partial_fit_target(*noisy(survey, 8, 3))
    save_model(clf, tmp_path / "m.vartl")
    again = load_model(tmp_path / "m.vartl")
    for model in (clf, again):
        model.partial_fit_target(*noisy(survey, 8, 3)).partial_fit_target(*noisy(survey, 5, 4))
    np.testing.assert_array_equal(
        again.predict_set(X := noisy(survey, 9, 5)[0]), clf.predict_set(X)
    )
    assert len(again.model_.calibration.scores) == 24 + 15


def test_files_that_do_not_tell_what_was_seen(calibrated, survey):
    clf = deepcopy(calibrated).partial_fit_target(*noisy(survey, 8, 3))
    state, arrays = to_state(clf)
    old = from_state(type(clf), state, {k: a for k, a in arrays.items() if "seen" not in k})
    assert old.model_.seen is None
    # What is remembered was seen; after two calls nobody knows who was held out.
    old.partial_fit_target(*noisy(survey, 8, 3))
    assert len(old.model_.calibration.scores) == 24
    old.model_ = replace(old.model_, seen=None)
    old.partial_fit_target(*noisy(survey, 5, 4))
    assert len(old.model_.calibration.scores) == 15
    name = next(name for name in arrays if name.endswith("seen"))
    with pytest.raises(ValueError, match="64-bit"):
        from_state(type(clf), state, arrays | {name: np.zeros(3)})


def test_one_star_that_is_the_same_has_one_fingerprint(rng):
    X = rng.normal(size=(50, 3))
    X[3, 1], X[4, 1] = np.nan, 0.0
    again = X[::-1].copy()
    again[-5, 1] = -0.0
    np.testing.assert_array_equal(fingerprints(again), fingerprints(X)[::-1])
    assert len(set(fingerprints(X).tolist())) == 50


@pytest.mark.parametrize("how", [{"sampling": "balanced"}, {"class_weight": "balanced"}])
def test_balance_is_kept_in_later_calls(kind, quick, survey, how):
    X, y = survey(["EC", "ED"], 300, 0)
    rare = (y == "EC") | (np.cumsum(y == "ED") <= 12)
    clf = classifier(kind, quick, calibration=None, **how).fit(X[rare], y[rare])
    np.testing.assert_allclose(clf.model_.shares, [0.5, 0.5])
    for seed in (1, 2):
        clf.partial_fit_target(*survey(["EC", "ED"], 5, seed))
        np.testing.assert_allclose(clf.model_.shares, [0.5, 0.5])
    # Also where the first call had many of one class, of which some are remembered.
    clf.reset_to_source().partial_fit_target(X[rare] + 0.3, y[rare])
    clf.partial_fit_target(*survey(["EC"], 5, 3))
    np.testing.assert_allclose(clf.model_.shares, [0.5, 0.5])
    assert clf.model_.prior[0] > 0.9


def test_balanced_drawing_shows_remembered_stars_as_often_as_those_they_stand_for(quick, survey):
    """A rare class is recalled after calls in which only the frequent one came."""
    X, y = survey(["EC", "ESD"], 300, 0)
    rare = (y == "EC") | (np.cumsum(y == "ESD") <= 15)
    clf = TransferMLPClassifier(**quick, sampling="balanced").fit(X[rare], y[rare])
    clf.partial_fit_target(X[rare] + 0.2, y[rare])
    for seed in (1, 2):
        clf.partial_fit_target(*survey(["EC"], 30, seed, 0.2))
    between = np.array([[0.2, 3.5, 1.5, 0.2]])
    assert 0.2 < clf.predict_proba(between)[0, 1] < 0.8


def test_remembered_stars_weigh_what_they_stand_for(rng):
    X, y = rng.normal(size=(120, 2)), np.repeat(["a", "b"], [100, 20])
    weight = np.where(y == "b", 3.0, 1.0)
    memory = Memory.of(X, y, weight, rng)
    assert {name: np.sum(memory.y == name) for name in "ab"} == {"a": 50, "b": 20}
    for name, total in {"a": 100, "b": 60}.items():
        assert memory.weight[memory.y == name].sum() == pytest.approx(total)
    new = Stars.new(np.zeros((2, 2)), np.array(["a", "c"]), np.array([2.0, 4.0]))
    both = new.rehearsing(memory)
    np.testing.assert_array_equal(both.X[2:], memory.X)
    np.testing.assert_array_equal(both.y[2:], memory.y)
    np.testing.assert_array_equal(both.weight[:2], [2.0, 4.0])
    np.testing.assert_array_equal(both.weight[2:], memory.weight)
    assert both.unseen.tolist() == [True, True] + [False] * 70
    # Of "a" a new star weighs 2; of "b" there is none: a mean one weighs 3.
    for name, count in {"a": 50, "b": 20}.items():
        assert both.count[2:][memory.y == name].sum() == pytest.approx(count)
    assert new.rehearsing(memory.only(np.array(["z"]))) is new


def test_without_rehearsal_a_class_is_forgotten(quick, survey):
    X, y = survey(["EC", "ED", "RRAB"], 30, 0)
    clf = TransferMLPClassifier(**quick).fit(X, y).partial_fit_target(X + 0.2, y)
    forgetful = deepcopy(clf)
    nothing = replace(clf.model_.memory.only(np.array([], dtype=object)))
    forgetful.model_ = replace(clf.model_, memory=nothing)
    more = survey(["EC"], 40, 1, 0.2)
    for model in (clf, forgetful):
        model.set_params(min_steps=300, backbone_learning_rate=1e-2)
        model.partial_fit_target(*more)
    assert clf.score(X + 0.2, y) > forgetful.score(X + 0.2, y) + 0.2
    # Remembered stars count in the classes' shares, and are remembered again.
    assert clf.model_.prior == pytest.approx([70 / 130, 30 / 130, 30 / 130])
    assert set(clf.model_.memory.y) == {"EC", "ED", "RRAB"}


def test_classes_kept_alive_by_the_source_weigh_as_an_average_one(source, survey):
    X, y = survey(["EC", "ED"], 30, 3)
    given = np.array(["EC", "ED", "RRAB"], dtype=object)
    weight = np.where(y == "EC", 2.0, 1.0)
    classes, stars = plan_classes(source.model_, Stars.new(X, y, weight), given)
    assert classes.tolist() == given.tolist()
    assert stars.weight[stars.y == "RRAB"].sum() == pytest.approx(45.0)
    assert not stars.unseen[stars.y == "RRAB"].any()
    assert set(stars.y[60:]) == {"RRAB"}
    # After that the target's own classes are rehearsed, those that come again as well.
    source.partial_fit_target(X, y)
    classes, stars = plan_classes(source.model_, Stars.new(X[:4], y[:4], weight[:4]), given[:2])
    assert classes.tolist() == ["EC", "ED"]
    assert len(stars.y) == 64


def test_balanced_class_weight_counts_remembered_stars_as_those_they_stand_for(quick):
    stars = Stars(
        np.zeros((4, 1)),
        np.array(["a", "a", "b", "b"]),
        np.array([1.0, 9.0, 1.0, 1.0]),
        np.array([1.0, 9.0, 1.0, 1.0]),
        np.ones(4, dtype=bool),
        np.zeros(4, dtype=bool),
    )
    clf = TransferMLPClassifier(**quick, class_weight="balanced")
    data = training_data(clf, stars, np.array(["a", "b"]), stars.X)
    np.testing.assert_allclose(data.weight, [0.6, 5.4, 3.0, 3.0])
    data = training_data(
        clf.set_params(class_weight={"a": 2.0}), stars, np.array(["a", "b"]), stars.X
    )
    np.testing.assert_allclose(data.weight, [2.0, 18.0, 1.0, 1.0])


@pytest.mark.parametrize("wrong", [{"EC": 0.0, "ED": 0.0}, {"EC": -1.0}, {"EC": np.nan}])
def test_class_weights_that_leave_nothing_are_refused(quick, survey, wrong):
    X, y = survey(["EC", "ED"], 20, 3)
    with pytest.raises(ValueError, match="class_weight=.*positive"):
        TransferMLPClassifier(**quick, class_weight=wrong).fit(X, y)
