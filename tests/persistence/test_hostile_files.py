"""Files that are damaged, from the future, or made to do harm."""

import json
import os
import re
import zipfile
from copy import deepcopy

import numpy as np
import pytest

from sklearn_vartl import load_model, save_model
from sklearn_vartl.persistence import ModelFileError, model_card, read_model_card
from sklearn_vartl.persistence import _archive as archive_module

# What the first files of the format did not have; everything else must be there.
OPTIONAL = {
    "seen",
    "estimated_priors",
    "trained_shares",
    "held_out_labels",
    "held_out_found",
    "held_out_sure",
    "translation_odds",
}


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


def test_a_long_value_is_cut_where_it_is_named(parts, tmp_path):
    """Up to 60 characters, quotation marks included, stand as they are; of more the first 60."""
    document, arrays = parts
    for name, said in (("y" * 58, f"'{'y' * 58}'"), ("z" * 59, f"'{'z' * 59}...")):
        document["card"] = name
        with pytest.raises(ModelFileError, match=f"'card' cannot be {re.escape(said)} "):
            read_model_card(write(tmp_path / "m.vartl", document, arrays))


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


def places(node, where=()):
    """Every JSON object in a document, by its place."""
    if isinstance(node, dict):
        yield where
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(child, dict | list):
            yield from places(child, (*where, key))


def at(document, place):
    for key in place:
        document = document[key]
    return document


# Earlier versions wrote these beside the others: they are passed over.
ONCE_WRITTEN = {"n_jobs", "device", "verbose"}
LOCAL = ONCE_WRITTEN | {"memory", "checkpoint"}


@pytest.mark.parametrize("name", ["light_curve_pipeline", "pipeline", "transferred", "ensemble"])
@pytest.mark.parametrize("key", [*sorted(LOCAL), "invented"])
def test_entries_that_are_added_anywhere_are_refused_or_do_nothing(
    name, key, light_curves, X, tmp_path, request, monkeypatch
):
    model = request.getfixturevalue(name)
    save_model(model, tmp_path / "good.vartl")
    with zipfile.ZipFile(tmp_path / "good.vartl") as archive:
        text, arrays = archive.read("model.json"), archive.read("arrays.safetensors")
    stars = light_curves if name == "light_curve_pipeline" else X
    good, passed_over = load_model(tmp_path / "good.vartl"), 0
    expected = good.predict_proba(stars)
    watched = tmp_path / "watched"
    watched.mkdir()
    monkeypatch.chdir(watched)
    free = ("versions", "provenance", "card")
    found = [place for place in places(json.loads(text)) if place[:1] not in [(n,) for n in free]]
    assert len(found) >= 10
    for place in found:
        document = json.loads(text)
        at(document, place)[key] = 2 if key in ("n_jobs", "verbose") else str(watched / "folder")
        write(tmp_path / "m.vartl", document, arrays)
        try:
            loaded = load_model(tmp_path / "m.vartl")
        except ModelFileError as error:
            assert f"{key!r}, which no model file has" in str(error), place
            continue
        assert key in ONCE_WRITTEN, place
        passed_over += 1
        own, other = loaded.get_params(), good.get_params()
        assert {n: repr(v) for n, v in own.items()} == {n: repr(v) for n, v in other.items()}
        np.testing.assert_array_equal(loaded.predict_proba(stars), expected)
    assert passed_over <= 3
    assert not list(watched.iterdir())


@pytest.mark.parametrize("key", ["memory", "format_version", "invented"])
def test_a_description_says_nothing_unknown(key, parts, tmp_path):
    document, arrays = parts
    document["card"][key] = 99
    with pytest.raises(ModelFileError, match=f"'{key}', which no model file has.*written by"):
        read_model_card(write(tmp_path / "m.vartl", document, arrays))
    del document["card"][key]
    for bad in (5, "text", [1], None):
        changed = document | {"card": document["card"] | {"steps": bad}}
        if bad != [1]:
            with pytest.raises(ModelFileError, match="'steps' cannot be"):
                read_model_card(write(tmp_path / "m.vartl", changed, arrays))
    lines = {"classes": ["a\n# b"], "feature_names": ["x\n\n# y"], "class_counts": {"a\n|b": "c"}}
    changed = document | {"card": document["card"] | lines}
    text = model_card(write(tmp_path / "m.vartl", changed, arrays))
    assert sum(line.startswith("# ") for line in text.splitlines()) == 1


