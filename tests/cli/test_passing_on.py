"""What is said on the command line reaches what does the work."""

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl import _compiled, load_model
from sklearn_vartl.cli import _arguments, _classify, _evaluate, _learn, _look, _main
from sklearn_vartl.transfer import TransferEnsembleClassifier


class Reached(Exception):
    """The work would begin here."""


@pytest.fixture
def reach(monkeypatch, vartl):
    """A function (what does the work, words...) -> its positional and named arguments."""

    def call(name, *words):
        seen = []

        def instead(*args, **kwargs):
            seen.append((args, kwargs))
            raise Reached

        with monkeypatch.context() as patch:
            patch.setattr(name, instead)
            with pytest.raises(Reached):
                vartl(*words, "--debug", "-q")
        return seen[0]

    return call


def test_a_new_pipeline_is_as_asked_for():
    common = {"jobs": 3, "quiet": False, "random_state": 5, "features": "amplitude, skewness"}
    common["outliers"] = None
    first, last = (
        step for _, step in _learn.new_pipeline(Namespace(ensemble=False, **common)).steps
    )
    assert first.get_params() == first.get_params() | {
        "features": ["amplitude", "skewness"], "on_error": "nan", "n_jobs": 3, "verbose": True
    }  # fmt: skip
    assert (last.n_jobs, last.verbose, last.random_state) == (3, True, 5)
    quiet = Namespace(ensemble=True, **common | {"quiet": True})
    first, last = (step for _, step in _learn.new_pipeline(quiet).steps)
    assert isinstance(last, TransferEnsembleClassifier)
    assert (last.n_jobs, last.verbose, last.random_state) == (3, False, 5)
    assert (first.on_error, first.outliers) == ("nan", "drop_all")
    for ensemble in (False, True):
        kept = Namespace(ensemble=ensemble, **common | {"outliers": "keep"})
        assert _learn.new_pipeline(kept)[0].outliers == "keep"


def test_a_loaded_pipeline_works_as_asked_for(of_three_steps):
    model = _arguments.load_pipeline(of_three_steps, Namespace(jobs=2, quiet=False))
    assert len(model.steps) == 3
    for step in (model.steps[0][1], model.steps[-1][1]):
        assert (step.n_jobs, step.verbose) == (2, True)
    assert model.steps[0][1].on_error == "nan"


def test_a_file_comes_before_a_model_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _arguments.model_path(Path("crts")) != Path("crts")
    Path("crts").write_bytes(b"mine")
    assert _arguments.model_path(Path("crts")) == Path("crts")
    # Whoever names a folder or a suffix means a file.
    for name in ("models/crts", "crts.vartl"):
        assert _arguments.model_path(Path(name)) == Path(name)
    with pytest.raises(ValueError, match="crtz is neither a file nor a model"):
        _arguments.model_path(Path("crtz"))


def test_names_of_columns():
    assert _arguments.parse_columns("time=hjd,magerr=, id = star") == {
        "time": "hjd", "magerr": None, "id": "star"
    }  # fmt: skip
    assert _arguments.parse_columns(None) is None and _arguments.split_names(None) is None
    assert _arguments.split_names(" A,,B , ") == ["A", "B"]
    assert _arguments.flux("median") == "median" and _arguments.flux("3.5") == 3.5


def test_classification_of_a_catalogue(reach, folder, tmp_path):
    (tmp_path / "shares.csv").write_text("class,share\nLONG,0.75\n")
    (model, source, output), more = reach(
        "sklearn_vartl.catalog.classify_catalog",
        *("classify", "--model", folder / "source.vartl", folder / "stars.parquet"),
        *("-o", tmp_path / "out", "--batch-size", 7, "-j", 2, "--no-resume", "--columns", "a=b"),
        *("--classes", "LONG, SHORT", "--exclude", "LONG", "--abstain", "--sets", 0.2),
        *("--priors", tmp_path / "shares.csv"),
    )
    assert (source, output) == (folder / "stars.parquet", tmp_path / "out")
    assert model.classes_.tolist() == ["LONG", "SHORT"]
    assert more == {
        "columns": {"a": "b"}, "batch_size": 7, "n_jobs": 2, "resume": False, "verbose": False,
        "classes": ["LONG", "SHORT"], "exclude": ["LONG"], "abstain": True, "alpha": 0.2,
        "priors": {"LONG": 0.75}, "purity": None,
    }  # fmt: skip


