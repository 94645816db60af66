"""Rare classes of the Catalina southern variables: ways to enlarge them, and a tree of classifiers.

Prints the table of Hosenie et al. (2020, MNRAS 493, 6050) beside ours, node by node, and the eleven
classes end to end, on the stars of the published split. Light curves are made from training stars
only. About a quarter of an hour on two cores:

    python examples/benchmarks/imbalance.py CRTS.parquet --jobs 2
"""

import argparse
import time

import numpy as np
from imbalance_data import Survey
from imbalance_report import print_end_to_end, print_nodes
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

from sklearn_vartl import FeatureScaler, make_transfer_pipeline
from sklearn_vartl.resampling import RASLE, GPAugmenter
from sklearn_vartl.taxonomy import CRTS_TAXONOMY, TaxonomyClassifier

CHOSEN = "scaled, leaves by inner CV"
SHARED = "data/light_curves"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("--trees", type=int, default=60, help="trees of a forest")
    parser.add_argument("--stars", type=int, default=1000, help="size classes are brought to")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--cache", help="folder that keeps features between runs")
    parser.add_argument("--quick", action="store_true", help="a fifth of the stars, 20 trees")
    return parser.parse_args()


def methods(args):
    """Name -> estimator, which light curves it is trained on (None: the survey's own)."""
    forest = RandomForestClassifier(args.trees, n_jobs=args.jobs, random_state=0)
    unscaled = make_transfer_pipeline(SMOTE(random_state=0), forest)
    smote = make_transfer_pipeline(FeatureScaler(), SMOTE(random_state=0), forest)
    leaves = {"randomforestclassifier__min_samples_leaf": [1, 20]}
    balanced = BalancedRandomForestClassifier(
        5 * args.trees,
        sampling_strategy="all",
        replacement=True,
        bootstrap=False,
        n_jobs=args.jobs,
        random_state=0,
    )
    return {
        "forest": (forest, None),
        "SMOTE": (unscaled, None),
        "SMOTE of scaled features": (smote, None),
        CHOSEN: (GridSearchCV(smote, leaves, scoring="balanced_accuracy", cv=3), None),
        "RASLE": (forest, "RASLE"),
        "Gaussian process": (forest, "GP"),
        "balanced forest": (balanced, None),
    }


def samplers(args, y):
    """Samplers of light curves that bring the classes to a size."""
    wanted = {
        str(name): args.stars
        for name, n in zip(*np.unique(y, return_counts=True), strict=True)
        if n < args.stars
    }
    return {
        "RASLE": RASLE(wanted, period_column="catalog_period", random_state=0),
        "GP": GPAugmenter(wanted, period_column="catalog_period", random_state=0),
    }


def main():
    """Run every method on both sets of features and print the tables."""
    args = parse_arguments()
    if args.quick:
        args.trees, args.stars = 20, 200
    started = time.monotonic()
    survey = Survey(args.path, args.cache, args.jobs, quick=args.quick)
    print(f"{len(survey.y_train)} training stars, {len(survey.y_test)} test stars", flush=True)
    survey.add_light_curves(samplers(args, survey.y_train))
    for features in ("own", "published seven"):
        nodes, rows = {}, {}
        for name, (estimator, source) in methods(args).items():
            if name == CHOSEN and features == "own":
                # Searching at every node is slow, and of use to compare with the published table.
                continue
            X, y, X_test = survey.stars(features, source)
            if name != CHOSEN:
                flat = TaxonomyClassifier(estimator, CRTS_TAXONOMY, routing="flat").fit(X, y)
                rows[name, "flat"] = survey.y_test, flat.predict(X_test)
            tree = TaxonomyClassifier(estimator, CRTS_TAXONOMY, routing="soft").fit(X, y)
            nodes[name] = tree.score_by_node(X_test, survey.y_test)
            for routing in ("soft", "hard"):
                # The nodes are the same: only the way through them differs.
                tree.set_params(routing=routing)
                rows[name, routing] = survey.y_test, tree.predict(X_test)
            print(f"  {features}, {name}: {time.monotonic() - started:.0f} s", flush=True)
        print_nodes(features, nodes)
        print_end_to_end(features, rows)
    print(f"{time.monotonic() - started:.0f} s in all")


if __name__ == "__main__":
    main()
