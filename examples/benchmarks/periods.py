"""How often the period search finds the catalogue's period, and how early in a survey.

Prints, for CRTS, the percentage of stars with the catalogue's period (to 1%) and with it, its half
or its double, class by class, for all stars and for each half of them (a hash of the identifier;
the halves show the scatter to expect); for ASAS, the share of Miras with a period below 60 days;
and for both, how often the first 40 points and the first year give the full light curve's period.
The reference is the search of UPSILoN-T: its grid, unweighted, the highest peak.

    python examples/benchmarks/periods.py

Parts of it alone, each with the bar it is judged by:

    python examples/benchmarks/periods.py --only detached    # eclipses: CRTS ED within a factor two
    python examples/benchmarks/periods.py --only visits      # two visits far apart, simulated
    python examples/benchmarks/periods.py --only eclipsing   # Gaia and Kepler: significance, a sheet
    python examples/benchmarks/periods.py --only cost        # CPU time a star of the set "vartl"
"""

import argparse
import hashlib
import time

import numpy as np

from sklearn_vartl import LightCurveFeatures
from sklearn_vartl.light_curves import clean, read_light_curves
from sklearn_vartl.periodogram import (
    eclipses_seen,
    highest_peaks,
    physical_period,
    search_periods,
    upsilon_grid,
)

