"""What the commands say: of one and of several, at the borders and beyond, and nothing where nothing is to be said."""

import re
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl.catalog import CatalogReport
from sklearn_vartl.cli import _classify, _demo, _labelling, _learn
from sklearn_vartl.light_curves import LightCurves
from sklearn_vartl.probabilities import AccuracyEstimate, DriftTest


@pytest.mark.parametrize(
    ("n_points", "n_stars", "said"),
    [
        (0, 0, ""),
        (1, 1, "1 measurement of 1 star stands alone and was left out"),
        (2, 1, "2 measurements of 1 star stand alone and were left out"),
        (3, 2, "3 measurements of 2 stars stand alone and were left out"),
    ],
)
def test_how_many_measurements_stand_alone(capsys, n_points, n_stars, said):
    _classify._say_outliers(n_points, n_stars)
    assert capsys.readouterr().out.partition(" (")[0] == said


@pytest.mark.parametrize(("n_changed", "said"), [(0, "0 have"), (1, "1 has"), (2, "2 have")])
def test_how_many_stars_are_called_otherwise_when_adapted(capsys, n_changed, said):
    _classify._say_adapted(40, 10, n_changed)
    words = f"its 10 neighbours among 40; {said} another class than without --adapt"
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(("far", "told"), [(0.0, False), (0.09, False), (0.1, True), (0.42, True)])
def test_what_to_expect(capsys, far, told):
    none = float("nan")
    estimate = AccuracyEstimate(
        9, 0.876, {"EC": 8, "SR": 0, "T": 1}, {"EC": 0.911, "SR": none, "T": 0.5},
        {"EC": 0.822, "SR": 0.0, "T": 1.0}, {}, far,
    )  # fmt: skip
    _classify._say_expected(estimate)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("expected: 87.6% of the most probable classes are right")
    assert (
        f"{far:.0%} are unlike all that the model has learned: do not rely on it" in head
    ) is told
    # No word about classes that no star has; names in a column.
    assert rows == [
        "  EC           purity 0.91, completeness 0.82",
        "  T            purity 0.50, completeness 1.00",
    ]


def test_whether_stars_are_like_those_learned(capsys):
    _classify._say_drift(None)
    assert capsys.readouterr().out == ""
    _classify._say_drift(DriftTest(0.234, False, "period"))
    assert capsys.readouterr().out == "like the stars the model was fine-tuned on (p = 0.23)\n"
    _classify._say_drift(DriftTest(0.000234, True, "period"))
    said = "unlike those the model was fine-tuned on (p = 0.0002, most of all in period)"
    assert said in capsys.readouterr().out


def test_the_exit_code_tells_of_stars_without_a_class(capsys):
    assert _classify._exit_code(0, 9, {"": 1}) == 0 and capsys.readouterr().err == ""
    assert _classify._exit_code(3, 9) == 3
    assert capsys.readouterr().err.endswith(
        "3 of 9 stars could not be classified; they have no label\n"
    )
    assert _classify._exit_code(3, 9, {"few": 2, "faint": 1}) == 3
    assert "they have no label (few: 2 stars, faint: 1 star)" in capsys.readouterr().err


@pytest.mark.parametrize("quiet", [True, False])
def test_the_classes_of_a_result_in_columns(capsys, quiet):
    arguments = SimpleNamespace(quiet=quiet, output="out.csv")
    _classify._say_result(8, 9, {"EC": 7, "SR": 1}, arguments, 2)
    out = capsys.readouterr().out.splitlines()
    assert (
        out == []
        if quiet
        else out[0].startswith("8 of 9 stars have a class, 2 of them novel (above ")
    )
    assert out[1:] == ([] if quiet else ["  EC                  7", "  SR                  1"])
    _classify._say_result(8, 9, {}, arguments)
    assert capsys.readouterr().out == ("" if quiet else "8 of 9 stars have a class -> out.csv\n")


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 of 2 stars have"), (1, "1 of 2 stars has"), (2, "2 of 2 stars have")]
)
def test_one_star_has_a_class_and_others_have_one(capsys, n, said):
    arguments = SimpleNamespace(quiet=False, output="out.csv")
    _classify._say_result(n, 2, {}, arguments, 0)
    assert capsys.readouterr().out.startswith(f"{said} a class, 0 of them novel (above ")


