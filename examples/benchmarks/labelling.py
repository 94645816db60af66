"""Labels that are suggested against random ones, and planted errors that are found.

    python examples/benchmarks/labelling.py FEATURES.npz [--quick]

FEATURES.npz holds F (what ``load_pretrained("multi-ensemble")[:-1]`` makes of the light curves) and
y (their classes). Printed are MCC and macro F1 on the stars without a label, and the average
precision of doubtful labels.
"""

import argparse
import copy
import warnings

import numpy as np
from sklearn.metrics import average_precision_score, f1_score, matthews_corrcoef

from sklearn_vartl import load_pretrained
from sklearn_vartl.labelling import doubtful_labels, suggest_labels

# Pairs that catalogues confuse.
LOOK_ALIKE = {"EC": "ESD", "ESD": "EC", "ED": "ESD", "E": "EC", "RRC": "EC", "RRAB": "RRC"}


def curve(source, F, y, sizes, method, seed):
    """Print the scores with growing numbers of labels."""
    rows, model = np.array([], dtype=int), source
    order = np.random.default_rng(seed).permutation(len(y))
    for size in sizes:
        if method == "random":
            rows = order[:size]
        else:
            known = np.full(len(y), None, dtype=object)
            known[rows] = y[rows]
            new = suggest_labels(model, F, size - len(rows), y=known, random_state=seed)
            rows = np.concatenate([rows, new.position])
        model = copy.deepcopy(source).set_params(calibration=None, random_state=0)
        model.partial_fit_target(F[rows], y[rows])
        rest = np.setdiff1d(order, rows)
        guess = model.predict(F[rest])
        scores = (
            matthews_corrcoef(y[rest], guess),
            f1_score(y[rest], guess, average="macro", zero_division=0),
        )
        print(f"{method:8} start {seed} {size:4} labels  MCC {scores[0]:.3f}  F1 {scores[1]:.3f}")


def planted(source, F, y, kind, seed=1, n_stars=1500):
    """Print how well errors in five labels of a hundred are found."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(y))[:n_stars]
    F, y = F[some], y[some]
    given, classes = y.copy(), np.unique(y)
    for star in rng.permutation(len(y))[: len(y) // 20]:
        if kind == "uniform":
            given[star] = rng.choice(classes[classes != y[star]])
        else:
            given[star] = LOOK_ALIKE.get(y[star], y[star])
    doubts = doubtful_labels(source, F, given, random_state=0)
    found = average_precision_score((given != y)[doubts.position], doubts.p_wrong)
    print(f"{kind:10} {int((given != y).sum())} errors  average precision {found:.3f}")


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("features")
    parser.add_argument("--quick", action="store_true", help="one start, fewer labels")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    table = np.load(arguments.features)
    F, y = table["F"], table["y"]
    source = load_pretrained("multi-ensemble")[-1]
    sizes, starts = ([20, 46], 1) if arguments.quick else ([20, 46, 100, 220], 3)
    for seed in range(starts):
        for method in ("random", "suggest"):
            curve(source, F, y, sizes, method, seed)
    for kind in ("uniform", "look-alike"):
        planted(source, F, y, kind, n_stars=400 if arguments.quick else 1500)


if __name__ == "__main__":
    main()
