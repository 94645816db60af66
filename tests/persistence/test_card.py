"""The description of a model in its file."""

import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_vartl import FeatureScaler, LightCurveFeatures, save_model
from sklearn_vartl.cli import main
from sklearn_vartl.persistence import model_card, read_model_card
from sklearn_vartl.persistence._card import (
    _class_counts,
    _classes,
    _summary,
    _tree,
    _version,
    _word,
    describe,
    library_versions,
)
from sklearn_vartl.transfer import TransferPipeline

TOLD = {
    "target": {"survey": "TEST", "n_stars": 30, "classes": {"LONG": 15, "SHORT": 15}},
    "scores": {"matthews_corrcoef": 0.93},
    "licence": "CC-BY-4.0",
    "citation": "Leavitt & Pickering 1912, HC 173, 1",
}


def test_card_says_what_the_model_is(light_curve_pipeline, tmp_path):
    provenance = {"survey": "TEST", "scores": {"mcc": 0.9}, "stars": 30, "classes": ["a", None]}
    save_model(light_curve_pipeline, tmp_path / "model.vartl", provenance=provenance)
    card = read_model_card(tmp_path / "model.vartl")
    versions, settings = card.pop("versions"), card.pop("settings")
    assert card == {
        "format_version": 1,
        "model": "TransferPipeline",
        "steps": [
            "lightcurvefeatures: LightCurveFeatures",
            "transfermlpclassifier: TransferMLPClassifier",
        ],
        "n_features": 2,
        "feature_names": ["amplitude", "skewness"],
        "classes": ["LONG", "SHORT"],
        "class_counts": {"LONG": 15, "SHORT": 15},
        "source_classes": ["LONG", "SHORT"],
        "is_transferred": False,
        "provenance": provenance,
    }
    assert {"python", "sklearn_vartl", "torch", "scikit-learn", "numpy"} <= set(versions)
    assert all(versions.values())
    assert settings["lightcurvefeatures"]["features"] == ["amplitude", "skewness"]
    assert settings["transfermlpclassifier"]["hidden_layer_sizes"] == [8, 6]
    assert settings["transfermlpclassifier"]["max_epochs"] == 3
    assert not {"n_jobs", "verbose", "memory"} & set(settings["lightcurvefeatures"])


def test_card_of_a_transferred_network(transferred, tmp_path):
    save_model(transferred, tmp_path / "model.vartl")
    card = read_model_card(tmp_path / "model.vartl")
    assert card["is_transferred"]
    assert card["classes"] == ["ED", "ESD", "MIRA"]
    assert card["source_classes"] == ["EC", "ED", "RRAB"]
    assert card["steps"] == [] and card["provenance"] == {}


def test_the_file_is_json_and_safetensors_that_others_can_read(source, tmp_path):
    from safetensors.numpy import load

    save_model(source, tmp_path / "model.vartl")
    with zipfile.ZipFile(tmp_path / "model.vartl") as archive:
        assert archive.namelist() == ["model.json", "arrays.safetensors"]
        assert json.loads(archive.read("model.json"))["model"]["class"] == "TransferMLPClassifier"
        arrays = load(archive.read("arrays.safetensors"))
    assert arrays["model/source/member/0/head.weight"].shape == (3, 6)


def test_markdown_card_has_all_that_is_known(light_curve_pipeline, tmp_path):
    save_model(light_curve_pipeline, tmp_path / "model.vartl", provenance=TOLD)
    text = model_card(tmp_path / "model.vartl")
    lines = text.splitlines()
    assert lines[0] == "# TransferPipeline"
    titles = [line[3:] for line in lines if line.startswith("## ")]
    assert titles == [
        "Data", "Classes", "Features", "Settings", "Scores", "Versions", "Licence", "Citation"
    ]  # fmt: skip
    for line in (
        "Classifies into 2 classes by 2 features.",
        "1. lightcurvefeatures: LightCurveFeatures",
        "2. transfermlpclassifier: TransferMLPClassifier",
        "  - survey: TEST",
        "| LONG | 15 |",
        "`amplitude`, `skewness`",
        "  - max_epochs: 3",
        "- matthews_corrcoef: 0.93",
        "CC-BY-4.0",
        "- Leavitt & Pickering 1912, HC 173, 1",
    ):
        assert line in lines, line
    assert any(line.startswith("- torch: ") for line in lines)
    # The same from memory, told the same.
    assert model_card(light_curve_pipeline, provenance=TOLD) == text


def test_card_of_a_fine_tuned_network_names_its_source(transferred):
    text = model_card(transferred)
    assert "Fine-tuned from a source with the classes EC, ED, RRAB." in text
    assert "| MIRA | 30 |" in text
    assert "Nothing was recorded." in text
    assert "## Licence" not in text and "## Scores" not in text


