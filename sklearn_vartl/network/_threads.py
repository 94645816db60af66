"""Run torch on one thread, and give the caller's setting back."""

import threading
from contextlib import contextmanager

_lock = threading.Lock()
_inside = threading.local()
_users = 0
_callers_setting = None


@contextmanager
def one_thread():
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
