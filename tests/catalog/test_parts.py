"""How files are cut into parts."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sklearn_vartl.catalog._sources import (
    _fingerprint,
    describe_file,
    find_files,
    find_layout,
    holds_stars,
    light_curves_of,
    plan_parts,
    read_parts,
    rows_at_once,
)

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
        ([[1] * 2, [1] * 3, [1]], [((0, 1), 0, 5), ((2,), 5, 1)]),
        ([[1] * 5, [1]], [((0,), 0, 5), ((1,), 5, 1)]),
        # As many points, and one more.
        ([[50], [50], [1]], [((0, 1), 0, 2), ((2,), 2, 1)]),
        ([[50], [51]], [((0,), 0, 1), ((1,), 1, 1)]),
        ([[40, 60], [1]], [((0,), 0, 2), ((1,), 2, 1)]),
        # Too many stars for a part: pieces of five, and what remains.
        (
            [[1], [1] * 12, [1]],
            [
                ((0,), 0, 1),
                ((1,), 1, 5),
                ((1,), 6, 5),
                ((1,), 11, 2),
                ((2,), 13, 1),
            ],
        ),
        # Too many points: two stars of fifty at once.
        ([[50] * 4], [((0,), 0, 2), ((0,), 2, 2)]),
        # One star alone has more than a part may have.
        ([[300] * 2], [((0,), 0, 1), ((0,), 1, 1)]),
        ([[0] * 3, [0] * 2], [((0, 1), 0, 5)]),
    ],
)
def test_parts_are_as_large_as_five_stars_and_a_hundred_points(tmp_path, groups, cuts):
    metadata = written_in_groups(tmp_path / "stars.parquet", *groups)
    parts = plan_parts(metadata, ("time", "mag"), 5, 100)
    assert [(p.groups, p.start, p.n_stars) for p in parts] == cuts
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
    with pytest.raises(ValueError, match="would be written over by its classes"):
        find_files(output, output)
    # One row a star with lists: no earlier output.
    pq.write_table(pa.table({"object_id": ["a"], "lightcurve": [[1.0]]}), root / others[0])
    with pytest.raises(ValueError, match="would be written over by its classes"):
        find_files(root, root / others[0])
    for name in ("hats.properties", "properties"):
        (root / name).touch()
        assert list(find_files(root, output)) == pixels
        (root / name).unlink()
    with pytest.raises(FileNotFoundError, match=r"There is no Parquet file at .*classes\.\*"):
        find_files(root / "classes.*", output)


def test_a_file_of_the_same_size_is_another_one(tmp_path):
    """What a run is taken up with is known by its footer, which knows the values' extent."""
    paths = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    for path, largest in zip(paths, (7.0, 8.0, 7.0), strict=True):
        pq.write_table(pa.table({"mag": np.r_[np.zeros(50), largest]}), path, compression="none")
    assert len({path.stat().st_size for path in paths}) == 1
    first, other, same = map(_fingerprint, paths)
    assert first == same != other


POINTS = {"time": [[1.0, 2.0], [3.0]], "mag": [[5.0, 6.0], [7.0]]}


def nested_table(**more):
    points = [[{"time": 1.0, "mag": 5.0}], []]
    return pa.table({"id": ["a", "b"], "lc": points} | more)


