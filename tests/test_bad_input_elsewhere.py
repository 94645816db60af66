"""What docs/input.md says of features holds for pipelines, the command and runs over catalogues as well."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    classify_catalog,
    load_model,
    make_transfer_pipeline,
    save_model,
    write_light_curves,
)
from sklearn_vartl.cli import main

from .conftest import sine_light_curves
from .test_bad_input import CASES

# It has a test of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The time stamps are float32 numbers"),
    pytest.mark.filterwarnings("ignore::sklearn_vartl.light_curves.LightCurveWarning"),
]
# Rows of things that are no stars of magnitudes, and of two stars that have no file.
NO_STARS = {
    "fluxes",
    "arrays of different lengths",
    "text instead of numbers",
    "complex numbers, truth values, dates of numpy",
    "units attached (astropy): fluxes as magnitudes",
    "offsets that do not fit the points",
    "one star's arrays, not in a list",
    "a matrix of features",
    "a long table (a row a point) given as `X`",
    "no stars",
    # Reading, unlike features, takes them for "not measured".
    "magnitude beyond 50, such as 99.999",
}
ALL = [
    pytest.param(make, outcome, id=f"{name}-{i}")
    for name, cases in CASES.items()
    for i, (make, _, outcome) in enumerate(cases)
]
STARS = [case for case in ALL if case.id.rpartition("-")[0] not in NO_STARS]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    X = sine_light_curves()
    network = TransferMLPClassifier((8,), n_estimators=1, max_epochs=10, random_state=0)
    features = LightCurveFeatures(["period", "amplitude", "stetson_k"])
    path = tmp_path_factory.mktemp("model") / "sines.vartl"
    save_model(make_transfer_pipeline(features, network).fit(X, X.labels), path)
    return path


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


@pytest.mark.parametrize(("make", "outcome"), ALL)
def test_a_pipeline_refuses_and_repairs_as_the_features_do(make, outcome, model):
    if isinstance(outcome, str):
        with pytest.raises((TypeError, ValueError), match=outcome):
            model.predict_proba(make())
    elif outcome is not None:
        expected = model.predict_proba(outcome())
        np.testing.assert_allclose(model.predict_proba(make()), expected, atol=1e-5)


@pytest.mark.parametrize(("make", "outcome"), STARS)
def test_a_catalogue_and_the_command(make, outcome, model, model_file, tmp_path, capsys):
    """An unusable star has no class and, in a catalogue, the reason; the stars beside it have theirs."""
    X = make()
    good = sine_light_curves(3)
    source = tmp_path / "stars"
    source.mkdir()
    write_light_curves(X, source / "a.parquet")
    write_light_curves(good.replace(labels=None), source / "b.parquet")
    usable = not isinstance(outcome, str)
    expected = [*(model.predict(X) if usable else [None] * len(X)), *model.predict(good)]

    report = classify_catalog(model, source, tmp_path / "classes.parquet")
    in_parts = pd.read_parquet(tmp_path / "classes.parquet")
    assert (
        in_parts["label"].astype(object).where(in_parts["label"].notna(), None).tolist() == expected
    )
    assert report.complete == usable
    assert (in_parts["flag"] == "").tolist() == [label is not None for label in expected]

    arguments = ["--model", str(model_file), "-j", "1", "-q", str(source / "a.parquet")]
    code = main(["classify", *arguments, "-o", str(tmp_path / "classes.csv")])
    at_once = pd.read_csv(tmp_path / "classes.csv", keep_default_na=False)
    assert at_once["label"].tolist() == [label or "" for label in expected[: len(X)]]
    assert code == (0 if usable else 3)
    assert ("could not be classified" in capsys.readouterr().err) != usable


def test_a_star_that_cannot_be_used_is_named_or_has_the_priors(model):
    """Named by its identifier and its place; the others are what they are without it."""
    good = sine_light_curves(4)
    mag = good.mag.copy()
    mag[good.offsets[2] : good.offsets[3]] = 15.0
    X = good.replace(mag=mag)
    with pytest.raises(ValueError, match=r"star2.*position 2"):
        model.predict(X)
    lenient = deepcopy(model)
    lenient.set_params(lightcurvefeatures__on_error="nan")
    with pytest.warns(UserWarning):
        proba = lenient.predict_proba(X)
    keep = [0, 1, 3]
    np.testing.assert_allclose(proba[keep], model.predict_proba(X[keep]), atol=1e-6)
    np.testing.assert_allclose(proba[2], [0.5, 0.5], atol=1e-6)
