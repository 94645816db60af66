"""How many CRTS stars need a period: a cascade of two forests on the published split.

The cheap expert is shown six features without a period (those of Hosenie et al. 2020), the expensive
one these and the period found. Prints balanced accuracy on the test stars and the share of stars the
expensive one is asked about:

    python examples/benchmarks/experts.py CRTS.parquet
"""

import argparse

import numpy as np
from imbalance_features import published_features
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score

from sklearn_vartl import LightCurveFeatures, read_light_curves
from sklearn_vartl.ensemble import Expert, ExpertCascade

SHARED = "data/light_curves/crts.parquet"


def published_split(path, n_jobs=1):
    """Six features and the period found, labels and the mark of the test stars."""
    stars = read_light_curves(path)
    period = LightCurveFeatures(["period"], on_error="nan", n_jobs=n_jobs).transform(stars)[:, 0]
    X = published_features(stars, period)
    return X, stars.labels.astype(str), np.asarray(stars.table["published_split"]) == "test"


def main():
    """Run the comparison and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default=SHARED)
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    X, y, test = published_split(args.path, args.jobs)
    report(X, y, test)


def report(X, y, test):
    """Print what each way of asking reaches."""
    # Ten stars a leaf rather than five: better out of fold on the training stars.
    forest = RandomForestClassifier(
        60, min_samples_leaf=10, class_weight="balanced", random_state=0
    )
    experts = [Expert(forest, slice(0, 6), cost=1.0), Expert(clone(forest), cost=10.0)]
    for name, expert in zip(("cheap", "expensive"), experts, strict=True):
        fitted = clone(forest).fit(expert.inputs(X[~test]), y[~test])
        score = balanced_accuracy_score(y[test], fitted.predict(expert.inputs(X[test])))
        print(f"{name + ' alone':44}{score:6.3f}")
    print(f"{'':44}{'':6}{'asked':>8}{'cost':>7}")
    for policy, budget in [
        ("expected_gain", 11),
        ("expected_gain", 7),
        ("expected_gain", 5),
        ("margin", 7),
    ]:
        cascade = ExpertCascade(experts, policy=policy, budget=budget, random_state=0)
        # Test stars as the unlabelled sample: CRTS' training stars are capped class by class.
        cascade.fit(X[~test], y[~test], X_unlabelled=X[test])
        proba, route = cascade.ask(X[test])
        score = balanced_accuracy_score(y[test], cascade.classes_[proba.argmax(axis=1)])
        asked = np.mean(route == 2)
        name = f"cascade, {policy}, budget {budget}"
        print(
            f"{name:44}{score:6.3f}{asked:8.3f}{cascade.costs_[route - 1].mean():7.2f}", flush=True
        )


if __name__ == "__main__":
    main()
