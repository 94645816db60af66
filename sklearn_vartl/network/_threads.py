"""Where and with how many threads torch computes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .._validation import check_device

_lock = threading.Lock()
_inside = threading.local()
_users = 0
_callers_setting = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Context in which torch computes on one thread.

    Small networks are 3-4 times faster so, and results do not depend on how many threads the
    process happens to have (a joblib worker has others than its parent). The setting that was
    there before is restored, also when several Python threads are inside at the same time.

    Examples
    --------
    >>> import torch
    >>> from sklearn_vartl.network import one_thread
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    import torch

    global _users, _callers_setting
    if getattr(_inside, "depth", 0) == 0:
        with _lock:
            # Asking first makes torch set this thread up from its global number; otherwise it
            # would do so later and overwrite the 1 below with what another thread restored.
            present = torch.get_num_threads()
            if _users == 0:
                _callers_setting = present
            _users += 1
            torch.set_num_threads(1)
    _inside.depth = getattr(_inside, "depth", 0) + 1
    try:
        yield
    finally:
        _inside.depth -= 1
        if _inside.depth == 0:
            with _lock:
                _users -= 1
                torch.set_num_threads(_callers_setting)


def resolve_device(device: str) -> str:
    """Name of the device: "auto" is the GPU where torch has one, else the CPU.

    Raises
    ------
    ValueError
        If torch does not know the device or cannot reach it.

    Examples
    --------
    >>> from sklearn_vartl.network import resolve_device
    >>> resolve_device("cpu")
    'cpu'
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    check_device(device, f"device={device!r}", "device='auto' or 'cpu' can")
    return str(device)
