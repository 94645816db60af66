"""
Forty labels, chosen
====================

A label costs a night, or an evening with a catalogue. Which forty stars should get one? Those that
`suggest_labels` names are spread over all that the survey holds, rare kinds first, and no two are twins.
Beside them forty stars drawn at random; the same model learns from each.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import f1_score

from sklearn_vartl import load_pretrained
from sklearn_vartl.catalog import classify
from sklearn_vartl.datasets import simulate_survey
from sklearn_vartl.labelling import suggest_labels

# %%
# The survey: many contact binaries, few of everything else, as surveys are. The model has learned
# Catalina, and none of these stars.
numbers = {"EC": 240, "RRAB": 60, "DSCT": 30, "ED": 20, "MIRA": 20, "CEP": 12, "T2CEP": 8}
pool = simulate_survey(1400, "asas", classes=list(numbers), random_state=4)
rows = [np.flatnonzero(pool.labels == name)[:number] for name, number in numbers.items()]
survey = pool[np.sort(np.concatenate(rows))]
y = survey.labels.astype(str)
model = load_pretrained("crts")
X, network = model[:-1].transform(survey), model[-1]

# %%
# Whose labels? The reasons are for the person who will look at them.
chosen = suggest_labels(network, X, 40, random_state=0)
for row, reason in zip(chosen.position[:8], chosen.reason, strict=False):
    print(f"{survey.ids[row]}: {reason}")

# %%
# Forty chosen labels against forty at random, five times: the classes that the labels show at all,
# and macro F1 on the stars without a label, to which rare classes count as much as common ones.


def learned(rows):
    """Number of classes among the labels, and macro F1 on the others."""
    network.reset_to_source().partial_fit_target(X[rows], y[rows])
    rest = np.setdiff1d(np.arange(len(y)), rows)
    predicted = network.predict(X[rest])
    return len(set(y[rows])), f1_score(
        y[rest], predicted, labels=np.unique(y[rest]), average="macro"
    )


rng = np.random.default_rng(0)
by_choice = [learned(chosen.position)]
by_chance = [learned(rng.permutation(len(y))[:40]) for _ in range(5)]
for name, found in {"chosen": by_choice, "at random": by_chance}.items():
    classes, f1 = np.mean(found, axis=0)
    print(f"{name:10} {classes:.1f} of {len(numbers)} classes, macro F1 {f1:.2f}")

# %%
# The first of the chosen stars, as ``vartl suggest --plot`` draws them: eclipsing binaries with both
# minima in one cycle.
network.reset_to_source()
first = chosen.position[:8]
periods = classify(model, survey[first])["period"]
figure, axes = plt.subplots(2, 4, figsize=(13, 5), layout="constrained")
for ax, row, period, reason in zip(axes.flat, first, periods, chosen.reason, strict=False):
    survey.plot(int(row), period if period > 0 else None, ax=ax)
    ax.set_title(f"{survey.ids[row]}\n{reason}", fontsize=8)
    ax.set_ylabel("magnitude" if ax in axes[:, 0] else "")
    if period > 0:
        ax.set_xlabel(f"phase ({period:.5g} d)")
plt.show()
