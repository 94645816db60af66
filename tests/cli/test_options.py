"""The options that each command has had: a script that uses them goes on working."""

import argparse

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl import load_model, write_light_curves
from sklearn_vartl.cli._main import build_parser

_STARS = {"light_curves": None, "--columns": None, "--band": None, "--zero-flux": None}
_COMMON = {"--quiet": False, "--debug": False}
_SEED, _JOBS = {"--random-state": 0}, {"--jobs": -1}
_MODEL, _LABELS, _OUT = {"--model": None}, {"--labels": None}, {"--output": None}

OPTIONS = {
    "demo": {"--stars": 1500} | _SEED | _JOBS,
    "features": _STARS | _OUT | _JOBS | {"--features": "vartl", "--bands": None},
    "train": _STARS | _LABELS | _OUT | _SEED | _JOBS
    | {"--features": "vartl", "--ensemble": False, "--bands": None},
    "transfer": _STARS | _LABELS | _OUT | _SEED | _JOBS
    | {"--source": None, "--unlabelled": None, "--strategy": None, "--cv": None}
    | {"--weights": None},
    "classify": _MODEL | _STARS | _OUT | _JOBS
    | {"--classes": None, "--exclude": None, "--priors": None, "--abstain": False, "--sets": None}
    | {"--batch-size": 8192, "--no-resume": False},
    "evaluate": _MODEL | _STARS | _LABELS | _OUT | _JOBS
    | {"--harmonise": False, "--known-only": False, "--unseen": False},
    "report": _MODEL | _STARS | _LABELS | _OUT | _SEED | _JOBS | {"--unseen": False},
    "plot": _MODEL | _STARS | _OUT | _JOBS | {"stars": None, "--classes": None, "--sheet": None},
    "suggest": _MODEL | _STARS | _LABELS | _OUT | _SEED | _JOBS | {"-n": 40, "--plot": None},
    "doubt": _MODEL | _STARS | _LABELS | _OUT | _SEED | _JOBS | {"--folds": 5, "--plot": None},
    "explain": _MODEL | _STARS | _LABELS | _JOBS | {"star": None},
    "info": {"light_curves": None, "--columns": None, "--card": False},
    "warm-up": {},
}  # fmt: skip
REQUIRED = {
    "features": {"light_curves", "--output"},
    "train": {"light_curves", "--output"},
    "transfer": {"--source", "light_curves", "--output"},
    "classify": {"--model", "light_curves", "--output"},
    "evaluate": {"--model", "light_curves"},
    "report": {"--model", "light_curves", "--output"},
    "plot": {"light_curves", "--output"},
    "suggest": {"--model", "light_curves", "--output"},
    "doubt": {"--model", "light_curves", "--output"},
    "explain": {"--model", "light_curves", "star"},
    "info": {"light_curves"},
}


def commands():
    actions = build_parser()._actions
    return next(a for a in actions if isinstance(a, argparse._SubParsersAction)).choices


@pytest.mark.parametrize("command", OPTIONS)
def test_options_and_their_defaults_are_there(command):
    actions = {
        word: action
        for action in commands()[command]._actions
        for word in action.option_strings or [action.dest]
    }
    wanted = OPTIONS[command] | _COMMON
    assert {word: actions[word].default for word in wanted if word in actions} == wanted
    required = {word for word in wanted if actions[word].required and actions[word].nargs != "*"}
    assert required == REQUIRED.get(command, set())
    for short, long in (("-o", "--output"), ("-j", "--jobs"), ("-q", "--quiet")):
        assert long not in wanted or actions[short] is actions[long]


def test_what_looks_wrong_is_told_in_words_of_the_shell(vartl, tmp_path, light_curves):
    band = np.resize(["V", "I"], len(light_curves.time)).astype(object)
    write_light_curves(light_curves.replace(band=band), tmp_path / "bands.parquet")
    arguments = "--features", "amplitude", "-o", tmp_path / "f.csv", "-q", "-j", 1
    code, _, errors = vartl("features", tmp_path / "bands.parquet", *arguments)
    said = "points of several bands (I, V) in 30 stars (first: 'star0'): --band I"
    assert said in " ".join(errors.split())
    code, _, errors = vartl("features", tmp_path / "bands.parquet", *arguments, "--band", "V")
    assert (code, errors) == (0, "")


@pytest.fixture
def in_bands(tmp_path, light_curves):
    """A file of stars that are fainter by 0.3 mag in V than in I."""
    band = np.resize(["V", "I"], len(light_curves.time)).astype(object)
    mag = light_curves.mag + np.where(band == "V", 0.3, 0.0)
    write_light_curves(light_curves.replace(band=band, mag=mag), tmp_path / "bands.parquet")
    return tmp_path / "bands.parquet"


def test_features_of_several_bands(vartl, in_bands, tmp_path, light_curves):
    options = "--features", "amplitude", "-q", "-j", 1, "-o", tmp_path / "f.csv"
    code, _, errors = vartl("features", in_bands, "--bands", "I,V", *options)
    # No word of bands that are mixed: they are not.
    assert (code, errors) == (0, "")
    table = pd.read_csv(tmp_path / "f.csv")
    names = ["amplitude_I", "amplitude_V", "colour_I_V"]
    assert set(names) < set(table.columns)
    # The mean over stars that vary by half a magnitude.
    assert table["colour_I_V"].mean() == pytest.approx(-0.3, abs=0.05)
    for wrong, said in (
        (("--bands", "I,V", "--band", "I"), "give one of them"),
        (("--bands", "I,K"), "has no band 'K'; its bands are I, V"),
    ):
        code, _, errors = vartl("features", in_bands, *wrong, *options)
        assert code == 1 and said in " ".join(errors.split())


def test_a_model_of_several_bands_finds_them_itself(vartl, in_bands, tmp_path):
    model, table = tmp_path / "m.vartl", tmp_path / "c.csv"
    options = "--features", "amplitude", "-q", "-j", 1
    code, _, errors = vartl("train", in_bands, "--bands", "I,V", *options, "-o", model)
    assert code == 0 and "bands" not in errors
    assert load_model(model)[0].bands == ["I", "V"]
    code, _, errors = vartl("classify", "--model", model, in_bands, "-o", table, "-q", "-j", 1)
    assert code == 0 and "bands" not in errors
    assert pd.read_csv(table)["label"].notna().all()
    code, _, errors = vartl("train", in_bands, "--bands", "I,V", "--ensemble", "-o", model, "-q")
    assert code == 1 and "--bands goes without --ensemble" in " ".join(errors.split())


def test_nothing_is_computed_for_a_folder_that_is_not_there(vartl, folder, tmp_path, monkeypatch):
    """The folder of the output is looked at first: nobody waits an hour to hear of it."""
    monkeypatch.setattr("sklearn_vartl.readers.read_untold", None)
    stars, nowhere = folder / "stars.parquet", tmp_path / "nowhere"
    model = "--model", folder / "source.vartl"
    for arguments in (
        ("plot", stars, "star1", *model, "-o", nowhere / "a.png"),
        ("features", stars, "-o", nowhere / "f.csv"),
        ("train", stars, "-o", nowhere / "m.vartl"),
        ("transfer", "--source", folder / "source.vartl", stars, "-o", nowhere / "m.vartl"),
        ("report", *model, stars, "-o", nowhere / "r.html"),
        ("suggest", *model, stars, "-o", nowhere / "s.csv"),
        ("doubt", *model, stars, "-o", nowhere / "d.csv"),
    ):
        code, _, errors = vartl(*arguments, "-q")
        assert code == 1 and "nowhere" in errors, (arguments[0], errors)
