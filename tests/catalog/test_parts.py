"""How files are cut into parts."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.catalog._sources import _fingerprint, find_files, plan_parts

from .conftest import sines


@pytest.mark.parametrize("batch_size", [1, 4, 10, 1000])
@pytest.mark.parametrize("max_points", [1, 100, 10**9])
@pytest.mark.parametrize("row_group_size", [1, 3, 50])
def test_parts_hold_every_star_once(tmp_path, batch_size, max_points, row_group_size):
    path = tmp_path / "stars.parquet"
    pq.write_table(sines(31).to_arrow(), path, row_group_size=row_group_size)
    metadata = pq.read_metadata(path)
    parts = plan_parts(metadata, ["time", "mag", "magerr"], batch_size, max_points)
    stops = np.cumsum([part.n_stars for part in parts])
    assert stops[-1] == 31
    assert [part.start for part in parts] == [0, *stops[:-1]]
    assert [part.number for part in parts] == list(range(len(parts)))
    for part in parts:
        assert part.n_stars <= batch_size
        assert part.n_stars == 1 or part.n_stars * 20 <= max_points
        held = sum(metadata.row_group(group).num_rows for group in part.groups)
        assert part.n_stars == held or len(part.groups) == 1
    # Small row groups are put together.
    if batch_size == 1000 and max_points > 100:
        assert len(parts) == 1


def test_empty_row_groups_are_no_parts(tmp_path):
    table = sines(4).to_arrow()
    with pq.ParquetWriter(tmp_path / "stars.parquet", table.schema) as writer:
        for rows in (0, 4, 0):
            writer.write_table(table.slice(0, rows))
    parts = plan_parts(pq.read_metadata(tmp_path / "stars.parquet"), ["time"], 100)
    assert [part.n_stars for part in parts] == [4]
    empty = tmp_path / "empty.parquet"
    pq.write_table(table.slice(0, 0), empty)
    assert plan_parts(pq.read_metadata(empty), ["time"], 100) == ()


def test_names_with_an_underscore_or_a_dot_in_front_are_no_data(tmp_path):
    names = ["a_.parquet", "b.parquet", "north_/c.parquet"]
    for name in [*names, "_metadata.parquet", ".b.parquet", "_temporary/d.parquet", "readme.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(find_files(tmp_path, None)) == names


def written_in_groups(path, *groups):
    """A file whose row groups have stars with these numbers of points, and a list that is no light curve."""
    tables = [
        pa.table(
            {
                "time": [list(map(float, range(n_points))) for n_points in group],
                "mag": [[15.0] * n_points for n_points in group],
                "spectrum": [[0.0] * 1000 for _ in group],
            }
        )
        for group in groups
    ]
    with pq.ParquetWriter(path, tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table)
    return pq.read_metadata(path)


@pytest.mark.parametrize(
    ("groups", "cuts"),
    [
        # As many stars as a part may have, and one more.
        ([[1] * 2, [1] * 3, [1]], [((0, 1), 0, 0, 5), ((2,), 5, 0, 1)]),
        ([[1] * 5, [1]], [((0,), 0, 0, 5), ((1,), 5, 0, 1)]),
        # As many points, and one more.
        ([[50], [50], [1]], [((0, 1), 0, 0, 2), ((2,), 2, 0, 1)]),
        ([[50], [51]], [((0,), 0, 0, 1), ((1,), 1, 0, 1)]),
        ([[40, 60], [1]], [((0,), 0, 0, 2), ((1,), 2, 0, 1)]),
        # Too many stars for a part: pieces of five, and what remains.
        (
            [[1], [1] * 12, [1]],
            [
                ((0,), 0, 0, 1),
                ((1,), 1, 0, 5),
                ((1,), 6, 5, 5),
                ((1,), 11, 10, 2),
                ((2,), 13, 0, 1),
            ],
        ),
        # Too many points: two stars of fifty at once.
        ([[50] * 4], [((0,), 0, 0, 2), ((0,), 2, 2, 2)]),
        # One star alone has more than a part may have.
        ([[300] * 2], [((0,), 0, 0, 1), ((0,), 1, 1, 1)]),
        ([[0] * 3, [0] * 2], [((0, 1), 0, 0, 5)]),
    ],
)
def test_parts_are_as_large_as_five_stars_and_a_hundred_points(tmp_path, groups, cuts):
    metadata = written_in_groups(tmp_path / "stars.parquet", *groups)
    parts = plan_parts(metadata, ("time", "mag"), 5, 100)
    assert [(p.groups, p.start, p.skip, p.n_stars) for p in parts] == cuts
    assert [part.number for part in parts] == list(range(len(cuts)))


def test_a_folder_of_hats_is_its_pixels_and_neither_output_nor_parts(tmp_path):
    root = tmp_path / "survey"
    pixels = ["dataset/Norder=1/Dir=0/Npix=4.parquet", "dataset/Norder=2/Dir=0/Npix=17.pq"]
    others = ["dataset/other.parquet", "point_map.parquet", "dataset/Norder=1/Dir=0/Npix=4.csv"]
    written = ["classes.parquet", "classes.parquet.parts/part-1.parquet"]
    # A few stars of all pixels, for a first look.
    thumbnail = "dataset/data_thumbnail.parquet"
    for name in [*pixels, *others, *written, thumbnail]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    data = [name for name in others if not name.endswith("csv")]
    output = root / "classes.parquet"
    assert list(find_files(root, output)) == sorted([*pixels, *data])
    assert list(find_files(root, None)) == sorted([*pixels, *data, *written])
    assert list(find_files(root / others[0], output)) == ["other.parquet"]
    for name in ("hats.properties", "properties"):
        (root / name).touch()
        assert list(find_files(root, output)) == pixels
        (root / name).unlink()
    with pytest.raises(FileNotFoundError, match="There is no Parquet file at .*classes.parquet"):
        find_files(output, output)


def test_a_file_of_the_same_size_is_another_one(tmp_path):
    """What a run is taken up with is known by its footer, which knows the values' extent."""
    paths = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    for path, largest in zip(paths, (7.0, 8.0, 7.0), strict=True):
        pq.write_table(pa.table({"mag": np.r_[np.zeros(50), largest]}), path, compression="none")
    assert len({path.stat().st_size for path in paths}) == 1
    first, other, same = map(_fingerprint, paths)
    assert first == same != other
