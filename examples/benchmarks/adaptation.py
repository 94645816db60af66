"""CRTS stars thinned to 40 epochs with noise added: what adaptation without labels recovers.

The source is other CRTS stars as they are. Prints the Matthews correlation coefficient on half of the
thinned stars for the source, the three methods (fitted on the other half without its labels), a
network trained on the source as the target survey would have seen it (CadenceResampler, likewise
without labels of the target) and a network trained on the other half with its labels; and the same
on stars that are not thinned:

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
from sklearn_vartl.resampling import CadenceResampler
from sklearn_vartl.transfer import DomainAdapter

CLASSES = ["EC", "ED", "LPV", "ROT", "RRAB", "RRC", "RRD"]
EPOCHS, NOISE, COPIES = 40, 0.08, 2
FEATURES = LightCurveFeatures(on_error="nan")


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
    parser.add_argument("--quick", action="store_true", help="--cap 120: a third of the time")
    args = parser.parse_args()
    cap = 120 if args.quick else args.cap
    stars, rng = read_light_curves(args.path), np.random.default_rng(0)
    y = stars.labels.astype(str)
    order = {c: rng.permutation(np.flatnonzero(y == c)) for c in CLASSES}
    target = np.concatenate([rows[:cap] for rows in order.values()])
    source = np.concatenate([rows[cap : 3 * cap] for rows in order.values()])
    source, target = stars[source], stars[target]
    X_source = FEATURES.transform(source)
    y = target.labels.astype(str)
    thin = thinned(target, rng)
    report(source, X_source, thin, y, f"{EPOCHS} epochs, {NOISE} mag of noise")
    report(source, X_source, target, y, "no shift")


def report(source, X_source, seen, y, name):
    """Print one table."""
    y_source = source.labels.astype(str)
    X = FEATURES.transform(seen)
    fit = np.random.default_rng(1).random(len(y)) < 0.5
    model = network().fit(X_source, y_source)
    best = network().fit(X[fit], y[fit])
    low, high = (matthews_corrcoef(y[~fit], m.predict(X[~fit])) for m in (model, best))
    print(f"{name}: source {low:.3f}, target-supervised {high:.3f}")
    adapt(model, X_source, y_source, X, y, fit)
    # The source again, as the target survey would have measured it: its light curves are needed
    # and those of the target, but no label of it.
    resampler = CadenceResampler(seen[np.flatnonzero(fit)], n_copies=COPIES, random_state=0)
    like, y_like = resampler.fit_resample(source, y_source)
    X_like = FEATURES.transform(like)
    model = network().fit(X_like, y_like)
    score = matthews_corrcoef(y[~fit], model.predict(X[~fit]))
    print(f"  {'source in the cadence of the target':42}{score:6.3f}", flush=True)
    print("  and adapted in addition:")
    adapt(model, X_like, y_like, X, y, fit)


def network():
    """The network that is compared."""
    return TransferMLPClassifier(n_estimators=2, random_state=0)


def adapt(source, X_source, y_source, X, y, fit):
    """Print what each method reaches with a source."""
    for method in ("batchnorm", "coral", "autoencoder"):
        adapter = DomainAdapter(source, method=method, when_harmful="adapt", random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            adapter.fit(X[fit], X_source=X_source, y_source=y_source)
        score = matthews_corrcoef(y[~fit], adapter.predict(X[~fit]))
        checks = ", ".join(f"{key} {value:.3f}" for key, value in adapter.checks_.items())
        advice = "advised against" if adapter.reasons_ else ""
        print(f"  {method:42}{score:6.3f}  {checks} {advice}", flush=True)


if __name__ == "__main__":
    main()
