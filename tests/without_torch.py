"""A plugin for Pythons without torch, `pytest -p tests.without_torch`: what imports torch is skipped.

A skip is no `Exception`: no handler for missing packages takes it for something else on its way to pytest.
"""

import sys

import pytest


class _SkipTorch:
    """Finds no module; whoever looks for torch ends as a skipped test."""

    wanted = False

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "torch":
            cls.wanted = True
            _forget_unfinished(sys._getframe())
            pytest.skip("torch is not installed", allow_module_level=True)


def _forget_unfinished(frame):
    """Let modules that are being imported be imported anew: pytest keeps them where their import fails."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if frame.f_code.co_name == "<module>" and name.startswith("sklearn_vartl."):
            sys.modules.pop(name, None)
        frame = frame.f_back


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    """Skip as well where the test itself took the skip for an error, as scikit-learn's checks do."""
    _SkipTorch.wanted = False
    try:
        return (yield)
    except Exception:
        if _SkipTorch.wanted:
            pytest.skip("torch is not installed")
        raise


sys.meta_path.insert(0, _SkipTorch)
