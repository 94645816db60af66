"""A new survey's first points, and a source cut to look like them.

CRTS as the source, the first 40 points of each ASAS star as the target: accuracy on the six classes both
have without one ASAS label, and Matthews correlation coefficient (MCC) on all classes after
fine-tuning on 5% of the labels; with the source as it is, and thinned by `CadenceResampler`:

    python examples/benchmarks/early_survey.py CRTS.parquet ASAS.parquet
"""

import argparse

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import train_test_split

from sklearn_vartl import (
    FineTunedClassifier,
    LightCurveFeatures,
    TransferMLPClassifier,
    read_light_curves,
)
from sklearn_vartl.resampling import CadenceResampler

SHARED = "data/light_curves"
SIX = ("RRAB", "RRC", "DSCT", "EC", "ED", "MIRA")
LEFT_OUT = ("E", "BCEP")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("target", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--points", type=int, default=40, help="points of a target star")
    parser.add_argument("--cap", type=int, default=500, help="source stars a class at most")
    parser.add_argument("--draws", type=int, default=3, help="draws of the labels")
    parser.add_argument("--cache", help="folder where features are kept between runs")
    return parser.parse_args()


def capped(stars, cap):
    """At most `cap` stars of each class."""
    labels, rng = stars.labels.astype(str), np.random.default_rng(0)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in np.unique(labels)]
    return stars[np.sort(np.concatenate(chosen))]


def zero_shot(network, X, y):
    """Accuracy on the shared classes, the prediction kept to them."""
    proba = network.predict_proba(X[np.isin(y, SIX)])
    columns = [list(network.classes_).index("LPV" if c == "MIRA" else c) for c in SIX]
    found = np.array(SIX)[proba[:, columns].argmax(axis=1)]
    return np.mean(found == y[np.isin(y, SIX)])


def fine_tuned(network, X, y, n_draws):
    """Mean MCC after fine-tuning on 5% of the labels."""
    scores = []
    for seed in range(n_draws):
        X_few, X_rest, y_few, y_rest = train_test_split(
            X, y, train_size=0.05, stratify=y, random_state=seed
        )
        tuned = FineTunedClassifier(FrozenEstimator(network), random_state=seed)
        scores.append(matthews_corrcoef(y_rest, tuned.fit(X_few, y_few).predict(X_rest)))
    return np.mean(scores)


def main():
    """Measure and print."""
    args = parse_arguments()
    source = capped(read_light_curves(args.source), args.cap)
    target = read_light_curves(args.target).labelled()
    target = target[~np.isin(target.labels.astype(str), LEFT_OUT)]
    target = target.select_points(
        np.concatenate([np.arange(n) < args.points for n in target.n_points])
    )
    features = LightCurveFeatures(on_error="nan", memory=args.cache)
    X, y = features.transform(target), target.labels.astype(str)
    labels = source.labels.astype(str)
    sampler = CadenceResampler(target, random_state=0)
    X_full, X_cut = features.transform(source), features.transform(sampler.resample(source))
    print("| source | six classes, no label: accuracy | 5% of the labels: MCC |\n|---|---|---|")
    for name, X_source, y_source in (
        ("as it is", X_full, labels),
        ("cut to the target's cadence", X_cut, labels),
        ("both", np.vstack([X_full, X_cut]), np.tile(labels, 2)),
    ):
        network = TransferMLPClassifier(random_state=0).fit(X_source, y_source)
        accuracy, mcc = zero_shot(network, X, y), fine_tuned(network, X, y, args.draws)
        print(f"| {name} | {accuracy:.3f} | {mcc:.3f} |", flush=True)


if __name__ == "__main__":
    main()
