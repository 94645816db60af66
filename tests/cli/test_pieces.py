"""Pieces of the commands by themselves: what is a model or a catalogue, what is drawn, what judges a fine-tuning."""

import struct
import zipfile
from argparse import Namespace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl.cli import _arguments, _classify, _evaluate, _labelling, _learn, _look
from sklearn_vartl.light_curves import LightCurves, write_light_curves


def test_archives_that_are_models(tmp_path):
    path = tmp_path / "a"
    for names, is_model in ((["model.json", "x"], True), (["x.csv"], False)):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "1")
        assert _look._is_model(path) is is_model
    path.write_bytes(b"time,mag\n")
    assert _look._is_model(path) is False
    # The end of an archive, which tells of a list of files that is not there: who reads models says so.
    path.write_bytes(b"x" * 100 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0))
    assert zipfile.is_zipfile(path) and _look._is_model(path) is True


def test_a_description_as_lines():
    entry = {
        "classes": ["EC", 1], "none": [], "n": 3.0, "share": 0.25, "empty": {}, "what": None,
        "source": {"file": "a.csv", "more": {"n": 2}},
    }  # fmt: skip
    assert list(_look._lines(entry)) == [
        "classes: EC, 1", "none: -", "n: 3", "share: 0.25", "empty: -", "what: -", "source:", "  file: a.csv",
        "  more:", "    n: 2",
    ]  # fmt: skip


def test_light_curves_that_are_a_catalogue(tmp_path):
    X = LightCurves(np.arange(4.0), np.full(4, 14.0), None, [0, 2, 4], ids=["a", "b"])
    write_light_curves(X, tmp_path / "part0.parquet")
    write_light_curves(X, tmp_path / "stars.csv")
    for name in ("part0.parquet", "part*", "part[0-9].parquet", "part?.parquet", "."):
        assert _classify._is_catalog(tmp_path / name), name
    # Long tables are none, nor what is not there.
    X.to_pandas().to_parquet(tmp_path / "long.parquet")
    for name in ("stars.csv", "long.parquet", "nothing*", "nowhere", "nowhere.parquet"):
        assert not _classify._is_catalog(tmp_path / name), name
    assert _classify._is_folder(tmp_path) and _classify._is_folder(tmp_path / "new")
    assert not _classify._is_folder(tmp_path / "new.csv")


def test_what_is_drawn_of_stars_to_label(tmp_path):
    pytest.importorskip("matplotlib")
    asked, axes = [], []

    def plot(row, period, ax):
        asked.append((row, period))
        axes.append(ax)

    table = pd.DataFrame({
        "object_id": list("abcdef"), "period": [0.5, np.nan, 0.0, 2.25, 1.0, 3.0],
        "label": "EC", "suggested": "SR",
    })  # fmt: skip
    rows = np.array([7, 3, 5, 1, 2, 0])
    _labelling._draw(SimpleNamespace(plot=plot), rows, table, tmp_path / "a.svg")
    assert asked == [(7, 0.5), (3, None), (5, None), (1, 2.25), (2, 1.0), (0, 3.0)]
    assert [ax.get_xlabel() for ax in axes[:4]] == ["phase (0.5 d)", "", "", "phase (2.25 d)"]
    assert axes[0].get_title() == "a\nEC, rather SR" and axes[0].get_ylabel() == ""
    # Five in a row: the sixth begins another one.
    places = [ax.get_subplotspec().get_geometry() for ax in axes]
    assert places == [(2, 5, k, k) for k in range(6)]
    reasons = table.assign(reason="rare")
    _labelling._draw(SimpleNamespace(plot=plot), rows[:1], reasons, tmp_path / "a.svg")
    assert axes[-1].get_title() == "a\nrare"
    assert axes[-1].get_subplotspec().get_geometry() == (1, 5, 0, 0)


class _Model:
    """A model whose features are the numbers of the stars."""

    def __init__(self, missing=(), learned=()):
        self.network = SimpleNamespace(
            random_state=5, n_jobs=2, verbose=False,
            flag_missing=lambda features: np.isin(features[:, 0], missing),
            flag_seen=lambda features: np.isin(features[:, 0], learned),
        )  # fmt: skip
        self.steps = [("features", None), ("network", self.network)]

    def __getitem__(self, steps):
        return SimpleNamespace(transform=lambda X: np.arange(len(X), dtype=float)[:, None])


@pytest.fixture
def judged(monkeypatch):
    """A function (labels, folds, what is known of the model) -> scores; and what they are asked of."""
    asked = {}

    def scores_of_folds(judged, splits, features, y, *, visible):
        asked.update(judged=judged, splits=list(splits), features=features, y=y, visible=visible)
        return {"fine-tuned": "scores"}

    monkeypatch.setattr(_learn, "_scores_of_folds", scores_of_folds)

    def score(labels, n_folds, **known):
        n = len(labels)
        X = LightCurves(np.arange(n), np.zeros(n), None, np.arange(n + 1), labels=list(labels))
        return _learn.cross_scores(_Model(**known), X, n_folds)

    return score, asked


def test_what_judges_a_fine_tuning(judged):
    score, asked = judged
    found = score("AAAABBBBB", 4, missing=[8])
    assert found == {"n_folds": 4, "n_stars": 8, "fine-tuned": "scores"}
    forest, tuned = asked["judged"]["random forest"], asked["judged"]["fine-tuned"]
    assert (forest.n_estimators, forest.random_state, forest.n_jobs) == (500, 5, 2)
    assert tuned.random_state == 5 and tuned.fine_tune_params == {"verbose": 0}
    assert asked["features"][:, 0].tolist() == list(range(8))
    assert "".join(asked["y"]) == "AAAABBBB"
    assert len(asked["splits"]) == 4 and asked["visible"] is False
    # Each star is left out once.
    assert sorted(np.concatenate([others for _, others in asked["splits"]])) == list(range(8))