def test_arrays_that_belong_to_nothing_are_refused(parts, tmp_path):
    from safetensors.numpy import load, save

    document, block = parts
    for name in ("other", "model/source/memory/z", "model/current/member/7/head.bias"):
        more = save(load(block) | {name: np.zeros(3)})
        with pytest.raises(ModelFileError, match=f"'{name}' belongs to nothing"):
            load_model(write(tmp_path / "m.vartl", document, more))
    both = save(load(block) | {"zero": np.zeros(3), "also": np.zeros(3)})
    with pytest.raises(ModelFileError, match="'also' belongs to nothing"):
        load_model(write(tmp_path / "m.vartl", document, both))
    inner = save(load(block) | {"model/source/member/0/extra": np.zeros(3, np.float32)})
    with pytest.raises(ModelFileError, match="do not fit each other"):
        load_model(write(tmp_path / "m.vartl", document, inner))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_and_counts_are_finite_numbers(value, parts, tmp_path):
    from safetensors.numpy import load, save

    document, block = parts
    for name, array in load(block).items():
        if array.dtype.kind != "f":
            continue
        bad = array.copy()
        bad.ravel()[-1] = value
        path = write(tmp_path / "m.vartl", document, save(load(block) | {name: bad}))
        # A star that is remembered may lack a feature.
        if name.endswith("memory/X") and np.isnan(value):
            load_model(path)
            continue
        with pytest.raises(ModelFileError):
            load_model(path)


# Parameter -> values of other types, and numbers that would keep a computer busy for ever.
BAD_VALUES = {
    "n_estimators": ["5", 2.5, None, [], 10**12, -1],
    "max_epochs": [10**12, float("nan"), {}],
    "min_steps": [10**15],
    "hidden_layer_sizes": [[10**9], "64"],
    "random_state": [10**30, "0", -1],
    "scaler": [{"FeatureScaler": {"memory": "x"}}, {"StandardScaler": {}}, "x", 5, []],
    "priors": [{"pairs": 5}, {"pairs": [[[], 1]]}, 5],
    "strategy": [["full"], None, {"pairs": []}],
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_values_of_another_type_or_beyond_any_use(name, parts, tmp_path):
    document, arrays = parts
    for value in BAD_VALUES[name]:
        document["model"]["state"]["params"][name] = value
        with pytest.raises(ModelFileError):
            load_model(write(tmp_path / "m.vartl", document, arrays))


@pytest.mark.parametrize(
    "name, value",
    [
        ("oversampling", 1e12),
        ("min_period", 1e-300),
        ("min_observations", 10**300),
        ("features", ["no_such_feature"]),
        ("features", [["amplitude"]]),
        ("features", ["amplitude"]),
        ("passthrough", ["ra"]),
        ("period_engine", 3),
    ],
)
def test_searches_without_end_and_features_that_do_not_fit(
    name, value, light_curve_pipeline, tmp_path
):
    save_model(light_curve_pipeline, tmp_path / "good.vartl")
    with zipfile.ZipFile(tmp_path / "good.vartl") as archive:
        document = json.loads(archive.read("model.json"))
        arrays = archive.read("arrays.safetensors")
    document["model"]["steps"][0][1]["params"][name] = value
    with pytest.raises(ModelFileError):
        load_model(write(tmp_path / "m.vartl", document, arrays))


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("n_estimators", 1, 10_000),
        ("max_epochs", 1, 1_000_000),
        ("min_steps", 0, 10_000_000),
        ("batch_size", 1, 100_000_000),
        ("hidden_layer_sizes", 1, 100_000),
    ],
)
def test_numbers_are_within_their_limits(source, tmp_path, name, least, most):
    check_limits(source, tmp_path, name, least, most)


