"""A long training that is killed goes on where it was, to the same bits."""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.model_selection import GridSearchCV

from sklearn_vartl import TransferMLPClassifier
from sklearn_vartl.network import _jobs

STARS = make_blobs(n_samples=150, centers=3, n_features=4, random_state=0)
PARAMS = {
    "hidden_layer_sizes": [8, 8],
    "n_estimators": 2,
    "max_epochs": 6,
    "min_steps": 1,
    "batch_size": 32,
    "random_state": 3,
}
FEW = {"strategy": "gradual", "sampling": "balanced", "max_epochs": 9}
STOPPING = {"early_stopping": True, "n_iter_no_change": 2, "max_epochs": 40, "learning_rate": 0.05}
SLOW = partial(pytest.param, marks=pytest.mark.slow)
KILLED = """
import json, os, signal, sys
from sklearn.datasets import make_blobs
from sklearn_vartl import TransferMLPClassifier
from sklearn_vartl.network import _jobs

params, n, fine_tune = json.loads(sys.argv[1])
X, y = make_blobs(n_samples=150, centers=3, n_features=4, random_state=0)
if fine_tune:
    clf = TransferMLPClassifier(**params).fit(X, y).set_params(checkpoint=fine_tune)
else:
    clf = TransferMLPClassifier(**params)
write = _jobs._write_checkpoint

def write_and_die(file, weights, history):
    global n
    write(file, weights, history)
    n -= 1
    if n == 0:
        os.kill(os.getpid(), signal.SIGKILL)

_jobs._write_checkpoint = write_and_die
if fine_tune:
    clf.partial_fit_target(X[:40] + 0.3, y[:40])
else:
    clf.fit(X, y)
"""