SHARED = "data/light_curves"
TOLERANCE = 0.01
MIN_POINTS = 10
PARTS = ("detached", "visits", "eclipsing", "cost", "surveys")
PULSATORS = ("RRAB", "RRC", "RRD", "DSCT", "ACEP")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crts", nargs="?", default=f"{SHARED}/crts.parquet")
    parser.add_argument("asas", nargs="?", default=f"{SHARED}/asas.parquet")
    parser.add_argument("--cap", type=int, default=300, help="stars a class (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="draw of the stars (default: 0)")
    parser.add_argument("--engine", default="auto", help="engine of the periodogram")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--sheet", help="folder for pictures of Gaia's and Kepler's folds")
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
        "period, class known": physical_period(
            found.shape_period, found.double_evidence, X.labels, found.even_share
        ),
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


def print_detached(arguments):
    """All detached binaries of CRTS, half by half: how many have their period, its half or double."""
    X = read_light_curves(arguments.crts)
    X = clean(X[X.labels.astype(str) == "ED"], MIN_POINTS)[0]
    found = ours(X, arguments.engine)
    truth = np.asarray(X.table["catalog_period"], dtype=float)
    known = physical_period(found.shape_period, found.double_evidence, X.labels, found.even_share)
    half = np.array([hashlib.sha256(str(i).encode()).digest()[0] % 2 for i in X.ids])
    either = found.shape_period, found.period  # doubled or not
    within = np.any([agrees(p, truth, f) for p in either for f in (0.5, 1.0, 2.0)], axis=0)
    for which in (0, 1):
        among = half == which
        print(
            f"ED, half {which}, {among.sum()} stars: within 2 {100 * within[among].mean():.1f}, "
            f"exact, class known {100 * agrees(known, truth)[among].mean():.1f}"
        )


def visited(kind, rng):
    """Times of a star that was visited in a few short runs."""
    if kind == "one season":
        return np.sort(rng.uniform(0, 200, 200))
    if kind == "two runs of ten nights, 1 y":
        return np.sort(
            np.concatenate(
                [365 * y + rng.integers(0, 10, 60) + rng.uniform(0, 0.35, 60) for y in (0, 1)]
            )
        )
    days, gap = {
        "two sectors, 2 y": (27, 730),
        "two sectors, 5 y": (27, 1825),
        "K2 pair, 3 y": (80, 1100),
    }[kind]
    one = np.arange(0, days, 1 / 48)
    return np.concatenate([one, gap + one])


def print_visits(engine):
    """Forty stars of two harmonics, .1-.8 d, a hundredth of a magnitude of noise."""
    for kind in (
        "two sectors, 2 y",
        "two sectors, 5 y",
        "K2 pair, 3 y",
        "two runs of ten nights, 1 y",
        "one season",
    ):
        wrong, n_stars = 0, 60 if kind.startswith("K2") else 40
        for seed in range(n_stars):
            rng = np.random.default_rng(seed)
            truth = 10 ** rng.uniform(-0.9, -0.1)
            time_ = visited(kind, rng)
            turn = 2 * np.pi * (time_ / truth + rng.random())
            mag = 15 + 0.3 * np.sin(turn) + 0.12 * np.sin(2 * turn + 1)
            mag += rng.normal(0, 0.01, time_.size)
            found = search_periods(
                time_, mag, np.full(time_.size, 0.01), [0, time_.size], engine=engine
            )
            wrong += abs(found.shape_period[0] / truth - 1) > 1e-4
        print(f"{kind:28} wrong by more than 1e-4: {wrong} of {n_stars}")


def print_eclipsing(arguments):
    """Gaia's and Kepler's eclipsing binaries: how significant, and how tight the fold is."""
    for name in ("gaia", "kepler"):
        X = read_light_curves(f"{SHARED}/{name}.parquet")
        X = clean(X[X.labels.astype(str) == "E"], MIN_POINTS)[0]
        found = ours(X, arguments.engine)
        seen = eclipses_seen(X.time, X.mag, X.magerr, X.offsets, 1 / found.shape_period)
        period = physical_period(
            found.shape_period, found.double_evidence, X.labels, found.even_share
        )
        scatter = np.array([fold_scatter(X[i], period[i]) for i in range(len(X))])
        by_power, by_eclipses = found.log10_fap < -3, seen[:, 3] < -3
        print(
            f"{name}: {len(X)} eclipsing binaries; significant by power {100 * by_power.mean():.0f}%, "
            f"by eclipses {100 * by_eclipses.mean():.0f}%, by either "
            f"{100 * (by_power | by_eclipses).mean():.0f}%; scatter of the fold below half of the "
            f"shuffled star's {100 * np.mean(scatter < 0.5):.0f}%"
        )
        if arguments.sheet:
            draw_sheet(X, period, scatter, f"{arguments.sheet}/{name}.png")


def fold_scatter(star, period):
    """Mean square step from phase to phase over that of any two points."""
    order = np.argsort(star.time / period % 1, kind="stable")
    return float(np.mean(np.diff(star.mag[order]) ** 2) / (2 * np.var(star.mag)))


def draw_sheet(X, period, scatter, path):
    """Folds of the first 72 stars, to be looked at."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(8, 9, figsize=(20, 15))
    for i, ax in enumerate(axes.flat[: len(X)]):
        phase = X[i].time / period[i] % 1
        ax.plot(np.r_[phase, phase + 1], np.r_[X[i].mag, X[i].mag], "k.", ms=1)
        ax.invert_yaxis()
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"{X.ids[i]}: {period[i]:.4g} d, {scatter[i]:.2f}", fontsize=7)
    figure.savefig(path, dpi=60)
    plt.close(figure)


def print_cost(arguments):
    """CPU time a star of the whole set; to compare versions run them in turn, on one thread."""
    for name in ("crts", "asas", "gaia", "kepler"):
        X = read_light_curves(f"{SHARED}/{name}.parquet")
        chosen = np.random.default_rng(arguments.seed).permutation(len(X))[:300]
        X = clean(X[np.sort(chosen)], MIN_POINTS)[0]
        features = LightCurveFeatures(on_error="nan")
        features.transform(X[:20])
        start = time.process_time()
        features.transform(X)
        print(f"{name}: {1e3 * (time.process_time() - start) / len(X):.3f} ms a star")


def main():
    arguments = parse_arguments()
    parts = {
        "detached": lambda: print_detached(arguments),
        "visits": lambda: print_visits(arguments.engine),
        "eclipsing": lambda: print_eclipsing(arguments),
        "cost": lambda: print_cost(arguments),
        "surveys": lambda: print_surveys(arguments),
    }
    for name, run in parts.items():
        if arguments.only in (None, name):
            run()


def print_surveys(arguments):
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
