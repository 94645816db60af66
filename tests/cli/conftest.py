"""Files that the command reads, and a way to call it as a shell does."""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from sklearn_vartl import FeatureScaler, load_model, save_model, transfer, write_light_curves
from sklearn_vartl.cli import main

# Cheap features: these tests are about the command, not about the period search.
FEATURES = "amplitude,skewness,weighted_std,shape_period,double_evidence"


@contextmanager
def small_networks():
    """New models learn in a tenth of the time: these tests are about the command."""
    with pytest.MonkeyPatch.context() as patch:
        small = partial(transfer.TransferMLPClassifier, (16,), n_estimators=2)
        patch.setattr(transfer, "TransferMLPClassifier", small)
        yield


@pytest.fixture
def vartl(capsys):
    """A function (arguments...) -> exit code, standard output, standard error."""

    def call(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        # Those that docs/cli.md explains.
        assert code in (0, 1, 2, 3, 130)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture(scope="session")
def folder(tmp_path_factory, light_curves):
    """Light curves with and without labels, labels apart, and a model trained on them."""
    folder = tmp_path_factory.mktemp("cli")
    write_light_curves(light_curves, folder / "stars.parquet")
    write_light_curves(light_curves.replace(labels=None), folder / "unlabelled.csv")
    rows = [
        f"{star},{label}" for star, label in zip(light_curves.ids, light_curves.labels, strict=True)
    ]
    (folder / "labels.csv").write_text("\n".join(["object_id,label", *rows]) + "\n")
    with small_networks():
        code = main(
            ["train", str(folder / "stars.parquet"), "-o", str(folder / "source.vartl"), "-q"]
            + ["--features", FEATURES, "-j", "1"]
        )
    assert code == 0
    return folder


@pytest.fixture(scope="session")
def with_bad_star(folder, light_curves):
    """The light curves with one star whose magnitudes are all equal."""
    mag = light_curves.mag.copy()
    mag[light_curves.offsets[3] : light_curves.offsets[4]] = 15.0
    assert np.ptp(light_curves.mag[light_curves.offsets[3] : light_curves.offsets[4]]) > 0
    write_light_curves(light_curves.replace(mag=mag), folder / "bad.parquet")
    return folder / "bad.parquet"


@pytest.fixture
def of_three_steps(folder, tmp_path):
    """The model with a step between the features and the network, which changes nothing."""
    model = load_model(folder / "source.vartl")
    plain = FeatureScaler(
        None, clip=None, center=None, scale=None, impute=None, add_indicator=False
    )
    features = np.zeros((1, model.steps[-1][1].n_features_in_))
    model.steps.insert(1, ("plain", plain.fit(features)))
    save_model(model, tmp_path / "three.vartl")
    return tmp_path / "three.vartl"