@pytest.mark.parametrize(
    ("step", "name", "least", "most"),
    [
        ("ensemble", "n_trees", 0, 100_000),
        ("light_curve_pipeline", "lightcurvefeatures__oversampling", 1, 1000),
        ("light_curve_pipeline", "lightcurvefeatures__min_observations", 7, 1_000_000_000),
    ],
)
def test_so_are_those_of_trees_and_searches(request, tmp_path, step, name, least, most):
    check_limits(request.getfixturevalue(step), tmp_path, name, least, most)


def check_limits(source, tmp_path, name, least, most):
    said = name.rpartition("__")[2]
    for value, allowed in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        given = (4, value) if name == "hidden_layer_sizes" else value
        model = deepcopy(source).set_params(**{name: given})
        if allowed:
            save_model(model, tmp_path / "m.vartl")
            continue
        with pytest.raises(ValueError, match=f"{said}={value} is no value .*{least} to {most} are"):
            save_model(model, tmp_path / "m.vartl")


def test_a_file_may_be_as_large_as_the_limit(parts, tmp_path, monkeypatch):
    path = write(tmp_path / "m.vartl", *parts)
    with zipfile.ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    for name, limit in (("model.json", "DOCUMENT"), ("arrays.safetensors", "ARRAY")):
        with monkeypatch.context() as patch:
            patch.setattr(archive_module, f"MAX_{limit}_BYTES", sizes[name])
            load_model(path)
            patch.setattr(archive_module, f"MAX_{limit}_BYTES", sizes[name] - 1)
            with pytest.raises(ModelFileError, match=f"{name} has {sizes[name]} bytes, more than"):
                load_model(path)


def test_what_no_file_may_hold_is_not_saved(source, tmp_path):
    model = deepcopy(source).set_params(max_epochs=10**12)
    with pytest.raises(ValueError, match="max_epochs=1000000000000 is no value"):
        save_model(model, tmp_path / "m.vartl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "names", ["abcd", ["a", "b"], ["a", "b", "c", 4], 4, {"a": 1}], ids=lambda names: str(names)
)
def test_names_of_features_are_as_many_texts(names, parts, tmp_path):
    document, arrays = parts
    document["model"]["state"]["feature_names_in"] = names
    with pytest.raises(ModelFileError):
        load_model(write(tmp_path / "m.vartl", document, arrays))


@pytest.mark.parametrize(
    "classes", [[], ["B", "A", "C"], ["A", "A", "B"], ["A", ["B"], "C"], ["A", None, "C"]]
)
def test_classes_are_sorted_names(classes, parts, tmp_path):
    document, arrays = parts
    document["model"]["state"]["models"]["current"]["classes"]["values"] = classes
    with pytest.raises(ModelFileError):
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


def test_what_the_source_says_is_shares_and_has_a_source(parts, tmp_path):
    from safetensors.numpy import load, save

    document, block = parts
    text, arrays = json.dumps(document), load(block)
    table = arrays["model/current/translation"]
    for bad in (
        table * 0.5,
        np.r_[[[-0.5, *[1.5 / (table.shape[1] - 1)] * (table.shape[1] - 1)]], table[1:]],
    ):
        changed = save(arrays | {"model/current/translation": bad})
        with pytest.raises(
            ModelFileError, match="translation of the source's classes holds no shares"
        ):
            load_model(write(tmp_path / "m.vartl", document, changed))
    odds = arrays["model/current/translation_odds"]
    for bad in (0 * odds, -odds, odds[1:], odds * np.nan):
        changed = save(arrays | {"model/current/translation_odds": bad})
        with pytest.raises(ModelFileError, match="odds"):
            load_model(write(tmp_path / "m.vartl", document, changed))
    for value in (-0.1, 1.1, float("nan")):
        changed = json.loads(text)
        changed["model"]["state"]["models"]["current"]["say"] = value
        with pytest.raises(ModelFileError, match="not between 0 and 1|say"):
            load_model(write(tmp_path / "m.vartl", changed, block))
    changed = json.loads(text)
    changed["model"]["state"]["models"]["source"]["say"] = 0.5
    with pytest.raises(ModelFileError, match="a source has no source"):
        load_model(write(tmp_path / "m.vartl", changed, block))