@pytest.mark.parametrize(
    ("table", "columns", "more", "lists", "read", "id_column", "id_type"),
    [
        (pa.table(POINTS), None, (), ("time", "mag"), ("time", "mag"), None, "string"),
        (
            # Lists that are no light curve are not read, nor counted.
            pa.table(POINTS | {"flags": [[1], [2]], "source_id": [7, 8], "ra": [1.0, 2.0]}),
            None, ("ra",), ("time", "mag"), ("time", "mag", "source_id", "ra"), "source_id", "int64",
        ),
        (
            pa.table({"t": POINTS["time"], "m": POINTS["mag"], "name": ["a", "b"]}),
            {"time": "t", "mag": "m", "id": "name"}, (), ("t", "m"), ("t", "m", "name"), "name",
            "string",
        ),
        (nested_table(), None, (), ("lc",), ("id", "lc"), "id", "string"),
        (
            # Identifiers of few different ones are what stands in their dictionary.
            pa.table(POINTS | {"object_id": pa.array(["a", "b"]).dictionary_encode()}),
            None, (), ("time", "mag"), ("time", "mag", "object_id"), "object_id", "string",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("with_sample", [True, False])
def test_columns_of_a_file(table, columns, more, lists, read, id_column, id_type, with_sample):
    found = find_layout(table.schema, columns, more, table if with_sample else None)
    assert (found.lists, found.columns) == (lists, read)
    assert (found.id_column, str(found.id_type)) == (id_column, id_type)
    assert found.settled is not None


def test_a_table_of_points_has_no_layout():
    with pytest.raises(ValueError, match="its rows are points, not stars"):
        find_layout(pa.table({"time": [1.0], "mag": [2.0]}).schema, None)


@pytest.mark.parametrize(
    ("n_stars", "n_points", "batch_size", "max_points", "size"),
    [
        (10, 100, 4, 1000, 4),
        (10, 100, 40, 55, 5),
        # A star alone may have more; stars without points are as many as may be.
        (10, 100, 4, 3, 1),
        (10, 0, 4, 1000, 4),
        (3, 1, 400, 2, 6),
    ],
)
def test_stars_at_once(n_stars, n_points, batch_size, max_points, size):
    assert rows_at_once(n_stars, n_points, batch_size, max_points) == size


def test_two_million_points_are_read_at_once():
    assert rows_at_once(10**6, 10**9, 10**6) == 2000
    group = SimpleNamespace(num_rows=1000, num_columns=0)
    metadata = SimpleNamespace(num_row_groups=1, row_group=lambda number: group)
    assert [part.n_stars for part in plan_parts(metadata, ("lc",), 400)] == [400, 400, 200]


def test_where_the_output_goes_nothing_is_read(tmp_path):
    names = ["out.parquet", "out.parquet.parts/p.parquet", "out/a.parquet", "outer/a.parquet"]
    for name in [*names, "deep/out/a.pq"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_files(tmp_path, tmp_path / "out")
    assert list(found) == ["deep/out/a.pq", "out.parquet", "out.parquet.parts/p.parquet", names[3]]
    assert found["deep/out/a.pq"] == tmp_path / "deep/out/a.pq"
    # Also by a glob, and by a way around.
    around = f"{tmp_path}/deep/../o*/*.parquet"
    assert [name[-15:] for name in find_files(around, tmp_path / "out")] == [
        "parts/p.parquet",
        names[3][-15:],
    ]
    folders = find_files(f"{tmp_path}/**", tmp_path / "out.parquet")
    assert all(path.is_file() for path in folders.values()) and len(folders) == 3


def test_whether_a_file_holds_stars(tmp_path):
    write = {"points": pa.table({"time": [1.0], "mag": [2.0]}), "stars": pa.table(POINTS)}
    for name, table in (write | {"nested": nested_table()}).items():
        pq.write_table(table, tmp_path / name)
    (tmp_path / "noise").write_bytes(b"noise" * 9)
    names = ("points", "stars", "nested", "noise", "nothing")
    assert [holds_stars(tmp_path / name) for name in names] == [False, True, True, False, False]


def test_a_file_is_described_with_its_problem_or_its_parts(tmp_path):
    pq.write_table(pa.table(POINTS), tmp_path / "a.parquet")
    good = describe_file("a", tmp_path / "a.parquet", 1, None, ())
    assert (good.name, good.problem, good.n_stars, len(good.parts)) == ("a", None, 2, 2)
    assert (
        good.fingerprint == _fingerprint(tmp_path / "a.parquet") and good.layout.id_column is None
    )
    for path, problem in (("nothing", "No such file"), ("b.parquet", "rows are points, not stars")):
        pq.write_table(pa.table({"time": [1.0], "mag": [2.0]}), tmp_path / "b.parquet")
        bad = describe_file(path, tmp_path / path, 1, None, ())
        assert problem in bad.problem and "\n" not in bad.problem
        assert (bad.fingerprint, bad.parts, bad.layout, bad.n_stars) == (None, (), None, 0)


def test_one_row_that_is_no_light_curve_takes_no_other_with_it():
    good = sines(4, n_points=5)
    table = good.to_arrow().select(["object_id", "time", "mag", "magerr"])
    X, unreadable = light_curves_of(table, None, None)
    assert X == good.replace(labels=None) and unreadable.tolist() == [False] * 4
    mag = table["mag"].to_pylist()
    mag[1], mag[3] = mag[1][1:], [*mag[3], 1.0]
    bad = table.set_column(2, "mag", pa.array(mag, table.schema.field("mag").type))
    X, unreadable = light_curves_of(bad, None, None)
    assert unreadable.tolist() == [False, True, False, True]
    assert X.n_points.tolist() == [5, 0, 5, 0] and X.ids.tolist() == good.ids.tolist()
    np.testing.assert_array_equal(X[2].mag, good[2].mag)
    # What is wrong with the columns is no star's fault.
    with pytest.raises(ValueError, match="Time and magnitude"):
        light_curves_of(bad.rename_columns(["object_id", "x", "y", "z"]), None, None)


@pytest.mark.parametrize("row_group_size", [2, 6])
def test_parts_are_read_in_their_order_and_only_those_that_are_asked_for(tmp_path, row_group_size):
    X = sines(6, n_points=4)
    pq.write_table(X.to_arrow(), tmp_path / "a.parquet", row_group_size=row_group_size)
    file = describe_file("a", tmp_path / "a.parquet", 2, None, ())
    assert len(file.parts) == 3
    for pending in ({0, 1, 2}, {1}, {0, 2}, set()):
        read = list(read_parts(file, pending))
        assert [part.number for part, *_ in read] == sorted(pending)
        for part, table, rows, broken in read:
            stars = slice(2 * part.number, 2 * part.number + 2)
            assert table["object_id"].to_pylist() == X.ids[stars].tolist()
            assert rows.tolist() == [stars.start, stars.start + 1] and broken == []
            assert table.column_names == list(file.layout.columns)
