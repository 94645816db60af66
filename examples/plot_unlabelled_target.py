"""
A target without labels, or nearly so
=====================================

Unlabelled stars say how frequent each class is. With ``priors="em"`` the source's probabilities are
corrected for that, without a single label: where only the class shares differ, as in another field of the
same survey, more answers are right. Another survey sees the same class in another way; the shares can be
far off then, and answers can get worse. A few labels mend both; ``partial_fit_target`` takes the unlabelled
stars beside them.

Real stars of CRTS and ASAS are used where their files are at hand, else simulated ones.
"""

# %%
# A source of equal classes, and two targets most of whose stars are contact binaries: other stars of the
# source's survey, and stars of another one.

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, read_light_curves
from sklearn_vartl.datasets import simulate_survey

DATA = Path(os.environ.get("VARTL_DATA", "data")) / "light_curves"
EQUAL = dict.fromkeys(["RRAB", "RRC", "EC", "ED", "DSCT"], 90)
OTHERS = {"RRAB": 60, "RRC": 40, "EC": 400, "ED": 80, "DSCT": 20}


def stars(survey, numbers, seed, skip=0):
    """So many stars of each class, after those that are skipped."""
    file = DATA / f"{survey}.parquet"
    if not file.exists():
        return simulate_survey(sum(numbers.values()), survey, classes=numbers, random_state=seed)
    X, rng = read_light_curves(file), np.random.default_rng(0)
    chosen = [rng.permutation(np.flatnonzero(X.labels == c))[skip:][:n] for c, n in numbers.items()]
    return X[rng.permutation(np.concatenate(chosen))]


source = stars("crts", EQUAL, seed=0)
targets = {
    "same survey": stars("crts", OTHERS, seed=1, skip=90),
    "another survey": stars("asas", OTHERS, seed=1),
}
features = LightCurveFeatures()
model = TransferMLPClassifier(n_estimators=2, random_state=0)
model.fit(features.transform(source), source.labels)

# %%
# No label at all, first with the class shares of the source, then with those that make the unlabelled
# stars most likely; then twenty labels, without and with the unlabelled stars.


def compare(X, y):
    """Shares of the classes, and of the right answers on stars that no method has seen."""
    unlabelled, test = X[:300], slice(300, None)

    def score():
        return np.mean(model.predict(X[test]) == y[test])

    model.reset_to_source().set_params(priors=None)
    scores, shares = {"source alone": score()}, {"source": model.priors_}
    model.set_params(priors="em").estimate_priors(unlabelled)
    scores['priors="em"'], shares["estimated"] = score(), model.priors_
    shares["true"] = np.array([np.mean(y == name) for name in model.classes_])
    for name, more in {"20 labels": None, "20 labels and unlabelled": unlabelled[20:]}.items():
        model.set_params(priors=None).reset_to_source()
        model.partial_fit_target(X[:20], y[:20], classes=list(EQUAL), X_unlabelled=more)
        scores[name] = score()
    return shares, scores


found = {name: compare(features.transform(X), X.labels.astype(str)) for name, X in targets.items()}

# %%
# Left: in the survey that the source knows, the estimated shares lie between the source's and the true
# ones. Middle: in another one they need not. Right: what that is worth.

figure, (*left, right) = plt.subplots(1, 3, figsize=(13, 3.8))
for place, (ax, (target, (shares, scores))) in enumerate(zip(left, found.items(), strict=True)):
    for name, score in scores.items():
        print(f"{target:15} {name:26}{score:.3f} of 300 stars right")
    for k, (name, values) in enumerate(shares.items()):
        ax.bar(np.arange(len(values)) + (k - 1) * 0.27, values, 0.27, label=name)
    ax.set_xticks(np.arange(len(values)), model.classes_)
    ax.set_title(f"{target}: {targets[target].survey}")
    ax.set_ylabel("share of the stars")
    ax.set_ylim(0, 0.75)
    rows = np.arange(len(scores))[::-1] + 0.2 - 0.4 * place
    right.barh(rows, list(scores.values()), 0.38, color=f"C{3 + place}", label=target)
    for row, score in zip(rows, scores.values(), strict=True):
        right.text(score - 0.01, row, f"{score:.2f}", ha="right", va="center", color="w")
left[0].legend()
right.set_yticks(np.arange(len(scores))[::-1], scores)
right.set_xlabel("share of right answers")
right.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.35, 1.0), frameon=False)
figure.tight_layout()
plt.show()
