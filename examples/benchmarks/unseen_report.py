"""The page and the figure that unseen.py writes."""

import re
import shlex

import numpy as np
from unseen_surveys import TITLES

METHODS = {
    "ensemble": "transfer, ensemble",
    "transfer": "transfer",
    "scratch": "same network from scratch",
    "upsilont": "UPSILoN-T's network",
    "random_forest": "random forest",
    "extra_trees": "extra trees",
    "hist_gradient_boosting": "HistGradientBoosting",
    "catboost": "CatBoost",
    "lightgbm": "LightGBM",
}
ZERO_SHOT = {
    "right": "right group of classes",
    "balanced": "the same, mean over the labels",
    "own_labels": "right label, where the survey's own are the choice",
    "nonvar": "variables called NONVAR",
    "not_periodic": "called NONVAR, QSO or solar-like",
    "confidence_excess": "confidence minus share right",
    **{kind: f"{kind} noise called periodic" for kind in ("white", "nightly", "red", "seasonal")},
    "shuffled": "the survey's stars in disorder called periodic",
    "shuffled_sure": "the same with a probability above .7",
}
SCORES = {"mcc": "Matthews correlation", "f1_macro": "Macro F1",
          "calibration_error": "Calibration error"}  # fmt: skip
HEAD = """\
# Which model for which survey

Figures of surveys that a model has not learned from. Each survey in turn is the target; sources
that are made for the comparison are all the others, with the labels they have, and simulated stars
(`simulate_survey`); OGLE and the Cepheids of the Magellanic Clouds are never each other's source. A
shipped model is judged where it has not learned: `multi` and `multi-ensemble` know Catalina,
Hipparcos and OGLE, `universal` and `universal-ensemble` every survey below but ASAS (other stars
of those that they know: [Models that come with the package](pretrained.md#other-stars-of-the-surveys-they-know)).
Rows named "(universal)" are their recipe without the target.

    OMP_NUM_THREADS=1 python examples/benchmarks/unseen.py {arguments}

- **No label**: `universal`: on surveys that its recipe has not learned it is right .15 more often than `multi`, and
  calls noise no variable; `multi` where a survey of the ground holds variables alone. With all stars of the
  survey at hand [`DomainAdapter`](adaptation.md) (`vartl classify --adapt`) is right a little more often still (rows
  "adapted").
- **Some labels**: where all stars of the survey are at hand `universal`, fine-tuned and then
  [adapted](adaptation.md#with-a-few-labels); else `multi-ensemble`, or `universal-ensemble` for a survey that it knows,
  for space missions and where many stars do not vary. `multi` and `universal` save a second period search for each star
  and a longer training. How much the draw of the labels matters, and what each
  part is worth: [The ensemble](ensemble.md#on-surveys-that-the-source-has-not-learned).
- **A survey like none of them**: look at the novelty of its stars, `accuracy_estimate` and
  `drift_test` ([probabilities](probabilities.md)), and compare with a forest (`vartl transfer --cv`).
  Of Kepler, which `multi-ensemble` has not seen the like of, forests know as much, and its neighbours mislead; of Gaia
  networks of `universal` that are not adapted call some red variables quasars after 5 labels a class (`keep` may leave
  QSO out where there are none).

A third of a target's stars are test stars, doubles on one side; labels are drawn from the others;
at most {cap} stars of a class take part. Every method has the same labels; trees and boosting have
the features of both sets. {draws}
"""


def markdown(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def number(value):
    """Three digits, without a zero before the point."""
    return "" if np.isnan(value) else re.sub(r"\b0\.", ".", f"{value:.3f}")


def called(row):
    """Name of a method with the recipe of its source."""
    recipe = f" ({row['recipe']})" if isinstance(row["recipe"], str) else ""
    adapted = ", adapted" if row["task"] in ("adapted", "few_adapted") else ""
    return METHODS[row["method"]] + recipe + adapted


def zero_shot_tables(table):
    """One table a figure: methods against targets."""
    own = table[table["task"].isin(["zero_shot", "adapted"])].copy()
    if own.empty:
        return ""
    own["called"] = own.apply(called, axis=1)
    return tables_of(own, ZERO_SHOT, level="###")


def tables_of(own, scores, level):
    """For each score a table of methods against targets, and the mean over them."""
    targets = [name for name in TITLES if name in set(own["target"])]
    parts = []
    for score, title in scores.items():
        wide = own.pivot_table(index="called", columns="target", values=score, aggfunc="mean")
        # A mean over some of the targets cannot be compared.
        rows = [
            [
                name,
                *(number(wide.loc[name, t]) for t in targets),
                number(wide.loc[name].mean(skipna=False)),
            ]
            for name in own["called"].unique()
            if name in wide.index  # noise is not shown to what is adapted
        ]
        header = ["", *(TITLES[name] for name in targets), "mean"]
        parts.append(f"{level} {title}\n\n{markdown(header, rows)}")
    return "\n".join(parts)


def few_label_tables(table):
    """Tables of every number of labels."""
    few = table[table["task"].isin(["few", "few_adapted"])].copy()
    if few.empty:
        return ""
    few["called"] = few.apply(called, axis=1)
    parts = []
    for n_labels in sorted(few["labels"].unique(), key=lambda n: n or np.inf):
        title = f"{n_labels:.0f} labels a class" if n_labels else "All labels"
        parts.append(f"## {title}\n\n{tables_of(few[few['labels'] == n_labels], SCORES, '###')}")
    return "\n".join(parts)


def page(table, args):
    """The whole page."""
    draws = f"Means of {args.draws} draws of the labels." if args.draws > 1 else "One draw of them."
    head = HEAD.format(arguments=shlex.join(args.given), cap=args.cap, draws=draws)
    return "\n".join(
        [head, "## Without a label\n", zero_shot_tables(table), few_label_tables(table)]
    )


def figure(table, path):
    """Matthews correlation against labels a class, mean over the targets."""
    import matplotlib.pyplot as plt

    few = table[table["task"] == "few"].copy()
    few["called"] = few.apply(called, axis=1)
    steps = sorted(few["labels"].unique(), key=lambda n: n or np.inf)
    figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, own in few.groupby("called", sort=False):
        mean = own.groupby(["labels", "target"])["mcc"].mean().groupby("labels").mean()
        present = [n for n in steps if n in mean.index]
        ax.plot([steps.index(n) for n in present], mean[present], marker="o", label=name)
    ax.set_xticks(range(len(steps)), [str(int(n)) if n else "all" for n in steps])
    ax.set(xlabel="labels a class", ylabel="Matthews correlation, mean over the targets")
    ax.legend(fontsize="small")
    figure.savefig(path, dpi=150)
    plt.close(figure)
