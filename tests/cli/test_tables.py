"""Tables that commands write and read again, without a model."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl.cli import _classify, _labelling, _tables
from sklearn_vartl.cli._tables import (
    check_output,
    labelled_stars,
    read_shares,
    read_table,
    read_weights,
    standard_names,
    write_table,
)
from sklearn_vartl.light_curves import LightCurves

FORMS = ["parquet", "pq", "csv", "tsv", "csv.gz", "jsonl", "ndjson", "fits", "fit", "vot", "xml"]


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "object_id": ["007", "12", "star"],
            "label": ["EC", "RRAB", None],
            "period": [0.5123456789, 123.456789, np.nan],
            "n_points": [40, 7, 3],
        }
    )


@pytest.mark.parametrize("form", [*FORMS, "ecsv", "CSV"])
def test_a_table_comes_back_with_its_names_as_text(tmp_path, table, form):
    if form in ("fits", "fit", "vot", "xml", "ecsv"):
        pytest.importorskip("astropy")
    path = tmp_path / f"t.{form}"
    write_table(table, path)
    found = read_table(path)
    assert [str(name) for name in found["object_id"]] == ["007", "12", "star"]
    # Some formats know no missing text.
    assert found["label"].fillna("").tolist() == ["EC", "RRAB", ""]
    np.testing.assert_allclose(found["period"], table["period"], rtol=1e-7)
    assert found["n_points"].tolist() == [40, 7, 3]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_suffix_decides_the_form(tmp_path, table):
    for name, begins in (
        ("a.parquet", b"PAR1"),
        ("a.csv.gz", b"\x1f\x8b"),
        ("a.v2.csv.gz", b"\x1f\x8b"),
        ("a.fits", b"SIMPLE"),
        ("a.vot", b"<?xml"),
        ("a.ecsv", b"# %ECSV"),
        ("a.jsonl", b'{"object_id":"007","label":"EC"'),
        ("a.tsv", b"object_id\tlabel\t"),
        ("a.csv", b"object_id,label,"),
    ):
        write_table(table, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)
    text = (tmp_path / "a.jsonl").read_text()
    assert text.endswith("}\n") and text.count("\n") == 3


def test_units_stand_where_a_form_has_room_for_them(tmp_path, table):
    astropy = pytest.importorskip("astropy.table")
    write_table(table, tmp_path / "t.ecsv", units={"period": "d", "depth": "mag"})
    found = astropy.Table.read(tmp_path / "t.ecsv")
    assert str(found["period"].unit) == "d" and found["n_points"].unit is None


def test_decimals_are_those_that_mean_something(tmp_path):
    table = pd.DataFrame({"p_A": [1 / 3], "novelty": [2 / 3], "period": [1 / 3]})
    for name in ("t.csv", "t.jsonl", "t.ecsv", "t.parquet"):
        write_table(table, tmp_path / name, {"p_": 2, "novelty": 4})
    assert (tmp_path / "t.csv").read_text().splitlines()[1] == "0.33,0.6667,0.33333333"
    assert (
        '"p_A":0.33,"novelty":0.6667,"period":0.33333333333333'
        in (tmp_path / "t.jsonl").read_text()
    )
    assert (tmp_path / "t.ecsv").read_text().splitlines()[-1].split()[:2] == ["0.33", "0.6667"]
    assert pd.read_parquet(tmp_path / "t.parquet")["p_A"][0] == 1 / 3


@pytest.mark.parametrize(
    ("decimals", "row", "line"),
    [
        (
            _classify._DECIMALS,
            {"period": 1 / 3, "epoch": 12.3456789, "significance": 4.56789, "runner_up_gap": 1 / 3,
             "novelty": 2 / 3, "p_max": 2 / 3, "p_A": 1 / 3},
            "0.33333333,12.34568,4.57,0.33,0.6667,0.66667,0.33333",
        ),
        (
            _labelling._DECIMALS,
            {"period": 1 / 3, "p": 2 / 3, "p_wrong": 1 / 3, "novelty": 2 / 3, "neighbours": 2 / 3},
            "0.33333333,0.66667,0.33333,0.6667,0.67",
        ),
    ],
)  # fmt: skip
def test_the_decimals_of_each_command(tmp_path, decimals, row, line):
    write_table(pd.DataFrame([row]), tmp_path / "t.csv", decimals)
    assert (tmp_path / "t.csv").read_text().splitlines() == [",".join(row), line]


def test_a_column_is_text_where_eight_digits_are_too_few(tmp_path):
    table = pd.DataFrame({"epoch": [999.123456], "long": [1000.123456]})
    write_table(table, tmp_path / "t.csv", {"epoch": 5, "long": 5})
    # Eight digits hold 999.12346, not 1000.12346.
    assert (tmp_path / "t.csv").read_text().splitlines()[1] == "999.12346,1000.12346"


def test_nothing_is_left_of_a_table_that_cannot_be_written(tmp_path, table):
    path = tmp_path / "t.parquet"
    write_table(table, path)
    before = path.read_bytes()
    with pytest.raises(Exception, match="."):
        write_table(table.assign(odd=[object(), 1, "a"]), path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_is_no_table_of_classes_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("object_id,colour\na,1\n")
    with pytest.raises(ValueError, match=r"is no table of classes: it has no label, period"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(ValueError, match=r"must end in .*\(also .csv.gz\)"):
        read_table(tmp_path / "t.txt")
    with pytest.raises(ValueError, match="must end in"):
        check_output(Path("no_suffix"))
    with pytest.raises(FileNotFoundError, match="no folder .* to write t.csv to"):
        check_output(tmp_path / "no" / "t.csv")


def test_shares_of_classes(tmp_path):
    path = tmp_path / "shares.csv"
    path.write_text("class, share, of\n1, 0.25, x\nRRAB, 0.5, y\n")
    assert read_shares(path) == {"1": 0.25, "RRAB": 0.5}
    for text, message in (
        ("class,share\nA,0.2\nB,0.3\nA,0.1\n", "class 'A' stands there twice"),
        ("class,share\n", "columns class,share"),
        ("class,part\nA,1\n", "columns class,share"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            read_shares(path)


def stars(labels, survey=None):
    n = len(labels)
    offsets = np.arange(n + 1)
    ids = [f"s{k}" for k in range(n)]
    return LightCurves(np.arange(n), np.full(n, 15.0), None, offsets, ids=ids, labels=labels,
                       survey=survey)  # fmt: skip


def options(**given):
    plain = {"labels": None, "label_columns": None, "harmonise": False, "survey": None}
    return Namespace(**plain | given)


def test_names_are_read_as_each_stars_survey_has_them():
    # GCVS calls semi-detached binaries EB, ASAS-SN calls beta Lyrae stars so.
    labels = ["EB", "EB", "RRab"]
    surveys = np.array(["gcvs", None, "gcvs"], dtype=object)
    alone = [str(standard_names(stars(labels[:1], survey))[0]) for survey in ("gcvs", None)]
    assert alone[0] != alone[1]
    assert standard_names(stars(labels, surveys)).tolist() == [*alone, "RRAB"]
    assert standard_names(stars(labels), "gcvs").tolist() == [alone[0], alone[0], "RRAB"]
    assert standard_names(stars(["EW"]), classes=["EC", "LPV"]).tolist() == ["EC"]


def test_stars_without_a_label_are_counted(capsys):
    X, left_out = labelled_stars(stars(["A", None, "B", None, None]), options())
    assert X.ids.tolist() == ["s0", "s2"] and left_out == 3
    with pytest.raises(ValueError, match="none of the light curves has a label"):
        labelled_stars(stars([None, None]), options())
    words = np.array(["RRAB", "EC", "EC"], dtype=object)
    for name in ("var type", "VarType", "CLASS", "my_label", "Kind"):
        X = stars([None] * 3).replace(table={"row": np.arange(3), "place": words, name: words})
        remedy = f"column {name} may hold them: --columns '?label={name}'?\\)"
        with pytest.raises(ValueError, match=remedy):
            labelled_stars(X, options())
    # The same of all stars, another one of each, and numbers, are no classes.
    each = np.array(["A", "B", "C"], dtype=object)
    none = np.array(["A", "", ""], dtype=object)
    X = stars([None] * 3).replace(
        table={"type": words[1:2].repeat(3), "class": np.arange(3), "label_id": each, "kind": none}
    )
    with pytest.raises(ValueError, match="has a label: give"):
        labelled_stars(X, options())
    assert capsys.readouterr().err == ""


def test_labels_of_a_table_find_their_stars(tmp_path, capsys):
    path = tmp_path / "labels.csv"
    path.write_text("object_id,label\ns2,B\nnobody,C\ns0,A\n")
    X, left_out = labelled_stars(stars([None, "old", None]), options(labels=path))
    assert X.ids.tolist() == ["s0", "s2"] and X.labels.tolist() == ["A", "B"] and left_out == 1
    assert f"1 of 3 labels in {path} belong to no star" in capsys.readouterr().err
    path.write_text("object_id,label\nnobody,C\n")
    with pytest.raises(
        ValueError, match="none of its 1 object_ids, such as .nobody., .* whose first is 's0'"
    ):
        labelled_stars(stars([None]), options(labels=path))
    with pytest.raises(ValueError, match="no light curves to label"):
        labelled_stars(stars([]), options(labels=path))


def test_spellings_matter_to_what_a_model_learns_alone(capsys):
    X = stars(["EW", "W UMa", "RRAB"])
    assert labelled_stars(X, options(), teaching=False)[0].labels.tolist() == X.labels.tolist()
    assert capsys.readouterr().err == ""
    labelled_stars(X, options())
    assert "different classes: EW = W UMa. --harmonise" in capsys.readouterr().err
    found, _ = labelled_stars(X, options(harmonise=True))
    assert found.labels.tolist() == ["EC", "EC", "RRAB"] and capsys.readouterr().err == ""


def test_of_several_that_are_wrong_the_first_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("class,share\nA,0.2\nB,0.3\nA,0.1\nB,0.1\n")
    with pytest.raises(ValueError, match="class 'A' stands there twice"):
        read_shares(path)
    path.write_text("object_id,label\nnobody,C\nnoone,C\n")
    said = "none of its 2 object_ids, such as 'nobody', .* whose first is 's0'"
    with pytest.raises(ValueError, match=said):
        labelled_stars(stars([None, None]), options(labels=path))
    for rows, message in (
        ("s0,1\ns1,2\ns0,3\ns1,4", "star 's0' stands there twice"),
        ("x,1\ny,2", "none of its stars is among those with a label, whose first is 's0'"),
        ("s0,1\ns1,-2\ns2,-3", "the weight of 's1' is -2; a weight is a number from 0 up"),
        ("s0,1\ns1,inf", "the weight of 's1' is inf"), ("s0,1\ns1,", "the weight of 's1' is nan"),
        ("s0,high", "its weights must be numbers"),
    ):  # fmt: skip
        path.write_text(f"object_id,weight\n{rows}\n")
        with pytest.raises(ValueError, match=message):
            read_weights(path, stars(["A"] * 4))


def test_weights_of_the_stars_that_a_table_names(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("object_id,weight\ns2,0\ns0,2.5\nnobody,7\n")
    assert read_weights(path, stars(["A"] * 4)).tolist() == [2.5, 1, 0, 1]
    assert "2 of 4 labelled stars are not in" in (said := capsys.readouterr().err)
    assert "(first: 's1')" in said
    path.write_text("object_id,weight\n" + "".join(f"s{k},{k}\n" for k in range(4)))
    assert read_weights(path, stars(["A"] * 4)).tolist() == [0, 1, 2, 3]
    assert capsys.readouterr().err == ""


def test_options_about_labels_that_need_each_other(tmp_path):
    X = stars(["A", "B"])
    with pytest.raises(ValueError, match="--survey says how --harmonise reads the labels"):
        labelled_stars(X, options(survey="gcvs"))
    with pytest.raises(ValueError, match="--label-columns names columns of a table of labels"):
        labelled_stars(X, options(label_columns="id=a"))
    path = tmp_path / "t.csv"
    path.write_text("object_id,label,star\ns0,A,s1\n")
    for columns in ("a", "id=a,mag=b", "id=,label=b"):
        with pytest.raises(ValueError, match="give it as id=NAME,label=NAME"):
            labelled_stars(X, options(labels=path, label_columns=columns))
    found, _ = labelled_stars(X, options(labels=path, label_columns="id=star"))
    assert found.ids.tolist() == ["s1"]
    path.write_text("object_id,label\ns0,\n")
    with pytest.raises(ValueError, match=r"t\.csv holds no labels"):
        labelled_stars(X, options(labels=path))


def test_labels_that_look_misspelt_are_told(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("object_id,label\n" + "".join(f"s{k},RRAB\n" for k in range(30)) + "s30,RRBA\n")
    labelled_stars(stars([None] * 31), options(labels=path))
    told = capsys.readouterr().err
    assert "look misspelt, each is a class of its own: 'RRBA' (RRAB?)" in told
    assert "belong to no star" not in told


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", ".csv"), ("a.CSV.GZ", ".csv"), ("a.parquet.csv", ".csv"), ("a.b.tsv", ".tsv"), ("a.csv.b.gz", None),
        ("a", None), ("a.gz", None), ("a.vot.gz", ".vot"), ("csv", None),
    ],
)  # fmt: skip
def test_the_form_of_a_table_by_its_name(name, kind):
    if kind is None:
        with pytest.raises(ValueError, match=r"a table's name must end in .parquet, .csv"):
            _tables._kind(Path(name))
    else:
        assert _tables._kind(Path(name)) == kind


@pytest.mark.parametrize(
    ("value", "decimals", "texts"),
    [
        (99999.123456, 2, False), (999999.99, 2, False), (1e6, 2, True), (-1e6, 2, True), (-999999.99, 2, False),
        (1e3, 5, True), (999.9, 5, False),
    ],
)  # fmt: skip
def test_numbers_that_eight_digits_cannot_hold_are_text(value, decimals, texts):
    found = _tables._as_text(pd.DataFrame({"epoch": [value, np.nan]}), {"epoch": decimals, "no": 1})
    assert found["epoch"][0] == (f"{value:.{decimals}f}" if texts else value)
    assert isinstance(found["epoch"][0], str) is texts
    assert pd.isna(found["epoch"][1])


def test_a_folder_is_looked_for_before_the_work(tmp_path):
    _tables.check_folder(tmp_path / "new.csv")
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*no to write t\.csv to"):
        _tables.check_folder(tmp_path / "no" / "t.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError):
        _tables.check_folder(tmp_path / "file" / "t.csv")


@pytest.mark.parametrize("form", ["fits", "vot", "ecsv"])
def test_astronomers_tables_keep_the_kind_of_a_column(tmp_path, form):
    """Yes and no, counts and text are not the text of each other; empty text has no width of its own."""
    table = pytest.importorskip("astropy.table").Table
    frame = pd.DataFrame({
        "sure": [True, False], "n": np.array([1, 2], np.uint8), "share": [0.5, np.nan],
        "set": pd.Series(["EC, SR", None], dtype=object), "flag": pd.Series(["", ""], dtype=object),
    })  # fmt: skip
    write_table(frame, tmp_path / f"t.{form}")
    found = table.read(tmp_path / f"t.{form}")
    assert [found[name].dtype.kind for name in ("sure", "n", "share")] == ["b", "u", "f"]
    assert found["sure"].tolist() == [True, False] and found["n"].tolist() == [1, 2]
    for name, texts in (("set", ["EC, SR", ""]), ("flag", ["", ""])):
        cells = found[name].filled("") if hasattr(found[name], "filled") else found[name]
        assert [cell.decode() if isinstance(cell, bytes) else str(cell) for cell in cells] == texts
