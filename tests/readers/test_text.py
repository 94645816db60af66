"""Tables of text as people write them: separators, headers, comments, encodings, folders."""

import bz2
import gzip
import lzma
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sklearn_vartl.light_curves import LightCurves, read_light_curves, write_light_curves
from sklearn_vartl.readers import read_labels

HEAD = "object_id,time,mag,magerr"
ROWS = [f"a,{i}.5,{15 + i % 4},0.1" for i in range(20)]
PLAIN = LightCurves(
    [i + 0.5 for i in range(20)], [15 + i % 4 for i in range(20)], [0.1] * 20, ids=["a"]
)


def joined(*lines):
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        joined(HEAD, *ROWS),
        joined("# from my survey", HEAD, *ROWS),
        joined("#" + HEAD, *ROWS),
        joined("# " + HEAD.replace(",", ", "), *ROWS),
        joined("% a", "", HEAD, "", *ROWS, ""),
        joined("-- " + HEAD, *ROWS),
        joined(", ".join(HEAD.split(",")), *(", ".join(row.split(",")) for row in ROWS)),
        joined(",".join(f'"{name}"' for name in HEAD.split(",")), *ROWS),
        joined(HEAD, *ROWS[:5], "# a remark", *ROWS[5:]),
        joined(HEAD, "---,---,---,---", *ROWS),
        joined(HEAD, ",d,mag,mag", *ROWS),
        joined(HEAD.replace(",", ";"), *(row.replace(",", ";") for row in ROWS)),
        joined(HEAD.replace(",", ";"), *(row.replace(",", ";").replace(".", ",") for row in ROWS)),
        joined(HEAD.replace(",", "\t"), *(row.replace(",", "\t") for row in ROWS)),
        joined(HEAD.replace(",", "|"), *(row.replace(",", " | ") for row in ROWS)),
        joined(HEAD.replace(",", " "), *("  " + row.replace(",", "   ") for row in ROWS)),
        joined(HEAD.replace(",", " "), *(row.replace(",", " ").replace(".", ",") for row in ROWS)),
        joined("Object_ID,TIME,Mag,MAGERR", *ROWS),
        joined(HEAD, *ROWS).replace("\n", "\r\n"),
        joined(HEAD, *ROWS).replace("\n", "\r"),
        joined(HEAD, *(row + "," for row in ROWS)),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.TSV", "x.dat", "x.unknown"])
def test_however_a_table_is_written(tmp_path, text, name):
    (tmp_path / name).write_bytes(text.encode())
    assert read_light_curves(tmp_path / name) == PLAIN


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"]
)
def test_encodings_lose_no_row(tmp_path, encoding):
    text = joined(HEAD, *(row.replace("a,", "Größe,") for row in ROWS))
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    X = read_light_curves(tmp_path / "x.csv")
    assert X == PLAIN.replace(ids=["Größe"])
    # Without a header, the first row is a point too.
    (tmp_path / "x.dat").write_bytes(
        joined("1.5 12.1 0.1", "2.5 12.3 0.1", "3.5 12.2 0.1").encode(encoding)
    )
    assert read_light_curves(tmp_path / "x.dat").time.tolist() == [1.5, 2.5, 3.5]


def test_a_letter_of_another_encoding_far_down(tmp_path):
    lines = [f"a,{i}.5,15,0.1,," for i in range(40000)]
    text = joined(HEAD + ",x,remark", *lines, "a,50000,15,0.1,,é")
    (tmp_path / "x.csv").write_bytes(text.encode("latin-1"))
    assert len(read_light_curves(tmp_path / "x.csv").time) == 40001


# Longer than what the layout is found out from, so that the table itself meets what is wrong.
LONG = 13_000


def long_table(last_row="58130.00,15.2,0.1"):
    rows = (f"{58000 + 0.01 * i:.2f},{15 + i * 7919 % 10007 / 1e4:.4f},0.1" for i in range(LONG))
    return joined("mjd,mag,err", *rows, last_row).encode("latin-1")


