"""Plain values, arrays and limits of a model file, one by one: no model is needed to ask for them."""

import json
import re
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl import FeatureScaler, LightCurveFeatures, TransferMLPClassifier
from sklearn_vartl.persistence import ModelFileError
from sklearn_vartl.persistence._archive import (
    Arrays,
    _check_limits,
    _checked_entries,
    check_array,
    entries,
    from_params,
    labels_from_json,
    labels_to_json,
    names_from_json,
    params_to_json,
    plain_value,
    read_archive,
    write_archive,
    written_by,
)

GOOD = {
    "format": "sklearn_vartl model",
    "format_version": 1,
    "versions": {"sklearn_vartl": "0.1"},
    "card": {},
    "provenance": {"survey": "µ-lens"},
    "model": {},
}


def test_what_is_written_is_read(tmp_path):
    """Also arrays in the order of Fortran or with the bytes of another machine, which the format does not know."""
    arrays = {
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.arange(4, dtype=">f4"),
        "number": np.array(3.0),
    }
    write_archive(tmp_path / "m.vartl", GOOD, arrays)
    document, found = read_archive(tmp_path / "m.vartl")
    assert document == GOOD
    assert {k: v.tolist() for k, v in found.items()} == {k: v.tolist() for k, v in arrays.items()}
    assert found["big"].dtype == np.float32
    assert read_archive(tmp_path / "m.vartl", with_arrays=False)[1] is None
    with zipfile.ZipFile(tmp_path / "m.vartl") as archive:
        # Nothing of the hour of writing, and text that is read as it stands.
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert '{"survey":"µ-lens"}'.encode() in archive.read("model.json")


def in_file(**sizes):
    """An archive of which only the sizes of its entries are told."""
    names = {"document": "model.json", "arrays": "arrays.safetensors"}
    found = []
    for name, size in sizes.items():
        entry = zipfile.ZipInfo(names.get(name, name))
        entry.file_size = entry.compress_size = size
        found.append(entry)
    return SimpleNamespace(infolist=lambda: found)


def test_a_description_has_64_megabytes_and_arrays_2_gigabytes_at_most():
    most = {"document": 67_108_864, "arrays": 2_147_483_648}
    assert set(_checked_entries(in_file(**most))) == {"model.json", "arrays.safetensors"}
    for name, size in most.items():
        with pytest.raises(
            ModelFileError, match=f"{size + 1} bytes, more than the limit of {size}"
        ):
            _checked_entries(in_file(**most | {name: size + 1}))


def test_an_entry_that_unfolds_to_more_is_refused_however_it_is_called():
    for field in ("file_size", "compress_size", "compress_type"):
        archive = in_file(document=10, arrays=10)
        setattr(archive.infolist()[1], field, 8)
        with pytest.raises(ModelFileError, match=r"arrays\.safetensors is compressed"):
            _checked_entries(archive)


def test_of_many_entries_three_are_named():
    said = "it holds 5 entries, among them ['a', 'b', 'c'], instead of model.json"
    with pytest.raises(ModelFileError, match=re.escape(said)):
        _checked_entries(in_file(a=1, b=1, c=1, d=1, document=1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format_version": 2}, "has format version 2, .* reads up to 1 .written by .* 0.1.: upgr"),
        ({"format_version": True}, "is no model of sklearn_vartl"),
        ({"format_version": 0}, "is no model of sklearn_vartl"),
        ({"format": "model"}, "is no model of sklearn_vartl"),
        ({"card": []}, "is damaged: the file: 'card' cannot be "),
        ({"more": 1}, "is damaged: the file has an entry 'more'"),
    ],
)
def test_the_format_is_known_before_anything_else_is_read(change, said, tmp_path):
    write_archive(tmp_path / "m.vartl", GOOD | change, {})
    with pytest.raises(ModelFileError, match=said):
        read_archive(tmp_path / "m.vartl")


def test_no_piece_of_the_document_may_be_missing(tmp_path):
    for name in GOOD:
        write_archive(tmp_path / "m.vartl", {k: v for k, v in GOOD.items() if k != name}, {})
        with pytest.raises(ModelFileError, match=f"has no entry '{name}'|is no model of"):
            read_archive(tmp_path / "m.vartl")


