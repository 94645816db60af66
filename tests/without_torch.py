"""A plugin for Pythons without torch, `pytest -p tests.without_torch`: what would import torch is skipped.

A skip is no `Exception`: no handler for missing packages takes it for something else on its way to pytest.
"""

import sys

import pytest


class _SkipTorch:
    """Finds no module; whoever looks for torch ends as a skipped test."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "torch":
            pytest.skip("torch is not installed", allow_module_level=True)


sys.meta_path.insert(0, _SkipTorch)
