"""Files that are damaged, from the future, or made to do harm."""

import json
import os
import zipfile

import numpy as np
import pytest

from sklearn_vartl import load_model, save_model
from sklearn_vartl.persistence import ModelFileError, read_model_card
from sklearn_vartl.persistence import _archive as archive_module

# What the first files of the format did not have; everything else must be there.
OPTIONAL = {"estimated_priors", "trained_shares", "held_out_labels"}


@pytest.fixture
def parts(transferred, tmp_path):
    """The two entries of a good file: parsed document, bytes of the arrays."""
    save_model(transferred, tmp_path / "good.vartl")
    with zipfile.ZipFile(tmp_path / "good.vartl") as archive:
        document = json.loads(archive.read("model.json"))
        return document, archive.read("arrays.safetensors")


def write(path, document, arrays, *, compression=zipfile.ZIP_STORED, extra=()):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("model.json", text)
        archive.writestr("arrays.safetensors", arrays)
        for name in extra:
            archive.writestr(name, b"x")
    return path


def test_a_good_file_put_together_by_hand_loads(parts, transferred, X, tmp_path):
    loaded = load_model(write(tmp_path / "m.vartl", *parts))
    np.testing.assert_array_equal(loaded.predict_proba(X), transferred.predict_proba(X))


@pytest.mark.parametrize("content", [b"", b"PK", b"not a model" * 100, b"\x80\x04N."])
def test_other_files_are_refused(content, tmp_path):
    path = tmp_path / "m.vartl"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="m.vartl is no model file"):
        load_model(path)


def test_truncated_files_are_refused(parts, tmp_path):
    whole = write(tmp_path / "m.vartl", *parts).read_bytes()
    for length in np.linspace(1, len(whole) - 1, 25).astype(int):
        (tmp_path / "cut.vartl").write_bytes(whole[:length])
        with pytest.raises(ModelFileError):
            load_model(tmp_path / "cut.vartl")


def test_changed_bytes_never_raise_anything_else(parts, tmp_path, rng):
    whole = bytearray(write(tmp_path / "m.vartl", *parts).read_bytes())
    refused = 0
    for _ in range(150):
        changed = whole.copy()
        for position in rng.integers(0, len(whole), 3):
            changed[position] = rng.integers(256)
        (tmp_path / "changed.vartl").write_bytes(changed)
        try:
            load_model(tmp_path / "changed.vartl")
        except ModelFileError:
            refused += 1
    # The zip's checksums see nearly every change.
    assert refused > 140


def test_compressed_entries_are_refused_unread(parts, tmp_path):
    document, _ = parts
    path = write(
        tmp_path / "bomb.vartl", document, bytes(50_000_000), compression=zipfile.ZIP_DEFLATED
    )
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ModelFileError, match="is compressed"):
        load_model(path)


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "model.json", "code.py"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_further_entry_is_refused_and_nothing_is_unpacked(parts, name, tmp_path):
    folder = tmp_path / "inner"
    folder.mkdir()
    path = write(folder / "m.vartl", *parts, extra=[name])
    before = sorted(os.listdir(tmp_path)), os.listdir(folder)
    with pytest.raises(ModelFileError, match="3 entries"):
        load_model(path)
    assert (sorted(os.listdir(tmp_path)), os.listdir(folder)) == before


def test_entries_above_the_limit_are_refused(parts, tmp_path, monkeypatch, source):
    path = write(tmp_path / "m.vartl", *parts)
    monkeypatch.setattr(archive_module, "MAX_ARRAY_BYTES", 100)
    with pytest.raises(ModelFileError, match="more than the limit of 100"):
        load_model(path)
    with pytest.raises(ValueError, match="too large for a model file"):
        save_model(source, tmp_path / "big.vartl")
    assert not (tmp_path / "big.vartl").exists()


@pytest.mark.parametrize(
    "text", [b"{", b"[1, 2]", b"\xff\xfe", b"[" * 200_000, b"null", b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_a_damaged_document_is_refused(parts, text, tmp_path):
    path = write(tmp_path / "m.vartl", text, parts[1])
    with pytest.raises(ModelFileError, match="model.json is damaged"):
        load_model(path)


def test_newer_and_foreign_formats_say_so(parts, tmp_path):
    document, arrays = parts
    newer = document | {"format_version": 99, "versions": {"sklearn_vartl": "9.0"}}
    path = write(tmp_path / "m.vartl", newer, arrays)
    for read in (load_model, read_model_card):
        with pytest.raises(
            ModelFileError, match="version 99.*written by sklearn_vartl 9.0.*upgrad"
        ):
            read(path)
    for change in ({"format": "other"}, {"format_version": "1"}, {"format_version": 0}):
        path = write(tmp_path / "m.vartl", document | change, arrays)
        with pytest.raises(ModelFileError, match="no model of sklearn_vartl"):
            load_model(path)


@pytest.mark.parametrize("name", ["os.system", "RandomForestClassifier", "", None, 3])
def test_only_known_classes_are_built(parts, name, tmp_path):
    document, arrays = parts
    document["model"]["class"] = name
    with pytest.raises(ModelFileError, match="cannot load|damaged"):
        load_model(write(tmp_path / "m.vartl", document, arrays))


def test_parameters_are_checked_and_unknown_ones_named(parts, tmp_path):
    document, arrays = parts
    params = document["model"]["state"]["params"]
    params["strategy"] = "magic"
    with pytest.raises(ModelFileError, match="'strategy' parameter"):
        load_model(write(tmp_path / "m.vartl", document, arrays))
    params.update(strategy="full", invented=1)
    with pytest.raises(ModelFileError, match="invented.*written by sklearn_vartl"):
        load_model(write(tmp_path / "m.vartl", document, arrays))


def test_every_missing_piece_of_the_state_is_noticed(parts, tmp_path):
    document, arrays = parts
    text = json.dumps(document)
    for key in set(document["model"]["state"]) - OPTIONAL:
        changed = json.loads(text)
        del changed["model"]["state"][key]
        with pytest.raises(ModelFileError):
            load_model(write(tmp_path / "m.vartl", changed, arrays))
    for value in (0, -1.0, "hot", None, float("nan"), float("inf")):
        changed = json.loads(text)
        changed["model"]["state"]["models"]["current"]["temperature"] = value
        with pytest.raises(ModelFileError, match="temperature"):
            load_model(write(tmp_path / "m.vartl", changed, arrays))
    for part, bad in [("current", "n_members"), ("current", "classes"), ("source", "scaler")]:
        for value in (10**12, "text", {"dtype": "<U1000000000", "values": [[]]}, {"dtype": "V8"}):
            changed = json.loads(text)
            changed["model"]["state"]["models"][part][bad] = value
            with pytest.raises(ModelFileError):
                load_model(write(tmp_path / "m.vartl", changed, arrays))


def test_arrays_that_are_missing_or_of_another_size_are_noticed(parts, tmp_path):
    from safetensors.numpy import load, save

    document, block = parts
    arrays = load(block)
    for name in arrays:
        fewer = {k: v for k, v in arrays.items() if k != name}
        if name.rpartition("/")[2] not in OPTIONAL:
            with pytest.raises(ModelFileError):
                load_model(write(tmp_path / "m.vartl", document, save(fewer)))
        wrong = [arrays[name][np.newaxis]]
        if not name.endswith("held_out_scores"):
            wrong.append(np.concatenate([arrays[name], arrays[name]]))
        for array in wrong:
            with pytest.raises(ModelFileError):
                load_model(write(tmp_path / "m.vartl", document, save(arrays | {name: array})))
