"""What transfer_curve compares, and on which stars."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GroupKFold, ShuffleSplit
from sklearn.preprocessing import StandardScaler

from sklearn_vartl.evaluation import transfer_curve
from sklearn_vartl.transfer import TransferMLPClassifier, make_transfer_pipeline

SCORES = [
    "matthews_corrcoef",
    "Mc",
    "f1_macro",
    "balanced_accuracy",
    "log_loss",
    "calibration_error",
]


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers which stars it was fitted and scored on."""

    fitted, scored = [], []

    def fit(self, X, y):
        self.fitted.append((X.copy(), y.copy()))
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        self.scored.append(X.copy())
        return np.tile(np.eye(len(self.classes_))[0], (len(X), 1))


@pytest.fixture
def recorder():
    Recorder.fitted.clear(), Recorder.scored.clear()
    return Recorder()


def test_table_has_a_row_for_each_fraction_method_and_split(source, target):
    table = transfer_curve(source, *target, fractions=[0.1, 1.0], cv=2, random_state=0)
    counts = ["n_labels", "n_classes"]
    assert list(table.columns) == ["fraction", "method", "split", "draw", *counts, *SCORES]
    assert (table["n_classes"] == 3).all() and (table["draw"] == 0).all()
    rows = {tuple(row) for row in table[["fraction", "method", "split"]].to_numpy()}
    methods = ["transfer", "scratch", "random_forest"]
    assert rows == {(f, m, s) for f in (0.1, 1.0) for m in methods for s in range(2)}
    assert len(table) == len(rows)
    assert np.isfinite(table[SCORES].to_numpy()).all()
    assert np.allclose(table["Mc"], (table["matthews_corrcoef"] + 1) / 2)


def test_transfer_wins_with_few_labels_and_learns_from_more(source, target):
    table = transfer_curve(
        source, *target, fractions=[0.05, 1.0], baselines=["scratch"], cv=3, random_state=0
    )
    mean = table.groupby(["fraction", "method"])["matthews_corrcoef"].mean()
    assert mean[0.05, "transfer"] > mean[0.05, "scratch"]
    assert mean[1.0, "scratch"] > mean[0.05, "scratch"]


def test_labels_are_stratified_training_stars_and_the_same_for_all_methods(
    source, target, recorder
):
    X, y = target
    table = transfer_curve(
        source, X, y, fractions=[0.2], baselines={"a": recorder, "b": Recorder()}, cv=4,
        scoring="Mc", random_state=0,
    )  # fmt: skip
    for (X_a, y_a), (X_b, y_b) in zip(Recorder.fitted[::2], Recorder.fitted[1::2], strict=True):
        assert_array_equal(X_a, X_b)
        assert_array_equal(y_a, y_b)
    for (X_fit, y_fit), X_test in zip(Recorder.fitted[::2], Recorder.scored[::2], strict=True):
        assert not (X_fit[:, None] == X_test[None]).all(axis=2).any()
        assert len(X_test) == len(X) // 4
        _, counts = np.unique(y_fit, return_counts=True)
        assert counts.min() >= 4 and counts.max() <= 7
    assert set(table["n_labels"]) == {len(y_fit) for _, y_fit in Recorder.fitted}


def test_source_is_neither_changed_nor_carried_from_one_fit_to_the_next(source, target):
    X, y = target
    before = source.predict_proba(X)
    arguments = {"fractions": [0.1], "baselines": [], "cv": 2, "random_state": 0}
    first = transfer_curve(source, X, y, **arguments)
    assert not source.is_transferred_
    assert_array_equal(source.predict_proba(X), before)
    again = transfer_curve(FrozenEstimator(source), X, y, **arguments)
    assert first.equals(again)


def test_from_scratch_knows_nothing_of_a_frozen_source(source, target):
    X, y = target
    scaled = make_transfer_pipeline(StandardScaler(), source)
    scaled.steps[0][1].fit(X)
    frozen = make_transfer_pipeline(scaled.steps[0][1], FrozenEstimator(source))
    arguments = {"fractions": [0.1], "cv": 2, "random_state": 0, "scoring": "log_loss"}
    expected = transfer_curve(scaled, X, y, **arguments)
    assert transfer_curve(frozen, X, y, **arguments).equals(expected)
    assert transfer_curve(FrozenEstimator(frozen), X, y, **arguments).equals(expected)


def test_random_state_decides_the_draw(source, target):
    def scores(seed):
        return transfer_curve(
            source, *target, fractions=[0.1], baselines=[], cv=2, scoring="log_loss",
            random_state=seed,
        )["log_loss"].to_numpy()  # fmt: skip

    assert_array_equal(scores(0), scores(0))
    assert not np.array_equal(scores(0), scores(1))


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_result_does_not_depend_on_n_jobs(source, target, backend):
    arguments = {"fractions": [0.1], "baselines": ["scratch"], "cv": 2, "random_state": 0}
    alone = transfer_curve(source, *target, **arguments)
    with parallel_config(backend):
        together = transfer_curve(source, *target, n_jobs=2, **arguments)
    assert alone.equals(together)


def test_scratch_with_source_scaler_differs_from_scratch(source, target):
    table = transfer_curve(
        source, *target, fractions=[0.1], baselines=["scratch", "scratch_source_scaler"], cv=2,
        scoring="log_loss", random_state=0,
    )  # fmt: skip
    found = table.pivot(index="split", columns="method", values="log_loss")
    assert (found["scratch"] != found["scratch_source_scaler"]).all()


