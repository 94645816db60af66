"""`vartl classify` of catalogues: Parquet to Parquet, part by part."""

import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

import sklearn_vartl
from sklearn_vartl import load_model, save_model, write_light_curves
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.catalog import _catalog
from sklearn_vartl.periodogram import outlying_points

COLUMNS = ["object_id", "label", "period", "significance", "n_points", "flag"]
COLUMNS += ["period_error", "epoch", "amplitude", "runner_up", "runner_up_gap", "period_flag"]


@pytest.fixture
def classify(vartl, folder):
    """A function (light curves, output, *options) -> exit code, standard output and error."""

    def call(light_curves, output, *options):
        model = "--model", folder / "source.vartl"
        return vartl("classify", *model, light_curves, "-o", output, "-j", 1, *options)

    return call


@pytest.mark.parametrize("output", ["classes.parquet", "classes"])
def test_parquet_goes_to_a_file_or_a_folder(classify, folder, light_curves, tmp_path, output):
    code, text, progress = classify(
        folder / "stars.parquet", tmp_path / output, "--batch-size", "7"
    )
    assert code == 0
    assert "30 of 30 stars have a class" in text and "30/30" in progress
    table = pd.read_parquet(tmp_path / output)
    assert list(table.columns[: len(COLUMNS)]) == COLUMNS
    assert table["object_id"].tolist() == light_curves.ids.tolist()
    proba = load_model(folder / "source.vartl").predict_proba(light_curves)
    assert_allclose(table[["p_LONG", "p_SHORT"]], proba, rtol=1e-6)
    assert len(list((tmp_path / output).glob("part-*"))) == (5 if output == "classes" else 0)
    novel = int((table["novelty"] > 0.95).sum())
    assert f"have a class, {novel} of them novel (above 0.95) -> " in text
    # A run that is done says the same when it is given again.
    assert classify(folder / "stars.parquet", tmp_path / output, "--batch-size", "7")[1] == text


def test_measurements_that_are_left_out_are_counted(classify, light_curves, tmp_path):
    mag = light_curves.mag.copy()
    for star, place in ((0, 20), (0, 41), (4, 30)):
        mag[light_curves.offsets[star] + place] += 40 * np.ptp(light_curves[star].mag)
    wild = light_curves.replace(mag=mag)
    left_out = outlying_points(wild.time, mag, wild.magerr, wild.offsets)
    stars = len(np.unique(np.searchsorted(wild.offsets, np.flatnonzero(left_out), side="right")))
    assert stars >= 2
    write_light_curves(wild, tmp_path / "wild.parquet")
    said = f"{left_out.sum()} measurements of {stars} stars stand alone and were left out"
    for _ in range(2):
        # Of parts, of the one file that they become, and of a table.
        out = tmp_path / "classes.parquet", "--batch-size", "7"
        assert said in classify(tmp_path / "wild.parquet", *out)[1]
    assert said in classify(tmp_path / "wild.parquet", tmp_path / "classes.csv")[1]
    assert "stand alone" not in classify(tmp_path / "wild.parquet", tmp_path / "a.csv", "-q")[1]


def test_an_interrupted_run_goes_on(classify, folder, tmp_path, monkeypatch):
    write, written = _catalog.write_part, []

    def interrupted(path, *arguments):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(path)
        write(path, *arguments)

    out = tmp_path / "classes.parquet"
    options = "--batch-size", "10", "-q"
    with monkeypatch.context() as patch:
        patch.setattr(_catalog, "write_part", interrupted)
        assert classify(folder / "stars.parquet", out, *options)[0] == 130
    assert not out.exists() and all(path.exists() for path in written)
    code, _, errors = classify(folder / "stars.parquet", out, "--batch-size", "9", "-q")
    assert code == 1 and "differs in batch_size" in errors
    stamps = [path.stat().st_mtime_ns for path in written]
    with monkeypatch.context() as patch:
        patch.setattr(_catalog, "merge_parts", lambda *arguments: None)
        patch.setattr(_catalog.shutil, "rmtree", lambda path: None)
        assert classify(folder / "stars.parquet", out, *options)[0] == 0
    assert [path.stat().st_mtime_ns for path in written] == stamps
    options = "--batch-size", "9", "-q", "--no-resume"
    assert classify(folder / "stars.parquet", out, *options)[0] == 0
    assert len(pd.read_parquet(out)) == 30


