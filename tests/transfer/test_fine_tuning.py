"""partial_fit_target: classes, memory, strategies, what may change and what may not."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from sklearn_vartl.network._jobs import full, gradual, head
from sklearn_vartl.transfer import TransferMLPClassifier
from sklearn_vartl.transfer._fitting import pseudo_labels


def _recall(clf, X, y, label):
    return np.mean(clf.predict(X[y == label]) == label)


def test_target_classes_replace_the_sources(source, data):
    assert source.partial_fit_target(*data.target) is source
    assert source.classes_.tolist() == ["EC", "ED", "ESD", "RRAB"]
    assert source.source_classes_.tolist() == ["EC", "ED", "LPV", "RRAB"]
    assert source.is_transferred_
    assert source.score(*data.test) > 0.85


def test_few_labels_go_further_with_a_source(source, data, quick, survey):
    few = survey(["EC", "ED", "ESD", "RRAB"], 2, 7, 0.4)
    scratch = TransferMLPClassifier(**quick).fit(*few)
    assert source.partial_fit_target(*few).score(*data.test) > scratch.score(*data.test) + 0.02


def test_needs_a_source(quick, data):
    with pytest.raises(NotFittedError, match="no source.*fit"):
        TransferMLPClassifier(**quick).partial_fit_target(*data.target)


def test_fewer_classes(source, survey):
    X, y = survey(["EC", "RRAB"], 20, 3)
    source.partial_fit_target(X, y)
    assert source.classes_.tolist() == ["EC", "RRAB"]
    assert source.predict_proba(X).shape == (40, 2)


def test_all_classes_new_and_of_another_type(source, data):
    X, y = data.target
    numbers = np.unique(y, return_inverse=True)[1] * 10
    with pytest.warns(UserWarning, match=r"numbers \(0, 10, 20.*names \(EC, ED, LPV") as told:
        source.partial_fit_target(X, numbers)
    assert told[0].filename == __file__
    assert source.classes_.tolist() == [0, 10, 20, 30]
    assert source.score(X, numbers) > 0.8


def test_one_class_and_one_star(source, data):
    with pytest.warns(
        UserWarning, match="all labels are ED: the model calls every star so"
    ) as told:
        source.partial_fit_target(data.target[0][:1], data.target[1][:1])
    assert told[0].filename == __file__
    assert source.predict(data.test[0][:3]).tolist() == [data.target[1][0]] * 3


def test_label_outside_the_given_classes_is_refused(source, data):
    with pytest.raises(ValueError, match=r"\['ESD'\].*not among classes"):
        source.partial_fit_target(*data.target, classes=["EC", "ED", "RRAB"])


def test_given_classes_are_sorted_and_kept_alive_by_the_source(source, data, survey):
    X, y = survey(["EC", "ED"], 30, 3)
    source.partial_fit_target(X, y, classes=["RRAB", "ED", "EC"])
    assert source.classes_.tolist() == ["EC", "ED", "RRAB"]
    X_old, y_old = data.source
    assert _recall(source, X_old, y_old, "RRAB") > 0.9


def test_a_later_call_adds_classes_and_does_not_forget(source, data, survey):
    source.partial_fit_target(*data.target)
    before = source.score(*data.test)
    new = survey(["QSO"], 20, 4, 0.4)
    source.partial_fit_target(*new)
    assert source.classes_.tolist() == ["EC", "ED", "ESD", "QSO", "RRAB"]
    assert source.score(*data.test) > before - 0.05
    assert source.score(*new) > 0.9


def test_a_later_call_goes_on_from_the_present_weights(source, data, networks_alone):
    source.set_params(learning_rate=1e-9, backbone_learning_rate=0.0)
    tuned = deepcopy(source).set_params(learning_rate=1e-2).partial_fit_target(*data.target)
    # Far from home probabilities are softened by how far, which the remembered stars tell.
    X = data.test[0]
    before, near = tuned.predict_proba(X), tuned.novelty_score(X) <= 0.99
    tuned.set_params(learning_rate=1e-9).partial_fit_target(*data.target)
    near &= tuned.novelty_score(X) <= 0.99
    assert near.sum() > 20
    np.testing.assert_allclose(tuned.predict_proba(X)[near], before[near], atol=1e-4)


def test_without_learning_known_rows_keep_their_meaning(source, survey, networks_alone):
    """The head is reordered by name, not by position."""
    X, y = survey(["RRAB", "EC", "ED", "LPV"], 5, 3)
    expected = source.predict_proba(X)
    source.set_params(learning_rate=1e-9, backbone_learning_rate=0.0)
    renamed = np.where(y == "EC", "RRAC", y).astype(object)
    source.partial_fit_target(X, renamed, classes=["LPV", "RRAB", "RRAC", "ED"])
    assert source.classes_.tolist() == ["ED", "LPV", "RRAB", "RRAC"]
    known = source.predict_proba(X)[:, :3]
    np.testing.assert_allclose(
        known / known.sum(axis=1, keepdims=True),
        expected[:, 1:] / expected[:, 1:].sum(axis=1, keepdims=True),
        atol=1e-4,
    )


def test_head_strategy_leaves_the_embedding_alone(source, data):
    before = source.embed(data.test[0])
    tuned = source.set_params(strategy="head").partial_fit_target(*data.target)
    np.testing.assert_array_equal(tuned.embed(data.test[0]), before)
    assert tuned.score(*data.test) > 0.8


@pytest.mark.parametrize("strategy", ["full", "gradual"])
def test_other_strategies_train_the_backbone_but_not_batch_normalisation(source, data, strategy):
    before = source.model_.members[0]
    source.set_params(strategy=strategy).partial_fit_target(*data.target)
    after = source.model_.members[0]
    for name in before:
        if name.startswith("backbone"):
            assert np.array_equal(before[name], after[name]) == ("running" in name), name


def test_scaler_is_the_sources_unless_asked_otherwise(source, data):
    scaler = source.scaler_
    centre = scaler.center_.copy()
    tuned = deepcopy(source).partial_fit_target(*data.target)
    np.testing.assert_array_equal(tuned.scaler_.center_, centre)
    source.set_params(transfer_scaler="target").partial_fit_target(*data.target)
    expected = clone(scaler).fit(data.target[0]).transform(data.test[0])
    np.testing.assert_array_equal(source.scaler_.transform(data.test[0]), expected)
    np.testing.assert_array_equal(source.source_model_.scaler.center_, centre)


def test_reset_to_source(source, data):
    before = source.predict_proba(data.test[0])
    source.partial_fit_target(*data.target)
    assert source.reset_to_source() is source
    np.testing.assert_array_equal(source.predict_proba(data.test[0]), before)
    assert not source.is_transferred_
    assert source.classes_.tolist() == source.source_classes_.tolist()


def test_fitting_again_starts_anew(source, data, quick):
    fresh = TransferMLPClassifier(**quick).fit(*data.source).predict_proba(data.test[0])
    source.partial_fit_target(*data.target)
    source.fit(*data.source)
    assert not source.is_transferred_
    np.testing.assert_array_equal(source.predict_proba(data.test[0]), fresh)


def test_sample_weight_counts_in_fine_tuning(source, survey):
    X, _ = survey(["EC"], 40, 3)
    X, y = np.repeat(X, 2, axis=0), np.tile(["EC", "ED"], 40).astype(object)
    source.partial_fit_target(X, y, sample_weight=np.where(y == "ED", 1.0, 0.05))
    assert np.mean(source.predict(X) == "ED") > 0.9


def test_rows_without_features_are_left_out(source, data):
    X, y = data.target
    gaps = np.vstack([X, np.full((2, 4), np.nan)])
    tuned = deepcopy(source).partial_fit_target(X, y)
    with pytest.warns(UserWarning, match="2 of 50") as told:
        source.partial_fit_target(gaps, np.append(y, ["ED", "EC"]))
    assert told[0].filename == __file__
    np.testing.assert_array_equal(source.predict_proba(X), tuned.predict_proba(X))


def test_unlabelled_stars_are_used(source, survey):
    """The target's classes have moved half way to each other; its unlabelled stars show it."""
    classes = ["EC", "ED", "RRAB"]
    # The backbone has to move here: the survey's features themselves have.
    source.set_params(backbone_learning_rate=1e-2)
    accuracy = []
    for seed in range(3):
        X, y = survey(classes, 2, 100 + seed, 1.5)
        X_unlabelled, _ = survey(classes, 150, 200 + seed, 1.5)
        X_unlabelled = np.vstack([X_unlabelled, np.full(4, np.nan)])
        plain = deepcopy(source).partial_fit_target(X, y)
        helped = deepcopy(source).partial_fit_target(X, y, X_unlabelled=X_unlabelled)
        test = survey(classes, 200, 300 + seed, 1.5)
        accuracy.append((plain.score(*test), helped.score(*test)))
    plain, helped = np.mean(accuracy, axis=0)
    assert helped > plain, accuracy


