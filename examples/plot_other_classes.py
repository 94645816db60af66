"""
My survey has other classes
===========================

The source does not know all classes of the target, parts others more finely or less, and names some
differently. Fine-tuning takes the classes as the target's labels have them: this shows what becomes
of a class that both have, of one that has another name, and of one that the source never saw.

Real stars of CRTS and ASAS are used where their files are at hand, else simulated ones.
"""

# %%
# CRTS does not part contact (EC) from semi-detached binaries (ESD) and has long-period variables
# (LPV); ASAS parts the former, and of the latter has the Mira stars.

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import matthews_corrcoef, recall_score
from sklearn.model_selection import train_test_split

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    harmonise,
    make_transfer_pipeline,
    read_light_curves,
)
from sklearn_vartl.datasets import simulate_survey

DATA = Path(os.environ.get("VARTL_DATA", "data")) / "light_curves"


def stars(survey, classes, n, seed):
    """At most `n` stars of each class."""
    file = DATA / f"{survey}.parquet"
    if not file.exists():
        return simulate_survey(n * len(classes), survey, classes=classes, random_state=seed)
    X, rng = read_light_curves(file), np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(X.labels == name))[:n] for name in classes]
    return X[rng.permutation(np.concatenate(chosen))]


source = stars("crts", ["RRAB", "RRC", "EC", "ED", "LPV", "DSCT", "ROT"], 150, seed=0)
target = stars("asas", ["RRAB", "RRC", "EC", "ESD", "ED", "MIRA", "DSCT"], 100, seed=1)
few, others = train_test_split(target, train_size=0.1, stratify=target.labels, random_state=0)

# %%
# Without a label of the target, ``harmonise`` translates the answers into the target's names: LPV
# becomes MIRA, since no other long-period class is there. ESD cannot be an answer yet.

model = make_transfer_pipeline(
    LightCurveFeatures(), TransferMLPClassifier(n_estimators=2, random_state=0)
)
model.fit(source, source.labels)
names = np.unique(target.labels.astype(str))
answers = {"source alone": harmonise(model.predict(others), classes=names)}

# %%
# Fine-tuning on a few labels. RRAB goes on from what is known of it; MIRA is a new name and starts
# from its relative LPV, ESD from EC and ED; ROT is gone.

model.partial_fit_target(few, few.labels)
answers["fine-tuned"] = model.predict(others)
print("source:", *model.source_classes_)
print("target:", *model.classes_)

scratch = make_transfer_pipeline(
    LightCurveFeatures(), TransferMLPClassifier(n_estimators=2, random_state=0)
)
answers["from scratch"] = scratch.fit(few, few.labels).predict(others)

# %%
# Of each class, the share that is found: before, after, and without a source.

width = 0.8 / len(answers)
plt.figure(figsize=(9, 4))
for k, (name, answer) in enumerate(answers.items()):
    truth, answer = others.labels.astype(str), answer.astype(str)
    recall = recall_score(truth, answer, labels=names, average=None, zero_division=0)
    score = matthews_corrcoef(truth, answer)
    print(
        f"{name}: MCC {score:.2f}", dict(zip(names.tolist(), recall.round(2).tolist(), strict=True))
    )
    plt.bar(
        np.arange(len(names)) + (k - 1) * width, recall, width, label=f"{name}: MCC {score:.2f}"
    )
plt.xticks(np.arange(len(names)), names)
plt.ylabel("share of the class that is found")
plt.ylim(0, 1.25)
plt.title(f"{source.survey} to {target.survey}, {len(few)} labels")
plt.legend(ncols=3, loc="upper center")
plt.tight_layout()
plt.show()