@pytest.mark.parametrize("versions", [None, [], {}, {"sklearn_vartl": 1}, {"numpy": "2.0"}])
def test_a_file_that_does_not_say_who_wrote_it(versions):
    assert written_by({"versions": versions}) == written_by({}) == ""


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ([], r"here is \[\], no JSON object"),
        ({"a": 1, "c": None}, "here has an entry 'c', which no model file has"),
        ({"a": True}, "here: 'a' cannot be True"),
        ({"a": 1.0}, "here: 'a' cannot be 1.0"),
        ({"b": "x"}, "here has no entry 'a'"),
        ({"a": 1, "b": 2}, "here: 'b' cannot be 2"),
    ],
)
def test_entries_are_those_that_are_known(node, said):
    assert entries({"a": 1, "b": None}, "here", {"a": int}, {"b": (str, type(None))}) == {
        "a": 1, "b": None
    }  # fmt: skip
    with pytest.raises(ModelFileError, match=said):
        entries(node, "here", {"a": int}, {"b": (str, type(None))})
    # Of those that are missing the first one is named; what may be anything is not looked at.
    with pytest.raises(ModelFileError, match="has no entry 'a'"):
        entries({}, "here", {"c": int, "a": int})
    assert entries({"a": node}, "here", {"a": object}) == {"a": node}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (np.True_, True),
        (np.int16(3), 3),
        (np.float32(0.5), 0.5),
        (np.str_("a"), "a"),
        ((1, np.int64(2)), [1, 2]),
        (np.array([[1.5], [2.5]]), [[1.5], [2.5]]),
        ({"a": (np.float64(1.0),)}, {"a": [1.0]}),
        ({}, {}),
    ],
)
def test_plain_values_are_those_that_json_knows(value, plain):
    found = plain_value(value, "here")
    assert found == plain and json.loads(json.dumps(found)) == plain
    assert type(found) is type(plain) or isinstance(plain, str)


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": 1, 2: 3}, [object()], 1j, {3}, b"a"])
def test_what_is_no_plain_value_is_named(value):
    with pytest.raises(TypeError, match="^here=.* cannot be saved without pickle"):
        plain_value(value, "here")


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(3), None),
        (np.zeros(2), r"here is float64 of shape \(2,\), expected \(3,\)"),
        (np.zeros((1, 3)), "expected"),
        (np.zeros(3, np.float32), "here is float32"),
        (np.zeros(3, ">f8"), "here is >f8"),
        (np.array([0, np.inf, 0]), "holds values that are no finite numbers"),
        (np.array([0, 0, np.nan]), "holds values that are no finite numbers"),
    ],
)
def test_arrays_have_the_shape_and_the_numbers_that_are_expected(array, said):
    if said is None:
        assert check_array("here", array, (3,)) is None
        return
    with pytest.raises(ModelFileError, match=said):
        check_array("here", array, (3,))


@pytest.mark.parametrize(
    "labels",
    [
        np.array([True, False]),
        np.array([3, -1], dtype=np.int16),
        np.array([3], dtype=np.uint8),
        np.array([0.5, 2]),
        np.array(["EC", "RRAB"]),
        np.array(["EC", "RRAB", 3, 0.5, True], dtype=object),
        np.array([], dtype="<U3"),
    ],
)
def test_labels_come_back_with_their_type(labels):
    found = labels_from_json(json.loads(json.dumps(labels_to_json(labels))), "here")
    assert found.tolist() == labels.tolist() and found.dtype.kind == labels.dtype.kind
    assert found.dtype == labels.dtype or labels.dtype.kind == "U"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"dtype": "<c16", "values": [1]}, "cannot have the dtype '<c16'"),
        ({"dtype": "<M8[D]", "values": [1]}, "cannot have the dtype"),
        ({"dtype": "|S3", "values": ["a"]}, "cannot have the dtype"),
        ({"dtype": "|O", "values": [None]}, "names and numbers only"),
        ({"dtype": "|O", "values": ["a", ["b"]]}, "names and numbers only"),
        ({"dtype": "|O"}, "has no entry 'values'"),
    ],
)
def test_labels_are_names_and_numbers(state, said):
    with pytest.raises(ModelFileError, match=said):
        labels_from_json(state, "here")


def test_a_width_that_is_declared_fills_no_memory():
    found = labels_from_json({"dtype": f"<U{10**8}", "values": ["EC"]}, "here")
    assert found.dtype == "<U2"