def test_a_broken_file_is_told_and_is_exit_code_three(classify, light_curves, tmp_path):
    (tmp_path / "in").mkdir()
    for name, part in (("a", light_curves[:12]), ("b", light_curves[12:])):
        pq.write_table(part.to_arrow(), tmp_path / "in" / f"{name}.parquet")
    path = tmp_path / "in" / "a.parquet"
    path.write_bytes(path.read_bytes()[:500])
    code, _, errors = classify(tmp_path / "in", tmp_path / "classes.parquet", "-q")
    assert code == 3
    assert errors.startswith("vartl: warning: passed over a.parquet: no Parquet file, or cut off")
    assert len(pd.read_parquet(tmp_path / "classes.parquet")) == 18


def test_reasons_are_counted(classify, with_bad_star, tmp_path):
    code, _, errors = classify(with_bad_star, tmp_path / "classes.parquet", "-q")
    assert code == 3
    assert "1 of 30 stars could not be classified" in errors
    assert "(all magnitudes equal: 1 star)" in errors


def test_a_folder_and_a_glob(classify, folder, light_curves, tmp_path):
    (tmp_path / "in").mkdir()
    for name, part in (("a", light_curves[:12]), ("b", light_curves[12:])):
        pq.write_table(part.to_arrow(), tmp_path / "in" / f"{name}.parquet")
    for source in (tmp_path / "in", f"{tmp_path}/in/[ab].parquet"):
        assert classify(source, tmp_path / "classes", "-q", "--no-resume")[0] == 0
        found = pd.read_parquet(tmp_path / "classes")["object_id"]
        assert found.tolist() == light_curves.ids.tolist()
        for path in (tmp_path / "classes").iterdir():
            path.unlink()


def test_a_table_of_points_is_read_whole(classify, light_curves, tmp_path):
    points = light_curves.replace(table=None).to_pandas()
    points.to_parquet(tmp_path / "points.parquet")
    assert classify(tmp_path / "points.parquet", tmp_path / "classes.parquet", "-q")[0] == 0
    table = pd.read_parquet(tmp_path / "classes.parquet")
    assert list(table.columns) == [*COLUMNS, "novelty", "p_max", "p_LONG", "p_SHORT"]
    assert table["object_id"].tolist() == light_curves.ids.tolist()


def test_parquet_to_csv_is_one_table(classify, folder, light_curves, tmp_path):
    assert classify(folder / "stars.parquet", tmp_path / "classes.csv", "-q")[0] == 0
    table = pd.read_csv(tmp_path / "classes.csv")
    assert list(table.columns) == [*COLUMNS, "novelty", "p_max", "p_LONG", "p_SHORT"]
    assert np.isfinite(table["p_LONG"]).all()
    catalog = tmp_path / "classes.parquet"
    assert classify(folder / "stars.parquet", catalog, "-q")[0] == 0
    same = pd.read_parquet(catalog)
    assert list(same.columns) == list(table.columns)
    for name, decimals in (("p_LONG", 5), ("novelty", 4), ("significance", 2)):
        assert_allclose(table[name], same[name], atol=0.51 * 10.0**-decimals)
        assert max(len(text.partition(".")[2]) for text in texts(tmp_path, name)) <= decimals
    assert_allclose(table["period"], same["period"], rtol=1e-7)
    assert max(map(len, texts(tmp_path, "period"))) <= 11


def texts(folder, name):
    """A column of classes.csv as it stands there."""
    return pd.read_csv(folder / "classes.csv", dtype=str)[name]


