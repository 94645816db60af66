"""How files are cut into parts."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.catalog._sources import find_files, plan_parts

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