@pytest.fixture
def of_catalogue(monkeypatch):
    """A function (quiet, what a report has) -> exit code of a catalogue whose run gave that report."""
    estimate = AccuracyEstimate(8, 0.9, {"EC": 3}, {"EC": 0.9}, {"EC": 0.9}, {}, 0.0)
    usual = {"n_stars": 8, "classes": {"EC": 3, "SR": 5}, "expected": estimate}
    usual |= {"drift": DriftTest(0.3, False, "period"), "n_outliers": 3, "n_with_outliers": 2}

    def call(quiet=False, **more):
        report = CatalogReport(Path("out"), **usual | more)
        monkeypatch.setattr("sklearn_vartl.catalog.classify_catalog", lambda *a, **k: report)
        arguments = SimpleNamespace(
            light_curves="stars.parquet", output="out", columns=None, batch_size=1, jobs=1, no_resume=False,
            quiet=quiet,
        )  # fmt: skip
        return _classify._classify_catalog(None, {}, arguments)

    return call


def test_what_is_said_of_a_catalogue(of_catalogue, capsys):
    assert of_catalogue(n_novel=1) == 0
    out, err = capsys.readouterr()
    assert [line.split("(")[0].split()[:4] for line in out.splitlines()] == [
        # The largest class first, whatever its name.
        ["8", "of", "8", "stars"], ["SR", "5"], ["EC", "3"], ["3", "measurements", "of", "2"],
        ["expected:", "90.0%", "of", "the"], ["EC", "purity", "0.90,", "completeness"],
        ["like", "the", "stars", "the"],
    ]  # fmt: skip
    assert ", 1 of them novel" in out and err == ""
    assert of_catalogue(quiet=True) == 0 and capsys.readouterr() == ("", "")
    # Without a star that has a class nothing is expected, nor said of it.
    flags = {"too few usable points": 8}
    assert of_catalogue(classes={}, flags=flags, expected=None, drift=None) == 3
    out, err = capsys.readouterr()
    assert out == "0 of 8 stars have a class -> out\n"
    assert (
        "8 of 8 stars could not be classified; they have no label (too few usable points: 8 stars)"
        in err
    )


def test_what_could_not_be_read_of_a_catalogue_is_exit_code_three(of_catalogue, capsys):
    assert of_catalogue(quiet=True, broken=["a.parquet: cut off", "b.parquet: cut off"]) == 3
    said = "vartl: warning: passed over {}.parquet: cut off\n"
    assert capsys.readouterr().err == said.format("a") + said.format("b")
    nothing = {"n_stars": 0, "classes": {}, "expected": None}
    assert of_catalogue(quiet=True, broken=["a.parquet: cut off"], **nothing) == 3
    with pytest.raises(ValueError, match="stars.parquet holds no light curves"):
        of_catalogue(**nothing)


@pytest.mark.parametrize(
    ("n_left_out", "classes"), [(0, "AB"), (1, "AB"), (2, "ABC"), (3, "AB"), (0, "A")]
)
def test_what_was_learned(capsys, n_left_out, classes):
    labels = np.array(["A"] if classes == "A" else ["A", "B", "B"])
    model = SimpleNamespace(classes_=np.array(list(classes)), is_transferred_=False)
    _learn.report(model, _Stars(labels), n_left_out, Path("m.vartl"))
    out = capsys.readouterr().out
    stars = (
        "1 star without a label was"
        if n_left_out == 1
        else f"{n_left_out} stars without a label were"
    )
    without = f" ({stars} left out)" if n_left_out else ""
    n_classes = "1 class from 1 star" if classes == "A" else "2 classes from 3 stars"
    head, counts, *more = out.splitlines()
    assert head == f"learned {n_classes}{without} -> m.vartl"
    assert counts == ("  A 1" if classes == "A" else "  A 1, B 2")
    assert more == ["  kept from the source, without a label: C"] * ("C" in classes)


class _Stars:
    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_stars_without_features_and_labels_to_doubt(capsys, monkeypatch, n):
    """One of each looks wrong, several look so; none without features is no word."""
    X = LightCurves(np.arange(4), np.zeros(4), None, np.arange(5), labels=list("ABAB"))
    features = np.zeros((4, 2))
    features[:n] = np.nan
    features[3, 0] = np.nan
    pipeline = make_pipeline(FunctionTransformer(lambda X: features), DummyClassifier())
    table = pd.DataFrame({"is_issue": np.arange(4) < n, "id": 0, "position": 0})
    asked = []

    def doubtful_labels(classifier, features, y, **options):
        asked.append(y)
        return SimpleNamespace(to_pandas=lambda: table.copy(), position=np.arange(4))

    monkeypatch.setattr("sklearn_vartl.labelling.doubtful_labels", doubtful_labels)
    monkeypatch.setattr(_labelling, "load_pipeline", lambda *_: pipeline)
    monkeypatch.setattr(_labelling, "read_stars", lambda _: X)
    monkeypatch.setattr(_labelling, "_finish", lambda *_: None)
    given = {
        "labels": None,
        "label_columns": None,
        "harmonise": False,
        "survey": None,
        "plot": None,
    }
    given |= {
        "model": None,
        "output": Path("out.csv"),
        "folds": 2,
        "random_state": 0,
        "quiet": False,
    }
    _labelling.doubt.run(Namespace(**given))
    out, err = capsys.readouterr()
    # Nobody judges a star by nothing.
    assert asked[0].tolist() == [None] * n + list("ABAB")[n:]
    has = (
        "1 of 4 stars has no features and is"
        if n == 1
        else f"{n} of 4 stars have no features and are"
    )
    assert err == (f"vartl: warning: {has} passed over\n" if n else "")
    looks = "looks" if n == 1 else "look"
    assert out.startswith(f"{n} of 4 labels {looks} wrong (is_issue); all of them, the most")


