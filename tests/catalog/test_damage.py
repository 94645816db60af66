"""What is broken is reported and passed over; the rest goes on."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl import classify_catalog

from .conftest import sines


def break_row_group(path, group):
    """Overwrite the magnitudes of one row group with noise; return the bytes as they were."""
    good = path.read_bytes()
    metadata = pq.read_metadata(path).row_group(group)
    column = next(
        metadata.column(j)
        for j in range(metadata.num_columns)
        if metadata.column(j).path_in_schema.startswith("mag.")
    )
    start = min(s for s in (column.data_page_offset, column.dictionary_page_offset) if s)
    noise = bytes(i * 97 % 251 for i in range(column.total_compressed_size))
    path.write_bytes(good[:start] + noise + good[start + len(noise) :])
    return good


@pytest.fixture
def stars(tmp_path):
    X = sines(40)
    pq.write_table(X.to_arrow(), tmp_path / "stars.parquet", row_group_size=10)
    return tmp_path / "stars.parquet", X


# Row groups in parts of their own, several in a part, and several parts in each.
@pytest.mark.parametrize("batch_size", [10, 40, 4])
@pytest.mark.parametrize("output", ["classes.parquet", "classes"])
def test_a_broken_row_group_is_passed_over_and_mended_later(
    model, stars, tmp_path, batch_size, output
):
    path, X = stars
    good = break_row_group(path, 1)
    report = classify_catalog(model, path, tmp_path / output, batch_size=batch_size)
    assert not report.complete
    assert all(text.startswith("stars.parquet: row group 1") for text in report.broken)
    assert len(report.broken) == (3 if batch_size == 4 else 1)
    # Of a row group that is read in pieces the rows are named, of a whole one they are not.
    rows = [text.partition(": row group 1")[2].partition(":")[0] for text in report.broken]
    pieces = [", rows 10 to 13", ", rows 14 to 17", ", rows 18 to 19"]
    assert rows == (pieces if batch_size == 4 else [""])
    found = pd.read_parquet(tmp_path / output)
    assert found["object_id"].tolist() == [*X.ids[:10], *X.ids[20:]]
    assert set(found["flag"]) == {""}
    path.write_bytes(good)
    report = classify_catalog(model, path, tmp_path / output, batch_size=batch_size)
    assert report.complete
    assert pd.read_parquet(tmp_path / output)["object_id"].tolist() == X.ids.tolist()


def test_a_file_cut_off_is_passed_over_and_mended_later(model, survey, tmp_path):
    folder, sets = survey
    path = folder / "north" / "b.parquet"
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2])
    report = classify_catalog(model, folder, tmp_path / "classes")
    (problem,) = report.broken
    assert problem.startswith("north/b.parquet: no Parquet file, or cut off")
    assert report.n_stars == 53
    path.write_bytes(good)
    report = classify_catalog(model, folder, tmp_path / "classes")
    assert report.complete and report.n_stars == 70
    ids = pd.read_parquet(tmp_path / "classes")["object_id"].tolist()
    assert ids == [star for X in sets for star in X.ids]


def test_without_any_readable_file_nothing_is_written(model, tmp_path):
    (tmp_path / "noise.parquet").write_bytes(b"nothing" * 10)
    with pytest.raises(ValueError, match="noise.parquet: no Parquet file"):
        classify_catalog(model, tmp_path / "noise.parquet", tmp_path / "classes")
    assert not (tmp_path / "classes").exists()


def test_one_star_whose_lists_differ_in_length_is_flagged(model, tmp_path):
    X = sines(6)
    table = X.to_arrow()
    mag = table["mag"].to_pylist()
    mag[2] = mag[2][:-1]
    column = pa.array(mag, table.schema.field("mag").type)
    table = table.set_column(table.column_names.index("mag"), "mag", column)
    pq.write_table(table, tmp_path / "stars.parquet")
    report = classify_catalog(model, tmp_path / "stars.parquet", tmp_path / "classes")
    found = pd.read_parquet(tmp_path / "classes")
    assert found["flag"].tolist() == ["", "", "unreadable row", "", "", ""]
    assert found["object_id"].tolist() == X.ids.tolist()
    assert found["n_points"].tolist() == [20, 20, 0, 20, 20, 20]
    assert report.flags == {"unreadable row": 1}


def plain_table(path, X, **options):
    """Without compression, so that the size follows from the number of points alone."""
    table = X.to_arrow().select(["object_id", "time", "mag", "magerr"])
    options = {"compression": "none", "use_dictionary": False} | options
    pq.write_table(table, path, **options)


@pytest.mark.parametrize("batch_size", [100, 4])
def test_a_page_whose_checksum_is_wrong_is_never_classified(model, tmp_path, batch_size):
    """Numbers that can be decoded all the same, and are others."""
    X = sines(20)
    path = tmp_path / "stars.parquet"
    plain_table(path, X, write_page_checksum=True)
    good = bytearray(path.read_bytes())
    value = X.mag[200:201].astype("<f8").tobytes()
    assert good.count(value) == 1
    good[good.index(value) + 6] ^= 0x08
    path.write_bytes(good)
    # The change is there for whoever does not look at checksums.
    assert pq.read_table(path)["mag"].to_pylist() != [star.mag.tolist() for star in X]
    report = classify_catalog(model, path, tmp_path / "classes", batch_size=batch_size)
    assert not report.complete and "row group 0" in report.broken[0]
    assert report.n_stars < 20
    for row in pd.read_parquet(tmp_path / "classes").itertuples():
        assert row.object_id != X.ids[10]


@pytest.mark.parametrize("change", ["other stars", "other size"])
def test_light_curves_that_were_exchanged_are_noticed(model, tmp_path, change):
    """By the size and the footer of their file."""
    path = tmp_path / "stars.parquet"
    plain_table(path, sines(20))
    good = path.read_bytes()
    classify_catalog(model, path, tmp_path / "classes")
    if change == "other stars":
        plain_table(path, sines(20).replace(mag=sines(20).mag + 1.0))
        assert len(path.read_bytes()) == len(good)
    else:
        # Unused bytes before the footer, which says the same.
        footer = int.from_bytes(good[-8:-4], "little") + 8
        path.write_bytes(good[:-footer] + bytes(64) + good[-footer:])
        assert pq.read_table(path) == pq.read_table(pa.BufferReader(good))
    with pytest.raises(ValueError, match=r"the contents of stars\.parquet"):
        classify_catalog(model, path, tmp_path / "classes")
    path.write_bytes(good)
    assert classify_catalog(model, path, tmp_path / "classes").complete


@pytest.mark.parametrize(
    "tail", [b"PAR1", b"\xff\xff\xff\x7fPAR1", b"\x08\x00\x00\x00PARE", b"", b"x" * 7]
)
def test_a_footer_that_is_none(model, tmp_path, tail):
    (tmp_path / "in").mkdir()
    plain_table(tmp_path / "in" / "a.parquet", sines(4))
    (tmp_path / "in" / "b.parquet").write_bytes(tail)
    report = classify_catalog(model, tmp_path / "in", tmp_path / "classes")
    assert report.n_stars == 4
    assert report.broken == ["b.parquet: no Parquet file, or cut off: it has no footer"]
