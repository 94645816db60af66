"""A saved and loaded ensemble is the same, bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from sklearn_vartl import TransferEnsembleClassifier, load_model, save_model
from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._state import from_state, to_state

SMALL = {
    "hidden_layer_sizes": (16, 8),
    "n_estimators": 2,
    "n_trees": 10,
    "views": [[0, 1, 2, 3], [1, 2, 3]],
    "max_epochs": 3,
    "min_steps": 30,
    "learning_rate": 1e-2,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def tuned(data):
    clf = TransferEnsembleClassifier(**SMALL).fit(*data.source)
    return clf.partial_fit_target(*data.target)


def test_saved_and_loaded(tuned, data, tmp_path):
    save_model(tuned, tmp_path / "model.vartl")
    loaded = load_model(tmp_path / "model.vartl")
    X = data.test[0]
    assert type(loaded) is TransferEnsembleClassifier
    assert loaded.get_params() == tuned.get_params()
    np.testing.assert_array_equal(loaded.predict_proba(X), tuned.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict_set(X), tuned.predict_set(X))
    np.testing.assert_array_equal(loaded.embed(X), tuned.embed(X))
    np.testing.assert_array_equal(loaded.novelty_score(X), tuned.novelty_score(X))
    assert loaded.history_ == tuned.history_
    assert loaded.is_transferred_
    # What comes afterwards is the same too.
    again = load_model(tmp_path / "model.vartl").partial_fit_target(*data.target)
    other = load_model(tmp_path / "model.vartl").partial_fit_target(*data.target)
    np.testing.assert_array_equal(again.predict_proba(X), other.predict_proba(X))
    source = TransferEnsembleClassifier(**SMALL).fit(*data.source)
    reset = loaded.reset_to_source()
    np.testing.assert_array_equal(reset.predict_proba(X), source.predict_proba(X))


def test_source_alone_with_parameters_of_every_kind(data, tmp_path):
    params = SMALL | {"priors": {"EC": 0.5}, "views": [(0, 1), np.array([2, 3])], "n_trees": 0}
    clf = TransferEnsembleClassifier(**params).fit(*data.source)
    save_model(clf, tmp_path / "model.vartl")
    loaded = load_model(tmp_path / "model.vartl")
    assert not loaded.is_transferred_
    X = data.test[0]
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))


def test_estimated_priors_are_part_of_it(tuned, data):
    clf = from_state(TransferEnsembleClassifier, *to_state(tuned)).set_params(priors="em")
    X = data.test[0][data.test[1] != "RRAB"]
    clf.estimate_priors(X)
    again = from_state(TransferEnsembleClassifier, *to_state(clf))
    assert again.priors_[-1] < 0.1
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_damaged_states_are_refused(tuned):
    state, arrays = to_state(tuned)
    state = json.loads(json.dumps(state))
    bad = json.loads(json.dumps(state))
    bad["views"] = bad["views"][:1]
    with pytest.raises(ValueError, match="views"):
        from_state(TransferEnsembleClassifier, bad, arrays)
    labels = np.full_like(arrays["current/held_out_labels"], 9)
    with pytest.raises(ValueError, match="held-out"):
        from_state(TransferEnsembleClassifier, state, arrays | {"current/held_out_labels": labels})
    feature = np.full_like(arrays["current/trees/feature"], 99)
    with pytest.raises(ValueError, match="damaged"):
        from_state(TransferEnsembleClassifier, state, arrays | {"current/trees/feature": feature})


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.6, 0.6, 0.1, -0.3], [0.3] * 4, [np.nan] * 4])
def test_weights_that_are_no_shares_are_refused(tuned, weights):
    state, arrays = to_state(tuned)
    with pytest.raises(ValueError, match="part"):
        from_state(
            TransferEnsembleClassifier, state, arrays | {"current/part_weights": np.array(weights)}
        )


def test_files_without_a_forest_give_all_parts_the_same_say(tuned, data):
    state, arrays = to_state(tuned)
    state = json.loads(json.dumps(state))
    del state["models"]["current"]["with_forest"]
    arrays = {name: array for name, array in arrays.items() if "/forest/" not in name}
    with pytest.raises(ValueError, match="part_weights"):
        from_state(TransferEnsembleClassifier, state, arrays)
    del arrays["current/part_weights"]
    old = from_state(TransferEnsembleClassifier, state, arrays)
    assert old.part_weights_ == dict.fromkeys(["networks 0", "networks 1", "trees"], 1 / 3)
    X = data.test[0]
    logs = np.mean(old.model_.parts(X, "cpu"), axis=0)
    np.testing.assert_array_equal(logs.argmax(axis=1), old.predict_proba(X).argmax(axis=1))


def test_remembered_stars_are_kept_once(tuned, data):
    state, arrays = to_state(tuned)
    kept = [name for name in arrays if name.endswith("memory/X")]
    assert kept == ["source/memory/X", "current/memory/X"]
    assert all(arrays[name].dtype == np.float32 for name in kept)
    again = from_state(TransferEnsembleClassifier, state, arrays)
    np.testing.assert_array_equal(again.model_.memory.X, tuned.model_.memory.X)
    X = data.test[0]
    np.testing.assert_array_equal(again.novelty_score(X), tuned.novelty_score(X))


def test_files_in_which_each_network_has_a_memory_of_its_own_are_read(tuned, data):
    state, arrays = to_state(tuned)
    for key in ("source", "current"):
        arrays[f"{key}/memory/X"] = arrays[f"{key}/memory/X"].astype(np.float64)
        for k, view in enumerate(state["views"]):
            # Half of the stars, so that it is seen whose memory is used.
            y = state["models"][key]["memory_y"]
            half = {"memory/X": arrays[f"{key}/memory/X"][::2, view]}
            half["memory/weight"] = arrays[f"{key}/memory/weight"][::2]
            arrays |= {f"{key}/network/{k}/{name}": array for name, array in half.items()}
            own = {**y, "values": y["values"][::2]}
            state["models"][key]["networks"][k]["memory_y"] = own
    old = from_state(TransferEnsembleClassifier, state, arrays)
    n_stars = len(tuned.model_.memory.y)
    assert [len(network.memory.y) for network in old.model_.networks] == [(n_stars + 1) // 2] * 2
    np.testing.assert_array_equal(
        old.predict_proba(data.test[0]), tuned.predict_proba(data.test[0])
    )


def test_views_of_a_file_must_exist(tuned, tmp_path):
    broken = from_state(TransferEnsembleClassifier, *to_state(tuned))
    views = broken.model_.views
    for bad in ((views[0], views[1] + 99), (views[0] - 1, views[1])):
        broken.model_ = replace(broken.model_, views=bad)
        broken.source_model_ = replace(broken.source_model_, views=bad)
        save_model(broken, tmp_path / "model.vartl")
        with pytest.raises(ModelFileError, match="view"):
            load_model(tmp_path / "model.vartl")


def test_what_is_no_plain_data_is_named(data):
    clf = TransferEnsembleClassifier(
        **SMALL | {"n_estimators": 1, "calibration": None}, scaler=StandardScaler()
    ).fit(*data.source)
    with pytest.raises(TypeError, match="StandardScaler"):
        to_state(clf)
