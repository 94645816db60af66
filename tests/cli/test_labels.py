"""Tables of labels: their columns, several spellings of a class, and classes that are kept."""

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl import load_model
from sklearn_vartl.cli._tables import write_table

from .conftest import small_networks


@pytest.fixture
def transfer(vartl, folder, tmp_path):
    """A function (options...) -> exit code, output, errors of `vartl transfer` to my.vartl."""

    def call(*options, stars="unlabelled.csv"):
        source = ["transfer", "--source", folder / "source.vartl", folder / stars]
        return vartl(*source, *options, "-o", tmp_path / "my.vartl", "-j", 1)

    return call


def _write_labels(path, light_curves, spellings, header="name;kind", separator=";"):
    """Labels of all stars; those of one class take turns in their spellings."""
    turn = dict.fromkeys(spellings, 0)
    lines = [] if header is None else [header]
    for star, label in zip(light_curves.ids, light_curves.labels, strict=True):
        words = spellings[label]
        lines.append(f"{star}{separator}{words[turn[label] % len(words)]}")
        turn[label] += 1
    path.write_text("\n".join(lines) + "\n")
    return path


def test_columns_of_any_name_and_of_no_name(transfer, light_curves, tmp_path):
    names = {"SHORT": ["A"], "LONG": ["B"]}
    table = _write_labels(tmp_path / "named.csv", light_curves, names)
    code, _, errors = transfer("--labels", table, "-q")
    assert code == 1 and "its columns are name, kind" in errors
    code, text, _ = transfer("--labels", table, "--label-columns", "id=name,label=kind")
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text
    table = _write_labels(tmp_path / "bare.csv", light_curves, names, None, ",")
    code, text, _ = transfer("--labels", table, "--label-columns", "id=column1,label=column2")
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("Source,Variability", "--label-columns id=Source,label=Variability"),
        (None, "--label-columns id=column1,label=column2"),
    ],
)
def test_remedies_of_tables_of_labels_work(transfer, light_curves, tmp_path, head, message):
    table = _write_labels(
        tmp_path / "l.csv", light_curves, {"SHORT": ["A"], "LONG": ["B"]}, head, ","
    )
    code, _, errors = transfer("--labels", table, "-q")
    assert code == 1 and message in errors
    code, text, _ = transfer("--labels", table, *message.split())
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text


def test_titles_and_names_in_a_comment(transfer, light_curves, tmp_path):
    names = {"SHORT": ["A"], "LONG": ["B"]}
    table = _write_labels(tmp_path / "l.csv", light_curves, names, "# id type", " ")
    code, text, _ = transfer("--labels", table)
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text
    table = _write_labels(tmp_path / "l.csv", light_curves, names, "My labels\n\nid,type", ",")
    code, text, _ = transfer("--labels", table)
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text
    table.write_text("id,label\n" + "star0,A,maybe\nstar1,B\n")
    code, _, errors = transfer("--labels", table)
    assert code == 1 and "l.csv: rows have more fields" in errors and "in quotes" in errors
    table.write_text("id,label\n")
    code, _, errors = transfer("--labels", table)
    assert code == 1 and "l.csv holds no labels" in errors


def test_identifiers_are_taken_from_the_column_that_names_the_stars(
    transfer, light_curves, tmp_path
):
    """The VSX calls its own numbers OID, and the stars by their Name."""
    kinds = {"SHORT": "A", "LONG": "B"}
    lines = [
        f"{n},{s},{kinds[k]}"
        for n, (s, k) in enumerate(zip(light_curves.ids, light_curves.labels, strict=True))
    ]
    (tmp_path / "vsx.csv").write_text("\n".join(["OID,Name,Type", *lines]) + "\n")
    code, text, errors = transfer("--labels", tmp_path / "vsx.csv")
    assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text
    assert "vsx.csv: the column Name names the stars" in errors
    code, _, errors = transfer(
        "--labels", tmp_path / "vsx.csv", "--label-columns", "id=OID,label=Type"
    )
    assert code == 1 and "none of its" in errors


def test_labels_of_one_class_are_told(transfer, light_curves, tmp_path):
    table = _write_labels(tmp_path / "l.csv", light_curves, {"SHORT": ["A"], "LONG": ["A"]})
    code, text, errors = transfer("--labels", table, "--label-columns", "id=name,label=kind")
    assert code == 0 and "learned 1 class from" in text
    assert "all labels are A: the model calls every star so" in errors


def test_labels_of_one_class_are_told_when_quiet(vartl, folder, light_curves, tmp_path):
    table = _write_labels(tmp_path / "l.csv", light_curves, {"SHORT": ["A"], "LONG": ["A"]})
    with small_networks():
        code, text, errors = vartl(
            *(
                "train",
                folder / "unlabelled.csv",
                "-o",
                tmp_path / "m.vartl",
                "-q",
                "-j",
                1,
                "--labels",
                table,
            ),
            *("--label-columns", "id=name,label=kind", "--features", "amplitude,skewness"),
        )
    assert code == 0 and not text
    assert "all labels are A: the model calls every star so" in errors


