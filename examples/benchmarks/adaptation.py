"""What adaptation without labels recovers, on surveys that the source has not learned from.

Each survey in turn is left out, as in unseen.py, whose --cache and sources it shares. The share of stars in
the right group of classes without any label of the target: of the source as it is, of DomainAdapter, and
of what was tried beside it:

    OMP_NUM_THREADS=1 python examples/benchmarks/adaptation.py --cap 600

--simulated: five simulated surveys, each the source of each other. --thinned: CRTS stars thinned to 40 epochs
with noise added, and a source of other CRTS stars as they are, or as the target survey would have seen them
(CadenceResampler).
"""

import argparse
import warnings
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import unseen_methods as methods
import unseen_surveys as surveys
from scipy.linalg import sqrtm
from scipy.special import softmax
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.metrics import matthews_corrcoef
from sklearn.neighbors import NearestNeighbors
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler
from unseen import Benchmark
from unseen_report import markdown, number

from sklearn_vartl import (
    LightCurveFeatures,
    LightCurves,
    TransferMLPClassifier,
    read_light_curves,
)
from sklearn_vartl.adaptation import DomainAdapter
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.resampling import CadenceResampler

THINNED_CLASSES = ["EC", "ED", "LPV", "ROT", "RRAB", "RRC", "RRD"]
SIMULATED = ["RRAB", "RRC", "EC", "ED", "MIRA", "SR", "ROT"]
EPOCHS, NOISE, COPIES = 40, 0.08, 2
CODE, NEIGHBOURS, RIDGE = 32, 15, 0.03


def as_it_is(model, X):
    """The source."""
    return model.predict_proba(X)


def adapted(model, X):
    """DomainAdapter."""
    return DomainAdapter(FrozenEstimator(model)).fit(X).predict_proba(X)


def shares_by_em(model, X):
    """The source with the class shares of the target, estimated."""
    model = deepcopy(model).set_params(priors="em")
    with warnings.catch_warnings():
        # Where the estimate cannot be trusted the shares stay as they are, with a warning.
        warnings.simplefilter("ignore", UserWarning)
        model.estimate_priors(X)
    return model.predict_proba(X)


def self_training(model, X):
    """The source fine-tuned on its own answers, each star in shares."""
    proba = model.predict_proba(X)
    star, k = np.nonzero((proba > 0.05) & ~np.isnan(X).all(axis=1)[:, None])
    tuned = deepcopy(model)
    tuned.partial_fit_target(
        X[star], model.classes_[k], sample_weight=proba[star, k], classes=model.classes_
    )
    found = np.zeros_like(proba)
    found[:, np.searchsorted(model.classes_, tuned.classes_)] = tuned.predict_proba(X)
    return found


def in_code(model, X):
    """Means over the neighbours in the code of an auto-encoder of the target's embedding."""
    E, seen = embedding(model, X)
    Z = StandardScaler().fit_transform(E)
    coder = MLPRegressor(
        hidden_layer_sizes=(64, CODE, 64), early_stopping=True, max_iter=60, random_state=0
    ).fit(Z, Z)
    code = Z
    for W, b in zip(coder.coefs_[:2], coder.intercepts_[:2], strict=True):
        code = np.maximum(code @ W + b, 0.0)
    proba = model.predict_proba(X)
    rows = (
        NearestNeighbors(n_neighbors=NEIGHBOURS).fit(code).kneighbors(code, return_distance=False)
    )
    proba[seen] = proba[seen][rows].mean(axis=1)
    return proba


def coral(model, X, X_source):
    """The target's embedding with the source's mean and covariance (Sun et al. 2016)."""
    source, known = embedding(model, X_source)
    E, seen = embedding(model, X)
    units = StandardScaler().fit(source)
    source, E = units.transform(source), units.transform(E)
    roots = [sqrtm(np.cov(rows.T) + RIDGE * np.eye(rows.shape[1])).real for rows in (E, source)]
    E = (E - E.mean(axis=0)) @ np.linalg.solve(*roots)
    logs = np.log(np.maximum(model.predict_proba(X_source)[known], 1e-6))
    proba = model.predict_proba(X)
    proba[seen] = softmax(Ridge().fit(source, logs).predict(E), axis=1)
    return proba


def embedding(model, X):
    """Rows of the embedding, and which stars have one."""
    E = np.asarray(model.embed(X), dtype=float)
    seen = ~np.isnan(E).any(axis=1)
    return E[seen], seen


TRIED = {
    "source as it is": as_it_is,
    "`DomainAdapter`": adapted,
    "class shares by EM": shares_by_em,
    "self-training": self_training,
    "neighbours in an auto-encoder's code": in_code,
    "CORAL": coral,
}


