"""Phase images: learned on simulated OGLE-III stars, fine-tuned on 20 CRTS stars a class.

Prints the Matthews correlation coefficient on other CRTS stars (100 a class at most, labels among them) for transfer
and for the same network from scratch, mean and standard deviation over five draws of the labels:

    python examples/benchmarks/images.py CRTS.parquet
"""

import argparse
from copy import deepcopy

import numpy as np
from experts import SHARED
from sklearn.base import clone
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import read_light_curves
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.images import PhaseImage, TransferImageClassifier

# QSO and non-variable stars have no period.
CLASSES = ["RRAB", "RRC", "RRD", "CEP", "T2CEP", "ACEP", "DSCT", "MIRA", "SR", "EC", "ED", "ROT"]


def draw(y, n, rng):
    """At most n positions of each class."""
    chosen = [rng.permutation(np.flatnonzero(y == c))[:n] for c in np.unique(y)]
    return np.concatenate(chosen)


def main():
    """Run the comparison and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default=SHARED)
    parser.add_argument("--source-stars", type=int, default=1200)
    parser.add_argument("--cap", type=int, default=100, help="CRTS stars a class at most")
    parser.add_argument("--draws", type=int, default=5)
    args = parser.parse_args()
    stars = read_light_curves(args.path)
    stars = stars[np.sort(draw(stars.labels.astype(str), args.cap, np.random.default_rng(0)))]
    source = simulate_survey(args.source_stars, "ogle3", classes=CLASSES, random_state=0)
    # The simulated stars' periods are known, those of the real ones are searched.
    X_source = PhaseImage(16, 24, period="true_period").transform(source)
    X = PhaseImage(16, 24).transform(stars)
    report(X_source, source.labels.astype(str), X, stars.labels.astype(str), args.draws)


def report(X_source, y_source, X, y, draws):
    """Print what transfer and scratch reach."""
    model = TransferImageClassifier(channels=(8, 16, 32), random_state=0).fit(X_source, y_source)
    scores = []
    for seed in range(draws):
        few = draw(y, 20, np.random.default_rng(seed))
        rest = np.setdiff1d(np.arange(len(y)), few)
        transferred = deepcopy(model).set_params(random_state=seed)
        transferred.partial_fit_target(X[few], y[few])
        scratch = clone(model).set_params(random_state=seed).fit(X[few], y[few])
        scores.append(
            [matthews_corrcoef(y[rest], m.predict(X[rest])) for m in (transferred, scratch)]
        )
        print(f"draw {seed}: transfer {scores[-1][0]:.3f}, scratch {scores[-1][1]:.3f}", flush=True)
    mean, std = np.mean(scores, axis=0), np.std(scores, axis=0)
    print(f"transfer {mean[0]:.3f} +- {std[0]:.3f}, scratch {mean[1]:.3f} +- {std[1]:.3f}")


if __name__ == "__main__":
    main()
