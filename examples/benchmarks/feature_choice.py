"""Which features earn their place: the measurements behind the set "vartl".

    OMP_NUM_THREADS=1 python examples/benchmarks/feature_choice.py --output docs/feature_choice.md

Each survey is split in halves. On the first half the features are eliminated step by step by what
permuting them costs in inner cross-validation, and the features of the set are permuted and left
out one by one. On the second half, which no choice has seen, the sets are compared.
"""

import argparse
from pathlib import Path

import numpy as np
from feature_choice_report import page
from feature_choice_tasks import (
    LEARNERS,
    fit_and_score,
    halves,
    inner_tasks,
    outer_tasks,
    permuted_loss,
    read_surveys,
    transfer_draws,
    transfer_task,
)

from sklearn_vartl.features import LightCurveFeatures, feature_definitions

# Features of the observing, not of the star: never candidates.
OBSERVING = {
    "log10_fap": "falls with the number of points",
    "coherence_day": "exactly zero in surveys that return to no star within a day",
    "residual_coherence_day": "as coherence_day",
    "residual_std": "the photometric error of the survey, for most stars",
}
# Share of the features that an elimination step drops, and where it ends.
STEP = 0.12
LAST = 12
# A feature is in the set if it survives to this many or fewer, geometric mean over the learners.
KEPT = 40


def candidates():
    """Names of all features of our own that describe the star."""
    names = [d.name for d in feature_definitions("all") if not d.name.startswith("upsilon:")]
    return [name for name in names if name not in OBSERVING]


def permutation_costs(task, names, learner):
    """Relative increase of the log loss when each feature is permuted, and the log loss."""
    columns = [task.names.index(name) for name in names]
    model, loss, _ = fit_and_score(learner, task, columns)
    permuted = [permuted_loss(model, task, columns, j) for j in range(len(columns))]
    return np.log(np.array(permuted) / loss), loss


def eliminate(tasks, names, learner):
    """Drop the features whose permutation costs least, step by step.

    Returns
    -------
    path : list of (int, float)
        Number of features and mean logarithm of the log loss of the tasks.
    survived : dict of str to int
        With how many features left each one was dropped; `LAST` for those that never were.
    """
    path, survived = [], {}
    while True:
        costs, losses = zip(
            *(permutation_costs(task, names, learner) for task in tasks), strict=True
        )
        path.append((len(names), float(np.mean(np.log(losses)))))
        n_dropped = min(max(1, int(STEP * len(names))), len(names) - LAST)
        if n_dropped <= 0:
            return path, survived | dict.fromkeys(names, LAST)
        worst = np.argsort(np.mean(costs, axis=0))[:n_dropped]
        survived |= {names[j]: len(names) for j in worst}
        names = [name for j, name in enumerate(names) if j not in worst]


def leave_one_out(tasks, names, learner):
    """Relative increase of the log loss without each feature, shape (n_features, n_tasks)."""

    def log_losses(selected):
        return np.log(
            [fit_and_score(learner, t, [t.names.index(n) for n in selected])[1] for t in tasks]
        )

    full = log_losses(names)
    return np.array([log_losses([n for n in names if n != left]) - full for left in names])


def earned(survived):
    """Names of the features that survive long enough, from the eliminations by all learners."""
    names = survived[0]
    mean = {name: np.exp(np.mean([np.log(s[name]) for s in survived])) for name in names}
    return sorted((name for name in names if mean[name] <= KEPT), key=mean.get)


def compare_sets(tasks, sets):
    """Log loss and Matthews correlation by set, learner and task."""
    return {
        (label, learner, task.name): fit_and_score(
            learner, task, [task.names.index(name) for name in selected]
        )[1:]
        for label, selected in sets.items()
        for learner in LEARNERS
        for task in tasks
    }


def main():
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--surveys", type=Path, default=Path("data/light_curves"))
    parser.add_argument("--output", type=Path, default=Path("docs/feature_choice.md"))
    parser.add_argument("--cap", type=int, default=200, help="stars of a class at most")
    parser.add_argument("--eliminate", action="store_true", help="print what earns a place, only")
    arguments = parser.parse_args()

    surveys = read_surveys(arguments.surveys, arguments.cap)
    ours = candidates()
    sets = {
        "upsilon": [d.name for d in feature_definitions("upsilon")],
        "vartl": [d.name for d in feature_definitions("vartl")],
        "all candidates": ours,
    }
    names = ours + sets["upsilon"]
    transformer = LightCurveFeatures(names, on_error="nan")
    tables = {name: transformer.transform(X) for name, X in surveys.items()}

    first, second = halves(surveys)
    inner = inner_tasks(tables, surveys, names, first)
    inner.append(transfer_task(tables, surveys, names, first))
    eliminations = {learner: eliminate(inner, ours, learner) for learner in LEARNERS}
    deserving = earned([survived for _, survived in eliminations.values()])
    if arguments.eliminate:
        print("\n".join(deserving))
        return
    results = {}
    for learner, (path, survived) in eliminations.items():
        permuted = [permutation_costs(task, sets["vartl"], learner)[0] for task in inner]
        results[learner] = {
            "path": path,
            "survived": survived,
            "permuted": np.transpose(permuted),
            "left out": leave_one_out(inner, sets["vartl"], learner),
        }
    outer = outer_tasks(tables, surveys, names, first, second)
    outer.append(transfer_task(tables, surveys, names, second))
    scores = compare_sets(outer, sets)
    labels = transfer_draws(tables, surveys, names, sets)
    text = page(inner, outer, sets, results, scores, labels, OBSERVING, arguments.cap, KEPT)
    arguments.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
