"""The restricted unpickler and the merged layers; the published folder is tested in real/."""

import os
import pickle
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.preprocessing import LabelEncoder
from torch import nn

from sklearn_vartl.features import UPSILON
from sklearn_vartl.pretrained import _upsilont, load_upsilont
from sklearn_vartl.pretrained._upsilont import read_plain_pickle

LOGARITHMIC = ("amplitude", "hl_amp_ratio", "kurtosis", "period", "phase_cusum", "phase_eta")


class Published(nn.Module):
    """The reference's network: batch normalisations before the first and after the last layer."""

    def __init__(self, n_classes):
        super().__init__()
        widths = (16, 64, 128, 256, n_classes)
        for k, (a, b) in enumerate(zip(widths[:-1], widths[1:], strict=True), start=1):
            setattr(self, f"fc{k}", nn.Linear(a, b))
        for k, width in enumerate(widths, start=1):
            setattr(self, f"bn{k}", nn.BatchNorm1d(width, eps=64.0 if k == 1 else 1e-5))

    def forward(self, x):
        x = self.bn1(x)
        for k in (1, 2, 3):
            x = getattr(self, f"bn{k + 1}")(torch.relu(getattr(self, f"fc{k}")(x)))
        return self.bn5(self.fc4(x))


@pytest.fixture
def folder(tmp_path):
    """A folder as the authors distribute theirs, with random numbers in it."""
    rng = np.random.default_rng(0)
    network = Published(5)
    with torch.no_grad():
        for tensor in network.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.tensor(rng.uniform(0.2, 1.5, tensor.shape)))
        for k in (1, 2, 3, 4):
            layer = getattr(network, f"fc{k}")
            layer.weight.copy_(torch.tensor(rng.normal(0, 0.3, layer.weight.shape)))
    torch.save(network.state_dict(), tmp_path / "state_dict.pt")
    contents = {
        "norm_params": [rng.normal(size=16), rng.uniform(0.5, 2, 16)],
        "min_params": {f"min_{name}": np.float64(0.01) for name in LOGARITHMIC},
        "label_encoder": LabelEncoder().fit(np.array(["a", "b", "c", "d", "e"], dtype=object)),
        "n_final": 5,
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(content, protocol=3))
    return tmp_path, network.eval(), contents


def test_probabilities_are_those_of_the_published_layers(folder):
    path, network, contents = folder
    classifier = load_upsilont(path)
    X = np.random.default_rng(1).uniform(0.1, 2, (20, 16))
    Z = X.copy()
    logarithmic = np.isin(UPSILON, LOGARITHMIC)
    Z[:, logarithmic] = np.log10(X[:, logarithmic] - 0.01)
    median, deviation = contents["norm_params"]
    Z = np.clip((Z - median) / deviation, -6, 6)
    with torch.no_grad():
        expected = network(torch.tensor(Z, dtype=torch.float32)).softmax(dim=1).numpy()
    np.testing.assert_allclose(classifier.predict_proba(X), expected, atol=1e-5)
    assert classifier.classes_.tolist() == ["a", "b", "c", "d", "e"]
    # It says of itself what it is: one network, and its inputs are the features alone.
    assert classifier.n_estimators == len(classifier.model_.members) == 1
    assert not classifier.scaler.add_indicator and classifier.n_features_in_ == 16
    assert not classifier.is_transferred_ and classifier.source_model_ is classifier.model_
    # It remembers no star of anybody.
    memory = classifier.model_.memory
    assert (memory.X.shape, memory.y.shape, memory.weight.shape) == ((0, 16), (0,), (0,))


def test_values_below_the_training_minimum_are_finite(folder):
    classifier = load_upsilont(folder[0])
    for value in (0.01, 0.0, -5.0, np.nan):
        X = np.full((1, 16), 0.5)
        X[0, :6] = value
        assert np.isfinite(classifier.predict_proba(X)).all()


def test_can_be_fine_tuned_and_reset(folder):
    classifier = load_upsilont(folder[0]).set_params(random_state=0, min_steps=20, max_epochs=2)
    X = np.random.default_rng(1).uniform(0.1, 2, (20, 16))
    before = classifier.predict_proba(X)
    classifier.partial_fit_target(X, np.tile(["RRAB", "a"], 10))
    assert classifier.classes_.tolist() == ["RRAB", "a"]
    np.testing.assert_array_equal(classifier.reset_to_source().predict_proba(X), before)


def test_a_missing_or_foreign_file_is_named(folder):
    path = folder[0]
    torch.save({"fc1.weight": torch.zeros(1)}, path / "state_dict.pt")
    with pytest.raises(ValueError, match=r"state_dict.pt is not UPSILoN-T's.*missing"):
        load_upsilont(path)
    (path / "norm_params.pkl").unlink()
    with pytest.raises(FileNotFoundError, match="norm_params.pkl"):
        load_upsilont(path)


