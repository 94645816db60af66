"""`vartl plot`: a picture in the format of its name, from a model or a table."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl import write_light_curves

pytest.importorskip("matplotlib")

BEGINS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


def test_stars_and_sheets_from_model_and_table(vartl, folder, light_curves, tmp_path):
    model, stars, table = folder / "source.vartl", folder / "stars.parquet", tmp_path / "c.csv"
    assert vartl("classify", "--model", model, stars, "-o", table, "-q", "-j", 1)[0] == 0
    star = light_curves.ids[4]
    for name, source in (
        ("a.png", [star, "--model", model]),
        ("b.svg", ["--classes", table, star]),
        ("c.pdf", ["--sheet", table]),
    ):
        code, text, errors = vartl("plot", stars, *source, "-o", tmp_path / name)
        assert code == 0, errors
        assert text.endswith(f"-> {tmp_path / name}\n")
        assert (tmp_path / name).read_bytes().startswith(BEGINS[name[2:]])


def test_what_cannot_be_drawn_is_one_line(vartl, folder, tmp_path):
    model, stars, out = folder / "source.vartl", folder / "stars.parquet", tmp_path / "a.png"
    for arguments, said in (
        (("nobody", "--model", model, "-o", out), "has no star 'nobody'; its first is '"),
        (("a", "--model", model, "-o", tmp_path / "a.jpg"), "must end in .png, .pdf, .svg"),
        (("a", "--classes", folder / "labels.csv", "-o", out), "is no table of classes"),
    ):
        code, _, errors = vartl("plot", stars, *arguments, "-q")
        assert code == 1 and said in errors and errors.count("\n") == 1
    assert not out.exists()


def test_stars_are_drawn_without_a_model(vartl, folder, light_curves, tmp_path):
    stars, out = folder / "stars.parquet", tmp_path / "a.svg"
    code, text, errors = vartl("plot", stars, light_curves.ids[4], "-o", out)
    assert code == 0, errors
    assert text == f"{light_curves.ids[4]} -> {out}\n"
    assert out.read_bytes().startswith(BEGINS["svg"])
    # Without names all of them.
    three, out = tmp_path / "three.parquet", tmp_path / "b.png"
    write_light_curves(light_curves[:3], three)
    code, text, _ = vartl("plot", three, "-o", out)
    assert code == 0 and text == f"{', '.join(map(str, light_curves.ids[:3]))} -> {out}\n"
    many = tmp_path / "many.parquet"
    write_light_curves(light_curves[np.arange(51) % 3].replace(ids=np.arange(51)), many)
    code, _, errors = vartl("plot", many, "-o", out)
    assert code == 1 and "51 stars are too many for a picture: name up to 50" in errors


def test_what_is_missing_is_shown_by_an_example(vartl, tmp_path):
    code, _, errors = vartl("plot", "star_17")
    assert code == 2
    assert "-o/--output (as in: vartl plot stars.parquet star_17 -o star_17.png)" in errors
    code, _, errors = vartl("plot", "star_17", "-o", tmp_path / "a.png")
    assert code == 1 and "file or folder star_17: the light curves come before the stars" in errors
    code, _, errors = vartl("classify", "stars.csv")
    assert code == 2 and "(as in: vartl classify --model universal new_stars.csv -o" in errors


@pytest.mark.parametrize("n", [1, 5, 6, 50])
def test_five_stars_are_named_and_more_are_counted(vartl, tmp_path, monkeypatch, n):
    from sklearn_vartl.cli import _look

    names = [f"s{k}" for k in range(n)]
    figure = SimpleNamespace(savefig=lambda file, format, dpi: file.write(format.encode()))
    monkeypatch.setattr("sklearn_vartl.report.plot_stars", lambda X, table, stars: figure)
    monkeypatch.setattr(_look, "_classified", lambda *_: None)
    monkeypatch.setattr(_look, "read_stars", lambda _: SimpleNamespace(ids=names))
    (tmp_path / "stars.csv").write_text("")
    code, text, _ = vartl("plot", tmp_path / "stars.csv", "-o", tmp_path / "a.PDF")
    shown = ", ".join(names) if n <= 5 else f"{n} stars"
    assert code == 0 and text == f"{shown} -> {tmp_path / 'a.PDF'}\n"
    assert (tmp_path / "a.PDF").read_bytes() == b"pdf"
