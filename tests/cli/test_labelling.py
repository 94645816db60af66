"""`vartl suggest`, `vartl doubt` and `vartl explain`."""

import re

import pandas as pd
import pytest

from sklearn_vartl import load_model, read_light_curves
from sklearn_vartl.catalog import classify
from sklearn_vartl.cli import _labelling
from sklearn_vartl.persistence import read_model_card


def panels(path):
    """Lines of text of each panel of a sheet, an SVG whose text is text."""
    content = path.read_text().split('<g id="axes_')[1:]
    return [re.findall(r"<text[^>]*>([^<]*)</text>", panel) for panel in content]


@pytest.fixture
def text_in_pictures():
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        yield


@pytest.mark.usefixtures("text_in_pictures")
def test_suggestions_leave_out_what_has_a_label(folder, of_three_steps, tmp_path, vartl):
    labels = pd.read_csv(folder / "labels.csv")
    labels[:26].to_csv(tmp_path / "some.csv", index=False)
    code, out, err = vartl(
        *("suggest", "--model", of_three_steps, folder / "unlabelled.csv"),
        *("--labels", tmp_path / "some.csv", "-n", 3, "-o", tmp_path / "list.csv", "-j", 1),
        *("--plot", tmp_path / "sheet.svg"),
    )
    assert code == 0, err
    table = pd.read_csv(tmp_path / "list.csv")
    assert set(table["object_id"].astype(str)) <= set(labels["object_id"][26:].astype(str))
    assert len(table) == 3
    # What is to be filled in stands beside the name of the star.
    assert list(table)[:4] == ["object_id", "label", "reason", "predicted"]
    assert {"p", "runner_up", "period"} <= set(table)
    first, *reasons, last = out.splitlines()
    assert first == f"3 of 30 stars to label -> {tmp_path / 'list.csv'}"
    counts = {line.rsplit(maxsplit=1)[0].strip(): int(line.split()[-1]) for line in reasons}
    assert counts == table["reason"].value_counts().to_dict()
    assert last.startswith("Fill in the column label")
    # The list is to be filled in: as it is, no prediction is taken for a label.
    assert table["label"].isna().all()
    assert table["predicted"].notna().all()
    written = pd.read_csv(tmp_path / "list.csv", dtype=str)
    assert written[["p", "p_runner_up"]].map(len).max(axis=None) <= len("0.12345")
    periods = written["period"].dropna()
    assert periods.map(lambda text: len(text.replace(".", "").strip("0"))).max() > 6
    again = ("suggest", "--model", folder / "source.vartl", folder / "unlabelled.csv")
    code, _, err = vartl(*again, "--labels", tmp_path / "list.csv", "-o", tmp_path / "next.csv")
    assert code == 1
    assert "list.csv holds no labels" in err
    code, _, err = vartl(*again, "-n", 100, "-o", tmp_path / "next.csv")
    assert code == 1 and "error: -n 100: take 1 to 30, the number of stars without a label" in err
    # A star a panel, with its reason and its period, which is that of `vartl classify`.
    drawn = panels(tmp_path / "sheet.svg")
    assert len(drawn) == 3
    X = read_light_curves(folder / "unlabelled.csv")
    found = classify(load_model(folder / "source.vartl"), X).set_index("object_id")["period"]
    for text, row in zip(drawn, table.itertuples(), strict=True):
        assert {row.object_id, row.reason, f"phase ({row.period:.6g} d)"} <= set(text)
        assert row.period == pytest.approx(found[row.object_id], rel=1e-6)


@pytest.mark.usefixtures("text_in_pictures")
def test_doubts_and_explanations(folder, of_three_steps, tmp_path, vartl, monkeypatch):
    monkeypatch.setattr(_labelling, "_MOST_DRAWN", 6)
    code, out, err = vartl(
        *("doubt", "--model", of_three_steps, folder / "stars.parquet", "--folds", 2),
        *("-o", tmp_path / "doubts.csv", "-j", 1, "--plot", tmp_path / "sheet.svg"),
    )
    assert code == 0, err
    assert "has learned from 30 of these stars" in " ".join(err.split())
    table = pd.read_csv(tmp_path / "doubts.csv")
    assert table["p_wrong"].is_monotonic_decreasing
    assert len(table) == 30
    assert out.startswith(f"{int(table['is_issue'].sum())} of 30 labels look wrong")
    # The most doubtful ones alone are drawn.
    for text, row in zip(panels(tmp_path / "sheet.svg"), table[:6].itertuples(), strict=True):
        assert {row.object_id, f"{row.label}, rather {row.suggested}"} <= set(text)
    # Its weights teach.
    last = table["object_id"].iloc[-1]
    table.assign(weight=(table["object_id"] == last) * 1.0).to_csv(
        tmp_path / "one.csv", index=False
    )
    learn = ("transfer", "--source", folder / "source.vartl", folder / "stars.parquet", "-j", 1)
    code, out, err = vartl(*learn, "--weights", tmp_path / "one.csv", "-o", tmp_path / "w.vartl")
    assert code == 0, err
    model = load_model(tmp_path / "w.vartl")
    assert model.classes_.tolist() == [table["label"].iloc[-1]]
    assert read_model_card(tmp_path / "w.vartl")["provenance"]["target"]["weights"] == "one.csv"
    star = table["object_id"][0]
    where = ("explain", "--model", of_three_steps, folder / "stars.parquet")
    code, out, err = vartl(*where, star, "-j", 1)
    assert code == 0, err
    assert out.startswith(f"{star}: ")
    assert "what would decide" in out
    code, _, err = vartl(*where, "nobody", "-j", 1)
    assert code == 1
    assert "has no star 'nobody'" in err


def test_stars_without_features_are_told_and_passed_over(with_bad_star, folder, tmp_path, vartl):
    code, out, err = vartl(
        *("doubt", "--model", folder / "source.vartl", with_bad_star, "--folds", 2, "-j", 1),
        *("-o", tmp_path / "doubts.csv"),
    )
    assert code == 0, err
    assert "1 of 30 stars has no features and is passed over" in err
    assert "star3" not in pd.read_csv(tmp_path / "doubts.csv")["object_id"].tolist()
