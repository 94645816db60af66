"""A run that is stopped, by whatever, ends with the same rows."""

import json
import os
import signal
import subprocess
import sys
import time
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from sklearn_vartl import classify_catalog, load_model, write_light_curves
from sklearn_vartl.catalog import _catalog
from sklearn_vartl.catalog._catalog import model_fingerprint
from sklearn_vartl.catalog._star_classifier import StarClassifier
from sklearn_vartl.transfer import make_transfer_pipeline

from .conftest import sines

PROCESS = """
import sys
from sklearn_vartl import classify_catalog
model, source, output = sys.argv[1:]
classify_catalog(model, source, output, batch_size=4)
"""


class Stop(Exception):
    """Raised in the middle of a run."""


def stop_after(monkeypatch, n_parts):
    """Have the run stop when it would write one more part."""
    write, written = _catalog.write_part, []

    def limited(path, *arguments):
        if len(written) == n_parts:
            raise Stop
        write(path, *arguments)
        written.append(path)

    monkeypatch.setattr(_catalog, "write_part", limited)
    return written


def rows(path):
    return pq.read_table(path).replace_schema_metadata(None)


@pytest.fixture
def whole(model, survey, tmp_path):
    classify_catalog(model, survey[0], tmp_path / "whole.parquet", batch_size=8)
    return rows(tmp_path / "whole.parquet")


@pytest.mark.parametrize("output", ["classes.parquet", "classes"])
def test_a_stopped_run_goes_on_where_it_stopped(
    model, survey, tmp_path, monkeypatch, whole, output
):
    with monkeypatch.context() as patch:
        first = stop_after(patch, 3)
        with pytest.raises(Stop):
            classify_catalog(model, survey[0], tmp_path / output, batch_size=8)
    assert len(first) == 3
    if output == "classes.parquet":
        assert not (tmp_path / output).exists()
    stamps = [path.stat().st_mtime_ns for path in first]
    with monkeypatch.context() as patch:
        second = stop_after(patch, 2)
        with pytest.raises(Stop):
            classify_catalog(model, survey[0], tmp_path / output, batch_size=8)
    assert not set(first) & set(second)
    assert [path.stat().st_mtime_ns for path in first] == stamps
    report = classify_catalog(model, survey[0], tmp_path / output, batch_size=8)
    assert rows(tmp_path / output) == whole
    assert report.n_stars == 70 and sum(report.classes.values()) == 70
    left = {path.name for path in tmp_path.rglob("*") if path.name.startswith(".")}
    assert not left
    if output == "classes.parquet":
        assert not (tmp_path / "classes.parquet.parts").exists()


def test_a_part_copied_over_another_is_done_again(model, survey, tmp_path, whole):
    classify_catalog(model, survey[0], tmp_path / "classes", batch_size=8)
    parts = sorted((tmp_path / "classes").glob("part-*"))
    parts[1].write_bytes(parts[0].read_bytes())
    assert rows(tmp_path / "classes") != whole
    classify_catalog(model, survey[0], tmp_path / "classes", batch_size=8)
    assert rows(tmp_path / "classes") == whole


def test_what_is_complete_is_not_done_again(model, survey, tmp_path, monkeypatch):
    for output in ("classes.parquet", "classes"):
        report = classify_catalog(model, survey[0], tmp_path / output)
        with monkeypatch.context() as patch:
            patch.setattr(StarClassifier, "__call__", None)
            assert classify_catalog(model, survey[0], tmp_path / output) == report


def test_shares_of_classes_that_are_numbers_are_the_same_run(model, survey, tmp_path, monkeypatch):
    X = survey[1][0]
    numbered = deepcopy(model).fit(X, np.where(X.labels == "SHORT", 1, 2))
    shares = {1: 0.25, np.int64(2): np.float32(0.75)}
    for output in (tmp_path / "classes", tmp_path / "classes.parquet"):
        classify_catalog(numbered, survey[0], output, priors=shares)
        with monkeypatch.context() as patch:
            patch.setattr(_catalog, "write_part", None)
            assert classify_catalog(numbered, survey[0], output, priors=shares).n_stars == 70


@pytest.mark.parametrize("output", ["classes.parquet", "classes"])
def test_without_resume_all_is_done_anew(model, survey, tmp_path, monkeypatch, output):
    classify_catalog(model, survey[0], tmp_path / output)
    before = rows(tmp_path / output)
    with monkeypatch.context() as patch:
        again = stop_after(patch, 1)
        with pytest.raises(Stop):
            classify_catalog(model, survey[0], tmp_path / output, resume=False)
    # A finished table stands until the new one is complete.
    assert len(again) == 1 and (output == "classes" or rows(tmp_path / output) == before)
    classify_catalog(model, survey[0], tmp_path / output, resume=False)
    assert rows(tmp_path / output) == before


def test_what_a_killed_process_was_writing_is_removed(model, survey, tmp_path, monkeypatch):
    stop_after(monkeypatch, 1)
    with pytest.raises(Stop):
        classify_catalog(model, survey[0], tmp_path / "classes", batch_size=8)
    rest = tmp_path / "classes" / ".being_written-1234"
    rest.write_bytes(b"PAR1")
    monkeypatch.undo()
    classify_catalog(model, survey[0], tmp_path / "classes", batch_size=8)
    assert not rest.exists()