@pytest.mark.parametrize(
    ("labels", "n_folds", "known", "said"),
    [
        ("AAABBB", 3, {}, None), ("AAABB", 3, {}, "classes of fewer than 3 stars are not in every fold: B"),
        ("AAABBB", 3, {"learned": [1, 2]}, "the source has learned 2 of these 6 stars"),
    ],
)  # fmt: skip
def test_what_is_said_of_stars_that_judge(judged, recwarn, labels, n_folds, known, said):
    judged[0](labels, n_folds, **known)
    assert [str(each.message).startswith(said or "") for each in recwarn] == [True] * (
        said is not None
    )


@pytest.mark.parametrize(
    ("labels", "n_folds"), [("AAABBB", 1), ("AAAAAA", 3), ("AABB", 3), ("AAABBB", 4)]
)  # fmt: skip
def test_stars_that_are_too_few_to_judge(judged, labels, n_folds):
    names, counts = np.unique(list(labels), return_counts=True)
    there = ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
    with pytest.raises(
        ValueError, match=f"--cv {n_folds} needs two classes, .* there are {there}$"
    ):
        judged[0](labels, n_folds)


def test_scores_over_folds_by_hand():
    class Same:
        """Calls the stars as they are, or all of them A."""

        def __init__(self, right):
            self.right = right

        def fit(self, features, y):
            assert len(features) == len(y)
            return self

        def predict(self, features):
            return np.where((features[:, 0] % 2 == 0) | (not self.right), "A", "B")

    features = np.arange(8.0)[:, None]
    y = np.array(list("ABABABAA"))
    splits = [(np.arange(4, 8), np.arange(4)), (np.arange(4), np.arange(4, 8))]
    found = _learn._scores_of_folds(
        {"right": Same(True), "dull": Same(False)}, splits, features, y, visible=False
    )
    # Of the second four stars B is A's last: one of four is called B though it is A. By hand: MCC 1 / sqrt(3),
    # F1 of A 4/5, of B 2/3; of all called A F1 2/3 and 6/7, of the class that is never called 0.
    mcc, f1 = 1 / np.sqrt(3), (4 / 5 + 2 / 3) / 2
    assert found["right"]["mcc"] == pytest.approx([(1 + mcc) / 2, (1 - mcc) / np.sqrt(2)], abs=6e-5)
    assert found["right"]["f1_macro"] == pytest.approx(
        [(1 + f1) / 2, (1 - f1) / np.sqrt(2)], abs=6e-5
    )
    dull = np.array([2 / 3, 6 / 7]) / 2
    assert found["dull"]["mcc"] == [0, 0]
    assert found["dull"]["f1_macro"] == pytest.approx([dull.mean(), dull.std(ddof=1)], abs=6e-5)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (float("nan"), "-"), (0.12345, "0.123"), (1, "1.000")]
)
def test_numbers_of_a_report(value, text):
    assert _evaluate._number(value) == text


def test_classes_in_common_are_looked_for_among_other_names():
    X = LightCurves(np.arange(2), np.zeros(2), None, [0, 1, 2], labels=["EW", "EW"])
    said = _evaluate._nothing_in_common(X, np.array(["EC", "SR"]), False)
    assert said == (
        "none of the labels (EW) is a class of the model (EC, SR); --harmonise finds classes of the same meaning"
    )
    for classes, harmonised in ((["EC", "SR"], True), (["SR", "MIRA"], False)):
        assert "--harmonise" not in _evaluate._nothing_in_common(X, np.array(classes), harmonised)


def test_labels_that_are_read_as_others_are_told_and_no_more():
    labels = ["EW", "M", "EC", "RRab", "EW"]
    X = LightCurves(np.arange(5), np.zeros(5), None, np.arange(6), labels=labels)
    names, changed = _evaluate._translated(X, None, np.array(["EC", "MIRA", "RRAB"]))
    assert names.tolist() == ["EC", "MIRA", "EC", "RRAB", "EC"]
    assert changed == {"EW": "EC", "M": "MIRA", "RRab": "RRAB"}


def test_a_star_that_is_not_there_is_told_with_one_that_is():
    X = SimpleNamespace(ids=np.array(["a", "b", "7"]))
    assert _arguments.positions_of(["7", "nobody", "a"], X, "x.csv").tolist() == [0, 2]
    with pytest.raises(ValueError, match="x.csv has no star 'c'; its first is 'a'"):
        _arguments.positions_of(["c", "d"], X, "x.csv")


@pytest.mark.parametrize("labels", ["AAABBB", "AAABBBCCC"])
def test_two_classes_or_more_judge(judged, labels):
    assert judged[0](labels, 3)["n_stars"] == len(labels)


def test_features_are_what_all_steps_before_the_classifier_give(monkeypatch):
    steps = [lambda X: X.table, lambda table: 10 * table, lambda table: table + 1]
    model = make_pipeline(*map(FunctionTransformer, steps), DummyClassifier())
    stars = SimpleNamespace(labels=None, table=np.array([[1.0, 2.0], [3.0, 4.0]]))
    monkeypatch.setattr(_labelling, "load_pipeline", lambda *_: model)
    monkeypatch.setattr(_labelling, "read_stars", lambda _: stars)
    found = _labelling._measured(Namespace(model="m", labels=None), labels_needed=False)
    assert found[0] is model and found[1] is stars and found[3] is None
    np.testing.assert_array_equal(found[2], [[11, 21], [31, 41]])
