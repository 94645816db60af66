"""Whether a model knows what it is worth: `accuracy_estimate` and `drift_test` after fine-tuning.

    python examples/benchmarks/expected.py ASAS.parquet CRTS.parquet GAIA.parquet

Shipped models are fine-tuned on some labels a class of the first survey. Samples of its other stars, a
third of them with two classes made rare, tell how far the expected share of right classes is from the
truth, and how often drift is told where there is none; samples of the other surveys, how often it is told
where there is.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
from unseen_methods import BOTH, VARTL
from unseen_surveys import both_sets, capped

from sklearn_vartl import load_pretrained, read_light_curves

SIZES, N_SAMPLES = (30, 100, 400, 1000), 60
RARE, SHARE = ("RRAB", "MIRA"), 0.15
CAP, FEWEST, NOT_LEARNED = 600, 15, "E"


def read(path, features):
    """Features and labels of at most `CAP` stars of each class."""
    stars = capped(read_light_curves(path).labelled(), CAP)
    X = features.transform(stars)
    known = ~np.isnan(X[:, BOTH]).all(axis=1)
    return X[known], stars.labels.astype(str)[known]


def fine_tuned(name, X, y):
    """A shipped classifier, fine-tuned and calibrated."""
    model = copy.deepcopy(load_pretrained(name)[-1]).set_params(calibration="temperature")
    return model.partial_fit_target(X, y)


def sample(rest, y, size, other_shares, rng):
    """Rows of a random sample, of the same or of other class shares."""
    weight = np.where(np.isin(y[rest], RARE) & other_shares, SHARE, 1.0)
    return rng.choice(rest, size, replace=False, p=weight / weight.sum())


def judge(model, X, y, rest, rng):
    """For each sample: its size, whether shares differ, estimate minus truth, whether drift is told."""
    rows = []
    for k in range(N_SAMPLES):
        size, other = SIZES[k % len(SIZES)], k % 3 == 1
        own = sample(rest, y, size, other, rng)
        error = model.accuracy_estimate(X[own]).share_right - np.mean(
            model.predict(X[own]) == y[own]
        )
        rows.append((size, other, error, model.drift_test(X[own]).drifted))
    return np.array(rows, dtype=float).T


def judge_thresholds(model, X, y, rest, rng):
    """Share right of the stars above the thresholds for a purity of .95, and the share of all that are.

    By the probabilities of the very stars, and by the stars that were held out of the training.
    """
    told = []
    for _ in range(10):
        own = sample(rest, y, SIZES[-1], False, rng)
        proba, right = model.predict_proba(X[own]), model.predict(X[own]) == y[own]
        for threshold in (model.accuracy_estimate(X[own]).threshold, model.purity_thresholds()):
            needed = np.array([threshold[name] for name in model.classes_])[proba.argmax(axis=1)]
            above = proba.max(axis=1) >= needed
            told.append((right[above].mean(), above.mean()))
    return np.array(told).reshape(-1, 2, 2).mean(axis=0)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path)
    parser.add_argument("others", type=Path, nargs="*")
    parser.add_argument("--cache", default="build/unseen", help="folder where features are kept")
    args = parser.parse_args()
    features = both_sets(args.cache)
    X, y = read(args.target, features)
    names, counts = np.unique(y, return_counts=True)
    kept = np.isin(y, names[counts >= FEWEST]) & (y != NOT_LEARNED)
    X, y = X[kept], y[kept]
    others = {path.stem: read(path, features)[0] for path in args.others}
    for name, n_labels in (("multi", 20), ("multi", 100), ("multi-ensemble", 20)):
        rng = np.random.default_rng(n_labels)
        drawn = [rng.permutation(np.flatnonzero(y == label))[:n_labels] for label in np.unique(y)]
        labelled = np.concatenate(drawn)
        rest = np.setdiff1d(np.arange(len(y)), labelled)
        columns = VARTL if name == "multi" else BOTH
        model = fine_tuned(name, X[labelled][:, columns], y[labelled])
        size, other, error, told = judge(model, X[:, columns], y, rest, rng)
        large = error[size >= 400]
        print(
            f"{name}, {n_labels} labels a class: estimate minus truth {large.mean():+.3f}, "
            f"{np.abs(large).mean():.3f}; drift told of {told.mean():.1%} of the samples, "
            f"{told[other == 1].mean():.1%} of those with other shares"
        )
        told = judge_thresholds(model, X[:, columns], y, rest, rng)
        for (right, kept), by in zip(told, ("these stars", "held-out stars"), strict=True):
            print(f"  above the thresholds for .95 by {by}: {right:.1%} right, {kept:.1%} of them")
        for survey, found in others.items():
            samples = [
                rng.choice(len(found), n, replace=False) for n in SIZES[:3] for _ in range(5)
            ]
            told = [model.drift_test(found[own][:, columns]).drifted for own in samples]
            print(f"  of {survey}: {np.mean(told):.1%}")


if __name__ == "__main__":
    main()
