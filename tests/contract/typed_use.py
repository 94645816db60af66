"""The public interface as users write it, read by mypy and not run."""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from sklearn_vartl import (
    FeatureScaler,
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    classify_catalog,
    load_model,
    make_transfer_pipeline,
    read_light_curves,
    save_model,
)
from sklearn_vartl.catalog import CatalogReport


def use(path: Path, table: NDArray[Any], y: list[str]) -> None:
    X = read_light_curves(path)
    assert_type(X, LightCurves)
    network = TransferMLPClassifier((16, 8), n_estimators=1, strategy="head", random_state=0)
    assert_type(network.fit(table, y), TransferMLPClassifier)
    assert_type(network.partial_fit_target(table, y).predict_proba(table), NDArray[Any])
    TransferMLPClassifier(strategy="sideways")  # type: ignore[arg-type]
    TransferMLPClassifier(max_epochs="ten")  # type: ignore[arg-type]
    TransferMLPClassifier(epochs=10)  # type: ignore[call-arg]
    FeatureScaler().fit(np.zeros((3, 2)))
    model = make_transfer_pipeline(LightCurveFeatures(["period"]), network)
    save_model(model, path)
    load_model(3)  # type: ignore[arg-type]
    assert_type(classify_catalog(model, path, "classes.parquet"), CatalogReport)
