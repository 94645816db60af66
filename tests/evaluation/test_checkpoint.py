"""A transfer curve that was stopped goes on where it was, or says why it does not."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss, make_scorer

from sklearn_vartl.evaluation import transfer_curve
from sklearn_vartl.evaluation._transfer_curve import digest


class Stopping(ClassifierMixin, BaseEstimator):
    """Counts its fits and stops the program when there have been enough."""

    fits, enough = 0, None

    def fit(self, X, y):
        if Stopping.fits == Stopping.enough:
            raise KeyboardInterrupt
        Stopping.fits += 1
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile(np.eye(len(self.classes_))[0], (len(X), 1))


@pytest.fixture
def measure(source, target, tmp_path):
    Stopping.fits, Stopping.enough = 0, None

    def call(**changes):
        arguments = {
            "source": source, "X_target": target[0], "y_target": target[1],
            "fractions": [0.1], "baselines": {"stopping": Stopping()}, "cv": 2,
            "scoring": ["Mc", "log_loss"], "random_state": 0, "checkpoint": tmp_path / "kept.jsonl",
        }  # fmt: skip
        return transfer_curve(**arguments | changes)

    return call


def test_a_stopped_run_goes_on_and_gives_the_same_table(measure, tmp_path):
    expected = measure(checkpoint=None)
    Stopping.fits, Stopping.enough = 0, 1
    with pytest.raises(KeyboardInterrupt):
        measure()
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 1 + 3
    Stopping.enough = None
    assert measure().equals(expected)
    assert Stopping.fits == 2  # one before the stop, one after it
    assert measure().equals(expected)
    assert Stopping.fits == 2


def test_a_torn_line_is_done_again(measure, tmp_path):
    expected = measure()
    path = tmp_path / "kept.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert measure().equals(expected)
    assert Stopping.fits == 3
    assert path.read_bytes() == whole


def test_more_fractions_draws_and_baselines_use_what_is_there(measure):
    measure()
    dummy = {"stopping": Stopping(), "prior": DummyClassifier()}
    arguments = {"fractions": [0.1, 1.0], "n_draws": 2, "baselines": dummy}
    table = measure(**arguments)
    assert len(table) == 2 * 2 * 2 * 3
    assert Stopping.fits == 2 + 6
    assert measure(**arguments, checkpoint=None).equals(table)


@pytest.mark.parametrize(
    "change, named",
    [
        ({"random_state": 1}, "draws of labels"),
        ({"draw": "random"}, "draws of labels"),
        ({"cv": 3}, "test stars"),
        ({"scoring": "Mc"}, "scoring"),
        ({"baselines": {"stopping": DummyClassifier()}}, "baseline of that name"),
    ],
)
def test_other_settings_are_refused(measure, tmp_path, change, named):
    measure()
    before = (tmp_path / "kept.jsonl").read_bytes()
    with pytest.raises(ValueError, match=f"made with other settings .*{named}.*another name"):
        measure(**change)
    assert (tmp_path / "kept.jsonl").read_bytes() == before


def test_other_stars_and_sources_are_refused(measure, source, target):
    measure()
    X, y = target
    with pytest.raises(ValueError, match="other settings \\(target stars"):
        measure(X_target=X + 0.1)
    other = clone(source).set_params(random_state=1).fit(X, y)
    with pytest.raises(ValueError, match="other settings \\(source\\)"):
        measure(source=other)
    with pytest.raises(ValueError, match="other settings \\(source\\)"):
        measure(source=clone(source).set_params(strategy="head").fit(X, y))


def test_scorers_of_the_caller_belong_to_the_settings(measure):
    def scorer(sign):
        return make_scorer(log_loss, response_method="predict_proba", greater_is_better=sign)

    expected = measure(scoring={"log_loss": scorer(False)})
    # A new object of the same meaning, which lies at another address.
    assert measure(scoring={"log_loss": scorer(False)}).equals(expected) and Stopping.fits == 2
    with pytest.raises(ValueError, match="other settings \\(scoring\\)"):
        measure(scoring={"log_loss": scorer(True)})


def test_what_changes_no_result_is_no_setting(measure, source):
    measure()
    same = copy.deepcopy(source).set_params(n_jobs=1, verbose=1)
    measure(source=same)
    assert Stopping.fits == 2


def test_unlabelled_stars_belong_to_the_settings(measure, target):
    measure(X_unlabelled="rest")
    with pytest.raises(ValueError, match="unlabelled stars"):
        measure(X_unlabelled=target[0][:20])


def test_fits_that_use_no_unlabelled_stars_do_not_depend_on_them(measure, target):
    measure(X_unlabelled="rest")
    done = Stopping.fits
    without = measure()
    assert Stopping.fits == done
    assert without.equals(measure(checkpoint=None))


@pytest.mark.parametrize("content", ['{"a": 1}', "fraction,method\n0.1,transfer\n", "[1, 2]\n"])
def test_a_file_of_something_else_is_left_alone(measure, tmp_path, content):
    path = tmp_path / "kept.jsonl"
    path.write_text(content)
    with pytest.raises(ValueError, match="kept.jsonl is no checkpoint"):
        measure()
    assert path.read_text() == content


def test_a_checkpoint_needs_a_seed(measure, tmp_path):
    with pytest.raises(ValueError, match="needs an int as random_state"):
        measure(random_state=None)
    assert not (tmp_path / "kept.jsonl").exists()


def test_each_line_says_what_it_is(measure, tmp_path):
    table = measure()
    header, *fits = map(json.loads, (tmp_path / "kept.jsonl").read_text().splitlines())
    assert header["kind"] == "transfer_curve of sklearn_vartl"
    assert [fit["fit"] for fit in fits] == table[["fraction", "method", "split", "draw"]].to_numpy(
        dtype=object
    ).tolist()
    assert [fit["scores"]["Mc"] for fit in fits] == table["Mc"].tolist()


def test_what_is_the_same_has_the_same_digest():
    """By type, shape and numbers, not by where they lie in memory."""
    array = np.arange(6.0)
    assert digest(array) == digest(np.arange(12.0)[::2] / 2)
    spread = np.zeros((6, 2))
    spread[:, 1] = array
    assert digest(spread[:, 1]) == digest(pd.Series(array)) == digest(array)
    assert len({digest(a) for a in (array, array[:, None], array.astype("f4"), -array)}) == 4
    names = [np.array(["EC", "".join(["R", "R"])], dtype=object) for _ in range(2)]
    assert digest(names[0]) == digest(names[1]) != digest(names[0][::-1])
    assert digest("ab") == digest("a" + "b") != digest("ba") and len(digest("ab")) == 16
    assert digest(["ab", 1]) == digest(["ab", 1]) != digest(["ab", 2])