def test_card_of_what_is_no_classifier():
    text = model_card(FeatureScaler().fit([[0.0], [1.0]]))
    assert text.startswith("# FeatureScaler\n") and "## Classes" not in text


def test_a_text_of_several_lines_and_a_bar_do_not_break_the_card(source):
    text = model_card(source, provenance={"note": "one\n# two", "licence": "a"})
    assert "- note: one # two" in text


def test_the_command_prints_the_card(light_curve_pipeline, light_curves, tmp_path, capsys):
    path = tmp_path / "model.vartl"
    save_model(light_curve_pipeline, path, provenance=TOLD)
    assert main(["info", str(path), "--card"]) == 0
    assert capsys.readouterr().out == model_card(path)
    assert main(["info", str(path)]) == 0
    shown = capsys.readouterr().out.splitlines()
    for line in ("licence: CC-BY-4.0", "LONG: 15", "matthews_corrcoef: 0.93", "max_epochs: 3"):
        assert any(entry.strip() == line for entry in shown), line
    (tmp_path / "stars.csv").write_text("object_id,time,mag\na,0,1\na,1,2\n")
    assert main(["info", str(tmp_path / "stars.csv"), "--card"]) == 1
    assert "is no model" in capsys.readouterr().err


def test_a_description_is_of_every_step_that_does_something():
    """No network is needed to see that: steps, their parameters, and what nobody has is None."""
    scaler = FeatureScaler(clip=3.0).fit(np.arange(6.0).reshape(3, 2))
    card = describe(TransferPipeline([("skipped", "passthrough"), ("none", None), ("s", scaler)]))
    assert card["steps"] == ["skipped: str", "none: NoneType", "s: FeatureScaler"]
    assert list(card["settings"]) == ["s"] and card["settings"]["s"]["clip"] == 3.0
    assert (card["model"], card["n_features"]) == ("TransferPipeline", 2)
    nothing = ("classes", "class_counts", "source_classes", "is_transferred", "feature_names")
    assert [card[name] for name in nothing] == [None] * 5
    alone = describe(scaler)
    assert list(alone["settings"]) == ["model"] and alone["steps"] == []
    # What concerns the computer is no setting; what is no plain value is told in words, on one line.
    features = LightCurveFeatures(["period"], n_jobs=2, memory="here")
    found = describe(features)["settings"]["model"]
    assert found["features"] == ["period"] and not {"n_jobs", "memory", "verbose"} & set(found)
    inner = describe(VotingClassifier([("a", LogisticRegression())]))["settings"]["model"]
    assert inner["estimators"] == "[('a', LogisticRegression())]"


def test_weights_of_classes_are_rounded_to_a_thousandth():
    last = SimpleNamespace(
        classes_=np.array([2, 5]), model_=SimpleNamespace(class_count=np.array([1.23456, 7.0]))
    )
    assert _class_counts(last) == {"2": 1.235, "5": 7.0}
    assert _class_counts(SimpleNamespace()) is _class_counts(SimpleNamespace(model_=None)) is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "-"),
        ({}, "-"),
        (0, "0"),
        ("", ""),
        ("a  b\n# c", "a b # c"),
        ("a|b", "a\\|b"),
        ([], "[]"),
    ],
)
def test_a_word_of_a_card_is_one_line(value, word):
    assert _word(value) == word


def test_nested_values_are_nested_lists():
    told = {"a": {"b": 1, "c": {"d": [1, "x"]}}, "e": {}, "f": [], "": "text"}
    assert _tree(told) == [
        "- a:", "  - b: 1", "  - c:", "    - d: 1, x", "- e: -", "- f: -", "- text"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "lines"),
    [
        ({}, [""]),
        ({"classes": ["A"], "n_features": 2}, ["Classifies into 1 classes by 2 features."]),
        ({"classes": []}, [""]),
        (
            {"classes": ["A"], "n_features": 1, "is_transferred": True, "source_classes": ["B", 3]},
            [
                "Classifies into 1 classes by 1 features. "
                "Fine-tuned from a source with the classes B, 3."
            ],
        ),
        ({"steps": ["a: A", "b: B"]}, ["", "", "1. a: A", "2. b: B"]),
    ],
)
def test_a_summary_says_what_is_known(card, lines):
    assert _summary(card) == lines
    # Counts are numbers of stars, or what an unknown file says.
    counts = {"class_counts": {"A|": 1234.5, "B": "many"}, "classes": ["A|", "B"]}
    assert _classes(counts)[2:] == ["| A\\| | 1234.5 |", "| B | many |"]
    assert _classes({"classes": ["A", "B"]}) == ["A, B"] and _classes({}) == [""]


def test_every_library_that_results_depend_on_has_its_version():
    found = library_versions()
    libraries = ["numpy", "scikit-learn", "scipy", "torch", "skorch", "safetensors"]
    assert list(found) == ["python", "sklearn_vartl", *libraries]
    assert found["numpy"] == np.__version__ and _version("no-such-library") is None
