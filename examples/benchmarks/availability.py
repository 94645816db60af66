"""CRTS with the period blanked for half of the stars, and rotation forests against their peers.

Published split; six features without a period are one block, the period found another. Prints
balanced accuracy on the test stars of each half for one AvailabilityEnsemble and for models
dedicated to the half, and then of four classifiers on the six features:

    python examples/benchmarks/availability.py CRTS.parquet
"""

import argparse

import numpy as np
from experts import SHARED, SIX, published_split
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score

from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    LogitBoostClassifier,
    RotationForestClassifier,
)

SETTINGS = {"class_weight": "balanced", "random_state": 0}
PEERS = {
    "random forest, unweighted": RandomForestClassifier(60, random_state=0),
    "rotation forest, unweighted": RotationForestClassifier(60, random_state=0),
    "random forest": RandomForestClassifier(60, min_samples_leaf=5, **SETTINGS),
    "rotation forest": RotationForestClassifier(60, min_samples_leaf=5, **SETTINGS),
    "LogitBoost": LogitBoostClassifier(30, **SETTINGS),
    "HistGradientBoosting": HistGradientBoostingClassifier(
        max_iter=50, max_leaf_nodes=15, **SETTINGS
    ),
}


def main():
    """Run the comparison and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default=SHARED)
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    X, y, test = published_split(args.path, [*SIX, "period"], args.jobs)
    report_peers(X, y, test)
    report_halves(X, y, test)


def report_peers(X, y, test):
    """Print what each classifier reaches on the six features."""
    for name, model in PEERS.items():
        predicted = clone(model).fit(X[~test, :6], y[~test]).predict(X[test, :6])
        print(f"{name:32}{balanced_accuracy_score(y[test], predicted):6.3f}", flush=True)


def report_halves(X, y, test):
    """Print what the ensemble and the dedicated models reach on either half."""
    X = X.copy()
    without = np.random.default_rng(0).random(len(X)) < 0.5
    X[without, 6] = np.nan
    candidates = {name: PEERS[name] for name in ("random forest", "rotation forest")}
    model = AvailabilityEnsemble(
        {"no period": slice(0, 6), "period": [6]}, candidates, cv=3, random_state=0
    ).fit(X[~test], y[~test])
    print({name: m.chosen for name, m in model.models_.items()})
    for half, columns in ((without, slice(0, 6)), (~without, slice(0, 7))):
        train, rows = half & ~test, half & test
        score = balanced_accuracy_score(y[rows], model.predict(X[rows]))
        name = "without period" if half is without else "with period"
        print(f"{name + ', ensemble':32}{score:6.3f}")
        for peer, candidate in candidates.items():
            dedicated = clone(candidate).fit(X[train, columns], y[train])
            score = balanced_accuracy_score(y[rows], dedicated.predict(X[rows][:, columns]))
            print(f"{name + ', dedicated ' + peer:32}{score:6.3f}", flush=True)


if __name__ == "__main__":
    main()