@pytest.mark.parametrize(
    ("name", "pack", "harm", "words"),
    [
        ("x.csv.gz", gzip.compress, lambda b: b[: len(b) * 9 // 10], "ended before"),
        ("x.csv.bz2", bz2.compress, lambda b: b[: len(b) * 9 // 10], "ended before"),
        ("x.csv.xz", lzma.compress, lambda b: b[: len(b) * 9 // 10], "ended before"),
        ("x.csv.gz", gzip.compress, lambda b: b[:-8] + bytes(8), "CRC check failed"),
    ],
)
def test_compressed_files_that_are_damaged_far_down(tmp_path, name, pack, harm, words):
    packed = pack(long_table())
    (tmp_path / name).write_bytes(packed)
    assert len(read_light_curves(tmp_path / name).mag) == LONG + 1
    (tmp_path / name).write_bytes(harm(packed))
    with pytest.raises(ValueError, match=rf"{name}: not readable: .*{words}"):
        read_light_curves(tmp_path / name)


def test_a_word_of_another_encoding_among_numbers_far_down(tmp_path):
    (tmp_path / "x.csv").write_bytes(long_table("58130.00,d\xe9faut,0.1"))
    with pytest.raises(ValueError, match=f"mag is not a number: 'd\xe9faut' in row {LONG + 1};"):
        read_light_curves(tmp_path / "x.csv")


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_whatever_they_are_called(tmp_path, packed):
    (tmp_path / "x.csv").write_bytes(packed(joined(HEAD, *ROWS).encode()))
    assert read_light_curves(tmp_path / "x.csv") == PLAIN
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.csv", joined(HEAD, *ROWS))
    assert read_light_curves(tmp_path / "x.zip") == PLAIN


def test_a_star_without_identifiers_is_called_by_its_file(tmp_path):
    text = joined("HJD,mag,err", *(f"{i}.5,15.{i},0.1" for i in range(1, 5)))
    for name, star in (("RR Lyr.csv", "RR Lyr"), ("b.csv.gz", "b"), ("x.1.dat", "x.1")):
        (tmp_path / name).write_bytes(
            gzip.compress(text.encode()) if name.endswith("gz") else text.encode()
        )
        assert read_light_curves(tmp_path / name).ids.tolist() == [star]
    X = read_light_curves(tmp_path)
    assert X.ids.tolist() == ["RR Lyr", "b", "x.1"]


def test_several_stars_are_not_one(tmp_path):
    lines = [f"{star} {i}.5 15.{i} 0.1" for star in ("s1", "s2", "s3") for i in range(1, 7)]
    (tmp_path / "x.txt").write_text(joined("Star HJD mag err", *lines))
    X = read_light_curves(tmp_path / "x.txt")
    assert X.ids.tolist() == ["s1", "s2", "s3"]
    (tmp_path / "x.txt").write_text(joined("Variable HJD mag err", *lines))
    with pytest.raises(ValueError, match="rows are of 3 stars.*--columns id=Variable"):
        read_light_curves(tmp_path / "x.txt")
    X = read_light_curves(tmp_path / "x.txt", columns={"id": "Variable"})
    assert X.n_points.tolist() == [6, 6, 6]
    # Observers who take turns, or one night after the other, make no stars.
    turns = [f"{'ab'[i % 2]} {i}.5 15.{i % 9} 0.1" for i in range(20)]
    (tmp_path / "x.txt").write_text(joined("Observer HJD mag err", *turns))
    assert len(read_light_curves(tmp_path / "x.txt")) == 1


@pytest.mark.parametrize(
    "head",
    [
        "# TIME PDCSAP_FLUX PDCSAP_FLUX_ERR",
        "# BJD rel_flux err",
        "time f ferr",
        "BJD flux err",
        "# BJD norm_flux sigma",
    ],
)
def test_fluxes_in_text(tmp_path, head):
    (tmp_path / "x.txt").write_text(joined(head, *(f"{i}.5 1.0{i} 0.003" for i in range(1, 9))))
    X = read_light_curves(tmp_path / "x.txt")
    assert X.quantity == "flux"
    assert X.fluxerr.tolist() == [0.003] * 8


def test_a_header_that_names_no_light_curve_is_not_passed_over(tmp_path):
    (tmp_path / "x.txt").write_text(
        joined("phase mag err", *(f"0.{i} 15.{i} 0.1" for i in range(1, 9)))
    )
    with pytest.raises(ValueError, match="no time"):
        read_light_curves(tmp_path / "x.txt")
    (tmp_path / "x.txt").write_text(
        joined("# my favourite star", *(f"{i}.5 15.{i} 0.1" for i in range(1, 9)))
    )
    assert len(read_light_curves(tmp_path / "x.txt").time) == 8


def test_columns_by_their_place(tmp_path):
    (tmp_path / "x.txt").write_text(joined(*(f"s 5810{i}.5 {12 + i} 0.1" for i in range(1, 9))))
    with pytest.raises(ValueError, match="no light curve.*time=column2"):
        read_light_curves(tmp_path / "x.txt")
    X = read_light_curves(
        tmp_path / "x.txt", columns={"id": "column1", "time": "column2", "mag": "column3"}
    )
    assert X.mag.tolist() == list(range(13, 21))
    # A third column of codes is no error.
    (tmp_path / "x.txt").write_text(joined(*(f"5810{i}.5 12.{i} {i % 3}" for i in range(1, 9))))
    assert read_light_curves(tmp_path / "x.txt").magerr is None


def test_folders_with_other_files(tmp_path):
    write_light_curves(PLAIN, tmp_path / "a.parquet")
    (tmp_path / "labels.csv").write_text("object_id,label\na,EC\n")
    (tmp_path / "README").write_text("read me")
    assert read_light_curves(tmp_path) == PLAIN
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.csv").write_text(joined(HEAD, *ROWS))
    (tmp_path / "texts" / "labels.csv").write_text("object_id,label\na,EC\n")
    with pytest.warns(UserWarning, match="Passed over labels.csv"):
        assert read_light_curves(tmp_path / "texts") == PLAIN
    (tmp_path / "texts" / "b.csv").write_text(joined(HEAD, "b,1,x,0.1", "b,2,3,0.1"))
    with pytest.raises(ValueError, match="b.csv: mag is not a number: 'x'"):
        read_light_curves(tmp_path / "texts")


def test_a_hats_catalogue(tmp_path):
    leaf = tmp_path / "dataset" / "Norder=0" / "Dir=0"
    leaf.mkdir(parents=True)
    write_light_curves(PLAIN, leaf / "Npix=0.parquet")
    write_light_curves(PLAIN.replace(ids=["b"]), leaf / "Npix=1.parquet")
    write_light_curves(
        PLAIN.replace(ids=["thumb"]), tmp_path / "dataset" / "data_thumbnail.parquet"
    )
    (tmp_path / "hats.properties").write_text("dataproduct_type=object\n")
    (tmp_path / "partition_info.csv").write_text("Norder,Npix\n0,0\n")
    for root in (tmp_path, tmp_path / "dataset"):
        assert read_light_curves(root).ids.tolist() == ["a", "b"]


def test_folders_named_like_columns_add_none(tmp_path):
    leaf = tmp_path / "Norder=3" / "label=EC"
    leaf.mkdir(parents=True)
    write_light_curves(PLAIN, leaf / "stars.csv.parquet")
    # The last of several suffixes is the format.
    assert (leaf / "stars.csv.parquet").read_bytes()[:4] == b"PAR1"
    X = read_light_curves(leaf / "stars.csv.parquet")
    assert X == PLAIN and X.table is None and X.labels is None


def test_what_a_folder_holds_besides_light_curves(tmp_path):
    for place in ("deep/north", ".cache", "_tmp"):
        (tmp_path / place).mkdir(parents=True)
    names = ["b.parquet", "deep/north/a.pq", ".c.parquet", "_d.parquet", ".cache/e.parquet"]
    for name in [*names, "_tmp/f.parquet", "data_thumbnail.parquet"]:
        write_light_curves(PLAIN.replace(ids=[name]), tmp_path / name)
    (tmp_path / "folder.parquet").mkdir()
    assert read_light_curves(tmp_path).ids.tolist() == names[:2]


def test_threads_that_write_the_same_file(tmp_path, light_curves):
    failures = []

    def write():
        try:
            for _ in range(10):
                write_light_curves(light_curves, tmp_path / "a.parquet")
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]
    assert read_light_curves(tmp_path / "a.parquet") == light_curves


@pytest.mark.parametrize(
    "head",
    [
        "object_id,label",
        "Object_ID,Label",
        "object_id, label",
        "id;class",
        "# c\nobject_id\tlabel",
        "name,type",
    ],
)
def test_tables_of_labels(tmp_path, head):
    separator = next((mark for mark in ",;\t" if mark in head.splitlines()[-1]), ",")
    rows = [("001", "EC "), ("2", "nan"), ("3", ""), ("4", "RRAB"), ("4", "RRAB"), ("5", "?")]
    (tmp_path / "l.csv").write_text(joined(head, *(separator.join(row) for row in rows)))
    assert read_labels(tmp_path / "l.csv") == {"001": "EC", "4": "RRAB"}


def test_words_that_are_no_label_in_a_file(tmp_path):
    words = ["RRAB", "nan", "None", "--", "null", "?", "EC", "EC "]
    lines = [f"{k},{i},{15 + i % 3},{word}" for k, word in enumerate(words) for i in range(3)]
    (tmp_path / "x.csv").write_text(joined("object_id,time,mag,label", *lines))
    X = read_light_curves(tmp_path / "x.csv")
    assert X.labels.tolist() == ["RRAB", None, None, None, None, None, "EC", "EC"]


NAMES = {
    "id": ["object_id", "ID", "star", "Star Name", "oid", "source_id"],
    "time": ["time", "MJD", "hjd", "Obs_Time", "BJD"],
    "mag": ["mag", "Magnitude", "MAG", "Vmag"],
    "magerr": ["magerr", "mag_err", "Uncertainty", "e_mag", "sigma", "MagErr"],
    "band": ["band", "Filter", "filtercode"],
}


@st.composite
def tables(draw):
    """A table as somebody might write it, and the light curves that it holds."""
    n_stars = draw(st.integers(1, 4))
    lengths = draw(st.lists(st.integers(1, 12), min_size=n_stars, max_size=n_stars))
    n = sum(lengths)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = {role: draw(st.sampled_from(choices)) for role, choices in NAMES.items()}
    scale = 1000.0 if draw(st.booleans()) else 1.0
    time = np.round(rng.uniform(0, 900, n), 5) + 100
    mag = np.round(rng.uniform(12, 13, n), 3)
    error = np.round(rng.uniform(0.01, 0.2, n), 3)
    gone = rng.random(n) < draw(st.sampled_from([0.0, 0.2]))
    stars = np.repeat([f"V{i:03d}" for i in range(n_stars)], lengths)
    word = draw(st.sampled_from(["", "nan", "NULL", "--", "99.999", "N/A"]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", " "]))
    if delimiter == " " and word == "":
        word = "nan"
    decimal = "," if delimiter in ";\t" and draw(st.booleans()) else "."

    def number(value):
        return (
            f"{value:.6g}".replace(".", decimal)
            if value < 100
            else f"{value:.8f}".replace(".", decimal)
        )

    unit = " [mmag]" if scale == 1000.0 and delimiter != " " else ""
    factor = scale if unit else 1.0
    columns = {
        names["id"].replace(" ", "_") if delimiter == " " else names["id"]: stars,
        names["time"]: [number(t) for t in time],
        names["mag"] + unit: [
            (word.replace(".", decimal) if g else number(m * factor))
            for m, g in zip(mag, gone, strict=True)
        ],
        names["magerr"] + unit: [number(e * factor) for e in error],
        names["band"]: np.where(np.arange(n) % 2, "g", "V"),
        "FWHM": [number(x) for x in rng.uniform(1, 3, n)],
    }
    if draw(st.booleans()):
        columns["Limit"] = [number(x) for x in rng.uniform(15, 17, n)]
    order = draw(st.permutations(list(columns)))
    rows = [delimiter.join(columns[name][i] for name in order) for i in range(n)]
    head = draw(st.sampled_from(["", "# "])) + delimiter.join(order)
    before = draw(st.sampled_from([[], ["# made by hand"], ["", "% 2020"]]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join([*before, head, *rows, ""])
    X = LightCurves(
        time, np.where(gone, np.nan, mag), error, np.concatenate([[0], np.cumsum(lengths)]),
        ids=[f"V{i:03d}" for i in range(n_stars)], band=columns[names["band"]].astype(object),
    )  # fmt: skip
    return text.encode(encoding), X


@pytest.mark.filterwarnings("ignore:These light curves look as if")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables(), suffix=st.sampled_from(["csv", "txt", "dat", "TSV"]))
def test_random_tables_are_read_back(tmp_path_factory, table, suffix):
    content, expected = table
    path = tmp_path_factory.getbasetemp() / f"random.{suffix}"
    path.write_bytes(content)
    X = read_light_curves(path)
    assert X.ids.tolist() == expected.ids.tolist(), content
    np.testing.assert_array_equal(X.offsets, expected.offsets)
    np.testing.assert_allclose(X.time, expected.time, atol=1e-8)
    np.testing.assert_allclose(X.mag, expected.mag, rtol=1e-5)
    np.testing.assert_allclose(X.magerr, expected.magerr, rtol=1e-4)
    assert X.band.tolist() == expected.band.tolist()
    assert X.limit is None
    frame = pd.DataFrame({"id": np.repeat(X.ids, X.n_points), "time": X.time, "mag": X.mag})
    assert LightCurves.from_any(frame).ids.tolist() == X.ids.tolist()