def test_another_run_is_not_continued(model, survey, tmp_path, monkeypatch):
    folder, sets = survey
    output = tmp_path / "classes"
    stop_after(monkeypatch, 2)
    with pytest.raises(Stop):
        classify_catalog(model, folder, output, batch_size=8)
    monkeypatch.undo()
    other = make_transfer_pipeline(model[0], type(model[-1])((8,), max_epochs=1, random_state=1))
    other.fit(sets[0], sets[0].labels)
    for arguments, settings, word in [
        ((other, folder), {"batch_size": 8}, "the model"),
        ((model, folder), {"batch_size": 9}, "batch_size"),
        ((model, folder), {"batch_size": 8, "priors": "balanced"}, "classes, priors"),
        ((model, folder / "a.parquet"), {"batch_size": 8}, "the list of files"),
    ]:
        with pytest.raises(ValueError, match=f"another run; it differs in {word}"):
            classify_catalog(*arguments, output, **settings)
    write_light_curves(sines(17, seed=9), folder / "north" / "b.parquet")
    with pytest.raises(ValueError, match=r"the contents of north/b\.parquet"):
        classify_catalog(model, folder, output, batch_size=8)
    assert classify_catalog(model, folder, output, batch_size=9, resume=False).n_stars == 70
    assert "s9_3" in pq.read_table(output)["object_id"].to_pylist()


@pytest.mark.parametrize(
    "key, word",
    [
        ("sklearn_vartl", "the version of sklearn_vartl"),
        ("model", "the model"),
        ("batch_size", "batch_size"),
        ("columns", "columns"),
        ("points", "points"),
        ("files", "the list of files"),
    ],
)
def test_everything_that_makes_another_run_is_in_the_manifest(model, survey, tmp_path, key, word):
    classify_catalog(model, survey[0], tmp_path / "classes")
    path = tmp_path / "classes" / "_manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {key: [] if key == "files" else "other"}))
    with pytest.raises(ValueError, match=f"another run; it differs in {word}"):
        classify_catalog(model, survey[0], tmp_path / "classes")
    path.write_text(json.dumps(manifest | {"format": "something else"}))
    with pytest.raises(ValueError, match="holds other things"):
        classify_catalog(model, survey[0], tmp_path / "classes")


@pytest.mark.parametrize("what", ["weights", "a parameter", "the memory of stars"])
def test_a_model_that_gives_other_answers_is_another_model(model, what):
    own = deepcopy(model)
    learned = own[-1].model_
    if what == "weights":
        weights = dict(learned.members[0])
        weights["head.bias"] = weights["head.bias"] + np.float32(1e-6)
        own[-1].model_ = replace(learned, members=(weights, *learned.members[1:]))
        own[-1].source_model_ = own[-1].model_
    elif what == "a parameter":
        own[0].set_params(max_period=29.0)
    else:
        own[-1].model_ = replace(learned, memory=learned.memory.only(["LONG"]))
        own[-1].source_model_ = own[-1].model_
    assert model_fingerprint(own) != model_fingerprint(model)
    same = deepcopy(model)
    same[0].set_params(n_jobs=2, verbose=1, memory="folder")
    same[-1].set_params(n_jobs=2, verbose=1, device="cpu", checkpoint="folder")
    assert model_fingerprint(same) == model_fingerprint(model)


def test_the_number_of_jobs_is_no_other_run(model_file, survey, tmp_path, monkeypatch):
    stop_after(monkeypatch, 2)
    with pytest.raises(Stop):
        classify_catalog(model_file, survey[0], tmp_path / "classes", batch_size=8)
    monkeypatch.undo()
    model = load_model(model_file)
    model[0].set_params(n_jobs=2, verbose=1)
    report = classify_catalog(model, survey[0], tmp_path / "classes", batch_size=8, n_jobs=2)
    assert report.complete


def start(model_file, source, output):
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(model_file), str(source), str(output)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_on_the_way(process, output, n_new, delay):
    """Send SIGKILL when some parts have been added; return whether the process was still at it."""
    folder = output.with_name(output.name + ".parts")
    before = len(list(folder.glob("part-*"))) if folder.exists() else 0
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if folder.exists() and len(list(folder.glob("part-*"))) >= before + n_new:
            break
        time.sleep(0.001)
    time.sleep(delay)
    alive = process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return alive


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("n_kills", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments_the_rows_are_the_same(model_file, tmp_path, n_kills, rng):
    write_light_curves(sines(150 * n_kills, seed=3), tmp_path / "stars.parquet")
    output = tmp_path / "classes.parquet"
    killed = 0
    for _ in range(n_kills):
        process = start(model_file, tmp_path / "stars.parquet", output)
        killed += kill_on_the_way(process, output, rng.integers(1, 30), rng.uniform(0, 0.02))
        assert not output.exists()
    assert killed == n_kills
    expected = tmp_path / "expected.parquet"
    for path in (output, expected):
        assert start(model_file, tmp_path / "stars.parquet", path).wait() == 0
    # As frames: a star without a runner-up has NaN, which an Arrow table finds unlike itself.
    assert rows(output).to_pandas().equals(rows(expected).to_pandas())
    assert np.unique(rows(output)["object_id"]).size == 150 * n_kills
