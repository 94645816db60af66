"""A catalogue of several files, and a cheap model for it."""

import numpy as np
import pytest

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    make_transfer_pipeline,
    save_model,
    write_light_curves,
)

FEATURES = ["amplitude", "skewness", "shape_period"]


def sines(n_stars, n_points=20, seed=0):
    """Sine waves of short and long periods, all with ids of their own."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, 60, (n_stars, n_points)), axis=1)
    labels = np.array(["SHORT", "LONG"])[np.arange(n_stars) % 2]
    period = np.where(labels == "SHORT", 0.5, 9.0) * rng.uniform(0.9, 1.1, n_stars)
    mag = 15 + 0.5 * np.sin(2 * np.pi * time / period[:, None]) + rng.normal(0, 0.02, time.shape)
    return LightCurves(
        time.ravel(),
        mag.ravel(),
        np.full(time.size, 0.02),
        np.arange(n_stars + 1) * n_points,
        ids=[f"s{seed}_{i}" for i in range(n_stars)],
        labels=labels,
    )


@pytest.fixture(scope="session")
def model():
    X = sines(40)
    network = TransferMLPClassifier((8,), n_estimators=2, max_epochs=10, random_state=0)
    features = LightCurveFeatures(FEATURES, max_period=30.0)
    return make_transfer_pipeline(features, network).fit(X, X.labels)


@pytest.fixture(scope="session")
def model_file(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "sines.vartl"
    save_model(model, path)
    return path


@pytest.fixture
def survey(tmp_path):
    """A folder of three files in two folders, and its stars in the order of the files."""
    folder = tmp_path / "survey"
    (folder / "north").mkdir(parents=True)
    names = ["a.parquet", "north/b.parquet", "north/c.parquet"]
    sets = [sines(n, seed=seed) for seed, n in enumerate((30, 17, 23))]
    for name, X in zip(names, sets, strict=True):
        write_light_curves(X, folder / name)
    return folder, sets
