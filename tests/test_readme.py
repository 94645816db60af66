"""The code blocks of README.md and docs/ run, and its commands exist."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    load_pretrained,
    make_transfer_pipeline,
    write_light_curves,
)
from sklearn_vartl.cli import main
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.labelling import suggest_labels

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page, language):
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def commands(page, program):
    # A command may go on in the next line.
    lines = "\n".join(blocks(page, "sh")).replace("\\\n", "").splitlines()
    found = [shlex.split(line, comments=True) for line in lines]
    return [words[1:] for words in found if words and words[0] == program]


def with_bands():
    """What docs/bands.md takes for granted: a table of points, a model of one band, new stars."""
    stars = simulate_survey(40, "ogle3", classes=["RRAB", "EC"], random_state=0)
    model = make_transfer_pipeline(
        LightCurveFeatures("upsilon"), TransferMLPClassifier(n_estimators=1, random_state=0)
    ).fit(stars, stars.labels)
    band = np.where(np.arange(len(stars.time)) % 2, "g", "r").astype(object)
    X = stars.replace(band=band)
    names = {"object_id": "oid", "time": "hmjd", "band": "filter"}
    table = X.to_pandas().rename(columns=names)
    return {"table": table, "model": model, "new": X[:5]}


def with_few_labels():
    """What docs/pretrained.md takes for granted: a survey with and one without labels."""
    few, new = (simulate_survey(n, "asas", classes=["RRAB", "EC"], random_state=n) for n in (20, 8))
    return {
        "few_stars": few,
        "few_labels": few.labels,
        "new_light_curves": new,
        "source": simulate_survey(60, "ogle3", classes=["RRAB", "EC"], random_state=1),
    }


def with_forty_labels():
    """What docs/labelling.md takes for granted: a survey, and labels of the stars that are asked for."""
    X = simulate_survey(110, "asas", classes=["RRAB", "EC", "MIRA"], random_state=0)
    chosen = suggest_labels(load_pretrained("multi-ensemble"), X, 40, random_state=0)
    y = np.full(len(X), None)
    y[chosen.position] = X.labels[chosen.position]
    return {"X": X, "y": y, "np": np}


# Names that the pages use and the reader has.
GIVEN = {"bands": with_bands, "labelling": with_forty_labels, "pretrained": with_few_labels}


@pytest.fixture
def surveys(tmp_path, monkeypatch):
    """The files that the README speaks of, small ones."""
    classes = ["RRAB", "EC", "MIRA"]
    files = {
        "crts.parquet": simulate_survey(45, "ogle3", classes=classes, random_state=0),
        "asas_5percent.parquet": simulate_survey(24, "asas", classes=classes, random_state=1),
        "labelled.parquet": simulate_survey(12, "asas", classes=classes, random_state=3),
        "new_stars.parquet": simulate_survey(12, "asas", classes=classes, random_state=2),
    }
    for name, X in files.items():
        write_light_curves(X, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return files


def test_readme_code_runs(surveys, tmp_path):
    names = {}
    for block in blocks(ROOT / "README.md", "python"):
        # One network instead of five: its calls are looked at, not its scores.
        block = block.replace("(random_state=0))", "(n_estimators=1, random_state=0))")
        exec(compile(block, "README.md", "exec"), names)
    assert names["model"][-1].n_estimators == 1
    assert names["probabilities"].shape == (12, 3)
    assert (tmp_path / "asas.joblib").exists()
    assert set(names["search"].best_params_) == {"target_fraction", "strategy"}


@pytest.mark.slow
def test_readme_commands_run(surveys, capsys):
    lines = commands(ROOT / "README.md", "vartl")
    told = {"train", "transfer", "classify", "evaluate", "report", "plot", "features", "info"}
    assert {words[0] for words in lines} == told
    for words in lines:
        assert main(words) == 0, capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.stem)
def test_documentation_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = GIVEN.get(page.stem, dict)()
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), names)


def test_readme_shows_both_commands_and_the_makefile_has_them():
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in first_screen
    told = {
        words[0] for page in [*PAGES, ROOT / "CONTRIBUTING.md"] for words in commands(page, "make")
    }
    targets = {word for word in told if "=" not in word}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.M), target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    for link in links:
        assert (page.parent / link).exists(), link


def test_feature_page_is_up_to_date():
    names = {"__name__": "make_features", "__file__": str(ROOT / "docs" / "make_features.py")}
    source = (ROOT / "docs" / "make_features.py").read_text(encoding="utf-8")
    exec(compile(source, "make_features.py", "exec"), names)
    assert names["PAGE"].read_text(encoding="utf-8") == names["page"](), (
        "run python docs/make_features.py"
    )
