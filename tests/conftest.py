"""Fixtures for the whole suite: one thread a library, and small light curves."""

import bz2
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Before numpy and torch are imported: their thread pools fight over small problems, and results are
# only bit-for-bit the same for one number of threads.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from sklearn_vartl._files import complete  # noqa: E402
from sklearn_vartl.datasets import _ogle3  # noqa: E402
from sklearn_vartl.light_curves import LightCurves  # noqa: E402

# The same examples in every run; --hypothesis-profile=default looks for new ones.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

TESTS = Path(__file__).parent

# Rooms whose tests hardly need compiled kernels.
WITHOUT_KERNELS = {
    "adaptation",
    "classes",
    "datasets",
    "ensemble",
    "evaluation",
    "labelling",
    "light_curves",
    "network",
    "preprocessing",
    "probabilities",
    "readers",
    "taxonomy",
    "transfer",
}


def pytest_configure(config):
    """Compile the kernels once, while the workers run what needs none, instead of once a worker."""
    workers = getattr(config.option, "numprocesses", None)
    whole = config.args_source is config.ArgsSource.TESTPATHS
    if workers and whole and not hasattr(config, "workerinput"):
        code = "from sklearn_vartl.cli import main; main(['warm-up', '--quiet'])"
        # Without numba it fails, and nothing is lost.
        config.warm_up = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def pytest_unconfigure(config):
    if hasattr(config, "warm_up"):
        config.warm_up.kill()
        config.warm_up.wait()


def pytest_collection_modifyitems(config, items):
    """First, on workers, what can run before the kernels are compiled; else the order stays."""
    if hasattr(config, "workerinput"):
        early = {TESTS / room for room in WITHOUT_KERNELS}
        items.sort(key=lambda item: item.path.parent not in early)


@pytest.fixture(scope="session", autouse=True)
def catalogue_decompressed_once(tmp_path_factory):
    """The OGLE-III catalogue without its compression, which takes eight seconds each time."""
    base = tmp_path_factory.getbasetemp()
    plain = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ogle3.txt"
    packed = _ogle3._catalog_path

    @functools.wraps(packed)
    def path():
        source = packed()
        if not plain.exists():
            with complete(plain) as file, bz2.open(source) as content:
                shutil.copyfileobj(content, file)
        return plain

    _ogle3._catalog_path = path
    yield
    _ogle3._catalog_path = packed
    plain.unlink(missing_ok=True)


def sine_light_curves(n_stars=30, n_points=40, random_state=0):
    """Sine waves of two classes that differ in period: "SHORT" below a day, "LONG" above ten."""
    rng = np.random.default_rng(random_state)
    labels = np.array(["SHORT", "LONG"])[np.arange(n_stars) % 2]
    time = np.sort(rng.uniform(0, 300, (n_stars, n_points)), axis=1)
    period = np.where(
        labels == "SHORT", rng.uniform(0.3, 0.9, n_stars), rng.uniform(10, 30, n_stars)
    )
    phase = rng.uniform(0, 2 * np.pi, n_stars)
    mag = 15 + 0.5 * np.sin(2 * np.pi * time / period[:, None] + phase[:, None])
    mag += rng.normal(0, 0.02, mag.shape)
    return LightCurves(
        time.ravel(),
        mag.ravel(),
        np.full(mag.size, 0.02),
        np.arange(n_stars + 1) * n_points,
        ids=[f"star{i}" for i in range(n_stars)],
        labels=labels,
        survey="TEST",
        table={"true_period": period},
    )


@pytest.fixture(scope="session")
def light_curves():
    """Thirty sine waves of forty points, of two classes."""
    return sine_light_curves()


@pytest.fixture
def rng():
    """A generator that starts the same in every test."""
    return np.random.default_rng(0)
