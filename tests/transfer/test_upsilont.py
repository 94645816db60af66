"""The restricted unpickler and the merged layers; the published folder is tested in real/."""

import os
import pickle

import numpy as np
import pytest
import torch
from sklearn.preprocessing import LabelEncoder
from torch import nn

from sklearn_vartl.features import UPSILON
from sklearn_vartl.transfer import load_upsilont
from sklearn_vartl.transfer._upsilont import read_plain_pickle

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
    from sklearn_vartl.transfer import _upsilont

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
