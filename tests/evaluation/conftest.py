"""A source network whose target has other class proportions and a shifted zero point."""

import numpy as np
import pytest

from sklearn_vartl.transfer import TransferMLPClassifier

CENTRES = np.array([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]])
CLASSES = np.array(["EC", "ED", "RRAB"])


def draw(n_each, seed, shift=0.0):
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(3), n_each)
    X = CENTRES[label] + rng.normal(0, 1.2, (len(label), 3)) + shift
    order = rng.permutation(len(label))
    return X[order], CLASSES[label][order]


@pytest.fixture(scope="session")
def target():
    return draw([30, 45, 45], 1, 0.3)


@pytest.fixture(scope="session")
def source():
    network = TransferMLPClassifier(
        (16,), n_estimators=1, max_epochs=10, min_steps=60, random_state=0
    )
    return network.fit(*draw([150, 150, 150], 0))
