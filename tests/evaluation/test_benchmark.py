"""The parts of examples/benchmarks/transfer.py that decide what its numbers mean."""

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from sklearn_vartl import LightCurves, write_light_curves
from sklearn_vartl.datasets import simulate_survey

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "benchmarks"


matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture
def script(monkeypatch):
    """The modules beside the script; forgotten again afterwards."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import transfer_report
    import transfer_tasks

    yield transfer_tasks, transfer_report
    for name in ("transfer_report", "transfer_tasks"):
        sys.modules.pop(name)


@pytest.fixture
def three_stars():
    time = [0.0, 10.0, 100.0, 110.0, 300.0, 5.0, 0.0, 50.0, 120.0]
    return LightCurves(time, np.arange(9.0), offsets=[0, 5, 6, 9])


def test_first_points_and_first_season_are_those_of_each_star(script, three_stars):
    tasks, _ = script
    assert_array_equal(
        three_stars.select_points(tasks.first_points(2)(three_stars)).n_points, [2, 1, 2]
    )
    keep = tasks.first_season(three_stars)
    # Gaps of 90 and 70 days end a season; the first point of a star is in its own.
    assert_array_equal(keep, [1, 1, 0, 0, 0, 1, 1, 1, 0])


def test_first_year_begins_with_the_first_point_of_each_star(script):
    tasks, _ = script
    time = [0.0, 364.0, 365.0, 1000.0, 1364.0, 1366.0]
    X = LightCurves(time, np.arange(6.0), offsets=[0, 3, 3, 6])
    assert_array_equal(tasks.first_year(X), [1, 1, 0, 1, 1, 0])


def test_simulated_stars_have_every_class_with_every_cadence(script):
    tasks, _ = script
    labels, counts = np.unique(tasks.simulated_stars(2).labels.astype(str), return_counts=True)
    assert_array_equal(labels, sorted(tasks.SIMULATED_CLASSES))
    assert_array_equal(counts, 2 * len(tasks.CADENCES))


def test_a_star_listed_twice_is_one_group_and_on_one_side(script):
    tasks, _ = script
    X = simulate_survey(60, "asas", classes=["EC", "RRAB"], random_state=0)
    twice = X[np.tile(np.arange(60), 2)]
    groups = tasks.same_magnitudes(twice)
    assert_array_equal(groups[:60], groups[60:])
    assert len(np.unique(groups)) == 60
    development, test = tasks.Target(twice, twice.labels.astype(str), groups).split
    assert not np.isin(groups[development], groups[test]).any()
    assert len(test) == 40


def test_brightest_fifth(script):
    tasks, _ = script
    X = LightCurves(
        np.tile(np.arange(3.0), 10), np.repeat(np.arange(10.0), 3), offsets=range(0, 31, 3)
    )
    target = tasks.Target(X, np.full(10, "EC"), np.arange(10))
    assert_array_equal(np.flatnonzero(target.brightest_fifth), [0, 1])


def test_zero_shot_sums_classes_of_one_meaning_and_leaves_out_the_others(script):
    tasks, _ = script

    class Source:
        classes_ = np.array(["DSCT", "EC", "ED", "LPV", "ROT", "RRAB", "RRAB_BL", "RRC"])

        def predict_proba(self, X):
            # LPV is MIRA; RRAB and RRAB_BL beat RRC together; ROT is no shared class.
            rows = [[0, 0, 0, 0.4, 0.6, 0, 0, 0], [0, 0, 0, 0, 0, 0.3, 0.3, 0.4]]
            return np.array(rows)[: len(X)]

    y = np.array(["ACV", "MIRA", "RRAB"])
    scores = tasks.zero_shot(Source(), np.zeros((3, 2)), y)
    assert scores["n_stars"] == 2
    assert scores["accuracy"] == scores["matthews_corrcoef"] == 1.0
    assert scores["calibration_error"] == pytest.approx((0.0 + 0.4) / 2)


def test_coverage_counts_unknown_classes_as_missed(script):
    tasks, _ = script

    class Model:
        classes_ = np.array(["EC", "ED"])

        def predict_set(self, X, alpha):
            assert alpha == 0.1
            return np.array([[True, False], [True, True], [True, False], [True, True]])

    y = np.array(["EC", "ED", "ED", "QSO"])
    assert tasks.coverage(Model(), y, y) == 0.5
    assert tasks.set_size(Model(), y, y) == 1.5


def test_table_has_means_and_deviations_of_the_draws(script):
    _, report = script
    table = pd.DataFrame(
        {
            "fraction": [0.1, 0.1, 1.0, 1.0],
            "method": ["random_forest_upsilon"] * 4,
            "n_labels": [8, 8, 80, 80],
            "matthews_corrcoef": [0.5, 0.6, 0.9, 0.9],
        }
    )
    lines = report.score_table(table, "matthews_corrcoef").splitlines()
    assert lines[0] == "|  | 10% (8 labels) | 100% (80 labels) |"
    assert lines[2] == "| random forest, 16 features | .550 ± .071 | .900 ± .000 |"
    assert report.cell([1.5, 1.7]) == "1.600 ± .141"


def test_figure_and_page(script, tmp_path):
    _, report = script
    table = pd.DataFrame(
        [
            (fraction, method, 0, draw, 10, 3, 0.5 + 0.1 * draw)
            for fraction in (0.1, 1.0)
            for method in ("transfer", "random_forest", "random_forest_upsilon")
            for draw in (0, 1)
        ],
        columns=["fraction", "method", "split", "draw", "n_labels", "n_classes"]
        + ["matthews_corrcoef"],
    )
    results = {"asas": table, "labels": {"at random": table}}
    report.figure(results, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 10_000
    arguments = Namespace(
        quick=True, no_ensemble=False, parts=["asas", "labels"], all_parts=["asas"],
        output=tmp_path / "docs" / "page.md", figure=tmp_path / "curve.png",
    )  # fmt: skip
    surveys = Namespace(source=lambda simulated: range(180 if simulated else 120), cap=300)
    page = report.page(results, surveys, "2", arguments)
    assert "120 stars of CRTS (at most 300 of a class) with 60 simulated ones" in page
    assert "draws of the labels\n(2):" in page
    assert "transfer.py --quick --parts asas,labels --output" in page
    assert "](../curve.png)" in page and "\n### at random\n" in page


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, str(FOLDER / "transfer.py"), *map(str, arguments)],
        cwd=cwd, env=os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_light_curves_the_script_says_so_and_ends_well(tmp_path):
    done = run(cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "CRTS: there is no file" in done.stderr and "Nothing to do" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_part_is_named(tmp_path):
    done = run("--parts", "asas,tess", cwd=tmp_path)
    assert done.returncode == 2
    assert "--parts: tess is none of asas, hipparcos_ogle" in done.stderr


@pytest.mark.slow
def test_script_runs_on_light_curves_of_any_user(tmp_path):
    classes = ["RRAB", "EC", "MIRA"]
    for name, n_stars, survey in (("crts", 120, "ogle3"), ("asas", 90, "asas")):
        X = simulate_survey(n_stars, survey, classes=classes, random_state=n_stars)
        write_light_curves(X, tmp_path / f"{name}.parquet")
    options = [f"--{name}={tmp_path / name}.parquet" for name in ("crts", "asas")]
    options += ["--quick", "--no-ensemble", "--jobs=1", "--parts=unlabelled,zero_shot,hipparcos"]
    options += [f"--output={tmp_path / 'page.md'}"]
    done = run(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Hipparcos and OGLE: there is no file" in done.stderr
    page = (tmp_path / "page.md").read_text()
    assert page.count("\n## ") == 2 and "transfer with unlabelled stars" in page
    again = run(*options, "-q", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "page.md").read_text() == page


def test_macho_is_turned_the_right_way_round(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    from unseen_surveys import forwards

    time = [-1500.0, 0.0, 900.0, 1.0, 2.0, -1500.0, 1500.0]
    survey = ["MACHO", "OGLE4", "MACHO"]
    X = LightCurves(time, np.arange(7.0), offsets=[0, 3, 5, 7], survey=survey, magerr=time)
    mended = forwards(X)
    # The third star has each point twice.
    assert_array_equal(mended.time, [-900.0, 0.0, 1500.0, 1.0, 2.0])
    assert_array_equal(mended.mag, [2.0, 1.0, 0.0, 3.0, 4.0])
    assert_array_equal(mended.magerr, [900.0, 0.0, -1500.0, 1.0, 2.0])