def test_stars_without_a_class_are_counted_with_their_reason_in_any_form(
    classify, with_bad_star, tmp_path
):
    code, _, errors = classify(with_bad_star, tmp_path / "classes.csv", "-q")
    assert code == 3, errors
    assert "1 of 30 stars could not be classified" in errors
    assert "(all magnitudes equal: 1 star)" in errors
    table = pd.read_csv(tmp_path / "classes.csv")
    assert table["flag"][3] == "all magnitudes equal" and table["flag"].notna().sum() == 1


def test_a_table_without_stars_is_an_error(classify, light_curves, tmp_path):
    pq.write_table(light_curves[:0].to_arrow(), tmp_path / "none.parquet")
    (tmp_path / "none.csv").write_text("object_id,time,mag\n")
    for source, output in (("none.parquet", "c.parquet"), ("none.parquet", "c.csv"),
                           ("none.csv", "c.csv")):  # fmt: skip
        code, _, errors = classify(tmp_path / source, tmp_path / output, "-q")
        assert code == 1 and f"{source} holds no light curves" in errors
    assert not (tmp_path / "c.csv").exists()


def test_one_band_of_several(classify, light_curves, tmp_path):
    band = np.where(np.arange(len(light_curves.mag)) % 2, "g", "r")
    X = light_curves.replace(mag=light_curves.mag + (band == "g"), band=band)
    pq.write_table(X.to_arrow(), tmp_path / "two.parquet")
    pq.write_table(X.in_band("r").replace(band=None).to_arrow(), tmp_path / "one.parquet")
    for name in ("c.csv", "c.parquet"):
        read = pd.read_csv if name == "c.csv" else pd.read_parquet
        assert classify(tmp_path / "one.parquet", tmp_path / name, "-q")[0] == 0
        expected = read(tmp_path / name)
        code, _, errors = classify(tmp_path / "two.parquet", tmp_path / name, "-q", "--band", "r")
        assert code == 0 and errors == ""
        pd.testing.assert_frame_equal(read(tmp_path / name), expected, rtol=1e-6)
    code, _, errors = classify(tmp_path / "two.parquet", tmp_path / "c.csv", "-q", "--band", "i")
    assert code == 1 and "has no band 'i'; its bands are g, r" in errors
    code, _, errors = classify(tmp_path / "one.parquet", tmp_path / "c.csv", "-q", "--band", "i")
    assert code == 1 and "--columns band=" in errors


def test_fluxes_become_magnitudes_by_the_flux_of_magnitude_zero(
    classify, folder, light_curves, tmp_path
):
    flux = 10 ** (0.4 * (22 - light_curves.mag))
    rows = pd.DataFrame({
        "id": np.repeat(light_curves.ids, light_curves.n_points), "time": light_curves.time,
        "flux": flux, "fluxerr": flux * light_curves.magerr * np.log(10) / 2.5,
    })  # fmt: skip
    rows.to_csv(tmp_path / "fluxes.csv", index=False)
    assert classify(folder / "unlabelled.csv", tmp_path / "mags.csv", "-q")[0] == 0
    source, out = tmp_path / "fluxes.csv", tmp_path / "classes.csv"
    code, _, errors = classify(source, out, "-q")
    assert code == 1 and "holds fluxes: --zero-flux gives" in errors
    assert classify(source, out, "-q", "--zero-flux", 10 ** (0.4 * 22))[0] == 0
    found, expected = pd.read_csv(out), pd.read_csv(tmp_path / "mags.csv")
    assert found["label"].tolist() == expected["label"].tolist()
    assert_allclose(found["p_LONG"], expected["p_LONG"], atol=1e-3)


def test_an_output_that_cannot_be_written_is_refused_at_once(classify, folder, tmp_path):
    code, _, errors = classify(folder / "stars.parquet", tmp_path / "no" / "c.parquet", "-q")
    assert code == 1 and "There is no folder" in errors
    code, _, errors = classify(folder / "unlabelled.csv", tmp_path / "classes", "-q")
    assert code == 1 and "a table's name must end in" in errors


