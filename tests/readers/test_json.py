"""Light curves in JSON: rows, lines, columns, and the answers of brokers."""

import gzip
import json

import numpy as np
import pytest

from sklearn_vartl import read_light_curves
from sklearn_vartl.light_curves import LightCurveWarning

TIME = [58000.25, 58003.5, 58004.75, 58009.0]
MAG = [13.5, 13.75, 14.0, 13.25]
ROWS = [{"mjd": t, "mag": m, "magerr": 0.02} for t, m in zip(TIME, MAG, strict=True)]


def read(tmp_path, name, text, **options):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_light_curves(tmp_path / name, **options)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("V1.json", json.dumps(ROWS)),
        ("V1.json", json.dumps(ROWS, indent=2)),
        ("V1.jsonl", "\n".join(map(json.dumps, ROWS)) + "\n\n"),
        ("V1.txt", json.dumps(ROWS)),
        ("V1.json", json.dumps({k: [row[k] for row in ROWS] for k in ROWS[0]})),
        ("V1.json", "\ufeff" + json.dumps({"detections": ROWS})),
    ],
)
def test_one_star(tmp_path, name, text):
    X = read(tmp_path, name, text)
    assert X.ids.tolist() == ["V1"]
    assert (X.time.tolist(), X.mag.tolist(), X.magerr.tolist()) == (TIME, MAG, [0.02] * 4)
    assert X.time_zero == 2400000.5


def test_compressed(tmp_path):
    with gzip.open(tmp_path / "V1.json.gz", "wt") as file:
        json.dump(ROWS, file)
    assert read_light_curves(tmp_path / "V1.json.gz").mag.tolist() == MAG


def test_rows_of_several_stars_and_long_identifiers(tmp_path):
    ids = [4688965305423493248, 4688965305423493249] * 2
    rows = [{"object_id": i, "label": "EC"} | row for i, row in zip(ids, ROWS, strict=True)]
    rows[2]["mag"] = None
    X = read(tmp_path, "stars.jsonl", "\n".join(map(json.dumps, rows)))
    assert X.ids.tolist() == ids[:2] and X.labels.tolist() == ["EC", "EC"]
    np.testing.assert_array_equal(X.mag, [13.5, np.nan, 13.75, 13.25])


def test_stars_with_lists(tmp_path):
    stars = [{"object_id": f"s{k}", "mjd": TIME[k:], "mag": MAG[k:]} for k in range(3)]
    X = read(tmp_path, "stars.json", json.dumps(stars))
    assert X.ids.tolist() == ["s0", "s1", "s2"] and X.n_points.tolist() == [4, 3, 2]


def test_the_answer_of_a_broker(tmp_path):
    """What is not read is said; what is true of the star is true of all its rows."""
    rows = [row | {"fid": 1 + i % 2} for i, row in enumerate(ROWS)]
    answer = {
        "objectId": "ZTF18x",
        "detections": rows,
        "non_detections": [{"mjd": 1.0}],
        "meta": {},
    }
    with pytest.warns(LightCurveWarning, match="several bands"):
        X = read(tmp_path, "answer.json", json.dumps(answer))
    assert X.ids.tolist() == ["ZTF18x"] and X.mag.tolist() == MAG
    assert X.provenance.endswith("not read: meta, non_detections")
    with pytest.warns(LightCurveWarning, match="several bands"):
        X = read(tmp_path, "two.json", json.dumps([answer, answer | {"objectId": "ZTF19y"}]))
    assert X.ids.tolist() == ["ZTF18x", "ZTF19y"] and X.mag.tolist() == MAG * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"mjd": [1, 2', "not readable as JSON"),
        ("[]", "no rows"),
        ("[1, 2]", "rows are records with names, got 1"),
        ('{"mjd": 3}', "no rows and no columns of one length among mjd"),
        ('{"mjd": [1, 2], "mag": [3]}', "no rows and no columns of one length"),
        ('{"id": 1, "a": [{"mjd": 1}], "b": [{"mjd": 1}]}', "several lists of rows, a, b"),
        ('[{"mjd": 1.5, "colour": 2}]', "no brightness"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, "bad.json", text)
