"""Reading and cleaning three real surveys."""

import time

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves, clean, read_light_curves, write_light_curves


@pytest.mark.parametrize(
    ("name", "n_stars", "surveys"),
    [
        ("crts", 29_954, {"CRTS"}),
        ("asas", 8_345, {"ASAS"}),
        ("hipparcos_ogle", 847, {"HIPPARCOS", "OGLE"}),
    ],
)
def test_surveys_read_as_documented(real_survey, name, n_stars, surveys):
    X = real_survey(name)
    assert len(X) == len(X.labels) == n_stars
    assert len(set(X.ids)) == n_stars
    assert set(np.atleast_1d(X.survey)) == surveys
    assert len(X.labelled()) == n_stars
    assert {"catalog_class", "catalog_period", "published_split"} == set(X.table)
    assert X.quantity == "mag"


def test_two_crts_stars_start_two_million_days_early(real_survey):
    X = real_survey("crts")
    report = X.check()
    stray = report[report.problem == "time stamp far from the others"]
    assert stray.n_affected.tolist() == [1, 1]
    cleaned, problems = clean(X, 10)
    assert problems == {}
    assert np.ptp(cleaned[stray.position.iloc[0]].time) < 4000
    merged = report[report.problem == "duplicate point"]
    assert cleaned.n_points.sum() == X.n_points.sum() - merged.n_affected.sum() - 2
    assert set(report.problem) == {"time stamp far from the others", "duplicate point"}


@pytest.mark.parametrize("name", ["asas", "hipparcos_ogle"])
def test_clean_surveys_are_passed_on_without_a_copy(real_survey, name):
    X = real_survey(name)
    assert len(X.check()) == 0
    cleaned, problems = clean(X, 10)
    assert cleaned is X
    assert problems == {}


def test_cleaning_takes_microseconds_a_star(real_survey):
    X = real_survey("asas")
    seconds = []
    for _ in range(5):
        start = time.process_time()
        clean(X, 10)
        seconds.append(time.process_time() - start)
    # 4 us where nothing else runs; a loop over stars in Python takes hundreds.
    assert np.median(seconds) / len(X) < 50e-6


def test_slicing_a_survey_shares_its_memory(real_survey):
    X = real_survey("crts")
    assert np.shares_memory(X[1000:2000].time, X.time)
    part = X[np.arange(0, len(X), 50)]
    assert part[7].time.tolist() == X[350].time.tolist()
    assert part.labels[7] == X.labels[350]


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "folder"])
def test_round_trips_through_files(real_survey, tmp_path, name):
    X = real_survey("hipparcos_ogle")[::20].replace(table=None)
    write_light_curves(X, tmp_path / name)
    if name == "folder":
        # Each file of a folder is judged by itself: what days count from, the times of Hipparcos do not say.
        X = X.replace(time_zero=None)
    assert read_light_curves(tmp_path / name) == X


def test_round_trips_through_tables(real_survey):
    X = real_survey("asas")[::50]
    assert LightCurves.from_any(X.to_pandas()) == X
    assert LightCurves.from_any(X.to_arrow()) == X