@pytest.mark.parametrize("name", ["c.jsonl", "c.fits", "c.vot", "c.ecsv", "c.tsv", "c.csv.gz"])
def test_every_form_of_table_says_the_same(classify, with_bad_star, tmp_path, name):
    assert classify(with_bad_star, tmp_path / "c.parquet", "-q")[0] == 3
    assert classify(with_bad_star, tmp_path / name, "-q")[0] == 3
    expected, path = pd.read_parquet(tmp_path / "c.parquet"), tmp_path / name
    if name == "c.jsonl":
        found = pd.read_json(path, lines=True, dtype={"object_id": str})
    elif name in ("c.tsv", "c.csv.gz"):
        found = pd.read_csv(path, sep="\t" if name == "c.tsv" else ",", dtype={"object_id": str})
    else:
        table = pytest.importorskip("astropy.table").Table.read(path)
        assert str(table["period"].unit) == "d" and str(table["amplitude"].unit) == "mag"
        found = table.to_pandas()
    assert found.columns.tolist() == expected.columns.tolist()
    for column in ("object_id", "label", "flag"):
        known = [_text(value) for value in expected[column]]
        assert [_text(value) for value in found[column]] == known
    for column in ("period", "p_LONG", "p_max", "n_points"):
        assert_allclose(found[column].astype(float), expected[column], rtol=1e-7, atol=1e-5)


def _text(value):
    value = value.decode() if isinstance(value, bytes) else value
    return "" if not isinstance(value, str) else value


def test_the_command_and_the_function_give_one_table(classify, folder, light_curves, tmp_path):
    shares = tmp_path / "shares.csv"
    shares.write_text("class,share\nLONG,0.9\n")
    options = "--priors", shares, "--abstain", "-q"
    same = {"priors": {"LONG": 0.9}, "abstain": True}
    expected = sklearn_vartl.classify(folder / "source.vartl", light_curves, **same)
    assert {*expected["label"]} <= {"unknown", "LONG", "SHORT"}
    assert expected.columns[-3:].tolist() == ["p_max", "p_LONG", "p_SHORT"]
    for source in ("stars.parquet", "unlabelled.csv"):
        assert classify(folder / source, tmp_path / "c.parquet", *options)[0] == 0
        found = pd.read_parquet(tmp_path / "c.parquet")
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-6)
    plain = tmp_path / "plain.parquet"
    assert classify(folder / "stars.parquet", plain, "-q")[0] == 0
    assert pd.read_parquet(plain)["p_LONG"].mean() < expected["p_LONG"].mean()
    code, _, errors = classify(folder / "stars.parquet", plain, "-q", "--sets", "0.1")
    assert code == 1 and "--sets needs a model that has learned enough stars" in errors


def test_classes_that_are_not_possible(classify, folder, tmp_path):
    out = tmp_path / "c.csv"
    for options in (("--exclude", "SHORT"), ("--classes", "LONG")):
        assert classify(folder / "stars.parquet", out, "-q", *options)[0] == 0
        table = pd.read_csv(out)
        assert {*table["label"]} == {"LONG"} and (table["p_SHORT"] == 0).all()
    code, _, errors = classify(folder / "stars.parquet", out, "-q", "--exclude", "QSO")
    assert code == 1 and "QSO: no class of the model, whose classes are LONG, SHORT" in errors
    code, _, errors = classify(folder / "stars.parquet", out, "-q", "--exclude", "LONG,SHORT")
    assert code == 1 and "no class of the model is left" in errors


