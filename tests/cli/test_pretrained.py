"""Commands take the name of a model that comes with the package."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl import load_model, write_light_curves
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.persistence import read_model_card

CLASSES = ["RRAB", "EC", "ACV"]


@pytest.fixture(scope="module")
def stars():
    return simulate_survey(60, "asas", classes=CLASSES, random_state=3)


def test_a_table_of_labelled_light_curves_becomes_a_classifier(vartl, stars, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_light_curves(stars[:30], "my_labels.csv")
    code, text, _ = vartl(
        "transfer", "--source", "crts", "my_labels.csv", "-o", "my.vartl", "-j", 1
    )
    assert code == 0
    assert "learned 3 classes from 30 stars" in text
    model = load_model("my.vartl")
    assert model.classes_.tolist() == sorted(CLASSES) and model.is_transferred_
    assert np.mean(model.predict(stars[30:]) == stars.labels[30:]) > 0.8
    provenance = read_model_card("my.vartl")["provenance"]
    assert provenance["name"] == "crts" and provenance["target"]["n_stars"] == 30


def test_classify_and_info_take_a_name(vartl, stars, tmp_path):
    write_light_curves(stars[:6], tmp_path / "new.parquet")
    out = tmp_path / "classes.csv"
    code, *_ = vartl(
        "classify", "--model", "crts", tmp_path / "new.parquet", "-o", out, "-q", "-j", 1
    )
    assert code == 0
    assert pd.read_csv(out)["label"].notna().all()
    code, text, _ = vartl("info", "crts")
    assert code == 0
    assert "model: TransferPipeline" in text and "Catalina" in text


def test_a_file_comes_before_a_name(vartl, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crts").write_bytes((folder / "source.vartl").read_bytes())
    code, text, _ = vartl("info", "crts")
    assert code == 0
    assert "classes: LONG, SHORT" in text


@pytest.mark.parametrize(
    "command", ["classify --model nope x.csv -o y.csv", "transfer --source nope x.csv -o y.vartl"]
)
def test_an_unknown_name_is_answered_with_the_choices(vartl, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    code, out, errors = vartl(*command.split())
    assert (code, out) == (1, "")
    assert "nope is neither a file nor a model that comes with the package: crts" in errors
