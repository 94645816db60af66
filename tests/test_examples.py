"""Every example runs from start to end, on simulated stars and, where it can, on real ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
WITH_REAL_STARS = [path for path in EXAMPLES if "VARTL_DATA" in path.read_text(encoding="utf-8")]


def run(path, folder, data):
    """What an example prints; warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "VARTL_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path):
    assert run(path, tmp_path, tmp_path / "nothing")


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_REAL_STARS, ids=lambda path: path.stem)
def test_example_runs_on_real_stars(path, tmp_path):
    if not REAL.exists():
        pytest.skip("real light curves are not here (looked in ../shared/data)")
    printed = run(path, tmp_path, REAL)
    assert printed != run(path, tmp_path, tmp_path / "nothing")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_begins_with_a_title_and_says_what_one_sees(path):
    title, underline, empty, text = path.read_text(encoding="utf-8").split("\n", 4)[1:]
    assert set(underline) == {"="} and len(underline) >= len(title)
    assert not empty and len(text) > 40


NOTEBOOK = ROOT / "examples" / "new_survey.ipynb"


def cells():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_holds_no_output():
    assert len(cells()) > 10
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells())


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path):
    script = tmp_path / "notebook.py"
    script.write_text("\n\n".join("".join(cell["source"]) for cell in cells()), encoding="utf-8")
    run(script, tmp_path, tmp_path)
    assert (tmp_path / "my_survey.vartl").exists()


QUESTIONS = {
    "quick start": "plot_quick_start",
    "how many labels": "plot_transfer_curve",
    "choose the fraction": "plot_choose_fraction",
    "other classes": "plot_other_classes",
    "unequal classes": "plot_rare_classes",
    "unlabelled target": "plot_unlabelled_target",
    "calibration and abstention": "plot_calibration",
    "novelty": "plot_novelty",
    "several bands": "plot_bands",
    "a cluster": "catalogue_cluster",
    "persistence": "plot_persistence",
    "UPSILoN-T's network": "plot_upsilont",
    "simulate my survey": "plot_simulate_survey",
    "a wrong period": "plot_wrong_period",
    "which labels": "plot_forty_labels",
}


def test_every_question_has_its_example():
    assert not set(QUESTIONS.values()) - {path.stem for path in EXAMPLES}


def test_the_gallery_has_every_example_in_its_order(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    from gallery_order import ORDER, Questions

    # The script that makes the shipped models is no example of the gallery.
    assert sorted([*ORDER, "pretrain"]) == [path.stem for path in EXAMPLES]
    assert sorted(["streaming.py", "plot_bands.py"], key=Questions("")) == [
        "plot_bands.py",
        "streaming.py",
    ]
