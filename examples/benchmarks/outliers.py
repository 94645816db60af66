"""What single wild measurements do to periods and classes, kept and left out.

    OMP_NUM_THREADS=1 python examples/benchmarks/outliers.py --data FOLDER

Some points of real light curves, or all points of some nights, are moved by a normal deviate of some size; their errors
stay what they were, as those of surveys do. Printed are the shares of the moved points and of all others that are left
out, and the shares of stars with the catalogue's period, its half or its double, and with the right group of classes,
without a label: with all points, and without the outliers. "universal" and "universal-ensemble" know these surveys but
ASAS.
"""

import argparse
from pathlib import Path

import numpy as np
import unseen_methods as methods
import unseen_surveys as surveys

from sklearn_vartl import load_pretrained
from sklearn_vartl.light_curves import clean
from sklearn_vartl.periodogram import search_periods

SPOILT = (
    *((0.0, 0.0, "points"), (0.003, 1.5, "points"), (0.01, 1.5, "points"), (0.02, 2.0, "points")),
    *((0.01, 0.3, "nights"), (0.01, 1.5, "nights"), (0.03, 0.5, "nights")),
)
SURVEYS = {"asas": 100, "crts": 60, "gaia": 100, "kepler": 80, "lmc_cepheids": 150}


def spoil(X, share, size, what):
    """The light curves with this share of points or nights moved, and which points these are."""
    rng = np.random.default_rng(1)
    unit = np.arange(X.mag.size)
    if what == "nights":
        star = np.repeat(np.arange(len(X)), X.n_points)
        _, unit = np.unique([star, np.floor(X.time)], axis=1, return_inverse=True)
    moved = rng.random(unit.max() + 1) < share
    shift = moved * rng.normal(0, size, moved.size)
    return X.replace(mag=X.mag + shift[unit]), moved[unit]


def chosen(name, cap, data):
    """At most `cap` clean stars of each class."""
    stars = surveys.read_stars(data, name)
    return clean(surveys.capped(stars, cap), 10)[0]


def right_period(X, found):
    """Share of the stars with a catalogue period that have it, its half or its double, to 1%."""
    if "catalog_period" not in X.table:
        return np.nan
    true = np.asarray(X.table["catalog_period"], dtype=float)
    near = [np.abs(found.shape_period / (true * factor) - 1) < 0.01 for factor in (0.5, 1, 2)]
    known = np.isfinite(true) & (true > 0)
    return np.any(near, axis=0)[known].mean() if known.any() else np.nan


def print_survey(name, X, models):
    """One line for each share of moved points or nights: with all points, and without the outliers."""
    survey = surveys.Survey(name, X, np.zeros((len(X), 1)), np.arange(len(X)))
    for share, size, what in SPOILT:
        spoilt, moved = spoil(X, share, size, what)
        cells = {column: [] for column in ("period", *models)}
        for way in ("keep", "drop"):
            points = spoilt.time, spoilt.mag, spoilt.magerr, spoilt.offsets
            found = search_periods(*points, outliers=way)
            cells["period"].append(right_period(X, found))
            for each, model in models.items():
                drop = "drop_all" if each.endswith("ensemble") else "drop"
                model[0].set_params(outliers=way if way == "keep" else drop)
                scores = methods.zero_shot(model.predict_proba(spoilt), model.classes_, survey)
                cells[each].append(scores["right"])
        left_out = (
            found.outlier[rows].mean() if rows.any() else np.nan for rows in (moved, ~moved)
        )
        shown = [percent(value, 2) for value in left_out]
        shown += [both(*shares) for shares in cells.values()]
        moved_by = f"{100 * share:g}% of {what} by {size:g}" if share else "none"
        print(
            "| " + " | ".join((surveys.TITLES.get(name, name), moved_by, *shown)) + " |", flush=True
        )


def both(kept, left_out):
    """Two shares in per cent, nothing where there is none."""
    return "" if np.isnan(kept) else f"{percent(kept)} to {percent(left_out)}"


def percent(value, digits=1):
    """In per cent, nothing where there is no value."""
    return "" if np.isnan(value) else f"{100 * value:.{digits}f}"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--models", default="multi,multi-ensemble,universal,universal-ensemble")
    parser.add_argument("--surveys", default=",".join(SURVEYS))
    args = parser.parse_args()
    models = {name: load_pretrained(name) for name in args.models.split(",")}
    heads = ("survey", "moved (mag)", "left out", "others", "period", *models)
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for name in args.surveys.split(","):
        print_survey(name, chosen(name, SURVEYS[name], args.data), models)


if __name__ == "__main__":
    main()