def test_a_misspelt_label_is_told(transfer, light_curves, tmp_path):
    names = {"SHORT": ["MIRA", "MIRA", "Mria"], "LONG": ["EC"]}
    table = _write_labels(tmp_path / "l.csv", light_curves, names, "object_id,label", ",")
    code, text, errors = transfer("--labels", table)
    assert code == 0 and "learned 3 classes" in text
    assert "look misspelt, each is a class of its own: 'Mria' (MIRA?)" in errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--label-columns", "id=name,label=type"], "no column type; its columns are name, kind"),
        (["--label-columns", "id=name,class=kind"], "give it as id=NAME,label=NAME"),
        (["--label-columns", "id=name,label=kind,class=kind"], "give it as id=NAME,label=NAME"),
        (["--label-columns", "name"], "give it as id=NAME,label=NAME"),
        (["--label-columns", "id=name,label=kind", "--survey", "gcvs"], "give both"),
    ],
)
def test_wrong_options_are_told(transfer, light_curves, tmp_path, options, message):
    table = _write_labels(tmp_path / "l.csv", light_curves, {"SHORT": ["A"], "LONG": ["B"]})
    code, out, errors = transfer("--labels", table, *options, "-q")
    assert (code, out) == (1, "") and message in errors


def test_one_column_may_be_given_where_the_other_has_a_usual_name(transfer, light_curves, tmp_path):
    names = {"SHORT": ["A"], "LONG": ["B"]}
    for given, header in ("label=kind", "object_id;kind"), ("id=name", "name;label"):
        table = _write_labels(tmp_path / "l.csv", light_curves, names, header)
        code, text, _ = transfer("--labels", table, "--label-columns", given)
        assert code == 0 and f"learned 2 classes from {len(light_curves)} stars" in text


def test_columns_without_a_table_are_an_error(transfer):
    code, _, errors = transfer("--label-columns", "id=name,label=kind", stars="stars.parquet")
    assert code == 1 and "give it as --labels" in errors


def test_spellings_of_one_class_are_told_and_made_one(transfer, light_curves, tmp_path):
    spellings = {"SHORT": ["RRab", "RRAB", "RR Lyr ab"], "LONG": ["EW", "W UMa"]}
    table = _write_labels(tmp_path / "l.csv", light_curves, spellings, "star,type", ",")
    code, text, errors = transfer("--labels", table)
    assert code == 0 and "learned 5 classes" in text
    assert "EW = W UMa; RR Lyr ab = RRAB = RRab. --harmonise makes one class of each" in errors
    code, text, errors = transfer("--labels", table, "--harmonise")
    assert code == 0 and "learned 2 classes" in text and "EC " in text and "RRAB " in text
    assert "same meaning" not in errors


def test_a_survey_may_have_names_of_its_own(transfer, light_curves, tmp_path):
    spellings = {"SHORT": ["RRAB"], "LONG": ["EB"]}
    table = _write_labels(tmp_path / "l.csv", light_curves, spellings, "star,type", ",")
    for options, name in ([], "E"), (["--survey", "gcvs"], "ESD"):
        code, text, _ = transfer("--labels", table, "--harmonise", *options)
        assert code == 0 and f"  {name} " in text


def test_classes_of_the_source_can_be_kept(transfer, light_curves, tmp_path):
    spellings = {"SHORT": ["NEW"], "LONG": [""]}
    table = _write_labels(tmp_path / "l.csv", light_curves, spellings, "star,type", ",")
    code, text, _ = transfer("--labels", table, "--keep", "LONG")
    assert code == 0 and "kept from the source, without a label: LONG" in text
    assert load_model(tmp_path / "my.vartl").classes_.tolist() == ["LONG", "NEW"]
    code, _, errors = transfer("--labels", table, "--keep", "LONG,QSO")
    assert code == 1 and "QSO is no class of the source, whose classes are LONG, SHORT" in errors


def test_a_fine_tuned_source_keeps_all_it_has(transfer, vartl, folder, light_curves, tmp_path):
    table = _write_labels(
        tmp_path / "l.csv", light_curves, {"SHORT": ["A"], "LONG": ["B"]}, "star,type", ","
    )
    assert transfer("--labels", table, "-q")[0] == 0
    code, _, errors = vartl(
        *["transfer", "--source", tmp_path / "my.vartl", folder / "unlabelled.csv", "-q"],
        *["--labels", table, "--keep", "none", "-o", tmp_path / "other.vartl", "-j", 1],
    )
    assert code == 1 and "all its classes stay: A, B" in errors


def test_long_numbers_keep_their_decimals_as_text(tmp_path):
    table = pd.DataFrame(
        {"object_id": ["a", "b"], "epoch": [2453224.123456, np.nan], "p_A": [1 / 3, 1.0]}
    )
    write_table(table, tmp_path / "t.csv", {"epoch": 5, "p_": 2})
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        "object_id,epoch,p_A",
        "a,2453224.12346,0.33",
        "b,,1",
    ]
