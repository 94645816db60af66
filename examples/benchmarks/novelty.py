"""What a classifier says of stars of a class it has never seen, and of curves that are no stars.

Classes are left out of source and target in turn, and their target stars are found by
`novelty_score` among the target's test stars: area under the ROC curve (0.5 is guessing). Quasars
(simulated) and artefacts (real curves with shuffled magnitudes, noise of the reported size) are
judged by the model of all classes. Then the shares that `predict_or_abstain` refuses.

    python examples/benchmarks/novelty.py CRTS.parquet ASAS.parquet
"""

import argparse

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from sklearn_vartl import LightCurveFeatures, LightCurves, TransferMLPClassifier, read_light_curves
from sklearn_vartl.datasets import simulate_survey

SHARED = "data/light_curves"
LEFT_OUT = {
    "Mira, LPV, SR": ("MIRA", "LPV", "SR"),
    "RR Lyrae": ("RRAB", "RRC", "RRD", "RRAB_BL"),
    "DSCT, SXPHE": ("DSCT", "SXPHE"),
    "eclipsing": ("EC", "ED", "ESD", "E"),
    "nothing": (),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("target", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--fraction", type=float, default=0.1, help="labelled share of the target")
    parser.add_argument("--cap", type=int, default=2000, help="source stars a class at most")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser.parse_args()


def artefacts(stars, n=400, seed=0):
    """Curves with the observing times and errors of real ones that show no variable star."""
    rng = np.random.default_rng(seed)
    stars = stars[np.sort(rng.choice(len(stars), size=min(n, len(stars)), replace=False))]
    shuffled = [rng.permutation(star.mag) for star in stars]
    noise = [np.median(star.mag) + rng.normal(size=len(star.mag)) * star.magerr for star in stars]
    return {
        "shuffled magnitudes": with_magnitudes(stars, shuffled),
        "noise only": with_magnitudes(stars, noise),
        "QSO (simulated)": simulate_survey(n, "asas", classes=["QSO"], random_state=5),
    }


def with_magnitudes(stars, magnitudes):
    """The same observations with other magnitudes."""
    time, magerr = ([getattr(star, name) for star in stars] for name in ("time", "magerr"))
    offsets = np.cumsum([0, *map(len, time)])
    ids = [str(number) for number in range(len(time))]
    arrays = map(np.concatenate, (time, magnitudes, magerr))
    return LightCurves(*arrays, offsets, ids=ids)


def measure(X_source, y_source, X, y, strange, *, fraction=0.1, cap=2000):
    """Rows of the table: what is novel, AUROC, share refused of it and of known test stars.

    Parameters
    ----------
    X_source, y_source, X, y : ndarray
        Features and classes of both surveys.
    strange : dict of str -> ndarray
        Features of what is no star of the surveys.
    fraction : float
        Labelled share of the target.
    cap : int
        Source stars a class at most.
    """
    for name, classes in LEFT_OUT.items():
        source = capped(y_source, cap, classes)
        model = TransferMLPClassifier(random_state=0).fit(X_source[source], y_source[source])
        known = target_stars(y, classes)
        few, test = train_test_split(known, train_size=fraction, stratify=y[known], random_state=0)
        model.partial_fit_target(X[few], y[few])
        novel = {name: X[np.isin(y, classes)]} if classes else strange
        score, refused = model.novelty_score(X[test]), refusals(model, X[test])
        right = model.predict(X[test]) == y[test]
        print(f"without {name}: {right.mean():.3f} right; of known stars {refused.mean():.3f} are")
        print(f"refused, {right[~refused].mean():.3f} of the others right", flush=True)
        for what, X_novel in novel.items():
            truth = np.repeat([0, 1], [len(score), len(X_novel)])
            auroc = roc_auc_score(truth, np.concatenate([score, model.novelty_score(X_novel)]))
            yield what, len(X_novel), auroc, refusals(model, X_novel).mean()


def refusals(model, X):
    """Which stars are called unknown at the default limits."""
    return model.predict_or_abstain(X) == "unknown"


def capped(y, cap, left_out, seed=0):
    """Rows of at most `cap` stars of each class that is not left out."""
    rng = np.random.default_rng(seed)
    classes = [c for c in np.unique(y) if c not in left_out]
    return np.sort(np.concatenate([rng.permutation(np.flatnonzero(y == c))[:cap] for c in classes]))


def target_stars(y, left_out, at_least=10):
    """Rows of the classes with enough stars, without the ambiguous class."""
    classes, counts = np.unique(y, return_counts=True)
    return np.flatnonzero(np.isin(y, classes[counts >= at_least]) & ~np.isin(y, [*left_out, "E"]))


def main():
    """Compute the features, train five times and print the table."""
    args = parse_arguments()
    source, target = read_light_curves(args.source), read_light_curves(args.target)
    source = source[capped(source.labels.astype(str), args.cap, ())]
    features = LightCurveFeatures(on_error="nan", n_jobs=args.jobs)
    strange = {name: features.transform(curves) for name, curves in artefacts(target).items()}
    given = features.transform(source), source.labels.astype(str)
    given += features.transform(target), target.labels.astype(str)
    rows = list(measure(*given, strange, fraction=args.fraction, cap=args.cap))
    print(f"\n{'novel':24}{'stars':>7}{'AUROC':>8}{'refused':>9}")
    for name, n, auroc, refused in rows:
        print(f"{name:24}{n:7}{auroc:8.3f}{refused:9.3f}")
    print(f"{'mean':24}{'':7}{np.mean([row[2] for row in rows]):8.3f}")


if __name__ == "__main__":
    main()
