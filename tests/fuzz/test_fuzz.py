"""Damaged files give a result or a documented exception; a small share of a long run.

The long run is examples/benchmarks/fuzz.py, whose counts are in docs/robustness.md.
"""

import gzip
import importlib.util
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import load_upsilont, read_light_curves

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "benchmarks" / "fuzz.py"
N_INPUTS = 40


def _load():
    spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzz = _load()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    pytest.importorskip("astropy")
    return fuzz.write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("kind", fuzz.READERS)
def test_sound_files_are_read(seeds, kind):
    for path in seeds[kind]:
        assert fuzz.outcome(kind, path) == ("read", None)


@pytest.mark.parametrize("kind", fuzz.READERS)
def test_damaged_files_break_nothing(seeds, kind):
    counts, problems, _ = fuzz.fuzz(kind, seeds[kind], N_INPUTS, 60, np.random.default_rng(5))
    assert not problems
    assert counts["refused"] > 0


@pytest.mark.parametrize("kind", fuzz.READERS)
def test_files_cut_anywhere_break_nothing(seeds, kind):
    for path in seeds[kind]:
        data = path.read_bytes()
        for end in np.linspace(0, len(data) - 1, 8).astype(int):
            path.write_bytes(data[:end])
            assert fuzz.outcome(kind, path)[0] != "broken"
        path.write_bytes(data)


def test_what_hangs_and_what_is_not_documented_is_noticed(tmp_path, monkeypatch):
    def never(path):
        while True:
            pass

    def odd(path):
        raise KeyError("odd")

    monkeypatch.setitem(fuzz.READERS, "csv", (never, (ValueError,)))
    assert fuzz.outcome("csv", tmp_path, limit=0.1) == ("broken", "TooSlow: more than 0.1 seconds")
    monkeypatch.setitem(fuzz.READERS, "csv", (odd, (ValueError,)))
    assert fuzz.outcome("csv", tmp_path) == ("broken", "KeyError: 'odd'")


@pytest.mark.parametrize("place", ["cut", "flipped"])
def test_a_damaged_compressed_table(tmp_path, place):
    path = tmp_path / "a.csv.gz"
    data = bytearray(gzip.compress(b"id,time,mag\n" + b"a,1.5,2.5\n" * 400))
    if place == "cut":
        del data[-12:]
    else:
        data[20] ^= 255
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"a\.csv\.gz"):
        read_light_curves(path)


def test_a_name_in_the_archive_that_is_no_text(seeds):
    """An entry marked as UTF-8 whose name is not."""
    path = seeds["model"][0]
    good = path.read_bytes()
    start = good.rindex(b"PK\x01\x02")
    data = bytearray(good)
    data[start + 9] |= 0x08
    data[start + 46] = 0xFF
    path.write_bytes(data)
    for kind in ("model", "model card"):
        assert fuzz.outcome(kind, path) == ("refused", None)
    path.write_bytes(good)


def test_a_pickle_that_asks_for_memory(seeds):
    """Places in the memo and shapes of arrays are only numbers in the file."""
    folder = seeds["upsilont"][0].parent
    path = folder / "norm_params.pkl"
    good = path.read_bytes()
    array = pickle.dumps(np.zeros(3), protocol=3)
    assert array.count(b"K\x03\x85") == 1
    for bad in (
        b"\x80\x03]r\xff\xff\xff\x3f.",
        array.replace(b"K\x03\x85", b"J\xff\xff\xff\x7f\x85"),
        b"\x80\x03cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R.",
        b"\x80\x05\x96\xff\xff\xff\xff\x00\x00\x00\x00.",
    ):
        path.write_bytes(bad)
        with pytest.raises((pickle.UnpicklingError, ValueError)):
            load_upsilont(folder)
    path.write_bytes(good)


def test_a_compressed_file_of_tensors_is_refused(seeds):
    folder = seeds["upsilont"][0].parent
    path = folder / "state_dict.pt"
    good = path.read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10**6))
    with pytest.raises(ValueError, match="is compressed"):
        load_upsilont(folder)
    path.write_bytes(good)


def test_an_archive_of_several_disks(seeds, tmp_path, capsys):
    """Python's own question whether a file is an archive raises for it."""
    from sklearn_vartl.cli import main

    end = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2) + b"PK\x05\x06" + bytes(18)
    folder = seeds["upsilont"][0].parent
    path = folder / "state_dict.pt"
    good = path.read_bytes()
    path.write_bytes(bytes(100) + end)
    with pytest.raises(ValueError, match=r"state_dict\.pt is damaged: .*disks"):
        load_upsilont(folder)
    path.write_bytes(good)
    (tmp_path / "a.dat").write_bytes(bytes(100) + end)
    assert main(["info", str(tmp_path / "a.dat")]) == 1
    assert "disks" in capsys.readouterr().err


def test_a_tensor_that_claims_to_be_huge(seeds):
    import torch

    folder = seeds["upsilont"][0].parent
    path = folder / "state_dict.pt"
    good = path.read_bytes()
    torch.save({"fc1.weight": torch.zeros(1).expand(2**20, 2**20)}, path)
    with pytest.raises(ValueError, match="something else than the tensors"):
        load_upsilont(folder)
    path.write_bytes(good)
