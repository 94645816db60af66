"""`vartl suggest`, `vartl doubt` and `vartl explain`."""

import pandas as pd


def test_suggestions_leave_out_what_has_a_label(folder, tmp_path, vartl):
    labels = pd.read_csv(folder / "labels.csv")
    labels[:26].to_csv(tmp_path / "some.csv", index=False)
    code, out, err = vartl(
        *("suggest", "--model", folder / "source.vartl", folder / "unlabelled.csv"),
        *("--labels", tmp_path / "some.csv", "-n", 3, "-o", tmp_path / "list.csv", "-j", 1),
        *("--plot", tmp_path / "sheet.png"),
    )
    assert code == 0, err
    table = pd.read_csv(tmp_path / "list.csv")
    assert set(table["object_id"].astype(str)) <= set(labels["object_id"][26:].astype(str))
    assert len(table) == 3
    assert {"reason", "predicted", "p", "runner_up", "period"} <= set(table)
    assert "3 of 30 stars to label" in out
    # The list is to be filled in: as it is, no prediction is taken for a label.
    assert table["label"].isna().all()
    assert table["predicted"].notna().all()
    periods = pd.read_csv(tmp_path / "list.csv", dtype=str)["period"].dropna()
    assert periods.map(lambda text: len(text.replace(".", "").strip("0"))).max() > 6
    again = ("suggest", "--model", folder / "source.vartl", folder / "unlabelled.csv")
    code, _, err = vartl(*again, "--labels", tmp_path / "list.csv", "-o", tmp_path / "next.csv")
    assert code == 1
    assert "list.csv holds no labels" in err
    assert (tmp_path / "sheet.png").stat().st_size > 5000


def test_doubts_and_explanations(folder, tmp_path, vartl):
    code, _, err = vartl(
        *("doubt", "--model", folder / "source.vartl", folder / "stars.parquet", "--folds", 2),
        *("-o", tmp_path / "doubts.csv", "-j", 1),
    )
    assert code == 0, err
    assert "has learned from 30 of these stars" in " ".join(err.split())
    table = pd.read_csv(tmp_path / "doubts.csv")
    assert table["p_wrong"].is_monotonic_decreasing
    assert len(table) == 30
    star = table["object_id"][0]
    where = ("explain", "--model", folder / "source.vartl", folder / "stars.parquet")
    code, out, err = vartl(*where, star, "-j", 1)
    assert code == 0, err
    assert out.startswith(f"{star}: ")
    assert "what would decide" in out
    code, _, err = vartl(*where, "nobody", "-j", 1)
    assert code == 1
    assert "has no star 'nobody'" in err
