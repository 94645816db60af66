"""`import sklearn_vartl` is light: heavy libraries load when first used."""

import os
import subprocess
import sys

import pytest

import sklearn_vartl

HEAVY = ["torch", "skorch", "feets", "astropy", "pandas", "numba", "pyarrow", "matplotlib"]

SECONDS = """
import time
import sklearn
start = time.process_time()
import sklearn_vartl
print(time.process_time() - start)
"""

LOADED = """
import sys
import sklearn
before = set(sys.modules)
from sklearn_vartl import LightCurveFeatures, LightCurves, TransferMLPClassifier
print(*sorted(set(sys.modules) - before))
"""

# scikit-learn itself loads pandas where it is installed: only a process where it cannot be loaded
# shows that this package does not need it.
WITHOUT = f"""
import sys

class Refuse:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY}:
            raise ImportError(name)

sys.meta_path.insert(0, Refuse)
from sklearn_vartl import LightCurveFeatures, LightCurves, TransferMLPClassifier
print("imported")
"""

# What training, extra features and pictures need. (The shell writes its tables with pandas.)
TORCHLESS = """
import sys
from pathlib import Path

REFUSED = {refused}

class Refuse:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ImportError(name)

sys.meta_path.insert(0, Refuse)
import numpy as np
from sklearn_vartl import load_pretrained
for name in ("multi", "multi-ensemble"):
    network = load_pretrained(name)[-1]
    X = np.ones((3, network.n_features_in_))
    assert network.predict(X).shape == network.novelty_score(X).shape == (3,)
    assert len(network.embed(X)) == 3
REFUSED -= {{"pandas"}}
from sklearn_vartl.cli import main
time = np.arange(60) * 1.37 % 29
rows = [f"a,{{t}},{{15 + np.sin(11 * t)}},0.02" for t in time]
Path("stars.csv").write_text("\\n".join(["object_id,time,mag,magerr", *rows]))
for command in ("info multi", "features stars.csv -o f.csv", "classify stars.csv --model multi -o c.csv"):
    assert not main(command.split())
assert "RR" in Path("c.csv").read_text()
print("predicted")
"""


def run(code, folder=None):
    # With a bytecode cache, as everywhere but where it is switched off.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(
    "COVERAGE_PROCESS_CONFIG" in os.environ, reason="a process that is measured takes longer"
)
def test_import_takes_less_than_a_fifth_of_a_second_beyond_scikit_learn():
    # The first run may compile to bytecode; other processes may slow any single one.
    assert min(float(run(SECONDS)) for _ in range(3)) < 0.2


def test_nothing_heavy_is_loaded():
    loaded = run(LOADED).split()
    assert "sklearn_vartl.transfer" in loaded
    assert not set(HEAVY) & set(loaded)


def test_nothing_heavy_is_needed():
    assert run(WITHOUT).strip() == "imported"


def test_shipped_models_predict_without_torch(tmp_path):
    refused = {"torch", "skorch", "feets", "matplotlib", "pandas", "astropy", "dask"}
    assert run(TORCHLESS.format(refused=refused), tmp_path).endswith("predicted\n")


@pytest.mark.parametrize("name", sklearn_vartl.__all__)
def test_public_names_are_there_and_documented(name):
    assert getattr(sklearn_vartl, name).__doc__


def test_all_names_are_sorted_and_listed_once():
    names = sklearn_vartl.__all__
    assert names == sorted(set(names), key=str)
