"""Unequal classes of stars with known periods."""

import numpy as np
import pytest

from sklearn_vartl.light_curves import LightCurves


def pulsators(n_common=9, n_rare=3, n_points=60, noise=0.02, seed=0):
    """Sawtooth-like stars: a common class below a day, a rare one above ten days."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(["COMMON", "RARE"], [n_common, n_rare])
    n_stars = len(labels)
    period = np.where(
        labels == "RARE", rng.uniform(10, 20, n_stars), rng.uniform(0.4, 0.8, n_stars)
    )
    time = np.sort(rng.uniform(0, 400, (n_stars, n_points)), axis=1)
    angle = 2 * np.pi * time / period[:, None]
    mag = 15 + 0.4 * np.sin(angle) + 0.15 * np.sin(2 * angle) + rng.normal(0, noise, time.shape)
    return LightCurves(
        time.ravel(),
        mag.ravel(),
        np.full(mag.size, noise),
        np.arange(n_stars + 1) * n_points,
        ids=[f"star{i}" for i in range(n_stars)],
        labels=labels,
        survey="TEST",
        table={"period": period},
    )


@pytest.fixture(scope="session")
def unequal():
    """Nine common and three rare stars of sixty points."""
    return pulsators()


@pytest.fixture(scope="session")
def make_pulsators():
    """The function that makes them."""
    return pulsators
