"""CRTS stars thinned to 40 epochs with noise added: what adaptation without labels recovers.

The source is other CRTS stars as they are. Prints the Matthews correlation coefficient on half of the
thinned stars for the source, the three methods (fitted on the other half without its labels) and a
network trained on the other half with its labels; and the same on stars that are not thinned:

    python examples/benchmarks/adaptation.py CRTS.parquet
"""

import argparse
import warnings

import numpy as np
from experts import SHARED
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    read_light_curves,
)
from sklearn_vartl.transfer import DomainAdapter

CLASSES = ["EC", "ED", "LPV", "ROT", "RRAB", "RRC", "RRD"]
EPOCHS, NOISE = 40, 0.08


def thinned(stars, rng):
    """The stars with fewer points and more noise."""
    time, mag, magerr, offsets = [], [], [], [0]
    for start, stop in zip(stars.offsets[:-1], stars.offsets[1:], strict=True):
        n = min(EPOCHS, stop - start)
        points = np.sort(rng.choice(np.arange(start, stop), n, replace=False))
        time.append(stars.time[points])
        mag.append(stars.mag[points] + rng.normal(0, NOISE, n))
        magerr.append(np.hypot(stars.magerr[points], NOISE))
        offsets.append(offsets[-1] + n)
    return LightCurves(*map(np.concatenate, (time, mag, magerr)), offsets)


def main():
    """Run the comparison and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default=SHARED)
    parser.add_argument("--cap", type=int, default=350, help="target stars a class")
    args = parser.parse_args()
    stars, rng = read_light_curves(args.path), np.random.default_rng(0)
    y = stars.labels.astype(str)
    order = {c: rng.permutation(np.flatnonzero(y == c)) for c in CLASSES}
    target = np.concatenate([rows[: args.cap] for rows in order.values()])
    source = np.concatenate([rows[args.cap : 3 * args.cap] for rows in order.values()])
    features = LightCurveFeatures(on_error="nan")
    X_source, X_clean = features.transform(stars[source]), features.transform(stars[target])
    report(X_source, y[source], X_clean, y[target], "no shift")
    X_thin = features.transform(thinned(stars[target], rng))
    report(X_source, y[source], X_thin, y[target], f"{EPOCHS} epochs, {NOISE} mag of noise")


def report(X_source, y_source, X, y, name):
    """Print one table."""
    fit = np.random.default_rng(1).random(len(y)) < 0.5
    source = TransferMLPClassifier(n_estimators=2, random_state=0).fit(X_source, y_source)
    best = TransferMLPClassifier(n_estimators=2, random_state=0).fit(X[fit], y[fit])
    low, high = (matthews_corrcoef(y[~fit], m.predict(X[~fit])) for m in (source, best))
    print(f"{name}: source {low:.3f}, target-supervised {high:.3f}")
    for method in ("batchnorm", "coral", "autoencoder"):
        for when_harmful in ("adapt", "skip"):
            adapter = DomainAdapter(
                source, method=method, when_harmful=when_harmful, random_state=0
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                adapter.fit(X[fit], X_source=X_source, y_source=y_source)
            score = matthews_corrcoef(y[~fit], adapter.predict(X[~fit]))
            checks = ", ".join(f"{key} {value:.3f}" for key, value in adapter.checks_.items())
            print(f"  {method:12}{when_harmful:6}{score:6.3f}  {checks}", flush=True)


if __name__ == "__main__":
    main()
