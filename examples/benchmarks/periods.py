"""How often the period search finds the catalogue's period, and how early in a survey.

Prints, for CRTS, the percentage of stars with the catalogue's period (to 1%) and with it, its half
or its double, class by class, for all stars and for each half of them (a hash of the identifier;
the halves show the scatter to expect); for ASAS, the share of Miras with a period below 60 days;
and for both, how often the first 40 points and the first year give the full light curve's period.
The reference is the search of UPSILoN-T: its grid, unweighted, the highest peak.

    python examples/benchmarks/periods.py
"""

import argparse
import hashlib
import time

import numpy as np

from sklearn_vartl.light_curves import clean, read_light_curves
from sklearn_vartl.periodogram import (
    highest_peaks,
    physical_period,
    search_periods,
    upsilon_grid,
)

SHARED = "../shared/data/light_curves"
TOLERANCE = 0.01
MIN_POINTS = 10
PULSATORS = ("RRAB", "RRC", "RRD", "DSCT", "ACEP")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crts", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("asas", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--cap", type=int, default=300, help="stars a class (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="draw of the stars (default: 0)")
    parser.add_argument("--engine", default="auto", help="engine of the periodogram")
    return parser.parse_args()


def capped(X, cap, seed):
    """At most `cap` stars of each class, cleaned."""
    rng = np.random.default_rng(seed)
    labels = X.labels.astype(str)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:cap] for c in np.unique(labels)]
    return clean(X[np.sort(np.concatenate(chosen))], MIN_POINTS)[0]


def ours(X, engine):
    return search_periods(X.time, X.mag, X.magerr, X.offsets, engine=engine)


def reference(X, engine):
    """The period of UPSILoN-T's search."""
    used = X.n_points > 0
    first, last = X.offsets[:-1][used], X.offsets[1:][used]
    span = np.zeros(len(X))
    span[used] = X.time[last - 1] - X.time[first]
    f_min, df, n_freq = upsilon_grid(span, X.n_points)
    peaks = highest_peaks(
        X.time,
        X.mag,
        None,
        X.offsets,
        f_min=f_min,
        df=df,
        n_freq=n_freq,
        fit_mean=False,
        n_peaks=1,
        min_separation=1,
        engine=engine,
    )
    index = peaks.index[:, 0]
    return np.where(index >= 0, 1 / (f_min + df * np.maximum(index, 0)), np.nan)


def agrees(period, truth, factor=1.0):
    return np.abs(period / (factor * truth) - 1) < TOLERANCE


def print_rows(name, period, truth, labels, classes, among):
    """Two rows: exact, and within a factor of two."""
    exact = agrees(period, truth)
    within = exact | agrees(period, truth, 2.0) | agrees(period, truth, 0.5)
    for what, right in (("exact", exact), ("within 2", within)):
        share = {c: 100 * right[among & (labels == c)].mean() for c in classes}
        pulsators = np.mean([share[c] for c in PULSATORS])
        cells = " ".join(f"{share[c]:7.1f}" for c in classes)
        macro = np.mean(list(share.values()))
        print(f"{name:24} {what:9} {macro:6.1f} {pulsators:6.1f} {cells}")


def catalogue_table(X, found, theirs):
    labels = X.labels.astype(str)
    truth = np.asarray(X.table["catalog_period"], dtype=float)
    classes = sorted(set(labels))
    half = np.array([hashlib.sha256(str(i).encode()).digest()[0] % 2 for i in X.ids])
    rows = {
        "reference": theirs,
        "shape period": found.shape_period,
        "period": found.period,
        "period, class known": physical_period(found.shape_period, found.double_evidence, X.labels),
    }
    cells = " ".join(f"{c:>7}" for c in classes)
    print(f"\nCRTS, per cent of {len(X)} stars\n{'':24} {'':9}  macro  puls. {cells}")
    for name, period in rows.items():
        print_rows(name, period, truth, labels, classes, np.ones(len(X), dtype=bool))
    for which in (0, 1):
        for name, period in rows.items():
            print_rows(f"{name} ({which})", period, truth, labels, classes, half == which)


def mira_table(X, engine):
    miras = clean(X[X.labels.astype(str) == "MIRA"], MIN_POINTS)[0]
    print(f"\nASAS, per cent of {len(miras)} Miras with a period below 60 d")
    for name, period in (
        ("reference", reference(miras, engine)),
        ("shape period", ours(miras, engine).shape_period),
    ):
        print(f"{name:24} {100 * np.mean(period < 60):6.2f}")


def early(X, which):
    """The first 40 points or the first year of each star."""
    keep = np.zeros(len(X.time), dtype=bool)
    for first, last in zip(X.offsets[:-1], X.offsets[1:], strict=True):
        if which == "first 40 points":
            keep[first : min(first + 40, last)] = True
        else:
            keep[first:last] = X.time[first:last] < X.time[first:last][:1] + 365.25
    return clean(X.select_points(keep), MIN_POINTS)[0]


def early_rows(survey, X, found, theirs, engine):
    """Macro averages over classes of how often a part gives the period of the whole."""
    labels = X.labels.astype(str)
    for which in ("first 40 points", "first year"):
        part = early(X, which)
        used = part.n_points > 0
        classes = [c for c in np.unique(labels) if c != "E" and np.sum(used & (labels == c)) >= 10]
        for name, period, whole in (
            ("reference", reference(part, engine), theirs),
            ("shape period", ours(part, engine).shape_period, found.shape_period),
        ):
            right = agrees(period, whole)
            macro = 100 * np.mean([right[used & (labels == c)].mean() for c in classes])
            n_points = np.median(part.n_points[used])
            print(f"{survey:6} {which:16} {n_points:4.0f} points  {name:14} {macro:6.1f}")


def main():
    arguments = parse_arguments()
    engine = arguments.engine
    surveys = {}
    for name, path in (("CRTS", arguments.crts), ("ASAS", arguments.asas)):
        X = read_light_curves(path)
        if name == "ASAS":
            mira_table(X, engine)
        X = capped(X, arguments.cap, arguments.seed)
        ours(X[:2], engine)  # compiles
        start = time.process_time()
        found = ours(X, engine)
        cost = (time.process_time() - start) / len(X)
        surveys[name] = X, found, reference(X, engine)
        if name == "CRTS":
            catalogue_table(*surveys[name])
        print(f"\n{name}: {1e3 * cost:.2f} ms of CPU time a star")
    print(
        "\nPer cent of stars whose first points give the whole light curve's period, macro average"
    )
    for name, (X, found, theirs) in surveys.items():
        early_rows(name, X, found, theirs, engine)


if __name__ == "__main__":
    main()
