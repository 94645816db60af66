"""Parquet to Parquet: what is written, for every layout and setting."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    classify,
    classify_catalog,
    save_model,
    write_light_curves,
)
from sklearn_vartl.catalog._catalog import _drifted
from sklearn_vartl.light_curves import concatenate
from sklearn_vartl.periodogram import physical_period
from sklearn_vartl.probabilities import DriftTest, expected_accuracy

from .conftest import sines

COLUMNS = ["object_id", "label", "period", "significance", "n_points", "flag"]
COLUMNS += ["period_error", "epoch", "amplitude", "runner_up", "runner_up_gap", "period_flag"]
COLUMNS += ["novelty", "p_max", "p_LONG", "p_SHORT"]


def assert_same(table, proba):
    """Rounding in single precision depends on where in a batch a star stands."""
    assert_allclose(table[["p_LONG", "p_SHORT"]], proba, rtol=1e-6)


def test_rows_are_what_the_pipeline_predicts(model, survey, tmp_path):
    folder, sets = survey
    X = concatenate(sets)
    report = classify_catalog(model, folder, tmp_path / "classes.parquet", batch_size=8)
    table = pd.read_parquet(tmp_path / "classes.parquet")
    assert list(table.columns) == COLUMNS
    assert_array_equal(table["object_id"], X.ids)
    proba = model.predict_proba(X)
    assert_same(table, proba)
    assert_array_equal(table["label"], model.predict(X))
    assert_array_equal(table["n_points"], X.n_points)
    assert set(table["flag"]) == {""}
    features = model[0].set_params(
        features=["shape_period", "double_evidence", "log10_fap", "even_share"]
    )
    shape, evidence, log10_fap, even = features.transform(X).T
    features.set_params(features=["amplitude", "skewness", "shape_period"])
    assert_array_equal(table["period"], physical_period(shape, evidence, table["label"], even))
    assert_array_equal(table["significance"], -log10_fap)
    assert (report.n_stars, report.n_classified, report.complete) == (70, 70, True)
    assert report.classes == table["label"].value_counts().to_dict()


def test_the_model_is_not_changed(model, survey, tmp_path):
    before = model.get_params()
    classify_catalog(model, survey[0], tmp_path / "classes", n_jobs=2)
    after = model.get_params()
    assert {k: repr(v) for k, v in before.items()} == {k: repr(v) for k, v in after.items()}


@pytest.mark.parametrize("settings", [{"batch_size": 1}, {"batch_size": 7}, {"n_jobs": 2}, {}])
@pytest.mark.parametrize("output", ["classes.parquet", "folder"])
def test_rows_do_not_depend_on_the_settings(model, survey, tmp_path, settings, output):
    folder, sets = survey
    classify_catalog(model, folder, tmp_path / output, **settings)
    found = pd.read_parquet(tmp_path / output)
    assert_array_equal(found["object_id"], concatenate(sets).ids)
    assert_same(found, model.predict_proba(concatenate(sets)))


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_features_run_on_any_backend_of_joblib(model, survey, tmp_path, backend):
    from joblib import parallel_config

    with parallel_config(backend=backend, n_jobs=2):
        classify_catalog(model, survey[0], tmp_path / "classes")
    found = pd.read_parquet(tmp_path / "classes")
    assert_same(found, model.predict_proba(concatenate(survey[1])))


def test_a_file_and_a_glob_are_sources_too(model, survey, tmp_path):
    folder, sets = survey
    classify_catalog(model, folder / "a.parquet", tmp_path / "one.parquet")
    assert_array_equal(pd.read_parquet(tmp_path / "one.parquet")["object_id"], sets[0].ids)
    classify_catalog(model, f"{folder}/**/[bc].parquet", tmp_path / "two")
    expected = concatenate(sets[1:]).ids
    assert_array_equal(pd.read_parquet(tmp_path / "two")["object_id"], expected)


def test_output_inside_the_source_is_never_read(model, survey, monkeypatch):
    folder, _ = survey
    for output in ("classes.parquet", "classes"):
        for _ in range(2):
            assert classify_catalog(model, folder, folder / output).n_stars == 70
        if output == "classes":
            break
        (folder / output).unlink()


def nested(X, layout):
    """A table of light curves in one of the nested layouts."""
    table = X.to_arrow().select(["object_id", "time", "mag", "magerr"])
    if layout == "struct of lists":
        parts = [table[name].combine_chunks() for name in table.column_names[1:]]
        points = pa.StructArray.from_arrays(parts, table.column_names[1:])
    else:
        points = pa.array(
            [
                [{"time": t, "mag": m, "magerr": e} for t, m, e in zip(*star, strict=True)]
                for star in X
            ]
        )
    return pa.table({"object_id": table["object_id"], "lc": points})


@pytest.mark.parametrize("layout", ["struct of lists", "list of structs"])
def test_nested_columns(model, tmp_path, layout):
    X = sines(12)
    pq.write_table(nested(X, layout), tmp_path / "nested.parquet")
    classify_catalog(model, tmp_path / "nested.parquet", tmp_path / "classes.parquet")
    found = pd.read_parquet(tmp_path / "classes.parquet")
    assert_same(found, model.predict_proba(X))


def test_columns_of_other_names_and_identifiers_of_numbers(model, tmp_path):
    X = sines(12)
    table = X.to_arrow().select(["time", "mag", "magerr"]).rename_columns(["epoch", "light", "e"])
    table = table.append_column("source_id", pa.array(range(100, 112), pa.int64()))
    pq.write_table(table, tmp_path / "named.parquet")
    roles = {"time": "epoch", "mag": "light", "magerr": "e"}
    with pytest.raises(ValueError, match=r"named\.parquet: Time and magnitude"):
        classify_catalog(model, tmp_path / "named.parquet", tmp_path / "classes.parquet")
    classify_catalog(model, tmp_path / "named.parquet", tmp_path / "classes.parquet", columns=roles)
    found = pq.read_table(tmp_path / "classes.parquet")
    assert found.schema.field("object_id").type == pa.int64()
    assert found["object_id"].to_pylist() == list(range(100, 112))
    assert_allclose(found["p_LONG"], model.predict_proba(X)[:, 0], rtol=1e-6)


def test_stars_without_identifiers_are_named_by_their_row(model, tmp_path):
    (tmp_path / "in").mkdir()
    # Parts of two row groups, and pieces of one.
    for name, size in (("a", 2), ("b", 5)):
        table = sines(5).to_arrow().select(["time", "mag", "magerr"])
        pq.write_table(table, tmp_path / "in" / f"{name}.parquet", row_group_size=size)
    classify_catalog(model, tmp_path / "in", tmp_path / "all", batch_size=3)
    found = pd.read_parquet(tmp_path / "all")["object_id"]
    assert found.tolist() == [f"{name}.parquet:{i}" for name in "ab" for i in range(5)]
    classify_catalog(model, tmp_path / "in" / "a.parquet", tmp_path / "one", batch_size=3)
    assert pd.read_parquet(tmp_path / "one")["object_id"].tolist() == list("01234")


def test_flags_say_why_a_star_has_no_class(model, tmp_path):
    X = sines(6)
    mag, limit = X.mag.copy(), np.zeros(X.mag.size, dtype=bool)
    mag[X.offsets[1] : X.offsets[2]] = 15.0
    limit[X.offsets[3] : X.offsets[3] + 15] = True
    write_light_curves(X.replace(mag=mag, limit=limit), tmp_path / "bad.parquet")
    report = classify_catalog(model, tmp_path / "bad.parquet", tmp_path / "classes.parquet")
    table = pd.read_parquet(tmp_path / "classes.parquet")
    assert table["flag"].tolist() == [
        "", "all magnitudes equal", "", "too few usable points", "", ""
    ]  # fmt: skip
    bad = table["flag"] != ""
    assert table.loc[bad, ["label", "period", "significance", "p_LONG"]].isna().all(axis=None)
    assert table.loc[~bad].notna().all(axis=None)
    assert table["n_points"].tolist() == [20, 20, 20, 5, 20, 20]
    assert report.flags == {"all magnitudes equal": 1, "too few usable points": 1}
    assert (report.n_classified, report.complete) == (4, False)


class Novel(TransferMLPClassifier):
    """A network to which the stars of positive skewness, the second feature, are novel."""

    def novelty_score(self, X):
        return 0.95 + np.asarray(X)[:, 1]


def test_novelty_is_written_where_the_model_tells_it(survey, tmp_path, model):
    X = concatenate(survey[1])
    last = Novel((8,), n_estimators=1, max_epochs=2, random_state=0)
    last.fit(model[0].transform(X), X.labels)
    novel = type(model)([("features", model[0]), ("network", last)])
    report = classify_catalog(novel, survey[0], tmp_path / "classes")
    found = pd.read_parquet(tmp_path / "classes")
    skewness = model[0].transform(X)[:, 1]
    assert_allclose(found["novelty"], 0.95 + skewness)
    # The others are not novel.
    assert report.n_novel == np.sum(skewness > 0) and 0 < report.n_novel < len(X)


def test_a_table_of_points_is_refused(model, tmp_path):
    sines(5).to_pandas().to_parquet(tmp_path / "points.parquet")
    with pytest.raises(ValueError, match="rows are points, not stars"):
        classify_catalog(model, tmp_path / "points.parquet", tmp_path / "classes.parquet")
    assert not (tmp_path / "classes.parquet").exists()


def test_refusals(model, survey, tmp_path):
    folder, _ = survey
    with pytest.raises(FileNotFoundError, match="no Parquet file"):
        classify_catalog(model, tmp_path / "nowhere", tmp_path / "classes")
    with pytest.raises(FileNotFoundError, match="no folder"):
        classify_catalog(model, folder, tmp_path / "nowhere" / "classes")
    with pytest.raises(TypeError, match="takes no light curves"):
        classify_catalog(model[-1], folder, tmp_path / "classes")
    with pytest.raises(ValueError, match="batch_size must be a positive integer, got 0"):
        classify_catalog(model, folder, tmp_path / "classes", batch_size=0)
    for size in (True, 2.0, -1):
        with pytest.raises(ValueError, match=f"batch_size must be a positive integer, got {size}"):
            classify_catalog(model, folder, tmp_path / "classes", batch_size=size)
    with pytest.raises(ValueError, match="priors='em' needs all stars at once: use classify"):
        classify_catalog(model, folder, tmp_path / "classes", priors="em")
    assert not (tmp_path / "classes").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(ValueError, match="holds other things"):
        classify_catalog(model, folder, tmp_path / "mine", resume=False)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"


def test_progress_tells_rate_and_time_left(model, survey, tmp_path, capsys):
    classify_catalog(model, survey[0], tmp_path / "a", verbose=1)
    shown = capsys.readouterr().err
    assert "70/70" in shown and "star/s" in shown
    classify_catalog(model, survey[0], tmp_path / "b")
    assert capsys.readouterr().err == ""


def test_a_model_without_probabilities_is_refused(survey, tmp_path):
    """Of scikit-learn, say: its pipeline takes light curves all the same."""
    X = sines(20)
    model = make_pipeline(LightCurveFeatures(["amplitude", "skewness"]), LinearSVC())
    model.fit(X, X.labels)
    with pytest.raises(TypeError, match="LinearSVC, gives no class probabilities"):
        classify_catalog(model, survey[0], tmp_path / "classes")
    assert not (tmp_path / "classes").exists()


def test_what_to_expect_and_drift_are_told_as_of_all_stars_at_once(model, survey, tmp_path):
    folder, sets = survey
    tuned = deepcopy(model).partial_fit_target(sets[0], sets[0].labels)
    report = classify_catalog(tuned, folder, tmp_path / "classes.parquet", batch_size=40)
    table = classify(tuned, concatenate(sets))
    proba = table[["p_LONG", "p_SHORT"]].to_numpy()
    whole = expected_accuracy(proba, np.array(["LONG", "SHORT"]), table["novelty"].to_numpy())
    assert report.expected.n_stars == 70 and report.expected.n_predicted == whole.n_predicted
    assert report.expected.share_right == pytest.approx(whole.share_right)
    for name in ("purity", "completeness"):
        assert getattr(report.expected, name) == pytest.approx(getattr(whole, name))
    assert np.isnan(report.expected.threshold["LONG"])
    # One part alone, the first file, has as many stars as the test needs.
    alone = tuned.drift_test(sets[0])
    assert report.drift.p_value == pytest.approx(alone.p_value)
    # The file that is there tells the same again.
    again = classify_catalog(tuned, folder, tmp_path / "classes.parquet", batch_size=40)
    assert str(again) == str(report)


def test_of_many_parts_drift_is_as_probable_as_the_best_of_so_many():
    tests = [DriftTest(0.02, True, "a"), DriftTest(0.5, False, "b"), DriftTest(0.9, False, "c")]
    found = _drifted(tests)
    assert (found.p_value, found.drifted, found.feature) == (pytest.approx(0.06), False, "a")
    assert _drifted(tests[:2]).drifted and _drifted([]) is None
    # No probability is above one.
    assert _drifted([DriftTest(0.5, False, "a")] * 3).p_value == 1.0


def test_a_purity_makes_unsure_stars_unknown(model, survey, tmp_path):
    folder, sets = survey
    tuned = deepcopy(model).set_params(transfermlpclassifier__calibration="temperature")
    tuned.partial_fit_target(sets[0], sets[0].labels)
    path = tmp_path / "tuned.vartl"
    save_model(tuned, path)
    X = concatenate(sets)
    table = classify(path, X, purity=0.9)
    limits = tuned.purity_thresholds(0.9)
    usual = classify(path, X)
    unsure = usual["p_max"] < usual["label"].map(limits)
    assert (table["label"][unsure] == "unknown").all()
    assert (table["label"][~unsure] == usual["label"][~unsure]).all()
    report = classify_catalog(path, folder, tmp_path / "out.parquet", purity=0.9)
    assert report.classes == table["label"].value_counts().to_dict()
    with pytest.raises(ValueError, match="priors=None"):
        classify(path, X, purity=0.9, exclude=["LONG"])
