"""What "universal" and "universal-ensemble" are worth on other stars of the surveys that they know.

    OMP_NUM_THREADS=1 python examples/benchmarks/other_stars.py

Their recipe learns a random half of the stars of each survey, doubles on one side, and nothing of ASAS; the other
half, and ASAS, are the target: without a label, and fine-tuned on 5 and 20 labels a class, beside a forest and extra
trees on the same labels. NONVAR and QSO are kept though no label names them, or not; noise (white, nightly, red,
seasonal, bad nights; the survey's own stars in disorder) should get no class of variables. Features and models are
kept in --cache.
"""

import argparse
from pathlib import Path

import joblib
import numpy as np
import unseen_methods as methods
import unseen_recipes as recipes
import unseen_surveys as surveys
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import matthews_corrcoef

from sklearn_vartl import FineTunedClassifier

NOT_PERIODIC = ["NONVAR", "QSO"]
MODELS = {"universal": "transfer", "universal-ensemble": "ensemble"}
PEERS = ("random_forest", "extra_trees")
HEAD = """\
| model | `keep` | MCC | variables lost | disorder called variable | noise called variable |
|---|---|---|---|---|---|"""


def halves(survey):
    """A random half of the stars, and the other one; doubles on one side."""
    _, group = np.unique(survey.groups, return_inverse=True)
    first = np.random.default_rng(7).random(group.max() + 1) < 0.5
    return part(survey, first[group]), part(survey, ~first[group])


def part(survey, mask):
    """Some of the stars of a survey."""
    rows = np.flatnonzero(mask)
    return surveys.Survey(survey.name, survey.stars[rows], survey.X[rows], survey.groups[rows])


def learned(name, sources, features, cache):
    """A model of this name that has learned the sources."""
    file = cache / f"half-{name}.joblib"
    if not file.exists():
        joblib.dump(recipes.universal(sources, MODELS[name], features, quick=False), file)
    return joblib.load(file)


def without_labels(models, survey):
    """Print how many stars get the right group of classes."""
    for name, model in models.items():
        X = survey.X[:, methods.columns_of(MODELS[name], model)]
        scores = methods.zero_shot(model.predict_proba(X), model.classes_, survey)
        shown = (scores[key] for key in ("right", "balanced", "own_labels", "nonvar"))
        cells = " | ".join(f"{score:.3f}" for score in shown)
        print(f"| {surveys.TITLES[survey.name]} | `{name}` | {cells} |", flush=True)


def with_labels(models, survey, noise, n_labels, n_draws):
    """Print scores of the fine-tuned models, and of trees."""
    _, test = survey.split
    labelled = [survey.draw(n_labels, draw) for draw in range(n_draws)]
    print(
        f"\n{surveys.TITLES[survey.name]}, {n_labels} labels a class, {len(test)} test stars\n\n{HEAD}"
    )
    for name, model in models.items():
        columns = methods.columns_of(MODELS[name], model)
        for keep in ((), NOT_PERIODIC):
            how = {"fine_tune_params": {"keep": keep}, "random_state": 0}
            tuned = [FineTunedClassifier(FrozenEstimator(model), **how) for _ in labelled]
            for each, rows in zip(tuned, labelled, strict=True):
                each.fit(survey.X[rows][:, columns], survey.y[rows])
            rows = [scores(each, survey, test, noise, columns) for each in tuned]
            show(f"`{name}`", "default" if keep else "`()`", rows)
    for name in PEERS:
        found = [
            methods.few_labels(name, None, survey, rows, methods.learned(name, None, survey, rows))[
                "mcc"
            ]
            for rows in labelled
        ]
        show(name.replace("_", " "), "", [[mcc] for mcc in found])


def scores(model, survey, test, noise, columns):
    """MCC, share of the stars that get no class of variables, shares of noise that get one."""
    found = model.predict(survey.X[test][:, columns])
    called = [np.mean(~np.isin(model.predict(X[:, columns]), NOT_PERIODIC)) for X in noise]
    return matthews_corrcoef(survey.y[test], found), np.mean(np.isin(found, NOT_PERIODIC)), *called


def show(model, keep, rows):
    """Print means over the draws, and the spread of the MCC."""
    mcc, *shares = np.mean(rows, axis=0)
    cells = [
        f"{mcc:.3f} ± {np.std([row[0] for row in rows]):.3f}",
        *(f"{share:.1%}" for share in shares),
    ]
    print("| " + " | ".join([model, keep, *cells, *[""] * (4 - len(cells))]) + " |", flush=True)


def main():
    """Learn, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--cache", type=Path, default=Path("build/unseen"))
    parser.add_argument("--targets", default="asas,gaia,kepler,lmc_cepheids,hipparcos")
    parser.add_argument("--cap", type=int, default=600, help="stars of a class at most")
    parser.add_argument("--noise", type=int, default=300, help="light curves of noise of each kind")
    parser.add_argument("--draws", type=int, default=3, help="of the labels")
    parser.add_argument("--jobs", type=int, help="processes for the features")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    features = surveys.both_sets(args.cache, args.jobs)
    whole = {
        name: surveys.read_survey(name, args.data, args.cap, features) for name in surveys.FILES
    }
    sources, targets = {}, {"asas": whole["asas"]}
    for name in surveys.FILES:
        if name != "asas":
            sources[name], targets[name] = halves(whole[name])
    models = {name: learned(name, list(sources.values()), features, args.cache) for name in MODELS}
    chosen = args.targets.split(",")
    print(
        "| survey | model | right group | mean over the labels | right label of the survey's own | called NONVAR |"
    )
    print("|---|---|---|---|---|---|")
    for name in chosen:
        without_labels(models, targets[name])
    for name in chosen:
        noise = [
            recipes.shuffled_features(whole[name], features, args.noise),
            recipes.noise_features(whole[name], features, args.noise)[0],
        ]
        for n_labels in (5, 20):
            with_labels(models, targets[name], noise, n_labels, args.draws)


if __name__ == "__main__":
    main()