class _Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_pickle_is_not_run(folder, tmp_path):
    trace = tmp_path / "was run"
    path = folder[0]
    for name in ("label_encoder", "min_params", "norm_params"):
        file = path / f"{name}.pkl"
        good = file.read_bytes()
        file.write_bytes(pickle.dumps(_Bomb(trace)))
        with pytest.raises(pickle.UnpicklingError, match="mkdir.*nothing of it was run"):
            load_upsilont(path)
        file.write_bytes(good)
    torch.save({"fc1.weight": _Bomb(trace)}, path / "state_dict.pt")
    with pytest.raises(pickle.UnpicklingError):
        load_upsilont(path)
    assert not trace.exists()


@pytest.mark.parametrize("protocol", [3, 4])
def test_plain_contents_survive(tmp_path, protocol):
    rows = np.arange(6).reshape(2, 3)
    content = {"a": np.arange(3.0), "rows": rows, "columns": np.asfortranarray(rows)}
    # Whatever is inside of other things, too.
    content |= {"inside": [{"a": ([rows], np.arange(2))}], "texts": np.array(["x", None], object)}
    plain = {"b": np.float64(2.5), "c": ["x", None, True]}
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(content | plain, protocol=protocol))
    again = read_plain_pickle(tmp_path / "x.pkl")
    ((inside,), other) = again.pop("inside")[0]["a"]
    np.testing.assert_array_equal(inside, rows)
    np.testing.assert_array_equal(other, [0, 1])
    for name in ("a", "rows", "columns", "texts"):
        np.testing.assert_array_equal(again.pop(name), content[name])
    assert again == plain


def test_other_classes_are_refused_by_name(tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(1 + 2j))
    with pytest.raises(pickle.UnpicklingError, match=r"builtins.complex"):
        read_plain_pickle(tmp_path / "x.pkl")


def test_a_pickle_too_large_is_refused_unread(tmp_path, monkeypatch):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(list(range(100))))
    monkeypatch.setattr(_upsilont, "MAX_BYTES", 100)
    with pytest.raises(pickle.UnpicklingError, match="larger than 100 bytes"):
        read_plain_pickle(tmp_path / "x.pkl")


@pytest.mark.parametrize("dtype", ["M8[s]", "V4", "c16"])
def test_arrays_of_other_things_than_numbers_and_text_are_refused(tmp_path, dtype):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(np.zeros(2, dtype)))
    with pytest.raises(pickle.UnpicklingError, match="arrays of .* are not read"):
        read_plain_pickle(tmp_path / "x.pkl")


def test_a_damaged_name_of_a_dtype_is_refused(tmp_path):
    """numpy takes a comma for several dtypes, and parses what stands before it."""
    content = pickle.dumps(np.zeros(2), protocol=2)
    for damaged in (b"f,", b",8", b"f "):
        (tmp_path / "x.pkl").write_bytes(content.replace(b"f8", damaged))
        with pytest.raises(pickle.UnpicklingError, match="arrays of .* are not read"):
            read_plain_pickle(tmp_path / "x.pkl")


# --- The pieces, without a network


@pytest.mark.parametrize("name", ["<f8", ">f4", "=i2", "<u1", "|b1", "|S3", "<U5"])
def test_names_of_dtypes_that_are_read(name):
    stand_in = _upsilont._Dtype(name[1:].encode())
    assert stand_in.plain() == np.dtype(name[1:])
    stand_in.__setstate__((3, name[0], None, None, None, -1, -1, 0))
    assert stand_in.plain() == np.dtype(name)


@pytest.mark.parametrize("name", ["f0", "S0", "O8", "f", "f8,f8", "f1234567890", "(2,)f8", ""])
def test_names_of_dtypes_that_are_not_read(name):
    with pytest.raises((ValueError, TypeError), match="are not read|not understood"):
        _upsilont._Dtype(name).plain()


def test_what_stands_in_for_arrays_becomes_arrays():
    rows = np.arange(6, dtype="<i4").reshape(2, 3)
    for order, content in (("C", rows.tobytes()), ("F", rows.T.tobytes())):
        stand_in = _upsilont._reconstruct()
        given = content.decode("latin1")
        stand_in.__setstate__((1, (2, 3), _upsilont._Dtype("i4"), order == "F", given))
        np.testing.assert_array_equal(stand_in.plain(), rows)
    stand_in.__setstate__((1, (2,), None, False, [("a", 1), None]))
    assert stand_in.plain().tolist() == [("a", 1), None]
    # A number is the first of its bytes.
    assert _upsilont._scalar(_upsilont._Dtype("i2"), b"\x05\x00\x07\x00") == 5


def test_a_place_beyond_the_file_is_refused():
    good = pickle.dumps([1, 2], protocol=2)
    _upsilont._check_claims(good)
    for place, refused in ((len(good) - 1, False), (10**6, True)):
        data = b"\x80\x02]r" + place.to_bytes(4, "little") + b"."
        data += b" " * (len(good) - len(data))
        if not refused:
            _upsilont._check_claims(data)
            continue
        with pytest.raises(ValueError, match=f"puts an object at place {place}"):
            _upsilont._check_claims(data)


