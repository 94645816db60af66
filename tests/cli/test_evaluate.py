"""`vartl evaluate`: its numbers are those of the model, and what it leaves out is told."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score, log_loss, matthews_corrcoef
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_vartl import (
    LightCurves,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
    write_light_curves,
)
from sklearn_vartl.cli._evaluate import _reasons, _write
from sklearn_vartl.cli._learn import cross_scores
from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.persistence import read_model_card

from .conftest import FEATURES


def write_labels(path, X, labels):
    rows = [f"{star},{label}" for star, label in zip(X.ids, labels, strict=True) if label]
    path.write_text("object_id,label\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def wrong_labels(light_curves, tmp_path):
    """Six of thirty labels exchanged, so that scores are not all one."""
    labels = light_curves.labels.astype(object)
    labels[:6] = np.where(labels[:6] == "SHORT", "LONG", "SHORT")
    return labels, write_labels(tmp_path / "labels.csv", light_curves, labels)


@pytest.fixture
def eclipsing(light_curves, tmp_path):
    """A model with classes that have other names elsewhere: EC and LPV."""
    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=20, random_state=0)
    model = make_transfer_pipeline(LightCurveFeatures(FEATURES.split(",")), network)
    model.fit(light_curves, np.where(light_curves.labels == "SHORT", "EC", "LPV"))
    save_model(model, tmp_path / "eclipsing.vartl")
    return tmp_path / "eclipsing.vartl"


def test_report_is_what_scikit_learn_says(vartl, folder, light_curves, wrong_labels, tmp_path):
    labels, path = wrong_labels
    out = tmp_path / "report.json"
    code, text, _ = vartl(
        "evaluate", "--model", folder / "source.vartl", folder / "stars.parquet",
        "--labels", path, "-o", out, "-j", 1,
    )  # fmt: skip
    assert code == 0
    report = json.loads(out.read_text())
    model = load_model(folder / "source.vartl")
    proba = model.predict_proba(light_curves)
    predicted, y = model.classes_[proba.argmax(axis=1)], labels.astype(str)
    scores = report["scores"]
    assert scores["matthews_corrcoef"] == pytest.approx(matthews_corrcoef(y, predicted))
    assert scores["f1_macro"] == pytest.approx(f1_score(y, predicted, average="macro"))
    assert scores["log_loss"] == pytest.approx(log_loss(y, proba, labels=model.classes_))
    assert scores["accuracy"] == pytest.approx(np.mean(y == predicted)) and scores["accuracy"] < 0.9
    counts = pd.crosstab(y, predicted).to_numpy()
    assert report["confusion"] == {"labels": ["LONG", "SHORT"], "counts": counts.tolist()}
    first = report["classes"][0]
    assert first["class"] == "LONG" and first["n_stars"] == 15
    assert first["recall"] == pytest.approx(counts[0, 0] / counts[0].sum())
    assert first["precision"] == pytest.approx(counts[0, 0] / counts[:, 0].sum())
    assert report["left_out"] == {} and report["n_stars"] == 30
    assert report["model"] == "source.vartl" and report["light_curves"] == "stars.parquet"

    lines = text.splitlines()
    assert lines[0] == "30 stars scored"
    mcc = f"{scores['matthews_corrcoef']:.3f}"
    assert any(line.split() == ["Matthews", "correlation", "(MCC)", mcc] for line in lines)
    assert lines[-2].split() == ["LONG", *map(str, counts[0])]
    assert lines[-3].split()[-2:] == ["LONG", "SHORT"]


def test_report_as_a_table_has_the_same_numbers(vartl, folder, wrong_labels, tmp_path):
    arguments = (
        "evaluate", "--model", folder / "source.vartl", folder / "stars.parquet",
        "--labels", wrong_labels[1], "-q", "-j", 1,
    )  # fmt: skip
    for name in ("report.json", "report.csv"):
        code, text, _ = vartl(*arguments, "-o", tmp_path / name)
        assert (code, text) == (0, "")
    report = json.loads((tmp_path / "report.json").read_text())
    table = pd.read_csv(tmp_path / "report.csv")
    assert list(table.columns) == ["quantity", "class", "predicted", "value"]
    value = table.set_index(["quantity", "class", "predicted"])["value"]
    assert value["f1_macro", np.nan, np.nan] == pytest.approx(report["scores"]["f1_macro"])
    assert value["recall", "LONG", np.nan] == pytest.approx(report["classes"][0]["recall"])
    assert value["confusion", "LONG", "SHORT"] == report["confusion"]["counts"][0][1] > 0
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_quiet_without_a_file_still_prints_the_report(vartl, folder, of_three_steps):
    arguments = "evaluate", "--model", of_three_steps, folder / "stars.parquet", "-j", 1
    code, text, errors = vartl(*arguments, "-q")
    assert code == 0 and "macro F1" in text
    assert errors.count("\n") == 1 and "has learned 30 of these" in errors


def test_stars_left_out_are_counted_with_their_reason(
    vartl, folder, light_curves, with_bad_star, tmp_path
):
    labels = light_curves.labels.astype(object)
    labels[10:14] = None
    path = write_labels(tmp_path / "few.csv", light_curves, labels)
    out = tmp_path / "report.json"
    code, text, errors = vartl(
        "evaluate", "--model", folder / "source.vartl", with_bad_star, "--labels", path,
        "-o", out, "-j", 1,
    )  # fmt: skip
    assert code == 0
    report = json.loads(out.read_text())
    assert report["n_stars"] == 25
    reasons = report["left_out"]
    assert reasons.pop("no label") == 4
    ((reason, count),) = reasons.items()
    assert count == 1 and "magnitude" in reason
    assert "left out: 4 (no label)" in text and f"left out: 1 ({reason})" in text
    assert "star3" in errors


def test_a_reason_is_what_makes_a_star_unusable_and_not_what_was_mended():
    time, mag = np.arange(47.0), np.sin(np.arange(47.0))
    # Points without a brightness: of a good star, and of one that has too few without them.
    mag[[0, 40]] = np.nan
    X = LightCurves(time, mag, offsets=[0, 20, 40, 47])
    missing = np.array([False, True, True])
    assert _reasons(X, missing, 10) == {"too few usable points": 1, "no features": 1}
    assert _reasons(X, missing & False, 10) == {}


def test_labels_of_other_names_are_translated_when_asked(vartl, folder, eclipsing, tmp_path):
    stars = pd.read_csv(folder / "labels.csv")
    stars["label"] = stars["label"].map({"SHORT": "EW", "LONG": "Mira"})
    stars.to_csv(tmp_path / "names.csv", index=False)
    arguments = (
        "evaluate", "--model", eclipsing, folder / "stars.parquet",
        "--labels", tmp_path / "names.csv", "-q", "-j", 1,
    )  # fmt: skip
    code, _, errors = vartl(*arguments)
    assert code == 1
    assert "none of the labels (EW, Mira) is a class of the model (EC, LPV)" in errors
    assert "--harmonise finds" in errors
    code, text, _ = vartl(*arguments, "--harmonise", "-o", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert code == 0
    assert report["translated"] == {"EW": "EC", "Mira": "LPV"}
    assert report["scores"]["accuracy"] > 0.9
    assert "labels read EW as EC, Mira as LPV" in vartl(*arguments, "--harmonise")[1]


def test_classes_the_model_does_not_know_are_named(vartl, folder, light_curves, tmp_path):
    labels = light_curves.labels.astype(object)
    labels[[2, 4, 5]] = "QSO"
    path = write_labels(tmp_path / "labels.csv", light_curves, labels)
    arguments = (
        "evaluate", "--model", folder / "source.vartl", folder / "stars.parquet",
        "--labels", path, "-j", 1, "-o", tmp_path / "report.json",
    )  # fmt: skip
    code, text, _ = vartl(*arguments)
    report = json.loads((tmp_path / "report.json").read_text())
    assert code == 0
    assert report["unknown_classes"] == {"QSO": 3} and report["n_stars"] == 30
    assert "always wrong (and not in the log loss): QSO (3)" in text
    of_qso = next(row for row in report["classes"] if row["class"] == "QSO")
    assert of_qso["recall"] == 0 and of_qso["precision"] is None
    model = load_model(folder / "source.vartl")
    known = labels != "QSO"
    expected = log_loss(labels[known].astype(str), model.predict_proba(light_curves)[known])
    assert report["scores"]["log_loss"] == pytest.approx(expected)

    matrix = text.splitlines()[-4:]
    assert matrix[0].split()[-2:] == ["LONG", "SHORT"]  # nothing is predicted to be a QSO
    counts = [[row[0], row[2]] for row in report["confusion"]["counts"]]
    assert counts[1] == [1, 2] and 0 in counts[0]
    # What is confused stands out.
    assert [row.split()[1:] for row in matrix[1:]] == [
        [str(n or ".") for n in row] for row in counts
    ]

    vartl(*arguments, "--known-only")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["left_out"] == {"label is no class of the model": 3}
    assert report["unknown_classes"] == {} and report["n_stars"] == 27


@pytest.mark.parametrize(
    "arguments, message",
    [
        ("--model source.vartl unlabelled.csv", "none of the light curves has a label"),
        ("--model source.vartl stars.parquet -o r.txt", "must end in .json, .csv or .tsv"),
        ("--model source.vartl stars.parquet -o nowhere/r.json", "There is no folder nowhere"),
        ("--model nowhere.vartl stars.parquet", "nowhere.vartl"),
        (
            "--model source.vartl stars.parquet --labels others.csv",
            "(A, B) is a class of the model",
        ),
        (
            "--model source.vartl constant.parquet",
            "none of the 30 labelled stars can be classified",
        ),
    ],
)
def test_bad_input_is_one_clear_line(
    vartl, folder, light_curves, tmp_path, monkeypatch, arguments, message
):
    from sklearn_vartl import write_light_curves

    write_labels(tmp_path / "others.csv", light_curves, ["A", "B"] * 15)
    constant = light_curves.replace(mag=np.full(len(light_curves.mag), 15.0))
    write_light_curves(constant, tmp_path / "constant.parquet")
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    code, out, errors = vartl("evaluate", *arguments.split(), "-q", "-j", 1)
    assert code == 1 and out == ""
    last = errors.splitlines()[-1]
    assert last.startswith("vartl: error: ") and message in last
    assert "harmonise" not in last


def test_help_explains(vartl):
    code, text, _ = vartl("evaluate", "--help")
    assert code == 0 and "--harmonise" in text and "usage: vartl evaluate" in text


@pytest.fixture
def partly_learned(light_curves, tmp_path):
    """The stars that the model has learned, ten of them changed into others."""
    mag = light_curves.mag.copy()
    mag[light_curves.offsets[20] :] = 15 + 1.5 * (mag[light_curves.offsets[20] :] - 15)
    write_light_curves(light_curves.replace(mag=mag), tmp_path / "partly.csv")
    return tmp_path / "partly.csv"


def test_stars_that_the_model_has_learned_are_told(vartl, folder, partly_learned, tmp_path):
    out, arguments = tmp_path / "report.json", ("--model", folder / "source.vartl", "-q", "-j", 1)
    code, _, errors = vartl("evaluate", *arguments, folder / "stars.parquet", "-o", out)
    assert code == 0 and json.loads(out.read_text())["n_learned"] == 30
    assert "the model has learned 30 of these 30 stars" in errors and "--unseen leaves" in errors
    code, _, errors = vartl("evaluate", *arguments, partly_learned, "-o", out, "--unseen")
    found = json.loads(out.read_text())
    assert code == 0 and errors == "" and (found["n_stars"], found["n_learned"]) == (10, 0)
    assert found["left_out"] == {"learned by the model": 20}
    code, _, errors = vartl("evaluate", *arguments, folder / "stars.parquet", "--unseen")
    assert code == 1 and "has learned all 30 stars" in errors


def test_transfer_says_what_it_is_worth_on_stars_not_learned(vartl, folder, light_curves, tmp_path):
    labels = np.where(light_curves.labels == "SHORT", "A", "B").astype(object)
    labels[::3] = np.where(labels[::3] == "A", "B", "A")
    source, stars = folder / "source.vartl", folder / "stars.parquet"
    arguments = "transfer", "--source", source, "-o", tmp_path / "tuned.vartl", "-j", 1, stars
    arguments += "--labels", write_labels(tmp_path / "labels.csv", light_curves, labels)
    code, text, errors = vartl(*arguments, "--cv", 2)
    assert code == 0 and "on stars not learned (2 folds of 30 stars" in text
    assert "the source has learned 30 of these 30 stars" in errors
    card = read_model_card(tmp_path / "tuned.vartl")["provenance"]["target"]["cross_validation"]
    for name in ("fine-tuned", "random forest"):
        # A third of the labels is noise, which no star that was left out can tell.
        assert "{:.3f} +- {:.3f}".format(*card[name]["mcc"]) in text and card[name]["mcc"][0] < 0.7
    code, _, errors = vartl(*arguments, "--cv", 16)
    assert code == 1 and "--cv 16 needs" in errors


def test_stars_that_are_listed_twice_are_not_learned_and_scored(folder, light_curves):
    X = light_curves[np.repeat(np.arange(30), 2)]
    labels = np.repeat(np.random.default_rng(0).permutation(["A", "B"] * 15), 2)
    last = load_model(folder / "source.vartl").steps[-1][1]
    last.set_params(random_state=0, min_steps=5, max_epochs=1)
    # The network takes the features as the steps before it give them, however many these are.
    first = LightCurveFeatures([*FEATURES.split(","), "kurtosis"], on_error="nan")
    without_last = FunctionTransformer(lambda features: features[:, :-1])
    model = Pipeline([("features", first), ("without", without_last), ("network", last)])
    with pytest.warns(UserWarning, match="has learned 60 of these 60"):
        scores = cross_scores(model, X.replace(labels=labels), 3)
    # A forest knows by heart what it has seen; labels at random tell nothing of other stars.
    assert scores["random forest"]["mcc"][0] < 0.4


def test_a_report_has_the_letters_of_the_labels(tmp_path):
    """As JSON for people, too: not as escapes, indented, and with a last line that ends."""
    report = {"unknown_classes": {"Cepheïde": 2}}
    _write(report, tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert text == '{\n  "unknown_classes": {\n    "Cepheïde": 2\n  }\n}\n'
