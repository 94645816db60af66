"""Parquet, CSV and folders of text files."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.light_curves import LightCurves, read_light_curves, write_light_curves


@pytest.fixture
def full():
    """Stars with all that light curves carry; one has no points."""
    return LightCurves(
        [0.1, 1.2, 2.3, 5.0, 1 / 3],
        [10.0, 10.5, np.nan, 12.0, 2 / 3],
        [0.1, 0.1, 0.2, 0.3, 0.3],
        [0, 3, 3, 5],
        ids=["007", "a/b c", "NA"],
        labels=["RRAB", None, "NA"],
        survey=["X", "Y", "Y"],
        band=["V", "I", "V", "V", "I"],
        flag=[0, 0, 4, 0, 0],
        limit=[False, True, False, False, False],
        field=["1", "1", "2", "2", "2"],
        table={"ra": [1.5, 2.5, np.nan], "kind": ["p", None, "q"], "n": [1, 2, 3]},
        time_scale="hjd_utc",
        time_zero=2450000.0,
    )


@pytest.mark.parametrize("name", ["stars.parquet", "stars.pq"])
def test_parquet_keeps_everything(full, tmp_path, name):
    write_light_curves(full, tmp_path / name)
    assert read_light_curves(tmp_path / name) == full
    assert read_light_curves(str(tmp_path / name)) == full
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["stars.csv", "stars.csv.gz", "stars.tsv", "folder", "folder.d"])
def test_text_keeps_all_but_the_time_frame(full, tmp_path, name):
    format = "text" if name == "folder.d" else None
    write_light_curves(full, tmp_path / name, format=format)
    X = read_light_curves(tmp_path / name)
    assert X == full.replace(time_scale=None, time_zero=None)


def test_fluxes_stay_fluxes(tmp_path):
    X = LightCurves(
        [0.0, 1.0], [-5.0, 3.0], [1.0, 1.0], [0, 2, 2], ids=["a", "none"], quantity="flux"
    )
    for name in ("stars.parquet", "stars.csv", "folder"):
        write_light_curves(X, tmp_path / name)
        assert read_light_curves(tmp_path / name) == X


def test_no_stars(tmp_path):
    X = LightCurves([], [], offsets=[0])
    write_light_curves(X, tmp_path / "stars.parquet")
    assert len(read_light_curves(tmp_path / "stars.parquet")) == 0
    write_light_curves(X, tmp_path / "stars.csv")
    assert len(read_light_curves(tmp_path / "stars.csv")) == 0


def test_a_folder_of_parquet_files(full, tmp_path):
    write_light_curves(full[:2], tmp_path / "a.parquet")
    write_light_curves(full[2:], tmp_path / "b.parquet")
    assert read_light_curves(tmp_path) == full


def test_many_row_groups(light_curves, tmp_path):
    pq.write_table(light_curves.to_arrow(), tmp_path / "a.parquet", row_group_size=7)
    assert read_light_curves(tmp_path / "a.parquet") == light_curves


def test_a_long_parquet_table(light_curves, tmp_path):
    light_curves.to_pandas().to_parquet(tmp_path / "a.parquet")
    assert read_light_curves(tmp_path / "a.parquet") == light_curves


def test_columns_by_role(tmp_path):
    table = pd.DataFrame({"star": ["01", "01"], "T": [0.0, 1.0], "V": [5.0, 6.0]})
    table.to_csv(tmp_path / "a.csv", index=False)
    X = read_light_curves(tmp_path / "a.csv", columns={"id": "star", "time": "T", "mag": "V"})
    assert X.ids.tolist() == ["01"]
    assert X.mag.tolist() == [5.0, 6.0]


def test_plain_text_files(tmp_path):
    (tmp_path / "b.dat").write_text("2.0 11.0 0.1\n\n1.0  12.0\t0.2 \n")
    (tmp_path / "a.txt").write_text("# two words\n1.5,10.0\n2.5,11.0\n")
    (tmp_path / "c.lc").write_text("# nothing yet\n")
    (tmp_path / "notes.md").write_text("no star")
    X = read_light_curves(tmp_path)
    assert X.ids.tolist() == ["a", "b", "c"]
    assert X.n_points.tolist() == [2, 2, 0]
    assert X[1].time.tolist() == [2.0, 1.0]
    assert X[1].magerr.tolist() == [0.1, 0.2]
    assert np.isnan(X[0].magerr).all()
    one = read_light_curves(tmp_path / "b.dat")
    assert one.ids.tolist() == ["b"]
    assert one.mag.tolist() == [11.0, 12.0]


@pytest.mark.parametrize(
    "text",
    [
        "# HJD mag err band\n1.0 10.0 0.1 V\n2.0 11.0 0.2 I\n",
        "HJD mag err band\n1.0 10.0 0.1 V\n2.0 11.0 0.2 I\n",
        "HJD, mag, err, band\n1.0,10.0,0.1,V\n2.0,11.0,0.2,I\n",
        "#star 7\n# HJD, mag, err, band\n1.0,10.0,0.1,V\n2.0,11.0,0.2,I\n",
    ],
)
def test_text_files_with_a_header(tmp_path, text):
    (tmp_path / "a.dat").write_text(text)
    X = read_light_curves(tmp_path / "a.dat")
    assert X.time.tolist() == [1.0, 2.0]
    assert X.magerr.tolist() == [0.1, 0.2]
    assert X.band.tolist() == ["V", "I"]


def test_magnitudes_written_as_limits(tmp_path):
    (tmp_path / "a.dat").write_text("1.0 10.0 0.1\n2.0 >15.5 0.0\n")
    X = read_light_curves(tmp_path / "a.dat")
    assert X.mag.tolist() == [10.0, 15.5]
    assert X.limit.tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.dat", "1.0 10.0\n2.0\n", r"a\.dat: .*number of columns changed"),
        ("a.dat", "1.0\n2.0\n", "needs columns for time and magnitude"),
        ("a.dat", "time mag magerr band\n1 2 3\n", "header has 4 columns, the data have 3"),
        ("a.dat", "1.0 x 0.1\n", "mag is not a number: .*'x'"),
        ("a.dat", "w x y z\n1 2 3 4\n", "Time and magnitude"),
        ("a.dat", b"\xff\xfe\x00", r"a\.dat: this is no text in utf-16"),
        ("a.dat", b"1 2\n\x00\x00\x00 3\n", r"a\.dat: this is no text"),
        ("a.csv", "", "No columns to parse"),
        ("a.csv", "id,time\na,1\n", "Time and magnitude"),
        ("a.csv", "id,time,mag\na,1,2,3,4\na,1,2,3,4\n", "more fields than the header"),
        ("a.dat", "# HJD B V R I\n1 2 3 4 5\n", "the columns of points are: HJD, B, V, R, I"),
        ("a.csv", "id,time,mag\na,1,x\n", "mag is not a number"),
        ("a.csv", "id,time,mag\na,x,1\n", "time must be real numbers"),
        ("a.csv", "id,time,mag\n,1,1\n", "1 rows have no identifier"),
        ("a.xyz", "to whom it may concern\n", "needs columns|not found|no light curve"),
    ],
)
def test_files_that_hold_no_light_curves(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message) as error:
        read_light_curves(path)
    assert str(path) in str(error.value)


def test_broken_parquet(tmp_path, light_curves):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises((ValueError, OSError)):
        read_light_curves(path)
    pq.write_table(pa.table({"time": [[0.0]], "mag": [["bright"]]}), path)
    with pytest.raises(ValueError, match="mag is not a number"):
        read_light_curves(path)
    write_light_curves(light_curves, path)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises((ValueError, OSError)):
        read_light_curves(path)


def test_what_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file or folder"):
        read_light_curves(tmp_path / "none.parquet")
    with pytest.raises(ValueError, match="no files ending in .dat, .txt, .lc"):
        read_light_curves(tmp_path)
    with pytest.raises(ValueError, match="format must be one of parquet, csv, text"):
        read_light_curves(tmp_path, format="hdf5")


@pytest.mark.parametrize("name", ["../secret.dat", "/etc/hostname", "..", "a\\b"])
def test_an_index_cannot_lead_out_of_its_folder(tmp_path, name):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.dat").write_text("1 2 3\n")
    pd.DataFrame({"object_id": ["a"], "file": [name]}).to_csv(folder / "stars.csv", index=False)
    with pytest.raises(ValueError, match="which is no file of the folder"):
        read_light_curves(folder)


def test_an_index_without_its_columns(tmp_path):
    (tmp_path / "stars.csv").write_text("object_id\na\n")
    with pytest.raises(ValueError, match="stars.csv has no column file"):
        read_light_curves(tmp_path)


def test_names_of_files_are_safe(tmp_path):
    X = LightCurves([0, 1], [1, 2], offsets=[0, 1, 2], ids=["../x", "NGC 1/2"])
    write_light_curves(X, tmp_path / "folder")
    assert os.listdir(tmp_path) == ["folder"]
    assert sorted(os.listdir(tmp_path / "folder"))[-1] == "stars.csv"
    assert read_light_curves(tmp_path / "folder") == X


def test_what_cannot_be_written(tmp_path, light_curves):
    with pytest.raises(TypeError, match="Only LightCurves are written"):
        write_light_curves([([0.0], [1.0])], tmp_path / "a.parquet")
    doubled = light_curves[[0, 0]]
    for name in ("a.csv", "folder"):
        with pytest.raises(ValueError, match="needs distinct ones"):
            write_light_curves(doubled, tmp_path / name)
    words = light_curves[:1].replace(band=["B V"] * 40)
    with pytest.raises(ValueError, match="band 'B V' is not one word"):
        write_light_curves(words, tmp_path / "folder")
    mixed = light_curves[:2].replace(table={"odd": np.array(["a", 1], dtype=object)})
    with pytest.raises(TypeError, match="odd holds values of several types"):
        write_light_curves(mixed, tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()
    with pytest.raises(ValueError, match="not told by the suffix"):
        write_light_curves(light_curves, tmp_path / "a.hdf5")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, light_curves):
    path = tmp_path / "a.parquet"
    write_light_curves(light_curves, path)
    mixed = light_curves[:2].replace(table={"odd": np.array(["a", 1], dtype=object)})
    with pytest.raises(TypeError):
        write_light_curves(mixed, path)
    assert read_light_curves(path) == light_curves
    assert os.listdir(tmp_path) == ["a.parquet"]


@pytest.mark.parametrize("name", ["stars.csv", "folder"])
@pytest.mark.parametrize("star", ["#1", "!a", "%x", ";", "--", '"q"', "a;", "a|"])
def test_a_star_whose_name_looks_like_a_comment_is_kept(name, star, tmp_path):
    X = LightCurves([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], offsets=[0, 2, 4], ids=[star, "b"])
    write_light_curves(X, tmp_path / name)
    assert read_light_curves(tmp_path / name) == X
