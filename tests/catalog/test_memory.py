"""Memory does not grow with the catalogue, nor with the number of calls."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sklearn_vartl import LightCurves, write_light_curves
from sklearn_vartl.light_curves import concatenate

from .conftest import sines

# Not getrusage: its peak starts, on Linux, from that of the process that started this one.
PEAK = """
import sys
from sklearn_vartl import classify_catalog
report = classify_catalog(*sys.argv[1:], batch_size=500)
assert report.complete
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(status["VmHWM"].split()[0])
"""
STATUS = Path("/proc/self/statm")


def peak_megabytes(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 2**10


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc/self/status")
def test_peak_memory_is_that_of_a_catalogue_a_tenth_as_large(model_file, tmp_path):
    X = sines(500, n_points=200)
    peaks = []
    for n in (4, 40):
        path = tmp_path / f"{n}.parquet"
        write_light_curves(concatenate([X] * n), path)
        peaks.append(peak_megabytes(model_file, path, tmp_path / f"classes{n}"))
    # The larger one alone holds 96 MB of points.
    assert peaks[1] < 1500
    assert peaks[1] - peaks[0] < 40


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc/self/statm")
def test_memory_stays_flat_over_many_calls(model):
    """What leaks grows with every batch of calls; what a long process has kept or freed moves at times."""
    star = LightCurves(*sines(1)[0])

    def pages():
        return int(STATUS.read_text().split()[1])

    def call(n):
        for _ in range(n):
            model.predict_proba(star)
        return pages()

    call(1000)
    resident = [call(5000) for _ in range(5)]
    # A tenth of a kilobyte a call would be half a megabyte, 120 pages.
    assert np.diff(resident).min() < 100, resident
