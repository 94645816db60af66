"""The models that come with the package: they load, know their making, and do their work."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_name
from numpy.testing import assert_array_equal
from sklearn.metrics import accuracy_score

from sklearn_vartl import LightCurveFeatures, TransferPipeline, load_pretrained
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.persistence import read_model_card
from sklearn_vartl.persistence._archive import read_archive
from sklearn_vartl.persistence._card import library_versions
from sklearn_vartl.pretrained import list_pretrained, pretrained_path

NAMES = ["crts", "multi", "multi-ensemble", "ogle3", "universal", "universal-ensemble"]
KNOW_NOISE = [name for name in NAMES if name != "crts"]
PERIODIC = ["RRAB", "EC", "MIRA", "DSCT"]
SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "pretrain.py"


@pytest.fixture(scope="module")
def stars():
    """Stars of a survey that none of the models has seen with a label."""
    return simulate_survey(80, "lsst", classes=[*PERIODIC, "NONVAR"], random_state=5)


@pytest.fixture(scope="module")
def features(stars):
    """Of every model those features that it wants."""
    networks = LightCurveFeatures(on_error="nan").fit_transform(stars)
    ensemble = LightCurveFeatures(["vartl", "upsilon"], on_error="nan").fit_transform(stars)
    names = ["vartl", "evidence", "block_chance", "block_lag_chance"]
    evidence = LightCurveFeatures(names, on_error="nan").fit_transform(stars)
    both = LightCurveFeatures(["vartl", "upsilon", *names[1:]], on_error="nan").fit_transform(stars)
    of_others = {"multi-ensemble": ensemble, "universal": evidence, "universal-ensemble": both}
    return {name: of_others.get(name, networks) for name in NAMES}


def test_all_models_are_there():
    assert list_pretrained() == NAMES


def test_an_unknown_name_is_answered_with_the_choices():
    with pytest.raises(
        ValueError, match="'nope': choose one of crts, multi, multi-ensemble, ogle3, universal, uni"
    ):
        load_pretrained("nope")
    # No path out of the folder.
    with pytest.raises(ValueError, match="choose one of"):
        load_pretrained("../pretrained/crts")


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_small_and_says_what_it_was_made_of(name):
    path = pretrained_path(name)
    assert path.stat().st_size < 3e6
    card = read_model_card(path)
    assert card["model"] == "TransferPipeline" and not card["is_transferred"]
    made = card["provenance"]
    counts = made["n_stars_of_each_class"]
    assert sorted(counts) == card["classes"] and sum(counts.values()) == made["n_stars"] > 10_000
    assert f"examples/pretrain.py {name}" in made["command"]
    assert 0.6 < made["scores"]["matthews_corrcoef"] < 1
    assert made["data"]
    assert {"NONVAR", "QSO"} <= set(card["classes"]) or name == "crts"


@pytest.mark.parametrize("name", NAMES)
def test_it_classifies_light_curves_as_it_is(name, stars, features):
    model = load_pretrained(name)
    assert isinstance(model, TransferPipeline)
    assert_array_equal(model.predict(stars[:5]), model[-1].predict(features[name][:5]))
    variable = stars.labels != "NONVAR"
    found = model[-1].predict(features[name][variable])
    found = ["MIRA" if label in ("LPV", "SR") else label for label in found]
    assert accuracy_score(stars.labels[variable].astype(str), found) > 0.7


@pytest.mark.parametrize("name", KNOW_NOISE)
def test_what_does_not_vary_gets_no_periodic_class(name):
    noise = simulate_survey(60, "asas", classes=["NONVAR"], random_state=7)
    found = load_pretrained(name).predict(noise)
    assert np.mean(np.isin(found, ["NONVAR", "QSO"])) > 0.9


def test_universal_takes_the_evidence_not_the_magnitudes_for_noise(stars):
    model, variable = load_pretrained("universal"), stars[stars.labels != "NONVAR"][:20]
    small = variable.replace(mag=15 + 1e-3 * (variable.mag - 15), magerr=1e-3 * variable.magerr)
    k = model.classes_.tolist().index("NONVAR")
    proba = model.predict_proba(variable)[:, k]
    np.testing.assert_allclose(model.predict_proba(small)[:, k], proba, atol=0.02)
    assert np.mean(proba < 0.5) > 0.8


@pytest.mark.parametrize("name", KNOW_NOISE)
def test_fine_tuning_keeps_classes_that_have_no_label(name, stars, features):
    # Calibration is learned from more networks and says nothing of which classes are kept.
    network = load_pretrained(name)[-1].set_params(calibration=None)
    variable = stars.labels != "NONVAR"
    network.partial_fit_target(features[name][variable], stars.labels[variable])
    assert network.classes_.tolist() == sorted([*PERIODIC, "NONVAR", "QSO"])
    assert np.mean(network.predict(features[name][~variable]) == "NONVAR") > 0.7


def test_each_load_is_a_model_of_its_own(stars, features):
    first, second = load_pretrained("crts"), load_pretrained("crts")
    X = features["crts"]
    before = second[-1].predict_proba(X)
    first[-1].partial_fit_target(X, stars.labels)
    assert_array_equal(second[-1].predict_proba(X), before)
    assert "LPV" in second[-1].classes_ and "LPV" not in first[-1].classes_


@pytest.mark.slow
def test_anyone_can_make_the_simulated_one_again(tmp_path):
    path = pretrained_path("ogle3")
    versions, here = read_archive(path, with_arrays=False)[0]["versions"], library_versions()
    decide = ("python", "numpy", "scipy", "scikit-learn", "torch")
    others = [name for name in decide if versions[name] != here[name]]
    if read_model_card(path)["provenance"]["processor"] != get_host_cpu_name():
        others.append("processor")
    if others:
        pytest.skip(f"the same digits only with the same {', '.join(others)}")
    arguments = [sys.executable, str(SCRIPT), "ogle3", "-o", "again.vartl"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(arguments, cwd=tmp_path, env=environment, check=True, capture_output=True)
    again, shipped = (read_archive(file)[1] for file in (tmp_path / "again.vartl", path))
    assert again.keys() == shipped.keys()
    for name, array in shipped.items():
        assert_array_equal(again[name], array, err_msg=name)