def test_64_megabytes_of_pickle_are_the_most():
    class Long(bytes):
        """Bytes that say they are more."""

        length = 0

        def __len__(self):
            return self.length

    data = Long(pickle.dumps(None, protocol=2))
    data.length = 67_108_864
    _upsilont._check_claims(data)
    data.length += 1
    with pytest.raises(ValueError, match="it is larger than 67108864 bytes"):
        _upsilont._check_claims(data)


def test_what_holds_itself_is_settled_once():
    inner = _upsilont._Array()
    inner.__setstate__((1, (1,), _upsilont._Dtype("u1"), False, b"\x07"))
    value = {"again": [inner], "pair": (inner, 1)}
    value["self"] = value
    found = _upsilont._settled(value, {})
    assert found is value and found["self"] is value
    assert found["again"][0].tolist() == [7] and found["pair"][0] is found["again"][0]


@pytest.mark.parametrize(
    ("tensor", "good"),
    [
        (torch.ones(2, 3, dtype=torch.float16), True),
        (torch.ones(2, requires_grad=True), True),
        (torch.ones(1).expand(2**24), True),
        (torch.ones(1).expand(2**24 + 1), False),
        (torch.ones(2, dtype=torch.complex64), False),
        (torch.ones(2, device="meta"), False),
        (torch.ones(2, 2).to_sparse(), False),
        (np.ones(2), False),
    ],
)
def test_tensors_are_plain_numbers_and_not_too_many(tensor, good):
    if good:
        found = _upsilont._array(tensor, "file")
        assert found.dtype == np.float64 and found.shape == tuple(tensor.shape)
        return
    with pytest.raises(ValueError, match="file holds something else than the tensors"):
        _upsilont._array(tensor, "file")


def test_an_archive_is_stored_and_whole(tmp_path):
    path = tmp_path / "state_dict.pt"
    path.write_bytes(b"no archive")
    assert _upsilont._check_archive(path) is None
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", b"x")
            archive.writestr("b", b"x" * 100, compression)
        if compression == zipfile.ZIP_STORED:
            assert _upsilont._check_archive(path) is None
            continue
        with pytest.raises(ValueError, match="is compressed, which files of torch never are"):
            _upsilont._check_archive(path)


@pytest.mark.parametrize("classes", [np.array([["a"]], object), np.array(["a", 1], object), "a"])
def test_classes_are_names(classes):
    good = _upsilont._classes(SimpleNamespace(classes_=np.array(["b", "a"])))
    assert good.dtype == object and good.tolist() == ["b", "a"]
    with pytest.raises(ValueError, match="must hold the names of classes"):
        _upsilont._classes(SimpleNamespace(classes_=classes))


def test_a_scaler_subtracts_minima_where_there_are_some():
    norm = [np.arange(16.0), np.arange(1.0, 17)]
    scaler = _upsilont._scaler(norm, {f"min_{UPSILON[3]}": 0.5})
    assert [i for i, kind in enumerate(scaler.kinds_) if kind == "log10"] == [3]
    assert scaler.shift_.tolist() == [0.5 * (i == 3) for i in range(16)]
    assert scaler.width_.tolist() == [1e-10 if i == 3 else 1.0 for i in range(16)]
    assert (scaler.center_.tolist(), scaler.scale_.tolist()) == (norm[0].tolist(), norm[1].tolist())
    assert scaler.fill_.tolist() == [0.0] * 16 and not scaler.add_indicator
    for wrong in ([norm[0][:15], norm[1]], [norm[0], norm[1][:15]], [norm[0][None], norm[1]]):
        with pytest.raises(ValueError, match="must hold twice 16 numbers"):
            _upsilont._scaler(wrong, {})


def test_a_normalisation_is_a_line():
    """Where the variance is as small as what is added to it, too."""
    norm = [np.array(v) for v in ([2.0, 3.0], [0.5, 1.0], [1.0, -1.0], [3.0, 0.0])]
    slope, offset = _upsilont._affine(norm, 1.0)
    np.testing.assert_allclose(slope, [1.0, 3.0])
    np.testing.assert_allclose(offset, [-0.5, 4.0])


def test_a_network_of_other_sizes_is_not_the_published_one():
    tensors = {name: t.double().numpy() for name, t in Published(5).state_dict().items()}
    weights = _upsilont._weights(tensors, 5)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    assert [weights[f"backbone.{k}.linear.weight"].shape[1] for k in range(3)] == [16, 64, 128]
    for change in ({"fc1.weight": np.zeros((64, 15))}, {"fc4.bias": np.zeros(4)}):
        with pytest.raises(ValueError, match="does not fit the 16 features and the label encoder"):
            _upsilont._weights(tensors | change, 5)
    with pytest.raises(ValueError, match="'bn5.running_var' is missing"):
        _upsilont._weights({k: v for k, v in tensors.items() if k != "bn5.running_var"}, 5)