@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("labels", ["AA", "AB", "ABC"])
def test_a_model_of_one_class_is_told(capsys, monkeypatch, tmp_path, labels, quiet):
    n = len(labels)
    X = LightCurves(np.arange(n), np.zeros(n), None, np.arange(n + 1), labels=list(labels))
    saved = []
    monkeypatch.setattr(_learn, "read_stars", lambda _: X)
    monkeypatch.setattr(_learn, "new_pipeline", lambda _: DummyClassifier())
    monkeypatch.setattr(DummyClassifier, "fit", _fit_dummy)
    monkeypatch.setattr(
        "sklearn_vartl.persistence.save_model", lambda *given, **more: saved.append((given, more))
    )
    given = {"labels": None, "label_columns": None, "harmonise": False, "survey": None}
    given |= {"output": tmp_path / "m.vartl", "light_curves": Path("x.csv"), "quiet": quiet}
    _learn.train.run(Namespace(**given))
    out, err = capsys.readouterr()
    one = "vartl: warning: all labels are A: the model calls every star so\n"
    assert err == (one if labels == "AA" else "")
    assert out.startswith("learned ") is not quiet
    (((model, path), more),) = saved
    assert model.classes_.tolist() == sorted({*labels}) and path == tmp_path / "m.vartl"
    assert more["provenance"]["source"]["n_stars"] == n


def _fit_dummy(self, X, y):
    self.classes_ = np.unique(y)
    return self


def test_shares_are_of_the_classes_whatever_their_kind(tmp_path):
    """A table names classes in letters; a model may have numbers."""
    (tmp_path / "shares.csv").write_text("class,share\n1,0.75\n3,0.25\n")
    plain = {"classes": "1,2", "exclude": None, "abstain": False, "purity": 0.9, "sets": None}
    arguments = Namespace(priors=str(tmp_path / "shares.csv"), **plain)
    found = _classify._options(SimpleNamespace(classes_=np.array([1, 2])), arguments)
    # What the model does not know it refuses itself.
    assert found["priors"] == {1: 0.75, "3": 0.25}
    assert found["classes"] == ["1", "2"] and found["exclude"] is None and found["purity"] == 0.9
    for word in (None, "em", "balanced"):
        arguments.priors = word
        assert _classify._options(SimpleNamespace(classes_=[1]), arguments)["priors"] == word


def test_classes_to_keep_are_those_of_a_source():
    network = SimpleNamespace(classes_=np.array(["EC", "SR"]), is_transferred_=False)
    assert _learn._kept("None ", network) == ()
    assert _learn._kept("SR", network) == ("SR",)
    with pytest.raises(ValueError, match="--keep: RR, T is no class of the source, .* EC, SR"):
        _learn._kept("RR,EC,T", network)
    network.is_transferred_ = True
    with pytest.raises(ValueError, match="--keep is for the first fine-tuning .* stay: EC, SR"):
        _learn._kept("SR", network)


def test_scores_of_stars_not_learned_in_columns(capsys):
    one, other = (
        {"mcc": [0.91, 0.02], "f1_macro": [0.8, 0.1]},
        {"mcc": [0.5, 0], "f1_macro": [0.4, 1]},
    )
    _learn._say_scores({"n_folds": 5, "n_stars": 90, "fine-tuned": one, "random forest": other})
    head, *rows = capsys.readouterr().out.splitlines()
    assert "on stars not learned (5 folds of 90 stars, mean +- spread of the folds)" == head
    assert rows == [
        "  fine-tuned     MCC 0.910 +- 0.020   macro F1 0.800 +- 0.100",
        "  random forest  MCC 0.500 +- 0.000   macro F1 0.400 +- 1.000",
    ]


@pytest.mark.parametrize("verbose", [True, False])
def test_the_steps_of_the_demo_are_counted_and_timed(capsys, verbose):
    steps = _demo._Steps(2, verbose)
    steps("one")
    steps("two")
    steps.start -= 60
    steps.done()
    out = capsys.readouterr().out
    assert re.fullmatch(r"\[1/2\] one\n\[2/2\] two\ndone in 6\d s\n", out) if verbose else out == ""
