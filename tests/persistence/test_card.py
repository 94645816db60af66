"""The description of a model in its file."""

import json
import zipfile

from sklearn_vartl import save_model
from sklearn_vartl.persistence import read_model_card


def test_card_says_what_the_model_is(light_curve_pipeline, tmp_path):
    provenance = {"survey": "TEST", "scores": {"mcc": 0.9}, "stars": 30, "classes": ["a", None]}
    save_model(light_curve_pipeline, tmp_path / "model.vartl", provenance=provenance)
    card = read_model_card(tmp_path / "model.vartl")
    versions = card.pop("versions")
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
        "source_classes": ["LONG", "SHORT"],
        "is_transferred": False,
        "provenance": provenance,
    }
    assert {"python", "sklearn_vartl", "torch", "scikit-learn", "numpy"} <= set(versions)
    assert all(versions.values())


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
