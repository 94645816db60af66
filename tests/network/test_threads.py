"""The one-thread scope and the choice of a device."""

import threading

import pytest
import torch

from sklearn_vartl.network import one_thread, prediction_device, resolve_device


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_restores_the_callers_setting(two_threads):
    with one_thread():
        assert torch.get_num_threads() == 1
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_restores_after_an_error(two_threads):
    with pytest.raises(KeyError), one_thread():
        raise KeyError
    assert torch.get_num_threads() == 2


def test_scopes_that_overlap_in_time(two_threads):
    inside, leave, seen = threading.Event(), threading.Event(), []

    def work():
        with one_thread():
            inside.set()
            leave.wait(10)
            seen.append(torch.get_num_threads())

    thread = threading.Thread(target=work)
    with one_thread():
        thread.start()
        assert inside.wait(10)
    leave.set()
    thread.join(10)
    assert seen == [1]
    assert torch.get_num_threads() == 2


def test_device():
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ValueError, match="device='warp'"):
        resolve_device("warp")


def test_the_device_that_predicts():
    """The processor, unless another one is named."""
    for device in ("auto", "cpu"):
        assert prediction_device(device) == "cpu"
    assert prediction_device("cpu:0") == resolve_device("cpu:0") == "cpu:0"
    with pytest.raises(ValueError, match="device='warp' cannot be used here"):
        prediction_device("warp")
