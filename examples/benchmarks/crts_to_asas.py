"""From CRTS to ASAS with 5% of the labels: transfer, the same network from scratch, a forest.

Prints Matthews correlation coefficient (MCC) and macro F1 on the stars that were not used,
mean and standard deviation over five draws of the labels:

    python examples/benchmarks/crts_to_asas.py CRTS.parquet ASAS.parquet
"""

import argparse

import numpy as np
from joblib import parallel_config
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.metrics import f1_score, matthews_corrcoef
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    read_light_curves,
)

SHARED = "data/light_curves"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("target", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--features", default="vartl", help="feature set (default: vartl)")
    parser.add_argument("--fraction", type=float, default=0.05, help="labelled share of the target")
    parser.add_argument("--draws", type=int, default=5, help="draws of the labels")
    parser.add_argument("--cap", type=int, default=2000, help="source stars a class at most")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser.parse_args()


def capped(X, cap, rng):
    """At most `cap` stars of each class."""
    labels = X.labels.astype(str)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in np.unique(labels)]
    return X[np.sort(np.concatenate(chosen))]


def target_stars(X, at_least=10, left_out=("E",)):
    """The stars of classes with enough stars, without the ambiguous class."""
    X = X.labelled()
    labels = X.labels.astype(str)
    classes, counts = np.unique(labels, return_counts=True)
    kept = [c for c, n in zip(classes, counts, strict=True) if n >= at_least and c not in left_out]
    return X[np.isin(labels, kept)]


def methods(source, seed):
    """The three classifiers, not yet fitted on the target."""
    return {
        "transfer from the source": FineTunedClassifier(FrozenEstimator(source), random_state=seed),
        "the same network from scratch": TransferMLPClassifier(random_state=seed),
        "random forest": make_pipeline(
            SimpleImputer(strategy="median"),
            RandomForestClassifier(500, max_features="sqrt", random_state=seed),
        ),
    }


def main():
    """Run the comparison and print the table."""
    args = parse_arguments()
    source = capped(read_light_curves(args.source), args.cap, np.random.default_rng(0))
    target = target_stars(read_light_curves(args.target))
    features = LightCurveFeatures(args.features, on_error="nan", n_jobs=args.jobs)
    X_source, X = features.transform(source), features.transform(target)
    y = target.labels.astype(str)

    scores = {}
    with parallel_config(n_jobs=args.jobs):
        network = TransferMLPClassifier(random_state=0).fit(X_source, source.labels.astype(str))
        for seed in range(args.draws):
            X_few, X_rest, y_few, y_rest = train_test_split(
                X, y, train_size=args.fraction, stratify=y, random_state=seed
            )
            for name, classifier in methods(network, seed).items():
                predicted = classifier.fit(X_few, y_few).predict(X_rest)
                scores.setdefault(name, []).append(
                    (
                        matthews_corrcoef(y_rest, predicted),
                        f1_score(y_rest, predicted, labels=np.unique(y_rest), average="macro"),
                    )
                )

    print(
        f"{len(source)} source stars; {len(y_few)} labels, {len(y_rest)} test stars of the target "
        f"in {len(np.unique(y))} classes; features {args.features!r}; {args.draws} draws"
    )
    print(f"{'':32}{'MCC':>8}{'+-':>7}{'macro F1':>11}{'+-':>7}")
    for name, values in scores.items():
        (mcc, f1), (mcc_std, f1_std) = np.mean(values, axis=0), np.std(values, axis=0)
        print(f"{name:32}{mcc:8.3f}{mcc_std:7.3f}{f1:11.3f}{f1_std:7.3f}")


if __name__ == "__main__":
    main()