def test_unlabelled_stars_need_the_same_features(source, data):
    with pytest.raises(ValueError, match="3 features"):
        source.partial_fit_target(*data.target, X_unlabelled=np.ones((5, 3)))


def test_inputs_are_not_written_to(source, data):
    X, y, weight = data.target[0].copy(), data.target[1].copy(), np.ones(48)
    for array in (X, y, weight):
        array.flags.writeable = False
    source.partial_fit_target(X, y, sample_weight=weight, X_unlabelled=X)
    assert (X == data.target[0]).all()


def test_width_of_a_users_scaler_is_the_sources_on_the_target(data, quick):
    clf = TransferMLPClassifier(**quick, scaler=StandardScaler(), transfer_scaler="target")
    clf.fit(*data.source).partial_fit_target(*data.target)
    np.testing.assert_allclose(clf.scaler_.mean_, data.target[0].mean(axis=0))


def test_clone_keeps_parameters_and_drops_what_was_learned(source, data):
    copy = clone(source.partial_fit_target(*data.target))
    assert copy.get_params() == source.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(data.test[0])


def test_pickle_keeps_target_and_source(source, data):
    source.partial_fit_target(*data.target)
    again = pickle.loads(pickle.dumps(source))
    X = data.test[0]
    np.testing.assert_array_equal(again.predict_proba(X), source.predict_proba(X))
    np.testing.assert_array_equal(
        again.reset_to_source().predict_proba(X), source.reset_to_source().predict_proba(X)
    )


