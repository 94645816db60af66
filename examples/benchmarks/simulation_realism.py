"""How real do the simulated surveys look? Measured, class by class.

For each class of a survey, a gradient-boosting classifier learns to tell simulated from real stars
by their "vartl" features; its cross-validated AUC is 0.5 where they cannot be told apart and 1.0
where they always can. Then a classifier learns the classes from simulated stars alone and is tested
on the real ones. The tables are printed as Markdown and written into ``docs/simulation.md``.

    python examples/benchmarks/simulation_realism.py

The real light curves are read from ``data/light_curves`` (``--data``).
"""

import argparse
import re
import sys
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import matthews_corrcoef, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.features import LightCurveFeatures
from sklearn_vartl.light_curves import read_light_curves

ROOT = Path(__file__).resolve().parents[2]
SURVEYS = {
    "crts": ("RRAB", "RRAB_BL", "RRC", "RRD", "T2CEP", "ACEP", "DSCT", "LPV", "EC", "ED", "ROT"),
    "asas": ("MIRA", "EC", "ESD", "ED", "RRAB", "RRC", "DSCT", "ACV"),
}


def main(arguments=None):
    """Measure, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT / "data/light_curves")
    parser.add_argument(
        "--per-class", type=int, default=300, help="stars of a class, real and simulated"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs/simulation.md")
    parser.add_argument("--random-state", type=int, default=1)
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        sys.exit(f"No real light curves in {options.data}: say where they are with --data.")
    tables = [survey_tables(name, classes, options) for name, classes in SURVEYS.items()]
    text = "\n\n".join(tables)
    print(text)
    write_between_markers(options.docs, text)


def survey_tables(name, classes, options):
    """Both tables of one survey as Markdown."""
    features = LightCurveFeatures(on_error="nan")
    stars = real_stars(name, classes, options)
    real, real_labels = features.fit_transform(stars), stars.labels
    twins = simulate_survey(
        options.per_class * len(classes), name, classes=classes, random_state=options.random_state
    )
    simulated, labels = features.transform(twins), twins.labels
    names = features.get_feature_names_out()
    rows, areas = [], []
    for label in classes:
        a, b = real[real_labels == label], simulated[labels == label]
        area, telling = told_apart(a, b, names, options.random_state)
        areas.append(area)
        rows.append(f"| {label} | {len(a)} | {area:.3f} | {telling} |")
    learnt = learnt_from_simulated(simulated, labels, real, real_labels, options.random_state)
    return "\n".join(
        [
            f"### {name.upper()}, {options.per_class} simulated stars a class",
            "",
            "| class | real stars | AUC | what tells most (AUC of that feature alone) |",
            "|---|---|---|---|",
            *rows,
            f"| mean | | {np.mean(areas):.3f} | |",
            "",
            f"Classes of the real stars (Matthews correlation), classes as balanced as the data "
            f"allow: learnt from simulated stars {learnt[0]:.3f}, from real ones "
            f"(cross-validated) {learnt[1]:.3f}.",
        ]
    )


def real_stars(name, classes, options):
    """At most `per_class` random real stars of each class."""
    stars = read_light_curves(options.data / f"{name}.parquet")
    rng = np.random.default_rng(options.random_state)
    chosen = [
        rng.permutation(np.flatnonzero(stars.labels == label))[: options.per_class]
        for label in classes
    ]
    return stars[np.concatenate(chosen)]


def told_apart(real, simulated, names, seed):
    """AUC of telling simulated from real, and the three features that tell most."""
    X = np.vstack([real, simulated])
    y = np.repeat([0, 1], [len(real), len(simulated)])
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    model = HistGradientBoostingClassifier(max_iter=100, random_state=seed)
    score = cross_val_predict(model, X, y, cv=folds, method="predict_proba")[:, 1]
    alone = np.array([roc_auc_score(y, np.nan_to_num(column)) for column in X.T])
    alone = np.maximum(alone, 1 - alone)
    best = np.argsort(alone)[::-1][:3]
    return roc_auc_score(y, score), ", ".join(f"{names[k]} {alone[k]:.2f}" for k in best)


def learnt_from_simulated(simulated, labels, real, real_labels, seed):
    """Matthews correlation on real stars, learnt from simulated and from real stars."""
    model = HistGradientBoostingClassifier(max_iter=150, random_state=seed)
    labels, real_labels = labels.astype(str), real_labels.astype(str)
    transferred = model.fit(simulated, labels).predict(real)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    own = cross_val_predict(model, real, real_labels, cv=folds)
    return matthews_corrcoef(real_labels, transferred), matthews_corrcoef(real_labels, own)


def write_between_markers(path, text):
    """Replace what stands between the two marker comments of a Markdown file."""
    begin, end = "<!-- realism: begin -->", "<!-- realism: end -->"
    page = path.read_text(encoding="utf-8")
    block = f"{begin}\n{text}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        sys.exit(f"{path} has no lines '{begin}' and '{end}' to write the tables between.")
    path.write_text(pattern.sub(lambda _: block, page), encoding="utf-8")
    print(f"\nWritten into {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