def test_class_shares_are_estimated_from_all_stars(classify, folder, light_curves, tmp_path):
    few = light_curves[np.flatnonzero((light_curves.labels == "LONG") | (np.arange(30) < 6))]
    pq.write_table(few.to_arrow(), tmp_path / "few.parquet")
    out = tmp_path / "c.parquet"
    assert classify(tmp_path / "few.parquet", out, "-q", "--batch-size", 5)[0] == 0
    before = pd.read_parquet(out)["p_LONG"]
    code, _, errors = classify(tmp_path / "few.parquet", out, "-q", "--priors", "em")
    assert code == 0 and (errors or pd.read_parquet(out)["p_LONG"].mean() > before.mean())
    (tmp_path / "shares.csv").write_text("name,share\nLONG,1\n")
    options = "-q", "--priors", tmp_path / "shares.csv"
    code, _, errors = classify(tmp_path / "few.parquet", out, *options)
    assert code == 1 and "columns class,share" in errors


def test_adapted_to_the_survey(classify, folder, light_curves, tmp_path):
    """Parquet to Parquet as well: all stars at once, however large a batch may be."""
    model = load_model(folder / "source.vartl")
    expected = DomainAdapter(model).fit(light_curves).predict_proba(light_curves)
    out = tmp_path / "c.parquet"
    options = "--adapt", "--batch-size", 7
    code, printed, _ = classify(folder / "stars.parquet", out, *options)
    assert code == 0
    assert "each goes by itself and its 10 neighbours among 30; " in printed
    table = pd.read_parquet(out)
    assert_allclose(table[["p_LONG", "p_SHORT"]], expected, rtol=1e-6)
    write_light_curves(light_curves[:9], tmp_path / "nine.csv")
    code, _, errors = classify(tmp_path / "nine.csv", tmp_path / "d.csv", "--adapt")
    assert code == 1 and "--adapt needs at least ten stars that can be classified, got 9" in errors
    assert not (tmp_path / "d.csv").exists()
    for other in (["--sets", 0.1], ["--abstain"], ["--purity", 0.9]):
        code, _, errors = classify(folder / "stars.parquet", out, "--adapt", *other)
        assert code == 1 and "--adapt goes neither with --abstain nor with --purity" in errors


def test_an_interrupted_run_with_other_options_is_not_gone_on_with(classify, folder, tmp_path):
    assert classify(folder / "stars.parquet", tmp_path / "c", "-q")[0] == 0
    code, _, errors = classify(folder / "stars.parquet", tmp_path / "c", "-q", "--abstain")
    words = "--classes, --exclude, --priors, --abstain, --purity or --sets"
    assert code == 1 and f"differs in {words}" in errors


def test_what_to_expect_is_printed(vartl, classify, folder, light_curves, tmp_path):
    out = tmp_path / "c.csv"
    code, printed, _ = classify(folder / "unlabelled.csv", out)
    assert code == 0
    table = pd.read_csv(out)
    expected = table["p_max"].mean()
    assert f"expected: {expected:.1%} of the most probable classes are right" in printed
    assert "LONG         purity" in printed
    assert "fine-tuned on" not in printed  # a source
    novel = np.sum(table["novelty"] > 0.95)
    assert f"30 of 30 stars have a class, {novel} of them novel (above 0.95) -> {out}" in printed
    # Part by part the same is told.
    in_parts = classify(folder / "stars.parquet", tmp_path / "c.parquet", "--batch-size", 7)[1]
    expected = pd.read_parquet(tmp_path / "c.parquet")["p_max"].mean()
    assert f"expected: {expected:.1%} of the most probable classes are right" in in_parts
    model = load_model(folder / "source.vartl")
    model.partial_fit_target(light_curves, light_curves.labels)
    save_model(model, tmp_path / "tuned.vartl")
    wider = light_curves.replace(mag=15.0 + 4.0 * (light_curves.mag - 15.0))
    write_light_curves(wider, tmp_path / "wider.csv")
    given = "classify", "--model", tmp_path / "tuned.vartl"
    printed = vartl(*given, folder / "unlabelled.csv", "-o", out)[1]
    assert "like the stars the model was fine-tuned on (p = " in printed
    printed = vartl(*given, tmp_path / "wider.csv", "-o", out)[1]
    assert "these stars are unlike those the model was fine-tuned on (p = " in printed
    assert re.search(r"most of all in (amplitude|weighted_std)\): fine-tune", printed)
