"""
A target without labels, or nearly so
=====================================

Unlabelled stars say how frequent each class is. With ``priors="em"`` the source's probabilities are
corrected for that, without a single label; with a few labels, ``partial_fit_target`` takes the
unlabelled stars beside them.

Real stars of CRTS and ASAS are used where their files are at hand, else simulated ones.
"""

# %%
# A source of equal classes, and a target most of whose stars are contact binaries.

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_vartl import LightCurveFeatures, TransferMLPClassifier, read_light_curves
from sklearn_vartl.datasets import simulate_survey

DATA = Path(os.environ.get("VARTL_DATA", "data")) / "light_curves"
CLASSES = ["RRAB", "RRC", "EC", "ED", "DSCT"]


def stars(survey, numbers, seed):
    """So many stars of each class."""
    file = DATA / f"{survey}.parquet"
    if not file.exists():
        return simulate_survey(sum(numbers.values()), survey, classes=numbers, random_state=seed)
    X, rng = read_light_curves(file), np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(X.labels == c))[:n] for c, n in numbers.items()]
    return X[rng.permutation(np.concatenate(chosen))]


source = stars("crts", dict.fromkeys(CLASSES, 100), seed=0)
target = stars("asas", {"RRAB": 60, "RRC": 40, "EC": 400, "ED": 80, "DSCT": 20}, seed=1)
features = LightCurveFeatures()
X_source, X = features.transform(source), features.transform(target)
y = target.labels.astype(str)
unlabelled, test = X[:300], slice(300, None)

# %%
# No label at all: first with the class shares of the source, then with those that make the
# unlabelled stars most likely.

model = TransferMLPClassifier(n_estimators=2, random_state=0).fit(X_source, source.labels)
scores = {"source alone": np.mean(model.predict(X[test]) == y[test])}
shares = {"source": model.priors_}
model.set_params(priors="em").estimate_priors(unlabelled)
scores['priors="em"'] = np.mean(model.predict(X[test]) == y[test])
shares["estimated"] = model.priors_
shares["true"] = np.array([np.mean(y == name) for name in model.classes_])

# %%
# Twenty labels, without and with the unlabelled stars.

for name, more in {"20 labels": None, "20 labels and unlabelled": unlabelled[20:]}.items():
    model.set_params(priors=None).reset_to_source()
    model.partial_fit_target(X[:20], y[:20], classes=CLASSES, X_unlabelled=more)
    scores[name] = np.mean(model.predict(X[test]) == y[test])

# %%
# Left: the estimated shares lie between the source's and the true ones. Right: what that is worth; a
# few labels are worth more.

for name, score in scores.items():
    print(f"{name:26}{score:.3f} of {len(y[test])} stars right")
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
for k, (name, values) in enumerate(shares.items()):
    left.bar(np.arange(len(values)) + (k - 1) * 0.27, values, 0.27, label=name)
left.set_xticks(np.arange(len(values)), model.classes_)
left.set_ylabel("share of the stars")
left.legend()
right.barh(list(scores)[::-1], list(scores.values())[::-1], color="C1")
for row, score in enumerate(reversed(scores.values())):
    right.text(score - 0.01, row, f"{score:.2f}", ha="right", va="center")
right.set_xlabel("share of right answers")
figure.suptitle(f"{source.survey} to {target.survey}")
figure.tight_layout()
plt.show()