def test_names_are_as_many_as_features():
    assert names_from_json(None, 2, "here") is None
    assert names_from_json(["a", "b"], 2, "here").tolist() == ["a", "b"]
    for names in (["a"], ["a", "b", "c"], ["a", 2], [None, "b"]):
        with pytest.raises(ModelFileError, match="here are not 2 names"):
            names_from_json(names, 2, "here")


def test_arrays_below_a_place_are_noted_when_they_are_read():
    whole = Arrays({"a/x": np.zeros(1), "a/b/y": np.ones(1), "z": np.zeros(2)})
    inner = whole.below("a").below("b")
    assert (list(inner), len(inner), len(whole.below("a")), len(whole)) == (["y"], 1, 2, 3)
    assert inner["y"].tolist() == [1.0] and inner.get("x") is None
    with pytest.raises(ModelFileError, match="'a/x' belongs to nothing"):
        whole.refuse_unread()
    assert whole.below("a")["x"].tolist() == [0.0]
    with pytest.raises(ModelFileError, match="'z' belongs to nothing"):
        whole.refuse_unread()
    assert len(whole["z"]) == 2
    whole.refuse_unread()


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("min_period", [1e-5, 1e9, float("inf")], [0.99e-5, 0.0, -1.0, float("nan")]),
        ("oversampling", [1, 1000], [0, 1000.5]),
        ("min_observations", [7, 1_000_000_000], [6, 1_000_000_001]),
        ("hidden_layer_sizes", [1, [1, 100_000]], [0, [8, 0], [100_001, 8]]),
    ],
)
def test_limits_of_parameters_are_numbers_that_may_be_reached(name, good, bad):
    for value in good:
        _check_limits({name: value})
    for value in bad:
        with pytest.raises(ModelFileError, match=f"{name}=.* is no value for a model file"):
            _check_limits({name: value})
    # What is no number is refused elsewhere, and another name has no limits.
    _check_limits({name: None, "another": -(10**300)})
    _check_limits({name: "text"})


def test_parameters_go_to_the_file_and_back():
    classifier = TransferMLPClassifier(
        (4, 3), keep=("QSO",), priors={1: 0.25, 2: 0.75}, scaler=FeatureScaler(clip=3.0), n_jobs=2
    )
    found = json.loads(json.dumps(params_to_json(classifier)))
    assert "n_jobs" not in found and found["priors"] == {"pairs": [[1, 0.25], [2, 0.75]]}
    # In one order: the same model makes the same bytes.
    assert list(found) == sorted(found)
    again = from_params(TransferMLPClassifier, found, "here")
    assert (again.hidden_layer_sizes, again.keep, again.n_jobs) == ((4, 3), ("QSO",), None)
    assert again.priors == {1: 0.25, 2: 0.75} and again.scaler.clip == 3.0
    old = from_params(LightCurveFeatures, {"features": ["period"]}, "here")
    assert old.outliers == "keep"
    told = from_params(LightCurveFeatures, {"features": ["period"], "outliers": "drop_all"}, "here")
    assert told.outliers == "drop_all"


@pytest.mark.parametrize(
    ("cls", "params", "said"),
    [
        (TransferMLPClassifier, [], "here: the parameters of TransferMLPClassifier is .., no JSON"),
        (TransferMLPClassifier, {"memory": "x"}, "an entry 'memory', which no model file has"),
        (FeatureScaler, {"n_jobs": 2}, "an entry 'n_jobs', which no model file has"),
        (TransferMLPClassifier, {"priors": {"more": 1}}, "an entry 'more'"),
        (TransferMLPClassifier, {"priors": {"pairs": 1}}, "'pairs' cannot be 1"),
        (TransferMLPClassifier, {"scaler": {"FeatureScaler": [], "x": 1}}, "cannot be|entry 'x'"),
        (TransferMLPClassifier, {"strategy": "magic"}, "'strategy' parameter"),
    ],
)
def test_parameters_that_are_none(cls, params, said):
    with pytest.raises(ValueError, match=said):
        from_params(cls, params, "here")
    # What earlier versions wrote is passed over.
    assert from_params(TransferMLPClassifier, {"n_jobs": 7, "verbose": 3}, "here").n_jobs is None