def test_pipeline_makes_the_features_of_every_method(source, target, recorder):
    X, y = target
    network = TransferMLPClassifier((16,), n_estimators=1, max_epochs=5, min_steps=30)
    pipe = make_transfer_pipeline(StandardScaler(), network).fit(X, y)
    transfer_curve(pipe, X, y, fractions=[1.0], baselines={"recorder": recorder}, cv=2)
    seen = np.concatenate(Recorder.scored)
    expected = pipe[0].transform(X)
    assert_array_equal(np.sort(seen, axis=0), np.sort(expected, axis=0))


def test_groups_and_splitters_reach_the_splits(source, target, recorder):
    X, y = target
    groups = np.arange(len(y)) % 4
    transfer_curve(
        source, X, y, fractions=[1.0], baselines=[("recorder", recorder)], cv=GroupKFold(4),
        groups=groups, scoring="Mc",
    )  # fmt: skip
    tested = [np.flatnonzero((X[:, None] == rows[None]).all(axis=2).any(axis=1)) for rows in
              Recorder.scored]  # fmt: skip
    assert sorted(groups[t].tolist() for t in tested) == [[g] * 30 for g in range(4)]
    table = transfer_curve(
        source, X, y, fractions=[1.0], baselines=[], cv=ShuffleSplit(3, random_state=0)
    )
    assert table["split"].tolist() == [0, 1, 2]


def test_known_baselines_run(source, target):
    table = transfer_curve(
        source, *target, fractions=[1.0], cv=2, scoring="accuracy", random_state=0,
        baselines={"hist_gradient_boosting": None, "extra_trees": None, "prior": DummyClassifier()},
    )  # fmt: skip
    mean = table.groupby("method")["accuracy"].mean()
    assert min(mean["hist_gradient_boosting"], mean["extra_trees"]) > 0.7
    assert 0.7 > mean["prior"] > 0.3


def test_scoring_takes_names_lists_and_callables(source, target):
    X, y = target
    table = transfer_curve(
        source, X, y, fractions=[1.0], baselines=[], cv=2,
        scoring={"error": "calibration_error", "n": lambda model, X, y: len(y)},
    )  # fmt: skip
    assert table["n"].tolist() == [60, 60]
    assert table["error"].between(0, 1).all()
    table = transfer_curve(
        source, X, y, fractions=1.0, baselines=[], cv=2, scoring=["neg_log_loss", "log_loss"]
    )
    assert np.allclose(table["neg_log_loss"], -table["log_loss"])


def test_a_test_star_of_an_unknown_class_is_scored(source, target):
    X, y = target
    y = y.astype(object)
    y[0] = "QSO"
    table = transfer_curve(
        source, X, y, fractions=[1.0], baselines=[], cv=[(np.arange(1, 120), np.arange(40))]
    )
    assert table["log_loss"][0] > 0.5
    assert table["balanced_accuracy"][0] < 0.8


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"fractions": [0.0]}, ValueError, "above 0 and at most 1"),
        ({"fractions": [-0.1]}, ValueError, "above 0 and at most 1"),
        ({"fractions": [1.001]}, ValueError, "above 0 and at most 1"),
        ({"fractions": []}, ValueError, "fractions is empty"),
        ({"baselines": ["oracle"]}, ValueError, "'oracle' is none of scratch"),
        ({"baselines": ["scratch", "scratch"]}, ValueError, "there twice"),
        ({"baselines": {"x": StandardScaler()}}, TypeError, "no classifier"),
        ({"scoring": "beauty"}, ValueError, "'beauty' is no score"),
        ({"scoring": []}, ValueError, "names no score"),
        ({"source": DummyClassifier()}, TypeError, "must have partial_fit_target"),
        ({"source": TransferMLPClassifier()}, NotFittedError, "not fitted"),
        ({"y_target": [None] * 120}, ValueError, "missing labels"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(source, target, change, error, message):
    arguments = {"source": source, "X_target": target[0], "y_target": target[1], **change}
    with pytest.raises(error, match=message):
        transfer_curve(**arguments)


def test_resampling_steps_are_refused(target):
    class Sampler(BaseEstimator):
        def fit_resample(self, X, y):
            return X, y

    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=2, min_steps=5)
    pipe = make_transfer_pipeline(Sampler(), network).fit(*target)
    with pytest.raises(ValueError, match="resampling steps \\(sampler\\)"):
        transfer_curve(pipe, *target)


def test_progress_bar_counts_the_fits(source, target, capsys):
    transfer_curve(source, *target, fractions=[1.0], baselines=[], cv=2, verbose=1)
    assert "2/2" in capsys.readouterr().err


def test_unlabelled_stars_go_through_the_steps_of_the_source(source, target):
    X, y = target
    scaled = make_transfer_pipeline(StandardScaler(), source)
    scaled.steps[0][1].fit(3 * X + 1)
    arguments = {"fractions": [0.2], "baselines": [], "cv": 2, "random_state": 0, "scoring": "Mc"}
    further = X[:40] + 0.1
    inside = transfer_curve(scaled, 3 * X + 1, y, X_unlabelled=3 * further + 1, **arguments)
    scale = scaled[0].transform
    outside = transfer_curve(
        source, scale(3 * X + 1), y, X_unlabelled=scale(3 * further + 1), **arguments
    )
    assert inside.equals(outside)


def test_every_classifier_with_a_seed_is_given_one(source, target):
    """Two runs agree even where a baseline would draw another seed each time."""
    forest = RandomForestClassifier(5, max_features=1, random_state=None)
    arguments = {
        "fractions": [0.3],
        "baselines": {"forest": forest},
        "cv": 2,
        "scoring": "log_loss",
    }
    first, again, other = (
        transfer_curve(source, *target, random_state=seed, **arguments) for seed in (0, 0, 1)
    )
    assert first.equals(again) and not first.equals(other)
    assert forest.random_state is None
