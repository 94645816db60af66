"""What each ingredient of TransferEnsembleClassifier is worth.

    OMP_NUM_THREADS=1 python examples/benchmarks/ensemble_ingredients.py --data FOLDER

Sources are CRTS alone, and CRTS with simulated stars; targets ASAS, and Hipparcos with OGLE. Half of
the ASAS stars (by a hash of the identifier) were used to choose the ingredients; of the other half a
fixed 40% are the test. Of Hipparcos and OGLE a fixed third is the test, and ingredients were chosen by
cross-validation among the others. Labels are drawn class by class, at least two each, from all
stars that are not the test. Prints MCC, macro F1 and calibration error on the test stars.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from crts_to_asas import capped
from joblib import parallel_config
from scipy.special import softmax
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score, matthews_corrcoef
from transfer_tasks import AMBIGUOUS, FEWEST, simulated_stars

from sklearn_vartl import (
    FineTunedClassifier,
    make_ensemble_pipeline,
    read_light_curves,
)
from sklearn_vartl.evaluation import expected_calibration_error
from sklearn_vartl.light_curves import concatenate

FRACTIONS = {"asas": (0.01, 0.05, 0.1, 0.25, 0.5, 1.0), "hipparcos_ogle": (0.1, 0.25, 0.5, 1.0)}
WITH_SIMULATED = "CRTS and simulated"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--targets", nargs="+", default=list(FRACTIONS), choices=list(FRACTIONS))
    parser.add_argument("--draws", type=int, default=5, help="draws of the labels (default: 5)")
    parser.add_argument("--cap", type=int, default=2000, help="source stars a class at most")
    parser.add_argument("--cache", help="folder where features are kept between runs")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--quick", action="store_true", help="one draw, 10%% of the labels")
    return parser.parse_args()


def share(identifiers, salt=""):
    """A number between 0 and 1 for each star that depends on its identifier only."""
    digests = (hashlib.md5(f"{i}{salt}".encode()).digest() for i in identifiers)
    return np.array([digest[0] / 256 for digest in digests])


def split(target, X, identifiers):
    """Positions of the test stars and of those whose labels may be drawn.

    Stars that a catalogue lists twice, with the same features, go by the first identifier.
    """
    _, first, same = np.unique(X, axis=0, return_index=True, return_inverse=True)
    identifiers = np.asarray(identifiers).astype(str)[first[same.ravel()]]
    test = share(identifiers, "report") < (0.4 if target == "asas" else 1 / 3)
    if target == "asas":
        test &= share(identifiers) >= 0.5
    return np.flatnonzero(test), np.flatnonzero(~test)


def draw(y, fraction, rng):
    """Positions of a fraction of each class, at least two stars."""
    chosen = []
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        size = min(members.size, max(2, round(fraction * members.size)))
        chosen.append(rng.choice(members, size, replace=False))
    return np.concatenate(chosen)


def read_target(data, target):
    """Stars of the classes that are large enough."""
    stars = read_light_curves(data / f"{target}.parquet")
    classes, counts = np.unique(stars.labels.astype(str), return_counts=True)
    kept = classes[(counts >= FEWEST[target]) & (classes != AMBIGUOUS)]
    return stars[np.isin(stars.labels.astype(str), kept)]


def learn_sources(args, features, ensemble):
    """Name of the source -> ensemble whose networks have learned it."""
    catalina = capped(
        read_light_curves(args.data / "crts.parquet"), args.cap, np.random.default_rng(0)
    )
    simulated = simulated_stars(20 if args.quick else 200)
    models = {}
    for name, stars in {
        "CRTS": catalina,
        WITH_SIMULATED: concatenate([catalina, simulated]),
    }.items():
        # Only fine-tuned probabilities are scored: those of the source stay uncalibrated.
        model = clone(ensemble).set_params(calibration=None)
        models[name] = model.fit(features.transform(stars), stars.labels.astype(str))
    return models


def combinations(model, X):
    """Name -> probabilities of the parts and of their averages."""
    *networks, trees = model.model_.parts(X, "cpu")
    return {
        "networks, first group": softmax(networks[0], axis=1),
        "networks, second group": softmax(networks[1], axis=1),
        "trees": softmax(trees, axis=1),
        "networks of both groups": softmax(np.mean(networks, axis=0), axis=1),
        "networks, first group, and trees": softmax((networks[0] + trees) / 2, axis=1),
        "all, not calibrated": softmax(np.mean([*networks, trees], axis=0), axis=1),
        "all": model.predict_proba(X),
    }


def score(y, proba, classes):
    """MCC, macro F1 and calibration error."""
    predicted = classes[proba.argmax(axis=1)]
    return (
        matthews_corrcoef(y, predicted),
        f1_score(y, predicted, labels=np.unique(y), average="macro"),
        expected_calibration_error(y, proba, labels=classes),
    )


def compare(target, models, X, y, few, test, seed):
    """(source, ingredient) -> scores of one draw of the labels."""
    scores = {}
    for source, model in models.items():
        calibration = "temperature" if source == WITH_SIMULATED else None
        model = model.set_params(calibration=calibration)
        tuned = clone(FineTunedClassifier(FrozenEstimator(model), random_state=seed))
        tuned.fit(X[few], y[few])
        for name, proba in combinations(tuned.model_, X[test]).items():
            if source == WITH_SIMULATED or name != "all":
                scores[source, name] = score(y[test], proba, tuned.classes_)
    return scores


def report(target, fraction, n_labels, n_test, draws):
    """Print a table for one fraction of the labels."""
    print(f"{target}, {fraction:.0%}: {n_labels} labels, {n_test} test stars, {len(draws)} draws")
    print(f"{'source':20}{'ingredients':34}{'MCC':>7}{'+-':>6}{'macro F1':>10}{'ECE':>7}")
    for source, name in draws[0]:
        values = np.array([scores[source, name] for scores in draws])
        mcc, f1, error = values.mean(axis=0)
        spread = values[:, 0].std(ddof=1) if len(values) > 1 else np.nan
        print(f"{source:20}{name:34}{mcc:7.3f}{spread:6.3f}{f1:10.3f}{error:7.3f}", flush=True)


def main():
    """Learn the sources once, then fine-tune for every target, fraction and draw."""
    args = parse_arguments()
    # Networks on two groups of features, the second with the period search and statistics of UPSILoN.
    options = {"on_error": "nan", "memory": args.cache, "n_jobs": args.jobs, "random_state": 0}
    features, ensemble = (step for _, step in make_ensemble_pipeline(**options).steps)
    with parallel_config(n_jobs=args.jobs):
        models = learn_sources(args, features, ensemble)
        for target in args.targets:
            stars = read_target(args.data, target)
            X, y = features.transform(stars), stars.labels.astype(str)
            test, pool = split(target, X, stars.ids)
            for fraction in (0.1,) if args.quick else FRACTIONS[target]:
                draws = []
                for seed in range(1 if args.quick else args.draws):
                    rng = np.random.default_rng([seed, round(1000 * fraction)])
                    few = pool[draw(y[pool], fraction, rng)]
                    draws.append(compare(target, models, X, y, few, test, seed))
                report(target, fraction, len(few), len(test), draws)


if __name__ == "__main__":
    main()
