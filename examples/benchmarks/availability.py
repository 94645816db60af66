"""CRTS with the period blanked for half of the stars, and rotation forests against their peers.

Published split; six features without a period (those of Hosenie et al. 2020) are one block, the period
found another. Prints balanced accuracy, accuracy and Matthews correlation coefficient on the test stars
of classifiers on the six features, and on these with the period; and then balanced accuracy on either
half for one AvailabilityEnsemble and for models dedicated to the half:

    python examples/benchmarks/availability.py CRTS.parquet
"""

import argparse

import numpy as np
from experts import SHARED, published_split
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, matthews_corrcoef

from sklearn_vartl.ensemble import (
    AvailabilityEnsemble,
    LogitBoostClassifier,
    RotationForestClassifier,
)

MEASURES = (balanced_accuracy_score, accuracy_score, matthews_corrcoef)
SETTINGS = {"class_weight": "balanced", "random_state": 0}
PEERS = {
    "random forest, unweighted": RandomForestClassifier(60, random_state=0),
    "rotation forest, unweighted": RotationForestClassifier(60, random_state=0),
    "random forest": RandomForestClassifier(60, min_samples_leaf=10, **SETTINGS),
    "rotation forest": RotationForestClassifier(60, min_samples_leaf=10, **SETTINGS),
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
    X, y, test = published_split(args.path, args.jobs)
    report_peers(X, y, test)
    report_halves(X, y, test)


def report_peers(X, y, test):
    """Print what each classifier reaches without and with the period."""
    for columns, what in ((slice(0, 6), "six features"), (slice(0, 7), "and the period")):
        print(f"{what:32}bal. acc.  accuracy   MCC")
        for name, model in PEERS.items():
            predicted = clone(model).fit(X[~test, columns], y[~test]).predict(X[test, columns])
            scores = [measure(y[test], predicted) for measure in MEASURES]
            print(f"{name:32}" + "".join(f"{score:9.3f}" for score in scores), flush=True)


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
