"""What each ingredient of TransferEnsembleClassifier is worth, from CRTS to ASAS.

Half of the target's stars (by a hash of the identifier) were used to choose the ingredients. Of
the other half a fixed 40% are the test; labels are drawn class by class, at least two each, from
all stars that are not the test. Prints MCC, macro F1 and calibration error on the test stars:

    python examples/benchmarks/ensemble_ingredients.py CRTS.parquet ASAS.parquet
"""

import argparse
import hashlib

import numpy as np
from crts_to_asas import SHARED, capped, target_stars
from joblib import parallel_config
from scipy.special import softmax
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score, matthews_corrcoef

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferEnsembleClassifier,
    read_light_curves,
)
from sklearn_vartl.evaluation import expected_calibration_error

# The second group measures much the same with the period search and statistics of UPSILoN.
GROUPS = ("vartl", "upsilon")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("target", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--fractions", default="0.01,0.05,0.1,0.25,1")
    parser.add_argument("--draws", type=int, default=3, help="draws of the labels (default: 3)")
    parser.add_argument("--cap", type=int, default=2000, help="source stars a class at most")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--quick", action="store_true", help="one draw, 5%% of the labels")
    return parser.parse_args()


def share(identifiers, salt=""):
    """A number between 0 and 1 for each star that depends on its identifier only."""
    digests = (hashlib.md5(f"{i}{salt}".encode()).digest() for i in identifiers)
    return np.array([digest[0] / 256 for digest in digests])


def split(X, identifiers):
    """Positions of the test stars and of those whose labels may be drawn.

    Stars that a catalogue lists twice, with the same features, go by the first identifier.
    """
    _, first, same = np.unique(X, axis=0, return_index=True, return_inverse=True)
    identifiers = np.asarray(identifiers).astype(str)[first[same.ravel()]]
    test = (share(identifiers) >= 0.5) & (share(identifiers, "report") < 0.4)
    return np.flatnonzero(test), np.flatnonzero(~test)


def draw(y, fraction, rng):
    """Positions of a fraction of each class, at least two stars."""
    chosen = []
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        size = min(members.size, max(2, round(fraction * members.size)))
        chosen.append(rng.choice(members, size, replace=False))
    return np.concatenate(chosen)


def combinations(model, X):
    """Name -> probabilities of the parts and of their averages."""
    networks, trees = model.model_.parts(X, "cpu")[:-1], model.model_.parts(X, "cpu")[-1]
    return {
        "networks, first group": softmax(networks[0], axis=1),
        "networks, second group": softmax(networks[1], axis=1),
        "trees": softmax(trees, axis=1),
        "networks of both groups": softmax(np.mean(networks, axis=0), axis=1),
        "networks, first group, and trees": softmax((networks[0] + trees) / 2, axis=1),
        "all, not calibrated": softmax(np.mean([*networks, trees], axis=0), axis=1),
        "all": model.predict_proba(X),
    }


def main():
    """Run the comparison and print the tables."""
    args = parse_arguments()
    source = capped(read_light_curves(args.source), args.cap, np.random.default_rng(0))
    target = target_stars(read_light_curves(args.target))
    extractors = [LightCurveFeatures(g, on_error="nan", n_jobs=args.jobs) for g in GROUPS]
    X_source = [extractor.transform(source) for extractor in extractors]
    X = [extractor.transform(target) for extractor in extractors]
    y, widths = target.labels.astype(str), [x.shape[1] for x in X]
    test, pool = split(X[0], target.ids)
    X, X_source = np.hstack(X), np.hstack(X_source)
    views = [range(widths[0]), range(widths[0], sum(widths))]
    fractions = [0.05] if args.quick else [float(f) for f in args.fractions.split(",")]
    with parallel_config(n_jobs=args.jobs):
        # Only the fine-tuned probabilities are scored: those of the source stay uncalibrated.
        network = TransferEnsembleClassifier(views=views, calibration=None, random_state=0)
        network.fit(X_source, source.labels.astype(str)).set_params(calibration="temperature")
        for fraction in fractions:
            scores = {}
            for seed in range(1 if args.quick or fraction == 1 else args.draws):
                rng = np.random.default_rng([seed, round(1000 * fraction)])
                few = pool[draw(y[pool], fraction, rng)]
                tuned = FineTunedClassifier(FrozenEstimator(network), random_state=seed)
                tuned = clone(tuned).fit(X[few], y[few])
                for name, proba in combinations(tuned.model_, X[test]).items():
                    scores.setdefault(name, []).append(score(y[test], proba, tuned.classes_))
            report(fraction, len(few), len(test), scores)


def score(y, proba, classes):
    """MCC, macro F1 and calibration error."""
    predicted = classes[proba.argmax(axis=1)]
    return (
        matthews_corrcoef(y, predicted),
        f1_score(y, predicted, average="macro"),
        expected_calibration_error(y, proba, labels=classes),
    )


def report(fraction, n_labels, n_test, scores):
    """Print a table for one fraction of the labels."""
    draws = len(next(iter(scores.values())))
    print(f"{fraction:.0%}: {n_labels} labels, {n_test} test stars, {draws} draws", flush=True)
    print(f"{'':34}{'MCC':>7}{'macro F1':>10}{'ECE':>7}")
    for name, values in scores.items():
        mcc, f1, error = np.mean(values, axis=0)
        print(f"{name:34}{mcc:7.3f}{f1:10.3f}{error:7.3f}", flush=True)


if __name__ == "__main__":
    main()