def test_what_is_classified_part_by_part(folder, light_curves, tmp_path):
    for name in ("texts", "both"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_bytes((folder / "unlabelled.csv").read_bytes())
    (tmp_path / "both" / "b.parquet").write_bytes((folder / "stars.parquet").read_bytes())
    light_curves.replace(table=None).to_pandas().to_parquet(tmp_path / "points.parquet")
    of_stars = [folder / "stars.parquet", tmp_path / "both", tmp_path / "both" / "*.parquet"]
    assert all(map(_classify._is_catalog, of_stars))
    for other in (
        "points.parquet",
        "both/a.csv",
        "texts",
        "texts/*.parquet",
        "none.parquet",
        "none",
    ):
        assert not _classify._is_catalog(tmp_path / other), other
    for output, is_folder in (
        ("both", True),
        ("new", True),
        ("c.parquet", False),
        ("c.csv", False),
    ):
        assert _classify._is_folder(tmp_path / output) is is_folder


@pytest.mark.parametrize("options", [["--zero-flux", "5"], ["--priors", "em"], ["--adapt"]])
def test_what_needs_all_stars_is_classified_whole(reach, folder, tmp_path, options, light_curves):
    (_, X), more = reach(
        "sklearn_vartl.cli._classify.classify",
        *("classify", "--model", folder / "source.vartl", folder / "stars.parquet"),
        *("-o", tmp_path / "out.parquet", "-j", 1, *options),
    )
    assert len(X) == len(light_curves) and more["n_jobs"] == 1
    assert more["priors"] == ("em" if "em" in options else None)
    assert more["adapt"] is ("--adapt" in options)


def test_suggestions_and_doubts(reach, folder, tmp_path):
    labels = pd.read_csv(folder / "labels.csv")
    labels[:4].to_csv(tmp_path / "some.csv", index=False)
    stars = "--model", folder / "source.vartl", folder / "unlabelled.csv", "-j", 1
    stars += "--labels", tmp_path / "some.csv", "-o", tmp_path / "o.csv", "--random-state", 9
    (classifier, features, n), more = reach(
        "sklearn_vartl.labelling.suggest_labels", "suggest", *stars, "-n", 4
    )
    assert n == 4 and more["random_state"] == 9 and len(features) == 30
    assert more["y"].tolist() == [*labels["label"][:4], *[None] * 26]
    (classifier, features, y), more = reach(
        "sklearn_vartl.labelling.doubtful_labels", "doubt", *stars, "--folds", 3
    )
    assert more == {"cv": 3, "random_state": 9} and y.tolist()[:4] == labels["label"][:4].tolist()
    assert not classifier.is_transferred_
    (_, star, features, y), more = reach(
        "sklearn_vartl.labelling.explain",
        *("explain", "--model", folder / "source.vartl", folder / "stars.parquet", "star7"),
        *("-j", 1),
    )
    assert star == 7 and more["ids"][star] == "star7" and len(y) == 30
    assert len(more["feature_names"]) == features.shape[1]


def test_a_column_of_labels_without_any_teaches_nothing(reach, folder, light_curves, tmp_path):
    table = light_curves.replace(labels=None, table=None).to_pandas().assign(label="")
    table.to_csv(tmp_path / "x.csv", index=False)
    (classifier, features, n), more = reach(
        "sklearn_vartl.labelling.suggest_labels",
        *("suggest", "--model", folder / "source.vartl", tmp_path / "x.csv", "-j", 1),
        *("-o", tmp_path / "o.csv"),
    )
    assert more == {"y": None, "random_state": 0} and n == 40 and len(features) == 30
    assert not classifier.is_transferred_


def test_labels_that_are_new_teach_first(reach, folder, light_curves, tmp_path):
    names = np.where(light_curves.labels == "SHORT", "A", "B")[:6]
    rows = [f"{star},{name}" for star, name in zip(light_curves.ids, names, strict=False)]
    (tmp_path / "new.csv").write_text("\n".join(["object_id,label", *rows]))
    mag = 15 + 1.5 * (light_curves.mag - 15)
    changed = light_curves.replace(mag=mag, labels=None)
    changed.to_pandas().drop(columns="label", errors="ignore").to_csv(
        tmp_path / "x.csv", index=False
    )
    (classifier, *_), _ = reach(
        "sklearn_vartl.labelling.suggest_labels",
        *("suggest", "--model", folder / "source.vartl", tmp_path / "x.csv", "-j", 1),
        *("--labels", tmp_path / "new.csv", "-o", tmp_path / "o.csv", "--random-state", 4),
    )
    assert classifier.classes_.tolist() == ["A", "B"] and classifier.random_state == 4
    assert classifier.is_transferred_


def test_the_page(reach, folder, tmp_path):
    stars = "--model", folder / "source.vartl", folder / "stars.parquet", "-j", 1
    (model, X), more = reach(
        "sklearn_vartl.report.report",
        *("report", *stars, "-o", tmp_path / "r.html", "--unseen", "--random-state", 3),
    )
    assert len(X) == 30 and X.labels is not None
    assert more == {
        "path": tmp_path / "r.html", "title": "source on stars.parquet", "unseen": True,
        "random_state": 3,
    }  # fmt: skip


def test_labels_of_the_page_are_read_as_classes_of_the_model(reach, folder, tmp_path):
    stars = pd.read_csv(folder / "labels.csv")
    stars["label"] = stars["label"].map({"SHORT": "EW", "LONG": "RRab"})
    stars.to_csv(tmp_path / "names.csv", index=False)
    given = "--model", folder / "source.vartl", folder / "stars.parquet", "-j", 1
    given += "--labels", tmp_path / "names.csv", "-o", tmp_path / "r.html"
    (_, X), _ = reach("sklearn_vartl.report.report", "report", *given, "--harmonise")
    assert set(X.labels) == {"EC", "RRAB"}
    with pytest.raises(ValueError, match="--survey says how --harmonise reads"):
        reach("sklearn_vartl.report.report", "report", *given, "--survey", "gcvs")


def test_the_cross_validation(reach, folder, tmp_path):
    (model, X, n_folds), _ = reach(
        "sklearn_vartl.cli._learn.cross_scores",
        *("transfer", "--source", folder / "source.vartl", folder / "stars.parquet"),
        *("-o", tmp_path / "m.vartl", "-j", 1, "--cv", 4, "--random-state", 6),
        *("--strategy", "head", "--keep", "none"),
    )
    last = model.steps[-1][1]
    assert n_folds == 4 and len(X) == 30 and not model.is_transferred_
    assert (last.random_state, last.strategy, last.keep) == (6, "head", ())


def test_weights_of_labels(reach, folder, tmp_path, light_curves, capsys):
    """By identifier, in any order; who is not named weighs 1."""
    ids = light_curves.ids.tolist()
    table = pd.DataFrame({"object_id": ids, "weight": np.arange(30.0) / 10})[:0:-1]
    table.to_csv(tmp_path / "doubts.csv", index=False)
    _, more = reach(
        "sklearn_vartl.transfer.TransferPipeline.partial_fit_target",
        *("transfer", "--source", folder / "source.vartl", folder / "stars.parquet"),
        *("-o", tmp_path / "m.vartl", "-j", 1, "--weights", tmp_path / "doubts.csv"),
    )
    np.testing.assert_allclose(more["sample_weight"], [1.0, *np.arange(1, 30) / 10])
    said = capsys.readouterr().err
    assert f"1 of 30 labelled stars are not in {tmp_path / 'doubts.csv'} and weigh 1" in said
    assert f"(first: {ids[0]!r})" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("object_id,p\nstar0,1\n", "is no table of weights: it has no weight"),
        ("object_id,weight\nstar0,1\nstar0,2\n", "star 'star0' stands there twice"),
        ("object_id,weight\nnobody,1\n", "none of its stars is among those with a label"),
        ("object_id,weight\nstar0,high\n", "its weights must be numbers"),
        ("object_id,weight\nstar0,1\nstar3,-2\n", "the weight of 'star3' is -2; a weight is"),
        ("object_id,weight\nstar0,1\nstar3,\n", "the weight of 'star3' is nan"),
    ],
)
def test_weights_that_are_none_are_refused(text, said, folder, tmp_path, vartl):
    (tmp_path / "doubts.csv").write_text(text)
    given = "--source", folder / "source.vartl", folder / "stars.parquet", "-j", 1
    given += "--weights", tmp_path / "doubts.csv", "-o", tmp_path / "m.vartl"
    code, _, err = vartl("transfer", *given)
    assert code == 1 and said in " ".join(err.split())
    assert not (tmp_path / "m.vartl").exists()
    code, _, err = vartl("transfer", *given, "--cv", 3)
    assert code == 1 and "--cv goes without --weights" in err


