"""Writes format_1.vartl, and what it predicts: run once for each format version, then frozen.

python tests/persistence/data/make_format_1.py
"""

import json
from pathlib import Path

import numpy as np

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    make_transfer_pipeline,
    save_model,
)

FOLDER = Path(__file__).parent
FEATURES = ["amplitude", "skewness", "weighted_std"]


def stars(n, seed):
    """Features and classes that need no light curves: the values, not the features, are frozen."""
    rng = np.random.default_rng(seed)
    y = np.array(["EC", "MIRA", "RRAB"])[np.arange(n) % 3]
    X = np.column_stack(
        [10 ** rng.normal(np.arange(n) % 3 - 1, 0.2), rng.normal(0, 1, n), rng.normal(0, 1, n)]
    )
    X[::7, 1] = np.nan
    return X.round(6), y


def main():
    network = TransferMLPClassifier(
        (6, 5),
        n_estimators=2,
        max_epochs=4,
        min_steps=8,
        calibration="temperature",
        random_state=0,
    )
    network.fit(*stars(45, 0))
    X, y = stars(30, 1)
    network.partial_fit_target(X[y != "EC"], y[y != "EC"])
    model = make_transfer_pipeline(LightCurveFeatures(FEATURES, on_error="nan"), network)
    save_model(model, FOLDER / "format_1.vartl", provenance={"survey": "made up", "licence": "CC0"})
    X = stars(9, 2)[0]
    X[8] = np.nan
    frozen = {
        "X": [[None if np.isnan(value) else value for value in row] for row in X.tolist()],
        "proba": network.predict_proba(X).tolist(),
        "classes": network.classes_.tolist(),
        "source_classes": network.source_classes_.tolist(),
    }
    (FOLDER / "format_1.json").write_text(json.dumps(frozen, indent=1) + "\n")


if __name__ == "__main__":
    main()
