"""Each command does what its help says."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl import (
    LightCurveFeatures,
    TransferEnsembleClassifier,
    TransferMLPClassifier,
    load_model,
    make_transfer_pipeline,
    save_model,
    transfer,
    write_light_curves,
)
from sklearn_vartl.persistence import read_model_card

from .conftest import FEATURES, small_networks

COLUMNS = [
    *("object_id", "label", "period", "significance", "n_points", "flag"),
    *("period_error", "epoch", "amplitude", "runner_up", "runner_up_gap", "period_flag", "novelty"),
    *("p_max", "p_LONG", "p_SHORT"),
]


def test_features_are_those_of_the_transformer(vartl, folder, light_curves, tmp_path):
    out = tmp_path / "features.parquet"
    code, text, progress = vartl(
        "features", folder / "stars.parquet", "-o", out, "--features", "upsilon", "-j", 1
    )
    assert code == 0
    assert "30 stars, 16 features" in text and "30/30" in progress
    table = pd.read_parquet(out)
    transformer = LightCurveFeatures("upsilon")
    assert list(table.columns) == ["object_id", *transformer.get_feature_names_out()]
    assert_array_equal(table["object_id"], light_curves.ids)
    assert_array_equal(table.iloc[:, 1:], transformer.transform(light_curves))


@pytest.mark.parametrize("name", ["features.csv", "features.tsv", "features.csv.gz"])
def test_tables_are_written_by_suffix(vartl, folder, light_curves, tmp_path, name):
    arguments = "--features", "amplitude,skewness", "-q", "-j", 1
    code, text, _ = vartl("features", folder / "unlabelled.csv", "-o", tmp_path / name, *arguments)
    assert (code, text) == (0, "")
    table = pd.read_csv(tmp_path / name, sep="\t" if "tsv" in name else ",")
    expected = LightCurveFeatures(["amplitude", "skewness"]).transform(light_curves)
    assert_allclose(table[["amplitude", "skewness"]], expected, rtol=1e-7)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_train_takes_labels_from_the_file_or_from_a_table(vartl, folder, light_curves, tmp_path):
    with small_networks():
        code, text, _ = vartl(
            "train", folder / "unlabelled.csv", "--labels", folder / "labels.csv",
            "-o", tmp_path / "m.vartl", "--features", FEATURES, "-j", 1,
        )  # fmt: skip
    assert code == 0
    assert "learned 2 classes from 30 stars" in text
    same, source = load_model(tmp_path / "m.vartl"), load_model(folder / "source.vartl")
    # CSV keeps all digits, so the same stars, labels and seed give the same model.
    assert_array_equal(same.predict_proba(light_curves), source.predict_proba(light_curves))
    assert source.score(light_curves, light_curves.labels) > 0.9


def test_train_makes_an_ensemble_if_asked(vartl, folder, light_curves, tmp_path, monkeypatch):
    out = tmp_path / "ensemble.vartl"
    arguments = "-o", out, "--ensemble", "-q", "-j", 1
    make = transfer.make_ensemble_pipeline

    def smaller(**options):
        pipeline = make(**options)
        pipeline.steps[-1][1].set_params(hidden_layer_sizes=(16,), n_estimators=1, n_trees=20)
        return pipeline

    monkeypatch.setattr(transfer, "make_ensemble_pipeline", smaller)
    assert vartl("train", folder / "stars.parquet", *arguments)[0] == 0
    assert (
        vartl("classify", "--model", out, folder / "stars.parquet", "-o", tmp_path / "c.csv")[0]
        == 0
    )
    model = load_model(out)
    assert isinstance(model[-1], TransferEnsembleClassifier)
    assert model.score(light_curves, light_curves.labels) > 0.9
    table = pd.read_csv(tmp_path / "c.csv")
    assert_array_equal(table["label"], model.predict(light_curves))


def test_an_ensemble_has_features_of_its_own(vartl, folder, tmp_path):
    arguments = "--ensemble", "--features", "upsilon", "-o", tmp_path / "m.vartl"
    code, _, errors = vartl("train", folder / "stars.parquet", *arguments)
    assert code == 2 and "not allowed with argument" in errors


def test_model_remembers_what_it_was_made_from(vartl, folder, tmp_path):
    out = tmp_path / "target.vartl"
    arguments = "--source", folder / "source.vartl", folder / "stars.parquet", "-o", out
    assert vartl("transfer", *arguments, "-q", "-j", 1)[0] == 0
    provenance = read_model_card(out)["provenance"]
    assert provenance["source"]["file"] == "stars.parquet"
    assert provenance["target"] == {
        "file": "stars.parquet",
        "survey": "TEST",
        "n_stars": 30,
        "n_points": 1200,
        "classes": {"LONG": 15, "SHORT": 15},
    }


def test_transfer_learns_other_classes_from_a_table(vartl, folder, light_curves, tmp_path):
    rows = [
        f"{star},{'A' if label == 'SHORT' else 'B'}"
        for star, label in zip(light_curves.ids[:20], light_curves.labels, strict=False)
    ]
    (tmp_path / "few.csv").write_text("object_id,label\n" + "\n".join(rows))
    out = tmp_path / "target.vartl"
    code, text, _ = vartl(
        "transfer", "--source", folder / "source.vartl", folder / "stars.parquet",
        "--labels", tmp_path / "few.csv", "-o", out, "--strategy", "head", "-j", 1,
    )  # fmt: skip
    assert code == 0
    assert "20 stars (10 stars without a label were left out)" in text
    model = load_model(out)
    assert model.is_transferred_ and list(model.classes_) == ["A", "B"]
    assert model[-1].strategy == "head"
    right = np.where(light_curves.labels == "SHORT", "A", "B")
    assert np.mean(model.predict(light_curves) == right) > 0.9


def test_transfer_learns_from_stars_without_labels_too(vartl, folder, light_curves, tmp_path):
    few = [f"{i},{label}" for i, label in zip(light_curves.ids, light_curves.labels, strict=True)]
    (tmp_path / "few.csv").write_text("object_id,label\n" + "\n".join(few[:8]))
    source, out = tmp_path / "source.vartl", tmp_path / "target.vartl"
    network = TransferMLPClassifier((8,), n_estimators=1, min_steps=60, random_state=0)
    model = make_transfer_pipeline(LightCurveFeatures(["amplitude", "shape_period"]), network)
    save_model(model.fit(light_curves, light_curves.labels), source)
    code, _, _ = vartl(
        "transfer", "--source", source, folder / "stars.parquet", "--labels", tmp_path / "few.csv",
        "--unlabelled", folder / "unlabelled.csv", "-o", out, "-j", 1,
    )  # fmt: skip
    assert code == 0
    told = read_model_card(out)["provenance"]["target"]["unlabelled"]
    assert told == {"file": "unlabelled.csv", "n_stars": 30}
    expected = load_model(source)
    expected[-1].set_params(random_state=0)
    X = light_curves[:8]
    without = deepcopy(expected).partial_fit_target(X, X.labels).predict_proba(light_curves)
    expected.partial_fit_target(X, X.labels, X_unlabelled=light_curves)
    found = load_model(out).predict_proba(light_curves)
    assert_allclose(found, expected.predict_proba(light_curves), atol=1e-6)
    assert not np.allclose(found, without, atol=1e-6)


def test_classify_writes_labels_periods_and_probabilities(vartl, folder, light_curves, tmp_path):
    out = tmp_path / "classes.csv"
    code, text, _ = vartl(
        "classify", "--model", folder / "source.vartl", folder / "stars.parquet", "-o", out,
        "-j", 1,
    )  # fmt: skip
    assert code == 0
    assert "30 of 30 stars" in text
    table = pd.read_csv(out)
    assert list(table.columns) == COLUMNS
    assert_array_equal(table["object_id"], light_curves.ids)
    assert_array_equal(table["n_points"], light_curves.n_points)
    proba = load_model(folder / "source.vartl").predict_proba(light_curves)
    assert_allclose(table[["p_LONG", "p_SHORT"]], proba, atol=5.1e-6)
    assert_array_equal(table["label"], np.array(["LONG", "SHORT"])[proba.argmax(axis=1)])
    assert np.mean(table["label"] == light_curves.labels) > 0.9
    assert_allclose(table["period"], light_curves.table["true_period"], rtol=0.01)


def test_classify_finds_the_period_where_the_model_has_none(vartl, folder, light_curves, tmp_path):
    arguments = "-q", "-j", 1
    with small_networks():
        vartl("train", folder / "stars.parquet", "-o", tmp_path / "m.vartl",
              "--features", "amplitude,skewness", *arguments)  # fmt: skip
    code, *_ = vartl("classify", "--model", tmp_path / "m.vartl", folder / "stars.parquet",
                     "-o", tmp_path / "classes.parquet", *arguments)  # fmt: skip
    assert code == 0
    table = pd.read_parquet(tmp_path / "classes.parquet")
    assert_allclose(table["period"], light_curves.table["true_period"], rtol=0.01)


def test_period_is_doubled_where_the_class_demands_it(light_curves):
    from sklearn_vartl import TransferMLPClassifier, make_transfer_pipeline
    from sklearn_vartl.cli._classify import classify

    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=20, random_state=0)
    model = make_transfer_pipeline(LightCurveFeatures(FEATURES.split(",")), network)
    model.fit(light_curves, np.where(light_curves.labels == "SHORT", "EC", "MIRA"))
    table = classify(model, light_curves)
    factor = np.where(table["label"] == "EC", 2, 1)
    assert set(factor) == {1, 2}
    assert_allclose(table["period"], factor * light_curves.table["true_period"], rtol=0.01)


def test_a_star_without_features_gets_no_class_and_the_exit_code_says_so(
    vartl, folder, with_bad_star, tmp_path
):
    out = tmp_path / "classes.parquet"
    code, text, errors = vartl(
        "classify", "--model", folder / "source.vartl", with_bad_star, "-o", out, "-q", "-j", 1
    )
    assert (code, text) == (3, "")
    assert "1 of 30 stars could not be classified" in errors
    table = pd.read_parquet(out)
    assert table.loc[3, ["label", "period", "p_LONG", "p_SHORT"]].isna().all()
    assert table.loc[3, "n_points"] == 40
    assert table.drop(index=3).notna().all(axis=None) and table.loc[3, "flag"]


def test_columns_of_other_names_are_mapped(vartl, folder, light_curves, tmp_path):
    table = pd.read_csv(folder / "unlabelled.csv")
    table = table.rename(columns={"time": "epoch", "mag": "light", "object_id": "star"})
    table.to_csv(tmp_path / "named.csv", index=False)
    arguments = "-o", tmp_path / "f.csv", "--features", "amplitude,skewness", "-q", "-j", 1
    code, _, errors = vartl("features", tmp_path / "named.csv", *arguments)
    assert code == 1 and "named.csv" in errors
    code, *_ = vartl(
        "features", tmp_path / "named.csv", *arguments, "--columns", "time=epoch,mag=light,id=star"
    )
    assert code == 0
    assert_array_equal(pd.read_csv(tmp_path / "f.csv")["object_id"], light_curves.ids)


def test_info_describes_a_model(vartl, folder):
    code, text, _ = vartl("info", folder / "source.vartl")
    assert code == 0
    known = ("model: TransferPipeline", "classes: LONG, SHORT", "format_version: 1", "  LONG: 15")
    for line in known:
        assert line in text.splitlines()
    assert "    n_stars: 30" in text.splitlines()
    assert f"feature_names: {FEATURES.replace(',', ', ')}" in text


def test_info_describes_light_curves_and_what_is_wrong(vartl, folder, with_bad_star):
    code, text, _ = vartl("info", folder / "stars.parquet")
    assert code == 0
    assert "30 stars" in text and "nothing wrong was found" in text
    (folder / "weights.csv").write_text(
        "id,mjd,mag,weight\n" + "".join(f"a,{58000.3 + k},14.{k},1{k}\n" for k in range(9))
    )
    code, text, errors = vartl("info", folder / "weights.csv")
    (folder / "weights.csv").unlink()
    assert "--columns magerr=weight takes it" in errors and "nothing wrong" not in text
    code, text, _ = vartl("info", with_bad_star)
    assert code == 0
    assert "(unusable): 1 star, first 'star3'" in text


def test_info_of_one_star_and_of_none(vartl, light_curves, tmp_path):
    one = light_curves[[0]].replace(ids=[3017143901351046039], mag=np.full(40, 15.0))
    write_light_curves(one, tmp_path / "one.parquet")
    code, text, _ = vartl("info", tmp_path / "one.parquet")
    assert code == 0
    assert "  points: 40\n" in text and " to" not in text.split("time span")[1].splitlines()[0]
    assert "1 star, first '3017143901351046039'" in text
    (tmp_path / "none.csv").write_text("object_id,time,mag\n")
    code, _, errors = vartl("info", tmp_path / "none.csv")
    assert code == 1 and errors.endswith("none.csv holds no light curves\n")


@pytest.mark.parametrize("command", ["features", "classify", "suggest", "doubt"])
def test_help_names_every_table_that_can_be_written(vartl, command):
    said = " ".join(vartl(command, "--help")[1].split())
    assert "table to write: .parquet, .csv, .tsv, .jsonl, .fits, .vot or .ecsv" in said
    assert "FITS, VOTable, ECSV, JSON, LaTeX and QDP" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("doubt", "models to train (default: 5)"), ("doubt", "draw the 40 most doubtful stars"),
        ("suggest", "stars to list (default: 40)"), ("suggest", "seed (default: 0)"),
        ("classify", "Parquet to Parquet (default: 8192)"), ("plot", "default: all, up to 50"),
        ("demo", "half as many (default: 1500)"),
    ],
)  # fmt: skip
def test_help_names_the_defaults(vartl, command, said):
    assert said in " ".join(vartl(command, "--help")[1].split())
