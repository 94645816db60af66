"""No feature depends on what the memory held before."""

import os
import subprocess
import sys

import pytest

STARS = """
import hashlib
import numpy as np
from sklearn_vartl import LightCurveFeatures, LightCurves
rng = np.random.default_rng(0)
stars = []
for n in rng.integers(20, 60, 120):
    # Noise: many periods are nearly as good as the best, so that the least error picks another.
    stars.append((rng.uniform(0, 1000, n), rng.normal(15, 1, n), rng.uniform(0.01, 1, n)))
X = LightCurves.from_any(stars)
table = LightCurveFeatures("all", on_error="nan").transform(X)
print(hashlib.sha256(table.tobytes()).hexdigest())
"""


def digest(script, fill):
    """Run a script in a process whose memory is filled with a byte when allocated.

    glibc does that; elsewhere the variable is ignored.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={
            **os.environ,
            "MALLOC_PERTURB_": str(255 - fill),
            # What a thread keeps for itself would be handed out as it is.
            "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the allocator of glibc")
def test_features_do_not_depend_on_what_the_memory_held():
    # As doubles 8e-304 and NaN.
    assert digest(STARS, 0x01) == digest(STARS, 0xFF)
