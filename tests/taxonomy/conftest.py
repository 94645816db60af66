"""Stars of five classes in a tree of two levels."""

import numpy as np
import pytest

CENTRES = {
    "EC": (6, 0, 0, 0),
    "ED": (6, 3, 0, 0),
    "RRAB": (0, 0, 6, 0),
    "RRC": (0, 0, 6, 3),
    "LPV": (-6, 0, 0, 0),
}
TREE = {"Eclipsing": ["EC", "ED"], "Pulsating": {"RR Lyrae": ["RRAB", "RRC"], "LPV": None}}


@pytest.fixture(scope="session")
def tree():
    """Eclipsing: EC, ED; Pulsating: RR Lyrae (RRAB, RRC), LPV."""
    return TREE


@pytest.fixture(scope="session")
def stars():
    """A function (counts by class, seed, shift) -> X, y."""

    def make(counts, seed=0, shift=0.0):
        rng = np.random.default_rng(seed)
        y = np.repeat(list(counts), list(counts.values()))
        X = np.array([CENTRES[name] for name in y]) + rng.normal(size=(len(y), 4)) + shift
        order = rng.permutation(len(y))
        return X[order], y[order]

    return make


@pytest.fixture(scope="session")
def data(stars):
    """Forty stars of each class."""
    return stars(dict.fromkeys(CENTRES, 40))