def test_the_strategy_is_of_fine_tuning_alone(quick, data):
    plain = TransferMLPClassifier(**quick).fit(*data.source)
    for strategy in ("head", "gradual"):
        clf = TransferMLPClassifier(**quick, strategy=strategy, backbone_learning_rate=0.0)
        clf.fit(*data.source)
        for name, array in plain.model_.members[0].items():
            np.testing.assert_array_equal(clf.model_.members[0][name], array)


def test_the_backbone_learns_ten_times_slower(source, data):
    """Than the head, where no rate of its own is given."""
    own = deepcopy(source).set_params(backbone_learning_rate=1e-3).partial_fit_target(*data.target)
    tenth = deepcopy(source).partial_fit_target(*data.target)  # of 1e-2
    for name, array in own.model_.members[0].items():
        np.testing.assert_array_equal(tenth.model_.members[0][name], array)
    other = (
        deepcopy(source).set_params(backbone_learning_rate=2e-3).partial_fit_target(*data.target)
    )
    name = "backbone.0.linear.weight"
    moved = [
        np.abs(clf.model_.members[0][name] - source.model_.members[0][name]).mean()
        for clf in (own, other)
    ]
    assert moved[1] > 1.3 * moved[0]


def test_gradual_releases_a_layer_at_a_time():
    layers = ["backbone.0", "backbone.1", "head"]
    assert gradual(layers, 40) == {"head": 0, "backbone.1": 10, "backbone.0": 20}
    # Whole epochs, the earlier one of two, and all layers from the middle on at the latest.
    assert gradual(layers, 10) == {"head": 0, "backbone.1": 2, "backbone.0": 5}
    assert gradual(layers[1:], 5) == {"head": 0, "backbone.1": 2}
    assert head(layers, 40) == {"backbone.0": None, "backbone.1": None, "head": 0}
    assert full(layers, 40) == dict.fromkeys(layers, 0)


