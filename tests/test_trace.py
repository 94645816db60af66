"""A `fit` can be followed: it passes few files and seldom changes them."""

import subprocess
import sys
from pathlib import Path

import pytest


def test_a_fit_passes_few_files():
    pytest.importorskip("torch")
    # In a process of its own: what other tests have cached or traced does not count.
    done = subprocess.run(
        [sys.executable, "-m", "tests.trace_fit"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    n_files, n_functions, n_changes = (
        int(words.split()[0]) for words in done.stdout.splitlines()[-1].split(", ")
    )
    assert n_files <= 45, done.stdout
    assert n_changes <= 400, done.stdout
    assert n_functions > 100, "the trace saw nothing"