def test_stars_that_are_drawn_are_those_that_are_named(reach, folder, tmp_path, light_curves):
    (_, X), more = reach(
        "sklearn_vartl.catalog.classify",
        *("plot", folder / "stars.parquet", "star7", "star3", "--model", folder / "source.vartl"),
        *("-o", tmp_path / "p.png", "-j", 1),
    )
    assert sorted(X.ids.tolist()) == ["star3", "star7"] and more["n_jobs"] == 1
    (X, table), _ = reach(
        "sklearn_vartl.report.plot_sheet",
        *("plot", folder / "stars.parquet", "--sheet", _table(light_curves, tmp_path)),
        *("-o", tmp_path / "p.png"),
    )
    assert len(X) == 30 and table["label"].tolist() == light_curves.labels.tolist()


def _table(X, folder):
    table = pd.DataFrame({"object_id": X.ids, "label": X.labels, "period": 1.0})
    table.to_csv(folder / "classes.csv", index=False)
    return folder / "classes.csv"


def test_too_many_stars_are_no_picture(vartl, folder, tmp_path):
    words = [f"star{k}" for k in range(51)]
    arguments = "plot", folder / "stars.parquet", *words, "--model", folder / "source.vartl"
    code, _, errors = vartl(*arguments, "-o", tmp_path / "p.png", "-q")
    assert code == 1 and "51 stars are too many for a picture: name up to 50" in errors
    # Of fifty, what goes wrong is something else.
    arguments = "plot", folder / "stars.parquet", *words[1:], "--classes", folder / "labels.csv"
    code, _, errors = vartl(*arguments, "-o", tmp_path / "p.png", "-q")
    assert code == 1 and "is no table of classes" in errors


