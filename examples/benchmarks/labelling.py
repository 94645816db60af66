"""Labels that are suggested against random ones, and planted errors that are found.

    python examples/benchmarks/labelling.py STARS.parquet --model multi

A model is taken that has not learned these stars. Printed are MCC and macro F1 on the stars
without a label, mean and spread over the starts, and the average precision of doubtful labels.
"""

import argparse
import copy
import warnings

import numpy as np
from sklearn.metrics import average_precision_score, f1_score, matthews_corrcoef

from sklearn_vartl import load_pretrained, read_light_curves
from sklearn_vartl.labelling import doubtful_labels, suggest_labels

# Pairs that catalogues confuse.
LOOK_ALIKE = {"EC": "ESD", "ESD": "EC", "ED": "ESD", "E": "EC", "RRC": "EC", "RRAB": "RRC"}


def curve(source, F, y, sizes, method, seed):
    """MCC and macro F1 with growing numbers of labels."""
    rows, model, scores = np.array([], dtype=int), source, []
    order = np.random.default_rng(seed).permutation(len(y))
    for size in sizes:
        if method == "random":
            rows = order[:size]
        else:
            known = np.full(len(y), None, dtype=object)
            known[rows] = y[rows]
            new = suggest_labels(model, F, size - len(rows), y=known, random_state=seed)
            rows = np.concatenate([rows, new.position])
        model = copy.deepcopy(source).set_params(calibration=None, random_state=seed)
        model.partial_fit_target(F[rows], y[rows])
        rest = np.setdiff1d(order, rows)
        guess = model.predict(F[rest])
        present = {"labels": np.unique(y[rest]), "average": "macro", "zero_division": 0}
        scores.append([matthews_corrcoef(y[rest], guess), f1_score(y[rest], guess, **present)])
    return scores


def planted(source, F, y, kind, seed=1, n_stars=1500):
    """Print how well errors in five labels of a hundred are found."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(y))[:n_stars]
    F, y = F[some], y[some]
    given, classes = y.astype(object), np.unique(y)
    alike = {label: other for label, other in LOOK_ALIKE.items() if other in classes}
    some = rng.permutation(len(y))
    if kind == "look-alike":
        some = some[np.isin(y[some], list(alike))]
    for star in some[: len(y) // 20]:
        others = classes[classes != y[star]]
        given[star] = rng.choice(others) if kind == "uniform" else alike[y[star]]
    if not (given != y).any():
        return
    doubts = doubtful_labels(source, F, given, random_state=0)
    found = average_precision_score((given != y)[doubts.position], doubts.p_wrong)
    print(f"{kind:10} {int((given != y).sum())} errors  average precision {found:.3f}")


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stars", help="light curves with labels")
    parser.add_argument("--model", default="multi", help="a shipped model")
    parser.add_argument("--sizes", default="20,46,100,220", help="numbers of labels")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--doubted", type=int, default=1500, help="stars among which errors hide")
    parser.add_argument("--cache", help="folder where features are kept between runs")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    stars = read_light_curves(arguments.stars).labelled()
    model = load_pretrained(arguments.model)
    source = model[-1]
    model[0].set_params(memory=arguments.cache)
    F, y = np.asarray(model[:-1].transform(stars)), stars.labels.astype(str)
    usable = ~source.flag_missing(F)
    F, y = F[usable], y[usable]
    if source.flag_seen(F).any():
        raise SystemExit(f"{arguments.model} has learned some of these stars: take another model")
    sizes = [int(size) for size in arguments.sizes.split(",")]
    for method in ("random", "suggest"):
        runs = [curve(source, F, y, sizes, method, seed) for seed in range(arguments.starts)]
        mean, spread = np.mean(runs, axis=0), np.std(runs, axis=0)
        for size, (mcc, f1), (of_mcc, of_f1) in zip(sizes, mean, spread, strict=True):
            print(
                f"{method:8} {size:4} labels  MCC {mcc:.3f} +- {of_mcc:.3f}  "
                f"macro F1 {f1:.3f} +- {of_f1:.3f}",
                flush=True,
            )
    for kind in ("uniform", "look-alike"):
        planted(source, F, y, kind, n_stars=arguments.doubted)


if __name__ == "__main__":
    main()
