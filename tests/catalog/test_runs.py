"""What a run keeps account of, with a judge that knows its answers beforehand: nothing is computed or trained."""

import json
import warnings
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl import write_light_curves
from sklearn_vartl.catalog import CatalogReport
from sklearn_vartl.catalog._catalog import (
    ABOUT,
    Run,
    _together,
    arrow_table,
    describe_run,
    differences,
    merge_parts,
    model_fingerprint,
    output_schema,
    part_path,
    read_about,
    read_manifest,
    remove_unfinished,
    write_manifest,
    write_part,
)
from sklearn_vartl.catalog._sources import Layout
from sklearn_vartl.catalog._star_classifier import Findings
from sklearn_vartl.light_curves import LightCurveWarning, count_true
from sklearn_vartl.probabilities import DriftTest

from .conftest import sines

NUMBERS = ["period", "significance", "period_error", "epoch", "amplitude", "runner_up"]


class Judge:
    """Calls every third star B, has no word for stars whose first magnitude is above 16, and counts its calls."""

    given, settings, passthrough, alpha = "a model", {"priors": None}, (), None
    label_type, classes = pa.string(), np.array(["A", "B"])
    probability_columns = ("p_max", "p_A", "p_B")

    def __init__(self, has_novelty=True, drift=None):
        self.has_novelty, self.drift, self.n_calls = has_novelty, drift, 0

    def __call__(self, X):
        self.n_calls += 1
        n = len(X)
        bad = np.array([len(star) > 0 and star.mag[0] > 16 for star in X])
        label = np.where(np.arange(n) % 3 == 0, "B", "A").astype(object)
        label[bad] = None
        proba = np.where(bad, np.nan, 0.75)
        sums = {"n_stars": n, "n_far": 1, "n_predicted": [n, 0], "n_right": [0.5 * n, 0.0]}
        found = Findings((2 * n, 1), sums | {"n_expected": [n, n]}, self.drift)
        columns = {name: np.zeros(n) for name in [*NUMBERS, "runner_up_gap"]}
        columns |= {"label": label, "n_points": count_true(np.ones(len(X.time), bool), X.offsets)}
        columns |= {"flag": np.where(bad, "bad", "").astype(object)}
        columns["period_flag"] = np.full(n, "", object)
        # The bad ones are novel, too, and of the others one in each call.
        if self.has_novelty:
            known = np.where(np.arange(n) == 2, 0.3, 0.95)
            columns["novelty"] = np.where(bad | (np.arange(n) == 0), 0.96, known)
        return columns | {"p_max": proba, "p_A": proba, "p_B": 1 - proba}, found


def stars(folder, *sizes):
    """Files of so many stars, the second star of each bad."""
    folder.mkdir()
    for number, size in enumerate(sizes):
        X = sines(size, n_points=8, seed=number)
        mag = X.mag.copy()
        mag[8:16] += 3
        write_light_curves(X.replace(mag=mag), folder / f"{'abc'[number]}.parquet")
    return folder


def run(judge, source, output, *, batch_size=4, resume=True):
    found = Run(judge, source, output, batch_size=batch_size, columns=None, points=None)
    return found(resume=resume, verbose=0)


@pytest.mark.parametrize("output", ["out", "out.parquet"])
def test_a_report_is_of_all_parts_together(tmp_path, output):
    judge = Judge(drift=DriftTest(0.02, True, "amplitude"))
    report = run(judge, stars(tmp_path / "in", 6, 3), tmp_path / output)
    # Parts of four, two and three stars; bad is the second star of each file.
    assert judge.n_calls == 3
    assert (report.n_stars, report.n_classified, report.complete) == (9, 7, False)
    assert report.classes == {"A": 3, "B": 4} and list(report.classes) == ["A", "B"]
    assert report.flags == {"bad": 2} and report.broken == []
    # Of a part's novel stars those with a class; as large as the limit is not novel, nor is less.
    assert report.n_novel == 3
    assert (report.n_outliers, report.n_with_outliers) == (18, 3)
    assert report.expected.n_stars == 9 and report.expected.share_right == 0.5
    assert report.expected.n_predicted == {"A": 9, "B": 0}
    assert report.drift == DriftTest(pytest.approx(0.06), False, "amplitude")
    table = pq.read_table(tmp_path / output).to_pandas()
    assert table["flag"].tolist() == ["", "bad", "", "", "", "", "", "bad", ""]
    assert table["label"].isna().tolist() == (table["flag"] == "bad").tolist()
    # What is done is told again, and nobody is asked.
    again = run(judge, tmp_path / "in", tmp_path / output)
    assert judge.n_calls == 3 and str(again) == str(report)
    assert run(Judge(), tmp_path / "in", tmp_path / output, resume=False).drift is None