def test_only_stars_it_is_sure_of_get_a_label():
    proba = np.array([[0.95, 0.05], [0.85, 0.15], [0.1, 0.9], [0.5, 0.5]])
    rows, y, weight = pseudo_labels(proba, labelled_weight=6.0, n_labelled=3.0)
    assert rows.tolist() == [0, 2]
    assert y.tolist() == [0, 1]
    np.testing.assert_allclose(weight, 2.0)
    # Many of them weigh together no more than the labelled ones.
    _, _, weight = pseudo_labels(np.tile(proba, (10, 1)), labelled_weight=6.0, n_labelled=3.0)
    assert weight.sum() == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("n_labelled", "n_chosen", "each"), [(4, 0, 0), (1, 1, 3), (4, 1, 0.75), (4, 6, 0.5)]
)
def test_pseudo_labelled_stars_weigh_no_more_than_the_labelled_ones(n_labelled, n_chosen, each):
    """Each as a mean labelled one, all of them as all of these at most."""
    proba = np.repeat([[0.95, 0.05], [0.5, 0.5]], [n_chosen, 3], axis=0)
    rows, y, weight = pseudo_labels(proba, 3.0, n_labelled)
    assert rows.tolist() == list(range(n_chosen)) and y.tolist() == [0] * n_chosen
    np.testing.assert_allclose(weight, np.full(n_chosen, each))


def test_pseudo_labels_change_the_shares_that_the_networks_are_shown(source, data, survey):
    X = survey(["RRAB"], 150, 3, 0.4)[0]
    plain = deepcopy(source).partial_fit_target(*data.target)
    source.partial_fit_target(*data.target, X_unlabelled=X)
    assert plain.model_.shares[3] == pytest.approx(0.25)
    # As many as are sure, together as heavy as the labels.
    assert 0.5 < source.model_.shares[3] < 0.63
    np.testing.assert_allclose(source.model_.prior, 0.25)
    np.testing.assert_array_equal(source.model_.memory.X, plain.model_.memory.X)


@pytest.mark.filterwarnings("ignore:the labels are numbers")
def test_names_do_not_join_numbers(source, data):
    """Not as the names "0", "1", ..., which numpy makes of them."""
    X, y = data.target
    source.partial_fit_target(X, np.unique(y, return_inverse=True)[1])
    before = source.predict_proba(X)
    with pytest.raises(TypeError, match="all strings or all numbers"):
        source.partial_fit_target(X, y.astype(str))
    assert source.classes_.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(source.predict_proba(X), before)


def test_labels_that_are_not_among_the_classes_are_named(source, data):
    with pytest.raises(
        ValueError, match=r"\['ED', 'ESD'\], which are not among classes=\['EC', 'RRAB'\]"
    ):
        source.partial_fit_target(*data.target, classes=["EC", "RRAB"])


def test_class_weights_of_classes_that_the_target_lacks_wait(source, data, quick):
    """LPV has no star in the target; what is no class of either is refused."""
    X, y = data.target
    weighted = TransferMLPClassifier(**quick, class_weight={"LPV": 3.0, "EC": 2.0}).fit(
        *data.source
    )
    weighted.partial_fit_target(X, y)
    alone = TransferMLPClassifier(**quick, class_weight={"LPV": 3.0, "EC": 2.0}).fit(*data.source)
    alone.set_params(class_weight={"EC": 2.0}).partial_fit_target(X, y)
    np.testing.assert_array_equal(weighted.predict_proba(X), alone.predict_proba(X))
    heavy = deepcopy(source).set_params(class_weight={"EC": 50.0}).partial_fit_target(X, y)
    plain = deepcopy(source).partial_fit_target(X, y)
    column = heavy.classes_.tolist().index("EC")
    assert heavy.predict_proba(X)[:, column].mean() > plain.predict_proba(X)[:, column].mean()
    for wrong, said in (({"EV": 2.0}, r"names \['EV'\]"), ({"EC": "2"}, "must be numbers")):
        with pytest.raises(ValueError, match=f"class_weight {said}"):
            source.set_params(class_weight=wrong).partial_fit_target(X, y)
        with pytest.raises(ValueError, match=f"class_weight {said}"):
            TransferMLPClassifier(**quick, class_weight=wrong).fit(*data.source)
