"""The page that feature_choice.py writes."""

import numpy as np

HEAD = """\
# How the features were chosen

Written by `OMP_NUM_THREADS=1 python examples/benchmarks/feature_choice.py`.

Stars of CRTS, ASAS, Hipparcos and OGLE (at most {cap} of a class) are split in halves. The first
half is for choosing: two-fold cross-validation within each survey, and training on CRTS to tell
the shared classes of ASAS apart without a label of ASAS ("CRTS to ASAS"). The second half is for
comparing the sets; no choice has seen it. Hipparcos and OGLE stand apart, since their classes do
not overlap and whatever tells the surveys from each other would score. The tree is
`HistGradientBoostingClassifier`, the network `MLPClassifier` behind `FeatureScaler`.

Costs are changes of the log loss in percent: positive means that the feature helps. With some
hundred test stars a task, single costs are uncertain by about two percent.
"""

COMPARISON = """
## The sets on stars that no choice has seen

Log loss / Matthews correlation.
"""

FEW_LABELS = """
## With few labels of the target

`TransferMLPClassifier` trained on CRTS, fine-tuned on so many labelled stars of ASAS, tested on
the second half of ASAS: log loss / Matthews correlation, mean of the draws.
"""

ELIMINATION = """
## Elimination

From all candidates, the features whose permutation costs least are dropped, an eighth at a time.
A feature is in the set "vartl" if it survives to {kept} features or fewer (geometric mean of the two
learners). Geometric mean of the log loss over the tasks of the first half:
"""

FEATURES = """
## What each feature of "vartl" adds

Cost of leaving a feature out of the set (the model is trained again) and of permuting it among
the test stars, in percent.
"""

DROPPED = """
## Candidates that are in no set

With how many features left each one was dropped in the elimination. They can be asked for by name.
"""

LEFT_OUT = """
## What never was a candidate

These say more about the observing than about the star; in a transferred model they would identify
the survey.
"""


def table(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(map(str, header)) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def score(values):
    """Log loss and Matthews correlation as one cell."""
    return "{:.3f} / {:.3f}".format(*values)


def by_survey(costs, tasks):
    """Mean cost of each feature in each survey, percent; the folds of a survey count together."""
    names = list(dict.fromkeys(task.name for task in tasks))
    index = [[i for i, task in enumerate(tasks) if task.name == name] for name in names]
    return names, 100 * np.column_stack([costs[:, i].mean(axis=1) for i in index])


def comparison(outer, sets, scores, results):
    """Sets against surveys, for each learner."""
    surveys = [task.name for task in outer]
    rows = [
        [label, len(selected), learner, *(score(scores[label, learner, s]) for s in surveys)]
        for learner in results
        for label, selected in sets.items()
    ]
    return table(["set", "features", "learner", *surveys], rows)


def few_labels(sets, labels):
    """Sets against numbers of labels."""
    numbers = sorted({number for _, number in labels})
    rows = [[name, *(score(labels[name, number]) for number in numbers)] for name in sets]
    return table(["set", *(f"{number} labels" for number in numbers)], rows)


def elimination(results):
    """Log loss against the number of features."""
    numbers = [number for number, _ in next(iter(results.values()))["path"]]
    rows = [
        [learner, *(f"{np.exp(value):.3f}" for _, value in result["path"])]
        for learner, result in results.items()
    ]
    return table(["features", *numbers], rows)


def what_each_adds(inner, names, results):
    """One table a learner: leave-one-out and permutation costs by survey."""
    parts = []
    for learner, result in results.items():
        surveys, left_out = by_survey(result["left out"], inner)
        _, permuted = by_survey(result["permuted"], inner)
        mean = (left_out.mean(axis=1) + permuted.mean(axis=1)) / 2
        rows = [
            [
                f"`{names[i]}`",
                *(f"{value:+.1f}" for value in left_out[i]),
                *(f"{value:+.1f}" for value in permuted[i]),
                result["survived"][names[i]],
            ]
            for i in np.argsort(-mean)
        ]
        header = [
            "feature",
            *(f"out: {survey}" for survey in surveys),
            *(f"permuted: {survey}" for survey in surveys),
            "survived to",
        ]
        parts.append(f"\n### {learner.capitalize()}\n\n" + table(header, rows))
    return "".join(parts)


def in_no_set(names, results):
    """Candidates outside the sets with what became of them."""
    rows = [[f"`{n}`", *(result["survived"][n] for result in results.values())] for n in names]
    rows.sort(key=lambda row: sum(row[1:]))
    return table(["feature", *results], rows)


def page(inner, outer, sets, results, scores, labels, observing, cap, kept):
    """The whole page as text."""
    others = [name for name in sets["all candidates"] if name not in sets["vartl"]]
    return "\n".join(
        [
            HEAD.format(cap=cap),
            COMPARISON,
            comparison(outer, sets, scores, results),
            FEW_LABELS,
            few_labels(sets, labels),
            ELIMINATION.format(kept=kept),
            elimination(results),
            FEATURES,
            what_each_adds(inner, sets["vartl"], results),
            DROPPED,
            in_no_set(others, results),
            LEFT_OUT,
            table(["feature", "why"], [[f"`{n}`", why] for n, why in observing.items()]),
        ]
    )