def test_without_novelty_there_is_no_number_of_novel_stars(tmp_path):
    report = run(Judge(has_novelty=False), stars(tmp_path / "in", 3), tmp_path / "out")
    assert report.n_novel is None
    assert "novelty" not in pq.read_schema(tmp_path / "out" / "part-000000-000000.parquet").names


@pytest.mark.parametrize("n_files", [1, 2])
def test_stars_without_identifiers_are_named_after_their_file_where_there_are_several(
    tmp_path, n_files
):
    (tmp_path / "in").mkdir()
    for name in "ab"[:n_files]:
        table = sines(2).to_arrow().select(["time", "mag", "magerr"])
        pq.write_table(table, tmp_path / "in" / f"{name}.parquet")
    run(Judge(), tmp_path / "in", tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")["object_id"].to_pylist()
    several = ["a.parquet:0", "a.parquet:1", "b.parquet:0", "b.parquet:1"]
    assert found == (["0", "1"] if n_files == 1 else several)


def test_a_doubt_is_told_once_of_the_first_stars(tmp_path):
    (tmp_path / "in").mkdir()
    X = sines(9)
    mag = np.where(np.arange(X.mag.size) % 3, np.nan, X.mag)
    write_light_curves(X.replace(mag=mag), tmp_path / "in/a.parquet")
    with pytest.warns(LightCurveWarning) as caught:
        run(Judge(), tmp_path / "in", tmp_path / "out", batch_size=2)
    assert len(caught) == 1 and "points are left out" in str(caught[0].message)


@pytest.mark.parametrize("step", [0.0, 1.5])
def test_columns_that_no_part_reads_are_looked_at_once(tmp_path, step):
    (tmp_path / "in").mkdir()
    sector = [np.repeat([1, 2], 20)] * 6
    t = 58000.3 + 1.03 * np.arange(40.0)
    columns = {"id": list("abcdef"), "mjd": [t] * 6, "sector": sector}
    columns["mag"] = [14 + 0.01 * np.sin(t) + step * sector[0]] * 6
    pq.write_table(pa.table(columns), tmp_path / "in/a.parquet")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(Judge(), tmp_path / "in", tmp_path / "out", batch_size=2)
    told = [str(each.message).count("each sector are on a level of their own") for each in caught]
    assert told == [1] * (step > 0)


def test_parts_that_are_not_what_they_say_are_done_again(tmp_path):
    source, out = stars(tmp_path / "in", 8), tmp_path / "out"
    judge = Judge()
    run(judge, source, out)
    first, second = sorted(out.glob("part-*"))
    assert judge.n_calls == 2
    for change in ({"part": "part-1"}, {"n_stars": 3}, {"broken": ["row group 0"]}):
        table, about = pq.read_table(first), read_about(first)
        table = table.replace_schema_metadata({ABOUT: json.dumps(about | change).encode()})
        pq.write_table(table, first)
        judge.n_calls = 0
        assert run(judge, source, out).n_stars == 8 and judge.n_calls == 1
    first.unlink()
    second.write_bytes(b"PAR1")
    judge.n_calls = 0
    assert run(judge, source, out).n_stars == 8 and judge.n_calls == 2


def test_a_file_that_cannot_be_read_is_told_and_the_parts_wait_for_it(tmp_path):
    source, out = stars(tmp_path / "in", 3, 3), tmp_path / "out.parquet"
    good = (source / "b.parquet").read_bytes()
    (source / "b.parquet").write_bytes(good[:-4])
    report = run(Judge(), source, out)
    assert report.broken == ["b.parquet: no Parquet file, or cut off: it has no footer"]
    assert report.n_stars == 3 and not report.complete
    assert (tmp_path / "out.parquet.parts").is_dir() and pq.read_table(out).num_rows == 3
    (source / "b.parquet").write_bytes(good)
    judge = Judge()
    assert run(judge, source, out).n_stars == 6 and judge.n_calls == 1
    assert not (tmp_path / "out.parquet.parts").exists()
    # Another file that could be read before has changed: that is another run.
    (source / "a.parquet").write_bytes(good)
    judge.n_calls = 0
    assert run(judge, source, out).n_stars == 6 and judge.n_calls == 2


def test_where_a_run_may_write(tmp_path):
    source = stars(tmp_path / "in", 2)
    (tmp_path / "empty").mkdir()
    assert run(Judge(), source, tmp_path / "empty").n_stars == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    for resume in (True, False):
        with pytest.raises(ValueError, match="mine holds other things: give an empty folder"):
            run(Judge(), source, tmp_path / "mine", resume=resume)
    with pytest.raises(FileNotFoundError, match="There is no folder .*nowhere to write to"):
        run(Judge(), source, tmp_path / "nowhere" / "out")
    with pytest.raises(ValueError, match="it differs in batch_size. resume=False begins anew"):
        run(Judge(), source, tmp_path / "empty", batch_size=3)
    assert run(Judge(), source, tmp_path / "empty", batch_size=3, resume=False).n_stars == 2
    assert read_manifest(tmp_path / "empty")["batch_size"] == 3


def test_what_a_report_says_of_itself():
    report = CatalogReport("out", 10, {"A": 7}, {"bad": 2, "worse": 1})
    assert (report.n_classified, report.complete) == (7, False)
    assert CatalogReport("out", 10, {"A": 10}).complete
    assert not CatalogReport("out", 10, {"A": 10}, broken=["a"]).complete
    rest = (
        report.n_novel,
        report.expected,
        report.drift,
        report.n_outliers,
        report.n_with_outliers,
    )
    assert rest == (None, None, None, 0, 0)


def part(**more):
    return {"n_stars": 2, "classes": {"B": 1, "A": 1}, "flags": {}, "broken": []} | more


def test_parts_add_up_whatever_they_tell():
    # As an earlier version wrote them, without outliers, novelty or sums.
    told = _together([part(), part(classes={"A": 2}, broken=["x"], flags={"bad": 1})])
    assert told == {
        "n_stars": 4, "classes": {"A": 3, "B": 1}, "flags": {"bad": 1}, "broken": ["x"],
        "n_novel": None, "sums": None, "drift": None, "outliers": [0, 0],
    }  # fmt: skip
    assert list(told["classes"]) == ["A", "B"]
    new = part(n_novel=1, outliers=[5, 2], sums={"n_stars": 2, "n_right": [1.0]})
    new["drift"] = asdict(DriftTest(0.01, True, "a"))
    two = _together([new, part(n_novel=2, outliers=[1, 1], sums=None, drift=None)])
    assert (two["n_novel"], two["outliers"]) == (3, [6, 3])
    assert two["sums"] == {"n_stars": 2, "n_right": [1.0]} and two["drift"]["drifted"]
    # One that does not tell leaves it open how many there are.
    assert _together([new, part()])["n_novel"] is None
    assert _together([]) | {"classes": 0} == {
        "n_stars": 0, "classes": 0, "flags": {}, "broken": [], "n_novel": None, "sums": None,
        "drift": None, "outliers": [0, 0],
    }  # fmt: skip


# --- Files of a run


def layout(id_column="source_id", id_type=None):
    return Layout((), (), id_column, pa.int64() if id_type is None else id_type)


def test_identifiers_of_one_type_keep_it_and_those_of_several_are_text():
    names = output_schema(Judge(False), [layout(), layout()]).names
    assert output_schema(Judge(), [layout(), layout()]).field(0).type == pa.int64()
    assert (
        output_schema(Judge(), [layout(), layout(id_type=pa.int32())]).field(0).type == pa.string()
    )
    assert names[:2] == ["object_id", "label"] and names[-3:] == ["p_max", "p_A", "p_B"]
    judge = Judge()
    judge.alpha = 0.1
    more = output_schema(judge, [layout()])
    assert [name for name in more.names if name not in names] == ["novelty", "set"]
    kinds = {str(field.type) for field in more if field.name in (*NUMBERS, "novelty", "p_A")}
    assert kinds == {"double"} and str(more.field("n_points").type) == "int64"


@pytest.mark.parametrize(
    ("id_column", "several", "expected"),
    [("source_id", True, [7, 9]), (None, False, ["4", "5"]), (None, True, ["a:4", "a:5"])],
)
def test_a_star_has_its_identifier_or_its_row(id_column, several, expected):
    own = layout(id_column, pa.int64() if id_column else pa.string())
    schema = pa.schema([("object_id", own.id_type), ("label", pa.string())])
    columns = {"label": np.array(["A", None], dtype=object)}
    source = pa.table({"source_id": pa.array([7, 9], pa.int32())})
    file = SimpleNamespace(layout=own, name="a")
    table = arrow_table(schema, columns, source, np.array([4, 5]), file, several)
    assert table.to_pydict() == {"object_id": expected, "label": ["A", None]}


def test_parts_are_read_as_they_were_written(tmp_path):
    assert part_path(tmp_path, 3, 12).name == "part-000003-000012.parquet"
    names = [part_path(tmp_path, *key).name for key in ((2, 11), (10, 1), (2, 2), (1, 99))]
    assert sorted(names) == [names[3], names[2], names[0], names[1]]
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, values in zip(paths, ([1, 2], [3]), strict=True):
        write_part(path, pa.table({"n": values}), {"n_stars": len(values)})
        assert read_about(path) == {"n_stars": len(values), "part": path.name}
    schema = pa.schema([("n", pa.float64())])
    merge_parts(paths, schema, tmp_path / "all.parquet", {"told": [1]})
    assert read_about(tmp_path / "all.parquet") == {"told": [1]}
    whole = pq.ParquetFile(tmp_path / "all.parquet")
    assert whole.read().to_pydict() == {"n": [1.0, 2.0, 3.0]} and whole.num_row_groups == 2
    # Nothing is told by what is none of ours, damaged or not there.
    pq.write_table(pa.table({"n": [1]}), tmp_path / "other.parquet")
    (tmp_path / "noise.parquet").write_bytes(b"PAR1")
    bad = pa.table({"n": [1]}).replace_schema_metadata({ABOUT: b"{"})
    pq.write_table(bad, tmp_path / "bad.parquet")
    for name in ("other", "noise", "bad", "nothing"):
        assert read_about(tmp_path / f"{name}.parquet") is None
    for name in (".being_written-1", ".being_written-2.parquet"):
        (tmp_path / name).touch()
    remove_unfinished(tmp_path)
    assert len(list(tmp_path.iterdir())) == 6


RUN = {
    "format": "sklearn_vartl catalogue", "sklearn_vartl": "0.1", "model": "m", "settings": {},
    "batch_size": 4, "columns": None, "points": None, "files": [["a", "1"], ["b", "2"]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"model": "n"}, ["the model"]),
        ({"settings": {"alpha": 0.1}}, ["classes, priors, abstain, purity or alpha"]),
        ({"points": "lc", "columns": {"time": "t"}}, ["columns", "points"]),
        ({"files": [["a", "1"]]}, ["the list of files"]),
        ({"files": [["b", "2"], ["a", "1"]]}, ["the list of files"]),
        ({"files": [["a", "9"], ["b", "9"]]}, ["the contents of a"]),
        (
            {"files": [["a", "1"], ["b", "9"], ["c", "3"]]},
            ["the list of files", "the contents of b"],
        ),
        # What can no longer be read is another file.
        ({"files": [["a", "1"], ["b", None]]}, ["the contents of b"]),
    ],
)
def test_in_what_two_runs_differ(change, words, tmp_path):
    assert differences(RUN, RUN | change) == words
    # A file that could not be read before may have been mended since.
    broken = RUN | {"files": [["a", None], ["b", "2"]]}
    assert differences(broken, RUN) == []
    write_manifest(tmp_path, RUN)
    assert read_manifest(tmp_path) == RUN
    for text in ("[]", "{", '{"format": "other"}', '"sklearn_vartl catalogue"'):
        (tmp_path / "_manifest.json").write_text(text)
        assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "nowhere") is None


def test_a_run_describes_itself_in_plain_data():
    file = SimpleNamespace(name="a", fingerprint="1")
    for columns in (None, "ztf", {"time": "t"}):
        found = describe_run(Judge(), [file], np.int64(4), columns, "lc")
        assert json.loads(json.dumps(found)) == found
        assert found["columns"] == columns and found["files"] == [["a", "1"]]
        assert (found["batch_size"], found["points"], found["settings"]) == (
            4,
            "lc",
            Judge.settings,
        )


def test_a_model_is_known_by_what_it_gives():
    """Models that have no plain form by their content; so are numbers that lie in another order."""
    assert model_fingerprint("a model") == model_fingerprint("a " + "model")
    assert model_fingerprint("a model") != model_fingerprint("another")