def left_out(args):
    """Each survey left out: groups of classes that are right, and labels of the survey's own."""
    settings = SimpleNamespace(
        **vars(args), recipes=["universal"], quick=False, quiet=False, jobs=None
    )
    settings.targets = list(surveys.FILES)
    args.cache.mkdir(parents=True, exist_ok=True)
    benchmark, found = Benchmark(settings), {}
    for target in settings.targets:
        survey, model = benchmark.surveys[target], benchmark.source("universal", "transfer", target)
        X = survey.X[:, methods.TRANSFERRED["transfer"]]
        for name, method in TRIED.items():
            others = ()
            if method is coral:
                names = surveys.sources_of(target, benchmark.surveys)
                rows = [
                    benchmark.surveys[each].X[:, methods.TRANSFERRED["transfer"]] for each in names
                ]
                others = (np.concatenate(rows),)
            scores = methods.zero_shot(method(model, X, *others), model.classes_, survey)
            found[target, name] = scores
            print(f"{target}: {name} {scores['right']:.3f} {scores['own_labels']:.3f}", flush=True)
    for score, title in (
        ("right", "right group"),
        ("balanced", "mean over labels"),
        ("own_labels", "own labels"),
    ):
        header = [title, *(surveys.TITLES[t] for t in settings.targets), "mean"]
        rows = []
        for name in TRIED:
            values = [found[target, name][score] for target in settings.targets]
            rows.append([name, *map(number, values), number(np.mean(values))])
        print(f"\n{markdown(header, rows)}")


def between_simulated():
    """Every simulated survey the source of every other one."""
    features, known = LightCurveFeatures(), {}
    for seed, name in enumerate(("ogle3", "asas", "crts", "hipparcos", "lsst")):
        stars = simulate_survey(700, name, classes=SIMULATED, random_state=seed)
        known[name] = features.transform(stars), stars.labels
    found = []
    for source, learned in known.items():
        model = network().fit(*learned)
        for target, (X, y) in known.items():
            if target != source:
                answers = model.predict(X), DomainAdapter(model).fit(X).predict(X)
                found.append([matthews_corrcoef(y, each) for each in answers])
                print(
                    f"{source} to {target}: {found[-1][0]:.3f}, adapted {found[-1][1]:.3f}",
                    flush=True,
                )
    before, after = np.transpose(found)
    gain = after - before
    print(f"mean {before.mean():.3f}, adapted {after.mean():.3f}")
    print(
        f"{(gain > 0).sum()} of {len(gain)} rise, the largest loss is {max(0.0, -gain.min()):.3f}"
    )


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


def fewer_points(args):
    """CRTS stars as another survey would have seen them, and as they are."""
    features, rng = LightCurveFeatures(on_error="nan"), np.random.default_rng(0)
    stars = read_light_curves(args.data / "crts.parquet")
    y = stars.labels.astype(str)
    order = {c: rng.permutation(np.flatnonzero(y == c)) for c in THINNED_CLASSES}
    target = stars[np.concatenate([rows[: args.cap] for rows in order.values()])]
    source = stars[np.concatenate([rows[args.cap : 3 * args.cap] for rows in order.values()])]
    y, y_source, X_source = (
        target.labels.astype(str),
        source.labels.astype(str),
        features.transform(source),
    )
    fit = np.random.default_rng(1).random(len(y)) < 0.5
    for name, seen in (
        (f"{EPOCHS} epochs, {NOISE} mag of noise", thinned(target, rng)),
        ("no shift", target),
    ):
        X = features.transform(seen)
        best = network().fit(X[fit], y[fit])
        print(f"{name}: trained on the target's labels {score(best, X, y, fit):.3f}")
        resampler = CadenceResampler(seen[np.flatnonzero(fit)], n_copies=COPIES, random_state=0)
        like, y_like = resampler.fit_resample(source, y_source)
        for title, rows, labels in (
            ("source as it is", X_source, y_source),
            ("source in the cadence of the target", features.transform(like), y_like),
        ):
            model = network().fit(rows, labels)
            with_neighbours = DomainAdapter(model).fit(X)
            print(
                f"  {title:38}{score(model, X, y, fit):.3f}, adapted {score(with_neighbours, X, y, fit):.3f}",
                flush=True,
            )


def network():
    """The network that is compared."""
    return TransferMLPClassifier(n_estimators=2, random_state=0)


def score(model, X, y, fit):
    """Matthews correlation on the stars that are kept apart."""
    return matthews_corrcoef(y[~fit], model.predict(X[~fit]))


def main():
    """Run a comparison and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data") / "light_curves")
    parser.add_argument("--cache", type=Path, default=Path("build/unseen"))
    parser.add_argument("--cap", type=int, default=350, help="stars of a class at most")
    parser.add_argument("--thinned", action="store_true", help="CRTS with fewer points")
    parser.add_argument("--simulated", action="store_true", help="between simulated surveys")
    args = parser.parse_args()
    if args.simulated:
        between_simulated()
    elif args.thinned:
        fewer_points(args)
    else:
        left_out(args)


if __name__ == "__main__":
    main()
