"""Whether probabilities and sets of classes keep what they promise.

Source CRTS, target ASAS; in each draw 30% of the target for the test, and shares of the rest as
labels. Expected calibration error (top class, 15 bins of equal width) without and with a temperature;
coverage and size of `predict_set` at alpha = 0.1 over the draws, with the standard error of the
mean; the processor's time of fine-tuning.

    python examples/benchmarks/calibration.py CRTS.parquet ASAS.parquet
"""

import argparse
import time
from copy import deepcopy
from dataclasses import replace

import numpy as np
from sklearn.model_selection import train_test_split

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, read_light_curves
from sklearn_vartl.evaluation import expected_calibration_error

SHARED = "data/light_curves"
ALPHA = 0.1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("target", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument(
        "--fractions", nargs="+", type=float, default=[0.01, 0.05, 0.1, 0.25, 0.5, 1.0]
    )
    parser.add_argument("--draws", type=int, default=20, help="draws of the labels")
    parser.add_argument("--cap", type=int, default=2000, help="source stars a class at most")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser.parse_args()


def measure(source, X, y, *, fraction, draws):
    """One row a draw: number of labels, both errors, coverage, mean size of the sets, seconds.

    Parameters
    ----------
    source : TransferMLPClassifier
        Fitted on the source survey, with ``calibration="temperature"``.
    X, y : ndarray
        Features and classes of the target.
    fraction : float
        Labelled share of the stars that are not kept for the test.
    draws : int
    """
    rows = []
    for seed in range(draws):
        development, test = train_test_split(
            np.arange(len(y)), test_size=0.3, stratify=y, random_state=seed
        )
        few = draw(development, y, fraction, np.random.default_rng(seed))
        model = deepcopy(source).set_params(random_state=seed)
        start = time.process_time()
        model.partial_fit_target(X[few], y[few])
        seconds = time.process_time() - start
        calibrated = expected_calibration_error(
            y[test], model.predict_proba(X[test]), labels=model.classes_
        )
        sets = model.predict_set(X[test], alpha=ALPHA)
        covered = sets[np.arange(len(test)), np.searchsorted(model.classes_, y[test])].mean()
        size = sets.sum(axis=1).mean()
        plain = expected_calibration_error(
            y[test], uncalibrated(model, X[test]), labels=model.classes_
        )
        rows.append((len(few), plain, calibrated, covered, size, seconds))
    return np.array(rows)


def draw(development, y, fraction, rng):
    """A random share of the stars of each class, at least two."""
    chosen = []
    for label in np.unique(y):
        own = development[y[development] == label]
        chosen.append(rng.choice(own, size=max(2, round(fraction * len(own))), replace=False))
    return np.sort(np.concatenate(chosen))


def uncalibrated(model, X):
    """Probabilities at temperature 1."""
    plain = deepcopy(model)
    plain.model_ = replace(plain.model_, calibration=type(plain.model_.calibration)())
    return plain.predict_proba(X)


def capped(y, cap, seed=0):
    """Rows of at most `cap` stars of each class."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(y == c))[:cap] for c in np.unique(y)]
    return np.sort(np.concatenate(chosen))


def target_rows(y, at_least=10, left_out=("E",)):
    """Rows of the classes with enough stars, without the ambiguous class."""
    classes, counts = np.unique(y, return_counts=True)
    return np.flatnonzero(np.isin(y, classes[counts >= at_least]) & ~np.isin(y, left_out))


def show(fraction, rows):
    """Print the line of one fraction."""
    mean = rows.mean(axis=0)
    error = rows[:, 3].std(ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else np.nan
    print(
        f"{fraction:8.2f}{mean[0]:8.0f}{mean[1]:11.3f}{mean[2]:13.3f}{mean[3]:10.3f}"
        f"{error:8.3f}{mean[4]:7.2f}{mean[5]:9.1f}",
        flush=True,
    )


def main():
    """Learn the source once, then fine-tune for every fraction and draw."""
    args = parse_arguments()
    source, target = read_light_curves(args.source), read_light_curves(args.target)
    source = source[capped(source.labels.astype(str), args.cap)]
    target = target[target_rows(target.labels.astype(str))]
    features = LightCurveFeatures(on_error="nan", n_jobs=args.jobs)
    network = TransferMLPClassifier(calibration="temperature", random_state=0)
    network.fit(features.transform(source), source.labels.astype(str))
    X, y = features.transform(target), target.labels.astype(str)
    print("fraction  labels  ECE plain  temperature  coverage      +-   size  seconds")
    for fraction in args.fractions:
        show(fraction, measure(network, X, y, fraction=fraction, draws=args.draws))


if __name__ == "__main__":
    main()
