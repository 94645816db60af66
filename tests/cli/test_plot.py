"""`vartl plot`: a picture in the format of its name, from a model or a table."""

import pytest

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
        (("--model", model, "-o", out), "name the stars to draw"),
        (("a", "--model", model, "-o", tmp_path / "a.jpg"), "must end in .png, .pdf, .svg"),
        (("a", "--classes", folder / "labels.csv", "-o", out), "is no table of classes"),
    ):
        code, _, errors = vartl("plot", stars, *arguments, "-q")
        assert code == 1 and said in errors and errors.count("\n") == 1
    assert not out.exists()