def test_what_is_said_of_stars_far_from_all_that_was_learned(capsys):
    proba = {"p_A": [0.9, 0.8, 0.3, 0.6], "p_B": [0.1, 0.2, 0.7, 0.4]}
    table = pd.DataFrame(proba | {"novelty": [0.5, 0.5, 0.5, 0.5]})
    _classify._say_expected(_classify._expected(table, ["A", "B"]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "expected: 75.0% of the most probable classes are right"
    # Three stars are called A, of which 2.3 are, of 2.6 in all.
    assert lines[1].split() == ["A", "purity", "0.77,", "completeness", "0.88"]
    assert lines[2].split() == ["B", "purity", "0.70,", "completeness", "0.50"]
    far = table.assign(novelty=[0.5, 0.5, 0.5, 0.9999])
    _classify._say_expected(_classify._expected(far, ["A", "B"]))
    assert "25% are unlike all that the model has learned" in capsys.readouterr().out
    none = pd.DataFrame({"p_A": [0.9], "p_B": [0.1]})
    _classify._say_expected(_classify._expected(none, ["A", "B"]))
    assert len(capsys.readouterr().out.splitlines()) == 2
    _classify._say_drift(None)
    assert capsys.readouterr().out == ""


def test_reasons_are_given_where_there_are_any(capsys):
    assert _classify._exit_code(0, 5, {"few": 2}) == 0 and capsys.readouterr().err == ""
    assert _classify._exit_code(2, 5, {"few": 2}) == 3
    assert "2 of 5 stars could not be classified; they have no label (few: 2 stars)" in (
        capsys.readouterr().err
    )
    assert _classify._exit_code(1, 5) == 3
    assert capsys.readouterr().err.endswith("it has no label\n")


def test_a_card_is_read_line_by_line():
    card = {"a": {"b": [1, 2], "c": {}}, "d": [], "e": None, "f": 0, "g": {}, "h": 15.0, "i": 0.25}
    lines = ["a:", "  b: 1, 2", "  c: -", "d: -", "e: -", "f: 0", "g: -", "h: 15", "i: 0.25"]
    assert list(_look._lines(card)) == lines


def test_what_was_learned_is_described(light_curves, capsys):
    arguments = SimpleNamespace(light_curves=Path("folder/x.csv"))
    found = _learn.describe(light_curves[:5], arguments)
    assert found == {
        "file": "x.csv", "survey": "TEST", "n_stars": 5, "n_points": 200,
        "classes": {"LONG": 2, "SHORT": 3},
    }  # fmt: skip
    mixed = light_curves[:2].replace(survey=["A", "B"])
    assert _learn.describe(mixed, arguments)["survey"] == "several"
    model = SimpleNamespace(classes_=np.array(["LONG", "QSO", "SHORT"]))
    _learn.report(model, light_curves[:5], 0, Path("m.vartl"))
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "learned 2 classes from 5 stars -> m.vartl",
        "  LONG 2, SHORT 3",
        "  kept from the source, without a label: QSO",
    ]


def test_a_report_as_text_and_as_a_table():
    report = {
        "n_stars": 3,
        "left_out": {"no label": 2},
        "translated": {},
        "unknown_classes": {},
        "scores": {"accuracy": 2 / 3, "log_loss": None},
        "classes": [
            {"class": "A", "n_stars": 2, "n_predicted": 3, "precision": 2 / 3, "recall": 1.0,
             "f1": 0.8},
            {"class": "B", "n_stars": 1, "n_predicted": 0, "precision": None, "recall": 0.0,
             "f1": 0.0},
        ],
        "confusion": {"labels": ["A", "B"], "counts": [[2, 0], [1, 0]]},
    }  # fmt: skip
    lines = _evaluate.as_text(report).splitlines()
    assert lines[:2] == ["3 stars scored", "  left out: 2 (no label)"]
    assert [line.split() for line in lines[2:]] == [
        [],
        ["accuracy", "0.667"],
        ["log", "loss", "-"],
        [],
        ["class", "stars", "predicted", "precision", "recall", "f1"],
        ["A", "2", "3", "0.667", "1.000", "0.800"],
        ["B", "1", "0", "-", "0.000", "0.000"],
        [],
        ["true", "\\", "predicted", "A"],
        ["A", "2"],
        ["B", "1"],
    ]
    table = _evaluate.as_table(report)
    value = table.set_index(["quantity", "class", "predicted"])["value"]
    assert value["confusion", "B", "A"] == 1 and value["confusion", "A", "B"] == 0
    assert value["left out: no label", None, None] == 2 and value["n_stars", None, None] == 3
    assert value["recall", "A", None] == 1 and np.isnan(value["precision", "B", None])
    assert table["value"].dtype == float


def test_the_source_is_not_changed_by_commands(folder, vartl, tmp_path):
    before = (folder / "source.vartl").read_bytes()
    labels, out = folder / "labels.csv", tmp_path / "m.vartl"
    stars = "--source", folder / "source.vartl", folder / "unlabelled.csv", "--labels", labels
    assert vartl("transfer", *stars, "-o", out, "-q", "-j", 1)[0] == 0
    assert (folder / "source.vartl").read_bytes() == before
    assert load_model(out).is_transferred_


@pytest.mark.skipif(not _compiled.HAS_NUMBA, reason="there is nothing to compile without numba")
@pytest.mark.parametrize(
    ("computes", "quiet", "told"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_what_is_compiled_is_told_where_something_is_computed(computes, quiet, told):
    arguments = SimpleNamespace(
        computes=computes, quiet=quiet, run=lambda _: bool(_compiled._speaking)
    )
    assert _main._run(arguments) is told
    # A model is described without the seconds that it takes to load the compiler.
    assert [command.name for command in _main.COMMANDS if not command.computes] == ["info"]
