"""Where and with how many threads networks are computed."""

import threading
from contextlib import AbstractContextManager, contextmanager
from functools import cache

from .._validation import check_device


class _OneThread:
    """One thread for a library while somebody is inside; then the caller's setting again."""

    def __init__(self, read, write):
        self.read, self.write = read, write
        self.lock, self.inside, self.users = threading.Lock(), threading.local(), 0
        self.callers_setting = None

    @contextmanager
    def __call__(self):
        if getattr(self.inside, "already", False):
            yield
            return
        with self.lock:
            # Asking first makes torch set this thread up from its global number; otherwise it
            # would do so later and overwrite the 1 below with what another thread restored.
            present = self.read()
            if not self.users:
                self.callers_setting = present
            self.users += 1
            self.write(1)
        self.inside.already = True
        try:
            yield
        finally:
            self.inside.already = False
            with self.lock:
                self.users -= 1
                self.write(self.callers_setting)


def _torch_threads():
    import torch

    return torch.get_num_threads()


def _set_torch_threads(n):
    import torch

    torch.set_num_threads(n)


@cache
def _blas():
    """The libraries of numpy's matrix products."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").lib_controllers


def _blas_threads():
    return [library.get_num_threads() for library in _blas()]


def _set_blas_threads(n):
    for library, number in zip(_blas(), [n] * len(_blas()) if n == 1 else n, strict=True):
        library.set_num_threads(number)


_torch_alone = _OneThread(_torch_threads, _set_torch_threads)
_blas_alone = _OneThread(_blas_threads, _set_blas_threads)


def one_thread() -> AbstractContextManager[None]:
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
    return _torch_alone()


def one_blas_thread() -> AbstractContextManager[None]:
    """Context in which numpy's matrix products take one thread: small ones are faster so.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_vartl.network import one_blas_thread
    >>> with one_blas_thread():
    ...     (np.ones((2, 3)) @ np.ones(3)).tolist()
    [3.0, 3.0]
    """
    return _blas_alone()


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
    if device == "cpu":
        return device
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    check_device(device, f"device={device!r}", "device='auto' or 'cpu' can")
    return str(device)


def prediction_device(device: str) -> str:
    """Name of the device that predicts: "auto" is the CPU, which does it without torch.

    A graphics card pays in training only; where it is asked for by its name it predicts, too. See `resolve_device`.
    """
    return "cpu" if device == "auto" else resolve_device(device)