def kill_after(n, params, fine_tune=None):
    """Train in another process, which is killed when it has kept n networks."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps([params, n, fine_tune])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def same(a, b):
    assert a.history_ == b.history_
    for one, other in zip(a.model_.members, b.model_.members, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
    np.testing.assert_array_equal(a.predict_proba(STARS[0]), b.predict_proba(STARS[0]))


@pytest.fixture
def trained(monkeypatch):
    """Counts the networks that this process trains, by their seeds."""
    counted = []
    train = _jobs._train_networks

    def counting(jobs, data, **options):
        counted.extend(job.seed for job in jobs)
        return train(jobs, data, **options)

    monkeypatch.setattr(_jobs, "_train_networks", counting)
    return counted


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize(
    ("n", "left", "more"),
    [
        (1, 1, {}),
        SLOW(2, 0, {}),
        SLOW(1, 1, STOPPING),
        SLOW(4, 2, {"calibration": "temperature", "n_estimators": 1}),
    ],
)
def test_a_killed_fit_goes_on(tmp_path, trained, n, left, more):
    params = PARAMS | more
    expected = TransferMLPClassifier(**params).fit(*STARS)
    kill_after(n, params | {"checkpoint": str(tmp_path)})
    assert len(list(tmp_path.iterdir())) == n
    trained.clear()
    same(TransferMLPClassifier(**params, checkpoint=tmp_path).fit(*STARS), expected)
    assert len(trained) == left
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_killed_fine_tuning_goes_on(tmp_path, trained):
    """Layers join one after the other, and stars are drawn with replacement."""
    params, (X, y) = PARAMS | FEW, STARS
    target = X[:40] + 0.3, y[:40]
    kill_after(1, params, str(tmp_path))
    expected = TransferMLPClassifier(**params).fit(X, y).partial_fit_target(*target)
    again = TransferMLPClassifier(**params).fit(X, y).set_params(checkpoint=tmp_path)
    trained.clear()
    same(again.partial_fit_target(*target), expected)
    assert len(trained) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_changes_nothing(tmp_path):
    folder = tmp_path / "new" / "folder"
    same(
        TransferMLPClassifier(**PARAMS, checkpoint=folder).fit(*STARS),
        TransferMLPClassifier(**PARAMS).fit(*STARS),
    )
    assert list(folder.iterdir()) == []


class Stop(Exception):
    pass


def stop_after(monkeypatch, n, clf, X, y):
    """A fit that ends with an exception after n networks."""
    write, left = _jobs._write_checkpoint, [n]

    def stopping(*arguments):
        write(*arguments)
        left[0] -= 1
        if left[0] == 0:
            raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(_jobs, "_write_checkpoint", stopping)
        with pytest.raises(Stop):
            clf.fit(X, y)


@pytest.mark.parametrize(
    "change",
    [
        lambda X, y, p: (np.sin(X), y, p),
        lambda X, y, p: (X, np.roll(y, 1), p),
        lambda X, y, p: (X, y, p | {"max_epochs": 7}),
        lambda X, y, p: (X, y, p | {"random_state": 4}),
        lambda X, y, p: (X, y, p | {"hidden_layer_sizes": (8, 7)}),
        lambda X, y, p: (X, y, p | {"class_weight": {0: 2.0, 1: 1.0, 2: 1.0}}),
    ],
)
def test_another_training_begins_anew(tmp_path, monkeypatch, trained, change):
    X, y = STARS
    stop_after(monkeypatch, 1, TransferMLPClassifier(**PARAMS, checkpoint=tmp_path), X, y)
    left = set(tmp_path.iterdir())
    assert len(left) == 1
    X, y, params = change(X, y, PARAMS)
    trained.clear()
    TransferMLPClassifier(**params, checkpoint=tmp_path).fit(X, y)
    assert len(trained) == 2
    assert set(tmp_path.iterdir()) == left


@pytest.mark.slow
def test_another_number_of_processes_may_go_on(tmp_path, monkeypatch):
    X, y = STARS
    expected = TransferMLPClassifier(**PARAMS).fit(X, y)
    stop_after(monkeypatch, 1, TransferMLPClassifier(**PARAMS, checkpoint=tmp_path), X, y)
    assert len(list(tmp_path.iterdir())) == 1
    same(TransferMLPClassifier(**PARAMS, checkpoint=tmp_path, n_jobs=2).fit(X, y), expected)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_clones_share_a_folder(tmp_path, n_jobs):
    grid = {"learning_rate": [1e-3, 1e-2]}

    def search(**more):
        clf = TransferMLPClassifier(**PARAMS, **more)
        return GridSearchCV(clf, grid, cv=2, n_jobs=n_jobs).fit(*STARS)

    found = search(checkpoint=tmp_path)
    same(found.best_estimator_, search().best_estimator_)
    assert list(tmp_path.iterdir()) == []


def test_it_is_a_parameter_like_others(tmp_path):
    clf = TransferMLPClassifier(**PARAMS, checkpoint=tmp_path)
    assert clone(clf).get_params()["checkpoint"] == tmp_path
    with pytest.raises(ValueError, match="'checkpoint' parameter"):
        TransferMLPClassifier(**PARAMS, checkpoint=3).fit(*STARS)


def test_without_a_seed_it_is_refused(tmp_path):
    params = PARAMS | {"random_state": None, "checkpoint": tmp_path}
    with pytest.raises(ValueError, match="checkpoint needs a random_state"):
        TransferMLPClassifier(**params).fit(*STARS)
    same(
        TransferMLPClassifier(**params | {"random_state": np.random.RandomState(3)}).fit(*STARS),
        TransferMLPClassifier(**PARAMS | {"random_state": np.random.RandomState(3)}).fit(*STARS),
    )


@pytest.mark.parametrize("damage", [b"", b"rubbish", "cut"])
def test_a_damaged_checkpoint_is_named(tmp_path, monkeypatch, damage):
    clf = TransferMLPClassifier(**PARAMS, checkpoint=tmp_path)
    stop_after(monkeypatch, 1, clf, *STARS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-300] if damage == "cut" else damage)
    with pytest.raises(ValueError, match=f"{file.name} is damaged: delete it"):
        clf.fit(*STARS)
    file.unlink()
    same(clf.fit(*STARS), TransferMLPClassifier(**PARAMS).fit(*STARS))


def test_no_code_of_a_checkpoint_is_run(tmp_path, monkeypatch):
    clf = TransferMLPClassifier(**PARAMS, checkpoint=tmp_path)
    stop_after(monkeypatch, 1, clf, *STARS)
    (file,) = tmp_path.iterdir()
    with np.load(file) as found:
        arrays = dict(found)
    name = "head.bias"
    arrays[name] = np.array([Trap(tmp_path / "sprung")], dtype=object)
    with open(file, "wb") as out:
        np.savez(out, **arrays)
    with pytest.raises(ValueError, match="is damaged"):
        clf.fit(*STARS)
    assert not (tmp_path / "sprung").exists()


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(OSError, match="exists"):
        TransferMLPClassifier(**PARAMS, checkpoint=tmp_path / "a").fit(*STARS)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_ctrl_c_stops_a_fit(monkeypatch, early_stopping):
    """And does not pass for the end of the training."""
    from sklearn_vartl.network import _training

    def interrupted(self, net, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_training._TrainFrom, "on_epoch_begin", interrupted)
    clf = TransferMLPClassifier(**PARAMS, early_stopping=early_stopping)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(*STARS)
    assert not hasattr(clf, "model_")


def test_a_checkpoint_is_no_part_of_a_saved_model(tmp_path):
    from sklearn_vartl import load_model, save_model

    clf = TransferMLPClassifier(**PARAMS, checkpoint=tmp_path / "kept").fit(*STARS)
    save_model(clf, tmp_path / "a.vartl")
    assert load_model(tmp_path / "a.vartl").checkpoint is None
